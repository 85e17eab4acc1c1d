"""What names functions and losses, and the layers of [network] with the settings of each kind."""

from derive.operations import FUNCTIONS, ROWS
from derive.problem.network import LAYERS, LayerKind
from derive.problem.network.shorthand import network_losses
from derive.problem.network.stack import LINEAR
from derive.problem.reading.framework_names import KIND_KEYS, OTHER_SETTINGS, other_names
from derive.problem.reading.keys import Taken, either, list_of, named, one_of
from derive.problem.schema.parts import Schema, has, lacks, offered, offered_keys, spelling_pattern, spelt, when, where

_KEYS = ("layer", *KIND_KEYS)


def words() -> Schema:
    """The words that stand for functions and losses."""
    functions = [name for name, op in FUNCTIONS.items() if op in ROWS and ROWS[op].arity[0] <= 1]
    slopes = [name for name in functions if "'" in name]
    plain = [name for name in functions if name not in slopes]
    return {
        "function": either(offered([*plain, *sorted(LINEAR)]), one_of(slopes)),
        "loss": offered_keys(network_losses()),
    }


def layers() -> Schema:
    """Lists of layers, and one layer."""
    kind = either(offered_keys(LAYERS), named("function"))
    fits = [when(_is_of(each), _settings(each)) for each in LAYERS.values()]
    return {
        "layers": list_of(named("layer"), 1),
        "layer": {"type": "object", "properties": _every_setting(), "additionalProperties": True, "allOf": fits},
        "kind_of_layer": kind,
        **{_definition(key): spelt([key, *other_names(kind)]) for key, kind in LAYERS.items()},
    }


def _every_setting() -> Schema:
    """What an editor offers in a layer; which of it a layer may have is a question of its kind."""
    owners: dict[str, list[str]] = {}
    for kind in LAYERS.values():
        for key in kind.settings:
            owners.setdefault(key, []).append(kind.key)
    settings = {key: {"description": f"A setting of {', '.join(kinds)}."} for key, kinds in owners.items()}
    return settings | dict.fromkeys(_KEYS, named("kind_of_layer"))


def _definition(kind: str) -> str:
    return f"layer_{kind}"


def _is_of(kind: LayerKind) -> Schema:
    """Whether a layer names this kind; one that names none is dense."""
    says = [where(key, named(_definition(kind.key))) for key in _KEYS]
    return dict(either(*says, *([lacks(*_KEYS)] if kind.key == "dense" else [])))


def _settings(kind: LayerKind) -> Schema:
    """What a layer of this kind may set, and must."""
    settings = {key: setting.takes for key, setting in kind.settings.items()}
    others = {_pattern(other): settings[key] for other, key in OTHER_SETTINGS.items() if key in settings}
    anything: Taken = {}
    return {
        "properties": dict.fromkeys(_KEYS, anything) | settings,
        "patternProperties": others,
        "additionalProperties": False,
        **({"allOf": [_told(key) for key in kind.required]} if kind.required else {}),
    }


def _told(key: str) -> Schema:
    """A setting has to be there, as far as no other name of it is."""
    others = [_pattern(other) for other, own in OTHER_SETTINGS.items() if own == key]
    return when({"propertyNames": {"not": {"pattern": "|".join(others)}}}, has(key)) if others else has(key)


def _pattern(other: str) -> str:
    return rf"^(.*\.)?{spelling_pattern(other)}$"

"""The table [network] of a file as a form, and the file as a changed form writes it, with weights of the right shapes.

A layer that stays, moves or goes takes its weights with it: `was` tells which of the file's layers it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from derive.errors import Fault, InputError
from derive.language.tokens import TextError
from derive.problem.network import LAYERS
from derive.problem.network.shorthand import network_losses
from derive.problem.reading.equations import read_name
from derive.problem.reading.framework_names import layer_table, meant_key
from derive.problem.reading.toml_file import from_text
from derive.problem.toml_values import toml
from derive.studio.file_edits import with_value
from derive.studio.layer_weights import fitting_values, names_of

TABLE, LAYER_LIST, LONGEST_LINE = "network", "layers", 100
GIVEN = ("data", "parameters")
OTHERS = ("variants",)
"""The tables that speak of given values by their names."""


def network_form(text: str) -> dict[str, Any]:
    """What stands in a form: `of` says whether the file has a network, has equations, or cannot be read now."""
    try:
        data = from_text(text).data
    except InputError:
        return {"of": "nothing"}
    network = data.get(TABLE)
    if not isinstance(network, dict) or not isinstance(network.get(LAYER_LIST), list):
        return {"of": "equations" if isinstance(data.get("model"), dict) else "nothing"}
    loss = network.get("loss", "")
    return {
        "of": "network", "loss": meant_key(str(loss), network_losses()),
        "layers": [_shown(layer) for layer in network[LAYER_LIST]],
    }  # fmt: skip


def _shown(layer: Any) -> dict[str, Any]:
    """A layer as a form shows it: its kind and settings; one of no known kind as its text."""
    read = layer_table(layer, LAYERS)
    kind = LAYERS.get(str(read.get("layer", "dense"))) if isinstance(read, dict) else None
    if kind is None or not set(read) <= {"layer", *kind.settings}:
        return {"text": toml(layer)}
    is_plain = {key: row.entered != "text" for key, row in kind.settings.items()}
    settings = {key: value if is_plain[key] and isinstance(value, bool | int | str) else toml(value)
                for key, value in read.items() if key != "layer"}  # fmt: skip
    return {"layer": kind.key, "settings": settings}


def with_network(text: str, layers: Sequence[Mapping[str, Any]], loss: str) -> str:
    """The file with other layers and another loss. Raises InputError for a setting that cannot be read, and for a file
    whose layout the form does not write.
    """
    data = from_text(text).data
    old = data[TABLE]
    wanted = [_written(layer) for layer in layers]
    network = {**old, LAYER_LIST: wanted} | ({"loss": loss} if loss else {})
    if not loss:
        network.pop("loss", None)
    named = _Named(data, old[LAYER_LIST], wanted, [layer.get("was") for layer in layers])
    values = fitting_values(named.values, network)
    new = with_value(text, TABLE, LAYER_LIST, _list(wanted))
    new = with_value(new, TABLE, "loss", toml(loss) if loss else None)
    for table in GIVEN:
        new = _with_table(new, table, named.given[table], {
            name: value for name, value in values.items() if named.table(name) == table})  # fmt: skip
    for table in OTHERS:
        if isinstance(data.get(table), dict):
            new = _with_table(new, table, data[table], named.renamed(data[table]))
    _check(new, network, values)
    return new


def _written(layer: Mapping[str, Any]) -> Any:
    """A layer of the form as the file has it. Raises InputError for a setting that is no TOML."""
    if "text" in layer:
        return _value(layer["text"])
    kind = LAYERS[layer["layer"]]
    settings = {key: _value(value) if kind.settings[key].entered == "text" else value
                for key, value in layer["settings"].items()}  # fmt: skip
    named = {} if kind.key == "dense" else {"layer": kind.key}
    return {**named, **settings}


def _value(text: Any) -> Any:
    return from_text(f"value = {text}").data["value"] if isinstance(text, str) else text


def _list(layers: Sequence[Any]) -> str:
    """The layers in one line, or one a line."""
    texts = list(map(toml, layers))
    line = f"[{', '.join(texts)}]"
    return line if len(line) < LONGEST_LINE else "[\n" + "".join(f"  {text},\n" for text in texts) + "]"


class _Named:
    """The given values of a file, and their names after layers have come, moved and gone.

    given   the values by table and name, as the file has them
    values  those of all tables by the names that they will have
    """

    def __init__(
        self, data: Mapping[str, Any], old: Sequence[Any], new: Sequence[Any], was: Sequence[int | None]
    ) -> None:
        self.given = {table: _by_name(data.get(table, {})) for table in GIVEN}
        before, after = names_of(old), names_of(new)
        self._all = {name for names in before for name in names.values()}
        self._old: dict[str, str] = {}
        for i, names in zip(was, after, strict=True):
            if isinstance(i, int) and i < len(before):
                self._old |= {name: before[i][key] for key, name in names.items() if key in before[i]}
        self.values = self.renamed({name: value for table in self.given.values() for name, value in table.items()})

    def renamed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values by their new names; those of layers that are gone are gone."""
        kept = {name: value for name, value in values.items() if name not in self._all}
        return kept | {name: values[old] for name, old in self._old.items() if old in values}

    def table(self, name: str) -> str:
        """Where a value stands, or is to stand."""
        old = self._old.get(name, name)
        return next((table for table in GIVEN if old in self.given[table]), GIVEN[-1])


def _by_name(table: Any) -> dict[str, Any]:
    """The values of a table by the names that their keys spell; what is no name is left out."""
    keys = table if isinstance(table, dict) else {}
    return {name: keys[key] for key in keys if (name := _spelled(key))}


def _spelled(key: str) -> str:
    try:
        return read_name(key).spelling
    except TextError:
        return ""


def _with_table(text: str, table: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The file with other values in a table; those that are the same keep their look."""
    written = {_spelled(key): key for key in from_text(text).data.get(table, {})}
    for name in [*old, *(name for name in new if name not in old)]:
        value = new.get(name)
        if name not in new or value != old.get(name):
            text = with_value(text, table, written.get(name, name), None if value is None else toml(value))
    return text


def _check(text: str, network: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raises InputError where the file does not say what the form does: `with_value` does not know its layout."""
    data = from_text(text).data
    given: dict[str, Any] = {}
    for table in GIVEN:
        given |= _by_name(data.get(table, {}))
    if data[TABLE] != network or given != values:
        hint = "write [network], [data] and [parameters] as tables, with a line for each key"
        raise InputError([Fault("the form cannot change this file", hint)])

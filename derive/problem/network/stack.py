"""Layers put on each other: the table of their kinds, and the equations that a pile of them stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from derive.errors import ReportFaultAt, suggestion
from derive.language.expressions import Shape, Within
from derive.language.tokens import PADDINGS
from derive.operations import FUNCTIONS, ROWS
from derive.problem.reading.equations import read_name
from derive.problem.reading.framework_names import LAYER_KEYS, layer_table
from derive.problem.reading.given_values import exact_number
from derive.problem.reading.keys import NAME as QUANTITY
from derive.problem.reading.keys import Taken, either, integer_from, list_of, named, one_of

KERNEL_1D, KERNEL_2D = 3, 4
"""The axes of kernels that have channels: K[o,c,i] and K[o,c,i,j]."""

LINEAR = {"identity", "linear", "none"}

Settings: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SettingKind:
    """What a setting's value may be: `holds` says whether it is one, `expected` what to write, `takes` the same as JSON
    Schema, `entered` how it is entered in a form: as a `count`, a `flag`, a `function`, one of its `choices`, or as
    `text` of the file.
    """

    holds: Callable[[Any], bool]
    expected: str
    takes: Taken
    entered: str = "text"
    choices: tuple[str, ...] = ()


def _whole(value: Any, low: int = 1) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


def _sizes(value: Any, low: int) -> bool:
    parts = value if isinstance(value, list) else [value]
    return 1 <= len(parts) <= 2 and all(_whole(part, low) for part in parts)


def _sizes_taken(low: int) -> Taken:
    return either(integer_from(low), {**list_of(integer_from(low), 1), "maxItems": 2})


COUNT = SettingKind(_whole, "a whole number from 1 on", integer_from(1), "count")
FLAG = SettingKind(lambda value: isinstance(value, bool), "true or false", {"type": "boolean"}, "flag")
NAME = SettingKind(lambda value: isinstance(value, str), 'a name in quotes, as in "M"', QUANTITY)
SIZES = SettingKind(lambda value: _sizes(value, 1), "a whole number, or two: [2, 1]", _sizes_taken(1))
EDGES = tuple(sorted(PADDINGS - {"same", "valid"}))
PADDING = SettingKind(lambda value: _sizes(value, 0), "a whole number, or two: [1, 0]", _sizes_taken(0))
AROUND = tuple(sorted(PADDINGS - {"zeros"}))
CONV_PADDING = SettingKind(
    lambda value: _sizes(value, 0) or value in AROUND,
    'a whole number, two of them, [1, 0], "same", "valid" or what lies around the input: "circular"',
    either(_sizes_taken(0), one_of(AROUND)),
)
EDGE = SettingKind(lambda value: value in EDGES, f"one of {', '.join(EDGES)}", one_of(EDGES), "choice", EDGES)
RESETS = ("before", "after")
RESET = SettingKind(lambda value: value in RESETS, '"before" or "after"', one_of(RESETS), "choice", RESETS)
SMALL = SettingKind(lambda value: (exact_number(value) or 0) > 0, "a number above 0, such as 1e-5", named("positive"))
LIST = SettingKind(lambda value: isinstance(value, list), "a list of layers", named("layers"))
FUNCTION = SettingKind(
    lambda value: str(value) in LINEAR or FUNCTIONS.get(str(value), "") in ROWS,
    "one that `derive operations` lists",
    named("function"),
    "function",
)


@dataclass(frozen=True, slots=True)
class LayerKind:
    """One kind of layer.

    key         what `layer = …` calls it
    summary     one line for people
    example     as the list of layers writes it
    stands_for  its equations, for people
    build       puts one with these settings on the stack; may return early where the stack has noted a fault
    settings    what can be set, and to what; `required` must be
    numbered    what its weights are numbered with, and their letters: `W` and `b` of dense layers have one count with
                `K` and `b` of convolutions
    others      what it is called elsewhere, parted by ` | `
    family      layers whose weights have the same names: where a network has several, each gets a mark, `^{(2)}`
    weights     of such layers the names of their weights without a mark, by their settings, each with its sizes: a
                letter of `SIZE_LETTERS` for each, and `?` behind those of one that may be missing
    """

    key: str
    summary: str
    example: str
    stands_for: str
    build: Callable[[Stack, Settings], None]
    settings: Mapping[str, SettingKind] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    numbered: tuple[str, tuple[str, ...]] = ("", ())
    others: str = ""
    family: str = ""
    weights: Callable[[Settings], Mapping[str, str]] = lambda settings: {}


SIZE_LETTERS: Mapping[str, str] = {
    "n": "the entries of what flows in",
    "m": "the entries of what attention looks at",
    "h": "the units of the layer",
    "p": "what a head projects to: its own rows",
    "j": "the rows of all heads on top of each other",
    "o": "what comes out: its own rows",
    "v": "the largest number that is looked up",
}
"""What the sizes of weights go by."""
LAYERS: dict[str, LayerKind] = {}


def register_layers(layers: Iterable[LayerKind]) -> None:
    """Add kinds of layers to the table."""
    for layer in layers:
        assert layer.key not in LAYERS, layer.key
        LAYERS[layer.key] = layer


class Stack:
    """The equations so far, and what flows into the next layer.

    `flow` holds one name, or of a sequence one name a time step; `shapes` are those of what has a value, by id;
    `families` says how many layers of each family there are in all; `kernel` how many axes the kernels had that what
    flows came out of, 0 where it is no image or signal; `broken` whether a layer has noted a fault;
    `unsure` whether it is not known what one is: then nothing can be said of those after it.
    """

    def __init__(
        self, shapes: Mapping[str, Shape], flow: Sequence[str], families: Mapping[str, int], fault: ReportFaultAt
    ) -> None:
        self.flow = tuple(flow)
        self._shapes, self._families, self._report = shapes, families, fault
        self.lines: list[tuple[str, Within]] = []
        self._within: Within = ()
        self.place = ""
        self.broken = self.unsure = False
        self.kernel = KERNEL_2D if len(shapes.get(self.flow[0]) or ()) == KERNEL_2D - 1 else 0
        self._counts: dict[str, int] = {}

    def fault(self, message: str, hint: str = "") -> None:
        """Something is wrong with the layer."""
        self.broken = True
        self._report(f"{self.place} {message}", hint, "network", "layers")

    def add(self, name: str, expr: str) -> str:
        """One more equation; its name."""
        self.lines.append((f"{name} = {expr}", self._within))
        return name

    def count(self, family: str) -> int:
        """The number of the next layer of a family, from 1."""
        self._counts[family] = self._counts.get(family, 0) + 1
        return self._counts[family]

    def next(self, letter: str) -> str:
        """The next name with this letter: `P_1`, `P_2`."""
        return f"{letter}_{self.count(letter)}"

    def mark(self, family: str) -> str:
        """What tells the layers of a family apart, `^{(2)}`; nothing where there is only one."""
        number = self.count(family)
        return f"^{{({number})}}" if self._families.get(family, 0) > 1 else ""

    def shape(self, name: str) -> Shape | None:
        """The shape of what is called so; None where it has no value."""
        return self._shapes.get(read_name(name).id)

    def has(self, name: str) -> bool:
        """Whether something of that name has a value."""
        return self.shape(name) is not None

    def rows(self, name: str) -> int:
        """How many rows it has."""
        return (*(self.shape(name) or ()), 1)[0]

    def needs(self, what: str, *names: str) -> bool:
        """Whether the names have values; the first that has none is a fault."""
        missing = next((name for name in names if not self.has(name)), None)
        if missing:
            self.fault(f"needs {what} `{missing}`", "give it in [parameters], or in [data] if it is fixed")
        return missing is None

    def each(self, name: str, expr: Callable[[str], str]) -> None:
        """`expr` of everything that flows, called `name`, in a sequence with the time step: `z_{1,2}`."""
        names = (name,) if len(self.flow) == 1 else tuple(_timed(name, t) for t in range(1, len(self.flow) + 1))
        self.flow = tuple(self.add(name, expr(inner)) for name, inner in zip(names, self.flow, strict=True))

    def activate(self, settings: Settings, name: str) -> None:
        """The activation that the settings ask for, of everything that flows."""
        activation = str(settings.get("activation", "identity"))
        if activation not in LINEAR:
            self.each(name, lambda inner: f"{activation}({inner})")

    @contextmanager
    def within(self, part: str, number: int) -> Iterator[None]:
        """What is added belongs to a part of the model: a layer, a time step, a head."""
        before, self._within = self._within, (*self._within, (part, number))
        yield
        self._within = before

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Faults are those of the layer at `place`."""
        before, self.place = self.place, place
        yield
        self.place = before


def _timed(name: str, t: int) -> str:
    stem, _, index = name.partition("_")
    return f"{stem}_{{{index.strip('{}')},{t}}}"


def pile(stack: Stack, layers: Any) -> None:
    """Put the layers on the stack, one after the other; those inside layer 2 are called 2.1, 2.2, …"""
    outer = f"{stack.place}." if stack.place else "layer "
    for i, written in enumerate(layers, 1):
        layer = layer_table(written, LAYERS)
        with stack.at(f"{outer}{i}"):
            kind = _kind(stack, layer)
            stack.unsure |= kind is None or not _fits(stack, kind, layer)
            if kind and not stack.unsure:
                with stack.within(kind.key, i):
                    kind.build(stack, {key: value for key, value in layer.items() if key != "layer"})


def families(layers: Any) -> Iterator[str]:
    """The family of each layer, of those inside others too."""
    for written in layers if isinstance(layers, list) else ():
        layer = layer_table(written, LAYERS)
        if isinstance(layer, dict):
            kind = LAYERS.get(str(layer.get("layer", "dense")))
            yield kind.family if kind else ""
            yield from families(layer.get("layers"))


def _kind(stack: Stack, layer: Any) -> LayerKind | None:
    if not isinstance(layer, dict):
        stack.fault("is not a table", 'expected for example { units = 3, activation = "ReLU" }')
        return None
    key = str(layer.get("layer", "dense"))
    if key not in LAYERS:
        stack.fault(f"is of no known kind, `{key}`", suggestion(key, LAYERS) or f"one of: {', '.join(LAYERS)}")
    return LAYERS.get(key)


def _fits(stack: Stack, kind: LayerKind, layer: Mapping[str, Any]) -> bool:
    """Whether the settings are such as the kind of layer has."""
    unknown = [key for key in layer if key != "layer" and key not in kind.settings]
    for key in unknown:
        has = f"it has: {', '.join(kind.settings)}" if kind.settings else "it has none"
        stack.fault(
            f"({kind.key}) has no setting `{key}`", LAYER_KEYS.get(key) or suggestion(key, kind.settings) or has
        )
    missing = [key for key in kind.required if key not in layer]
    for key in missing:
        stack.fault(f"({kind.key}) does not say its `{key}`", f"expected {kind.settings[key].expected}")
    wrong = [key for key, wanted in kind.settings.items() if key in layer and not wanted.holds(layer[key])]
    for key in wrong:
        expected = kind.settings[key].expected
        hint = suggestion(str(layer[key]), FUNCTIONS) if kind.settings[key] is FUNCTION else ""
        stack.fault(f"({kind.key}): `{key}` cannot be `{layer[key]}`", hint or f"expected {expected}")
    return not (unknown or missing or wrong)

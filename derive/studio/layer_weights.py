"""The weights of layers, as a form keeps them: which there are, in which shapes, and what becomes of their numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from derive.calculus.shapes import normal
from derive.errors import DeriveError
from derive.language.expressions import Shape
from derive.language.names import Name
from derive.problem.network import LAYERS, families
from derive.problem.network.shorthand import expand_network
from derive.problem.problem import Problem
from derive.problem.reading.equations import read_name
from derive.problem.reading.framework_names import layer_table
from derive.problem.reading.given_values import shape_of_lists

FRESH = tuple(Fraction(tenths, 10) for tenths in (2, -4, 5, 3, -1, 6, -3, 4, -2, 1))
"""The numbers of new weights, by their places."""
UNITS = 2
"""The units of a new recurrent layer, and the entries of a new embedding."""
OWN_ROWS = "po"
MOST_HEADS = 64
KERNELS: Mapping[int, Shape] = {1: (2,), 2: (2, 2), 3: (1, 0, 2, 2)}
"""The shape of a new kernel by the axes of what flows in; 0 stands for its channels."""


def names_of(layers: Sequence[Any]) -> list[dict[str, str]]:
    """The names that the weights of each layer have, those of the layers inside it behind its own, by what they are in
    a layer of the kind.
    """
    counts, marked = Counter[str](), Counter(families(layers))
    return [dict(_names(layer, counts, marked)) for layer in layers]


def _names(layer: Any, counts: Counter[str], marked: Counter[str], place: str = "") -> Iterator[tuple[str, str]]:
    written = layer_table(layer, LAYERS)
    if not isinstance(written, dict):
        return
    kind = LAYERS.get(str(written.get("layer", "dense")))
    if kind and kind.numbered[0]:
        family, letters = kind.numbered
        counts[family] += 1
        yield from ((f"{place}{letter}", f"{letter}_{counts[family]}") for letter in letters)
    elif kind and (own := _own_weights(written)):
        family = kind.family
        counts[family] += 1
        mark = f"^{{({counts[family]})}}" if marked[family] > 1 else ""
        yield from ((f"{place}{name}", f"{name}{mark}") for name in own)
    inner = written.get("layers")
    for i, each in enumerate(inner if isinstance(inner, list) else (), 1):
        yield from _names(each, counts, marked, f"{place}{i}.")


def _own_weights(layer: Mapping[str, Any]) -> Mapping[str, str]:
    """The weights that a layer of its kind and settings has, with their sizes; none where a setting cannot be."""
    kind = LAYERS.get(str(layer.get("layer", "dense")))
    settings = {key: value for key, value in layer.items() if key != "layer"}
    if kind is None or not all(key in kind.settings and kind.settings[key].holds(settings[key]) for key in settings):
        return {}
    return kind.weights(settings) if settings.get("heads", 1) <= MOST_HEADS else {}


def fitting_values(values: Mapping[str, Any], network: Mapping[str, Any]) -> dict[str, Any]:
    """The given values, by name, with those weights of dense layers, kernels and norms that the network needs, in the
    shapes that it needs them in. Where it cannot be told what flows into a layer, the rest stays as it is.
    """
    found = dict(values)
    layers = network["layers"]
    inputs = [network.get("input"), f"{network.get('input')}_1"]  # one value, or a sequence
    flow = next((shape_of_lists(found[name]) for name in inputs if name in found), None)
    largest = max(
        (number for name, value in found.items() if _is_input(name, network) for number in _whole(value)), default=1
    )
    for j, (layer, names) in enumerate(zip(layers, names_of(layers), strict=True)):
        if flow is None:
            break
        found |= _weights(layer_table(layer, LAYERS), names, flow, found, 1 if j else largest)
        flow = _outflow(found, network, j + 1)
    target = network.get("target")
    if flow is not None and target in found and _has_entries(network, found[target]):
        found[target] = resized(found[target], flow, (Fraction(0),))
    return found


def _is_input(name: str, network: Mapping[str, Any]) -> bool:
    """Whether a name is that of the input, or of a sequence's input at one time."""
    stem, _, time = name.rpartition("_")
    return network.get("input") in ({name, stem} if time.isdigit() else {name})


def _whole(value: Any) -> Iterator[int]:
    """The whole numbers that a value has."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, list):
            yield from _whole(each)
        elif isinstance(each, int):
            yield each


def _weights(
    layer: Any, names: Mapping[str, str], flow: Shape, values: Mapping[str, Any], largest: int
) -> Iterator[tuple[str, Any]]:
    """The weights of one layer, resized or new."""
    kind = str(layer.get("layer", "dense")) if isinstance(layer, dict) else ""
    rows = flow[0] if flow else 1
    units = layer.get("units") if kind == "dense" else None
    if isinstance(units, int) and not isinstance(units, bool) and units > 0:
        weight, bias = names["W"], names["b"]
        is_new = weight not in values
        yield weight, resized(values.get(weight), (units, rows))
        if layer.get("bias", True) and (bias in values or is_new):
            yield bias, resized(values.get(bias), (units,))
    elif "K" in names:
        if names["K"] not in values and len(flow) in KERNELS:
            yield names["K"], resized(None, tuple(axis or flow[0] for axis in KERNELS[len(flow)]))
    elif "gamma" in names:
        norms = [name for name in names.values() if name in values and len(flow) <= 2]
        yield from ((name, resized(values[name], (rows,))) for name in norms)
    elif isinstance(layer, dict):
        yield from _of_family(layer, names, {"n": rows, "v": largest}, values)


def _of_family(
    layer: Mapping[str, Any], names: Mapping[str, str], known: Mapping[str, int], values: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """The weights of a layer whose kind tells their sizes. One that may be missing comes with a new layer, unless its
    size is that of others, or is given.
    """
    own_weights = _own_weights(layer)
    if not own_weights:
        return
    heads, memory = layer.get("heads", 1), layer.get("memory")
    looked_at = known["n"] if memory is None else _rows(values.get(str(memory)))  # 0: it is worked out
    joined, first = 0, names[next(iter(own_weights))]
    own = _rows(values.get(first))
    sizes = {**known, "m": looked_at, "h": own or UNITS, "o": UNITS, "p": own or max(1, known["n"] // heads)}
    for k, (name, letters) in enumerate(own_weights.items()):
        old = values.get(names[name])
        may_miss = letters.endswith("?") and (first in values or "j" in letters)
        if may_miss and old is None:
            continue
        shape = _sized(letters.strip("?"), {**sizes, "j": joined}, old)
        yield names[name], resized(old, shape, FRESH[k % len(FRESH) :] + FRESH[: k % len(FRESH)])  # no head as another
        joined += shape[0] if name.startswith(("W_V", "W_{V")) else 0


def _rows(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _sized(letters: str, sizes: Mapping[str, int], value: Any) -> Shape:
    """The shape that letters stand for. What has rows of its own keeps them, and a table its entries."""
    rows, *columns = (sizes[letter] for letter in letters)
    if letters[0] in OWN_ROWS:
        rows = _rows(value) or rows
    has = _rows(value[0]) if _rows(value) else 0
    return (rows, *(max(size, has) if letters[1] == "v" else size or has or sizes["n"] for size in columns))


def _has_entries(network: Mapping[str, Any], target: Any) -> bool:
    """Whether the target has one entry for each output, and is not the number of a class."""
    return isinstance(target, list) or "cross entropy" not in str(network.get("loss"))


def _outflow(values: Mapping[str, Any], network: Mapping[str, Any], first: int) -> Shape | None:
    """The shape of what comes out of the first layers; None where they do not fit."""
    faults: list[str] = []
    shapes: dict[Name, Shape] = {read_name(name): shape_of_lists(value) for name, value in values.items()}
    table = {key: network[key] for key in ("input", "layers") if key in network}
    lines = expand_network(table, shapes, lambda message, hint="", *path: faults.append(message), first)
    if faults or not lines:
        return None
    try:
        data = [name for name in values if _is_input(name, network)]
        problem = Problem.of([line for line, _ in lines], dict(values), data=data)
    except DeriveError:
        return None
    return problem.shapes[problem.equations[-1].name]


def resized(value: Any, shape: Shape, fresh: Sequence[Fraction] = FRESH) -> Any:
    """A value in another shape: the numbers that it has stay in their places, new ones are `fresh`."""
    if value is not None and normal(shape_of_lists(value)) == normal(shape):
        return value
    return _grown(value, shape, fresh, 0)


def _grown(value: Any, shape: Shape, fresh: Sequence[Fraction], at: int) -> Any:
    """A part of a value, `at` that place among the numbers: a number that is new depends on where it stands alone."""
    if not shape:
        first = value
        while isinstance(first, list):
            first = first[0] if first else None
        return fresh[at % len(fresh)] if first is None else first
    old = value if isinstance(value, list) else [] if value is None else [value]
    old = [*old, *[None] * shape[0]][: shape[0]]
    return [_grown(each, shape[1:], fresh, 3 * at + i) for i, each in enumerate(old)]

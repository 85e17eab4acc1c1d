"""A figure in words, for a terminal and for those who do not see it, in lines of 100 characters at most."""

import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from math import prod

from derive.figures import Bar, Boundary, Chart, Curve, Figure, Grid, Grids, Labels, Node, Picture, Strip
from derive.language.names import Derivative, Name, Symbol
from derive.operations import ROWS

WIDTH = 100


def figure_words(figure: Picture, labels: Labels) -> str:
    """The order of the quantities with arrows, then each with its value and the loss's derivative by it.

    Of a chart each bar with its counts, of a curve its course.
    """
    if isinstance(figure, Curve):
        return "\n".join(_wrapped(_course(figure, labels), 4))
    if isinstance(figure, Strip):
        shown = [f"[{title}]" if i == figure.lit else title for i, title in enumerate(figure.parts)]
        return "\n".join(_wrapped((" ← " if figure.backward else " → ").join(shown), 4))
    if isinstance(figure, Boundary):
        return "\n".join(line for k, title in figure.panels for line in _wrapped(_sides(figure, k, title, labels), 4))
    if isinstance(figure, Grids):
        return "\n\n".join("\n".join(_cells(grid, labels)) for grid in figure.grids)
    if isinstance(figure, Chart):
        return "\n".join(line for bar in figure.bars for line in _wrapped(_counted(figure, bar, labels), 4))
    lines = list(_layers(figure, labels) if figure.kind == "network" else _order(figure, labels))
    rows = list(dict.fromkeys(_rows(figure, labels)))
    if rows:
        lines += ["", *_table(rows)]
    return "\n".join(lines)


def _sides(figure: Boundary, k: int, title: str, labels: Labels) -> str:
    """`before the training: y at (0; 0): 0.5, …`: what decides at each sample, beside the target."""
    outputs, places = labels.field(figure, k), figure.places
    said = []
    for point in figure.points:
        nearest = min(range(len(places)), key=lambda i: (places[i][0] - point.x) ** 2 + (places[i][1] - point.y) ** 2)
        side = ">" if outputs[nearest] > figure.threshold else "≤"
        aim = labels.written(figure.values[point.upper])
        said.append(f"({labels.written(point.x)}; {labels.written(point.y)}) {side}, {aim}")
    name = f"{labels.name(figure.names[2], None)} > {labels.written(float(figure.threshold))}"
    return f"{title} ({name}; {labels.name(figure.names[3], None)}): {'; '.join(said)}"


def _cells(grid: Grid, labels: Labels) -> Iterator[str]:
    """The name of an array, and its rows, what is framed in brackets."""
    yield labels.name(grid.name, None)
    found = labels.values(grid.name, None)
    flat = [text for row in found for text in row] if found else ["·"] * prod(grid.shape)
    texts = [f"[{text}]" if i in grid.framed else f" {text} " for i, text in enumerate(flat)]
    rows, columns = grid.size
    width = max(map(terminal_width, texts))
    for i in range(0, len(texts), columns):
        if i and i % (rows * columns) == 0:
            yield ""
        yield " ".join(padded(text, width, right=True) for text in texts[i : i + columns]).rstrip()


def _counted(chart: Chart, bar: Bar, labels: Labels) -> str:
    """`dL/dW₂: 31 right, 9 wrong`; parts that are 0 are left out."""
    name = bar.label if isinstance(bar.label, str) else labels.name(bar.label, None) + bar.after
    counts = [f"{count} {part.words}" for part, count in zip(chart.parts, bar.counts, strict=True) if count]
    return f"{name}: {', '.join(counts) or 0}"


def _course(curve: Curve, labels: Labels) -> str:
    """`L: 0.25 (0), 0.2 (1), … 0.01 (100); updates`: a few values, each with its count."""
    points = list(zip((curve.counts[i] for i in curve.chosen()), labels.curve(curve), strict=True))
    step = max(1, -(-len(points) // 10))
    shown = dict([*points[::step], points[-1]])
    values = ", ".join(f"{labels.written(value)} ({count})" for count, value in shown.items())
    return f"{labels.name(curve.name, None)}: {values}; in brackets: {curve.axis}"


def _order(figure: Figure, labels: Labels) -> Iterator[str]:
    """A chain in one line; else one line for each quantity with what goes into it."""
    names = [labels.name(node.name, node.entry) for node in figure.nodes]
    if figure.chain:
        yield from _wrapped(" → ".join(names), 2)
        return
    for i, name in enumerate(names):
        sources = [names[edge.source] for edge in figure.edges if edge.target == i]
        if sources:
            yield from _wrapped(f"{', '.join(sources)} → {name}", 4)


def _layers(figure: Figure, labels: Labels) -> Iterator[str]:
    """`x → z₁ → ReLU → A₁ → … → L ← Y`."""
    parts = []
    for _, column in groupby(figure.nodes, key=lambda node: node.position[0]):
        first = next(column)
        if first.kind in {"input", "unit"}:
            parts += _stages(first, labels)
    parts += [labels.name(node.name, None) for node in figure.nodes if node.kind == "loss"]
    targets = [labels.name(node.name, None) for node in figure.nodes if node.kind == "target"]
    yield from _wrapped(" → ".join(parts) + (f" ← {', '.join(targets)}" if targets else ""), 2)


def _stages(node: Node, labels: Labels) -> list[str]:
    """What a layer's values go through: sum, operation, result; without a name of the sum the last two."""
    operation = [ROWS[node.activation].notation.text] if node.activation in ROWS else []
    names = [labels.name(name, None) for name in (node.name, node.output) if name]
    return [*names[:-1], *operation, names[-1]] if operation else names


def _rows(figure: Figure, labels: Labels) -> Iterator[tuple[str, str, str, str]]:
    """Name, value, name of the gradient, gradient."""
    for node in figure.nodes:
        if node.kind in {"layer", "dots"}:
            continue
        if node.bias and (bias := _entries(labels.values(*node.bias))):
            yield labels.name(*node.bias), bias, "", ""
        if node.kind in {"input", "unit"} and figure.kind == "network" and node.several:
            continue
        for name in (node.name, node.output):
            row = _row(node, name, figure, labels) if name else ("", "", "", "")
            if row[1] or row[3]:
                yield row


def _row(node: Node, name: Name, figure: Figure, labels: Labels) -> tuple[str, str, str, str]:
    label = labels.name(name, node.entry)
    if not node.fits:
        sides = node.shape if len(node.shape) > 1 else (*node.shape, 1)
        return label, "×".join(map(str, sides)), "", ""
    value = _entries(labels.values(name, node.entry))
    gradient = _entries(labels.gradient(name, node.entry)) if figure.kind != "network" else ""
    if not gradient or not figure.loss or not isinstance(name, Symbol):
        return label, value, "", ""
    return label, value, labels.name(Derivative(figure.loss, name), node.entry), gradient


def _entries(rows: list[list[str]] | None) -> str:
    if not rows:
        return ""
    text = "; ".join(" ".join(row) for row in rows)
    return f"[{text}]" if len(rows) * len(rows[0]) > 1 else text


def _table(rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    """Columns as wide as their longest cell; a row that is too long goes on beneath."""
    first, second, third = (max(terminal_width(row[i]) for row in rows) for i in range(3))
    for label, value, slope, gradient in rows:
        start = f"{padded(label, first)}  "
        whole = f"{start}{padded(value, second)}  {padded(slope, third)}  {gradient}".rstrip()
        if terminal_width(whole) <= WIDTH:
            yield whole
        else:
            yield from _wrapped(start + value, first + 3)
            if gradient:
                yield from _wrapped(f"{' ' * first}  {slope}  {gradient}", first + 3)


def terminal_width(text: str) -> int:
    """How many columns of a terminal a text takes: combining marks take none."""
    return len(text) - sum(map(bool, map(unicodedata.combining, text)))


def padded(text: str, width: int, right: bool = False) -> str:
    """A text filled up to a width."""
    gap = " " * (width - terminal_width(text))
    return gap + text if right else text + gap


def _wrapped(line: str, indent: int) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)

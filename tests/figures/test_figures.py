"""Figures: what is drawn for each kind of model, and that every drawing of every built-in problem can be read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from math import hypot
from typing import TypeGuard

import pytest
from support.latex_logs import missing_glyphs, overfull
from support.places import PACKAGE
from support.solutions import written

from derive.calculus.shapes import offset
from derive.derivation.derive import derive as derived
from derive.derivation.steps import Derivation
from derive.figures import Figure
from derive.figures.drawing.arrange import drawing_of
from derive.figures.drawing.measures import MathScript
from derive.figures.drawing.primitives import Circle, Drawing, Rectangle, Text
from derive.figures.drawing.primitives import Stroke as Line
from derive.figures.graph import MOST_COLUMNS, graph_figure, graph_figures
from derive.figures.network import network_figure
from derive.figures.ranking import rank
from derive.figures.renderers import svg as svg_drawer
from derive.figures.renderers import tikz as tikz_drawer
from derive.figures.renderers.svg import svg
from derive.figures.renderers.tikz import tikz
from derive.figures.renderers.words import figure_words
from derive.figures.unrolled import unrolled_figure
from derive.language.expressions import Index
from derive.language.names import GREEK, Derivative, Name, Symbol
from derive.operations import ROWS
from derive.pdf.engines import compile_tex, find_engine
from derive.problem.problem import Problem
from derive.solution import solve
from derive.values.tape import Tape
from derive.values.values import Values

EXAMPLES = sorted((PACKAGE / "examples").glob("*.toml"))
LAYERED = {
    "adam_network",
    "binary_cross_entropy", "dead_relu", "han_kamber", "hessian", "hmkcode", "lion_step", "mazur", "mazur_10000",
    "miller", "newton_logistic", "notes", "rgu",
    "slp3_sgd", "softmax_classifier",
    "victorzhou_feedforward", "victorzhou_neuron", "xor_2_2_1", "yeh_mlp", "zaki_meira",
}  # fmt: skip

FUSED = """
[data]
x = [[0.5, -1.25], [2, 0.125]]
[parameters]
W_1 = [[0.1, 0.2], [-0.3, 0.4]]
V = [1, -1]
[model]
equations = '''
H = tanh(x W_1)
y_hat = H V
'''
"""
DEEP = "\n".join([
    "[data]", "x = [0.25, -0.125]", "y = [1, 0]", "[parameters]",
    *(f"W_{i} = [[0.1, 0.9], [-0.7, 0.3]]" for i in range(1, 8)),
    "[model]", "loss = 'L'", "equations = '''",
    *(f"z_{i} = W_{i} {f'A_{i - 1}' if i > 1 else 'x'}\nA_{i} = LeakyReLU(z_{i})" for i in range(1, 8)),
    "L = squared_error(A_7, y)", "'''",
])  # fmt: skip
WIDE = f"""
[data]
x = {[i / 4 for i in range(20)]}
Y = 1
[parameters]
W_1 = {[[(i - j) / 100 for i in range(20)] for j in range(12)]}
W_2 = {[[i / 8 for i in range(12)]]}
[model]
loss = "L"
equations = '''
z_1 = W_1 x
A_1 = tanh(z_1)
p = W_2 A_1
L = (p - Y)^2
'''
"""
UNROLLED = "\n".join([
    "[parameters]", "h_0 = 0.123456789", "w = 0.987654321", "[model]", "loss = 'h_12'", "equations = '''",
    *(f"u_{i} = w h_{i - 1}\nv_{i} = w + h_{i - 1}\nh_{i} = u_{i} v_{i}" for i in range(1, 6)),
    "h_12 = h_5 - h_1", "'''",
])  # fmt: skip
OWN = {"fused": FUSED, "deep": DEEP, "wide": WIDE, "unrolled": UNROLLED}


@dataclass(frozen=True)
class Sample:
    """A problem worked out, with its figures."""

    name: str
    derivation: Derivation
    values: Values
    figures: tuple[Figure, ...]


class Entries:
    """Values and gradients as the writers look them up."""

    shown = True

    def __init__(self, sample: Sample) -> None:
        self.derivation, self.numbers = sample.derivation, sample.values

    def number(self, text: str) -> str:
        raise NotImplementedError

    def without_numbers(self) -> Entries:
        bare = copy(self)
        bare.shown = False
        return bare

    def values(self, name: Name, index: Index | None) -> list[list[str]] | None:
        if not self.shown:
            return None
        shape = self.derivation.shapes[name]
        decimal = self.numbers.numbers.decimal
        flat = [self.number(entry.text(decimal)) for entry in self.numbers.printed(name)]
        if index is not None:
            return [[flat[offset(shape, index)]]]
        width = shape[1] if len(shape) == 2 else 1
        return [flat[i : i + width] for i in range(0, len(flat), width)]

    def name(self, name: Name, index: Index | None) -> str:
        raise NotImplementedError

    def opposite(self, name: Name, index: Index, number: bool = True) -> str:
        rows = self.values(name, index) if number else None
        return "−" + (rows[0][0] if rows else self.name(name, index))

    def gradient(self, name: Name, index: Index | None) -> list[list[str]] | None:
        loss = self.derivation.loss
        if loss is None or not isinstance(name, Symbol):
            return None
        slope = Derivative(loss, name)
        known = any(step.name == slope for step in self.derivation.backward)
        return self.values(slope, index) if known else None


class Unicode(Entries):
    """Names and numbers for a terminal: `z₁,₂`, `-7,67·10⁻⁸`."""

    def name(self, name: Name, index: Index | None) -> str:
        if isinstance(name, Derivative):
            return f"d{self.name(name.of, None)}/d{self.name(name.by, index)}"
        items = ",".join([*map(str, name.subscript), *(str(i + 1) for i in index or ())])
        low = items.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
        accent = "\u0302" if name.accent else ""
        return GREEK.get(name.base, name.base) + accent + (low if not re.search("[a-z]", items) else f"_{{{items}}}")

    def number(self, text: str) -> str:
        mantissa, _, power = text.partition("^")
        return mantissa + power.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class Tex(Entries):
    """Names and numbers in TeX."""

    def name(self, name: Name, index: Index | None) -> str:
        if isinstance(name, Derivative):
            return rf"\frac{{d{self.name(name.of, None)}}}{{d{self.name(name.by, index)}}}"
        items = ",".join([*map(str, name.subscript), *(str(i + 1) for i in index or ())])
        base = rf"\{name.base}" if name.base in GREEK else name.base
        base = rf"\mathrm{{{base}}}" if len(name.base) > 1 and name.base not in GREEK else base
        return (rf"\{name.accent}{{{base}}}" if name.accent else base) + (f"_{{{items}}}" if items else "")

    def number(self, text: str) -> str:
        mantissa, _, power = text.partition("·10^")
        return mantissa.replace(",", "{,}") + (rf"\cdot 10^{{{power}}}" if power else "")


class Blank(Unicode):
    """An exercise sheet: names alone."""

    shown = False


@cache
def sample(name: str) -> Sample:
    problem = Problem.loads(OWN[name]) if name in OWN else Problem.load(EXAMPLES[0].with_name(f"{name}.toml"))
    derivation = derived(problem)
    figures = (network_figure(derivation), graph_figure(derivation), unrolled_figure(derivation))
    return Sample(name, derivation, Values(Tape.of(derivation), problem), tuple(filter(None, figures)))


NAMES = [path.stem for path in EXAMPLES] + list(OWN)
every_problem = pytest.mark.parametrize("name", NAMES)


def names_of(figure: Figure) -> list[str]:
    return [node.name.id for node in figure.nodes]


def edges_of(figure: Figure) -> set[tuple[str, str]]:
    names = names_of(figure)
    return {(names[edge.source], names[edge.target]) for edge in figure.edges}


# --- what is drawn ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
def test_layers_are_recognised(name: str) -> None:
    figure = network_figure(sample(name).derivation)
    assert (figure is not None) == (name in LAYERED)


@pytest.mark.parametrize("name", ["dropout", "ridge_regression"])
def test_what_has_weights_behind_its_layers_is_no_network(name: str) -> None:
    """A mask before further layers, a penalty on the weights: as a loss they would be drawn wrong."""
    assert network_figure(sample(name).derivation) is None
    assert {"L"} < set(names_of(graph_figure(sample(name).derivation)))


def test_the_network_of_the_notes() -> None:
    figure = network_figure(sample("notes").derivation)
    assert figure
    assert [node.kind for node in figure.nodes] == ["input"] * 3 + ["unit"] * 4 + ["loss", "target"]
    hidden = figure.nodes[4]
    assert (hidden.name.id, str(hidden.output), hidden.entry, hidden.activation) == ("z_1", "A_1", (1,), "relu")
    weights = [(str(edge.weight), edge.entry) for edge in figure.edges if edge.target == 4]
    assert weights == [("W_1", (1, 0)), ("W_1", (1, 1)), ("W_1", (1, 2))]
    assert len(figure.edges) == 9 + 3 + 1 + 1
    assert figure.size == (4, 3)


@pytest.mark.parametrize(
    ("name", "weight", "entries"),
    [
        ("hmkcode", "W_1", [(0, 0), (0, 1), (1, 0), (1, 1)]),  # x W: a row of W belongs to an input
        ("miller", "W_1", [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]),  # W x: to a unit
        ("victorzhou_neuron", "w", [(0,), (1,)]),  # wᵀ x
        ("zaki_meira", "W_1", [(0,), (1,), (2,)]),  # a column times one number
    ],
)
def test_edges_carry_the_weight_of_their_units(name: str, weight: str, entries: list[Index]) -> None:
    figure = network_figure(sample(name).derivation)
    assert figure
    assert [edge.entry for edge in figure.edges if str(edge.weight) == weight] == entries


def test_wide_layers_have_dots_and_batches_no_entries() -> None:
    wide = network_figure(sample("wide").derivation)
    assert wide
    assert [node.entry for node in wide.nodes if node.position[0] == 1] == [(0,), (1,), (2,), None, (10,), (11,)]
    assert [node.kind for node in wide.nodes].count("dots") == 2
    batch = network_figure(sample("xor_2_2_1").derivation)
    assert batch
    assert {node.entry for node in batch.nodes if node.kind in {"input", "unit"}} == {None}
    assert [node.name.id for node in batch.nodes if node.kind == "layer"] == ["X", "z_1", "z_2"]


def test_a_network_is_a_chain_without_parameters_and_targets() -> None:
    figure = graph_figure(sample("notes").derivation)
    assert figure.chain
    assert names_of(figure) == ["x", "z_1", "A_1", "z_2", "A_2", "L"]
    assert names_of(graph_figure(sample("mazur").derivation))[:2] == ["x", "net_h"]  # its biases are data


def test_a_circuit_shows_its_parameters() -> None:
    figure = graph_figure(sample("cs231n_circuit_1").derivation)
    assert edges_of(figure) == {("x", "q"), ("y", "q"), ("q", "f"), ("z", "f")}
    assert figure.nodes[names_of(figure).index("z")].position[0] == 1  # beside q, right before its use


@pytest.mark.parametrize("name", ["transformer_block", "onnx_conv_pool"])
def test_no_graph_too_deep_for_a_page_or_in_pieces(name: str) -> None:
    assert graph_figure(sample(name).derivation) is None


def test_a_residual_connection_is_led_around() -> None:
    figure = graph_figure(sample("residual_small").derivation)
    (curved,) = [edge for edge in figure.edges if edge.via]
    assert [names_of(figure)[i] for i in (curved.source, curved.target)] == ["A_1", "R"]
    assert [column for column, _ in curved.via] == [3, 4]
    assert {node.position[1] for node in figure.nodes} == {0.6}


def test_edges_are_untangled() -> None:
    tangled = [(0, 5), (1, 4), (2, 3), (3, 6), (4, 7), (5, 8)]
    ranking = rank(9, tangled, [False] * 9)
    assert all(ranking.column[a] < ranking.column[b] for a, b in tangled)
    assert all(ranking.row[a] == ranking.row[b] for a, b in tangled)


# --- that it can be read ------------------------------------------------------------------------------------------

Frame = tuple[float, float, float, float]
SCRIPTS = [(Tex, tikz_drawer.SCRIPT), (Unicode, svg_drawer.SCRIPT)]


def frame(shape: Text | Rectangle | Circle, script: MathScript) -> Frame:
    """Left, top, right, bottom."""
    x, y = shape.at
    if isinstance(shape, Rectangle):
        return x, y, x + shape.width, y + shape.height
    if isinstance(shape, Circle):
        return x - shape.radius, y - shape.radius, x + shape.radius, y + shape.radius
    width = script.width(shape.content) * shape.size
    left = x - {"start": 0, "middle": 0.5, "end": 1}[shape.anchor] * width
    return left, y - 0.65 * shape.size, left + width, y + 0.05 * shape.size


def is_node(shape: object) -> TypeGuard[Rectangle | Circle]:
    """Whether a shape stands for something; what lies around several does not."""
    return isinstance(shape, Rectangle | Circle) and shape.style != "group"


def apart(a: Frame, b: Frame) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def inside(a: Frame, b: Frame) -> bool:
    slack = 0.01
    return b[0] - slack <= a[0] and b[1] - slack <= a[1] and a[2] <= b[2] + slack and a[3] <= b[3] + slack


@cache
def drawings(name: str) -> list[tuple[Drawing, MathScript]]:
    """Every figure of a problem, drawn once for all tests that look at it."""
    return [
        (drawing_of(figure, labels(sample(name)), script), script)
        for labels, script in SCRIPTS
        for figure in sample(name).figures
    ]


@every_problem
def test_nothing_overlaps(name: str) -> None:
    for drawing, script in drawings(name):
        page = (0.0, 0.0, drawing.width, drawing.height)
        nodes = [frame(shape, script) for shape in drawing.shapes if is_node(shape)]
        texts = [(shape.content, frame(shape, script)) for shape in drawing.shapes if isinstance(shape, Text)]
        assert all(inside(a, page) for a in nodes)
        assert all(apart(a, b) for a, b in combinations(nodes, 2))
        assert [(a[0], b[0]) for a, b in combinations(texts, 2) if not apart(a[1], b[1])] == []
        loose = [(text, a) for text, a in texts if not any(inside(a, node) for node in nodes)]
        assert [text for text, a in loose if not inside(a, page) or any(not apart(a, b) for b in nodes)] == []


@every_problem
def test_no_label_lies_on_a_line(name: str) -> None:
    """Whatever line it is: an edge, an arrow, a rule, a bracket."""
    for drawing, script in drawings(name):
        boxes = [(shape.content, frame(shape, script)) for shape in drawing.shapes if isinstance(shape, Text)]
        lines = [list(along(shape)) for shape in drawing.shapes if isinstance(shape, Line)]
        for line in lines:
            near = [(text, box) for text, box in boxes if not apart(around(line), box)]
            for start, end in pairwise(line) if near else ():
                assert [text for text, box in near if through(start, end, box)] == []


def around(line: list[tuple[float, float]]) -> Frame:
    """The smallest box that a line lies in."""
    (left, *_, right), (low, *_, high) = (sorted(point[i] for point in line) for i in (0, 1))
    return left, low, right, high


def through(start: tuple[float, float], end: tuple[float, float], box: Frame) -> bool:
    """Whether a straight line goes through a box."""
    if any(max(start[i], end[i]) < box[i] or min(start[i], end[i]) > box[i + 2] for i in (0, 1)):
        return False
    points = [(start[0] + t / 20 * (end[0] - start[0]), start[1] + t / 20 * (end[1] - start[1])) for t in range(21)]
    return any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in points)


def test_each_weight_is_nearest_to_its_own_edge() -> None:
    """Of three inputs and three units, where edges cross: a number between two edges belongs to one of them."""
    figure = network_figure(sample("notes").derivation)
    assert figure
    labels = Unicode(sample("notes"))
    drawing = drawing_of(figure, labels, svg_drawer.SCRIPT)
    lines = [shape for shape in drawing.shapes if isinstance(shape, Line) and shape.style in {"weight", "lit weight"}]
    numbers = [shape for shape in drawing.shapes if isinstance(shape, Text) and shape.role == "plain"]
    weighing = [edge for edge in figure.edges if edge.weight]
    own = {labels.values(edge.weight, edge.entry)[0][0]: lines[figure.edges.index(edge)] for edge in weighing[:9]}
    for number in numbers[:9]:
        x, y = number.at
        assert (
            min(lines, key=lambda line: min(hypot(x - a, y - 2.5 - b) for a, b in along(line))) == own[number.content]
        )


BIASED = """
[data]
x = [[1, -2, 0.5]]
[parameters]
W = [[0.5, -0.25], [1, 0.75], [-1, 0.125]]
c = [0.123456789, -7]
V = [2, -3]
d = 0.375
[model]
equations = '''
h = tanh(x W + c^T)
y_hat = h V + d
'''
"""


def test_biases_stand_at_their_units() -> None:
    """Whether a row or a number for all: an arrow into the unit, its number beside it, short enough for a picture."""
    derivation = derived(Problem.loads(BIASED))
    figure = network_figure(derivation)
    assert figure
    assert [node.bias for node in figure.nodes if node.kind == "unit"] == [
        (Symbol("c"), (0,)), (Symbol("c"), (1,)), (Symbol("d"), ()),
    ]  # fmt: skip
    drawn = solve(Problem.loads(BIASED)).pictures("md")["network.svg"]
    assert all(f">{text}<" in drawn for text in ("0.1235", "−7", "0.375"))
    assert "0.123456789" not in drawn


def test_a_threshold_that_is_subtracted_has_its_sign_turned() -> None:
    problem = Problem.loads(BIASED.replace("h V + d", "h V - d"))
    figure = network_figure(derived(problem))
    assert figure
    assert [node.threshold for node in figure.nodes if node.kind == "unit"] == [False, False, True]
    page = solve(problem).text("html")
    assert ">−0.375<" in page
    assert ">−0.375<" not in solve(Problem.loads(BIASED)).text("html")


@every_problem
def test_no_unit_is_empty_and_weights_are_told_from_values(name: str) -> None:
    figures = sample(name).figures * len(SCRIPTS)
    for shapes, script in (
        (drawing.shapes, script)
        for (drawing, script), figure in zip(drawings(name), figures, strict=True)
        if figure.kind == "network"
    ):
        texts = [shape for shape in shapes if isinstance(shape, Text)]
        units = [frame(shape, script) for shape in shapes if isinstance(shape, Circle) and shape.style != "dot"]
        assert all(any(inside(frame(text, script), unit) for text in texts) for unit in units)
        weights = [frame(text, script) for text in texts if text.role == "plain"]
        values = [frame(text, script) for text in texts if text.role == "value"]
        assert all(apart((w[0] - 5, w[1], w[2] + 5, w[3]), v) for w in weights for v in values)


def test_many_weights_between_two_layers_are_left_out() -> None:
    """Of twelve in one column no reader finds the edge that one belongs to."""
    figure = network_figure(sample("yeh_mlp").derivation)
    assert figure
    assert {str(edge.weight) for edge in figure.edges} == {"None", "W_4"}


@every_problem
def test_the_numbers_can_be_read_on_the_page(name: str) -> None:
    """At 6 points at least; where they can not, only the names stand there."""
    for drawing, _ in drawings(name):
        texts = [shape for shape in drawing.shapes if isinstance(shape, Text)]
        assert all(text.size * drawing.scale >= 6 for text in texts if text.role != "plain")


def test_a_graph_too_large_for_numbers_has_its_names() -> None:
    small, large = (
        {shape.role for drawing, _ in drawings(name) for shape in drawing.shapes if isinstance(shape, Text)}
        for name in ("cs231n_circuit_1", "layer_norm")
    )
    assert large <= {"name", "plain"}
    assert {"value", "gradient"} < small


@every_problem
def test_arrows_pass_no_card(name: str) -> None:
    for drawing, script in drawings(name):
        cards = [frame(shape, script) for shape in drawing.shapes if is_node(shape)]
        for line in (shape for shape in drawing.shapes if isinstance(shape, Line) and shape.style == "arrow"):
            points = list(along(line))[1:-1]
            assert not any(a[0] + 1 < x < a[2] - 1 and a[1] + 1 < y < a[3] - 1 for x, y in points for a in cards)


def along(line: Line) -> Iterator[tuple[float, float]]:
    """Points on a path."""
    at = line.start
    for leg in line.legs:
        one, two, end = leg if len(leg) == 3 else (at, leg[0], leg[0])
        for t in (i / 20 for i in range(21)):
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            four = (at, one, two, end)
            yield (
                sum(w * p[0] for w, p in zip(weights, four, strict=True)),
                sum(w * p[1] for w, p in zip(weights, four, strict=True)),
            )
        at = end


def test_a_long_chain_is_broken_and_a_deep_graph_goes_down() -> None:
    drawing = drawing_of(graph_figure(sample("deep").derivation), Tex(sample("deep")), tikz_drawer.SCRIPT)
    assert drawing.width <= 455
    assert len({shape.at[1] for shape in drawing.shapes if isinstance(shape, Rectangle)}) > 1
    drawing = drawing_of(graph_figure(sample("unrolled").derivation), Tex(sample("unrolled")), tikz_drawer.SCRIPT)
    assert drawing.height > drawing.width


PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}\usepackage{lmodern,amsmath,xcolor,tikz}
\usepackage[a4paper,margin=2.3cm]{geometry}
\definecolor{derivevalue}{RGB}{31,58,122}\definecolor{derivegradient}{RGB}{139,26,26}
\DeclareUnicodeCharacter{221E}{\ensuremath{\infty}}
\newbox\measured
\begin{document}
"""
MEASURED = r"""\setbox\measured\hbox{\fontsize{%g}{%g}\selectfont $%s$}\typeout{W=\the\wd\measured}%%
"""


@pytest.mark.slow
def test_all_pictures_compile_and_labels_fit_their_room() -> None:
    """One document of all pictures; after them LaTeX says how wide each label really is."""
    drawn = [(figure, Tex(sample(name))) for name in NAMES for figure in sample(name).figures]
    shapes = [shape for each in drawn for shape in drawing_of(*each, tikz_drawer.SCRIPT).shapes]
    labels = sorted({(shape.content, shape.size) for shape in shapes if isinstance(shape, Text)})
    pictures = "".join(f"\\noindent {tikz(*each)}\n\n" for each in drawn)
    boxes = "".join(MEASURED % (size, size, text) for text, size in labels)
    log = compile_tex(f"{PREAMBLE}{pictures}{boxes}\\end{{document}}", find_engine("embedded")).log
    assert overfull(log) == missing_glyphs(log) == []
    widths = map(float, re.findall(r"^W=([\d.]+)pt", log, re.MULTILINE))
    room = [(text, size * tikz_drawer.tex_width(text)) for text, size in labels]
    assert [text for (text, most), width in zip(room, widths, strict=True) if width > 1.06 * most] == []


@every_problem
def test_svg_stands_alone_and_describes_itself(name: str) -> None:
    labels = Unicode(sample(name))
    for figure in sample(name).figures:
        text = svg(figure, labels, "p < q & r")
        assert text == svg(figure, Unicode(sample(name)), "p < q & r")
        root = ET.fromstring(text)
        space = {"": "http://www.w3.org/2000/svg"}
        assert root.get("role") == "img"
        assert root.findtext("title", namespaces=space) == "p < q & r"
        assert root.findtext("desc", namespaces=space) == figure_words(figure, labels)
        assert {element.tag.partition("}")[2] for element in root.iter()} <= {
            "svg", "title", "desc", "rect", "circle", "path", "text", "tspan",
        }  # fmt: skip
        *_, width, height = map(float, root.get("viewBox", "").split())
        for path in root.iterfind("path", space):
            numbers = list(map(float, re.findall(r"-?[\d.]+", path.get("d", ""))))
            assert all(0 <= x <= width for x in numbers[::2])
            assert all(0 <= y <= height for y in numbers[1::2])


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("z₁,₂", [("z", 0), ("1,2", -1)]),
        ("net_{h,1}", [("net", 0), ("h,1", -1)]),
        ("y_true", [("y", 0), ("true", -1)]),
        ("-7,67·10⁻⁸", [("-7,67·10", 0), ("−8", 1)]),
    ],
)
def test_levels_of_text(text: str, runs: list[tuple[str, int]]) -> None:
    assert list(svg_drawer.runs(text)) == runs


@every_problem
def test_words_fit_a_terminal(name: str) -> None:
    for figure in sample(name).figures:
        lines = figure_words(figure, Unicode(sample(name))).splitlines()
        assert max(map(len, lines)) <= 100
        assert [line for line in lines if line != line.rstrip()] == []


def test_words_of_the_notes() -> None:
    network, chain = sample("notes").figures
    labels = Unicode(sample("notes"))
    words = figure_words(network, labels)
    assert words.startswith("x → z₁ → ReLU → A₁ → z₂ → σ → A₂ → L ← Y\n\nx₁    20\n")
    assert [line.split() for line in words.splitlines() if line.startswith("b")] == [
        ["b₁,₁", "0,1"], ["b₁,₂", "0,2"], ["b₁,₃", "0,3"], ["b₂", "0,5"],
    ]  # fmt: skip
    assert (
        figure_words(chain, labels)
        == """\
x → z₁ → A₁ → z₂ → A₂ → L

x   [20; 3; 4]
z₁  [3,9; 12,1; 20,3]  dL/dz₁  [-7,67·10⁻⁸; -1,53·10⁻⁷; -2,30·10⁻⁷]
A₁  [3,9; 12,1; 20,3]  dL/dA₁  [-7,67·10⁻⁸; -1,53·10⁻⁷; -2,30·10⁻⁷]
z₂  18,3               dL/dz₂  -3,84·10⁻⁷
A₂  0,9999999887       dL/dA₂  -34,0
L   289"""
    )


@every_problem
def test_a_blank_sheet_has_names_and_no_numbers(name: str) -> None:
    for figure in sample(name).figures:
        drawing = drawing_of(figure, Blank(sample(name)), svg_drawer.SCRIPT)
        roles = {shape.role for shape in drawing.shapes if isinstance(shape, Text)}
        assert "value" not in roles
        assert "gradient" not in roles
        assert figure_words(figure, Blank(sample(name)))


def test_the_sign_in_a_unit_has_a_width() -> None:
    signs = {key: tikz_drawer.SCRIPT.activation(key) for key in ROWS}
    assert [key for key, sign in signs.items() if tikz_drawer.SCRIPT.width(sign) <= 0.3 or sign == r"\sqrt"] == []


def test_a_gradient_that_the_pass_has_not_is_left_out() -> None:
    """Of two players with a loss each, the first pass goes back through one of them."""
    drawn = solve(Problem.load(EXAMPLES[0].with_name("gan_step.toml"))).pictures("md")["graph.svg"]
    assert "…" not in drawn
    assert 'fill="#8b1a1a"' in drawn


CHAIN = """
[data]
x = [1, 2]
[parameters]
w = [0.1, 0.2]
[model]
equations = '''
%s
L = sum(h_%d^2)
'''
loss = "L"
"""


@pytest.mark.parametrize(("steps", "helpers"), [(3, True), (7, False)])
def test_of_a_deep_graph_the_formulas_inside_equations_are_left_out(steps: int, helpers: bool) -> None:
    lines = ["h_0 = w ⊙ x", *(f"h_{i} = tanh(softmax(h_{i - 1}) + x)" for i in range(1, steps + 1))]
    figure = graph_figure(derived(Problem.loads(CHAIN % ("\n".join(lines), steps))))
    assert figure
    names = [node.name for node in figure.nodes]
    assert any(isinstance(name, Symbol) and bool(name.helper) for name in names) == helpers
    assert {f"h_{i}" for i in range(steps + 1)} <= {str(name) for name in names}
    targets = {(str(figure.nodes[e.source].name), str(figure.nodes[e.target].name)) for e in figure.edges}
    assert helpers or {(f"h_{i}", f"h_{i + 1}") for i in range(steps)} <= targets


def test_a_graph_too_wide_for_one_picture_goes_on_in_the_next() -> None:
    """Each picture begins with what the last one has found; every quantity is drawn."""
    problem = Problem.load(PACKAGE / "examples" / "transformer_block.toml")
    derivation = derived(problem)
    assert graph_figure(derivation) is None
    first, second = graph_figures(derivation)
    assert max(first.size[0], second.size[0]) <= MOST_COLUMNS
    assert names_of(second)[0] == names_of(first)[-1] == "R_1"
    computed = {step.name.id for step in derivation.forward if not step.helper}
    assert computed <= {*names_of(first), *names_of(second)}


def test_a_long_chain_is_drawn_in_pieces() -> None:
    lines = "\n".join(f"z_{i} = tanh(w z_{i - 1})" for i in range(1, 31))
    text = f"[data]\nz_0 = 1\n[parameters]\nw = 0.5\n[model]\nloss = 'L'\nequations = '''\n{lines}\nL = z_30^2\n'''"
    pieces = graph_figures(derived(Problem.loads(text)))
    assert len(pieces) == 3
    assert all(piece.size[0] <= MOST_COLUMNS for piece in pieces)


def test_colours_are_explained_where_both_are_there() -> None:
    """A batch of four stands in its boxes as its size."""
    assert [">gradients<" in written(name, "html") for name in ("mazur", "xor_2_2_1")] == [True, False]

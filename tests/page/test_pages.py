"""The page: goldens of the notes, and what holds on every page: signs, relations, detail, the same text every time.

`python -m pytest tests/page/test_pages.py --accept` writes the goldens anew.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import unified_diff
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from flint import arb, fmpq
from support.places import GOLDEN
from support.solutions import kept, solved, written

import derive
import derive.examples
from derive import Solution
from derive.calculus.differentiation import shape_of
from derive.calculus.kernels import Branches
from derive.calculus.scalars import Num, precision
from derive.figures.charts import Strip
from derive.figures.renderers.words import terminal_width
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Expr, apply, rewrite, walk
from derive.language.grammar import parse
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS
from derive.page.chains import Chain, Formula, Result
from derive.page.document import Document, FigureBlock, Joined, Lines, Numbered, PageRemark
from derive.page.lines.step_lines import chains_in
from derive.page.view import View
from derive.page.workings import Workings
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue
from derive.values.tape import compile_expr
from derive.writers import text_formats
from derive.writers.latex import LatexWriter
from derive.writers.layout.panels import panels
from derive.writers.parts import filled_text
from derive.writers.text import TextWriter, boxes

EXAMPLES = derive.examples.names()
QUICK = [name for name in EXAMPLES if name != "mazur_10000"]
ACCEPT = "python -m pytest tests/page/test_pages.py --accept"


# --- goldens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", text_formats("solution"))
def test_the_notes_are_the_accepted_page(form: str, request: pytest.FixtureRequest) -> None:
    text, golden = written("notes", form), GOLDEN / f"notes.{form}"
    if request.config.getoption("--accept"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
    accepted = golden.read_text("utf-8")
    difference = unified_diff(accepted.splitlines(), text.splitlines(), "accepted", "now", lineterm="", n=1)
    assert text == accepted, "\n".join([f"if it is meant to be so: {ACCEPT}", *difference])


# --- chains of numbers: every sign between them is true --------------------------------------------------------------


class Link(NamedTuple):
    """One link of a chain: the sign before it, and its text, or one text for each cell of an array."""

    sign: str
    cells: tuple[str, ...]


def texts_of(text: str) -> tuple[str, ...]:
    """The cells of a text that is one matrix; else the text itself."""
    if text.startswith("\ue000") and text.endswith("\ue001") and text.count("\ue000") == 1:
        return tuple(re.split("[\ue002\ue003]", text[1:-1]))
    return (text,)


def chains_of(part: object) -> Iterator[Chain]:
    """The chains in a block of a document, or in a part of a step."""
    match part:
        case Chain():
            yield part
        case Numbered(parts=parts):
            yield from (chain for part in parts for chain in chains_of(part))
        case Lines(chains=inner) | PageRemark(chains=inner):
            yield from inner
        case Joined(chain=chain, explained=explained):
            yield from (chain, *explained)


def pages_chains(document: Document) -> Iterator[Chain]:
    """All chains of a document."""
    return (chain for section in document.sections for block in section.blocks for chain in chains_of(block))


def chains(solution: Solution) -> Iterator[list[Link]]:
    """Every chain of the page."""
    blueprint, writer = solution.blueprint, TextWriter()
    compiler = writer.compiler(blueprint.document, blueprint.page, catalogue("en"))
    for section in blueprint.document.sections:
        view = View(solution.run, compiler.notation, Workings(), section.k)
        for block in section.blocks:
            for chain in chains_of(block):
                shown = [(link.relation, filled_text(compiler.shown(link.shown), view)) for link in chain.links]
                yield [Link(view.relation(relation), texts_of(text)) for relation, text in shown]


@kept
def page_of(name: str, **settings: str) -> list[list[Link]]:
    """Every chain on the page of a built-in problem."""
    return list(chains(solved(name, **settings)))


def read(text: str) -> Expr | None:
    """A text of numbers alone as an expression; None where names (`e` too) or matrices stand in it."""
    if re.search(r"(?<![a-z])e(?![a-z])", text):
        return None
    try:
        return rewrite(parse(re.sub(r"(?<=\d),(?=\d)", ".", text), Scope({}, FUNCTIONS)), by_two)
    except TextError:
        return None


def by_two(expr: Expr) -> Expr | None:
    """The largest of several numbers as that of two and two."""
    if isinstance(expr, Apply) and expr.op in {"max", "min"} and len(expr.args) > 2:
        return reduce(lambda a, b: apply(expr.op, a, b), expr.args)
    return None


def value(expr: Expr) -> Num:
    """The value of an expression of numbers."""
    (result,) = compile_expr(expr, {}, {}, Branches())([])
    return result


def size(expr: Expr) -> Num:
    """How large the numbers are that cancel in it: its value with every sign taken as plus."""
    if isinstance(expr, Apply) and expr.op in {"add", "subtract"}:
        return size(expr.args[0]) + size(expr.args[1])
    if isinstance(expr, Apply) and expr.op == "product":
        return size(expr.args[0]) * size(expr.args[1])
    return abs(value(expr))


def same(a: Num, b: Num) -> bool:
    """Whether two numbers are equal: exactly, or as far as 400 bits tell."""
    if type(a) is fmpq and type(b) is fmpq:
        return bool(a == b)
    return bool(abs(arb(a) - arb(b)) <= abs(arb(a)) * arb(10) ** -80)


def untrue(page: Iterable[list[Link]]) -> Iterator[str]:
    """Links of numbers whose sign is not true, and at the end how many there are."""
    count = 0
    for chain in page:
        for before, after in pairwise(chain):
            if any("∞" in cell for cell in (*before.cells, *after.cells)):
                continue  # what is put in for a masked score is no number
            pairs = [(read(a), read(b)) for a, b in zip(before.cells, after.cells, strict=False)]
            known = [(a, b) for a, b in pairs if a is not None and b is not None]
            if len(known) != max(len(before.cells), len(after.cells)):
                continue
            count += 1
            with precision(400):
                equal = all(same(value(a), value(b)) for a, b in known)
                near = all(abs(value(a) - value(b)) <= (size(a) + size(b)) / 10 for a, b in known)
            if equal != (after.sign == "=") or not near:
                yield f"{'; '.join(before.cells)} {after.sign} {'; '.join(after.cells)}"
    yield str(count)


@pytest.mark.slow
@pytest.mark.parametrize("carry", ["exact", "rounded"])
@pytest.mark.parametrize("name", QUICK)
def test_equal_and_about_are_true(name: str, carry: str) -> None:
    *wrong, count = untrue(page_of(name, carry=carry, detail="full"))
    assert wrong == []
    assert int(count) >= 2


def test_an_untrue_sign_would_be_found() -> None:
    """The test of the test: it tells 3/7 and 0.4286 apart."""
    solution = derive.solve(Problem.loads('[data]\nx = 3\n[model]\nequations = "y = x/7"\n'))
    (chain,) = chains(solution)
    assert [(link.sign, *link.cells) for link in chain] == [("=", "x/7"), ("=", "3/7"), ("≈", "0.4286")]
    numbers = [value(expr) for link in chain if (expr := read(link.cells[0]))]
    assert len(numbers) == 2 and not same(*numbers)


ALIKE = """
[parameters]
w = 1

[model]
equations = '''
a = exp(w)
b = exp(w + 0.00001)
u = 1/(a - b) + w
L = u + log(b - a)
'''
loss = "L"
"""


@pytest.mark.parametrize("form", text_formats("solution"))
def test_numbers_that_are_printed_alike_break_no_page(form: str) -> None:
    """2.718 − 2.718 is 0, but a − b is not: the signs say so."""
    solution = derive.solve(Problem.loads(ALIKE))
    assert solution.text(form)
    assert solution["u"].printed == "-3.679·10^4"
    if form == "txt":
        assert "≈ 1/(2.718 − 2.718) + 1 ≈ −3.679·10⁴ + 1 ≈ −3.679·10⁴" in solution.text(form)


# --- links that say something ----------------------------------------------------------------------------------------

NUMBER = re.compile(r"[−\d.,·⁰¹²³⁴⁵⁶⁷⁸⁹⁻/√()]+")


@pytest.mark.parametrize("name", QUICK)
def test_no_number_is_set_equal_to_a_matrix(name: str) -> None:
    pairs = [(a, b) for chain in page_of(name) for a, b in pairwise(chain)]
    assert [(a, b) for a, b in pairs if len(a.cells) == 1 < len(b.cells) and NUMBER.fullmatch(a.cells[0])] == []


@pytest.mark.parametrize("name", QUICK)
def test_every_sum_over_an_array_has_its_numbers_or_goes_on_to_the_result(name: str) -> None:
    """No line of numbers with a letter under a sum: nothing would have been put in."""
    totals = [node for node in nodes_with_numbers(name) if node.op in {"sum", "mean"}]
    assert [total for total in totals if shape_of(total.args[0], solved(name).blueprint.page.shapes)] == []


@pytest.mark.parametrize("name", QUICK)
def test_no_array_of_numbers_is_divided_by_or_raised_to_a_power(name: str) -> None:
    """Only its entries are."""
    shapes = solved(name).blueprint.page.shapes
    below = [node.args[-1] for node in nodes_with_numbers(name) if node.op in {"divide", "sqrt"}]
    raised = [node.args[0] for node in nodes_with_numbers(name) if node.op == "power"]
    assert [expr for expr in (*below, *raised) if shape_of(expr, shapes)] == []


def nodes_with_numbers(name: str) -> list[Apply]:
    """The operations on the page that have numbers put in."""
    links = [link for chain in pages_chains(solved(name).blueprint.document) for link in chain.links]
    put_in = [link.shown.expr for link in links if isinstance(link.shown, Formula) and link.shown.numbers]
    return [node for expr in put_in for node in walk(expr) if isinstance(node, Apply)]


RESIDUAL = """
[data]
x = [[1, 2, 3], [4, 5, 6]]

[parameters]
u = [[1, 0, 2], [0, 1, -1]]
b = [0.5, 1]
c = 2

[model]
equations = '''
A = tanh(u)
R = A + x
Q = R/sqrt(2) + b
P = Q - c
L = 1/4 sum(P^2)
'''
loss = "L"
"""


@pytest.fixture(scope="module")
def residual() -> Solution:
    return derive.solve(Problem.loads(RESIDUAL))


def test_a_local_derivative_that_is_one_number_is_written_as_that_number(residual: Solution) -> None:
    text = residual.text("txt")
    for line in (
        "dL/dQ = dL/dP ⊙ dP/dQ = dL/dP    where   dP/dQ = 1\n",
        "dL/dc = Σ_ij dL/dpᵢⱼ·dpᵢⱼ/dc = −Σ_ij dL/dpᵢⱼ    where   dP/dc = −1\n",
        "where   dQ/dR = 1/√(2) ≈ 0.7071\n",
    ):
        assert line in text
    assert residual["dP/dQ"].printed == (("1", "1", "1"), ("1", "1", "1"))


@pytest.mark.parametrize(("work", "verdict"), [("1", "correct"), ("[1 1 1; 1 1 1]", "correct"), ("2", "wrong")])
def test_a_work_may_say_so_too(residual: Solution, work: str, verdict: str, tmp_path: Path) -> None:
    path = tmp_path / "work.txt"
    path.write_text(f"dP/dQ = {work}", encoding="utf-8")
    items = {item.id: item.verdict for item in derive.check(residual, path).items}
    assert items["dP/dQ"] == verdict


def test_the_gradient_of_a_mean_is_no_fraction_of_a_fraction() -> None:
    solution = derive.solve(Problem.loads(RESIDUAL.replace("P = Q - c", "m = mean(Q, rows)\nP = Q - m")))
    assert r"\frac{1}{3} \cdot \frac{d L}{d m}" in solution.text("tex") and "= 1/3·dL/dm" in solution.text("txt")


@pytest.mark.parametrize("name", QUICK)
def test_no_fraction_of_a_fraction_or_of_a_matrix(name: str) -> None:
    tex = written(name, "tex")
    assert r"\frac{\frac{d " not in tex and not re.search(r"\\end\{bmatrix\}\}\{(\d+|\\sqrt\{\d+\})\}", tex)


def test_entries_are_written_alike_where_the_letter_is_the_same() -> None:
    """W₁ is a column, W₂ a row: both are matrices of weights, and their entries have small letters."""
    text = written("zaki_meira", "txt")
    assert "dL/dw₁,₁ =" in text and "w₂,₁·ReLU" in text and "W₁,₁" not in text
    assert r"\frac{d L}{d O_{1:2,:}^{(1)}}" in written("transformer_block", "tex")  # a block is no entry
    assert "dL/dA₁,₁|z₂ =" in written("residual_small", "txt")  # a vector, and no matrix has its letter


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_derivative_of_a_d_is_written_with_a_d(name: str) -> None:
    """dL/dd and ddᵢ/dm would be read wrong."""
    assert not re.search(r"dd[/ᵢ₀-₉|_]", written(name, "txt").replace("embedding", ""))


# --- functions are explained where they first stand ------------------------------------------------------------------

FUNCTIONS_OF = {
    "activations": (
        "LeakyReLU(z; α = 0.1) is z where z > 0, else 0.1·z.",
        "LeakyReLU′(z; α = 0.1) is 1 where z > 0, else 0.1.",
        "ELU(z; α = 1) is z where z > 0, else exp(z) − 1.",
        "ELU′(z; α = 1) is 1 where z > 0, else exp(z).",
        "σ(z) = 1/(1 + exp(−z)).",
        "Φ(z) is the probability",
        "φ(z) = exp(−z²/2)/√(2·π).",
    ),
    "huber": (
        "H(r; δ = 1) is r²/2 where |r| ≤ 1, else |r| − 1/2.",
        "clip(r; δ = 1) is r, cut off at −1 and 1.",
    ),
    "victorzhou_mlp": ("σ(z) = 1/(1 + exp(−z)).",),
    "transformer_block": ("The causal softmax", "Φ(z) is the probability", "φ(z) = exp"),
    "perceptron_and": ("in square brackets is 1",),
    "cs231n_svm": ("in square brackets is 1",),
}


@pytest.mark.parametrize("name", FUNCTIONS_OF)
def test_a_function_is_explained_once(name: str) -> None:
    text = " ".join(written(name, "txt").split())
    assert [text.count(sentence) for sentence in FUNCTIONS_OF[name]] == [1] * len(FUNCTIONS_OF[name])


def test_conditions_about_what_another_one_chose_are_left_out() -> None:
    """The derivatives of the largest of four numbers as one expression."""
    pooled, hinge = written("victorzhou_pool", "txt"), written("cs231n_svm", "txt")
    assert "max(x₁₁, x₁₂, x₂₁, x₂₂) + " in pooled and "≥" not in pooled and "SymPy finds" not in pooled
    assert "dL/ds₂ = [0 < s₂ − s₁ + δ]" in hinge and "SymPy finds" in hinge


def test_numbers_are_multiplied_with_a_dot() -> None:
    assert "SiLU(z) = z·σ(z) = −1·σ(−1)" in written("activations", "txt")


# --- numbers on the page ---------------------------------------------------------------------------------------------

NEGATIVE_FACTOR = re.compile(r"[·⊙/] ?−|− ?−|\+ ?−")
MINUS_ZERO = re.compile(r"[−-]0(?![\d.,])|[−-]0[.,]0+(?![\d·])")
ONE_MINUS_ONE = re.compile(r"\b1 − 1[.,]0+\b")


@pytest.mark.parametrize("name", EXAMPLES)
def test_negative_numbers_in_products_and_sums_stand_in_parentheses(name: str) -> None:
    shown = [text for chain in page_of(name) for link in chain for text in link.cells]
    assert [text for text in shown if NEGATIVE_FACTOR.search(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("carry", ["exact", "rounded"])
@pytest.mark.parametrize("name", QUICK)
def test_no_minus_zero_and_no_one_minus_one(name: str, carry: str) -> None:
    text = written(name, "txt", carry=carry)
    assert MINUS_ZERO.findall(text) == []
    assert ONE_MINUS_ONE.findall(text) == []


def test_every_sign_of_a_negative_number_is_the_same() -> None:
    """A true minus on the page, `-` in TeX and in the language."""
    solution = solved("notes")
    assert "−34,0" in solution.text("txt") and "-34{,}0" in solution.text("tex") and '"-34,0"' in solution.text("json")


def test_terms_of_rounded_numbers_are_written_as_those_are() -> None:
    """Padded, and with a power of ten from the same size on; terms of exact numbers are not padded."""
    attention, signal = (written(name, "txt") for name in ("self_attention", "conv_signal"))
    problem = Problem.load(derive.examples.path("gru"))
    gru = derive.solve(replace(problem, page=replace(problem.page, alike="each"))).text("txt")
    assert "0·(−0.2010) + 1·(−0.2530) = −0.2925 + 0 − 0.2530" in attention
    assert "≈ −6.719·10⁻⁴ − 1.730·10⁻⁴" in signal and "−0.0006719" not in signal
    assert "= −2.112·10⁻⁴ + 0 ≈ −2.111·10⁻⁴" in gru
    assert "0 − 0.05·(−7) = 0 + 0.35 = 0.35" in written("batch_regression", "txt")


ZEROS = """
[data]
x = [1, 2]

[parameters]
w = [0.3, 0.4]
u = 0.5

[model]
equations = '''
s = [sigmoid(u); 1]
q = ReLU(w - s)
S = [q, x]
A = causal_softmax(S, columns)
L = sum(q^2) + sum(A)
'''
loss = "L"

[update]
learning_rate = 0.1
"""


def test_what_is_exact_is_printed_so() -> None:
    """A softmax over one score is 1; a weight whose gradient is 0 stays what it was."""
    solution = derive.solve(Problem.loads(ZEROS))
    assert solution["A"].printed[0][0] == "1"
    assert [solution["dL/dq"].printed, solution["w@1"].printed] == [("0", "0"), ("0.3", "0.4")]


# --- detail and carry ------------------------------------------------------------------------------------------------


def test_full_detail_writes_every_entry_short_detail_the_matrix_lines() -> None:
    full, short = written("notes", "txt", detail="full"), written("notes", "txt", detail="short")
    entry = "z₁,₁ = 0,1·20 + 0,2·3 + 0,3·4 + 0,1"
    assert entry in full and entry not in short
    assert "z₁ = W₁·x + b₁" in short


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_short_detail_is_no_longer_than_full_detail(name: str) -> None:
    full, short = written(name, "txt", detail="full"), written(name, "txt", detail="short")
    assert catalogue("en")["notes.likewise"] in full or len(short) <= len(full)


@pytest.mark.parametrize("form", ["txt", "md", "tex"])
@pytest.mark.parametrize("name", ["notes", "mazur", "hmkcode"])
def test_how_numbers_are_carried_is_said_once_at_the_top(name: str, form: str) -> None:
    exact, rounded = (" ".join(written(name, form, carry=carry).split()) for carry in ("exact", "rounded"))
    for carry, page, other in (("exact", exact, rounded), ("rounded", rounded, exact)):
        notice = max(re.split(r"\{\w+\}", catalogue("en")[f"intro.{carry}"]), key=len)
        assert page.count(notice) == 1 and notice not in other
        assert page.index(notice) < page.index("Forward propagation")


def test_a_comma_separates_no_arguments_where_it_is_the_decimal_sign() -> None:
    assert "max(0; 3,9)" in written("notes", "txt")


# --- Markdown and LaTeX ----------------------------------------------------------------------------------------------

MATHEMATICS = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\$).+?(?<!\\)\$", re.DOTALL)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_backslash_before_punctuation_in_the_mathematics_of_markdown(name: str) -> None:
    """Markdown would take the backslash away."""
    text = written(name, "md")
    formulas = MATHEMATICS.findall(text)
    assert len(formulas) >= 3
    assert [formula for formula in formulas if re.search(r"\\[^A-Za-z]", formula)] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_picture_of_markdown_is_there(name: str) -> None:
    solution = solved(name)
    drawn = re.findall(rf"!\[[^\]]+\]\({name}-([\w.]+)\)", solution.text("md"))
    assert sorted(drawn) == sorted(solution.pictures("md"))
    blocks = [block for section in solution.blueprint.document.sections for block in section.blocks]
    figures = [block.figure for block in blocks if isinstance(block, FigureBlock)]
    assert len(drawn) == sum(not isinstance(figure, Strip) for figure in figures)  # the row of parts is left out
    assert all(picture.startswith("<svg") for picture in solution.pictures("md").values())


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in QUICK if name != "minibatch_xor"])  # a table of nine parameters
def test_a_terminal_of_100_columns_shows_every_line(name: str) -> None:
    """With the digits of the file, with 12 and with 9 decimals."""
    for digits in ({}, {"significant": 12}, {"decimals": 9}):
        lines = written(name, "txt", **digits).splitlines()
        assert [line for line in lines if terminal_width(line) > 100] == [], digits


def test_matrices_too_wide_for_the_line_stand_in_panels() -> None:
    rows = [[f"{i}{j}" * 6 for j in range(8)] for i in range(2)]
    words = catalogue("en")

    def labels(rows: list[list[str]], label: str, widths: list[float], limit: float, tallest: int = 0) -> list[str]:
        return [panel.label for panel in panels(rows, label, widths, limit, words, tallest)]

    assert labels(rows, "", [14.0] * 8, 85) == ["columns 1 to 6", "columns 7 and 8"]
    assert labels(rows, "", [14.0] * 8, 100) == ["columns 1 to 7", "column 8"]
    assert labels(rows, "[3,:,:]", [14.0] * 8, 100) == ["[3,:,1:7]", "[3,:,8]"]
    assert labels([["x"]] * 5, "", [1.0], 85, tallest=3) == ["rows 1 to 3", "rows 4 and 5"]
    assert labels([["x", "y"]] * 3, "", [60.0, 60.0], 85, tallest=2)[2] == "rows 1 and 2, column 2"
    whole = TextWriter().matrix(words, rows)
    assert all(cell in whole for row in rows for cell in row)
    first, *panes = boxes(f"dW = {whole}")
    assert first.lines == ("dW ",)
    assert [pane.lines[pane.base][0] for pane in panes] == ["=", "⎡"]


def test_a_matrix_a_little_too_wide_is_smaller_and_not_cut() -> None:
    words = catalogue("en")
    fits, little, much = ([["1234567890" for _ in range(count)]] * 2 for count in (6, 8, 12))
    assert LatexWriter().matrix(words, fits).startswith(r"\begin{bmatrix}")
    assert LatexWriter().matrix(words, little).startswith(r"\smaller{\begin{bmatrix}")
    assert r"}_{\text{columns 1 to 7}} \allowbreak" in LatexWriter().matrix(words, much)


def test_a_result_in_several_blocks_has_a_box_around_each() -> None:
    for text in (written(name, "tex") for name in ("cnn", "conv_channels")):
        line = next(line for line in text.splitlines() if r"\result{\underbrace" in line)
        assert line.count(r"\result{\underbrace") == line.count(r"\underbrace") == 2


@pytest.mark.parametrize("name", EXAMPLES)
def test_braces_and_environments_of_TeX_are_closed(name: str) -> None:
    for form in ("tex", "md"):
        text = written(name, form)
        assert text.count("{") == text.count("}"), form
        opened: list[str] = []
        for command, environment in re.findall(r"\\(begin|end)\{(\w+)\}", text):
            if command == "begin":
                opened.append(environment)
            else:
                assert opened.pop() == environment, form
        assert opened == [], form


SUPERSCRIPTS = """
[data]
x = [1, 2]
y = 2

[parameters]
"W^{[1]}" = [[1, 2], [3, 4]]
"W^{[2]}" = [[1, 2]]
"b'" = 1

[model]
equations = '''
a^{[1]} = tanh(W^{[1]} x)
z = W^{[2]} tanh(W^{[1]} a^{[1]}) + b'^2
q = (z/y)^2 + sum(a^{[1]})^2 + sum((x^2)^T x) + sum((x/y)^T x)
L = q + mean(x)^2 + z (q/y) + 2 (x^T x) + sum(W^{[1]} (x ⊙ x))
'''
loss = "L"
"""


def test_what_has_a_superscript_stands_in_parentheses_before_the_next() -> None:
    """TeX refuses two superscripts, and a reader would take the second for that of the last letter."""
    solution = derive.solve(Problem.loads(SUPERSCRIPTS))
    tex, text = solution.text("tex"), solution.text("txt")
    assert re.findall(r"\^\{[^{}]*\}\^", tex) == []
    assert re.findall(r"\\frac\{[^{}]*\}\{[^{}]*\}\^", tex) == []
    for formula in ("(q⁽¹⁾)²", "(x²)ᵀ·x", "(x/y)ᵀ", "(1/2 Σ_i xᵢ)²", "W^[1]·(x ⊙ x)"):
        assert formula in text, formula


MEANS_OF_ONE = """
[parameters]
w = 0.3

[model]
equations = "L = mean(w^2)^2 + mean(2 w + 1, rows)^2 + var(w)^2"
loss = "L"
"""


def test_the_mean_of_one_number_stands_as_that_number_does() -> None:
    """Before an exponent too: TeX refuses two superscripts."""
    solution = derive.solve(Problem.loads(MEANS_OF_ONE))
    assert re.findall(r"\^\{[^{}]*\}\s*\^", solution.text("tex")) == []
    assert "L = (w²)² + (2·w + 1)² + ((w − w)²)²" in solution.text("txt")


# --- the same every time ---------------------------------------------------------------------------------------------

FINGERPRINTS = """
import hashlib, sys, derive, derive.examples
for line in sys.stdin:
    name, *formats = line.split()
    solution = derive.solve(derive.examples.path(name))
    print(*(hashlib.sha256(solution.text(form).encode()).hexdigest() for form in formats), flush=True)
"""


@pytest.fixture(scope="session")
def another() -> Iterator[subprocess.Popen[str]]:
    """A process with other hashes: it takes names of built-in problems with formats, and gives a fingerprint of each.
    There is one for all of them: between two, tests of other files run.
    """
    environment, pipe = os.environ | {"PYTHONHASHSEED": "4711", "DERIVE_CACHE": ""}, subprocess.PIPE
    command = [sys.executable, "-c", FINGERPRINTS]
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield process


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_another_process_with_other_hashes_writes_the_same_bytes(name: str, another: subprocess.Popen[str]) -> None:
    """Solved anew, and written in the other order: every second format, of the next problem the others."""
    assert another.stdin and another.stdout
    formats = list(reversed(text_formats("solution")))[EXAMPLES.index(name) % 2 :: 2]
    print(name, *formats, file=another.stdin, flush=True)
    found = dict(zip(formats, another.stdout.readline().split(), strict=True))
    assert found == {form: hashlib.sha256(written(name, form).encode()).hexdigest() for form in formats}


def test_of_an_update_only_new_parameters_are_results() -> None:
    """Running means, rates and steps are on the way there: no box."""
    blocks = [block for section in solved("adam_network").blueprint.document.sections for block in section.blocks]
    steps = [block for block in blocks if isinstance(block, Numbered)]
    boxed = {
        chain.head.id
        for step in steps
        for part in step.parts
        for chain in chains_in(part)
        if chain.head
        for link in chain.links
        if isinstance(link.shown, Result) and link.shown.final
    }
    assert {name for name in boxed if not name.startswith("dL/")} == {"L", "W_1", "W_2"}

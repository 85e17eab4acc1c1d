"""One weight followed to the loss: path, product, picture and update."""

import re

import pytest

import derive
from derive import Problem
from derive.errors import InputError
from derive.figures import Figure
from derive.page.document import FigureBlock
from derive.problem.settings import Sheet
from derive.sheets.sheet_writer import key_document, sheet_document
from derive.solution import Blueprint

NETWORK = """
[data]
x = [0.5, -1]
y = %s
[parameters]
V = [[0.3, -0.2], [0.1, 0.4]]
U = %s
[model]
equations = '''
p = V x
h = tanh(p)
q = U h
L = %s
'''
loss = "L"
[update]
learning_rate = 0.2
[page]
follow = "%s"
"""
ONE = ("1", "[[0.7, -0.5]]", "(q - y)^2")
TWO = ("[1, 0]", "[[0.7, -0.5], [0.2, 0.6]]", "sum((q - y)^2)")


def solved(network: tuple[str, str, str], weight: str) -> derive.Solution:
    return derive.solve(Problem.loads(NETWORK % (*network, weight)))


@pytest.mark.parametrize(("network", "weight"), [(ONE, "V[2,1]"), (TWO, "V[1,2]"), (ONE, "U[1,2]")])
def test_the_product_is_the_gradient_and_stands_there_in_letters_and_numbers(
    network: tuple[str, str, str], weight: str
) -> None:
    solution = solved(network, weight)
    text = " ".join(solution.text("txt").split())
    told = text[text.index("One weight followed") :]
    gradient = solution[f"dL/d{weight[0]}{weight[1:]}"].printed.replace("-", "−")
    first = re.search(r"dL/d\S+ = .*? ≈ .*? ≈ (\S+)", told)
    assert first is not None and first[1] == gradient
    assert f"≈ {solution[f'{weight[0]}@1{weight[1:]}'].printed.replace('-', '−')}" in told


def test_the_path_goes_through_every_step_and_divides_where_units_do() -> None:
    one, two = (" ".join(solved(network, "V[2,1]").text("txt").split()) for network in (ONE, TWO))
    assert "→ p₂ → h₂ → q → L" in one and "the product says how much L changes" in one
    assert "→ q₁, q₂ → L" in two and "the products add up" in two


def test_the_path_is_lit_up_in_the_picture() -> None:
    blueprint = Blueprint.of(Problem.loads(NETWORK % (*ONE, "V[2,1]")))
    figures = [b.figure for s in blueprint.document.sections for b in s.blocks if isinstance(b, FigureBlock)]
    figure = figures[0]
    assert isinstance(figure, Figure) and figure.kind == "network"
    assert [(node.name.id, node.entry) for node in figure.nodes if node.lit] == [("p", (1,)), ("q", ()), ("L", None)]
    lit = [(edge.weight.id, edge.entry) for edge in figure.edges if edge.lit and edge.weight]
    assert lit == [("V", (1, 0)), ("U", (0, 1))]


@pytest.mark.parametrize(
    ("weight", "message"), [("V[3,1]", "as in `V[1,1]`"), ("V", "is not one entry"), ("W[1]", "`W` has no gradient")]
)
def test_what_cannot_be_followed_is_told(weight: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        solved(ONE, weight)
    assert message in str(found.value)


def test_a_sheet_and_its_key_follow_no_weight() -> None:
    """The product that says what is lit up does not stand on them."""
    blueprint = Blueprint.of(Problem.loads(NETWORK % (*ONE, "V[2,1]")))
    key = key_document(blueprint, Sheet())
    figures = [block.figure for page in (key, sheet_document(blueprint, Sheet(), key)) for block, _ in page.blocks
               if isinstance(block, FigureBlock) and isinstance(block.figure, Figure)]  # fmt: skip
    assert len(figures) == 2
    assert not [node for figure in figures for node in figure.nodes if node.lit]


def test_what_is_followed_stands_on_one_page() -> None:
    tex = solved(ONE, "V[2,1]").text("tex")
    sentence, product = tex.index("a small change of"), tex.rindex(r"\begin{aside}")
    assert tex.index(r"One weight followed") < sentence < product

"""Looking up by number: embeddings, their gradient, one-hot vectors, and what cannot be looked up."""

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq

import derive
from derive.calculus.differentiation import shape_of
from derive.calculus.kernels import Branches, ShapeFault
from derive.errors import InputError
from derive.language.expressions import Apply, Option, Ref
from derive.language.names import Symbol
from derive.operations import ROWS
from derive.problem.problem import Problem
from derive.solution import Blueprint
from derive.values.tape import compile_expr

TABLE = [[1, 2, 3, 4], [5, 6, 7, 8]]


def looked_up(op: str, *arrays: Any, **settings: Any) -> tuple[tuple[int, ...], list[int]]:
    """The shape and the flat value of an operation on lists of whole numbers."""
    refs = tuple(Ref(Symbol(letter)) for letter in "ab"[: len(arrays)])
    options: dict[str, Option] = {k: Fraction(v) if isinstance(v, int) else v for k, v in settings.items()}
    expr = Apply(op, refs, tuple(sorted(options.items())))
    flats = [[x for row in array for x in row] if isinstance(array[0], list) else array for array in arrays]
    sizes = [(len(a), len(a[0])) if isinstance(a[0], list) else (len(a),) * (len(a) > 1) for a in arrays]
    shapes = {ref.name: size for ref, size in zip(refs, sizes, strict=True)}
    env = [[fmpq(x) for x in flat] for flat in flats]
    flat = compile_expr(expr, {ref.name: i for i, ref in enumerate(refs)}, shapes, Branches())(env)
    return shape_of(expr, shapes), [int(x.p) for x in flat]


def test_the_columns_of_a_table_by_their_numbers() -> None:
    assert looked_up("embedding", TABLE, [4, 1, 1]) == ((2, 3), [4, 1, 1, 8, 5, 5])
    assert looked_up("embedding", TABLE, [3]) == ((2,), [3, 7])


def test_the_rows_of_a_table_by_their_numbers() -> None:
    assert looked_up("embedding", TABLE, [2, 1, 2], axis="rows") == ((3, 4), [5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    assert looked_up("embedding", TABLE, [2], axis="rows") == ((1, 4), [5, 6, 7, 8])


def test_what_was_looked_up_twice_collects_both_gradients() -> None:
    assert looked_up("scatter", [[1, 2, 3], [4, 5, 6]], [3, 1, 3], count=4) == ((2, 4), [2, 0, 4, 0, 5, 0, 10, 0])
    assert looked_up("scatter", [[1, 2], [3, 4]], [2, 2], axis="rows", count=2) == ((2, 2), [0, 0, 4, 6])


def test_one_hot_vectors() -> None:
    assert looked_up("one_hot", [2], count=3) == ((3,), [0, 1, 0])
    assert looked_up("one_hot", [1, 3], count=3) == ((3, 2), [1, 0, 0, 0, 0, 1])
    assert looked_up("one_hot", [1, 3], count=3, axis="rows") == ((2, 3), [1, 0, 0, 0, 0, 1])


@pytest.mark.parametrize(
    ("op", "shapes", "options", "message"),
    [
        ("embedding", ((2, 4), (2, 2)), (), "the numbers are 2×2"),
        ("embedding", ((2, 4), (3,)), (("axis", "channels"),), "vectors do not stand in channels"),
        ("one_hot", ((3,),), (), "how many there are is missing"),
        ("scatter", ((2, 3), (2,)), (("count", Fraction(4)),), "3 vectors and 2 numbers"),
    ],
)
def test_what_does_not_fit_is_said(op: str, shapes: Any, options: Any, message: str) -> None:
    with pytest.raises(ShapeFault) as wrong:
        ROWS[op].shape(shapes, options)
    assert message in wrong.value.message


SENTENCE = """
[data]
t = [2, 4, 2]
y = 3
[parameters]
E = [[0.1, -0.2, 0.3, 0.4], [0.5, 0.6, -0.7, 0.8]]
W = [[0.2, -0.1], [0.4, 0.3], [-0.5, 0.6]]
[model]
equations = '''
X = embedding(E, t)
h = tanh(sum(X, rows))
p = softmax(W h)
L = cross_entropy(p, one_hot(y, 3))
'''
loss = "L"
"""


def test_the_gradient_of_an_embedding_goes_to_the_columns_that_were_taken() -> None:
    solution = Blueprint.of(Problem.loads(SENTENCE)).solve()
    assert solution["dL/dE"].equation == "dL/dE = scatter(dL/dX, t, 4)"
    gradient = solution["dL/dE"].value
    assert [row[0] for row in gradient] == [row[2] for row in gradient] == [0, 0]
    assert all(abs(row[1] - 2 * row[3]) < Fraction(1, 10**15) for row in gradient)
    assert solution.verification.entries == 14


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("t = [2, 4, 2]", "t = [2, 5, 2]", "X looks up number 5: they count from 1, and there are 4"),
        ("t = [2, 4, 2]", "t = [2, 0, 2]", "X looks up number 0: they count from 1, and there are 4"),
        ("t = [2, 4, 2]", "t = [2, 1.5, 2]", "X looks up number 3/2: they count from 1, and there are 4"),
        ("y = 3", "y = 4", "number 4: they count from 1, and there are 3"),
        ("t = [2, 4, 2]\ny = 3\n[parameters]", "y = 3\n[parameters]\nt = [2, 4, 2]", "`t` says what is looked up"),
        ('loss = "L"', 'loss = "L"\ngradients = ["t"]', "`t` says what is looked up, and cannot have a gradient"),
        ("X = embedding(E, t)", "s = t + 0 E[1, 1]\nX = embedding(E, s)", "`s` says what is looked up"),
    ],
)
def test_what_cannot_be_looked_up_is_said_with_its_place(old: str, new: str, message: str) -> None:
    assert old in SENTENCE
    with pytest.raises(InputError) as wrong:
        Blueprint.of(Problem.loads(SENTENCE.replace(old, new))).solve()
    (fault,) = wrong.value.faults
    assert message in fault.message
    assert fault.place.line > 1


def test_dropout_keeps_the_sum_as_large_as_it_was() -> None:
    text = """
[data]
m = [1, 0, 1, 1]
[parameters]
x = [1, 2, 3, 4]
[model]
equations = '''
d = dropout(x, m, p = 0.25)
L = sum(d)
'''
loss = "L"
"""
    solution = Blueprint.of(Problem.loads(text)).solve()
    assert solution["d"].value == (Fraction(4, 3), 0, 4, Fraction(16, 3))
    assert solution["dL/dx"].value == (Fraction(4, 3), 0, Fraction(4, 3), Fraction(4, 3))


@pytest.mark.parametrize(
    ("scores", "number", "marks"),
    [("[0.2, -1, 0.7]", "3", "[0, 0, 1]"), ("[[0.2, 1], [-1, 0], [0.7, 2]]", "[2, 1]", "[[0, 1], [1, 0], [0, 0]]")],
    ids=["a sample", "samples as columns"],
)
@pytest.mark.parametrize("loss", ["cross_entropy_logits(z, {y})", "cross_entropy(softmax(z{axis}), {y})"])
def test_a_cross_entropy_takes_numbers_of_classes(scores: str, number: str, marks: str, loss: str) -> None:
    axis = ", columns" if scores.startswith("[[") else ""
    text = f"[data]\nc = {number}\ny = {marks}\n[parameters]\nz = {scores}\n[model]\nloss = 'L'\nequations = '''\nL = "
    by_number, by_marks = (
        derive.solve(Problem.loads(f"{text}{loss.format(y=target, axis=axis)}\n'''\n")) for target in ("c", "y")
    )
    for step in ("L", "dL/dz"):
        assert by_number[step].value_text == by_marks[step].value_text


NAMED = """
[data]
a_1 = 2
s = [1, 2]
[parameters]
W = [[0.5, 0.25], [1, 0], [0, 1]]
[model]
equations = "p_1 = softmax(W s); q = p_1[a_1]; L = -ln q"
loss = "L"
"""


def test_an_entry_that_a_number_names_stands_as_one() -> None:
    solution = derive.solve(Problem.loads(NAMED))
    assert "q = p₁[a₁] ≈ " in solution.text("txt") and "q = (p_{1})_{a_{1}}" in solution.text("tex")

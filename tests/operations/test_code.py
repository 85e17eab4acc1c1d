"""Every operation in the words of other programs: NumPy and Maxima run what is written, and get its own value."""

import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import pytest
from flint import fmpq
from support.maxima import maxima_faults

from derive import Problem
from derive.calculus.kernels import Branches
from derive.calculus.operation_rows import Row
from derive.calculus.shapes import indices
from derive.derivation.derive import derive
from derive.language.expressions import Apply, Entry, Expr, Number, Ref
from derive.language.names import Symbol
from derive.notation.code import MAXIMA, NUMPY, SHEET, array_code, scalar_code
from derive.notation.maxima import matrix_size, maxima_code, maxima_entry, maxima_matrix
from derive.operations import ROWS
from derive.values.tape import Tape
from derive.values.values import Values

ELEMENTWISE = [row for row in ROWS.values() if row.elementwise]
HEAD = "import math\nimport numpy as np\n"


def runs(program: str) -> None:
    """Fails with the line of a program that does not hold."""
    done = subprocess.run([sys.executable, "-c", HEAD + program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def points(row: Row) -> Iterator[list[Fraction]]:
    """Arguments all over a row's domain, on its bends too; conditions are 0 or 1, of two bounds the lower is first."""
    low, high = row.domain
    for i in range(7):
        places = [Fraction(round(low * 4)) / 4 + Fraction(round((high - low) * 4)) * ((i + 2 * j) % 7) / 24
                  for j in range(len(row.params))]  # fmt: skip
        yield [Fraction(i % 2) if row.params[0] == "c" else places[0], *sorted(places[1:])]


def expected(row: Row, point: list[Fraction]) -> float:
    kernel = row.kernel(((),) * len(point), tuple(sorted(row.defaults.items())), Branches())
    return float(kernel(*([fmpq(x.numerator, x.denominator)] for x in point))[0])


@pytest.mark.slow
def test_numpy_gets_the_value_of_every_elementwise_operation() -> None:
    lines = []
    for row in ELEMENTWISE:
        for point in points(row):
            args: tuple[Expr, ...] = tuple(map(Number, point))
            text = scalar_code(Apply(row.key, args, tuple(sorted(row.defaults.items()))), NUMPY, str)
            lines.append(f"assert abs({text} - {expected(row, point)!r}) < 1e-12, {row.key!r}")
    runs("\n".join(lines))


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_maxima_gets_the_value_of_every_elementwise_operation() -> None:
    conditions = {}
    for row in ELEMENTWISE:
        for point in points(row):
            args: tuple[Expr, ...] = tuple(map(Number, point))
            text = scalar_code(Apply(row.key, args, tuple(sorted(row.defaults.items()))), MAXIMA, str)
            conditions[f"abs(bfloat({text}) - ({expected(row, point)!r})) < 1b-12"] = row.key
    wrong = maxima_faults("fpprec: 40$", list(conditions))
    assert [(conditions[condition], condition) for condition in wrong] == []


@pytest.mark.parametrize(
    ("text", "sheet", "numpy"),
    [
        ("-a^2", "-(a^2)", "-(a**2)"),
        ("(-a)^2", "(-a)^2", "(-a)**2"),
        ("a - (b - c)", "a-(b-c)", "a - (b - c)"),
        ("a/(b c)", "a/(b*c)", "a / (b * c)"),
        ("a b c + 1/4", "a*b*c+0.25", "a * b * c + 0.25"),
        ("1/3 a", "1/3*a", "1/3 * a"),
        ("sigmoid(a)", "1/(1+EXP(-a))", "1 / (1 + np.exp(-a))"),
        ("a sigmoid(b)", "a*(1/(1+EXP(-b)))", "a * (1 / (1 + np.exp(-b)))"),
        ("ReLU'(a)", "IF(a>0,1,0)", "np.where(a > 0, 1.0, 0.0)"),
        ("ReLU(a + b)", "MAX(0,a+b)", "np.maximum(0, a + b)"),
        ("LeakyReLU(a, alpha = 0.1)", "IF(IF(a>0,1,0),a,0.1*a)", "np.where(np.where(a > 0, 1.0, 0.0), a, 0.1 * a)"),
    ],
)
def test_formulas_are_written_as_one_writes_them(text: str, sheet: str, numpy: str) -> None:
    problem = Problem.loads(f"[data]\na = 1\nb = 2\nc = 3\n[model]\nequations = '''\ny = {text}\n'''")
    expr = problem.equations[0].expr
    for dialect, wanted in ((SHEET, sheet), (NUMPY, numpy)):
        assert scalar_code(expr, dialect, lambda leaf: leaf.name.id) == wanted


ARRAYS = """
[data]
W = [[1, -2, 3], [4, 5, -6]]
x = [1, 2, -3]
S = [[2, 1], [1, 3]]
t = [3, 1]
T = [[[1, 2, 3], [4, 5, 6], [7, 8, 10]], [[1, 0, 2], [0, 1, 5], [6, 1, 3]]]
K = [[[[1, 0], [2, 1]], [[1, 1], [0, 2]]]]
b = [1, -1]
[model]
equations = '''
y_1 = W x + b
y_2 = x^T x
y_3 = x x^T
y_4 = sum(W, rows)
y_5 = mean(W, columns)
y_6 = sum(T, channels)
y_7 = softmax(W, columns)
y_8 = log_softmax(x)
y_9 = logsumexp(W, rows)
y_10 = [x; b]
y_11 = [W, S]
y_12 = W[:, 2]
y_13 = W[2, 3]
y_14 = T[2, :, 2:3]
y_15 = reshape(W, (3, 2))
y_16 = flatten(W)
y_17 = det(S)
y_18 = inverse(S)
y_19 = diag(b)
y_20 = embedding(W, t)
y_21 = conv(T, K)
y_22 = maxpool(T, 2)
y_23 = T ⊙ b
y_24 = max(W, rows)
y_25 = argmax(W, columns)
y_26 = identity(2) S
y_27 = causal_softmax(S, columns)
y_28 = 2 (S ⊙ (S b))
y_29 = W^T b
y_30 = trace(S)
y_31 = layer_norm(x)
y_32 = one_hot(t, 3)
y_33 = cumsum(x)
y_34 = upsample(S, 2)
y_35 = place(b, at = [2:3], shape = 4)
'''
"""


@pytest.mark.slow
def test_numpy_gets_the_value_of_arrays() -> None:
    """With the words that it has, and entry by entry where it has none."""
    problem = Problem.loads(ARRAYS)
    derivation = derive(problem)
    values = Values(Tape.of(derivation), problem)
    lines = [f"{given.name} = np.array({list(map(float, given.values))}).reshape({shaped(given.shape)})"
             for given in problem.givens]  # fmt: skip
    for step in derivation.forward:
        name = step.id.replace(":", "_")
        code = array_code(step.expr, derivation.shapes, variable)
        flat = [float(x) for x in values.flat(step.name)]
        lines.append(f"{name} = {code}")
        lines.append(f"assert np.shape({name}) == {shaped(step.shape)}, ({name!r}, np.shape({name}))")
        lines.append(f"assert np.allclose(np.ravel({name}), {flat}, rtol=1e-12), {name!r}")
    runs("\n".join(lines))


@pytest.mark.slow
@pytest.mark.needs("maxima")
def test_maxima_gets_the_value_of_arrays() -> None:
    problem = Problem.loads(ARRAYS)
    derivation = derive(problem)
    values = Values(Tape.of(derivation), problem)

    def called(leaf: Expr) -> str:
        name = leaf.name  # type: ignore[union-attr]
        place = maxima_entry(derivation.shapes[name], leaf.index) if isinstance(leaf, Entry) else ""
        return f"q_{name.id.replace(':', '_')}{place}"

    program = [f"q_{given.name}: {maxima_matrix(list(map(str, given.values)), given.shape)}$"
               for given in problem.givens]  # fmt: skip
    conditions = []
    for step in derivation.forward:
        name = f"q_{step.id.replace(':', '_')}"
        program.append(f"{name}: {maxima_code(step.expr, derivation.shapes, called)}$")
        for index, x in zip(indices(step.shape), values.flat(step.name), strict=True):
            conditions.append(f"abs(bfloat({name}{maxima_entry(step.shape, index)}) - ({float(x)!r})) < 1b-12")
        if step.shape:
            conditions.append(f"[length({name}), length(first(args({name})))] = {list(matrix_size(step.shape))}")
    assert maxima_faults("\n".join(["fpprec: 40$", *program]), conditions) == []


def shaped(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (*shape, 1) if len(shape) == 1 else shape


def variable(leaf: Expr) -> str:
    name = leaf.name.id.replace(":", "_")  # type: ignore[union-attr]
    if isinstance(leaf, Ref):
        return name
    index = leaf.index  # type: ignore[union-attr]
    return f"{name}[{', '.join(map(str, (*index, 0) if len(index) == 1 else index))}]" if index else name


def test_a_new_operation_needs_its_formula_alone() -> None:
    """A row without a code is written by what it stands for."""
    assert "sigmoid" in ROWS and not ROWS["sigmoid"].code
    assert scalar_code(Apply("sigmoid", (Ref(Symbol("z")),)), NUMPY, lambda leaf: "z") == "1 / (1 + np.exp(-z))"

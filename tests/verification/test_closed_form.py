"""The closed form: the loss in one expression, SymPy's derivatives of it in the problem's order, and their values."""

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import sympy
from flint import arb
from support.solutions import problem_of

import derive
import derive.examples
from derive.calculus.kernels import Branches
from derive.calculus.scalars import precision
from derive.calculus.shapes import indices
from derive.derivation.derive import derive as derivation_of
from derive.derivation.steps import Derivation
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Entry, Expr, Number, Ref
from derive.language.grammar import parse
from derive.language.names import Derivative, Symbol
from derive.language.numbers import constant_text
from derive.operations import FUNCTIONS
from derive.problem.problem import Problem
from derive.values.tape import Tape, compile_expr
from derive.values.values import Values
from derive.verification.closed_form import ClosedForm, affordable, layered, node_count
from derive.verification.to_sympy import operation, sympy_function, sympy_slope
from derive.verification.verify import verify

FOLDER = Path(derive.examples.__path__[0])
BINDS = {"add": 1, "subtract": 1, "negate": 2, "product": 2, "divide": 2, "power": 4}


def written(expr: Expr, outside: int = 0) -> str:
    """An expression as text; entries count from 1. A printer of its own, so that only the order is tested."""
    if isinstance(expr, Number):
        if expr.decimal:
            return constant_text(expr.value)
        return str(expr.value) if outside < 2 or expr.value.denominator == 1 else f"({expr.value})"
    if isinstance(expr, Ref):
        return expr.name.id
    if isinstance(expr, Entry):
        place = ",".join(str(i + 1) for i in expr.index)
        return f"{expr.name}[{place}]" if place else expr.name.id
    if expr.op not in BINDS:
        return f"{expr.op}({', '.join(map(written, expr.args))})"
    binds = BINDS[expr.op]
    tight = binds + (expr.op in {"subtract", "divide"})
    args = [written(arg, tight if i else binds) for i, arg in enumerate(expr.args)]
    forms = {"add": "{} + {}", "subtract": "{} - {}", "negate": "-{}", "product": "{} {}", "divide": "{}/{}"}
    text = forms.get(expr.op, "{}^{}").format(*args)
    return f"({text})" if binds < outside else text


def loaded(name: str) -> Derivation:
    return derivation_of(problem_of(name))


def derivative(closed: ClosedForm, entry: str) -> Expr:
    """The derivative by an entry written as `W_1[2,3]`."""
    name, _, place = entry.rstrip("]").partition("[")
    index = tuple(int(i) - 1 for i in place.split(",")) if place else ()
    return closed.derivative(next(known for known in closed.derivation.wanted if known.id == name), index)


def of(parameters: str, loss: str, data: str = "") -> Problem:
    return Problem.loads(f'[data]\n{data}\n[parameters]\n{parameters}\n[model]\nequations = "L = {loss}"\nloss = "L"')


def test_layered_form_of_the_notes() -> None:
    derivation = loaded("notes")
    names = {name.id: name for name, _ in derivation.givens}
    assert layered(derivation) == parse("(sigmoid(W_2 ReLU(W_1 x + b_1) + b_2) - Y)^2", Scope(names, FUNCTIONS))


def test_written_out_form_keeps_the_order_of_the_problem() -> None:
    first = [f"relu({' + '.join(f'W_1[{i},{j}] x[{j}]' for j in (1, 2, 3))} + b_1[{i}])" for i in (1, 2, 3)]
    inner = " + ".join(f"W_2[1,{i}] {unit}" for i, unit in enumerate(first, 1))
    assert written(ClosedForm(loaded("notes")).expression()) == f"(sigmoid({inner} + b_2) - Y)^2"


DERIVATIVES = [
    ("notes", "b_2", "2 (sigmoid(z_2) - Y) sigmoid(z_2) (1 - sigmoid(z_2))"),
    ("notes", "W_2[1,1]", "2 (sigmoid(z_2) - Y) sigmoid(z_2) (1 - sigmoid(z_2)) relu(z_1[1])"),
    ("notes", "W_1[2,3]", "2 (sigmoid(z_2) - Y) sigmoid(z_2) (1 - sigmoid(z_2)) W_2[1,2] relu'(z_1[2]) x[3]"),
    ("mazur", "W_2[2,1]", "-(t[2] - sigmoid(net_o[2])) sigmoid(net_o[2]) (1 - sigmoid(net_o[2])) sigmoid(net_h[1])"),
    ("rahul_relu_bce", "b_2", "-(y (1 - sigmoid(z_2)) - (1 - y) sigmoid(z_2))"),
    ("karpathy_neuron", "w_1", "(1 - tanh(n)^2) x_1"),
    ("cs231n_circuit_2", "w_2", "exp(n)/(exp(n) + 1)^2"),
    ("cs231n_svm", "s_1", "-below(0, s_2 - s_1 + delta) - below(0, s_3 - s_1 + delta)"),
    ("victorzhou_mse", "y_pred[2]", "(y_pred[2] - y_true[2])/2"),
    ("huber", "b", "(clip(p[1] - Y[1]) + clip(p[2] - Y[2]) + clip(p[3] - Y[3]) + clip(p[4] - Y[4]))/4"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "entry", "text"), DERIVATIVES)
def test_derivative_as_a_teacher_writes_it(name: str, entry: str, text: str) -> None:
    assert written(derivative(ClosedForm(loaded(name)), entry)) == text


FORMULAS = [
    ("sqrt(w)", "1/(2 sqrt(w))"),
    ("w^(3/2)", "(3/2) sqrt(w)"),
    ("1/w", "-1/w^2"),
    ("2/(3 (1 + exp(w)))", "-2 exp(w)/(3 (1 + exp(w))^2)"),
    ("log(w) + pi w", "pi() + 1/w"),
    ("3 - 2 w", "-2"),
    ("w exp(-w)", "exp(-w) - exp(-w) w"),
    ("(3 - w)^2", "-2 (3 - w)"),
    ("sin(2 w) + cos(w)", "2 cos(2 w) - sin(w)"),
    ("1/2 w^2 - 1/3 w^3", "w - w^2"),
    ("0.7 sigmoid(w)^2", "1.4 sigmoid(w)^2 (1 - sigmoid(w))"),
    ("1/2 w^1.5 - 0.2/w", "0.2/w^2 + (3/4) sqrt(w)"),
    ("LeakyReLU(w, alpha = 0.1)", "leaky_relu'(w)"),
]


@pytest.mark.parametrize(("formula", "text"), FORMULAS)
def test_derivative_of_one_formula(formula: str, text: str) -> None:
    assert written(derivative(ClosedForm(derivation_of(of("w = 2", formula))), "w")) == text


@pytest.mark.slow
@pytest.mark.parametrize("name", derive.examples.names())
def test_what_is_written_has_the_value(name: str) -> None:
    """The written-out loss and every derivative, read back from SymPy, have the values of the derivation."""
    if not affordable(loaded(name)):
        pytest.skip("its closed form would be too long")
    problem = replace(problem_of(name), update=None)
    derivation = derivation_of(problem)
    tape, closed = Tape.of(derivation), ClosedForm(derivation)
    values = Values(tape, problem, carry="exact")
    env = [values.flat(name) for name in tape.slots if name.id != "eta"]

    def worth(expr: Expr) -> arb:
        assert node_count(expr) < 2000
        with precision(256):
            return arb(compile_expr(expr, tape.slots, derivation.shapes, Branches())(env)[0])

    assert derivation.loss
    assert worth(closed.expression()).overlaps(arb(values.flat(derivation.loss)[0]))
    for gradient in (each for each in derivation.gradients if each.of == derivation.loss):
        flat = values.flat(gradient)
        for index, ours in zip(indices(derivation.shapes[gradient.by]), flat, strict=True):
            theirs = worth(closed.derivative(gradient.by, index))
            assert theirs.overlaps(arb(ours)), (gradient.id, index)


def test_values_are_put_in_later() -> None:
    problem = problem_of("notes")
    derivation = derivation_of(problem)
    tape, closed = Tape.of(derivation), ClosedForm(derivation)
    for x in ([20, 3, 4], [-1, 2, 0], [0, 0, 0]):
        values = Values(tape, problem.with_values({"x": map(Fraction, x)}), carry="exact")
        found = closed.gradient_values(values)
        assert [name.id for name in found] == ["W_1", "b_1", "W_2", "b_2"]
        assert list(map(len, found.values())) == [9, 3, 3, 1]
        assert verify(values, closed).routes[0] == "closed form"


def test_saturated_gradients_have_25_digits() -> None:
    problem = of("z = 200", "(sigmoid(z) - 18)^2")
    derivation = derivation_of(problem)
    with precision(512):
        (found,) = ClosedForm(derivation).gradient_values(Values(Tape.of(derivation), problem))[Symbol("z")]
    assert found.rel_accuracy_bits() > 90
    with precision(600):
        sigma = 1 / (1 + arb(-200).exp())
        assert abs(found / (2 * (sigma - 18) * sigma * (1 - sigma)) - 1) < 1e-25


def test_a_gradient_by_a_computed_name() -> None:
    text = '[parameters]\nw = 2\n[model]\nequations = """\nz = w^2\nA = tanh(z)\nL = A z\n"""\n'
    problem = Problem.loads(text + 'loss = "L"\ngradients = ["A", "z"]')
    derivation = derivation_of(problem)
    closed, values = ClosedForm(derivation), Values(Tape.of(derivation), problem)
    assert written(derivative(closed, "A")) == "w^2"
    assert written(derivative(closed, "z")) == "tanh(z) + (1 - tanh(z)^2) z"
    with precision(512):
        found = closed.gradient_values(values)
    for name in ("A", "z", "w"):
        ours = values.flat(Derivative(Symbol("L"), Symbol(name)))[0]
        assert abs(arb(ours) - found[Symbol(name)][0]) < 1e-25


def uniform(*sizes: int) -> Derivation:
    """A sigmoid network of that many units a layer, every weight ½."""
    weights = [f"W_{i} = [{', '.join([str([0.5] * m)] * n)}]" for i, (m, n) in enumerate(pairwise(sizes), 1)]
    units = ", ".join(f'{{ units = {n}, activation = "sigmoid" }}' for n in sizes[1:])
    text = [f"[data]\nx = {[0.5] * sizes[0]}\nY = {[0.5] * sizes[-1]}", "[parameters]", *weights]
    model = f'[network]\ninput = "x"\ntarget = "Y"\nlayers = [{units}]\nloss = "squared error"'
    return derivation_of(Problem.loads("\n".join([*text, model])))


@pytest.mark.parametrize(
    ("sizes", "cheap"),
    [((3, 3, 1), True), ((2, 2, 2, 2), True), ((4, 4, 4, 4), False), ((3, 3, 3, 3, 3), False), ((32, 32, 10), False)],
)
def test_what_is_affordable(sizes: tuple[int, ...], cheap: bool) -> None:
    assert affordable(uniform(*sizes)) is cheap


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "cheap"), [(24, True), (25, False), (60, False), (300, False)])
def test_deep_closed_forms_are_not_affordable(steps: int, cheap: bool) -> None:
    """SymPy recurses: at a depth of 60 functions it reaches Python's limit."""
    equations = f"h_0 = w x\nfor t = 1..{steps}:\n    h_t = tanh(w h_{{t-1}})\nL = sum(h_{steps})"
    text = f'[data]\nx = 0.3\n[parameters]\nw = 0.9\n[model]\nequations = """\n{equations}\n"""\nloss = "L"\n'
    derivation = derivation_of(Problem.loads(text))
    assert affordable(derivation) is cheap
    solution = derive.solve(derivation)
    assert ("closed form" in solution.verification.routes) is cheap
    assert "by changing each value a little" in solution.text("md")


def test_nothing_to_differentiate_is_not_affordable() -> None:
    assert not affordable(loaded("victorzhou_neuron"))


def test_node_count_of_shared_parts() -> None:
    """What stands twice counts twice, however deep: without writing it out."""
    expr: Expr = Ref(Symbol("x"))
    for _ in range(40):
        expr = Apply("add", (expr, expr))
    assert node_count(expr) == 2**41 - 1


SCRIPT = """
import sys
from derive.problem.problem import Problem
from derive.derivation.derive import derive
from derive.verification.closed_form import ClosedForm
from derive.values.tape import Tape
from derive.values.values import Values
from derive.verification.verify import verify
assert "sympy" not in sys.modules
for path in sys.argv[1:]:
    problem = Problem.load(path)
    derivation = derive(problem)
    closed = ClosedForm(derivation)
    values = Values(Tape.of(derivation), problem, carry="exact")
    print(verify(values, closed).routes, [closed.derivative(name, (0,) * len(derivation.shapes[name]))
                                          for name in derivation.wanted])
from sympy.external.gmpy import GROUND_TYPES
print(GROUND_TYPES, file=sys.stderr)
"""


@pytest.mark.slow
def test_both_ground_types_of_sympy_give_the_same() -> None:
    """python-flint switches SymPy to its own integers; and SymPy is loaded only where it is used."""
    paths = [str(FOLDER / f"{name}.toml") for name in ("notes", "binary_cross_entropy", "huber")]
    runs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, *paths],
            env={**os.environ, "SYMPY_GROUND_TYPES": kind},
            capture_output=True, text=True, check=True, encoding="utf-8",
        )
        for kind in ("python", "flint")
    ]  # fmt: skip
    assert [run.stderr.strip() for run in runs] == ["python", "flint"]
    assert runs[0].stdout == runs[1].stdout
    assert "closed form" in runs[0].stdout


ONE_EQUATION = """
[parameters]
w = 3
[model]
equations = "L = w^2/2"
loss = "L"
"""
TWO_EQUATIONS = ONE_EQUATION.replace('"L = w^2/2"', '"""\nz = 2 w\nL = FUNCTION(z)\n"""')


@pytest.mark.parametrize(
    ("problem", "section", "names"),
    [
        (ONE_EQUATION, False, False),
        (TWO_EQUATIONS.replace("FUNCTION", ""), True, False),
        (TWO_EQUATIONS.replace("FUNCTION", "sigmoid"), True, True),
    ],
)
def test_the_closed_form_stands_where_it_says_something(problem: str, section: bool, names: bool) -> None:
    """Not for one equation, which is one expression already; names are spoken of where there are any."""
    text = " ".join(derive.solve(Problem.loads(problem)).text("txt").split())
    assert ("The same in one expression" in text) == section
    assert ("intermediate values have their names again" in text) == names
    assert "every gradient comes out the same" in text


def test_numbers_before_a_parenthesis_have_a_dot() -> None:
    tex = derive.solve(Problem.loads(TWO_EQUATIONS.replace("FUNCTION(z)", "(z (1 - z))"))).text("tex")
    assert r"6 \cdot (1 - 6)" in tex and r"z\,(1 - z)" in tex


def test_sympy_does_not_take_a_function_of_ours_for_one_of_mpmath() -> None:
    import sympy

    applied = operation("phi", ())(sympy.Rational(1, 2))  # `mpmath.phi` is the golden ratio
    assert (applied - 1).is_positive is None


def test_the_rules_of_sums_products_and_powers_are_those_of_sympy() -> None:
    x, y = sympy.symbols("x y")
    power = sympy_function("power", ())
    for z in (x, power(x, y) + x):
        forms = [x, y, sympy.Integer(3), z * y + 2 * z, z / (z + y) ** 3, sympy.sqrt(z * y + 1) / z, 2**z * z**y]
        for form in (*forms, z * (z + y) * (2 * z - 1) * y):
            assert sympy.expand(sympy_slope(form, x, {}) - form.diff(x)) == 0, form


POWER = """
[data]
c = 0.7
X = [[1, 2], [3, 4]]

[parameters]
W = [[0.5, -0.25], [1, 0]]
b = [0.1, -0.2]

[model]
equations = "L = max(norm(W[1, 2] X)^(binary_cross_entropy(c, W) + (X - b)))"
loss = "L"
"""


def test_a_power_with_a_moving_exponent_asks_sympy_no_question_that_never_ends() -> None:
    """SymPy's own derivative asked whether the absolute value of the power is even, and of the value's value."""
    problem = Problem.loads(POWER)
    derivation = derivation_of(problem)
    values = Values(Tape.of(derivation), problem)
    assert verify(values, ClosedForm(derivation)).routes[0] == "closed form"

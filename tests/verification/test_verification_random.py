"""Random problems: right derivations are never refused, at numbers of any size; wrong ones always are."""

from dataclasses import replace
from fractions import Fraction

import pytest
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derive.derivation.derive import derive as derivation_of
from derive.derivation.steps import Derivation
from derive.errors import InputError, VerificationError
from derive.language.expressions import Expr, apply, number
from derive.problem.problem import Problem
from derive.values.tape import Tape
from derive.values.values import Values
from derive.verification.closed_form import ClosedForm, affordable
from derive.verification.verify import verify

pytestmark = pytest.mark.slow

FUNCTIONS = [
    "exp({})", "log({})", "sqrt({})", "sin({})", "abs({})", "Phi({})", "ReLU({})", "LeakyReLU({})", "ELU({})",
    "sigmoid({})", "tanh({})", "softplus({})", "GELU({})", "clip({}, delta = 1)", "-({})", "({})^2", "({})^3", "1/({})",
]  # fmt: skip
OPERATORS = ["{} + {}", "{} - ({})", "({}) ⊙ ({})", "({})/({})", "max({}, {})", "min({}, {})"]
EXTREME = ["0", "1", "-1", "0.5", "2", "1e-30", "-1e-30", "1e4", "-1e4", "700", "-700", "1e-200", "20", "1e10"]
SHAPES = [
    {"u": "", "v": "", "w": "", "x": ""},
    {"u": "v", "v": "v", "w": "", "x": "v"},
    {"M": "m", "N": "m", "w": "", "x": "v"},
]

numbers = st.sampled_from(EXTREME) | st.integers(-200, 200).map(lambda n: str(n / 100))
MUTATIONS = {
    "doubled": lambda expr: apply("product", number(2), expr),
    "turned": lambda expr: apply("negate", expr),
    "lost": lambda expr: apply("product", number(0), expr),
    "shifted": lambda expr: apply("add", expr, number(1)),
    "a little off": lambda expr: apply("product", number(1 + Fraction(1, 10**18)), expr),
}


@st.composite
def formulas(draw: st.DrawFn, names: list[str], depth: int) -> str:
    if depth == 0:
        return draw(st.sampled_from(names) | st.integers(1, 5).map(str))
    inner = formulas(names, draw(st.integers(0, depth - 1)))
    pattern = draw(st.sampled_from(FUNCTIONS) | st.sampled_from(OPERATORS))
    return pattern.format(*(draw(inner) for _ in range(pattern.count("{}"))))


@st.composite
def values_of(draw: st.DrawFn, kind: str) -> str:
    if not kind:
        return draw(numbers)
    inner = {"v": "", "m": "v"}[kind]
    size = 3 if kind == "v" else 2
    return f"[{', '.join(draw(values_of(inner)) for _ in range(size))}]"


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Scalars, vectors of 3 or 2×3 matrices; up to three named quantities on the way to the loss."""
    shapes = draw(st.sampled_from(SHAPES))
    given = "\n".join(f"{name} = {draw(values_of(kind))}" for name, kind in shapes.items())
    names, equations = list(shapes), []
    for i in range(draw(st.integers(0, 3))):
        formula = draw(formulas(names, 2))
        product = "M" in shapes and draw(st.booleans())
        equations.append(f"a_{i} = " + (f"M^T ({formula}) x" if product and "M" in formula else formula))
        names.append(f"a_{i}")
    formula = draw(formulas(names, 3))
    equations.append(f"L = {formula}" if "v" in shapes and not shapes["v"] else f"L = sum({formula})")
    text = "\n".join(equations)
    try:
        return Problem.loads(f'[parameters]\n{given}\n[model]\nequations = """\n{text}\n"""\nloss = "L"')
    except InputError:  # shapes that do not go together
        assume(False)
        raise


def values_for(derivation: Derivation) -> Values:
    """The values, every gradient known to a few digits or known to be 0 for all that is printed."""
    try:
        values = Values(Tape.of(derivation), derivation.problem, carry="exact")
        for name in derivation.gradients:
            values.printed(name)
    except InputError:  # a logarithm of a negative number, or larger than can be written
        assume(False)
        raise
    return values


@settings(max_examples=150)
@given(problems())
def test_what_is_right_is_confirmed(problem: Problem) -> None:
    derivation = derivation_of(problem)
    values = values_for(derivation)
    try:
        found = verify(values, ClosedForm(derivation) if affordable(derivation) else None)
    except VerificationError as error:
        assume("edge of what the forward pass is defined for" not in error.hint)
        raise
    assert found.largest < 1e-25


@settings(max_examples=150)
@given(problems(), st.data())
def test_what_is_wrong_is_refused(problem: Problem, data: st.DataObject) -> None:
    right = derivation_of(problem)
    step = data.draw(st.sampled_from(right.backward), label="step")
    mutation = data.draw(st.sampled_from(sorted(MUTATIONS)), label="mutation")
    wrong = with_expr(right, step.id, MUTATIONS[mutation](step.expr))
    values = values_for(wrong)
    assume(differ(values_for(right), values))
    with pytest.raises(VerificationError):
        verify(values)


def with_expr(derivation: Derivation, step: str, expr: Expr) -> Derivation:
    backward = (replace(item, expr=expr) if item.id == step else item for item in derivation.backward)
    return replace(derivation, backward=tuple(backward))


def differ(right: Values, wrong: Values) -> bool:
    """Whether some gradient is wrong within 23 digits from its first; one that is 0 instead, by more than 1e-100."""
    pairs = (
        (arb(a), arb(b))
        for name in right.tape.derivation.gradients
        for a, b in zip(right.flat(name), wrong.flat(name), strict=True)
    )
    return any(abs(a - b) > (abs(a) * arb("1e-23") if b != 0 else arb("1e-100")) for a, b in pairs)

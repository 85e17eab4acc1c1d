"""The derivation: which equations follow from a forward pass, in which order, under which names and rules."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.solutions import problem_of

import derive
import derive.examples
from derive.derivation.derive import derive as derivation_of
from derive.derivation.derive import well_formed
from derive.derivation.steps import Derivation, Step
from derive.errors import InputError
from derive.language.expressions import Shape, names_in
from derive.language.names import Derivative, Name, Symbol
from derive.notation.notations import ASCII
from derive.notation.printer import formula
from derive.problem.problem import Problem


def derivation(data: str, parameters: str, equations: str, *, loss: str = "L", more: str = "") -> Derivation:
    """The derivation of a forward pass; values are given as `x = [1, 2]; y = 3`."""
    text = f"""
[data]
{data.replace("; ", chr(10))}
[parameters]
{parameters.replace("; ", chr(10))}
[model]
equations = '''
{equations}
'''
{f'loss = "{loss}"' if loss else ""}
{more}
"""
    return derivation_of(Problem.loads(text))


def line(step: Step, shapes: dict[Name, Shape]) -> str:
    """A step in one line: phase, rule, shape, equation."""
    sign = "<-" if step.phase == "update" else "≈" if step.rounded else "="
    return f"{step.phase} | {step.rule} | {list(step.shape)} | {step.id} {sign} {formula(step.expr, ASCII, shapes)}"


def lines(found: Derivation) -> list[str]:
    return [line(step, dict(found.shapes)) for step in found.steps]


def table(text: str) -> list[str]:
    """The lines of a table, each cell without the space around it."""
    return [" | ".join(cell.strip() for cell in row.split(" | ")) for row in text.strip().splitlines()]


NOTES = """
forward  | affine           | [3]    | z_1 = W_1 x + b_1
forward  | relu             | [3]    | A_1 = ReLU(z_1)
forward  | affine           | []     | z_2 = W_2 A_1 + b_2
forward  | sigmoid          | []     | A_2 = sigmoid(z_2)
loss     | formula          | []     | L = (A_2 - Y)^2
backward | loss derivative  | []     | dL/dA_2 = 2 (A_2 - Y)
backward | local sigmoid    | []     | dA_2/dz_2 = A_2 (1 - A_2)
backward | chain rule       | []     | dL/dz_2 = dL/dA_2 dA_2/dz_2
backward | left factor      | [1, 3] | dL/dW_2 = dL/dz_2 A_1^T
backward | copy             | []     | dL/db_2 = dL/dz_2
backward | right factor     | [3]    | dL/dA_1 = W_2^T dL/dz_2
backward | local relu       | [3]    | dA_1/dz_1 = ReLU'(z_1)
backward | chain rule       | [3]    | dL/dz_1 = dL/dA_1 ⊙ dA_1/dz_1
backward | left factor      | [3, 3] | dL/dW_1 = dL/dz_1 x^T
backward | copy             | [3]    | dL/db_1 = dL/dz_1
"""


def test_the_handwritten_notes() -> None:
    found = derivation_of(Problem.load(derive.examples.path("notes")))
    assert lines(found) == table(NOTES)
    assert [gradient.id for gradient in found.gradients] == ["dL/dW_1", "dL/db_1", "dL/dW_2", "dL/db_2"]


CASES = {
    "a formula inside a function is a helper step": (
        "x = [1, 2]; h_0 = [3, 4]; y = [0, 1]", "W = [[1, 2], [3, 4]]; U = [[1, 2], [3, 4]]; b = [1, 2]",
        "h_1 = tanh(W x + U h_0 + b)\nL = sum((h_1 - y)^2)",
        """
forward  | affine           | [2]    | h_1:1 = W x + U h_0 + b
forward  | tanh             | [2]    | h_1 = tanh(h_1:1)
loss     | formula          | []     | L = sum((h_1 - y)^2)
backward | loss derivative  | [2]    | dL/dh_1 = 2 (h_1 - y)
backward | local tanh       | [2]    | dh_1/dh_1:1 = 1 - h_1^2
backward | chain rule       | [2]    | dL/dh_1:1 = dL/dh_1 ⊙ dh_1/dh_1:1
backward | left factor      | [2, 2] | dL/dW = dL/dh_1:1 x^T
backward | left factor      | [2, 2] | dL/dU = dL/dh_1:1 h_0^T
backward | copy             | [2]    | dL/db = dL/dh_1:1
"""),
    "helper steps are counted in each equation": (
        "x = [1, 2]; y = [0, 1]", "W_1 = [[1, 2], [3, 4]]; W_2 = [[1, 2], [3, 4]]",
        "L = sum((sigmoid(W_2 ReLU(W_1 x)) - y)^2)",
        """
forward  | affine           | [2]    | L:1 = W_1 x
forward  | relu             | [2]    | L:2 = ReLU(L:1)
forward  | affine           | [2]    | L:3 = W_2 L:2
forward  | formula          | [2]    | L:4 = sigmoid(L:3) - y
loss     | formula          | []     | L = sum(L:4^2)
backward | loss derivative  | [2]    | dL/dL:4 = 2 L:4
backward | local formula    | [2]    | dL:4/dL:3 = sigmoid(L:3) ⊙ (1 - sigmoid(L:3))
backward | chain rule       | [2]    | dL/dL:3 = dL/dL:4 ⊙ dL:4/dL:3
backward | left factor      | [2, 2] | dL/dW_2 = dL/dL:3 L:2^T
backward | right factor     | [2]    | dL/dL:2 = W_2^T dL/dL:3
backward | local relu       | [2]    | dL:2/dL:1 = ReLU'(L:1)
backward | chain rule       | [2]    | dL/dL:1 = dL/dL:2 ⊙ dL:2/dL:1
backward | left factor      | [2, 2] | dL/dW_1 = dL/dL:1 x^T
"""),
    "an elementwise step has a local derivative for each argument": (
        "c_0 = [1, 2]", "f = [1, 2]; i = [3, 4]; g = [1, 2]",
        "c = f ⊙ c_0 + i ⊙ g\nh = tanh(c)\nL = sum(h)/2",
        """
forward  | formula          | [2]    | c = f ⊙ c_0 + i ⊙ g
forward  | tanh             | [2]    | h = tanh(c)
loss     | formula          | []     | L = sum(h)/2
backward | loss derivative  | [2]    | dL/dh = 1/2
backward | local tanh       | [2]    | dh/dc = 1 - h^2
backward | chain rule       | [2]    | dL/dc = dL/dh ⊙ dh/dc
backward | local formula    | [2]    | dc/df = c_0
backward | chain rule       | [2]    | dL/df = dL/dc ⊙ dc/df
backward | local formula    | [2]    | dc/di = g
backward | chain rule       | [2]    | dL/di = dL/dc ⊙ dc/di
backward | local formula    | [2]    | dc/dg = i
backward | chain rule       | [2]    | dL/dg = dL/dc ⊙ dc/dg
"""),
    "where several paths meet, each has its part": (
        "x = [1, 2]; y = 1", "W = [[1, 2], [3, 4]]; v = [[1, 2]]",
        "A = W x\nB = A ⊙ A + A\nz = v A + v B\nL = (z - y)^2 + sum(A)",
        """
forward  | affine           | [2]    | A = W x
forward  | formula          | [2]    | B = A ⊙ A + A
forward  | affine           | []     | z = v A + v B
loss     | formula          | []     | L = (z - y)^2 + sum(A)
backward | loss derivative  | []     | dL/dz = 2 (z - y)
backward | loss derivative  | [2]    | dL/dA|L = 1
backward | sum of uses      | [1, 2] | dL/dv = dL/dz A^T + dL/dz B^T
backward | right factor     | [2]    | dL/dA|z = v^T dL/dz
backward | right factor     | [2]    | dL/dB = v^T dL/dz
backward | local formula    | [2]    | dB/dA = A + A + 1
backward | chain rule       | [2]    | dL/dA|B = dL/dB ⊙ dB/dA
backward | sum over paths   | [2]    | dL/dA = dL/dA|L + dL/dA|z + dL/dA|B
backward | left factor      | [2, 2] | dL/dW = dL/dA x^T
"""),
    "a batch as columns: the bias is spread over them": (
        "X = [[1, 2, 3], [4, 5, 6]]; Y = [[1, 2, 3], [4, 5, 6]]", "W = [[1, 2], [3, 4]]; b = [1, 2]",
        "Z = W X + b\nL = mean((Z - Y)^2)",
        """
forward  | affine           | [2, 3] | Z = W X + b
loss     | formula          | []     | L = mean((Z - Y)^2)
backward | loss derivative  | [2, 3] | dL/dZ = (Z - Y)/3
backward | left factor      | [2, 2] | dL/dW = dL/dZ X^T
backward | broadcast term   | [2]    | dL/db = sum(dL/dZ, rows)
"""),
    "a batch of one unit as columns: the bias is a number": (
        "X = [[1, 2, 3], [4, 5, 6]]; Y = [[1, 2, 3]]", "W = [[1, 2]]; b = 1",
        "Z = W X + b\nA = sigmoid(Z)\nL = mean((A - Y)^2)",
        """
forward  | affine           | [1, 3] | Z = W X + b
forward  | sigmoid          | [1, 3] | A = sigmoid(Z)
loss     | formula          | []     | L = mean((A - Y)^2)
backward | loss derivative  | [1, 3] | dL/dA = 2/3 (A - Y)
backward | local sigmoid    | [1, 3] | dA/dZ = A ⊙ (1 - A)
backward | chain rule       | [1, 3] | dL/dZ = dL/dA ⊙ dA/dZ
backward | left factor      | [1, 2] | dL/dW = dL/dZ X^T
backward | broadcast number | []     | dL/db = sum(dL/dZ)
"""),
    "a batch as rows": (
        "X = [[1, 2], [3, 4], [5, 6]]; Y = [[1, 2], [1, 2], [1, 2]]", "W = [[1, 2], [3, 4]]; b = [1, 2]",
        "Z = X W + b^T\nL = mean((Z - Y)^2)",
        """
forward  | affine           | [3, 2] | Z = X W + b^T
loss     | formula          | []     | L = mean((Z - Y)^2)
backward | loss derivative  | [3, 2] | dL/dZ = (Z - Y)/3
backward | right factor     | [2, 2] | dL/dW = X^T dL/dZ
backward | transpose        | [2]    | dL/db = sum(dL/dZ, columns)^T
"""),
    "what the loss does not use has no derivative, a parameter it does not use has 0": (
        "x = [1, 2]; y = 1", "w = [1, 2]; u = [3, 4]",
        "p = w^T x\nL = (p - y)^2\nq = 2 p",
        """
forward  | affine           | []     | p = w^T x
loss     | formula          | []     | L = (p - y)^2
forward  | formula          | []     | q = 2 p
backward | loss derivative  | []     | dL/dp = 2 (p - y)
backward | left factor      | [2]    | dL/dw = x dL/dp
backward | independent      | [2]    | dL/du = 0
"""),
    "factors keep the order of the problem": (
        "x = 2", "a = 1; b = 2; c = 3",
        "s = a b c\nL = x s^3",
        """
forward  | formula          | []     | s = a b c
loss     | formula          | []     | L = x s^3
backward | loss derivative  | []     | dL/ds = 3 x s^2
backward | local formula    | []     | ds/da = b c
backward | chain rule       | []     | dL/da = dL/ds ds/da
backward | local formula    | []     | ds/db = a c
backward | chain rule       | []     | dL/db = dL/ds ds/db
backward | local formula    | []     | ds/dc = a b
backward | chain rule       | []     | dL/dc = dL/ds ds/dc
"""),
    "rounding in place is kept": (
        "x = 2", "w = 1",
        "z ≈ w/3\nL = z^2",
        """
forward  | formula          | []     | z ≈ w/3
loss     | formula          | []     | L = z^2
backward | loss derivative  | []     | dL/dz = 2 z
backward | local formula    | []     | dz/dw = 1/3
backward | chain rule       | []     | dL/dw = dL/dz dz/dw
"""),
    "decimals of an equation stay decimals where they end soon, fractions stay fractions": (
        "x = 2", "w = 1\nv = 3",
        "z = 0.7 sigmoid(w) + 0.3 v^2 - ReLU(v - 0.5) + v/0.3\nL = 0.25 (x/0.5 + z)^2 + 1/2 w^1.5",
        """
forward  | formula          | []     | z = 0.7 sigmoid(w) + 0.3 v^2 - ReLU(v - 0.5) + v/0.3
loss     | formula          | []     | L = 0.25 (x/0.5 + z)^2 + 1/2 w^1.5
backward | loss derivative  | []     | dL/dw|L = 0.75 w^0.5
backward | loss derivative  | []     | dL/dz = 0.5 (2 x + z)
backward | local formula    | []     | dz/dw = 0.7 sigmoid(w) (1 - sigmoid(w))
backward | chain rule       | []     | dL/dw|z = dL/dz dz/dw
backward | sum over paths   | []     | dL/dw = dL/dw|L + dL/dw|z
backward | local formula    | []     | dz/dv = 0.6 v - ReLU'(v - 0.5) + 10/3
backward | chain rule       | []     | dL/dv = dL/dz dz/dv
"""),
    "a softmax of a vector goes through its Jacobian": (
        "y = [0, 1]", "z = [1, 2]",
        "p = softmax(z)\nL = cross_entropy(p, y)",
        """
forward  | softmax          | [2]    | p = softmax(z)
loss     | formula          | []     | L = -sum(y ⊙ log(p))
backward | loss derivative  | [2]    | dL/dp = -y/p
backward | local softmax    | [2, 2] | dp/dz = diag(p) - p p^T
backward | jacobian         | [2]    | dL/dz = dp/dz^T dL/dp
"""),
    "a mean inside an array is no mean at the end": (
        "c = 1", "x = [1, 2]",
        "v = x - mean(x)\nL = sum(v^4)",
        """
forward  | mean             | [2]    | v = x - mean(x)
loss     | formula          | []     | L = sum(v^4)
backward | loss derivative  | [2]    | dL/dv = 4 v^3
backward | sum of uses      | [2]    | dL/dx = dL/dv - sum(dL/dv)/2
"""),
    "a softmax of columns goes column by column": (
        "Y = [[1, 0, 0], [0, 1, 1]]", "R = [[1, 2, 3], [4, 5, 7]]",
        "A = softmax(R/2, columns)\nL = cross_entropy(A, Y)",
        """
forward  | formula          | [2, 3] | A:1 = R/2
forward  | softmax          | [2, 3] | A = softmax(A:1, columns)
loss     | formula          | []     | L = -1/3 sum(Y ⊙ log(A))
backward | loss derivative  | [2, 3] | dL/dA = -1/3 Y/A
backward | back softmax     | [2, 3] | dL/dA:1 = A ⊙ (dL/dA - sum(A ⊙ dL/dA, columns))
backward | local formula    | [2, 3] | dA:1/dR = 1/2
backward | chain rule       | [2, 3] | dL/dR = dL/dA:1 ⊙ dA:1/dR
"""),
}  # fmt: skip


@pytest.mark.parametrize(("data", "parameters", "equations", "expected"), CASES.values(), ids=CASES)
def test_derivation(data: str, parameters: str, equations: str, expected: str) -> None:
    assert lines(derivation(data, parameters, equations)) == table(expected)


def test_without_a_loss_there_is_the_forward_pass_alone() -> None:
    found = derivation("x = [1, 2]", "w = [1, 2]", "p = tanh(w^T x)\nq = 2 p", loss="")
    assert [step.id for step in found.steps] == ["p", "q"]  # and nothing is taken out for derivatives
    assert found.gradients == () and found.backward == ()


def test_helper_steps_are_marked() -> None:
    found = derivation("x = [1, 2]", "W = [[1, 2], [3, 4]]", "h = tanh(W x)\nL = sum(h^2)")
    assert [step.id for step in found.steps if step.helper] == ["h:1", "dh/dh:1", "dL/dh:1"]


@pytest.mark.parametrize(
    ("equation", "helpers"),
    [
        ("h = tanh(w ⊙ x + b)", 0),  # elementwise throughout
        ("h = tanh(W x + b)", 1),
        ("h = tanh(V x) + b", 0),  # what is free of parameters stays
        ("h = W tanh(W x)", 2),
        ("h = W x + W (w ⊙ x)", 1),
        ("h = (W x + b) ⊙ sigmoid(W x)", 2),
        ("h = W^T x + W W x", 1),
    ],
)
def test_what_is_taken_out_of_an_equation(equation: str, helpers: int) -> None:
    found = derivation("x = [1, 2]; V = [[1, 2], [3, 4]]", "W = [[1, 2], [3, 4]]; w = [1, 2]; b = [1, 2]",
                       f"{equation}\nL = sum(h)")  # fmt: skip
    assert sum(step.helper and step.phase == "forward" for step in found.steps) == helpers


def test_up_to_a_final_sum_or_mean_an_equation_stays_one_step() -> None:
    for loss in ("sum((w - x)^2)", "mean(abs(w - x)) + 1/2 sum(w^2)", "-mean(x ⊙ log(w) + (1 - x) ⊙ log(1 - w))"):
        found = derivation("x = [1, 2]", "w = [1, 2]", f"L = {loss}")
        assert [step.id for step in found.steps] == ["L", "dL/dw"], loss


def test_further_gradients() -> None:
    more = 'gradients = ["x", "z"]'
    found = derivation("x = [1, 2]; y = 1", "w = [1, 2]", "z = w^T x\nL = (z - y)^2", more=more)
    assert [gradient.id for gradient in found.gradients] == ["dL/dw", "dL/dx", "dL/dz"]
    assert [step.id for step in found.backward] == ["dL/dz", "dL/dw", "dL/dx"]


def test_updates_change_all_parameters_or_some() -> None:
    model = ("x = 2", "a = 1; b = 3", "L = (a x + b)^2")
    all_of_them = derivation(*model, more="[update]\nlearning_rate = 0.1")
    assert lines(all_of_them)[-2:] == [
        "update | gradient descent | [] | a <- a - eta dL/da",
        "update | gradient descent | [] | b <- b - eta dL/db",
    ]
    only = derivation(*model, more='[update]\nlearning_rate = 0.1\nonly = ["b"]')
    assert [step.id for step in only.updates] == ["b"]


def test_ids_over_the_passes() -> None:
    problem = Problem.loads(
        "[data]\nx = 2\n[parameters]\na = 1\n[model]\nequations = 'z = a x\nL = z^2'\nloss = 'L'\n".replace("'", "'''")
        + "[update]\nlearning_rate = 0.1\nsteps = 2\n"
    )
    assert " ".join(derive.solve(problem).ids) == (
        "x a a@0 eta z L dL/dz dz/da dL/da a@1 z@2 L@2 dL/dz@2 dz/da@2 dL/da@2 a@2 z@3 L@3"
    )


# --- well formed, whatever the model ------------------------------------------------------------------------------

SHAPES: dict[str, Shape] = {"s": (), "v": (2,), "r": (1, 2), "M": (2, 2)}


WAYS: dict[str, list[tuple[str, str]]] = {
    kind: [("({} + {})", kind * 2), ("({} - {})", kind * 2), ("({} ⊙ {})", kind * 2), ("tanh({})", kind),
           ("ReLU({})", kind), ("(2 ({}))^2", kind), ("(-{})/2", kind), ("(({}) ({}))", f"s{kind}")]
    for kind in SHAPES
}  # fmt: skip
"""How an expression of each shape is put together: a text with places, and the shapes of what goes there."""
WAYS["s"] += [("(({}) ({}))", "rv"), ("mean({})", "M")]
WAYS["v"] += [("(({}) ({}))", "Mv"), ("sum({}, rows)", "M"), ("({})^T", "r")]
WAYS["r"] += [("(({}) ({}))", "rM"), ("({})^T", "v")]
WAYS["M"] += [("(({}) ({}))", "MM"), ("(({}) ({}))", "vr"), ("({})^T", "M")]


@st.composite
def models(draw: st.DrawFn) -> str:
    """The equations of a random forward pass: each uses names before it, of shapes that fit."""
    names = {"s": ["s_0", "a"], "v": ["v_0", "w"], "r": ["r_0"], "M": ["M_0", "W"]}

    def expression(kind: str, depth: int) -> str:
        if not depth or draw(st.booleans()):
            return draw(st.sampled_from(names[kind]))
        text, places = draw(st.sampled_from(WAYS[kind]))
        return text.format(*(expression(inner, depth - 1) for inner in places))

    written = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        kind = draw(st.sampled_from(list(SHAPES)))
        written.append(f"{kind}_{number} = {expression(kind, 3)}")
        names[kind].append(f"{kind}_{number}")
    written.append(f"L = {expression('s', 3)} + sum({expression('v', 2)}) + sum({expression('M', 2)})")
    return "\n".join(written)


def single_assignment(found: Derivation) -> Iterator[str]:
    """What is wrong with the order or the names of the steps.

    The phases are mixed only where equations ask for derivatives: these come before what uses them.
    """
    known: set[Name] = {name for name, _ in found.givens}
    phases = [step.phase for step in (*found.forward, *found.backward)]
    mixed = "backward" in phases[: len(found.forward)] or set(phases[len(found.forward) :]) - {"backward"}
    if mixed and not found.slopes:
        yield "the phases are mixed"
    for step in (*found.forward, *found.backward):
        if (step.phase == "backward") != isinstance(step.name, Derivative):
            yield f"{step.id} stands in the phase {step.phase}"
    for step in (*found.forward, *found.backward):
        if step.name in known:
            yield f"{step.id} is defined twice"
        yield from (f"{step.id} uses {name} before it is there" for name in names_in(step.expr) if name not in known)
        known.add(step.name)


@pytest.mark.slow
@settings(max_examples=120)
@given(models())
def test_a_derivation_is_well_formed(equations: str) -> None:
    found = derivation("s_0 = 1; v_0 = [1, 2]; r_0 = [[1, 2]]; M_0 = [[1, 2], [3, 4]]",
                       "w = [1, 2]; W = [[1, 2], [3, 4]]; a = 2", equations)  # fmt: skip
    assert list(single_assignment(found)) == []
    well_formed(found)
    for step in found.backward:
        assert isinstance(step.name, Derivative)
        if step.name.of == Symbol("L") and step.name.via is None:
            assert step.shape == found.shapes[step.name.by], f"{step.id} has the shape of what it is the derivative by"
    derived = {step.name for step in found.backward}
    assert derived.issuperset(Derivative(Symbol("L"), Symbol(name)) for name in ("w", "W", "a"))
    parts = {name.by for name in derived if isinstance(name, Derivative) and name.via}
    assert all(Derivative(Symbol("L"), name) in derived for name in parts), "parts are added up"
    ids = [step.id for step in found.steps]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", derive.examples.names())
def test_the_derivation_of_an_example_is_well_formed(name: str) -> None:
    found = derivation_of(problem_of(name))
    assert list(single_assignment(found)) == []
    for step in found.steps:
        assert step.phase in {"forward", "loss", "backward", "update"} and step.rule


def test_a_softmax_of_each_row_of_a_column_is_one_everywhere() -> None:
    text = """
[data]
t = [0.2, 0.5]
[parameters]
z = [0.3, 1]
[model]
equations = '''
p = softmax(z, rows)
L = sum((p - t)^2)
'''
loss = "L"
"""
    solution = derive.solve(derive.Problem.loads(text))
    assert solution["p"].value == (1, 1) and solution["dL/dz"].value == (0, 0)


def test_a_derivative_whose_parts_do_not_go_together_is_told_at_its_equation() -> None:
    """A column and a row that a third argument holds together."""
    text = """
[data]
V = [[0.5, 2], [1, 3]]
[parameters]
x = [0.3, 1]
r = [4, 5]
[model]
equations = '''
z = clip(x, V, r^T)
L = sum(z)
'''
loss = "L"
"""
    with pytest.raises(InputError, match="line 9: the derivative of `z` cannot be written down"):
        derive.solve(derive.Problem.loads(text))

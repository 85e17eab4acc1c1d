"""The language of equations: what each spelling means, what is refused and where, and that nothing breaks the reader.

Every spelling is compared with its canonical form, which is the language itself as the package writes it.
"""

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.effort import calls
from support.solutions import problem_of

import derive.examples
from derive.calculus.applications import with_settings
from derive.derivation.derive import derive as derivation_of
from derive.errors import Fault, Place
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, apply, rewrite
from derive.language.grammar import parse, parse_equation, parse_number
from derive.language.names import Derivative, Name, Symbol
from derive.language.tokens import TextError
from derive.notation.notations import ASCII, TEX
from derive.notation.printer import formula
from derive.operations import FUNCTIONS
from derive.problem.reading.equation_lines import lines_of
from derive.problem.reading.equations import read_equations, read_name

DEFINED = """
A H_1 H_2 L T W W_1 W_{f,1} W' X Y a a^{[1]} alpha b b_1 c h h_0 h_1 h_2 h_3 l n x x_1 x_2 x_3 y y_hat z z^{(1)}
"""
"""The names that the texts below may use."""


def scope(names: str = DEFINED, **indices: int) -> Scope:
    """A scope with `names` (separated by spaces) and the loop letters `indices`."""
    symbols = map(read_name, names.split())
    return Scope({symbol.id: symbol for symbol in symbols}, FUNCTIONS, indices)


def written(expr: Expr) -> str:
    """The canonical form; what has no row yet (blocks and entries) as `op[option](arguments)`."""
    if isinstance(expr, Apply) and expr.op in {"stack", "beside", "index"}:
        options = "".join(str(value) for _, value in expr.options)
        return f"{expr.op}{options}({', '.join(map(written, expr.args))})"
    return formula(expr, ASCII, dict.fromkeys(scope().names.values(), (2, 2)))


def canonical(text: str, names: str = DEFINED, **indices: int) -> str:
    """The canonical form of a text."""
    return written(parse(text, scope(names, **indices)))


def error(text: str, names: str = DEFINED, **indices: int) -> TextError:
    """The error that a text raises."""
    with pytest.raises(TextError) as caught:
        parse(text, scope(names, **indices))
    return caught.value


# --- names --------------------------------------------------------------------------------------------------------

NAMES = [
    ("x", "x"),
    ("net", "net"),
    ("W_1", "W_1"),
    ("W_{1}", "W_1"),
    ("W₁", "W_1"),
    ("W₁₂", "W_12"),
    ("W_xh", "W_xh"),
    ("W_{xh}", "W_xh"),
    (r"W_{\text{xh}}", "W_xh"),
    (r"\mathrm{net}_1", "net_1"),
    (r"\mathbf{W}_2", "W_2"),
    ("z_{f,1}", "z_{f,1}"),
    ("z_{f, 1}", "z_{f,1}"),
    ("z_f_1", "z_{f,1}"),
    ("z_{f}", "z_f"),
    # accents
    ("y_hat", "y_hat"),
    ("y_{hat}", "y_hat"),
    ("ŷ", "y_hat"),
    ("y\u0302", "y_hat"),
    (r"\hat{y}", "y_hat"),
    (r"\hat y", "y_hat"),
    (r"\widehat{y}", "y_hat"),
    ("ŷ_1", "y_hat_1"),
    ("y_hat_1", "y_hat_1"),
    (r"\tilde{c}_t", "c_tilde_t"),
    ("x̄", "x_bar"),
    (r"\overline{x}", "x_bar"),
    ("ẋ", "x_dot"),
    (r"\vec{v}", "v_vec"),
    # Greek
    ("α", "alpha"),
    (r"\alpha", "alpha"),
    ("alpha", "alpha"),
    ("α_1", "alpha_1"),
    (r"\varepsilon", "epsilon"),
    ("ϵ", "epsilon"),
    ("ϕ", "phi"),
    ("Δ", "Delta"),
    ("α̂", "alpha_hat"),
    # primes, superscripts in brackets, helper steps
    ("W'", "W'"),
    ("W′", "W'"),
    ("W''", "W''"),
    ("a^{[1]}", "a^[1]"),
    ("a^[1]", "a^[1]"),
    ("z^{(1)}", "z^(1)"),
    ("a^{[l]}", "a^[l]"),
    ("b_1^{(2)}", "b_1^(2)"),
    ("b^{(2)}_1", "b_1^(2)"),
    ("W^{[1]}_{2,3}", "W_{2,3}^[1]"),
    ("h_1:1", "h_1:1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "id_"), NAMES)
def test_a_name_has_one_canonical_id(text: str, id_: str) -> None:
    assert read_name(text).id == id_


@pytest.mark.parametrize("id_", sorted({id_ for _, id_ in NAMES}))
def test_a_canonical_id_reads_back(id_: str) -> None:
    assert read_name(id_.replace("^(1)", "^{(1)}").replace("^(2)", "^{(2)}")).id == id_


@pytest.mark.parametrize(
    ("text", "at"),
    [("", 0), ("1x", 0), ("_a", 0), ("a_", 2), ("x_{}", 3), ("x y", 2), ("é", 0), ("ж", 0), ("out_h1", 5)],
)
def test_what_is_no_name(text: str, at: int) -> None:
    with pytest.raises(TextError) as caught:
        read_name(text)
    assert caught.value.start == at


def test_two_names_are_equal_if_their_ids_are() -> None:
    assert read_name("ŷ_{1}") == Symbol("y", "hat", subscript=(1,)) and hash(read_name("ŷ")) == hash(Symbol("y", "hat"))
    assert Derivative(Symbol("L"), Symbol("W", subscript=(1,))).id == "dL/dW_1"
    assert Derivative(Symbol("L"), Symbol("A"), Symbol("z")).id == "dL/dA|z"


# --- products -----------------------------------------------------------------------------------------------------

PRODUCTS = [
    # juxtaposition and every sign of multiplication
    ("W_1 x + b_1", "W_1 x + b_1"),
    ("W_1x", "W_1 x"),
    ("W_1*x", "W_1 x"),
    ("W_1·x", "W_1 x"),
    ("W_1⋅x", "W_1 x"),
    ("W_1×x", "W_1 x"),
    ("W_1 @ x", "W_1 x"),
    (r"W_1 \cdot x", "W_1 x"),
    (r"W_1 \times x", "W_1 x"),
    (r"W_1\,x", "W_1 x"),
    ("2x", "2 x"),
    ("2(x)", "2 x"),
    ("2α", "2 alpha"),
    ("x 2", "x * 2"),
    ("2*3 x", "2 * 3 x"),
    ("(x)(y)", "x y"),
    ("a b c", "a b c"),
    ("a (b c)", "a (b c)"),
    ("2 (b c)", "2 b c"),
    # Hadamard
    ("x ⊙ y", "x ⊙ y"),
    ("x .* y", "x ⊙ y"),
    ("x∘y", "x ⊙ y"),
    (r"x \odot y", "x ⊙ y"),
    ("W (x ⊙ y)", "W (x ⊙ y)"),
    ("W x ⊙ y", "W x ⊙ y"),
    ("x ⊙ (y z)", "x ⊙ (y z)"),
    ("W (x ⊙ y) z", "W (x ⊙ y) z"),
    # ^T transposes, also where T is defined
    ("W^T x", "W^T x"),
    ("W^{T} x", "W^T x"),
    ("Wᵀ x", "W^T x"),
    (r"W^\top x", "W^T x"),
    ("W^Tx", "W^T x"),
    ("T^T T", "T^T T"),
    ("(W x)^T", "(W x)^T"),
    ("x^2^T", "(x^2)^T"),
    # a run of letters: a function before (, else a defined name, else a product of defined letters
    ("ab", "a b"),
    ("abc", "a b c"),
    ("ax_1", "a x_1"),
    ("xb_1", "x b_1"),
    ("AY^2", "A Y^2"),
    ("AX^T", "A X^T"),
    ("sigma(z)", "sigmoid(z)"),
    ("σ(z)", "sigmoid(z)"),
    (r"\sigma(z)", "sigmoid(z)"),
    (r"\operatorname{softplus}(z)", "softplus(z)"),
    (r"\mathrm{ReLU}(z)", "ReLU(z)"),
    (r"\ln(x)", "log(x)"),
    ("ReLU'(z)", "ReLU'(z)"),
    # a bracket after a name: an operation is applied, a defined quantity is a factor
    ("h(x)", "h x"),
    ("h (x + y)", "h (x + y)"),
    ("y_hat(x)", "y_hat x"),
    ("tanh(a b)", "tanh(a b)"),
]  # fmt: skip

POWERS_AND_QUOTIENTS = [
    ("x^2", "x^2"),
    ("x²", "x^2"),
    ("x^{2}", "x^2"),
    ("x**2", "x^2"),
    ("x^-1", "x^(-1)"),
    ("x^{-1}", "x^(-1)"),
    ("x⁻¹", "x^(-1)"),
    ("x^-2 y", "x^(-2) y"),
    ("x^{y+1}", "x^(y + 1)"),
    ("x^ab", "x^a b"),
    ("-x^2", "-x^2"),
    ("(-x)^2", "(-x)^2"),
    ("x^y^z", "x^(y^z)"),
    ("(x^y)^z", "(x^y)^z"),
    ("x^{1/2}", "x^(1/2)"),
    ("a^[1]", "a^[1]"),
    ("z^{(1)} x", "z^{(1)} x"),
    ("z^(2)", "z^2"),
    # a number fraction before a factor is one coefficient
    ("1/2 (A - Y)^2", "1/2 (A - Y)^2"),
    ("1/2(A-Y)^2", "1/2 (A - Y)^2"),
    (r"\frac{1}{2} (A - Y)^2", "1/2 (A - Y)^2"),
    ("-1/2 x", "-1/2 x"),
    ("1/-2 x", "-1/2 x"),
    ("4/2 x", "2 x"),
    # decimals stay as they are written
    ("0.5/2.5 x", "(0.5/2.5) x"),
    ("x/(1.5/2.25)", "x/(1.5/2.25)"),
    ("x 1/2", "x * 1/2"),
    ("x (1/2)", "x (1/2)"),
    # a quotient in parentheses, and what needs none
    ("a/(b c)", "a/(b c)"),
    ("(a/b) c", "(a/b) c"),
    ("a/b*c", "(a/b) c"),
    ("a b/c", "a b/c"),
    ("a (b/c)", "a (b/c)"),
    ("a/b/c", "a/b/c"),
    ("a/(b/c)", "a/(b/c)"),
    (r"\frac{a}{b}", "a/b"),
    (r"\frac{a}{b} c", "(a/b) c"),
    (r"\dfrac{a + b}{c}", "(a + b)/c"),
    (r"\frac12 a", "1/2 a"),
    (r"\biggl( a + b \biggr) c", "(a + b) c"),
    (r"\mathcal{L}^{\mathsf T}", "L^T"),
    ("a÷b", "a/b"),
]  # fmt: skip

REST = [
    # signs and numbers
    ("x − y", "x - y"),
    ("x - -y", "x - (-y)"),
    ("--x", "x"),
    ("+x", "x"),
    ("x*-y", "x (-y)"),
    ("0.1", "0.1"),
    (".5 x", "0.5 x"),
    ("1e-3 x", "0.001 x"),
    ("1.5e3", "1500"),
    ("1/3", "1/3"),
    # functions, roots, absolute values, constants
    ("e^{-x}", "exp(-x)"),
    ("e^-x", "exp(-x)"),
    ("√x", "sqrt(x)"),
    ("√(x + y)", "sqrt(x + y)"),
    (r"\sqrt{x}", "sqrt(x)"),
    ("|x - y|", "abs(x - y)"),
    ("2 pi x", "2 π x"),
    (r"2 \pi x", "2 π x"),
    ("max(0, z)", "max(0, z)"),
    ("max(0; z)", "max(0, z)"),
    ("LeakyReLU(z, alpha = 0.1)", "LeakyReLU(z, alpha = 0.1)"),
    ("LeakyReLU(z, alpha = 1/3)", "LeakyReLU(z, alpha = 1/3)"),
    (r"\left(x + y\right)^2", "(x + y)^2"),
    (r"\{x + y\} z", "(x + y) z"),
    # axes
    ("sum(X)", "sum(X)"),
    ("sum(X, rows)", "sum(X, rows)"),
    ("mean(X, columns)", "mean(X, columns)"),
    ("softmax_rows(X)", "softmax(X, rows)"),
    (r"\operatorname{softmax}_{\text{Spalten}}(X) + x", "softmax(X, columns) + x"),
    ("softmax_строки(X)", "softmax(X, rows)"),
    ("topk_{2, lignes}(X)", "topk(X, 2, rows)"),
    # sums over a letter: the letter counts in subscripts only
    (r"\sum_{t=1}^{3} x_t", "x_1 + x_2 + x_3"),
    (r"\sum_{t=1}^3 x_t", "x_1 + x_2 + x_3"),
    ("∑_{t=1}^{3} a x_t", "a x_1 + a x_2 + a x_3"),
    (r"\sum_{t=1}^{2} x_{t+1} + y", "x_2 + x_3 + y"),
    (r"\sum_{t=1}^{2} h_{t-1} (x_t + n)", "h_0 (x_1 + n) + h_1 (x_2 + n)"),
    # blocks stack and stand side by side
    ("[x; h]", "stack(x, h)"),
    ("[H_1, H_2]", "beside(H_1, H_2)"),
    ("[x, y; a + b, c]", "stack(beside(x, y), beside(a + b, c))"),
    ("[x]", "x"),
    (r"\begin{bmatrix} a & b \\ c & a \end{bmatrix}", "stack(beside(a, b), beside(c, a))"),
    (r"\begin{pmatrix} a \\ b \end{pmatrix}", "stack(a, b)"),
    # a bracket that touches a name indexes, entries count from 1
    ("X[2,3]", "index(2, 3)(X)"),
    ("X[:, 2]", "index((None, None), 2)(X)"),
    ("l[2:3]", "index((2, 3),)(l)"),
    ("l[2:]", "index((2, None),)(l)"),
    ("X [1]", "X * 1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [*PRODUCTS, *POWERS_AND_QUOTIENTS, *REST])
def test_spelling_means(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "indices", "expected"),
    [
        ("h_{t-1}", {"t": 2}, "h_1"),
        ("x_t", {"t": 3}, "x_3"),
        ("x_{t+1}", {"t": 1}, "x_2"),
        ("W_{f,t}", {"t": 1}, "W_{f,1}"),
        ("a^{[t]}", {"t": 1}, "a^[1]"),
        ("X[:, t]", {"t": 4}, "index((None, None), 4)(X)"),
        ("X[t+1, 1]", {"t": 4}, "index(5, 1)(X)"),
    ],
)
def test_only_the_loops_own_letter_is_an_index(text: str, indices: dict[str, int], expected: str) -> None:
    assert canonical(text, **indices) == expected


def test_a_defined_T_is_a_factor_but_never_an_exponent() -> None:
    assert parse("x^T T", scope()) == apply("product", apply("transpose", Ref(Symbol("x"))), Ref(Symbol("T")))


def test_derivatives_are_names_only_of_what_is_defined() -> None:
    names = "L W_1 A z y_hat h_1:1 a d"
    for text in ("dL/dW_1", "dL/dA|z", r"\frac{dL}{dW_1}", r"\frac{\partial L}{\partial W_1}", "∂L/∂W_1", "dL/dy_hat",
                 "dL/dh_1:1", "dA/dz"):  # fmt: skip
        assert isinstance(parse(text, scope(names)), Ref), text
    assert canonical("da/a", names) == "d a/a"


# --- what is refused ----------------------------------------------------------------------------------------------

REFUSED = [
    # text, the marks under it, a piece of the message, a piece of the hint
    ("a/b c", "    ^", "two ways", "parentheses"),
    ("1/b c", "    ^", "two ways", "parentheses"),
    ("a/bc", "   ^", "two ways", "parentheses"),
    ("2 3", "  ^", "two numbers", "operator"),
    ("0,5 x", " ^", "comma", "0.5"),
    ("foo x", "^^^", "`foo` is not defined", "value"),
    ("W_2 x", "^^^", "`W_2` is not defined", "did you mean"),
    ("x + W''", "    ^^^", "`W''` is not defined", "`W'`"),
    ("f(x)", "^", "`f` is not an operation", "derive operations"),
    ("ReLu(z)", "^^^^", "`ReLu` is not an operation", "did you mean `ReLU`?"),
    ("sigm(z)", "^^^^", "`sigm` is not an operation", "did you mean `sigma`?"),
    ("exp +", "^^^", "`exp` is an operation", "parentheses"),
    ("ReLU x", "^^^^", "`ReLU` is an operation", "parentheses"),
    ("log x y", "^^^^^", "`log x y…` can be read in two ways", "`log(…)`"),
    ("log x/c", "^^^^^", "`log x /…` can be read in two ways", "`log(…)`"),
    ("(x + y", "^", "`(` is never closed", "`)`"),
    ("max(0, [x; h)", "            ^", "`)` does not fit", "`]`"),
    (r"\begin{bmatrix} a & b", "^^^^^^", "never closed", r"\end{bmatrix}"),
    ("x)", " ^", "`)` does not fit", "operator or the end"),
    ("x +", "   ^", "ends here", "number"),
    ("", "^", "ends here", "number"),
    ("x = y", "  ^", "`=` does not fit", "operator or the end"),
    ("x ! y", "  ^", "`!` does not fit", ""),
    ("x $ y", "  ^", "`$` has no meaning", ""),
    ("x\0y", " ^", "control character", ""),
    ("x\u202ey", " ^", "control character", ""),
    ("x\u200by", " ^", "control character", ""),
    ("ж x", "^", "neither Latin nor Greek", "Latin"),
    (r"x \% y", "  ^^", "not known", ""),
    ("X[0, 1]", "  ^", "count from 1", ""),
    ("X[q]", "  ^", "does not fit", "whole number"),
    (r"\frac a b", "      ^", "does not fit", "`{`"),
    ("1/0", "  ^", "division by 0", ""),
    ("x^1001", "  ^^^^", "exponent is too large", "1000"),
    ("9^9^9^9", "    ^^^", "exponent is too large", "1000"),
    ("x^(100*100)", "  ^^^^^^^^^", "exponent is too large", "1000"),
    ("(2^1000)^1000 x", "         ^^^^", "too many digits", ""),
    ("1e999999999", "^^^^^^^^^^^", "too many digits", ""),
    ("x_1234567890", "  ^^^^^^^^^^", "too long", "9 digits"),
    (r"\sum_{t=1}^{101} x", "^^^^", "a sum from 1 to 101", "100 terms"),
    (r"\sum_{t=3}^{1} x", "^^^^", "a sum from 3 to 1", "100 terms"),
    (r"\sum_{1=1}^{3} x", "      ^", "`1` does not fit", "letter"),
    (r"\sum_{t=1}^{4} x_t", "               ^^^", "`x_t` is not defined", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "marks", "message", "hint"), REFUSED)
def test_refused_with_a_caret(text: str, marks: str, message: str, hint: str) -> None:
    wrong = error(text)
    assert message in wrong.message and hint in wrong.hint
    assert " " * wrong.start + "^" * (wrong.end - wrong.start) == marks


def test_two_readings_of_a_run_of_letters_are_an_error() -> None:
    wrong = error("2 ab", "a b ab")
    assert "`ab` can be read as one name or as a product" in wrong.message and "spaces" in wrong.hint
    assert (wrong.start, wrong.end) == (2, 4)
    assert canonical("2 a b", "a b ab") == "2 a b"


def test_an_operation_and_a_quantity_of_the_same_name_are_an_error() -> None:
    assert "`sigma` is an operation and a name you defined" in error("sigma(x)", "sigma x").message


@pytest.mark.parametrize("text", ["x = y + z", "x ≈ y + z", "x <- y + z", "x ← y + z", r"x \approx y + z"])
def test_relations_of_an_equation(text: str) -> None:
    relation, equation = parse_equation(text, scope())
    assert relation in {"=", "≈", "<-"} and written(equation.expr) == "y + z"
    assert equation.rounded == (relation == "≈")


@pytest.mark.parametrize(("text", "at"), [("x", 1), ("= y", 0), ("3 = y", 0), ("x + y = z", 2), ("x = y = z", 6)])
def test_what_is_no_equation(text: str, at: int) -> None:
    with pytest.raises(TextError) as caught:
        parse_equation(text, scope())
    assert caught.value.start == at


# --- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)), ("-4.08e-7", Fraction(-408, 10**9)), ("1/3", Fraction(1, 3)), ("−2", Fraction(-2)),
        ("+5", Fraction(5)), ("1e3", Fraction(1000)), (" 7 ", Fraction(7)), ("0.1/0.3", Fraction(1, 3)),
    ],
)  # fmt: skip
def test_numbers_are_read_exactly(text: str, value: Fraction) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "x", "1,5", "nan", "inf", "-Infinity", "1e", "1.2.3", "0x10", "1e99999", "9" * 1001],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|digits|literal"):
        parse_number(text)


# --- repetition ---------------------------------------------------------------------------------------------------


def unrolled(text: str) -> tuple[list[str], list[Fault]]:
    """The equations of a block in canonical form, and its faults."""
    faults: list[Fault] = []
    equations = read_equations(lines_of(text, Place("block", 1), faults), scope().names, faults)
    return [f"{item.equation.name} {item.relation} {written(item.equation.expr)}" for item in equations], faults


LOOPS = [
    ("for t = 1..3:\n  u_t = W x_t", ["u_1 = W x_1", "u_2 = W x_2", "u_3 = W x_3"]),
    ("for t = 1, …, 3:\n  u_t = W x_t", ["u_1 = W x_1", "u_2 = W x_2", "u_3 = W x_3"]),
    ("for t = 1, ..., 2:\n  u_t = x_t", ["u_1 = x_1", "u_2 = x_2"]),
    (r"for t = 1, \dots, 2:" + "\n  u_t = x_t", ["u_1 = x_1", "u_2 = x_2"]),
    ("for t = 2…3:\n  u_t = x_{t-1}", ["u_2 = x_1", "u_3 = x_2"]),
    ("for t = 1..2:\n  u_{t+1} = h_{t-1}\n  v_{f,t} = u_{t+1} n\ny_1 = n",
     ["u_2 = h_0", "v_{f,1} = u_2 n", "u_3 = h_1", "v_{f,2} = u_3 n", "y_1 = n"]),
    ("for i = 1..2:\n  for j = 1..2:\n    p_{i,j} = x_i x_j\n  q_i = p_{i,1} + p_{i,2}",
     ["p_{1,1} = x_1 x_1", "p_{1,2} = x_1 x_2", "q_1 = p_{1,1} + p_{1,2}",
      "p_{2,1} = x_2 x_1", "p_{2,2} = x_2 x_2", "q_2 = p_{2,1} + p_{2,2}"]),
    ("u = x + y   # a comment\n\n# another\nv ≈ u", ["u = x + y", "v ≈ u"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LOOPS)
def test_repetition_is_unrolled(text: str, expected: list[str]) -> None:
    assert unrolled(text) == (expected, [])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("for t in 1..3:\n  u_t = x", 1, "this repetition cannot be read"),
        ("for t = 1..3\n  u_t = x", 1, "this repetition cannot be read"),
        ("for t = 1..n:\n  u_t = x", 1, "this repetition cannot be read"),
        ("u = x\nfor t = 1..3:\nv = x", 2, "nothing to repeat from 1 to 3"),
        ("for t = 1..1001:\n  u_t = x", 1, "nothing to repeat from 1 to 1001"),
        ("for t = 1..2:\n  for t = 1..2:\n    u_t = x", 2, "`t` counts already"),
        (f"for t = 1..{'9' * 5000}:\n  u_t = x", 1, "this repetition cannot be read"),
        ("for a = 1..999:\n for b = 1..999:\n  for c = 1..999:\n   u_{a,b,c} = x", 4, "more than 5000 equations"),
        ("for t = 1..3:\n  u_t = q", 2, "`q` is not defined"),
    ],
)
def test_repetition_refused(text: str, line: int, message: str) -> None:
    _, faults = unrolled(text)
    assert faults and message in faults[0].message and faults[0].place.line == line


# --- nothing breaks the reader ------------------------------------------------------------------------------------

HOSTILE = {
    "brackets": "(" * 100_000,
    "brackets within the length": "(" * 19_000,
    "square brackets": "[" * 19_000,
    "braces": "{" * 19_000,
    "bars": "|" * 19_000,
    "signs": "x" + "-" * 19_000,
    "tower of powers": "x^" * 9_000 + "2",
    "tower of negative powers": "x^-" * 6_000 + "2",
    "tower of braced powers": "x^{" * 6_000,
    "roots": "√" * 19_000 + "x",
    "LaTeX roots": r"\sqrt{" * 3_000,
    "fractions": r"\frac{" * 3_000,
    "matrices": r"\begin{bmatrix}" * 1_200,
    "calls": "exp(" * 4_000,
    "sums in sums": r"\sum_{t=1}^{100} " * 5 + "x",
    "a long sum": "+".join(["x"] * 9_000),
    "a long product": " ".join(["x"] * 9_000),
    "a long quotient": "/".join(["x"] * 9_000),
    "a run of letters": "x" * 19_000,
    "an unknown word": "q" * 19_000,
    "primes": "x" + "'" * 19_000,
    "subscripts": "x" + "_x" * 9_000,
    "a long subscript": "x" + "₁" * 19_000,
    "a long list of subscripts": "x_{" + "1," * 9_000 + "1}",
    "a long index": "x_{" + "9" * 19_000 + "}",
    "a long superscript": "x" + "²" * 19_000,
    "a long number": "9" * 19_000,
    "a large number": "1e999999999",
    "a large quotient": "1e1000" + "/1e-1000" * 2_000,
    "a large power": "9^9^9^9",
    "a large power of a power": "((2^1000)^1000)^1000",
    "a large exponent of numbers": "2^(999*999*999)",
    "a megabyte": "x + " * 250_000,
    "a megabyte of spaces": " " * 1_000_000,
    "NUL": "x + \0",
    "control": "x \x1b[31m",
    "right to left": "x \u202e y",
    "isolates": "\u2066x\u2069",
    "lone surrogate": "x \ud800",
    "accents": "x" + "\u0302" * 9_000,
    "backslashes": "\\" * 19_000,
}


LAVISH = 600_000  # calls of functions: about 50 ms on a quiet machine


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_at_once(text: str) -> None:
    wrong = error(text)
    assert calls(lambda: error(text)) < LAVISH
    assert len(wrong.message) < 300 and 0 <= wrong.start <= wrong.end


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_equation_is_one_fault_of_its_line(text: str) -> None:
    line = "".join(text.splitlines()) or text
    _, faults = unrolled(f"u = x\nv = {line}")
    assert [fault.place.line for fault in faults] == [2]
    assert len(str(faults[0])) < 1_000


PIECES = [*"()[]{}|+-*/^_=,;:.'&<>0123456789abxyzWTLdehiσαŷ²ᵀ₁∂√∑⊙≈−·… \\", "\\frac", "\\sum_{t=1}^{3}", "\\sqrt",
          "\\begin{bmatrix}", "\\end{bmatrix}", "\\\\", "\\hat", "\\mathrm{", "ReLU", "max", "sum", "rows", "alpha",
          "for", "..", "1e9", "dL/dW", "<-", "**", ".*", "\0", "\u202e", "\u0302"]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=400)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
@example("x^²")
@example("1e٣")
@example("\\")
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse, parse_equation):
        with suppress(TextError):
            read(text, scope(t=1))


@settings(max_examples=100)
@given(st.lists(st.sampled_from([*PIECES, "\n", "\n  ", "for t = 1..3:\n  "]), max_size=30).map("".join))
def test_any_block_is_read_or_refused(text: str) -> None:
    equations, faults = unrolled(text)
    assert all(map(str, faults)) and all(equations)


# --- round trips --------------------------------------------------------------------------------------------------

ANY = ["a", "b", "x_1", "y_hat", "W_xh", "z_{f,1}", "alpha", "a^{[1]}"]
MATRICES = st.one_of(
    st.sampled_from([Ref(read_name(name)) for name in ANY]),
    st.sampled_from([Ref(Derivative(Symbol("L"), read_name(name))) for name in ANY[:3]]),
)
POSITIVE = st.one_of(
    st.integers(1, 12).map(lambda n: Number(Fraction(n))),
    st.sampled_from([Number(Fraction(1, 2)), Number(Fraction(2, 3)), Number(Fraction(1, 10), decimal=True)]),
)
NUMBERS = st.one_of(POSITIVE, st.sampled_from([Number(Fraction(-2)), Number(Fraction(-2, 3))]))
UNARY = ["negate", "transpose", "exp", "sqrt", "log", "sigmoid", "relu", "tanh"]
BINARY = ["add", "subtract", "product", "times", "divide", "max"]


def expressions(
    numbers: st.SearchStrategy[Expr], *more: Callable[[st.SearchStrategy[Expr]], st.SearchStrategy[Expr]]
) -> st.SearchStrategy[Expr]:
    """Expressions over 2×2 matrices, for which every operation is defined."""

    def larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.one_of(
            st.builds(apply, st.sampled_from(UNARY), inner),
            st.builds(apply, st.sampled_from(BINARY), inner, inner),
            st.builds(apply, st.sampled_from(["add", "divide", "power"]), inner, numbers),
            st.builds(apply, st.sampled_from(["subtract", "divide", "max"]), numbers, inner),
            *(build(inner) for build in more),
        )

    return st.recursive(MATRICES, larger, max_leaves=12)


def with_a_number_behind(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.builds(apply, st.sampled_from(["product", "times", "subtract"]), inner, NUMBERS)


def with_a_coefficient(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Not tried in TeX: there `a · (2 b ⊙ c)` may stand for `a · 2 (b ⊙ c)`, which is the same number."""
    return st.builds(apply, st.just("product"), NUMBERS, inner)


def with_a_setting(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """What TeX leaves out."""
    return st.builds(lambda a: apply("leaky_relu", a, alpha=Fraction(1, 10)), inner)


def same(expr: Expr) -> Expr:
    """The expression up to what the page does not tell apart: to what a sign or number in front belongs."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(same, expr.args))
    left, right = (*args, None, None)[:2]
    if expr.op == "negate" and isinstance(left, Number):
        return Number(-left.value)
    if expr.op in {"product", "times", "divide"}:
        if isinstance(left, Number) and isinstance(right, Number) and expr.op == "divide" and right.value:
            return Number(left.value / right.value)
        if isinstance(left, Apply) and left.op == "negate":
            return same(apply("negate", Apply(expr.op, (left.args[0], right))))  # type: ignore[arg-type]
        if isinstance(left, Number) and left.value < 0:
            return same(apply("negate", Apply(expr.op, (Number(-left.value), right))))  # type: ignore[arg-type]
        factors = isinstance(right, Apply) and right.op in {"product", "times", "divide"}
        if expr.op == "product" and isinstance(left, Number) and isinstance(right, Apply) and factors:
            return same(Apply(right.op, (apply("product", left, right.args[0]), right.args[1])))
    return Apply(expr.op, args, expr.options)


ASSOCIATIVE = {"product": {"product"}, "times": {"times"}, "add": {"add", "subtract"}}


def chained(expr: Expr) -> Expr:
    """The expression with sums and products in a row taken from the left, as they stand on the page."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(chained, expr.args))
    right = args[-1] if args else None
    if isinstance(right, Apply) and right.op in ASSOCIATIVE.get(expr.op, ()):
        return Apply(right.op, (chained(Apply(expr.op, (args[0], right.args[0]))), right.args[1]))
    return Apply(expr.op, args, expr.options)


SQUARE = {read_name(name): (2, 2) for name in ANY} | {
    Derivative(Symbol("L"), read_name(name)): (2, 2) for name in ANY[:3]
}
READABLE = scope(" ".join([*ANY, "L"]))


@settings(max_examples=400)
@given(expressions(NUMBERS, with_a_number_behind, with_a_coefficient, with_a_setting))
def test_an_expression_reads_back_from_the_language(expr: Expr) -> None:
    text = formula(expr, ASCII, SQUARE)
    assert same(parse(text, READABLE)) == same(expr), text


@settings(max_examples=400)
@given(expressions(POSITIVE))
def test_an_expression_reads_back_from_its_TeX(expr: Expr) -> None:
    text = formula(expr, TEX, SQUARE)
    read = with_settings(parse(text, READABLE))
    read, expr = fractions_in_front(read), fractions_in_front(expr)
    assert chained(same(chained(read))) == chained(same(chained(expr))), text


def fractions_in_front(expr: Expr) -> Expr:
    """What is divided by a number as a product: a fraction over a number is written 1/2 · a/b."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(fractions_in_front, expr.args))
    by = args[-1]
    if expr.op == "divide" and isinstance(by, Apply) and by.op == "negate" and isinstance(by.args[0], Number):
        by = Number(-by.args[0].value)
    if expr.op == "divide" and isinstance(by, Number) and by.value:
        top = args[0]
        return Number(top.value / by.value) if isinstance(top, Number) else apply("product", Number(1 / by.value), top)
    return Apply(expr.op, args, expr.options)


def nodes(expr: Expr) -> list[Expr]:
    """Every node of an expression."""
    return [expr, *(node for arg in (expr.args if isinstance(expr, Apply) else ()) for node in nodes(arg))]


def without_fill(expr: Expr) -> Expr:
    """One value in every entry is written as the value: the step says its shape."""

    def bare(node: Expr) -> Expr | None:
        return without_fill(node.args[0]) if isinstance(node, Apply) and node.op == "fill" else None

    return rewrite(expr, bare)


@pytest.mark.parametrize("name", derive.examples.names())
def test_every_step_of_an_example_reads_back(name: str) -> None:
    derivation = derivation_of(problem_of(name))
    names: dict[str, Name] = {known.id: known for known in derivation.shapes if known == known.before}
    for step in derivation.steps:
        assert not any(isinstance(node, Entry) for node in nodes(step.expr))
        text = formula(step.expr, ASCII, derivation.shapes)
        if step.phase == "update":  # a name is written alike before and after the update
            names |= {name.id: name for name in step.uses}
        assert same(with_settings(parse(text, Scope(names, FUNCTIONS)))) == same(without_fill(step.expr)), (
            f"{step.id} = {text}"
        )


def test_every_example_of_an_operation_is_in_the_language() -> None:
    """What `derive operations` shows can be written as it stands."""
    from derive.commands.reference import operation_rows

    letters: Any = scope("A W X a b p r t w x y z")
    for _, _, text, _ in operation_rows():
        parse(text, letters)


@pytest.mark.parametrize("opening", ["x_{", "{", "{x if ", "softmax_{", r"\begin{cases} x & "])
def test_what_is_opened_again_and_again_is_told(opening: str) -> None:
    with pytest.raises(TextError):
        parse(opening * 1_000, Scope({"x": Symbol("x")}, FUNCTIONS))

"""Every operation of the table, by tables and properties: a row that is missing here fails a test."""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive.calculus.applications import is_written_out, with_settings
from derive.calculus.differentiation import derivative_rule, entry_of, expand_macros, instantiate, shape_of
from derive.calculus.kernels import Branches, ShapeFault
from derive.calculus.operation_rows import GradientContext, Row
from derive.calculus.scalars import precision, to_fmpq
from derive.calculus.shapes import indices
from derive.errors import InputError
from derive.language.cursor import Scope
from derive.language.expressions import Apply, Entry, Expr, Options, Ref, Shape, apply, number, walk
from derive.language.grammar import parse
from derive.language.names import Name, Symbol
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.operations.over_axes.reductions import groups
from derive.problem.problem import Problem
from derive.values.tape import CompiledExpr, compile_expr


def SCALE(sp: Any) -> Any:
    return sp.Rational(10_507_009_873_554_805, 10**16)


def DEPTH(sp: Any) -> Any:
    return sp.Rational(17_580_993_408_473_768, 10_507_009_873_554_805)


VALUE: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "negate": lambda a: -a,
    "times": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, n: a**n,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "abs": abs,
    "sign": lambda z: math.copysign(1, z) if z else 0,
    "step": lambda z: float(z >= 0),
    "floor": math.floor,
    "max": max,
    "min": min,
    "at_least": lambda a, b: float(a >= b),
    "below": lambda a, b: float(a < b),
    "above": lambda a, b: float(a > b),
    "at_most": lambda a, b: float(a <= b),
    "equal": lambda a, b: float(a == b),
    "Phi": lambda z: (1 + math.erf(z / math.sqrt(2))) / 2,
    "phi": lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    "relu": lambda z: max(0.0, z),
    "relu'": lambda z: float(z > 0),
    "leaky_relu": lambda z, alpha: z if z > 0 else alpha * z,
    "leaky_relu'": lambda z, alpha: 1 if z > 0 else alpha,
    "elu": lambda z, alpha: z if z > 0 else alpha * math.expm1(z),
    "elu'": lambda z, alpha: 1 if z > 0 else alpha * math.exp(z),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "softplus": lambda z: math.log1p(math.exp(z)),
    "silu": lambda z: z / (1 + math.exp(-z)),
    "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
    "hardsigmoid": lambda z: min(max(z + 3, 0.0), 6.0) / 6,
    "hardswish": lambda z: z * min(max(z + 3, 0.0), 6.0) / 6,
    "huber_penalty": lambda r, delta: r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2),
    "clip": lambda r, delta: max(-delta, min(delta, r)),
    "tan": math.tan,
    "arctan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "log2": math.log2,
    "log10": math.log10,
    "erf": math.erf,
    "round": round,
    "stop_gradient": lambda z: z,
    "where": lambda c, a, b: a if c > 0 else b,
    "clip_between": lambda x, a, b: a if x < a else min(x, b),
    "selu": lambda z: 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * math.expm1(z)),
    "selu'": lambda z: 1.0507009873554805 * (1 if z > 0 else 1.6732632423543772 * math.exp(z)),
    "prelu": lambda z, a: z if z > 0 else a * z,
    "relu6": lambda z: min(max(z, 0.0), 6.0),
    "softsign": lambda z: z / (1 + abs(z)),
    "logsigmoid": lambda z: -math.log1p(math.exp(-z)),
    "mish": lambda z: z * math.tanh(math.log1p(math.exp(z))),
    "gelu_tanh": lambda z: z / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
}
"""Each elementwise operation in double precision, by a formula that owes nothing to the package."""

SYMPY: dict[str, Callable[..., Any]] = {
    "add": lambda sp, a, b: a + b,
    "subtract": lambda sp, a, b: a - b,
    "negate": lambda sp, a: -a,
    "times": lambda sp, a, b: a * b,
    "divide": lambda sp, a, b: a / b,
    "power": lambda sp, a, n: a**n,
    "exp": lambda sp, z: sp.exp(z),
    "log": lambda sp, z: sp.log(z),
    "sqrt": lambda sp, z: sp.sqrt(z),
    "sin": lambda sp, z: sp.sin(z),
    "cos": lambda sp, z: sp.cos(z),
    "abs": lambda sp, z: sp.Abs(z),
    "sign": lambda sp, z: sp.Piecewise((1, z > 0), (-1, True)),
    "step": lambda sp, z: sp.Piecewise((1, z >= 0), (0, True)),
    "floor": lambda sp, z: sum(sp.Piecewise((1, z >= n), (0, True)) for n in range(-2, 4)) - 3,
    "max": lambda sp, a, b: sp.Max(a, b),
    "min": lambda sp, a, b: sp.Min(a, b),
    "at_least": lambda sp, a, b: sp.Piecewise((1, a >= b), (0, True)),
    "below": lambda sp, a, b: sp.Piecewise((1, a < b), (0, True)),
    "above": lambda sp, a, b: sp.Piecewise((1, a > b), (0, True)),
    "at_most": lambda sp, a, b: sp.Piecewise((1, a <= b), (0, True)),
    "equal": lambda sp, a, b: sp.Piecewise((1, sp.Eq(a, b)), (0, True)),
    "Phi": lambda sp, z: (1 + sp.erf(z / sp.sqrt(2))) / 2,
    "phi": lambda sp, z: sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi),
    "relu": lambda sp, z: sp.Max(0, z),
    "relu'": lambda sp, z: sp.Max(0, z).diff(z),
    "leaky_relu": lambda sp, z, alpha: sp.Max(z, alpha * z),
    "leaky_relu'": lambda sp, z, alpha: sp.Piecewise((1, z > 0), (alpha, True)),
    "elu": lambda sp, z, alpha: sp.Piecewise((z, z > 0), (alpha * (sp.exp(z) - 1), True)),
    "elu'": lambda sp, z, alpha: sp.Piecewise((1, z > 0), (alpha * sp.exp(z), True)),
    "sigmoid": lambda sp, z: 1 / (1 + sp.exp(-z)),
    "tanh": lambda sp, z: sp.tanh(z),
    "softplus": lambda sp, z: sp.log(1 + sp.exp(z)),
    "silu": lambda sp, z: z / (1 + sp.exp(-z)),
    "gelu": lambda sp, z: z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
    "hardsigmoid": lambda sp, z: sp.Piecewise((0, z < -3), (z / 6 + sp.Rational(1, 2), z < 3), (1, True)),
    "hardswish": lambda sp, z: sp.Piecewise((0, z < -3), (z * (z + 3) / 6, z < 3), (z, True)),
    "huber_penalty": lambda sp, r, delta: sp.Piecewise(
        (r**2 / 2, sp.Abs(r) <= delta), (delta * (sp.Abs(r) - delta / 2), True)
    ),
    "clip": lambda sp, r, delta: sp.Max(-delta, sp.Min(delta, r)),
    "tan": lambda sp, z: sp.tan(z),
    "arctan": lambda sp, z: sp.atan(z),
    "sinh": lambda sp, z: sp.sinh(z),
    "cosh": lambda sp, z: sp.cosh(z),
    "log2": lambda sp, z: sp.log(z, 2),
    "log10": lambda sp, z: sp.log(z, 10),
    "erf": lambda sp, z: sp.erf(z),
    "round": lambda sp, z: sum(sp.Piecewise((1, 2 * z >= 2 * n + 1), (0, True)) for n in range(-3, 3)) - 3,
    "stop_gradient": lambda sp, z: sp.Integer(0),
    "where": lambda sp, c, a, b: sp.Piecewise((a, c > 0), (b, True)),
    "clip_between": lambda sp, x, a, b: sp.Piecewise((a, x < a), (b, x > b), (x, True)),
    "selu": lambda sp, z: SCALE(sp) * sp.Piecewise((z, z > 0), (DEPTH(sp) * (sp.exp(z) - 1), True)),
    "selu'": lambda sp, z: SCALE(sp) * sp.Piecewise((1, z > 0), (DEPTH(sp) * sp.exp(z), True)),
    "prelu": lambda sp, z, a: sp.Piecewise((z, z > 0), (a * z, True)),
    "relu6": lambda sp, z: sp.Piecewise((0, z < 0), (z, z < 6), (6, True)),
    "softsign": lambda sp, z: z / (1 + sp.Abs(z)),
    "logsigmoid": lambda sp, z: -sp.log(1 + sp.exp(-z)),
    "mish": lambda sp, z: z * sp.tanh(sp.log(1 + sp.exp(z))),
    "gelu_tanh": lambda sp, z: z / 2 * (1 + sp.tanh(sp.sqrt(2 / sp.pi) * (z + sp.Rational(44_715, 1_000_000) * z**3))),
}
"""The same in SymPy, whose own diff is the oracle for the derivative."""


def slopes(key: str, z: Any, chosen: dict[str, float]) -> Any:
    """SymPy's derivative of a function of one argument, entry by entry."""
    import sympy

    symbol = sympy.Symbol("z", real=True)
    slope = SYMPY[key](sympy, symbol, **{name: sympy.Rational(str(x)) for name, x in chosen.items()}).diff(symbol)
    return np.vectorize(lambda x: float(slope.subs(symbol, sympy.Rational(str(x))).evalf(20)))(z)


MACRO_VALUE: dict[str, Callable[..., Any]] = {
    "dot": lambda a, b: float(np.sum(a * b)),
    "dropout": lambda a, mask, p: a * mask / (1 - p),
    **{f"{key}'": (lambda z, key=key, **chosen: slopes(key, z, chosen)) for key in SYMPY},
    "glu": lambda a: a[: len(a) // 2] / (1 + np.exp(-a[len(a) // 2 :])),
    "trace": np.trace,
    "outer": np.outer,
    "global_avgpool": lambda a: np.mean(a, axis=(1, 2)),
    "squared_error": lambda p, t: np.sum((p - t) ** 2),
    "half_squared_error": lambda p, t: np.sum((p - t) ** 2) / 2,
    "mean_squared_error": lambda p, t: np.mean((p - t) ** 2),
    "mean_absolute_error": lambda p, t: np.mean(np.abs(p - t)),
    "huber": lambda p, t, delta: np.mean(
        np.where(np.abs(p - t) <= delta, (p - t) ** 2 / 2, delta * (np.abs(p - t) - delta / 2))
    ),
    "hinge": lambda p, t: np.mean(np.maximum(0, 1 - t * p)),
    "binary_cross_entropy": lambda p, t: -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)),
    "cross_entropy": lambda p, t: -np.sum(t * np.log(p)) / (p.shape[1] if p.ndim > 1 else 1),
    "cross_entropy_logits": lambda z, t: (
        -np.sum(t * np.log(np.exp(z) / np.exp(z).sum(axis=0))) / (z.shape[1] if z.ndim > 1 else 1)
    ),
    "multiclass_hinge": lambda p, t, delta: np.mean(
        np.sum((1 - t) * np.maximum(0, p - np.sum(t * p, axis=0, keepdims=True) + delta), axis=0)
    ),
    "kl_divergence": lambda a, b: np.sum(a * (np.log(a) - np.log(b))),
    "kl_normal": lambda m, s: np.sum(np.log(1 / s) + (s**2 + m**2) / 2 - 0.5),
    "lasso_penalty": lambda w: np.linalg.norm(w.ravel(), 1),
    "ridge_penalty": lambda w: np.linalg.norm(w) ** 2,
    "var": lambda x, ddof: np.var(x, ddof=int(ddof)),
    "std": lambda x, ddof: np.std(x, ddof=int(ddof)),
    "norm": np.linalg.norm,
    "cosine_similarity": lambda a, b: np.vdot(a, b) / np.linalg.norm(a) / np.linalg.norm(b),
    "layer_norm": lambda x, w, b, epsilon: w * standardised(x, 0, epsilon) + b,
    "batch_norm": lambda x, w, b, epsilon: w * standardised(x, -1, epsilon) + b,
    "rms_norm": lambda x, w, epsilon: w * x / np.sqrt(np.mean(x**2, axis=0, keepdims=True) + epsilon),
}
"""Each macro in NumPy, at p between 0 and 1."""


def standardised(x: Any, axis: int, epsilon: float) -> Any:
    centred = x - x.mean(axis=axis, keepdims=True)
    return centred / np.sqrt(x.var(axis=axis, keepdims=True) + epsilon)


AXES = {None: None, "rows": 1, "columns": 0}

STRUCTURAL_VALUE: dict[str, Callable[..., Any]] = {
    "product": lambda a, b: a * b if 1 in (a.size, b.size) else a @ b,
    "transpose": np.transpose,
    "sum": np.sum,
    "mean": np.mean,
    "fill": lambda a, shape: np.broadcast_to(a, [*map(int, shape), 1, 1][: max(2, len(shape))]),
    "pi": lambda: np.pi,
    "diag": lambda a: np.diag(a[:, 0]),
    "diagonal": np.diagonal,
    "det": np.linalg.det,
    "inverse": np.linalg.inv,
    "cofactors": lambda a: np.linalg.det(a) * np.linalg.inv(a).T,
    "identity": lambda shape, axis=None: np.eye(int(shape)),
    "ones": lambda shape: np.ones(list(map(int, shape))),
    "zeros": lambda shape: np.zeros(list(map(int, shape))),
    "softmax": lambda a, axis: np.exp(a) / np.sum(np.exp(a), axis=axis, keepdims=True),
    "log_softmax": lambda a, axis: a - np.log(np.sum(np.exp(a), axis=axis, keepdims=True)),
    "causal_softmax": lambda a, axis: causal(a.T).T if axis == 0 else causal(a),
    "logsumexp": lambda a, axis: np.log(np.sum(np.exp(a), axis=axis)),
    "cumsum": lambda a, axis: np.cumsum(a, axis=axis),
    "cumprod": lambda *a, axis: lines(lambda *x: [along(i + 1, *x) for i in range(len(x[0]))], axis, *a),
    "others_product": lambda *a, axis: lines(lambda *x: [along(len(v[0]), *v) for v in without_each(*x)], axis, *a),
    "cumprod_gradient": lambda a, g, *h, axis: lines(
        lambda x, g, *h: [
            sum(g[i] * along(i, *v) for i in range(j, len(x))) for j, v in enumerate(without_each(x, *h))
        ],
        axis,
        a,
        g,
        *h,
    ),
    "prod": lambda a, axis: np.prod(a, axis=axis),
    "argmax": lambda a, axis: np.argmax(a, axis=axis) + 1,
    "upsample": lambda a, scale: a if a.size == 1 else np.kron(a, np.ones((int(scale), min(a.shape[1], int(scale))))),
    "largest": np.max,
    "smallest": np.min,
    "at_largest": lambda a, axis: first(a, axis, np.argmax),
    "at_smallest": lambda a, axis: first(a, axis, np.argmin),
}
"""Each operation that mixes entries in NumPy; its arguments are matrices, columns of one column."""


def causal(a: Any) -> Any:
    """The softmax of each row with everything behind the diagonal at minus infinity."""
    masked = np.where(np.tri(*a.shape) > 0, np.exp(a), 0)
    return masked / masked.sum(axis=1, keepdims=True)


def lines(of: Callable[..., Any], axis: int | None, *arrays: Any) -> Any:
    """What `of` gives for each line of the arrays along an axis, or for all entries."""
    if axis is None:
        return np.array(of(*(a.ravel() for a in arrays)))
    turned = zip(*(np.moveaxis(a, axis, 1) for a in arrays), strict=True)
    return np.moveaxis(np.array([of(*line) for line in turned]), 1, axis)


def along(count: int, x: Any, *directions: Any) -> Any:
    """The product of the first entries of x, derived along directions."""
    if not directions:
        return np.prod(x[:count])
    g, *rest = directions
    return sum(g[k] * along(count - 1, *(np.delete(v, k) for v in (x, *rest))) for k in range(count))


def without_each(*arrays: Any) -> Any:
    """The arrays without their first entry, without their second one, …"""
    return [[np.delete(v, j) for v in arrays] for j in range(len(arrays[0]))]


def first(a: Any, axis: int | None, where: Callable[..., Any]) -> Any:
    """1 at the place that `where` finds, the first of several."""
    lines, axis = (a, axis) if axis is not None else (a.ravel(), 0)
    marks = np.zeros_like(lines)
    np.put_along_axis(marks, where(lines, axis=axis, keepdims=True), 1, axis=axis)
    return marks


ELEMENTWISE = [key for key, row in ROWS.items() if row.elementwise]
STRUCTURAL = [key for key, row in ROWS.items() if not row.elementwise]
SETTING = Fraction(3, 10)
"""What every setting (alpha, delta) is set to."""
WHOLE = {"ddof": Fraction(1)}
"""But for those that are whole numbers."""


def options_of(row: Row) -> Options:
    return tuple(sorted((name, SETTING) for name in row.defaults))


def settings_of(row: Row) -> dict[str, float]:
    return {name: float(SETTING) for name in row.defaults}


def arguments(row: Row) -> tuple[Ref, ...]:
    return tuple(Ref(Symbol(param)) for param in row.params)


def points(row: Row, count: int = 8) -> list[list[Fraction]]:
    """Random points of the row's domain, seldom on a kink: they are multiples of 1/9973."""
    random, (low, high) = Random(row.key), row.domain
    grid = range(math.ceil(low * 9973), math.floor(high * 9973))
    found = [[Fraction(random.choice(grid), 9973) for _ in row.params] for _ in range(count)]
    if row.key == "clip_between":  # its bounds stand in order
        return [[x, *sorted(bounds)] for x, *bounds in found]
    return [[Fraction(i % 2), *point[1:]] for i, point in enumerate(found)] if row.key == "where" else found


def evaluate(expr: Expr, values: dict[Name, list[Any]], shapes: dict[Name, Shape]) -> list[Any]:
    """The flat value of an expression at `values`."""
    return compiled(expr, values, shapes)(list(values.values()))


def compiled(expr: Expr, names: Iterable[Name], shapes: dict[Name, Shape]) -> CompiledExpr:
    """An expression as a function of the values of some names, in their order."""
    return compile_expr(expr, {name: i for i, name in enumerate(names)}, shapes, Branches())


def at(row: Row, expr: Expr, point: list[Any]) -> Any:
    """The value of a scalar expression in a row's parameters."""
    names = [ref.name for ref in arguments(row)]
    return evaluate(expr, {name: [x] for name, x in zip(names, point, strict=True)}, dict.fromkeys(names, ()))[0]


def rational(point: list[Fraction]) -> list[Any]:
    return [to_fmpq(x) for x in point]


def test_every_row_has_its_oracles() -> None:
    asked = {"VALUE": (VALUE, ELEMENTWISE), "SYMPY": (SYMPY, ELEMENTWISE), "SHAPES": (SHAPES, STRUCTURAL),
             "MACRO_VALUE": (MACRO_VALUE, MACROS)}  # fmt: skip
    assert [
        f"{table} has no line `{key}`" for table, (lines, keys) in asked.items() for key in {*keys} - {*lines}
    ] == []
    assert set(VALUE) == set(SYMPY) == set(ELEMENTWISE)


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_value_in_double_precision(key: str) -> None:
    row = ROWS[key]
    for point in points(row):
        value = float(arb(at(row, Apply(key, arguments(row), options_of(row)), rational(point))))
        assert value == pytest.approx(VALUE[key](*map(float, point), **settings_of(row)), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("key", [key for key in ELEMENTWISE if key != "stop_gradient"])  # that has none by convention
def test_derivative_is_the_slope(key: str) -> None:
    row, step = ROWS[key], fmpq(1, 2**80)
    expr = Apply(key, arguments(row), options_of(row))
    with precision(320):
        for point in points(row):
            for i in range(key == "where", len(row.params)):  # a condition is 0 or 1, nothing beside them
                ends = [rational(point), rational(point)]
                ends[0][i] += step
                ends[1][i] -= step
                slope = (at(row, expr, ends[0]) - at(row, expr, ends[1])) / (2 * step)
                derivative = at(row, derivative_rule(expr, i, expr), rational(point))
                assert abs(arb(slope - derivative)) < 1e-40


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_derivative_is_sympys(key: str) -> None:
    import sympy

    row = ROWS[key]
    expr = Apply(key, arguments(row), options_of(row))
    symbols = sympy.symbols([f"t{i}" for i in range(len(row.params))], real=True)
    chosen = {name: sympy.Rational(SETTING.numerator, SETTING.denominator) for name in row.defaults}
    formula = SYMPY[key](sympy, *symbols, **chosen)
    for i, symbol in enumerate(symbols):
        derivative = formula.diff(symbol)
        for point in points(row, 3):
            exact = [sympy.Rational(x.numerator, x.denominator) for x in point]
            theirs = derivative.subs(dict(zip(symbols, exact, strict=True))).evalf(30)
            with precision(128):
                ours = arb(at(row, derivative_rule(expr, i, expr), rational(point)))
                assert abs(ours - arb(str(theirs))) < 1e-25


@pytest.mark.parametrize("key", [key for key in ELEMENTWISE if ROWS[key].definition])
def test_definition_is_the_value(key: str) -> None:
    row = ROWS[key]
    expr = Apply(key, arguments(row), options_of(row))
    definition = instantiate(row, row.definition, arguments(row), options_of(row), expr)
    for point in points(row):
        assert abs(arb(at(row, definition, rational(point)) - at(row, expr, rational(point)))) < 1e-12


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_the_table_is_closed(key: str) -> None:
    """A derivative is written in operations of the table and in the parameters."""
    row = ROWS[key]
    expr = Apply(key, arguments(row), options_of(row))
    assert len(row.derivative) == len(row.params)
    rules = [derivative_rule(expr, i, Ref(Symbol("y"))) for i in range(len(row.params))]
    for node in (node for rule in rules for node in walk(rule)):
        assert not isinstance(node, Apply) or node.op in ROWS
        assert not isinstance(node, Ref) or node.name.id in {*row.params, "y"}


KINK = {"hardsigmoid": 3, "hardswish": -3, "relu6": 6}
"""Where rows have a kink that is not at 0."""


def test_a_kink_is_seen_on_it_and_beside_it() -> None:
    for key in ELEMENTWISE:
        row = ROWS[key]
        if row.kinks and not row.defaults:
            kinks = row.kinks(((3,),) + ((),) * (len(row.params) - 1), ())
            zeros = [[fmpq(0)] for _ in row.params[1:]]
            kink = fmpq(KINK.get(key, 0))
            assert kinks([kink + 1, kink, kink - 1], *zeros) == [1], f"{key}: KINK says where it is, if not at 0"
    clip = ROWS["clip"].kinks
    assert clip
    assert clip(((2,),), (("delta", Fraction(3, 10)),))([fmpq(-3, 10), fmpq(0)]) == [0]


@pytest.mark.parametrize("row", [*ROWS.values(), *MACROS.values()], ids=lambda row: row.key)
def test_example_is_read_as_the_operation(row: Row) -> None:
    if row.example:
        letters = {letter: Symbol(letter) for letter in "abnprtvwxyzWX"}
        expr = with_settings(parse(row.example, Scope(letters, FUNCTIONS)))
        assert isinstance(expr, Apply)
        assert expr.op == row.key


# --- shapes ------------------------------------------------------------------------------------------------------

SIZES = st.integers(1, 3)


def shape(*sizes: int) -> Shape:
    """A shape as the language has it: one component is a scalar, n×1 a column."""
    if math.prod(sizes) == 1:
        return ()
    return sizes[:1] if len(sizes) == 2 and sizes[1] == 1 else sizes


@st.composite
def products(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    m, k, n = draw(SIZES), draw(SIZES), draw(SIZES)
    return [shape(m, k), shape(k, n)], ()


@st.composite
def matrices(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    return [shape(draw(SIZES), draw(SIZES))], ()


@st.composite
def sums(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    axis = draw(st.sampled_from([None, "rows", "columns"]))
    return [shape(draw(SIZES), draw(SIZES))], (("axis", axis),) if axis else ()


@st.composite
def grouped(draw: st.DrawFn, arguments: int = 0) -> tuple[list[Shape], Options]:
    """A vector, or a matrix with an axis; so many of one shape, or with directions up to two more."""
    axis = draw(st.sampled_from([None, "rows", "columns"]))
    sizes = st.tuples(SIZES, SIZES).filter(lambda size: axis or 1 in size)
    count = draw(st.integers(arguments, arguments + 2)) if arguments else 1
    return [shape(*draw(sizes))] * count, (("axis", axis),) if axis else ()


@st.composite
def scores(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    """A matrix that is no column, and rows or columns."""
    return [(draw(SIZES), draw(st.integers(2, 3)))], (("axis", draw(st.sampled_from(["rows", "columns"]))),)


@st.composite
def vectors(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    return [shape(draw(SIZES), 1)], ()


@st.composite
def squares(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    return [shape(*[draw(SIZES)] * 2)], ()


@st.composite
def fills(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    m, n = draw(SIZES), draw(SIZES)
    target = shape(m, n)
    source = draw(st.sampled_from([(), shape(m, 1), target] + ([shape(1, n)] if len(target) == 2 else [])))
    return [source], (("shape", tuple(Fraction(size) for size in target)),)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    """Two shapes that go together entry by entry."""
    m, n = draw(SIZES), draw(SIZES)
    fitting = st.sampled_from([(), shape(m, n), shape(m, 1)] + ([shape(1, n)] if m > 1 and n > 1 else []))
    return [shape(m, n), draw(fitting)][:: draw(st.sampled_from([1, -1]))], ()


@st.composite
def joined(draw: st.DrawFn, axis: int) -> tuple[list[Shape], Options]:
    """Blocks that go one above the other (axis 0) or side by side (1): matrices, or arrays of three axes."""
    common, parts = draw(SIZES), draw(st.lists(SIZES, min_size=2, max_size=3))
    if draw(st.booleans()):
        return [shape(*(n, common) if axis == 0 else (common, n)) for n in parts], ()
    return [(n, common, 2) if axis == 0 else (2, common, n) for n in parts], ()


@st.composite
def arrays(draw: st.DrawFn) -> Shape:
    """Arrays of up to four axes."""
    sizes = draw(st.lists(SIZES, max_size=4))
    return () if math.prod(sizes) == 1 else shape(*sizes)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    """An array and a block of it: a position or a slice for each axis."""
    whole = draw(arrays())
    axes = whole if len(whole) > 2 or not whole or draw(st.booleans()) else (*whole, 1)[:2]
    at: list[Any] = []
    for size in axes or (1,):
        start = draw(st.integers(1, size))
        stop = draw(st.integers(start, size))
        at.append(draw(st.sampled_from([start, (start, stop), (None, None), (start, None), (None, stop)])))
    if len(axes) == 2 and whole == axes and axes[0] == 1 and draw(st.booleans()):
        at = at[1:]
    return [whole], (("at", tuple(at)),)


@st.composite
def placed(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    (whole,), options = draw(cuts())
    block = ROWS["index"].shape((whole,), options)
    return [block], (*options, ("shape", tuple(map(Fraction, whole))))


@st.composite
def reshaped(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    whole = draw(arrays())
    target = draw(st.permutations(whole))
    return [whole], (("shape", tuple(map(Fraction, target))),)


@st.composite
def windows(draw: st.DrawFn, operation: str) -> tuple[list[Shape], Options]:
    """Arguments of a convolution or of one of its gradients: one or two axes, with channels or without."""
    axes, channels = draw(st.integers(1, 2)), draw(st.booleans())

    def each(low: int, high: int) -> list[int]:
        return [draw(st.integers(low, high)) for _ in range(axes)]

    kernel, stride, dilation, padding = each(1, 3), each(1, 2), each(1, 2), each(0, 1)
    inside = [max(1, d * (k - 1) + 1 - 2 * q) + draw(st.integers(0, 2))
              for k, d, q in zip(kernel, dilation, padding, strict=True)]  # fmt: skip
    outs = [(x + 2 * q - d * (k - 1) - 1) // s + 1
            for x, k, s, d, q in zip(inside, kernel, stride, dilation, padding, strict=True)]  # fmt: skip
    o, c = draw(SIZES), draw(SIZES)
    made = {"Z": outs, "K": kernel, "X": inside}
    if channels:
        made = {"Z": [o, *outs], "K": [o, c, *kernel], "X": [c, *inside]}
    sizes: dict[str, Any] = {"stride": stride, "dilation": dilation, "padding": padding}
    if operation != "conv":
        sizes["size"] = inside if operation == "transposed_conv" else kernel
    options: dict[str, Any] = {name: tuple(map(Fraction, value)) for name, value in sizes.items()}
    if operation == "correlate" and channels:
        options["axis"] = "channels"
    pair = {"conv": "XK", "transposed_conv": "ZK", "correlate": "XZ"}[operation]
    return [shape(*made[name]) for name in pair], tuple(sorted(options.items()))


@st.composite
def pools(draw: st.DrawFn, operation: str) -> tuple[list[Shape], Options]:
    """Arguments of a pooling: a column, a matrix, or a matrix for each channel."""
    axes = draw(st.integers(1, 2))
    window, stride = ([draw(st.integers(1, 3)) for _ in range(axes)] for _ in range(2))
    padding = [draw(st.integers(0, size // 2)) for size in window]
    inside = [size + draw(st.integers(0, 2)) for size in window]
    whole = shape(*([draw(SIZES)] if axes == 2 and draw(st.booleans()) else []), *inside)
    sizes = {"window": window, "stride": stride, "padding": padding}
    options: Options = tuple(sorted((name, tuple(map(Fraction, value))) for name, value in sizes.items()))
    if len(whole) == 1 and axes == 1:
        options = tuple((name, value[0]) for name, value in options)  # type: ignore[index,misc]
    elif not whole:
        options = tuple((name, Fraction(0 if name == "padding" else 1)) for name in sizes)
    pooled = ROWS["maxpool"].shape((whole,), options)
    if operation == "avgunpool":
        return [pooled], (*options, ("shape", tuple(map(Fraction, whole))))
    return {"maxpool": [whole], "avgpool": [whole], "maxpick": [whole, whole]}.get(operation, [pooled, whole]), options


@st.composite
def looked_up(draw: st.DrawFn, operation: str) -> tuple[list[Shape], Options]:
    """A table and numbers to look up by, its vectors columns or rows."""
    length, count, tokens = draw(SIZES), draw(SIZES), draw(SIZES)
    axis = draw(st.sampled_from(["rows", "columns", None]))
    named: Options = (("axis", axis),) if axis else ()
    vectors = lambda n: shape(n, length) if axis == "rows" else shape(length, n)  # noqa: E731
    if operation == "embedding":
        return [vectors(count), shape(tokens, 1)], named
    both = (*named, ("count", Fraction(count)))
    return ([vectors(tokens)] if operation == "scatter" else []) + [shape(tokens, 1)], both


@st.composite
def flips(draw: st.DrawFn) -> tuple[list[Shape], Options]:
    whole = draw(arrays())
    return [whole], (("count", Fraction(draw(st.integers(1, max(1, len(whole)))))),)


@st.composite
def ranked(draw: st.DrawFn, every: bool) -> tuple[list[Shape], Options]:
    """A group and how many of it are kept: all of them, or any number."""
    shapes, options = draw(grouped())
    size = len(groups(shapes[0], options)[0])
    count = size if every else draw(st.integers(1, size))
    return shapes, tuple(sorted((*options, ("k", Fraction(count)))))


SHAPES: dict[str, st.SearchStrategy[tuple[list[Shape], Options]]] = {
    "product": products(),
    "transpose": matrices(),
    "sum": sums(),
    "mean": sums(),
    "fill": fills(),
    "pi": st.just(([], ())),
    "infinity": st.just(([], ())),
    "stack": joined(axis=0),
    "beside": joined(axis=1),
    "index": cuts(),
    "place": placed(),
    "flatten": arrays().map(lambda whole: ([whole], ())),
    "reshape": reshaped(),
    "flip": flips(),
    **{operation: windows(operation) for operation in ("conv", "transposed_conv", "correlate")},
    **{operation: pools(operation) for operation in ("maxpool", "maxunpool", "maxpick", "avgpool", "avgunpool")},
    **{operation: looked_up(operation) for operation in ("embedding", "scatter", "one_hot")},
    "diag": vectors(),
    "diagonal": squares(),
    "det": squares(),
    "inverse": squares(),
    "cofactors": squares(),
    "identity": st.integers(1, 4).map(lambda n: ([], (("shape", Fraction(n)),))),
    "ones": arrays().map(lambda whole: ([], (("shape", tuple(map(Fraction, whole or (1,)))),))),
    "zeros": arrays().map(lambda whole: ([], (("shape", tuple(map(Fraction, whole or (1,)))),))),
    "softmax": grouped(),
    "log_softmax": grouped(),
    "causal_softmax": scores(),
    "logsumexp": grouped(),
    "cumsum": grouped(),
    "cumprod": grouped(1),
    "others_product": grouped(1),
    "cumprod_gradient": grouped(2),
    "prod": sums(),
    "topk": ranked(every=True),
    "topk_mask": ranked(every=False),
    "argmax": sums(),
    "upsample": matrices().map(lambda drawn: (drawn[0], (("scale", Fraction(2)),))),
    "largest": sums(),
    "smallest": sums(),
    "at_largest": sums(),
    "at_smallest": sums(),
}
"""For each operation that mixes entries: shapes of its arguments, and options."""


def test_every_structural_row_has_its_shapes() -> None:
    assert set(SHAPES) == set(STRUCTURAL)


ENTRY = st.sampled_from(
    sorted({fmpq(p, q) for q in range(1, 21) for p in range(-(-q // 2), 3 * q + 1)}, key=lambda x: (x.q, x.p))
)
"""Every fraction from 1/2 to 3 with a denominator up to 20, in one draw each."""


def drawn(
    data: st.DataObject, shapes: list[Shape], key: str = "", options: Options = ()
) -> tuple[tuple[Ref, ...], dict[Name, Shape], dict[Name, list[Any]]]:
    """Names of those shapes, with values between 1/2 and 3, no two equal; what is looked up by, whole numbers."""
    refs = tuple(Ref(Symbol("a", subscript=(i,))) for i in range(len(shapes)))
    values = {
        ref.name: [data.draw(ENTRY) + fmpq(i, 9973) for i in range(math.prod(size))]
        for ref, size in zip(refs, shapes, strict=True)
    }
    if key in {"det", "inverse", "cofactors"}:  # far from a matrix that has no inverse
        n = math.isqrt(math.prod(shapes[0]))
        values[refs[0].name] = [x + 20 * (i % (n + 1) == 0) for i, x in enumerate(values[refs[0].name])]
    for i in ROWS[key].given if key else ():
        columns = (*shapes[0], 1, 1)[:2][0 if ("axis", "rows") in options else 1]
        largest = int(dict(options).get("count", columns))  # type: ignore[call-overload]
        values[refs[i].name] = [fmpq(data.draw(st.integers(1, largest))) for _ in range(math.prod(shapes[i]))]
    return refs, {ref.name: size for ref, size in zip(refs, shapes, strict=True)}, values


@pytest.mark.slow
def sizes_for(key: str) -> st.SearchStrategy[tuple[list[Shape], Options]]:
    """The shapes that a row is tried with: of one that works entry by entry any two that go together."""
    assert key in SHAPES or key in ELEMENTWISE, f"SHAPES has no line `{key}`"
    return SHAPES.get(key, pairs())


@pytest.mark.parametrize("key", list(STRUCTURAL_VALUE))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_structural_value_in_double_precision(key: str, data: st.DataObject) -> None:
    sizes, options = data.draw(sizes_for(key))
    refs, shapes, values = drawn(data, sizes, key, options)
    ours = [float(arb(x)) for x in evaluate(Apply(key, refs, options), values, shapes)]
    arrays = [
        np.array([float(arb(x)) for x in flat]).reshape([*shapes[name], 1, 1][: max(2, len(shapes[name]))])
        for name, flat in values.items()
    ]
    chosen = {name: AXES[str(v)] if name == "axis" else v for name, v in options}
    if "axis" in ROWS[key].settings:
        chosen.setdefault("axis", None)
    assert ours == pytest.approx(np.ravel(STRUCTURAL_VALUE[key](*arrays, **chosen)).tolist(), rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("key", [*STRUCTURAL, "times", "divide", "power"])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_entries_are_those_of_the_value(key: str, data: st.DataObject) -> None:
    sizes, options = data.draw(sizes_for(key))
    refs, shapes, values = drawn(data, sizes, key, options)
    expr = Apply(key, refs, options)
    whole = evaluate(expr, values, shapes)
    places = indices(shape_of(expr, shapes))
    assert len(whole) == len(places)
    for place, value in zip(places, whole, strict=True):
        entry = entry_of(expr, shapes, place)
        assert all(not isinstance(node, Ref) for node in walk(entry))
        own = evaluate(entry, values, shapes)[0]
        assert arb(own) == arb(value) if arb(value).abs_upper() == arb("inf") else abs(arb(own - value)) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("key", [*STRUCTURAL, "times", "divide", "power"])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_pullback_is_the_slope(key: str, data: st.DataObject) -> None:
    """Σ gradient ⊙ value has the pullback as its gradient, entry by entry, and it has the argument's shape."""
    sizes, options = data.draw(sizes_for(key))
    refs, shapes, values = drawn(data, sizes, key, options)
    expr, gradient = Apply(key, refs, options), Ref(Symbol("g"))
    shapes[gradient.name] = shape_of(expr, shapes)
    entries = math.prod(shapes[gradient.name])
    values[gradient.name] = [fmpq(i + 2, 3) for i in range(entries)]
    objective = apply("sum", apply("times", gradient, expr))
    step, objective_at = fmpq(1, 2**80), compiled(objective, values, shapes)
    for i, ref in enumerate(refs):
        if i in ROWS[key].given:
            continue
        pulled = ROWS[key].pullback(GradientContext(refs, tuple(sizes), options, expr, gradient, i))
        assert shape_of(pulled, shapes) == sizes[i]
        with precision(320):
            for place, ours in enumerate(evaluate(pulled, values, shapes)):
                ends = [objective_at(moved(values, ref.name, place, by))[0] for by in (step, -step)]
                assert abs(arb((ends[0] - ends[1]) / (2 * step) - ours)) < 1e-40


def moved(values: dict[Name, list[Any]], name: Name, place: int, by: fmpq) -> list[list[Any]]:
    """The values in the order of their names, one entry moved."""
    flat = list(values[name])
    flat[place] += by
    return [flat if each == name else values[each] for each in values]


MACRO_SHAPES: dict[str, tuple[Shape, ...]] = {
    "glu": ((4,), (2, 3)),
    "trace": ((3, 3),),
    "outer": ((3,),),
    "dot": ((3,),),
}
"""For macros that take other shapes than vectors, matrices and images."""


@pytest.mark.parametrize("key", list(MACROS))
def test_macro_is_its_formula(key: str) -> None:
    macro, random = MACROS[key], Random(key)
    refs = [Ref(Symbol(letter)) for letter in "ptu"[: len(macro.params)]]
    chosen = {name: WHOLE.get(name, SETTING) for name in macro.defaults}
    for size in MACRO_SHAPES.get(key) or (((3,), (2, 3)) if len(refs) > 1 else ((2, 3, 2),)):
        applied = Apply(key, tuple(refs), tuple(chosen.items()))
        expr = expand_macros(applied, {ref.name: size for ref in refs})
        assert all(not isinstance(node, Apply) or node.op in ROWS for node in walk(expr))
        count = math.prod(size)
        drawn = [[Fraction(random.randint(1, 99), 100) for _ in range(count)] for _ in refs]
        values: dict[Name, list[Any]] = {ref.name: rational(flat) for ref, flat in zip(refs, drawn, strict=True)}
        ours = evaluate(expr, values, {ref.name: size for ref in refs})
        arrays = [np.array([float(x) for x in flat]).reshape(size) for flat in drawn]
        theirs = MACRO_VALUE[key](*arrays, **{name: float(value) for name, value in chosen.items()})
        assert [float(arb(x)) for x in ours] == pytest.approx(np.ravel(theirs).tolist(), rel=1e-12)


# --- softmax -----------------------------------------------------------------------------------------------------


def of_vector(key: str, flat: list[Any]) -> list[Any]:
    z = Ref(Symbol("z"))
    return evaluate(apply(key, z), {z.name: flat}, {z.name: shape(len(flat), 1)})


def test_softmax_of_large_numbers_has_all_its_digits() -> None:
    """e^10000 is never taken: only differences are exponents."""
    with precision(128):
        small, large = [of_vector("softmax", [fmpq(base + i) for i in range(4)]) for base in (0, 10_000)]
        for a, b in zip(small, large, strict=True):
            assert arb(a).overlaps(arb(b)) and arb(b).rel_accuracy_bits() > 120
        (value,) = of_vector("logsumexp", [fmpq(10_000), fmpq(10_000)])
        assert abs(arb(value) - 10_000 - arb(2).log()) < 1e-30
    assert [float(arb(x)) for x in large] == pytest.approx([0.032058604, 0.08714432, 0.23688284, 0.6439143], rel=1e-7)


def test_softmax_of_equal_numbers_is_exact() -> None:
    assert of_vector("softmax", [fmpq(7, 3)] * 4) == [fmpq(1, 4)] * 4


def test_softmax_of_balls_keeps_their_accuracy() -> None:
    with precision(128):
        wide = [arb(10_000 + i) + arb(0, 2**-60) for i in range(3)]
        assert all(x.rel_accuracy_bits() >= 56 for x in of_vector("softmax", wide))


def test_softmax_of_a_matrix_needs_an_axis() -> None:
    for key in ("softmax", "log_softmax", "logsumexp"):
        with pytest.raises(ShapeFault) as fault:
            ROWS[key].shape(((2, 3),), ())
        assert "rows" in fault.value.hint and "columns" in fault.value.hint


@given(st.lists(st.fractions(-50, 50, max_denominator=100), min_size=2, max_size=5))
@settings(max_examples=25, deadline=None)
def test_the_jacobian_is_the_pullback(flat: list[Fraction]) -> None:
    """(ds/dz)ᵀ g through the matrix is s ⊙ (g − Σ s ⊙ g)."""
    s, g = Ref(Symbol("s")), Ref(Symbol("g"))
    sizes = shape(len(flat), 1)
    with precision(256):
        values = {s.name: of_vector("softmax", rational(flat)), g.name: [fmpq(i * i - 3, 2) for i in range(len(flat))]}
        shapes = {s.name: sizes, g.name: sizes}
        row = ROWS["softmax"]
        matrix = derivative_rule(apply("softmax", s), 0, s)
        through = evaluate(apply("product", apply("transpose", matrix), g), values, shapes)
        pulled = evaluate(row.pullback(GradientContext((s,), (sizes,), (), s, g, 0)), values, shapes)
        assert all(abs(arb(a - b)) < 1e-40 for a, b in zip(through, pulled, strict=True))


@pytest.mark.parametrize("key", ["cross_entropy", "cross_entropy_logits"])
def test_cross_entropy_along_an_axis_is_one_loss_for_each_sample(key: str) -> None:
    p, t = Ref(Symbol("p")), Ref(Symbol("t"))
    shapes: dict[Name, Shape] = {p.name: (2, 3), t.name: (2, 3)}
    assert shape_of(expand_macros(apply(key, p, t, axis="rows"), shapes), shapes) == (2,)
    assert shape_of(expand_macros(apply(key, p, t, axis="columns"), shapes), shapes) == (1, 3)


def test_cross_entropy_asks_for_a_probability_for_each_class() -> None:
    p, t = Ref(Symbol("p")), Ref(Symbol("t"))
    for sizes, words in (((), "binary_cross_entropy"), ((4,), "1 for the right class")):
        with pytest.raises(ShapeFault) as fault:
            expand_macros(apply("cross_entropy", p, t), {p.name: (3,) if sizes else (), t.name: sizes})
        assert words in fault.value.hint


def test_entries_of_a_name_and_of_a_number() -> None:
    a = Symbol("a")
    assert entry_of(Ref(a), {a: (2, 2)}, (1, 0)) == Entry(a, (1, 0))
    assert entry_of(number(3), {}, ()) == number(3)


@pytest.mark.parametrize("text", ["y = conv(W, W, padding = 1000000)", "y = place(x, at = [1:3], shape = 1000000000)",
                                  "y = one_hot(t, 100000000)"])  # fmt: skip
def test_a_result_that_no_memory_holds_is_refused(text: str) -> None:
    given_values = "W = [[1, 2], [3, 4]]\nx = [1, 2, 3]\nt = [1, 2]"
    with pytest.raises(InputError, match=r"the result would have \d+ entries"):
        Problem.loads(f"[data]\n{given_values}\n[model]\nequations = '''\n{text}\n'''\n")


def worked(equations: str, data: str) -> derive.Solution:
    return derive.solve(Problem.loads(f"[data]\n{data}\n[model]\nloss = 'L'\nequations = '''\n{equations}\n'''\n"))


def test_a_quantity_may_have_the_name_of_an_operation() -> None:
    solution = worked(
        "sigma = exp(s/2)\nz = mu + sigma ⊙ epsilon\nL = z^2", "epsilon = 0.5\n[parameters]\ns = 0\nmu = 1"
    )
    assert solution["z"].value == Fraction(3, 2)
    assert solution["dL/dsigma"].value == Fraction(3, 2)
    with pytest.raises(InputError, match="an operation and a name you defined"):
        worked("sigma = s/2\nL = sigma(s)", "[parameters]\ns = 0")


def test_a_softmax_of_the_rows_of_a_column_is_1_and_has_no_gradient() -> None:
    solution = worked("p = softmax(z, rows)\nL = sum((p ⊙ z - t)^2)", "t = [1, 0, 0]\n[parameters]\nz = [0.5, -1, 2]")
    assert solution["p"].value == (1, 1, 1)
    assert solution["dL/dz"].value == (-1, -2, 4)


def test_a_mask_of_minus_a_billion_leaves_nothing() -> None:
    solution = worked("p = softmax(z + m)\nL = p[1]", "m = [0, 0, -1e9]\n[parameters]\nz = [0, 0, 5]")
    assert solution["p"].printed == ("0.5000", "0.5000", "0")


def test_a_dropout_keeps_something() -> None:
    with pytest.raises(InputError, match="below 1"):
        worked("L = sum(dropout(x, m, p = 1))", "m = [1, 0]\n[parameters]\nx = [1, 2]")


WRITTEN_OUT = {  # for matrices, and for batches of them
    "W x + b": (True, False),
    "sum(x^2)": (False, False),
    "exp(-W x)^T W": (False, False),
    "2 x - tanh(b)": (True, False),
    "max(b, x)": (False, False),
    "x ⊙ sigmoid(b)": (True, True),
    "mse(x, b)": (False, False),
}


@pytest.mark.parametrize("text", WRITTEN_OUT)
def test_what_is_written_out_has_neither_settings_nor_macros(text: str) -> None:
    """Of matrices, and of batches of them, where a product is short for one a matrix."""
    names = {letter: Symbol(letter) for letter in "Wxb"}
    expr = parse(text, Scope(names, FUNCTIONS))
    matrices: dict[Name, Shape] = {names["W"]: (2, 2), names["x"]: (2, 1), names["b"]: (2, 1)}
    batches: dict[Name, Shape] = {names["W"]: (3, 2, 2), names["x"]: (3, 2, 1), names["b"]: (3, 2, 1)}
    for shapes, expected in zip((matrices, batches), WRITTEN_OUT[text], strict=True):
        assert is_written_out(expr, shapes) is expected
        if expected:
            assert expand_macros(with_settings(expr), shapes) == expr


@pytest.mark.parametrize("row", [row for row in ROWS.values() if row.expansion and not row.settings])
def test_only_arrays_of_more_axes_are_short_for_others(row: Row) -> None:
    """Where no setting says otherwise."""
    assert row.expansion is not None
    for shapes in [((2, 2), (2, 2)), ((2, 1), (1, 2)), ((), (3, 1)), ((2,), ())]:
        assert row.expansion(shapes, ()) == ""

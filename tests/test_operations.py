"""Every operation of the table, by tables and properties: a row that is missing here fails a test."""

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.language.cursor import Scope
from derive.language.expressions import Apply, Entry, Expr, Options, Ref, Shape, apply, number, walk
from derive.language.grammar import parse
from derive.language.names import Name, Symbol
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.operations.calculus import derivative_rule, entry_of, expand_macros, instantiate, shape_of
from derive.operations.rows import Branches, Row
from derive.operations.scalars import precision
from derive.operations.shapes import indices
from derive.values import compile_expr, to_fmpq

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
    "max": max,
    "min": min,
    "at_least": lambda a, b: float(a >= b),
    "below": lambda a, b: float(a < b),
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
    "huber_penalty": lambda r, delta: r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2),
    "clip": lambda r, delta: max(-delta, min(delta, r)),
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
    "max": lambda sp, a, b: sp.Max(a, b),
    "min": lambda sp, a, b: sp.Min(a, b),
    "at_least": lambda sp, a, b: sp.Piecewise((1, a >= b), (0, True)),
    "below": lambda sp, a, b: sp.Piecewise((1, a < b), (0, True)),
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
    "huber_penalty": lambda sp, r, delta: sp.Piecewise(
        (r**2 / 2, sp.Abs(r) <= delta), (delta * (sp.Abs(r) - delta / 2), True)
    ),
    "clip": lambda sp, r, delta: sp.Max(-delta, sp.Min(delta, r)),
}
"""The same in SymPy, whose own diff is the oracle for the derivative."""

MACRO_VALUE: dict[str, Callable[..., Any]] = {
    "dot": lambda a, b: float(np.dot(a, b)),
    "squared_error": lambda p, t: np.sum((p - t) ** 2),
    "half_squared_error": lambda p, t: np.sum((p - t) ** 2) / 2,
    "mean_squared_error": lambda p, t: np.mean((p - t) ** 2),
    "mean_absolute_error": lambda p, t: np.mean(np.abs(p - t)),
    "huber": lambda p, t, delta: np.mean(
        np.where(np.abs(p - t) <= delta, (p - t) ** 2 / 2, delta * (np.abs(p - t) - delta / 2))
    ),
    "hinge": lambda p, t: np.mean(np.maximum(0, 1 - t * p)),
    "binary_cross_entropy": lambda p, t: -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)),
}
"""Each macro in NumPy, at p between 0 and 1."""

ELEMENTWISE = [key for key, row in ROWS.items() if row.elementwise]
STRUCTURAL = [key for key, row in ROWS.items() if not row.elementwise]
SETTING = Fraction(3, 10)
"""What every setting (alpha, delta) is set to."""


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
    return [[Fraction(random.choice(grid), 9973) for _ in row.params] for _ in range(count)]


def evaluate(expr: Expr, values: dict[Name, list[Any]], shapes: dict[Name, Shape]) -> list[Any]:
    """The flat value of an expression at `values`."""
    slots = {name: i for i, name in enumerate(values)}
    return compile_expr(expr, slots, shapes, Branches())(list(values.values()))


def at(row: Row, expr: Expr, point: list[Any]) -> Any:
    """The value of a scalar expression in a row's parameters."""
    names = [ref.name for ref in arguments(row)]
    return evaluate(expr, {name: [x] for name, x in zip(names, point, strict=True)}, dict.fromkeys(names, ()))[0]


def rational(point: list[Fraction]) -> list[Any]:
    return [to_fmpq(x) for x in point]


def test_every_elementwise_row_has_its_oracles() -> None:
    assert set(VALUE) == set(SYMPY) == set(ELEMENTWISE)
    assert set(MACRO_VALUE) == set(MACROS)


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_value_in_double_precision(key: str) -> None:
    row = ROWS[key]
    for point in points(row):
        value = float(arb(at(row, Apply(key, arguments(row), options_of(row)), rational(point))))
        assert value == pytest.approx(VALUE[key](*map(float, point), **settings_of(row)), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("key", ELEMENTWISE)
def test_derivative_is_the_slope(key: str) -> None:
    row, step = ROWS[key], fmpq(1, 2**80)
    expr = Apply(key, arguments(row), options_of(row))
    with precision(320):
        for point in points(row):
            for i in range(len(row.params)):
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


def test_a_kink_is_seen_on_it_and_beside_it() -> None:
    for key in ELEMENTWISE:
        kink = ROWS[key].kink
        if kink and not ROWS[key].defaults:
            zeros = [fmpq(0) for _ in ROWS[key].params]
            assert kink(*zeros), key
            assert not kink(fmpq(1), *zeros[1:]), key
    clip = ROWS["clip"].kink
    assert clip and clip(fmpq(-3, 10), delta=fmpq(3, 10)) and not clip(fmpq(0), delta=fmpq(3, 10))


@pytest.mark.parametrize("row", [*ROWS.values(), *MACROS.values()], ids=lambda row: row.key)
def test_example_is_read_as_the_operation(row: Row) -> None:
    if row.example:
        letters = {letter: Symbol(letter) for letter in "abnprtvwxyzWX"}
        expr = parse(row.example, Scope(letters, FUNCTIONS))
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


SHAPES: dict[str, st.SearchStrategy[tuple[list[Shape], Options]]] = {
    "product": products(),
    "transpose": matrices(),
    "sum": sums(),
    "mean": sums(),
    "fill": fills(),
    "pi": st.just(([], ())),
}
"""For each operation that mixes entries: shapes of its arguments, and options."""


def test_every_structural_row_has_its_shapes() -> None:
    assert set(SHAPES) == set(STRUCTURAL)


def drawn(data: st.DataObject, shapes: list[Shape]) -> tuple[tuple[Ref, ...], dict[Name, Shape], dict[Name, list[Any]]]:
    """Names of those shapes, with values between 1/2 and 3."""
    refs = tuple(Ref(Symbol("a", subscript=(i,))) for i in range(len(shapes)))
    entry = st.fractions(Fraction(1, 2), 3, max_denominator=20).map(to_fmpq)
    values = {
        ref.name: data.draw(st.lists(entry, min_size=math.prod(size), max_size=math.prod(size)))
        for ref, size in zip(refs, shapes, strict=True)
    }
    return refs, {ref.name: size for ref, size in zip(refs, shapes, strict=True)}, values


@pytest.mark.parametrize("key", [*STRUCTURAL, "times", "divide", "power"])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_entries_are_those_of_the_value(key: str, data: st.DataObject) -> None:
    sizes, options = data.draw(SHAPES.get(key, pairs()))
    refs, shapes, values = drawn(data, sizes)
    expr = Apply(key, refs, options)
    whole = evaluate(expr, values, shapes)
    places = indices(shape_of(expr, shapes))
    assert len(whole) == len(places)
    for place, value in zip(places, whole, strict=True):
        entry = entry_of(expr, shapes, place)
        assert all(not isinstance(node, Ref) for node in walk(entry))
        assert abs(arb(evaluate(entry, values, shapes)[0] - value)) < 1e-12


@pytest.mark.parametrize("key", [*STRUCTURAL, "times", "divide", "power"])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_pullback_is_the_slope(key: str, data: st.DataObject) -> None:
    """Σ gradient ⊙ value has the pullback as its gradient, entry by entry, and it has the argument's shape."""
    sizes, options = data.draw(SHAPES.get(key, pairs()))
    refs, shapes, values = drawn(data, sizes)
    expr, gradient = Apply(key, refs, options), Ref(Symbol("g"))
    shapes[gradient.name] = shape_of(expr, shapes)
    entries = math.prod(shapes[gradient.name])
    values[gradient.name] = [fmpq(i + 2, 3) for i in range(entries)]
    objective = apply("sum", apply("times", gradient, expr))
    step = fmpq(1, 2**80)
    for i, ref in enumerate(refs):
        pulled = ROWS[key].pullback(refs, tuple(sizes), options, expr, gradient, i)
        assert shape_of(pulled, shapes) == sizes[i]
        with precision(320):
            for place, ours in enumerate(evaluate(pulled, values, shapes)):
                ends = [evaluate(objective, moved(values, ref.name, place, by), shapes)[0] for by in (step, -step)]
                assert abs(arb((ends[0] - ends[1]) / (2 * step) - ours)) < 1e-40


def moved(values: dict[Name, list[Any]], name: Name, place: int, by: fmpq) -> dict[Name, list[Any]]:
    flat = list(values[name])
    flat[place] += by
    return {**values, name: flat}


@pytest.mark.parametrize("key", list(MACROS))
def test_macro_is_its_formula(key: str) -> None:
    macro, random = MACROS[key], Random(key)
    refs = [Ref(Symbol("p")), Ref(Symbol("t"))]
    expr = expand_macros(Apply(key, tuple(refs), tuple((name, SETTING) for name in macro.defaults)))
    assert all(not isinstance(node, Apply) or node.op in ROWS for node in walk(expr))
    for size in ((3,), (2, 3)):
        count = math.prod(size)
        drawn = [[Fraction(random.randint(1, 99), 100) for _ in range(count)] for _ in refs]
        values: dict[Name, list[Any]] = {ref.name: rational(flat) for ref, flat in zip(refs, drawn, strict=True)}
        ours = evaluate(expr, values, {ref.name: size for ref in refs})[0]
        arrays = [np.array([float(x) for x in flat]) for flat in drawn]
        theirs = MACRO_VALUE[key](*arrays, **{name: float(SETTING) for name in macro.defaults})
        assert float(arb(ours)) == pytest.approx(float(theirs), rel=1e-12)


def test_entries_of_a_name_and_of_a_number() -> None:
    a = Symbol("a")
    assert entry_of(Ref(a), {a: (2, 2)}, (1, 0)) == Entry(a, (1, 0))
    assert entry_of(number(3), {}, ()) == number(3)

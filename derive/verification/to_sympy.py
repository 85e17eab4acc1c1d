"""Scalar expressions ↔ SymPy, and SymPy expressions as programs over numbers.

SymPy is imported when it is first needed: that takes 0.25 s.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, TypeAlias

from derive.calculus.differentiation import instantiate
from derive.calculus.scalars import ARITHMETIC
from derive.language.expressions import Apply, Entry, Expr, Number, Options, Ref
from derive.language.names import Name, Symbol
from derive.operations import ROWS
from derive.verification.program import CONSTANT, PRODUCT, SUM, Instruction, Program

Sym: TypeAlias = Any  # a SymPy expression: SymPy ships no types
Leaf: TypeAlias = Callable[[Ref | Entry], Sym]

LARGEST_POWER = 10
"""Inside a root that SymPy may simplify."""


def sympy_symbol(text: str) -> Sym:
    """The SymPy symbol of that name."""
    import sympy

    return sympy.Symbol(text)


@contextmanager
def undistributed() -> Iterator[None]:
    """SymPy leaves 2 (a − b) as it is, where it would else give 2 a − 2 b.

    One thread at a time: what it remembers of an expression is the same for all of them.
    """
    from sympy.core.parameters import distribute

    with ARITHMETIC.lock, distribute(False):
        yield


def to_sympy(expr: Expr, leaf: Leaf) -> Sym:
    """The SymPy expression of a scalar expression; `leaf` gives that of a name or an entry."""
    import sympy

    if isinstance(expr, Number):
        return sympy.Rational(expr.value.numerator, expr.value.denominator)
    if not isinstance(expr, Apply):
        return leaf(expr)
    return operation(expr.op, expr.options)(*(to_sympy(arg, leaf) for arg in expr.args))


def operation(op: str, options: Options) -> Callable[..., Sym]:
    """An operation on SymPy expressions: arithmetic is SymPy's own, all else a function of ours."""
    return _arithmetic().get(op) or sympy_function(op, options)


@cache
def _arithmetic() -> Mapping[str, Callable[..., Sym]]:
    import sympy

    return {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "negate": lambda a: -a,
        "times": lambda a, b: a * b,
        "product": lambda a, b: a * b,
        "divide": lambda a, b: a / b if b != 0 else sympy_function("divide", ())(a, b),
        "power": lambda a, n: sympy_function("power", ())(a, n) if _is_beyond(a, n) else a**n,
        "sqrt": lambda a: sympy_function("sqrt", ())(a) if _is_beyond(a, sympy.S.Half) else sympy.sqrt(a),
        "pi": lambda: sympy.pi,
    }


def _is_beyond(base: Sym, exponent: Sym) -> bool:
    """Whether SymPy's own power is none of ours: of 0 it may be infinite, and it reckons without end with a root of
    constants that are functions of ours, or of a large power, x^1000, whose real part it expands.
    """
    import sympy

    if exponent.is_Integer:
        return bool(base == 0 and exponent < 0)
    if any(power.exp.is_Integer and abs(power.exp) > LARGEST_POWER for power in base.atoms(sympy.Pow)):
        return True
    return bool(base == 0 or not (base.is_Rational or base.free_symbols))


def sympy_slope(of: Sym, by: Sym, known: dict[Sym, Sym]) -> Sym:
    """SymPy's derivative by a symbol, by the chain rule; `known` are those of parts. `diff` of the whole would ask of
    every part whether its derivative is 0 for all numbers, which takes most of its time, and for some has no end.
    """
    import sympy

    if not of.args:
        return sympy.Integer(of == by)
    if of not in known:
        inner = [sympy_slope(arg, by, known) for arg in of.args]
        moving = [i for i, d in enumerate(inner) if d is not sympy.S.Zero]
        known[of] = sympy.Add(*(_partial(of, i) * inner[i] for i in moving))
    return known[of]


def _partial(of: Sym, i: int) -> Sym:
    """The derivative of an operation by its argument i, the others held: by our table, or as SymPy has it."""
    if hasattr(of, "row_key"):
        return _slope(of, i)
    places, derivative = _sympy_partial(of.func, len(of.args), i)
    return derivative.xreplace(dict(zip(places, of.args, strict=True)))


@cache
def _sympy_partial(operation: Any, count: int, i: int) -> tuple[tuple[Sym, ...], Sym]:
    """Symbols for the arguments of an operation of SymPy, and what SymPy's `diff` says of it, in these."""
    from sympy import Dummy

    places = tuple(Dummy() for _ in range(count))
    return places, operation(*places).diff(places[i])


@cache
def sympy_function(op: str, options: Options) -> Any:
    """The SymPy function that stands for an operation.

    Functions that SymPy knows are among them: its own rewrite themselves (e^a e^b, tanh(−z)), and are slow.
    """
    import sympy

    body = {
        "fdiff": lambda self, argindex=1: _slope(self, argindex - 1),
        "_eval_evalf": lambda self, prec: None,  # else what mpmath has under that name: `phi`, the golden ratio
        "free_symbols": cached_property(lambda self: set().union(*(arg.free_symbols for arg in self.args))),
        "row_key": op,
        "settings": options,
    }
    name = "".join([op, *(f"_{key}_{setting}" for key, setting in options)])
    return type(sympy.Function)(name, (sympy.Function,), body)


def _slope(applied: Sym, i: int) -> Sym:
    """The derivative of a function by its i-th argument: as SymPy has it, or as the row teaches it."""
    op, options = sympy_key(applied)
    if ROWS[op].sympy:
        variable, slope = _known_slope(op)
        return slope.xreplace({variable: applied.args[0]})
    row = ROWS[op]
    params = tuple(Ref(Symbol(f"argument_{place}")) for place in range(len(row.params)))
    value = Ref(Symbol("value"))
    values: dict[Name, Sym] = {param.name: arg for param, arg in zip(params, applied.args, strict=True)}
    values[value.name] = applied
    rule = instantiate(row, row.derivative[i], params, options, value)
    return to_sympy(rule, lambda leaf: values[leaf.name])


@cache
def _known_slope(op: str) -> tuple[Sym, Sym]:
    """A variable and SymPy's derivative by it, in functions of ours."""
    import sympy

    variable = sympy.Dummy()
    slope = getattr(sympy, ROWS[op].sympy)(variable).diff(variable)
    for key, row in ROWS.items():
        if row.sympy:
            slope = slope.replace(getattr(sympy, row.sympy), sympy_function(key, ()))
    return variable, slope


def program_of(outputs: Iterable[Sym], inputs: Mapping[Sym, int]) -> Program:
    """SymPy expressions as a program over the inputs; what occurs several times is computed once."""
    places = dict(inputs)
    code: list[Instruction] = []

    def place(node: Sym) -> int:
        if node not in places:
            op, options, args = _instruction(node)
            instruction = op, options, tuple(map(place, args))
            places[node] = len(inputs) + len(code)
            code.append(instruction)
        return places[node]

    found = tuple(map(place, outputs))
    return Program(len(inputs), tuple(code), found)


def _instruction(node: Sym) -> tuple[str, Options, tuple[Sym, ...]]:
    if node.is_Rational:
        return CONSTANT, (("value", Fraction(int(node.p), int(node.q))),), ()
    if node.is_Add:
        return SUM, (), node.args
    if node.is_Mul:
        return PRODUCT, (), node.args
    op, options = sympy_key(node)
    return op, options, node.args


def sympy_key(node: Sym) -> tuple[str, Options]:
    """The row's key and the options of a power, a function or a constant."""
    import sympy

    if hasattr(node, "row_key"):
        return node.row_key, node.settings
    if node.is_Pow:
        return "power", ()
    if node is sympy.pi:
        return "pi", ()
    return type(node).__name__, ()

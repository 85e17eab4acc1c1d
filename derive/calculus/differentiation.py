"""What every reader of expressions needs: shapes, single entries, and derivatives by the rows' own rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from math import prod

from derive.calculus.building import filled_array, plus, scaled, split_coefficient, terms_of, tidy, times, unfilled
from derive.calculus.operation_rows import FUNCTIONS, MACROS, ROWS, GradientContext, Macro, Row, row_of
from derive.calculus.shapes import crossed, position
from derive.language.cursor import Scope
from derive.language.expressions import (
    Apply,
    Entry,
    Expr,
    Index,
    Number,
    Option,
    Options,
    Ref,
    Shape,
    apply,
    names_in,
    number,
    rewrite,
    walk,
    with_args,
)  # fmt: skip
from derive.language.grammar import parse
from derive.language.names import Name, Symbol

Shapes = Mapping[Name, Shape]


def shape_of(expr: Expr, shapes: Shapes) -> Shape:
    """The shape of an expression's value. Raises ShapeFault."""
    if isinstance(expr, Ref):
        return shapes[expr.name]
    if not isinstance(expr, Apply):
        return ()
    return row_of(expr).shape(tuple(shape_of(arg, shapes) for arg in expr.args), expr.options)


def entry_of(expr: Expr, shapes: Shapes, index: Index) -> Expr:
    """One entry of an expression as a scalar expression over entries of its names."""
    return entries_of(expr, shapes)(index)


def entries_of(expr: Expr, shapes: Shapes) -> Callable[[Index], Expr]:
    """The entries of an expression: index → scalar expression over entries of its names."""
    return _sized(expr, shapes)[1]


def _sized(expr: Expr, shapes: Shapes) -> tuple[Shape, Callable[[Index], Expr]]:
    """The shape and the entries, from the inside out."""
    if isinstance(expr, Ref):
        name = expr.name
        return shapes[name], lambda index: Entry(name, index)
    if not isinstance(expr, Apply):
        return (), lambda index: expr
    row, options = row_of(expr), expr.options
    inner = [_sized(arg, shapes) for arg in expr.args]
    sizes = tuple(shape for shape, _ in inner)
    at = lambda i, where: inner[i][1](where)  # noqa: E731
    return row.shape(sizes, options), lambda index: row.entry(at, sizes, options, index)


@dataclass(frozen=True, slots=True)
class EntrySize:
    """How large an entry of an expression is as a scalar expression: its terms, and the nodes of all of them."""

    terms: int
    nodes: int


def entry_size(expr: Expr, shapes: Shapes) -> EntrySize:
    """The size of an entry in the middle of an expression, found without making it: means of means grow fast."""
    return _measured(expr, shapes)[1]


def _measured(expr: Expr, shapes: Shapes) -> tuple[Shape, EntrySize]:
    if not isinstance(expr, Apply):
        return shape_of(expr, shapes), EntrySize(1, 1)
    inner = [_measured(arg, shapes) for arg in expr.args]
    sizes = tuple(shape for shape, _ in inner)
    shape = row_of(expr).shape(sizes, expr.options)
    if row_of(expr).elementwise:
        first, last = inner[0][1], inner[-1][1]
        terms = first.terms + (last.terms if expr.op == "add" else 1) if expr.op in {"add", "subtract"} else 1
        return shape, EntrySize(terms, 1 + sum(size.nodes for _, size in inner))
    marks = [Ref(Symbol("arg", subscript=(i,))) for i in range(len(inner))]
    parts = {mark: size for mark, (_, size) in zip(marks, inner, strict=True)}
    middle = position(prod(shape) // 2, shape)
    entry = row_of(expr).entry(lambda i, where: marks[i], sizes, expr.options, middle)
    terms = sum(parts[term].terms if isinstance(term, Ref) else 1 for term, _ in terms_of(entry))
    return shape, EntrySize(terms, sum(parts[node].nodes if isinstance(node, Ref) else 1 for node in walk(entry)))


def shapes_of(expr: Apply, shapes: Shapes) -> tuple[Shape, ...]:
    """The shapes of an application's arguments."""
    return tuple(shape_of(arg, shapes) for arg in expr.args)


def is_elementwise(expr: Expr, shapes: Shapes) -> bool:
    """Whether every entry depends on the same entry of each name only (scalars go everywhere)."""
    if not isinstance(expr, Apply) or not expr.args:
        return True
    row = row_of(expr)
    scaling = expr.op == "product" and () in shapes_of(expr, shapes)
    return (row.elementwise or scaling) and all(is_elementwise(arg, shapes) for arg in expr.args)


def is_moved(expr: Expr) -> bool:
    """Whether it only moves entries of names: a transpose, a block, another shape."""
    return isinstance(expr, Apply) and row_of(expr).moves and all(isinstance(a, Ref) or is_moved(a) for a in expr.args)


@cache
def _formula(params: tuple[str, ...], settings: tuple[str, ...], text: str) -> Expr:
    """A row's text as an expression over its parameters, its value `y` and its settings."""
    names = {name: Symbol(name) for name in (*params, *settings, "y")}
    return parse(text, Scope(dict(names), FUNCTIONS))


def instantiate(row: Row | Macro, text: str, args: tuple[Expr, ...], options: Options, value: Expr) -> Expr:
    """A row's definition or derivative with the arguments put in for its parameters, and `value` for `y`."""
    settings = {"axis": None, **row.defaults, **dict(options)}
    formula = _formula(row.params, tuple(row.defaults), text)
    values: dict[Name, Expr] = {Symbol(name): arg for name, arg in zip(row.params, args, strict=False)}
    values[Symbol("y")] = values.get(Symbol("y"), value)
    values |= {Symbol(name): Number(v, decimal=True) for name, v in settings.items() if isinstance(v, Fraction)}
    return _put_in(formula, values, settings)


def _put_in(expr: Expr, values: Mapping[Name, Expr], settings: Mapping[str, Option | None]) -> Expr:
    """Once, from the inside out: what is put in may have names of the formula, as `y` in p - y."""
    if isinstance(expr, Ref):
        return values.get(expr.name, expr)
    if not isinstance(expr, Apply):
        return expr
    chosen = tuple((k, settings.get(v, v) if isinstance(v, str) else v) for k, v in expr.options)
    given = tuple((k, v) for k, v in chosen if v is not None)
    return replace(expr, args=tuple(_put_in(arg, values, settings) for arg in expr.args), options=given)


def expand_macros(expr: Expr, shapes: Shapes) -> Expr:
    """The expression in rows only: each macro replaced by what it stands for. Raises ShapeFault."""
    if not isinstance(expr, Apply):
        return expr
    expr = with_args(expr, tuple([expand_macros(arg, shapes) for arg in expr.args]))
    body = expansion_of(expr, lambda: shapes_of(expr, shapes))
    if not body:
        return expr
    short = MACROS.get(expr.op) or ROWS[expr.op]
    return expand_macros(instantiate(short, body, expr.args, expr.options, number(0)), shapes)


def expansion_of(expr: Apply, sizes: Callable[[], tuple[Shape, ...]]) -> str:
    """The formula that an application is short for, over the parameters of its operation; "" where it is none. Raises
    ShapeFault.
    """
    macro, row = MACROS.get(expr.op), ROWS.get(expr.op)
    if macro is not None:
        return macro.by_shape(sizes(), expr.options) if macro.by_shape else macro.body
    return row.expansion(sizes(), expr.options) if row is not None and row.expansion else ""


def derivative_rule(expr: Apply, i: int, value: Expr) -> Expr:
    """∂expr/∂(its i-th argument), entry by entry; `value` stands for expr itself."""
    row = row_of(expr)
    return tidy(instantiate(row, row.derivative[i], expr.args, expr.options, value))


def differentiate(expr: Expr, name: Name, shapes: Shapes, value: Expr | None = None) -> Expr:
    """The derivative of an elementwise expression by the same entry of `name`; of a sum or mean of one, the gradient.

    `value` is what the expression is called, where it has a name: σ′ = y (1 − y) then uses it.
    """
    if isinstance(expr, Ref):
        return number(1 if expr.name == name else 0)
    if not isinstance(expr, Apply) or name not in names_in(expr):
        return number(0)
    row = row_of(expr)
    if row.mixes:
        shape = shape_of(expr.args[0], shapes)
        weight = row.pullback(GradientContext(expr.args, (shape,), expr.options, expr, number(1), 0))
        product = times(unfilled(weight), differentiate(expr.args[0], name, shapes))
        if isinstance(product, Number) and shape == shapes[name]:
            return product
        return reduced(spread(product, shapes, shape), shape, shapes[name])
    result: Expr = number(0)
    inners = [differentiate(arg, name, shapes) for arg in expr.args]
    if row.branches and number(0) not in inners[1:]:
        return Apply(expr.op, (expr.args[0], *inners[1:]), expr.options)
    for i, inner in enumerate(inners):
        if inner != number(0):
            rule = derivative_rule(expr, i, value or expr)
            in_order = (inner, rule) if i == 0 and expr.op in {"product", "times"} else (rule, inner)
            result = plus(result, times(*in_order))
    return result


def slopes(expr: Expr, shapes: Shapes) -> dict[Name, Fraction] | None:
    """All derivatives of a sum of scalars, each times a number, at once; None for another formula."""
    found: dict[Name, Fraction] = {}
    waiting = [(expr, Fraction(1))]
    while waiting:
        term, factor = waiting.pop()
        if isinstance(term, Ref) and not shapes[term.name]:
            found[term.name] = found[term.name] + factor if term.name in found else factor
        elif isinstance(term, Apply) and term.op in {"add", "subtract", "negate"}:
            *before, last = term.args
            waiting += [(last, factor if term.op == "add" else -factor), *((arg, factor) for arg in reversed(before))]
        elif isinstance(term, Apply) and term.op == "product" and isinstance(term.args[0], Number):
            waiting.append((term.args[1], factor * term.args[0].value))
        elif not isinstance(term, Number):
            return None
    return found


def reduced(expr: Expr, source: Shape, target: Shape) -> Expr:
    """The gradient of something broadcast from `target` to `source`: summed over the axes it was spread over."""
    if source == target:
        return expr
    sign, rest = split_coefficient(expr)
    if rest is None or sign.value not in {1, -1}:
        sign, rest = number(1), expr
    if not target:
        return scaled(sign, apply("sum", rest))
    axis = "columns" if len(target) > 1 else "rows" if len(source) <= 2 else "channels"
    return scaled(sign, apply("sum", rest, axis=axis))


def spread(expr: Expr, shapes: Shapes, target: Shape) -> Expr:
    """What does not differ along an axis of `target`, with `target`'s shape: it stands in every entry."""
    return filled_array(expr, target) if shape_of(expr, shapes) != target else expr


def uniform(expr: Expr, shapes: Shapes) -> Expr | None:
    """The scalar that `spread` put in every entry; None for anything else."""
    factor, rest = split_coefficient(expr)
    inner = unfilled(rest) if rest is not None else number(1)
    if inner is rest or shape_of(inner, shapes):
        return None
    return times(factor, inner)


def without_fills(expr: Expr, shapes: Shapes) -> Expr:
    """The expression where a number that stands in every entry is a factor of an array: the number alone."""

    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Apply) or node.op != "times":
            return None
        for one, other in (node.args, node.args[::-1]):
            inner = uniform(one, shapes)
            if inner is not None and not names_in(inner) and shape_of(one, shapes) == shape_of(other, shapes):
                return times(inner, without_fills(other, shapes))
        return None

    return rewrite(expr, change)


def settled(expr: Expr, shapes: Shapes) -> Expr:
    """The expression with ⊙ only where both factors are arrays that go together entry by entry, no scalar transposed.

    A column and a row, as derivatives of a normalisation bring them together, are multiplied as matrices.
    """
    return _settled(expr, shapes)[0]


def _settled(expr: Expr, shapes: Shapes) -> tuple[Expr, Shape]:
    """The expression and its shape, from the inside out."""
    if not isinstance(expr, Apply):
        return expr, shape_of(expr, shapes)
    inner = [_settled(arg, shapes) for arg in expr.args]
    args, sizes = tuple(arg for arg, _ in inner), tuple(shape for _, shape in inner)
    if expr.op == "transpose" and sizes[0] == ():
        return inner[0]
    if expr.op in {"times", "divide"} and crossed(*sizes):
        factors = args if expr.op == "times" else (args[0], apply("divide", number(1), args[1]))
        crossing = apply("product", *(factors if len(sizes[0]) == 1 else reversed(factors)))
        return crossing, shape_of(crossing, shapes)
    op = "product" if expr.op == "times" and () in sizes else expr.op
    same = op == expr.op and all(new is old for new, old in zip(args, expr.args, strict=True))
    found = expr if same else replace(expr, op=op, args=args)
    return found, row_of(found).shape(sizes, expr.options)

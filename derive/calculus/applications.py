"""Whether an operation is applied as its row says: arguments and settings, before any shape is known."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache, reduce

from derive.calculus.operation_rows import MACROS, OVERLOADS, ROWS, Macro, Row
from derive.errors import suggestion
from derive.language.expressions import Apply, Expr, Number, Option, Shape, names_in, walk, with_args
from derive.language.names import Name
from derive.language.tokens import PADDINGS

MATRIX_AXES = 2


def with_settings(expr: Expr) -> Expr:
    """The expression with settings that were given by their place (`maxpool(X, 2)`) under their names, the row that an
    operation means for its number of arguments (`max(X, rows)`), and of three or more the larger of two, repeatedly.
    """
    if not isinstance(expr, Apply):
        return expr
    expr = with_args(expr, tuple(map(with_settings, expr.args)))
    args = expr.args
    if (meant := OVERLOADS.get((expr.op, len(args)))) is not None:
        expr = replace(expr, op=meant)
    row = ROWS.get(expr.op)
    if row and row.notation.style == "chosen" and len(args) > 2:
        return reduce(lambda a, b: replace(expr, args=(a, b)), args)
    most = row.arity[1] if row else len(args)
    if row is None or not 0 < len(args) - most <= len(row.positional):
        return expr
    given = dict(expr.options)
    for name, arg in zip(row.positional, args[most:], strict=False):
        value = _constant(arg)
        if value is None or name in given:
            return expr
        given[name] = value
    return replace(expr, args=args[:most], options=tuple(sorted(given.items())))


def is_written_out(expr: Expr, shapes: Mapping[Name, Shape]) -> bool:
    """Whether an expression has nothing but operations that are what they are called: no settings, no macro, no word
    that means another row for its number of arguments, nothing that only moves entries. A product of matrices is one,
    that of arrays of more axes is short for many.
    """
    flat = all(len(shapes.get(name, ())) <= MATRIX_AXES for name in names_in(expr))
    return all(_is_simple(node.op, len(node.args), flat) for node in walk(expr) if isinstance(node, Apply))


@cache
def _is_simple(op: str, count: int, flat: bool) -> bool:
    row = ROWS.get(op)
    if row is None or op in MACROS or (op, count) in OVERLOADS or row.notation.style == "chosen":
        return False
    return not (row.positional or row.settings or row.defaults or (row.expansion and not flat) or row.moves)


def _constant(expr: Expr) -> Option | None:
    """The number or the tuple of numbers that an argument is; None for anything else."""
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Apply) and expr.op == "tuple":
        values = [arg.value for arg in expr.args if isinstance(arg, Number)]
        return tuple(values) if len(values) == len(expr.args) else None
    return None


def misapplied(expr: Apply) -> tuple[str, str] | None:
    """What is wrong with one application, and what to write; None where it is as its row says."""
    if expr.op == "tuple":
        return "numbers in parentheses cannot stand here", "only a setting takes several: padding = (1, 0)"
    spec = ROWS.get(expr.op) or MACROS.get(expr.op)
    if spec is None:
        return f"`{expr.op}` is not worked out by this version", "`derive operations` lists what is"
    low, high = spec.arity
    name = spec.spellings[0] if spec.spellings else spec.key
    if not low <= len(expr.args) <= high:
        wanted = "argument" if high == 1 else "arguments"
        return f"`{name}` takes {high} {wanted}, not {len(expr.args)}", f"as in `{spec.example}`"
    return _wrong_setting(expr, spec, name) if expr.options else None


_AXES = {"dim", "axes", "keepdim", "keepdims"}


def _wrong_setting(expr: Apply, spec: Row | Macro, name: str) -> tuple[str, str] | None:
    known = {**dict.fromkeys(spec.defaults, "number"), **spec.settings}
    for key, value in expr.options:
        if key not in known:
            hint = suggestion(key, known) or (f"it has: {', '.join(sorted(known))}" if known else "it has none")
            hint = f"write the axis as a word: `{name}(X, rows)` or `{name}(X, columns)`" if key in _AXES else hint
            return f"`{name}` has no setting `{key}`", hint
        wanted, fits = _KINDS[known[key]]
        if not fits(value):
            return f"the setting `{key}` is not {wanted}", f"as in `{spec.example}`"
    return None


def _is_size(value: object) -> bool:
    return isinstance(value, Fraction) and value.denominator == 1 and value >= 0


_KINDS: dict[str, tuple[str, Callable[[Option], bool]]] = {
    "number": ("a number", lambda value: isinstance(value, Fraction)),
    "above 0": ("a number above 0", lambda value: isinstance(value, Fraction) and value > 0),
    "sizes": ("a whole number, or several: (2, 3)",
              lambda value: all(map(_is_size, value)) if isinstance(value, tuple) else _is_size(value)),
    "padding": ('a number of places on each side, "same", "valid" or what lies around the input: "circular"',
                lambda value: value in PADDINGS - {"zeros"} or _KINDS["sizes"][1](value)),
    "edge": ('"zeros", "circular", "reflect" or "replicate"',
             lambda value: value in PADDINGS - {"same", "valid"}),
    "axis": ("an axis: rows, columns or channels", lambda value: isinstance(value, str)),
    "entries": ("a choice of entries: [2:3, 1]", lambda value: isinstance(value, tuple)),
}  # fmt: skip
"""For each kind of setting what it is called, and whether a value is one."""

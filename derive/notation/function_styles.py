"""How functions, their settings, blocks and entries are written: the styles of the printer that bind like a name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Protocol, TypeAlias

from derive.calculus.applications import with_settings
from derive.calculus.differentiation import Shapes, entry_of, instantiate, shape_of
from derive.calculus.operation_rows import ROWS, Look
from derive.language.expressions import Apply, Expr, Number, Option, Ref, Slice, apply, number
from derive.language.names import Symbol
from derive.notation.notations import Notation
from derive.notation.vocabulary import TextPiece


class Printer(Protocol):
    """What a style asks of the printer."""

    notation: Notation
    shapes: Shapes
    out: list[TextPiece]

    def put(self, text: str) -> None:
        """Write a text."""

    def write(self, expr: Expr, level: int, position: str) -> None:
        """Write an expression where the surroundings bind as tightly as `level`."""

    def enclosed(self, write: Callable[[], None], needed: bool = True, signs: str = "()") -> None:
        """What is written, in parentheses or other signs where they are needed."""

    def set_between(self, around: tuple[str, str], expr: Expr) -> None:
        """An expression between two texts that hold it together."""

    def constant(self, expr: Number) -> str:
        """A constant as a text."""

    def is_whole(self, expr: Expr) -> bool:
        """Whether the vocabulary has one piece for the whole expression."""


LOOSE, ATOM = 0, 3


def is_called(expr: Expr) -> bool:
    """Whether it is written as a function with its arguments in parentheses."""
    return isinstance(expr, Apply) and ROWS[expr.op].notation.style == "function"


def blocks(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`[x; h]`, `[H_1, H_2]`; in TeX a matrix of blocks, whose rows do not touch."""
    layout, rows = printer.notation.layout, [expr.args]
    if expr.op == "stack":
        rows = [_row(printer, arg) for arg in expr.args]
    opening, between, below, closing = "[", ", ", "; ", "]"
    if layout:
        (opening, between, closing), below = layout.blocks, layout.newline[0]
    printer.put(opening)
    start, ends = len(printer.out), []
    for i, row in enumerate(rows):
        if i:
            ends.append(len(printer.out))
            printer.put(below)
        for j, arg in enumerate(row):
            printer.put(between if j else "")
            printer.write(arg, LOOSE, "leading")
    if layout and any(isinstance(piece, str) and layout.is_high(piece) for piece in printer.out[start:]):
        for end in ends:
            printer.out[end] = layout.newline[1]
    printer.put(closing)


def function_style(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`f(x, y; alpha = 0.1)`, `f_rows(x)`; in the language `f(x, rows)`."""
    notation, row = printer.notation, ROWS[expr.op]
    if notation.is_language:
        printer.put(row.spellings[0])
        printer.enclosed(lambda: _arguments(printer, expr))
        return
    below, named = _split_settings(expr)
    text = row.notation.text.replace("'", "′")
    _tagged(printer, notation.layout.function(row.notation) if notation.layout else text, below)
    if expr.args or named:
        printer.enclosed(lambda: _arguments(printer, expr))


def _tagged(printer: Printer, name: str, below: Sequence[Option]) -> None:
    """The name of a function with the axis it goes along, or its sizes, below it: maxpool_2×2."""
    notation, layout = printer.notation, printer.notation.layout
    text = ", ".join(_tag(notation, value) for value in below)
    if not below:
        printer.put(name)
    elif not layout:
        printer.put(f"{name}_{text}" if text.isalnum() else f"{name}_{{{text}}}")
    elif any(isinstance(value, str) for value in below):
        printer.put(f"{layout.base[1]}{name}{text.join(layout.tag)}")
    else:
        printer.put(layout.at(name, text))


def _tag(notation: Notation, value: Option) -> str:
    """An axis in the page's language, or sizes: 2×3."""
    sizes = value if isinstance(value, tuple) else (value,)
    return "×".join(notation.words.get(str(size), str(size)) for size in sizes)


def _split_settings(expr: Apply) -> tuple[list[Option], list[tuple[str, Option]]]:
    """The settings that a page writes below a function's name, and those behind its arguments by their names; also
    numbers that are left to the row.
    """
    row = ROWS[expr.op]
    given = {**row.defaults, **dict(expr.options)}
    first = [*row.positional, *(name for name in given if row.settings.get(name) == "axis")]
    below = [given[name] for name in first if name in given]
    return below, [(name, value) for name, value in given.items() if name not in first]


def largest_of_many(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """max(a, b, c) for max(max(a, b), c): the largest of many."""
    args = list(expr.args)
    while not printer.notation.is_language and isinstance(args[0], Apply) and args[0].op == expr.op:
        args[:1] = args[0].args
    function_style(printer, replace(expr, args=tuple(args)), level, position)


def exponential_or_root(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """e raised, or the sign of a root, in two dimensions; else a function."""
    if layout := printer.notation.layout:
        style = ROWS[expr.op].notation.style
        printer.set_between(layout.exponential if style == "exponential" else layout.root, expr.args[0])
    else:
        function_style(printer, expr, level, position)


def iverson(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`[a < b]`: 1 where it holds, else 0."""
    printer.enclosed(lambda: _compared(printer, expr), signs="[]")


def _compared(printer: Printer, expr: Apply) -> None:
    """`a < b`."""
    printer.write(expr.args[0], LOOSE, "leading")
    printer.put(f" {_called(printer, ROWS[expr.op].notation)} ")
    printer.write(expr.args[1], LOOSE, "leading")


def cases(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """Values and their conditions behind a brace; in one line `{z if z > 0; 0 otherwise}`.

    What is chosen by a condition where no other one holds is a line of the same brace.
    """
    notation = printer.notation
    in_line = ("{", f" {notation.words['if']} ", " ", "; ", "}")
    opening, where, rest, below, closing = notation.layout.cases if notation.layout else in_line

    enclosed = notation.layout is not None and level > LOOSE
    printer.put((notation.operators["big("] if enclosed else "") + opening)
    left: Expr = expr
    while isinstance(left, Apply) and left.op == expr.op and not printer.is_whole(left):
        condition, value, left = left.args
        printer.write(value, LOOSE, "leading")
        printer.put(where)
        _holding(printer, condition)
        printer.put(below)
    printer.write(left, LOOSE, "leading")
    printer.put(f"{rest}{notation.word('otherwise')}{closing}" + (notation.operators["big)"] if enclosed else ""))


def ends_in_cases(expr: Expr) -> bool:
    """Whether a term ends in lines behind a brace: what follows would seem to belong to one of them."""
    return isinstance(expr, Apply) and ROWS[expr.op].branches


def _holding(printer: Printer, condition: Expr) -> None:
    """A condition without brackets: a comparison, or that something is 1."""
    if not is_comparison(condition):
        condition = apply("equal", condition, number(1))
    assert isinstance(condition, Apply)
    _compared(printer, condition)


def is_comparison(expr: Expr) -> bool:
    """Whether it is 1 where a comparison holds, else 0."""
    return isinstance(expr, Apply) and ROWS[expr.op].notation.style == "iverson"


def bars(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`|x|`."""
    printer.put(printer.notation.operators["|"])
    printer.write(expr.args[0], LOOSE, "leading")
    printer.put(printer.notation.operators["|."])


def bare(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """The argument alone."""
    printer.write(expr.args[0], level, position)


def inverse_style(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`A⁻¹`."""
    printer.write(apply("power", expr.args[0], number(-1)), level, position)


def constant_style(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """A constant by its own name."""
    row = ROWS[expr.op].notation
    printer.put(_called(printer, row))


def _called(printer: Printer, look: Look) -> str:
    """What an operation is called in the notation."""
    layout = printer.notation.layout
    return layout.function(look) if layout else look.text


def _row(printer: Printer, expr: Expr) -> tuple[Expr, ...]:
    """What stands side by side in one row of blocks."""
    beside = isinstance(expr, Apply) and expr.op == "beside" and not printer.is_whole(expr)
    return expr.args if beside and isinstance(expr, Apply) else (expr,)


def index(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """A single entry as an entry, a block as X[:, 1]."""
    (base,), notation = expr.args, printer.notation
    items = slice_items(expr)
    if isinstance(base, Ref) and not notation.is_language:
        if shape_of(expr, printer.shapes):
            printer.put(notation.block(base.name, items, printer.shapes))
        else:
            printer.write(entry_of(expr, printer.shapes, ()), level, position)
        return
    layout = notation.layout
    printer.put(layout.base[1] if layout else "")
    if isinstance(base, Apply):
        bare = is_called(base) and not notation.is_language
        printer.enclosed(lambda: printer.write(base, LOOSE, "leading"), not bare)
    else:
        printer.write(base, ATOM, "tight")
    printer.put(layout.index(",".join(items)).join(layout.lowered) if layout else f"[{', '.join(items)}]")


def looked_up(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`E[:, t]`: the columns, or rows, of a table that numbers name; `p[a]`, an entry of a vector."""
    notation = printer.notation
    table, number = expr.args
    is_vector = len(shape_of(table, printer.shapes)) < 2
    layout, by_rows = notation.layout, dict(expr.options).get("axis") == "rows"
    every = layout.index(":") if layout else ":"
    comma = layout.index(",") if layout else ", "
    printer.put(layout.base[1] if layout else "")
    numbered = isinstance(table, Ref) and isinstance(table.name, Symbol) and table.name.subscript
    if layout and numbered:  # (π_1)_a
        printer.enclosed(lambda: printer.write(table, LOOSE, "leading"), True)
    else:
        printer.write(table, ATOM, "tight")
    printer.put(layout.lowered[0] if layout else "[")
    printer.put("" if by_rows or is_vector else every + comma)
    printer.write(number, LOOSE, "leading")
    printer.put(comma + every if by_rows and not is_vector else "")
    printer.put(layout.lowered[1] if layout else "]")


def unit_vector(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`e_y`: 1 at the place y and 0 elsewhere."""
    notation = printer.notation
    layout = notation.layout
    printer.put(f"{layout.base[1]}{layout.index('e')}{layout.lowered[0]}" if layout else "e_")
    printer.enclosed(
        lambda: printer.write(expr.args[0], LOOSE, "leading"), not layout and isinstance(expr.args[0], Apply)
    )
    printer.put(layout.lowered[1] if layout else "")


def comparison(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`[x = max(x)]`, `[topk(x, 2) > −∞]`: 1 where an entry stands out, by the comparison that says so."""
    row = ROWS[expr.op]
    compared = with_settings(instantiate(row, row.notation.text, expr.args, expr.options, expr))
    assert isinstance(compared, Apply)
    iverson(printer, compared, level, position)


def place(printer: Printer, expr: Apply, level: int, position: str) -> None:
    """`place[2:3](g)`; in the language with all that it needs to be read again."""
    notation = printer.notation
    if notation.is_language:
        printer.put("place")
        printer.enclosed(lambda: _arguments(printer, expr))
        return
    items = f"[{','.join(slice_items(expr))}]"
    name = _called(printer, ROWS[expr.op].notation)
    printer.put(notation.layout.at(name, items) if notation.layout else name + items)
    printer.enclosed(lambda: printer.write(expr.args[0], LOOSE, "leading"))


def _arguments(printer: Printer, expr: Apply) -> None:
    for i, arg in enumerate(expr.args):
        printer.put(printer.notation.operators[_comma(printer)] if i else "")
        printer.write(arg, LOOSE, "leading")
    settings(printer, expr)


def language_total(printer: Printer, expr: Apply) -> None:
    """`sum(X, rows)`, as it is read again."""
    axis = dict(expr.options).get("axis")
    printer.put(f"{expr.op}(")
    printer.write(expr.args[0], LOOSE, "leading")
    printer.put(f", {axis})" if axis else ")")


def slice_items(expr: Apply) -> tuple[str, ...]:
    """What an index stands for, axis by axis: `:`, `2`, `2:3`."""
    at = dict(expr.options)["at"]
    assert isinstance(at, tuple)
    return tuple(map(_slice_text, at))


def _slice_text(part: Slice | Fraction) -> str:
    if isinstance(part, tuple):
        return ":".join("" if end is None else str(end) for end in part)
    return str(part)


def settings(printer: Printer, expr: Apply) -> None:
    """The settings behind the arguments; in the language all that are given, first those without names."""
    row, notation = ROWS[expr.op], printer.notation
    if not notation.is_language:
        for name, value in _split_settings(expr)[1]:
            setting = notation.symbol_text(Symbol(name), (), False)
            printer.put(f"{notation.operators['semicolon']}{setting} {notation.operators['=']} ")
            printer.put(_value(printer, value))
        return
    given = dict(expr.options)
    first = [name for name in row.positional if name in given]
    for name in (*first, *(name for name in given if name not in first)):
        plain = name in first or row.settings.get(name) == "axis"
        setting = "" if plain else f"{notation.symbol_text(Symbol(name), (), False)} = "
        printer.put(f", {setting}")
        printer.put(_value(printer, given[name]))


def _comma(printer: Printer) -> str:
    return "semicolon" if printer.notation.decimal == "," else "comma"


def _value(printer: Printer, value: Option) -> str:
    if isinstance(value, Fraction):
        return printer.constant(Number(value, decimal=True))
    if not isinstance(value, tuple):
        return printer.notation.word(str(value))
    signs, layout = printer.notation.operators, printer.notation.layout
    slices = layout.index if layout else str
    parts = [_value(printer, part) if isinstance(part, Fraction) else slices(_slice_text(part)) for part in value]
    sizes = all(isinstance(part, Fraction) for part in value)
    if sizes and len(parts) == 1:
        return parts[0]
    text = printer.notation.operators[_comma(printer)].join(parts)
    return f"{signs['(']}{text}{signs[')']}" if sizes else f"{signs['[']}{text}{signs[']']}"


PrintedStyle: TypeAlias = Callable[[Printer, Apply, int, str], None]


def _unless_read_again(style: PrintedStyle) -> PrintedStyle:
    """A style of pages; in the language of equations it is a function."""

    def write(printer: Printer, expr: Apply, level: int, position: str) -> None:
        (function_style if printer.notation.is_language else style)(printer, expr, level, position)

    return write


_OF_PAGES: dict[str, PrintedStyle] = {
    "iverson": iverson, "cases": cases, "reciprocal": inverse_style, "looked up": looked_up, "unit vector": unit_vector,
    "comparison": comparison,
}  # fmt: skip
STYLES: dict[str, PrintedStyle] = {
    "function": function_style, "chosen": largest_of_many, "bars": bars,
    **dict.fromkeys(("exponential", "root"), exponential_or_root), "bare": bare, "constant": constant_style,
    "stack": blocks, "beside": blocks, "index": index, "place": place,
    **{name: _unless_read_again(style) for name, style in _OF_PAGES.items()},
}  # fmt: skip

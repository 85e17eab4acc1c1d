"""Lines of equations → equations with places: names resolved, shapes inferred."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.calculus.applications import misapplied, with_settings
from derive.calculus.differentiation import expand_macros, shape_of
from derive.calculus.kernels import ShapeFault
from derive.calculus.shapes import is_square, slope_shape
from derive.errors import Fault
from derive.language.cursor import Cursor, Scope
from derive.language.expressions import Apply, Equation, Expr, Number, Ref, Shape, names_in, walk
from derive.language.grammar import parse_equation, parse_left_side
from derive.language.names import Derivative, Name, Symbol, symbols_in
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.problem.reading.equation_lines import EquationLine
from derive.problem.reading.stacking import STACK_HINT, STACKED, stacked

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class WrittenEquation:
    """An equation and the line that it was written on; `relation` is `=`, `≈` or `<-`."""

    equation: Equation
    relation: str
    line: EquationLine


def left_sides(lines: Iterable[EquationLine]) -> dict[str, Name]:
    """The names that the lines define, by id, whether or not the rest of a line can be read."""
    defined: dict[str, Name] = {}
    for line in lines:
        try:
            left = line.text.partition("=")[0]  # whatever is wrong on the right, the name is defined
            name = parse_left_side(f"{left}= 0", Scope({}, FUNCTIONS, line.indices))
            defined.setdefault(name.id, name)
        except TextError:
            continue  # reported when the whole line is read
    return defined


def read_equations(
    lines: Iterable[EquationLine], known: Mapping[str, Name], faults: list[Fault]
) -> list[WrittenEquation]:
    """The equations of the lines; `known` are the names that have values already."""
    lines = list(lines)
    defined = {**_arguments(lines), **left_sides(lines), **known}
    return [item for line in lines if (item := read_equation(line, defined, faults))]


def _arguments(lines: Iterable[EquationLine]) -> dict[str, Name]:
    """The `t` of a line `x(t) = …`, which is refused: where another line has it too, that is no second fault."""
    written = (each for line in lines for each in _WORD.findall(line.text.partition("=")[0].partition("(")[2]))
    return {word: Symbol(word) for word in written}


def read_equation(line: EquationLine, defined: Mapping[str, Name], faults: list[Fault]) -> WrittenEquation | None:
    """The equation of a line over the names that are defined; None after a fault."""
    try:
        relation, equation = parse_equation(line.text, Scope(defined, FUNCTIONS, line.indices))
    except TextError as wrong:
        faults.append(line.fault(wrong.message, wrong.hint, (wrong.start, wrong.end)))
        return None
    expr = with_settings(equation.expr)
    if fault := _applications(expr, line):
        faults.append(fault)
        return None
    return WrittenEquation(replace(equation, expr=expr, within=line.within), relation, line)


def _applications(expr: Expr, line: EquationLine) -> Fault | None:
    """The first operation that does not exist, or has the wrong number of arguments or unknown settings."""
    if not isinstance(expr, Apply):
        return None
    for arg in expr.args:
        if fault := _applications(arg, line):
            return fault
    wrong = misapplied(expr)
    return line.fault(*wrong, expr.span) if wrong else None


def check_order(written: list[WrittenEquation], known: Mapping[str, Name], faults: list[Fault]) -> None:
    """Each name defined once, before it is used, and not by itself."""
    lines: dict[str, EquationLine] = {}
    for item in written:
        name = item.equation.name.id
        if name in known:
            faults.append(item.line.fault(f"`{name}` has a value already", "give the result another name", (0, 1)))
        elif name in lines:
            first = lines[name].place.line
            faults.append(item.line.fault(f"`{name}` is defined a second time (first in line {first})",
                                          "give each quantity a name of its own", (0, 1)))  # fmt: skip
        lines.setdefault(name, item.line)
    position = {item.equation.name.id: i for i, item in enumerate(reversed(written))}
    uses = {item.equation.name.id: item for item in written}
    reported: set[str] = set()
    for i, item in enumerate(written):
        for ref in _plain_refs(item.equation.expr):
            late = position.get(ref.name.id)
            if late is None or ref.name.id in known or len(written) - 1 - late < i:
                continue
            cycle = _cycle(item.equation.name.id, ref.name.id, uses)
            if cycle and reported.isdisjoint(cycle):
                faults.append(item.line.fault(_cycle_message(cycle), "the forward pass must go one way", ref.span))
            elif not cycle:
                at = lines[ref.name.id].place.line
                faults.append(item.line.fault(f"`{ref.name.id}` is used before it is defined (line {at})",
                                              "move its equation up", ref.span))  # fmt: skip
            reported.update(cycle)


def _plain_refs(expr: Expr) -> Iterator[Ref]:
    """The symbols in an expression; those that a derivative is made of too."""
    for ref in (node for node in walk(expr) if isinstance(node, Ref)):
        yield from (Ref(symbol, ref.span) for symbol in symbols_in(ref.name))


def _cycle(start: str, target: str, uses: Mapping[str, WrittenEquation]) -> list[str]:
    """A way from `target` back to `start` through what the equations use, with both ends; [] if there is none."""
    if start == target:
        return [start]
    stack, seen = [[target]], {target}
    while stack:
        path = stack.pop()
        for name in _plain_names(uses, path[-1]):
            if name.id == start:
                return [start, *path]
            if name.id not in seen and name.id in uses:
                seen.add(name.id)
                stack.append([*path, name.id])
    return []


def _plain_names(uses: Mapping[str, WrittenEquation], name: str) -> list[Name]:
    """What the equation of a name uses."""
    return [ref.name for ref in _plain_refs(uses[name].equation.expr)] if name in uses else []


def _cycle_message(cycle: list[str]) -> str:
    if len(cycle) == 1:
        return f"`{cycle[0]}` is defined by itself"
    return f"{' → '.join([*cycle, cycle[0]])} is a cycle: each needs the other"


def infer_shapes(
    written: list[WrittenEquation], shapes: dict[Name, Shape], faults: list[Fault], notes: list[Fault] | None = None
) -> list[Equation]:
    """The equations in rows only; adds the shape of each one's value to `shapes`.

    An equation that uses a faulty one stays as it is. `[h, x]` of columns is read as `[h; x]` where only that fits;
    `notes` then says so.
    """
    equations = [item.equation for item in written]
    for i, (equation, item) in enumerate(zip(equations, written, strict=True)):
        try:
            enter_slopes(equation.expr, shapes, item.line)
            if any(name not in shapes for name in names_in(equation.expr)):
                continue
            meant = stacked(equation.expr, shapes)
            if meant != equation.expr and notes is not None:
                notes.append(item.line.fault(STACKED, STACK_HINT))
            equations[i] = replace(equation, expr=_expanded(meant, shapes, item.line))
            shapes[equation.name] = _shape(equations[i].expr, shapes, item.line)
        except _Misfit as misfit:
            faults.append(misfit.fault)
    return equations


def enter_slopes(expr: Expr, shapes: dict[Name, Shape], line: EquationLine) -> None:
    """Adds the shapes of the derivatives that an expression uses, of those that have one."""
    for ref in (node for node in walk(expr) if isinstance(node, Ref)):
        try:
            _slope_shape(ref.name, shapes)
        except ShapeFault as fault:
            raise _Misfit(line.fault(f"`{ref.name}`: {fault.message}", fault.hint, ref.span)) from None


def _slope_shape(name: Name, shapes: dict[Name, Shape]) -> Shape | None:
    """The shape of a name; that of a derivative is entered. None where it is not known."""
    if isinstance(name, Derivative) and name not in shapes:
        of, by = _slope_shape(name.of, shapes), _slope_shape(name.by, shapes)
        if of is not None and by is not None:
            shapes[name] = slope_shape(of, by)
    return shapes.get(name)


class _Misfit(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def _expanded(expr: Expr, shapes: Mapping[Name, Shape], line: EquationLine) -> Expr:
    """The expression with each macro replaced by what it stands for; a fault inside one is marked at the macro."""
    if not isinstance(expr, Apply):
        return expr
    expr = replace(expr, args=tuple(_expanded(arg, shapes, line) for arg in expr.args))
    if expr.op == "power" and expr.args[1] == Number(Fraction(-1)) and is_square(_shape(expr.args[0], shapes, line)):
        return Apply("inverse", expr.args[:1], span=expr.span)
    if expr.op not in MACROS and not ROWS[expr.op].expansion:
        return expr
    inner = tuple(_shape(arg, shapes, line) for arg in expr.args)
    try:
        body = expand_macros(expr, shapes)
        if body == expr:
            return expr
        shape_of(body, shapes)
    except ShapeFault as fault:
        raise _Misfit(_shape_fault(expr, inner, fault, line)) from None
    return body


def _shape(expr: Expr, shapes: Mapping[Name, Shape], line: EquationLine) -> Shape:
    if isinstance(expr, Ref):
        return shapes[expr.name]
    if not isinstance(expr, Apply):
        return ()
    inner = tuple(_shape(arg, shapes, line) for arg in expr.args)
    if expr.op == "power" and len(inner[0]) == 2 and isinstance(expr.args[1], Number) and expr.args[1].value < 0:
        hint = "powers go entry by entry: write 1/A for that; `inverse(A)`, or A^{-1}, is for square matrices"
        raise _Misfit(line.fault("a negative power of a matrix is not its inverse", hint, expr.span))
    try:
        return ROWS[expr.op].shape(inner, expr.options)
    except ShapeFault as fault:
        raise _Misfit(_shape_fault(expr, inner, fault, line)) from None


def _shape_fault(expr: Apply, inner: tuple[Shape, ...], fault: ShapeFault, line: EquationLine) -> Fault:
    named = [f"{arg.name} {_is(shape)}" for arg, shape in zip(expr.args, inner, strict=True) if isinstance(arg, Ref)]
    if expr.span and len(named) == len(inner):
        written = line.text[slice(*expr.span)]
        return line.fault(f"`{written}`: {', '.join(named)}", f"{fault.message}; {fault.hint}", expr.span)
    return line.fault(fault.message, fault.hint, expr.span)


def _is(shape: Shape) -> str:
    if not shape:
        return "is a number"
    return f"has {shape[0]} components" if len(shape) == 1 else f"is {'×'.join(map(str, shape))}"


def read_name(text: str) -> Symbol:
    """A name written as a key or a value. Raises TextError."""
    cursor = Cursor(text, Scope({}, FUNCTIONS))
    cursor.naming = True
    symbol = cursor.symbol()
    if cursor.token.kind != "end":
        raise cursor.unexpected("the end of the name")
    return symbol

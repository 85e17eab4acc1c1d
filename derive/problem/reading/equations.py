"""A block of equations → equations with places: repetition unrolled, names resolved, shapes inferred."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from derive.calculus.applications import misapplied, with_settings
from derive.calculus.differentiation import expand_macros, shape_of
from derive.calculus.operation_rows import ShapeFault
from derive.errors import Fault, Place
from derive.language.cursor import Cursor, Scope
from derive.language.expressions import Apply, Equation, Expr, Number, Ref, Shape, Span, names_in, walk
from derive.language.grammar import parse_equation, parse_left_side
from derive.language.names import Name, Symbol
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS, MACROS, ROWS

MAX_REPETITIONS = 1_000
MAX_EQUATIONS = 5_000
MAX_LOOPS = 8
_TO = r"(?:\.\.|,\s*(?:\.\.\.|…|\\dots)\s*,|…|\.\.\.)"
_EACH = re.compile(r"\s*for\s+(\w+)\s+in\s+parameters\s*:\s*$")
_LOOP = re.compile(rf"\s*for\s+(\w+)\s*=\s*(\d{{1,9}})\s*{_TO}\s*(\d{{1,9}})\s*:\s*$")


@dataclass(frozen=True, slots=True)
class EquationLine:
    """One equation as written: its text, where it stands, the values of the loop letters around it, and the letter
    that stands for a parameter (`for θ in parameters:`) with that parameter.
    """

    text: str
    place: Place
    indices: Mapping[str, int] = field(default_factory=dict)
    each: tuple[str, Symbol] | None = None

    def fault(self, message: str, hint: str = "", span: Span | None = None) -> Fault:
        """A fault of this line, with a caret under `span`."""
        start, end = span or (0, len(self.text))
        return Fault(message, hint, replace(self.place, text=self.text, column=start, length=end - start))


@dataclass(frozen=True, slots=True)
class WrittenEquation:
    """An equation and the line that it was written on; `relation` is `=`, `≈` or `<-`."""

    equation: Equation
    relation: str
    line: EquationLine


def lines_of(text: str, place: Place, faults: list[Fault], parameters: tuple[Symbol, ...] = ()) -> list[EquationLine]:
    """The equations of a block, repetition unrolled; `place` is that of the text's first line, `parameters` are those
    that `for θ in parameters:` goes through.
    """
    raw = [(number, line.split("#")[0].rstrip()) for number, line in enumerate(text.replace("\r\n", "\n").split("\n"))]
    rows = [(replace(place, line=place.line + number), line) for number, line in raw if line.strip()]
    lines: list[EquationLine] = []
    for line in _Unrolling(faults, parameters).lines(rows, EquationLine("", place)):
        lines.append(line)
        if len(lines) > MAX_EQUATIONS:
            message = f"more than {MAX_EQUATIONS} equations"
            faults.append(line.fault(message, "repeat fewer times, or compute with vectors and matrices"))
            return []
    return lines


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


@dataclass(frozen=True, slots=True)
class _Unrolling:
    """Writes repetition out; `around` is the repetition that lines stand in."""

    faults: list[Fault]
    parameters: tuple[Symbol, ...]

    def lines(self, rows: list[tuple[Place, str]], around: EquationLine) -> Iterator[EquationLine]:
        at = 0
        while at < len(rows):
            place, text = rows[at]
            at += 1
            line = replace(around, text=text, place=place)
            if not re.match(r"\s*for\b", text):
                yield replace(line, text=text.strip())
                continue
            body = at
            while at < len(rows) and _indent(rows[at][1]) > _indent(text):
                at += 1
            yield from self._repeated(line, rows[body:at])

    def _repeated(self, head: EquationLine, body: list[tuple[Place, str]]) -> Iterator[EquationLine]:
        before = len(self.faults)
        for around in self._rounds(head, bool(body)):
            yield from self.lines(body, around)
            if len(self.faults) > before:
                return  # the next rounds would only say so again

    def _rounds(self, head: EquationLine, filled: bool) -> Iterator[EquationLine]:
        """The head once for each round, with what its letter stands for there."""
        if self.parameters and (match := _EACH.match(head.text)):
            yield from self._through_parameters(head, match.group(1), filled)
        elif match := _LOOP.match(head.text):
            yield from self._counting(head, match.group(1), int(match.group(2)), int(match.group(3)), filled)
        else:
            each = ", or `for θ in parameters:`" if self.parameters else ""
            hint = f"write `for t = 1..3:`{each}, the equations indented"
            self.faults.append(head.fault("this repetition cannot be read", hint))

    def _through_parameters(self, head: EquationLine, letter: str, filled: bool) -> Iterator[EquationLine]:
        if not filled or head.each:
            message = "a repetition for each parameter inside another one" if filled else "nothing to repeat"
            self.faults.append(head.fault(message, "indent the equations that are repeated, once"))
            return
        yield from (replace(head, each=(letter, parameter)) for parameter in self.parameters)

    def _counting(self, head: EquationLine, letter: str, first: int, last: int, filled: bool) -> Iterator[EquationLine]:
        indices = head.indices
        if not filled or not first <= last < first + MAX_REPETITIONS:
            hint = f"at most {MAX_REPETITIONS} times, upwards" if filled else "indent the equations that are repeated"
            self.faults.append(head.fault(f"nothing to repeat from {first} to {last}", hint))
        elif letter in indices or len(indices) == MAX_LOOPS:
            message = f"`{letter}` counts already" if letter in indices else "repetitions are nested too deeply"
            self.faults.append(head.fault(message, f"each repetition has its own letter, at most {MAX_LOOPS} of them"))
        else:
            yield from (replace(head, indices={**indices, letter: value}) for value in range(first, last + 1))


def left_sides(lines: Iterable[EquationLine]) -> dict[str, Name]:
    """The names that the lines define, by id, whether or not the rest of a line can be read."""
    defined: dict[str, Name] = {}
    for line in lines:
        try:
            name = parse_left_side(line.text, Scope({}, FUNCTIONS, line.indices))
            defined.setdefault(name.id, name)
        except TextError:
            continue  # reported when the whole line is read
    return defined


def read_equations(
    lines: Iterable[EquationLine], known: Mapping[str, Name], faults: list[Fault]
) -> list[WrittenEquation]:
    """The equations of the lines; `known` are the names that have values already."""
    lines = list(lines)
    defined = {**left_sides(lines), **known}
    return [item for line in lines if (item := read_equation(line, defined, faults))]


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
    return WrittenEquation(replace(equation, expr=expr), relation, line)


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
        for ref in _refs(item.equation.expr):
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


def _refs(expr: Expr) -> Iterator[Ref]:
    if isinstance(expr, Ref):
        yield expr
    elif isinstance(expr, Apply):
        for arg in expr.args:
            yield from _refs(arg)


def _cycle(start: str, target: str, uses: Mapping[str, WrittenEquation]) -> list[str]:
    """A way from `target` back to `start` through what the equations use, with both ends; [] if there is none."""
    if start == target:
        return [start]
    stack, seen = [[target]], {target}
    while stack:
        path = stack.pop()
        for name in names_in(uses[path[-1]].equation.expr) if path[-1] in uses else ():
            if name.id == start:
                return [start, *path]
            if name.id not in seen and name.id in uses:
                seen.add(name.id)
                stack.append([*path, name.id])
    return []


def _cycle_message(cycle: list[str]) -> str:
    if len(cycle) == 1:
        return f"`{cycle[0]}` is defined by itself"
    return f"{' → '.join([*cycle, cycle[0]])} is a cycle: each needs the other"


def infer_shapes(written: list[WrittenEquation], shapes: dict[Name, Shape], faults: list[Fault]) -> list[Equation]:
    """The equations in rows only; adds the shape of each one's value to `shapes`.

    An equation that uses a faulty one stays as it is.
    """
    equations = [item.equation for item in written]
    for i, (equation, item) in enumerate(zip(equations, written, strict=True)):
        if any(name not in shapes for name in names_in(equation.expr)):
            continue
        try:
            equations[i] = replace(equation, expr=_expanded(equation.expr, shapes, item.line))
            shapes[equation.name] = _shape(equations[i].expr, shapes, item.line)
        except _Misfit as misfit:
            faults.append(misfit.fault)
    return equations


def check_looked_up(
    equations: Iterable[Equation], moving: Iterable[Name], places: Mapping[str, Place], faults: list[Fault]
) -> None:
    """Numbers to look up by are given: they do not depend on what is differentiated by or updated (`moving`)."""
    dependent = set(moving)
    for equation in equations:
        wrong = [name for name in _looked_up(equation.expr) if name in dependent]
        faults += [
            Fault(f"`{name}` says what is looked up, and cannot have a gradient",
                  "whole numbers to look up by belong into [data]", places[equation.name.id])
            for name in wrong
        ]  # fmt: skip
        if not dependent.isdisjoint(names_in(equation.expr)):
            dependent.add(equation.name)


def _looked_up(expr: Expr) -> Iterator[Name]:
    """The names in numbers to look up by."""
    for node in walk(expr):
        if isinstance(node, Apply):
            yield from (name for i in ROWS[node.op].given for name in names_in(node.args[i]))


class _Misfit(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def _expanded(expr: Expr, shapes: Mapping[Name, Shape], line: EquationLine) -> Expr:
    """The expression with each macro replaced by what it stands for; a fault inside one is marked at the macro."""
    if not isinstance(expr, Apply):
        return expr
    expr = replace(expr, args=tuple(_expanded(arg, shapes, line) for arg in expr.args))
    if expr.op not in MACROS:
        return expr
    inner = tuple(_shape(arg, shapes, line) for arg in expr.args)
    try:
        body = expand_macros(expr, shapes)
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
        hint = "powers go entry by entry: write 1/A for that; an inverse matrix is not an operation"
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
    symbol = cursor.symbol()
    if cursor.token.kind != "end":
        raise cursor.unexpected("the end of the name")
    return symbol

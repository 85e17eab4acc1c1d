"""A block of equations → equations with places: repetition unrolled, names resolved, shapes inferred."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derive.errors import Fault, Place, suggestion
from derive.language.cursor import Cursor, Scope
from derive.language.expressions import Apply, Equation, Expr, Number, Ref, Shape, Span, names_in
from derive.language.grammar import parse_equation, parse_left_side
from derive.language.names import Name, Symbol
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.operations.calculus import expand_macros
from derive.operations.rows import ShapeFault

MAX_REPETITIONS = 1_000
MAX_EQUATIONS = 5_000
MAX_LOOPS = 8
_TO = r"(?:\.\.|,\s*(?:\.\.\.|…|\\dots)\s*,|…|\.\.\.)"
_LOOP = re.compile(rf"\s*for\s+(\w+)\s*=\s*(\d{{1,9}})\s*{_TO}\s*(\d{{1,9}})\s*:\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One equation as written: its text, where it stands, and the values of the loop letters around it."""

    text: str
    place: Place
    indices: Mapping[str, int] = field(default_factory=dict)

    def fault(self, message: str, hint: str = "", span: Span | None = None) -> Fault:
        """A fault of this line, with a caret under `span`."""
        start, end = span or (0, len(self.text))
        return Fault(message, hint, replace(self.place, text=self.text, column=start, length=end - start))


@dataclass(frozen=True, slots=True)
class Written:
    """An equation and the line that it was written on; `relation` is `=`, `≈` or `<-`."""

    equation: Equation
    relation: str
    line: Line


def lines_of(text: str, place: Place, faults: list[Fault]) -> list[Line]:
    """The equations of a block, repetition unrolled; `place` is that of the text's first line."""
    raw = [(number, line.split("#")[0].rstrip()) for number, line in enumerate(text.replace("\r\n", "\n").split("\n"))]
    rows = [(replace(place, line=place.line + number), line) for number, line in raw if line.strip()]
    lines: list[Line] = []
    for line in _unrolled(rows, {}, faults):
        lines.append(line)
        if len(lines) > MAX_EQUATIONS:
            message = f"more than {MAX_EQUATIONS} equations"
            faults.append(line.fault(message, "repeat fewer times, or compute with vectors and matrices"))
            return []
    return lines


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _unrolled(rows: list[tuple[Place, str]], indices: dict[str, int], faults: list[Fault]) -> Iterator[Line]:
    at = 0
    while at < len(rows):
        place, text = rows[at]
        at += 1
        if not re.match(r"\s*for\b", text):
            yield Line(text.strip(), place, dict(indices))
            continue
        body = at
        while at < len(rows) and _indent(rows[at][1]) > _indent(text):
            at += 1
        yield from _repeated(Line(text, place), rows[body:at], indices, faults)


def _repeated(
    head: Line, body: list[tuple[Place, str]], indices: dict[str, int], faults: list[Fault]
) -> Iterator[Line]:
    match = _LOOP.match(head.text)
    if not match:
        faults.append(head.fault("this repetition cannot be read", "write `for t = 1..3:`, the equations indented"))
        return
    letter, first, last = match.group(1), int(match.group(2)), int(match.group(3))
    if not body or not first <= last < first + MAX_REPETITIONS:
        hint = "indent the equations that are repeated" if not body else f"at most {MAX_REPETITIONS} times, upwards"
        faults.append(head.fault(f"nothing to repeat from {first} to {last}", hint))
        return
    if letter in indices or len(indices) == MAX_LOOPS:
        message = f"`{letter}` counts already" if letter in indices else "repetitions are nested too deeply"
        faults.append(head.fault(message, f"each repetition has its own letter, at most {MAX_LOOPS} of them"))
        return
    before = len(faults)
    for value in range(first, last + 1):
        yield from _unrolled(body, {**indices, letter: value}, faults)
        if len(faults) > before:
            return  # the next rounds would only say so again


def left_sides(lines: Iterable[Line]) -> dict[str, Name]:
    """The names that the lines define, by id, whether or not the rest of a line can be read."""
    defined: dict[str, Name] = {}
    for line in lines:
        try:
            name = parse_left_side(line.text, Scope({}, FUNCTIONS, line.indices))
            defined.setdefault(name.id, name)
        except TextError:
            continue  # reported when the whole line is read
    return defined


def read_equations(lines: Iterable[Line], known: Mapping[str, Name], faults: list[Fault]) -> list[Written]:
    """The equations of the lines; `known` are the names that have values already."""
    lines = list(lines)
    defined = {**left_sides(lines), **known}
    written = []
    for line in lines:
        try:
            relation, equation = parse_equation(line.text, Scope(defined, FUNCTIONS, line.indices))
        except TextError as wrong:
            faults.append(line.fault(wrong.message, wrong.hint, (wrong.start, wrong.end)))
            continue
        if fault := _applications(equation.expr, line):
            faults.append(fault)
            continue
        written.append(Written(replace(equation, expr=expand_macros(equation.expr)), relation, line))
    return written


def _applications(expr: Expr, line: Line) -> Fault | None:
    """The first operation that does not exist, or has the wrong number of arguments or unknown settings."""
    if not isinstance(expr, Apply):
        return None
    for arg in expr.args:
        if fault := _applications(arg, line):
            return fault
    spec = ROWS.get(expr.op) or MACROS.get(expr.op)
    if spec is None:
        written = {"stack": "[a; b]", "beside": "[A, B]", "index": "X[…]"}.get(expr.op, expr.op)
        return line.fault(
            f"`{written}` is not worked out by this version", "`derive operations` lists what is", expr.span
        )
    low, high = spec.arity if hasattr(spec, "arity") else (len(spec.params), len(spec.params))
    if not low <= len(expr.args) <= high:
        wanted = "argument" if high == 1 else "arguments"
        return line.fault(
            f"`{spec.spellings[0]}` takes {high} {wanted}, not {len(expr.args)}", f"as in `{spec.example}`", expr.span
        )
    known = {*spec.defaults, *({"axis"} if expr.op in {"sum", "mean"} else ())}
    for name, value in expr.options:
        if name not in known:
            hint = suggestion(name, known) or (f"it has: {', '.join(sorted(known))}" if known else "it has none")
            return line.fault(f"`{spec.spellings[0]}` has no setting `{name}`", hint, expr.span)
        if name in spec.defaults and not isinstance(value, Fraction):
            return line.fault(f"the setting `{name}` is not a number", f"as in `{spec.example}`", expr.span)
    return None


def check_order(written: list[Written], known: Mapping[str, Name], faults: list[Fault]) -> None:
    """Each name defined once, before it is used, and not by itself."""
    lines: dict[str, Line] = {}
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


def _cycle(start: str, target: str, uses: Mapping[str, Written]) -> list[str]:
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


def infer_shapes(written: list[Written], shapes: dict[Name, Shape], faults: list[Fault]) -> None:
    """Adds the shape of each equation's value to `shapes`; an equation that uses a faulty one is passed over."""
    for item in written:
        if any(name not in shapes for name in names_in(item.equation.expr)):
            continue
        try:
            shapes[item.equation.name] = _shape(item.equation.expr, shapes, item.line)
        except _Misfit as misfit:
            faults.append(misfit.fault)


class _Misfit(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def _shape(expr: Expr, shapes: Mapping[Name, Shape], line: Line) -> Shape:
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


def _shape_fault(expr: Apply, inner: tuple[Shape, ...], fault: ShapeFault, line: Line) -> Fault:
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

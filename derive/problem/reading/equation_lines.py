"""A block of equations → its lines, one equation each: repetition unrolled, `;`, `aligned` and chains taken apart."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from derive.errors import Fault, Place
from derive.language.cursor import Cursor, Scope
from derive.language.expressions import Span, Within
from derive.language.names import Symbol
from derive.language.tokens import TextError

MAX_REPETITIONS = 1_000
MAX_EQUATIONS = 5_000
MAX_LOOPS = 8
_TO = r"(?:\.\.|,\s*(?:\.\.\.|…|\\dots)\s*,|…|\.\.\.)"
_EACH = re.compile(r"\s*for\s+(\w+)\s+in\s+parameters\s*:\s*$")
_RANGE = re.compile(r"\s*for\s+(\w+)\s+in\s+range\(\s*(?:(\d{1,9})\s*,)?\s*(\d{1,9})\s*\)\s*:\s*$")
_LOOP = re.compile(rf"\s*for\s+(\w+)\s*=\s*(\d{{1,9}})\s*{_TO}\s*(\d{{1,9}})\s*:\s*$")


@dataclass(frozen=True, slots=True)
class EquationLine:
    """One equation as written: its text, where it stands, the values of the loop letters around it, and the letter
    that stands for a parameter (`for θ in parameters:`) with that parameter; `layer` is that of the shorthand it stands
    for.
    """

    text: str
    place: Place
    indices: Mapping[str, int] = field(default_factory=dict)
    each: tuple[str, Symbol] | None = None
    layer: Within = ()

    @property
    def within(self) -> Within:
        """Which part of the model it belongs to: a layer of the shorthand, or the loops around it."""
        return self.layer or tuple(self.indices.items())

    def fault(self, message: str, hint: str = "", span: Span | None = None) -> Fault:
        """A fault of this line, with a caret under `span`."""
        start, end = span or (0, len(self.text))
        return Fault(message, hint, replace(self.place, text=self.text, column=start, length=end - start))


def lines_of(text: str, place: Place, faults: list[Fault], parameters: tuple[Symbol, ...] = ()) -> list[EquationLine]:
    """The equations of a block, repetition unrolled; `place` is that of the text's first line, `parameters` are those
    that `for θ in parameters:` goes through.
    """
    rows = [(replace(place, line=place.line + number), line) for number, line in rows_of(text)]
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
        elif match := _RANGE.match(head.text):  # as in Python: from 0, the last one left out
            yield from self._counting(head, match[1], int(match[2] or 0), int(match[3]) - 1, filled)
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
        values = range(first, last + 1) if first <= last else range(first, last - 1, -1)
        if not filled or len(values) > MAX_REPETITIONS:
            hint = f"at most {MAX_REPETITIONS} times" if filled else "indent the equations that are repeated"
            self.faults.append(head.fault(f"nothing to repeat from {first} to {last}", hint))
        elif letter in indices or len(indices) == MAX_LOOPS:
            message = f"`{letter}` counts already" if letter in indices else "repetitions are nested too deeply"
            self.faults.append(head.fault(message, f"each repetition has its own letter, at most {MAX_LOOPS} of them"))
        else:
            yield from (replace(head, indices={**indices, letter: value}) for value in values)


# --- several equations in one line ---------------------------------------------------------------------------------

_ALIGNED = re.compile(
    r"\\(begin|end)\s*\{(?:aligned|align|alignat|gather|gathered|split|equation|eqnarray|multline)\*?\}(?:\[[tbc]\])?"
)
_SIGNS = re.compile(r"\\begin\b|\\end\b|\\\\(?:\[[\w.]+\])?|\\[{}]|[()\[\]{};&=≈]")
_BETWEEN = re.compile(
    r"\\(?:text|textrm|mbox|mathrm)\s*\{[\s,]*(?:if|for|when|where|otherwise|else|falls|wenn|für|sonst|si|pour|sinon|"
    r"si no|en otro caso|autrement|если|при|иначе|егер|әйтпесе)\b[\s.,:]*\}"
)
"""The words between a value and its condition in `cases`."""
_OPENING, _CLOSING = {"(", "[", "{", "\\begin"}, {")", "]", "}", "\\end"}
_BESIDE_EQUALS = "<>=!:+-*/"  # signs that are one with an `=` beside them


def rows_of(text: str) -> Iterator[tuple[int, str]]:
    """The number of the line, from 0, and the text of each equation; what is empty or a comment is left out."""
    aligned = False
    for number, line in _whole_lines(text.replace("\r\n", "\n").split("\n")):
        marks = _ALIGNED.findall(line)
        aligned |= "begin" in marks
        indent = line[: len(line) - len(line.lstrip())]
        pieces = (piece.strip() for piece in _pieces(line, aligned))
        yield from ((number, indent + _unpunctuated(piece)) for piece in pieces if _unpunctuated(piece))
        aligned &= "end" not in marks


def _whole_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines without their comments, each with its number; those of `cases` or a matrix are one."""
    begun, parts = 0, list[str]()
    for number, raw in enumerate(lines):
        begun = begun if parts else number
        parts.append(raw.split("#")[0].rstrip())
        if parts[-1].endswith("\\") and not parts[-1].endswith("\\\\"):  # as Python goes on in the next line
            parts[-1] = parts[-1][:-1]
        elif not _is_open(whole := " ".join(parts)):
            yield begun, _BETWEEN.sub(lambda word: " " * len(word[0]), whole) if "cases" in whole else whole
            parts = []
    yield from ((begun + i, part) for i, part in enumerate(parts))  # never closed: that is told of its line


def _is_open(line: str) -> bool:
    """Whether an environment begins in a line, and does not end."""
    inner = _ALIGNED.sub("", line)
    return inner.count("\\begin") > inner.count("\\end") and "\\begin" in inner


def _unpunctuated(line: str) -> str:
    """An equation without the comma or full stop that ends it in a text."""
    return re.sub(r"(?<=[\w)\]}])\s*(?:,|(?<!\d)\.)$", "", line)


def _pieces(line: str, aligned: bool) -> list[str]:
    """The equations of a line: between `;`, and in `aligned` between `\\\\`, without the `&`."""
    line = _ALIGNED.sub(" ", line) if aligned else line
    cuts = [(match, sign) for match, sign in _outer_signs(line) if sign == ";" or (aligned and sign[0] in "&\\")]
    pieces, start = [""], 0
    for match, sign in cuts:
        pieces[-1] += line[start : match.start()]
        if sign != "&":
            pieces.append("")
        start = match.end()
    pieces[-1] += line[start:]
    return pieces


def _outer_signs(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The signs of a text that stand in no bracket and no matrix."""
    depth = 0
    for match in _SIGNS.finditer(text):
        sign = match.group()
        if depth == 0 and sign not in _OPENING:
            yield match, sign
        depth += (sign in _OPENING) - (sign in _CLOSING and depth > 0)


def without_chains(
    lines: Iterable[EquationLine], known: Iterable[str], defined: Iterable[str], warnings: list[Fault]
) -> Iterator[EquationLine]:
    """The lines with `L = z = w x` taken apart: names that nothing else defines are defined on the way.

    Of several formulas for one quantity the first one defines it; that the others are not read is warned of.
    """
    taken = {*known, *defined}
    for line in lines:
        sides = _sides(line.text)
        names = sides[:1]
        while len(sides) > len(names) + 1 and (name := _bare_name(sides[len(names)], line)) and name not in taken:
            names.append(sides[len(names)])
        if len(sides) <= 2:
            yield line
            continue
        value, others = sides[len(names)], sides[len(names) + 1 :]
        if others:
            at = line.text.rfind(others[0])
            message = f"`{names[-1]}` has several formulas: the first one is worked out"
            warnings.append(line.fault(message, "write one equation for each quantity", (at, at + len(others[0]))))
        for name, right in zip(reversed(names), [value, *reversed(names[1:])], strict=True):
            yield replace(line, text=f"{name} = {right}")


def _sides(text: str) -> list[str]:
    """What stands between the equals signs of an equation."""
    sides: list[str] = []
    start = 0
    for match, sign in _outer_signs(text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        if sign in "=≈" and before not in _BESIDE_EQUALS and after != "=" and (sign == "=" or sides):
            sides.append(text[start : match.start()].strip())
            start = match.end()
    return [*sides, text[start:].strip()]


def _bare_name(text: str, line: EquationLine) -> str:
    """The id of the name that a text is; "" where it is something else."""
    try:
        cursor = Cursor(text, Scope({}, {}, line.indices))
        cursor.naming = True
        symbol = cursor.symbol()
    except TextError:
        return ""
    return symbol.id if cursor.token.kind == "end" else ""

"""Sessions of programs in a work: the output below a name, or behind `Out[3]:`, is a statement about that name."""

import re
from math import prod

from derive.answers.pages.printed_matrices import headed_read
from derive.answers.pages.separators import NEXT

_PROMPT = re.compile(
    r"^[ \t]*(?:In\s?\[\s?\d*\s?\]\s?:=?|>{2,3}|\.\.\.(?=\s)|julia>|octave:\d+>|sage:|maple>"
    r"|\(%i\d+\)|>(?=\s*\(?\s*[A-Za-z][\w./]*\s*(?:$|[:;]?\s*$|<-|:=|\(.*\)\s*$)))"
    r"[ \t]?(?P<code>.*)$"
)
_OUTPUT = re.compile(r"^[ \t]*(?:Out\s?\[\s?\d*\s?\]\s?[:=]?(?://\w+=)?|\(%o\d+\))[ \t]*(?P<value>.*)$")
_SHOWN = re.compile(
    r"^(?:(?:print|display|disp|show|drop|signif|(?:np\.)?round|as\.\w+|evalf|N|str)\(\s*)+(?P<inner>[^()\"',]+)(?:,[^()\"']*)?(?:\)(?:,[^()\"']*)?)+$"
)
_SAYS = re.compile(r"^(?:print|display|disp|show|cat|printf?)\s*\(")
"""What it shows is said in the output."""
_IN_PLACE = re.compile(r"(?<![\w.])([^\W\d_][\w{}^]{0,20}+)(?<!\^)\s*([-+*/])=\s?(?!=)")
"""`w -= 0.1 * dw`."""
_ASSIGNED = re.compile(r"^(?P<name>[A-Za-z∂][\w.'/]*(?:\[[\d,:\s]*\])*)\s*(?:=(?!=)|:=|<-)")
_VALUE = re.compile(r"^\s*(?:[-+−]?\.?\d|[\[({]|\w*(?:array|tensor)\()")
_SHOWN_TOO = re.compile(r"^\((?=\s*[A-Za-z][\w.]*\s*(?:<-|=))(?P<code>.*)\)$")
"""In R an assignment in brackets shows what it sets."""
_SEVERAL = re.compile(r"\s*[A-Za-z][\w.]*(?:\s*,\s*[A-Za-z][\w.]*)+\s*")
_PART = re.compile(r"^\$(?P<quote>[`\"']?)(?P<name>[A-Za-z][\w./]*)(?P=quote)\s*$")
"""A part of a list, as R names it above its value."""
_DESCRIBED = re.compile(
    r"^\s*(?:\$\s*(?P<name>[A-Za-z][\w.]*)\s*:\s*)?(?:num|int)\s+(?:\[(?P<sizes>1:\d{1,4}(?:,\s*1:\d{1,4})?)(?:\(1d\))?\]\s+)?"
    r"(?P<numbers>[-+.\deE]+(?:\s+[-+.\deE]+)*)\s*$"
)
"""What R's `str` says of a value, or of a part of a list: `$ z1: num [1:3] 0.6 -0.3 2`."""
_LIST_OF = re.compile(r"^\s*List of \d+\s*$")
_COMMENT = re.compile(r"\s#\s.*$")
_R_INDEX = re.compile(r"^\s*\[\d+\]\s(?=\s*[-+\d.])")
_SCALE = re.compile(r"^\s*1\.0e([-+]?\d+)\s*\*\s*$")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_SIGN = re.compile(r"[\[\](){},;]")
MAX_LINES = 200
_ANY = re.compile(
    r"^[ \t]*(?:sage:|maple>|\(%i\d|In\s?\[|Out\s?\[|>{1,3}\s?\(?\w|julia>|octave:|\[1\]|1\.0e[-+]?\d+\s*\*\s*$"
    r"|(?:\$\s*[\w.]+\s*:\s*)?(?:num|int)\s)",
    re.MULTILINE,
)


def sessions_read(text: str) -> str:
    """A text with outputs as statements about what was shown; the lines stay as many as they are."""
    text = headed_read(text)
    if any(sign in text for sign in ("+=", "-=", "*=", "/=")):
        text = _IN_PLACE.sub(r"\1 <- \1 \2 ", text)
    if _ANY.search(text) is None:
        return text
    lines, shown, assigned, echoed = text.split("\n"), "", "", ""
    for i, line in enumerate(lines):
        if prompt := _PROMPT.match(line):
            lines[i], shown, assigned = _code(prompt["code"])
            echoed = assigned
        elif output := _OUTPUT.match(line):
            name = shown or assigned
            lines[i], shown = (f"{name} = {output['value']}" if name else output["value"]), ""
            if _SEVERAL.fullmatch(name):
                _told_apart(lines, i, name.split(","), output["value"])
        elif part := _PART.match(line):
            lines[i], shown = "", part["name"]
        elif (described := _DESCRIBED.match(line)) or _LIST_OF.match(line):
            lines[i] = _described(described, shown or echoed) if described else ""
            shown, echoed = ("", "") if described else (shown, echoed)
        elif line.strip():
            plain = _R_INDEX.sub("", line)
            name = shown or (echoed if _VALUE.match(plain) and not _names_itself(lines, i) else "")
            lines[i] = f"{name} = {plain}" if name and "=" not in line else plain
            shown = echoed = ""
    return "\n".join(_scaled(lines))


def _described(said: re.Match[str], shown: str) -> str:
    """The value in brackets, a matrix row by row; where not all of its numbers stand there, the line as it is."""
    name, numbers = said["name"] or shown, said["numbers"].split()
    sizes = [int(size.strip()[2:]) for size in said["sizes"].split(",")] if said["sizes"] else []
    if not name or len(numbers) != prod(sizes):
        return said.group()
    rows = [numbers[i :: sizes[0]] for i in range(sizes[0])] if len(sizes) > 1 else [[number] for number in numbers]
    return f"{name} = [{'; '.join(map(', '.join, rows))}]" if sizes else f"{name} = {numbers[0]}"


def _told_apart(lines: list[str], at: int, names: list[str], first: str) -> None:
    """The output of several names, `z, A`, as a statement for each: the parts of its outer brackets."""
    whole, end, parts = "", at, list[str]()
    while end < min(len(lines), at + MAX_LINES) and (end == at or not _ends_output(lines[end])):
        whole += ("\n" if end > at else "") + (first if end == at else lines[end])
        end += 1
        if parts := _parts(whole):
            break
    if len(parts) == len(names):
        told = (f"{name.strip()} = {' '.join(part.split())}" for name, part in zip(names, parts, strict=True))
        lines[at:end] = [NEXT.join(told), *[""] * (end - at - 1)]


def _ends_output(line: str) -> bool:
    """Whether another prompt or output begins in a line."""
    return _PROMPT.match(line) is not None or _OUTPUT.match(line) is not None


def _parts(text: str) -> list[str]:
    """What stands between the commas of a whole text in round brackets; nothing where they are not closed."""
    inside = text.strip()
    closed = all(inside.count(opening) == inside.count(closing) for opening, closing in ("()", "[]"))
    return _cut(inside[1:-1], ",") if closed and inside[:1] + inside[-1:] == "()" else []


def _cut(text: str, sign: str) -> list[str]:
    """The pieces of a text between the signs outside of brackets."""
    depth, pieces, start = 0, list[str](), 0
    for match in _SIGN.finditer(text):
        depth += (match.group() in "([{") - (match.group() in ")]}")
        if depth == 0 and match.group() == sign:
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


def _names_itself(lines: list[str], at: int) -> bool:
    """Whether an output says in one of its lines what it is: rows above and below `z := [ 0.6 ]`."""
    for line in lines[at : at + MAX_LINES]:
        if _PROMPT.match(line) or not line.strip():
            return False
        if _ASSIGNED.match(line.strip()):
            return True
    return False


def is_prompt(line: str) -> bool:
    """Whether a line is a prompt with code behind it."""
    return _PROMPT.match(line) is not None


def _code(code: str) -> tuple[str, str, str]:
    """The statements in a line of code, what it shows, and what it sets last."""
    code = _SHOWN_TOO.sub(r"\g<code>", _COMMENT.sub("", code).strip().rstrip(";").strip())
    *before, last = (piece.strip() for piece in _cut(code, ";"))
    if assigned := _ASSIGNED.match(last):
        return "; ".join((*before, last)), "", assigned["name"]
    shown = _SHOWN.match(last)
    name = shown["inner"].strip() if shown else "" if _SAYS.match(last) else last
    return "; ".join(before), name, ""


def _scaled(lines: list[str]) -> list[str]:
    """With the power of ten, which MATLAB writes above an array, behind each number of it."""
    power, begun = "", False
    for i, line in enumerate(lines):
        if scale := _SCALE.match(line):
            power, begun, lines[i] = scale[1], False, ""
        elif power and line.strip() and not re.search(r"[^\d\s.+-]", line):
            lines[i], begun = _NUMBER.sub(lambda match: f"{match.group()}e{power}", line), True  # noqa: B023
        elif power and (begun or line.strip()):
            power = ""
    return lines

"""Sessions of programs in a work: the output below a name, or behind `Out[3]:`, is a statement about that name."""

from __future__ import annotations

import re

from derive.answers.pages.printed_matrices import headed_read

_PROMPT = re.compile(
    r"^[ \t]*(?:In\s?\[\s?\d*\s?\]\s?:=?|>{2,3}|\.\.\.(?=\s)|julia>|octave:\d+>|sage:|maple>"
    r"|\(%i\d+\)|>(?=\s*[A-Za-z][\w./]*\s*(?:$|<-|\(.*\)\s*$)))"
    r"[ \t]?(?P<code>.*)$"
)
_OUTPUT = re.compile(r"^[ \t]*(?:Out\s?\[\s?\d*\s?\]\s?[:=]?(?://\w+=)?|\(%o\d+\))[ \t]*(?P<value>.*)$")
_SHOWN = re.compile(
    r"^(?:(?:print|display|disp|show|drop|signif|(?:np\.)?round|as\.\w+|evalf|N)\(\s*)+(?P<inner>[^()\"',]+)(?:,[^()\"']*)?(?:\)(?:,[^()\"']*)?)+$"
)
_SAYS = re.compile(r"^(?:print|display|disp|show|cat|printf?)\s*\(")
"""What it shows is said in the output."""
_IN_PLACE = re.compile(r"(?<![\w.])([^\W\d_][\w{}^]{0,20})\s*([-+*/])=\s?(?!=)")
"""`w -= 0.1 * dw`."""
_ASSIGNED = re.compile(r"^(?P<name>[A-Za-z∂][\w.'/]*(?:\[[\d,:\s]*\])*)\s*(?:=(?!=)|:=|<-)")
_VALUE = re.compile(r"^\s*(?:[-+−]?\.?\d|[\[({]|\w*(?:array|tensor)\()")
_COMMENT = re.compile(r"\s#\s.*$")
_R_INDEX = re.compile(r"^\s*\[\d+\]\s(?=\s*[-+\d.])")
_SCALE = re.compile(r"^\s*1\.0e([-+]?\d+)\s*\*\s*$")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_ANY = re.compile(
    r"^[ \t]*(?:sage:|maple>|\(%i\d|In\s?\[|Out\s?\[|>{1,3}\s?\w|julia>|octave:|\[1\]|1\.0e[-+]?\d+\s*\*\s*$)",
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
        elif line.strip():
            plain = _R_INDEX.sub("", line)
            name = shown or (echoed if _VALUE.match(plain) else "")
            lines[i] = f"{name} = {plain}" if name and "=" not in line else plain
            shown = echoed = ""
    return "\n".join(_scaled(lines))


def is_prompt(line: str) -> bool:
    """Whether a line is a prompt with code behind it."""
    return _PROMPT.match(line) is not None


def _code(code: str) -> tuple[str, str, str]:
    """The statements in a line of code, what it shows, and what it sets last."""
    code = _COMMENT.sub("", code).strip().rstrip(";").strip()
    *before, last = (piece.strip() for piece in code.split(";"))
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

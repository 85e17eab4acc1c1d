"""Styles in which students write: each table is a dimension of its own, a value of each makes a way of writing.

`worlds` says where a value is at home: in typed `text`, in `tex`, or in the output of programs, `code`. What is `high`
takes several lines, and what is `low` must not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from derive.language.names import GREEK

Rows: TypeAlias = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Style:
    """One value of a dimension.

    made    what makes text of what is written: a template, or a function
    worlds  where it is at home
    high    whether it takes several lines
    low     whether it needs all else in one line
    point   whether it needs a decimal point
    alone   whether nothing stands beside it in its lines
    """

    made: Any
    worlds: str = "text tex code"
    high: bool = False
    low: bool = False
    point: bool = False
    alone: bool = False


# --- numbers ---------------------------------------------------------------------------------------------------------

LENGTHS = {f"{n} digits": Style(n) for n in range(3, 9)}
DECIMALS = {"point": Style("."), "comma": Style(",", "text tex")}
POWERS = {
    "e-7": Style("{m}e{p}", "text code"),
    "E-07": Style("{m}E{p:+03d}", "text code"),
    "·10^-7": Style("{m}·10^{p}", "text"),
    "* 10^-7": Style("{m} * 10^{p}", "text"),
    "*10**-7": Style("{m}*10**{p}", "text"),
    "x 10^-7": Style("{m} x 10^{p}", "text"),
    "×10⁻⁷": Style("{m}×10{raised}", "text"),
    "·10^(-7)": Style("{m}·10^({p})", "text"),
    r"\cdot 10^{-7}": Style(r"{m} \cdot 10^{{{p}}}", "tex"),
    r"\times10^{-7}": Style(r"{m}\times10^{{{p}}}", "tex"),
    r"{\cdot}10": Style(r"{m}{{\cdot}}10^{{{p}}}", "tex"),
}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _grouped(text: str) -> str:
    whole, mark, broken = text.partition(".")
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", "'" if mark else " ", whole) + mark + broken


LOOKS: Mapping[str, Style] = {
    "as it is": Style(str),
    "no zero before the point": Style(lambda t: re.sub(r"^(-?)0\.(?=\d)", r"\1.", t), point=True),
    "minus −": Style(lambda t: t.replace("-", "−"), "text"),
    "minus –": Style(lambda t: t.replace("-", "–"), "text"),
    "plus": Style(lambda t: t if t.startswith("-") else f"+{t}", "text tex"),
    "thousands": Style(_grouped, "text"),
    "space behind minus": Style(lambda t: re.sub("^-", "- ", t), "tex"),
}
ENDS = {"zeros kept": Style(True), "zeros dropped": Style(False)}
EXACT = {
    "rounded": Style(""),
    "fractions": Style("{a}/{b}", "text tex"),
    r"\frac": Style(r"\frac{{{a}}}{{{b}}}", "tex"),
}


def number(value: Decimal, chosen: Mapping[str, Style]) -> str:
    """A rounded number, as the styles write it."""
    value = value if chosen["ends"].made or value == 0 else value.normalize()
    power = value.adjusted() if value else 0
    far = value != 0 and not -4 <= power <= 6
    text = format(value.scaleb(-power) if far else value, "f")
    if far:
        mantissa = chosen["look"].made(text)
        return chosen["power"].made.format(m=mantissa, p=power, raised=str(power).translate(RAISED))
    return str(chosen["look"].made(text))


# --- arrays ----------------------------------------------------------------------------------------------------------


def _lists(rows: Rows, opening: str = "[", closing: str = "]", between: str = ", ") -> str:
    """A column as a list, a matrix as a list of lists."""
    if all(len(row) == 1 for row in rows):
        return f"{opening}{between.join(row[0] for row in rows)}{closing}"
    return f"{opening}{between.join(opening + between.join(row) + closing for row in rows)}{closing}"


def _rows(cell: str, row: str, around: str) -> Callable[[Rows], str]:
    return lambda rows: around.replace("…", row.join(cell.join(each) for each in rows))


def _by_row(rows: Rows) -> list[str]:
    width = max(len(cell) for row in rows for cell in row)
    return ["  ".join(cell.rjust(width) for cell in row) for row in rows]


def _numpy(rows: Rows) -> str:
    if all(len(row) == 1 for row in rows):
        return f"array([{', '.join(row[0] for row in rows)}])"
    return "array([" + ",\n       ".join(f"[{', '.join(row)}]" for row in rows) + "])"


def _printed(rows: Rows) -> str:
    if all(len(row) == 1 for row in rows):
        return f"[{' '.join(row[0] for row in rows)}]"
    return "[" + "\n ".join(f"[{' '.join(row)}]" for row in rows) + "]"


def _r(rows: Rows) -> str:
    if all(len(row) == 1 for row in rows):
        return f"c({', '.join(row[0] for row in rows)})"
    columns = [cell for column in zip(*rows, strict=True) for cell in column]
    return f"matrix(c({', '.join(columns)}), nrow = {len(rows)})"


def _maple(rows: Rows) -> str:
    if all(len(row) == 1 for row in rows):
        return f"<{', '.join(row[0] for row in rows)}>"
    return "<" + "|".join(f"<{','.join(column)}>" for column in zip(*rows, strict=True)) + ">"


def _drawn(left: str, right: str) -> Callable[[Rows], str]:
    """Brackets over several lines, the first one beside the name."""

    def made(rows: Rows) -> str:
        lines = _by_row(rows)
        if len(lines) == 1:
            return f"[{lines[0].strip()}]"
        last = len(lines) - 1
        pieces = [
            (left[0 if i == 0 else 2 if i == last else 1], right[0 if i == 0 else 2 if i == last else 1])
            for i in range(len(lines))
        ]
        return "\n".join(f"{a} {line} {b}" for line, (a, b) in zip(lines, pieces, strict=True))

    return made


def _turned(sign: str, opening: str = "(", closing: str = ")") -> Callable[[Rows], str]:
    """A column as a row with a transpose sign; a matrix as it is."""

    def made(rows: Rows) -> str:
        if all(len(row) == 1 for row in rows):
            return f"{opening}{', '.join(row[0] for row in rows)}{closing}{sign}"
        return _lists(rows)

    return made


def _tex_array(rows: Rows) -> str:
    return (
        rf"\left[\begin{{array}}{{{'c' * len(rows[0])}}} "
        + r" \\ ".join(" & ".join(r) for r in rows)
        + r" \end{array}\right]"
    )


def _julia(rows: Rows) -> str:
    if all(len(row) == 1 for row in rows):
        return f"{len(rows)}-element Vector{{Float64}}:\n" + "\n".join(f" {row[0]}" for row in rows)
    return f"{len(rows)}×{len(rows[0])} Matrix{{Float64}}:\n" + "\n".join(f" {row}" for row in _by_row(rows))


def _r_printed(rows: Rows) -> str:
    if all(len(row) == 1 for row in rows):
        return "[1] " + " ".join(row[0] for row in rows)
    head = "     " + " ".join(f"[,{i + 1}]" for i in range(len(rows[0])))
    return head + "\n" + "\n".join(f"[{i + 1},] {row}" for i, row in enumerate(_by_row(rows)))


ARRAYS: Mapping[str, Style] = {
    "[a; b]": Style(_rows(" ", "; ", "[…]")),
    "[a, b; c, d]": Style(_rows(", ", "; ", "[…]")),
    "[[a, b], [c, d]]": Style(_lists),
    "((a, b), (c, d))": Style(lambda r: _lists(r, "(", ")"), "text tex"),
    "(a; b)": Style(_rows(" ", "; ", "(…)"), "text tex"),
    "{a, b}": Style(lambda r: _lists(r, "{", "}"), "text code"),
    "[a | b]": Style(_rows("  ", " | ", "[…]"), "text"),
    "(a, b)^T": Style(_turned("^T"), "text tex"),
    "[a, b]'": Style(_turned("'", "[", "]"), "text code"),
    "(a, b)ᵀ": Style(_turned("ᵀ"), "text"),
    "[a, b] (transposed)": Style(_turned(" (transposed)", "[", "]"), "text"),
    "array()": Style(_numpy, "code", high=True, point=True),
    "printed": Style(_printed, "code", high=True, point=True),
    "tensor()": Style(lambda r: f"tensor({_lists(r)}, grad_fn=<AddBackward0>)", "code", point=True),
    "np.array": Style(lambda r: f"np.array({_lists(r)})", "code", point=True),
    "c()": Style(_r, "code", point=True),
    "R": Style(_r_printed, "code", high=True, point=True),
    "Julia": Style(_julia, "code", high=True, point=True),
    "Maple": Style(_maple, "code", point=True),
    "Matrix([[…]])": Style(lambda r: f"Matrix({_lists(r)})", "code", point=True),
    "MATLAB": Style(
        lambda r: "\n\n" + "\n".join(f"    {row}" for row in _by_row(r)) + "\n", "code", high=True, point=True
    ),
    "rows below": Style(lambda r: "\n" + "\n".join(f"  {row}" for row in _by_row(r)), "text", high=True),
    "⎡⎦": Style(_drawn("⎡⎢⎣", "⎤⎥⎦"), "text", high=True),
    "| over lines": Style(_drawn("|||", "|||"), "text", high=True),
    "[ over lines": Style(_drawn("[[[", "]]]"), "text", high=True),
    "pmatrix": Style(_rows(" & ", r" \\ ", r"\begin{pmatrix} … \end{pmatrix}"), "tex"),
    "bmatrix": Style(_rows("&", r"\\", r"\begin{bmatrix}…\end{bmatrix}"), "tex"),
    "array": Style(_tex_array, "tex"),
    "pmatrix over lines": Style(_rows(" & ", " \\\\\n", "\\begin{pmatrix}\n…\n\\end{pmatrix}"), "tex", high=True),
    r"\left(": Style(_rows(" & ", r" \\ ", r"\left(\begin{matrix} … \end{matrix}\right)"), "tex"),
    "mat()": Style(_rows(", ", "; ", "mat(…)"), "text", point=True),
    "■(a&b@c&d)": Style(_rows("&", "@", "[■(…)]"), "text"),
}

SPACED = frozenset(("[a; b]", "(a; b)", "[a | b]"))
"""Arrays with nothing but spaces between the numbers of a row."""
OF_ONE, OF_OTHERS = frozenset(("R", "Julia", "MATLAB", "Maple", "c()")), frozenset((">>>", "In [1]", "%i1"))
"""Arrays as one program prints them, and the prompts of others."""

CORNERS = {"⎡⎦": "⎡", "| over lines": "|", "[ over lines": "["}
"""Where the lines of a drawn array begin."""

# --- names -----------------------------------------------------------------------------------------------------------

_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_CYRILLIC = str.maketrans("ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху")
_ITALIC = {ord(letter): chr(0x1D434 + i) for i, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_ITALIC |= {ord(letter): chr(0x1D44E + i) for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz") if letter != "h"}
_WIDE = {code: chr(code + 0xFEE0) for code in range(0x30, 0x7B) if chr(code).isalnum()}


def _greek(base: str, tex: bool = False) -> str:
    return (f"\\{base}" if tex else GREEK[base]) if base in GREEK else base


Named: TypeAlias = Callable[[str, str], str]
NAMES: Mapping[str, Style] = {
    "W_1": Style(lambda b, s: f"{b}_{s}"),
    "W_{1}": Style(lambda b, s: f"{_greek(b, True)}_{{{s}}}", "tex"),
    "W_1 in TeX": Style(lambda b, s: f"{_greek(b, True)}_{s}" if len(s) == 1 else f"{_greek(b, True)}_{{{s}}}", "tex"),
    "W1": Style(lambda b, s: f"{b}{s}" if s.isdigit() else f"{b}_{s}", "text code"),
    "W₁": Style(lambda b, s: _greek(b) + (s.translate(_LOW) if s.isdigit() else f"_{s}"), "text"),
    "W^{(1)}": Style(lambda b, s: f"{_greek(b, True)}^{{({s})}}" if s.isdigit() else f"{b}_{{{s}}}", "tex"),
    "W^(1)": Style(lambda b, s: f"{b}^({s})" if s.isdigit() else f"{b}_{s}", "text"),
    "W^[1]": Style(lambda b, s: f"{b}^[{s}]" if s.isdigit() else f"{b}_{s}", "text"),
    "W[1]": Style(lambda b, s: f"{b}[{s}]" if s.isdigit() else f"{b}_{s}", "text code"),
    r"\mathbf": Style(lambda b, s: rf"\mathbf{{{b}}}_{{{s}}}" if len(b) == 1 else f"{_greek(b, True)}_{{{s}}}", "tex"),
    "Cyrillic": Style(lambda b, s: f"{b.translate(_CYRILLIC) if len(b) == 1 else b}_{s}", "text"),
    "italic": Style(lambda b, s: b.translate(_ITALIC) + (s.translate(_LOW) if s.isdigit() else f"_{s}"), "text"),
    "wide": Style(
        lambda b, s: f"{b.translate(_WIDE)}{s.translate(_WIDE)}" if s.isdigit() and len(b) == 1 else f"{b}_{s}", "text"
    ),
}
SLOPES: Mapping[str, Style] = {
    "dL/dW": Style("d{of}/d{by}"),
    "∂L/∂W": Style("∂{of}/∂{by}", "text"),
    "d{of} / d{by}": Style("d{of} / d{by}", "text"),
    "dW": Style("d{by}", "text code"),
    "grad_W": Style("grad_{by}", "text code"),
    "grad W": Style("grad {by}", "text"),
    "∇W": Style("∇{by}", "text"),
    "∇_W L": Style("∇_{by} {of}", "text"),
    "dL_dW": Style("d{of}_d{by}", "text code"),
    "W.grad": Style("{by}.grad", "code"),
    "gradient of W": Style("gradient of {by}", "text"),
    "W_grad": Style("{by}_grad", "code"),
    r"\frac{\partial L}{\partial W}": Style(r"\frac{{\partial {of}}}{{\partial {by}}}", "tex"),
    r"\dfrac{dL}{dW}": Style(r"\dfrac{{d{of}}}{{d{by}}}", "tex"),
    r"\nabla_{W} L": Style(r"\nabla_{{{by}}} {of}", "tex"),
    r"\partial L/\partial W": Style(r"\partial {of}/\partial {by}", "tex"),
    "(∂L)/(∂W)": Style("(∂{of})/(∂{by})", "text"),
    r"\mathrm{d}": Style(r"\frac{{\mathrm{{d}}{of}}}{{\mathrm{{d}}{by}}}", "tex"),
    "frac(diff L, diff W)": Style("(diff {of})/(diff {by})", "text"),
}
"""How the gradient by a quantity is named; other derivatives are written as fractions."""
RENEWED = {
    "new": Style("{name}_new", "text code"),
    "^new": Style("{name}^{{new}}", "text tex"),
    "(new)": Style("{name} (new)", "text"),
    "new W": Style("new {name}", "text"),
    "updated": Style("{name} (updated)", "text"),
    "neu": Style("{name}_{{neu}}", "tex"),
    "prime": Style("{name}'", "text tex"),
    "plus": Style("{name}^+", "text tex"),
    "t+1": Style("{name}^{{(t+1)}}", "tex"),
    "neues": Style("neues {name}", "text"),
    "новое": Style("новое {name}", "text"),
}

# --- statements ------------------------------------------------------------------------------------------------------

RELATIONS = {
    " = ": Style(" = "),
    "=": Style("="),
    " ≈ ": Style(" ≈ ", "text"),
    r" \approx ": Style(r" \approx ", "tex"),
    "&=": Style(" &= ", "tex"),
    " := ": Style(" := ", "text code"),
    ": ": Style(": ", "text code"),
    " -> ": Style(" -> ", "text"),
    " → ": Style(" → ", "text"),
    " is ": Style(" is ", "text"),
    " equals ": Style(" equals ", "text"),
    " <- ": Style(" <- ", "code"),
    " == ": Style(" == ", "text code"),
    " ~ ": Style(" ~ ", "text"),
    " ist ": Style(" ist ", "text"),
    " vaut ": Style(" vaut ", "text"),
    " равно ": Style(" равно ", "text"),
    " is approximately ": Style(" is approximately ", "text"),
    " comes out as ": Style(" comes out as ", "text"),
    " is likewise ": Style(" is likewise ", "text"),
    " так само ": Style(" так само ", "text"),
    " è ": Style(" è ", "text"),
    " wynosi ": Style(" wynosi ", "text"),
    " = ca. ": Style(" = ca. ", "text"),
    " =about ": Style(" = about ", "text"),
}
CHAINS = {
    "name = value": Style("{name}{is}{value}"),
    "name = formula = value": Style("{name} = {formula}{is}{value}"),
    "name = formula = numbers = value": Style("{name} = {formula} = {numbers}{is}{value}"),
    "name = numbers = value": Style("{name} = {numbers}{is}{value}", "text tex"),
    "value = name": Style("{value} = {name}", "text tex", low=True),
    "formula = name = value": Style("{formula} = {name} = {value}", "text tex"),
    "formula -> name": Style("{formula} -> {name} = {value}", "text"),
    "words: name": Style("Next: {name}{is}{value}", "text"),
    "over lines": Style("{name} = {formula}\n    = {numbers}\n   {is}{value}", "text", high=True),
    "over lines with &": Style("{name} &= {formula} \\\\\n &= {value}", "tex", high=True),
    "sign at the end": Style("{name} = {formula} =\n    {value}", "text", high=True),
    "letters = value": Style("{name} = {letters}{is}{value}", "text tex"),
    "letters = numbers = value": Style("{name} = {letters} = {numbers}{is}{value}", "text tex"),
    "quoted": Style('"{name}": {value}', "code", alone=True),
    "name, value below": Style("{name}\n{value}", "code", high=True, alone=True),
    "print": Style("print({name})\n{value}", "code", high=True, alone=True),
    ">>>": Style(">>> {name}\n{value}", "code", high=True, alone=True),
    "In [1]": Style("In [1]: {name}\nOut[1]: {value}", "code", high=True, alone=True),
    "MATLAB's =": Style("{name} =\n\n   {value}\n", "code", high=True, alone=True),
    "%i1": Style("(%i1) {name};\n(%o1) {value}", "code", high=True, alone=True),
    "bold name": Style("**{name}**: {value}", "text"),
    "table row": Style("| {name} | {value} |", "text tex", low=True, alone=True),
    "table row of three": Style("| {name} | {formula} | {value} |", "text", low=True, alone=True),
    "tabs": Style("{name}\t{value}", "text", low=True, alone=True),
    "given back": Style("{name}: ans = {value}", "text"),
    "boxed": Style(r"{name} = \boxed{{{value}}}", "tex"),
    "all boxed": Style(r"\boxed{{{name}{is}{value}}}", "tex"),
    "asked": Style("{name} = ? {name}{is}{value}", "text"),
    "rough first": Style("{name} ≈ {rough} ({value})", "text", low=True),
    "check": Style("{name}{is}{value} (check: {formula})", "text", low=True),
    "entries": Style("", "text tex code", low=True),
    "entries with numbers": Style("", "text tex", low=True),
}
TURNED = frozenset(("value = name", "formula = name = value", "formula -> name"))
"""Chains that begin with no name."""
TIMES = {
    "·": Style("·", "text"),
    "*": Style("*", "text code"),
    " x ": Style(" x ", "text"),
    "×": Style("×", "text"),
    r"\cdot": Style(r" \cdot ", "tex"),
    r"\times": Style(r" \times ", "tex"),
}
EXPONENTIALS = {
    "e^(…)": Style("e^({})", "text tex"),
    "exp(…)": Style("exp({})", "text tex code"),
    r"e^{…}": Style("e^{{{}}}", "tex"),
}

"""TeX for both pages that use it: matrices that fit, and how wide a piece of mathematics will be."""

import re
from functools import lru_cache
from math import ceil

from derive.prose.catalogue import Catalogue
from derive.writers.layout.panels import Panel, panels

LINE = 48.0  # width of a line of the page, in em
TALLEST = 28  # rows of a matrix on one page
WIDEST = 0.65  # of a character that is set, in em, with the space around it
TALL = r"\vphantom{\displaystyle\frac11}"  # makes a row higher than a fraction in it
FIELD = 4.6  # of a form field, in em, where nothing else is said
_FIELD = re.compile(r"\\answer(?:\[([\d.]+)em\])?\{[^{}]*\}")
MATRICES = re.compile(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", re.DOTALL)
_COMMANDS = re.compile(r"\\[A-Za-z]+|\\.|[{}_^&$]")


def fits(tex: str, limit: float) -> bool:
    """Whether a line of TeX is at most `limit` em wide; most lines need no measuring."""
    field = r"\answer" in tex
    return (len(tex) * WIDEST <= limit and not field) or _fits(tex if field else tex.translate(_DIGITS), limit)


_DIGITS = dict.fromkeys(map(ord, "123456789"), "0")


@lru_cache(10_000)
def _fits(tex: str, limit: float) -> bool:
    """The same of a line that is not short: other students have other digits in it."""
    return characters(tex) * WIDEST <= limit or width(tex) <= limit


def characters(tex: str) -> int:
    """How many characters a line of TeX sets; of a matrix all rows count, and a form field for what it takes."""
    fields = 0.0
    if r"\answer" in tex:
        fields, tex = _fields(tex)
    return len(_COMMANDS.sub("", tex)) + ceil(fields / WIDEST)


def _fields(tex: str) -> tuple[float, str]:
    """How wide the form fields in a line of TeX are, and the line without them."""
    widths = [float(found[1] or FIELD) + 0.4 for found in _FIELD.finditer(tex)]
    return sum(widths), _FIELD.sub("", tex)


def width(tex: str) -> float:
    """About how wide a line of TeX is, in em."""
    while "\\begin{cases}" in tex and (inner := _CASES.sub(_widest_case, tex)) != tex:
        tex = inner
    if "\\begin{bmatrix}" in tex:
        parts = MATRICES.split(tex)
        return sum(map(_width, parts[::2])) + sum(map(_matrix_width, parts[1::2]))
    return _width(tex)


_CASES = re.compile(r"\\begin\{cases\}((?:(?!\\begin\{cases\}).)*?)\\end\{cases\}", re.DOTALL)


def _widest_case(found: re.Match[str]) -> str:
    """Lines behind a brace as the widest value and the widest condition, with the brace and a gap between them."""
    rows = [row.partition("&") for row in re.split(r"\\\\|\\cr", found[1])]
    value, condition = (max((row[i] for row in rows), key=characters) for i in (0, 2))
    return rf"xx{value}xx{condition}"


_IN_BRACES = r"\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"
_FRACTION = re.compile(rf"\\frac{_IN_BRACES}{_IN_BRACES}")


@lru_cache(10_000)
def _width(tex: str) -> float:
    fields, tex = _fields(tex)
    tex = _FRACTION.sub(lambda found: max(found[1], found[2], key=characters), tex)
    small = sum(len(_COMMANDS.sub("", found)) for found in re.findall(r"[_^]\{([^{}]*)\}", tex))
    operators = len(re.findall(r"\\cdot|\\odot|\\approx|\\leftarrow| [+\-=] ", tex))
    plain = len(_COMMANDS.sub("", tex.replace(" ", "").replace("{,}", ".")))
    marks = 0.3 * tex.count("-") - 0.2 * len(re.findall(r"\.|\{,\}", tex))  # wider, and narrower, than a digit
    words = len(re.findall(r"\\(?:sigma|eta|alpha|beta|delta|theta|partial|varphi|Phi|sum)\b", tex))
    return fields + 0.5 * plain + marks - 0.15 * small + 0.6 * operators + 0.6 * words


def _matrix_width(body: str) -> float:
    rows = [row.split("&") for row in re.split(r"\\\\(?:\[[^]]*\])?|\\cr", body) if row.strip()]
    columns = max(map(len, rows), default=0)
    cells = [max((_width(row[j]) for row in rows if j < len(row)), default=0.0) for j in range(columns)]
    return sum(cells) + columns + 0.8


def is_tall(cell: str) -> bool:
    """Whether a cell would touch the one above it: a fraction, lines behind a brace."""
    return "\\frac" in cell or "\\begin{cases}" in cell


def bmatrix(rows: list[list[str]], newline: str = r"\\", tall: str = TALL) -> str:
    """Rows of TeX in brackets; where fractions or braces stand in it, each row ends with what makes it so high that
    they touch neither each other nor the brackets.
    """
    high = tall if any(is_tall(cell) for row in rows for cell in row) else ""
    return rf"\begin{{bmatrix}} {f' {newline} '.join(' & '.join(row) + high for row in rows)} \end{{bmatrix}}"


def labelled(rows: list[list[str]], label: str = "", newline: str = r"\\") -> str:
    """A matrix, with its label under it."""
    body = bmatrix(rows, newline)
    return rf"\underbrace{{{body}}}_{{{label}}} \quad " if label else body


def fitting_panels(rows: list[list[str]], label: str, limit: float, words: Catalogue) -> list[Panel]:
    """The rows in panels that fit a line of `limit` em and a page."""
    longest = max(("  ".join(row) for row in rows), key=len)
    if len(rows) <= TALLEST and characters(longest) * WIDEST < limit:
        return [Panel(rows, label)]
    widths = [max(_width(row[j]) for row in rows) + 1.0 for j in range(len(rows[0]))]
    return panels(rows, label, widths, limit - 0.8, words, TALLEST)

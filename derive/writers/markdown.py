"""The page in Markdown with TeX mathematics, as GitHub, notebooks and editors show it.

Inside mathematics no command is a backslash before a sign (`\\,`, `\\\\`): Markdown would take the backslash away.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from derive.notation.notations import TEX, TEX_LAYOUT
from derive.page.document import TableColumn
from derive.prose.catalogue import Catalogue
from derive.writers.base import TemplateWriter
from derive.writers.layout.texmath import characters, labelled

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|$"})
NEWLINE = r"\cr"
SIGNS = tuple(TEX.operators[sign] for sign in ("=", "≈", "<-"))


class MarkdownWriter(TemplateWriter):
    """A Document → Markdown."""

    notation = replace(
        TEX,
        operators={**TEX.operators, "thin": r"\thinspace "},
        layout=replace(
            TEX_LAYOUT,
            newline=(f" {NEWLINE} ",) * 2,
            cases=(*TEX_LAYOUT.cases[:3], f" {NEWLINE} ", TEX_LAYOUT.cases[4]),
        ),
    )
    room = r"\underline{\qquad\qquad\qquad\qquad}"
    new_page = "\n---\n"
    has_pictures = True

    def words(self, text: str) -> str:
        return text.translate(_SPECIAL)

    def inline(self, formula: str) -> str:
        return f"${formula}$"

    def title(self, text: str, level: int) -> str:
        return f"\n{'#' * (level + 1)} {text}\n"

    def page(self, frame: Mapping[str, Any]) -> str:
        title = [f"# {frame['title']}"] if frame["titled"] else []
        head = " · ".join(f"{label}: {text}" for label, text in frame["head"])
        student = f"\n{frame['student']}: " + r"\_" * 12 if frame["form"] and not frame["named"] else ""
        body = frame["body"] if frame["titled"] else frame["body"].strip("\n")
        marks = (f"\n<!-- {key} {text} -->" for key, text in frame["marks"])
        lines = (*title, *([f"\n{head}"] if head else []), *([student] if student else []), body, *marks)
        return "".join(f"{line}\n" for line in lines)

    def prose(self, text: str, kind: str) -> str:
        mark = "*" if kind == "task" else ""
        return f"\n{mark}{text}{mark}\n"

    def writing_room(self, kind: str, lines: int) -> str:
        """Lines to write on; a box or a grid would need more than Markdown has."""
        return "\n" + "&nbsp;\n\n---\n\n" * lines

    def side_by_side(self, formulas: Sequence[str]) -> str:
        return "\n$$\n" + " \\quad\n".join(formulas) + "\n$$\n"

    def display(self, rows: Sequence[Sequence[str]], label: str) -> str:
        body = f" {NEWLINE}\n".join(map(_broken, rows))
        return f"{label}\n$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$\n"

    def grid(self, columns: Sequence[TableColumn], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        rules = "|".join("---:" if column.is_numeric else "---" for column in columns)
        return "".join(["\n", _row(heads), f"|{rules}|\n", *map(_row, rows)])

    def matrix(self, words: Catalogue, rows: list[list[str]], label: str = "") -> str:
        return labelled(rows, label, NEWLINE)

    def final(self, formula: str) -> str:
        return rf"\boxed{{{formula}}}"

    def answer(self, step: str) -> str:
        """An empty box: the number goes into its braces."""
        return r"\boxed{\qquad}"

    def label(self, number: int | None) -> str:
        return "" if number is None else f"\n**{number})**\n"

    def literal(self, lines: Sequence[str], label: str) -> str:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", lines[0])), default=0))
        return "\n".join([label, f"{fence}text", *lines, fence, ""])

    def picture(self, alt: str, file: str) -> str:
        return f"\n![{alt}]({file})\n"


def with_pictures_inside(text: str, name: str, pictures: Mapping[str, str]) -> str:
    """A page of that name with its pictures inside the text, for a notebook."""
    for picture, svg in pictures.items():
        data = b64encode(svg.encode()).decode()
        text = text.replace(f"({name}-{picture})", f"(data:image/svg+xml;base64,{data})")
    return text


_BAR, BAR = re.compile(r"(?<!\\)\|"), r"\\vert "
MOST_IN_A_ROW = 70


def _row(cells: Sequence[str]) -> str:
    """A row of a table; a bar in its mathematics would end a cell."""
    return "|" + "".join(f" {_BAR.sub(BAR, cell)} |" for cell in cells) + "\n"


def _broken(links: Sequence[str]) -> str:
    """A chain with its relations aligned under the first one; long links stand on lines of their own."""
    first, *others = map(str.strip, links)
    for sign in SIGNS:
        head, found, rest = first.partition(f" {sign} ")
        if found:
            first = f"{head} &{sign} {rest}"
            break
    if len(first) + sum(map(len, others)) <= MOST_IN_A_ROW:
        return " ".join([first, *others])
    first_length, *lengths = map(_visible, links)
    rows, used = [first], first_length
    for text, length in zip(others, lengths, strict=True):
        if used + length > MOST_IN_A_ROW:
            rows.append(f"&{text}")
            used = length
        else:
            rows[-1] += f" {text}"
            used += length
    return f" {NEWLINE}\n".join(rows)


@lru_cache(10_000)
def _visible(tex: str) -> int:
    """About how many characters wide a link is, of a matrix its longest row; most have been seen before."""
    parts = _MATRIX.split(tex)
    return sum(characters(max(part.split(NEWLINE), key=len)) for part in parts)


_MATRIX = re.compile(r"(\\begin\{bmatrix\}.*?\\end\{bmatrix\}|\\begin\{cases\}.*?\\end\{cases\})")

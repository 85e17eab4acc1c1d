"""Text in two dimensions: boxes of lines with a baseline, joined side by side; matrices in high brackets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from derive.figures.renderers.words import padded, terminal_width


@dataclass(frozen=True, slots=True)
class TextBox:
    """Lines of equal width; `base` is the index of the line that stands on the baseline."""

    lines: tuple[str, ...]
    base: int = 0

    @staticmethod
    def of(text: str) -> TextBox:
        """One line."""
        return TextBox((text,))

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return terminal_width(self.lines[0]) if self.lines else 0


def beside(boxes: Iterable[TextBox]) -> TextBox:
    """Boxes side by side on one baseline."""
    boxes = list(boxes)
    above = max(box.base for box in boxes)
    below = max(len(box.lines) - box.base for box in boxes)
    lines = [""] * (above + below)
    for box in boxes:
        first = above - box.base
        for i in range(above + below):
            inside = 0 <= i - first < len(box.lines)
            lines[i] += box.lines[i - first] if inside else " " * box.width
    return TextBox(tuple(lines), above)


def bracketed_box(rows: list[list[str]], label: str) -> TextBox:
    """A matrix in brackets, its columns aligned to the right; a label stands under it."""
    widths = [max(terminal_width(row[j]) for row in rows) for j in range(len(rows[0]))]
    texts = ["  ".join(padded(cell, wide, right=True) for cell, wide in zip(row, widths, strict=True)) for row in rows]
    last = len(texts) - 1
    signs = [("⎡", "⎤") if i == 0 else ("⎣", "⎦") if i == last else ("⎢", "⎥") for i in range(len(texts))]
    lines = (
        [left + text + right for text, (left, right) in zip(texts, signs, strict=True)] if last else [f"[{texts[0]}]"]
    )
    if label:
        wide = max(terminal_width(lines[0]), len(label))
        lines = [f"{padded(line, wide)}  " for line in (*lines, label)]
    return TextBox(tuple(lines), last // 2)


def broken(boxes: list[TextBox], width: int, indent: int) -> list[str]:
    """Boxes in rows of at most `width` columns, further rows indented; too wide ones stand alone, cut at operators."""
    rows: list[list[TextBox]] = [[]]
    used = 0
    for box in (part for whole in boxes for part in _cut(whole, width - indent)):
        if rows[-1] and used + box.width > width:
            rows.append([TextBox.of(" " * indent)])
            used = indent
        rows[-1].append(box)
        used += box.width
    return [line.rstrip() for row in rows if row for line in beside(row).lines]


def _cut(box: TextBox, width: int) -> Iterator[TextBox]:
    """A line that is too wide in pieces, each next one starting with its sign, or behind a semicolon."""
    while len(box.lines) == 1 and box.width > width:
        text = box.lines[0]
        at = max(text.rfind(f" {sign} ", 0, width) for sign in "+−⊙")
        at = at if at > 0 else text.rfind("; ", 0, width - 1) + 1
        if at <= 0:
            break
        yield TextBox.of(text[: at + 1])
        box = TextBox.of(text[at + 1 :])
    yield box

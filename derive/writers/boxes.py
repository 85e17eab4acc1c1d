"""Text in two dimensions: boxes of lines with a baseline, joined side by side; matrices in high brackets."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: combining marks take none."""
    return sum(not unicodedata.combining(c) for c in text)


def padded(text: str, width: int, right: bool = False) -> str:
    """A text filled up to a width."""
    gap = " " * (width - columns(text))
    return gap + text if right else text + gap


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of equal width; `base` is the index of the line that stands on the baseline."""

    lines: tuple[str, ...]
    base: int = 0

    @staticmethod
    def of(text: str) -> Box:
        """One line."""
        return Box((text,))

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return columns(self.lines[0]) if self.lines else 0


def beside(boxes: Iterable[Box]) -> Box:
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
    return Box(tuple(lines), above)


def bracketed(rows: list[list[str]]) -> Box:
    """A matrix in brackets, its columns aligned to the right."""
    widths = [max(columns(row[j]) for row in rows) for j in range(len(rows[0]))]
    texts = ["  ".join(padded(cell, wide, right=True) for cell, wide in zip(row, widths, strict=True)) for row in rows]
    if len(texts) == 1:
        return Box.of(f"[{texts[0]}]")
    last = len(texts) - 1
    signs = [("⎡", "⎤") if i == 0 else ("⎣", "⎦") if i == last else ("⎢", "⎥") for i in range(len(texts))]
    return Box(tuple(left + text + right for text, (left, right) in zip(texts, signs, strict=True)), last // 2)


def broken(boxes: list[Box], width: int, indent: int) -> list[str]:
    """Boxes in rows of at most `width` columns, further rows indented; too wide ones stand alone."""
    rows: list[list[Box]] = [[]]
    used = 0
    for box in boxes:
        if rows[-1] and used + box.width > width:
            rows.append([Box.of(" " * indent)])
            used = indent
        rows[-1].append(box)
        used += box.width
    return [line.rstrip() for row in rows if row for line in beside(row).lines]

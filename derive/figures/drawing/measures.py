"""Sizes of letters and pages in points, and how labels are measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

NAME, NUMBER, SMALL = 9.0, 8.0, 7.0
LINE = 1.2
PAGE_WIDTH, PAGE_HEIGHT = 455.0, 560.0  # what is not made smaller
SMALLEST = 0.8  # smaller than that, another arrangement is tried
READABLE = 6 / NUMBER  # smaller than that, no number can be read
DROP = 0.32  # from the middle of a line of text to its baseline, in sizes


def page_scale(width: float, height: float) -> float:
    """By how much a page makes smaller what has this size."""
    return min(1.0, PAGE_WIDTH / width, PAGE_HEIGHT / height)


@dataclass(frozen=True, slots=True)
class MathScript:
    """How a target writes mathematics.

    width       of a label, in its font size
    activation  what stands in a unit that applies an operation, by the operation's key
    times       between the numbers of a shape
    words       a label of words, not of mathematics
    signs       what stands between two arrays, by the sign that a figure has there
    """

    width: Callable[[str], float]
    activation: Callable[[str], str]
    times: str
    words: Callable[[str], str]
    signs: Mapping[str, str]

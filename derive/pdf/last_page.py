"""No last page with a few lines: the pages before it are tightened until they hold them, or else give it more.

The page's LaTeX tells in its log how far its last page is filled, and has the two commands that this takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from derive.pdf.engines import EngineRun, run_tex

Made = TypeVar("Made")

LEAST = 0.3
"""The part of a last page that has to be filled."""
LONG = 7
"""From so many pages on they are tightened where that saves one of them."""
LOOSER = (1.15, 1.6, 2.5, 4)
"""How much more than what is missing the other pages give: what stands together goes over as a whole."""
A_LINE = 12.0
"""The height of a line, in points: by less nothing goes over."""
_REST = re.compile(r"^derive-rest: ([\d.]+)pt, ([\d.]+)pt, (\d+)", re.MULTILINE)
_BEGIN = "\\begin{document}\n"


@dataclass(frozen=True, slots=True)
class Rest:
    """The last of several pages: how many there are, and how much of its height, in points, is filled."""

    pages: int
    filled: float
    height: float

    @property
    def is_short(self) -> bool:
        """Whether a page was begun for a few lines."""
        return self.pages > 1 and self.filled < LEAST * self.height

    @staticmethod
    def of(log: str) -> Rest | None:
        """What a log tells; None for a text that is not a page of this program."""
        found = _REST.search(log)
        return Rest(int(found[3]), float(found[1]), float(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What is done against a short last page: `tight` pages, or such as give up so many points of their height."""

    tight: bool
    given: int = 0

    @property
    def command(self) -> str:
        """The command of the page's LaTeX."""
        return "\\tighten" if self.tight else rf"\loosen{{{self.given}pt}}"

    def helps(self, before: Rest, after: Rest | None) -> bool:
        """Whether the last page is not short with it."""
        return after is not None and not after.is_short and (after.pages < before.pages or not self.tight)


def remedies(rest: Rest) -> list[Remedy]:
    """What is tried against a short last page, in this order; what makes long pages fewer."""
    if not rest.is_short:
        return [Remedy(True)] if rest.pages >= LONG else []
    missing = max(A_LINE, (LEAST * rest.height - rest.filled) / (rest.pages - 1))
    return [Remedy(True), *(Remedy(False, round(missing * factor)) for factor in LOOSER)]


def well_filled(made: Callable[[Remedy | None], Made], rest_of: Callable[[Made], Rest | None]) -> Made:
    """What is made, with a remedy or without, so that its last page is not short where that can be had."""
    first = made(None)
    rest = rest_of(first)
    others = ((remedy, made(remedy)) for remedy in (remedies(rest) if rest else ()))
    return next((other for remedy, other in others if rest and remedy.helps(rest, rest_of(other))), first)


def well_filled_tex(tex: str, run: Callable[[str], EngineRun] = run_tex) -> EngineRun:
    """The run of a page of LaTeX. Raises ToolError as `run_tex` does."""
    return well_filled(
        lambda remedy: run(tex.replace(_BEGIN, f"{_BEGIN}{remedy.command}\n", 1) if remedy else tex),
        lambda ran: Rest.of(ran.log),
    )

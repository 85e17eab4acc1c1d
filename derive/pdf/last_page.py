"""No last page with a few lines: the pages before it are tightened until they hold them, or else give it more.

The page's LaTeX tells in its log how far its last page is filled, and has the two commands that this takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from derive.pdf.engines import EngineRun, run_tex

LEAST = 0.2
"""The part of a last page that has to be filled."""
LOOSER = (1.15, 1.6, 2.5, 4)
"""How much more than what is missing the other pages give: what stands together goes over as a whole."""
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


def well_filled(tex: str, run: Callable[[str], EngineRun] = run_tex) -> EngineRun:
    """The run of a page whose last page is not short, where that can be had. Raises ToolError as `run_tex` does."""
    first = run(tex)
    rest = Rest.of(first.log)
    if rest is None or not rest.is_short:
        return first
    tight = run(_with(tex, r"\tighten"))
    left = Rest.of(tight.log)
    if left is not None and left.pages < rest.pages and not left.is_short:
        return tight
    missing = (LEAST * rest.height - rest.filled) / (rest.pages - 1)
    for factor in LOOSER:
        loose = run(_with(tex, rf"\loosen{{{missing * factor:.0f}pt}}"))
        left = Rest.of(loose.log)
        if left is not None and not left.is_short:
            return loose
    return first


def _with(tex: str, command: str) -> str:
    return tex.replace(_BEGIN, f"{_BEGIN}{command}\n", 1)

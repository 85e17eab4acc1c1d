"""LaTeX that has the packages of a page loaded: they are the same on every page, and most of what a run costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from derive.pdf.engines import Engine, EngineRun, compile_tex, find_engine, preloaded
from derive.pdf.press import _one_form

_OWN = r"\hypersetup"
"""Where a page's own part of the preamble begins."""


def compiled(tex: str) -> EngineRun:
    """The run of a page, by the embedded engine."""
    packages, own, rest = tex.partition(_OWN)
    assert own, "no page of this program"
    return compile_tex(own + rest, _with_packages(packages))


def compiled_together(texts: Sequence[str]) -> EngineRun:
    """One run of several pages with one preamble, each begun on a page of its own."""
    begin, end = "\\begin{document}", "\\end{document}"
    (preamble,) = {text.partition(begin)[0] for text in texts}
    bodies = "\n\\clearpage\n".join(text.partition(begin)[2].rpartition(end)[0] for text in texts)
    return compiled(f"{preamble}{begin}{_one_form(bodies)}{end}\n")


@cache
def _formats() -> TemporaryDirectory[str]:
    """Where this process keeps the packages, loaded."""
    return TemporaryDirectory(prefix="derive-tests-")


@cache
def _with_packages(packages: str) -> Engine:
    return preloaded(find_engine("embedded"), packages, Path(mkdtemp(dir=_formats().name)))

"""LaTeX that has the packages of a page loaded: they are the same on every page, and most of what a run costs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from derive.pdf.engines import Engine, EngineRun, compile_tex, find_engine, preloaded

_OWN = r"\hypersetup"
"""Where a page's own part of the preamble begins."""


def compiled(tex: str) -> EngineRun:
    """The run of a page, by the embedded engine."""
    packages, own, rest = tex.partition(_OWN)
    assert own, "no page of this program"
    return compile_tex(own + rest, _with_packages(packages))


@cache
def _formats() -> TemporaryDirectory[str]:
    """Where this process keeps the packages, loaded."""
    return TemporaryDirectory(prefix="derive-tests-")


@cache
def _with_packages(packages: str) -> Engine:
    return preloaded(find_engine("embedded"), packages, Path(mkdtemp(dir=_formats().name)))

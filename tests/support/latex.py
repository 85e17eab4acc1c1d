"""LaTeX that has the packages of a page loaded: they are the same on every page, and most of what a run costs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO

from pypdf.generic import read_string_from_stream

from derive.errors import ToolError
from derive.pdf.engines import Engine, EngineRun, compile_tex, find_engine
from derive.pdf.missing_letters import lettered
from derive.pdf.press import _halved, _one_form, _Prepared, _with_packages

_OWN = r"\hypersetup"
"""Where a page's own part of the preamble begins."""
_TITLE = "derive-title:"
_TELL_TITLE = rf"\typeout{{{_TITLE}\csname @pdftitle\endcsname}}"


def compiled(tex: str) -> EngineRun:
    """The run of a page, by the embedded engine."""
    packages, own, rest = tex.partition(_OWN)
    assert own, "no page of this program"
    return compile_tex(own + rest, _loaded(packages))


def compiled_together(texts: Sequence[str]) -> EngineRun:
    """One run of several pages with one preamble, each begun on a page of its own."""
    begin, end = "\\begin{document}", "\\end{document}"
    (preamble,) = {text.partition(begin)[0] for text in texts}
    bodies = "\n\\clearpage\n".join(text.partition(begin)[2].rpartition(end)[0] for text in texts)
    return compiled(f"{preamble}{begin}{_one_form(bodies)}{end}\n")


def filled_together(texts: Sequence[str]) -> Sequence[EngineRun | ToolError]:
    """Pages set together, none with a short last one: what each has of its own in the preamble stands at its beginning.

    No letter of theirs needs to be stamped.
    """
    packages, own, rest = texts[0].partition(_OWN)
    common = rest.partition("\\begin{document}")[0].splitlines()
    bodies = []
    for text in texts:
        preamble, _, body = text.removeprefix(packages).partition("\\begin{document}\n")
        lines = [line for line in preamble.splitlines() if line.removeprefix(own) not in common]
        bodies.append("\n".join([*lines, _TELL_TITLE, body.rpartition("\\end{document}")[0]]))
        assert lettered(text) == text
    return _halved(_Prepared(_loaded(packages), "\n".join([own + common[0], *common[1:], ""])), bodies)


def title_of(log: str) -> str:
    """The title that a PDF has, as the log of `filled_together` tells it."""
    (found,) = re.findall(rf"^{_TITLE}(.*)$", log, re.MULTILINE)
    return str(read_string_from_stream(BytesIO(f"({found})".encode("latin-1"))))


def _loaded(packages: str) -> Engine:
    return _with_packages(find_engine("embedded"), packages)

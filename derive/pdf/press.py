"""Many LaTeX documents as PDFs at speed: those that share a preamble are set in one run, and cut apart.

Its packages are loaded once and kept as a format; a run starts each document on a page 1 of its own and says in its log
where the document ends. A document that stops LaTeX is found by halving and takes no other one with it.
"""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from derive.errors import ToolError
from derive.pdf import engines as pdf
from derive.pdf.engines import Engine, EngineRun, IncompleteEngine
from derive.pdf.last_page import Rest, remedies
from derive.pdf.missing_letters import MARK, lettered, marks_of
from derive.pdf.splitting import PageRange, split
from derive.pdf.typst import is_typst, make_typst_pdf

ORDER = ("pdflatex", pdf.EMBEDDED, "lualatex", "tectonic")
"""The engines in the order they are looked for: those first that can keep a preamble."""

_BEGIN, _END = "\\begin{document}", "\\end{document}"
_SECONDS = 60.0
_SECONDS_EACH = 5.0
_OPENING = f"\\hypersetup{{pageanchor=false}}\n{MARK}{_BEGIN}\n"
_CUT = "derive-cut:"
_CLOSING = f"\\clearpage\\typeout{{{_CUT}\\the\\ReadonlyShipoutCounter}}\n"
_PAGE = re.compile(rf"^{_CUT}(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An engine, and what of the preamble it still has to be told."""

    engine: Engine
    preamble: str


def make_pdfs(texts: Sequence[str]) -> list[bytes | ToolError]:
    """The PDF of each text, LaTeX's or Typst's, or what is wrong with it.

    Letters that LaTeX has no glyph for are stamped on the finished pages; form fields keep their names. Raises
    ToolError where there is no engine.
    """
    results: dict[int, bytes | ToolError] = {}
    results |= {i: _by_typst(text) for i, text in enumerate(texts) if is_typst(text)}
    waiting = [i for i in range(len(texts)) if i not in results]
    for engine in engines() if waiting else ():
        for preamble, numbers in _by_preamble(texts, waiting).items():
            bodies = [_cut(texts[i])[1] for i in numbers]
            made = _set(engine, preamble, bodies)
            results |= zip(numbers, (run.pdf if isinstance(run, EngineRun) else run for run in made), strict=True)
        waiting = [i for i in waiting if isinstance(results[i], IncompleteEngine)]
        if not waiting:
            break
    return [results[i] for i in range(len(texts))]


def _by_typst(text: str) -> bytes | ToolError:
    try:
        return make_typst_pdf(text)
    except ToolError as error:
        return error


def _cut(text: str) -> tuple[str, str]:
    """Preamble and body."""
    preamble, _, body = text.partition(_BEGIN)
    return preamble, body.rpartition(_END)[0]


def _lettered_preamble(preamble: str) -> str:
    """The preamble with its words for the page's foot lettered; the title that the file has for programs stays."""
    lines = preamble.splitlines(keepends=True)
    return "".join(line if line.startswith("\\hypersetup") else lettered(line) for line in lines)


def _by_preamble(texts: Sequence[str], numbers: Sequence[int]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i in numbers:
        found.setdefault(_cut(texts[i])[0], []).append(i)
    return found


def engines() -> list[Engine]:
    """The engines of this machine. Raises ToolError if it has none."""
    names = [name for name in ORDER if pdf.program(name)]
    return [pdf.find_engine(name) for name in names] or [pdf.find_engine()]


def _set(engine: Engine, preamble: str, bodies: Sequence[str]) -> Sequence[EngineRun | ToolError]:
    """Each body after one preamble."""
    try:
        return _halved(_prepared(engine, _lettered_preamble(preamble)), bodies)
    except ToolError as error:
        return [error] * len(bodies)


def _halved(prepared: _Prepared, bodies: Sequence[str]) -> Sequence[EngineRun | ToolError]:
    """All bodies in one run; where LaTeX stops, in two runs of half of them, and so on down to the one it stops at."""
    try:
        return _well_filled(prepared, bodies)
    except ToolError as error:
        if len(bodies) == 1:
            return [error]
        middle = len(bodies) // 2
        return [*_halved(prepared, bodies[:middle]), *_halved(prepared, bodies[middle:])]


def _well_filled(prepared: _Prepared, bodies: Sequence[str]) -> list[EngineRun]:
    """All bodies; those with a short last page again, all in one run with each remedy. Raises ToolError."""
    made = _run(prepared, bodies)
    rests = {i: rest for i, run in enumerate(made) if (rest := Rest.of(run.log))}
    tried = {i: remedies(rest) for i, rest in rests.items()}
    while waiting := [i for i, left in tried.items() if left]:
        chosen = [tried[i].pop(0) for i in waiting]
        again = [f"{remedy.command}\n{bodies[i]}" for i, remedy in zip(waiting, chosen, strict=True)]
        for i, remedy, other in zip(waiting, chosen, _run(prepared, again), strict=True):
            if remedy.helps(rests[i], Rest.of(other.log)):
                made[i], tried[i] = other, []
    return made


def _run(prepared: _Prepared, bodies: Sequence[str]) -> list[EngineRun]:
    """What one run made of each body, and the part of its log about it. Raises ToolError if it stops, or ends early."""
    parts = "".join(f"\\setcounter{{page}}{{1}}{lettered(body)}{_CLOSING}" for body in bodies)
    tex = f"{prepared.preamble}{_OPENING}{_one_form(parts)}{_END}\n"
    compiled = pdf.compile_tex(tex, prepared.engine, timeout=_SECONDS + _SECONDS_EACH * len(bodies))
    told = _PAGE.split(compiled.log)
    logs, ends = told[:-1:2], [int(page) for page in told[1::2]]
    if len(ends) != len(bodies):
        raise ToolError(f"LaTeX set {len(ends)} of {len(bodies)} documents", "the .tex file (--to tex) shows the text")
    ranges = [PageRange(start, end, marks_of(log)) for start, end, log in zip([0, *ends[:-1]], ends, logs, strict=True)]
    return list(map(EngineRun, split(compiled.pdf, ranges), logs))


def _one_form(parts: str) -> str:
    """All documents in one form, for a PDF has one; each keeps the group that its own form was."""
    begin, end = "\\begin{Form}", "\\end{Form}"
    if begin not in parts:
        return parts
    return f"{begin}{parts.replace(begin, '{').replace(end, '}')}{end}"


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Where this process keeps its formats; removed when the process ends."""
    return tempfile.TemporaryDirectory(prefix="derive-")


def _prepared(engine: Engine, preamble: str) -> _Prepared:
    """An engine that has the packages loaded, where it can keep them. Raises ToolError if it stops in them."""
    if engine.name not in pdf.DUMPING:
        return _Prepared(engine, preamble)
    packages, own, rest = preamble.partition("\\hypersetup")
    return _Prepared(_with_packages(engine, packages), own + rest)


@cache
def _with_packages(engine: Engine, packages: str) -> Engine:
    """The engine with packages loaded: the same for sheets, keys and feedback, whose titles and commands differ."""
    return pdf.preloaded(engine, packages, Path(tempfile.mkdtemp(dir=_folder().name)))

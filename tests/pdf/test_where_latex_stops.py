"""Where LaTeX stops: the line, the words, the step that stands there; and what a full disk is called."""

import errno
from pathlib import Path

import pytest

from derive.errors import ToolError
from derive.examples import path
from derive.pdf.engines import LatexFailure
from derive.pdf.text_files import write_texts
from derive.solution import Solution, solve

LOG = "LaTeX stopped at line {} of the .tex: Undefined control sequence."


def failing(line: int) -> LatexFailure:
    failure = LatexFailure(LOG.format(line), "what to do")
    failure.line = line
    return failure


def told(monkeypatch: pytest.MonkeyPatch, folder: Path, line: int, name: str = "mazur") -> str:
    """What is told of a failure in a line of a page."""

    def stops(text: str) -> bytes:
        raise failing(line)

    monkeypatch.setattr("derive.pdf.text_files.well_filled_tex", stops)
    with pytest.raises(ToolError) as error:
        solve(path(name)).write(folder, ["pdf"])
    return str(error.value)


@pytest.mark.parametrize("step", ["net_h", "out_o", "L", "dL/dW_1", "W_1@1", "out_h@2"])
def test_the_step_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str) -> None:
    solution = solve(path("mazur"))
    ids = [solution.blueprint.derivation.id_in(*each) for each in solution.blueprint.document.numbered]
    lines = solution.text("tex").split("\n")
    begun = [i for i, line in enumerate(lines, 1) if line.startswith((r"\begin{derivation}", r"\begin{longderiv"))]
    assert len(begun) == len(ids)
    message = told(monkeypatch, tmp_path, begun[ids.index(step)] + 2)
    assert f"in the step {step}" in message
    assert "written: " in message


def test_between_the_steps_none_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = solve(path("notes")).text("tex").split("\n")
    after = next(i for i, line in enumerate(lines, 1) if line.startswith(r"\end{derivation}"))
    for line in (0, 3, after):
        assert "in the step" not in told(monkeypatch, tmp_path, line, "notes")


@pytest.mark.slow
def test_latex_itself_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = solve(path("notes")).text("tex")
    first = text.index(r"\begin{derivation}{3)}")
    broken = text[:first] + text[first:].replace(r"\end{chain}", "\\brokenword\n\\end{chain}", 1)
    monkeypatch.setattr(Solution, "text", lambda self, name="md": broken)
    with pytest.raises(ToolError) as error:
        solve(path("notes")).write(tmp_path, ["pdf"])
    message = str(error.value)
    assert "Undefined control sequence" in message
    assert f"line {broken[: broken.index('brokenword')].count(chr(10)) + 1} " in message
    assert "in the step " in message
    assert (tmp_path / "notes.tex").read_text("utf-8") == broken


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(self: Path, *args: object, **kwargs: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    texts = {"a.pdf": lambda: "\\documentclass{article}"}
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ToolError, match=r"No space left on device.*\n.*make room"):
        write_texts(tmp_path, texts)

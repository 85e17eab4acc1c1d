"""What the command line returns and leaves behind: nothing half done, and a message that says what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from derive.answers.checking import check
from derive.commands.cli import main
from derive.errors import ToolError
from derive.operations import ROWS
from derive.pdf import engines as pdf
from derive.pdf import text_files
from derive.solution import solve

PROBLEM = """\
[data]
x = [1, 2]
Y = 1
[parameters]
w = [0.5, -1]
[model]
equations = '''
z = w^T x
A = sigmoid(z)
L = (A - Y)^2
'''
loss = "L"
"""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A problem file."""
    path = tmp_path / "unit.toml"
    path.write_text(PROBLEM, encoding="utf-8")
    return path


def test_done(problem: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", str(problem), "--to", "md,txt,json", "-o", str(tmp_path / "out")]) == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"unit.md", "unit.txt", "unit.json"} <= written
    assert str(tmp_path / "out" / "unit.md") in capsys.readouterr().out


def test_standard_output_holds_the_page_and_nothing_else(problem: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", str(problem), "--to", "json", "-o", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["verification"]["entries"] == 2


def test_bad_input_names_file_line_and_character(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(PROBLEM.replace("sigmoid(z)", "sigmod(z)"), encoding="utf-8")
    assert main(["solve", str(path), "-o", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err
    assert "bad.toml, line 9" in message
    assert "    A = sigmod(z)\n        ^^^^^^\n" in message
    assert "did you mean `sigmoid`?" in message
    assert not (tmp_path / "out").exists()


def test_a_wrong_rule_is_caught_and_nothing_is_written(
    problem: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROWS, "sigmoid", replace(ROWS["sigmoid"], derivative=("y ⊙ (1 + y)",)))
    assert main(["solve", str(problem), "--to", "md", "-o", str(tmp_path / "out")]) == 3
    assert "dL/dw" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_latex_all_other_formats_are_written(
    problem: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "program", lambda name: None)
    assert main(["solve", str(problem), "-o", str(tmp_path / "out")]) == 4
    assert {"unit.tex", "unit.md"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert "install" in capsys.readouterr().err


def test_a_failing_latex_run_keeps_the_tex(problem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(tex: str) -> bytes:
        raise ToolError("LaTeX stopped at line 7 of the .tex: Undefined control sequence")

    monkeypatch.setattr(text_files, "well_filled_tex", failing)
    assert main(["solve", str(problem), "--to", "pdf", "-o", str(tmp_path / "out")]) == 4
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["unit.tex"]


def test_a_folder_that_cannot_be_written(problem: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["solve", str(problem), "--to", "md", "-o", str(tmp_path / "file" / "out")]) == 2
    assert "choose another folder" in capsys.readouterr().err


def test_hints_tell_no_expected_number(problem: Path, tmp_path: Path) -> None:
    work = tmp_path / "work.json"
    work.write_text('{"z": "-2.5", "A": "0.07586"}', encoding="utf-8")
    report = check(solve(problem), work, hints=True)
    assert report["z"].verdict == "wrong"
    assert report["A"].verdict == "follows"
    assert "-1.5" not in report.json()


COMMANDS = {"derive.commands.options", "dataclasses"}
"""What every command takes, and the help of none needs."""


@pytest.mark.parametrize(
    ("arguments", "more"), [(["--help"], COMMANDS), (["solve", "--help"], set()), (["--version"], COMMANDS)]
)
def test_help_imports_nothing_heavy(arguments: list[str], more: set[str]) -> None:
    program = (
        "import argparse, sys\nargparse.ArgumentParser().format_help()\n"
        "own = set(sys.modules)\n"  # of Python 3.14's argparse too dataclasses
        "from derive.commands.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print({ {'sympy', 'flint', 'jinja2', *more}!r} & (set(sys.modules) - own))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"

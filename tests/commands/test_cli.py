"""The commands: their options, what they print and write, and the JSON of a solution as the interface has it.

What each exit status stands for is in test_exit_status.py.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.places import PACKAGE
from support.solutions import written

import derive
import derive.examples
from derive.answers.mistakes.table import keys
from derive.commands.cli import COMMANDS, main
from derive.commands.options import standard_output
from derive.errors import DeriveError
from derive.language.step_ids import StepId
from derive.operations import MACROS, ROWS

PROBLEM = """\
title = "One neuron"

[data]
x = [2, -1]
y = 1

[parameters]
w = [0.5, 0.25]
b = 0.1

[model]
equations = '''
z = w^T x + b
a = sigmoid(z)
L = (a - y)^2
'''
loss = "L"
"""


class Ran(NamedTuple):
    """What a command left: its exit status, both outputs, and the files of the folder it ran in."""

    status: int
    out: str
    err: str
    files: list[str]


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in a folder that holds `neuron.toml`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neuron.toml").write_text(PROBLEM, "utf-8")

    def ran(*arguments: str) -> Ran:
        try:
            status = main(arguments)
        except SystemExit as stopped:  # argparse
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
        files.remove("neuron.toml")
        return Ran(status, out, err, files)

    return ran


# --- what is written ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_solve_writes_pdf_tex_and_markdown_with_its_pictures(run: Run) -> None:
    found = run("solve", "neuron.toml")
    assert found.status == 0 and found.err == ""
    pictures = [f"output/neuron-{kind}.svg" for kind in ("graph", "network") if f"neuron-{kind}.svg" in found.out]
    assert pictures
    assert found.files == sorted(["output/neuron.md", "output/neuron.pdf", "output/neuron.tex", *pictures])
    assert sorted(found.out.split()) == found.files
    assert Path("output/neuron.pdf").read_bytes().startswith(b"%PDF")


def test_example_is_the_notes_or_the_one_named(run: Run) -> None:
    assert "output/notes.md" in run("example", "--to", "md").files
    assert "output/mazur.txt" in run("example", "mazur", "--to", "txt").files


def test_example_lists_every_built_in_problem(run: Run) -> None:
    assert set(derive.examples.names()) <= set(run("example", "--list").out.split())


@pytest.mark.parametrize("form", ["tex", "md", "txt", "json", "toml"])
def test_standard_output_gets_one_format_and_nothing_else(run: Run, form: str) -> None:
    found = run("solve", "neuron.toml", "--to", form, "-o", "-")
    assert (found.status, found.err, found.files) == (0, "", [])
    assert found.out == derive.solve("neuron.toml").text(form)


def test_formats_and_folder(run: Run) -> None:
    found = run("solve", "neuron.toml", "--to", "json, toml", "-o", "some/where")
    assert found.files == ["some/where/neuron.json", "some/where/neuron.toml"]
    assert found.out == "some/where/neuron.json\nsome/where/neuron.toml\n"


def test_files_are_written_anew(run: Run) -> None:
    Path("output").mkdir()
    Path("output/neuron.txt").write_text("old", "utf-8")
    run("solve", "neuron.toml", "--to", "txt")
    assert Path("output/neuron.txt").read_text("utf-8").startswith("One neuron")


# --- options override the problem file ----------------------------------------------------------------------------

OPTIONS = [
    # options, a step, how it is printed
    ([], "L", "0.08966"),
    (["--significant", "2"], "L", "0.090"),
    (["--decimals", "2"], "L", "0.09"),
    (["--decimal", ","], "L", "0,08966"),
    (["--significant", "2", "--carry", "rounded"], "L", "0.09"),
    (["--decimals", "1", "--carry", "rounded"], "dL/dz", "-0.1"),
]


@pytest.mark.parametrize(("options", "step", "printed"), OPTIONS)
def test_options_of_numbers(run: Run, options: list[str], step: str, printed: str) -> None:
    data = json.loads(run("solve", "neuron.toml", "--to", "json", "-o", "-", *options).out)
    (found,) = (item for item in data["steps"] if item["id"] == step)
    assert found["printed"] == printed


def test_option_of_detail(run: Run) -> None:
    full, short = (run("example", "--to", "txt", "-o", "-", "--detail", detail).out for detail in ("full", "short"))
    assert "z₁,₁ = 0,1·20" in full and "z₁,₁ = 0,1·20" not in short


# --- bad usage and bad input --------------------------------------------------------------------------------------

USAGE = [
    ([], "COMMAND"),
    (["solv"], "invalid choice"),
    (["solve"], "PROBLEM"),
    (["solve", "neuron.toml", "--significant", "0"], "from 1 to 50"),
    (["solve", "neuron.toml", "--significant", "x"], "--significant"),
    (["solve", "neuron.toml", "--significant", "3", "--decimals", "3"], "not allowed with"),
    (["solve", "neuron.toml", "--carry", "round"], "invalid choice"),
    (["solve", "neuron.toml", "--decimal", ";"], "invalid choice"),
    (["solve", "neuron.toml", "--to", "docx"], "there is no format `docx`"),
    (["solve", "neuron.toml", "--to", "jsn"], "did you mean `json`?"),
    (["solve", "neuron.toml", "--to", ","], "`--to` names no format"),
    (["solve", "neuron.toml", "-o", "-"], "`-o -` writes one text format"),
    (["solve", "neuron.toml", "-o", "-", "--to", "pdf"], "`-o -` writes one text format"),
    (["solve", "neuron.toml", "-o", "-", "--to", "md,txt"], "`-o -` writes one text format"),
    (["solve", "neuron.toml", "-o", "-", "--to", "docx"], "there is no format `docx`"),
    (
        ["solve", "neuron.toml", "--to", "md", "--language", "xx"],
        "there is no catalogue for the language `xx`\n  there is: de",
    ),
    (["solve", "missing.toml"], "missing.toml: cannot be read"),
    (["example", "note"], "did you mean `notes`?"),
    (["solve", "mazur"], "`derive example mazur --to toml` writes its file"),
    (["check", "neuron.toml", "missing.json"], "missing.json: cannot be read"),
    (["check", "neuron.toml", "missing.txt"], "missing.txt: cannot be read"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE)
def test_bad_usage(run: Run, arguments: list[str], message: str) -> None:
    found = run(*arguments)
    assert (found.status, found.out, found.files) == (2, "", [])
    assert message in found.err and "Traceback" not in found.err


def test_all_faults_of_a_file_are_told_with_their_lines_and_marks(run: Run) -> None:
    Path("bad.toml").write_text(PROBLEM.replace("sigmoid(z)", "sigmod(z)").replace("y = 1", "y = []"), "utf-8")
    found = run("solve", "bad.toml")
    assert (found.status, found.out, found.files) == (2, "", ["bad.toml"])
    assert found.err == (
        "bad.toml, line 5: `y`: an empty list\n"
        "    y = []\n"
        "    ^\n"
        "  expected numbers, or rows of numbers\n"
        "bad.toml, line 14: `sigmod` is not an operation\n"
        "    a = sigmod(z)\n"
        "        ^^^^^^\n"
        "  did you mean `sigmoid`?\n"
    )


def test_warnings_go_to_standard_error(run: Run) -> None:
    Path("neuron.toml").write_text(PROBLEM.replace("y = 1", "y = 1\nq = 2"), "utf-8")
    found = run("solve", "neuron.toml", "--to", "txt", "-o", "-")
    assert found.status == 0 and found.err.startswith("warning: neuron.toml, line 6: `q` is not used")
    assert found.out.startswith("One neuron")


# --- files whole or not at all ------------------------------------------------------------------------------------


def test_a_folder_in_the_place_of_a_file(run: Run) -> None:
    Path("output/neuron.txt").mkdir(parents=True)
    found = run("solve", "neuron.toml", "--to", "json,txt")
    assert (found.status, found.files) == (2, [])
    assert "output/neuron.txt" in found.err


def test_a_full_disk_leaves_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two files cannot be written."""
    real, calls = os.fdopen, []

    def full(handle: int, *rest: Any, **more: Any) -> Any:
        calls.append(handle)
        if len(calls) == 2:
            os.close(handle)
            raise OSError(28, "No space left on device")
        return real(handle, *rest, **more)

    monkeypatch.setattr("derive.files.os.fdopen", full)
    found = run("solve", "neuron.toml", "--to", "json,txt")
    assert (found.status, found.files) == (2, []) and "No space left" in found.err


def test_an_old_file_survives_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("solve", "neuron.toml", "--to", "txt")
    before = Path("output/neuron.txt").read_bytes()
    monkeypatch.setitem(ROWS, "sigmoid", replace(ROWS["sigmoid"], derivative=("y",)))
    assert run("solve", "neuron.toml", "--to", "txt").status == 3
    assert Path("output/neuron.txt").read_bytes() == before


# --- tables -------------------------------------------------------------------------------------------------------


def test_operations_lists_every_operation(run: Run) -> None:
    listed = run("operations").out
    for row in (*ROWS.values(), *MACROS.values()):
        assert all(spelling in listed for spelling in row.spellings), row.key
        assert row.example in listed


def test_rules_shows_their_equations(run: Run) -> None:
    assert "gradient descent" in run("rules").out and "θ <- θ - eta dL/dθ" in run("rules").out


def test_mistakes_lists_every_key(run: Run) -> None:
    listed = run("mistakes").out
    assert all(key in listed for key in keys())


# --- check --------------------------------------------------------------------------------------------------------


def test_check_prints_a_report(run: Run) -> None:
    Path("work.txt").write_text("z = 0.85\na = 0.7006\nL = 0.0897\n", "utf-8")
    found = run("check", "neuron.toml", "work.txt")
    assert found.status == 0 and found.files == ["work.txt"] and "L" in found.out


def test_check_takes_the_options_of_solve(run: Run) -> None:
    Path("work.txt").write_text("z = 0.84\n", "utf-8")
    assert "it should be   z = 0,85" in run("check", "neuron.toml", "work.txt", "--decimal", ",").out
    found = run("check", "neuron.toml", "work.txt", "--significant", "2", "--carry", "rounded", "--language", "en")
    assert found.status == 0 and "it should be   z = 0.85" in found.out
    assert run("check", "neuron.toml", "work.txt", "--decimals", "2", "--significant", "2").status == 2


def test_check_writes_json_and_nothing_else(run: Run) -> None:
    Path("work.json").write_text('{"z": "0.85", "a": "0.9"}', "utf-8")
    report = json.loads(run("check", "neuron.toml", "work.json", "--to", "json", "-o", "-").out)
    assert {"marks", "of", "items"} <= set(report)
    verdicts = {item["id"]: item["verdict"] for item in report["items"]}
    assert (verdicts["z"], verdicts["a"], verdicts["L"]) == ("correct", "wrong", "missing")


# --- the JSON of a solution ---------------------------------------------------------------------------------------

STEP = ["id", "phase", "rule", "helper", "shape", "uses", "equation", "value", "printed", "latex"]


def nesting(value: Any) -> list[int]:
    """The shape of nested lists of texts."""
    if isinstance(value, str):
        return []
    (inner,) = {tuple(nesting(item)) for item in value}
    return [len(value), *inner]


def leaves(value: Any) -> list[str]:
    return [text for item in value for text in leaves(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", derive.examples.names())
def test_json_of_a_solution(name: str) -> None:
    data = json.loads(written(name, "json"))
    assert list(data) == ["title", "derive", "numbers", "steps", "verification"]
    assert data["derive"] == derive.__version__
    assert set(data["numbers"]) in ({"significant", "carry", "decimal"}, {"decimals", "carry", "decimal"})
    ids = [step["id"] for step in data["steps"]]
    assert len(ids) == len(set(ids))
    for step in data["steps"]:
        assert list(step) == STEP
        assert step["phase"] in {"given", "forward", "loss", "backward", "update"}
        assert isinstance(step["helper"], bool) and step["latex"]
        assert str(StepId.parse(step["equation"].split(" ")[0])).startswith(step["id"].split("@")[0])
        assert nesting(step["value"]) == nesting(step["printed"]) == step["shape"]
        assert all(re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?|-inf", text) for text in leaves(step["value"]))
    verification = data["verification"]
    assert set(verification) == {"entries", "routes", "largest_relative_difference"}
    assert set(verification["routes"]) <= {"closed form", "central differences"}
    assert Decimal(verification["largest_relative_difference"]) < Decimal("1e-20")


def test_json_values_are_exact_where_they_end(run: Run) -> None:
    data = json.loads(run("solve", "neuron.toml", "--to", "json", "-o", "-").out)
    steps = {step["id"]: step for step in data["steps"]}
    assert steps["z"]["value"] == "0.85" and steps["w"]["value"] == ["0.5", "0.25"]
    assert len(Decimal(steps["a"]["value"]).as_tuple().digits) >= 17
    assert abs(Fraction(steps["a"]["value"]) - Fraction("0.70056714247397295")) < Fraction(1, 10**17)
    assert steps["dL/dw"]["uses"] == ["x", "dL/dz"] and steps["z"]["rule"] == "affine"


# --- as a program -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_as_a_module_from_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "derive", "example", "victorzhou_neuron", "--to", "txt", "-o", "-"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert found.stdout.decode() == written("victorzhou_neuron", "txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with pipes")
def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    shell = f"'{sys.executable}' -m derive example --to json -o - | head -n 1"
    found = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, check=False)
    assert found.stdout == b"{\n" and b"Traceback" not in found.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ["example --to md -o -", "operations"])
def test_a_full_standard_output_is_said(command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        words = [sys.executable, "-m", "derive", *command.split()]
        found = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False)
    assert found.returncode == 2
    assert found.stderr.decode() == (
        "cannot write to standard output: No space left on device\n  name a folder with -o\n"
    )


def test_a_standard_output_that_is_closed_is_said(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(DeriveError, match="standard output is closed"):
        standard_output(("md",), "solution", lambda name: name)
    assert main(["example", "victorzhou_neuron", "--to", "md", "-o", str(tmp_path)]) == 0
    assert (tmp_path / "victorzhou_neuron.md").exists()


@pytest.mark.parametrize("command", ["example", "solve", "check"])
def test_help_of_a_command(run: Run, command: str) -> None:
    found = run(command, "--help")
    assert found.status == 0 and f"derive {command}" in found.out


def test_every_module_of_commands_is_offered() -> None:
    """What gives a command its options is called `add`, or `add_` and a name."""
    modules = [import_module(f"derive.commands.{path.stem}") for path in (PACKAGE / "commands").glob("[a-z]*.py")]
    found = {f"{module.__name__.split('.')[-1]}.{name}" for module in modules for name in vars(module)}
    assert {place for place in found if re.search(r"\.add(_\w+)?$", place)} == {place for place, _ in COMMANDS.values()}

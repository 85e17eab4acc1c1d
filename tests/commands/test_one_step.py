"""`--step`: a step alone, in every format that has such, named by its id or as one writes it by hand."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from support.solutions import solved

from derive import examples
from derive.commands.cli import main
from derive.errors import InputError
from derive.solution import Solution

TEXTS = ("tex", "md", "txt", "html", "typ")


@pytest.fixture(scope="module")
def solution() -> Solution:
    return solved("minibatch_xor")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["example", *arguments, "-o", "-"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["notes", "mazur", "minibatch_xor", "softmax_classifier", "gru"])
def test_every_step_stands_alone_in_every_format(name: str) -> None:
    solution = solved(name)
    for step, (_, _, found) in list(solution.index.items())[:40]:
        if found is None:
            continue
        alone = solution.alone(step)
        for text in TEXTS:
            assert alone.text(text)
        (only,) = json.loads(alone.text("json"))["steps"]
        assert only["id"] == step


def test_it_is_the_step_of_the_page_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    page = printed(capsys, "mazur", "--to", "txt").splitlines()
    alone = printed(capsys, "mazur", "--step", "dL/dW_2", "--to", "txt").splitlines()
    assert alone[0].lstrip().startswith("4) dL/dW₂ = ")
    start = page.index(alone[0])
    assert page[start : start + 4] == alone[:4]
    assert not any(line.lstrip().startswith(("3)", "5)")) for line in alone)
    assert "network" not in alone[0]


def test_what_the_page_says_once_is_said_of_the_step(capsys: pytest.CaptureFixture[str]) -> None:
    """On the page the reason stands at the first gradient of weights alone."""
    reason = "A weight multiplies one input"
    page = printed(capsys, "mazur", "--to", "txt")
    assert page.count(reason) == 1
    for step in ("dL/dW_1", "dL/dW_2"):
        assert reason in printed(capsys, "mazur", "--step", step, "--to", "txt")


@pytest.mark.parametrize(
    "written", ["dL/dW_1", "∂L/∂W_1", r"\frac{\partial L}{\partial W_1}", "dW1", "dL/dW1", "grad W_1"]
)
def test_a_step_as_it_is_written_by_hand(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "mazur", "--step", written, "--to", "json"))
    assert [step["id"] for step in found["steps"]] == ["dL/dW_1"]


def test_a_step_by_its_other_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = examples.path("mazur").read_text("utf-8") + '\n[names]\n"dL/dout_o" = ["delta_out"]\n'
    (tmp_path / "m.toml").write_text(text)
    assert main(["solve", str(tmp_path / "m.toml"), "--step", "delta_out", "--to", "json", "-o", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"][0]["id"] == "dL/dout_o"


def test_a_step_of_a_later_pass_has_its_numbers(solution: Solution) -> None:
    steps = [step for step in solution.ids if step.startswith(("dL/dW", "dL/db")) and "@2" in step and "|" not in step]
    assert steps
    for step in steps[:3]:
        printed = solution[step].printed
        while isinstance(printed, tuple):
            printed = printed[0]
        assert printed.lstrip("-") in solution.alone(step).text("txt").replace("−", "-")


def test_a_local_derivative_stands_in_its_gradient(solution: Solution) -> None:
    local = solved("notes").alone("dA_2/dz_2").text("txt")
    assert local == solved("notes").alone("dL/dz_2").text("txt")


def test_files_are_called_by_the_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "mazur", "--step", "∂L/∂W_2", "--to", "md,json", "-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mazur-dL_dW_2.json", "mazur-dL_dW_2.md"]


@pytest.mark.slow
def test_a_step_as_pdf(tmp_path: Path) -> None:
    assert main(["example", "mazur", "--step", "dL/dW_2", "--to", "pdf", "-o", str(tmp_path)]) == 0
    assert (tmp_path / "mazur-dL_dW_2.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--step", "dL/dW_9"], "no step `dL/dW_9`"),
        (["--step", "dL/dW_1["], "no step"),
        (["--step", "W_1"], "is given"),
        (["--step", "dL/dW_1[1,2]"], "all of them: dL/dW_1"),
        (["--step", "dL/dW_1", "--to", "xlsx,md"], "no format `xlsx`"),
        (["--step", "dL/dW_1", "--to", "toml"], "no format `toml`"),
    ],
)
def test_what_is_no_step_is_told(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["example", "mazur", *arguments, "-o", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_solution_of_one_step_crosses_to_another_process(solution: Solution) -> None:
    alone = solution.alone(next(step for step in solution.ids if step.startswith("dL/dW")))
    assert pickle.loads(pickle.dumps(alone)).text("md") == alone.text("md")  # noqa: S301


def test_a_misspelt_step_gets_a_suggestion(solution: Solution) -> None:
    with pytest.raises(InputError, match="did you mean"):
        solution.alone("dL/dW_11")

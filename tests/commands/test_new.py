"""`derive new`: the file that it writes solves, whatever was asked for; wrong answers are told, and asked again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import derive
from derive.commands.cli import main
from derive.problem.schema.packaged import packaged_schema
from derive.variants.assignment import Assignment


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Terminal:
    """Somebody who answers at a terminal."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), ""

    @staticmethod
    def isatty() -> bool:
        return True

    def readline(self) -> str:
        return f"{self.answers.pop(0)}\n" if self.answers else ""


def at_terminal(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Terminal:
    terminal = Terminal(*answers)
    monkeypatch.setattr(sys, "stdin", terminal)
    return terminal


NETWORKS = [
    ("2-3-1",), ("1-1",), ("4-4-4-4-2",), ("3 x 2", "--loss", "BCELoss"), ("2-2-3", "--loss", "cross_entropy"),
    ("5-3", "--loss", "cross entropy logits"), ("3-5-1", "--loss", "hinge", "--activation", "nn.Tanh()"),
    ("2-3-2", "--loss", "mae", "--learning-rate", "0"), ("6-12-6-2", "--activation", "gelu", "--learning-rate", "1/3"),
    ("2-2-2", "--loss", "huber", "--output-activation", "tanh", "--language", "ru", "--title", 'The "first" one \\ 1'),
]  # fmt: skip


@pytest.mark.parametrize("arguments", NETWORKS, ids=" ".join)
def test_what_it_writes_solves(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "first", "--network", *arguments]) == 0
    assert capsys.readouterr().out.split() == ["first.toml", "derive.schema.json"]
    problem = derive.Problem.load("first.toml")
    assert not problem.warnings
    solution = derive.solve(problem)
    assert solution.verification.entries >= sum(len(given.values) for given in problem.givens if given.parameter)
    numbers = [value for given in problem.givens if given.name.id != "t" for value in given.values]
    assert all(value * 10 == int(value * 10) for value in numbers)
    assert Assignment(problem, "exam").draw("s1").problem.givens != problem.givens


def test_its_first_line_names_the_schema_beside_it() -> None:
    main(["new", "first.toml", "--network", "2-1", "-o", "exercises"])
    first, *_ = Path("exercises/first.toml").read_text("utf-8").splitlines()
    assert first == "#:schema ./derive.schema.json"
    assert Path("exercises/derive.schema.json").read_bytes() == packaged_schema()


def test_the_same_name_makes_the_same_numbers_and_another_name_others() -> None:
    for name, place in (("one", "a"), ("one", "b"), ("two", "b")):
        main(["new", name, "--network", "3-3-1", "--title", "T", "-o", place])
    texts = [
        Path(name).read_text("utf-8").partition("[data]")[2] for name in ("a/one.toml", "b/one.toml", "b/two.toml")
    ]
    assert texts[0] == texts[1] != texts[2]


def test_options_say_all_that_is_asked() -> None:
    main(["new", "a", "--network", "2-3-1", "--activation", "tanh", "--loss", "mse", "--output-activation", "relu",
          "--language", "de", "--title", "Klausur", "--learning-rate", "0,5"])  # fmt: skip
    problem = derive.Problem.load("a.toml")
    assert (problem.title, problem.language) == ("Klausur", "de")
    assert [str(equation.expr.op) for equation in problem.equations if str(equation.name).startswith("A")] == [
        "tanh", "relu",
    ]  # fmt: skip
    assert (
        problem.update is not None
        and problem.update.learning_rate == derive.Problem.load("a.toml").update.learning_rate
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--network", "2"], "2-3-1"),
        (["--network", "2-x"], "2-3-1"),
        (["--network", "2-0-1"], "no units"),
        (["--network", "200-200-1"], "at most"),
        (["--network", "2-1", "--loss", "squared eror"], "did you mean `squared error`?"),
        (["--network", "2-1", "--activation", "sigmiod"], "did you mean `sigmoid`?"),
        (["--network", "2-1", "--language", "xx"], "one of: "),
        (["--network", "2-1", "--learning-rate", "fast"], "such as 0.1"),
        (["--network", "2-1", "--loss", "cross entropy"], "several outputs"),
        ([], "--network 2-3-1"),
        (["--network", "2-1", "-o", "taken/below"], "taken"),
    ],
)
def test_what_cannot_be_is_told(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    (folder / "taken").touch()
    assert main(["new", "first", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["taken"]


@pytest.mark.parametrize("name", ["../first", "a/b", "", ".", "..toml"])
def test_a_name_is_that_of_a_file(name: str) -> None:
    assert main(["new", name, "--network", "2-1"]) == 2


def test_a_file_that_is_there_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "first.toml").write_text("mine")
    assert main(["new", "first", "--network", "2-1"]) == 2
    assert "another name" in capsys.readouterr().err
    assert (folder / "first.toml").read_text() == "mine"


def test_at_a_terminal_it_asks_and_asks_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = at_terminal(monkeypatch, "2-", "3-2-2", "My network", "tanhh", "tanh", "cross entropy", "", "", "0")
    assert main(["new", "first"]) == 0
    assert not terminal.answers
    out = capsys.readouterr().out
    assert "[softmax]" in out and "did you mean `tanh`?" in out and "2-3-1" in out
    problem = derive.Problem.load("first.toml")
    assert problem.title == "My network" and problem.update is None
    assert [given.shape for given in problem.givens if given.parameter] == [(2, 3), (2,), (2, 2), (2,)]


def test_at_a_terminal_enter_takes_what_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    at_terminal(monkeypatch, "", "", "", "", "", "", "")
    assert main(["new", "first"]) == 0
    text = Path("first.toml").read_text("utf-8")
    assert text.partition("[data]")[2] and 'activation = "ReLU"' in text and "[update]" in text


def test_no_answer_leaves_no_file(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    at_terminal(monkeypatch, "2-3-1")
    assert main(["new", "first"]) == 2
    assert not list(folder.iterdir())

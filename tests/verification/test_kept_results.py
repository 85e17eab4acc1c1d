"""What SymPy found is kept by structure, in memory and on disk, and never asked for where it can be lost."""

import subprocess
import sys
from pathlib import Path

import pytest

import derive
from derive import Problem, examples
from derive.derivation.derive import derive as derivation_of
from derive.language.names import Symbol
from derive.verification import kept_results
from derive.verification.closed_form import ClosedForm
from derive.verification.expression_text import decoded, encoded
from derive.verification.kept_results import FOLDER_VARIABLE

TWO = "[parameters]\nw = {w}\nv = {v}\n[model]\nloss = 'L'\nequations = '''\nz = w v + {c}\nL = tanh(z)^2\n'''\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(kept_results, "_memory", {})
    return tmp_path / "cache"


def page(w: float = 0.5, v: float = 0.25, c: str = "0.5") -> str:
    return derive.solve(Problem.loads(TWO.format(w=w, v=v, c=c))).text("md")


def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is in memory, and SymPy may not be asked."""
    monkeypatch.setattr(kept_results, "_memory", {})
    monkeypatch.setattr(ClosedForm, "_worked_out", lambda self: pytest.fail("SymPy was asked"))


FORMULAS = [
    "w (v + 0.5)",
    "1/2 w^2",
    "relu(w) - leaky_relu(v, alpha = 0.1)",
    "mean(W, rows)",
    "softmax(W[:, 1])",
    "W[1, 2]^2",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_an_expression_is_its_text(text: str) -> None:
    problem = f"[data]\nw = 1\nv = 2\nW = [[1, 2], [3, 4]]\n[model]\nequations = 'q = {text}'\n"
    derivation = derivation_of(Problem.loads(problem))
    names = list(derivation.shapes)
    numbers = {name: i for i, name in enumerate(names)}
    for step in derivation.forward:
        again = decoded(encoded(step.expr, numbers), names)
        assert again == step.expr
        assert encoded(again, numbers) == encoded(step.expr, numbers)


def test_other_numbers_ask_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    page()
    monkeypatch.setattr(ClosedForm, "_worked_out", lambda self: pytest.fail("SymPy was asked"))
    assert "as one expression" in page(w=0.75, v=-3)


def test_a_page_from_disk_is_the_same(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    fresh = page()
    assert len(list(cache.iterdir())) == 1
    forgotten(monkeypatch)
    assert page() == fresh


def test_numbers_that_are_printed_differently_are_kept_apart(cache: Path) -> None:
    assert page(c="0.5") != page(c="1/2")
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"derivatives": [["a"]]}', '{"derivatives": 3}', "\udcff"])
def test_what_is_damaged_is_worked_out_again(damage: str, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    fresh = page()
    (file,) = cache.iterdir()
    file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    monkeypatch.setattr(kept_results, "_memory", {})
    assert page() == fresh


def test_a_folder_that_cannot_be_written_keeps_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file" / "below"))
    assert "as one expression" in page()
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert kept_results.folder() is None
    assert "as one expression" in page(c="3")


def test_the_folder_stays_small(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(kept_results, "MOST_ON_DISK", 3)
    for i in range(5):
        page(c=str(i))
    assert len(list(cache.iterdir())) == 3


@pytest.mark.slow
def test_a_second_run_and_a_verdict_load_no_sympy(tmp_path: Path, cache: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('L = "0.3"\n')
    problem = str(examples.path("victorzhou_mlp"))
    runs = [["solve", problem, "--to", "md", "-o", str(tmp_path)], ["check", problem, str(answers)]]
    loaded = "import sys\nfrom derive.commands.cli import main\nmain(sys.argv[1:])\nprint('sympy' in sys.modules)"

    def last_line(arguments: list[str]) -> str:
        done = subprocess.run([sys.executable, "-c", loaded, *arguments], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[-1]

    assert [last_line(runs[1]), last_line(runs[0]), last_line(runs[0])] == ["False", "True", "False"]


def test_derivatives_are_those_of_the_derivation() -> None:
    derivation = derivation_of(Problem.loads(TWO.format(w=1, v=2, c="0.5")))
    closed = ClosedForm(derivation)
    assert closed.derivative(Symbol("w"), ()) == ClosedForm(derivation).derivative(Symbol("w"), ())


def test_numbers_longer_than_python_writes_are_kept_and_no_page_writes_them_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The product has 5,401 digits; Python turns integers of up to 4,300 into decimals."""
    first = page(c="1000^1000 w 1000^800")
    assert "1000^{1000}" in first
    assert max(map(len, first.split())) < 100
    forgotten(monkeypatch)
    assert page(c="1000^1000 w 1000^800") == first

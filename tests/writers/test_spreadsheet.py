"""The spreadsheet is calculated by another program: every formula gives the page's value, also with other numbers."""

import builtins
from math import prod
from pathlib import Path
from typing import Any

import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from support.solutions import solved
from support.workbooks import Workbook

import derive
from derive.commands.cli import main
from derive.operations import ROWS
from derive.problem.problem import Problem
from derive.writers.spreadsheet.layout import address

DOUBLES_LOSE = {"notes": 1e-7}
"""Examples in which double precision loses digits: σ(18.3) is 1 − 1.1·10⁻⁸, and 1 − σ keeps eight of them."""
RECOMPUTED = ["notes", "activations", "adam_network", "batch_norm", "cnn", "dropout", "gan_step", "gru", "hessian",
              "huber", "lion_step", "masked_attention",
              "momentum", "perceptron_and", "self_attention", "victorzhou_pool",
              "yeh_resnet"]  # fmt: skip


def book(problem: str | Problem, folder: Path) -> Workbook:
    solution = solved(problem) if isinstance(problem, str) else derive.solve(problem)
    return Workbook(folder / "page.xlsx", solution.file("xlsx"))


@pytest.mark.parametrize("name", RECOMPUTED)
def test_another_program_gets_every_value_of_the_page(name: str, tmp_path: Path) -> None:
    made, within = book(name, tmp_path), DOUBLES_LOSE.get(name, 1e-9)
    cells = list(made.live("Solution"))
    assert len(cells) > 3
    for place, formula, value in cells:
        assert made.worked("Solution", place) == pytest.approx(value, rel=within, abs=1e-12), (place, formula)


def test_every_entry_of_every_step_is_a_formula(tmp_path: Path) -> None:
    solution = solved("notes")
    made = book("notes", tmp_path)
    steps = [solution[step] for step in solution.ids if solution[step].phase != "given"]
    assert len(list(made.live("Solution"))) == sum(prod(step.shape) for step in steps)


SMALL = """
[data]
x = [2, -1]
t = 1
[parameters]
w = [0.5, {first}]
[model]
equations = '''
z = w^T x
p = sigmoid(z)
L = (p - t)^2
'''
loss = "L"
"""


def test_another_given_number_changes_what_follows(tmp_path: Path) -> None:
    """A given cell is changed: the sheet shows what the program gets from a file with that number."""
    made = book(Problem.loads(SMALL.format(first="0.25")), tmp_path)
    other = derive.solve(Problem.loads(SMALL.format(first="-1.5")))
    cells = {place: value for place, _, value in made.live("Solution")}
    place = next(cell.coordinate for row in made.formulas["Solution"].iter_rows() for cell in row if cell.value == 0.25)
    for cell in cells:
        made.worked("Solution", cell)
    made.put("Solution", place, -1.5)
    got = [made.worked("Solution", cell) for cell in cells]
    steps = [other[step] for step in other.ids[3:]]
    flat = [float(x) for step in steps for x in (step.value if step.shape else (step.value,))]
    assert got == pytest.approx(flat, rel=1e-12)
    assert got != pytest.approx(list(cells.values()), rel=1e-3)


def test_blanks_know_what_follows_from_the_students_own_numbers(tmp_path: Path) -> None:
    made = book("notes", tmp_path)
    assert made.sheets == ["Solution", "Practice", "Own numbers", "What follows"]
    blanks = [place for place, *_ in made.live("Solution")]
    assert all(made.formulas["Practice"][place].value is None for place in blanks)
    z_1, *_, a_13, z_2 = blanks[:7]
    assert z_2[1:] not in z_1 and made.cached["Solution"][z_2].value == pytest.approx(18.3)
    made.worked("What follows", z_2)
    made.put("Practice", a_13, 21.3)  # the third entry of A_1, wrong by 1: z_2 follows with 0.6 more
    assert made.worked("What follows", z_2) == pytest.approx(18.9)
    assert made.worked("What follows", z_1) == pytest.approx(3.9)


def cells(part: CellRange) -> list[tuple[int, int]]:
    """Row and column of each cell of a range."""
    return [cell for row in part.rows for cell in row]


def test_colours_go_to_every_blank_and_to_no_given_number(tmp_path: Path) -> None:
    made = book("notes", tmp_path)
    (rules,) = made.formulas["Practice"].conditional_formatting
    coloured = {f"{get_column_letter(column)}{row}" for part in rules.sqref.ranges for row, column in cells(part)}
    assert coloured == {place for place, *_ in made.live("Solution")}
    assert [rule.formula[0].count("ISNUMBER") for rule in rules.rules] == [1, 1, 1]


def test_blanks_tell_no_result(tmp_path: Path) -> None:
    """Neither a number, nor a sentence that depends on one: all of z₁ is above 0."""
    made = book("notes", tmp_path)
    shown, asked = (" ".join(made.texts(sheet)) for sheet in ("Solution", "Practice"))
    assert "so ReLU changes nothing" in shown and "Saturated" in shown
    assert "ReLU changes" not in asked and "Saturated" not in asked
    assert "Each unit multiplies its inputs by its weights" in asked


def test_rows_of_a_training_are_alike(tmp_path: Path) -> None:
    """Each row is the one above it, filled down; the samples come from their lists."""
    made = book("logistic_samples", tmp_path)
    sheet = made.formulas["Training"]
    width = sum(1 for cell in sheet[4] if isinstance(cell.value, str))
    for row in (5, 6, 20):
        for cell in sheet[row][:width]:
            above = sheet[4][cell.column - 1]
            assert cell.value == Translator(above.value, above.coordinate).translate_formula(cell.coordinate)
    for cell in sheet[30][:width]:
        value = made.cached["Training"][cell.coordinate].value
        assert made.worked("Training", cell.coordinate) == pytest.approx(value, rel=1e-9), cell.coordinate


def test_a_rounded_carry_goes_on_with_the_printed_numbers(tmp_path: Path) -> None:
    solution = derive.solve(derive.examples.path("mazur"), carry="rounded", significant=4)
    made = Workbook(tmp_path / "page.xlsx", solution.file("xlsx"))
    for place, formula, value in made.live("Solution"):
        assert made.worked("Solution", place) == pytest.approx(value, rel=1e-12), formula


@pytest.mark.parametrize("key", [key for key, row in ROWS.items() if row.code.get("sheet")])
def test_every_code_of_a_row_takes_its_arguments(key: str) -> None:
    row = ROWS[key]
    args = [f"ARGUMENT{i}" for i in range(len(row.params))]
    assert all(arg in row.code["sheet"].format(*args) for arg in args)


def test_the_same_problem_gives_the_same_file() -> None:
    again = derive.solve(derive.examples.path("learning_rate"))
    assert again.file("xlsx") == solved("learning_rate").file("xlsx")


def test_words_stand_in_the_language_of_the_page(tmp_path: Path) -> None:
    made = Workbook(tmp_path / "page.xlsx", solved("notes", language="de").file("xlsx"))
    assert made.sheets[:2] == ["Lösung", "Üben"]
    assert any("multipliziert" in text for text in made.texts("Lösung"))


def test_columns_beyond_z() -> None:
    assert [address((0, column)) for column in (0, 25, 26, 701, 702)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1"]


def test_without_its_extra_the_other_formats_are_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    imported = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "xlsxwriter":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert main(["example", "linear_sum", "--to", "xlsx,txt", "-o", str(tmp_path)]) == 4
    assert "pip install 'derive-notes[xlsx]'" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["linear_sum.txt"]


def test_it_is_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example", "linear_sum", "--to", "xlsx", "-o", "-"]) == 2
    assert "writes one text format" in capsys.readouterr().err

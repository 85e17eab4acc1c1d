"""Reading what students write: numbers, arrays, formulas, left sides, answer files, and what is meant to do harm."""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import hostile
from support.effort import calls
from support.solutions import solved

from derive import Problem, examples, solve
from derive.answers.checking import read_answers
from derive.answers.files.answer_file import Literal, read_mapping
from derive.answers.marking.equality import same_function
from derive.answers.names.step_matching import StepIndex
from derive.answers.reading.answer_reader import Content, read_answer
from derive.answers.reading.numbers import ambiguity, read_number, shown_decimal
from derive.answers.reading.written import EXACT_DIGITS, Answer, Array, Unreadable
from derive.errors import InputError
from derive.language.expressions import Apply, Entry, Number, Ref

SOLUTION = solved("notes")
INDEX = StepIndex.of(SOLUTION)
COMMAS = tomllib.loads((Path(__file__).parent / "decimal_commas.toml").read_text(encoding="utf-8"))


def exact(text: str) -> fmpq:
    value = Fraction(text)
    return fmpq(value.numerator, value.denominator)


def read(given_: Any, shape: tuple[int, ...] | None = (), decimal: str = ",") -> Content:
    return read_answer(given_, shape, INDEX.lexicon, decimal)[0]


def remarks(given_: Any, shape: tuple[int, ...] = (), decimal: str = ",", sure: bool = False) -> list[str]:
    return [remark.key for remark in read_answer(given_, shape, INDEX.lexicon, decimal, sure=sure)[1]]


def values(content: Content) -> list[fmpq | None]:
    assert isinstance(content, Array), content
    return [entry and entry.value for entry in content.entries]


def shape_and_entries(meaning: Any) -> tuple[tuple[int, ...], list[fmpq | None]]:
    if isinstance(meaning, str):
        return (), [exact(meaning)] if meaning else [None]
    inner = [shape_and_entries(item) for item in meaning]
    return (len(meaning), *inner[0][0]), [entry for _, entries in inner for entry in entries]


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_the_list_is_long_enough() -> None:
    assert len(COMMAS["numbers"]) + len(COMMAS["arrays"]) >= 60


@pytest.mark.parametrize(("written", "meaning"), COMMAS["numbers"].items())
def test_numbers_with_a_decimal_comma(written: str, meaning: str) -> None:
    assert values(read(written)) == [exact(meaning)]


@pytest.mark.parametrize(("written", "meaning"), COMMAS["arrays"].items())
def test_arrays_with_a_decimal_comma(written: str, meaning: Any) -> None:
    shape, entries = shape_and_entries(meaning)
    content = read(written, shape)
    assert values(content) == entries
    assert isinstance(content, Array) and content.shape == shape


@pytest.mark.parametrize(
    ("written", "value", "unit", "digits"),
    [
        ("-4,08·10^-7", "-4.08e-7", "1e-9", 3),
        ("0,00120", "0.0012", "0.00001", 3),
        ("1200", "1200", "1", 4),
        ("10^{-8}", "1e-8", "1e-8", 1),
        ("0,00", "0", "0.01", 1),
        ("+3", "3", "1", 1),
        (".12", "0.12", "0.01", 2),
        ("1/3", "1/3", "0", EXACT_DIGITS),
        (r"\frac{1}{3}", "1/3", "0", EXACT_DIGITS),
    ],
)
def test_how_long_a_number_is_written(written: str, value: str, unit: str, digits: int) -> None:
    number = read_number(written, ",")
    assert number and (number.value, number.unit, number.digits) == (exact(value), exact(unit), digits)
    assert number.text == written


@pytest.mark.parametrize(
    ("written", "decimal", "meaning"),
    [("3.9", ",", "3.9"), ("0,1", ".", "0.1"), ("1.234,5", ".", "1234.5"), ("1,234.5", ",", "1234.5"),
     ("1,234", ".", "1234"), ("1,234", ",", "1.234"), ("1.234", ",", "1234"), ("1.234", ".", "1.234"),
     ("0.123", ",", "0.123"), ("1.234e-6", ",", "1.234e-6"),
     ("1234,567", ".", "1234.567"), ("1,234,567", ",", "1234567")],
)  # fmt: skip
def test_either_decimal_sign_where_only_one_reading_is_possible(written: str, decimal: str, meaning: str) -> None:
    number = read_number(written, decimal)
    assert number and number.value == exact(meaning)


@pytest.mark.parametrize("written", ["1,234", "12.345", "−1,234"])
def test_a_number_with_two_readings_is_reported(written: str) -> None:
    assert remarks(written) == ["read_grouped" if "." in written else "read_decimal"]
    assert not remarks(written, sure=True)


@pytest.mark.parametrize("written", ["0,123", "1,23", "1,2345", "1234,567", "1,234·10^-7", "1.234,5", "12"])
def test_a_number_with_one_reading_is_not(written: str) -> None:
    number = read_number(written, ",")
    assert number and ambiguity(number) is None


@pytest.mark.parametrize(
    ("texts", "default", "sign"),
    [(["3,9", "18"], ".", ","), (["3.9", "1,234"], ",", "."), (["1,234", "18"], ".", "."), (["3,9", "0.5"], ",", ","),
     (["[0,1; 0,2]"], ".", ","), (["z_{1,2} = 3.5"], ",", "."), (["-4{,}08\\cdot10^{-7}"], ".", ","), ([], ",", ",")],
)  # fmt: skip
def test_the_decimal_sign_that_a_work_shows(texts: list[str], default: str, sign: str) -> None:
    assert (shown_decimal(texts) or default) == sign


@pytest.mark.parametrize("written", ["", "e", "1e", "3,9,1", "--", "0x1F", "nan", "inf", "1/0", "1 2"])
def test_no_number(written: str) -> None:
    assert read_number(written, ",") is None


# --- arrays -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shape", "count"),
    [("[3,9 & 12,1 & 20,3]", (3,), 1), ("[[3,9; 12,1; 20,3]]", (3,), 1), (r"[1 \\ 2 \\ 3]", (1, 3), 1),
     ([["1", "2", "3"]], (3,), 1), ([["1"], ["2"], ["3"]], (1, 3), 1), (["1", "2", "3"], (1, 3), 0),
     ("[3,9; 12,1; 20,3]", (3,), 0), ("(1; 2; 3)", (1, 3), 0), ("[1 2 3]^T", (3,), 0), ("[1 & 2 & 3]", (1, 3), 0)],
)  # fmt: skip
def test_a_row_for_a_column_is_read_with_a_remark(written: Any, shape: tuple[int, ...], count: int) -> None:
    content = read(written, shape)
    assert isinstance(content, Array) and content.shape == shape
    assert len(remarks(written, shape)) == count


@pytest.mark.parametrize("blank", ["", "  ", "?", "…", "...", "-", "–", "_", r"\dots"])
def test_what_is_left_out(blank: str) -> None:
    assert values(read(blank, (2,))) == [None, None]
    assert values(read(f"[{blank}; 2]", (2,))) == [None, fmpq(2)]


def test_lists_of_numbers_are_never_floats() -> None:
    given_ = [[Literal("0.1"), 2], [Decimal("0.30"), Fraction(1, 3)]]
    assert values(read(given_, (2, 2))) == [fmpq(1, 10), fmpq(2), fmpq(3, 10), fmpq(1, 3)]
    assert values(read([["0,1", "−2·10^-3"], ["1/3", None]], (2, 2))) == [fmpq(1, 10), fmpq(-1, 500), fmpq(1, 3), None]


def test_numbers_of_a_data_file_have_points_whatever_the_problem() -> None:
    assert values(read(Literal("1.234"))) == [fmpq(617, 500)]
    assert not remarks(Literal("1.234"))


def test_an_array_of_another_shape_keeps_its_own() -> None:
    content = read("[1 2; 3 4; 5 6]", (2, 3))
    assert isinstance(content, Array) and content.shape == (3, 2)


@pytest.mark.parametrize(
    ("written", "at", "message"),
    [("[3,9; abc; 20,3]", 6, "is not known"), ("[3,9; 12,1", 0, "no counterpart"), ("[1 2; 3]", 0, "different lengths"),
     ("[3,9; 12,1)]", 11, "no counterpart"), ("[1; 2,3,4,5,6]", 4, "not a number")],
)  # fmt: skip
def test_where_an_array_cannot_be_read(written: str, at: int, message: str) -> None:
    content = read(written, (3,))
    assert isinstance(content, Unreadable)
    assert (content.start, message in content.message) == (at, True), content


# --- formulas ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("σ(z2)(1-σ(z2))", "sigmoid(z_2) (1 - sigmoid(z_2))"),
        ("2(A_2 - Y)", "2 (A_2 - Y)"),
        ("2·(a2−Y)", "2 (A_2 - Y)"),
        (r"\frac{dL}{dz_2} A_1^T", "dL/dz_2 A_1^T"),
        (r"\frac{\partial L}{\partial Z_2} \cdot a_1^{\mathsf{T}}", "dL/dz_2 A_1^T"),
        (r"W_2^\top \cdot \frac{dL}{dZ_2}", "W_2^T dL/dz_2"),
        ("dL/dA2 · g'(z2)", "dL/dA_2 · dA_2/dz_2"),
        ("dL/dA_1 ⊙ ReLU'(z_1)", "dL/dA_1 ⊙ dA_1/dz_1"),
        ("G(z_2)", "sigmoid(z_2)"),
        ("0,5 (A_2 − Y)^2", "1/2 (A_2 - Y)^2"),
        ("1/(1+e^{-z_2})", "1/(1 + exp(-z_2))"),
        ("max(0,z_1)", "max(0, z_1)"),
        ("L = (A_2 - Y)^2", "(A_2 - Y)^2"),
        ("W1 X + b1", "W_1 x + b_1"),
        (r"2\left(A_2-Y\right)", "2 (A_2 - Y)"),
    ],
)
def test_formulas(written: str, same: str) -> None:
    first, second = read(written, ()), read(same, (), ".")
    assert isinstance(first, Apply | Ref) and first == second


def test_entries_in_formulas() -> None:
    assert read("z_{1,2}") == Entry(INDEX.lexicon.names["z_1"], (1,))
    assert read("W_1[2,3]") == Entry(INDEX.lexicon.names["W_1"], (1, 2))


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("2(A_2 - Q)", "Q"),
        ("0,5·z2·foo", "foo"),
        ("A_2 + * 3", "*"),
        (r"\frac{1}{2} zzz + 1", "zzz"),
        ("1 − x2 ж · 2", "ж"),
    ],
)
def test_the_caret_stands_in_the_text_as_written(written: str, mark: str) -> None:
    content = read(written)
    assert isinstance(content, Unreadable)
    assert written[content.start : content.end].startswith(mark), content


# --- left sides -------------------------------------------------------------------------------------------------------

MATCHES: list[tuple[str, str, tuple[int, ...] | None]] = [
    *((spelling, "dL/dW_2", None) for spelling in (
        "dL/dW_2", "dL/dw_2", "dW2", "dW_2", "dL/dW2", r"\frac{\partial L}{\partial W_2}", r"\partial L/\partial W_2",
        r"\frac{dL}{dw_2}", r"\frac{\mathrm{d}L}{\mathrm{d}W_{2}}", "∂L/∂W₂", r"\nabla_{W_2} L", r"\frac{d}{dW_2} L",
        "dLoss/dW2", "dL_dW2", r"\frac{\partial \mathcal{L}}{\partial W^{(2)}}", "$dL/dW_2$", "dL/dW_2 =")),
    *((spelling, "A_2", None) for spelling in ("A2", "a_2", "A_2", "a^{(2)}", "A^{[2]}", "σ(z_2)", "G(z_2)", "A₂")),
    *((spelling, "dA_2/dz_2", None) for spelling in ("g'(z_2)", "σ'(z_2)", r"\sigma'(z_2)", "dA_2/dz_2", "G'(z2)")),
    *((spelling, "L", None) for spelling in ("L", "Loss", "Loss:", "loss", r"\mathcal{L}")),
    *((spelling, "z_1", (1,)) for spelling in ("z_{1,2}", "z_1[2]", "z_{12}", "z₁,₂", "(z_1)_2", "z^{(1)}_2")),
    *((spelling, "dL/dW_1", (1, 2)) for spelling in ("dL/dW_1[2,3]", r"\frac{dL}{dW_{1,23}}", "dL/dw_{1,2,3}")),
    (r"\text{ReLU}'(z_1)", "dA_1/dz_1", None), ("X", "x", None), ("dL/db_1", "dL/db_1", None), ("z_1@1", "z_1", None),
    ("dZ1", "dL/dz_1", None), ("(W_1)_{12}", "W_1", (0, 1)),
    *((spelling, "", None) for spelling in (
        "", "q", "w_{11}", "dL/dq", "W_1'", "z_3", "z_1[4]", "z_1 + 1", "(", "[" * 200, "d" * 300, "because z_1", "3,9",
        "W_1@5", r"\frac{dL}{", "_", "dL/dA_2|z_2")),
]  # fmt: skip


@pytest.mark.parametrize(("left", "step", "entry"), MATCHES)
def test_left_sides(left: str, step: str, entry: tuple[int, ...] | None) -> None:
    assert INDEX.match(left) == (step, entry)


TRAINING = """
[data]
x = [1, 2]
[parameters]
w = [[0.5, -0.5]]
[model]
equations = "z = w x\\nL = z^2"
loss = "L"
[update]
rule = "gradient descent"
learning_rate = 0.1
steps = 2
[names]
"dL/dz" = ["delta_2"]
"w[1,2]" = ["w_12"]
"""


@pytest.mark.parametrize(
    ("left", "k", "step", "entry"),
    [("w'", 1, "w@1", None), ("w^{new}", 1, "w@1", None), ("w_{neu}", 2, "w@2", None), ("w^+", 1, "w@1", None),
     ("w@2", 1, "w@2", None), ("w^{(2)}", 1, "w@2", None), ("w''", 1, "w@2", None), ("w'''", 1, "", None),
     ("dL/dw", 2, "dL/dw@2", None), ("dw", 1, "dL/dw", None), ("dL/dw@2[1,2]", 1, "dL/dw@2", (0, 1)),
     ("δ^{(2)}", 1, "dL/dz", None), (r"\delta_2", 2, "dL/dz@2", None), ("δ₂", 1, "dL/dz", None),
     ("w_{12}", 1, "w", (0, 1)), ("L@3", 1, "L@3", None), ("w@0", 1, "w@0", None)],
)  # fmt: skip
def test_left_sides_of_a_training(left: str, k: int, step: str, entry: tuple[int, ...] | None) -> None:
    index = StepIndex.of(solve(Problem.loads(TRAINING)))
    assert index.match(left, k) == (step, entry)


@pytest.mark.parametrize("left", ["w_{11}", "w_{1,1}", "W_{11}", "w₁,₁", "w_11"])
def test_an_entry_of_the_only_matrix_of_its_letter(left: str) -> None:
    index = StepIndex.of(
        solve(Problem.loads(TRAINING.replace("w x", "w_h x").replace("w =", "w_h =").replace("w[", "w_h[")))
    )
    assert index.match(left) == ("w_h", (0, 0))
    assert index.match("w_1") == ("", None)


@pytest.mark.slow
@pytest.mark.parametrize("name", examples.names())
def test_every_step_matches_its_own_id(name: str) -> None:
    solution = solved(name)
    index = StepIndex.of(solution)
    assert [index.match(step) for step in solution.ids] == [(step, None) for step in solution.ids]


# --- files ------------------------------------------------------------------------------------------------------------


def answers(tmp_path: Path, name: str, text: str | bytes) -> list[Answer]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_answers(path, SOLUTION)


FILES = {
    "work.toml": 'z_1 = ["3,9", "12,1", "20,3"]\n\nA_2 = 0.9999999887\n"dL/dW_1[2,3]" = "-4,64·10^-7"\nfoo = 1\n',
    "work.json": '{"z_1": ["3,9", "12,1", "20,3"],\n\n "A_2": 0.9999999887,\n "dL/dW_1[2,3]": "-4,64·10^-7",\n'
    '"foo": 1}',
    "work.csv": "\ufeffstep,answer\n\nz_1,[3,9; 12,1; 20,3]\nA_2,0.9999999887\ndL/dW_1[2,3],-4,64·10^-7\nfoo,1\n",
    "semicolons.csv": 'step;answer\nz_1;"[3,9; 12,1; 20,3]"\nA_2;0.9999999887\ndL/dW_1[2,3];-4,64·10^-7\nfoo;1\n',
    "bare.csv": "z_1;(3,9 | 12,1 | 20,3)\nA_2;0.9999999887\ndL/dW_1[2,3];-4,64·10^-7\nfoo;1\n",
    "columns.csv": 'note,Answer,Step\n,"[3,9; 12,1;\n20,3]",z_1\nx,0.9999999887,A_2\n,"-4,64·10^-7","dL/dW_1[2,3]"\n'
    ",1,foo\n",
}
LINES = {"work.toml": [1, 3, 4, 5], "work.json": [1, 3, 4, 5], "work.csv": [3, 4, 5, 6], "semicolons.csv": [2, 3, 4, 5],
         "bare.csv": [1, 2, 3, 4], "columns.csv": [2, 4, 5, 6]}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_answer_files(tmp_path: Path, name: str) -> None:
    found = answers(tmp_path, name, FILES[name])
    assert [(answer.step, answer.entry) for answer in found] == [
        ("z_1", None), ("A_2", None), ("dL/dW_1", (1, 2)), ("", None)]  # fmt: skip
    written = [["3.9", "12.1", "20.3"], ["0.9999999887"], ["-4.64e-7"], ["1"]]
    assert [values(answer.content) for answer in found] == [[exact(text) for text in texts] for texts in written]
    assert [answer.line for answer in found] == LINES[name]
    assert not any(answer.remarks for answer in found)


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    for name, text in {"a.toml": "A_2 = 0.50\nL = 289\n", "a.json": '{"A_2": 0.50, "L": 289}'}.items():
        read_ = [answer.content for answer in answers(tmp_path, name, text)]
        assert [array.entries[0].digits for array in read_ if isinstance(array, Array) and array.entries[0]] == [2, 3]


def test_a_table_of_answers(tmp_path: Path) -> None:
    assert [a.step for a in answers(tmp_path, "a.toml", 'name = "me"\n[answers]\nL = 289\n')] == ["L"]
    assert [a.step for a in answers(tmp_path, "a.json", '{"answers": {"L": "289"}}')] == ["L"]
    assert [a.step for a in read_mapping({"L": 289, "A_2": "1,00"}, SOLUTION)] == ["L", "A_2"]


def test_what_cannot_be_read_stops_nothing_else(tmp_path: Path) -> None:
    found = answers(tmp_path, "a.toml", 'z_1 = "[3,9; oops"\nA_2 = 1e999999999\nL = "289"\nz_2 = nan\n')
    assert [isinstance(answer.content, Unreadable) for answer in found] == [True, True, False, True]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [("a.toml", "dL/dW_2 = 3\n", "line 1.*quotes"), ("a.toml", "L = 1\nz_2 = 3,9\n", "line 2.*decimal comma"),
     ("a.toml", "L = 2020-01-01", "line 1.*no answer"), ("a.toml", "[L]\nx = 1", "table"),
     ("a.json", "[1]", "expected {"), ("a.json", '{"L": 3,9}', "line 1.*comma"), ("a.json", '{"L": {"x": 1}}', "table"),
     ("a.json", "", "not valid JSON"),
     ("a.csv", "", "empty"), ("a.csv", "step,foo\n1,2", "column `answer`"), ("a.csv", "L\n", "line 1.*no answer"),
     ("a.csv", 'L,"3', "line 1.*never closed"), ("a.xlsx", "", "cannot be"), ("a.toml", b"L='\xff'\n", "line 1.*UTF-8"),
     ("a.csv", b"L,1\nA_2,\0\n", "line 2.*NUL"), ("a.json", b"{\xff}", "UTF-8"),
     ("a.json", b"\xff\xfe{\x00", "not valid JSON")],
)  # fmt: skip
def test_bad_files_say_where_and_what_to_do(tmp_path: Path, name: str, text: str | bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        answers(tmp_path, name, text)
    assert re.search(f"{name}.*{says}", str(caught.value), re.DOTALL), str(caught.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_answers(Path("nowhere.json"), SOLUTION)


# --- the same function ------------------------------------------------------------------------------------------------

STEPS = SOLUTION.blueprint.derivation.forward + SOLUTION.blueprint.derivation.backward
SHAPES = SOLUTION.blueprint.derivation.shapes


@pytest.mark.parametrize(
    ("first", "second", "free", "following"),
    [("2(A_2 - Y)", "-2(Y - A_2)", True, True), ("2(A_2 - Y)", "A_2 - Y", False, False),
     ("A_2(1 - A_2)", "σ(z_2)(1 - σ(z_2))", False, True), ("e^{z_2}/(1 + e^{z_2})", "σ(z_2)", True, True),
     ("1/(1+e^{-z_2})", "1/(1+e^{z_2})", False, False), ("ReLU(z_1)", "max(0, z_1)", True, True),
     ("W_2^T dL/dz_2", "W_2 dL/dz_2", False, False), ("dL/dz_2 A_1^T", "2(A_2-Y) A_2(1-A_2) A_1^T", False, True)],
)  # fmt: skip
def test_formulas_compared_as_functions(first: str, second: str, free: bool, following: bool) -> None:
    a, b = read(first), read(second)
    assert not isinstance(a, Array | Unreadable) and not isinstance(b, Array | Unreadable)
    assert (same_function(a, b, SHAPES) is None) is free
    assert (same_function(a, b, SHAPES, STEPS) is None) is following


def test_a_counterexample_names_the_values() -> None:
    a, b = read("2(A_2 - Y)"), read("A_2 - Y")
    assert not isinstance(a, Array | Unreadable) and not isinstance(b, Array | Unreadable)
    found = same_function(a, b, SHAPES)
    assert found and set(found.at) == {"A_2", "Y"}
    assert found.first[0] == 2 * (found.at["A_2"][0] - found.at["Y"][0]) == 2 * found.second[0]


# --- what is meant to do harm -----------------------------------------------------------------------------------------

LAVISH = 250_000  # calls of functions: less than 50 ms on a quiet machine, which benchmarks/reading.py measures


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile.ANSWERS)
def test_hostile_answers(name: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    text = hostile.ANSWERS[name]
    for shape in ((), (3,), None):
        found: list[Any] = []
        assert calls(lambda shape=shape, found=found: found.append(read(text, shape))) < LAVISH, shape
        assert isinstance(found[0], Array | Unreadable | Apply | Ref | Entry | Number), shape
    assert calls(lambda: StepIndex.match(INDEX, text[:400] + name)) < LAVISH
    assert not list(tmp_path.iterdir())


def test_full_width_digits_are_digits() -> None:
    assert values(read("１２，５")) == [fmpq(25, 2)]


def answers_or_error(path: Path) -> list[Answer] | InputError:
    try:
        return read_answers(path, SOLUTION)
    except InputError as error:
        return error


@pytest.mark.parametrize("name", hostile.BOMBS)
def test_bombs(name: str, tmp_path: Path) -> None:
    path = tmp_path / hostile.BOMBS[name][0]
    content = hostile.BOMBS[name][1]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    found = answers_or_error(path)
    assert isinstance(found, list) or (path.name in str(found) and len(str(found)) < 1_000)
    assert calls(lambda: answers_or_error(path)) < LAVISH


CHARACTERS = "0123456789,.;|&-−+·*/^_()[]{}=≈'\n\t ?…³⁻₁σzWdLAYexT\\\"\u202f"
WORDS = ["10^{-7}", "z_1", r"\frac", "{,}", r"\begin{bmatrix}", r"\end{bmatrix}", r"\\", r"\quad", "dL/dW_2", "^T"]
SCRIBBLES = st.lists(st.sampled_from([*CHARACTERS, *WORDS]), max_size=30).map("".join)
SHAPES_ASKED = st.sampled_from([(), (2,), (1, 3), None])


@pytest.mark.slow
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=60), SCRIBBLES), SHAPES_ASKED, st.sampled_from([",", "."]))
def test_nothing_raises(text: str, shape: tuple[int, ...] | None, decimal: str) -> None:
    content = read(text, shape, decimal)
    if isinstance(content, Unreadable):
        assert content.message and 0 <= content.start < content.end
    assert isinstance(INDEX.match(text), tuple)


@settings(deadline=None, max_examples=200)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-10_000, max_value=10_000))
def test_numbers_are_read_as_they_are_printed(value: Decimal) -> None:
    for text, decimal in ((str(value), "."), (str(value).replace(".", ","), ",")):
        number = read_number(text, decimal)
        assert number and number.value == exact(str(value))


@settings(deadline=None, max_examples=100)
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
                    lambda inner: st.lists(inner, max_size=4), max_leaves=12))  # fmt: skip
def test_no_list_raises(tree: Any) -> None:
    assert isinstance(read(tree, (3,)), Array | Unreadable | Apply | Ref | Entry | Number)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["a.toml", "a.json", "a.csv"]), st.one_of(st.binary(max_size=80), SCRIBBLES.map(str.encode)))
def test_no_file_raises_anything_else(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert isinstance(answers_or_error(path), list | InputError)


def test_json_round_trip(tmp_path: Path) -> None:
    steps = {step: SOLUTION[step].value_text for step in SOLUTION.ids}
    path = tmp_path / "own.json"
    path.write_text(json.dumps(steps), encoding="utf-8")
    found = read_answers(path, SOLUTION)
    assert [answer.step for answer in found] == list(SOLUTION.ids)
    assert all(isinstance(a.content, Array) and a.content.shape == SOLUTION[a.step].shape for a in found)
    assert not any(answer.remarks for answer in found)

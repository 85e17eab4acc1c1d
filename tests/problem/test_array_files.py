"""Arrays in files of their own: read as if they stood in the problem file, refused with the line that names them."""

from fractions import Fraction
from pathlib import Path

import numpy
import pytest

from derive.errors import InputError
from derive.problem.problem import Problem
from derive.problem.reading.array_files import self_contained
from derive.problem.reading.array_values import shortest_text

TEXT = """\
[data]
x = { file = "x.csv" }  # the input
[parameters]
W = { file = 'W.npy' }
[model]
equations = "y = W x"
"""


def written(folder: Path, text: str = TEXT, x: str = "1.50\n-2\n", W: object = ((0.1, 2), (3, 1e-9))) -> Path:
    (folder / "x.csv").write_text(x, "utf-8")
    numpy.save(folder / "W.npy", numpy.array(W, dtype=numpy.float32))
    (folder / "small.toml").write_text(text, "utf-8")
    return folder / "small.toml"


def test_the_numbers_are_those_of_the_files(tmp_path: Path) -> None:
    x, W = Problem.load(written(tmp_path)).givens
    assert (x.shape, x.values, x.places) == ((2,), (Fraction(3, 2), Fraction(-2)), (2, 0))
    assert W.shape == (2, 2)
    assert W.values == (Fraction(1, 10), 2, 3, Fraction(1, 10**9))


@pytest.mark.parametrize(
    ("table", "shape", "values"),
    [
        ("1,2\n3,4\n", (2, 2), (1, 2, 3, 4)),
        ("1;2,5\n3;4\n", (2, 2), (1, Fraction(5, 2), 3, 4)),
        ("7, 8, 9\n", (3,), (7, 8, 9)),
        (".5\n\n−1e3\n", (2,), (Fraction(1, 2), -1000)),
        ("\ufeff1\t2\r\n3\t4\r\n", (2, 2), (1, 2, 3, 4)),
    ],
)
def test_tables_as_programs_write_them(tmp_path: Path, table: str, shape: object, values: object) -> None:
    text = "[data]\nx = { file = 'x.csv' }\n[model]\nequations = \"y = 2 x\"\n"
    (x,) = Problem.load(written(tmp_path, text, table)).givens
    assert (x.shape, x.values) == (shape, values)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ("1\ntwo\n", "`x.csv`: could not convert string to float: 'two'"),
        ("", "the file is empty"),
        ("1,2\n3\n", "every row needs the same number of entries"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_the_line_that_names_it(tmp_path: Path, x: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        Problem.load(written(tmp_path, x=x))
    assert "small.toml, line 2" in str(found.value)
    assert message in str(found.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../x.csv", "beside the problem file"),
        ("/etc/hosts.csv", "beside"),
        ("no.csv", "cannot be read"),
        ("x.png", "is not read"),
    ],
)
def test_files_from_elsewhere_and_of_other_kinds_are_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as found:
        Problem.load(written(tmp_path, TEXT.replace("x.csv", name)))
    assert "line 2" in str(found.value)


def test_objects_in_an_npy_are_not_loaded(tmp_path: Path) -> None:
    file = written(tmp_path)
    numpy.save(tmp_path / "W.npy", numpy.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="line 4"):
        Problem.load(file)


def test_messages_show_the_line_as_it_was_written(tmp_path: Path) -> None:
    with pytest.raises(InputError) as found:
        Problem.load(written(tmp_path, x="\n".join("1,2,3" for _ in range(50))))
    assert max(map(len, str(found.value).splitlines())) < 200


def test_a_copy_of_the_file_is_the_whole_problem(tmp_path: Path) -> None:
    file = written(tmp_path)
    copy = self_contained(file).decode()
    assert "file =" not in copy
    assert Problem.loads(copy).givens == Problem.load(file).givens
    (tmp_path / "plain.toml").write_text(copy, "utf-8")
    assert self_contained(tmp_path / "plain.toml").decode() == copy


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("float16", 65504.0, "6.55e+04"),
        ("float16", 0.0999755859375, "0.1"),
        ("torch.bfloat16", 0.10009765625, "0.1"),
        ("float32", 2.0**-10, "0.0009765625"),
        ("float32", 0.30000001192092896, "0.3"),
        ("float64", 0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_a_number_is_the_shortest_text_of_its_type(kind: str, value: float, text: str) -> None:
    assert shortest_text(value, kind) == text


def test_the_largest_half_is_read(tmp_path: Path) -> None:
    numpy.save(tmp_path / "h.npy", numpy.array([65504, 0.1], dtype=numpy.float16))
    (tmp_path / "p.toml").write_text('[data]\nx = { file = "h.npy" }\n[model]\nequations = "y = 2 x"\n', "utf-8")
    (x,) = Problem.load(tmp_path / "p.toml").givens
    assert numpy.float16(float(x.values[0])) == 65504
    assert x.values[1] == Fraction(1, 10)

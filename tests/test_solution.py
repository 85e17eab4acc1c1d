"""Solutions and reports inside other programs: pickled, copied, shown in a line, given NumPy's numbers."""

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

import derive
from derive import Problem, Report, Solution
from derive.errors import DeriveError, Fault, InputError, Place, ToolError

LAYER = """
[data]
x = [1, 2]
[parameters]
W = [[0.5, -0.25], [0.125, 1]]
[model]
loss = "L"
equations = '''
z = W x
A = sigmoid(z)
L = sum(A^2)
'''
"""


@pytest.fixture(scope="module")
def solution() -> Solution:
    return derive.solve(Problem.loads(LAYER, "layer"))


@pytest.fixture(scope="module")
def report(solution: Solution) -> Report:
    return derive.check(solution, {"z": "0; 2.125", "A": [0.5, 0.9], "q": 3})


def test_a_solution_is_pickled_and_writes_the_same(solution: Solution) -> None:
    again = pickle.loads(pickle.dumps(solution))  # noqa: S301
    assert again["dL/dW"] == solution["dL/dW"]
    assert again.verification == solution.verification
    for name in ("md", "tex", "json", "toml"):
        assert again.text(name) == solution.text(name)


def test_a_report_is_pickled_and_says_the_same(report: Report) -> None:
    again = pickle.loads(pickle.dumps(report))  # noqa: S301
    assert again.json() == report.json()
    report.document()  # what was worded once does not keep a report from being pickled
    assert pickle.loads(pickle.dumps(report)).json() == report.json()  # noqa: S301


def test_copies_are_the_thing_itself_or_equal(solution: Solution, report: Report) -> None:
    assert copy.copy(solution) is solution
    assert copy.deepcopy(solution) is solution
    assert copy.deepcopy([report])[0].json() == report.json()


def _marked(solution: Solution) -> tuple[Solution, Report]:
    return solution, derive.check(solution, {"z": [0, 3]})


def _failing(message: str) -> None:
    raise InputError([Fault(message, "do this", Place("net.toml", 3))])


@pytest.mark.slow
def test_they_cross_processes(solution: Solution) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        again, report = pool.submit(_marked, solution).result()
        assert again.text("md") == solution.text("md")
        assert report["z"].verdict == derive.check(solution, {"z": [0, 3]})["z"].verdict == "wrong"
        with pytest.raises(InputError, match=r"net\.toml, line 3: lost") as caught:
            pool.submit(_failing, "lost").result()
    assert caught.value.faults[0].hint == "do this"


@pytest.mark.parametrize("error", [DeriveError("a", "b"), ToolError("c", "d"), InputError([Fault("e", "f")])])
def test_errors_are_pickled(error: DeriveError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), again.exit_status) == (type(error), str(error), error.exit_status)


def test_one_line_says_what_they_are(solution: Solution, report: Report) -> None:
    assert repr(solution) == "<Solution of layer: 9 values, 4 gradient entries verified>"
    assert repr(solution.blueprint.derivation).startswith("<Derivation of layer: ")
    assert repr(report) == "<Report on layer: 2 of 6 marks, 8 items>"
    assert all("\n" not in repr(each) for each in (solution, solution.blueprint, report, report["z"]))


ARRAYS: list[Any] = [
    np.array([0.5, 0.25]), np.array([0.5, 0.25], np.float32), np.array([[0.5], [0.25]]), (np.float32(0.5), 0.25),
    [np.float64(0.5), Fraction(1, 4)], ["0.5", "1/4"],
]  # fmt: skip


@pytest.mark.parametrize("array", ARRAYS, ids=repr)
def test_arrays_of_numpy_are_given_values(array: Any) -> None:
    found = Problem.loads(LAYER).with_values({"x": array})
    assert found.givens[0].values == (Fraction(1, 2), Fraction(1, 4))


def test_a_number_is_the_shortest_that_its_type_means() -> None:
    tenth = Problem.loads(LAYER).with_values({"x": np.array([0.1, 3], np.float32)})
    assert tenth.givens[0].values == (Fraction(1, 10), Fraction(3))


@pytest.mark.parametrize("value", [[np.nan, 1], [float("inf"), 1], [True, 1], ["one", 2], [None, 1], np.array([1, 1j])])
def test_what_is_no_number_is_said(value: Any) -> None:
    with pytest.raises(InputError, match="is not a number"):
        Problem.loads(LAYER).with_values({"x": value})


@pytest.mark.parametrize("answer", [np.array([0.0, 2.125]), np.array([0, 2.125], np.float32), [np.float64(0), 2.125],
                                    (np.int64(0), np.float32(2.125))], ids=repr)  # fmt: skip
def test_arrays_of_numpy_are_answers(solution: Solution, answer: Any) -> None:
    assert derive.check(solution, {"z": answer})["z"].verdict == "correct"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"significant": 0}, "`significant` is 0"),
    ({"significant": 51}, "from 1 to 50"),
    ({"significant": 2.5}, "`significant` is 2.5"),
    ({"significant": True}, "`significant` is True"),
    ({"decimals": -1}, "from 0 to 50"),
    ({"decimals": "3"}, "`decimals` is '3'"),
    ({"significant": 3, "decimals": 2}, "exclude each other"),
    ({"decimal": ";"}, "`decimal` is ';'"),
    ({"carry": "x"}, "expected 'exact' or 'rounded'"),
    ({"carry": "Rounded"}, "did you mean `rounded`"),
    ({"detail": 1}, "`detail` is 1"),
    ({"language": "tlh"}, "no catalogue"),
]


@pytest.mark.parametrize(("keywords", "said"), WRONG, ids=repr)
def test_keywords_are_checked_as_settings_are(keywords: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("|", r"\|")):
        derive.solve(Problem.loads(LAYER), **keywords)


def test_all_wrong_keywords_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        derive.solve(Problem.loads(LAYER), significant=0, decimal="", carry="half", detail="long")
    assert len(caught.value.faults) == 4


def test_whole_numbers_of_numpy_count_digits() -> None:
    assert derive.solve(Problem.loads(LAYER), decimals=np.int64(3))["A"].printed[1] == "0.893"


def test_a_keyword_that_is_no_setting_is_told() -> None:
    problem = Problem.of("L = w^2", w=3)
    with pytest.raises(InputError) as caught:
        derive.solve(problem, signifcant=3, foo=None)  # type: ignore[call-arg]
    assert [fault.message for fault in caught.value.faults] == [
        "`signifcant` is no setting of a call",
        "`foo` is no setting of a call",
    ]
    assert "significant" in caught.value.faults[0].hint


@pytest.mark.parametrize("handed", [42, None, b"notes.toml", {"x": 1}, [1, 2]], ids=repr)
def test_what_is_neither_a_problem_nor_its_path_is_a_type_error(handed: Any) -> None:
    for used in (derive.solve, derive.practice, Problem.load, lambda problem: derive.check(problem, {})):
        with pytest.raises(
            TypeError, match=f"^a problem is named by the path of its file, not by {type(handed).__name__}"
        ):
            used(handed)


@pytest.mark.parametrize("handed", [42, None, b"z_1 = 3.9", 2.5], ids=repr)
def test_what_is_no_piece_of_work_is_a_type_error(solution: Solution, handed: Any) -> None:
    with pytest.raises(TypeError, match=f"^a piece of work is .* not by {type(handed).__name__}"):
        derive.check(solution, handed)


def test_texts_in_place_of_paths_are_told_where_they_go(solution: Solution) -> None:
    with pytest.raises(InputError, match=r"Problem\.loads"):
        derive.solve("[data]\nx = 1\n")
    with pytest.raises(InputError, match="give a mapping of steps"):
        derive.check(solution, "z_1 = 3.9\nz_2 = 1")

"""Variants: what is drawn, that it depends on seed and student alone, and what is said where nothing fits."""

import hashlib
import subprocess
import sys
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.errors import InputError
from derive.problem.problem import Problem
from derive.problem.reading.variants_table import RULES
from derive.variants import Assignment, Variant, code_of, normal_code
from derive.variants.random_stream import Stream
from derive.variants.sheet_codes import ALPHABET

MODEL = '''
title = "A small network"
[data]
x = [2, 3, 4]
Y = 1
[parameters]
W_1 = [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]
b_1 = [0.1, 0.2]
W_2 = [[0.2, -0.4]]
[model]
equations = """
z_1 = W_1 x + b_1
A_1 = ReLU(z_1)
A_2 = sigmoid(W_2 A_1)
L = (A_2 - Y)^2
"""
loss = "L"
'''

DRAWN = """
[variants]
x = { from = 1, to = 9 }
Y = [0, 1]
W_1 = [[{ from = -0.9, to = 0.9, step = 0.1, except = 0 }, 0.2, { choices = [0.25, 0.5] }], [0.4, -0.5, 0.6]]
b_1 = [[0.1, 0.2], [0.3, -0.4]]
"""


@cache
def assignment(variants: str = DRAWN, seed: str = "a seed", model: str = MODEL) -> Assignment:
    return Assignment(Problem.loads(model + variants), seed)


def numbers(problem: Problem) -> dict[str, list[float]]:
    return {value.name.id: [float(x) for x in value.values] for value in problem.givens}


# --- what is drawn -------------------------------------------------------------------------------------------------


def test_draws_keep_to_their_ranges_and_choices() -> None:
    draws = [numbers(assignment().draw(f"s{i}").problem) for i in range(60)]
    assert {x for draw in draws for x in draw["x"]} == set(range(1, 10))
    assert {draw["Y"][0] for draw in draws} == {0, 1}
    first = {draw["W_1"][0] for draw in draws}
    assert first <= {i / 10 for i in range(-9, 10) if i} and len(first) > 10
    assert {draw["W_1"][2] for draw in draws} == {0.25, 0.5}
    assert {tuple(draw["W_1"][3:]) for draw in draws} == {(0.4, -0.5, 0.6)}
    assert {tuple(draw["b_1"]) for draw in draws} == {(0.1, 0.2), (0.3, -0.4)}
    assert {tuple(draw["W_2"]) for draw in draws} == {(0.2, -0.4)}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_keeps_its_promise(rule: str) -> None:
    below = Stream("s", "a", 1, "x").below
    values = tuple(map(Fraction, range(6)))
    for shape in ((6,), (1, 6), (2, 3), (6, 1)):
        drawn = RULES[rule].draw(below, shape, values)
        assert len(drawn) == 6
        if rule == "permutation":
            assert sorted(drawn) == sorted(values)
        else:
            assert set(drawn) <= {0, 1} and sum(drawn) == (3 if shape == (2, 3) else 1)
            assert shape != (2, 3) or all(drawn[i] + drawn[i + 3] == 1 for i in range(3))


def test_every_outcome_of_a_rule_comes_up() -> None:
    draws = [RULES["permutation"].draw(Stream("s", str(i), 1, "x").below, (3,), (1, 2, 3)) for i in range(200)]
    assert len(set(draws)) == 6


# --- what it depends on --------------------------------------------------------------------------------------------


def test_a_draw_depends_on_the_seed_and_the_student_alone() -> None:
    students = [f"s{i}" for i in range(12)]
    forwards = {student: assignment().draw(student).problem for student in students}
    one = Assignment(Problem.loads(MODEL + DRAWN), "a seed")
    backwards = {student: one.draw(student).problem for student in reversed(students)}
    assert forwards == backwards
    assert len({problem.givens for problem in forwards.values()}) == 12
    assert assignment(DRAWN, "another").draw("s1").problem != forwards["s1"]


def test_the_order_of_the_table_does_not_count() -> None:
    lines = DRAWN.strip().splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    assert numbers(assignment(turned).draw("s1").problem) == numbers(assignment().draw("s1").problem)


def test_ids_typed_in_two_ways_are_one() -> None:
    assert assignment().draw("Ren\u00e9") == assignment().draw("Rene\u0301")
    assert assignment().draw("rene") != assignment().draw("Rene")


def test_the_numbers_of_version_1_stay() -> None:
    """The definition, written a second time; what a student has drawn once must never change."""
    head = b"".join(
        len(part).to_bytes(8, "big") + part for part in (b"derive variants 1", b"seed", "é".encode(), b"7", b"W_1")
    )
    digest = hashlib.sha256(head + (0).to_bytes(8, "big")).digest()
    expected = [int.from_bytes(digest[i : i + 8], "big") % 1000 for i in range(0, 32, 8)]
    stream = Stream("seed", "e\u0301", 7, "W_1")
    assert [stream.below(1000) for _ in range(4)] == expected == [531, 168, 511, 334]


@pytest.mark.slow
def test_another_process_draws_the_same() -> None:
    code = "from derive.variants.random_stream import Stream; print(Stream('s', 'a', 1, 'x').below(10**9))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{Stream('s', 'a', 1, 'x').below(10**9)}\n"}


@given(st.integers(1, 10**6), st.text(max_size=5))
def test_numbers_are_below(n: int, student: str) -> None:
    assert 0 <= Stream("s", student, 1, "x").below(n) < n


def test_numbers_are_spread_evenly() -> None:
    stream = Stream("s", "a", 1, "x")
    counts = [0] * 7
    for _ in range(7_000):
        counts[stream.below(7)] += 1
    assert max(counts) - min(counts) < 200


# --- codes ---------------------------------------------------------------------------------------------------------


def is_code(text: str) -> bool:
    """Whether a text is a code whose check character is right."""
    code = normal_code(text)
    if len(code) != 7 or not set(code) <= set(ALPHABET):
        return False
    *digits, last = map(ALPHABET.index, code)
    return (last + sum(place * digit for place, digit in enumerate(digits, 2))) % 31 == 0


def test_a_code_is_short_and_its_own() -> None:
    codes = {code_of("seed", f"s{i}") for i in range(2_000)}
    assert len(codes) == 2_000 and {len(code) for code in codes} == {7} and all(map(is_code, codes))
    assert code_of("seed", "s1") != code_of("other", "s1")
    assert is_code(f" {code_of('seed', 's1')[:3].lower()}-{code_of('seed', 's1')[3:]} ")


def test_a_mistyped_code_is_noticed() -> None:
    code = code_of("seed", "s1")
    wrong = {code[:i] + c + code[i + 1 :] for i in range(7) for c in ALPHABET} - {code}
    turned = {code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(6)} - {code}
    assert len(wrong) == 7 * 30 and not any(map(is_code, wrong | turned | {"", code[:-1], code + "2", "O" * 7}))


# --- conditions ----------------------------------------------------------------------------------------------------


def required(*conditions: str, more: str = "") -> Assignment:
    return assignment(f"{DRAWN}require = {list(conditions)!r}\n{more}")


@pytest.mark.parametrize(
    ("condition", "test"),
    [
        ("0.2 < A_2 < 0.4", lambda v: 0.2 < v["A_2"][0] < 0.4),
        ("count(z_1 < 0) = 1", lambda v: sum(z < 0 for z in v["z_1"]) == 1),
        ("dL/dW_1 has no 0", lambda v: 0 not in v["dL/dW_1"]),
        ("z_1 >= 0.5", lambda v: min(v["z_1"]) >= 0.5),
        ("sum(x) = 2 Y + 10", lambda v: sum(v["x"]) == 2 * v["Y"][0] + 10),
        ("x has no 3", lambda v: 3 not in v["x"]),
        ("abs(A_2 - Y) > 0.5", lambda v: abs(v["A_2"][0] - v["Y"][0]) > 0.5),
        ("count(0 < z_1 <= 2) > 0", lambda v: any(0 < z <= 2 for z in v["z_1"])),
        ("max(x) < 5", lambda v: max(v["x"]) < 5),
        ("1/(x[1] - 2) > 0", lambda v: v["x"][0] > 2),
        ("log(z_1[1]) > 0", lambda v: v["z_1"][0] > 1),
    ],
)
def test_conditions_hold(condition: str, test) -> None:
    for i in range(15):
        variant = required(condition).draw(f"s{i}")
        assert test(numbers(variant.problem) | {step: _values(variant, step) for step in ("A_2", "z_1", "dL/dW_1")})


def _values(variant: Variant, step: str) -> list[float]:
    name, k, _ = variant.solution.index[step]
    return [float(x) for x in variant.solution.values.flat(name, k)]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("A_2", "compares nothing"),
        ("A_2 <", "something is missing"),
        ("A_3 < 1", "`A_3` is not defined"),
        ("x < b_1", "different shapes"),
        ("W_1 x < x", "different shapes"),
        ("dL/dx > 0", "not worked out"),
        ("count(z_1) = 1", "compares nothing"),
        ("z_1 < 1; import os", "`;`"),
        ("softmax(x, size = 2) < 1", "no setting `size`"),
    ],
)
def test_a_condition_that_cannot_be_read_says_where(condition: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        required(condition)
    assert message in str(found.value) and "line 24" in str(found.value) and "^" in str(found.value)


def test_conditions_that_cannot_be_met_say_which_failed_how_often() -> None:
    with pytest.raises(InputError) as found:
        required("A_2 > 2", "x > 0", more="tries = 50").draw("s1")
    assert "none of 50 draws" in str(found.value) and "`A_2 > 2` 50 times" in str(found.value)
    assert "x > 0" not in found.value.faults[0].message


# --- what is rejected by itself --------------------------------------------------------------------------------------


NEURON = """
[data]
x = 1
[parameters]
w = 1
[model]
equations = '''
z = w x
a = {function}
L = (a - {target})^2
'''
loss = "L"
[variants]
tries = 20
"""


@pytest.mark.parametrize(
    ("reason", "function", "target", "drawn"),
    [
        ("kink", "ReLU(z) + z", "3", "x = { choices = [0] }"),
        ("saturated", "sigmoid(z)", "3", "x = [50, -50]"),
        ("saturated", "tanh(z)", "3", "x = [50, -50]"),
        ("vanishing", "z", "3", "x = [3]"),
        ("untidy", "z", "3", "x = [1.2345678]"),
        ("no value", "log(z)", "3", "x = [-1]"),
    ],
)
def test_draws_that_teach_nothing_are_rejected(reason: str, function: str, target: str, drawn: str) -> None:
    text = NEURON.format(function=function, target=target) + drawn
    with pytest.raises(InputError) as found:
        assignment(text, model="").draw("s1")
    assert f"{reason} 20 times" in str(found.value)
    if reason == "no value":
        return
    allowed = assignment(f'{text}\nallow = ["{reason}", "vanishing"]', model="")
    assert allowed.draw("s1").problem.givens[0].values[0] != 1


def test_without_the_table_everyone_has_the_same() -> None:
    one, other = (Assignment(Problem.loads(MODEL), "s").draw(student) for student in ("a", "b"))
    assert one.problem == other.problem == Problem.loads(MODEL) and one.code != other.code


# --- faults of the table ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("q = { from = 1, to = 2 }", "`q` is not a value of [data] or [parameters]"),
        ("z_1 = { from = 1, to = 2 }", "`z_1` is not a value of [data] or [parameters]"),
        ("x = { from = 1 }", "`to` is missing"),
        ("x = { from = 1, to = 0 }", "no numbers"),
        ("x = { from = 1, to = 2, step = 0 }", "no numbers"),
        ("x = { from = 0, to = 1, step = 1e-9 }", "too many"),
        ("x = { from = 1, to = 2, stp = 1 }", "did you mean `step`?"),
        ("x = { from = 1, to = 1, except = 1 }", "`except` leaves nothing"),
        ('x = "one_hot"', "did you mean `one-hot`?"),
        ('Y = "one-hot"', "needs a vector or a matrix"),
        ("x = [1, 2]", "another shape"),
        ("x = [[1, 2], [3, 4]]", "another shape"),
        ("x = []", "an empty list"),
        ("x = true", "`true`"),
        ("x = { choices = 3 }", "not a list of numbers"),
        ("tidy = 0", "`tidy` is 0"),
        ("tries = 1.5", "whole number"),
        ('allow = ["kinks"]', "did you mean `kink`?"),
        ('allow = ["no value"]', "`allow` cannot have `no value`"),
        ("require = 3", "not a list of texts"),
    ],
)
def test_faults_of_the_table_have_a_place_and_a_hint(line: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        Problem.loads(f"{MODEL}[variants]\n{line}")
    (fault,) = found.value.faults
    assert message in str(fault) and fault.place.line == 19 and fault.hint

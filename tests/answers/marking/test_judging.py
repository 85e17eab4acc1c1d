"""Verdicts: right work is right however it is rounded, a fault is charged where it is made, mistakes are named."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from flint import arb, fmpq
from support.planting import Planted, instead, judged, planted
from support.solutions import solved
from support.students import NAMES, Student, answer, as_written, five_percent

from derive.answers.marking.judging import Judged, judge
from derive.answers.reading.written import WrittenNumber
from derive.calculus.kernels import Flat
from derive.derivation.steps import Step
from derive.solution import Solution

EARNED = {"correct", "follows"}


def number(value: str, digits: int) -> WrittenNumber:
    """A number with a point as it would be read."""
    decimals = len(value.partition(".")[2])
    return WrittenNumber(fmpq(int(value.replace(".", "")), 10**decimals), fmpq(1, 10**decimals), digits, value)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_itself_is_all_correct(name: str) -> None:
    solution = solved(name)
    answers = []
    for step_id in solution.ids:
        place, k, step = solution.index[step_id]
        if step is not None:
            numbers = [as_written(number) for number in solution.values.printed(place, k)]
            answers.append(answer(step_id, step.shape, numbers))
    verdicts = judge(solution, answers)
    assert [each.place.id for each in verdicts if each.verdict != "correct"] == []
    assert sum(each.marks for each in verdicts) == sum(each.of for each in verdicts)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("cuts", [False, True], ids=["rounded", "cut"])
@pytest.mark.parametrize("carries_on", [True, False], ids=["carried on", "printed short"])
def test_right_work_is_never_wrong(name: str, cuts: bool, carries_on: bool) -> None:
    solution, random = solved(name), Random(name)
    for digits in range(2, 7):
        student = Student(solution, digits, cuts, carries_on, skip=lambda _: random.random() < 0.2)
        wrong = {step: each for step, each in judged(solution, student).items() if each.verdict not in EARNED}
        saturated = {step for step, each in wrong.items() if each.diagnosis in {"saturated", "trivial"}}
        assert set(wrong) <= saturated, f"{digits} digits: {sorted(set(wrong) - saturated)}"


PARTS = [pytest.param(NAMES[i::4], id=f"part {i + 1}") for i in range(4)]
"""What is true of most cases is asked of four parts of the examples, so that several processes share the work."""


@pytest.mark.slow
@pytest.mark.parametrize("names", PARTS)
def test_errors_of_five_percent_are_found_where_they_are_made(names: list[str]) -> None:
    made = found = 0
    for name in names:
        solution, random = solved(name), Random(name)
        steps = list(Student(solution, 3).steps())
        for i, step in enumerate(random.sample(steps, min(len(steps), 40))):
            digits = 3 + i % 3
            if all(x == 0 for x in solution.exact.flat(step.name, 1)):
                continue
            student = Student(solution, digits, faults={step.id: five_percent(random)}, last=step.id)
            each = judged(solution, student)[step.id]
            if student.write(solution.exact.flat(step.name, 1)[0]).value == 0:
                continue
            made += 1
            found += each.verdict == "wrong"
            told = each.verdict != "correct" or _is_right_by_chance(each) or _cannot_tell(solution, step, digits)
            assert told, f"{name} {step.id} {digits}"
    assert found >= 0.98 * made, f"{found} of {made}"


def _cannot_tell(solution: Solution, step: Step, digits: int) -> bool:
    """Whether 5 % off is written with the same digits: 0.05 of a saturated distance, a 1 in the first place."""
    student = Student(solution, digits)
    return all(
        abs(student.write(x).value - student.write(x * fmpq(105, 100)).value) <= student.write(x).unit
        for x in solution.exact.flat(step.name, 1)
    )


def _is_right_by_chance(found: Judged) -> bool:
    """Whether 5 % off happens to be the right numbers: to one digit, as 2 for 1.905, or because what was rounded before
    was as much off the other way.
    """
    numbers = zip(found.written or (), found.expected, strict=True)
    return all(w and abs(w.value - x) <= (w.unit / 2 if w.digits == 1 else w.unit) for w, x in numbers)


@pytest.mark.slow
@pytest.mark.parametrize("names", PARTS)
def test_planted_mistakes_are_named_and_what_comes_after_follows(names: list[str]) -> None:
    """Each mistake in some steps of each example; another name counts where it stands for the same numbers."""
    outcomes: Counter[str] = Counter()
    for name in names:
        solution = solved(name)
        every = planted(solution)
        for key, step, expr, values in _some_of_each(every, Random(name)):
            student = Student(solution, 6, faults={step.id: instead(expr)})
            verdicts = judged(solution, student)
            outcomes[_outcome(every, verdicts[step.id], key, step, values)] += 1
            later = [each for each in verdicts.values() if each.place.id != step.id and each.verdict not in EARNED]
            made_easy = {"saturated", "trivial", "impossible"}
            assert all(each.diagnosis in made_easy or each.passed_on for each in later), f"{name}: {key} in {step.id}"
            charged = sum(each.passed_on for each in later)
            assert charged <= (verdicts[step.id].of == 0), f"{name}: {key} in {step.id}"
    total = outcomes.total()
    assert outcomes["named"] + outcomes["same numbers"] >= 0.98 * total, outcomes
    assert outcomes["no name"] <= 0.01 * total, outcomes


def _some_of_each(found: list[Planted], random: Random) -> list[Planted]:
    """Every key that was planted, in at most 3 places."""
    by_key = {key: [each for each in found if each[0] == key] for key in dict.fromkeys(each[0] for each in found)}
    return [each for places in by_key.values() for each in random.sample(places, min(len(places), 3))]


def _outcome(every: list[Planted], here: Judged, key: str, step: Step, values: Flat) -> str:
    if here.verdict != "wrong":
        return f"called {here.verdict}"
    if here.diagnosis is None:
        return "no name"
    if here.diagnosis == key:
        return "named"
    return "same numbers" if _same_numbers(every, here.diagnosis, step, values) else "another name"


def _same_numbers(every: list[Planted], key: str, step: Step, values: Flat) -> bool:
    """Whether another diagnosis gives the same numbers, so that nobody can tell them apart."""
    if key in {
        "power_of_ten",
        "lost_comma",
        "digits_swapped",
        "entries_permuted",
        "impossible",
        "saturated",
        "trivial",
    }:
        return True
    others = [v for other, s, _, v in every if other == key and s.id == step.id]
    return any(
        all(bool(abs(arb(a - b)) <= abs(arb(b)) / 10_000) for a, b in zip(v, values, strict=True)) for v in others
    )


def test_a_saturated_value_rounded_to_its_bound() -> None:
    """A_2 = 1.00 is right at its length; the first gradient that becomes 0 is not; what comes after it follows."""
    solution = solved("notes")
    z_2, zero = number("18.3", 3), number("0", 1)
    answers = [
        answer("z_2", (), [z_2]),
        answer("A_2", (), [number("1.00", 3)]),
        answer("dL/dA_2", (), [number("-34", 2)]),
        answer("dL/dz_2", (), [zero]),
        answer("dL/dW_2", (1, 3), [zero, zero, zero]),
        answer("dL/db_2", (), [zero]),
    ]
    verdicts = {each.place.id: each for each in judge(solution, answers)}
    assert verdicts["A_2"].verdict == "correct"
    assert [remark.kind for remark in verdicts["A_2"].remarks] == ["precision"]
    assert (verdicts["dL/dz_2"].verdict, verdicts["dL/dz_2"].diagnosis) == ("wrong", "saturated")
    assert verdicts["dL/dW_2"].verdict == "follows"
    assert verdicts["dL/db_2"].verdict == "follows"


def test_an_impossible_value_earns_nothing_at_its_place() -> None:
    solution = solved("notes")
    answers = [answer("z_2", (), [number("18.3", 3)]), answer("A_2", (), [number("1.3", 2)])]
    verdicts = {each.place.id: each for each in judge(solution, answers)}
    assert (verdicts["A_2"].verdict, verdicts["A_2"].diagnosis) == ("wrong", "impossible")


def test_a_missing_step_is_missing_and_what_follows_it_is_judged() -> None:
    solution = solved("notes")
    verdicts = {each.place.id: each for each in judge(solution, [answer("dL/dA_2", (), [number("-34.0", 3)])])}
    assert verdicts["z_1"].verdict == "missing"
    assert verdicts["dL/dA_2"].verdict == "correct"

"""What a question makes of students' work: a mistake costs the step that it is made in, and nothing else."""

from __future__ import annotations

from random import Random

import pytest
from flint import fmpq
from support.planting import instead, planted
from support.students import Student

from derive import Problem, examples
from derive.answers.reading.written import Answer, Array
from derive.language.names import Symbol
from derive.questions.planted import CREDITED, RIGHT, QuestionBench
from derive.questions.stack import stack_questions
from derive.questions.standing import Answered, TypedWork

NAMES = ("conv_signal", "hmkcode", "mazur", "notes", "yeh_rnn", "zaki_meira")
SOME = 30
"""So many mistakes of each problem are tried."""


def bench_of(name: str) -> QuestionBench:
    (made,) = stack_questions(Problem.load(examples.path(name)))
    return made.benches[0]


def typed(answers: list[Answer], bench: QuestionBench) -> TypedWork:
    """A student's answers to the first pass; those of later passes are as the page prints them."""
    given = {answer.step: answer.content for answer in answers if isinstance(answer.content, Array)}
    numbers: dict[Symbol, tuple[Answered, ...]] = {}
    for line in bench.lines:
        if array := given.get(line.id):
            numbers[line.variable] = tuple(
                Answered(fmpq(written.value), "." in written.text) for written in array.entries if written
            )
        else:
            shown = bench.solution.values.printed(*line.place)
            numbers[line.variable] = tuple(Answered(fmpq(number.value), True) for number in shown)
    return TypedWork(bench.program, bench.truth, numbers, bench.lengths)


def not_credited(work: TypedWork, bench: QuestionBench) -> list[str]:
    """The steps of the first pass that earn nothing."""
    verdicts = bench.judged(work)
    return [line.id for line in bench.lines if line.place[1] == 1 and verdicts[line.variable] not in CREDITED]


@pytest.mark.parametrize("digits", [2, 3, 6])
@pytest.mark.parametrize("cuts", [False, True], ids=["rounded", "cut off"])
@pytest.mark.parametrize("name", NAMES)
def test_right_work_is_credited(name: str, cuts: bool, digits: int) -> None:
    bench = bench_of(name)
    assert not_credited(typed(Student(bench.solution, digits, cuts).work(), bench), bench) == []


@pytest.mark.slow
@pytest.mark.parametrize("digits", [3, 6])
@pytest.mark.parametrize("name", NAMES)
def test_a_planted_mistake_costs_its_own_step(name: str, digits: int) -> None:
    bench = bench_of(name)
    asked = {line.place for line in bench.lines}
    found = [each for each in planted(bench.solution) if (each[1].name, 1) in asked]
    for key, step, expr, _ in Random(name).sample(found, min(SOME, len(found))):
        work = typed(Student(bench.solution, digits, faults={step.id: instead(expr)}).work(), bench)
        assert not_credited(work, bench) == [step.id], f"{key} in {step.id}"


@pytest.mark.parametrize("name", NAMES)
def test_nearly_every_mistake_that_can_be_told_has_a_test(name: str) -> None:
    bench = bench_of(name)
    asked = {line.place for line in bench.lines}
    wanted = {(step.id, key) for key, step, _, _ in planted(bench.solution) if (step.name, 1) in asked}
    tested = {(each.line.id, each.key) for each in bench.mistakes()}
    assert len(wanted - tested) <= 0.05 * len(wanted)


def test_the_printed_numbers_are_right() -> None:
    bench = bench_of("notes")
    assert set(bench.verdicts(bench.truth).values()) == {RIGHT}

"""Other numbers for an exercise: typed ones, or drawn as [variants] says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from derive.answers.reading.numbers import read_number
from derive.errors import Fault, InputError
from derive.interactive.exercise import Exercise
from derive.problem.problem import Problem
from derive.variants import Assignment

NOBODY_IN_PARTICULAR = "practice"


def changed(exercise: Exercise, values: Mapping[str, Any]) -> Exercise:
    """The exercise with other numbers for some given values. Raises InputError for what is no number."""
    return exercise.with_problem(with_values(exercise.solution.problem, values))


def with_values(problem: Problem, values: Mapping[str, Any]) -> Problem:
    """The problem with other numbers: texts in any notation, or nested lists of them."""
    shapes = {given.name.id: len(given.values) for given in problem.givens}
    read = {name: tuple(_numbers(value, name, problem.numbers.decimal)) for name, value in values.items()}
    if wrong := [name for name in read if len(read[name]) != shapes.get(name)]:
        raise InputError(Fault(f"`{name}` needs {shapes.get(name, 'no')} numbers, there are {len(read[name])}",
                               "as many as the problem gives") for name in wrong)  # fmt: skip
    return problem.with_values(read)


def drawn(exercise: Exercise, seed: str) -> Exercise:
    """The exercise with the numbers that a seed draws. Raises InputError where no numbers meet the conditions."""
    return exercise.with_problem(Assignment(exercise.writer.blueprint, seed).draw(NOBODY_IN_PARTICULAR).problem)


def _numbers(value: Any, name: str, decimal: str) -> Iterator[Fraction]:
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each, name, decimal)
        return
    text = str(value).strip()
    read = read_number(text, decimal)
    if read is None:
        raise InputError(
            [Fault(f"`{name}`: `{text[:40]}` is not a number", "write for example 3.9, 1/3 or -4.08·10^-7")]
        )
    yield Fraction(int(read.value.p), int(read.value.q))

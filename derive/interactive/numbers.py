"""Other numbers for an exercise: typed ones, or drawn as [variants] says."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from derive.answers.reading.numbers import read_number
from derive.errors import DeriveError, Fault, InputError
from derive.interactive.exercise import Exercise
from derive.problem.problem import Problem
from derive.prose.catalogue import catalogue
from derive.variants import Assignment

NOBODY_IN_PARTICULAR = "practice"


def changed(exercise: Exercise, values: Mapping[str, Any]) -> Exercise:
    """The exercise with other numbers for some given values. Raises InputError for what is no number, and DeriveError
    where a value is not defined with them.
    """
    return _worked(exercise, with_values(exercise.solution.problem, values))


def _worked(exercise: Exercise, problem: Problem) -> Exercise:
    """The exercise with the numbers of a problem; that it has no solution is told in the language of the page."""
    try:
        return exercise.with_problem(problem)
    except DeriveError:
        if problem.language == "en":
            raise
        raise DeriveError(catalogue(problem.language)["practice.impossible"]) from None


def with_values(problem: Problem, values: Mapping[str, Any]) -> Problem:
    """The problem with other numbers: texts in any notation, or nested lists of them."""
    shapes = {given.name.id: len(given.values) for given in problem.givens}
    read = {name: tuple(_numbers(value, name, problem)) for name, value in values.items()}
    if wrong := [name for name in read if len(read[name]) != shapes.get(name)]:
        raise InputError(Fault(f"`{name}` needs {shapes.get(name, 'no')} numbers, there are {len(read[name])}",
                               "as many as the problem gives") for name in wrong)  # fmt: skip
    return problem.with_values(read)


def drawn(exercise: Exercise, seed: str) -> Exercise:
    """The exercise with the numbers that a seed draws. Raises InputError where no numbers meet the conditions."""
    return _worked(exercise, Assignment(exercise.writer.blueprint, seed).draw(NOBODY_IN_PARTICULAR).problem)


def _numbers(value: Any, name: str, problem: Problem) -> Iterator[Fraction]:
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each, name, problem)
        return
    text = str(value).strip()
    read = read_number(text, problem.numbers.decimal)
    if read is None:
        words = catalogue(problem.language)
        what = words["practice.no_number"].format(name=name, text=text[:40])
        raise InputError([Fault(what, words["faults.hint_for_example"])])
    yield Fraction(int(read.value.p), int(read.value.q))

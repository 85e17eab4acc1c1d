"""The public way in to marking: a problem and a piece of work → a report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from derive.answers.feedback.report import Report, report
from derive.answers.files.endings import FILES, WORKING
from derive.answers.marking.judging import judge
from derive.answers.reading.written import Answer
from derive.derivation.steps import Derivation
from derive.errors import Fault, InputError, Place, suggestion
from derive.files import path_to
from derive.problem.problem import Problem
from derive.solution import Blueprint, Solution


def check(
    problem: str | Path | Problem | Derivation | Solution,
    answers: str | Path | Mapping[str, Any] | Sequence[Answer],
    *,
    hints: bool = False,
) -> Report:
    """Mark one piece of work: an answer file, free working, a mapping of answers, or answers already read.

    A mapping holds for a step's name what is written for it: a text in any notation, a number, or nested lists.

    With `hints` the report does not tell expected numbers. Raises InputError for a file that cannot be read at all,
    TypeError for what is none of these; what cannot be read inside a work is an item of the report.
    """
    solution = problem if isinstance(problem, Solution) else _solved(problem)
    read = _read(answers, solution)
    return report(solution, judge(solution, read), read, hints)


def _solved(problem: str | Path | Problem | Derivation) -> Solution:
    """The problem worked out; a verdict needs no SymPy: differences verify the gradients."""
    read = problem if isinstance(problem, Problem | Derivation) else Problem.load(problem)
    return Blueprint.of(read, symbolic=False).solve()


def _read(answers: str | Path | Mapping[str, Any] | Sequence[Answer], solution: Solution) -> list[Answer]:
    if isinstance(answers, Mapping):
        from derive.answers.files.answer_file import read_mapping

        return read_mapping(answers, solution)
    if isinstance(answers, Sequence) and not isinstance(answers, str | bytes):
        return list(answers)
    return read_answers(path_to(answers, "a piece of work", "give a mapping of steps to what is written"), solution)


def read_answers(path: Path, solution: Solution) -> list[Answer]:
    """The answers in a file, by its ending. Raises InputError for a file that is not one, or has another ending."""
    if path.exists() and not path.is_file():  # reading from a pipe or a device may never end
        raise InputError([Fault("this is not a regular file", "save the answers in a file", Place(str(path)))])
    ending = path.suffix.lower()
    if ending in FILES:
        from derive.answers.files.answer_file import answers_of, read_entries

        return answers_of(read_entries(path), solution)
    if ending in WORKING:
        from derive.answers.working.free_working import read_working

        return read_working(path, solution)
    known = ", ".join((*FILES, *WORKING))
    hint = suggestion(ending, (*FILES, *WORKING)) or f"known endings: {known}"
    raise InputError([Fault(f"answers with the ending `{ending}` cannot be read", hint, Place(str(path)))])

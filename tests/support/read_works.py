"""What a work says, read and judged against a problem that was solved once."""

from __future__ import annotations

from functools import cache
from typing import Any

from derive import Problem, examples
from derive.answers.marking.judging import Judged, judge
from derive.answers.reading.written import Answer, Array
from derive.answers.working.free_working import read_working
from derive.solution import Solution, solve

UNREAD = "unread"


@cache
def key(problem: str) -> Solution:
    """A problem solved, by the name of a built-in one or by its text: the key that works are held against."""
    return solve(Problem.loads(problem if "\n" in problem else examples.path(problem).read_text("utf-8")))


def said(problem: str, text: str) -> dict[str, Any]:
    """What a work says: numbers by step, what counts for no step behind a `?`, lines not understood as `line 3`; UNREAD
    for what has no numbers.
    """
    answers = read_working(text, key(problem))
    meant = {each.place.id: each for each in judge(key(problem), answers) if each.answer}
    return dict(_entry(answer, meant.get(answer.step)) for answer in answers)


def _entry(answer: Answer, judged: Judged | None) -> tuple[str, Any]:
    where = f"line {answer.line}" if answer.is_line else answer.step or f"? {answer.left}"
    content = answer.content
    found = judged.written if judged else content.entries if isinstance(content, Array) else None
    if found is None:
        return where, UNREAD
    numbers = [w and round(float(w.value), 9) for w in found]
    return where, numbers[0] if len(numbers) == 1 else numbers

"""A cell that marks what a student's code has computed: partial credit and a reason, in nbgrader and otter too.

What was checked before counts as the student's own earlier numbers: a fault costs once, where it is made.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derive.answers.checking import check
from derive.errors import DeriveError, suggestion
from derive.problem.problem import Problem
from derive.problem.reading.array_values import is_tensor
from derive.solution import Solution, solve

DIGITS, SHORT_DIGITS = 7, 5
"""Digits that a computed number is marked by: double precision may have lost the others; shorter types have fewer."""


class CellMark(float):
    """What a cell earned, of its points, as a number, which nbgrader takes for partial credit.

    share    the part that was earned, from 0 to 1
    verdict  `correct`, `follows`, `wrong`, `missing` or `unreadable`
    message  the reason, in the page's language
    """

    share: float
    verdict: str
    message: str

    def require(self, share: float = 1) -> None:
        """Raises AssertionError with the reason where less was earned, as tests of otter do."""
        assert self.share >= share - 1e-9, self.message


class _Marker:
    """Marks by one solution, and remembers what was checked."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.answers: dict[str, Any] = {}

    def mark(self, step: str, value: Any, points: float) -> CellMark:
        if step not in self.solution.ids:
            raise DeriveError(f"no step `{step}`", suggestion(step, self.solution.ids) or "solution.ids has them all")
        self.answers[step] = _written(value)
        report = check(self.solution, self.answers)
        item = next(item for item in report.items if item.id == step)
        share = float(item.marks / item.of) if item.of else float(item.verdict in {"correct", "follows"})
        mark = CellMark(round(points * share, 6))
        mark.share, mark.verdict, mark.message = share, item.verdict, item.message
        return mark


@dataclass(slots=True)
class _Session:
    """What the cells of a notebook are marked by: the problem as it was given, and its marker."""

    problem: Solution | Problem | str | Path | None = None
    marker: _Marker | None = None


_SESSION = _Session()


def mark_by(problem: Solution | Problem | str | Path) -> None:
    """What `check_cell` marks by from now on: a solution, a problem, or a problem file."""
    _SESSION.marker = _Marker(problem if isinstance(problem, Solution) else solve(problem))
    _SESSION.problem = problem


def check_cell(
    step: str, value: Any, problem: Solution | Problem | str | Path | None = None, *, points: float = 1
) -> CellMark:
    """Mark a computed value: `check_cell("dL/dW_1", dW1)` prints the reason and gives what it earned of `points`.

    `value` is a number, nested lists, an array of NumPy or a tensor of PyTorch. It is marked by `problem`, or by what
    the last `%%derive` or check worked out. Raises DeriveError where there is neither, and for a step that does not
    exist.
    """
    if problem is not None and problem is not _SESSION.problem and problem != _SESSION.problem:
        mark_by(problem)
    if _SESSION.marker is None:
        hint = "as in check_cell(step, value, 'problem.toml'), or run a cell with %%derive first"
        raise DeriveError("there is no problem to mark by", hint)
    mark = _SESSION.marker.mark(step, value, points)
    print(mark.message)
    return mark


def _written(value: Any) -> Any:
    """A computed value as a student would write it down: numbers with the digits that count."""
    if is_tensor(value):
        short = any(kind in str(value.dtype) for kind in ("float32", "float16"))
        return _rounded(value.tolist(), SHORT_DIGITS if short else DIGITS)
    return _rounded(value, DIGITS)


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, list | tuple):
        return [_rounded(each, digits) for each in value]
    if is_tensor(value):
        return _written(value)
    return f"{value:#.{digits}g}" if isinstance(value, float) else value

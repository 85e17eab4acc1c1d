"""What is measured of derive, called as users call it: each function prepares, and returns the run that is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from random import Random

from networks import drawn

from derive import Problem, check, examples, solve
from derive.solution import Blueprint, Solution

Run = Callable[[], object]
NOTES = examples.path("notes")
WORK = Path(__file__).resolve().parents[1] / "tests" / "work" / "notes.md"


def worked(problem: Problem, formats: tuple[str, ...] = ("tex", "md")) -> Solution:
    """Derived, worked out, verified by every route that its size allows, and written as text."""
    solution = solve(problem)
    for name in formats:
        solution.text(name)
    return solution


def gradient(solution: Solution) -> list[float]:
    """The derivatives by all parameters, as floats."""
    wanted = [(name, solution.values.flat(name)) for name in solution.blueprint.derivation.gradients]
    return [float(x) for _, flat in wanted for x in flat]


def filled(plan: Blueprint, problem: Problem) -> None:
    """Other numbers put in: values, verification and the page as text."""
    solution = plan.solve(problem)
    for name in ("tex", "md"):
        solution.text(name)


def notes() -> Run:
    """The handwritten notes, from the file to LaTeX and Markdown."""
    return lambda: worked(Problem.load(NOTES))


def checked() -> Run:
    """A student's work on the notes, from the problem file to the report."""
    return lambda: str(check(NOTES, WORK))


def network(*sizes: str) -> Run:
    """A sigmoid network from its file's text to the page."""
    text = drawn([int(size) for size in sizes]).toml()
    return lambda: worked(Problem.loads(text))


def written_out(*sizes: str) -> Run:
    """A sigmoid network from its file's text to LaTeX, every entry written out."""
    text = drawn([int(size) for size in sizes]).toml()
    return lambda: worked(Problem.loads(text), formats=("tex",))


def imported(module: str) -> Run:
    """The import of a module."""
    return lambda: import_module(module)


def variants(problem: Problem, count: int, seed: int = 20) -> Iterator[Problem]:
    """The same problem with other numbers, of two digits."""
    random = Random(seed)
    for _ in range(count):
        yield problem.with_values(
            {given.name.id: [Fraction(random.randint(1, 99), 100) for _ in given.values] for given in problem.givens}
        )


def trained(name: str) -> Run:
    """A training, from the file to the Markdown page: every pass worked out, the first and the last one verified."""
    return lambda: worked(Problem.load(examples.path(name)), formats=("md",))

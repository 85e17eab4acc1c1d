"""What is measured of derive: a function here prepares, and returns the run that is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib import import_module
from random import Random
from unittest.mock import patch

from networks import drawn

from derive import examples
from derive.derivation.derive import derive
from derive.problem.problem import Problem
from derive.solution import Blueprint, Solution
from derive.values.tape import Tape
from derive.values.values import Values

Run = Callable[[], object]


def blueprint(problem: Problem, closed_form: bool = False) -> Blueprint:
    """The blueprint of a problem, with SymPy's closed form or without, whatever it would cost."""
    with patch("derive.solution.affordable", return_value=closed_form):
        return Blueprint.of(problem)


def gradient(solution: Solution) -> list[float]:
    """The derivatives by all parameters, as floats."""
    wanted = [(name, solution.values.flat(name)) for name in solution.blueprint.derivation.gradients]
    return [float(x) for _, flat in wanted for x in flat]


def worked(problem: Problem, closed_form: bool = False, formats: tuple[str, ...] = ("tex", "md")) -> Solution:
    """Derivation, values, verification and the page as text."""
    solution = blueprint(problem, closed_form).solve()
    for name in formats:
        solution.text(name)
    return solution


def filled(plan: Blueprint, problem: Problem) -> None:
    """Other numbers put in: values, verification and the page as text."""
    solution = plan.solve(problem)
    for name in ("tex", "md"):
        solution.text(name)


def loaded(text: str = "") -> Problem:
    """The problem that a text writes, or the notes; what derive imports late is imported here."""
    for module in ("jinja2", "derive.figures.drawing.tikz", "derive.figures.drawing.svg"):
        import_module(module)
    return Problem.loads(text) if text else Problem.load(examples.path("notes"))


def notes(with_closed_form: str = "") -> Run:
    """The handwritten notes from problem to page; the closed form is SymPy's, whose import is not measured."""
    problem = loaded()
    if with_closed_form:
        import_module("sympy")
    return lambda: worked(problem, bool(with_closed_form))


def network(*sizes: str) -> Run:
    """A sigmoid network from problem to page, without the closed form."""
    problem = loaded(drawn([int(size) for size in sizes]).toml())
    return lambda: worked(problem)


def written_out(*sizes: str) -> Run:
    """A sigmoid network from problem to LaTeX, every entry written out."""
    problem = loaded(drawn([int(size) for size in sizes]).toml())
    assert problem.page.detail == "full"
    return lambda: worked(problem, formats=("tex",))


def variants(problem: Problem, count: int, seed: int = 20) -> Iterator[Problem]:
    """The same problem with other numbers, of two digits."""
    random = Random(seed)
    for _ in range(count):
        yield problem.with_values(
            {given.name.id: [Fraction(random.randint(1, 99), 100) for _ in given.values] for given in problem.givens}
        )


def trained(name: str) -> Callable[[], float]:
    """The numbers of a training, nothing printed: the loss after the last step."""
    problem = Problem.load(examples.path(name))
    tape, loss = Tape.of(derive(problem)), problem.loss
    assert loss is not None
    assert problem.update is not None
    last = problem.update.steps + 1
    return lambda: float(Values(tape, problem).flat(loss, last)[0])

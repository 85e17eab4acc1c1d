"""A derivation as one list of variables, pass after pass: what a question computes, and how each step follows.

A variable stands for a quantity in one pass; expressions are over variables, so that the parameters of pass 2 are what
the update of pass 1 gave. Maxima and the planted mistakes both run these lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from derive.answers.marking.student_values import is_of_size
from derive.answers.mistakes.mistake import of_step_shape
from derive.answers.mistakes.table import MISTAKES
from derive.calculus.differentiation import entry_of
from derive.calculus.kernels import Branches, Flat
from derive.calculus.scalars import ValueFault
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Entry, Expr, Ref, Shape, names_in, rewrite, with_names
from derive.language.names import Name, Symbol
from derive.problem.settings import Digits
from derive.problem.training.model import STEP
from derive.solution import Solution
from derive.values.tape import CompiledExpr, Env, compile_expr

PassPlace: TypeAlias = tuple[Name, int]
"""A name and a pass."""
PREFIX = "q_"
"""What variables begin with, so that none is called as a function or constant of Maxima is."""


@dataclass(frozen=True, slots=True)
class ProgramLine:
    """A variable: what it stands for, its shape, and its equation over variables; None where its values are given.

    `id` is that of the step in its pass, `step` the derivation's, `digits` how long it is printed; with `rounded` the
    calculation goes on with that.
    """

    variable: Symbol
    id: str
    place: PassPlace
    shape: Shape
    digits: Digits
    expr: Expr | None = None
    step: Step | None = None
    rounded: bool = False

    @property
    def uses(self) -> tuple[Name, ...]:
        """The variables of its equation."""
        return names_in(self.expr) if self.expr else ()


@dataclass(frozen=True, slots=True)
class Route:
    """How a step follows: an equation, and those of its variables that a student has numbers for."""

    params: tuple[Symbol, ...]
    expr: Expr


@dataclass(frozen=True)
class QuestionProgram:
    """The lines of a question in order, and which places are asked."""

    derivation: Derivation
    lines: Mapping[PassPlace, ProgramLine]
    asked: tuple[PassPlace, ...]
    _compiled: dict[Expr, CompiledExpr] = field(default_factory=dict, repr=False)
    _routes: dict[PassPlace, Route] = field(default_factory=dict, repr=False)
    _wrong: dict[PassPlace, dict[str, list[Route]]] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(solution: Solution, asked: Sequence[PassPlace]) -> QuestionProgram:
        """The program of a problem whose steps are asked."""
        return _Unrolling(solution, sorted({k for _, k in asked})).program(tuple(asked))

    @cached_property
    def by_variable(self) -> Mapping[Symbol, ProgramLine]:
        """The lines by their variables."""
        return {line.variable: line for line in self.lines.values()}

    @cached_property
    def shapes(self) -> Mapping[Name, Shape]:
        """The shape of every variable."""
        return {line.variable: line.shape for line in self.lines.values()}

    @cached_property
    def _slots(self) -> Mapping[Name, int]:
        return {line.variable: i for i, line in enumerate(self.lines.values())}

    @cached_property
    def answered(self) -> frozenset[Name]:
        """The variables that a student gives numbers for."""
        return frozenset(self.lines[place].variable for place in self.asked)

    @cached_property
    def _dependent(self) -> frozenset[Name]:
        """The variables that follow from what a student gives numbers for, and are not asked themselves."""
        found: set[Name] = set()
        for line in self.lines.values():
            if (found | self.answered).intersection(line.uses):
                found.add(line.variable)
        return frozenset(found - self.answered)

    # --- how steps follow --------------------------------------------------------------------------------------------

    def route(self, line: ProgramLine) -> Route:
        """How a step follows from those before it that are asked: what stands between them is put in."""
        if line.place not in self._routes:
            assert line.expr
            expr = self._put_in(line.expr, self._between(line.expr))
            self._routes[line.place] = Route(self._params(expr), expr)
        return self._routes[line.place]

    def wrong_routes(self, line: ProgramLine) -> dict[str, list[Route]]:
        """The routes that known mistakes take, by their keys in the order in which they are tried.

        They use the numbers of the same steps as the right route; what else a mistake brings in has its true value.
        """
        if line.place not in self._wrong:
            self._wrong[line.place] = self._wrong_routes(line)
        return self._wrong[line.place]

    def _wrong_routes(self, line: ProgramLine) -> dict[str, list[Route]]:
        assert line.step
        assert line.expr
        right, between = self.route(line), self._between(line.expr)
        found: dict[str, list[Route]] = {}
        for mistake in MISTAKES:
            if mistake.concerns(line.step):
                wrong = mistake.wrong(self.derivation, line.step)
                for expr in of_step_shape(self.derivation, line.step, wrong):
                    if (over := self._over_variables(expr, line.place[1])) is not None:
                        found.setdefault(mistake.key, []).append(Route(right.params, self._put_in(over, between)))
        return found

    def _over_variables(self, expr: Expr, k: int) -> Expr | None:
        places = {name: resolved(self.derivation, name, k, self._passes) for name in names_in(expr)}
        if not all(place in self.lines for place in places.values()):
            return None
        return with_names(expr, {name: self.lines[place].variable for name, place in places.items()})

    @cached_property
    def _passes(self) -> frozenset[int]:
        return frozenset(k for _, k in self.asked)

    def _between(self, expr: Expr) -> frozenset[Name]:
        """The variables between an equation and what is asked before it."""
        found: set[Name] = set()
        waiting = [name for name in names_in(expr) if name in self._dependent]
        while waiting:
            name = waiting.pop()
            found.add(name)
            inner = self.by_variable[name].expr  # type: ignore[index]
            waiting += [each for each in names_in(inner) if each in self._dependent - found] if inner else []
        return frozenset(found)

    def _put_in(self, expr: Expr, between: frozenset[Name]) -> Expr:
        inner = {name: self.by_variable[name].expr for name in names_in(expr) if name in between}  # type: ignore[index]
        put_in = {name: self._put_in(other, between) for name, other in inner.items() if other}

        def replaced(node: Expr) -> Expr | None:
            if isinstance(node, Entry) and node.name in put_in:
                return entry_of(put_in[node.name], self.shapes, node.index)
            return put_in.get(node.name) if isinstance(node, Ref) else None

        return rewrite(expr, replaced) if put_in else expr

    def _params(self, expr: Expr) -> tuple[Symbol, ...]:
        return tuple(self.by_variable[name].variable for name in names_in(expr) if name in self.answered)  # type: ignore[index]

    # --- values ------------------------------------------------------------------------------------------------------

    def truth(self, solution: Solution) -> Env:
        """The values of every line, as the page carries them on."""
        return [solution.values.flat(*line.place) for line in self.lines.values()]

    def slot(self, variable: Name) -> int:
        """Where the values of a variable stand."""
        return self._slots[variable]

    def value(self, expr: Expr, env: Env) -> Flat | None:
        """What an expression gives; None where it has no value."""
        if expr not in self._compiled:
            self._compiled[expr] = compile_expr(expr, self._slots, self.shapes, Branches())
        try:
            values = self._compiled[expr](env)
        except (ValueFault, ZeroDivisionError):
            return None
        return values if all(map(is_of_size, values)) else None


def resolved(derivation: Derivation, name: Name, k: int, passes: Iterable[int]) -> PassPlace:
    """Where the value of a name in pass k comes from: of what is updated the pass before, if that one is worked out."""
    if name not in derivation.begun:
        return name, k
    updated = {step.name.before: step.name for step in derivation.carried}
    if name in derivation.turning or name == STEP:
        return name, k
    if name in updated and k > 1:
        return (updated[name], k - 1) if k - 1 in passes else (name, k)
    return name, 1


class _Unrolling:
    """Makes the lines, each when it is first needed."""

    def __init__(self, solution: Solution, passes: Sequence[int]) -> None:
        self.solution, self.passes = solution, passes
        self.derivation = solution.blueprint.derivation
        self.lines: dict[PassPlace, ProgramLine] = {}
        self.taken: set[str] = set()

    def program(self, asked: tuple[PassPlace, ...]) -> QuestionProgram:
        for k in self.passes:
            for step in self.derivation.worked(k, self.solution.values.updates):
                self._add((step.name, k), step)
        return QuestionProgram(self.derivation, self.lines, asked)

    def _add(self, place: PassPlace, step: Step | None = None) -> ProgramLine:
        if place in self.lines:
            return self.lines[place]
        name, k = place
        used: dict[Name, Symbol] = {}
        for each in step.uses if step else ():
            used[each] = self._add(resolved(self.derivation, each, k, self.passes)).variable
        variable, digits = Symbol(self._called(place)), self.solution.values.numbers.of(name.id)
        self.lines[place] = ProgramLine(
            variable, self.derivation.id_in(name, k), place, self.derivation.shapes[name], digits,
            with_names(step.expr, used) if step else None, step,
            step is not None and (self.solution.values.carry == "rounded" or step.rounded),
        )  # fmt: skip
        return self.lines[place]

    def _called(self, place: PassPlace) -> str:
        """A variable's name: `q_dL_dW_1` for dL/dW_1, `q_z_1_2` for z_1@2."""
        word = PREFIX + re.sub(r"\W+", "_", self.derivation.id_in(*place)).strip("_")
        numbered = (f"{word}_v{i}" for i in range(2, len(self.taken) + 3))
        found = next(each for each in (word, *numbered) if each not in self.taken)
        self.taken.add(found)
        return found

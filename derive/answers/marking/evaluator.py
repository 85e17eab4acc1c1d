"""Where written expressions are measured: their values at the true numbers, and at the student's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from flint import arb, fmpq

from derive.answers.marking.orientation import Stands, orientation_of
from derive.answers.marking.student_values import BITS, MOST_BITS, StudentValues
from derive.answers.reading.cells import CommaUse
from derive.answers.reading.grids import Reading, WrittenArray
from derive.answers.reading.written import Answer, Array, WrittenNumber
from derive.calculus.differentiation import entry_of, expand_macros
from derive.calculus.kernels import Branches, Flat, Kernel, ShapeFault, Shapes
from derive.calculus.operation_rows import ROWS
from derive.calculus.scalars import (
    Num,
    Undecided,
    ValueFault,
    is_unknown,
    middle,
    precision,
    shortened,
    to_fmpq,
    to_num,
)
from derive.calculus.shapes import broadcast, offset
from derive.derivation.short_rules import Short
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Options, Ref, Shape, bared
from derive.language.names import Name
from derive.operations import MACROS
from derive.solution import Solution
from derive.values.tape import Env

Value: TypeAlias = tuple[Shape, Flat]
Constant: TypeAlias = Callable[[Number], Num]
FAULTS = (ShapeFault, ValueFault, Undecided, ZeroDivisionError, KeyError, OverflowError, ValueError)


def exactly(number: Number) -> Num:
    """A number as it stands."""
    return to_num(number.value)


@dataclass(slots=True)
class Mention:
    """A number or array that the work gives for a quantity, in its order."""

    index: Index | None
    numbers: Array


@dataclass(slots=True)
class Evaluator:
    """What lines of a work are worth: they are read once, so they are worked out as they stand, while an equation that
    all works are held against is compiled (`StudentValues.value`).

    It has the quantities of one pass: true values, the student's own (worked out where not given), all mentions.
    """

    solution: Solution
    own: StudentValues
    truth: Env
    mentions: dict[Name, list[Mention]] = field(default_factory=dict)
    equations: dict[Name, Expr] = field(default_factory=dict)
    known: dict[Expr, Value | None] = field(default_factory=dict)
    true: dict[Expr, Value | None] = field(default_factory=dict)
    spreads: dict[tuple[Expr, str, str, CommaUse], Value | None] = field(default_factory=dict)
    standing: dict[Expr, list[Flat] | None] = field(default_factory=dict)
    entries: dict[tuple[Expr, Index], Expr] = field(default_factory=dict)
    operations: dict[tuple[str, Shapes, Options], tuple[Shape, Kernel]] = field(default_factory=dict)

    @staticmethod
    def of(solution: Solution, answers: Sequence[Answer], k: int = 1) -> Evaluator:
        """The evaluator of a pass, with the answers as the student's own numbers."""
        blueprint, truth = solution.blueprint, solution.exact.env(k)
        own = StudentValues.of(blueprint.tape, blueprint.workings, truth)
        said = {answer.step: answer.content for answer in answers if answer.entry is None}
        derivation = blueprint.derivation
        for name, _ in derivation.givens:
            _take(own, name, said.get(derivation.id_in(name, k)), own.env[own.tape.slots[name]])
        for step in derivation.worked(k, solution.values.updates):
            values = own.value(step.expr) or own.env[own.tape.slots[step.name]]
            own.put(step.name, values)
            _take(own, step.name, said.get(derivation.id_in(step.name, k)), values)
        return Evaluator(solution, own, truth)

    @property
    def shapes(self) -> Mapping[Name, Shape]:
        """The shape of every name."""
        return self.solution.blueprint.derivation.shapes

    def shortcut(self, name: Name) -> Short | None:
        """The short rule for a step."""
        return self.solution.blueprint.shortcuts.get(name)

    def defined(self, name: Name) -> Expr | None:
        """The right side of a name's equation."""
        if not self.equations:
            derivation = self.solution.blueprint.derivation
            self.equations |= {step.name: step.expr for step in (*derivation.forward, *derivation.backward)}
        return self.equations.get(name)

    def value(self, expr: Expr, own: bool = True, reading: Reading | None = None) -> Value | None:
        """The value of an expression at the student's numbers or the true ones; None if it has none."""
        if reading is not None and reading.grids:
            return self._evaluated(expr, self.own.env if own else self.truth, reading.grids)
        known = self.known if own else self.true
        if expr not in known:
            known[expr] = self._evaluated(expr, self.own.env if own else self.truth, {})
        return known[expr]

    def spread(self, expr: Expr, reading: Reading) -> Value | None:
        """The value at the student's numbers as balls: each decimal in the reading may be off by one unit."""

        def ball(number: Number) -> Num:
            w = reading.written(number)
            return arb(w.value, arb(w.unit)) if 0 < w.unit < 1 else to_fmpq(number.value)

        return self._evaluated(expr, self.own.env, reading.grids, ball)

    def spread_of(self, reading: Reading) -> Value | None:
        """The same of all that was read: a line that stands there again is worked out once."""
        key = reading.expr, reading.text, reading.decimal, reading.commas
        if key not in self.spreads:
            self.spreads[key] = self.spread(reading.expr, reading)
        return self.spreads[key]

    def _evaluated(
        self, expr: Expr, env: Env, grids: Mapping[Name, WrittenArray], number: Constant = exactly
    ) -> Value | None:
        try:
            with precision(BITS, ties=True):
                shape, flat = self._at(expr, env, grids, number)
                return None if any(map(is_unknown, flat)) else (shape, flat)
        except FAULTS:
            return None

    def _at(self, expr: Expr, env: Env, grids: Mapping[Name, WrittenArray], number: Constant) -> Value:
        if isinstance(expr, Number):
            return (), [number(expr)]
        if isinstance(expr, Ref):
            if grids and (grid := grids.get(expr.name)):
                return grid.shape, [self._scalar(cell, env, grids, number) for cell in grid.cells]
            return self.shapes[expr.name], env[self.own.tape.slots[expr.name]]
        if isinstance(expr, Entry):
            return (), [env[self.own.tape.slots[expr.name]][offset(self.shapes[expr.name], expr.index)]]
        return self._applied(expr, env, grids, number)

    def _scalar(self, expr: Expr, env: Env, grids: Mapping[Name, WrittenArray], number: Constant) -> Num:
        shape, flat = self._at(expr, env, grids, number)
        if shape:
            raise ShapeFault("an array inside an array")
        return flat[0]

    def _applied(self, expr: Apply, env: Env, grids: Mapping[Name, WrittenArray], number: Constant) -> Value:
        """The rows' own values."""
        if expr.op in MACROS:
            return self._at(expand_macros(expr, self.shapes), env, grids, number)
        values = [self._at(arg, env, grids, number) for arg in expr.args]
        shape, kernel = self._operation(expr.op, tuple([shape for shape, _ in values]), expr.options)
        return shape, [shortened(x, MOST_BITS) for x in kernel(*[flat for _, flat in values])]

    def _operation(self, op: str, shapes: Shapes, options: Options) -> tuple[Shape, Kernel]:
        """What a row gives for arguments of some shapes, its shape and how it is worked out, found once; a dot between
        arrays of one shape is read as ⊙. Raises ShapeFault.
        """
        key = op, shapes, options
        if key not in self.operations:
            row = ROWS[op]
            try:
                shape = row.shape(shapes, options)
            except ShapeFault:
                if op != "product" or shapes[0] != shapes[1]:
                    raise
                row, shape, options = ROWS["times"], broadcast(shapes), ()
            self.operations[key] = shape, row.kernel(shapes, options, Branches())
        return self.operations[key]

    @property
    def decimal(self) -> str:
        """The problem's decimal sign."""
        return self.solution.values.numbers.decimal

    def flat(self, name: Name) -> Flat:
        """The true value of a name, flat."""
        return self.truth[self.own.tape.slots[name]]

    def entry(self, expr: Expr, index: Index) -> Expr:
        """One entry of an expression; the expression itself where its entries cannot be told apart."""
        key = expr, index
        if key not in self.entries:
            try:
                self.entries[key] = entry_of(expr, self.shapes, index)
            except (ShapeFault, AssertionError, ValueError, IndexError, KeyError):
                self.entries[key] = expr
        return self.entries[key]

    def candidates(self, expr: Expr) -> list[Flat] | None:
        """What a number may be that stands for an entry: the student's own value first, the true one, every mention."""
        if expr not in self.standing:
            own, true = self.value(expr), self.value(expr, own=False)
            said = self.mentioned(expr)
            self.standing[expr] = own and [
                [
                    x,
                    *([true[1][i]] if true else []),
                    *(m.value for mention in said if i < len(mention) and (m := mention[i])),
                ]
                for i, x in enumerate(own[1])
            ]
        return self.standing[expr]

    # --- mentions ----------------------------------------------------------------------------------------------------

    def mentioned(self, expr: Expr) -> list[list[WrittenNumber | None]]:
        """What the work gives for a quantity or entry, mention by mention, flat."""
        bare = bared(expr, "transpose")
        if not isinstance(bare, Ref | Entry):
            return []
        found: list[list[WrittenNumber | None]] = []
        for mention in self.mentions.get(bare.name, ()):
            if isinstance(bare, Ref) and mention.index is None:
                found.append(list(mention.numbers.entries))
            elif isinstance(bare, Entry):
                found.append([self._entry(mention, bare)])
        return found

    def _entry(self, mention: Mention, entry: Entry) -> WrittenNumber | None:
        if mention.index is not None:
            return mention.numbers.entries[0] if mention.index == entry.index else None
        at = offset(self.shapes[entry.name], entry.index)
        return mention.numbers.entries[at] if at < len(mention.numbers.entries) else None


def _take(own: StudentValues, name: Name, content: object, otherwise: Flat) -> None:
    """The student's numbers for a name, where they can be meant as its entries."""
    shape = own.tape.derivation.shapes[name]
    if isinstance(content, Array) and orientation_of(content.shape, shape) is Stands.AS_IS and any(content.entries):
        own.take(name, content.entries, otherwise)


def same(a: Num, b: Num) -> bool:
    """Whether two values may be one: equal, or balls that touch."""
    if type(a) is fmpq and type(b) is fmpq:
        return bool(a == b)
    return bool(arb(a).overlaps(arb(b)))


def exact(x: Num) -> fmpq | None:
    """A value as a rational: a ball's middle, if it is of a size that anybody writes."""
    if type(x) is fmpq:
        return x
    if not x.is_finite() or not bool(abs(x) < arb(10) ** 300) or not bool(abs(x) > arb(10) ** -300):
        return None
    return middle(x)

"""The student's own numbers: a table of values that follows the work, with the width that written digits allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import is_
from typing import TypeAlias

from flint import arb, fmpq

from derive.answers.marking.rounding import UsualLength, is_exactly, with_zeros
from derive.answers.reading.written import WrittenNumber
from derive.calculus.kernels import Branches, Flat, ShapeFault
from derive.calculus.scalars import Num, ValueFault, is_minus_infinity, precision, shortened, to_fmpq
from derive.derivation.steps import Step
from derive.language.expressions import Expr, Number, Ref, Shape, names_in, rewrite, walk
from derive.language.names import Name, Symbol
from derive.page.workings import Workings
from derive.values.tape import CompiledExpr, Env, Tape, compile_expr

BITS = 192
MOST_WIDTHS = 200
MOST_BITS = 4_000
MOST_MIXED = 4
_LARGEST = arb(10) ** 100_000


FlatNumbers: TypeAlias = tuple[WrittenNumber | None, ...]
"""The numbers written for a step, flat; None for one that was left out."""


@dataclass(slots=True)
class StudentValues:
    """Values and units by slot, as the student has them; what was not answered is worked out from what was.

    `truth` are the true values of the pass.

    `usual` is the length of the student's numbers: what was not written was rounded to it.

    `answered` are the names that the student gave numbers for, `trivial` those that a fault made trivial, `rounded`
    those whose numbers only round what they stand for, `held` what the calculator holds for those of them that were
    explained: the true value, or what the student's equation gives. `uncharged` are the
    numbers of lines without marks that are not right, with what explains them: they do not stand in the table until
    a step with marks has been charged for them; `charged` says that they were put in to see whether one must be.

    `moved` are the names that have other numbers since exact ones were put in: those, and what follows from them, which
    is worked out when it is first asked for; `seen` are the names that this was done for.
    """

    tape: Tape
    workings: Workings
    truth: Env
    env: Env
    units: list[Flat | None]
    usual: UsualLength | None = None
    answered: set[Name] = field(default_factory=set)
    trivial: set[Name] = field(default_factory=set)
    rounded: set[Name] = field(default_factory=set)
    held: dict[Name, Flat] = field(default_factory=dict)
    uncharged: dict[Name, tuple[FlatNumbers, str]] = field(default_factory=dict)
    charged: bool = False
    moved: set[Name] = field(default_factory=set)
    seen: set[Name] = field(default_factory=set)
    worked: dict[Expr, tuple[list[Flat], Flat | None]] = field(default_factory=dict)
    """What expressions gave last, and at which numbers: most are asked for several times."""

    @staticmethod
    def of(tape: Tape, workings: Workings, env: Env, usual: UsualLength | None = None) -> StudentValues:
        """The given values of a pass, nothing answered yet."""
        return StudentValues(tape, workings, env, list(env), [None] * len(env), usual)

    def take(
        self, name: Name, written: Sequence[WrittenNumber | None], otherwise: Flat, expr: Expr | None = None
    ) -> None:
        """The student's numbers for a name; entries left out are `otherwise`, what the numbers before them give.

        The true value was not rounded and allows no width; a number that is exactly what the ones before it give by
        `expr` (dL/db = dL/dz) allows what they allow.
        """
        slot = self.tape.slots[name]
        entries = list(zip(written, otherwise, self.truth[slot], strict=True))
        follows = [bool(w and w.value == x and w.value != t) for w, x, t in entries]
        widths = self.widths(expr, otherwise) if expr is not None and any(follows) else [fmpq(0)] * len(entries)
        self.env[slot] = [w.value if w else x for w, x, _ in entries]
        self.units[slot] = [
            fmpq(0) if w is None else min(w.unit, width, key=arb) if copied else self._unit(w, x, t)
            for (w, x, t), copied, width in zip(entries, follows, widths, strict=True)
        ]
        self.answered.add(name)

    def put(self, name: Name, values: Flat, widths: Flat | None = None) -> None:
        """Values worked out for a name that was not answered."""
        slot = self.tape.slots[name]
        self.env[slot], self.units[slot] = values, widths

    def with_truth(self, names: Iterable[Name]) -> StudentValues:
        """The same numbers, but the true values of some names, and what follows from them for what was not answered."""
        return self._with_exact({name: self.truth[self.tape.slots[name]] for name in names})

    def with_held(self, names: Iterable[Name]) -> StudentValues:
        """The same with what the calculator holds for some names."""
        return self._with_exact({name: self.held[name] for name in names})

    def held_behind(self, expr: Expr) -> StudentValues:
        """The same with what the calculator holds wherever an expression goes back to it."""
        return self.with_held([name for name in self.behind(names_in(expr)) if name in self.held])

    def _with_exact(self, values_of: Mapping[Name, Flat]) -> StudentValues:
        """The same numbers with exact ones for some names, and what follows from them for what was not answered."""
        if not values_of:
            return self
        self._bring_up(self.tape.derivation.by_name)
        other = replace(self, env=list(self.env), units=list(self.units), moved=set(values_of), seen=set(values_of))
        for name, exact in values_of.items():
            other.put(name, exact)
        return other

    def _bring_up(self, names: Iterable[Name]) -> None:
        """Work out what follows from exact numbers for these names, and for what they follow from."""
        if not self.moved:
            return
        steps, waiting, found = self.tape.derivation.by_name, list(names), list[Step]()
        while waiting:
            name = waiting.pop()
            if name not in self.seen and name not in self.answered and name in steps:
                found.append(steps[name])
                waiting += steps[name].uses
            self.seen.add(name)
        for step in sorted(found, key=lambda step: self.tape.slots[step.name]):
            if not self.moved.isdisjoint(step.uses) and (values := self.value(step.expr)) is not None:
                self.put(step.name, values, self.units[self.tape.slots[step.name]])
                self.moved.add(step.name)

    def bring(self, name: Name, before: StudentValues, known: Name) -> None:
        """What is known of a name from the pass before: the numbers of the name `known` there."""
        slot, old = self.tape.slots[name], self.tape.slots[known]
        self.env[slot], self.units[slot] = before.env[old], before.units[old]
        if known in before.answered:
            self.answered.add(name)
        if known in before.uncharged:
            self.uncharged[name] = before.uncharged[known]

    def with_uncharged(self) -> StudentValues:
        """The same numbers, with those of lines without marks that are not right."""
        other = replace(self, env=list(self.env), units=list(self.units), answered=set(self.answered))
        other.charge()
        other.charged = True
        return other

    def charge(self) -> None:
        """Go on with the numbers of lines without marks: a step with marks was charged for them."""
        for name, (written, _) in self.uncharged.items():
            self.take(name, written, self.env[self.tape.slots[name]])
        self.uncharged = {}

    def mixtures(self, names: Iterable[Name]) -> Iterator[StudentValues]:
        """The same numbers, with what the calculator holds for some of `names`: nobody can tell whether a student went
        on with that or with what was written.
        """
        rounded = [name for name in self.behind(names) if name in self.held] if self.held else []
        yield self
        if rounded:
            yield self.with_held(rounded)
        for name in rounded if 1 < len(rounded) <= MOST_MIXED else ():
            yield self.with_held([name])
            if len(rounded) > 2:
                yield self.with_held([other for other in rounded if other != name])

    def behind(self, names: Iterable[Name]) -> list[Name]:
        """Names, and for those that were not answered what they follow from."""
        found = list(dict.fromkeys(names))
        steps = self.tape.derivation.by_name
        for name in found:
            if name not in self.answered and name in steps:
                found += [used for used in steps[name].uses if used not in found]
        return found

    def with_values(self, other: Mapping[Name, Flat]) -> StudentValues:
        """The same numbers, but other values of some names, as sure as those."""
        self._bring_up(self.tape.derivation.by_name)
        changed = replace(self, env=list(self.env))
        for name, values in other.items():
            changed.env[self.tape.slots[name]] = values
        return changed

    def value(self, expr: Expr) -> Flat | None:
        """An expression at the student's numbers; None if it has no value there."""
        try:
            run, names = self.workings.compile(expr, self.tape)
        except (ShapeFault, KeyError):  # shapes that do not fit, or a derivative that the problem does not have
            return None
        self._bring_up(names)
        numbers = [self.env[self.tape.slots[name]] for name in names]
        before = self.worked.get(expr)
        if before is None or not all(map(is_, before[0], numbers)):
            values = self._worked_out(run) if all(numbers) else None  # none is what another update's turn needs
            before = self.worked[expr] = numbers, values
        return before[1]

    def _worked_out(self, run: CompiledExpr) -> Flat | None:
        try:
            with precision(BITS, ties=True):
                values = [shortened(x, MOST_BITS) for x in run(self.env)]
        except (ValueFault, ZeroDivisionError):
            return None
        return values if all(map(is_of_size, values)) else None

    def widths(self, expr: Expr, base: Flat) -> Flat:
        """By how much the expression may be off: the sum of |∂f| times the unit of each written number in it.

        Those are the student's own numbers that it uses, and the numbers that stand in it where it is a student's.
        """
        run, names = self.workings.compile(expr, self.tape)
        self._bring_up(names)
        written = self._written(names)
        env = self.env
        if literals := self._literals(expr):
            run, env = self._opened(expr, literals)
            slots = range(len(self.env), len(env))
            written += [(slot, 0, to_fmpq(each.unit)) for slot, each in zip(slots, literals, strict=True)]
        return self._moved(run, env, written if len(written) <= MOST_WIDTHS else [], base)

    def _moved(self, run: CompiledExpr, env: Env, written: Sequence[tuple[int, int, Num]], base: Flat) -> Flat:
        """How far the values move in all, when each written number moves by its unit."""
        total: Flat = [fmpq(0)] * len(base)
        for slot, i, unit in written:
            moved = list(env)
            moved[slot] = [*env[slot][:i], env[slot][i] + unit, *env[slot][i + 1 :]]
            try:
                with precision(BITS, ties=True):
                    total = [t + abs(x - b) for t, x, b in zip(total, run(moved), base, strict=True)]
            except (ValueFault, ZeroDivisionError):
                return [fmpq(0)] * len(base)
        return total

    def _written(self, names: Iterable[Name]) -> list[tuple[int, int, Num]]:
        found = []
        for name in names:
            slot = self.tape.slots[name]
            for i, unit in enumerate(self.units[slot] or ()):
                if unit != 0:
                    found.append((slot, i, unit))
        return found

    # --- the numbers in a formula ------------------------------------------------------------------------------------

    def _literals(self, expr: Expr) -> list[Number]:
        """The rounded numbers in a student's formula: of two digits or more, and no value of the problem exactly."""
        found = {id(node): node for node in walk(expr) if isinstance(node, Number) and _is_rounded(node)}
        if not 0 < len(found) <= MOST_WIDTHS:
            return []
        exactly = {abs(x) for flat in self.truth for x in flat if type(x) is fmpq}
        return [node for node in found.values() if to_fmpq(abs(node.value)) not in exactly]

    def _opened(self, expr: Expr, literals: Sequence[Number]) -> tuple[CompiledExpr, Env]:
        """The expression with literals as names of their own, and the table of values with theirs behind it."""
        names = {id(each): Symbol("literal", subscript=(i,), helper=1) for i, each in enumerate(literals)}
        named = rewrite(expr, lambda node: Ref(names[id(node)]) if id(node) in names else None)
        slots: dict[Name, int] = {**self.tape.slots}
        shapes: dict[Name, Shape] = {**self.tape.derivation.shapes}
        for i, name in enumerate(names.values()):
            slots[name], shapes[name] = len(self.env) + i, ()
        run = compile_expr(named, slots, shapes, Branches())
        return run, [*self.env, *([to_fmpq(each.value)] for each in literals)]

    def follow(self, step: Step) -> None:
        """Work out a step that was not answered, from the student's own numbers."""
        values = self.value(step.expr)
        if values is not None:
            widths = self.widths(step.expr, values)
            if self.usual:
                widths = [width + self.usual.unit(x) for width, x in zip(widths, values, strict=True)]
            self.put(step.name, values, widths)
            if self.rounded.intersection(step.uses):
                self.rounded.add(step.name)

    def settle(self, name: Name, exact: Flat | None) -> None:
        """Take a name's numbers as explained, by exact values where these are known: where they have a width, they are
        rounded.
        """
        if any(unit != 0 for unit in self.units[self.tape.slots[name]] or ()):
            self.rounded.add(name)
            if exact is not None:
                self.held[name] = exact

    def _unit(self, written: WrittenNumber, value: Num, true: Num) -> Num:
        """One unit of a number's last place; 0 of one that is one of two values exactly.

        What is shorter than the student's numbers usually are may have lost zeros at its end.
        """
        if is_exactly(written, value) or is_exactly(written, true):
            return fmpq(0)
        digits = self.usual.digits if self.usual else 0
        if written.digits >= digits:
            return written.unit
        return min((with_zeros(written, x, digits).unit for x in (value, true)), key=arb)


def is_of_size(x: Num) -> bool:
    """Whether it is a number, and one that can be written down; a masked score of −∞ is."""
    return type(x) is fmpq or is_minus_infinity(x) or (bool(x.is_finite()) and bool(abs(x) < _LARGEST))


def _is_rounded(literal: Number) -> bool:
    """Whether a number in a formula may be rounded: one of a single digit is taken as exact."""
    return literal.unit != 0 and abs(literal.value) >= 10 * literal.unit

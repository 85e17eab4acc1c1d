"""Derivation + numbers → Values: every step's value, exact or as balls, for any number of training passes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import TypeVar

from flint import fmpq

from derive.calculus.exact_numbers import ExactNumbers
from derive.calculus.kernels import Branches, Flat
from derive.calculus.scalars import (
    ZERO,
    Blurred,
    Num,
    Undecided,
    ValueFault,
    check_value,
    infinity,
    is_minus_infinity,
    precision,
    shortened,
    to_fmpq,
)
from derive.calculus.shapes import offset
from derive.derivation.steps import Step
from derive.errors import Fault, InputError
from derive.language.expressions import Entry, Ref
from derive.language.names import Derivative, Name, Symbol
from derive.problem.problem import Problem
from derive.problem.reading.given_values import Given
from derive.problem.training.model import STEP
from derive.values.digits import Printed, decimal_text, given_number, printed, unprinted
from derive.values.lazy_entries import LazyEntries
from derive.values.tape import Env, Tape, TapeStep, compile_expr

FIRST_BITS, MOST_BITS, SURE_BITS = 128, 2048, 128
NOTHING = fmpq(1, 2**SURE_BITS)
SMALLEST, LARGEST = 1e-290, 1e290  # between them numbers need no closer look
LARGEST_RATIONAL = 997  # bits: 300 decimal digits

Answer = TypeVar("Answer")


class Values:
    """The values of every step of the passes that are kept, and how they are printed.

    Balls are evaluated again with more bits whenever a digit, a sign or a tie is not yet proven.
    Passes count from 1; `keep` names those whose values are asked for (of the forward pass after the last update they
    always are): they are `worked`. Those `tabled` are kept
    beside them, and the first for verification.
    """

    def __init__(self, tape: Tape, problem: Problem, keep: Iterable[int] = (), carry: str | None = None,
                 tabled: Iterable[int] = ()) -> None:  # fmt: skip
        self.tape, self.problem = tape, problem
        self.numbers = problem.numbers
        self.carry = carry or problem.numbers.carry
        self.updates = problem.update.steps if problem.update else 0
        asked = frozenset(keep) or {1}
        self.worked = sorted(asked | {self.updates + 1})
        self._samples = problem.samples if problem.samples and problem.samples.turning else None
        self.keep = asked | {1, self.updates + 1} | frozenset(tabled)
        self.bits, self._longest = FIRST_BITS, max(4 * MOST_BITS, 1 << (3 * self.updates).bit_length())
        self._losses: dict[Name, list[Flat]] = {}
        self._printed: dict[tuple[Name, int], Sequence[Printed]] = {}
        self._shown_entries: dict[tuple[Name, int], dict[int, Printed]] = {}
        self._rounded: dict[Name, Sequence[Printed]] = {}
        self._literal: dict[int, Env] = {}
        self._put_in: set[tuple[Name, int]] = set()
        self._evaluated, self._passes = 0, dict[int, Env]()
        derivation = tape.derivation
        self._carried = [(step.name, step.name.before) for step in derivation.carried]
        self._turns: dict[int, tuple[tuple[TapeStep, ...], tuple[TapeStep, ...]]] = {}
        self._given = derivation.begun
        self._places: dict[Name, Sequence[int]] = {given.name: given.places for given in problem.givens}
        self._updated = frozenset(name for _, name in self._carried)
        self.decided(lambda: None)

    @property
    def rounds(self) -> bool:
        """Whether some step goes on with its printed number whatever the carry (`≈` in an equation)."""
        return any(step.rounded for step in self.tape.derivation.forward)

    # --- what readers ask for --------------------------------------------------------------------------------------

    def flat(self, name: Name, k: int = 1) -> Flat:
        """The flat value of a name in pass k."""
        if k not in self._passes and name in self._losses:
            return self._losses[name][k - 1]
        return self._passes[k][self.tape.slots[name]]

    def given_numbers(self, k: int = 1) -> dict[Name, Flat]:
        """The given values in pass k as exact numbers: rationals as they are, balls by their middles."""
        names = self.tape.derivation.inputs
        return {name: [x if type(x) is fmpq else x.mid() for x in self.flat(name, k)] for name in names}

    def printed(self, name: Name, k: int = 1) -> Sequence[Printed]:
        """The entries of a name in pass k as they are printed, each when it is asked for. Given values are never
        rounded.
        """
        key = name, k
        if key in self._printed:
            return self._printed[key]
        count, made = max(1, prod(self.tape.derivation.shapes[name])), self._shown_entries.setdefault(key, {})
        return LazyEntries(count, lambda i: self.decided(lambda: self._shown(name, k, i)), made)

    def zeros(self, name: Name, k: int = 1) -> dict[int, int]:
        """The flat entries of a name in pass k that no precision tells from 0, with to how many decimals they are 0."""
        shown = self.printed(name, k)
        places: Iterable[int] = range(len(shown))
        if isinstance(shown, LazyEntries):
            places = [i for i, x in enumerate(self.flat(name, k)) if type(x) is not fmpq and x.contains(0)]
        return {i: zero for i in places if (zero := shown[i].zero_to) is not None}

    def settled(self, name: Name, k: int = 1) -> Flat:
        """The flat value of a name in pass k, where what no precision tells from 0 is 0."""
        zeros = self.zeros(name, k)
        flat = self.flat(name, k)
        return [fmpq(0) if i in zeros else x for i, x in enumerate(flat)] if zeros else flat

    def decimals(self, name: Name, k: int = 1) -> list[str]:
        """The entries of a name in pass k as decimals: exact where they end within 30 digits, else 25 digits."""
        return self.decided(lambda: [decimal_text(x, self.with_ties) for x in self.flat(name, k)])

    def literal(self, run: Callable[[Env], Flat], used: Iterable[Ref | Entry], k: int = 1) -> Flat:
        """What a compiled expression gives at the printed numbers of what it uses. Raises ValueFault."""
        if k not in self._literal:
            self._literal[k] = [[] for _ in self.tape.slots]
        env = self._literal[k]
        for node in used:
            if not self._passes[k][self.tape.slots[node.name]]:
                raise ValueFault("has no value")
            if (node.name, k) not in self._put_in:
                self._put(node, env, k)
        with precision(self.bits, self.with_ties):
            return run(env)

    def _put(self, node: Ref | Entry, env: Env, k: int) -> None:
        """Put in the numbers that stand on the page, of an array the one that is asked for; given ones stand there
        whole.
        """
        name, flat, slot = node.name, self.flat(node.name, k), self.tape.slots[node.name]
        if self._is_given(name, k) and all(type(x) is fmpq for x in flat):
            env[slot] = flat
        elif isinstance(node, Ref):
            env[slot] = [number.value for number in self.printed(name, k)]
        else:
            at = offset(self.tape.derivation.shapes[name], node.index)
            env[slot] = env[slot] or [ZERO] * len(flat)
            env[slot][at] = self.printed(name, k)[at].value
            return
        self._put_in.add((name, k))

    def tried(self, given: Mapping[Name, Flat], name: Name, k: int = 1) -> Flat:
        """The flat value that a name would have in pass k if these values were given. Raises ValueFault."""
        env = list(self._passes[k])
        for other, flat in given.items():
            env[self.tape.slots[other]] = flat
        for move in self.tape.forward:
            move.store(env, [_bounded(x) for x in move.run(env)])
        return env[self.tape.slots[name]]

    def env(self, k: int = 1) -> Env:
        """The table of values of pass k."""
        return self._passes[k]

    # --- evaluation ------------------------------------------------------------------------------------------------

    @property
    def with_ties(self) -> bool:
        """Whether what a ball cannot decide counts as a tie: more bits would not tell."""
        return self.bits >= MOST_BITS

    def decided(self, question: Callable[[], Answer]) -> Answer:
        """The answer to a question about the values, asked again with more bits until it is decided; from 2,000 bits on
        it counts as a tie.

        What twice the bits do not decide is nearly always a 0: it is asked with all of them next. Over many updates
        balls grow by a few bits in each: then twice as many are enough each time, and there are more.
        """
        while True:
            try:
                with precision(self.bits, self.with_ties):
                    if self._evaluated != self.bits:
                        self._evaluated, self._passes = self.bits, self._evaluate()
                    return question()
            except Undecided:
                if self.bits >= self._longest:
                    raise AssertionError("undecided in spite of ties") from None
                doubled = self.bits > FIRST_BITS and not self.updates
                self.bits = max(MOST_BITS, 2 * self.bits) if doubled else 2 * self.bits

    def _evaluate(self) -> dict[int, Env]:
        env = self._beginning()
        passes: dict[int, Env] = {}
        losses: dict[Name, list[Flat]] = {loss: [] for loss in self.problem.losses}
        for k in range(1, self.updates + 2):
            last = k == self.updates + 1 and self.updates > 0
            self._begin(env, k)
            self._run(self.tape.forward, env, k)
            for loss, found in losses.items():
                found.append(env[self.tape.slots[loss]])
            if not last:
                for moves in self._moves(k):
                    self._run(moves, env, k)
                self._keep_what_waits(env, k)
            if k in self.keep:
                self._work_out(env)
                passes[k] = list(env)
            if not last:
                self._carry_over(env, k)
        self._losses = losses
        return passes

    @property
    def losses(self) -> list[Flat]:
        """The loss of every pass, worked out or not; of several the first."""
        return self._losses.get(self.problem.loss, []) if self.problem.loss else []

    def _moves(self, k: int) -> tuple[tuple[TapeStep, ...], tuple[TapeStep, ...]]:
        """The backward moves and the updates of pass k: of several updates in turn those of its own."""
        update = self.problem.update
        if update is None or not update.turns:
            return self.tape.backward, self.tape.updates
        turn, derivation = update.turn(k), self.tape.derivation
        if turn not in self._turns:
            backward = {step.name for step in derivation.backward_in(k)}
            updates = {step.name for step in derivation.updates_in(k)}
            self._turns[turn] = (
                tuple(move for move in self.tape.backward if move.steps[0].name in backward),
                tuple(move for move in self.tape.updates if move.steps[0].name in updates),
            )
        return self._turns[turn]

    def count(self, k: int) -> int:
        """The number of the step that pass k is."""
        return self.problem.update.count(k) if self.problem.update else k

    def _keep_what_waits(self, env: Env, k: int) -> None:
        """What is not updated in pass k, for it is another update's turn, stays as it is."""
        if len(self._moves(k)[1]) < len(self.tape.updates):
            slots, now = self.tape.slots, {step.name for move in self._moves(k)[1] for step in move.steps}
            for after, before in self._carried:
                if after not in now:
                    env[slots[after]] = env[slots[before]]

    def _begin(self, env: Env, k: int) -> None:
        """What changes from pass to pass whatever is computed: the number of the step, the samples."""
        if STEP in self.tape.derivation.constants:
            env[self.tape.slots[STEP]] = [fmpq(self.count(k))]
        if k > 1 and self._samples:
            for given in self._samples.givens(k):
                env[self.tape.slots[given.name]] = _numbers_of(given)

    def _beginning(self) -> Env:
        """The table before the first pass: what is given, the constants and first states of the update."""
        env: Env = [[] for _ in self.tape.slots]
        update = self.problem.update
        for given in (*self.problem.givens, *(update.known if update else ())):
            if given.name in self.tape.slots:
                env[self.tape.slots[given.name]] = _numbers_of(given)
        return env

    def _carry_over(self, env: Env, k: int) -> None:
        """What was updated in pass k is what pass k + 1 begins with."""
        slots = self.tape.slots
        for after, before in self._carried:
            env[slots[before]] = env[slots[after]]
            if k + 1 in self.keep and after in self._rounded:
                self._printed[before, k + 1] = self._rounded[after]

    def _run(self, moves: tuple[TapeStep, ...], env: Env, k: int) -> None:
        for move in moves:
            move.store(env, self._value(move, env, k))

    def _work_out(self, env: Env) -> None:
        """The interim results, never rounded; one that is too large to be written has no value."""
        for move in self.tape.interims:
            try:
                move.store(env, [_bounded(x) for x in move.run(env)] if all(env[slot] for slot in move.reads) else [])
            except ValueFault:
                move.store(env, [])

    def _value(self, move: TapeStep, env: Env, k: int) -> Flat:
        try:
            value = [_bounded(x) for x in move.run(env)]
        except ValueFault as found:
            step, fault = self._failing(move, env) or (move.steps[0], found)
            blurred = isinstance(fault, Blurred)
            raise self._blurred(step, env, k, fault) if blurred else self._fault(step, k, str(fault)) from None
        if move.steps[0].phase != "forward" or self.with_ties:
            self._check(move, value, env, k)
        if self.carry != "rounded" and not move.steps[0].rounded:
            return value
        parts = zip(move.steps, move.parts(value), strict=True)
        return [x for step, part in parts for x in self._rounded_to(step, part, k)]

    def _failing(self, move: TapeStep, env: Env) -> tuple[Step, ValueFault] | None:
        """Which step of a move has no value, and why."""
        derivation = self.tape.derivation
        for step in move.steps:
            run = compile_expr(step.expr, self.tape.slots, derivation.shapes, Branches(), derivation.weights, step.name)
            try:
                list(map(_bounded, run(env)))
            except ValueFault as fault:
                return step, fault
        return None

    def _check(self, move: TapeStep, value: Flat, env: Env, k: int) -> None:
        """Derivatives are finite; at last, so much is known of every number that what is not counts as a tie."""
        for step, part in zip(move.steps, move.parts(value), strict=True):
            if step.phase != "forward" and any(map(is_minus_infinity, part)):
                raise self._fault(step, k, "is −∞")
            if self.with_ties and not all(map(_is_sure, part)):
                raise self._blurred(step, env, k, Blurred())

    def _rounded_to(self, step: Step, value: Flat, k: int) -> Flat:
        """The numbers that are printed of a value, with which what follows goes on."""
        digits = self.numbers.of(step.id)
        shown = [printed(x, digits, self.with_ties) for x in value]
        if k in self.keep:
            self._printed[step.name, k] = shown
        if step.phase == "update":
            self._rounded[step.name] = shown
        return [number.value for number in shown]

    def _blurred(self, step: Step, env: Env, k: int, fault: ValueFault) -> Exception:
        """What to raise for a value of which too little is known."""
        if self.bits < self._longest:
            return Undecided()
        if any(is_minus_infinity(x) for name in step.uses for x in env[self.tape.slots[name]]):
            return self._fault(step, k, "has no value where −∞ is multiplied by 0 or taken from itself")
        why = (
            "after so many steps no digit of it is certain" if self.updates else "the numbers lie too far apart for it"
        )
        return self._fault(step, k, f"{fault}: {why}")

    def _fault(self, step: Step, k: int, message: str) -> InputError:
        equation = replace(step.name, helper=0) if isinstance(step.name, Symbol) else step.name
        where = f"{equation.id} in pass {k}" if self.updates else equation.id
        places = self.tape.derivation.places
        place = self.problem.place(*(places.single(name).id for name in (equation, *self._behind(step))))
        return InputError([Fault(f"{where} {message}", "change the given values, or the equation", place)])

    def _behind(self, step: Step) -> Iterator[Name]:
        """The quantities whose equations a derivative comes from, the nearest first."""
        if isinstance(step.name, Derivative):
            users = [each.name for each in self.tape.derivation.forward if step.name.by in each.uses]
            yield from (name for name in (step.name.via, step.name.of, *reversed(users)) if name in users)

    def _shown(self, name: Name, k: int, i: int) -> Printed:
        """One entry as it is printed; of what could not be worked out dots."""
        flat = self.flat(name, k)
        if not flat:
            return unprinted()
        if type(flat[i]) is fmpq and self._is_given(name, k):
            places = self._places.get(name)
            return given_number(flat[i], places[i] if places else 0)
        return printed(flat[i], self.numbers.of(name.id), self.with_ties)

    def _is_given(self, name: Name, k: int) -> bool:
        return name in self._given and (k == 1 or name not in self._updated)


def _numbers_of(given: Given) -> Flat:
    """The numbers of a given value; what it masks is −∞."""
    exact = given.values
    numbers: Flat = list(exact.rationals) if isinstance(exact, ExactNumbers) else [to_fmpq(x) for x in exact]
    for i in given.masked:
        numbers[i] = -infinity()
    return numbers


def _is_sure(x: Num) -> bool:
    """Whether a ball is narrow enough for what it cannot decide to be a tie."""
    if type(x) is fmpq or is_minus_infinity(x) or x.rel_accuracy_bits() >= SURE_BITS:
        return True
    return bool(x.contains(0) and x.abs_upper() < NOTHING)


def _bounded(x: Num) -> Num:
    """A rational of more than 300 digits as a ball; a ball that is finite, and 0 where it is that: 0·x is exact."""
    if type(x) is fmpq:
        return shortened(x, LARGEST_RATIONAL)
    if x.rel_accuracy_bits() > 1 and SMALLEST < abs(float(x)) < LARGEST:
        return x
    check_value(x)
    return ZERO if x.is_zero() else x

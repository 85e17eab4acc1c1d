"""How many steps a training takes that ends when a condition holds."""

from dataclasses import replace
from functools import partial

from derive.calculus.kernels import Branches
from derive.derivation.steps import Derivation
from derive.problem.training.model import StopCondition, Update
from derive.values.tape import CompiledExpr, Tape, compile_expr
from derive.values.values import Values

FIRST_TRIED, TIMES_MORE = 10, 10


def counted_steps(derivation: Derivation) -> Derivation:
    """The same derivation with as many steps as its condition allows: the first one in which it holds is the last.

    Raises InputError for a value that does not exist on the way.
    """
    update = derivation.problem.update
    if update is None or update.until is None or update.until.known:
        return derivation
    steps = _first_step(derivation, update, update.until)
    until = replace(update.until, known=True, met=steps is not None)
    counted = replace(update, steps=steps or update.until.most, until=until)
    return replace(derivation, problem=replace(derivation.problem, update=counted))


def _first_step(derivation: Derivation, update: Update, until: StopCondition) -> int | None:
    """The first step in which the condition holds; None if there is none."""
    tape, tried = Tape.of(derivation), 0
    holds = compile_expr(until.expr, tape.slots, derivation.shapes, Branches())
    while tried < until.most:
        first, tried = tried + 1, min(until.most, max(FIRST_TRIED, TIMES_MORE * tried))
        problem = replace(derivation.problem, update=replace(update, steps=tried))
        values = Values(tape, problem, keep=range(first, tried + 1))
        for k in range(first, tried + 1):
            if values.decided(partial(_held, values, holds, k)):
                return k
    return None


def _held(values: Values, holds: CompiledExpr, k: int) -> bool:
    return bool(holds(values.env(k)) == [1])

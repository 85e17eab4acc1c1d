"""Why a draw is no good even if it meets the conditions: what makes an exercise teach nothing, or ugly to compute."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from flint import fmpq

from derive.calculus.differentiation import shapes_of
from derive.calculus.kernels import Branches
from derive.calculus.operation_rows import Row, row_of
from derive.calculus.scalars import Num, sign
from derive.derivation.steps import Derivation
from derive.language.expressions import Apply, Expr, walk
from derive.values.digits import full
from derive.values.tape import CompiledExpr, Env, Tape, compile_expr
from derive.values.values import Values

Test: TypeAlias = Callable[[Values], bool]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A reason to reject a draw."""

    reason: str
    test: Test

    def meets(self, values: Values) -> bool:
        """Whether some values are to be rejected for it."""
        return values.decided(lambda: self.test(values))


def rejections(tape: Tape, tidy: int) -> tuple[Rejection, ...]:
    """The reasons to reject a draw.

    kink        a value lies where a derivative jumps
    saturated   a sigmoid, or another function between two bounds, rounds to a bound at the digits that are printed
    vanishing   every entry of a gradient that is asked for is 0
    untidy      a value of the forward pass that can be written out needs more than `tidy` digits
    """
    return (
        Rejection("kink", _kink(tape)),
        Rejection("saturated", _saturated(tape)),
        Rejection("vanishing", _vanishing(tape)),
        Rejection("untidy", _untidy(tape, tidy)),
    )


def _applications(tape: Tape) -> Iterator[tuple[str, Apply, Row]]:
    for step in tape.derivation.forward:
        for node in dict.fromkeys(node for node in walk(step.expr) if isinstance(node, Apply)):
            yield step.id, node, row_of(node)


def _compiled(tape: Tape, *exprs: Expr) -> list[CompiledExpr]:
    return [compile_expr(expr, tape.slots, tape.derivation.shapes, Branches()) for expr in exprs]


def _passes(values: Values) -> Iterator[Env]:
    return (values.env(k) for k in values.worked)


def _kink(tape: Tape) -> Test:
    found = [
        (row.kinks(shapes_of(node, tape.derivation.shapes), node.options), _compiled(tape, *node.args))
        for _, node, row in _applications(tape)
        if row.kinks
    ]
    return lambda values: any(kinks(*(run(env) for run in runs)) for env in _passes(values) for kinks, runs in found)


def _saturated(tape: Tape) -> Test:
    found = []
    for step, node, row in _applications(tape):
        low, high = row.bounds or (None, None)
        if low is not None and high is not None:
            found.append((step, _compiled(tape, node)[0], (fmpq(low), fmpq(high))))
    return lambda values: any(
        sign(abs(x - bound) - fmpq(1, 2 * 10 ** values.numbers.of(step).count)) <= 0
        for env in _passes(values)
        for step, run, bounds in found
        for x in run(env)
        for bound in bounds
    )


def _vanishing(tape: Tape) -> Test:
    derivation: Derivation = tape.derivation
    asked = [name for name in derivation.gradients if derivation.by_name[name].rule != "independent"]
    return lambda values: any(all(sign(x) == 0 for x in values.flat(name)) for name in asked)


def _untidy(tape: Tape, tidy: int) -> Test:
    names = [step.name for step in tape.derivation.forward if step.phase == "forward"]
    return lambda values: any(_length(x) > tidy for name in names for x in values.flat(name))


def _length(x: Num) -> int:
    """How many digits a number needs; one whose decimals never end is rounded in any case."""
    written = full(x) if type(x) is fmpq else None
    return len(written.mantissa.replace(".", "").strip("0")) if written else 0

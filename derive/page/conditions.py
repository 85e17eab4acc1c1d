"""Whether a sentence is said: what depends on the values of a run, asked of a view."""

from collections.abc import Callable

from flint import fmpq

from derive.calculus.shapes import as_matrix
from derive.language.expressions import Apply
from derive.page.document import Condition, First, Mentions
from derive.page.view import View, is_rational
from derive.problem.settings import Digits
from derive.values.digits import Printed

FEWEST_LOSSES, STANDSTILL, SOLVED = 20, fmpq(1, 100), fmpq(1, 100)
FAR_FROM_ONE = fmpq(4, 5)  # below that no digits are spent on the distance from 1


def holds(view: View, condition: Condition | First | None) -> bool:
    """Whether a sentence is said."""
    if condition is None:
        return True
    if isinstance(condition, First):
        return _first(view, condition.places) == condition.at
    return view.values.decided(lambda: _CONDITIONS[condition.kind](view, condition))


def _first(view: View, places: Mentions) -> int | None:
    """The first of the places where something is said that is said once."""
    known = view.memory.first
    if places not in known:
        holding = (i for i, (condition, k) in enumerate(places.conditions) if holds(view.at(k), condition))
        known[places] = next(holding, None)
    return known[places]


def _saturated(view: View, condition: Condition) -> bool:
    digits, shown = view.values.numbers.of(condition.name.id), view.printed(condition.name)
    flat = view.values.flat(condition.name, view.k)
    return any(_keeps_gap(shown[i], digits) for i, x in enumerate(flat) if not abs(x) < FAR_FROM_ONE)


def _keeps_gap(number: Printed, digits: Digits) -> bool:
    """Whether a number close to 1 is printed longer than asked so that its distance from 1 shows."""
    whole, _, broken = number.mantissa.partition(".")
    return number.gap is not None or (
        whole == "0"
        and number.exponent is None
        and broken.startswith("9")
        and len(broken) > digits.count
        and not number.exact
    )


def _kink(view: View, condition: Condition) -> bool:
    assert isinstance(condition.expr, Apply)
    return bool(view.kinks(condition.expr))


def _ones(view: View, condition: Condition) -> bool:
    """Whether an expression is 1 in every entry, for certain."""
    assert condition.expr is not None
    run, _ = view.workings.compile(condition.expr, view.values.tape)
    return all(is_rational(x, fmpq(1)) for x in run(view.values.env(view.k)))


def _stuck(view: View, condition: Condition) -> bool:
    """Whether the loss hardly changes over the second half of a training, of samples in turn over whole rounds."""
    samples, losses = view.values.problem.samples, [x for (x,) in view.values.losses]
    if samples and samples.turning:
        each = samples.count // samples.batch
        losses = [sum(losses[i : i + each], fmpq(0)) / each for i in range(0, len(losses) - each, each)]
    if len(losses) < FEWEST_LOSSES:
        return False
    middle, last = losses[len(losses) // 2], losses[-1]
    return bool(abs(middle - last) < abs(middle) * STANDSTILL and abs(last) > abs(losses[0]) * SOLVED)


def _one_hot(view: View, condition: Condition) -> bool:
    """Whether a column, or each column or each row of a matrix, has one 1 and else zeros."""
    flat, shape = view.values.flat(condition.name, view.k), view.shapes[condition.name]
    if len(shape) > 2 or len(flat) < 2 or any(not (is_rational(x, fmpq(0)) or is_rational(x, fmpq(1))) for x in flat):
        return False
    rows, columns = as_matrix(shape)
    lines = [flat[i * columns : (i + 1) * columns] for i in range(rows)], [flat[j::columns] for j in range(columns)]
    return any(all(len(line) > 1 and sum(line) == 1 for line in each) for each in lines)


_CONDITIONS: dict[str, Callable[[View, Condition], bool]] = {
    "all positive": lambda view, c: all(s > 0 for s in view.signs(c.name)),
    "none positive": lambda view, c: all(s <= 0 for s in view.signs(c.name)),
    "mixed signs": lambda view, c: len({s > 0 for s in view.signs(c.name)}) == 2,
    "zero_to": lambda view, c: bool(view.zeros(c.names)),
    "saturated": _saturated,
    "kink": _kink,
    "any kink": lambda view, c: any(isinstance(expr, Apply) and view.kinks(expr) for expr in c.exprs),
    "stuck": _stuck,
    "ones": _ones,
    "one-hot": _one_hot,
    "zeros left out": lambda view, c: any(view.is_zero(x, s.name) for s in c.sums for x, _ in s.terms),
}

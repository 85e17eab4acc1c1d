"""Wrong equations around softmax, normalisation and attention: the known mistakes of these rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

from derive.calculus.building import negated, scaled, times
from derive.calculus.differentiation import shape_of
from derive.derivation.short_rules import shortcuts_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, apply, names_in, number, rewrite, walk
from derive.language.names import Derivative, Name, Symbol
from derive.operations.over_axes.reductions import count

SOFTMAX = ("softmax", "log_softmax", "causal_softmax", "logsumexp")
BETWEEN = (*SOFTMAX[:1], "sigmoid")
"""Functions whose slope a student writes as p (1 − p)."""

MOST_CLASSES = 10
SMALL = Fraction(1, 10)
EPSILONS = {"epsilon", "eps"}


def _applied(expr: Expr, *ops: str) -> Iterator[Apply]:
    return (node for node in walk(expr) if isinstance(node, Apply) and node.op in ops)


def _instead(expr: Expr, node: Expr, other: Expr) -> Expr:
    return rewrite(expr, lambda found: other if found == node else None)


def other_axis(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The softmax of the rows for that of the columns, or the reverse."""
    swapped = {"rows": "columns", "columns": "rows"}
    for node in _applied(step.expr, *SOFTMAX):
        axis = str(dict(node.options).get("axis"))
        if axis in swapped:
            yield _instead(step.expr, node, apply(node.op, *node.args, axis=swapped[axis]))


def diagonal_only(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """s (1 − s) as for a sigmoid: every entry as if it depended on its own score alone."""
    forward = {each.name: each for each in derivation.forward}
    for name in (step.name, *step.uses):
        s = name.of if isinstance(name, Derivative) else name
        if s not in forward or not any(_applied(forward[s].expr, "softmax", "causal_softmax")):
            continue
        slope = times(Ref(s), apply("subtract", number(1), Ref(s)))
        gradient = Derivative(derivation.loss, s) if derivation.loss else None
        yield apply("diag", slope) if step.rule.is_local else times(Ref(gradient or s), slope)


def target_turned(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """y − p for p − y."""
    short = derivation.once(shortcuts_of).get(step.name)
    if short is not None:
        yield negated(short.expr)


def slope_again(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """(p − y) p (1 − p): the derivative of the function multiplied once more, though p − y holds it."""
    short = derivation.once(shortcuts_of).get(step.name)
    if short is None or not isinstance(step.name, Derivative):
        return
    for each in derivation.forward:
        if isinstance(each.expr, Apply) and each.expr.op in BETWEEN and each.expr.args == (Ref(step.name.by),):
            p = Ref(each.name)
            yield times(short.expr, times(p, apply("subtract", number(1), p)))


def other_class(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Another class than the right one, such as one counted from 0, also in a short rule."""
    short = derivation.once(shortcuts_of).get(step.name)
    for expr in (step.expr, *([short.expr] if short else [])):
        for node in _applied(expr, "one_hot"):
            classes = int(str(dict(node.options).get("count", 2)))
            for shift in (-1, 1, *(sign * i for i in range(2, min(classes, MOST_CLASSES)) for sign in (1, -1))):
                yield _instead(expr, node, replace(node, args=(apply("add", node.args[0], number(shift)),)))
        for target, turned in _turned_targets(derivation, expr):
            yield _instead(expr, Ref(target), turned)


def _turned_targets(derivation: Derivation, expr: Expr) -> Iterator[tuple[Name, Expr]]:
    """The given probabilities of classes in an expression, each with the classes moved on by some places."""
    sums = (short.ones for short in derivation.once(shortcuts_of).values() if short.ones is not None)
    given = {name for name, _ in derivation.givens}
    for target in dict.fromkeys(name for ones in sums for name in names_in(ones) if name in given):
        shape = derivation.shapes[target]
        if len(shape) == 1 and shape[0] <= MOST_CLASSES and target in names_in(expr):
            entries = [Entry(target, (i,)) for i in range(shape[0])]
            yield from ((target, apply("stack", *entries[i:], *entries[:i])) for i in range(1, shape[0]))


def other_logarithm(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The logarithm to another base than e: lg of a calculator, log₂ of computer science."""
    for base in (10, 2) if any(_applied(step.expr, "log")) else ():
        yield rewrite(step.expr, partial(_to_base, apply("log", number(base))))


def _to_base(divisor: Expr, expr: Expr) -> Expr | None:
    """A logarithm with the divisor for another base; None for anything else."""
    return apply("divide", expr, divisor) if isinstance(expr, Apply) and expr.op == "log" else None


def other_divisor(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A variance over n − 1 for one over n, or the reverse."""
    forward = {each.name: each.expr for each in derivation.forward}
    for node in _applied(step.expr, "mean", "sum"):
        squared = node.args[0]
        base = forward.get(squared.name, squared) if isinstance(squared, Ref) else squared
        if not (isinstance(base, Apply) and base.op == "power" and base.args[1] == number(2)):
            continue
        deviation = forward.get(base.args[0].name) if isinstance(base.args[0], Ref) else base.args[0]
        n = count(shape_of(squared, derivation.shapes), node.options)
        if (
            n > 1
            and isinstance(deviation, Apply)
            and deviation.op == "subtract"
            and _is_mean(deviation.args[1], forward)
        ):
            factor = Fraction(n, n - 1) if node.op == "mean" else Fraction(n - 1, n)
            yield _instead(step.expr, node, scaled(number(factor), node))


def _is_mean(expr: Expr, forward: Mapping[Name, Expr]) -> bool:
    own = forward.get(expr.name) if isinstance(expr, Ref) else expr
    return isinstance(own, Apply) and own.op == "mean"


def without_epsilon(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The small number beside a variance left out."""
    for node in _applied(step.expr, "add"):
        if _is_small(node.args[1]):
            yield _instead(step.expr, node, node.args[0])


def epsilon_outside(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """√v + ε for √(v + ε), also where v + ε is a helper step."""
    helpers = {each.name: each.expr for each in derivation.forward if each.helper}
    for node in _applied(step.expr, "sqrt"):
        inner = node.args[0]
        inner = helpers.get(inner.name, inner) if isinstance(inner, Ref) else inner
        if isinstance(inner, Apply) and inner.op == "add" and _is_small(inner.args[1]):
            yield _instead(step.expr, node, apply("add", apply("sqrt", inner.args[0]), inner.args[1]))


def epsilon_inside(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """√(v + ε) for √v + ε."""
    for node in _applied(step.expr, "add"):
        root, small = node.args
        if isinstance(root, Apply) and root.op == "sqrt" and _is_small(small):
            yield _instead(step.expr, node, apply("sqrt", apply("add", root.args[0], small)))


def _is_small(expr: Expr) -> bool:
    if isinstance(expr, Ref):
        return isinstance(expr.name, Symbol) and expr.name.base in EPSILONS
    return isinstance(expr, Number) and 0 < expr.value <= SMALL


def unscaled(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The scores of an attention not divided by √d, or their gradient."""
    if step.phase == "backward":
        for node in _applied(step.expr, "divide"):
            if any(_applied(node.args[1], "sqrt")) and not names_in(node.args[1]):
                yield _instead(step.expr, node, node.args[0])
        return
    if isinstance(step.expr, Apply) and step.expr.op == "divide" and any(_applied(step.expr.args[1], "sqrt")):
        users = (each for each in derivation.forward if step.name in each.uses)
        if any(any(_applied(user.expr, *SOFTMAX)) for user in users):
            yield step.expr.args[0]


def unmasked(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The softmax over all tokens for that over those up to the query's own."""
    for node in _applied(step.expr, "causal_softmax"):
        yield _instead(step.expr, node, replace(node, op="softmax"))

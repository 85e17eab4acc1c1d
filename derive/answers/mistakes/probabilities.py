"""Wrong equations around softmax, normalisation and attention: the known mistakes of these rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial

from derive.answers.mistakes.amounts import SWAPPED
from derive.calculus.building import negated, scaled, times
from derive.calculus.differentiation import shape_of
from derive.derivation.short_rules import shortcuts_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Entry, Expr, Number, Ref, applied, applied_in, apply, names_in, number, rewrite
from derive.language.names import Derivative, Name, Symbol
from derive.operations.over_axes.reductions import count

SOFTMAX = ("softmax", "log_softmax", "causal_softmax", "logsumexp")
BETWEEN = (*SOFTMAX[:1], "sigmoid")
"""Functions whose slope a student writes as p (1 − p)."""

MOST_CLASSES = 10
SMALL = Fraction(1, 10)
EPSILONS = {"epsilon", "eps"}


def _instead(expr: Expr, node: Expr, other: Expr) -> Expr:
    return rewrite(expr, lambda found: other if found == node else None)


def other_axis(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The softmax of the rows for that of the columns, or the reverse."""
    for node in applied_in(step.expr, *SOFTMAX):
        if (axis := dict(node.options).get("axis")) in SWAPPED:
            yield _instead(step.expr, node, apply(node.op, *node.args, axis=SWAPPED[axis]))


def diagonal_only(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """s (1 − s) as for a sigmoid: every entry as if it depended on its own score alone."""
    for name in (step.name, *step.uses):
        s = name.of if isinstance(name, Derivative) else name
        own = derivation.by_name.get(s)
        if own is None or not any(applied_in(own.expr, "softmax", "causal_softmax")):
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
        function = applied(each.expr, *BETWEEN)
        if function and function.args == (Ref(step.name.by),):
            p = Ref(each.name)
            yield times(short.expr, times(p, apply("subtract", number(1), p)))


def other_class(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Another class than the right one, such as one counted from 0, also in a short rule."""
    short = derivation.once(shortcuts_of).get(step.name)
    for expr in (step.expr, *([short.expr] if short else [])):
        for node in applied_in(expr, "one_hot"):
            classes = int(str(dict(node.options).get("count", 2)))
            for shift in (-1, 1, *(sign * i for i in range(2, min(classes, MOST_CLASSES)) for sign in (1, -1))):
                yield _instead(expr, node, replace(node, args=(apply("add", node.args[0], number(shift)),)))
        for target, turned in _turned_targets(derivation, expr):
            yield _instead(expr, Ref(target), turned)


def _turned_targets(derivation: Derivation, expr: Expr) -> Iterator[tuple[Name, Expr]]:
    """The given probabilities of classes in an expression, each with the classes moved on by some places."""
    sums = (short.ones for short in derivation.once(shortcuts_of).values() if short.ones is not None)
    for target in dict.fromkeys(name for ones in sums for name in names_in(ones) if name in derivation.given):
        shape = derivation.shapes[target]
        if len(shape) == 1 and shape[0] <= MOST_CLASSES and target in names_in(expr):
            entries = [Entry(target, (i,)) for i in range(shape[0])]
            yield from ((target, apply("stack", *entries[i:], *entries[:i])) for i in range(1, shape[0]))


def other_logarithm(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The logarithm to another base than e: lg of a calculator, log₂ of computer science."""
    for base in (10, 2) if any(applied_in(step.expr, "log")) else ():
        yield rewrite(step.expr, partial(_to_base, apply("log", number(base))))


def _to_base(divisor: Expr, expr: Expr) -> Expr | None:
    """A logarithm with the divisor for another base; None for anything else."""
    return apply("divide", expr, divisor) if applied(expr, "log") else None


def other_divisor(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A variance over n − 1 for one over n, or the reverse."""
    forward = {each.name: each.expr for each in derivation.forward}
    for node in applied_in(step.expr, "mean", "sum"):
        squared = node.args[0]
        base = forward.get(squared.name, squared) if isinstance(squared, Ref) else squared
        square = applied(base, "power")
        if square is None or square.args[1] != number(2):
            continue
        of = square.args[0]
        deviation = applied(forward.get(of.name) if isinstance(of, Ref) else of, "subtract")
        n = count(shape_of(squared, derivation.shapes), node.options)
        if n > 1 and deviation and _is_mean(deviation.args[1], forward):
            factor = Fraction(n, n - 1) if node.op == "mean" else Fraction(n - 1, n)
            yield _instead(step.expr, node, scaled(number(factor), node))


def _is_mean(expr: Expr, forward: Mapping[Name, Expr]) -> bool:
    return applied(forward.get(expr.name) if isinstance(expr, Ref) else expr, "mean") is not None


def without_epsilon(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The small number beside a variance left out."""
    for node in applied_in(step.expr, "add"):
        if _is_small(node.args[1]):
            yield _instead(step.expr, node, node.args[0])


def epsilon_outside(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """√v + ε for √(v + ε), also where v + ε is a helper step."""
    helpers = {each.name: each.expr for each in derivation.forward if each.helper}
    for node in applied_in(step.expr, "sqrt"):
        under = node.args[0]
        inner = applied(helpers.get(under.name, under) if isinstance(under, Ref) else under, "add")
        if inner and _is_small(inner.args[1]):
            yield _instead(step.expr, node, apply("add", apply("sqrt", inner.args[0]), inner.args[1]))


def epsilon_inside(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """√(v + ε) for √v + ε."""
    for node in applied_in(step.expr, "add"):
        root, small = applied(node.args[0], "sqrt"), node.args[1]
        if root and _is_small(small):
            yield _instead(step.expr, node, apply("sqrt", apply("add", root.args[0], small)))


def _is_small(expr: Expr) -> bool:
    if isinstance(expr, Ref):
        return isinstance(expr.name, Symbol) and expr.name.base in EPSILONS
    return isinstance(expr, Number) and 0 < expr.value <= SMALL


def unscaled(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The scores of an attention not divided by √d, or their gradient."""
    if step.phase == "backward":
        for node in applied_in(step.expr, "divide"):
            if any(applied_in(node.args[1], "sqrt")) and not names_in(node.args[1]):
                yield _instead(step.expr, node, node.args[0])
        return
    quotient = applied(step.expr, "divide")
    if quotient and any(applied_in(quotient.args[1], "sqrt")):
        users = (each for each in derivation.forward if step.name in each.uses)
        if any(any(applied_in(user.expr, *SOFTMAX)) for user in users):
            yield quotient.args[0]


def unmasked(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The softmax over all tokens for that over those up to the query's own."""
    for node in applied_in(step.expr, "causal_softmax"):
        yield _instead(step.expr, node, replace(node, op="softmax"))

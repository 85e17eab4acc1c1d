"""Wrong equations by an amount: a sign, a factor, a count, a total over something else, a term left out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import prod

from derive.answers.mistakes.mistake import WrongEquations
from derive.calculus.building import negated, scaled, times
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import (
    Apply,
    Expr,
    Number,
    Ref,
    applied,
    apply,
    names_in,
    number,
    rewrite,
    substitute,
    walk,
)
from derive.language.names import Derivative, Name

HALF, TWO = Fraction(1, 2), Fraction(2)
SWAPPED: Mapping[object, str] = {"rows": "columns", "columns": "rows"}


def doubled(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Half of it or twice, where a square, a 2 or a ½ is differentiated or stands in the formula."""
    source = derivation.by_name.get(step.name.of) if isinstance(step.name, Derivative) else step
    if source is not None and any(map(_doubles, walk(source.expr))):
        yield from (times(number(factor), step.expr, "times") for factor in (HALF, TWO))


def _doubles(node: Expr) -> bool:
    """A 2, a ½, or something times itself."""
    if isinstance(node, Number):
        return node.value in {HALF, TWO}
    product = applied(node, "times", "product")
    return product is not None and product.args[0] == product.args[1]


def entry_count(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """n times or a n-th of it, n the number of entries that a mean runs over."""
    sizes = {prod(derivation.shapes[name]) for name in (step.name, *step.uses) if derivation.shapes.get(name)}
    for size in sorted(sizes - {1}):
        yield scaled(number(size), step.expr)
        yield scaled(number(Fraction(1, size)), step.expr)


def batch_size(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """n times a gradient, n the number of samples in a batch: the sum of their losses for the mean. Where the page
    works out the first samples only, those alone may be so already.
    """
    samples = derivation.problem.samples
    if not samples or samples.batch == 1 or samples.reduce != "mean" or step.phase not in {"loss", "backward"}:
        return
    yield scaled(number(samples.batch), step.expr)
    others: dict[Name, Expr] = {name: scaled(number(samples.batch), Ref(name))
                                for name in step.uses if not derivation.is_worked(name)}  # fmt: skip
    if others:
        yield substitute(step.expr, others)


def opposite_sign(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """The other sign."""
    yield negated(step.expr)


def exchanged(first: str, second: str) -> WrongEquations:
    """One total for the other: sum for mean."""

    def wrong(derivation: Derivation, step: Step) -> Iterator[Expr]:
        changed = rewrite(
            step.expr, lambda node: replace(found, op=second) if (found := applied(node, first)) else None
        )
        if changed != step.expr:
            yield changed

    return wrong


def other_total_axis(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Row sums for column sums and the reverse; the sum of everything."""

    def over(node: Expr, turned: bool) -> Expr | None:
        """A total of the transpose, or over the other axis, whatever shape that gives."""
        axis = dict(node.options).get("axis") if isinstance(node, Apply) else None
        if not isinstance(node, Apply) or axis is None or axis not in SWAPPED:
            return None
        if turned:
            return apply(node.op, apply("transpose", node.args[0]), axis=axis)
        return apply(node.op, *node.args, axis=SWAPPED[axis])

    yield rewrite(step.expr, lambda node: over(node, turned=True))
    yield rewrite(step.expr, lambda node: over(node, turned=False))
    yield rewrite(
        step.expr, lambda node: replace(found, options=()) if (found := applied(node, "sum", "mean")) else None
    )


def without_bias(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A sum or difference without what is added last."""
    if expr := applied(step.expr, "add", "subtract"):
        yield expr.args[0]


def without_a_term(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """A sum or difference without one of its terms; without the last one it lacks its bias."""
    terms = [*_terms(step.expr)]
    for i in range(len(terms) - 1):
        first, *rest = (*terms[:i], *terms[i + 1 :])
        begun = negated(first[1]) if first[0] == "subtract" else first[1]
        yield reduce(lambda total, term: apply(term[0], total, term[1]), rest, begun)


def _terms(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The terms of a sum, each with the operation that it is joined by."""
    if joint := applied(expr, "add", "subtract"):
        yield from _terms(joint.args[0])
        yield joint.op, joint.args[1]
    else:
        yield "add", expr


def other_given(derivation: Derivation, step: Step) -> Iterator[Expr]:
    """Another given value of the same shape."""
    givens = [name for name, _ in derivation.givens]
    yield from in_place_of(derivation, step, (name for name in names_in(step.expr) if name in givens), givens)


def in_place_of(derivation: Derivation, step: Step, names: Iterable[Name], others: Sequence[Name]) -> Iterator[Expr]:
    """The right side of a step with another quantity of the same shape in place of one of the names."""
    for used in names:
        for other in others:
            if other != used and derivation.shapes[other] == derivation.shapes[used]:
                yield substitute(step.expr, {used: Ref(other)})

"""The largest and the smallest entry: of all, of each row, column or channel. Ties go to the first.

`at_largest` and `at_smallest` say where it stands: 1 there, 0 elsewhere; the gradient goes to that entry alone.
"""

from collections.abc import Callable, Sequence
from functools import partial, reduce

from flint import fmpq

from derive.calculus import scalars
from derive.calculus.building import filled_array, product_of, times, total
from derive.calculus.kernels import Branches, Flat, Held, Kernel, Shapes
from derive.calculus.operation_rows import AXIS, At, GradientContext, Look, Row, Wording, register_rows
from derive.calculus.scalars import sign
from derive.language.expressions import Expr, Index, Options, apply, number
from derive.operations.over_axes.reductions import first_of, group_of, groups, reduced_in_numpy, reduced_shape


def winner(flat: Flat, places: Sequence[int], side: int) -> int:
    """Which of some places holds the largest number (`side` 1) or the smallest (-1), the first of several."""
    return reduce(lambda best, i: i if sign(flat[i] - flat[best]) == side else best, places)


class Winners:
    """The winner of each group of places; while the branches are frozen, those of the last free evaluation."""

    def __init__(self, side: int, groups: Sequence[Sequence[int]], branches: Branches) -> None:
        self.side, self.groups, self.held = side, groups, Held[list[int]](branches)

    def of(self, flat: Flat) -> list[int]:
        """The flat place of each group's winner."""
        return self.held.of(lambda: [winner(flat, places, self.side) for places in self.groups])


def _kernel(side: int, shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = Winners(side, groups(shapes[0], options), branches)
    return lambda x: [x[i] for i in winners.of(x)]


def _mark_kernel(side: int, shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    winners = Winners(side, groups(shapes[0], options), branches)

    def kernel(x: Flat) -> Flat:
        taken = set(winners.of(x))
        return [scalars.ONE if i in taken else scalars.ZERO for i in range(len(x))]

    return kernel


def ties(side: int, parts: Sequence[Sequence[int]]) -> Callable[..., list[int]]:
    """Of groups of places those in which the winning number stands more than once."""

    def tied(flat: Flat, places: Sequence[int]) -> bool:
        best = flat[winner(flat, places, side)]
        return sum(sign(flat[i] - best) == 0 for i in places) > 1

    return lambda x: [group for group, places in enumerate(parts) if tied(x, places)]


def no_slope(ctx: GradientContext) -> Expr:
    """Which entry wins does not change close by."""
    return filled_array(number(0), ctx.shapes[0])


def _entry(op: str, at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    first = first_of(shapes[0], options, index)
    return reduce(lambda a, b: apply(op, a, b), [at(0, place) for place in group_of(shapes[0], options, first)])


def mark_of(side: int, entries: Sequence[Expr], own: int) -> Expr:
    """1 where one of some entries wins, else 0: a product of comparisons with the others, strict with those before, for
    ties go to the first.
    """
    pairs = [(i, (entry, entries[own])[::side]) for i, entry in enumerate(entries) if i != own]
    return product_of([apply("below", *pair) if i < own else apply("at_least", *pair[::-1]) for i, pair in pairs])


def _mark_entry(side: int, at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    group = group_of(shapes[0], options, index)
    return mark_of(side, [at(0, place) for place in group], group.index(index))


def _numbered_kernel(shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    parts = groups(shapes[0], options)
    winners = Winners(1, parts, branches)
    return lambda x: [fmpq(part.index(i) + 1) for part, i in zip(parts, winners.of(x), strict=True)]


def _numbered_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    """The numbers of the places, each times 1 where the largest stands."""
    places = group_of(shapes[0], options, first_of(shapes[0], options, index))
    marks = [_mark_entry(1, at, shapes, options, place) for place in places]
    return total([times(number(k), mark, "product") for k, mark in enumerate(marks, start=1)])


def _rows(name: str, op: str, side: int) -> list[Row]:
    """The entry itself, and where it stands."""
    mark = f"at_{name}"
    return [
        Row(
            key=name, spellings=(op,),
            summary=f"the {name} entry of all, of each row, column or channel; ties go to the first",
            example=f"{op}(X, rows)", notation=Look("function", rf"\{op}", op), shape=reduced_shape,
            kernel=partial(_kernel, side),
            pullback=lambda ctx: times(apply(mark, ctx.args[0], **ctx.settings), ctx.gradient),
            entry=partial(_entry, op),
            settings=AXIS, overloads=op, rules=(f"back {name}",),
            kinks=lambda shapes, options: ties(side, groups(shapes[0], options)),
            numpy=partial(reduced_in_numpy, f"np.{op}"),
        ),
        Row(
            key=mark, spellings=(mark,), summary=f"1 where the {name} entry stands, else 0",
            example=f"{mark}(X, rows)",
            notation=Look("comparison", text=f"equal(z, {op}(z, axis = axis))"), params=("z",),
            meaning=Wording("bracket"), said=True, whole=True,
            shape=lambda shapes, options: shapes[0], kernel=partial(_mark_kernel, side), pullback=no_slope,
            entry=partial(_mark_entry, side), settings=AXIS, bounds=(0, 1),
        ),
    ]  # fmt: skip


ARGMAX = Row(
    key="argmax", spellings=("argmax",), summary="the number, from 1, of the largest entry; ties go to the first",
    example="argmax(X, columns)", notation=Look.operator("argmax"), shape=reduced_shape, kernel=_numbered_kernel,
    pullback=no_slope, entry=_numbered_entry, settings=AXIS, whole=True,
)  # fmt: skip

register_rows([*_rows("largest", "max", 1), *_rows("smallest", "min", -1), ARGMAX])

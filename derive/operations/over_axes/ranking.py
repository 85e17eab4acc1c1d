"""The k largest entries of a vector, or of each row or column: themselves, and where they stand. Ties go to the first.

Source: Shazeer et al., Outrageously Large Neural Networks (2017), 2.1: what is not among them is −∞, so that a softmax
over it is 0.
"""

from collections.abc import Callable, Sequence
from functools import cmp_to_key, partial

from derive.calculus.building import times, total
from derive.calculus.kernels import Branches, Flat, Held, Kernel, ShapeFault, Shapes
from derive.calculus.operation_rows import AXIS, At, Look, Row, Wording, register_rows
from derive.calculus.options import whole_option
from derive.calculus.scalars import ONE, ZERO, Num, infinity, sign
from derive.language.expressions import Expr, Index, Options, Shape, apply, number
from derive.operations.over_axes.extremes import no_slope
from derive.operations.over_axes.reductions import group_of, groups, same_shape


def _shape(shapes: Shapes, options: Options) -> Shape:
    shape, count = same_shape(shapes, options), whole_option(options, "k")
    size = len(groups(shape, options)[0])
    if not 0 < count <= size:
        raise ShapeFault(f"the {count} largest of {size} entries", f"k is a whole number from 1 to {size}")
    return shape


def _ranked(flat: Flat, places: Sequence[int]) -> list[int]:
    """The places, the largest first; what stands first comes first of equal ones."""

    def compared(i: int, j: int) -> int:
        return -sign(flat[i] - flat[j]) or i - j

    return sorted(places, key=cmp_to_key(compared))


def _kernel(value: Callable[[Num, bool], Num], shapes: Shapes, options: Options, branches: Branches) -> Kernel:
    parts, count, held = groups(shapes[0], options), whole_option(options, "k"), Held[set[int]](branches)

    def kernel(x: Flat) -> Flat:
        kept = held.of(lambda: {i for part in parts for i in _ranked(x, part)[:count]})
        return [value(entry, i in kept) for i, entry in enumerate(x)]

    return kernel


def _ties(shapes: Shapes, options: Options) -> Callable[..., list[int]]:
    """The groups in which the last one that is kept equals the first that is not."""
    parts, count = groups(shapes[0], options), whole_option(options, "k")

    def tied(x: Flat, part: Sequence[int]) -> bool:
        ranked = _ranked(x, part)
        return len(part) > count and sign(x[ranked[count - 1]] - x[ranked[count]]) == 0

    return lambda x: [group for group, part in enumerate(parts) if tied(x, part)]


def _mark_entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    """1 where fewer than k entries come before it: larger ones, and equal ones that stand first."""
    own, places = at(0, index), group_of(shapes[0], options, index)
    before: list[Expr] = [
        apply("at_least" if place < index else "above", at(0, place), own) for place in places if place != index
    ]
    return apply("below", total(before), number(whole_option(options, "k"))) if before else number(1)


def _entry(at: At, shapes: Shapes, options: Options, index: Index) -> Expr:
    kept = _mark_entry(at, shapes, options, index)
    return apply("where", kept, at(0, index), apply("negate", apply("infinity")))


_row = partial(
    Row, shape=_shape, settings={**AXIS, "k": "sizes"}, positional=("k",), kinks=_ties, whole=True, params=("z",)
)

register_rows([
    _row(
        key="topk", spellings=("topk", "top_k"), summary="the k largest entries, -inf elsewhere; ties go to the first",
        example="topk(x, 1)", notation=Look.operator("topk"), meaning=Wording("topk"),
        pullback=lambda ctx: times(apply("topk_mask", ctx.args[0], **ctx.settings), ctx.gradient), entry=_entry,
        kernel=partial(_kernel, lambda x, kept: x if kept else -infinity()),
    ),
    _row(
        key="topk_mask", spellings=("topk_mask",), summary="1 where one of the k largest entries stands, else 0",
        example="topk_mask(x, 1)", notation=Look("comparison", text="above(topk(z, k = k, axis = axis), -inf)"),
        pullback=no_slope,
        meaning=Wording("bracket"), said=True,
        entry=_mark_entry, kernel=partial(_kernel, lambda x, kept: ONE if kept else ZERO), bounds=(0, 1),
    ),
])  # fmt: skip

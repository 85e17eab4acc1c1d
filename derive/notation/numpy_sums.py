"""Long sums of entries as NumPy adds them up: of slices of their arrays, `np.sum(X[0:3, 0:3] * K)`."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import prod

from derive.calculus.building import terms_of
from derive.calculus.differentiation import Shapes
from derive.calculus.operation_rows import row_of
from derive.calculus.shapes import numpy_index, numpy_shape
from derive.language.expressions import Apply, Entry, Expr, Index, Ref

MOST_WRITTEN, MOST_IN_A_CHAIN = 4, 100
"""So many terms a reader adds up; so many signs in a row Python reads at any depth."""


def long_sum(expr: Apply, shapes: Shapes, written: Callable[[Expr], str]) -> str | None:
    """A sum of many terms as one call; None of a few. Python reads no chain of thousands of signs."""
    terms = terms_of(expr)
    if len(terms) <= MOST_WRITTEN:
        return None
    signs, factors = {sign for _, sign in terms}, [tuple(_factors(term)) for term, _ in terms]
    slices = [_slice(column, shapes, written) for column in zip(*factors, strict=True)] if _alike(factors) else []
    sizes = {size for _, size in filter(None, slices)}
    if signs == {1} and len(sizes) == 1 and None not in slices:
        return f"np.sum({' * '.join(text for text, _ in filter(None, slices))})"
    if len(terms) <= MOST_IN_A_CHAIN:
        return None
    return f"sum([{', '.join(f'-({written(term)})' if sign < 0 else written(term) for term, sign in terms)}])"


def _factors(term: Expr) -> Iterable[Expr]:
    """What a term multiplies."""
    if isinstance(term, Apply) and row_of(term).notation.style in {"product", "times"}:
        for arg in term.args:
            yield from _factors(arg)
    else:
        yield term


def _alike(factors: Sequence[Sequence[Expr]]) -> bool:
    """Whether every term multiplies entries of the same arrays."""
    names = {tuple(each.name if isinstance(each, Entry) else None for each in factor) for factor in factors}
    return len(names) == 1 and None not in next(iter(names))


def _slice(entries: Sequence[Expr], shapes: Shapes, written: Callable[[Expr], str]) -> tuple[str, Index] | None:
    """Entries of one array as a slice of it, with its sizes; None where they are no slice in its own order."""
    places = [numpy_index(each.index) for each in entries if isinstance(each, Entry)]
    along = [list(dict.fromkeys(axis)) for axis in zip(*places, strict=True)]
    if prod(map(len, along)) != len(places) or list(product(*along)) != places or not all(map(_is_even, along)):
        return None
    first = entries[0]
    assert isinstance(first, Entry)
    array, sizes = written(Ref(first.name)), tuple(len(axis) for axis in along if len(axis) > 1)
    whole = numpy_shape(shapes[first.name])
    if sizes == whole and all(axis[0] == 0 for axis in along):
        return array, sizes
    return f"{array}[{', '.join(map(_span, along, whole))}]", sizes


def _is_even(axis: Sequence[int]) -> bool:
    return all(axis[i + 1] - axis[i] == axis[1] - axis[0] != 0 for i in range(len(axis) - 1))


def _span(axis: Sequence[int], size: int) -> str:
    """One axis of a slice: a place, all of it, or from where to where, in which steps."""
    if len(axis) == 1:
        return str(axis[0])
    step, stop = axis[1] - axis[0], axis[-1] + (1 if axis[1] > axis[0] else -1)
    if step == 1 and len(axis) == size:
        return ":"
    return f"{axis[0]}:{stop if stop >= 0 else ''}{'' if step == 1 else f':{step}'}"

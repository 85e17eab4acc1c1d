"""Products of matrices: what FLINT multiplies as a whole is what its entries give one by one."""

from itertools import product
from math import prod
from random import Random

import pytest
from flint import arb, fmpq

from derive.calculus.kernels import Branches
from derive.calculus.scalars import ZERO, precision
from derive.operations import ROWS
from derive.operations.windows.convolution_geometry import INPUT, KERNEL, OUTPUT, Geometry, meetings


def rational(draw: Random) -> fmpq:
    return fmpq(draw.randint(-999, 999), draw.choice([1, 7, 100, 10**9]))


def ball(draw: Random) -> arb:
    return arb(rational(draw)).exp()


def mixed(draw: Random) -> object:
    return ZERO if draw.random() < 0.4 else ball(draw)


KINDS = [rational, ball, mixed]


@pytest.mark.parametrize(("left", "right"), list(product(KINDS, repeat=2)))
@pytest.mark.parametrize("sizes", [(3, 3, 3), (4, 17, 5), (20, 3, 9), (2, 9, 6)])
def test_a_product_is_the_sum_of_products(left: object, right: object, sizes: tuple[int, int, int]) -> None:
    draw, (m, k, n) = Random(11), sizes
    with precision(200):
        a, b = [left(draw) for _ in range(m * k)], [right(draw) for _ in range(k * n)]  # type: ignore[operator]
        found = ROWS["product"].kernel(((m, k), (k, n)), (), Branches())(a, b)
        for i, j in product(range(m), range(n)):
            wanted = sum((a[i * k + s] * b[s * n + j] for s in range(k)), ZERO)
            value = found[i * n + j]
            assert type(value) is type(wanted) or value == wanted == 0
            if isinstance(wanted, fmpq):
                assert value == wanted
            else:
                assert value.overlaps(wanted)
                assert value.rel_accuracy_bits() > 150 or value.is_zero() or wanted.rel_accuracy_bits() < 160


@pytest.mark.parametrize("edge", ["", "circular", "reflect"])
@pytest.mark.parametrize(("left", "right"), list(product(KINDS, repeat=2)))
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("target", [OUTPUT, KERNEL, INPUT])
def test_arrays_of_a_convolution_are_sums_of_products(
    target: int, stride: int, left: object, right: object, edge: str
) -> None:
    """Four channels come of three; zeros, or the entries themselves, lie around the input."""
    draw, outs = Random(7), (3, 4) if stride == 2 else (5, 7)
    geometry = Geometry((outs, (2, 3), (5, 7)), (4, 3), (stride,) * 2, (1, 1), ((0, 1), (1, 1)), edge)
    entries = (4 * prod(outs), 12 * 6, 3 * 35)
    one, two = (role for role in (OUTPUT, KERNEL, INPUT) if role != target)
    plan = meetings(geometry, target)
    with precision(200):
        arrays = {one: [left(draw) for _ in range(entries[one])], two: [right(draw) for _ in range(entries[two])]}  # type: ignore[operator]
        found = plan.multiplied(target, arrays)
        if found is None:
            assert (edge and target == INPUT) or {left, right} >= {rational, mixed}
            return
        assert len(found) == entries[target]
        for entry, value in enumerate(found):
            wanted = sum((arrays[one][met[one]] * arrays[two][met[two]] for met in plan.at(entry)), ZERO)
            assert value == wanted if isinstance(wanted, fmpq) else value.overlaps(wanted)
            assert value == wanted == 0 or isinstance(value, fmpq) or value.rel_accuracy_bits() > 150

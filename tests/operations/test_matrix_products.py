"""Products of matrices: what FLINT multiplies as a whole is what its entries give one by one."""

from itertools import product
from random import Random

import pytest
from flint import arb, fmpq

from derive.calculus.kernels import Branches
from derive.calculus.operation_rows import ROWS
from derive.calculus.scalars import ZERO, precision


def rational(draw: Random) -> fmpq:
    return fmpq(draw.randint(-999, 999), draw.choice([1, 7, 100, 10**9]))


def ball(draw: Random) -> arb:
    return arb(rational(draw)).exp()


def mixed(draw: Random) -> object:
    return ZERO if draw.random() < 0.4 else ball(draw)


@pytest.mark.parametrize(("left", "right"), list(product([rational, ball, mixed], repeat=2)))
@pytest.mark.parametrize("sizes", [(3, 3, 3), (4, 17, 5), (20, 3, 9), (2, 9, 6)])
def test_a_product_is_the_sum_of_products(left: object, right: object, sizes: tuple[int, int, int]) -> None:
    draw, (m, k, n) = Random(11), sizes
    with precision(200):
        a, b = [left(draw) for _ in range(m * k)], [right(draw) for _ in range(k * n)]  # type: ignore[operator]
        found = ROWS["product"].kernel(((m, k), (k, n)), (), Branches())(a, b)
        for i, j in product(range(m), range(n)):
            wanted = sum((a[i * k + s] * b[s * n + j] for s in range(k)), ZERO)
            value = found[i * n + j]
            assert type(value) is type(wanted)
            if isinstance(wanted, fmpq):
                assert value == wanted
            else:
                assert value.overlaps(wanted)
                assert value.rel_accuracy_bits() > 150 or value.is_zero() or wanted.rel_accuracy_bits() < 160

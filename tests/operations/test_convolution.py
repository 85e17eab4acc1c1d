"""Convolution and pooling against plain loops, published results, and each other."""

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest
from flint import fmpq

import derive
from derive.calculus.differentiation import shape_of
from derive.calculus.kernels import Branches, ShapeFault
from derive.errors import InputError
from derive.language.expressions import Apply, Expr, Option, Ref
from derive.language.names import Name, Symbol
from derive.operations import ROWS
from derive.problem.problem import Problem
from derive.solution import Blueprint, Solution
from derive.values.tape import compile_expr

Array = np.ndarray[Any, Any]


def applied(op: str, *arrays: Array, **settings: Any) -> Array:
    """The value of an operation on arrays of whole numbers."""
    refs = tuple(Ref(Symbol("a", subscript=(i,))) for i in range(len(arrays)))
    options: dict[str, Option] = {
        name: tuple(map(Fraction, v)) if isinstance(v, tuple) else Fraction(v) if isinstance(v, int) else v
        for name, v in settings.items()
    }
    expr: Expr = Apply(op, refs, tuple(sorted(options.items())))
    shapes: dict[Name, Any] = {ref.name: array.shape for ref, array in zip(refs, arrays, strict=True)}
    env = [[fmpq(int(x)) for x in array.flat] for array in arrays]
    flat = compile_expr(expr, {ref.name: i for i, ref in enumerate(refs)}, shapes, Branches())(env)
    return np.array([float(x) for x in map(Fraction, map(str, flat))]).reshape(shape_of(expr, shapes))


def loops(x: Array, k: Array, stride: tuple[int, ...], padding: tuple[int, ...], dilation: tuple[int, ...]) -> Array:
    """The convolution of x[c, …] with k[o, c, …], by its definition over a border of zeros."""
    x = np.pad(x, [(0, 0), *((p, p) for p in padding)])
    outs = [
        (n - d * (m - 1) - 1) // s + 1 for n, m, s, d in zip(x.shape[1:], k.shape[2:], stride, dilation, strict=True)
    ]
    z = np.zeros((k.shape[0], *outs))
    for place in product(*map(range, z.shape)):
        for tap in product(*map(range, k.shape[1:])):
            at = tuple(s * p + d * a for s, p, d, a in zip(stride, place[1:], dilation, tap[1:], strict=True))
            z[place] += k[(place[0], *tap)] * x[(tap[0], *at)]
    return z


def whole(random: Random, *shape: int) -> Array:
    """An array of whole numbers."""
    return np.array([random.randint(-9, 9) for _ in range(int(np.prod(shape)))]).reshape(shape)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("axes", [1, 2])
def test_convolution_with_channels_is_the_loops(axes: int, seed: int) -> None:
    random = Random(seed)
    size = lambda low, high: tuple(random.randint(low, high) for _ in range(axes))  # noqa: E731
    stride, padding, dilation, kernel = size(1, 3), size(0, 2), size(1, 2), size(1, 3)
    inside = tuple(d * (k - 1) + 1 + random.randint(0, 4) for d, k in zip(dilation, kernel, strict=True))
    o, c = random.randint(1, 3), random.randint(2, 3)
    x, k = whole(random, c, *inside), whole(random, o, c, *kernel)
    theirs = loops(x, k, stride, padding, dilation)
    many = {"stride": stride, "padding": padding, "dilation": dilation}
    settings = many if axes > 1 else {name: values[0] for name, values in many.items()}
    ours = applied("conv", x, k, **settings)
    assert (np.ravel(ours) == np.ravel(theirs)).all()
    assert ours.size == 1 or ours.shape == theirs.shape or ours.shape == theirs.shape[:1]


EDGES = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("axes", [1, 2])
def test_what_lies_around_an_input_is_that_of_numpy(axes: int, edge: str, seed: int) -> None:
    random = Random(seed)
    places, stride = random.randint(1, 3), random.randint(1, 2)
    x, k = whole(random, 2, *[random.randint(4, 6)] * axes), whole(random, 3, 2, *[3] * axes)
    padded = np.pad(x, [(0, 0), *[(places, places)] * axes], mode=EDGES[edge])  # type: ignore[call-overload]
    theirs = loops(padded, k, (stride,) * axes, (0,) * axes, (1,) * axes)
    ours = applied("conv", x, k, stride=stride, padding=places, padding_mode=edge)
    assert (np.ravel(ours) == np.ravel(theirs)).all()
    alone = applied("conv", x, k, padding=edge)
    assert (alone == applied("conv", x, k, padding=1, padding_mode=edge)).all()


PADDED = """
[parameters]
x = [0.5, -1, 2, 0.25, 1]
K = [0.3, -0.7, 1.1]
[model]
loss = "L"
equations = '''
z = conv(x, K, {settings})
L = sum(sin(z) ⊙ z)
'''
"""


@pytest.mark.parametrize("settings", ['padding = "circular"', 'padding = "ring"', 'padding = "reflect"',
                                      'padding = 2, padding_mode = "replicate"', 'padding = "edge", dilation = 2',
                                      'padding = 3, padding_mode = "circular", stride = 2'])  # fmt: skip
def test_gradients_through_entries_that_stand_around_the_input_are_verified(settings: str) -> None:
    solution = derive.solve(Problem.loads(PADDED.format(settings=settings)))
    assert "lie zeros" not in solution.text("txt")


def test_a_ring_is_told_and_an_input_too_small_for_it() -> None:
    page = derive.solve(Problem.loads(PADDED.format(settings='padding = "circular"'))).text("txt")
    assert "z₁ = 1·0.3 + 0.5·(−0.7) + (−1)·1.1" in page
    assert "closed to a ring" in page
    with pytest.raises(InputError, match="too small for a padding that is reflect"):
        Problem.loads(PADDED.format(settings='padding = 5, padding_mode = "reflect"'))


@pytest.mark.parametrize(
    ("x", "k"), [((5, 6), (3, 2)), ((7,), (3,)), ((5, 1), (1, 1)), ((1, 6), (1, 3)), ((4, 4), (4, 4))]
)
def test_convolution_without_channels_is_that_with_one(x: tuple[int, ...], k: tuple[int, ...]) -> None:
    random = Random(20)
    data, kernel = whole(random, *x), whole(random, *k)
    ones, none = (1,) * len(x), (0,) * len(x)
    theirs = loops(data[None], kernel[None, None], ones, none, ones)
    squeezed = lambda array: array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array  # noqa: E731
    ours = applied("conv", squeezed(data), squeezed(kernel) if kernel.size > 1 else kernel.reshape(()))
    assert (np.ravel(ours) == np.ravel(theirs)).all()


def scattered(z: Array, k: Array, stride: int, padding: int) -> Array:
    """The transposed convolution of z[o, i, j] with k[o, c, a, b]: each entry times the kernel, added at its window."""
    height, width = (stride * (n - 1) + m for n, m in zip(z.shape[1:], k.shape[2:], strict=True))
    x = np.zeros((k.shape[1], height, width))
    for o, i, j in product(*map(range, z.shape)):
        x[:, stride * i : stride * i + k.shape[2], stride * j : stride * j + k.shape[3]] += z[o, i, j] * k[o]
    return x[:, padding : height - padding, padding : width - padding]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (2, 1), (3, 1)])
def test_transposed_convolution_spreads_the_kernel(stride: int, padding: int) -> None:
    random = Random(7)
    z, k = whole(random, 2, 3, 2), whole(random, 2, 3, 3, 3)
    ours = applied("transposed_conv", z, k, stride=stride, padding=padding)
    assert (ours == scattered(z, k, stride, padding)).all()
    alone = applied("transposed_conv", z[0], k[0, 0], stride=stride, padding=padding)
    assert (alone == scattered(z[:1], k[:1, :1], stride, padding)[0]).all()


def test_correlate_gives_each_kernel_entry_what_it_multiplied() -> None:
    random = Random(3)
    x, g = whole(random, 2, 5, 4), whole(random, 3, 3, 2)
    theirs = np.array([[[[np.sum(g[o] * x[c, a : a + 3, b : b + 2]) for b in range(3)] for a in range(3)]
                        for c in range(2)] for o in range(3)])  # fmt: skip
    assert (applied("correlate", x, g) == theirs).all()
    assert (applied("correlate", x[0], g[0]) == theirs[0, 0]).all()
    assert (applied("correlate", x[:, :, 0], g[:, :, 0], axis="channels").shape) == (3, 2, 3)


def pooled(x: Array, window: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int], how: Any) -> Array:
    """Pooling of a matrix by its definition."""
    border = np.pad(x.astype(float), [(p, p) for p in padding], constant_values=-np.inf if how is np.max else 0)
    outs = [(n - w) // s + 1 for n, w, s in zip(border.shape, window, stride, strict=True)]
    return np.array([[how(border[i * stride[0] : i * stride[0] + window[0], j * stride[1] : j * stride[1] + window[1]])
                      for j in range(outs[1])] for i in range(outs[0])])  # fmt: skip


@pytest.mark.parametrize(("op", "how"), [("maxpool", np.max), ("avgpool", np.mean)])
@pytest.mark.parametrize("settings", [((2, 2), (2, 2), (0, 0)), ((3, 2), (1, 2), (0, 1)), ((2, 3), (2, 1), (1, 1))])
def test_pooling_is_the_loops(op: str, how: Any, settings: Any) -> None:
    x = whole(Random(11), 3, 6, 5)
    names = dict(zip(("window", "stride", "padding"), settings, strict=True))
    theirs = np.array([pooled(matrix, *settings, how) for matrix in x])
    assert applied(op, x, **names) == pytest.approx(theirs)
    assert applied(op, x[0], **names) == pytest.approx(theirs[0])


def test_a_stride_left_out_is_the_window() -> None:
    x = whole(Random(1), 4, 6)
    assert (applied("maxpool", x, window=2) == pooled(x, (2, 2), (2, 2), (0, 0), np.max)).all()
    assert (applied("maxpool", x[:, 0], window=3) == [max(x[:3, 0])]).all()


def test_a_tie_goes_to_the_first() -> None:
    x = np.array([[0, 5, 0, 0], [5, 0, 0, 0]])
    unpooled = applied("maxunpool", np.array([[7, 9]]), x, window=2)
    assert (unpooled == [[0, 7, 9, 0], [0, 0, 0, 0]]).all()


def test_a_tie_is_a_kink() -> None:
    kinks = ROWS["maxpool"].kinks
    assert kinks
    flat = [fmpq(n) for n in (1, 2, 3, 3, 2, 0, 3, 1)]
    assert kinks(((2, 4),), (("window", Fraction(2)),))(flat) == [0, 1]
    assert kinks(((4, 2),), (("window", Fraction(2)),))(flat) == [0]


def test_windows_that_overlap_add_their_gradients() -> None:
    x = np.array([[1, 2, 3], [4, 9, 5], [6, 7, 8]])
    assert (applied("maxunpool", np.array([[1, 2], [3, 4]]), x, window=2, stride=1)[1, 1]) == 10
    assert applied("avgunpool", np.array([[4, 8]]), window=2, stride=1, shape=(2, 3)).tolist() == [[1, 3, 2]] * 2


FAULTS: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any], str, str]] = [
    ("conv", ((2, 2), (3, 3)), {}, "a kernel of 3 does not fit into 2 entries", "padding"),
    ("conv", ((3, 5, 5), (2, 4, 3, 3)), {}, "the kernels are for 4 channels, the input has 3", "K[o,c,i,j]"),
    ("conv", ((3, 5, 5), (3, 3)), {}, "3×3 does not fit: the kernel has 4 axes here", "X[c,i,j] with K[o,c,i,j]"),
    ("conv", ((5, 5), (2, 3, 3, 3)), {}, "5×5 does not fit: the input has 3 axes here", "X[c,i,j]"),
    ("conv", ((5, 5), (3, 3)), {"stride": 0}, "`stride` does not fit", "from 1"),
    ("conv", ((5, 5), (3, 3)), {"stride": (1, 1, 1)}, "5×5 does not fit: the input has 3", "both vectors"),
    ("transposed_conv", ((3, 3), (3, 3)), {"size": (9, 9)}, "a result of size 9×9 does not belong", "leave `size` out"),
    ("transposed_conv", ((1, 2), (2, 2)), {"padding": 2}, "the padding takes everything away", "less"),
    ("correlate", ((2, 2), (3, 3)), {}, "3 outputs do not come from 2 inputs", "stride"),
    ("maxpool", ((4, 4),), {}, "pooling needs the size of its window", "maxpool(X, 2)"),
    ("maxpool", ((1, 4),), {"window": 2}, "a window of 2 does not fit into 1 entries", "(1, 2)"),
    ("maxpool", ((4, 4),), {"window": 2, "padding": 2}, "may hold nothing", "half"),
    ("maxpool", ((2, 3, 4, 4),), {"window": 2}, "2×3×4×4 has 4 axes", "X[c,i,j]"),
    ("maxunpool", ((3, 3), (4, 4)), {"window": 2}, "3×3 is not one entry for each window", "2×2"),
]  # fmt: skip


@pytest.mark.parametrize(("op", "shapes", "settings", "message", "hint"), FAULTS)
def test_what_does_not_fit_is_said(
    op: str, shapes: tuple[tuple[int, ...], ...], settings: dict[str, Any], message: str, hint: str
) -> None:
    options = tuple(sorted(
        (name, tuple(map(Fraction, v)) if isinstance(v, tuple) else Fraction(v)) for name, v in settings.items()
    ))  # fmt: skip
    with pytest.raises(ShapeFault) as wrong:
        ROWS[op].shape(shapes, options)
    assert message in wrong.value.message
    assert hint in wrong.value.hint


NETWORK = """
[data]
X = [[[1, 0, 2, 1, 0], [0, 1, 1, 0, 2], [2, 1, 0, 1, 1], [1, 0, 1, 2, 0], [0, 2, 1, 0, 1]]]
y = [1, 0]
[parameters]
K = [[[["1/2", -1], [0, 1]]], [[[1, 0.5], [-0.5, 0.25]]]]
b = [0.1, -0.2]
W = [[0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.7, 0.8], [-0.8, 0.7, 0.6, 0.5, -0.4, 0.3, 0.2, 0.1]]
[model]
equations = '''
Z = conv(X, K) + b
A = ReLU(Z)
P = maxpool(A, 2)
v = flatten(P)
a = sigmoid(W v)
L = half_squared_error(a, y)
'''
loss = "L"
gradients = ["X"]
"""


def network() -> Solution:
    return Blueprint.of(Problem.loads(NETWORK)).solve()


def test_a_small_network_forward_and_backward() -> None:
    """The gradients of a whole network are confirmed by central differences, and each is its one operation."""
    solution = network()
    assert solution.verification.entries == 51
    assert solution["dL/dK"].equation == "dL/dK = correlate(X, dL/dZ, channels)"
    assert solution["dL/dX"].equation == "dL/dX = transposed_conv(dL/dZ, K)"
    assert solution["dL/db"].equation == "dL/db = sum(dL/dZ, channels)"
    assert solution["dL/dA"].equation == "dL/dA = maxunpool(dL/dP, A, 2)"
    assert solution["dL/dP"].equation == "dL/dP = reshape(dL/dv, (2, 2, 2))"
    assert [solution[step].shape for step in ("Z", "P", "dL/dK")] == [(2, 4, 4), (2, 2, 2), (2, 1, 2, 2)]


@pytest.mark.parametrize("settings", ["stride = 2", "padding = 1", "stride = 2, padding = (1, 0)", "dilation = 2"])
def test_gradients_of_every_setting_are_verified(settings: str) -> None:
    text = f"""
[parameters]
X = [[1, 2, 0, 1], [3, -1, 2, 2], [0, 1, 4, -2], [1, 1, 0, 5], [2, 0, -3, 1]]
K = [[1, -2], [0.5, 3]]
V = [[1, 2], [-1, 0.5]]
[model]
equations = '''
Z = conv(X, K, {settings})
Y = transposed_conv(Z, V, {settings})
Q = avgpool(Y, 2, stride = 1)
L = sum(Q^2)
'''
loss = "L"
"""
    assert Blueprint.of(Problem.loads(text)).solve().verification.entries == 28

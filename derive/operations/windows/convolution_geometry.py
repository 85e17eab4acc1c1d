"""How the three arrays of a convolution lie on each other: which entries meet, and what lies around an input."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod

from flint import arb

from derive.calculus.kernels import WORTH_A_MATRIX, Flat, flint_product
from derive.calculus.scalars import ZERO

Sizes = tuple[int, ...]
Triple = tuple[int, int, int]

OUTPUT, KERNEL, INPUT = range(3)
"""The three arrays of T: what comes out (G), the kernels (K), what goes in (X)."""


EDGES: Mapping[str, Callable[[int, int], int]] = {
    "circular": lambda place, size: place % size,
    "reflect": lambda place, size: size - 1 - abs(size - 1 - abs(place)),
    "replicate": lambda place, size: min(max(place, 0), size - 1),
}
"""What lies around an input instead of zeros, as PyTorch names it: for a place outside the entry that stands there."""
ROOM = {"circular": 0, "reflect": -1}
"""How many more places than an input has entries these have on each side at most."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the three arrays of T lie on each other.

    sizes     of what comes out, of a kernel, of what goes in, axis by axis, without channels
    channels  how many come out, how many go in
    padding   how many places before the first entry of what goes in, and how many behind the last
    edge      what lies there, a key of EDGES; "" for zeros
    """

    sizes: tuple[Sizes, Sizes, Sizes]
    channels: tuple[int, int]
    stride: Sizes
    dilation: Sizes
    padding: tuple[Sizes, Sizes]
    edge: str = ""

    def taps(self) -> list[Triple]:
        """Flat positions in the three arrays that meet, without channels; what lies in the padding is left out."""
        found: list[Triple] = [(0, 0, 0)]
        for axis in range(len(self.stride)):
            line = self._line(axis)
            found = [(i + p, j + a, k + x) for i, j, k in found for p, a, x in line]
        return found

    def _line(self, axis: int) -> list[Triple]:
        """What meets along an axis, each place times the entries between it and the next one."""
        outs, kernel, inside = (size[axis] for size in self.sizes)
        s, d, q = self.stride[axis], self.dilation[axis], self.padding[0][axis]
        places: Iterable[Triple] = ((p, a, s * p + d * a - q) for p in range(outs) for a in range(kernel))
        if self.edge:
            places = ((p, a, EDGES[self.edge](x, inside)) for p, a, x in places)
        of_outs, of_kernel, of_inside = (prod(size[axis + 1 :]) for size in self.sizes)
        return [(p * of_outs, a * of_kernel, x * of_inside) for p, a, x in places if 0 <= x < inside]


@dataclass(frozen=True, slots=True)
class Meetings:
    """What meets in the entries of one of the three arrays: with channels many times as much as without, so that it is
    kept without them.

    sizes   the entries of a channel of G, of K and of X
    planes  for each channel of the target the channels of the three arrays that meet in it
    taps    for each place in such a channel the places in the three that meet there
    """

    sizes: Sizes
    planes: tuple[tuple[Triple, ...], ...]
    taps: tuple[tuple[Triple, ...], ...]

    def at(self, entry: int) -> list[Triple]:
        """The flat entries of G, K and X that meet in a flat entry of the target."""
        channel, place = divmod(entry, len(self.taps))
        g, k, x = self.sizes
        return [(o * g + p, c * k + a, i * x + b) for o, c, i in self.planes[channel] for p, a, b in self.taps[place]]

    def gathered(self, flat: Flat, role: int) -> Iterator[list[Flat]]:
        """For each channel of the target, place by place, the numbers of one of the three arrays that meet there."""
        size, found = self.sizes[role], dict[Sizes, list[Flat]]()
        places = [[tap[role] for tap in taps] for taps in self.taps]
        for channels in (tuple(plane[role] for plane in planes) for planes in self.planes):
            if channels not in found:
                parts = [flat[c * size : (c + 1) * size] for c in channels]
                found[channels] = [[part[n] for part in parts for n in place] for place in places]
            yield found[channels]

    def multiplied(self, target: int, arrays: Mapping[int, Flat]) -> Flat | None:
        """The target as products of matrices, a row for each of its channels and a column for each place in one, with
        zeros where nothing meets; None where that cannot be, or does not pay.

        One of the two `arrays` stays where it is: a kernel, or what comes out where the kernel is asked for. To each of
        its entries comes at each place of the target one entry of the other array at most.
        """
        still = OUTPUT if target == KERNEL else KERNEL
        moving = OUTPUT + KERNEL + INPUT - target - still
        rows: dict[Sizes, list[int]] = {}
        for channel, planes in enumerate(self.planes):
            rows.setdefault(tuple(plane[moving] for plane in planes), []).append(channel)
        if min(map(len, rows.values())) < WORTH_A_MATRIX:
            return None
        met: dict[int, dict[int, int]] = {}
        for place, taps in enumerate(self.taps):
            for tap in taps:
                if met.setdefault(tap[still], {}).setdefault(place, tap[moving]) != tap[moving]:
                    return None  # beyond an edge that repeats entries several come
        found: dict[int, Flat] = {}
        count, size = len(self.taps), self.sizes
        places = [[line.get(place, -1) for place in range(count)] for line in met.values()]
        for channels, targets in rows.items():
            starts = [plane[still] * size[still] for channel in targets for plane in self.planes[channel]]
            left = [arrays[still][start + n] for start in starts for n in met]
            parts = [[*arrays[moving][c * size[moving] : (c + 1) * size[moving]], ZERO] for c in channels]
            right = [part[n] for part in parts for line in places for n in line]
            entries = flint_product((len(targets), len(channels) * len(met), count), left, right)
            if entries is None or not all(entry.is_finite() for entry in entries if isinstance(entry, arb)):
                return None
            found |= {channel: entries[i * count : (i + 1) * count] for i, channel in enumerate(targets)}
        return [entry for channel in range(len(self.planes)) for entry in found[channel]]


@lru_cache(16)
def meetings(geometry: Geometry, target: int) -> Meetings:
    """What meets in the entries of the target."""
    sizes = tuple(map(prod, geometry.sizes))
    count, ins = geometry.channels
    taps: list[list[Triple]] = [[] for _ in range(sizes[target])]
    for tap in geometry.taps():
        taps[tap[target]].append(tap)
    planes: dict[int, list[Triple]] = {}
    for o, c in product(range(count), range(ins)):
        plane = (o, o * ins + c, c)
        planes.setdefault(plane[target], []).append(plane)
    return Meetings(sizes, tuple(tuple(planes[i]) for i in sorted(planes)), tuple(map(tuple, taps)))

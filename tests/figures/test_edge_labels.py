"""Numbers at edges stand clear of every other edge and number; where none finds room, there is none."""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import pytest

from derive.figures.drawing.edge_labels import BETWEEN, STEPS, Box, EdgeNumber, Edges, Line

POINTS = 2000  # of a line, that are looked at


def layer(units: int, nexts: int, width: float, pitch: float) -> list[Line]:
    """The edges between two columns of units, each column around the same middle."""
    rows = [[pitch * (i - (count - 1) / 2) for i in range(count)] for count in (units, nexts)]
    return [Line.between((0.0, y), (width, y2)) for y, y2 in product(*rows)]


def goes_through(line: Line, box: Box, far: float) -> bool:
    """Whether a point of a line lies in a box with a margin."""
    points = (line.at(i / POINTS) for i in range(POINTS + 1))
    (x, y), width, height = box.middle, box.half_width + far, box.half_height + far
    return any(abs(x - x2) < width - 1e-9 and abs(y - y2) < height - 1e-9 for x2, y2 in points)


def overlap(one: Box, other: Box, far: float) -> bool:
    """Whether less than so far lies between two boxes."""
    across, down = (abs(a - b) for a, b in zip(one.middle, other.middle, strict=True))
    wide, high = one.half_width + other.half_width + far, one.half_height + other.half_height + far
    return across < wide - 1e-9 and down < high - 1e-9


@pytest.mark.parametrize("seed", range(60))
def test_numbers_stand_clear(seed: int) -> None:
    random = Random(seed)
    lines = layer(random.randint(1, 4), random.randint(1, 4), random.uniform(60, 160), random.uniform(30, 60))
    numbers = [EdgeNumber(i, random.uniform(6, 22), 5.6) for i in range(len(lines))]
    preferred, far = random.uniform(0.1, 0.6), random.choice((2.5, 6.0))
    boxes = Edges(lines).places(numbers, preferred, far)
    if boxes is None:
        return
    for own, box in zip(lines, boxes, strict=True):
        assert own.start[0] <= box.middle[0] - box.half_width + 1e-9
        assert box.middle[0] + box.half_width <= own.end[0] + 1e-9
        assert not goes_through(own, box, 0)
        assert not any(goes_through(other, box, far) for other in lines if other is not own)
    assert not any(overlap(*pair, BETWEEN) for pair in combinations(boxes, 2))


@pytest.mark.parametrize("seed", range(60))
def test_a_number_goes_to_the_nearest_place_that_is_free(seed: int) -> None:
    """Two lines and one number: every place that is nearer to the preferred one lies in the other line's way."""
    random = Random(1000 + seed)
    own, other = (Line.between((0.0, random.uniform(0, 60)), (120.0, random.uniform(0, 60))) for _ in range(2))
    width, height, preferred, far = random.uniform(6, 30), 5.6, random.uniform(0, 1), random.uniform(1, 12)
    found = Edges([own, other]).places([EdgeNumber(0, width, height)], preferred, far)
    alone = Edges([own]).places([EdgeNumber(0, width, height)], preferred, far)
    assert alone is not None
    away = abs(alone[0].middle[1] - own.at(alone[0].middle[0] / 120)[1])
    reached = abs(found[0].middle[0] / 120 - preferred) if found else 1.0
    for i, side in product(range(STEPS + 1), (-away, away)):
        x, y = own.at(i / STEPS)
        nearer = abs(i / STEPS - preferred) < reached - 1e-9 and width / 2 <= x <= 120 - width / 2
        assert not nearer or goes_through(other, Box((x, y + side), width / 2, height / 2), far + 1e-3)


def test_without_room_there_is_no_place() -> None:
    """The middle one of five edges that are close to each other has none on either side."""
    lines = [Line.between((0.0, 4.0 * i), (80.0, 4.0 * i)) for i in range(5)]
    assert Edges(lines).places([EdgeNumber(2, 10.0, 5.6)], 0.5, 2.5) is None
    assert Edges(lines).places([EdgeNumber(0, 10.0, 5.6)], 0.5, 2.5) is not None

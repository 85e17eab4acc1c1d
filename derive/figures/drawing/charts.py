"""Bars of counts: lying and stacked, with a legend above; or upright, a distribution."""

from collections.abc import Iterator

from derive.figures import Labels
from derive.figures.charts import Bar, Chart
from derive.figures.drawing.measures import DROP, NUMBER, PAGE_WIDTH, SMALL, MathScript
from derive.figures.drawing.primitives import Drawing, DrawnShape, Rectangle, Role, Text, polyline

ROW, THICK, GAP, KEY = 15.0, 11.0, 6.0, 7.0
HEIGHT, WIDEST = 110.0, 44.0


def draw_chart(chart: Chart, labels: Labels, script: MathScript) -> Drawing:
    """The bars of a chart, as wide as the page."""
    return (_lying if chart.kind == "lying" else _upright)(chart, labels, script)


def _label(bar: Bar, labels: Labels, script: MathScript) -> str:
    if isinstance(bar.label, str):
        return script.words(bar.label)
    return labels.name(bar.label, None) + bar.after


def _lying(chart: Chart, labels: Labels, script: MathScript) -> Drawing:
    """A row for each bar: its label, its parts with their counts where they fit, its sum behind it."""
    shown = [_label(bar, labels, script) for bar in chart.bars]
    left = GAP + max(NUMBER * script.width(text) for text in shown)
    longest = max(1, *(sum(bar.counts) for bar in chart.bars))
    room = PAGE_WIDTH - left - 2 * GAP
    shapes, top = _legend(chart, script)
    for i, (bar, text) in enumerate(zip(chart.bars, shown, strict=True)):
        y = top + i * ROW
        shapes.append(Text((left, y + ROW / 2 + DROP * NUMBER), text, "name", NUMBER, "end"))
        shapes += _stack(chart, bar, (left + GAP, y + (ROW - THICK) / 2), room / longest, script)
    return Drawing(PAGE_WIDTH, top + len(chart.bars) * ROW + GAP / 2, tuple(shapes))


def _stack(chart: Chart, bar: Bar, at: tuple[float, float], unit: float, script: MathScript) -> Iterator[DrawnShape]:
    x, y = at
    for part, count in zip(chart.parts, bar.counts, strict=True):
        width = count * unit
        if count:
            yield Rectangle((x, y), width, THICK, part.tone)
        if count and script.width(str(count)) * SMALL + 3 <= width:
            role: Role = "on dark" if part.tone in {"correct", "wrong", "unreadable"} else "plain"
            yield Text((x + width / 2, y + THICK / 2 + DROP * SMALL), str(count), role, SMALL)
        x += width


def _legend(chart: Chart, script: MathScript) -> tuple[list[DrawnShape], float]:
    """What each tone counts, in lines as long as the page; and where the bars begin."""
    shapes: list[DrawnShape] = []
    x, y = GAP, GAP / 2
    for part in chart.parts:
        text = script.words(part.words)
        width = KEY + GAP / 2 + NUMBER * script.width(text) + 2 * GAP
        if x + width > PAGE_WIDTH and x > GAP:
            x, y = GAP, y + ROW
        shapes.append(Rectangle((x, y + (ROW - KEY) / 2), KEY, KEY, part.tone))
        shapes.append(Text((x + KEY + GAP / 2, y + ROW / 2 + DROP * NUMBER), text, "plain", NUMBER, "start"))
        x += width
    return shapes, y + ROW + GAP / 2


def _upright(chart: Chart, labels: Labels, script: MathScript) -> Drawing:
    """A column for each bar, its count above it, its label below the line; the axis in words under all."""
    highest = max(1, *(sum(bar.counts) for bar in chart.bars))
    wide = min(WIDEST, (PAGE_WIDTH - 2 * GAP) / len(chart.bars))
    ground = NUMBER + GAP + HEIGHT
    shapes: list[DrawnShape] = []
    for i, bar in enumerate(chart.bars):
        count = sum(bar.counts)
        x, height = GAP + i * wide, HEIGHT * count / highest
        middle = x + wide / 2
        if count:
            shapes.append(Rectangle((x + 1, ground - height), wide - 2, height, chart.parts[0].tone))
            shapes.append(Text((middle, ground - height - 2), str(count), "plain", SMALL))
        shapes.append(Text((middle, ground + NUMBER + 2), _label(bar, labels, script), "plain", SMALL))
    right = GAP + len(chart.bars) * wide
    shapes.append(polyline("rule", (GAP, ground), (right, ground)))
    axis = script.words(chart.axis)
    shapes.append(Text(((GAP + right) / 2, ground + 2 * NUMBER + GAP), axis, "plain", NUMBER))
    width = max(right + GAP, NUMBER * script.width(axis) + 2 * GAP)
    return Drawing(width, ground + 2 * NUMBER + 2 * GAP, tuple(shapes))

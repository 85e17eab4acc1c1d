"""The parts of a model as boxes in one line; without their titles where these do not fit beside a heading."""

from math import fsum

from derive.figures import Labels, Strip
from derive.figures.drawing.measures import DROP, PAGE_WIDTH, SMALL, MathScript
from derive.figures.drawing.primitives import Drawing, DrawnShape, Rectangle, Text, polyline

HEIGHT, GAP, PAD, EMPTY, MARGIN = 11.0, 10.0, 4.0, 8.0, 1.0
WIDEST = 0.55 * PAGE_WIDTH


def draw_strip(figure: Strip, labels: Labels, script: MathScript) -> Drawing:
    """The boxes with arrows between them, in the direction of the pass."""
    texts = [script.words(title) for title in figure.parts]
    widths = [SMALL * script.width(text) + 2 * PAD for text in texts]
    gap = GAP
    if fsum(widths) + gap * (len(texts) - 1) > WIDEST:
        texts, widths, gap = [""] * len(texts), [EMPTY] * len(texts), GAP / 2
    shapes: list[DrawnShape] = []
    x, middle = MARGIN, MARGIN + HEIGHT / 2
    for i, (text, width) in enumerate(zip(texts, widths, strict=True)):
        if i:
            ends = ((x - gap, middle), (x, middle))
            shapes.append(polyline("arrow" if texts[i] else "rule", *(reversed(ends) if figure.backward else ends)))
        shapes.append(Rectangle((x, MARGIN), width, HEIGHT, "lit" if i == figure.lit else "group"))
        if text:
            at = x + width / 2, middle + DROP * SMALL
            shapes.append(Text(at, text, "name" if i == figure.lit else "plain", SMALL))
        x += width + gap
    return Drawing(x - gap + MARGIN, HEIGHT + 2 * MARGIN, tuple(shapes))

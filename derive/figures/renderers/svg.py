"""A figure as one SVG file: no scripts, no fonts of its own, black on white, its words as the description."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import groupby
from math import fsum

from derive.figures import Labels, Picture
from derive.figures.drawing.arrange import drawing_of
from derive.figures.drawing.measures import MathScript
from derive.figures.drawing.primitives import (
    DARKER,
    SHADED,
    TONES,
    BoxStyle,
    Circle,
    DrawnShape,
    Point,
    Rectangle,
    Stroke,
    Text,
)
from derive.figures.renderers.words import figure_words
from derive.operations import ROWS

SCALE = 1.6  # CSS pixels for a point
FONT = "'STIX Two Math', 'Latin Modern Math', 'Cambria Math', 'STIX Two Text', 'Times New Roman', serif"
COLOURS = {"name": "#000", "value": "#1f3a7a", "gradient": "#8b1a1a", "plain": "#555", "on dark": "#fff"}
STYLES: dict[BoxStyle, str] = {
    "given": 'fill="#f0f0f0" stroke="#333" stroke-width="0.5"',
    "parameter": 'fill="#fff" stroke="#333" stroke-width="0.5" stroke-dasharray="2 1.2"',
    "computed": 'fill="#fff" stroke="#333" stroke-width="0.5"',
    "loss": 'fill="#fff" stroke="#000" stroke-width="1.1"',
    "lit": 'fill="#ffe9a8" stroke="#000" stroke-width="1.1"',
    "lit weight": 'fill="none" stroke="#d08700" stroke-width="1.6"',
    "rule": 'fill="none" stroke="#999" stroke-width="0.4"',
    "bracket": 'fill="none" stroke="#444" stroke-width="0.5"',
    "weight": 'fill="none" stroke="#8a8a8a" stroke-width="0.5"',
    "arrow": 'fill="none" stroke="#444" stroke-width="0.6"',
    "ring": 'fill="#fff" stroke="#333" stroke-width="0.8"',
    "dot": 'fill="#555"',
    "curve": 'fill="none" stroke="#1f5a96" stroke-width="1.2" stroke-linejoin="round"',
    "group": 'fill="#f0f0f0" stroke="#999" stroke-width="0.4"',
    "cell": 'fill="#fff" stroke="#999" stroke-width="0.4"',
    **{tone: f'fill="{colour}"' for tone, colour in TONES.items()},
    **{
        style: f'fill="{COLOURS[role]}" fill-opacity="{(i + 1) * DARKER:.1f}"'
        for role, styles in SHADED.items()
        for i, style in enumerate(styles)
    },
}
SUBSCRIPT, SUPERSCRIPT, SHRUNK = 0.22, -0.36, 0.72
KEPT = 4096  # texts whose pieces are known: slides draw the same picture many times
COMMA = "\u2e32"  # stands for a lowered comma
_MARKED = re.compile(r"([_^])(?:\{([^{}]*)\}|([^\s_^{}]+))")


def svg(figure: Picture, labels: Labels, title: str) -> str:
    """The SVG of a figure; `labels` are Unicode."""
    drawing = drawing_of(figure, labels, SCRIPT)
    width, height = f"{drawing.width:.1f}", f"{drawing.height:.1f}"
    size = f'width="{drawing.width * SCALE:.0f}" height="{drawing.height * SCALE:.0f}"'
    style = f'font-family="{FONT}" style="max-width:100%;height:auto"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" {size} {style}>',
        f"<title>{escape(title, quote=False)}</title>",
        f"<desc>{escape(figure_words(figure, labels), quote=False)}</desc>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *(part for shape in drawing.shapes for part in _painted(shape)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


@lru_cache(KEPT)
def runs(text: str) -> tuple[tuple[str, int], ...]:
    """The text in pieces, each with its level: −1 lowered, 0, 1 raised. `z₁` and `z_{1}` mean the same."""
    return tuple(_runs(text))


def _runs(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for found in _MARKED.finditer(text):
        yield from _levels(text[at : found.start()])
        yield found[2] or found[3] or "", -1 if found[1] == "_" else 1
        at = found.end()
    yield from _levels(text[at:])


def _levels(text: str) -> Iterator[tuple[str, int]]:
    """Pieces of text whose level is in its characters; a comma between lowered ones is lowered."""
    text = re.sub(r"(?<=[₀-₉ₐ-ₜ])[,.](?=[₀-₉ₐ-ₜ])", COMMA, text)
    for level, piece in groupby(text, key=_level):
        joined = "".join(piece)
        yield unicodedata.normalize("NFKC", joined).replace(COMMA, ",") if level else joined, level


def _level(char: str) -> int:
    if char == COMMA:
        return -1
    kind = unicodedata.decomposition(char)
    return -1 if kind.startswith("<sub>") else 1 if kind.startswith("<super>") else 0


@lru_cache(KEPT)
def text_width(text: str) -> float:
    """About how wide a text is, in its font size, in the widest of the usual serif fonts."""
    return fsum(len(piece) and fsum(map(_char_width, piece)) * (SHRUNK if level else 1) for piece, level in runs(text))


def _char_width(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if char in ",.;:·′'":
        return 0.3
    return 0.85 if char.isupper() or char in "−-+=×⊙" else 0.58


def _activation(key: str) -> str:
    """An operation's sign; a sum for a unit without one, f for a formula."""
    if not key:
        return "Σ"
    return (ROWS[key].notation.text if key in ROWS else "") or "f"


def _painted(shape: DrawnShape) -> Iterator[str]:
    match shape:
        case Text():
            yield _text(shape)
        case Rectangle():
            x, y = shape.at
            round_corners = ' rx="2"' if shape.style in {"parameter", "computed", "loss", "group"} else ""
            size = f'width="{shape.width:.2f}" height="{shape.height:.2f}"'
            yield f'<rect x="{x:.2f}" y="{y:.2f}" {size}{round_corners} {STYLES[shape.style]}/>'
        case Circle():
            x, y = shape.at
            yield f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{shape.radius:.2f}" {STYLES[shape.style]}/>'
        case Stroke():
            yield f'<path d="M{_at(shape.start)}{"".join(map(_leg, shape.legs))}" {STYLES[shape.style]}/>'
            if shape.style == "arrow":
                yield _head(shape)


def _text(shape: Text) -> str:
    x, y = shape.at
    anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
    place = f'x="{x:.2f}" y="{y:.2f}" font-size="{shape.size:g}"{anchor}'
    return f'<text {place} fill="{COLOURS[shape.role]}">{_spans(shape)}</text>'


def _spans(shape: Text) -> str:
    parts, shift = [], 0.0
    for piece, level in runs(shape.content):
        wanted = shape.size * (SUBSCRIPT if level < 0 else SUPERSCRIPT if level else 0.0)
        attributes = f' dy="{wanted - shift:.2f}"' if wanted != shift else ""
        attributes += f' font-size="{shape.size * SHRUNK:.2f}"' if level else ""
        attributes += ' font-style="italic"' if shape.role == "name" and not level and _is_letter(piece) else ""
        text = escape(piece, quote=False)
        parts.append(f"<tspan{attributes}>{text}</tspan>" if attributes else text)
        shift = wanted
    return "".join(parts)


def _is_letter(text: str) -> bool:
    """Whether the text is a variable of one letter, perhaps with an accent; Greek capitals stand upright."""
    base = "".join(char for char in text if not unicodedata.combining(char) and char != "′")
    return len(base) == 1 and base.isalpha() and not "Α" <= base <= "Ω"


def _head(path: Stroke) -> str:
    """The arrow's head: a triangle at its end, in the direction of the last leg."""
    before = path.legs[-1][-2] if len(path.legs[-1]) > 1 else path.legs[-2][-1] if len(path.legs) > 1 else path.start
    (x0, y0), (x, y) = before, path.legs[-1][-1]
    length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5 or 1.0
    dx, dy = (x - x0) / length, (y - y0) / length
    base = (x - 5 * dx, y - 5 * dy)
    left, right = (base[0] - 1.7 * dy, base[1] + 1.7 * dx), (base[0] + 1.7 * dy, base[1] - 1.7 * dx)
    return f'<path d="M{_at((x, y))}L{_at(left)}L{_at(right)}Z" fill="#444"/>'


def _leg(points: tuple[Point, ...]) -> str:
    return ("L" if len(points) == 1 else "C") + " ".join(map(_at, points))


def _at(point: Point) -> str:
    return f"{point[0]:.2f},{point[1]:.2f}"


SCRIPT = MathScript(text_width, _activation, "×", str, {"*": "∗", "→": "→"})

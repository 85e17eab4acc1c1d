"""A figure as a TikZ picture, never wider than the line; colours `derivevalue` and `derivegradient`."""

from __future__ import annotations

import re

from derive.drawing.cards import draw_graph
from derive.drawing.shapes import Box, Circle, Drawing, Path, Point, Script, Shape, Text
from derive.drawing.units import draw_network
from derive.figures import Figure, Labels
from derive.language.names import GREEK
from derive.operations import ROWS

HIGHEST = 560.0
_STYLES = """\
[x=1pt, y=-1pt, inner sep=0pt, outer sep=0pt, line width=0.4pt,
  given/.style={fill=black!6}, parameter/.style={densely dashed, rounded corners=2pt},
  computed/.style={fill=white, rounded corners=2pt},
  loss/.style={fill=white, line width=0.9pt, rounded corners=2pt},
  rule/.style={draw=black!40, line width=0.3pt},
  bracket/.style={draw=black!70}, weight/.style={draw=black!45},
  arrow/.style={draw=black!75, -latex}, dot/.style={fill=black!60, draw=none},
  backed/.style={fill=white, inner sep=0.6pt}, value/.style={text=derivevalue},
  gradient/.style={text=derivegradient},
  name/.style={}, plain/.style={text=black!65}]"""
_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}

_WIDE = {r"\cdot": 0.75, r"\times": 1.25, r"\partial": 0.58, r"\odot": 0.8, r"\Sigma": 0.75, r"\tanh": 2.1}
_NARROW = {
    ",": 0.28,
    ".": 0.28,
    ";": 0.28,
    "-": 0.8,
    "+": 0.8,
    "(": 0.4,
    ")": 0.4,
    "/": 0.5,
    " ": 0.0,
    "|": 0.3,
}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.")
_SPACING = {r"\,", r"\;", r"\:", r"\ "}
_SCRIPT_SIZE = 0.72


def tikz(figure: Figure, labels: Labels) -> str:
    """The picture; `labels` are TeX mathematics. The preamble loads tikz and defines the two colours."""
    draw = draw_network if figure.kind == "network" else draw_graph
    drawing = draw(figure, labels, SCRIPT)
    lines = "\n".join(f"  {_painted(shape)}" for shape in drawing.shapes)
    picture = f"\\begin{{tikzpicture}}{_STYLES}\n{_frame(drawing)}{lines}\n\\end{{tikzpicture}}"
    if drawing.height > HIGHEST:
        picture = f"\\scalebox{{{HIGHEST / drawing.height:.3f}}}{{%\n{picture}}}"
    return f"\\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n{picture}}}"


def tex_width(tex: str) -> float:
    """About how wide TeX mathematics is, in its font size."""
    width, scales, pending = 0.0, [1.0], 1.0
    for token in _TOKEN.findall(tex):
        if token in "_^":
            pending = _SCRIPT_SIZE
        elif token == "{":
            scales.append(scales[-1] * pending)
            pending = 1.0
        elif token == "}":
            scales.pop()
        else:
            width += _token_width(token) * scales[-1] * pending
            pending = 1.0
    return width


def _token_width(token: str) -> float:
    if token in _WIDE or token in _NARROW:
        return _WIDE.get(token, 0.0) or _NARROW.get(token, 0.0)
    if token in _SPACING:
        return 0.25
    if token.startswith("\\"):
        return 0.6 if token[1:] in GREEK else 0.0
    return 0.5 if token.isdigit() else 0.8 if token.isupper() else 0.55


def _activation(key: str) -> str:
    """An operation's sign; a sum for a unit without one, f for a formula."""
    if not key:
        return r"\Sigma"
    return (ROWS[key].notation.tex if key in ROWS else "") or "f"


def _frame(drawing: Drawing) -> str:
    return f"  \\path[use as bounding box] (0,0) rectangle {_at((drawing.width, drawing.height))};\n"


def _painted(shape: Shape) -> str:
    match shape:
        case Text():
            style = f"{shape.role}, backed" if shape.backed else shape.role
            font = f"font=\\fontsize{{{shape.size:g}}}{{{shape.size:g}}}\\selectfont"
            place = f"anchor={_ANCHORS[shape.anchor]}, {font}"
            return f"\\node[{style}, {place}] at {_at(shape.at)} {{${shape.content}$}};"
        case Box():
            x, y = shape.at
            return (
                f"\\draw[{shape.style}] {_at(shape.at)} rectangle {_at((x + shape.width, y + shape.height))};"
            )
        case Circle():
            return f"\\draw[{shape.style}] {_at(shape.at)} circle[radius={shape.radius:.4g}pt];"
        case Path():
            return f"\\draw[{shape.style}] {_at(shape.start)}{''.join(map(_leg, shape.legs))};"


def _leg(points: tuple[Point, ...]) -> str:
    if len(points) == 1:
        return f" -- {_at(points[0])}"
    one, two, end = map(_at, points)
    return f" .. controls {one} and {two} .. {end}"


def _at(point: Point) -> str:
    return f"({point[0]:.2f},{point[1]:.2f})"


SCRIPT = Script(tex_width, _activation, r"\times ")

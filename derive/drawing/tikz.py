"""A figure as a TikZ picture, never wider than the line; colours `derivevalue` and `derivegradient`."""

from __future__ import annotations

import re
from functools import lru_cache

from derive.drawing.arranging import arranged
from derive.drawing.shapes import PAGE_HEIGHT, Box, Circle, Drawing, Path, Point, Script, Shape, Text
from derive.figures import Figure, Labels
from derive.language.names import GREEK
from derive.operations import ROWS

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

_WIDTHS = {
    r"\cdot": 0.85, r"\times": 1.35, r"\partial": 0.65, r"\odot": 0.9, r"\Sigma": 0.8,
    r"\,": 0.2, r"\;": 0.3, r"\:": 0.25, r"\ ": 0.4,
    **dict.fromkeys(",.;:|", 0.32), **dict.fromkeys("-+=", 0.86), **dict.fromkeys("()[]", 0.43), " ": 0.0,
    **dict.fromkeys("ijlt", 0.45), "I": 0.55, **dict.fromkeys("mw", 0.95),
    **dict.fromkeys("HKNX", 0.96), **dict.fromkeys("MW", 1.15),
}  # fmt: skip
_OPERATORS = {"exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "max", "min"}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.")
_SCRIPT_SIZE = 0.8


def tikz(figure: Figure, labels: Labels) -> str:
    """The picture; `labels` are TeX mathematics. The preamble loads tikz and defines the two colours."""
    drawing = arranged(figure, labels, SCRIPT)
    lines = "\n".join(f"  {_painted(shape)}" for shape in drawing.shapes)
    picture = f"\\begin{{tikzpicture}}{_STYLES}\n{_frame(drawing)}{lines}\n\\end{{tikzpicture}}"
    if drawing.height > PAGE_HEIGHT:
        picture = f"\\scalebox{{{PAGE_HEIGHT / drawing.height:.3f}}}{{%\n{picture}}}"
    return f"\\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n{picture}}}"


@lru_cache(10_000)
def tex_width(tex: str) -> float:
    """About how wide TeX mathematics is, in its font size."""
    width, scales, pending = 0.0, [1.0], 1.0
    for token in _TOKEN.findall(tex):
        if token in "_^":
            pending, width = _SCRIPT_SIZE, width + 0.06
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
    if token in _WIDTHS:
        return _WIDTHS[token]
    if token.startswith("\\"):
        name = token[1:]
        return 0.72 if name in GREEK else 0.56 * len(name) if name in _OPERATORS else 0.0
    return 0.54 if token.isdigit() else 0.86 if token.isupper() else 0.62


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
            return f"\\draw[{shape.style}] {_at(shape.at)} rectangle {_at((x + shape.width, y + shape.height))};"
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

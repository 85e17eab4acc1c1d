"""A figure as a TikZ picture, never wider than the line; colours `derivevalue` and `derivegradient`.

TikZ draws the lines and shapes, all of one style that follow each other in one path. The labels are put over them as
LaTeX's own `picture` does it: as nodes they would take ten times as long, which counts when a class gets its sheets.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from derive.figures import Boundary, Chart, Curve, Grids, Labels, Picture
from derive.figures.drawing.arrange import drawing_of
from derive.figures.drawing.measures import PAGE_HEIGHT, MathScript
from derive.figures.drawing.primitives import (
    DARKER,
    SHADED,
    TONES,
    Circle,
    Drawing,
    Point,
    Rectangle,
    Role,
    Stroke,
    Text,
)
from derive.language.names import GREEK
from derive.operations import ROWS

_STYLES = """\
[x=1pt, y=-1pt, line width=0.4pt,
  given/.style={fill=black!6}, parameter/.style={densely dashed, rounded corners=2pt},
  computed/.style={fill=white, rounded corners=2pt},
  loss/.style={fill=white, line width=0.9pt, rounded corners=2pt},
  lit/.style={fill=yellow!40, line width=0.9pt}, lit weight/.style={draw=orange!85!black, line width=1.2pt},
  rule/.style={draw=black!40, line width=0.3pt},
  bracket/.style={draw=black!70}, weight/.style={draw=black!45},
  group/.style={fill=black!4, draw=black!35, rounded corners=3pt},
  arrow/.style={draw=black!75, -latex}, dot/.style={fill=black!60, draw=none},
  ring/.style={fill=white, line width=0.7pt}]"""
MOST_PATHS = 100
"""The paths that one command draws: a line of TeX stays one that programs read."""
_CURVE = "\n\\tikzset{curve/.style={draw=derivevalue, line width=0.9pt, line join=round}}"
_CELLS = ", ".join([
    "cell/.style={draw=black!40, line width=0.3pt}",
    *(f"{style}/.style={{draw=none, fill=derive{role}!{round(100 * DARKER * (i + 1))}}}"
      for role, styles in SHADED.items() for i, style in enumerate(styles)),
])  # fmt: skip
_OWN_STYLES = {Curve: _CURVE, Grids: f"\n\\tikzset{{{_CELLS}}}", Boundary: f"{_CURVE}\n\\tikzset{{{_CELLS}}}"}
FIGURE_LABEL = r"\def\figurelabel#1#2#3{\fontsize{#1}{#1}\selectfont\color{#2}\hbox to 0pt{#3}}"
"""How a label is set; where a page takes a picture as an argument, it has to stand before it."""
_LABELS = rf"\unitlength=1pt {FIGURE_LABEL}"
_COLOURS: dict[Role, str] = {
    "name": "black", "value": "derivevalue", "gradient": "derivegradient", "plain": "black!65", "on dark": "white",
}  # fmt: skip
_GLUE = {"start": ("", r"\hss"), "middle": (r"\hss", r"\hss"), "end": (r"\hss", "")}

_WIDTHS = {
    r"\cdot": 0.85, r"\times": 1.35, r"\partial": 0.65, r"\odot": 0.9, r"\Sigma": 0.8,
    r"\Delta": 0.86, r"\infty": 1.05, "∞": 1.05, "…": 1.6, r"\sum": 1.06, r"\prod": 0.95, r"\surd": 0.84,
    **dict.fromkeys((r"\ge", r"\le"), 0.86), r"\varphi": 0.66,
    r"\,": 0.2, r"\;": 0.3, r"\:": 0.25, r"\ ": 0.4,
    **dict.fromkeys(",.;:|", 0.32), **dict.fromkeys("-+=", 0.86), **dict.fromkeys("()[]", 0.43), " ": 0.0,
    **dict.fromkeys("ijlt", 0.45), "I": 0.55, **dict.fromkeys("mw", 0.95),
    **dict.fromkeys("HKNX", 0.96), **dict.fromkeys("MW", 1.15),
}  # fmt: skip
_LOOKS = [row.notation for row in ROWS.values()]
_OPERATORS = {word for look in _LOOKS for word in re.findall(r"\\([a-z]+)", look.tex) if look.text.startswith(word)}
"""Functions that TeX sets as the words that they are called: sin."""
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.")
_SCRIPT_SIZE = 0.8
_PROTECTED = {"\\": r"\textbackslash ", "~": r"\textasciitilde ", "^": r"\textasciicircum "}
_PROTECTED |= {c: f"\\{c}" for c in "#$%&_{}"}


def tikz(figure: Picture, labels: Labels) -> str:
    """The picture; `labels` are TeX mathematics. The preamble loads tikz and defines the two colours."""
    drawing = drawing_of(figure, labels, SCRIPT)
    styles = _tones() if isinstance(figure, Chart) else _OWN_STYLES.get(type(figure), "")
    picture = "\n".join([
        rf"\begin{{picture}}({drawing.width:.2f},{drawing.height:.2f})(0,-{drawing.height:.2f})",
        rf"\put(0,-{drawing.height:.2f}){{\begin{{tikzpicture}}{_STYLES}{styles}",
        f"  \\path[use as bounding box] (0,0) rectangle {_at((drawing.width, drawing.height))};",
        *(f"  {line}" for line in _drawn(drawing)),
        r"\end{tikzpicture}}%",
        *(_label(shape) for shape in drawing.shapes if isinstance(shape, Text)),
        r"\end{picture}",
    ])  # fmt: skip
    if drawing.height > PAGE_HEIGHT:
        picture = f"\\scalebox{{{PAGE_HEIGHT / drawing.height:.3f}}}{{%\n{picture}}}"
    fitted = f"\\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n{picture}}}"
    return f"{{{_LABELS}%\n{fitted}}}"


def _tones() -> str:
    """The styles of a chart."""
    colours = ((tone, [int(colour[i : i + 2], 16) for i in (1, 3, 5)]) for tone, colour in TONES.items())
    fills = (f"{tone}/.style={{draw=none, fill={{rgb,255:red,{r};green,{g};blue,{b}}}}}" for tone, (r, g, b) in colours)
    return f"\n\\tikzset{{{', '.join(fills)}}}"


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
    sign = ROWS[key].notation.tex if key in ROWS else ""
    return r"\surd" if sign == r"\sqrt" else sign or "f"


def _drawn(drawing: Drawing) -> Iterator[str]:
    """The shapes, those of one style that follow each other as one path; an arrow has a path of its own."""
    shapes = (shape for shape in drawing.shapes if not isinstance(shape, Text))
    for style, alike in groupby(shapes, lambda shape: shape.style):
        paths = [_path(shape) for shape in alike]
        at_once = 1 if style == "arrow" else MOST_PATHS
        for path in (" ".join(paths[i : i + at_once]) for i in range(0, len(paths), at_once)):
            yield f"\\draw[{style}] {path};"


def _path(shape: Rectangle | Circle | Stroke) -> str:
    match shape:
        case Rectangle():
            x, y = shape.at
            return f"{_at(shape.at)} rectangle {_at((x + shape.width, y + shape.height))}"
        case Circle():
            return f"{_at(shape.at)} circle[radius={shape.radius:.4g}pt]"
        case Stroke():
            return f"{_at(shape.start)}{''.join(map(_leg, shape.legs))}"


def _label(text: Text) -> str:
    x, y = text.at
    before, after = _GLUE[text.anchor]
    label = rf"\figurelabel{{{text.size:g}}}{{{_COLOURS[text.role]}}}{{{before}${text.content}${after}}}"
    return rf"\put({x:.2f},{-y:.2f}){{{label}}}%"


def _leg(points: tuple[Point, ...]) -> str:
    if len(points) == 1:
        return f" -- {_at(points[0])}"
    one, two, end = map(_at, points)
    return f" .. controls {one} and {two} .. {end}"


def _at(point: Point) -> str:
    return f"({point[0]:.2f},{point[1]:.2f})"


def _words(text: str) -> str:
    """Words inside mathematics, their signs protected."""
    return rf"\text{{{''.join(_PROTECTED.get(c, c) for c in text)}}}"


SCRIPT = MathScript(tex_width, _activation, r"\times ", _words, {"*": "*", "→": r"\rightarrow"})

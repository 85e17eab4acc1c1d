"""Words of any script as outlines, placed by HarfBuzz: the Noto fonts of the extra `class`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import accumulate, groupby
from pathlib import Path
from typing import TYPE_CHECKING

from derive.errors import ToolError
from derive.version import install_command
from derive.writers.layout.direction import runs_leftward

if TYPE_CHECKING:
    import uharfbuzz as hb

FONT_PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
_FIRST = "NotoSans["
_COLLECTION = {"jp": 0, "kr": 1, "sc": 2}
"""The faces of Noto Sans CJK: they hold the same characters, in the shapes of a country."""
_UNIT = 1000


class NoFont(ToolError):
    """A character that no font has."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is set as one: the characters, their outline (PDF path operators, 1000 units an em), how far it moves on."""

    text: str
    outline: str
    advance: int


@dataclass(frozen=True, slots=True)
class Shaped:
    """A word's clusters from left to right."""

    clusters: tuple[Cluster, ...]

    @property
    def width(self) -> float:
        """In ems."""
        return sum(cluster.advance for cluster in self.clusters) / _UNIT


def folder_of(package: str) -> Path | None:
    """The folder of a package; None where it is not installed."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


@lru_cache(4096)
def shape_word(word: str) -> Shaped:
    """A word in the order in which it stands on a line. Raises ToolError for a character that no font has."""
    base, directions = _directions(word)
    fonts = (font for _, font in _fonts_of(word))
    placed = groupby(zip(word, fonts, directions, strict=True), lambda item: item[1:])
    runs = [_Run(font, "".join(c for c, *_ in part), leftward) for (font, leftward), part in placed]
    parts = [list(part) for _, part in groupby(runs, lambda run: run.leftward)]
    ordered = [run for part in (reversed(parts) if base else parts)
               for run in (reversed(part) if part[0].leftward else part)]  # fmt: skip
    return Shaped(tuple(cluster for run in ordered for cluster in run.clusters()))


def _directions(word: str) -> tuple[bool, list[bool]]:
    """Whether a text runs from right to left, as its first letter does, and whether each character of it does.

    As the Unicode Bidirectional Algorithm has it for one level: numbers run from left to right, marks with what they
    stand on, other signs with what is on both sides of them.
    """
    known: list[bool | None] = []
    for c in word:
        kind = unicodedata.bidirectional(c)
        marks = kind in {"NSM", "BN"} and known
        known.append(known[-1] if marks else {"R": True, "AL": True, "L": False, "EN": False, "AN": False}.get(kind))
    base = runs_leftward(word)
    before, after = _nearest(known, base), _nearest(known[::-1], base)[::-1]
    return base, [
        (left if left == right else base) if own is None else own
        for own, left, right in zip(known, before, after, strict=True)
    ]


def _nearest(known: Sequence[bool | None], base: bool) -> list[bool]:
    """For each place what is known there, or last before it; `base` at the beginning."""
    return list(accumulate(known, lambda last, own: last if own is None else own, initial=base))[1:]


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters of one font in the order in which they are read, and whether they are written from right to left."""

    font: hb.Font
    text: str
    leftward: bool

    def clusters(self) -> Iterator[Cluster]:
        """From left to right."""
        import uharfbuzz as hb

        buffer = hb.Buffer()
        buffer.add_codepoints([ord(c) for c in self.text])
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if self.leftward else "ltr"
        buffer.language = "und"
        hb.shape(self.font, buffer)
        glyphs = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))
        starts = sorted({info.cluster for info, _ in glyphs})
        ends = dict(zip(starts, [*starts[1:], len(self.text)], strict=True))
        for start, part in groupby(glyphs, lambda glyph: glyph[0].cluster):
            pen = _Pen()
            for info, position in part:
                pen.move_to_glyph(position.x_offset, position.y_offset)
                self.font.draw_glyph_with_pen(info.codepoint, pen)
                pen.advance += position.x_advance
            yield Cluster(self.text[start : ends[start]], " ".join(pen.path), pen.advance)


class _Pen:
    """Writes an outline as PDF path operators; `advance` is where the next glyph starts."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.advance = self._x = self._y = 0
        self._at = (0.0, 0.0)

    def move_to_glyph(self, x: int, y: int) -> None:
        """The next glyph stands at an offset from where the last one ended."""
        self._x, self._y = self.advance + x, y

    def _write(self, operator: str, *points: tuple[float, float]) -> None:
        moved = [(x + self._x, y + self._y) for x, y in points]
        self.path.append(" ".join([*(f"{x:.5g} {y:.5g}" for x, y in moved), operator]))
        self._at = points[-1] if points else self._at

    def moveTo(self, point: tuple[float, float]) -> None:
        self._write("m", point)

    def lineTo(self, point: tuple[float, float]) -> None:
        self._write("l", point)

    def curveTo(self, *points: tuple[float, float]) -> None:
        self._write("c", *points)

    def qCurveTo(self, control: tuple[float, float], end: tuple[float, float]) -> None:
        """A quadratic curve as the cubic one that it is."""
        first, second = (
            tuple(a + 2 / 3 * (c - a) for a, c in zip(point, control, strict=True)) for point in (self._at, end)
        )
        self._write("c", (first[0], first[1]), (second[0], second[1]), end)

    def closePath(self) -> None:
        self._write("h")


def _fonts_of(word: str) -> Iterator[tuple[str, hb.Font]]:
    """Each character with its font; marks, joiners and what no script owns stay in the font before them."""
    current: hb.Font | None = None
    for c in word:
        kept = unicodedata.category(c)[0] in "MZCP"
        if current is None or not (kept and (_has(current, c) or unicodedata.category(c) == "Cf")):
            current = _font_for(c, _face(word))
        yield c, current


def _face(word: str) -> str:
    """The country whose shapes of Chinese characters a word has."""
    names = {unicodedata.name(c, "").partition(" ")[0] for c in word}
    return "jp" if names & {"HIRAGANA", "KATAKANA"} else "kr" if "HANGUL" in names else "sc"


def _has(font: hb.Font, c: str) -> bool:
    return bool(font.get_nominal_glyph(ord(c)))


@lru_cache(4096)
def _font_for(c: str, face: str) -> hb.Font:
    for path in _files():
        font = _font(path, _COLLECTION[face] if path.suffix == ".ttc" else 0)
        if _has(font, c):
            return font
    raise NoFont(f"no font has the character {c} (U+{ord(c):04X})", "write it in another way")


@cache
def _font(path: Path, face: int) -> hb.Font:
    """A font at its regular weight, 1000 units an em."""
    import uharfbuzz as hb

    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(path)), face))
    font.scale = (_UNIT, _UNIT)
    font.set_variations({"wght": 400})
    return font


@cache
def _files() -> tuple[Path, ...]:
    """The font files in the order in which they are asked. Raises ToolError where the packages are not installed."""
    folders = [folder_of(name) for name in (*FONT_PACKAGES, "uharfbuzz")]
    if None in folders:
        raise ToolError("the fonts for this script are not installed", install_command("class"))
    found = [path for folder in folders if folder for path in sorted(folder.glob("*.tt[fc]"))]
    return tuple(sorted(found, key=lambda path: (not path.name.startswith(_FIRST), "Italic" in path.name, path.suffix)))

"""A page → slides: a step on each, with the picture in which its part is lit up; a long step on several."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.calculus.shapes import as_matrix
from derive.derivation.steps import Derivation
from derive.figures import Figure, Strip
from derive.language.expressions import Shape
from derive.language.names import Derivative, Name
from derive.page.chains import Chain, EntryGrid, Result
from derive.page.document import (
    Block,
    Document,
    FigureBlock,
    Heading,
    Joined,
    Lines,
    NewPage,
    Numbered,
    PageRemark,
    Section,
    Sentence,
    StepPart,
    Table,
)

MOST_ON_A_SLIDE, WITH_A_PICTURE = 13.0, 9.0
"""Lines of text that fit on a slide."""
MOST_ROWS, MOST_NODES = 12, 20
"""Rows of a table on a slide; nodes of a picture beside a step."""


def in_slides(document: Document, derivation: Derivation) -> Document:
    """The document with a section for each slide, which begins with its heading."""
    sections = [slide for section in document.sections for slide in _Cutter(section, document, derivation).slides()]
    return replace(document, sections=tuple(sections))


class _Cutter:
    """Cuts one section."""

    def __init__(self, section: Section, document: Document, derivation: Derivation) -> None:
        self.section, self.derivation = section, derivation
        blocks = (block for each in document.sections for block in each.blocks if isinstance(block, FigureBlock))
        self.pictures = [b for b in blocks if isinstance(b.figure, Figure) and len(b.figure.nodes) <= MOST_NODES]
        self.heading = Heading(Sentence("=", {"text": document.title}))

    def slides(self) -> Iterator[Section]:
        """Its slides; what is set small beside the solution stays away, with the words around it."""
        waiting: list[Block] = []
        for block in () if _is_beside(self.section) else self.section.blocks:
            match block:
                case Heading():
                    yield from self._slide(waiting)
                    waiting = []
                    self.heading = replace(block, level=1)
                case Numbered():
                    yield from self._slide(waiting)
                    waiting = []
                    yield from self._step(block)
                case Table():
                    waiting.append(replace(block, most=MOST_ROWS))
                case Chain() | NewPage() | FigureBlock(figure=Strip()):
                    pass
                case FigureBlock():
                    yield from self._slide(waiting)
                    waiting = []
                    yield Section((Heading(Sentence("=", {"text": block.alt})), block), self.section.k)
                case _:
                    waiting.append(block)
        yield from self._slide(waiting)

    def _slide(self, blocks: Iterable[Block]) -> Iterator[Section]:
        if found := tuple(blocks):
            yield Section((self.heading, *found), self.section.k)

    def _step(self, block: Numbered) -> Iterator[Section]:
        picture = self._picture(block.step)
        room = WITH_A_PICTURE if picture else MOST_ON_A_SLIDE
        for parts in _pieces(block.parts, self.derivation.shapes, room):
            step = replace(block, parts=tuple(parts))
            yield from self._slide([step, picture] if picture else [step])

    def _picture(self, name: Name) -> FigureBlock | None:
        """The picture of the page in which a step has its part."""
        names = {name, name.by} if isinstance(name, Derivative) else {name.before}
        for block in self.pictures:
            assert isinstance(block.figure, Figure)
            if figure := block.figure.lit(names):
                return replace(block, figure=figure)
        return None


def _is_beside(section: Section) -> bool:
    """Whether a section holds little else than what is set small: the loss as one expression."""
    headings = (block for block in section.blocks if isinstance(block, Heading))
    return any(heading.sentence.key == "headings.closed" for heading in headings)


def is_lit(block: FigureBlock) -> bool:
    """Whether a picture points at something: it stands beside a step."""
    figure = block.figure
    if not isinstance(figure, Figure):
        return False
    return any(node.lit for node in figure.nodes) or any(edge.lit for edge in figure.edges)


def _pieces(parts: Iterable[StepPart], shapes: Mapping[Name, Shape], room: float) -> Iterator[list[StepPart]]:
    """The parts of a step in pieces that fit on a slide; long lists of lines are cut."""
    piece: list[StepPart] = []
    used = 0.0
    for part in _cut(parts, room):
        height = _height(part, shapes)
        if piece and used + height > room and not isinstance(part, Sentence):
            yield piece
            piece, used = [], 0.0
        piece.append(part)
        used += height
    if piece:
        yield piece


def _cut(parts: Iterable[StepPart], room: float) -> Iterator[StepPart]:
    for part in parts:
        if not isinstance(part, Lines):
            yield part
            continue
        most = int(room / LINE_HEIGHT)
        for i in range(0, len(part.chains), most):
            yield replace(part, chains=part.chains[i : i + most])


LINE_HEIGHT = 1.5


def _height(part: StepPart, shapes: Mapping[Name, Shape]) -> float:
    """About how many lines a part takes."""
    match part:
        case Chain():
            return _chain_height(part, shapes)
        case Lines():
            return sum(_chain_height(chain, shapes) for chain in part.chains)
        case Joined():
            return _chain_height(part.chain, shapes) + sum(_chain_height(chain, shapes) for chain in part.explained)
        case PageRemark():
            return 1.5 + sum(_chain_height(chain, shapes) for chain in part.chains)
        case _:
            return 1.5


def _chain_height(chain: Chain, shapes: Mapping[Name, Shape]) -> float:
    """A line for the formula, more for arrays: each stands in a line of its own."""
    arrays = [link.shown for link in chain.links if isinstance(link.shown, Result | EntryGrid)]
    whole = [shown for shown in arrays if not isinstance(shown, Result) or shown.index is None]
    rows = [_rows(shapes[shown.name]) for shown in whole]
    return LINE_HEIGHT + sum(1.1 * count for count in rows if count > 1)


def _rows(shape: Shape) -> int:
    return as_matrix(shape)[0] if len(shape) <= 2 else shape[-2]

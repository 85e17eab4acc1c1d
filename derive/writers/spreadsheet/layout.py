"""What stands in which cell of the page's sheet: given numbers, a formula for every entry of every step, words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from derive.calculus.differentiation import entries_of
from derive.calculus.scalars import Num, as_double, is_minus_infinity
from derive.calculus.shapes import as_matrix, indices, offset
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Entry, Expr, Index, Ref, Shape, walk
from derive.language.names import Name, Symbol
from derive.notation.code import SHEET, scalar_code
from derive.notation.printer import formula
from derive.page.blocks.step_list import taken_up_to
from derive.page.chains import Formula, Result
from derive.page.document import (
    Block,
    Document,
    Givens,
    Heading,
    NameInText,
    Numbered,
    PageRemark,
    Paragraph,
    Section,
    Sentence,
    Words,
)
from derive.page.view import View
from derive.problem.training.model import STEP
from derive.values.digits import Printed
from derive.values.values import Values
from derive.writers.parts import Compiler, conditional, filled_text

NAMES, WORDS, NUMBERS = range(3)
"""The columns of names, of words, and the first one of numbers."""

LONGEST = 8_000
"""Characters of a formula; a spreadsheet takes 8,192."""
LOWEST, UNSEEN = -1e307, 1e306
"""What stands for −∞, the score of what may not be seen, and beyond which a number comes from it."""
EXPONENTIAL, LARGEST_EXPONENT = "EXP(", 709
"""Beyond e^709 there are no numbers in double precision."""

Style: TypeAlias = Literal["title", "heading", "name", "formula", "words"]
CellPlace: TypeAlias = tuple[int, int]
"""Row and column, from 0."""


@dataclass(frozen=True, slots=True)
class TextCell:
    """Words in a cell; `asked` is what of them stands beside blanks: nothing that tells a value."""

    place: CellPlace
    text: str
    style: Style
    asked: str


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A number: its value, and how the page prints it; its formula, over the cells of the sheet that is named before
    each ("" or `Sheet!`). What is given has none.
    """

    place: CellPlace
    value: float
    printed: Printed
    code: Callable[[str], str] | None = None


@dataclass(slots=True)
class SheetLayout:
    """The cells of the page's sheet, and where each value stands: by name, index and pass."""

    texts: list[TextCell] = field(default_factory=list)
    numbers: list[NumberCell] = field(default_factory=list)
    places: dict[tuple[Name, Index, int], CellPlace] = field(default_factory=dict)
    row: int = 0

    @property
    def columns(self) -> int:
        """How many columns are used."""
        return max((cell.place[1] for cell in self.numbers), default=NUMBERS) + 1


def address(place: CellPlace, fixed: bool = False) -> str:
    """A cell as formulas call it: C7, or $C$7.

    >>> address((6, 2)), address((0, 27), fixed=True)
    ('C7', '$AB$1')
    """
    row, column = place
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"${letters}${row + 1}" if fixed else f"{letters}{row + 1}"


def as_float(x: Num) -> float:
    """A value in double precision; beyond that 0 or infinity. −∞ is the lowest number, as formulas have it."""
    return LOWEST if is_minus_infinity(x) else as_double(x)


class PageLayout:
    """Lays a page out, section by section."""

    def __init__(self, document: Document, compiler: Compiler, view: View) -> None:
        self.document, self.compiler, self.view = document, compiler, view
        self.values: Values = view.values
        self.derivation: Derivation = view.values.tape.derivation
        self.sheet, self.held = SheetLayout(), set[tuple[Name, int]]()
        self.updated = frozenset(step.name.before for step in self.derivation.updates)

    def whole(self) -> SheetLayout:
        """The page."""
        self._words((0, NAMES), self.document.title, "title")
        self.sheet.row = 2
        for section in self.document.sections:
            if any(isinstance(block, Numbered) for block in section.blocks):
                self._section(section)
        return self.sheet

    def _section(self, section: Section) -> None:
        k = section.k
        waiting = list(self.derivation.worked(k, self.values.updates))
        first, *_, last = (i for i, block in [*enumerate(section.blocks)] * 2 if isinstance(block, Numbered))
        given = max((i for i in range(first) if isinstance(section.blocks[i], Givens)), default=0)
        for i, block in enumerate(section.blocks[: last + 1]):
            self._block(block, k, waiting)
            if i == given:
                self._begin(k)
        self._steps(waiting, k)

    def _block(self, block: Block, k: int, waiting: list[Step]) -> None:
        match block:
            case Heading():
                self._text([block.sentence], k, "heading")
            case Paragraph():
                self._text(block.sentences, k, "words", WORDS)
            case Givens():
                for name in block.names:
                    self._given(name, k)
            case Numbered():
                now = taken_up_to(block.step, waiting)
                self._steps(now[:-1], k)
                for step in now[-1:]:
                    self._step(step, k, [*_sentences(block)])

    def _steps(self, steps: Iterable[Step], k: int) -> None:
        for step in steps:
            self._step(step, k, [])

    # --- words -------------------------------------------------------------------------------------------------------

    def _text(self, sentences: Sequence[Sentence], k: int, style: Style, column: int = NAMES) -> None:
        if text := self._said(sentences, k):
            self._words((self.sheet.row, column), text, style, self._said(filter(self._tells_nothing, sentences), k))
            self.sheet.row += 2 if style == "words" else 1

    def _words(self, place: CellPlace, text: str, style: Style, asked: str | None = None) -> None:
        self.sheet.texts.append(TextCell(place, text, style, text if asked is None else asked))

    def _said(self, sentences: Iterable[Sentence], k: int) -> str:
        """Sentences that are said in a pass, with their numbers put in."""
        view = self.view.at(k)
        parts = [conditional(self.compiler.sentence(s, str, str), s.when) for s in sentences]
        return " ".join(text for part in parts if (text := filled_text([part], view)))

    def _tells_nothing(self, sentence: Sentence) -> bool:
        """Whether a sentence is said whatever the values are, and shows none but given ones."""
        shown = [value for value in sentence.fields.values() if not isinstance(value, str | int)]
        given = self.derivation.begun
        return sentence.when is None and all(
            value.name in given if isinstance(value, Result) else isinstance(value, NameInText | Words | Formula)
            for value in shown
        )

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _begin(self, k: int) -> None:
        """What pass k begins with and no cell holds yet."""
        for name in self.derivation.begun:
            if not self._is_count(name) and self._home(name, k) not in self.held:
                self._given(name, k)

    def _is_count(self, name: Name) -> bool:
        """Whether a name is the number of the step."""
        return name == STEP and name in self.derivation.constants

    def _home(self, name: Name, k: int) -> tuple[Name, int]:
        """Under which name and pass the value stands that a name has in a pass."""
        derivation = self.derivation
        if name not in derivation.begun or name in derivation.turning or k == 1:
            return name, k
        if name in self.updated and isinstance(name, Symbol) and (changed := derivation.changed_before(name, k)):
            return (name.after, changed) if (name.after, changed) in self.held else (name, k)
        return name, 1

    def _given(self, name: Name, k: int) -> None:
        shape = self.derivation.shapes[name]
        top = self.sheet.row
        self._named(name, shape)
        printed, flat = self.values.printed(name, k), self.values.flat(name, k)
        for index, place in self._grid(top, shape):
            i = offset(shape, index)
            self._number(name, index, k, NumberCell(place, as_float(flat[i]), printed[i]))
        self.sheet.row = top + _height(shape) + 1

    def _step(self, step: Step, k: int, sentences: Sequence[Sentence]) -> None:
        top, shape = self.sheet.row, step.shape
        self._named(step.name, shape)
        arrow = "<-" if step.phase == "update" else "="
        notation = self.compiler.notation
        equation = f"{notation.name(step.name)} {notation.operators[arrow]} " + formula(
            step.expr, notation, self.derivation.shapes
        )
        self._words((top, WORDS), equation, "formula")
        if words := self._said(sentences, k):
            self._words((top + 1, WORDS), words, "words", self._said(filter(self._tells_nothing, sentences), k))
        printed, flat = self.values.printed(step.name, k), self.values.flat(step.name, k)
        entry = entries_of(step.expr, self.derivation.shapes)
        for index, place in self._grid(top, shape):
            i = offset(shape, index)
            code = self._code(entry(index), step, k, printed[i])
            self._number(step.name, index, k, NumberCell(place, as_float(flat[i]), printed[i], code))
        self.sheet.row = top + max(_height(shape), 2 if words else 1) + 1

    def _code(self, expr: Expr, step: Step, k: int, printed: Printed) -> Callable[[str], str] | None:
        """The formula of an entry over cells; None where it is too long for one, or its numbers too large."""

        def cell(leaf: Ref | Entry) -> str:
            if self._is_count(leaf.name):
                return str(self.values.count(k))
            name, home = self._home(leaf.name, k)
            return address(self.sheet.places[name, leaf.index if isinstance(leaf, Entry) else (), home])

        def code(sheet: str) -> str:
            text = scalar_code(expr, SHEET, lambda leaf: leaf_text(sheet, cell(leaf)))
            return rounded_code(text, printed) if rounds else text

        rounds = self.values.carry == "rounded" or step.rounded
        plain = code("")
        return code if len(plain) < LONGEST and not (EXPONENTIAL in plain and self._is_beyond(expr, k)) else None

    def _is_beyond(self, expr: Expr, k: int) -> bool:
        """Whether a number in an expression may be beyond what a spreadsheet takes the exponential of."""
        entries = (node for node in walk(expr) if isinstance(node, Entry))
        shapes = self.derivation.shapes
        flat = (self.values.flat(node.name, k)[offset(shapes[node.name], node.index)] for node in entries)
        return any(LARGEST_EXPONENT < abs(as_float(x)) < UNSEEN for x in flat)

    def _number(self, name: Name, index: Index, k: int, cell: NumberCell) -> None:
        self.sheet.numbers.append(cell)
        self.sheet.places[name, index, k] = cell.place
        self.held.add((name, k))

    def _named(self, name: Name, shape: Shape) -> None:
        """The name beside the first row; of an array with more axes each matrix with its place."""
        text, top = self.compiler.notation.name(name), self.sheet.row
        if len(shape) <= 2:
            self._words((top, NAMES), text, "name")
            return
        for n, front in enumerate(indices(shape[:-2])):
            label = f"{text}[{','.join(str(i + 1) for i in front)},:,:]"
            self._words((top + n * (shape[-2] + 1), NAMES), label, "name")

    def _grid(self, top: int, shape: Shape) -> Iterator[tuple[Index, CellPlace]]:
        """Every index of an array and its cell: matrices of an array with more axes one under the other."""
        rows = shape[-2] if len(shape) > 2 else as_matrix(shape)[0]
        fronts: Sequence[Index] = indices(shape[:-2]) if len(shape) > 2 else [()]
        for index in indices(shape):
            row, column = (*index, 0, 0)[:2] if len(shape) <= 2 else index[-2:]
            front = index[:-2] if len(shape) > 2 else ()
            yield index, (top + fronts.index(front) * (rows + 1) + row, NUMBERS + column)


def _sentences(block: Numbered) -> Iterator[Sentence]:
    """What is said under a step; a remark where it holds."""
    for part in block.parts:
        if isinstance(part, PageRemark):
            yield replace(part.sentence, when=part.sentence.when or part.when)
        elif isinstance(part, Sentence):
            yield part


def _height(shape: Shape) -> int:
    """The rows that an array takes."""
    if len(shape) <= 2:
        return as_matrix(shape)[0]
    return len(indices(shape[:-2])) * (shape[-2] + 1) - 1


def leaf_text(sheet: str, cell: str) -> str:
    """A cell of a sheet; what is no cell but a number stands as it is."""
    return cell if cell.isdigit() else f"{sheet}{cell}"


def rounded_code(code: str, printed: Printed) -> str:
    """A formula that goes on with as many decimals as the page prints; close to 1, where it prints none, with all."""
    if printed.gap is not None or printed.exact:
        return code
    return f"ROUND({code},{decimals_of(printed)})"


def decimals_of(printed: Printed) -> int:
    """To how many decimals a number is printed; negative before the point."""
    return len(printed.mantissa.partition(".")[2]) - (printed.exponent or 0)

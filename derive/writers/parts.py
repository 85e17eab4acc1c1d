"""Mathematics as parts: fixed texts and slots that a view fills. Compiled once for a page, filled for every run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from string import Formatter
from typing import TypeAlias

from derive.calculus.differentiation import Shapes
from derive.calculus.shapes import indices, offset
from derive.language.expressions import Entry, Expr, Index, Ref
from derive.language.names import Name
from derive.language.step_ids import StepId
from derive.notation.matrices import Matrix, as_matrices
from derive.notation.notations import UNICODE, Notation, letters_of
from derive.notation.printer import PRODUCT, SUM, FormulaPrinter
from derive.notation.vocabulary import INNER, LEADING, TextPiece, mixed, name_vocabulary, numbers
from derive.operations.zero_weights import divisors
from derive.page.chains import (
    Addends,
    Blank,
    Chain,
    ChainLink,
    EntryGrid,
    Formula,
    NumberList,
    Result,
    Room,
    Shown,
    Terms,
)
from derive.page.conditions import holds
from derive.page.document import (
    Condition,
    Fact,
    First,
    Gap,
    Inline,
    InlineRow,
    MeanLoss,
    NameInText,
    OnKink,
    PoolWinners,
    Prediction,
    Sentence,
    Verbatim,
    Words,
)
from derive.page.view import View
from derive.prose.catalogue import Catalogue
from derive.prose.plurals import plural_form
from derive.values.lazy_entries import LazyEntries

Fill: TypeAlias = Callable[[View], str]
Part: TypeAlias = str | Fill
Data: TypeAlias = frozenset[Name] | None
"""The names whose numbers are put into a formula: of EVERY one, of NONE or of some."""
EVERY, NONE = None, frozenset[Name]()


def filled_text(parts: Iterable[Part], view: View) -> str:
    """The parts as one text."""
    return "".join(filled_texts(parts, view))


def filled_texts(parts: Iterable[Part], view: View) -> list[str]:
    """The parts as texts."""
    return [part if isinstance(part, str) else part(view) for part in parts]


def texts(segments: Iterable[Iterable[Part]], view: View) -> list[str]:
    """The segments of a chain as texts, without those that are empty or say what stands before them."""
    found: list[str] = []
    for segment in segments:
        text = filled_text(segment, view)
        if text and text not in found[-1:]:
            found.append(text)
    return found


def conditional(parts: Iterable[Part], when: Condition | First | None) -> Part:
    """The parts, where a condition holds."""
    parts = list(parts)
    return lambda view: filled_text(parts, view) if holds(view, when) else ""


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns what a document shows into parts, in one notation.

    matrix   sets rows of texts
    final    marks results
    answer   the place to fill in for the id of a step, or of an entry of it
    room     the place to write a formula
    verbatim  what can be set of a text that somebody else wrote
    pictured  the notation of pictures, in one line
    """

    notation: Notation
    shapes: Shapes
    labels: Mapping[Name, str]
    matrix: Matrix
    final: Callable[[str], str]
    catalogue: Catalogue
    answer: Callable[[str], str] = str
    room: str = ""
    verbatim: Callable[[str], str] = str
    pictured: Notation = UNICODE
    printers: dict[Data, FormulaPrinter] = field(init=False, default_factory=dict, repr=False, compare=False)

    def pieces(self, expr: Expr, with_numbers: bool = False) -> list[Part]:
        """An expression with its names, or with every number put in."""
        return self._with(expr, EVERY if with_numbers else NONE)

    def _with(self, expr: Expr, data: Data, level: int = SUM, position: str = LEADING) -> list[Part]:
        return [self._part(piece) for piece in self._printer(data).pieces(expr, level, position)]

    def _printer(self, data: Data) -> FormulaPrinter:
        """What writes formulas with the numbers of some names put in."""
        if data not in self.printers:
            names = name_vocabulary(self.notation, self.shapes, self.labels)
            vocabulary = numbers if data is EVERY else mixed(data, names)
            self.printers[data] = FormulaPrinter(self.notation, self.shapes, vocabulary)
        return self.printers[data]

    def _part(self, piece: TextPiece) -> Part:
        if isinstance(piece, str):
            return piece
        slot, matrix = piece, self.matrix
        if isinstance(slot.node, Entry):
            name, position = slot.node.name, slot.position
            at = self._place(name, slot.node.index)
            return lambda view: view.number(name, at, position)
        return lambda view: view.slot(slot, matrix)

    def _place(self, name: Name, index: Index) -> int:
        """The place of an entry in a flat name."""
        return offset(self.shapes[name], index) if index else 0

    def head(self, chain: Chain) -> str:
        """The left side of a chain; a name that has another one stands there under both."""
        assert chain.head is not None
        if chain.index is not None and chain.head in self.labels:
            return self.notation.part(self.labels[chain.head], chain.index, self.shapes[chain.head])
        if chain.index is not None:
            return self.notation.entry(chain.head, chain.index, self.shapes)
        own = self.labels.get(chain.head) or self.notation.with_items(chain.head, ())
        alias = self.notation.aliases.get(chain.head.id)
        return f"{alias} {self.notation.operators['=']} {own}" if alias else own

    def given(self, name: Name) -> Fill:
        """`name = value`, of a given value."""
        before, matrix = f"{self.notation.name(name)} {self.notation.operators['=']} ", self.matrix
        if self.shapes[name]:
            return lambda view: before + view.array(name, matrix)
        return lambda view: before + view.number(name, 0, LEADING)

    def segments(self, chain: Chain) -> list[list[Part]]:
        """One list of parts for each link, its relation first; the head stands in front of the first.

        The terms of a sum of which only one is left would be its result, and a division by what is printed 0 has none:
        these segments stay empty.
        """
        result = [self._link(link) for link in chain.links]
        if chain.head is not None:
            result[0].insert(0, self.head(chain) + " ")
        return result

    def _link(self, link: ChainLink) -> list[Part]:
        relation, shown = link.relation, link.shown
        sign: Part = lambda view: view.relation(relation)  # noqa: E731
        parts = [sign if relation.kind != "same" else self.notation.operators["="], " ", *self.shown(shown)]
        if isinstance(shown, Terms) and (sum_ := shown.of):
            return [lambda view: filled_text(parts, view) if len(view.kept(sum_)) > 1 else ""]
        if isinstance(shown, Formula) and shown.numbers and (below := divisors(shown.expr)):
            return [lambda view: "" if view.prints_zero(below) else filled_text(parts, view)]
        return parts

    def shown(self, shown: Shown) -> list[Part]:
        """What a link shows."""
        if isinstance(shown, Formula):
            return self._formula(shown)
        if isinstance(shown, Result):
            return [self._result(shown)]
        if isinstance(shown, Blank):
            return [self._blank(shown)]
        if isinstance(shown, Room):
            return [self.room]
        if isinstance(shown, NumberList):
            return [self._numbers(shown, self.matrix)]
        if isinstance(shown, Addends):
            return self._addends(shown)
        return self._terms(shown) if isinstance(shown, Terms) else [self._grid(shown)]

    def _numbers(self, shown: NumberList, matrix: Matrix) -> str:
        """Numbers that stand as they are."""
        unknown = self.notation.operators["unknown"]
        texts = [unknown if number is None else self.notation.printed(number) for number in shown.entries]
        return as_matrices(texts, shown.shape, matrix) if shown.shape else texts[0]

    def _blank(self, shown: Blank) -> str:
        if shown.index is not None or not self.shapes[shown.name]:
            return self.answer(StepId.of_entry(shown.step, shown.index or ()))
        shape = self.shapes[shown.name]
        fields = [self.answer(StepId.of_entry(shown.step, index)) for index in indices(shape)]
        return as_matrices(fields, shape, self.matrix)

    def _formula(self, shown: Formula) -> list[Part]:
        return self._with(shown.expr, EVERY if shown.numbers and not shown.data else shown.data)

    def _result(self, shown: Result) -> Part:
        mark = self.final if shown.final else str
        if shown.index is not None or not self.shapes[shown.name]:
            at = self._place(shown.name, shown.index or ())
            return lambda view: mark(view.at(shown.k or view.k).number(shown.name, at, LEADING))
        matrix = self.matrix
        return lambda view: mark(view.at(shown.k or view.k).array(shown.name, matrix))

    def _addends(self, shown: Addends) -> list[Part]:
        """The terms that are not 0, each with its numbers put in."""
        terms = [term for term, _ in shown.terms]
        first = LazyEntries(len(terms), lambda i: self._with(terms[i], EVERY))
        later = LazyEntries(len(terms), lambda i: self._with(terms[i], EVERY, PRODUCT, INNER))

        def fill(view: View) -> str:
            kept = view.kept(shown)
            signed = [
                None if i is None else ((later if n else first)[i], shown.terms[i][1]) for n, i in enumerate(kept)
            ]
            return self._sum([item and (filled_text(item[0], view), item[1] < 0) for item in signed])

        if shown.factor is None:
            return [fill]
        minus = shown.factor.value == -1
        before = (
            [self.notation.operators["negate"]]
            if minus
            else [*self.pieces(shown.factor), self.notation.operators["thin"]]
        )
        return [*before, self.notation.operators["("], fill, self.notation.operators[")"]]

    def _terms(self, shown: Terms) -> list[Part]:
        """The terms with their signs drawn into the operators: 0.2 − 0.3, not 0.2 + (−0.3)."""

        def amount(view: View, i: int) -> tuple[str, bool]:
            term, sign = shown.terms[i]
            number = view.term(term, shown.name)
            negative = number.negative != (sign < 0)
            position = INNER if negative else LEADING  # 1 − 9·10⁻¹²² is subtracted in parentheses
            return view.text(replace(number, negative=False), position), negative

        def fill(view: View) -> str:
            kept = view.kept(shown.of) if shown.of else range(len(shown.terms))
            return self._sum([None if i is None else amount(view, i) for i in kept])

        return [fill]

    def _sum(self, terms: list[tuple[str, bool] | None]) -> str:
        """Terms and whether they are subtracted; dots for None."""
        text = ""
        for i, term in enumerate(terms):
            amount, negative = term or (self.notation.operators["dots"], False)
            if i:
                text += self.notation.operators["subtract" if negative else "add"]
            elif negative:
                text += self.notation.operators["negate"]
            text += amount
        return text

    def _grid(self, shown: EntryGrid) -> Part:
        """The entries with their numbers; one that divides by what is printed 0 by its value."""
        name, shape, matrix = shown.name, self.shapes[shown.name], self.matrix
        cells = [(self.pieces(expr, with_numbers=True), divisors(expr), i) for i, expr in enumerate(shown.exprs)]

        def cell(view: View, parts: list[Part], below: tuple[Ref | Entry, ...], i: int) -> str:
            return view.number(name, i, LEADING) if view.prints_zero(below) else filled_text(parts, view)

        return lambda view: as_matrices([cell(view, *each) for each in cells], shape, matrix)

    # --- sentences ---------------------------------------------------------------------------------------------------

    def sentence(self, sentence: Sentence, inline: Callable[[str], str], escape: Callable[[str], str]) -> list[Part]:
        """A sentence of the catalogue as parts; `inline` wraps mathematics, `escape` protects words."""
        if sentence.key == "=":
            return self._inline(sentence, "text", inline, escape)
        parts: list[Part] = []
        for text, place, forms, _ in Formatter().parse(self.catalogue[sentence.key]):
            parts.append(escape(text))
            if place and forms:
                number = _counted(sentence.fields[place])
                parts.append(escape(plural_form(self.catalogue["format.plural"], number, forms)))
            elif place:
                parts += self._inline(sentence, place, inline, escape)
        return parts

    def _inline(
        self, sentence: Sentence, place: str, inline: Callable[[str], str], escape: Callable[[str], str]
    ) -> list[Part]:
        value = sentence.fields[place]
        if isinstance(value, Words):
            return self.sentence(Sentence(value.key, sentence.fields), inline, escape)
        return self._shown_inline(value, inline, escape)

    def _shown_inline(self, value: Inline, inline: Callable[[str], str], escape: Callable[[str], str]) -> list[Part]:
        if isinstance(value, InlineRow):
            return [part for item in value.items for part in self._shown_inline(item, inline, escape)]
        if isinstance(value, Verbatim):
            return [escape(self.verbatim(value.text))]
        if isinstance(value, str):
            return [escape(value)]
        if isinstance(value, int):
            return [self.notation.count(value)]
        parts = self._value(value)
        return [lambda view: inline(filled_text(parts, view))]

    def _value(self, value: Inline) -> list[Part]:
        match value:
            case Formula():
                return self._formula(value)
            case Result():
                return [self._result(value)]
            case NumberList():
                return [self._numbers(value, self.matrix if self.notation.layout else matrix_in_line)]
            case NameInText():
                return [self.naming(value)]
            case _:
                return [lambda view: _of_the_run(value, view)]

    def naming(self, naming: NameInText) -> str:
        """A name, with the letters of its indices where it is an array's entry in general."""
        if not naming.indexed:
            return self.notation.entry(naming.name, naming.index or (), self.shapes)
        letters = letters_of(self.shapes[naming.name])
        return self.notation.lettered(naming.name, (letters,), self.shapes, small=len(letters) > 1)


def _of_the_run(value: Inline, view: View) -> str:
    """What a sentence says about the values of a run."""
    match value:
        case OnKink():
            return view.on_kink(value.expr, value.name)
        case PoolWinners():
            return view.winners(value.expr)
        case Fact():
            return view.fact(value)
        case Prediction():
            return view.prediction(value)
        case MeanLoss():
            return view.mean_loss(value.first, value.last)
        case Gap():
            return view.gap(value.name)
    raise AssertionError(value)


def matrix_in_line(rows: list[list[str]], label: str = "") -> str:
    """A matrix inside a sentence without TeX: `[1 2; 3 4]`."""
    return f"[{'; '.join(map(' '.join, rows))}]"


def _counted(value: Inline) -> Fraction:
    """The number that a word in a sentence goes with."""
    if isinstance(value, NumberList) and value.entries[0] is not None:
        return Fraction(value.entries[0].text())
    assert isinstance(value, int), value
    return Fraction(value)

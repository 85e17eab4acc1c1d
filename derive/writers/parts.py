"""Mathematics as parts: fixed texts and slots that a view fills. Compiled once for a page, filled for every run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from derive.digits import Printed
from derive.document import (
    Chain,
    Fact,
    Formula,
    Gap,
    Grid,
    Inline,
    Link,
    Naming,
    OnKink,
    Result,
    Sentence,
    Shown,
    Terms,
)
from derive.language.expressions import Entry, Expr
from derive.language.names import Name
from derive.notation import Notation
from derive.operations.calculus import Shapes
from derive.operations.shapes import as_matrix
from derive.printing import LEADING, Piece, Vocabulary, mixed, names, numbers, pieces
from derive.prose import Catalogue
from derive.view import View, as_rows

Fill: TypeAlias = Callable[[View], str]
Part: TypeAlias = str | Fill
Matrix: TypeAlias = Callable[[list[list[str]]], str]


def filled(parts: Iterable[Part], view: View) -> str:
    """The parts as one text."""
    return "".join([part if isinstance(part, str) else part(view) for part in parts])


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns what a document shows into parts, in one notation; `matrix` sets rows of texts, `final` marks results."""

    notation: Notation
    shapes: Shapes
    labels: Mapping[Name, str]
    matrix: Matrix
    final: Callable[[str], str]
    catalogue: Catalogue

    def pieces(self, expr: Expr, with_numbers: bool = False) -> list[Part]:
        """An expression with its names, or with every number put in."""
        return self._with(expr, numbers if with_numbers else self._names())

    def _names(self) -> Vocabulary:
        return names(self.notation, self.shapes, self.labels)

    def _with(self, expr: Expr, vocabulary: Vocabulary) -> list[Part]:
        return [self._part(piece) for piece in pieces(expr, self.notation, self.shapes, vocabulary)]

    def _part(self, piece: Piece) -> Part:
        if isinstance(piece, str):
            return piece
        slot, matrix = piece, self.matrix
        if isinstance(slot.node, Entry):
            name, index, position = slot.node.name, slot.node.index, slot.position
            return lambda view: view.number(name, index, position)
        return lambda view: view.slot(slot, matrix)

    def head(self, chain: Chain) -> str:
        """The left side of a chain; a name that has another one stands there under both."""
        assert chain.head is not None
        if chain.index is not None:
            return self.notation.entry(chain.head, chain.index, self.shapes)
        own = self.labels.get(chain.head) or self.notation.with_items(chain.head, ())
        alias = self.notation.aliases.get(chain.head.id)
        return f"{alias} {self.notation.operators['=']} {own}" if alias else own

    def segments(self, chain: Chain) -> list[list[Part]]:
        """One list of parts for each link, its relation first; the head stands in front of the first."""
        result = [self._link(link) for link in chain.links]
        if chain.head is not None:
            result[0].insert(0, self.head(chain) + " ")
        return result

    def _link(self, link: Link) -> list[Part]:
        relation = link.relation
        sign: Part = lambda view: view.relation(relation)  # noqa: E731
        return [sign if relation.kind != "same" else self.notation.operators["="], " ", *self.shown(link.shown)]

    def shown(self, shown: Shown) -> list[Part]:
        """What a link shows."""
        if isinstance(shown, Formula):
            return self._formula(shown)
        if isinstance(shown, Result):
            return [self._result(shown)]
        return self._terms(shown) if isinstance(shown, Terms) else [self._grid(shown)]

    def _formula(self, shown: Formula) -> list[Part]:
        if shown.data:
            return self._with(shown.expr, mixed(shown.data, self._names()))
        return self.pieces(shown.expr, shown.numbers)

    def _result(self, shown: Result) -> Part:
        mark = self.final if shown.final else str
        if shown.index is not None or not self.shapes[shown.name]:
            index = shown.index or ()
            return lambda view: mark(view.at(shown.k or view.k).number(shown.name, index, LEADING, shown.after))
        matrix = self.matrix
        return lambda view: mark(matrix(view.at(shown.k or view.k).rows(shown.name, after=shown.after)))

    def _terms(self, shown: Terms) -> list[Part]:
        """The terms with their signs drawn into the operators: 0.2 − 0.3, not 0.2 + (−0.3)."""
        return [lambda view: self._sum([(view.term(term, shown.name), sign) for term, sign in shown.terms])]

    def _sum(self, terms: list[tuple[Printed, int]]) -> str:
        text = ""
        for i, (number, sign) in enumerate(terms):
            negative = number.negative != (sign < 0)
            amount = self.notation.printed(replace(number, negative=False))
            if i:
                text += self.notation.operators["subtract" if negative else "add"]
            elif negative:
                text += self.notation.operators["negate"]
            text += amount
        return text

    def _grid(self, shown: Grid) -> Part:
        cells = [self.pieces(expr, with_numbers=True) for expr in shown.exprs]
        shape, matrix = self.shapes[shown.name], self.matrix
        return lambda view: matrix(as_rows([filled(cell, view) for cell in cells], shape))

    # --- sentences ---------------------------------------------------------------------------------------------------

    def sentence(self, sentence: Sentence, inline: Callable[[str], str], escape: Callable[[str], str]) -> list[Part]:
        """A sentence of the catalogue as parts; `inline` wraps mathematics, `escape` protects words."""
        if sentence.key == "=":
            return [escape(str(sentence.fields["text"]))]
        parts: list[Part] = []
        for text, place in _places(self.catalogue[sentence.key]):
            parts.append(escape(text))
            if place:
                parts += self._inline(sentence, place, inline, escape)
        return parts

    def _inline(
        self, sentence: Sentence, place: str, inline: Callable[[str], str], escape: Callable[[str], str]
    ) -> list[Part]:
        value = sentence.fields[place]
        if isinstance(value, str):
            if value.startswith("="):
                return self.sentence(Sentence(value[1:], sentence.fields), inline, escape)
            return [escape(value)]
        if isinstance(value, int):
            return [str(value)]
        parts = self._value(value)
        return [lambda view: inline(filled(parts, view))]

    def _value(self, value: Inline) -> list[Part]:
        if isinstance(value, Formula):
            return self._formula(value)
        if isinstance(value, OnKink):
            return [lambda view: view.on_kink(value.expr)]
        if isinstance(value, Fact):
            return [lambda view: view.fact(value.kind, value.name)]
        if isinstance(value, Result):
            return [self._result(value)]
        if isinstance(value, Gap):
            return [lambda view: view.gap(value.name)]
        assert isinstance(value, Naming)
        return [self.naming(value)]

    def naming(self, naming: Naming) -> str:
        """A name, with the letters of its indices where it is an array's entry in general."""
        if not naming.indexed:
            return self.notation.name(naming.name)
        shape = self.shapes[naming.name]
        letters = "i" if 1 in (*as_matrix(shape),) else "ij"
        return self.notation.lettered(naming.name, (letters,), self.shapes, small=len(letters) > 1)


def _places(text: str) -> list[tuple[str, str]]:
    """`a {b} c` → [("a ", "b"), (" c", "")]."""
    result = []
    while "{" in text:
        before, _, rest = text.partition("{")
        place, _, text = rest.partition("}")
        result.append((before, place))
    return [*result, (text, "")]

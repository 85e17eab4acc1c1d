"""What is told about each step of a work, as parts of a page: to the student, in sentences of the catalogue.

Numbers and formulas stand there as they were read, never as raw text, so that every format can set them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from derive.answers.marking.equality import Counterexample
from derive.answers.marking.judging import Judged
from derive.answers.marking.step_answer import FOLLOWS, UNREADABLE, WRONG
from derive.answers.names.step_matching import StepIndex
from derive.answers.reading.contents import numbers_in
from derive.answers.reading.grids import Reading
from derive.answers.reading.numbers import read_number
from derive.answers.reading.reader import read_side
from derive.answers.reading.written import Answer, Array, Remark, Substituted, Unreadable
from derive.answers.substitutions.numerals import as_printed
from derive.calculus.applications import with_settings
from derive.calculus.differentiation import shape_of
from derive.calculus.kernels import Flat, ShapeFault
from derive.calculus.scalars import Num
from derive.calculus.shapes import as_axes, indices
from derive.language.expressions import Entry, Expr, Index, Ref, Shape
from derive.language.names import Name
from derive.language.tokens import TextError
from derive.page.chains import ARROW, SAME, Chain, ChainLink, Formula, NumberList, Relation, Shown
from derive.page.document import (
    Inline,
    InlineRow,
    Joined,
    NameInText,
    Quoted,
    Sentence,
    StepPart,
    Verbatim,
    Words,
    blank_page,
)
from derive.page.view import View
from derive.page.workings import Workings
from derive.problem.settings import Digits
from derive.prose.catalogue import Catalogue, catalogue
from derive.prose.rewording import spoken_fault, spoken_hint
from derive.solution import Solution
from derive.values.digits import Printed, printed
from derive.values.values import Values
from derive.writers import WRITERS
from derive.writers.base import TemplateWriter
from derive.writers.parts import Compiler, filled_text

ABOUT = Relation("about")
FEW = 3  # so many wrong entries are named one by one
MOST_SHOWN, MOST_MARKED = 80, 40
FEWEST_DIGITS, MOST_DIGITS = 4, 30
_TELLING = {"cut", "precision"}


@dataclass
class Feedback:
    """Words things for one problem; with `hints` no number that is asked for is told."""

    solution: Solution
    hints: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        return Feedback, (self.solution, self.hints)

    @cached_property
    def index(self) -> StepIndex:
        """The names of the problem, as students spell them."""
        return StepIndex.of(self.solution)

    @cached_property
    def words(self) -> Catalogue:
        """The sentences in the problem's language."""
        return catalogue(self.solution.problem.language)

    @cached_property
    def compiler(self) -> Compiler:
        """What makes text of sentences."""
        writer, page = WRITERS["txt"], self.solution.blueprint.page
        assert isinstance(writer, TemplateWriter)
        return writer.compiler(blank_page(self.solution.problem), page, self.words)

    @cached_property
    def view(self) -> View:
        """What makes text of numbers."""
        return View(self.solution.run, self.compiler.notation, Workings())

    @property
    def values(self) -> Values:
        """The values that the page prints."""
        return self.solution.values

    def plain(self, said: Sequence[StepPart]) -> str:
        """Sentences as text."""
        sentences = [self.compiler.sentence(part, str, str) for part in said if isinstance(part, Sentence)]
        return " ".join(filled_text(parts, self.view) for parts in sentences)

    # --- a step ------------------------------------------------------------------------------------------------------

    def step(self, judged: Judged, before: Judged | None = None) -> Iterator[StepPart]:
        """What was written, what became of it, and why; the remarks on it come behind that. A mistake that was told
        before is told shortly.
        """
        yield from self._written(judged)
        yield self.head(judged.verdict, judged.marks, judged.of, judged.answer)
        yield from self.told(judged, before)
        for key, numbers in self._expected(judged)[1:]:
            yield Sentence(f"check.{key}_said", {"right": numbers})

    def head(self, verdict: str, marks: Fraction, of: Fraction, answer: Answer | None) -> Sentence:
        """The verdict, the marks, and the line."""
        fields: dict[str, Inline] = {"verdict": Words(f"check.{verdict}"), "marks": "", "line": ""}
        if of:
            fields |= {"marks": Words("check.marks"), "earned": self.amount(marks), "of": self.amount(of)}
        if answer and answer.line:
            fields |= {"line": Words("check.line"), "number": answer.line}
        return Sentence("check.head", fields, tone=verdict)

    def amount(self, marks: Fraction) -> NumberList:
        """Marks: whole, or to two decimals."""
        whole = marks.denominator == 1
        number = Fraction(round(marks * 100), 100)
        text = str(marks.numerator) if whole else f"{float(number):.2f}".rstrip("0").rstrip(".")
        return NumberList((Printed(False, text),))

    def _written(self, judged: Judged) -> Iterator[StepPart]:
        """The answer as a chain, beside it what was expected; or the text that could not be read."""
        answer = judged.answer
        if answer is None:
            return
        if unread := _unread(judged):
            text, fault = unread
            yield Sentence("check.answer_for", {"name": NameInText(judged.place.name)})
            yield Quoted(text, fault.start, fault.end - fault.start)
        if unread or isinstance(answer.content, Unreadable):
            return
        relation = ARROW if judged.place.step and judged.place.step.phase == "update" else SAME
        given = Chain(judged.place.name, (ChainLink(relation, self._shown(answer.content, judged)),))
        right = next(iter(self._expected(judged)), None)
        yield Joined(given, (self._chain(judged, right[1]),), Sentence(f"check.{right[0]}")) if right else given

    def _chain(self, judged: Judged, numbers: NumberList) -> Chain:
        exact = all(number is not None and number.exact for number in numbers.entries)
        return Chain(judged.place.name, (ChainLink(SAME if exact else ABOUT, numbers),))

    def answered(self, name: Name, content: Array | Expr) -> Chain:
        """What an answer to a step says, before it is judged."""
        if not isinstance(content, Array):
            return Chain(name, (ChainLink(SAME, Formula(content)),))
        shape = self.index.lexicon.shapes[name]
        numbers = tuple(as_printed(w) if w else None for w in content.entries)
        fits = len(numbers) == prod(shape)
        return Chain(name, (ChainLink(SAME, NumberList(numbers, shape if fits else content.shape)),))

    def _shown(self, given: Array | Expr, judged: Judged) -> Shown:
        if not isinstance(given, Array):
            return Formula(given)
        fits = len(given.entries) == len(judged.expected) and not judged.turned
        shape = self.index.lexicon.shapes[judged.place.name] if fits else given.shape
        return NumberList(tuple(as_printed(w) if w else None for w in given.entries), shape)

    def _expected(self, judged: Judged) -> list[tuple[str, NumberList]]:
        """What should stand there, unless it is told singly: from the student's own numbers, from the right ones."""
        if self.hints or judged.differs or judged.later or self._told_singly(judged):
            return []
        if judged.verdict not in {WRONG, FOLLOWS} or judged.diagnosis == "not_exact":
            return []
        shape = self.index.lexicon.shapes[judged.place.name]
        right = NumberList(tuple(self._right(judged)), shape)
        if judged.verdict == FOLLOWS:
            return [("rightly", right)]
        own = NumberList(tuple(self._own(judged)), shape)
        return [("should", right)] if _alike(own, right) else [("own", own), ("rightly", right)]

    def _told_singly(self, judged: Judged) -> bool:
        """Whether an array has so few wrong entries that each is named."""
        wrong = sum(verdict == WRONG for verdict in judged.entries)
        return judged.verdict == WRONG and 0 < wrong <= min(FEW, len(judged.entries) - 1)

    def _right(self, judged: Judged) -> Sequence[Printed]:
        return self.values.printed(judged.place.name, judged.place.k)

    def _own(self, judged: Judged) -> Sequence[Printed]:
        """What follows from the student's own numbers; else what is right."""
        digits = self.values.numbers.of(judged.place.name.id)
        return [printed(x, digits, ties=True) for x in judged.follows] if judged.follows else self._right(judged)

    def message(self, judged: Judged) -> str:
        """What became of a step and why, as text."""
        said = [self.head(judged.verdict, judged.marks, judged.of, judged.answer), *self._where(judged),
                *self.told(judged)]  # fmt: skip
        expected = [Sentence(f"check.{key}_said", {"right": numbers}) for key, numbers in self._expected(judged)]
        return self.plain([*said, *expected])

    # --- why ---------------------------------------------------------------------------------------------------------

    def told(self, judged: Judged, before: Judged | None = None) -> Iterator[Sentence]:
        """The reason, in a sentence or two; where the same mistake was told `before`, at which step."""
        if judged.verdict == UNREADABLE:
            yield self._unreadable(judged)
        elif judged.later:
            yield Sentence("check.later", {"name": NameInText(judged.later)})
        elif judged.differs:
            yield self._difference(judged.differs)
        elif judged.verdict == WRONG and judged.written is None and judged.diagnosis is None:
            yield Sentence("check.formula_asked")
        elif judged.verdict == WRONG:
            yield from self._mistake(judged, before)
            yield from self._entries(judged)

    def _where(self, judged: Judged) -> Iterator[Sentence]:
        """Which part of an answer could not be read: on a page a mark under it shows that."""
        text, fault = _unread(judged) or ("", None)
        if fault and (part := text[fault.start : fault.end].strip()):
            yield Sentence("check.where", {"at": fault.start + 1, "part": Verbatim(one_line(part, MOST_MARKED))})

    def _unreadable(self, judged: Judged) -> Sentence:
        if judged.later:
            return Sentence("check.circular", {"name": NameInText(judged.later)})
        given, shape = judged.answer and judged.answer.content, self.index.lexicon.shapes[judged.place.name]
        if unread := _unread(judged):
            fault = unread[1]
            hint = spoken_hint(fault.hint, self.words)
            why = spoken_fault(fault.message, self.words) + (f" ({hint})" if hint else "")
            return Sentence("check.why", {"why": Verbatim(why)})
        if isinstance(given, Array):
            if len(given.entries) == prod(shape):
                return self._other_shape(given.shape, shape)
            return Sentence("check.wrong_size", {"given": len(given.entries), "size": prod(shape)})
        return Sentence("check.no_value")

    def _other_shape(self, given: Shape, shape: Shape) -> Sentence:
        """An array with other rows and columns than the step's."""
        return Sentence("check.wrong_shape", {"given": _sizes(given), "shape": _sizes(shape)})

    def _mistake(self, judged: Judged, before: Judged | None) -> Iterator[Sentence]:
        substituted = judged.answer.substituted if judged.answer else ()
        if judged.diagnosis == "substituted" and substituted:
            yield from map(self._substituted, substituted)
        elif before:
            yield Sentence("check.same_mistake", {"name": NameInText(before.place.name)})
        elif judged.diagnosis:
            yield Sentence("check.mistake", {"why": Words(f"mistakes.{judged.diagnosis}")})

    def _substituted(self, found: Substituted) -> Sentence:
        key = "check.substituted_hint" if self.hints else "check.substituted"
        return Sentence(key, {"written": self.inline(found.written), "name": self.inline(found.name),
                              "right": self.inline(found.right)})  # fmt: skip

    def _entries(self, judged: Judged) -> Iterator[Sentence]:
        """Of an array with a few wrong entries each, of one with many their number; that it is transposed."""
        wrong = [i for i, verdict in enumerate(judged.entries) if verdict == WRONG]
        if judged.turned:
            shape = self.index.lexicon.shapes[judged.place.name]
            yield self._other_shape(shape[::-1], shape)
        elif self._told_singly(judged):
            yield from (self._entry(judged, i) for i in wrong)
        elif len(judged.entries) > 1 and wrong:
            if len(wrong) > FEW:
                yield Sentence("check.entries", {"count": len(wrong), "size": len(judged.entries)})
            yield self._entry(judged, wrong[0], "first_")

    def _entry(self, judged: Judged, i: int, which: str = "") -> Sentence:
        right, own = self._right(judged)[i], self._own(judged)[i]
        w = judged.written[i] if judged.written else None
        place = indices(self.index.lexicon.shapes[judged.place.name])[i]
        numbers = {"written": as_printed(w) if w else None, "own": own, "right": right}
        fields: dict[str, Inline] = {key: NumberList((number,)) for key, number in numbers.items()}
        fields["entry"] = NameInText(judged.place.name, index=place)
        key = "entry_hint" if self.hints else "entry" if own.text() == right.text() else "entry_own"
        return Sentence(f"check.{which}{key}", fields)

    def _difference(self, differs: Counterexample) -> Sentence:
        """Where two formulas differ, with the values put in."""
        if not differs.at:
            return Sentence("check.formula_shape")
        names = self.index.lexicon.names
        at = [(NameInText(names[name]) if name in names else name, " = ", _row(values))
              for name, values in differs.at.items()]  # fmt: skip
        first, second = _told_apart(differs.first, differs.second)
        fields: dict[str, Inline] = {"first": first, "second": second, "at": _listed(at)}
        return Sentence("check.formula_hint" if self.hints else "check.formula", fields)

    # --- remarks -----------------------------------------------------------------------------------------------------

    def remark(self, remark: Remark, answer: Answer | None) -> Sentence:
        """A remark; with its line where that is another one than the answer's."""
        key = f"check.{remark.key or remark.kind}"
        hinted = self.hints and remark.kind in _TELLING
        as_is = remark.is_notice or (remark.kind == "notation" and _is_one_number(remark.written, remark.right))
        shown = Verbatim if as_is else self.inline
        fields: dict[str, Inline] = {"written": shown(remark.written), "right": shown(remark.right)}
        fields["at"] = ""
        if remark.line and answer and remark.line != answer.line:
            fields |= {"at": Words("check.at"), "number": remark.line}
        return Sentence(f"{key}_hint" if hinted else key, fields)

    def remarked(self, remark: Remark, answer: Answer | None) -> Iterator[Sentence]:
        """A remark, and the other lines that it concerns."""
        yield self.remark(remark, answer)
        if remark.lines:
            also = "check.also_one" if len(remark.lines) == 1 else "check.also_many"
            yield Sentence(also, {"lines": one_line(", ".join(map(str, remark.lines)), MOST_SHOWN)})

    def worded(self, remark: Remark, sentence: Sentence) -> Remark:
        """A remark with its sentence as text; with hints without what is right."""
        right = "" if self.hints and remark.kind in _TELLING else remark.right
        return replace(remark, right=right, message=self.plain([sentence]))

    # --- a whole work ------------------------------------------------------------------------------------------------

    def total(self, marks: Fraction, of: Fraction) -> Sentence:
        """The marks that were earned."""
        return Sentence("check.total", {"earned": self.amount(marks), "of": self.amount(of)})

    def listed(self, key: str, names: Sequence[Name]) -> Sentence:
        """A sentence about several names."""
        return Sentence(key, {"names": _listed([(NameInText(name),) for name in names])})

    def missing(self, names: Sequence[Name], lost: Fraction, k: int | None) -> Sentence:
        """What was not answered; of several passes in pass `k`."""
        fields: dict[str, Inline] = {"pass": Words("check.in_pass") if k else "", "k": k or 0}
        fields |= {"steps": _listed([(NameInText(name),) for name in names])}
        fields |= {"lost": Words("check.lost"), "amount": self.amount(lost)}
        return Sentence("check.not_answered", fields)

    def unmatched(self, answer: Answer) -> Sentence:
        """A line that answers no step, or that was not read."""
        line: dict[str, Inline] = {"at": Words("check.at") if answer.line else "", "number": answer.line or 0}
        if isinstance(answer.content, Unreadable):
            why = Verbatim(spoken_fault(answer.content.message, self.words))
            hint = Verbatim(spoken_hint(answer.content.hint, self.words))
            return Sentence("check.unread", {"why": why, "hint": hint, **line})
        text = Verbatim(f"{answer.left} = {answer.given}"[:MOST_SHOWN])
        return Sentence("check.unmatched", {"text": text, **line})

    def not_understood(self, answer: Answer) -> Sentence:
        """A line that counts for no step, with the part that was not understood."""
        start = answer.content.start if isinstance(answer.content, Unreadable) else 0
        text, part = (one_line(each, MOST_SHOWN) for each in (answer.given, answer.given[start:]))
        fields: dict[str, Inline] = {"at": Words("check.at"), "number": answer.line or 0, "text": Verbatim(text)}
        if not answer.given[:start].strip():
            return Sentence("check.counts_for_none", fields)
        return Sentence("check.not_understood", {**fields, "part": Verbatim(part)})

    def inline(self, text: str) -> Inline:
        """A number, an array or a formula as such; any other text as it is."""
        try:
            reading = read_side(text, self.index.lexicon, self.values.numbers.decimal)
            if not reading.grids:
                shape_of(with_settings(reading.expr), self.index.lexicon.shapes)
        except (TextError, ShapeFault, KeyError):
            return Verbatim(text)
        return _numbers(reading) or (Verbatim(text) if reading.grids else self._formula(reading.expr))

    def _formula(self, expr: Expr) -> Inline:
        if isinstance(expr, Ref | Entry):
            return NameInText(expr.name, index=expr.index if isinstance(expr, Entry) else None)
        return Formula(expr)


def _numbers(reading: Reading) -> NumberList | None:
    array = numbers_in(reading)
    return NumberList(tuple(as_printed(w) if w else None for w in array.entries), array.shape) if array else None


def _unread(judged: Judged) -> tuple[str, Unreadable] | None:
    """The text that makes an answer unreadable, and why: all of it, or a member of its chain."""
    answer = judged.answer
    if answer and isinstance(answer.content, Unreadable):
        return answer.given, answer.content
    return answer.unread if answer and judged.verdict == UNREADABLE else None


def _is_one_number(written: str, right: str) -> bool:
    """Whether two texts are the same number: how it was written is what a remark is about."""
    pairs = ((read_number(written, sign), read_number(right, sign)) for sign in ".,")
    return any(a and b and a.value == b.value for a, b in pairs)


def _sizes(shape: Shape) -> str:
    """The sizes of an array's axes: `3×2`."""
    return "×".join(map(str, as_axes(shape)))


def one_line(text: str, most: int) -> str:
    """A text in one line, its end left out where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]}…"


def _listed(items: Sequence[tuple[Inline, ...]]) -> InlineRow:
    """Things with commas between them."""
    return InlineRow(tuple(part for i, item in enumerate(items) for part in (((", ",) if i else ()) + item)))


def _told_apart(first: Flat | tuple[Num, ...], second: Flat | tuple[Num, ...]) -> tuple[NumberList, NumberList]:
    """Two results with as many digits as show that they differ."""
    for digits in range(FEWEST_DIGITS, MOST_DIGITS):
        a, b = _row(first, digits), _row(second, digits)
        if not _alike(a, b):
            break
    return a, b


def _alike(a: NumberList, b: NumberList) -> bool:
    """Whether numbers look the same on the page."""
    return [n and n.text() for n in a.entries] == [n and n.text() for n in b.entries]


def _row(values: Flat | tuple[Num, ...], digits: int = FEWEST_DIGITS) -> NumberList:
    shape: Index = () if len(values) == 1 else (1, len(values))
    return NumberList(tuple(printed(x, Digits(digits), ties=True) for x in values), shape)

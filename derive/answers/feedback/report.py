"""The report on a piece of work: typed items, the same as JSON, and a Document for the writers."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from derive.answers.feedback.step_feedback import Feedback
from derive.answers.feedback.told_once import told_once
from derive.answers.marking.judging import Judged, StepPlace
from derive.answers.marking.orientation import transposed_entries
from derive.answers.marking.step_answer import CORRECT, MISSING, WRONG
from derive.answers.reading.written import ORIENTATIONS, Answer, Remark, Unreadable
from derive.calculus.kernels import Flat
from derive.language.expressions import Shape
from derive.notation.matrices import nested
from derive.page.document import Block, Document, Heading, Numbered, Paragraph, Section, Sentence, StepPart, Words
from derive.problem.settings import Digits
from derive.prose.catalogue import Catalogue, catalogue
from derive.solution import Nested, Solution
from derive.values.digits import printed

UNMATCHED = "unmatched"
MOST_LINES = 30
"""So many lines that count for no step are told on a page."""


@dataclass(frozen=True)
class ReportItem:
    """One step of the report, or an answer that matches no step; what it says is worded when it is first asked for.

    id        the step's id; of an unmatched answer its left side as it was written
    line      of the work, where it has lines
    given     the answer as it was written, "" for none
    verdict   `correct`, `follows`, `missing`, `unreadable`, `wrong` or `unmatched`
    marks, of what was earned, of how many
    answer    what the work says; None if nothing
    judged    what became of it; None where it matches no step
    feedback  words it
    told      the remarks that a page tells here, each once a work
    before    the step at which the page has told the same mistake
    """

    id: str
    line: int | None
    given: str
    verdict: str
    marks: Fraction
    of: Fraction
    answer: Answer | None = field(repr=False)
    judged: Judged | None = field(repr=False)
    feedback: Feedback = field(compare=False, repr=False)
    told: tuple[Remark, ...] = ()
    before: Judged | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> StepPlace | None:
        """The step and its pass."""
        return self.judged.place if self.judged else None

    @property
    def diagnosis(self) -> str | None:
        """The key of a known mistake; its sentence is part of `message`."""
        return self.judged.diagnosis if self.judged else None

    @property
    def read(self) -> Nested:
        """The numbers that were read, nested as the step's value is, as the next three are; or as its transpose, where
        that was written.
        """
        if self.judged is None or not self.judged.written:
            return None
        shape, written = self._shape, list(self.judged.written)
        if self.judged.turned:
            shape = shape[::-1]
            written = transposed_entries(written, shape)
        return nested([printed(w.value, Digits(20), ties=True).text(times="e") if w else None for w in written], shape)

    @property
    def entries(self) -> Nested:
        """The verdict of each entry."""
        return self._nested(list(self.judged.entries)) if self.judged else None

    @property
    def expected(self) -> Nested:
        """What is right; None where that is not told."""
        return self._values(self.judged.expected) if self.judged else None

    @property
    def follows(self) -> Nested:
        """What follows from the student's own numbers, where something is not right."""
        followed = self.judged.follows if self.judged and self.verdict != CORRECT else None
        return self._values(followed) if followed else None

    @cached_property
    def message(self) -> str:
        """What is told the student."""
        if self.judged is None:
            return self.feedback.plain(self.parts)
        return self.feedback.message(self.judged)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What costs nothing, each with its sentence."""
        noticed = self.judged.remarks if self.judged else self.answer.remarks if self.answer else ()
        told = {remark.key for remark in self.told}
        kept = [remark for remark in noticed if remark.key not in ORIENTATIONS or remark.key in told]
        sentences = [self.feedback.remark(remark, self.answer) for remark in kept]
        return tuple(map(self.feedback.worded, kept, sentences))

    @cached_property
    def parts(self) -> tuple[StepPart, ...]:
        """The same as parts of a page."""
        if self.judged is None:
            assert self.answer is not None
            return (self.feedback.unmatched(self.answer),)
        remarks = (part for remark in self.told for part in self.feedback.remarked(remark, self.answer))
        return (*self.feedback.step(self.judged, self.before), *remarks)

    def _values(self, values: Flat) -> Nested:
        assert self.judged is not None
        digits = self.feedback.solution.problem.numbers.of(self.judged.place.name.id)
        return None if self.feedback.hints else self._nested(_texts(values, digits))

    def _nested(self, flat: list[Any]) -> Nested:
        return nested(flat, self._shape)

    @property
    def _shape(self) -> Shape:
        assert self.judged is not None
        return self.feedback.solution.blueprint.derivation.shapes[self.judged.place.name]


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What a piece of work earned, step by step in the solution's order; answers that match no step come last.

    `not_understood` are the lines of the work with a digit or a relation that count for no step.
    """

    title: str
    items: tuple[ReportItem, ...]
    language: str
    feedback: Feedback = field(compare=False, repr=False)
    not_understood: tuple[Answer, ...] = ()

    def __repr__(self) -> str:
        label = self.feedback.solution.problem.label
        return f"<Report on {label}: {float(self.marks):g} of {float(self.of):g} marks, {len(self.items)} items>"

    @property
    def marks(self) -> Fraction:
        """What was earned."""
        return sum((item.marks for item in self.items), Fraction(0))

    @property
    def of(self) -> Fraction:
        """Of how many."""
        return sum((item.of for item in self.items), Fraction(0))

    def __getitem__(self, step: str) -> ReportItem:
        """The item of a step. Raises KeyError."""
        found = next((item for item in self.items if item.id == step), None)
        if found is None:
            raise KeyError(step)
        return found

    def json(self) -> str:
        """The report as JSON, for scripts and checks from outside."""
        words = catalogue(self.language)
        items = [_item(item, words) for item in self.items]
        lines = [_line(answer) for answer in self.not_understood]
        data = {"marks": _amount(self.marks), "of": _amount(self.of), "items": items, "not_understood": lines}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def document(self) -> Document:
        """The report as a page: the total, each step, what to practise."""
        title = catalogue(self.language)["check.title"].format(title=self.title)
        return Document(title, self.language, {}, tuple(_sections(self)), self.feedback.solution.problem.page.symbol)


def report(solution: Solution, judged: Sequence[Judged], answers: Sequence[Answer], hints: bool = False) -> Report:
    """The report on judged work; with `hints` no expected number is told."""
    return reported(Feedback(solution, hints), judged, answers)


def reported(feedback: Feedback, judged: Sequence[Judged], answers: Sequence[Answer]) -> Report:
    """The report on judged work, in the words of a feedback that goes on from work to work."""
    problem = feedback.solution.problem
    first: dict[str, Judged] = {}
    befores = [_before(each, first) for each in judged]
    items = [
        _made(each, feedback, told, before)
        for each, told, before in zip(judged, told_once(judged), befores, strict=True)
    ]
    items += [_unmatched(answer, feedback) for answer in answers if not answer.step and not answer.is_line]
    lines = tuple(answer for answer in answers if answer.is_line)
    return Report(problem.title, tuple(items), problem.language, feedback, lines)


def _before(judged: Judged, first: dict[str, Judged]) -> Judged | None:
    """The first step with the same mistake, where it is an earlier one."""
    found = first.setdefault(judged.diagnosis, judged) if judged.diagnosis and judged.verdict == WRONG else judged
    return None if found is judged else found


def _made(judged: Judged, feedback: Feedback, told: tuple[Remark, ...], before: Judged | None) -> ReportItem:
    answer = judged.answer
    line, given = (answer.line, answer.given) if answer else (None, "")
    return ReportItem(
        judged.place.id, line, given, judged.verdict, judged.marks, judged.of, answer, judged, feedback, told, before
    )


def _unmatched(answer: Answer, feedback: Feedback) -> ReportItem:
    nothing = Fraction(0)
    return ReportItem(answer.left, answer.line, answer.given, UNMATCHED, nothing, nothing, answer, None, feedback)


def _texts(values: Flat, digits: Digits) -> list[str]:
    longer = Digits(digits.count + 1, digits.decimals)
    return [printed(x, longer, ties=True).text(times="e") for x in values]


def _amount(marks: Fraction) -> int | float:
    return int(marks) if marks.denominator == 1 else round(float(marks), 4)


def _item(item: ReportItem, words: Catalogue) -> dict[str, Any]:
    diagnosis = None
    if item.diagnosis:
        diagnosis = {"mistake": item.diagnosis, "message": words[f"mistakes.{item.diagnosis}"]}
    remarks = [
        {"kind": r.kind, "line": r.line, "written": r.written, "right": r.right, "message": r.message}
        for r in item.remarks
    ]
    return {
        "id": item.id, "line": item.line, "given": item.given, "read": item.read, "verdict": item.verdict,
        "entries": item.entries, "expected": item.expected, "follows": item.follows, "diagnosis": diagnosis,
        "message": item.message, "remarks": remarks, "marks": _amount(item.marks), "of": _amount(item.of),
    }  # fmt: skip


def _line(answer: Answer) -> dict[str, Any]:
    """A line that counts for no step, and from which character on (from 1) it was not understood."""
    at = answer.content.start if isinstance(answer.content, Unreadable) else 0
    return {"line": answer.line, "text": answer.given, "at": at + 1, "part": answer.given[at:].strip()}


# --- the page -------------------------------------------------------------------------------------------------------


def _sections(report: Report) -> Iterator[Section]:
    """The total, the steps of each pass, what was left out, what to practise."""
    total = (Paragraph((report.feedback.total(report.marks, report.of),)),) if report.items else ()
    yield Section((*total, *_restated(report)))
    passes = dict.fromkeys(item.place.k for item in report.items if item.place and item.place.step)
    number = 0
    for k in passes:
        blocks: list[Block] = [Heading(Sentence("headings.pass", {"k": k}))] if len(passes) > 1 else []
        for item in report.items:
            if item.place and item.place.k == k and item.verdict != MISSING and not _is_plain(item):
                number += 1
                blocks.append(Numbered(number, item.place.name, item.parts))
        if len(passes) == 1 or len(blocks) > 1:
            yield Section(tuple(blocks), k)
    yield Section((*_missing(report), *_others(report), *_not_understood(report), *_practise(report)))


def _is_plain(item: ReportItem) -> bool:
    """Whether it is a given value that the work restates rightly: nothing needs to be said about it alone."""
    return item.place is not None and item.place.step is None and item.verdict == CORRECT and not item.remarks


def _restated(report: Report) -> Iterator[Block]:
    names = list(dict.fromkeys(item.place.name for item in report.items if item.place and _is_plain(item)))
    if names:
        yield Paragraph((report.feedback.listed("check.restated", names),))


def _missing(report: Report) -> Iterator[Block]:
    """What was not answered, pass by pass."""
    missing = [(item.place, item.of) for item in report.items if item.verdict == MISSING and item.of and item.place]
    if missing:
        yield Heading(Sentence("check.missing_head"))
    several = len({item.place.k for item in report.items if item.place}) > 1
    for k in dict.fromkeys(place.k for place, _ in missing):
        names = [place.name for place, _ in missing if place.k == k]
        lost = sum((of for place, of in missing if place.k == k), Fraction(0))
        yield Paragraph((report.feedback.missing(names, lost, k if several else None),))


def _others(report: Report) -> Iterator[Block]:
    others = [item for item in report.items if item.place is None]
    if others or report.not_understood:
        yield Heading(Sentence("check.others"))
    if others:
        yield from (Paragraph(tuple(part for part in item.parts if isinstance(part, Sentence))) for item in others)


def _not_understood(report: Report) -> Iterator[Block]:
    """The lines that count for no step, each with the place where understanding stopped."""
    lines = report.not_understood
    yield from (Paragraph((report.feedback.not_understood(answer),)) for answer in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield Paragraph((Sentence("check.more_lines", {"count": len(lines) - MOST_LINES}),))


def _practise(report: Report) -> Iterator[Block]:
    practise = Counter(item.diagnosis for item in report.items if item.diagnosis)
    if practise:
        yield Heading(Sentence("check.practise"))
    for key, times in practise.most_common():
        yield Paragraph((Sentence("check.practise_mistake", {"times": times, "sentence": Words(f"mistakes.{key}")}),))

"""The report on a piece of work: typed items, the same as JSON, and a Document for the writers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from derive.answers.arrangement import transposed
from derive.answers.case import CORRECT, MISSING
from derive.answers.feedback import Feedback
from derive.answers.judging import Judged, Place
from derive.answers.model import Answer, Remark
from derive.digits import printed
from derive.document import Block, Document, Heading, Numbered, Paragraph, Section, Sentence, StepPart, Words
from derive.operations.rows import Flat
from derive.prose import Catalogue, catalogue
from derive.settings import Digits
from derive.solution import Solution
from derive.writers.json import nested

UNMATCHED = "unmatched"

Nested: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Item:
    """One step of the report; `read`, `entries`, `expected`, `follows` nest as the step's value does (`read` as its
    transpose, where that was written).

    id         the step's id; of an unmatched answer its left side as it was written, and no place
    line       of the work, where it has lines; `given` the answer as it was written, "" for none
    verdict    `correct`, `follows`, `missing`, `unreadable`, `wrong` or `unmatched`
    diagnosis  the key of a known mistake, or None; its sentence is part of `message`
    message    what is told the student
    marks, of  what was earned, of how many
    parts      the same as parts of a page
    """

    id: str
    place: Place | None
    line: int | None
    given: str
    read: Nested
    verdict: str
    entries: Nested
    expected: Nested
    follows: Nested
    diagnosis: str | None
    message: str
    remarks: tuple[Remark, ...]
    marks: Fraction
    of: Fraction
    parts: tuple[StepPart, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What a piece of work earned, step by step in the solution's order; answers that match no step come last."""

    title: str
    items: tuple[Item, ...]
    language: str
    feedback: Feedback = field(compare=False, repr=False)

    @property
    def marks(self) -> Fraction:
        """What was earned."""
        return sum((item.marks for item in self.items), Fraction(0))

    @property
    def of(self) -> Fraction:
        """Of how many."""
        return sum((item.of for item in self.items), Fraction(0))

    def __getitem__(self, step: str) -> Item:
        """The item of a step. Raises KeyError."""
        found = next((item for item in self.items if item.id == step), None)
        if found is None:
            raise KeyError(step)
        return found

    def json(self) -> str:
        """The report as JSON, for scripts and checks from outside."""
        words = catalogue(self.language)
        items = [_item(item, words) for item in self.items]
        data = {"marks": _amount(self.marks), "of": _amount(self.of), "items": items}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def document(self) -> Document:
        """The report as a page: the total, each step, what to practise."""
        title = catalogue(self.language)["check.title"].format(title=self.title)
        return Document(title, self.language, {}, tuple(_sections(self)))


def report(solution: Solution, judged: Sequence[Judged], answers: Sequence[Answer], hints: bool = False) -> Report:
    """The report on judged work; with `hints` no expected number is told."""
    feedback = Feedback(solution, hints)
    items = [_made(solution, each, feedback) for each in judged]
    items += [_unmatched(answer, feedback) for answer in answers if not answer.step]
    return Report(solution.problem.title, tuple(items), solution.problem.language, feedback)


def _made(solution: Solution, judged: Judged, feedback: Feedback) -> Item:
    shape = solution.blueprint.derivation.shapes[judged.place.name]
    as_given = shape[::-1] if judged.turned else shape
    digits = solution.problem.numbers.of(judged.place.name.id)
    answer, written = judged.answer, judged.written
    if written and judged.turned:
        written = tuple(transposed(written, as_given))
    follows = _texts(judged.follows, digits) if judged.follows and judged.verdict != CORRECT else None
    remarks = [feedback.remark(remark, answer) for remark in judged.remarks]
    return Item(
        id=judged.place.id,
        place=judged.place,
        line=answer.line if answer else None,
        given=answer.given if answer else "",
        read=nested([_number(w.value) if w else None for w in written], as_given) if written else None,
        verdict=judged.verdict,
        entries=nested(list(judged.entries), shape),
        expected=None if feedback.hints else nested(_texts(judged.expected, digits), shape),
        follows=None if feedback.hints or follows is None else nested(follows, shape),
        diagnosis=judged.diagnosis,
        message=feedback.message(judged),
        remarks=tuple(map(feedback.worded, judged.remarks, remarks)),
        marks=judged.marks,
        of=judged.of,
        parts=(*feedback.step(judged), *remarks),
    )


def _unmatched(answer: Answer, feedback: Feedback) -> Item:
    said = feedback.unmatched(answer)
    remarks = tuple(feedback.worded(remark, feedback.remark(remark, answer)) for remark in answer.remarks)
    return Item(answer.left, None, answer.line, answer.given, None, UNMATCHED, None, None, None, None,
                feedback.plain([said]), remarks, Fraction(0), Fraction(0), (said,))  # fmt: skip


def _texts(values: Flat | None, digits: Digits) -> list[str]:
    longer = Digits(digits.count + 1, digits.decimals)
    return [printed(x, longer, ties=True).text(times="e") for x in values or ()]


def _number(value: Any) -> str:
    return printed(value, Digits(20), ties=True).text(times="e")


def _amount(marks: Fraction) -> int | float:
    return int(marks) if marks.denominator == 1 else round(float(marks), 4)


def _item(item: Item, words: Catalogue) -> dict[str, Any]:
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


# --- the page -------------------------------------------------------------------------------------------------------


def _sections(report: Report) -> Iterator[Section]:
    """The total, the steps of each pass, what was left out, what to practise."""
    yield Section((Paragraph((report.feedback.total(report.marks, report.of),)), *_restated(report)))
    passes = dict.fromkeys(item.place.k for item in report.items if item.place and item.place.step)
    number = 0
    for k in passes:
        blocks: list[Block] = [Heading(Sentence("headings.pass", {"k": k}))] if len(passes) > 1 else []
        for item in report.items:
            if item.place and item.place.k == k and item.verdict != MISSING and not _is_plain(item):
                number += 1
                blocks.append(Numbered(number, item.place.name, item.parts))
        yield Section(tuple(blocks), k)
    yield Section((*_missing(report), *_others(report), *_practise(report)))


def _is_plain(item: Item) -> bool:
    """Whether it is a given value that the work restates rightly: nothing needs to be said about it alone."""
    return item.place is not None and item.place.step is None and item.verdict == CORRECT and not item.remarks


def _restated(report: Report) -> Iterator[Block]:
    names = [item.place.name for item in report.items if item.place and _is_plain(item)]
    if names:
        yield Paragraph((report.feedback.listed("check.restated", names),))


def _missing(report: Report) -> Iterator[Block]:
    missing = [item for item in report.items if item.verdict == MISSING and item.of]
    if missing:
        yield Heading(Sentence("check.missing_head"))
        lost = sum((item.of for item in missing), Fraction(0))
        yield Paragraph((report.feedback.missing([item.id for item in missing], lost),))


def _others(report: Report) -> Iterator[Block]:
    others = [item for item in report.items if item.place is None]
    if others:
        yield Heading(Sentence("check.others"))
        yield from (Paragraph(tuple(part for part in item.parts if isinstance(part, Sentence))) for item in others)


def _practise(report: Report) -> Iterator[Block]:
    practise = Counter(item.diagnosis for item in report.items if item.diagnosis)
    if practise:
        yield Heading(Sentence("check.practise"))
    for key, times in practise.most_common():
        yield Paragraph((Sentence("check.practise_mistake", {"times": times, "sentence": Words(f"mistakes.{key}")}),))

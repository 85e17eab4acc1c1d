"""The report on a piece of work: typed items, the same as JSON, and a Document for the writers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from derive.answers.case import CORRECT, FOLLOWS, MISSING, UNREADABLE, WRONG
from derive.answers.equality import Counterexample
from derive.answers.judging import Judged
from derive.answers.model import Answer, Array, Remark, Unreadable
from derive.digits import printed
from derive.document import Block, Document, Heading, Naming, Numbered, Paragraph, Section, Sentence
from derive.language.names import Name
from derive.operations.rows import Flat
from derive.operations.shapes import indices
from derive.prose import Catalogue, catalogue
from derive.settings import Digits
from derive.solution import Solution
from derive.writers.json import nested

UNMATCHED = "unmatched"
MARKED = 20  # characters shown on either side of a place that cannot be read

Nested: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Item:
    """One step of the report; `read`, `entries`, `expected`, `follows` nest as the step's value does.

    id         the step's id; of an unmatched answer its left side as it was written
    line       of the work, where it has lines; `given` the answer as it was written, "" for none
    verdict    `correct`, `follows`, `missing`, `unreadable`, `wrong` or `unmatched`
    diagnosis  the key of a known mistake, or None; its sentence is part of `message`
    message    what is told the student
    marks, of  what was earned, of how many
    """

    id: str
    name: Name | None
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


@dataclass(frozen=True, slots=True)
class Report:
    """What a piece of work earned, step by step in the solution's order; answers that match no step come last."""

    title: str
    items: tuple[Item, ...]
    language: str

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
        data = {"marks": _amount(self.marks), "of": _amount(self.of), "items": [_item(self, i) for i in self.items]}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def document(self) -> Document:
        """The report as a page: the total, each step, what to practise."""
        return Document(
            _words(self)["check.title"].format(title=self.title), self.language, {}, (Section(tuple(_page(self))),)
        )


def report(solution: Solution, judged: Sequence[Judged], answers: Sequence[Answer], hints: bool = False) -> Report:
    """The report on judged work; with `hints` no expected number is told."""
    words = catalogue(solution.problem.language)
    items = [_made(solution, each, words, hints) for each in judged]
    items += [_unmatched(answer, words) for answer in answers if not answer.step]
    return Report(solution.problem.title, tuple(items), solution.problem.language)


def _made(solution: Solution, judged: Judged, words: Catalogue, hints: bool) -> Item:
    shape = solution.blueprint.derivation.shapes[judged.place.name]
    digits = solution.problem.numbers.of(judged.place.name.id)
    answer, written = judged.answer, judged.written
    expected = _texts(judged.expected, digits)
    follows = _texts(judged.follows, digits) if judged.follows and judged.verdict != CORRECT else None
    remarks = tuple(_worded(remark, words) for remark in judged.remarks)
    return Item(
        id=judged.place.id,
        name=judged.place.name,
        line=answer.line if answer else None,
        given=answer.given if answer else "",
        read=nested([_number(w.value) if w else None for w in written], shape) if written else None,
        verdict=judged.verdict,
        entries=nested(list(judged.entries), shape),
        expected=None if hints else nested(expected, shape),
        follows=None if hints or follows is None else nested(follows, shape),
        diagnosis=judged.diagnosis,
        message=" ".join(_sentences(judged, words, [] if hints else expected, indices(shape))),
        remarks=remarks,
        marks=judged.marks,
        of=judged.of,
    )


def _unmatched(answer: Answer, words: Catalogue) -> Item:
    return Item(answer.left, None, answer.line, answer.given, None, UNMATCHED, None, None, None, None,
                words["check.unmatched"], answer.remarks, Fraction(0), Fraction(0))  # fmt: skip


def _sentences(judged: Judged, words: Catalogue, expected: list[str], places: list[tuple[int, ...]]) -> Iterator[str]:
    """What is told about a step: the verdict, the mistake, the entries concerned, what was expected."""
    content = judged.answer.content if judged.answer else None
    if judged.verdict == UNREADABLE:
        why = words["check.wrong_size" if isinstance(content, Array) else "check.no_value"]
        why = content.message if isinstance(content, Unreadable) else why
        hint = f" ({content.hint})" if isinstance(content, Unreadable) and content.hint else ""
        where = _marked(judged.answer.given, content.start) if judged.answer and isinstance(content, Unreadable) else ""
        yield words["check.unreadable"].format(why=f"{why}{hint}") + where
        return
    yield words[f"check.{judged.verdict}"]
    if judged.diagnosis:
        sentence = words[f"mistakes.{judged.diagnosis}"]
        yield f"{sentence[:1].upper()}{sentence[1:]}"
    if judged.differs:
        yield _difference(judged.differs, words)
    elif judged.answer and judged.written is None and judged.verdict == WRONG:
        yield words["check.formula_asked"]
    elif judged.verdict in {WRONG, FOLLOWS, MISSING}:
        yield from _expectations(judged, words, expected, places)


def _marked(given: str, at: int) -> str:
    """The text around the place that could not be read, with a mark before it."""
    if not 0 <= at < len(given):
        return ""
    before, after = given[max(0, at - MARKED) : at], given[at : at + MARKED]
    return f" {before} >>> {after}"


def _expectations(
    judged: Judged, words: Catalogue, expected: list[str], places: list[tuple[int, ...]]
) -> Iterator[str]:
    """What was expected: of a scalar, or of each wrong entry of an array."""
    if len(judged.entries) == 1:
        if expected:
            yield words["check.expected"].format(expected=expected[0])
        return
    for i, verdict in enumerate(judged.entries):
        w = judged.written[i] if judged.written else None
        if verdict == WRONG and w:
            entry = ",".join(str(n + 1) for n in places[i])
            yield words["check.wrong_entry"].format(entry=entry, written=w.text)
            if expected:
                yield words["check.expected"].format(expected=expected[i])


def _difference(differs: Counterexample, words: Catalogue) -> str:
    """Where two formulas differ, with the values put in."""
    at = ", ".join(f"{name} = {_row(values)}" for name, values in differs.at.items())
    if not at:
        return words["check.formula_shape"]
    return words["check.formula"].format(at=at, first=_row(differs.first), second=_row(differs.second))


def _row(values: tuple[Any, ...]) -> str:
    texts = [printed(x, Digits(4), ties=True).text(times="e") for x in values]
    return texts[0] if len(texts) == 1 else f"[{'; '.join(texts)}]"


def _worded(remark: Remark, words: Catalogue) -> Remark:
    """A remark with its sentence."""
    if remark.message:
        return remark
    message = words[f"check.{remark.kind}"].format(written=remark.written, right=remark.right)
    return Remark(remark.kind, remark.line, remark.written, remark.right, message)


def _texts(values: Flat | None, digits: Digits) -> list[str]:
    longer = Digits(digits.count + 1, digits.decimals)
    return [printed(x, longer, ties=True).text(times="e") for x in values or ()]


def _number(value: Any) -> str:
    return printed(value, Digits(20), ties=True).text(times="e")


def _amount(marks: Fraction) -> int | float:
    return int(marks) if marks.denominator == 1 else round(float(marks), 4)


def _words(report: Report) -> Catalogue:
    return catalogue(report.language)


def _item(report: Report, item: Item) -> dict[str, Any]:
    diagnosis = None
    if item.diagnosis:
        diagnosis = {"mistake": item.diagnosis, "message": _words(report)[f"mistakes.{item.diagnosis}"]}
    remarks = [
        {"kind": r.kind, "line": r.line, "written": r.written, "right": r.right, "message": r.message}
        for r in item.remarks
    ]
    return {
        "id": item.id, "line": item.line, "given": item.given, "read": item.read, "verdict": item.verdict,
        "entries": item.entries, "expected": item.expected, "follows": item.follows, "diagnosis": diagnosis,
        "message": item.message, "remarks": remarks, "marks": _amount(item.marks), "of": _amount(item.of),
    }  # fmt: skip


def _page(report: Report) -> Iterator[Block]:
    words = _words(report)
    total = words["check.total"].format(marks=_amount(report.marks), of=_amount(report.of))
    yield Paragraph((_text(total),))
    number = 0
    for item in report.items:
        if item.verdict == MISSING and not item.of:
            continue
        number += 1
        yield (
            Numbered(number, item.name, tuple(_told(item, words)))
            if item.name
            else Paragraph(tuple(_told(item, words)))
        )
    practise = Counter(item.diagnosis for item in report.items if item.diagnosis)
    if practise:
        yield Heading(Sentence("check.practise"))
        for key, times in practise.most_common():
            yield Paragraph(
                (_text(words["check.practise_mistake"].format(times=times, sentence=words[f"mistakes.{key}"])),)
            )


def _told(item: Item, words: Catalogue) -> Iterator[Sentence]:
    marks = f"{_amount(item.marks)}/{_amount(item.of)}" if item.of else "–"
    line = f", {words['check.line'].format(line=item.line)}" if item.line else ""
    head = {"name": Naming(item.name) if item.name else item.id, "verdict": words[f"verdicts.{item.verdict}"]}
    yield Sentence("check.head", {**head, "marks": marks, "line": line})
    if item.given:
        yield _text(f"{words['check.given']}: {item.given}")
    yield _text(item.message)
    yield from (_text(remark.message) for remark in item.remarks)


def _text(text: str) -> Sentence:
    return Sentence("=", {"text": text})

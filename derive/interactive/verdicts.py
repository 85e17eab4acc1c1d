"""What a student has answered, judged: entry by entry, with what explains it and where to look again."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from derive.answers.feedback.report import Report, ReportItem
from derive.answers.marking.step_answer import FOLLOWS, WRONG
from derive.answers.reading.written import Unreadable
from derive.answers.working.free_working import read_working
from derive.derivation.steps import Derivation
from derive.interactive.exercise import Exercise
from derive.interactive.help import asked
from derive.language.names import Name
from derive.prose.rewording import spoken_fault, spoken_hint
from derive.sheets.answer_file import toml_text
from derive.writers.identity import Identity


def read_as(exercise: Exercise, step: str, given: Any) -> dict[str, Any]:
    """What an answer is read as, as mathematics; or why it cannot be read, and where."""
    field = asked(exercise, step)
    (answer,) = exercise.read({step: given})
    if isinstance(answer.content, Unreadable):
        words = exercise.feedback.words
        why, hint = spoken_fault(answer.content.message, words), spoken_hint(answer.content.hint, words)
        return {
            "why": f"{why} ({hint})" if hint else why,
            "start": answer.content.start,
            "length": answer.content.end - answer.content.start,
        }
    return {"math": exercise.parts([exercise.feedback.answered(field.name, answer.content)])}


def verdicts(exercise: Exercise, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict on every answer, and the marks so far."""
    made = exercise.judged(exercise.read(answers))
    again = _Causes(exercise.solution.blueprint.derivation, made)
    items = {item.id: {**_told(exercise, item), "again": list(again.of(item))} for item in made.items if item.answer}
    return {"items": items, "marks": float(made.marks), "of": float(made.of)}


def free_working(exercise: Exercise, work: str) -> dict[str, Any]:
    """A whole page of work marked line by line, as `derive check` marks it."""
    made = exercise.judged(read_working(work, exercise.solution))
    items = {item.id: _told(exercise, item) for item in made.items if item.answer}
    return {"html": exercise.told(made.document()), "items": items,
            "marks": float(made.marks), "of": float(made.of)}  # fmt: skip


def summary(exercise: Exercise, answers: Mapping[str, Any]) -> dict[str, Any]:
    """How far a student is: the marks, what is missing, and what to practise."""
    made = exercise.judged(exercise.read(answers))
    document = made.document()
    ends = (document.sections[0], document.sections[-1])
    return {"html": exercise.told(replace(document, sections=ends)), "marks": float(made.marks), "of": float(made.of)}


def saved(exercise: Exercise, answers: Mapping[str, Any], student: str) -> dict[str, Any]:
    """The answer file that `derive grade` and `derive check` take."""
    whose = exercise.source.identity
    identity = Identity(whose.code, student or whose.student, "", whose.numbers)
    return {"file": f"{exercise.solution.problem.name}-answers.toml", "text": toml_text(answers, identity)}


def _told(exercise: Exercise, item: ReportItem) -> dict[str, Any]:
    told = exercise.told_of(item)
    return {
        "verdict": item.verdict, "entries": item.entries, "message": told.message, "diagnosis": item.diagnosis,
        "html": told.html, "marks": float(item.marks), "of": float(item.of), "line": item.line,
    }  # fmt: skip


class _Causes:
    """Where the cause of what follows from a student's own numbers lies."""

    def __init__(self, derivation: Derivation, made: Report) -> None:
        self.derivation = derivation
        self.steps = derivation.by_name
        self.updates = {step.name.before: step.name for step in derivation.carried}
        self.wrong = {(item.place.name, item.place.k): item.id for item in made.items
                      if item.place and item.verdict == WRONG}  # fmt: skip

    def of(self, item: ReportItem) -> Iterator[str]:
        """The wrong answers that an answer goes on from, the first first."""
        if item.place is None or item.verdict != FOLLOWS:
            return
        before = self._before(item.place.name, item.place.k)
        yield from (step for place, step in self.wrong.items() if place in before)

    def _before(self, name: Name, k: int) -> set[tuple[Name, int]]:
        """All that a value depends on, through the updates of earlier passes too."""
        found: set[tuple[Name, int]] = set()
        waiting = [(name, k)]
        while waiting:
            name, k = waiting.pop()
            for used in self.steps[name].uses if name in self.steps else ():
                changed = self.derivation.changed_before(used, k) if used in self.updates else 0
                place = (self.updates[used], changed) if changed else (used, k)
                if place not in found:
                    found.add(place)
                    waiting.append(place)
        return found

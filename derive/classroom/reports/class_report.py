"""The report on a class, as a Document: the scores, how each step went, the mistakes, who and what is missing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derive.classroom.records.fairness import Dependence, Fairness, FairnessGroup
from derive.classroom.records.records import MarkChange
from derive.classroom.records.tally import VERDICTS, Tally
from derive.classroom.reports.copied_work import Agreement
from derive.classroom.reports.gradebook import TableStyle
from derive.classroom.returns.inbox import BESIDE, CONFLICT, EMPTY, OTHER, SUPERSEDED, UNKNOWN, UNREADABLE, Return
from derive.classroom.roster.students import Student
from derive.figures import Bar, BarPart, Chart
from derive.language.step_ids import StepId
from derive.page.document import (
    Block,
    Document,
    FigureBlock,
    Heading,
    Inline,
    NameInText,
    Paragraph,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from derive.prose.catalogue import Catalogue, catalogue
from derive.prose.rewording import spoken_reason
from derive.solution import Solution

MOST_LISTED = 200
MOST_STEPS = 60
LONGEST = 300

LISTED = {
    "beside": (BESIDE,), "others": (OTHER, CONFLICT), "unread": (UNREADABLE, UNKNOWN, EMPTY), "twice": (SUPERSEDED,)
}  # fmt: skip
"""The returns that the report lists, by the key of the heading they stand under."""

NOT_MARKED = (UNREADABLE, EMPTY, OTHER, CONFLICT)
"""What came from a student and earned no marks, by what became of it."""

Row = tuple[Sentence, ...]


@dataclass
class Findings:
    """What the report tells, taken up student by student; lists hold MOST_LISTED items at most, their counts all.

    steps    the steps that count, and their marks
    fairness  how the scores go with what was drawn
    agreements  by student, works that agree with another student's in unlikely ways
    changes  marks that are others than before; None where nothing had been marked before
    changed  how many marks changed
    tally    the counts over all students
    missing  students without a return that counts
    returns  by state those that were not simply counted, `states` how many came to each
    failures  what a missing tool could not make, and how often
    """

    steps: Sequence[tuple[str, Fraction]]
    fairness: Fairness
    agreements: Mapping[str, Agreement]
    changes: list[MarkChange] | None
    changed: int = 0
    tally: Tally = field(default_factory=Tally)
    missing: list[Student] = field(default_factory=list)
    returns: dict[str, list[Return]] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)


def class_document(findings: Findings, solution: Solution, style: TableStyle) -> Document:
    """The report as a page, in the problem's language and with its decimal sign, unless the tables have a comma; names
    of steps are the solution's.
    """
    problem = solution.problem
    if style.decimal == ".":
        style = replace(style, decimal=problem.numbers.decimal)
    words = catalogue(problem.language)
    title = words["class.title"].format(title=problem.title)
    blocks = tuple(_Page(findings, solution, style, words).blocks())
    return Document(title, problem.language, {}, (Section(blocks),), problem.page.symbol)


class _Page:
    def __init__(self, findings: Findings, solution: Solution, style: TableStyle, words: Catalogue) -> None:
        self.found, self.tally = findings, findings.tally
        self.solution, self.number, self.words = solution, style.number, words
        self.most = sum((of for _, of in findings.steps), Fraction(0))

    def blocks(self) -> Iterator[Block]:
        """Every part of the report; what there is nothing to say about is left out."""
        yield Paragraph(tuple(self._summary()))
        if self.tally.marked:
            yield from self._scores()
            yield from self._steps()
            yield from self._mistakes()
        if self.found.fairness.says_something:
            yield from self._fairness(self.found.fairness)
        if self.found.changes is not None:
            yield from self._changes(self.found.changes)
        if self.found.agreements:
            yield from self._agreements(self.found.agreements.values())
        yield from self._missing()
        for key, states in LISTED.items():
            yield from self._returns(key, states)

    # --- the class as a whole -----------------------------------------------------------------------------------------

    def _summary(self) -> Iterator[Sentence]:
        tally = self.tally
        yield Sentence("class.marked", {"marked": tally.marked, "students": tally.marked + tally.missing})
        if tally.marked:
            shown = {"mean": tally.mean, "median": tally.median, "best": max(tally.scores), "worst": min(tally.scores)}
            numbers: dict[str, Inline] = {key: self.number(round(x, 2)) for key, x in shown.items()}
            yield Sentence("class.summary", {**numbers, "most": self.number(self.most)})

    def _scores(self) -> Iterator[Block]:
        bins = self.tally.distribution(self.most, self.number)
        students = BarPart(self.words["class.students"], "bar")
        bars = tuple(Bar(label, (count,)) for label, count in bins)
        chart = Chart("upright", (students,), bars, self.words["class.axis"])
        yield Heading(Sentence("class.distribution"))
        yield FigureBlock(chart, "scores", self.words["class.distribution"])
        rows = [(_said(label), _said(str(count))) for label, count in bins if count]
        yield Table((_column("score", "number"), _column("students", "number")), tuple(rows))

    # --- steps and mistakes -------------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[Block]:
        """A bar for each step that counts, and the same as a table."""
        yield Heading(Sentence("class.steps"))
        yield Paragraph((Sentence("class.steps_are"),))
        counts = {step: self._counts(step) for step, _ in self.found.steps}
        parts = tuple(BarPart(self.words[f"class.{verdict}"], verdict) for verdict in VERDICTS)
        bars = tuple(self._bar(step, counts[step]) for step, _ in self.found.steps)
        for start in range(0, len(bars), MOST_STEPS):
            chart = Chart("lying", parts, bars[start : start + MOST_STEPS])
            yield FigureBlock(chart, f"steps-{start}", self.words["class.steps"])
        heads = [_column("step"), *(_column(verdict, "number") for verdict in VERDICTS), _column("mean", "number"),
                 _column("difficulty", "number"), _column("discrimination", "number")]  # fmt: skip
        rows = [self._step_row(step, of, counts[step]) for step, of in self.found.steps]
        yield Table(tuple(heads), tuple(rows))

    def _counts(self, step: str) -> tuple[int, ...]:
        counted = self.tally.steps.get(step, Counter())
        return tuple(counted[verdict] for verdict in VERDICTS)

    def _bar(self, step: str, counts: tuple[int, ...]) -> Bar:
        name, after = self._named(step)
        return Bar(name.name, counts, after)

    def _step_row(self, step: str, of: Fraction, counts: tuple[int, ...]) -> Row:
        mean = round(self.tally.marks.get(step, Fraction(0)) / max(1, sum(counts)), 2)
        of_all = f"{self.number(mean)} / {self.number(of)}"
        share = f"{round(100 * mean / of)} %" if of else ""
        products = self.tally.products.get(step)
        tells = products.correlation if products else None
        discrimination = "" if tells is None else self.number(round(Fraction(tells), 2))
        return self._step(step), *(_said(text) for text in (*map(str, counts), of_all, share, discrimination))

    def _named(self, step: str) -> tuple[NameInText, str]:
        """The name of a step, and its pass where it has one."""
        return NameInText(self.solution.index[step][0]), "" if (k := StepId.parse(step).k) is None else f"@{k}"

    def _step(self, step: str) -> Sentence:
        if step not in self.solution.index:  # it may be one of the problem as it was before
            return _said(step)
        name, after = self._named(step)
        return Sentence("class.name", {"name": name, "after": after})

    def _mistakes(self) -> Iterator[Block]:
        yield Heading(Sentence("class.mistakes"))
        found = sorted(self.tally.mistakes.items(), key=lambda item: (-item[1].total(), item[0]))
        if not found:
            yield Paragraph((Sentence("class.no_mistakes"),))
            return
        rows = [(_said(str(steps.total())), Sentence(f"mistakes.{key}"), _said(_where(steps))) for key, steps in found]
        yield Table((_column("times", "number"), _column("mistake", "long"), _column("where", "long")), tuple(rows))

    # --- the variants -------------------------------------------------------------------------------------------------

    def _fairness(self, fairness: Fairness) -> Iterator[Block]:
        """Scores by how long the drawn numbers are, and how they go with each value that is drawn."""
        groups, dependences = fairness.groups(), fairness.dependences()
        yield Heading(Sentence("class.fairness"))
        told = [self._told(each) for each in dependences if each.is_told]
        yield Paragraph((Sentence("class.fairness_are"), *(told or [Sentence("class.fair")])))
        if len(groups) > 1 and self.most:
            bars = tuple(Bar(_range(each), (round(100 * each.mean / float(self.most)),)) for each in groups)
            part = BarPart(self.words["class.mean_percent"], "bar")
            chart = Chart("upright", (part,), bars, f"{self.words['class.signs']} – {self.words['class.mean_percent']}")
            yield FigureBlock(chart, "fairness", self.words["class.fairness"])
        heads = (_column("signs"), _column("students", "number"), _column("mean_score", "number"),
                 _column("spread", "number"))  # fmt: skip
        rows = [(_said(_range(each)), _said(str(each.students)), self._rounded(each.mean), self._rounded(each.spread))
                for each in groups]  # fmt: skip
        yield Table(heads, tuple(rows))
        rows_of_names = [(self._drawn(each), self._rounded(each.correlation)) for each in dependences]
        if rows_of_names:
            yield Table((_column("drawn"), _column("goes_with", "number")), tuple(rows_of_names))

    def _told(self, dependence: Dependence) -> Sentence:
        share = self.number(Fraction(max(1, round(1000 * dependence.chance)), 10))
        fields: dict[str, Inline] = {"r": self._signed(dependence.correlation), "chance": share}
        if not dependence.name:
            return Sentence("class.unfair_length", fields)
        return Sentence("class.unfair_value", {**fields, "name": NameInText(self.solution.index[dependence.name][0])})

    def _drawn(self, dependence: Dependence) -> Sentence:
        return self._step(dependence.name) if dependence.name else Sentence("class.signs")

    def _rounded(self, value: float) -> Sentence:
        return _said(self._signed(value))

    def _signed(self, value: float) -> str:
        return self.number(round(Fraction(value), 2)).replace("-", "−")

    # --- lists --------------------------------------------------------------------------------------------------------

    def _changes(self, changes: Sequence[MarkChange]) -> Iterator[Block]:
        heads = (_column("student"), _column("step"), _column("before", "number"), _column("after", "number"),
                 _column("why", "long"))  # fmt: skip
        rows = [
            (_said(change.student), self._step(change.step) if change.step else Sentence("class.score"),
             _said(self.number(change.before)), _said(self.number(change.after)), _said(change.why))
            for change in changes
        ]  # fmt: skip
        yield from self._listed("changes", heads, rows, self.found.changed)

    def _agreements(self, agreements: Iterable[Agreement]) -> Iterator[Block]:
        rows = [(_said(each.student), _said(each.remark)) for each in agreements]
        yield from self._listed("agreements", (_column("student"), _column("why", "long")), rows, len(rows))

    def _missing(self) -> Iterator[Block]:
        """Who is without marks, those that handed in nothing first; beside the others why it was not marked."""
        heads = (_column("student"), _column("last_name"), _column("first_name"), _column("handed_in", "long"))
        why = {item.student: item.reason for state in NOT_MARKED for item in self.found.returns.get(state, ())}
        known = all(self.found.states[state] <= len(self.found.returns.get(state, ())) for state in NOT_MARKED)
        nothing = Sentence("class.nothing") if known else _said("")
        rows = [
            (
                _said(who.id),
                _said(who.last_name),
                _said(who.first_name),
                _said(spoken_reason(why[who.id], self.words)) if who.id in why else nothing,
            )
            for who in sorted(self.found.missing, key=lambda who: who.id in why)
        ]
        yield from self._listed("missing_students", heads, rows, self.tally.missing)

    def _returns(self, key: str, states: Sequence[str]) -> Iterator[Block]:
        total = sum(self.found.states[state] for state in states)
        if not total:
            return
        found = [item for state in states for item in self.found.returns.get(state, ())]
        rows = [
            (_said(item.shown), _said(item.student), _said(spoken_reason(item.reason, self.words))) for item in found
        ]
        heads = (_column("return", "long"), _column("student"), _column("why", "long"))
        yield from self._listed(key, heads, rows, total)

    def _listed(self, key: str, heads: tuple[TableColumn, ...], rows: Sequence[Row], total: int) -> Iterator[Block]:
        """A heading, how many there are and what it means, the rows; and where the others are, if they are more."""
        yield Heading(Sentence(f"class.{key}"))
        yield Paragraph((Sentence(f"class.{key}_are", {"n": total}),))
        if rows:
            yield Table(heads, tuple(rows[:MOST_LISTED]))
        if total > len(rows[:MOST_LISTED]):
            yield Paragraph((Sentence("class.more", {"n": total - len(rows[:MOST_LISTED])}),))


def _range(group: FairnessGroup) -> str:
    """From how many to how many: `12–14`."""
    return f"{group.first}–{group.last}" if group.last > group.first else str(group.first)


def _column(key: str, kind: str = "text") -> TableColumn:
    return TableColumn(Sentence(f"class.{key}"), kind)  # type: ignore[arg-type]


def _said(text: str) -> Sentence:
    return Sentence("=", {"text": text if len(text) <= LONGEST else f"{text[:LONGEST]}…"})


def _where(steps: Counter[str]) -> str:
    """`dL/dz_1 (31), L (2)`."""
    return ", ".join(f"{step} ({count})" for step, count in steps.most_common(8))

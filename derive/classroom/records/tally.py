"""Counts over a class, taken up student by student: how each step went, which mistakes, which scores."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import sqrt
from statistics import median

from derive.classroom.records.records import Record
from derive.figures.charts import Tone

VERDICTS: tuple[Tone, ...] = ("correct", "precision", "follows", "wrong", "missing", "unreadable")
MOST_BINS = 20
TINY = 1e-9


@dataclass
class Products:
    """Sums over students of two numbers, of their squares and of their product."""

    count: int = 0
    x: float = 0
    y: float = 0
    xx: float = 0
    yy: float = 0
    xy: float = 0

    def add(self, x: Fraction, y: Fraction) -> None:
        """Count a pair."""
        first, second = float(x), float(y)
        self.count += 1
        self.x += first
        self.y += second
        self.xx += first * first
        self.yy += second * second
        self.xy += first * second

    @property
    def correlation(self) -> float | None:
        """Pearson's coefficient; None where one of the two is the same for all."""
        spread = (self.count * self.xx - self.x**2) * (self.count * self.yy - self.y**2)
        return (self.count * self.xy - self.x * self.y) / sqrt(spread) if spread > TINY else None


@dataclass
class Tally:
    """What is known of the students counted so far.

    steps     step → verdict → how many of those who handed something in
    marks     step → the sum of the marks for it
    products  step → the sum of its marks times the score on the other steps, and of the squares of both
    mistakes  known mistake → step → how many
    scores    score → how many
    missing   how many have no return that counts
    """

    steps: dict[str, Counter[str]] = field(default_factory=dict)
    marks: dict[str, Fraction] = field(default_factory=dict)
    products: dict[str, Products] = field(default_factory=dict)
    mistakes: dict[str, Counter[str]] = field(default_factory=dict)
    scores: Counter[Fraction] = field(default_factory=Counter)
    missing: int = 0

    def add(self, record: Record | None) -> None:
        """Count a student; None for one without a return that counts."""
        if record is None:
            self.missing += 1
            return
        self.scores[record.score] += 1
        for mark in record.marks:
            self.steps.setdefault(mark.step, Counter())[mark.verdict] += 1
            self.marks[mark.step] = self.marks.get(mark.step, Fraction(0)) + mark.marks
            self.products.setdefault(mark.step, Products()).add(mark.marks, record.earned - mark.marks)
            if mark.mistake:
                self.mistakes.setdefault(mark.mistake, Counter())[mark.step] += 1

    @property
    def marked(self) -> int:
        """How many students were marked."""
        return self.scores.total()

    @property
    def mean(self) -> Fraction:
        """The mean score of those who were marked; 0 where nobody was."""
        return sum((score * n for score, n in self.scores.items()), Fraction(0)) / max(1, self.marked)

    @property
    def median(self) -> Fraction:
        """The score in the middle, of two in the middle the mean; 0 where nobody was marked."""
        return median(self.scores.elements()) if self.scores else Fraction(0)

    def distribution(self, most: Fraction, number: Callable[[Fraction], str] = str) -> list[tuple[str, int]]:
        """How many scores fall on each mark up to `most`, or from each mark to the next where scores lie between them;
        of many marks, into each of ten equal parts of them. `number` writes the marks.
        """
        if most.denominator == 1 and most <= MOST_BINS:
            edges = [Fraction(i) for i in range(int(most) + 1)]
        else:
            edges = [most * i / 10 for i in range(10)]
        labels = [f"{number(edge)}–{number(after)}" for edge, after in zip(edges, [*edges[1:], most], strict=True)]
        if edges[-1] == most:
            whole = all(score.denominator == 1 for score in self.scores)
            labels = [number(edge) for edge in edges] if whole else [*labels[:-1], number(most)]
        counts = [0] * len(edges)
        for score, n in self.scores.items():
            counts[max(i for i, edge in enumerate(edges) if edge <= score or i == 0)] += n
        return list(zip(labels, counts, strict=True))

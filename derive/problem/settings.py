"""What a problem file sets beside its mathematics: how numbers are printed, what the page says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

CARRIES = ("exact", "rounded")
DECIMAL_SIGNS = (".", ",")
MULTIPLICATION_SIGNS = ("·", "×")
SIGNS_OF_A_LANGUAGE = ("decimal", "multiplication")
"""The settings of numbers for which each language has a way of its own."""
UNTAGGED = "LaTeX makes no accessible PDF"
DETAILS = ("full", "short")
LONGEST = 50  # digits of a printed number


@dataclass(frozen=True, slots=True)
class Digits:
    """How long a printed number is: `count` significant digits, or decimals."""

    count: int = 4
    decimals: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """`carry` is `exact` or `rounded` (each step goes on with the printed number), `decimal` the decimal sign,
    `multiplication` the sign between factors, `steps` the digits of single steps by id. `by_language` says which signs
    are the language's own.
    """

    digits: Digits = Digits()
    carry: str = "exact"
    decimal: str = "."
    multiplication: str = "·"
    by_language: frozenset[str] = field(default=frozenset(), compare=False)
    steps: Mapping[str, Digits] = field(default_factory=dict)

    def of(self, step: str) -> Digits:
        """The digits of a step, and of what is worked out on the way to it (`p~1`)."""
        return self.steps.get(step.partition("~")[0], self.digits)


PARTS = ("given", "figures", "training", "passes", "follow", "closed", "check")
"""The parts of a page that may be put in another order."""
BREAKS = ("passes", "forward", "backward", "update", "after", "follow", "training", "closed")
"""What may begin a page."""
FIGURES = ("network", "unrolled", "graph", "windows", "attention", "parts", "loss", "boundary")
"""The pictures of a page."""
REASONS = ("full", "short", "none")
ALIKE = ("auto", "once", "each")
SYMBOLS = ("d", "∂")
"""How the d of derivatives is written."""
ENGINES = ("auto", "latex", "typst")


FEW, MOST_SHOWN = 3, 600
"""Entries of an array on the page of a large model, and how many numbers make it one."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page beside the mathematics; `symbol` is the d of derivatives, `detail` full or short.

    entries   how many entries of an array are printed; None: all. Of a large model few of each are, see `shown_entries`
    engine    what makes the PDF: `latex`, `typst`, or `auto`, LaTeX unless its fonts lack letters
    accessible  whether the PDF has to be one for everyone, PDF/UA-1, which Typst makes
    intro     whether it says how its numbers are carried and printed
    update    whether the update stands on it, and what follows from it
    closed    whether the loss stands there as one expression
    check     whether it says what the gradients were checked with
    figures   those of FIGURES that are drawn
    reasons   `full`; `short`: the reasons of steps and conventions; `none`: conventions alone
    order     PARTS that come first, in their order; the others follow in the usual one
    breaks    those of BREAKS that begin a page
    follow    the entry of a parameter that is followed to the loss, by id
    alike     whether steps of one form are worked out `each`, or the first `once`; `auto`: of long pages
    """

    course: str = ""
    author: str = ""
    date: str = ""
    task: str = ""
    symbol: str = "d"
    detail: str = "full"
    ask: tuple[str, ...] = ()
    entries: int | None = 100
    engine: str = "auto"
    accessible: bool = False
    intro: bool = True
    update: bool = True
    closed: bool = True
    check: bool = True
    figures: tuple[str, ...] = FIGURES
    reasons: str = "full"
    order: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    alike: str = "auto"
    follow: str = ""

    @property
    def worked(self) -> int | None:
        """How many numbers the working of an array may take before only its first entries are worked out."""
        return None if self.entries is None else self.entries // 2

    @property
    def few(self) -> bool:
        """Whether it shows no more of an array than its corners: steps of one form are then told without values."""
        return self.entries is not None and self.entries <= FEW


def shown_entries(sizes: Iterable[int]) -> int:
    """How many entries of an array a page shows where nobody says it, for arrays of these `sizes`: few where some are
    cut off anyway and all together would fill many pages.
    """
    sizes, most = list(sizes), Page().entries
    assert most
    return FEW if max(sizes, default=0) > most and sum(min(size, most) for size in sizes) > MOST_SHOWN else most


@dataclass(frozen=True, slots=True)
class Marking:
    """How work is marked.

    digits   the significant digits that are wanted; None: one fewer than printed
    marks    of a step, shared over its entries
    entry    of one entry of a step, instead; None: `marks` a step
    remark   what a remark costs
    short    the share of its marks that a right number earns which is too short to tell: one digit, 5 % off or more
    steps    the marks of single steps by id
    exact    steps that must be exact, not rounded
    formula  steps that must be formulas
    """

    digits: int | None = None
    marks: Fraction = Fraction(1)
    entry: Fraction | None = None
    remark: Fraction = Fraction(0)
    short: Fraction = Fraction(0)
    steps: Mapping[str, Fraction] = field(default_factory=dict)
    exact: tuple[str, ...] = ()
    formula: tuple[str, ...] = ()


ATTEMPTS = ("last", "best", "first")
"""Which of several returns of a student counts."""


@dataclass(frozen=True, slots=True)
class GradeRules:
    """How a class is graded.

    attempts  one of ATTEMPTS
    due       until when work is handed in, in the teacher's time; None: no deadline
    late      the part of the marks that each day begun after it takes off; 1 takes all
    marks     the grades, each with the percentage that it takes, the highest first
    """

    attempts: str = "last"
    due: datetime | None = None
    late: Fraction = Fraction(0)
    marks: tuple[tuple[str, Fraction], ...] = ()


ROOMS = ("lines", "boxes", "grid")
LEVELS = ("results", "working", "formulas", "everything")
"""What a sheet blanks, each with all before it: results, the lines that lead to them, the formulas that the derivation
adds, and everything else that it says."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What an exercise sheet leaves to the student.

    blank   one of LEVELS
    steps   the steps that are blanked, by id; none: those of `[page] ask`, or else every step
    hints   whether a last page gives hints
    figure  whether the network is drawn
    room    one of ROOMS: what a version for paper has under each question; "" for no such version
    """

    blank: str = "working"
    steps: tuple[str, ...] = ()
    hints: bool = False
    figure: bool = True
    room: str = ""

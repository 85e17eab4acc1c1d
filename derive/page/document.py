"""The page's model: blocks that hold expressions and refer to (step, entry); no TeX, no numbers, no prose.

What depends on values is a predicate (Condition, Relation) that a view answers when a writer fills its slots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from derive.errors import with_caret
from derive.language.expressions import Apply, Expr, Index, names_in
from derive.language.names import Name
from derive.page.chains import Addends, Chain, Formula, NumberList, Result

if TYPE_CHECKING:
    from derive.figures import Picture
    from derive.problem.problem import Problem


@dataclass(frozen=True, slots=True)
class Condition:
    """A question about values: `kind` of the entries of `name` or of `others` (or of the arguments of `expr`, of one
    of `exprs`), or of the terms of `sums`.
    """

    kind: str
    name: Name
    expr: Expr | None = None
    others: tuple[Name, ...] = ()
    sums: tuple[Addends, ...] = ()
    exprs: tuple[Expr, ...] = ()

    @property
    def names(self) -> tuple[Name, ...]:
        """The names whose values it asks about."""
        terms = (name for sum_ in self.sums for term, _ in sum_.terms for name in names_in(term))
        exprs = self.exprs if self.expr is None else (self.expr, *self.exprs)
        return (self.name, *self.others, *(name for expr in exprs for name in names_in(expr)), *terms)


@dataclass(slots=True, eq=False)
class Mentions:
    """Where on the page something is said that is said once: the condition of each place, and its pass, in order.

    It grows while the page is composed.
    """

    conditions: list[tuple[Condition | None, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class First:
    """Whether the place `at` is the first of its places whose condition holds."""

    places: Mentions
    at: int

    @property
    def names(self) -> tuple[Name, ...]:
        """The names whose values it asks about."""
        conditions = self.places.conditions[: self.at + 1]
        return tuple(name for condition, _ in conditions if condition for name in condition.names)


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the catalogue inside a sentence, by key: their places hold what the sentence's do."""

    key: str


Inline: TypeAlias = (
    "Formula | Result | NumberList | MeanLoss | Prediction | NameInText | Gap | Fact | OnKink | PoolWinners"
    " | Words | Verbatim | InlineRow | str | int"
)
"""What stands in a sentence's place; a text stands there as it is, whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text that somebody else wrote: a page shows what it can set of it, and a box for each other character."""

    text: str


@dataclass(frozen=True, slots=True)
class InlineRow:
    """Several things inside a sentence, one behind the other."""

    items: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class NameInText:
    """A name inside a sentence, `indexed` with the letters of its indices, or one entry of it."""

    name: Name
    indexed: bool = False
    index: Index | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """To how many decimals all that is printed 0 at the `places` is known to be 0, inside a sentence."""

    places: Mentions


@dataclass(frozen=True, slots=True)
class OnKink:
    """The entries that lie on the kink of an operation in the equation of `name`, inside a sentence: of its argument,
    or where an entry is made of many, of `name`.
    """

    expr: Apply
    name: Name


@dataclass(frozen=True, slots=True)
class PoolWinners:
    """The entries that a max pooling chose, inside a sentence."""

    expr: Apply


@dataclass(frozen=True, slots=True)
class Gap:
    """1 − |value| inside a sentence, for a saturated scalar."""

    name: Name


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a name would be in pass `k` for a sample, inside a sentence: the values that the sample gives."""

    name: Name
    index: Index
    k: int
    sample: tuple[tuple[Name, tuple[Fraction, ...]], ...]


@dataclass(frozen=True, slots=True)
class MeanLoss:
    """The mean of the losses of the passes from `first` to `last`, inside a sentence."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the catalogue, by key, with what stands in its places; said only if `when` holds.

    `tone` is the verdict that it tells, where it tells one: a page may set it so that it is seen at once.
    """

    key: str
    fields: Mapping[str, Inline] = field(default_factory=dict)
    when: Condition | First | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a section of the page, 2 a part of it, 3 a part of that. `near`: what stands right above it
    belongs to what follows, and no page ends between the two.
    """

    sentence: Sentence
    level: int = 1
    near: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences in a row; `kind` is `text`, `task` or `note`."""

    sentences: tuple[Sentence, ...]
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Givens:
    """The given values, each `name = value`; `near`: what follows belongs to them, and no page ends between the two."""

    names: tuple[Name, ...]
    near: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Chains one under the other, aligned at their first relation; `whole` if every entry of the array has one."""

    chains: tuple[Chain, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Joined:
    """A chain and others that explain it, in one line where it is long enough: `a = b c, where b = …`."""

    chain: Chain
    explained: tuple[Chain, ...]
    word: Sentence


@dataclass(frozen=True, slots=True)
class Beside:
    """Chains in a row, as many in a line as it holds."""

    chains: tuple[Chain, ...]


@dataclass(frozen=True, slots=True)
class PageRemark:
    """A sentence with what it shows, said only if `when` holds."""

    sentence: Sentence
    chains: tuple[Chain, ...]
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text as it was written, with a mark under `length` characters from `start` on."""

    text: str
    start: int
    length: int

    def lines(self) -> list[str]:
        """The line that is meant, as much of it as can be shown, and the mark under it."""
        before = self.text[: self.start]
        start = before.rfind("\n") + 1
        return with_caret(self.text[start:].split("\n")[0], self.start - start, self.length)


StepPart: TypeAlias = Chain | Lines | Beside | Joined | Sentence | PageRemark | Quoted


@dataclass(frozen=True, slots=True)
class Numbered:
    """A step of the solution: its number, then what it consists of, in order."""

    number: int
    step: Name
    parts: tuple[StepPart, ...]


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A figure, as data. `name` ends the name of its file, `alt` says what it shows, `caption` how to read it."""

    figure: Picture
    name: str
    alt: str
    caption: Sentence | None = None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table: its head, and how it is set: `text`, `number` (decimal signs in one line), `count` (to the
    right) or `long` (broken in lines).
    """

    head: Sentence
    kind: Literal["text", "number", "count", "long"] = "text"

    @property
    def is_numeric(self) -> bool:
        """Whether it stands to the right."""
        return self.kind in {"number", "count"}


WORTH_DOTS = 6  # rows: fewer are not left out


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of sentences under the heads of their columns; of more than `most` the first ones, dots and the last."""

    columns: tuple[TableColumn, ...]
    rows: Sequence[tuple[Sentence, ...]]
    most: int | None = None

    @property
    def shown(self) -> Table:
        """The table with the rows that stand on the page."""
        if self.most is None or len(self.rows) <= self.most + WORTH_DOTS:
            return self
        dots = (Sentence("=", {"text": "…"}),) * len(self.columns)
        return Table(self.columns, (*self.rows[: self.most - 2], dots, self.rows[-1]))


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins a page."""


@dataclass(frozen=True, slots=True)
class WritingRoom:
    """Where an answer is written by hand: `lines`, a box or a `grid`, so many lines high."""

    kind: str
    lines: int


Block: TypeAlias = NewPage | WritingRoom | Heading | Paragraph | Givens | Numbered | FigureBlock | Table | Chain


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks about one pass: every name in them means its value in that pass."""

    blocks: tuple[Block, ...]
    k: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A page: its head, and sections in order. In `hidden` are names and passes whose values do not stand on it. `step`
    is the id of the step that stands alone on it, without a title.
    """

    title: str
    language: str
    head: Mapping[str, str]
    sections: tuple[Section, ...]
    symbol: str = "d"
    aliases: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[tuple[Name, int]] = frozenset()
    step: str = ""

    @property
    def blocks(self) -> Iterator[tuple[Block, int]]:
        """All blocks in order, each with its pass."""
        return ((block, section.k) for section in self.sections for block in section.blocks)

    @property
    def numbered(self) -> tuple[tuple[Name, int], ...]:
        """The steps that have numbers, in order, each with its pass."""
        return tuple((block.step, k) for block, k in self.blocks if isinstance(block, Numbered))

    def with_blocks(self, changed: Callable[[Block, int], Block]) -> Document:
        """The page with each block changed, by its pass."""
        sections = (replace(each, blocks=tuple(changed(b, each.k) for b in each.blocks)) for each in self.sections)
        return replace(self, sections=tuple(sections))


def blank_page(problem: Problem) -> Document:
    """A page on which nothing stands yet, in the problem's language, d and names."""
    aliases = {step: names[0] for step, names in problem.aliases.items()}
    return Document(problem.title, problem.language, {}, (), problem.page.symbol, aliases)

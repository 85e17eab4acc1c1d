"""A worked page → the exercise: the same Document with blanks in place of what a student is to find.

Nothing is composed anew. Of the steps that are asked, links of chains are taken away and results become places to fill
in; values that are hidden are blanks in every other slot of the page as well, so that no later line tells them.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TypeAlias

from derive.derivation.steps import Derivation, Step
from derive.errors import Fault, InputError, suggestion
from derive.language.expressions import Number, names_in
from derive.language.names import Derivative, Name, Symbol
from derive.page.chains import ARROW, Addends, Blank, Chain, ChainLink, Formula, Result, Room, Terms
from derive.page.document import (
    Beside,
    Block,
    Document,
    Gap,
    Inline,
    InlineRow,
    Joined,
    Lines,
    Numbered,
    OnKink,
    PageRemark,
    Paragraph,
    PoolWinners,
    Section,
    Sentence,
    StepPart,
    Table,
)
from derive.page.lines.step_lines import chains_in
from derive.problem.settings import LEVELS, Sheet

RESULTS, WORKING, FORMULAS, EVERYTHING = range(len(LEVELS))
LONGEST_WHOLE = 100  # rows of a table that a sheet has whole
LIKEWISE = "notes.likewise"
PagePlace: TypeAlias = tuple[Name, int]
"""A name and a pass."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sheet asks: the id of each blank step by name and pass, and all names and passes that are hidden."""

    ids: Mapping[PagePlace, str]
    hidden: frozenset[PagePlace]


def asked_steps(derivation: Derivation, document: Document, sheet: Sheet) -> Asked:
    """The steps that a sheet blanks. Raises InputError for one that is not on the page."""
    steps = {(step.name, k): step for step, k in _on_page(derivation, document)}
    ids = {place: derivation.id_in(step.name, place[1]) for place, step in steps.items()}
    wanted = sheet.steps or derivation.problem.asked
    if unknown := [step for step in wanted if step not in ids.values()]:
        where = "[sheet] blank" if sheet.steps else "[page] ask"
        raise InputError(
            Fault(f"{where}: the step `{step}` is not on the page", suggestion(step, ids.values()),
                  derivation.problem.place(where)) for step in unknown
        )  # fmt: skip
    chosen = {place: step for place, step in ids.items() if not wanted or step in wanted}
    return Asked(chosen, frozenset(_hidden(derivation, {section.k for section in document.sections}, chosen.keys())))


def _hidden(derivation: Derivation, passes: set[int], asked: AbstractSet[PagePlace]) -> Iterator[PagePlace]:
    """What is asked and all that is computed from it, in the passes of the page: each of them would tell it."""
    carried: set[Name] = set()
    updates = derivation.problem.update.steps if derivation.problem.update else 0
    for k in sorted(passes):
        known = set(carried)
        for step in derivation.worked(k, updates):
            if (step.name, k) in asked or not known.isdisjoint(step.uses):
                known |= {step.name, *(way.name for way in derivation.interims.get(step.name, ()))}
        yield from ((name, k) for name in known)
        changed: dict[Name, Name] = {s.name: s.name.before for s in derivation.updates_in(k)
                                     if isinstance(s.name, Symbol)}  # fmt: skip
        carried = {before for name, before in changed.items() if name in known} | (carried - {*changed.values()})


def _on_page(derivation: Derivation, document: Document) -> Iterator[tuple[Step, int]]:
    """The steps that stand on the page, with their passes."""
    steps = derivation.by_name
    for block, k in document.blocks:
        if isinstance(block, Numbered):
            for name in dict.fromkeys(chain.head for chain in chains_of(block)):
                if name and name in steps:
                    yield steps[name], k


def chains_of(block: Numbered) -> Iterator[Chain]:
    """The chains of a numbered step, in order."""
    return (chain for part in block.parts for chain in chains_in(part))


def blanked(document: Document, derivation: Derivation, sheet: Sheet) -> Document:
    """The exercise of a worked page. Raises InputError for a step to blank that is not on the page."""
    asked = asked_steps(derivation, document, sheet)
    level = WORKING if sheet.steps else LEVELS.index(sheet.blank)
    sections = tuple(
        replace(section, blocks=tuple(_Section(section, derivation, asked, level).blocks()))
        for section in document.sections
        if not _follows(section, asked)
    )
    return replace(document, sections=sections, hidden=asked.hidden)


def _follows(section: Section, asked: Asked) -> bool:
    """Whether a later pass asks nothing, and all of it follows from what is asked before."""
    steps = [(block.step, section.k) for block in section.blocks if isinstance(block, Numbered)]
    return section.k > 1 and bool(steps) and asked.ids.keys().isdisjoint(steps) and not asked.hidden.isdisjoint(steps)


def _on_the_way(part: StepPart) -> bool:
    """Whether a part works out an interim result."""
    chain = part.chains[0] if isinstance(part, Lines) else part
    return isinstance(chain, Chain) and isinstance(chain.head, Symbol) and chain.head.interim > 0


class _Section:
    """One pass of the page."""

    def __init__(self, section: Section, derivation: Derivation, asked: Asked, level: int) -> None:
        self.section, self.asked, self.level = section, asked, level
        self.steps = derivation.by_name

    def blocks(self) -> Iterator[Block]:
        for block in self.section.blocks:
            if isinstance(block, Numbered):
                yield replace(block, parts=tuple(self._parts(block)))
            elif isinstance(block, Paragraph):
                sentences = tuple(sentence for sentence in block.sentences if not self._tells(sentence))
                if sentences:
                    yield replace(block, sentences=sentences)
            elif isinstance(block, Table):
                yield block if len(block.rows) > LONGEST_WHOLE else replace(block, most=None)  # whoever works needs it
            else:
                yield block

    def _parts(self, block: Numbered) -> Iterator[StepPart]:
        blank = self._id(block.step) is not None
        lines = next((part for part in block.parts if isinstance(part, Lines)), None)
        left = self._lines(lines) if lines else None
        for part in block.parts:
            if isinstance(part, Sentence):
                unsaid = self._tells(part) or (part.key == LIKEWISE and left is None)
                yield from () if unsaid or (blank and self._is_of_working(part)) else (part,)
            elif blank and (isinstance(part, PageRemark) or (self.level >= WORKING and _on_the_way(part))):
                continue
            elif not (left and lines and lines.whole and self._is_assembled(part)):
                yield from self._shown(part)

    def _shown(self, part: StepPart) -> Iterator[StepPart]:
        """What is left of a part that holds chains."""
        match part:
            case Joined():
                yield from self._joined(part)
            case Lines():
                kept = self._lines(part)
                yield from (kept,) if kept else ()
            case Beside():
                kept_chains = tuple(each for chain in part.chains for each in self._chain(chain))
                yield from (Beside(kept_chains),) if kept_chains else ()
            case PageRemark():
                yield replace(part, chains=tuple(each for chain in part.chains for each in self._chain(chain)))
            case Chain():
                yield from self._chain(part)
            case _:
                yield part

    def _is_of_working(self, sentence: Sentence) -> bool:
        """Whether a sentence at a step that is asked is part of what is to be found: it depends on the values, or tells
        what became of them.
        """
        shows = any(isinstance(value, OnKink | PoolWinners | Result) for value in sentence.fields.values())
        return self.level >= FORMULAS or sentence.when is not None or shows

    def _id(self, name: Name | None) -> str | None:
        return self.asked.ids.get((name, self.section.k)) if name else None

    def _hides(self, name: Name, k: int | None = None) -> bool:
        return (name, k or self.section.k) in self.asked.hidden

    # --- chains ----------------------------------------------------------------------------------------------------

    def _joined(self, joined: Joined) -> Iterator[StepPart]:
        """The formula of a step with the local derivatives in it; where everything is blank the step asks by itself."""
        if self.level == EVERYTHING and self._id(joined.chain.head):
            return
        (chain,) = self._chain(joined.chain) or (joined.chain,)
        explained = tuple(each for part in joined.explained for each in self._chain(part))
        yield replace(joined, chain=chain, explained=explained) if explained else chain

    def _lines(self, lines: Lines) -> Lines | None:
        """Entry by entry. Where working is blank, or an entry has no line, the array is asked as a whole instead;
        of the entries that are worked out there stands what leads to them.
        """
        head = lines.chains[0].head
        asked = self._id(head)
        if (asked and self.level >= WORKING) or (not asked and head is not None and self._hides(head)):
            return None
        chains = tuple(each for chain in lines.chains for each in self._chain(chain))
        if asked and not lines.whole:
            led = (tuple(x for x in chain.links if not isinstance(x.shown, Blank)) for chain in chains)
            chains = tuple(replace(chain, links=links) for chain, links in zip(chains, led, strict=True) if links)
        return replace(lines, chains=chains) if chains else None

    def _is_assembled(self, chain: StepPart) -> bool:
        """Whether a blank chain only repeats the entries above it as an array."""
        results = isinstance(chain, Chain) and len(chain.links) == 1 and isinstance(chain.links[0].shown, Result)
        return isinstance(chain, Chain) and results and self._id(chain.head) is not None

    def _chain(self, chain: Chain) -> tuple[Chain, ...]:
        """The chain with its blanks; none where nothing is left of it."""
        step = self._id(chain.head)
        if step is None and chain.head is not None and self._hides(chain.head):
            links = [link for link in chain.links if isinstance(link.shown, Formula) and not link.shown.numbers]
        elif step is None:
            links = [link for link in chain.links if not self._is_told(link)]
        else:
            links = [kept for link in chain.links for kept in self._link(link, chain, step)]
        if links and chain.links[0].relation == ARROW:  # what is left of an update still says that it is one
            links[0] = replace(links[0], relation=ARROW)
        return (replace(chain, links=tuple(links)),) if links else ()

    def _is_told(self, link: ChainLink) -> bool:
        """Whether a link of a step that is shown tells a hidden value."""
        terms = link.shown.terms if isinstance(link.shown, Terms | Addends) else ()
        return any(self._hides(name) for term, _ in terms for name in names_in(term))

    def _link(self, link: ChainLink, chain: Chain, step: str) -> Iterator[ChainLink]:
        """What is left of a link of a step that is asked."""
        assert chain.head is not None
        shown = link.shown
        number = isinstance(shown, Formula) and isinstance(shown.expr, Number)
        if isinstance(shown, Result) or (number and link is chain.links[-1]):
            yield replace(link, shown=Blank(step, chain.head, chain.index))
        elif number:  # 1/5 before the result 0.2: one place to fill in, not two
            return
        elif not isinstance(shown, Formula) or shown.numbers:
            if self.level == RESULTS and not self._is_told(link):
                yield link
        elif self.level < FORMULAS:
            yield link
        elif link is chain.links[0]:
            yield from self._formula(link, chain.head)

    def _formula(self, link: ChainLink, name: Name) -> Iterator[ChainLink]:
        """The equations of the forward pass are the problem; those that the derivation adds are left to the student."""
        if self.steps[name].phase in {"forward", "loss"} and not isinstance(name, Derivative):
            yield link
        elif self.level == FORMULAS:
            yield replace(link, shown=Room())

    # --- sentences ---------------------------------------------------------------------------------------------------

    def _tells(self, sentence: Sentence) -> bool:
        """Whether a sentence depends on hidden values, or shows one."""
        asked = sentence.when.names if sentence.when else ()
        return any(map(self._hides, asked)) or any(map(self._shows, sentence.fields.values()))

    def _shows(self, value: Inline) -> bool:
        """Whether something in a sentence shows a hidden value, or what follows from one."""
        if isinstance(value, Result):
            return self._hides(value.name, value.k)
        if isinstance(value, InlineRow):
            return any(map(self._shows, value.items))
        if isinstance(value, OnKink | PoolWinners):
            return any(map(self._hides, names_in(value.expr)))
        return isinstance(value, Gap) and self._hides(value.name)

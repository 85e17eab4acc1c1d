"""The last page of a sheet: for each step that is asked what kind of step it is, its formula, where the numbers go.

All of it is taken from the worked page and its prose; values that the sheet hides are boxes here too.
"""

from collections.abc import Callable, Iterator, Mapping

from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Number, names_in
from derive.language.names import Name
from derive.page.chains import Addends, Chain, EntryGrid, Formula
from derive.page.document import (
    Block,
    Document,
    Heading,
    NameInText,
    NewPage,
    Numbered,
    Paragraph,
    Section,
    Sentence,
    Words,
)
from derive.page.lines.formula_patterns import Forward
from derive.page.lines.reasons import reason_of
from derive.sheets.blanks import PagePlace, chains_of


def hints(
    key: Document, derivation: Derivation, asked: Mapping[str, PagePlace], hidden: frozenset[PagePlace]
) -> Iterator[Section]:
    """The sections of the last page; a step that is asked in several passes has its hints once."""
    first: dict[Name, int] = {}
    for name, k in asked.values():
        first.setdefault(name, k)
    steps, around = derivation.by_name, Forward(derivation)
    kinds = [Paragraph((_kind(around, steps[name]),)) for name in first]
    yield Section((NewPage(), Heading(Sentence("sheet.hints")), Paragraph((Sentence("sheet.hints_how"),), "note"),
                   Heading(Sentence("sheet.kind"), 2), *kinds))  # fmt: skip
    for title, wanted in (("sheet.formula", _is_formula), ("sheet.numbers", _has_numbers)):
        heading: list[Block] = [Heading(Sentence(title), 2)]
        for section in key.sections:
            places = {name for name, k in first.items() if k == section.k}
            if blocks := list(_chains(section, places, wanted, hidden)):
                yield Section((*heading, *blocks), section.k)
                heading = []


def hint_blocks(
    key: Document, derivation: Derivation, place: PagePlace, hidden: frozenset[PagePlace]
) -> list[list[Block]]:
    """The hints for one step, level by level: what kind of step it is, its formula, where the numbers go."""
    name, k = place
    sections = [section for section in key.sections if section.k == k]
    shown = [
        [chain for section in sections for chain in _chains(section, {name}, wanted, hidden)]
        for wanted in (_is_formula, _has_numbers)
    ]
    kind = Paragraph((_kind(Forward(derivation), derivation.by_name[name]),))
    return [[kind], *(list[Block](chains) for chains in shown)]


def _kind(around: Forward, step: Step) -> Sentence:
    """What kind of step it is, in a sentence: the reason that the page gives, or what its phase says."""
    reason = reason_of(around, step)
    if reason is None:
        reason = Sentence(f"hints.{'local' if step.rule.is_local else _phase(step)}")
    return Sentence("sheet.hint", {**reason.fields, "name": NameInText(step.name), "text": Words(reason.key)})


def _phase(step: Step) -> str:
    return step.phase if step.phase != "forward" or step.rule == "formula" else "function"


def _chains(
    section: Section, names: set[Name], wanted: Callable[[object], bool], hidden: frozenset[PagePlace]
) -> Iterator[Chain]:
    """Of each of the steps the links of a kind."""
    for block in section.blocks:
        for chain in chains_of(block) if isinstance(block, Numbered) else ():
            links = [link for link in chain.links if chain.head in names and wanted(link.shown)]
            kept = tuple(link for link in links if not _tells(link.shown, section.k, hidden))
            if kept:
                yield Chain(chain.head, kept, chain.index)


def _is_formula(shown: object) -> bool:
    return isinstance(shown, Formula) and not shown.numbers and not isinstance(shown.expr, Number)


def _has_numbers(shown: object) -> bool:
    return isinstance(shown, EntryGrid | Addends) or (isinstance(shown, Formula) and shown.numbers)


def _tells(shown: object, k: int, hidden: frozenset[PagePlace]) -> bool:
    """Whether the terms that are left out would tell which hidden values are 0."""
    terms = shown.terms if isinstance(shown, Addends) else ()
    return any((name, k) in hidden for term, _ in terms for name in names_in(term))

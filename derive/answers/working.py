"""Free working → answers: the result of each step as it stands last, with what the lines before it show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from pathlib import Path

from derive.answers.examining import Examiner
from derive.answers.lexicon import Lexicon
from derive.answers.links import FORMULA, MIXED, NUMBERS, RESULT, UNREADABLE, Chain, Part, Reader, content
from derive.answers.model import Answer, Array, Unreadable, Written
from derive.answers.statements import statements
from derive.answers.transcript import pieces
from derive.language.expressions import Expr, Shape
from derive.operations.shapes import offset
from derive.solution import Solution

MAX_BYTES = 4_000_000


def read_working(work: str | Path, solution: Solution) -> list[Answer]:
    """The answers in a piece of free working: a file's path, or its text. What cannot be read is left out or said."""
    text = work.read_bytes()[:MAX_BYTES].decode("utf-8", "replace") if isinstance(work, Path) else work
    chains = read_chains(text, solution)
    answers = list(collected(chains, solution))
    return Examiner(solution, chains, answers).examined()


def read_chains(text: str, solution: Solution) -> list[Chain]:
    """Every statement of a work, in order."""
    lexicon = Lexicon.of(solution.blueprint.derivation, solution.problem.aliases)
    reader = Reader(lexicon, decimal_of(text, solution.problem.numbers.decimal), solution.values.worked)
    found = (reader.chain(statement) for piece in pieces(text) for statement in statements(piece))
    return [chain for chain in found if chain is not None]


def decimal_of(text: str, usual: str) -> str:
    """The decimal sign of a work: the problem's, unless the work writes only the other one."""
    commas = len(re.findall(r"\d\{,\}\d|(?<![\d,._\[(])\d+,\d+(?![\d,])", text))
    points = len(re.findall(r"(?<![\d.,])\d+\.\d+(?![\d.])", text))
    if usual == "." and commas and not points:
        return ","
    return "." if usual == "," and points and not commas else usual


# --- one answer for each step -------------------------------------------------------------------------------------


def collected(chains: Sequence[Chain], solution: Solution) -> list[Answer]:
    """For each step what counts of all that the work says about it, and the lines that match no step."""
    by_step: dict[str, list[Chain]] = {}
    for chain in chains:
        if chain.target is not None and chain.target.step in solution.ids:
            by_step.setdefault(chain.target.step, []).append(chain)
    answers = [answer for step, said in by_step.items() if (answer := _answer(step, said, solution))]
    unmatched = [_unmatched(chain) for chain in chains if chain.target is None and chain.last(RESULT)]
    return sorted((*answers, *unmatched), key=lambda answer: answer.line or 0)


def _answer(step: str, said: list[Chain], solution: Solution) -> Answer | None:
    """The last result for the whole step, else its entries, else a line of numbers or a formula."""
    shape = solution.blueprint.derivation.shapes[said[0].target.name]  # type: ignore[union-attr]
    whole = [chain for chain in said if chain.target and chain.target.index is None]
    entries = _entries([chain for chain in said if chain not in whole], shape)
    for kind in (RESULT, UNREADABLE, NUMBERS, FORMULA, MIXED):
        if kind == NUMBERS and any(entries):
            break
        chosen = [(chain, part) for chain in whole if (part := _telling(chain, kind))]
        if chosen:
            chain, part = chosen[-1]
            return _filled(Answer(step, chain.left, part.link.text, part.link.line, _content(part)), entries)
    if not any(entries):
        return None
    last = next(chain for chain in reversed(said) if chain.target and chain.target.index is not None)
    given = "; ".join(w.text for w in entries if w)
    return Answer(step, last.left, given, last.parts[-1].link.line, Array(shape, tuple(entries)))


def _telling(chain: Chain, kind: str) -> Part | None:
    """The last link of a kind that can be the answer; what cannot be read counts where it has digits."""
    part = chain.last(kind)
    if part is None or (kind == UNREADABLE and (part is not chain.parts[-1] or not re.search(r"\d", part.link.text))):
        return None
    return part


def _content(part: Part) -> Array | Expr | Unreadable:
    if part.reading is None:
        assert part.fault is not None
        return part.fault
    if part.reading.grids and content(part.reading) is None:
        return Unreadable("there is no result", "write down the numbers that it gives", 0, len(part.link.text))
    return content(part.reading) or part.reading.expr


def _entries(chains: list[Chain], shape: Shape) -> list[Written | None]:
    """The entries that were given one by one, flat."""
    entries: list[Written | None] = [None] * prod(shape)
    for chain in chains:
        part = chain.last(RESULT)
        numbers = content(part.reading) if part and part.reading else None
        if numbers is not None and not numbers.shape:
            assert chain.target is not None
            entries[offset(shape, chain.target.index or ())] = numbers.entries[0]
    return entries


def _filled(answer: Answer, entries: list[Written | None]) -> Answer:
    """Entries that the whole leaves out, from those that were given one by one."""
    array = answer.content
    if not isinstance(array, Array) or len(array.entries) != len(entries) or all(array.entries):
        return answer
    return replace(answer, content=replace(array, entries=tuple(
        w or e for w, e in zip(array.entries, entries, strict=True))))  # fmt: skip


def _unmatched(chain: Chain) -> Answer:
    part = chain.last(RESULT)
    assert part is not None
    return Answer("", chain.left, part.link.text, part.link.line, _content(part))


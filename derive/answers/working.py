"""Free working → answers: the result of each step as it stands last, with what the lines before it show."""

from __future__ import annotations

import re
from pathlib import Path

from derive.answers.collecting import collected
from derive.answers.examining import Examiner
from derive.answers.lexicon import Lexicon
from derive.answers.links import Chain, Reader
from derive.answers.model import Answer
from derive.answers.statements import statements
from derive.answers.transcript import bounded, pieces
from derive.errors import Fault, InputError, Place
from derive.solution import Solution

MAX_BYTES = 4_000_000
_COMMA = re.compile(r"\d\{,\}\d|(?<![\d,._\[({])\d{1,40},\d{1,40}(?![\d,])")
_POINT = re.compile(r"(?<![\d.,])\d{1,40}\.\d{1,40}(?![\d.])")


def read_working(work: str | Path, solution: Solution) -> list[Answer]:
    """The answers in a piece of free working: a file's path, or its text. What cannot be read is left out, or says so.

    Raises InputError for a file that cannot be opened.
    """
    if isinstance(work, Path):
        try:
            with work.open("rb") as file:
                work = file.read(MAX_BYTES).decode("utf-8", "replace")
        except OSError as error:
            raise InputError([Fault(f"cannot be read: {error.strerror}", "", Place(str(work)))]) from None
    text = bounded(work)
    decimal = decimal_of(text, solution.problem.numbers.decimal)
    chains = read_chains(text, solution, decimal)
    return Examiner(solution, chains, collected(chains, solution, decimal)).examined()


def read_chains(text: str, solution: Solution, decimal: str) -> list[Chain]:
    """Every statement of a work, in order."""
    lexicon = Lexicon.of(solution.blueprint.derivation, solution.problem.aliases)
    reader = Reader(lexicon, decimal, solution.values.worked)
    found = (reader.chain(statement) for piece in pieces(text) for statement in statements(piece))
    return [chain for chain in found if chain is not None]


def decimal_of(text: str, usual: str) -> str:
    """The decimal sign of a work: the problem's, unless the work writes only the other one."""
    commas, points = _COMMA.search(text) is not None, _POINT.search(text) is not None
    if commas == points:
        return usual
    return "," if commas else "."

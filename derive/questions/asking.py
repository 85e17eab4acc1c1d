"""What questions ask of a problem: the steps of its sheet that can be typed, in one question or in several."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from derive.errors import DeriveError
from derive.page.document import Document
from derive.sheets.answer_file import Field, blanks_in
from derive.sheets.sheet_writer import SHEET, SheetWriter
from derive.solution import Blueprint, Solution
from derive.values.digits import INFINITE
from derive.variants import Assignment
from derive.writers.identity import Identity

VARIANTS = 10
"""So many variants does a question have."""
MOST_INPUTS = 50
LARGEST_POWER = 300  # of ten
"""So many steps go into one question; a longer exercise is cut where a part of it ends."""


def variant_solutions(blueprint: Blueprint, identity: Identity | None) -> list[Solution]:
    """A solution for each variant; of what is a student's own, or draws nothing, its one. Raises InputError where no
    numbers meet the conditions, and VerificationError.
    """
    problem = blueprint.derivation.problem
    assignment = Assignment(blueprint, problem.name or problem.title)
    if identity is not None or not assignment.drawn:
        return [blueprint.solve()]
    return [assignment.draw(str(i)).solution for i in range(1, VARIANTS + 1)]


def question_sheets(blueprint: Blueprint, solution: Solution) -> list[SheetWriter]:
    """The sheets of the questions. An array is asked as a whole, no formula is, nor what nobody can type. Raises
    InputError as `SheetWriter.of` does, and DeriveError if nothing is asked.
    """
    sheet = blueprint.derivation.problem.sheet
    blank = "working" if sheet.blank in {"results", "working"} else "everything"
    whole = SheetWriter.of(blueprint, replace(sheet, blank=blank, hints=False, room=""))
    asked = [field for field in whole.fields if can_be_typed(field, solution)]
    if not asked:
        raise DeriveError("a question asks nothing here", "name steps in [page] ask, or in [sheet] blank")
    parts = list(_parts(asked, blueprint))
    if parts == [list(whole.fields)]:
        return [whole]
    return [_cut(blueprint, whole, tuple(field.step for field in part)) for part in parts]


def can_be_typed(field: Field, solution: Solution) -> bool:
    """Whether every entry can be typed: −∞ cannot, nor what is beyond the platforms' double precision."""
    printed = solution.values.printed(field.name, field.k)
    return all(number.mantissa != INFINITE and abs(number.exponent or 0) <= LARGEST_POWER for number in printed)


def _parts(fields: list[Field], blueprint: Blueprint) -> Iterator[list[Field]]:
    """The fields of each question: all of them, or as many parts of the page as go into one."""
    phases = {step.name: step.phase for step in blueprint.derivation.steps}
    part: list[Field] = []
    for _, run in groupby(fields, lambda field: (field.k, phases[field.name] == "backward")):
        for piece in _pieces(list(run)):
            if part and len(part) + len(piece) > MOST_INPUTS:
                yield part
                part = []
            part = part + piece
    yield part


def _pieces(run: list[Field]) -> Iterator[list[Field]]:
    """A long part in pieces of one size."""
    count = -(-len(run) // MOST_INPUTS)
    size = -(-len(run) // count)
    yield from (run[i : i + size] for i in range(0, len(run), size))


def _cut(blueprint: Blueprint, whole: SheetWriter, steps: tuple[str, ...]) -> SheetWriter:
    """The sheet that asks some of the steps, up to the last of them."""
    sheet = replace(blueprint.derivation.problem.sheet, steps=steps, hints=False, room="")
    made = SheetWriter.of(blueprint, sheet)
    return replace(made, documents={**made.documents, SHEET: _up_to_the_last(made.documents[SHEET])})


def _up_to_the_last(document: Document) -> Document:
    """Without what stands behind the last place to fill in."""
    asks = [[i for i, block in enumerate(section.blocks) if any(blanks_in(block))] for section in document.sections]
    last = max(i for i, blocks in enumerate(asks) if blocks)
    section = document.sections[last]
    kept = replace(section, blocks=section.blocks[: asks[last][-1] + 1])
    return replace(document, sections=(*document.sections[:last], kept))

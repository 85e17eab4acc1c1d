"""Help with a step: hints in three levels, and the step worked out."""

from collections.abc import Collection

from derive.errors import DeriveError
from derive.interactive.exercise import Exercise
from derive.sheets.answer_file import Field
from derive.sheets.hints import hint_blocks
from derive.sheets.sheet_writer import KEY, SHEET


def asked(exercise: Exercise, step: str) -> Field:
    """A step that the exercise asks. Raises DeriveError for one that it does not."""
    if step not in exercise.fields:
        raise DeriveError(f"the exercise does not ask `{step}`", f"it asks: {', '.join(exercise.fields)}")
    return exercise.fields[step]


def hint(exercise: Exercise, step: str, level: int, answered: Collection[str]) -> str:
    """A hint: which rule (1), its formula (2), the line with the numbers put in (3). Where a level has nothing to say
    the one before speaks.

    Numbers of steps that are not `answered` yet stay blanks.
    """
    field = asked(exercise, step)
    known = {(exercise.fields[each].name, exercise.fields[each].k) for each in answered if each in exercise.fields}
    hidden = exercise.writer.documents[SHEET].hidden - (known - {(field.name, field.k)})
    document, derivation = exercise.writer.documents[KEY], exercise.solution.blueprint.derivation
    levels = hint_blocks(document, derivation, (field.name, field.k), hidden)
    said = [blocks for blocks in levels[: max(1, level)] if blocks]
    return exercise.fragment(said[-1], field.k, hidden)


def worked_step(exercise: Exercise, step: str) -> str:
    """A step as the worked page has it."""
    field = asked(exercise, step)
    return exercise.fragment([exercise.blocks[step]], field.k)

"""Codes and texts of which a variant has its own: one of a list by its number, one of several blocks."""

from collections.abc import Mapping, Sequence

from derive.language.names import Symbol
from derive.notation.maxima import maxima_matrix
from derive.questions.program import ProgramLine

VARIANT = "dv_variant"
"""The question variable with the number of the variant, from 1."""


def chosen(codes: Sequence[str]) -> str:
    """A code of each variant, of which the own one is chosen.

    >>> chosen(["1", "1"]), chosen(["1", "2"])
    ('1', '[1, 2][dv_variant]')
    """
    return codes[0] if len(set(codes)) == 1 else f"[{', '.join(codes)}][{VARIANT}]"


def variant_blocks(texts: Sequence[str]) -> str:
    """A text of each variant, of which STACK shows the own one."""
    if len(set(texts)) == 1:
        return texts[0]
    return "".join(f'[[if test="{VARIANT} = {i}"]]{text}[[/if]]\n' for i, text in enumerate(texts, 1))


def chosen_answer(line: ProgramLine, typed: Sequence[Mapping[Symbol, Sequence[str]]]) -> str:
    """The answer to a step in Maxima, of what is typed in each variant."""
    return chosen([maxima_matrix(each[line.variable], line.shape) for each in typed])

"""What the printer writes for a name: the name itself in a formula, a slot for its value in a line with numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from derive.calculus.differentiation import is_moved
from derive.calculus.operation_rows import row_of
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, Shape
from derive.language.names import Name
from derive.notation.notations import Notation

LEADING, FACTOR, INNER, TIGHT, MINUS = "leading", "factor", "inner", "tight", "minus"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes: what it is the value of, and its position, which decides about parentheses.

    `leading`: at the start, a sign needs none; `factor`: at the start of a product or quotient, 1 − 10⁻⁸ needs them;
    `inner`: a negative number needs them; `tight`: a power of ten too; `minus`: it stands with a minus before it, but
    a 0 without.
    """

    node: Expr
    position: str


TextPiece: TypeAlias = str | Slot
Vocabulary: TypeAlias = Callable[[Expr, str], "TextPiece | None"]


def name_vocabulary(
    notation: Notation, shapes: Mapping[Name, Shape], labels: Mapping[Name, str] | None = None
) -> Vocabulary:
    """The vocabulary of formulas: every name as itself, or under its label."""
    labels = labels or {}

    def word(node: Expr, position: str) -> TextPiece | None:
        if isinstance(node, Ref):
            return labels.get(node.name) or notation.name(node.name)
        if isinstance(node, Entry):
            return notation.entry(node.name, node.index, shapes)
        return None

    return word


def numbers(node: Expr, position: str) -> TextPiece | None:
    """The vocabulary of substituted lines: a slot for every name, entry, and block of names, and for [2 = 1]."""
    if isinstance(node, Ref | Entry) or is_moved(node) or _is_valued(node):
        return Slot(node, position)
    return None


def _is_valued(node: Expr) -> bool:
    if not isinstance(node, Apply) or not row_of(node).valued:
        return False
    single = all(isinstance(arg, (Entry, Number)) for arg in node.args)
    return single and any(isinstance(arg, Entry) for arg in node.args)


def mixed(fixed: frozenset[Name], inner: Vocabulary) -> Vocabulary:
    """Slots for the names in `fixed`, the other vocabulary for the rest."""

    def word(node: Expr, position: str) -> TextPiece | None:
        if isinstance(node, Ref | Entry) and node.name in fixed:
            return Slot(node, position)
        return inner(node, position)

    return word


def join_texts(parts: list[TextPiece]) -> list[TextPiece]:
    """Neighbouring texts as one."""
    runs = ((is_text, list(run)) for is_text, run in groupby(parts, lambda part: isinstance(part, str)))
    joined = (["".join(map(str, run))] if is_text else run for is_text, run in runs)
    return [piece for run in joined for piece in run if piece != ""]

"""Steps of one form: the first is worked out, the others of its kind are told by formula and result."""

from collections.abc import Hashable, Sequence

from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Entry, Expr, Ref
from derive.language.names import Name

MOST_WORKED = 40
"""Steps of a page that are all worked out; a page with more tells each form once."""


class ToldForms:
    """The forms that a page has worked out: equations that differ in nothing but names and places have one."""

    def __init__(self, derivation: Derivation) -> None:
        self.shapes = derivation.shapes
        self._told: set[Hashable] = set()

    def is_told(self, group: Sequence[Step]) -> bool:
        """Whether steps of this form stand on the page; from now on they do."""
        form = self._form(group)
        told = form in self._told
        self._told.add(form)
        return told

    def _form(self, group: Sequence[Step]) -> Hashable:
        places: dict[Name, int] = {}
        return tuple((step.phase, step.rule, len(step.shape), self._of(step.expr, places)) for step in group)

    def _of(self, expr: Expr, places: dict[Name, int]) -> Hashable:
        match expr:
            case Ref():
                return places.setdefault(expr.name, len(places)), len(self.shapes[expr.name])
            case Entry():
                return places.setdefault(expr.name, len(places)), len(expr.index)
            case Apply():
                where = () if row_of(expr).moves else expr.options
                return expr.op, where, tuple(self._of(arg, places) for arg in expr.args)
        return expr.value

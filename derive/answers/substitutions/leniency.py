"""Lines that are right but for a sign or a term that is left out: both are misses of their own kinds."""

from __future__ import annotations

from flint import fmpq

from derive.answers.substitutions.alignment import Aligner
from derive.answers.substitutions.literals import OMITTED, SIGN, Miss, Misses, NumberPlace
from derive.answers.substitutions.terms import is_sum, opposite, terms_of_sum
from derive.language.expressions import Apply, Expr, Number


class Lenient(Aligner):
    """Aligns what a plain aligner finds not alike: a part with its opposite, a sum with one that has a term more."""

    def _aligned(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        found = super()._aligned(written, target, depth)
        if found is None and isinstance(written, Apply) and super()._aligned(written, opposite(target), depth) == []:
            part = written.args[0] if written.op == "negate" else written
            span = part.span if isinstance(part, Apply) else None
            return [Miss(NumberPlace(span), None, target, -1, fmpq(0), SIGN)] if span else None
        return found

    def _structure(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        found = super()._structure(written, target, depth)
        if found == [] or not is_sum(target) or isinstance(written, Number):
            return found
        return self._without_one(written, target, depth) or found

    def _without_one(self, written: Expr, target: Expr, depth: int) -> Misses | None:
        """The one term of a sum without which it is what was written."""
        ours = terms_of_sum(written)
        for theirs in (terms_of_sum(target), self._terms(target)):
            kept = [part for part in theirs if not self._is_zero(part)]
            for i, part in enumerate(kept) if len(kept) == len(ours) + 1 else ():
                if self._permuted(ours, kept[:i] + kept[i + 1 :], depth) == []:
                    return [Miss(NumberPlace(None), None, part, -1, fmpq(0), OMITTED)]
        return None

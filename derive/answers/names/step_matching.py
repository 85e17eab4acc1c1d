"""What stands on the left of an answer → the step, or the entry of one, that it answers; never two at once.

`dL/dw_2`, `dW2`, `\\frac{\\partial L}{\\partial W_2}`, `δ^{(2)}` by [names], `X`, `z_{1,2}`, `W_1^{new}`, `g'(z_2)`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from derive.answers.names.left_side import NEXT, LeftSide, Meaning
from derive.answers.names.letters import silenced, tokens_of
from derive.answers.names.lexicon import Lexicon, Quantity
from derive.errors import DeriveError
from derive.language.expressions import Entry, Index, Ref, Shape
from derive.language.step_ids import StepId
from derive.language.tokens import TextError

if TYPE_CHECKING:
    from derive.solution import Solution

MAX_LEFT = 300
MOST_SHARED = 5_000

Readings: TypeAlias = "dict[tuple[str, Shape | None, str, Learned], Any]"
"""What texts were read as, by the shape that is asked for, the decimal sign, and what letters stand for."""

Learned: TypeAlias = "tuple[tuple[str, str], ...]"
"""What letters have been learned to stand for."""

Match: TypeAlias = "tuple[str, Index | None]"
"""A step's id ("" for none), and the entry that is meant (from 0; None for the whole)."""

_PASS = re.compile(r"\s*@\s*(\d{1,6})")
_OF_A_TENSOR = re.compile(r"^\s*([\w{}]+)\.grad(?:\.data)?(\[[\d,\s]+\])?\s*$")
_RUN_TOGETHER = re.compile(r"^d(\w+?)_?d(?=[A-Za-z])")


class Meant(NamedTuple):
    """A quantity or entry, after which update (NEXT: that of its pass), and which pass is stated."""

    quantity: Quantity
    update: int | None
    stated: int | None


@dataclass
class StepIndex:
    """The steps of a problem, to be found by what students write; built once, each spelling looked up once.

    `ids` are the steps' ids in order, `entries` other names that [names] gives to single entries. What left sides mean
    is `shared` by all works on a problem, and so are `readings`, until a work gives names of its own.
    """

    lexicon: Lexicon
    ids: tuple[str, ...]
    known: Collection[str] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    found: dict[tuple[str, int], Match] = field(default_factory=dict)
    meant: dict[str, Meant | None] = field(default_factory=dict)
    readings: Readings = field(default_factory=dict)
    shared: dict[tuple[str, Learned], Meant | None] = field(default_factory=dict)

    @staticmethod
    def of(solution: Solution, letters: Mapping[str, str] | None = None) -> StepIndex:
        """The index of a solution; `letters` are further names of functions: `{"g": "sigmoid"}`."""
        derivation = solution.blueprint.derivation
        aliases = solution.problem.aliases
        lexicon = Lexicon.of(derivation, aliases)
        lexicon.learned.update(letters or {})
        others = {_plain(other): step for step, names in aliases.items() for other in names}
        known = solution.blueprint.workings
        return StepIndex(
            lexicon, solution.ids, frozenset(solution.ids), others, readings=known.readings, shared=known.meanings
        )

    def match(self, left: str, k: int = 1) -> Match:
        """The step that `left` names, in pass `k` unless it says which; ("", None) if it names none, or several."""
        key = left, k
        if key not in self.found:
            if len(self.found) > 10_000:
                self.found.clear()
            named = left.strip()
            found = self._by_id(named, k) or self._by_meaning(named, k) if len(left) <= MAX_LEFT else None
            self.found[key] = found or ("", None)
        return self.found[key]

    def forget(self) -> None:
        """Look every spelling up anew: a name was entered."""
        self.found.clear()
        self.meant.clear()

    def shape(self, match: Match) -> Shape | None:
        """The shape of what was matched; None for nothing."""
        step, entry = match
        if not step:
            return None
        base = StepId.parse(step).name
        return () if entry is not None else self.lexicon.shapes[self.lexicon.names[base]]

    # --- by id -------------------------------------------------------------------------------------------------------

    def _by_id(self, left: str, k: int) -> Match | None:
        """A step's own id, with a pass and an entry: `dL/dW_1@2[2,3]`."""
        named = StepId.parse(left)
        if named.name not in self.lexicon.names:
            return None
        step = self._at(named.name, named.k, k)
        if step is None:
            return None
        if not named.entry:
            return step, None
        index = self.lexicon.index(self.lexicon.names[named.name], named.entry)
        return None if index is None else (step, index)

    def _at(self, base: str, stated: int | None, k: int) -> str | None:
        """The id in the pass that is stated, else in pass `k`, else without one."""
        if stated is not None:
            wanted = str(StepId(base, stated))
            return wanted if wanted in self.known else base if stated == 1 and base in self.known else None
        wanted = str(StepId(base, k))
        return wanted if k > 1 and wanted in self.known else base if base in self.known else None

    # --- by meaning --------------------------------------------------------------------------------------------------

    def _by_meaning(self, left: str, k: int) -> Match | None:
        """What the names on the left mean, however they are spelled."""
        meant = self.meaning(left)
        if meant is None:
            return None
        quantity, update, stated = meant
        if isinstance(quantity, Entry) and len(quantity.index) < len(self.lexicon.shapes[quantity.name]):
            return None  # a slice is an answer only among others
        step = self._at(quantity.name.id, stated if stated is not None else k if update == NEXT else update, k)
        if update is not None and step == quantity.name.id:
            return None
        return (step, quantity.index if isinstance(quantity, Entry) else None) if step else None

    def meaning(self, left: str) -> Meant | None:
        """What a left side names, whether or not it is a step; None for nothing, or for several things."""
        if left in self.meant:
            return self.meant[left]
        key = left, self.lexicon.learned_letters
        if key in self.shared and not self.lexicon.own:
            return self.shared[key]
        found = self._meant(left)
        if self.lexicon.own or len(self.shared) > MOST_SHARED:
            self.meant[left] = found
        else:
            self.shared[left, self.lexicon.learned_letters] = found
        return found

    def _meant(self, left: str) -> Meant | None:
        left = self.aliases.get(_plain(left), left) if self.aliases else left
        if left in self.lexicon.names:
            return Meant(Ref(self.lexicon.names[left]), None, None)
        stated = _PASS.search(left) if "@" in left else None
        left = _OF_A_TENSOR.sub(r"grad_{\1}\2", left)
        text = silenced(_PASS.sub("", left) if stated else left).rstrip("=:≈ ")
        found = self._read(text)
        if found is None and _RUN_TOGETHER.match(text):
            found = self._read(_RUN_TOGETHER.sub(r"d\1/d", text))
        return Meant(*found, int(stated[1]) if stated else None) if found else None

    def _read(self, text: str) -> Meaning | None:
        try:
            return LeftSide(text, self.lexicon, [*tokens_of(text)]).meaning()
        except TextError:
            return None


def single_step(solution: Solution, written: str) -> Solution:
    """The solution with a page of one step, named as students write it. Raises DeriveError for what is none."""
    found, entry = StepIndex.of(solution).match(written)
    if entry is not None:
        raise DeriveError(f"`{written}` is an entry", f"its step has all of them: {found}")
    return solution.alone(found or written)


def _plain(text: str) -> str:
    return re.sub(r"[\s{}\\$]", "", text)

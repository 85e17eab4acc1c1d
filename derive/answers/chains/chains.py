"""The links of a chain, each read and told apart: a formula, a line of numbers, a result."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import prod

from derive.answers.chains.left_texts import (
    COUNTED,
    COUNTED_BELOW,
    COUNTERS,
    NUMBERED,
    OF_ANOTHER,
    own_name,
    plain_left,
    tails,
    turned_round,
    with_channel,
    without_count,
)
from derive.answers.chains.pass_tracker import PassTracker
from derive.answers.chains.read_statements import (
    FORMULA,
    MIXED,
    NUMBERS,
    RESULT,
    UNREADABLE,
    ReadSide,
    ReadStatement,
    Target,
    as_result,
    up_to_unread,
)
from derive.answers.chains.replacing import nodes
from derive.answers.chains.splitting import StatementSplitter
from derive.answers.names.lexicon import LOSSES
from derive.answers.names.step_matching import MAX_LEFT, MOST_SHARED, Readings, StepIndex
from derive.answers.pages.joined_lines import MAX_LINE
from derive.answers.pages.separators import ASIDE, NEXT, SAID
from derive.answers.pages.statements import StatedSide, Statement
from derive.answers.pages.transcript import CUT_OFF
from derive.answers.reading.comments import uncommented, unit_behind
from derive.answers.reading.contents import numbers_in
from derive.answers.reading.grids import Reading
from derive.answers.reading.literal_ends import value_ahead, value_behind
from derive.answers.reading.numbers import is_ambiguous
from derive.answers.reading.reader import read_side
from derive.answers.reading.written import Array, Unreadable
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, Shape, walk
from derive.language.names import Derivative, Name, Symbol
from derive.language.tokens import TextError

LONGEST_SHARED = 400
_USUAL = {Fraction(0), Fraction(1), Fraction(2), Fraction(1, 2)}
_LEFT = re.compile(r"^\\?(?:[^\W\d_]|[∂∇])[\w\\{}'′^,.|/∂∇₀-₉⁽⁾⁰¹²³⁴-⁹()\[\] ]{0,40}$")
_WORKED = re.compile(r"\\(?:sum|exp|ln|log|sqrt|max|min)(?![A-Za-z])|(?:exp|ln|log|sqrt|max|min)\s*\(|e\s*\^|[Σ∑]")

_EACH, _ARROW = re.compile(r"[^\W\d_]+"), re.compile(r"(?:->|=>|[→⇒⟶⟹])\s*$")
_DASHED = re.compile(r"(?P<words>[^\W\d_]{2,}(?: [^\W\d_]+){0,4}) [-–—] (?P<name>\S.*)")
"""A heading before a name: `Output layer - z`."""
_SENTENCE = re.compile(r"^[\s,;:]*[^\W\d_]{2,}\s+[^\W\d_]")
"""Words behind a value that are no part of it."""
_MEMBER = re.compile(r"[-+−*·⊙()\[\]]|\\[a-z]|\w\s+\w")
"""What a formula has."""
_HEADING = re.compile(r"[^\W\d_]{3,}\s+\d+")
"""A word and a number, `Block 2`: no name."""
_OPERATES = re.compile(r"[-+*/^(√·⊙]|\\[a-z]")


class StatementReader:
    """Reads statements one after the other; which letters stand for which functions is learned on the way."""

    def __init__(
        self, index: StepIndex, decimal: str, tracker: PassTracker, *, first_index: int = 1, loss_named: bool = False
    ) -> None:
        self.first_index, self.tracker, self.loss_named = first_index, tracker, loss_named
        self.index, self.lexicon, self.decimal = index, index.lexicon, decimal
        lexicon = self.lexicon
        self.channel: int | None = None
        """The one that the heading above is about."""
        self.declaring = set[int]()
        self.read: Readings = {}
        self.known = {step.expr: step.name for step in reversed(tuple(lexicon.steps.values()))
                      if isinstance(step.expr, Apply)}  # fmt: skip

    def chains(self, statement: Statement) -> Iterator[ReadStatement]:
        """A statement read, as several where known names begin new ones."""
        for one in self.splitter.apart(statement):
            if chain := self.chain(one):
                yield chain

    @property
    def splitter(self) -> StatementSplitter:
        """What takes a text apart by what the reader knows; kept, the two would hold each other."""
        return StatementSplitter(
            is_name=lambda text: self.left(text) is not None,
            is_another=self._is_another,
            reads=lambda text: self._known(text, None)[0] is not None,
            is_number=lambda text: self._known(text, None)[2] is not None,
            holds=self.lexicon.holds,
        )

    def _is_another(self, label: str, left: str, sign: str) -> bool:
        """Whether a name is a step of its own that the step before it does not use; beside the sign of an operation
        neither on the way.
        """
        target, other = self.left(label), self.left(left)
        if target is None and other is not None:
            return label.strip("$ ") in COUNTERS
        if target is None or other is None or other.name == target.name:
            return target is not None and other is not None and None is not other.index != target.index is not None
        if other.name not in self.lexicon.steps:
            return other.updated or {target.name, other.name} <= self.tracker.parameters
        step = self.lexicon.steps.get(target.name)
        return other.name not in (self._behind(target.name) if sign not in {"", "/"} else step.uses if step else ())

    def _behind(self, name: Name) -> set[Name]:
        """What a quantity rests on."""
        found, waiting = set[Name](), [name]
        while waiting:
            step = self.lexicon.steps.get(waiting.pop())
            waiting += [used for used in (step.uses if step else ()) if used not in found]
            found.update(step.uses if step else ())
        return found

    def chain(self, statement: Statement) -> ReadStatement | None:
        """The statement read, or None where it is no mathematics of this problem."""
        statement = with_channel(statement) if len(statement.labels) > 1 else statement
        target, label, named = self._target(statement)
        if target is None and (other := turned_round(statement, self.splitter.name_ahead)):
            statement = other
            target, label, named = self._target(statement)
        if (target is None or self._is_usual(named)) and (other_target := self._renamed(statement)):
            target = other_target
        if target is None and (found := self._named_later(statement)):
            target, named = found
        counts = statement.labels[0].strip("$ ") in COUNTERS
        if target is None and (statement.inline or counts or not self._is_name(statement.labels[0])):
            return None
        links = statement.links
        if target is not None and label > 0:
            links = (statement.left, *links)
        links = (*links[:-1], without_count(links[-1]))
        parts = up_to_unread(as_result(tuple(self._part(link, target) for link in links)))
        numbers = next((part.numbers for part in reversed(parts) if part.numbers), None)
        target = target and self._in_channel(target, numbers)
        if target is not None and target.name in self.tracker.parameters and not target.updated:
            target = self._after_update(target, parts, numbers)
        if target is not None and target.passes == 1:
            target = self.tracker.place(target, numbers)
        self.tracker.backward |= target is not None and "/" in target.step
        return ReadStatement(target, named.strip(), statement.left.line, parts, statement.aside)

    def _in_channel(self, target: Target, numbers: Array | None) -> Target:
        """A target under the heading of a channel: of an array of channels that channel, if it has so many numbers."""
        shape = self.lexicon.shapes[target.name]
        at = (self.channel or 0) - self.first_index
        own = self.channel is not None and target.index is None and len(shape) > 2 and 0 <= at < shape[0]
        if own and numbers and len(numbers.entries) == prod(shape[1:]) < prod(shape):
            return replace(target, index=(at,), is_slice=True)
        return target

    def begin(self, k: int) -> None:
        """What comes now is about pass k."""
        self.tracker.begin(k)

    # --- left sides --------------------------------------------------------------------------------------------------

    def _target(self, statement: Statement) -> tuple[Target | None, int, str]:
        """What a statement is about, by which of its labels, and the text that says so."""
        for i, label in enumerate(statement.labels):
            if found := self.left(label):
                return found, i, label
        for label in filter(_OPERATES.search, statement.labels):
            if found := self.formula(label):
                return found, 1, label
        dashed = _DASHED.fullmatch(statement.labels[0])
        if (
            dashed
            and not any(map(self.lexicon.holds, dashed["words"].split()))
            and (found := self.left(dashed["name"]))
        ):
            return found, 0, dashed["name"]
        for tail in tails(statement.labels[0]):
            found = self.left(tail)
            before = statement.labels[0].removesuffix(tail)
            if found and not self._is_of_another(before, found):
                return found, 0, tail
        return None, 0, statement.labels[0]

    def _is_of_another(self, before: str, found: Target) -> bool:
        """Whether what stands before the last words of a left side makes something else of them: a formula, a slope."""
        if _ARROW.search(before):
            return False
        formula = re.search(r"[-*]\s", before) and any(map(self.lexicon.holds, _EACH.findall(before)))
        named = [self.left(word) for word in before.split()]
        product = named and all(each and each.name != found.name for each in named)
        slope = not isinstance(found.name, Derivative) and OF_ANOTHER.search(before)
        return bool(formula or product or slope)

    def _is_usual(self, label: str) -> bool:
        """Whether a name means the loss only because it usually does."""
        return label.strip("$ ").lower() in LOSSES and label.strip("$ ") not in self.lexicon.names

    def _renamed(self, statement: Statement) -> Target | None:
        """The step that a later member of a chain names, or is the right side of, where its left side is a name that
        the work gives it: `g = dL/dz = -0.3`; a name for any other formula is remembered.
        """
        name = own_name(statement.labels[0])
        if not name or statement.inline:
            return None
        for link in statement.links[:2]:
            found = self.left(link.text) or self.formula(link.text)
            if found is not None and found.name in self.lexicon.steps:
                self._learn(name, found)
                return found
        expr = self._formula(statement.links[0].text) if self.left(name) is None else None
        if expr is not None and not isinstance(expr, Number) and helper_free(expr):
            self.lexicon.declare(name, expr)
            self.declaring.add(statement.left.line)
        return None

    def _named_later(self, statement: Statement) -> tuple[Target, str] | None:
        """What a member of a chain names whose left side is a formula that says nothing: `W - eta g = W_new = 0.3`."""
        left = statement.left.text.strip()
        if statement.inline or not (_MEMBER.search(left) or value_ahead(left) == len(left)):
            return None
        named = ((found, link.text) for link in statement.links[:-1] if (found := self.left(link.text)))
        return next(named, None)

    def _learn(self, name: str, target: Target) -> None:
        """Remember a name that the work gives to a step."""
        self.lexicon.also(target.name.id, [name])
        self.lexicon.own = True
        self.index.forget()
        self.read.clear()

    def _is_name(self, left: str) -> bool:
        """Whether a left side means to name a quantity: no words, and nothing that is worked out on the way."""
        worded = _WORKED.match(left) or _HEADING.fullmatch(left)
        return _LEFT.match(left) is not None and not worded and self._formula(left) is None

    def left(self, text: str) -> Target | None:
        """What a left side names, or None."""
        written = text.strip().rstrip(".:, ").strip('*_`$ "“”„«»')
        if len(written) > 2 * MAX_LEFT:
            return None
        numbered = NUMBERED.sub(r"_\1", written)
        if numbered in self.lexicon.names and written.partition("[")[0] not in self.lexicon.names:
            written = numbered  # `Z[1]` is Z_1 where there is one, and no entry of z
        text = plain_left(written, self.first_index)
        if self.loss_named and self._is_usual(text):
            return None
        meant = self.index.meaning(text) if 0 < len(text) <= MAX_LEFT else None
        if meant is None and (counted := COUNTED.fullmatch(text)):
            return self.left(f"{counted['name']}^{{({counted['k']})}}")
        if meant is None and (counted := COUNTED_BELOW.fullmatch(text)) and self._is_renewed(counted["name"]):
            return self.left(f"{counted['name']}@{counted['k'] or counted['braced']}")
        if meant is None and numbered != written:
            return self.left(numbered)
        if meant is None:
            return None
        (quantity, update, stated), name = meant, meant.quantity.name
        index = quantity.index if isinstance(quantity, Entry) else None
        updated = name in self.tracker.parameters and (update is not None or stated is not None)
        if update is not None and not updated:
            return None
        passes = stated if stated is not None else update if update and update > 0 else 1
        is_slice = index is not None and len(index) < len(self.lexicon.shapes[name])
        return Target(name, index, passes, updated, is_slice)

    def _is_renewed(self, name: str) -> bool:
        """Whether a name means a number that has another value in each pass."""
        meant = self.index.meaning(name)
        quantity = meant.quantity if meant else None
        derivation = self.lexicon.derivation
        changes = {*derivation.turning, *self.tracker.parameters, *self.tracker.forward, *self.tracker.backwards}
        return isinstance(quantity, Ref) and quantity.name in changes and not self.lexicon.shapes[quantity.name]

    def named(self, text: str) -> str | None:
        """The id of what a left side names as a whole, or one entry of; None for nothing, and for an entry by a number
        in its name: `x_1` of x.
        """
        found = self.left(text)
        return found.name.id if found and (found.index is None or text.endswith("]")) else None

    def formula(self, text: str) -> Target | None:
        """The step whose right side a left side is."""
        expr = self._formula(text)
        return Target(self.known[expr]) if expr in self.known else None

    def _formula(self, text: str) -> Expr | None:
        reading, _, _ = self._known(text, None)
        return reading.expr if reading else None

    def unread_in(self, left: str) -> str:
        """What cannot be read of a left side, to its end."""
        try:
            read_side(left, self.lexicon, self.decimal)
        except TextError as fault:
            return left[fault.start :]
        return left

    def _after_update(self, target: Target, parts: tuple[ReadSide, ...], numbers: Array | None) -> Target:
        """A parameter set to what its own name stands in, after a gradient: the value after the update.

        As many numbers as the whole has, where one entry is named, are those after so many updates: `w_1` of w.
        """
        size = prod(self.lexicon.shapes[target.name])
        if target.index is not None and len(target.index) == 1 < size and numbers and len(numbers.entries) == size:
            return replace(target, index=None, passes=target.index[0] + 1, updated=True, is_slice=False)
        own = any(part.reading and Ref(target.name) in walk(part.reading.expr) for part in parts)
        arrow = parts[0].link.relation == "<-"
        return replace(target, updated=own or arrow or self.tracker.is_updated(target.name, numbers))

    # --- links -------------------------------------------------------------------------------------------------------

    def _part(self, link: StatedSide, target: Target | None) -> ReadSide:
        text = uncommented(link.text, self.lexicon).strip() or link.text
        asked = None if target is None else self.lexicon.shapes[target.name][len(target.index or ()) :]
        whole = link.text if _SENTENCE.search(link.text[len(text) :]) else ""
        unit = "" if text == link.text else unit_behind(link.text, self.lexicon)
        link = link if text == link.text else replace(link, text=text)
        reading, fault, numbers = self._known(link.text, asked)
        if CUT_OFF in link.text:
            fault = Unreadable("the answer is too long", f"at most {MAX_LINE} characters of a line are read")
            return ReadSide(link, UNREADABLE, fault=fault)
        if reading is None:
            found = self._value_in(link, asked, fault) if target else None
            return found or ReadSide(link, UNREADABLE, fault=fault)
        if link.relation.startswith(SAID):  # right, or not understood
            fault = Unreadable(f"`{link.relation.strip(SAID)}` is not known in this problem")
        kind = self._kind(reading, target) if numbers is None else RESULT
        return ReadSide(link, kind, reading, fault, numbers, unit, whole, rival=self._rival(link.text, asked, numbers))

    def _rival(self, text: str, asked: Shape | None, numbers: Array | None) -> Array | None:
        """What numbers of which one was read as grouped, `1,443`, say with the other decimal sign."""
        if numbers is None or not any(w and w.unit == 1 and is_ambiguous(w.text) for w in numbers.entries):
            return None
        try:
            return numbers_in(read_side(text, self.lexicon, "," if self.decimal == "." else ".", asked))
        except TextError:
            return None

    def _value_in(self, link: StatedSide, asked: Shape | None, fault: Unreadable | None) -> ReadSide | None:
        """The value that a text ends or begins with which cannot be read as a whole; of `2 or 0` neither."""
        start, end = value_behind(link.text), self.splitter.ends_behind(link.text)
        if start and value_ahead(link.text):
            return None
        for part in (link.text[start:] if start else "", link.text[:end]):
            reading, _, numbers = self._known(part.strip(), asked) if part else (None, None, None)
            if reading and numbers:
                return ReadSide(replace(link, text=part.strip()), RESULT, reading, fault, numbers, whole=link.text)
        return None

    def _known(self, text: str, asked: Shape | None) -> tuple[Reading | None, Unreadable | None, Array | None]:
        """The same, looked up: formulas and numbers come again and again, in a work and in those of a class."""
        shared = not self.lexicon.own and len(text) <= LONGEST_SHARED
        known = self.index.readings if shared else self.read
        key = text, asked, self.decimal, self.lexicon.learned_letters
        if key not in known:
            if len(known) > MOST_SHARED:
                known.clear()
            known[key] = self._read(text, asked)
        found: tuple[Reading | None, Unreadable | None, Array | None] = known[key]
        return found

    def _read(self, text: str, asked: Shape | None) -> tuple[Reading | None, Unreadable | None, Array | None]:
        """What a link says, or why it cannot be read; the numbers that it is, if it is nothing else."""
        if NEXT in text or ASIDE in text:
            return None, Unreadable("this formula has no meaning here"), None
        try:
            reading = read_side(text, self.lexicon, self.decimal, asked)
        except TextError as fault:
            return None, Unreadable(fault.message, fault.hint, fault.start, fault.end), None
        return reading, None, numbers_in(reading)

    def _kind(self, reading: Reading, target: Target | None) -> str:
        inside = list(nodes(reading, reading.expr))
        if not any(isinstance(node, Ref | Entry) for node in inside):
            return NUMBERS
        if reading.grids:
            return MIXED
        numbers = {abs(node.value) for node in inside if isinstance(node, Number)} - _USUAL
        return MIXED if numbers and numbers - self._constants(target) else FORMULA

    def _constants(self, target: Target | None) -> set[Fraction]:
        step = self.lexicon.steps.get(target.name) if target else None
        return {abs(node.value) for node in walk(step.expr) if isinstance(node, Number)} if step else set()


def helper_free(expr: Expr) -> bool:
    """Whether no array of numbers stands in an expression: those belong to the line that they stand in."""
    return not any(isinstance(node, Ref) and isinstance(node.name, Symbol) and node.name.helper for node in walk(expr))

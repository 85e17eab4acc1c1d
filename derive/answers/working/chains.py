"""The links of a chain, each read and told apart: a formula, a line of numbers, a result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from flint import fmpq

from derive.answers.names.step_matching import MAX_LEFT, StepIndex
from derive.answers.pages.statements import StatedSide, Statement
from derive.answers.reading.comments import uncommented, unit_behind
from derive.answers.reading.contents import numbers_in, scaled_array
from derive.answers.reading.grids import Reading
from derive.answers.reading.reader import read_side
from derive.answers.reading.written import Array, Unreadable
from derive.answers.working.replacing import nodes
from derive.answers.working.splitting import StatementSplitter
from derive.language.expressions import Apply, Entry, Expr, Index, Number, Ref, Shape, walk
from derive.language.names import Derivative, Name
from derive.language.step_ids import StepId
from derive.language.tokens import TextError

Letters: TypeAlias = "tuple[tuple[str, str], ...]"
"""What letters have been learned to stand for."""

RESULT, NUMBERS, FORMULA, MIXED, UNREADABLE = "result", "numbers", "formula", "mixed", "unreadable"
_USUAL = {Fraction(0), Fraction(1), Fraction(2), Fraction(1, 2)}
_LEFT = re.compile(r"^\\?(?:[^\W\d_]|[∂∇])[\w\\{}'′^,.|/∂∇₀-₉⁽⁾⁰¹²³⁴-⁹()\[\] ]{0,40}$")
_WORKED = re.compile(r"\\(?:sum|exp|ln|log|sqrt|max|min)(?![A-Za-z])|(?:exp|ln|log|sqrt|max|min)\s*\(|e\s*\^|[Σ∑]")

_VALUE = re.compile(r"\\(?:left\b|begin\b|frac\{[-\d])|[-+−\d.\[(]")
_MIXED_UP = re.compile(r"[-−+]?(?:\d[\d.,]*|\[[-−+\d.,;\s]*\]|\([-−+\d.,;\s]*\))[\s,;:]+[^\W\d_₀-₉]{2,}(?![({\w])")
_OPERATES = re.compile(r"[-+*/^(√·⊙]|\\[a-z]")


@dataclass(frozen=True, slots=True)
class Target:
    """What a left side names: a quantity, an entry or a slice of it, and whether it is meant after an update (`@1`)."""

    name: Name
    index: Index | None = None
    passes: int = 1
    updated: bool = False
    is_slice: bool = False

    @property
    def step(self) -> str:
        """The id of the step."""
        return str(StepId(self.name.id, self.passes if self.updated or self.passes > 1 else None))


@dataclass(frozen=True, slots=True)
class ReadSide:
    """A link as it was read: `reading` is None and `fault` says why where it could not be; `numbers` are those of a
    result, which is nothing else; `unit` is a word behind them that was not read.
    """

    link: StatedSide
    kind: str
    reading: Reading | None = None
    fault: Unreadable | None = None
    numbers: Array | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A statement as it was read; without a target where its left side names nothing of the problem.

    aside  whether it says again what another statement rests on
    """

    target: Target | None
    left: str
    line: int
    parts: tuple[ReadSide, ...]
    aside: bool = False

    def last(self, kind: str) -> ReadSide | None:
        """The last link of a kind."""
        return next((part for part in reversed(self.parts) if part.kind == kind), None)

    @property
    def result(self) -> Array | None:
        """The numbers of its last result."""
        part = self.last(RESULT)
        return part.numbers if part else None


class StatementReader:
    """Reads statements one after the other; which letters stand for which functions is learned on the way."""

    def __init__(self, index: StepIndex, decimal: str, worked: Sequence[int] = (1,), *, first_index: int = 1) -> None:
        self.first_index = first_index
        self.index, self.lexicon, self.decimal = index, index.lexicon, decimal
        lexicon = self.lexicon
        self.forward = {step.name for step in lexicon.derivation.forward}
        self.parameters = {step.name.before for step in lexicon.derivation.updates}
        self.backward = False
        self.passes, self.worked = 1, list(worked)
        self.said: dict[Name, Array | None] = {}
        self.read: dict[tuple[str, Shape | None, Letters], tuple[Reading | None, Unreadable | None, Array | None]] = {}
        self.turning = frozenset[Name](lexicon.derivation.turning)
        self.updated = self.derived = False
        self.known = {step.expr: step.name for step in reversed(tuple(lexicon.steps.values()))
                      if isinstance(step.expr, Apply)}  # fmt: skip
        self.splitter = StatementSplitter(
            is_name=lambda text: self.left(text) is not None,
            is_another=self._is_another,
            reads=lambda text: self._read(text, None)[0] is not None,
            is_number=lambda text: self._read(text, None)[2] is not None,
            holds=lexicon.holds,
        )

    def chains(self, statement: Statement) -> Iterator[ReadStatement]:
        """A statement read, as several where known names begin new ones."""
        for one in self.splitter.apart(statement):
            if chain := self.chain(one):
                yield chain

    def _is_another(self, label: str, left: str, sign: str) -> bool:
        """Whether a name is a step of its own that the step before it does not use; beside the sign of an operation
        neither on the way.
        """
        target, other = self.left(label), self.left(left)
        if target is None or other is None or other.name == target.name or other.name not in self.lexicon.steps:
            return False
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
        target, label, named = self._target(statement)
        if target is None and (turned := _turned(statement)):
            statement = turned
            target, label, named = self._target(statement)
        if target is None and (statement.inline or not self._is_name(statement.labels[0])):
            return None
        links = statement.links
        if target is not None and label > 0:
            links = (statement.left, *links)
        parts = _up_to_unread(_alone(tuple(self._part(link, target) for link in links)))
        if target is not None and target.name in self.parameters and not target.updated:
            target = self._after_update(target, parts)
        if target is not None and target.passes == 1:
            target = self._in_pass(target, next((part.numbers for part in reversed(parts) if part.numbers), None))
        self.backward |= target is not None and "/" in target.step
        return ReadStatement(target, named.strip(), statement.left.line, parts, statement.aside)

    def _in_pass(self, target: Target, numbers: Array | None) -> Target:
        """The pass that a statement belongs to: the next one, where a forward step or a sample is said again after an
        update, or another sample after a derivative.
        """
        later = [k for k in self.worked if k > self.passes]
        if later and not target.updated and target.name in self.said and self._begins(target.name, numbers):
            self.begin(later[0])
        self.updated |= target.updated
        self.derived |= isinstance(target.name, Derivative)
        self.said[target.name] = numbers or self.said.get(target.name)
        if target.step not in self.index.known and str(StepId(target.name.id, self.passes)) in self.index.known:
            return replace(target, passes=self.passes, updated=True)  # known only after an update
        given = target.name not in self.lexicon.steps and target.name not in self.turning and not target.updated
        return target if given or target.passes == self.passes else replace(target, passes=self.passes)

    def begin(self, k: int) -> None:
        """What comes now is about pass k."""
        if k in self.worked:
            self.passes, self.updated, self.derived, self.said = k, False, False, {}

    def _begins(self, name: Name, numbers: Array | None) -> bool:
        """Whether a new pass begins with a quantity that has been said."""
        if self.updated:
            return name in self.forward or name in self.turning
        said = self.said[name]
        return (
            self.derived and name in self.turning and None not in (said, numbers) and _values(said) != _values(numbers)
        )

    # --- left sides --------------------------------------------------------------------------------------------------

    def _target(self, statement: Statement) -> tuple[Target | None, int, str]:
        """What a statement is about, by which of its labels, and the text that says so."""
        for i, label in enumerate(statement.labels):
            if found := self.left(label):
                return found, i, label
        for label in filter(_OPERATES.search, statement.labels):
            if found := self.formula(label):
                return found, 1, label
        for tail in _tails(statement.labels[0]):
            if found := self.left(tail):
                return found, 0, tail
        return None, 0, statement.labels[0]

    def _is_name(self, left: str) -> bool:
        """Whether a left side means to name a quantity: no words, and nothing that is worked out on the way."""
        return _LEFT.match(left) is not None and not _WORKED.match(left) and self._formula(left) is None

    def left(self, text: str) -> Target | None:
        """What a left side names, or None."""
        text = _plain_left(text.strip().rstrip(".:, ").strip("*_`$ "), self.first_index)
        meant = self.index.meaning(text) if 0 < len(text) <= MAX_LEFT else None
        if meant is None:
            return None
        (quantity, update, stated), name = meant, meant.quantity.name
        index = quantity.index if isinstance(quantity, Entry) else None
        updated = name in self.parameters and (update is not None or stated is not None)
        if update is not None and not updated:
            return None
        passes = stated if stated is not None else update if update and update > 0 else 1
        is_slice = index is not None and len(index) < len(self.lexicon.shapes[name])
        return Target(name, index, passes, updated, is_slice)

    def formula(self, text: str) -> Target | None:
        """The step whose right side a left side is."""
        expr = self._formula(text)
        return Target(self.known[expr]) if expr in self.known else None

    def _formula(self, text: str) -> Expr | None:
        try:
            return read_side(text, self.lexicon, self.decimal).expr
        except TextError:
            return None

    def unread_in(self, left: str) -> str:
        """What cannot be read of a left side, to its end."""
        try:
            read_side(left, self.lexicon, self.decimal)
        except TextError as fault:
            return left[fault.start :]
        return left

    def _after_update(self, target: Target, parts: tuple[ReadSide, ...]) -> Target:
        """A parameter set to what its own name stands in, after a gradient: the value after the update."""
        own = any(part.reading and Ref(target.name) in walk(part.reading.expr) for part in parts)
        arrow = parts[0].link.relation == "<-"
        return replace(target, updated=own or arrow or self.backward)

    # --- links -------------------------------------------------------------------------------------------------------

    def _part(self, link: StatedSide, target: Target | None) -> ReadSide:
        text = uncommented(link.text, self.lexicon).strip() or link.text
        asked = None if target is None else self.lexicon.shapes[target.name][len(target.index or ()) :]
        unit = "" if text == link.text else unit_behind(link.text, self.lexicon)
        link = link if text == link.text else replace(link, text=text)
        key = link.text, asked, tuple(self.lexicon.learned.items())
        if key not in self.read:
            self.read[key] = self._read(link.text, asked)
        reading, fault, numbers = self.read[key]
        if reading is None:
            return ReadSide(link, UNREADABLE, fault=fault)
        return ReadSide(link, self._kind(reading, target) if numbers is None else RESULT, reading, None, numbers, unit)

    def _read(self, text: str, asked: Shape | None) -> tuple[Reading | None, Unreadable | None, Array | None]:
        """What a link says, or why it cannot be read; the numbers that it is, if it is nothing else."""
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


def _alone(parts: tuple[ReadSide, ...]) -> tuple[ReadSide, ...]:
    """The links of a chain; an array with a factor that stands alone is its result."""
    part = parts[0]
    alone = len(parts) == 1 and part.kind == NUMBERS and part.reading is not None
    numbers = scaled_array(part.reading) if alone and part.reading else None
    return (replace(part, kind=RESULT, numbers=numbers),) if numbers else parts


def _up_to_unread(parts: tuple[ReadSide, ...]) -> tuple[ReadSide, ...]:
    """The links of a chain up to one that begins with a value and cannot be read: what follows may be about another
    quantity.
    """
    for i, part in enumerate(parts[:-1]):
        if part.kind == UNREADABLE and _MIXED_UP.match(part.link.text):
            return parts[: i + 1]
    return parts


def _values(numbers: Array | None) -> list[fmpq | None]:
    return [w.value if w else None for w in numbers.entries] if numbers else []


_NEW = (
    r"new|updated|neue[srn]?|neu|nouveau|nouvelle|nuev[oa]|нов(?:ый|ая|ое|ые)|обновл[её]нн(?:ый|ая|ое|ые)|жаңа"
    r"|aktualisiert(?:e[srn]?)?|after (?:the )?update|nach dem update|после обновления|жаңартылған"
)
_NEW_BEFORE = re.compile(rf"(?:the\s+)?(?:{_NEW})\s+(?P<name>\S.*)", re.IGNORECASE)
_NEW_BEHIND = re.compile(rf"(?P<name>.*\S)\s*(?:\((?:{_NEW})\)|\s(?:{_NEW}))", re.IGNORECASE)
_INDEX = re.compile(r"(?P<name>.*[\w})])(?P<index>\[\d{1,4}(?:(?:\]\[|,\s*)\d{1,4}){0,5}\])")
INDEX_FROM_ZERO = re.compile(r"[\w})]\[(?:\d{1,4}(?:\]\[|,\s?))?0[\],]")
"""What shows that a work counts entries from 0, as programs do."""


def _plain_left(text: str, first_index: int) -> str:
    """A left side with `W[0][1]` as `W[1,2]` where indices count from 0, and `new W_1` as `W_1^{new}`."""
    if found := _INDEX.fullmatch(text):
        numbers = (int(number) + 1 - first_index for number in re.findall(r"\d+", found["index"]))
        text = f"{found['name']}[{','.join(map(str, numbers))}]"
    if found := _NEW_BEFORE.fullmatch(text) or _NEW_BEHIND.fullmatch(text):
        return f"{found['name']}^{{new}}"
    return text


def _turned(statement: Statement) -> Statement | None:
    """A statement whose value stands on the left, `[3,9; 12,1] = z_1`, the other way round."""
    *between, last = statement.links
    if not _VALUE.match(statement.left.text) or _VALUE.match(last.text):
        return None
    left = replace(last, relation="=")
    return replace(statement, labels=(last.text,), links=(*between, replace(statement.left, relation="=")), left=left)


def _tails(text: str) -> Iterator[str]:
    """The last words of a sentence, where no operator stands before them."""
    words = text.split()
    for count in (1, 2):
        before = " ".join(words[:-count])
        if before and re.fullmatch(r"[^\W\d][\w ,.:;()'’*<>≤≥-]*", before) and not re.search(r"[-+*/^(]\s*$", before):
            yield " ".join(words[-count:])

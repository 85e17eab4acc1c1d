"""The table [variants] of a problem file: what each given value is drawn from, and which draws are good ones.

A value is drawn entry by entry (`{ from = 1, to = 9, step = 0.5 }`, `{ choices = [1, 2, 5] }`, or a list of such in the
shape of the value), as a whole from a list of values, or by a rule that has a name. What is drawn here depends on
nothing but the numbers that `below` gives: `below(n)` is a whole number from 0 to n − 1.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any, Protocol, TypeAlias

from derive.errors import Place, suggestion
from derive.language.expressions import Shape
from derive.problem.reading.given_values import exact_number, read_array
from derive.problem.reading.keys import Key, integer_from, list_of, one_of
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import kind

MOST_CHOICES = 100_000
MOST_TRIES, MOST_DIGITS = 1_000_000, 300
REASONS = ("no value", "kink", "saturated", "vanishing", "untidy")
"""Why a draw is rejected unless `allow` names it; one without a value always is."""

Below: TypeAlias = Callable[[int], int]
NumberChoices: TypeAlias = tuple[Fraction, ...]


class Choice(Protocol):
    """What one given value is drawn from."""

    def draw(self, below: Below, shape: Shape, values: NumberChoices) -> NumberChoices:
        """New flat entries for a value of `shape` whose entries are `values` in the problem file."""


@dataclass(frozen=True, slots=True)
class EntryLists:
    """Each entry by itself, from its own list of numbers (one number: it stays as it is)."""

    choices: tuple[NumberChoices, ...]

    def draw(self, below: Below, shape: Shape, values: NumberChoices) -> NumberChoices:
        return tuple(numbers[below(len(numbers))] for numbers in self.choices)


@dataclass(frozen=True, slots=True)
class Whole:
    """One of several values, each with all its entries."""

    choices: tuple[NumberChoices, ...]

    def draw(self, below: Below, shape: Shape, values: NumberChoices) -> NumberChoices:
        return self.choices[below(len(self.choices))]


@dataclass(frozen=True, slots=True)
class OneHot:
    """A single 1 among zeros; of a matrix in each column, of a row in the row."""

    def draw(self, below: Below, shape: Shape, values: NumberChoices) -> NumberChoices:
        rows, columns = (max(shape), 1) if len(shape) == 1 or shape[0] == 1 else shape
        hot = [below(rows) for _ in range(columns)]
        return tuple(Fraction(row == hot[column]) for row in range(rows) for column in range(columns))


@dataclass(frozen=True, slots=True)
class Permutation:
    """The entries of the problem file in another order."""

    def draw(self, below: Below, shape: Shape, values: NumberChoices) -> NumberChoices:
        waiting = list(values)
        return tuple(waiting.pop(below(len(waiting))) for _ in values)


RULES: Mapping[str, Choice] = {"one-hot": OneHot(), "permutation": Permutation()}
"""The rules that a value may be drawn by, as [variants] calls them."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition as it is written, and where."""

    text: str
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Variants:
    """How other numbers are drawn.

    choices   what each value is drawn from, by its id; the others stay as they are
    require   conditions that a draw has to meet
    allow     the reasons of REASONS for which a draw is not rejected
    tidy      the most digits that a value of the forward pass may need where it can be written out
    tries     the most draws for one student
    place     where the table stands
    """

    choices: Mapping[str, Choice] = field(default_factory=dict)
    require: tuple[Requirement, ...] = ()
    allow: tuple[str, ...] = ()
    tidy: int = 6
    tries: int = 1000
    place: Place = field(default=Place(), compare=False)


KEYS: Mapping[str, Key] = {
    "require": Key(list_of({"type": "string", "pattern": "[<>=]|has no"}), "Conditions that a draw has to meet."),
    "allow": Key(list_of(one_of(REASONS[1:])), "Reasons for which a draw is not rejected."),
    "tidy": Key(integer_from(1, MOST_DIGITS), "The most digits that a value of the forward pass may need."),
    "tries": Key(integer_from(1, MOST_TRIES), "The most draws for one student."),
}
"""The keys of [variants] beside the values that are drawn."""
_RANGE: tuple[str, ...] = ("from", "to", "step", "except")
_CHOICES: tuple[str, ...] = ("choices",)
_EXPECTED = 'expected { from = 1, to = 9, step = 1 }, { choices = [1, 2, 5] }, a list of values, or "permutation"'


def read_variants(tables: Tables, shapes: Mapping[str, Shape]) -> Variants | None:
    """The table [variants] of a file, if it has one; `shapes` are those of the given values, by id."""
    table = tables.source.data.get("variants")
    if not isinstance(table, dict):
        return None
    reader = _Reader(table, tables)
    for key in table:
        if key not in shapes and key not in KEYS:
            hint = suggestion(key, (*shapes, *KEYS)) or "values of [data] and [parameters] are drawn, no [samples]"
            tables.fault(f"`{key}` is not a value of [data] or [parameters]", hint, "variants", key)
    drawn = {key: reader.choice(key, shape) for key, shape in shapes.items() if key in table}
    return Variants(
        choices={key: choice for key, choice in drawn.items() if choice is not None},
        require=tuple(reader.requirements()),
        allow=tables.some_of(REASONS[1:], "variants", "allow"),
        tidy=tables.integer(table.get("tidy", 6), 1, MOST_DIGITS, "variants", "tidy"),
        tries=tables.integer(table.get("tries", 1000), 1, MOST_TRIES, "variants", "tries"),
        place=tables.source.place("variants"),
    )


class _Reader:
    """Reads the keys of the table."""

    def __init__(self, table: Mapping[str, Any], tables: Tables) -> None:
        self.table, self.tables = table, tables

    def requirements(self) -> Iterator[Requirement]:
        for text in self.tables.texts("variants", "require", "texts", '"0.05 < A_2 < 0.95"'):
            yield Requirement(text, self._place(text))

    def _place(self, text: str) -> Place:
        """The line of a condition inside the list, which may have a line for each."""
        source = self.tables.source
        start = source.place("variants", "require")
        lines = enumerate(source.lines[max(start.line - 1, 0) :], max(start.line, 1))
        found = next(((number, line) for number, line in lines if text in line), None)
        return Place(start.file, *found, found[1].find(text), len(text)) if found else start

    # --- what a value is drawn from --------------------------------------------------------------------------------

    def choice(self, key: str, shape: Shape) -> Choice | None:
        """What one value is drawn from; None after a fault."""

        def fault(message: str, hint: str) -> None:
            self.tables.fault(f"`{key}`: {message}", hint, "variants", key)

        given = self.table[key]
        if isinstance(given, str):
            return _rule(given, shape, fault)
        if isinstance(given, dict):
            numbers = _numbers(given, fault)
            return EntryLists((numbers,) * prod(shape)) if numbers else None
        if not isinstance(given, list) or not given:
            fault(f"nothing can be drawn from {kind(given) if given != [] else 'an empty list'}", _EXPECTED)
            return None
        if _depth(given) > len(shape):
            return _whole(given, shape, fault)
        entries: list[NumberChoices] = []
        right = _collect(given, shape, entries, fault)
        return EntryLists(tuple(entries)) if right else None


def _rule(name: str, shape: Shape, fault: Callable[[str, str], None]) -> Choice | None:
    if name not in RULES:
        fault(f"there is no rule `{name}`", suggestion(name, RULES) or f"the rules are: {', '.join(RULES)}")
        return None
    if not 1 <= len(shape) <= 2:
        fault(f"the rule `{name}` needs a vector or a matrix", _EXPECTED)
        return None
    return RULES[name]


def _whole(given: list[Any], shape: Shape, fault: Callable[[str, str], None]) -> Whole | None:
    """A list of values, each of the shape of the one that they stand for."""
    read = [read_array(item, fault) for item in given]
    if None in read:
        return None
    if any(item is not None and item[0] != shape for item in read):
        fault("the values of the list have another shape", f"expected values of the shape {list(shape)}")
        return None
    return Whole(tuple(item[1] for item in read if item is not None))


def _collect(given: Any, shape: Shape, entries: list[NumberChoices], fault: Callable[[str, str], None]) -> bool:
    """Nested lists in the shape of the value: each entry a number, or what it is drawn from."""
    if not shape:
        numbers = _numbers(given, fault)
        entries.append(numbers or ())
        return bool(numbers)
    if shape[0] == 1 and not isinstance(given, list):
        given = [given]
    if not isinstance(given, list) or len(given) != shape[0]:
        fault("the list has another shape than the value", f"expected the shape {list(shape)}, or {{ from = … }}")
        return False
    found = [_collect(item, shape[1:], entries, fault) for item in given]  # every fault is reported
    return all(found)


def _numbers(given: Any, fault: Callable[[str, str], None]) -> NumberChoices | None:
    """What one entry is drawn from; None after a fault."""
    if not isinstance(given, dict):
        read = read_array(given, fault)
        return read[1] if read else None
    if "choices" in given:
        chosen, keys = given["choices"], _CHOICES
        read = read_array(chosen, fault) if isinstance(chosen, list) else None
        if read is None or len(read[0]) > 1:
            fault("`choices` is not a list of numbers", "expected { choices = [1, 2, 5] }")
            return None
        numbers: NumberChoices | None = read[1]
    else:
        keys, numbers = _RANGE, _range(given, fault)
    for key in given:
        if key not in keys:
            fault(f"`{key}` has no meaning here", suggestion(key, keys) or f"known: {', '.join(keys)}")
            return None
    return numbers


def _range(given: Mapping[str, Any], fault: Callable[[str, str], None]) -> NumberChoices | None:
    """The numbers from `from` to `to` in steps, without those of `except`."""
    ends = {key: exact_number(given.get(key, 1 if key == "step" else None)) for key in ("from", "to", "step")}
    for key, number in ends.items():
        if number is None:
            wrong = f"is {_shown(given[key])}" if key in given else "is missing"
            fault(f"`{key}` {wrong}", "expected { from = 1, to = 9, step = 0.5 }")
            return None
    low, high, step = (number for number in ends.values() if number is not None)
    if step <= 0 or high < low or (high - low) / step >= MOST_CHOICES:
        hint = f"expected from ≤ to, a step above 0, and at most {MOST_CHOICES} numbers"
        fault("the range has no numbers, or too many", hint)
        return None
    left_out = given.get("except", [])
    without = {exact_number(x) for x in (left_out if isinstance(left_out, list) else [left_out])}
    numbers = tuple(low + i * step for i in range((high - low) // step + 1))
    kept = tuple(x for x in numbers if x not in without)
    if None in without or not kept:
        fault("`except` leaves nothing" if not kept else "`except` is not a list of numbers", "as in except = [0]")
        return None
    return kept


def _depth(given: Any) -> int:
    return 1 + max(map(_depth, given), default=0) if isinstance(given, list) else 0


def _shown(value: Any) -> str:
    return f"`{value}`" if isinstance(value, int | Fraction) and not isinstance(value, bool) else kind(value)

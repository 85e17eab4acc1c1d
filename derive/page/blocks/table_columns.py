"""How tables of entries are made: their columns, their cells, and how many of each a page takes."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby

from derive.calculus.shapes import indices
from derive.language.expressions import Entry, Index, Number, Ref, Shape
from derive.language.names import Name
from derive.language.numbers import constant_text
from derive.page.chains import Formula
from derive.page.document import Inline, Sentence, TableColumn
from derive.problem.settings import Digits

MOST_COLUMNS = 8  # of a table
TABLES = 2  # beside each other, of what does not fit into one
LONGEST_LIST = 3  # of numbers in a row
WIDEST, SIGNS = 91, 9  # characters of a line, and of a number beside its digits: −0.00…, ·10⁻¹⁰

Entries = list[tuple[Name, Index]]


def columns_for(digits: Digits, beside: int = 0) -> int:
    """How many columns of numbers fit beside each other, and beside `beside` characters."""
    return min(MOST_COLUMNS, (WIDEST - beside) // (digits.count + SIGNS))


def parted(arrays: Iterable[tuple[Name, Shape]], columns: int, most: int | None, taken: int = 0) -> list[Entries]:
    """The entries of arrays in parts as wide as a table; in the first `taken` columns are not free.

    Arrays that would bring the columns of all tables beyond `most` are left out.
    """
    parts: list[Entries] = [[]]
    count = 0
    for name, shape in arrays:
        entries = [(name, index) for index in indices(shape)]
        if most is not None and count + len(entries) > most:
            continue
        count += len(entries)
        if len(parts[-1]) + len(entries) > (columns - taken if len(parts) == 1 else columns):
            parts.append([])
        parts[-1] += entries[:columns]
        parts += [entries[i : i + columns] for i in range(columns, len(entries), columns)]
    return parts


def counting(key: str) -> TableColumn:
    """A column of numbers that count something."""
    return TableColumn(Sentence(key), "count")


def head(name: Name, index: Index) -> TableColumn:
    """The column of an entry."""
    return TableColumn(value_cell(Formula(Entry(name, index) if index else Ref(name))), "number")


def value_cell(value: Inline) -> Sentence:
    """A cell that shows a value."""
    return Sentence("training.cell", {"value": value})


def number_cell(value: Fraction) -> Sentence:
    """A given number, as a decimal where it ends."""
    return value_cell(Formula(Number(value, decimal="/" not in constant_text(value))))


def text_cell(text: str | int) -> Sentence:
    """A cell with a text as it stands."""
    return Sentence("=", {"text": text})


def spans(samples: Sequence[int]) -> str:
    """The numbers of samples that are counted from 0: `1, 2`, of many in a row `1–100`."""
    texts: list[str] = []
    for _, run in groupby(enumerate(samples), key=lambda item: item[1] - item[0]):
        numbers = [i + 1 for _, i in run]
        texts += [f"{numbers[0]}–{numbers[-1]}"] if len(numbers) > LONGEST_LIST else map(str, numbers)
    return ", ".join(texts)

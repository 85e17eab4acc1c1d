"""What a problem file sets beside its mathematics, read: [numbers], [page], [names], [marking] and [sheet]."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from derive.errors import suggestion
from derive.problem.keys import DIGITS, TABLES
from derive.problem.reading.given_values import exact_number
from derive.problem.reading.keys import FLAG, MARKS, SHARE, TEXT
from derive.problem.reading.large_arrays import MAX_ENTRIES
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import kind
from derive.problem.settings import (
    CARRIES,
    DECIMAL_SIGNS,
    FIGURES,
    LEVELS,
    LONGEST,
    MULTIPLICATION_SIGNS,
    SIGNS_OF_A_LANGUAGE,
    UNTAGGED,
    Digits,
    Marking,
    Numbers,
    Page,
    Sheet,
    shown_entries,
)
from derive.problem.training.batch import Batch
from derive.problem.training.model import Samples
from derive.prose.catalogue import number_sign


class Preferences:
    """Reads those tables of one file; what they say of a step holds for each sample of the model.

    entries  how many entries of an array the page shows, by the `sizes` of all where nothing is said; None for all
    worked   how many samples of a batch it works out; None where there are no samples
    """

    def __init__(self, tables: Tables, model: Batch, samples: Samples | None, sizes: Iterable[int]) -> None:
        self.tables, self.model = tables, model
        value = tables.table("page").get("entries", shown_entries(sizes))
        self.entries = None if value == "all" else tables.integer(value, 1, MAX_ENTRIES, "page", "entries")
        self.worked = samples.worked(self.entries) if samples else None

    def numbers(self) -> Numbers:
        """How numbers are carried and printed."""
        table, steps = self.tables.table("numbers"), self._steps("numbers", "{ A_2 = { decimals = 9 } }")
        return Numbers(
            digits=self._digits(table, "numbers"),
            carry=self.tables.text("numbers", "carry", default="exact", choices=CARRIES),
            decimal=self._sign("decimal", DECIMAL_SIGNS),
            multiplication=self._sign("multiplication", MULTIPLICATION_SIGNS),
            by_language=frozenset(SIGNS_OF_A_LANGUAGE) - set(table),
            steps=self.model.by_step({step: self._step_digits(step, digits) for step, digits in steps.items()}),
        )

    def _steps(self, table: str, example: str) -> dict[str, Any]:
        """What a table sets of single steps."""
        steps = self.tables.table(table).get("steps", {})
        if isinstance(steps, dict):
            return steps
        self.tables.fault(f"`steps` is {kind(steps)}", f"expected {example}", table, "steps")
        return {}

    def _sign(self, key: str, choices: tuple[str, ...]) -> str:
        """A sign, or that of the file's language; what is wrong with the language is said where it is read."""
        language = self.tables.source.data.get("language")
        own = number_sign(language if isinstance(language, str) else "en", key)
        return self.tables.text("numbers", key, default=own, choices=choices)

    def _step_digits(self, step: str, digits: Any) -> Digits:
        if not isinstance(digits, dict):
            self.tables.fault(
                f"the digits of `{step}` are {kind(digits)}", "expected { decimals = 9 }", "numbers", "steps", step
            )
            return Digits()
        for key in digits:
            if key not in DIGITS:
                hint = suggestion(key, DIGITS) or f"known: {', '.join(DIGITS)}"
                self.tables.fault(f"`{key}` has no meaning for a step", hint, "numbers", "steps", step, key)
        return self._digits(digits, "numbers", "steps", step)

    def _digits(self, table: Mapping[str, Any], *path: str) -> Digits:
        if "significant" in table and "decimals" in table:
            self.tables.fault("`significant` and `decimals` exclude each other", "keep one of them", *path, "decimals")
        if "decimals" in table:
            return Digits(self.tables.integer(table["decimals"], 0, LONGEST, *path, "decimals"), decimals=True)
        if "significant" in table:
            return Digits(self.tables.integer(table["significant"], 1, LONGEST, *path, "significant"))
        return Digits()

    def page(self) -> Page:
        """What the page says and shows."""
        page = self._plain("page", Page())
        if page.get("accessible") and page.get("engine") == "latex":
            self.tables.fault(UNTAGGED, 'leave `engine` out, or write "typst"', "page", "engine")
        ask = self.model.steps(self.tables.texts("page", "ask"), self.worked)
        return Page(**page, date=self._date(), ask=ask, entries=self.entries, figures=self._figures())

    def _plain(self, name: str, usual: Page | Marking | Sheet) -> dict[str, Any]:
        """Those settings of a table that are words, lists of words, true or false, or marks, as their keys say."""
        found: dict[str, Any] = {}
        table = self.tables.table(name)
        for key, takes in ((key, row.takes) for key, row in TABLES[name].items() if key in table):
            if takes == FLAG:
                found[key] = self.tables.flag(name, key, getattr(usual, key))
            elif takes == TEXT or "enum" in takes:
                choices = tuple(takes.get("enum", ()))
                found[key] = self.tables.text(name, key, default=getattr(usual, key), choices=choices)
            elif "enum" in takes.get("items", ()):
                found[key] = self.tables.some_of(tuple(takes["items"]["enum"]), name, key)
            elif takes in (MARKS, SHARE):
                found[key] = self._marks(table[key], key, takes == SHARE)
        return found

    def _figures(self) -> tuple[str, ...]:
        value = self.tables.table("page").get("figures", True)
        if isinstance(value, bool):
            return FIGURES if value else ()
        return self.tables.some_of(FIGURES, "page", "figures")

    def _date(self) -> str:
        value = self.tables.table("page").get("date", "")
        return value.isoformat() if hasattr(value, "isoformat") else self.tables.text("page", "date")

    def aliases(self) -> dict[str, tuple[str, ...]]:
        """The other names of steps, by id."""
        aliases: dict[str, tuple[str, ...]] = {}
        for step, names in self.tables.table("names").items():
            texts = [names] if isinstance(names, str) else names
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or not texts:
                self.tables.fault(
                    f"the names of `{step}` are not a list of texts", 'expected ["delta_2"]', "names", step
                )
                continue
            for text in texts:
                self.tables.name(text, "names", step)
            own = self.model.steps([step])
            marks = [f"^{{({i + 1})}}" for i in range(len(own))] if len(own) > 1 else [""]
            aliases |= {each: tuple(text + mark for text in texts) for each, mark in zip(own, marks, strict=True)}
        return aliases

    def marking(self) -> Marking:
        """How work is marked."""
        steps, digits = self._steps("marking", '{ "dL/dW_1" = 2 }'), self.tables.table("marking").get("digits")
        return Marking(
            **self._plain("marking", Marking()),
            digits=None if digits is None else self.tables.integer(digits, 1, LONGEST, "marking", "digits"),
            steps=self.model.by_step({step: self._marks(marks, "steps") for step, marks in steps.items()}, self.worked),
            exact=self.model.steps(self.tables.texts("marking", "exact")),
            formula=self.model.steps(self.tables.texts("marking", "formula")),
        )

    def _marks(self, value: Any, key: str, share: bool = False) -> Fraction:
        marks = exact_number(value)
        if marks is None or marks < 0:
            self.tables.fault(f"`{key}` is not a number of marks", "expected a number from 0", "marking", key)
            return Fraction(0)
        if share and marks > 1:
            self.tables.fault(f"`{key}` is more than 1", "expected a share from 0 to 1", "marking", key)
        return marks

    def sheet(self) -> Sheet:
        """What a sheet leaves blank."""
        sheet = self._plain("sheet", Sheet())
        if isinstance(self.tables.table("sheet").get("blank"), list):
            return Sheet(**sheet, steps=self.model.steps(self.tables.texts("sheet", "blank"), self.worked))
        return Sheet(**sheet, blank=self.tables.text("sheet", "blank", default=Sheet().blank, choices=LEVELS))

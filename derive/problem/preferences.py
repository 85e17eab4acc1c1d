"""What a problem file sets beside its mathematics, read: [numbers], [page], [names], [marking] and [sheet]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from derive.errors import suggestion
from derive.problem.keys import DIGITS
from derive.problem.reading.given_values import exact_number
from derive.problem.reading.large_arrays import MAX_ENTRIES
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import kind
from derive.problem.settings import (
    ALIKE,
    BREAKS,
    CARRIES,
    DECIMAL_SIGNS,
    DETAILS,
    ENGINES,
    FIGURES,
    LEVELS,
    LONGEST,
    MULTIPLICATION_SIGNS,
    PARTS,
    REASONS,
    ROOMS,
    SIGNS_OF_A_LANGUAGE,
    SYMBOLS,
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
        table = self.tables.table("numbers")
        steps = table.get("steps", {})
        if not isinstance(steps, dict):
            self.tables.fault(f"`steps` is {kind(steps)}", "expected { A_2 = { decimals = 9 } }", "numbers", "steps")
            steps = {}
        return Numbers(
            digits=self._digits(table, Digits(), "numbers"),
            carry=self.tables.text("numbers", "carry", default="exact", choices=CARRIES),
            decimal=self._sign("decimal", DECIMAL_SIGNS),
            multiplication=self._sign("multiplication", MULTIPLICATION_SIGNS),
            by_language=frozenset(SIGNS_OF_A_LANGUAGE) - set(table),
            steps=self.model.by_step({step: self._step_digits(step, digits) for step, digits in steps.items()}),
        )

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
        return self._digits(digits, Digits(), "numbers", "steps", step)

    def _digits(self, table: Mapping[str, Any], default: Digits, *path: str) -> Digits:
        if "significant" in table and "decimals" in table:
            self.tables.fault("`significant` and `decimals` exclude each other", "keep one of them", *path, "decimals")
        if "decimals" in table:
            return Digits(self.tables.integer(table["decimals"], 0, LONGEST, *path, "decimals"), decimals=True)
        if "significant" in table:
            return Digits(self.tables.integer(table["significant"], 1, LONGEST, *path, "significant"))
        return default

    def page(self) -> Page:
        """What the page says and shows."""
        engine = self.tables.text("page", "engine", default="auto", choices=ENGINES)
        accessible = self.tables.flag("page", "accessible", default=False)
        if accessible and engine == "latex":
            self.tables.fault(UNTAGGED, 'leave `engine` out, or write "typst"', "page", "engine")
        return Page(
            course=self.tables.text("page", "course"),
            author=self.tables.text("page", "author"),
            date=self._date(),
            task=self.tables.text("page", "task"),
            symbol=self.tables.text("page", "symbol", default="d", choices=SYMBOLS),
            engine=engine,
            accessible=accessible,
            detail=self.tables.text("page", "detail", default="full", choices=DETAILS),
            ask=self.model.steps(self.tables.texts("page", "ask"), self.worked),
            entries=self.entries,
            intro=self.tables.flag("page", "intro", True),
            update=self.tables.flag("page", "update", True),
            closed=self.tables.flag("page", "closed", True),
            check=self.tables.flag("page", "check", True),
            figures=self._figures(),
            reasons=self.tables.text("page", "reasons", default="full", choices=REASONS),
            order=self.tables.some_of(PARTS, "page", "order"),
            follow=self.tables.text("page", "follow"),
            alike=self.tables.text("page", "alike", default="auto", choices=ALIKE),
            breaks=self.tables.some_of(BREAKS, "page", "breaks"),
        )

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
        table = self.tables.table("marking")
        steps = table.get("steps", {})
        if not isinstance(steps, dict):
            self.tables.fault(f"`steps` is {kind(steps)}", 'expected { "dL/dW_1" = 2 }', "marking", "steps")
            steps = {}
        digits = table.get("digits")
        return Marking(
            digits=None if digits is None else self.tables.integer(digits, 1, LONGEST, "marking", "digits"),
            marks=self._marks(table.get("marks", 1), "marks"),
            entry=self._marks(table["entry"], "entry") if "entry" in table else None,
            remark=self._marks(table.get("remark", 0), "remark"),
            short=self._share(table.get("short", 0), "short"),
            steps=self.model.by_step({step: self._marks(marks, "steps") for step, marks in steps.items()}, self.worked),
            exact=self.model.steps(self.tables.texts("marking", "exact")),
            formula=self.model.steps(self.tables.texts("marking", "formula")),
        )

    def _share(self, value: Any, key: str) -> Fraction:
        share = self._marks(value, key)
        if share > 1:
            self.tables.fault(f"`{key}` is more than 1", "expected a share from 0 to 1", "marking", key)
        return share

    def _marks(self, value: Any, key: str) -> Fraction:
        marks = exact_number(value)
        if marks is None or marks < 0:
            self.tables.fault(f"`{key}` is not a number of marks", "expected a number from 0", "marking", key)
            return Fraction(0)
        return marks

    def sheet(self) -> Sheet:
        """What a sheet leaves blank."""
        named = isinstance(self.tables.table("sheet").get("blank"), list)
        default = Sheet()
        return Sheet(
            blank=default.blank if named else self.tables.text("sheet", "blank", default=default.blank, choices=LEVELS),
            steps=self.model.steps(self.tables.texts("sheet", "blank"), self.worked) if named else (),
            hints=self.tables.flag("sheet", "hints", default.hints),
            figure=self.tables.flag("sheet", "figure", default.figure),
            room=self._room(),
        )

    def _room(self) -> str:
        given = "room" in self.tables.table("sheet")
        return self.tables.text("sheet", "room", default=ROOMS[0], choices=ROOMS) if given else ""

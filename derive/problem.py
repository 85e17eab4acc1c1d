"""A problem file → a Problem; every fault of the file is reported together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from derive.arrays import exact_number, read_array
from derive.equations import check_order, infer_shapes, left_sides, lines_of, read_equations, read_name
from derive.errors import Fault, InputError, Place, suggestion
from derive.language.expressions import Equation, Shape, names_in
from derive.language.names import Name, Symbol
from derive.language.numbers import constant_text
from derive.language.tokens import TextError
from derive.network import expand_network
from derive.operations import FUNCTIONS
from derive.operations.rows import shape_text
from derive.settings import Digits, Marking, Numbers, Page, Update
from derive.source import Source, from_text, kind, read

MAX_DIGITS = 50
MAX_STEPS = 1_000_000

_KEYS: dict[str, tuple[str, ...]] = {
    "": ("title", "topic", "language", "data", "parameters", "model", "network", "numbers", "page", "names",
         "update", "marking", "sheet", "variants"),
    "model": ("equations", "loss", "gradients"),
    "network": ("input", "target", "layers", "loss", "gradients"),
    "numbers": ("significant", "decimals", "carry", "decimal", "steps"),
    "page": ("course", "author", "date", "task", "symbol", "detail", "ask"),
    "update": ("rule", "learning_rate", "steps", "only", "show"),
    "marking": ("digits", "marks", "entry", "remark", "steps", "exact", "formula"),
}  # fmt: skip
_LATER = {"samples": "batches of samples", "state": "update rules with a state"}


@dataclass(frozen=True, slots=True)
class Given:
    """A given value: its name, shape, flat exact entries, and whether it is a parameter (else fixed data)."""

    name: Symbol
    shape: Shape
    values: tuple[Fraction, ...]
    parameter: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """A forward pass with its numbers, checked. `loss` is None where only the forward pass is asked for;
    `gradients` are further names whose gradient is shown; `aliases` other printed and read names by step id;
    `warnings` are faults that do not stop the work, `places` say where each equation stands.
    """

    title: str
    givens: tuple[Given, ...]
    equations: tuple[Equation, ...]
    loss: Symbol | None = None
    gradients: tuple[Symbol, ...] = ()
    language: str = "en"
    topic: str = ""
    numbers: Numbers = field(default_factory=Numbers)
    page: Page = field(default_factory=Page)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    update: Update | None = None
    marking: Marking = field(default_factory=Marking)
    warnings: tuple[Fault, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    name: str = ""
    shapes: Mapping[Name, Shape] = field(default_factory=dict)

    @staticmethod
    def load(path: str | Path) -> Problem:
        """The problem in the file at `path`. Raises InputError with every fault."""
        return _Reader(read(Path(path))).problem(Path(path).stem)

    @staticmethod
    def loads(text: str, name: str = "problem") -> Problem:
        """The problem that `text` writes. Raises InputError with every fault."""
        return _Reader(from_text(text, name)).problem(name)

    def with_values(self, values: Mapping[str, Iterable[Fraction]]) -> Problem:
        """The same problem with other numbers for some given values (flat, of the same shapes)."""
        givens = tuple(
            replace(given, values=tuple(values[given.name.id])) if given.name.id in values else given
            for given in self.givens
        )
        if any(len(new.values) != len(old.values) for new, old in zip(givens, self.givens, strict=True)):
            raise ValueError("the new values have another shape")
        return replace(self, givens=givens)


class _Reader:
    """Reads the tables of one file; `faults` and `warnings` collect what is wrong."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.shapes: dict[Name, Shape] = {}
        self.broken: dict[str, Name] = {}
        self.keys: dict[str, str] = {}
        self.defined: dict[str, Name] = {}
        self.places: dict[str, Place] = {}

    def problem(self, name: str) -> Problem:
        self._check_keys()
        givens = [*self._givens("data"), *self._givens("parameters")]
        known: dict[str, Name] = {given.name.id: given.name for given in givens}
        for given in givens:
            self.shapes[given.name] = given.shape
        equations = self._equations(known)
        model = self._table("network" if "network" in self.source.data else "model")
        loss = self._loss(equations, known) if "loss" in model else None
        problem = Problem(
            title=self._text("title", default=name),
            givens=tuple(givens),
            equations=tuple(equations),
            loss=loss,
            gradients=self._gradients(known, equations),
            language=self._text("language", default="en"),
            topic=self._text("topic"),
            numbers=self._numbers(),
            page=self._page(),
            aliases=self._aliases(),
            update=self._update(givens, loss),
            marking=self._marking(),
            places=self.places,
            name=name,
            shapes=self.shapes,
        )
        self._check_uses(problem)
        if self.faults:
            raise InputError(sorted(dict.fromkeys(self.faults), key=lambda fault: fault.place.line))
        return replace(problem, warnings=tuple(self.warnings))

    # --- helpers ---------------------------------------------------------------------------------------------------

    def fault(self, message: str, hint: str = "", *path: str) -> None:
        self.faults.append(Fault(message, hint, self.source.key_place(*path)))

    def _table(self, name: str) -> dict[str, Any]:
        table = self.source.data.get(name, {})
        if not isinstance(table, dict):
            self.fault(f"`{name}` is {kind(table)}", f"expected a table: [{name}]", name)
            return {}
        return table

    def _check_keys(self) -> None:
        for key in self.source.data:
            if key in _LATER:
                self.fault(f"[{key}] ({_LATER[key]}) is not worked out by this version", "", key)
            elif key not in _KEYS[""]:
                value = isinstance(self.source.data[key], int | Fraction | list)
                hint = suggestion(key, _KEYS[""]) or f"known: {', '.join(_KEYS[''])}"
                hint = "a given value belongs into [data] or [parameters]" if value else hint
                self.fault(f"`{key}` has no meaning here", hint, key)
        for table, keys in _KEYS.items():
            for key in self._table(table) if table else ():
                if key not in keys:
                    hint = suggestion(key, keys) or f"[{table}] has: {', '.join(keys)}"
                    self.fault(f"`{key}` has no meaning in [{table}]", hint, table, key)
        if ("model" in self.source.data) == ("network" in self.source.data):
            message = "a problem needs either [model] with equations or [network] with layers"
            self.fault(message, "see docs/problem-file.md", "network")

    def _text(self, *path: str, default: str = "", choices: tuple[str, ...] = ()) -> str:
        value: Any = self.source.data
        for key in path:
            value = value.get(key, default) if isinstance(value, dict) else default
        if not isinstance(value, str):
            self.fault(f"`{path[-1]}` is {kind(value)}", "expected a text in quotes", *path)
            return default
        if choices and value not in choices:
            hint = suggestion(value, choices) or f"one of: {', '.join(choices)}"
            self.fault(f"`{path[-1]}` cannot be `{value}`", hint, *path)
            return default
        return value

    def _integer(self, value: Any, low: int, high: int, *path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            number = isinstance(value, int | Fraction) and not isinstance(value, bool)
            shown = constant_text(Fraction(value)) if number else kind(value)
            self.fault(f"`{path[-1]}` is {shown}", f"expected a whole number from {low} to {high}", *path)
            return low
        return value

    def _names(self, *path: str) -> list[Symbol]:
        value: Any = self._table(path[0]).get(path[1], [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(f"`{path[-1]}` is not a list of names", 'expected for example ["W_1", "b_1"]', *path)
            return []
        return [symbol for item in value if (symbol := self._name(item, *path))]

    def _name(self, text: str, *path: str) -> Symbol | None:
        try:
            return read_name(text)
        except TextError as wrong:
            self.fault(f"`{text}` is not a name: {wrong.message}", wrong.hint, *path)
            return None

    # --- values ----------------------------------------------------------------------------------------------------

    def _givens(self, table: str) -> list[Given]:
        givens = []
        for key, value in self._table(table).items():
            name = self._name(key, table, key)
            if name is None:
                continue
            if name.id in FUNCTIONS:
                self.fault(f"`{key}` is the name of an operation", "give the value another name", table, key)
            if name in self.shapes:
                self.fault(f"`{name}` has a value already", "each name stands for one value", table, key)
                continue
            array = self._array(value, table, key)
            self.keys[name.id] = key
            if array is None:
                self.broken[name.id] = name
            else:
                self.shapes[name] = array[0]
                givens.append(Given(name, array[0], array[1], parameter=table == "parameters"))
        return givens

    def _array(self, value: Any, table: str, key: str) -> tuple[Shape, tuple[Fraction, ...]] | None:
        return read_array(value, lambda message, hint: self.fault(f"`{key}`: {message}", hint, table, key))

    # --- equations -------------------------------------------------------------------------------------------------

    def _equations(self, known: dict[str, Name]) -> list[Equation]:
        if "network" in self.source.data:
            before = len(self.faults)
            text = expand_network(self._table("network"), self.shapes, self.fault)
            if len(self.faults) > before:
                return []
            place = self.source.place("network")
        else:
            text = self._text("model", "equations")
            place = self.source.place("model", "equations")
            if text and place.text.rstrip().endswith(('"""', "'''")):
                place = replace(place, line=place.line + 1)
            if "model" in self.source.data and not text.strip():
                self.fault("there are no equations", 'expected equations = """ … """', "model", "equations")
        lines = lines_of(text, place, self.faults)
        if "network" in self.source.data:
            lines = [replace(line, place=place) for line in lines]
        self.defined = left_sides(lines)
        written = read_equations(lines, {**self.broken, **known}, self.faults)
        for item in written:
            if item.relation == "<-":
                self.faults.append(item.line.fault("`<-` belongs into [update]", "expected `=`", (0, 1)))
            if item.equation.name.id in FUNCTIONS:
                self.faults.append(item.line.fault(f"`{item.equation.name}` is the name of an operation",
                                                   "give the quantity another name", (0, 1)))  # fmt: skip
        order_before = len(self.faults)
        check_order(written, known, self.faults)
        if len(self.faults) == order_before:
            infer_shapes(written, self.shapes, self.faults)
        self.places = {item.equation.name.id: item.line.fault("").place for item in written}
        return [item.equation for item in written]

    def _loss(self, equations: list[Equation], known: Mapping[str, Name]) -> Symbol | None:
        if "network" in self.source.data:
            return equations[-1].name if equations and isinstance(equations[-1].name, Symbol) else None
        text = self._text("model", "loss")
        name = self._name(text, "model", "loss") if text else None
        defined = [equation.name.id for equation in equations]
        if name is None:
            return None
        if name.id not in self.defined:
            hint = suggestion(name.id, self.defined) or "expected the name on the left of an equation"
            self.fault(f"no equation defines the loss `{text}`", hint, "model", "loss")
        if name.id not in defined:
            return None
        shape = self.shapes.get(name, ())
        if shape:
            self.fault(f"the loss `{text}` is not a scalar but {shape_text(shape)}",
                       "add its entries up with `sum` or `mean`", "model", "loss")  # fmt: skip
        return name

    def _gradients(self, known: Mapping[str, Name], equations: list[Equation]) -> tuple[Symbol, ...]:
        table = "network" if "network" in self.source.data else "model"
        names = self._names(table, "gradients")
        ids = {*known, *self.broken, *self.defined}
        for name in names:
            if name.id not in ids:
                self.fault(f"`{name}` is not defined", suggestion(name.id, ids), table, "gradients")
        return tuple(names)

    # --- settings --------------------------------------------------------------------------------------------------

    def _numbers(self) -> Numbers:
        table = self._table("numbers")
        steps = table.get("steps", {})
        if not isinstance(steps, dict):
            self.fault(f"`steps` is {kind(steps)}", "expected { A_2 = { decimals = 9 } }", "numbers", "steps")
            steps = {}
        return Numbers(
            digits=self._digits(table, Digits(), "numbers"),
            carry=self._text("numbers", "carry", default="exact", choices=("exact", "rounded")),
            decimal=self._text("numbers", "decimal", default=".", choices=(".", ",")),
            steps={step: self._step_digits(step, digits) for step, digits in steps.items()},
        )

    def _step_digits(self, step: str, digits: Any) -> Digits:
        if not isinstance(digits, dict):
            self.fault(
                f"the digits of `{step}` are {kind(digits)}", "expected { decimals = 9 }", "numbers", "steps", step
            )
            return Digits()
        return self._digits(digits, Digits(), "numbers", "steps", step)

    def _digits(self, table: Mapping[str, Any], default: Digits, *path: str) -> Digits:
        if "significant" in table and "decimals" in table:
            self.fault("`significant` and `decimals` exclude each other", "keep one of them", *path, "decimals")
        if "decimals" in table:
            return Digits(self._integer(table["decimals"], 0, MAX_DIGITS, *path, "decimals"), decimals=True)
        if "significant" in table:
            return Digits(self._integer(table["significant"], 1, MAX_DIGITS, *path, "significant"))
        return default

    def _page(self) -> Page:
        return Page(
            course=self._text("page", "course"),
            author=self._text("page", "author"),
            date=self._date(),
            task=self._text("page", "task"),
            symbol=self._text("page", "symbol", default="d", choices=("d", "∂")),
            detail=self._text("page", "detail", default="full", choices=("full", "short")),
            ask=self._texts("page", "ask"),
        )

    def _date(self) -> str:
        value = self._table("page").get("date", "")
        return value.isoformat() if hasattr(value, "isoformat") else self._text("page", "date")

    def _aliases(self) -> dict[str, tuple[str, ...]]:
        aliases = {}
        for step, names in self._table("names").items():
            texts = [names] if isinstance(names, str) else names
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or not texts:
                self.fault(f"the names of `{step}` are not a list of texts", 'expected ["delta_2"]', "names", step)
                continue
            aliases[step] = tuple(texts)
            for text in texts:
                self._name(text, "names", step)
        return aliases

    def _update(self, givens: list[Given], loss: Symbol | None) -> Update | None:
        if "update" not in self.source.data:
            return None
        table = self._table("update")
        if loss is None and "loss" not in self._table("model"):
            self.fault("an update needs a loss", 'name it in [model]: loss = "L"', "update")
        only = tuple(self._names("update", "only")) if "only" in table else None
        parameters = [given.name.id for given in givens if given.parameter]
        for name in only or ():
            if name.id not in parameters:
                self.fault(f"`{name}` is not a parameter", suggestion(name.id, parameters), "update", "only")
        rate = exact_number(table.get("learning_rate"))
        if rate is None:
            wrong = "not a number" if "learning_rate" in table else "missing"
            hint = "expected for example learning_rate = 0.1"
            self.fault(f"`learning_rate` is {wrong}", hint, "update", "learning_rate")
        steps = self._integer(table.get("steps", 1), 1, MAX_STEPS, "update", "steps")
        show = table.get("show", [])
        if not isinstance(show, list) or not all(isinstance(k, int) and 1 <= k <= steps for k in show):
            self.fault("`show` is not a list of passes", f"expected whole numbers from 1 to {steps}", "update", "show")
            show = []
        return Update(
            rule=self._text("update", "rule", default="gradient descent", choices=("gradient descent",)),
            learning_rate=rate or Fraction(0),
            steps=steps,
            only=only,
            show=tuple(show),
        )

    def _marking(self) -> Marking:
        table = self._table("marking")
        steps = table.get("steps", {})
        if not isinstance(steps, dict):
            self.fault(f"`steps` is {kind(steps)}", 'expected { "dL/dW_1" = 2 }', "marking", "steps")
            steps = {}
        digits = table.get("digits")
        return Marking(
            digits=None if digits is None else self._integer(digits, 1, MAX_DIGITS, "marking", "digits"),
            marks=self._marks(table.get("marks", 1), "marks"),
            entry=self._marks(table["entry"], "entry") if "entry" in table else None,
            remark=self._marks(table.get("remark", 0), "remark"),
            steps={step: self._marks(marks, "steps") for step, marks in steps.items()},
            exact=self._texts("marking", "exact"),
            formula=self._texts("marking", "formula"),
        )

    def _marks(self, value: Any, key: str) -> Fraction:
        marks = exact_number(value)
        if marks is None or marks < 0:
            self.fault(f"`{key}` is not a number of marks", "expected a number from 0", "marking", key)
            return Fraction(0)
        return marks

    def _texts(self, table: str, key: str) -> tuple[str, ...]:
        value = self._table(table).get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.fault(f"`{key}` is not a list of steps", 'expected for example ["dL/dW_2"]', table, key)
        return ()

    def _check_uses(self, problem: Problem) -> None:
        for table in ("sheet", "variants"):
            if table in self.source.data:
                self.warnings.append(Fault(f"[{table}] is not used by this version", "", self.source.key_place(table)))
        used = {name for equation in problem.equations for name in names_in(equation.expr)}
        for given in problem.givens:
            if given.name not in used:
                table = "parameters" if given.parameter else "data"
                place = self.source.key_place(table, self.keys[given.name.id])
                self.warnings.append(Fault(f"`{given.name}` is not used", "remove it, or use it in an equation", place))

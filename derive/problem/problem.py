"""A problem file → a Problem; every fault of the file is reported together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import Any

from derive.calculus.kernels import shape_text
from derive.errors import Fault, InputError, Place, suggestion
from derive.files import path_to
from derive.language.expressions import Equation, Shape, names_in
from derive.language.names import Name, Symbol
from derive.language.tokens import TextError
from derive.memory import rarely_collecting
from derive.operations import MACROS
from derive.problem.grade_rules import read_grade_rules
from derive.problem.known_keys import check_keys
from derive.problem.network.shorthand import expand_network
from derive.problem.preferences import Preferences
from derive.problem.python_values import problem_text
from derive.problem.reading.array_files import with_array_files
from derive.problem.reading.array_values import flat_numbers
from derive.problem.reading.equation_checks import check_looked_up, check_matrix_powers, spread_targets
from derive.problem.reading.equation_lines import EquationLine, lines_of, without_chains
from derive.problem.reading.equations import check_order, infer_shapes, left_sides, read_equations, read_name
from derive.problem.reading.given_values import Given, formula_text, places_of, shape_of_lists, without_infinity
from derive.problem.reading.large_arrays import NumberArray
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import TomlFile, from_text, read_toml, uneaten
from derive.problem.reading.variants_table import Variants, read_variants
from derive.problem.settings import GradeRules, Marking, Numbers, Page, Sheet
from derive.problem.training.batch import Batch, plural, unroll_batch
from derive.problem.training.model import Samples, Update
from derive.problem.training.samples import read_samples
from derive.problem.training.state_shapes import state_shapes
from derive.problem.training.turns import read_training
from derive.problem.training.update_scope import Surroundings

SETTINGS = (
    ("numbers", "steps"),
    ("names", ""),
    ("page", "ask"),
    ("page", "follow"),
    ("sheet", "blank"),
    ("marking", ""),
)
"""The keys of settings that name steps."""


LOSSES = ("L", "J", "E", "C", "loss", "Loss", "cost", "ell", "l", "MSE", "f")
"""What a loss is mostly called."""
BY_NUMBER = tuple(macro.key for macro in MACROS.values() if macro.by_shape and macro.params[1:] == ("y",))
"""Losses whose target may be the number of a class."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A forward pass with its numbers, checked. `losses` is empty where only the forward pass is asked for;
    `gradients` are further names whose gradient is shown; `aliases` other printed and read names by step id;
    `warnings` are faults that do not stop the work, `places` say where each equation and each of SETTINGS stands, and
    under "" in which file; `text` is what was read, "" for a problem that was never written.
    """

    title: str
    givens: tuple[Given, ...]
    equations: tuple[Equation, ...]
    losses: tuple[Symbol, ...] = ()
    gradients: tuple[Symbol, ...] = ()
    language: str = "en"
    topic: str = ""
    numbers: Numbers = field(default_factory=Numbers)
    page: Page = field(default_factory=Page)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    update: Update | None = None
    samples: Samples | None = None
    marking: Marking = field(default_factory=Marking)
    sheet: Sheet = field(default_factory=Sheet)
    grade: GradeRules = field(default_factory=GradeRules)
    variants: Variants | None = None
    warnings: tuple[Fault, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    name: str = ""
    shapes: Mapping[Name, Shape] = field(default_factory=dict)
    text: str = field(default="", compare=False, repr=False)

    @staticmethod
    @rarely_collecting
    def load(path: str | Path) -> Problem:
        """The problem in the file at `path`. Raises InputError with every fault, TypeError for what is no path."""
        file = path_to(path, "a problem", "read it by `Problem.loads`")
        return _Reader(read_toml(file, with_array_files)).problem(file.stem)

    @staticmethod
    @rarely_collecting
    def loads(text: str, name: str = "problem", file: str = "") -> Problem:
        """The problem that `text` writes; messages name the `file` that it was read from. Raises InputError with every
        fault.
        """
        return _Reader(from_text(text, file or name)).problem(name)

    @staticmethod
    def of(equations: str | Iterable[str], given: Mapping[str, Any] | None = None, /, **told: Any) -> Problem:
        """The problem with these equations and values: `Problem.of("y = W x", x=[1, 2], W=array)`.

        Values are numbers, Fractions, nested lists, arrays of NumPy or tensors of PyTorch; those whose names Python
        does not allow stand in `given`. What else a problem file holds is told by its keys: `title`, `loss`,
        `gradients`, and mappings for `numbers`, `page`, `update`, …. Parameters are the names in `parameters`, or all
        but those in `data`, or the tensors that require a gradient; where nothing says it, every value is one.
        Raises InputError with every fault.
        """
        return Problem.loads(problem_text(equations, {**(given or {}), **told}))

    def place(self, *keys: str) -> Place:
        """Where the first of these stands that stands anywhere: equations, and tables with settings; else the file."""
        return next((self.places[key] for key in keys if key in self.places), self.places.get("", Place(self.name)))

    @property
    def loss(self) -> Symbol | None:
        """The loss; of several the first one; None where only the forward pass is asked for."""
        return self.losses[0] if self.losses else None

    @property
    def maximised(self) -> frozenset[Symbol]:
        """The losses that an update makes larger."""
        return self.update.maximised(self.loss) if self.update else frozenset()

    @property
    def asked(self) -> tuple[str, ...]:
        """The steps that are marked, and blank on a sheet; none: all."""
        return self.page.ask or self.sheet.steps

    @property
    def label(self) -> str:
        """The name of the problem's file, else its title, for messages of one line."""
        return self.name or self.title or "a problem"

    def with_values(self, values: Mapping[str, Any]) -> Problem:
        """The same problem with other numbers for some given values: of the same shapes, flat or nested, as Fractions,
        texts, Python's or NumPy's numbers. Raises InputError for what is no number, ValueError for another shape.
        """
        givens = tuple(
            replace(given, values=flat_numbers(values[given.name.id]), places=()) if given.name.id in values else given
            for given in self.givens
        )
        if any(len(new.values) != len(old.values) for new, old in zip(givens, self.givens, strict=True)):
            raise ValueError("the new values have another shape")
        return replace(self, givens=givens)


class _Reader(Tables):
    """Reads the tables of one file."""

    def __init__(self, source: TomlFile) -> None:
        super().__init__(source)
        self.shapes: dict[Name, Shape] = {}
        self.broken: dict[str, Name] = {}
        self.keys: dict[str, str] = {}
        self.formulas: list[EquationLine] = []
        self.defined: dict[str, Name] = {}
        self.places: dict[str, Place] = {}

    def problem(self, name: str) -> Problem:
        check_keys(self)
        given = (*self._givens("data"), *self._givens("parameters"))
        samples = self._samples()
        model, losses = self._model(given, samples)
        equations = model.told
        givens = (*given, *(samples.givens() if samples else ()))
        has_loss = not {"loss", "losses"}.isdisjoint(self._model_table)
        around = Surroundings(givens, self.defined, model.shapes, losses[0] if losses else None, has_loss,
                              self.broken, model.plural, equations, losses)  # fmt: skip
        training = read_training(self, around, samples)
        preferences = Preferences(self, model, samples, map(prod, self.shapes.values()))
        problem = Problem(
            title=self.text("title", default=name.replace("_", " ")),
            givens=givens,
            equations=model.equations,
            losses=losses,
            gradients=model.gradients,
            language=self.text("language", default="en"),
            topic=self.text("topic"),
            numbers=preferences.numbers(),
            page=preferences.page(),
            aliases=preferences.aliases(),
            update=training.update,
            samples=model.samples(samples) if samples else None,
            marking=preferences.marking(),
            sheet=preferences.sheet(),
            grade=read_grade_rules(self),
            variants=read_variants(self, {given.name.id: given.shape for given in givens}),
            places={**self.places, **training.places, **self._settings()},
            name=name,
            text=self.source.text,
            shapes={**model.shapes, **training.shapes},
        )
        self._check_uses(problem, equations, given)
        moving = [*(each.name for each in givens if each.parameter), *problem.gradients]
        if not self.faults:
            check_looked_up(equations, moving, self.places, self.faults)
        if not self.faults:
            self._check_meant(problem, given)
        if self.faults:
            raise self._wrong()
        return replace(problem, warnings=tuple(self.warnings))

    def _wrong(self) -> InputError:
        """Every fault that was found, in the order of the file."""
        return InputError(sorted(dict.fromkeys(self.faults), key=lambda fault: fault.place.line))

    def _settings(self) -> dict[str, Place]:
        """Where the settings of steps stand."""
        found = {f"[{table}] {key}".strip(): self.source.place(*filter(None, (table, key))) for table, key in SETTINGS}
        return {"": Place(self.source.name), "language": self.source.key_place("language"), **found}

    # --- values ----------------------------------------------------------------------------------------------------

    def _givens(self, table: str) -> list[Given]:
        givens = []
        for key, written in self.table(table).items():
            name = self.name(key, table, key)
            if name is None:
                continue
            if name in self.shapes:
                self.fault(f"`{name}` has a value already", "each name stands for one value", table, key)
                continue
            self.keys[name.id] = key
            if isinstance(written, NumberArray):
                self.shapes[name] = written.shape
                givens.append(Given(name, written.shape, written.values, table == "parameters", written.places))
                continue
            value, masked = without_infinity(written) if table == "data" else (written, ())
            if table == "data" and (text := formula_text(value)):
                self.formulas.append(EquationLine(f"{name.spelling} = {text}", self.source.key_place(table, key)))
                self.shapes[name] = shape_of_lists(value)
                continue
            array = self.array(value, table, key)
            if array is None:
                self.broken[name.id] = name
            else:
                self.shapes[name] = array[0]
                parameter = table == "parameters"
                givens.append(Given(name, array[0], array[1], parameter, places_of(value), masked))
        return givens

    def _samples(self) -> Samples | None:
        """The samples, their names entered among the given ones."""
        samples = read_samples(self)
        for key in self.table("samples") if samples is None else ():
            with suppress(TextError):
                self.broken[read_name(key).id] = read_name(key)
        for column in samples.columns if samples else ():
            if column.name in self.shapes:
                hint = "each name stands for one value"
                self.fault(f"`{column.name}` has a value already", hint, "samples", column.name.id)
            self.keys[column.name.id] = column.name.id
            self.shapes[column.name] = column.shape
        return samples

    # --- equations -------------------------------------------------------------------------------------------------

    @property
    def _model_table(self) -> dict[str, Any]:
        return self.table("network" if "network" in self.source.data else "model")

    def _model(self, givens: Iterable[Given], samples: Samples | None) -> tuple[Batch, tuple[Symbol, ...]]:
        """The model, for several samples at a time written out for each, and its losses."""
        known: dict[str, Name] = {given.name.id: given.name for given in givens}
        known |= {column.name.id: column.name for column in samples.columns} if samples else {}
        states = {name: shape for name, shape in state_shapes(self.table("state")).items() if name.id not in known}
        self.shapes |= states
        equations = tuple(self._equations({**{name.id: name for name in states}, **known}))
        for name in states.keys() - {name for equation in equations for name in names_in(equation.expr)}:
            self.shapes.pop(name, None)  # the update finds the shape of what only it uses
        losses = tuple(self._losses(equations))
        gradients = self._gradients(known)
        if samples is None or samples.batch == 1 or self.faults:
            return Batch(equations, gradients, self.shapes), losses
        for loss in losses:
            if loss not in plural(samples, equations):
                self.fault(f"the loss `{loss}` does not depend on the samples", "use them in its equations", "samples")
                return Batch(equations, gradients, self.shapes), losses
        return unroll_batch(samples, equations, gradients, losses, self.shapes), losses

    def _equations(self, known: Mapping[str, Name]) -> list[Equation]:
        if "network" in self.source.data:
            before = len(self.faults)
            expanded = expand_network(self.table("network"), self.shapes, self.fault)
            if len(self.faults) > before:
                return []
            place = self.source.place("network")
            lines = [EquationLine(text, place, layer=layer) for text, layer in expanded]
        else:
            text = self.text("model", "equations")
            place = self.source.place("model", "equations")
            text = self._with_backslashes(text)
            if text and place.text.rstrip().endswith(('"""', "'''")):
                place = replace(place, line=place.line + 1)
            written = self.table("model").get("equations", "")
            if "model" in self.source.data and isinstance(written, str) and not text.strip():
                self.fault("there are no equations", 'expected equations = """ … """', "model", "equations")
            before = len(self.faults)
            lines = lines_of(text, place, self.faults)
            if len(self.faults) > before:
                raise self._wrong()  # without its repetitions the rest cannot be read
            lines = list(without_chains(lines, known, left_sides(lines), self.warnings))
        lines = [*self.formulas, *lines]
        self.defined = left_sides(lines)
        written = read_equations(lines, {**self.broken, **known}, self.faults)
        for item in written:
            if item.relation == "<-":
                self.faults.append(item.line.fault("`<-` belongs into [update]", "expected `=`", (0, 1)))
        order_before = len(self.faults)
        check_order(written, known, self.faults)
        self.places = {item.equation.name.id: item.line.fault("").place for item in written}
        if len(self.faults) > order_before:
            return [item.equation for item in written]
        equations = infer_shapes(written, self.shapes, self.faults, self.warnings)
        check_matrix_powers(written if "model" in self.source.data else (), self.shapes, self.faults)
        return equations

    def _with_backslashes(self, text: str) -> str:
        """The text as it was meant; that TOML read `\\f` of `\\frac` as a sign of its own is a fault."""
        meant, eaten = uneaten(text)
        if eaten:
            hint = "put equations with backslashes between three single quotes: equations = ''' … '''"
            self.fault(f"TOML has read the backslash of `{eaten}` as part of another sign", hint, "model", "equations")
        return meant

    def _losses(self, equations: Sequence[Equation]) -> Iterator[Symbol]:
        """The losses that are named; of a network what its last equation defines."""
        table = self._model_table
        if "network" in self.source.data:
            yield from (e.name for e in equations[-1:] if "loss" in table and isinstance(e.name, Symbol))
            return
        if "loss" in table and "losses" in table:
            self.fault("`loss` and `losses` exclude each other", "keep one of them", "model", "losses")
        key = "loss" if "loss" in table else "losses"
        text = self.text("model", "loss")
        names = [self.name(text, "model", "loss") if text else None] if key == "loss" else self.names("model", key)
        for name in dict.fromkeys(names):
            if name is not None and self._is_loss(name, {equation.name.id for equation in equations}, key):
                yield name

    def _is_loss(self, name: Symbol, defined: Container[str], key: str) -> bool:
        """Whether an equation defines a loss that is a number; what is wrong is noted."""
        if name.id not in self.defined:
            if not self.defined:
                return False
            hint = suggestion(name.id, self.defined) or "expected the name on the left of an equation"
            self.fault(f"no equation defines the loss `{name}`", hint, "model", key)
        shape = self.shapes.get(name, ())
        if shape:
            self.fault(f"the loss `{name}` is not a scalar but {shape_text(shape)}",
                       "add its entries up with `sum` or `mean`", "model", key)  # fmt: skip
        return name.id in defined

    def _gradients(self, known: Mapping[str, Name]) -> tuple[Symbol, ...]:
        table = "network" if "network" in self.source.data else "model"
        names = self.names(table, "gradients")
        ids = {*known, *self.broken, *self.defined}
        for name in names:
            if name.id not in ids:
                self.fault(f"`{name}` is not defined", suggestion(name.id, ids), table, "gradients")
        return tuple(names)

    def _check_meant(self, problem: Problem, given: Sequence[Given]) -> None:
        """Warns of a loss that was forgotten, and of one target for several outputs."""
        if problem.loss is None:
            scalars = [e.name for e in problem.equations if not problem.shapes.get(e.name) and str(e.name) in LOSSES]
            if scalars and not problem.gradients and any(item.parameter for item in given):
                message = "no loss is named: only the forward pass is worked out"
                hint = f'write loss = "{scalars[-1]}" in [model]'
                self.warnings.append(Fault(message, hint, problem.place(scalars[-1].id)))
            return
        data = [item.name for item in given if not item.parameter]
        last = next(equation for equation in problem.equations if equation.name == problem.loss)
        target = next((name for name in data if name.id == self._model_table.get("target")), None)
        if str(self._model_table.get("loss")).replace(" ", "_") in BY_NUMBER:
            target = None
        for output, number in dict.fromkeys(spread_targets(last, problem.shapes, data, target)):
            message = f"every entry of `{output}` is compared with the one number `{number}`"
            hint = f"give `{number}` one entry for each of the {prod(problem.shapes[output])} outputs"
            self.warnings.append(Fault(message, hint, self.source.key_place("data", self.keys[number.id])))

    def _check_uses(self, problem: Problem, equations: Iterable[Equation], given: Iterable[Given]) -> None:
        """Warns of given values that none of the equations and updates uses."""
        used = {name for equation in equations for name in names_in(equation.expr)}
        for assignment in problem.update.assignments if problem.update else ():
            used.update(name for name in names_in(assignment.expr) if name != assignment.name.before)
        tables = [("parameters" if item.parameter else "data", item.name, item.name) for item in given]
        if samples := problem.samples:
            tables += [("samples", column.name, samples.name(column.name, 0)) for column in samples.columns]
        for table, name, own in tables:
            if own not in used:
                place = self.source.key_place(table, self.keys[name.id])
                self.warnings.append(Fault(f"`{name}` is not used", "remove it, or use it in an equation", place))

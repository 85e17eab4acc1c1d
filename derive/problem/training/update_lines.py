"""The lines of an update: those of a named rule, or those that the file writes, and what they stand among."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from derive.errors import suggestion
from derive.language.names import Name, Symbol
from derive.problem.reading.equation_lines import EquationLine, lines_of
from derive.problem.reading.equations import read_name
from derive.problem.reading.framework_names import UPDATE_KEYS, meant_key
from derive.problem.reading.given_values import Given, exact_number
from derive.problem.reading.keys import (
    EQUATION_LINES,
    NAME,
    NAMES,
    NUMBER,
    Key,
    either,
    integer_from,
    list_of,
    named,
    one_of,
    table_of,
)
from derive.problem.reading.tables import Tables
from derive.problem.reading.toml_file import kind
from derive.problem.training.assignments import Scenery
from derive.problem.training.learning_rates import Rate
from derive.problem.training.model import EQUATIONS, ETA, REDUCTIONS, STEP, Setting, own_rate_name
from derive.problem.training.perceptron_roles import threshold_roles
from derive.problem.training.schedules import SCHEDULES
from derive.problem.training.update_rules import (
    CLIPPING,
    MAXIMISE,
    RULES,
    SPELLED,
    TARGET,
    WEIGHT_DECAY,
    Rule,
    ascending,
    clipped,
    decayed,
)
from derive.problem.training.update_scope import Surroundings

MAX_STEPS = 1_000_000
ROUNDS = "rounds"
KEYS: Mapping[str, Key] = {
    "rule": Key(named("rule"), "A named rule; `derive rules` lists their equations."),
    EQUATIONS: Key(EQUATION_LINES, "Equations of one's own, `w <- w - eta dL/dw`, in place of `rule`."),
    "constants": Key(table_of(NUMBER), "The constants of one's own equations."),
    "learning_rate": Key(named("learning_rate"), "A number, an equation in the number k of the step, or a table."),
    "steps": Key(integer_from(1, MAX_STEPS), "How many steps; of several updates in turn, how many in a row."),
    ROUNDS: Key(integer_from(1, MAX_STEPS), "How often several updates in turn are gone through."),
    "loss": Key(NAME, "The loss that a rule makes smaller, of several."),
    "epochs": Key(integer_from(1, MAX_STEPS), "How often all samples are gone through, in place of `steps`."),
    "batch": Key(either(integer_from(1), one_of(["all"])), "How many samples a step takes."),
    "reduce": Key(one_of(REDUCTIONS), "What the loss of a step is of the losses of its samples."),
    "only": Key(NAMES, "The parameters that are updated; the others stay as they are."),
    "show": Key(list_of(integer_from(1)), "The passes that are written out."),
    "schedule": Key(one_of(SCHEDULES), "How the learning rate goes on from `learning_rate`."),
    "until": Key(
        {"type": "string", "pattern": "[<>≤≥]"}, "A comparison: the first step in which it holds is the last."
    ),
}
"""The keys of [update] beside those of its rule and of its schedule."""
UNTIL = "until"
THETA, DEFAULT = "θ", "gradient descent"


@dataclass(frozen=True, slots=True)
class UpdateScript:
    """What an update consists of before it is read: its lines, what they stand among, and the values they begin with.

    constants  beside the learning rate and the number of the step
    initial    what [state] gives, by id
    settings   the rule's constants and variant, as far as they were set
    """

    lines: list[EquationLine]
    scenery: Scenery
    constants: tuple[Given, ...] = ()
    initial: Mapping[str, Given] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)


class ScriptReader:
    """Reads the script of one file's update."""

    def __init__(self, tables: Tables, around: Surroundings, rate: Rate, updated: tuple[Symbol, ...]) -> None:
        self.tables, self.around, self.rate, self.updated = tables, around, rate, updated
        self.forward = frozenset(equation.name for equation in around.equations)
        self.table = tables.table("update")

    # --- a named rule ------------------------------------------------------------------------------------------------

    def of_rule(self) -> UpdateScript | None:
        """The script of a named rule; None after a fault."""
        rule = self._rule()
        if rule is None:
            return None
        settings = self._settings(rule)
        roles = threshold_roles(self.tables, self.around) if rule.threshold else self._loss()
        if roles is None:
            return None
        text, values = _equations(rule, settings)
        once = rule.once
        for key in CLIPPING.keys() & settings.keys():
            text = clipped(text, key)
            once = "\n".join(filter(None, (once, self._length() if key == "clip_norm" else "")))
        values |= self.rate.constants
        taken = frozenset(self.around.names)
        symbols = {name: _free(read_name(name), taken, rule.key) for name in values}
        rates = self.own_rates()
        names: dict[str, Name] = {**roles, ETA.id: ETA, STEP.id: STEP, **symbols}
        scenery = Scenery(names, {}, self.around.loss, self.around.parameters, None, taken, self.around.plural,
                          self.forward, _rate_names(rates))  # fmt: skip
        constants = (*(_constant(symbols[name], value) for name, value in values.items()), *_rate_givens(rates))
        lines = [*self._rate_line(), *self._lines(once, text, rule)]
        return UpdateScript(lines, scenery, constants, self._states(), settings)

    def _length(self) -> str:
        """The equation of the length of all gradients together."""
        squares = " + ".join(f"sum((dL/d{name.spelling})^2)" for name in self.updated)
        return f"n <- sqrt({squares})"

    def _loss(self) -> dict[str, Name] | None:
        """What the equations of most rules call the loss."""
        if not self.around.has_loss:
            self.tables.fault("an update needs a loss", 'name it in [model]: loss = "L"', "update")
        return {"L": self.around.loss} if self.around.loss is not None else None

    def _rate_line(self) -> list[EquationLine]:
        """The learning rate's own equation, where it has one."""
        place = self.tables.source.key_place("update", "schedule" if self.rate.schedule else "learning_rate")
        return [EquationLine(f"{ETA} <- {self.rate.equation}", place)] if self.rate.equation else []

    def _rule(self) -> Rule | None:
        key = meant_key(self.tables.text("update", "rule", default=DEFAULT), RULES)
        if key in RULES:
            return RULES[key]
        hint = suggestion(key, RULES) or f"one of: {', '.join(RULES)}; or write its `equations`"
        self.tables.fault(f"`rule` cannot be `{key}`", hint, "update", "rule")
        return None

    def _lines(self, once: str, text: str, rule: Rule) -> list[EquationLine]:
        """A rule's lines, those of `text` for each parameter; a fault in them is marked at the rule."""
        place = self.tables.source.key_place("update", *(["rule"] if "rule" in self.table else []))
        columns = {given.name for given in self.around.givens if len(given.shape) == 1 and rule.columns[0]}
        texts = {name: text.replace(*rule.columns) if name in columns else text for name in self.updated}
        each = [EquationLine(line, place, each=(THETA, name)) for name in texts for line in texts[name].splitlines()]
        return [*(EquationLine(line, place) for line in once.splitlines()), *each]

    def _settings(self, rule: Rule) -> dict[str, Setting]:
        """The rule's constants and variant, as far as the table sets them."""
        has = f"the rule {rule.key} has: {', '.join(rule.keys)}"
        own = (TARGET,) if rule.threshold else ()
        self._check_keys((*KEYS, *own, *rule.keys), has)
        if "constants" in self.table:
            hint = f"{has}, as keys of [update]"
            self.tables.fault("[update.constants] belongs to `equations`", hint, "update", "constants")
        settings: dict[str, Setting] = {}
        for key in rule.keys:
            if key in self.table:
                value = self.table[key]
                setting = self._setting(rule, key, value)
                if setting is not None:
                    settings[key] = setting
        return settings

    def _setting(self, rule: Rule, key: str, value: Any) -> Setting | None:
        if key == MAXIMISE:
            return self.tables.flag("update", key, False)
        return self._variant(rule, value) if key == rule.option else self._number(key, value)

    def _variant(self, rule: Rule, value: Any) -> Setting | None:
        if isinstance(value, str | bool) and value in rule.equations:
            return value
        choices = ", ".join(str(choice).lower() for choice in rule.equations)
        self.tables.fault(f"`{rule.option}` cannot be {kind(value)}", f"one of: {choices}", "update", rule.option)
        return None

    def _number(self, key: str, value: Any, *path: str) -> Fraction | None:
        number = exact_number(value)
        if number is None:
            hint = f"expected a number: {key} = 0.9"
            self.tables.fault(f"`{key}` is {kind(value)}", hint, "update", *path, key)
        return number

    def _check_keys(self, known: Iterable[str], hint: str) -> None:
        known = (*known, *(SCHEDULES[self.rate.schedule].needs if self.rate.schedule else ()))
        for key in self.table:
            if key not in known:
                meant = UPDATE_KEYS.get(key.casefold()) or suggestion(key, known) or hint
                self.tables.fault(f"`{key}` has no meaning in [update]", meant, "update", key)

    # --- equations ---------------------------------------------------------------------------------------------------

    def of_equations(self) -> UpdateScript:
        """The script that the file writes."""
        if "rule" in self.table and self.table["rule"] != EQUATIONS:
            hint = "`derive rules` lists the equations of the named rules"
            self.tables.fault("`rule` and `equations` exclude each other", hint, "update", "rule")
        self._check_keys(KEYS, "constants of your own equations stand in [update.constants]")
        constants, states = self._constants() | self._rate_constants(), self._states()
        for name in states:
            self._is_free(states[name].name, "state", name)
        names = {ETA.id: ETA, STEP.id: STEP, **self.around.names}
        names |= {name: given.name for name, given in constants.items()}
        rates = self.own_rates()
        names |= {given.name.id: given.name for given in _rate_givens(rates)}
        scenery = Scenery(names, self._fixed(constants), self.around.loss, self.around.parameters, frozenset(states),
                          plural=self.around.plural, forward=self.forward,
                          rates=_rate_names(rates))  # fmt: skip
        place = self.tables.source.place("update", EQUATIONS)
        if place.text.rstrip().endswith(('"""', "'''")):
            place = replace(place, line=place.line + 1)
        lines = lines_of(self.tables.text("update", EQUATIONS), place, self.tables.faults, self.updated)
        given = (*constants.values(), *_rate_givens(rates))
        return UpdateScript([*self._rate_line(), *lines], scenery, given, states)

    def own_rates(self) -> dict[Symbol, Fraction]:
        """The rate of each parameter that is updated, where each has its own."""
        found: dict[Symbol, Fraction] = {}
        for key, rate in self.rate.own.items():
            name = self.tables.name(key, "update", "learning_rate", key)
            if name is not None and name not in self.updated:
                hint = suggestion(name.id, [each.id for each in self.updated]) or "name the parameters"
                self.tables.fault(f"`{name}` is not a parameter that is updated", hint, "update", "learning_rate", key)
            elif name is not None:
                found[name] = rate
        for name in self.updated if self.rate.own else ():
            if name not in found:
                hint = f"write {name} = 0.1 beside the others"
                self.tables.fault(f"`{name}` has no learning rate", hint, "update", "learning_rate")
        return found

    def _fixed(self, constants: Iterable[str]) -> dict[str, str]:
        """What no equation may change."""
        fixed = dict.fromkeys(constants, "a constant") | {STEP.id: "the number of the step"}
        fixed |= dict.fromkeys(self.around.forward, "computed in the forward pass")
        for given in self.around.givens:
            if given.name not in self.updated:
                fixed[given.name.id] = "a parameter that stays as it is" if given.parameter else "fixed data"
        return fixed

    def _constants(self) -> dict[str, Given]:
        """The constants by id."""
        table = self.table.get("constants", {})
        if not isinstance(table, dict):
            hint = "expected a table: [update.constants]"
            self.tables.fault(f"`constants` is {kind(table)}", hint, "update", "constants")
            return {}
        found = {}
        for key, value in table.items():
            name, number = self.tables.name(key, "update", "constants", key), self._number(key, value, "constants")
            if name is not None and number is not None and self._is_free(name, "update", "constants", key):
                found[name.id] = _constant(name, number)
        return found

    def _rate_constants(self) -> dict[str, Given]:
        """The constants of the learning rate's schedule, by id."""
        names = [read_name(key) for key in self.rate.constants if self._is_free(read_name(key), "update", "schedule")]
        return {name.id: _constant(name, self.rate.constants[name.id]) for name in names}

    def _is_free(self, name: Symbol, *path: str) -> bool:
        known = {ETA.id: "the learning rate", STEP.id: "the number of the step"}
        what = known.get(name.id) or ("a name of the model" if name.id in self.around.names else "")
        if what:
            self.tables.fault(f"`{name}` is {what}", "give it another name", *path)
        return not what

    def _states(self) -> dict[str, Given]:
        """The values of [state], by id."""
        states = {}
        for key, value in self.tables.table("state").items():
            name, array = self.tables.name(key, "state", key), self.tables.array(value, "state", key)
            if name is not None and array is not None:
                states[name.id] = Given(name, *array, parameter=False)
        return states


def _equations(rule: Rule, settings: Mapping[str, Setting]) -> tuple[str, dict[str, Fraction]]:
    """A rule's equations for each parameter, and its constants as the equations call them."""
    choice = settings.get(rule.option)
    text = rule.variant(None if isinstance(choice, Fraction) else choice)
    values = {key: settings.get(key, default) for key, default in rule.constants.items()}
    values |= {key: settings[key] for key in CLIPPING if key in settings}
    if WEIGHT_DECAY in settings and WEIGHT_DECAY not in values:
        values[WEIGHT_DECAY], text = settings[WEIGHT_DECAY], rule.decoupled or decayed(text)
    if settings.get(MAXIMISE):
        text = ascending(text)
    return text, {SPELLED.get(key, key): Fraction(value) for key, value in values.items()}


def _free(name: Symbol, taken: frozenset[str], rule: str) -> Symbol:
    """The name, with the rule's in its subscript where the model uses it otherwise."""
    return replace(name, subscript=(*name.subscript, rule.replace(" ", ""))) if name.id in taken else name


def _rate_names(rates: Mapping[Symbol, Fraction]) -> dict[Symbol, Name]:
    """What the rates of the parameters are called."""
    return {parameter: own_rate_name(parameter) for parameter in rates}


def _rate_givens(rates: Mapping[Symbol, Fraction]) -> tuple[Given, ...]:
    return tuple(_constant(own_rate_name(parameter), rate) for parameter, rate in rates.items())


def _constant(name: Symbol, value: Fraction) -> Given:
    return Given(name, (), (value,), parameter=False)

"""One table [update] → an Update, every fault with its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, prod

from derive.errors import Place, suggestion
from derive.language.expressions import Apply, Shape, names_in
from derive.language.names import Name, Symbol
from derive.language.primaries import COMPARISONS
from derive.problem.reading.equation_lines import EquationLine
from derive.problem.reading.equations import WrittenEquation, read_equation
from derive.problem.reading.framework_names import OTHER_RATES, meant_key
from derive.problem.reading.given_values import Given
from derive.problem.reading.tables import Tables
from derive.problem.training.assignments import Assigning
from derive.problem.training.learning_rates import read_rate
from derive.problem.training.model import EQUATIONS, ETA, STEP, Samples, StopCondition, Update, UpdateEquation
from derive.problem.training.state_shapes import infer_update
from derive.problem.training.update_lines import DEFAULT, MAX_STEPS, UNTIL, ScriptReader, UpdateScript
from derive.problem.training.update_rules import RULES
from derive.problem.training.update_scope import Surroundings

MOST_STEPS = 1_000  # where a condition ends the training, unless the file says how many


@dataclass(frozen=True, slots=True)
class Training:
    """The update of a file, None where it has none; `places` tells where each of its equations stands, `shapes` the
    shape of what only they name.
    """

    update: Update | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    shapes: Mapping[Name, Shape] = field(default_factory=dict)


class TrainingReader:
    """Reads one table [update]: the only one, or of several in turn the one in place `i`."""

    def __init__(self, tables: Tables, around: Surroundings, samples: Samples | None, i: int | None = None) -> None:
        self.tables, self.samples, self.place = tables, samples, i
        self.table = tables.table("update")
        self.around = replace(around, loss=self._loss(around))
        self.reader: Assigning | None = None

    def training(self) -> Training:
        steps, epochs = self._steps()
        rule = EQUATIONS if EQUATIONS in self.table else meant_key(str(self.table.get("rule", DEFAULT)), RULES)
        rate = read_rate(self.tables, steps, RULES[rule].rate if rule in RULES else None)
        update = Update(
            rule=rule,
            learning_rate=rate.value,
            steps=steps,
            only=self._only(),
            show=self.shown(self.table.get("show", []), steps) if self.place is None else (),
            text=self.tables.text("update", EQUATIONS),
            epochs=epochs,
            schedule=rate.schedule,
            rate="" if rate.schedule else rate.equation,
            loss=self.around.loss if "loss" in self.table else None,
        )
        reader = ScriptReader(self.tables, self.around, rate, self.around.updated(update.only))
        script = reader.of_equations() if update.rule == EQUATIONS else reader.of_rule()
        update = replace(update, own_rates=reader.own_rates())
        return self._trained(update, script) if script else Training(update)

    # --- keys --------------------------------------------------------------------------------------------------------

    def _loss(self, around: Surroundings) -> Symbol | None:
        """The loss that a rule makes smaller: the first, or the one that `loss` names."""
        if "loss" not in self.table:
            return around.loss
        text = self.tables.text("update", "loss")
        named = next((loss for loss in around.losses if self.tables.name(text, "update", "loss") == loss), None)
        if named is None and text not in self.tables.table("model").get("losses", ()):  # else told where it is defined
            known = [each.id for each in around.losses]
            hint = suggestion(text, known) or 'name it in [model]: losses = ["L_D", "L_G"]'
            self.tables.fault(f"`{text}` is not one of the losses", hint, "update", "loss")
        return named or around.loss

    def _steps(self) -> tuple[int, int | None]:
        """The number of steps, and of epochs where they were given instead: as many as take every sample so often.

        The last step may take the first samples once more: the samples go round.
        """
        if "epochs" not in self.table:
            default = MOST_STEPS if UNTIL in self.table else 1
            return self.tables.integer(self.table.get("steps", default), 1, MAX_STEPS, "update", "steps"), None
        if "steps" in self.table:
            self.tables.fault("`steps` and `epochs` exclude each other", "keep one of them", "update", "epochs")
        epochs = self.tables.integer(self.table["epochs"], 1, MAX_STEPS, "update", "epochs")
        if self.samples is None:
            return 1, epochs
        steps = ceil(Fraction(epochs * self.samples.count, self.samples.batch))
        return min(steps, MAX_STEPS), epochs

    def _only(self) -> tuple[Symbol, ...] | None:
        if "only" not in self.table:
            return None
        only = tuple(self.tables.names("update", "only"))
        known = [name.id for name in self.around.parameters]
        for name in only:
            if name.id not in known:
                self.tables.fault(f"`{name}` is not a parameter", suggestion(name.id, known), "update", "only")
        return only

    def shown(self, show: object, steps: int) -> tuple[int, ...]:
        """The passes that `show` names."""
        if isinstance(show, list) and all(isinstance(k, int) and 1 <= k <= steps for k in show):
            return tuple(show)
        hint = f"expected whole numbers from 1 to {steps}"
        self.tables.fault("`show` is not a list of passes", hint, "update", "show")
        return ()

    # --- equations ---------------------------------------------------------------------------------------------------

    def _trained(self, update: Update, script: UpdateScript) -> Training:
        reader = self.reader = Assigning(script.scenery, self.tables.faults)
        written = reader.read(script.lines)
        if self.place is None:
            check_states(self.tables, script.initial, [reader])
        self._check_special(written, update)
        first = {state: next((script.initial[name] for name in called if name in script.initial), None)
                 for state, called in reader.states.items()}  # fmt: skip
        shapes = {ETA: (), STEP: (), **self.around.shapes} | {given.name: () for given in script.constants}
        shapes |= {state: given.shape for state, given in first.items() if given and given.shape}
        spread = {state for state, given in first.items() if not given or not given.shape} - self._in_the_model()
        equations = infer_update(written, spread, shapes, self.around, self.tables.faults)
        assignments = tuple(UpdateEquation(equation.name, equation.expr, _rule(update, equation.name, reader))
                            for equation in equations if isinstance(equation.name, Symbol))  # fmt: skip
        states = tuple(_state(state, given, shapes[state]) for state, given in first.items())
        update = replace(update, assignments=assignments, states=states, constants=script.constants,
                         settings=script.settings)  # fmt: skip
        if UNTIL in self.table:
            update = replace(update, until=self._until(script, reader, shapes, update.steps))
        places = {f"{item.equation.name.id}@": item.line.fault("").place for item in written}
        places["until@"] = self.tables.source.key_place("update", UNTIL)
        return Training(update, places, shapes)

    def _until(
        self, script: UpdateScript, reader: Assigning, shapes: dict[Name, Shape], most: int
    ) -> StopCondition | None:
        """The condition that ends the training, over what a pass has before its update; None after a fault."""
        text, faults = self.tables.text("update", UNTIL), self.tables.faults
        line = EquationLine(f"until <- [{text}]", self.tables.source.key_place("update", UNTIL))
        names = {**self.around.names, **script.scenery.names, **{name.id: name for name in reader.states}}
        item = read_equation(line, names, faults)
        if item is None:
            return None
        trial = dict(shapes)
        (equation,) = infer_update([item], set(), trial, self.around, faults)
        if not isinstance(item.equation.expr, Apply) or item.equation.expr.op not in COMPARISONS.values():
            self.tables.fault(f"`until` is no comparison: `{text}`", _UNTIL_HINT, "update", UNTIL)
        elif trial.get(equation.name, ()) != ():
            self.tables.fault("`until` compares arrays", _UNTIL_HINT, "update", UNTIL)
        if "variants" in self.tables.source.data:
            hint = "other numbers take another number of steps: write steps = 10"
            self.tables.fault("`until` and [variants] exclude each other", hint, "update", UNTIL)
        return StopCondition(text, equation.expr, most)

    def _in_the_model(self) -> set[Name]:
        """The states that the forward pass uses: they have the shapes that they are given in."""
        return {name for equation in self.around.equations for name in names_in(equation.expr)}

    def _check_special(self, written: list[WrittenEquation], update: Update) -> None:
        """`eta` needs a value, and neither it nor `k` may be a name of the model."""
        names = {name for item in written for name in names_in(item.equation.expr)}
        used = {name.id for name in names}
        for special, what in ((ETA, "the learning rate"), (STEP, "the number of the step")):
            if special.id in used and special.id in self.around.names:
                message = f"`{special}` is {what} in [update], and a name of the model"
                self.tables.fault(message, "rename it in the model", "update")
        if ETA in names and not {"learning_rate", *OTHER_RATES} & self.table.keys() and update.learning_rate is None:
            self.tables.fault("`learning_rate` is missing", "expected for example learning_rate = 0.1", "update")


def check_states(tables: Tables, initial: Iterable[str], readers: Iterable[Assigning]) -> None:
    """Every state that [state] gives a value is assigned by an update."""
    assigned = {name for reader in readers for called in reader.called.values() for name in called}
    for name in set(initial) - assigned:
        hint = suggestion(name, assigned) or f"[update] has none of the form {name} <- …"
        tables.fault(f"the state `{name}` has no equation", hint, "state", name)


_UNTIL_HINT = 'expected for example "abs(dL/dw) < 0.001", "L <= 0.1" or "max(abs(dL/dW)) < 0.01"'


def _state(state: Symbol, given: Given | None, shape: Shape) -> Given:
    """A state with its first value, a number spread over its shape."""
    values: Sequence[Fraction] = given.values if given else (Fraction(0),)
    return Given(state, shape, values if len(values) == prod(shape) else tuple(values) * prod(shape), parameter=False)


def _rule(update: Update, name: Symbol, reader: Assigning) -> str:
    """What a step is called: by the rule, for what is not a parameter also by its name in the rule."""
    if update.rule == EQUATIONS:
        return "update"
    called = reader.called[name.before][0]
    return update.rule if called == "theta" else f"{update.rule} {called}"

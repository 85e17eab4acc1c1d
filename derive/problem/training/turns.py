"""The tables [update] → one Update: of several in turn each has passes of its own, as the two players of a GAN.

Pass 1 belongs to the first, which makes as many steps as it says; then comes the next one, and after the last the first
again. So a later update sees what an earlier one has changed: every pass has a forward pass of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from derive.language.expressions import Expr, Ref, substitute
from derive.language.names import Name, Symbol
from derive.problem.reading.given_values import Given
from derive.problem.reading.tables import Tables
from derive.problem.training.model import ETA, TURNS, Samples, Turn, Update, UpdateEquation
from derive.problem.training.update_lines import MAX_STEPS, ROUNDS
from derive.problem.training.update_scope import Surroundings
from derive.problem.training.update_table import Training, TrainingReader, check_states

_FOR_ALL = (ROUNDS, "show", "batch", "reduce")
_ALONE = ("until", "epochs")


def read_training(tables: Tables, around: Surroundings, samples: Samples | None) -> Training:
    """The training of a file; what is wrong is noted in `tables`."""
    if "update" not in tables.source.data:
        if "state" in tables.source.data:
            tables.fault("[state] is not used", "states belong to [update] with equations", "state")
        return Training()
    if not tables.table("update") and tables.source.data["update"]:  # no table: that is told
        return Training()
    each = tables.each("update")
    if len(each) == 1:
        if ROUNDS in tables.table("update"):
            hint = "write `steps`; rounds are gone through where [[update]] stands several times"
            tables.fault(f"`{ROUNDS}` belongs to several [[update]]s", hint, "update", ROUNDS)
        return TrainingReader(each[0], around, samples).training()
    readers = [TrainingReader(one, around, samples, i) for i, one in enumerate(each)]
    for i, reader in enumerate(readers):
        _check_keys(reader, i)
    trainings = [reader.training() for reader in readers]
    check_states(tables, tables.table("state"), [reader.reader for reader in readers if reader.reader])
    _check_apart(readers, trainings)
    return Training() if tables.faults else _joined(tables, readers, trainings)


def _check_keys(reader: TrainingReader, i: int) -> None:
    """What only a single update has, and what of several the first one says for all."""
    for key in _ALONE:
        if key in reader.table:
            hint = f"`{ROUNDS} = 10` in the first [[update]] says how often they are gone through"
            reader.tables.fault(f"`{key}` belongs to a single [update]", hint, "update", key)
    for key in _FOR_ALL if i else ():
        if key in reader.table:
            reader.tables.fault(f"`{key}` stands in the first [[update]]", "it is said once, for all", "update", key)


def _check_apart(readers: Iterable[TrainingReader], trainings: Iterable[Training]) -> None:
    """Every quantity is changed in one turn."""
    seen: dict[Symbol, int] = {}
    for i, (reader, training) in enumerate(zip(readers, trainings, strict=True)):
        for assignment in training.update.assignments if training.update else ():
            if assignment.name != ETA.after and seen.setdefault(assignment.name, i) != i:
                name = assignment.name.before
                hint = f'each changes its own: `only = ["{name}"]` in one of them'
                reader.tables.fault(f"`{name}` is changed in two [[update]]s", hint, "update")


def _joined(tables: Tables, readers: list[TrainingReader], trainings: list[Training]) -> Training:
    """One update with the equations of all."""
    written = [training.update for training in trainings if training.update]
    updates = _told_apart(written)
    table = tables.table("update")
    rounds = tables.integer(table.get(ROUNDS, 1), 1, MAX_STEPS, "update", ROUNDS)
    steps = rounds * sum(update.steps for update in updates)
    if steps > MAX_STEPS:
        tables.fault(f"these are {steps} passes", f"at most {MAX_STEPS}", "update", ROUNDS)
    whole = Update(
        rule=TURNS,
        learning_rate=None,
        steps=min(steps, MAX_STEPS),
        show=readers[0].shown(table.get("show", []), steps),
        assignments=tuple(each for update in updates for each in update.assignments),
        constants=tuple(dict.fromkeys(given for update in updates for given in update.constants)),
        states=tuple(dict.fromkeys(state for update in updates for state in update.states)),
        turns=tuple(
            Turn(one, frozenset(assignment.name for assignment in update.assignments))
            for one, update in zip(written, updates, strict=True)
        ),
    )
    places = {key: place for training in trainings for key, place in training.places.items()}
    shapes = {name: shape for training in trainings for name, shape in training.shapes.items()}
    numbers = (*(given.name for given in whole.constants), *(each.name for each in whole.assignments))
    return Training(whole, places, {**dict.fromkeys(numbers, ()), **shapes})


# --- constants that two turns call alike -----------------------------------------------------------------------------


def _told_apart(updates: list[Update]) -> list[Update]:
    """The updates with their learning rates among the constants; what has another value in another turn, or an
    equation of its own, has the number of its turn.
    """
    constants = [tuple(_constants(update)) for update in updates]
    values: dict[Symbol, set[Given]] = {}
    for given in (each for own in constants for each in own):
        values.setdefault(given.name, set()).add(given)
    assigned = {each.name.before for update in updates for each in update.assignments if each.name == ETA.after}
    shared = {name for name, found in values.items() if len(found) == 1} - assigned
    found = []
    for i, (update, own) in enumerate(zip(updates, constants, strict=True), start=1):
        names = {name: _numbered(name, i) for name in {*(given.name for given in own), *assigned} - shared}
        told = tuple(replace(each, name=names.get(each.name, each.name)) for each in own)
        found.append(replace(update, constants=told, assignments=tuple(_renamed(update.assignments, names))))
    return found


def _constants(update: Update) -> Iterator[Given]:
    """What the equations of one update use that is always the same."""
    yield from update.known[: len(update.known) - len(update.states)]


def _numbered(name: Symbol, i: int) -> Symbol:
    return replace(name, subscript=(*name.subscript, i))


def _renamed(assignments: Iterable[UpdateEquation], names: Mapping[Symbol, Symbol]) -> Iterator[UpdateEquation]:
    exprs: dict[Name, Expr] = {old: Ref(new) for old, new in names.items()}
    exprs |= {old.after: Ref(new.after) for old, new in names.items()}
    updated = {old.after: new.after for old, new in names.items()}
    for each in assignments:
        yield replace(each, name=updated.get(each.name, each.name), expr=substitute(each.expr, exprs))

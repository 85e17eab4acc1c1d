"""The table [update]: what its rule, its schedule or its own equations let it set."""

import re
from collections.abc import Iterable

from derive.problem.reading.framework_names import other_names
from derive.problem.reading.keys import FLAG, NAME, NUMBER, Key, either, named, one_of, table_of
from derive.problem.schema.parts import (
    NOTHING,
    Schema,
    forbidden,
    has,
    lacks,
    none_of,
    offered_keys,
    spelt,
    when,
    where,
)
from derive.problem.training.model import EQUATIONS
from derive.problem.training.schedules import SCHEDULES, WHOLE
from derive.problem.training.update_lines import DEFAULT, KEYS
from derive.problem.training.update_rules import CLIPPING, MAXIMISE, RULES, TARGET, WEIGHT_DECAY, Rule

_ETA = r"(^|[^A-Za-z_])(eta|η)([^A-Za-z_]|$)"
_STEP = r"(^|[^A-Za-z_])k([^A-Za-z_]|$)"


def update_keys() -> dict[str, Key]:
    """Every key of [update]: those that are always there, and those that some rule or schedule has of its own."""
    keys = {name: Key(NUMBER, "A constant of the rule.") for rule in RULES.values() for name in rule.constants}
    keys |= {need: Key(NUMBER, "A constant of the schedule.") for row in SCHEDULES.values() for need in row.needs}
    keys |= {rule.option: _variant(rule) for rule in RULES.values() if rule.option}
    keys |= {key: Key(NUMBER, "Where gradients are cut off.") for key in CLIPPING}
    return {
        **KEYS,
        **keys,
        WEIGHT_DECAY: Key(NUMBER, "How fast the weights decay."),
        MAXIMISE: Key(FLAG, "Whether the loss is to grow."),
        TARGET: Key(NAME, "What the output of the threshold unit is compared with."),
    }


def _variant(rule: Rule) -> Key:
    choices = FLAG if True in rule.equations else one_of(map(str, rule.equations))
    return Key(choices, "The variant of the rule; `derive rules` prints each.")


def update_words() -> Schema:
    """The words for rules, each by itself and all together, and what a learning rate is."""
    each = {_definition(key): spelt([key, *other_names(rule)]) for key, rule in RULES.items()}
    in_steps = {"type": "string", "pattern": _STEP}
    return {
        **each,
        "rule": either(offered_keys(RULES), one_of([EQUATIONS])),
        "learning_rate": when({"type": "object"}, table_of(NUMBER, 1), either(NUMBER, in_steps)),
    }


def _definition(key: str) -> str:
    return f"rule_{key.replace(' ', '_')}"


def update_conditions() -> list[Schema]:
    """What the keys ask of each other. A key is wrong without a rule or a schedule that has it."""
    with_rate = [key for key, rule in RULES.items() if rule.rate is None and _has_rate(rule)]
    named_rule = {"properties": {"rule": none_of([EQUATIONS]), "constants": NOTHING}}
    return [
        when(either(goes_by(with_rate), where(EQUATIONS, {"pattern": _ETA})), has("learning_rate")),
        when(has(EQUATIONS), {"properties": {"rule": one_of([EQUATIONS])}}, named_rule),
        *(when({"not": either(*_owners(key))}, forbidden(key)) for key in update_keys() if key not in KEYS),
        *(when(lacks(need), _other_schedule(need)) for need in _needs()),
    ]


def _has_rate(rule: Rule) -> bool:
    return any(re.search(_ETA, text) for text in rule.equations.values())


def _owners(key: str) -> list[Schema]:
    """The rules and schedules that have a key."""
    rules = [name for name, rule in RULES.items() if key in rule.keys or (rule.threshold and key == TARGET)]
    schedules = [name for name, schedule in SCHEDULES.items() if key in schedule.needs]
    by_schedule = [where("schedule", one_of(schedules))] if schedules else []
    return [*([goes_by(rules)] if rules else []), *by_schedule]


def goes_by(rules: Iterable[str]) -> Schema:
    """Whether [update] goes by one of these rules."""
    keys = set(rules)
    if keys == set(RULES):
        return lacks(EQUATIONS)
    says = where("rule", either(*(named(_definition(key)) for key in RULES if key in keys)))
    return {"allOf": [either(says, lacks("rule")) if DEFAULT in keys else says, lacks(EQUATIONS)]}


def _needs() -> list[str]:
    """The constants that a schedule does not have by itself."""
    return sorted({need for schedule in SCHEDULES.values() for need in schedule.needs} - set(WHOLE))


def _other_schedule(need: str) -> Schema:
    """A schedule that goes without this constant."""
    return {"properties": {"schedule": none_of(key for key, row in SCHEDULES.items() if need in row.needs)}}

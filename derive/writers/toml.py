"""A problem back as a problem file: the equations that a shorthand stands for, every value as it was given."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import chain, repeat
from typing import Any

from derive.language.names import Name
from derive.notation.matrices import nested
from derive.notation.notations import ASCII
from derive.notation.printer import formula
from derive.page.document import Document
from derive.page.run import PageRun
from derive.problem.problem import Problem
from derive.problem.reading.given_values import Given
from derive.problem.reading.toml_file import DecimalNumber
from derive.problem.settings import Digits, GradeRules, Marking, Numbers
from derive.problem.toml_values import toml, toml_key
from derive.problem.training.model import EQUATIONS, Samples, Update, own_rate_name
from derive.problem.training.schedules import SCHEDULES
from derive.problem.training.update_lines import ROUNDS
from derive.prose.catalogue import number_sign
from derive.writers.base import Writer
from derive.writers.identity import Identity
from derive.writers.page_context import PageContext

SWITCHES = (
    "intro", "update", "closed", "check", "figures", "reasons", "order", "breaks", "engine", "accessible", "alike",
    "follow",
)  # fmt: skip
"""What a file says of its page where it is not the usual."""


class TomlWriter(Writer):
    """A problem → TOML."""

    def compile(self, document: Document, page: PageContext) -> PageContext:
        return page

    def render(self, compiled: PageContext, run: PageRun, identity: Identity | None = None) -> str:
        return "\n".join(_lines(run.values.problem, compiled)) + "\n"


def _lines(problem: Problem, page: PageContext) -> Iterator[str]:
    yield f"title = {toml(problem.title)}"
    if problem.topic:
        yield f"topic = {toml(problem.topic)}"
    yield f"language = {toml(problem.language)}"
    drawn = frozenset(problem.samples.names() if problem.samples else ())
    for table, parameter in (("data", False), ("parameters", True)):
        givens = [given for given in problem.givens if given.parameter == parameter and given.name not in drawn]
        if givens:
            yield f"\n[{table}]"
            yield from (f"{_key(given.name)} = {_array(given)}" for given in givens)
    yield from _samples(problem.samples)
    yield from _model(problem, page)
    yield from _settings(problem)


def _samples(samples: Samples | None) -> Iterator[str]:
    """The lists over the samples."""
    if samples:
        yield "\n[samples]"
        for column in samples.columns:
            yield f"{_key(column.name)} = {toml(nested(list(flat), column.shape) for flat in column.values)}"


def _model(problem: Problem, page: PageContext) -> Iterator[str]:
    single = problem.samples if problem.samples and problem.samples.equations else problem
    yield '\n[model]\nequations = """'
    for equation in single.equations:
        sign = "≈" if equation.rounded else "="
        yield f"{ASCII.name(equation.name)} {sign} {formula(equation.expr, ASCII, page.shapes)}"
    yield '"""'
    if len(problem.losses) > 1:
        yield f"losses = {toml(map(ASCII.name, problem.losses))}"
    elif problem.loss:
        yield f"loss = {toml(ASCII.name(problem.loss))}"
    if single.gradients:
        yield f"gradients = {toml(map(ASCII.name, single.gradients))}"


def _numbers(numbers: Numbers, language: str) -> Iterator[str]:
    yield f"\n[numbers]\n{_digits(numbers.digits)}"
    yield f"carry = {toml(numbers.carry)}\ndecimal = {toml(numbers.decimal)}"
    if numbers.multiplication != number_sign(language, "multiplication"):
        yield f"multiplication = {toml(numbers.multiplication)}"
    if numbers.steps:
        yield "\n[numbers.steps]"
        yield from (f"{toml(step)} = {{ {_digits(digits)} }}" for step, digits in numbers.steps.items())


def _settings(problem: Problem) -> Iterator[str]:
    page, update = problem.page, problem.update
    yield from _numbers(problem.numbers, problem.language)
    yield "\n[page]"
    for key in ("course", "author", "date", "task", "symbol", "detail"):
        if value := getattr(page, key):
            yield f"{key} = {toml(value)}"
    if page.ask:
        yield f"ask = {toml(page.ask)}"
    if page.entries != type(page)().entries:
        yield f"entries = {page.entries or toml('all')}"
    for switch in fields(page):
        if (value := getattr(page, switch.name)) != switch.default and switch.name in SWITCHES:
            yield f"{switch.name} = {toml(value)}"
    yield from _marking(problem.marking)
    yield from _grade(problem.grade)
    if problem.aliases:
        yield "\n[names]"
        yield from (f"{toml(step)} = {toml(names)}" for step, names in problem.aliases.items())
    if update:
        yield from _update(update, problem.samples)


def _update(update: Update, samples: Samples | None) -> Iterator[str]:
    """The tables of a training; states of a named rule begin with zeros and need none."""
    by_hand = EQUATIONS in {update.rule, *(turn.update.rule for turn in update.turns)}
    if by_hand or any(any(state.values) for state in update.states):
        yield from ["\n[state]"] if update.states else []
        yield from (f"{_key(state.name)} = {_array(state)}" for state in update.states)
    if not update.turns:
        yield "\n[update]"
        yield from _one_update(update, samples, update.show)
    for i, turn in enumerate(update.turns):
        yield "\n[[update]]"
        if i == 0:
            yield f"{ROUNDS} = {update.rounds}"
        yield from _one_update(turn.update, None if i else samples, () if i else update.show)


def _one_update(update: Update, samples: Samples | None, show: Sequence[int]) -> Iterator[str]:
    """The keys of one table [update]."""
    by_hand = update.rule == EQUATIONS
    if not by_hand:
        yield f"rule = {toml(update.rule)}"
    if update.loss:
        yield f"loss = {toml(ASCII.name(update.loss))}"
    yield from _rate(update)
    if update.schedule:
        yield f"schedule = {toml(update.schedule)}"
        values = {given.name.id: given.values[0] for given in update.constants}
        yield from (f"{key} = {toml(values[key])}" for key in SCHEDULES[update.schedule].needs)
    most = update.until.most if update.until else update.steps
    yield f"steps = {most}" if update.epochs is None else f"epochs = {update.epochs}"
    if update.until:
        yield f"until = {toml(update.until.text)}"
    if samples:
        yield f"batch = {samples.batch}\nreduce = {toml(samples.reduce)}"
    yield from (f"{key} = {toml(value)}" for key, value in update.settings.items())
    if update.only is not None:
        yield f"only = {toml(map(ASCII.name, update.only))}"
    if show:
        yield f"show = [{', '.join(map(str, show))}]"
    if by_hand:
        marks = "'''" if "\\" in update.text else '"""'
        yield f"equations = {marks}\n{update.text.strip()}\n{marks}"
        constants = [given for given in update.constants if given.name not in map(own_rate_name, update.own_rates)]
        yield from ["\n[update.constants]"] if constants else []
        yield from (f"{_key(given.name)} = {_array(given)}" for given in constants)


def _rate(update: Update) -> Iterator[str]:
    """The learning rate, where there is one."""
    if update.rate:
        yield f"learning_rate = {toml(update.rate)}"
    elif update.own_rates:
        rates = ", ".join(f"{_key(name)} = {toml(rate)}" for name, rate in update.own_rates.items())
        yield f"learning_rate = {{ {rates} }}"
    elif update.learning_rate is not None:
        yield f"learning_rate = {toml(update.learning_rate)}"


def _grade(rules: GradeRules) -> Iterator[str]:
    """How a class is graded."""
    if rules == GradeRules():
        return
    yield f"\n[grade]\nattempts = {toml(rules.attempts)}"
    if rules.due:
        yield f"due = {rules.due.isoformat(timespec='seconds')}\nlate = {toml(rules.late)}"
    if rules.marks:
        yield f"marks = {{ {', '.join(f'{toml(grade)} = {toml(least)}' for grade, least in rules.marks)} }}"


def _marking(marking: Marking) -> Iterator[str]:
    """What differs from the default."""
    if marking == Marking():
        return
    yield "\n[marking]"
    if marking.digits is not None:
        yield f"digits = {marking.digits}"
    yield f"marks = {toml(marking.marks)}\nremark = {toml(marking.remark)}"
    if marking.entry is not None:
        yield f"entry = {toml(marking.entry)}"
    yield from (f"{key} = {toml(steps)}" for key in ("exact", "formula") if (steps := getattr(marking, key)))
    if marking.steps:
        yield "[marking.steps]"
        yield from (f"{toml(step)} = {toml(marks)}" for step, marks in marking.steps.items())


def _digits(digits: Digits) -> str:
    return f"{'decimals' if digits.decimals else 'significant'} = {digits.count}"


def _key(name: Name) -> str:
    return toml_key(ASCII.name(name))


def _array(given: Given) -> str:
    places = chain(given.places, repeat(0))
    numbers: list[Any] = [DecimalNumber(x, places=n) for x, n in zip(given.values, places, strict=False)]
    for i in given.masked:
        numbers[i] = "-inf"
    return toml(nested(numbers, given.shape))

"""Tables for people, made from the registries: operations, layers, update rules, mistakes."""

from collections.abc import Iterator, Sequence

from derive.answers.mistakes.table import keys
from derive.calculus.operation_rows import Macro, Row
from derive.language.numbers import constant_text
from derive.operations import MACROS, ROWS
from derive.problem.network import LAYERS
from derive.problem.toml_values import toml
from derive.problem.training.schedules import SCHEDULES, Schedule
from derive.problem.training.update_rules import RULES, Rule
from derive.prose.catalogue import catalogue

HEAD = ("write", "is", "example", "derivative")


def operation_rows() -> Iterator[tuple[str, str, str, str]]:
    """For each operation: how it is written, what it is, an example, its derivative (or what it stands for)."""
    table: list[Row | Macro] = [*ROWS.values(), *MACROS.values()]
    for row in table:
        if row.example:
            yield ", ".join(row.spellings) or "–", row.summary, row.example, _derivative(row)


def _derivative(row: Row | Macro) -> str:
    if isinstance(row, Macro):
        return f"= {row.body}"
    terms = [
        f"by {name}: {text}" if len(row.params) > 1 else text
        for name, text in zip(row.params, row.derivative, strict=False)
    ]
    value = " (y: the value)" if any("y" in text.split() for text in row.derivative) else ""
    return "; ".join(terms) + value


def operations_table() -> str:
    """The operations as a table for a terminal."""
    return _table([HEAD, *operation_rows()])


def layer_rows() -> Iterator[tuple[str, str, str, str]]:
    """For each kind of layer: its key, what it is, an example, the equations it stands for."""
    for layer in LAYERS.values():
        yield layer.key, layer.summary, layer.example, layer.stands_for


def layers_table() -> str:
    """The layers of [network] as a table for a terminal: the equations of each under it."""
    rows = [("layer", "is", "example"), *(row[:3] for row in layer_rows())]
    head, rule, *lines = _table(rows).split("\n")
    under = [f"    {equations}" for *_, equations in layer_rows()]
    return "\n".join([head, rule, *(line for pair in zip(lines, under, strict=True) for line in pair)])


def rules_table() -> str:
    """The update rules with their equations and constants, and the schedules of the learning rate."""
    head = "For each parameter θ; eta is the learning rate, k the number of the step. States begin with 0."
    rates = "Schedules of the learning rate; eta_0 is learning_rate.\n" + "\n".join(map(_schedule, SCHEDULES.values()))
    return "\n\n".join([head, *map(_rule, RULES.values()), rates])


def _schedule(schedule: Schedule) -> str:
    """One schedule: what it does to the rate, its equation."""
    return f"{schedule.key}: {schedule.summary}.\n    eta <- {schedule.equation}"


def _rule(rule: Rule) -> str:
    """One rule: what it is, its variants, the constants with their defaults."""
    lines = [f"{rule.key}: {rule.summary}. {rule.source}."]
    for choice, text in rule.equations.items():
        lines += [f"  {rule.option} = {toml(choice)}"] if rule.option else []
        lines += [f"    {line}" for line in (*rule.once.splitlines(), *text.splitlines())]
    if rule.constants:
        lines.append("  with " + ", ".join(f"{key} = {constant_text(x)}" for key, x in rule.constants.items()))
    return "\n".join(lines)


def mistakes_table() -> str:
    """The keys of all diagnoses with their sentences."""
    words = catalogue("en")
    return _table([("mistake", "what the student is told"), *((key, words[f"mistakes.{key}"]) for key in keys())])


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def markdown_table() -> str:
    """The operations as a Markdown table, for docs/language.md."""

    def cell(text: str) -> str:
        return f"`{text}`" if text not in {"–", ""} else text

    rows = [
        f"| {cell(write)} | {what} | {cell(example)} | {cell(derivative)} |"
        for write, what, example, derivative in operation_rows()
    ]
    return "\n".join(
        [
            f"| {' | '.join(HEAD)} |",
            "|---|---|---|---|",
            *(row.replace("|r|", "\\|r\\|").replace("|z|", "\\|z\\|") for row in rows),
        ]
    )


TABLES = {"operations": operations_table, "layers": layers_table, "rules": rules_table, "mistakes": mistakes_table}

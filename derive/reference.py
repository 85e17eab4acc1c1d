"""Tables for people, made from the registries: the operations an equation may use, the update rules."""

from __future__ import annotations

from collections.abc import Iterator

from derive.answers.mistakes import keys
from derive.derivation import RULES
from derive.operations import MACROS, ROWS
from derive.operations.rows import Macro, Row
from derive.prose import catalogue

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


def rules_table() -> str:
    """The update rules with their equations."""
    return _table([("rule", "equations, for each parameter θ"), *((name, text) for name, text in RULES.items())])


def mistakes_table() -> str:
    """The keys of all diagnoses with their sentences."""
    words = catalogue("en")
    return _table([("mistake", "what the student is told"), *((key, words[f"mistakes.{key}"]) for key in keys())])


def _table(rows: list[tuple[str, ...]]) -> str:
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

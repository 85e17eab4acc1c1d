"""The keys of a problem file, table by table: what each takes and means. Those of [update], [variants] and the layers
of [network] stand beside what reads them.
"""

from collections.abc import Mapping

from derive.problem.reading.keys import (
    EQUATION_LINES,
    FLAG,
    MARKS,
    NAME,
    NAMES,
    SHARE,
    STEPS,
    TEXT,
    Key,
    by_step,
    either,
    integer_from,
    list_of,
    named,
    one_of,
    several_or,
    table_of,
)
from derive.problem.reading.large_arrays import MAX_ENTRIES
from derive.problem.settings import (
    ALIKE,
    ATTEMPTS,
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
    SYMBOLS,
)
from derive.prose.catalogue import languages

DIGITS: Mapping[str, Key] = {
    "significant": Key(integer_from(1, LONGEST), "Significant digits of a printed number."),
    "decimals": Key(integer_from(0, LONGEST), "Decimals of a printed number, in place of `significant`."),
}

ENTRIES = either(integer_from(1, MAX_ENTRIES), one_of(["all"]))
TABLES: Mapping[str, Mapping[str, Key]] = {
    "": {
        "title": Key(TEXT, "The heading of the page."),
        "topic": Key(TEXT, "What the problem belongs to in a list of problems."),
        "language": Key(one_of(languages()), "The language of the page."),
        "data": Key(table_of(named("data_value")), "Given values that no update changes; a list is a column."),
        "parameters": Key(table_of(named("value")), "Given values that the loss is differentiated by."),
        "model": Key(named("model"), "The forward pass as equations."),
        "network": Key(named("network"), "The forward pass as layers, in place of [model]."),
        "numbers": Key(named("numbers"), "How numbers are carried and printed."),
        "page": Key(named("page"), "What else stands on the page."),
        "names": Key(by_step(either({"type": "string", "minLength": 1}, list_of(NAME, 1))), "Other names of steps."),
        "update": Key(several_or(named("update")), "How the parameters change from step to step; several take turns."),
        "state": Key(table_of(named("value")), "What an update remembers, before the first step."),
        "samples": Key(table_of(named("list_of_values"), 1), "Lists over the samples, which passes take in turn."),
        "marking": Key(named("marking"), "How work is marked."),
        "grade": Key(named("grade"), "How the returns of a class count."),
        "sheet": Key(named("sheet"), "What an exercise sheet leaves to the student."),
        "variants": Key(named("variants"), "What other numbers are drawn from, for each student."),
    },
    "model": {
        "equations": Key(EQUATION_LINES, "The forward pass, one equation a line, in the order of computation."),
        "loss": Key(NAME, "The quantity that is differentiated: a name on the left of an equation."),
        "losses": Key(NAMES, "Several losses, each with its backward pass, in place of `loss`."),
        "gradients": Key(NAMES, "Further names whose gradient is shown."),
    },
    "network": {
        "input": Key(NAME, "The name of the input, in [data] or [samples]."),
        "target": Key(NAME, "The name of what the output is compared with."),
        "layers": Key(named("layers"), "The layers, in order."),
        "loss": Key(named("loss"), "What the output is compared with the target by."),
        "gradients": Key(NAMES, "Further names whose gradient is shown."),
    },
    "numbers": {
        **DIGITS,
        "carry": Key(one_of(CARRIES), "Whether a step goes on with the exact number or with the printed one."),
        "decimal": Key(one_of(DECIMAL_SIGNS), "The decimal sign of the page."),
        "multiplication": Key(one_of(MULTIPLICATION_SIGNS), "The sign between factors."),
        "steps": Key(by_step(named("digits")), "The digits of single steps: { A_2 = { decimals = 9 } }."),
    },
    "page": {
        "course": Key(TEXT, "The course, above the title."),
        "author": Key(TEXT, "Who wrote the problem."),
        "date": Key(either(TEXT, named("date")), "The date, or a text such as \"week 3\"."),
        "task": Key(TEXT, "The task, above the given values."),
        "symbol": Key(one_of(SYMBOLS), "The d of derivatives."),
        "detail": Key(one_of(DETAILS), "Whether every entry is written out, or matrix lines only."),
        "ask": Key(STEPS, "The steps that a sheet blanks and a check marks."),
        "entries": Key(ENTRIES, "How many entries of an array stand there."),
        "engine": Key(one_of(ENGINES), "What makes the PDF."),
        "accessible": Key(FLAG, "Whether the PDF is tagged, for everyone (PDF/UA-1)."),
        "intro": Key(FLAG, "Whether the page says how its numbers are carried and printed."),
        "update": Key(FLAG, "Whether the update stands on the page."),
        "closed": Key(FLAG, "Whether the loss stands there as one expression."),
        "check": Key(FLAG, "Whether the page says what the gradients were checked with."),
        "figures": Key(either(FLAG, list_of(one_of(FIGURES))), "The pictures that are drawn."),
        "reasons": Key(one_of(REASONS), "How many reasons are given."),
        "order": Key(list_of(one_of(PARTS)), "The parts of the page that come first."),
        "breaks": Key(list_of(one_of(BREAKS)), "What begins a page."),
        "alike": Key(one_of(ALIKE), "Whether steps of one form are worked out each, or the first one once."),
        "follow": Key(TEXT, "The entry of a parameter that is followed to the loss, as \"W_1[1,1]\"."),
    },
    "sheet": {
        "blank": Key(either(one_of(LEVELS), STEPS), "How much is left blank, or which steps are."),
        "hints": Key(FLAG, "Whether a last page gives hints."),
        "figure": Key(FLAG, "Whether the network is drawn."),
        "room": Key(one_of(ROOMS), "What a version for paper has under each question."),
    },
    "grade": {
        "attempts": Key(one_of(ATTEMPTS), "Which of several returns counts."),
        "due": Key(named("date"), "Until when work is handed in, in your own time."),
        "late": Key(named("late"), "What each day begun after `due` takes off: \"10 %\", 0.1, or \"cut\"."),
        "marks": Key(by_step(named("percentage")), "The percentage that each grade takes."),
    },
    "marking": {
        "digits": Key(integer_from(1, LONGEST), "The significant digits that are wanted."),
        "marks": Key(MARKS, "The marks of a step, shared over its entries."),
        "entry": Key(MARKS, "The marks of each entry, in place of `marks`."),
        "remark": Key(MARKS, "What a remark costs."),
        "short": Key(SHARE, "The share of its marks that a right number of one digit earns."),
        "steps": Key(by_step(MARKS), "The marks of single steps: { \"dL/dW_1\" = 3 }."),
        "exact": Key(STEPS, "Steps that must not be rounded."),
        "formula": Key(STEPS, "Steps that must be formulas."),
    },
}  # fmt: skip
"""The tables by name, "" for the top of the file."""

EXCLUSIVE = (
    ("", "model", "network"),
    ("model", "loss", "losses"),
    ("numbers", "significant", "decimals"),
    ("update", "steps", "epochs"),
)
"""A table, and two keys of it of which it has one at most."""

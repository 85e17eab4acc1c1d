"""Reading students' answers: numbers, matrices and formulas, read and compared, beside math-verify in the same run.

    python benchmarks/reading.py

math-verify comes from PyPI (`pip install math-verify`); without it our own figures stand alone.
"""

from __future__ import annotations

import logging
import runpy
import tomllib
from collections.abc import Callable
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

from flint import fmpq
from measure import duration, quote, seconds, table, target

from derive import examples, solve
from derive.answers.feedback.report import report
from derive.answers.marking.equality import same_function
from derive.answers.marking.judging import judge
from derive.answers.marking.rounding import standing
from derive.answers.names.letters import tokens_of
from derive.answers.names.step_matching import StepIndex
from derive.answers.reading.answer_reader import read_answer
from derive.answers.reading.numbers import read_number
from derive.answers.reading.written import Array
from derive.answers.working.free_working import read_working
from derive.language.numbers import parse_number
from derive.solution import Solution

TESTS = Path(__file__).resolve().parents[1] / "tests"
COMMAS = TESTS / "answers" / "reading" / "decimal_commas.toml"
NOTES, WORKS = TESTS / "work" / "notes.md", TESTS / "answers" / "works"
COUNT, RUNS = 200, 5
FORMULAS = [
    ("{n}(A - Y)", "-{n}(Y - A)"),
    ("{n} A(1 - A)", "{n} A - {n} A^2"),
    ("(A - {n} Y)^2", "A^2 - {m} A Y + {s} Y^2"),
    (r"\frac{{{n}}}{{1 + e^{{-z}}}}", r"\frac{{{n} e^{{z}}}}{{1 + e^{{z}}}}"),
    ("{n} x^2 y + y", "y ({n} x^2 + 1)"),
]
PROBLEM = """
[data]
A = 0.5
Y = 1
x = 2
y = 3
z = 4
[model]
equations = "L = (A - Y)^2 + x y z"
"""
TARGETS = {"numbers": (20_000, 15), "3x3 matrices": (3_000, 15), "formulas": (1_000, 10)}
Run = Callable[[], object]


Pair = tuple[str, str]


def main() -> None:
    """Print the tables."""
    random = Random(1)
    tasks = {"numbers": numbers(random), "3x3 matrices": matrices(random), "formulas": formulas(random)}
    runs = (read_numbers, read_matrices, read_formulas)
    rates = [len(pairs) / seconds(run(pairs)) for pairs, run in zip(tasks.values(), runs, strict=True)]
    if not find_spec("math_verify"):
        print("math-verify is not installed: `pip install math-verify` adds its figures.")
    theirs = [their_rate(pairs) if find_spec("math_verify") else None for pairs in tasks.values()]
    rows = [["what", "a second", "math-verify", "times", "target"]]
    rows += [figures(name, rate, other) for name, rate, other in zip(tasks, rates, theirs, strict=True)]
    table("Read and compared", rows)
    texts = ", ".join(tasks)
    others = ", ".join("–" if other is None else f"{other:,.0f}" for other in theirs)
    quote(f"answers read and compared a second, each text for the first time: {texts}",
          ", ".join(f"{rate:,.0f}" for rate in rates), f"math-verify: {others}")  # fmt: skip
    table("Strings with a decimal comma that are read rightly", commas())
    table("Whole works, the problem already loaded", works())


def figures(name: str, rate: float, theirs: float | None) -> list[str]:
    """One line of the table: how many a second, beside the other reader's."""
    least, factor = TARGETS[name]
    if theirs is None:
        return [name, f"{rate:,.0f}", "not installed", "", f">= {least:,}: {'met' if rate >= least else 'MISSED'}"]
    met = rate >= least and rate >= factor * theirs
    return [name, f"{rate:,.0f}", f"{theirs:,.0f}", f"{rate / theirs:.0f}",
            f">= {least:,} and {factor} times: {'met' if met else 'MISSED'}"]  # fmt: skip


# --- what is read: each text is another one, so that nobody profits from a cache ------------------------------------


def numbers(random: Random) -> list[Pair]:
    """Numbers in several notations, and the same in plain decimals."""
    pairs = []
    for i in range(COUNT):
        digits, power = f"{random.randint(100, 999) / 100:.2f}", random.randint(2, 9)
        text = (digits, rf"-{digits} \cdot 10^{{-{power}}}", f"{digits}e-{power}", rf"\frac{{1}}{{{i + 3}}}")[i % 4]
        pairs.append((text, text))
    return pairs


def matrices(random: Random) -> list[Pair]:
    """3x3 matrices in LaTeX."""
    rows = [[[f"{random.randint(-99, 99) / 10}" for _ in range(3)] for _ in range(3)] for _ in range(COUNT)]
    texts = [r"\begin{bmatrix} " + r" \\ ".join(map(" & ".join, matrix)) + r" \end{bmatrix}" for matrix in rows]
    return [(text, text) for text in texts]


def formulas(random: Random) -> list[Pair]:
    """Formulas, and others that are the same functions."""
    pairs = []
    for i in range(COUNT):
        n = i + 2
        pairs.append(tuple(text.format(n=n, m=2 * n, s=n * n) for text in FORMULAS[i % len(FORMULAS)]))
    return pairs  # type: ignore[return-value]


def read_numbers(pairs: list[Pair]) -> Run:
    """Read each number and compare it with its value."""
    keys = [exact(key) for _, key in pairs]

    def run() -> None:
        for (text, _), key in zip(pairs, keys, strict=True):
            number = read_number(text, ".")
            assert number
            assert standing(number, key)

    return run


def read_matrices(pairs: list[Pair]) -> Run:
    """Read each matrix and compare its entries."""
    lexicon = StepIndex.of(solve(loaded())).lexicon
    keys = [flat(read_answer(key, (3, 3), lexicon, ".")[0]) for _, key in pairs]

    def run() -> None:
        for (text, _), key in zip(pairs, keys, strict=True):
            array = read_answer(text, (3, 3), lexicon, ".")[0]
            assert isinstance(array, Array)
            assert all(w and standing(w, value) for w, value in zip(array.entries, key or (), strict=True))

    return run


def read_formulas(pairs: list[Pair]) -> Run:
    """Read each formula and compare it with its other form."""
    index = StepIndex.of(solve(loaded()))
    lexicon, shapes = index.lexicon, index.lexicon.shapes
    keys = [read_answer(key, (), lexicon, ".")[0] for _, key in pairs]

    def run() -> None:
        for (text, _), key in zip(pairs, keys, strict=True):
            formula = read_answer(text, (), lexicon, ".")[0]
            assert same_function(formula, key, shapes) is None  # type: ignore[arg-type]

    return run


def loaded() -> Any:
    """A problem with the formulas' names."""
    from derive import Problem

    return Problem.loads(PROBLEM)


def exact(text: str) -> fmpq:
    """The value of one of the numbers above."""
    number = read_number(text, ".")
    assert number
    return number.value


# --- math-verify ----------------------------------------------------------------------------------------------------


def their_rate(pairs: list[Pair]) -> float:
    """How many math-verify reads and compares a second, called as its documentation does."""
    from math_verify import parse, verify

    logging.disable(logging.CRITICAL)
    keys = [parse(f"${key}$") for _, key in pairs]
    equal = []

    def run() -> None:
        equal.extend(verify(key, parse(f"${text}$")) for (text, _), key in zip(pairs, keys, strict=True))

    taken = seconds(run)
    if not all(equal):
        print(f"math-verify takes {equal.count(False)} of {len(pairs)} for different that are the same.")
    return len(pairs) / taken


# --- whole works ----------------------------------------------------------------------------------------------------


def works() -> list[list[str]]:
    """The work of the notes, read and judged, and the hostile text that takes longest, each as one more of a class."""
    solution = solve(examples.path("notes"))
    for name, work in tomllib.loads((WORKS / "expected.toml").read_text(encoding="utf-8")).items():
        if work["problem"] == "notes":
            mark(WORKS / name, solution)
    notes = duration_of(NOTES.read_text(encoding="utf-8"), solution)
    texts = runpy.run_path(str(TESTS / "support" / "hostile.py"))
    hostile = {name: duration_of(text, solution) for name, text in (texts["WORKS"] | texts["FLOODS"]).items()}
    slowest = max(hostile, key=lambda name: hostile[name])
    quote("a student's whole working of the notes, 25 answers, read and marked, the problem at hand", duration(notes))
    return [
        ["the notes (25 answers), verdicts and diagnoses", duration(notes), target(0.010, notes)],
        [f"the slowest of {len(hostile)} hostile texts ({slowest})", duration(hostile[slowest]),
         target(0.050, hostile[slowest])],
    ]  # fmt: skip


def mark(work: str | Path, solution: Solution) -> None:
    """Read a work, judge it, and write the feedback on it."""
    report(solution, judge(solution, answers := read_working(work, solution)), answers)


def duration_of(text: str, solution: Solution) -> float:
    """How long it takes to mark a work that nobody has handed in before, on a problem of which others have."""
    workings = solution.blueprint.workings
    known = {field.name: dict(getattr(workings, field.name)) for field in fields(workings)}

    def forget() -> None:
        tokens_of.cache_clear()
        for name, before in known.items():
            now = getattr(workings, name)
            now.clear()
            now |= before

    def run() -> float:
        forget()
        return seconds(lambda: mark(text, solution))

    taken = min(run() for _ in range(RUNS))
    forget()
    return taken


# --- decimal commas -------------------------------------------------------------------------------------------------


def commas() -> list[list[str]]:
    """How many of the list each reads rightly."""
    data = tomllib.loads(COMMAS.read_text(encoding="utf-8"))
    lexicon = StepIndex.of(solve(examples.path("notes"))).lexicon
    pairs = [*data["numbers"].items(), *data["arrays"].items()]
    read = sum(
        flat(read_answer(text, shape_of(meaning), lexicon, ",")[0]) == wanted(meaning) for text, meaning in pairs
    )
    quote("numbers and arrays with a decimal comma that are read rightly", f"{read} of {len(pairs)}")
    rows = [["derive", f"{read} of {len(pairs)}", f"all: {'met' if read == len(pairs) else 'MISSED'}"]]
    if find_spec("math_verify"):
        rows.append(["math-verify", f"{sum(verified(*pair) for pair in pairs)} of {len(pairs)}", ""])
    return rows


def verified(text: str, meaning: Any) -> bool:
    """Whether math-verify takes a text for what it means."""
    from math_verify import parse, verify

    key = as_latex(meaning)
    try:
        return any(verify(parse(f"${key}$"), parse(shown)) for shown in (text, f"${text.strip('$')}$"))
    except Exception:  # noqa: BLE001 - whatever it raises, it has not read the text
        return False


def as_latex(meaning: Any) -> str:
    """A meaning in the notation that math-verify reads best."""
    if isinstance(meaning, str):
        return meaning.replace("e", r" \cdot 10^{") + "}" if "e" in meaning else meaning
    rows = [row if isinstance(row, list) else [row] for row in meaning]
    body = r" \\ ".join(" & ".join(as_latex(cell) for cell in row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def shape_of(meaning: Any) -> tuple[int, ...]:
    """The shape of a meaning."""
    return () if isinstance(meaning, str) else (len(meaning), *shape_of(meaning[0]))


def wanted(meaning: Any) -> list[fmpq | None]:
    """The entries of a meaning."""
    if isinstance(meaning, list):
        return [entry for item in meaning for entry in wanted(item)]
    value = parse_number(meaning) if meaning else None
    return [value and fmpq(value.numerator, value.denominator)]


def flat(content: object) -> list[fmpq | None] | None:
    """The entries of what was read."""
    return [entry and entry.value for entry in content.entries] if isinstance(content, Array) else None


if __name__ == "__main__":
    main()

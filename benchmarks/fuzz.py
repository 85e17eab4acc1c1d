"""Mutated problem files, equations and answers: whatever is wrong with them, the project's own error says it, in time.

    python benchmarks/fuzz.py [--cases 1000] [--seconds 60] [--seed 1] [--keep FOLDER]

Each case changes a built-in example, or writes equations of random operations over a few values; it is solved, written
in one format, made a sheet of, and a mutated page of it is marked. What raises anything else, fails its own
verification or takes more than LONGEST seconds of computing is kept. A run that was broken off goes on where it
stopped: FOLDER has what was counted so far.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from math import inf
from pathlib import Path
from types import FrameType

import derive
from derive import examples
from derive.answers.checking import check
from derive.errors import DeriveError
from derive.operations import MACROS, ROWS
from derive.problem.problem import Problem
from derive.sheets.sheet_writer import SheetWriter

LONGEST = 20
SAVED_EVERY = 100
FORMATS = ("txt", "md", "tex", "html", "json", "toml", "typ")
NUMBERS = ("0", "1", "-1", "0.5", "1e300", "1e-300", "-0.0", "1000", '"1/3"', '"-inf"', "1e400", "2", "[1, 2]",
           "[[1, 2], [3, 4]]")  # fmt: skip
SIGNS = ("+", "-", "*", "/", "⊙", "^", "^T", "^2", "^-1", "(", ")", "[1]", ";", ",", "||", "|", "=", ">", " ", "'")
OPERANDS = ("x", "c", "X", "W", "b", "w", "m", "0", "1", "2", "0.5", "W x", "x^T", "W[1, 2]", "inf", "1e3")
GIVEN = """
[data]
x = {x}
c = {c}
X = [[1, 2], [3, 4]]
m = [0, "-inf"]
[parameters]
W = {W}
b = [0.1, -0.2]
w = {w}
[model]
equations = \"\"\"
{lines}
\"\"\"
loss = "L"
"""


class TooLong(Exception):
    """A case that does not end."""


def too_long(number: int, frame: FrameType | None) -> None:
    """Ends a case."""
    raise TooLong


def operand(draw: random.Random, depth: int = 0) -> str:
    """A random expression."""
    if depth > 2 or draw.random() < 0.3:
        return draw.choice(OPERANDS)
    row = draw.choice(OPERATIONS)
    if draw.random() < 0.5:
        sign = draw.choice(["+", "-", "*", "/", "⊙", "^", "@"])
        return f"({operand(draw, depth + 1)} {sign} {operand(draw, depth + 1)})"
    count = draw.randint(*row.arity)
    settings = draw.choice(["", "", "", ", rows", ", columns", ", 2", ", alpha = 0.3"])
    return f"{row.spellings[0]}({', '.join(operand(draw, depth + 1) for _ in range(count))}{settings})"


OPERATIONS = [row for row in (*ROWS.values(), *MACROS.values()) if row.spellings]


def equations(draw: random.Random) -> str:
    """A problem of random equations."""
    lines = [f"z = {operand(draw)}", f"L = {draw.choice(['sum', 'mean', 'max', 'norm'])}({operand(draw)})"]
    if draw.random() < 0.5:
        lines[1] = f"L = sum({draw.choice(['z', 'z ⊙ z', 'z^2', 'softmax(z)', 'exp(z)', 'log(z)'])})"
    values = {"x": "[1, 2]", "c": "0.7", "W": "[[0.5, -0.25], [1, 0]]", "w": "0.3"}
    values |= {name: draw.choice(NUMBERS) for name in values if draw.random() < 0.15}
    return GIVEN.format(lines="\n".join(lines), **values)


def mutated(draw: random.Random, text: str) -> str:
    """A text with some of its parts exchanged, left out or said twice."""
    for _ in range(draw.randint(1, 3)):
        kind = draw.randint(0, 5)
        if kind == 0 and (numbers := list(re.finditer(r"-?\d+(?:\.\d+)?", text))):
            start, end = draw.choice(numbers).span()
            text = text[:start] + draw.choice(NUMBERS) + text[end:]
        elif kind == 1 and (words := list(re.finditer(r"[A-Za-z_]{2,}(?=\()", text))):
            start, end = draw.choice(words).span()
            text = text[:start] + draw.choice(OPERATIONS).spellings[0] + text[end:]
        elif kind == 2:
            at = draw.randrange(len(text) + 1)
            text = text[:at] + draw.choice(SIGNS) + text[at:]
        elif kind == 3:
            at = draw.randrange(len(text) + 1)
            text = text[:at] + text[at + draw.randint(1, 4) :]
        else:
            lines = text.split("\n")
            at = draw.randrange(len(lines))
            lines[at : at + 1] = [lines[at]] * 2 if kind == 4 else []
            text = "\n".join(lines)
    return text


def one(draw: random.Random, texts: list[str], found: Counter[str]) -> None:
    """One case."""
    text = equations(draw) if draw.random() < 0.5 else mutated(draw, draw.choice(texts))
    found["text"] += 1
    one.text = text  # type: ignore[attr-defined]
    try:
        problem = Problem.loads(text)
        solution = derive.solve(problem)
    except DeriveError as refused:
        if "rule of this program" in str(refused):
            raise AssertionError(str(refused)) from refused
        found["refused"] += 1
        return
    found["solved"] += 1
    try:
        page = solution.text(draw.choice(FORMATS))
        if draw.random() < 0.3:
            SheetWriter.of(solution.blueprint).sheet("txt", solution)
    except DeriveError:  # digits of a step that no precision tells: known when they are printed
        found["not written"] += 1
        return
    if draw.random() < 0.5:
        page = mutated(draw, page[:4_000])
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder, "work.md")
            work.write_text(page, "utf-8", "replace")
            one.text = f"{text}\n# --- the work ---\n{page}"  # type: ignore[attr-defined]
            try:
                check(solution, work)
                found["marked"] += 1
            except DeriveError:
                found["not marked"] += 1


@dataclass(slots=True)
class Tally:
    """What a run has counted: what became of the cases, what went wrong how often; kept in `path`."""

    path: Path
    found: Counter[str]
    wrong: Counter[str]

    @staticmethod
    def of(path: Path) -> Tally:
        """That of the run so far."""
        kept = json.loads(path.read_text("utf-8")) if path.exists() else {"found": {}, "wrong": {}}
        return Tally(path, Counter(kept["found"]), Counter(kept["wrong"]))

    def save(self) -> None:
        """Keep it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps({"found": self.found, "wrong": self.wrong}), "utf-8")


def main() -> int:
    """So many cases in all, or what time allows; 1 where one went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=inf, help="begin no further case after so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("output/fuzz"))
    options = parser.parse_args()
    texts = [examples.path(name).read_text("utf-8") for name in examples.names() if name != "mazur_10000"]
    signal.signal(signal.SIGPROF, too_long)
    tally = Tally.of(options.keep / f"run-{options.seed}.json")
    found, wrong = tally.found, tally.wrong
    end = time.monotonic() + options.seconds
    while found["text"] < options.cases and time.monotonic() < end:
        if found["text"] % SAVED_EVERY == 0:
            tally.save()
        seed = options.seed * 1_000_000 + found["text"] + 1
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        try:
            one(random.Random(seed), texts, found)
        except TooLong:
            kind = "too long"
        except Exception as error:  # noqa: BLE001 - what is looked for
            *_, last = traceback.extract_tb(error.__traceback__)
            kind = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        else:
            continue
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        wrong[kind] += 1
        if wrong[kind] <= 3:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{seed}.toml").write_text(f"# {kind}\n{one.text}", "utf-8", "replace")  # type: ignore[attr-defined]
    tally.save()
    print(f"{found['text']} cases: {dict(found)}")
    for kind, count in wrong.most_common():
        print(f"{count} times {kind}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

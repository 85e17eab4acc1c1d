"""Works of students composed of styles at random, all of whose numbers are right, or with one planted mistake.

    python benchmarks/styles.py [COUNT] [--seed N] [--planted] [--show SEED] [--problem NAME] [--style DIMENSION=VALUE]

Each work states steps of a built-in problem, each rounded honestly from what is right, written in one value of each
dimension of styles. No step may be called wrong, and few lost; the rates stand beside each value, the worst first.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from math import prod
from pathlib import Path
from random import Random

import style_pages as pages
import style_table as table
from measure import table as print_table
from measure import target
from style_writer import Told, Writer

from derive import check
from derive.answers.feedback.report import Report
from derive.calculus.kernels import Flat
from derive.calculus.scalars import is_minus_infinity
from derive.derivation.step_settings import step_marks
from derive.derivation.steps import Step
from derive.language.expressions import Expr
from derive.solution import Blueprint, Solution

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from support.planting import instead, planted
from support.solutions import problem_of
from support.students import NAMES, Student

COUNT, MOST_STEPS, MOST_ENTRIES = 200, 20, 24
MOST_LOST = 0.04

# --- whole works -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """A composed work: the styles by dimension, its text, the steps that it states, and the mistake in it."""

    problem: str
    seed: int
    styles: Mapping[str, str]
    text: str
    stated: tuple[str, ...]
    ending: str
    slip: str = ""
    at: str = ""


def composed(seed: int, problem: str = "", with_slip: bool = False, forced: Mapping[str, str] | None = None) -> Work:
    """The work of a seed; `forced` are styles that it has to have."""
    random = Random(seed)
    problem = problem or random.choice(NAMES)
    solution = known(problem)
    writer = Writer(solution, random, forced or {})
    slip, at, told = _with_slip(solution, random) if with_slip else ("", "", list(_right(solution)))
    told = [each for each in told if len(each.values) <= MOST_ENTRIES and not any(map(is_minus_infinity, each.values))]
    while len(told) > MOST_STEPS:
        drop = random.randrange(len(told))
        if told[drop].id != at:
            told.pop(drop)
    text = _page(writer, told, random)
    ending = {"tex": random.choice((".tex", ".md")), "code": ".txt"}.get(writer.world, random.choice((".txt", ".md")))
    return Work(
        problem,
        seed,
        writer.keys | {"world": writer.world, "ending": ending},
        text,
        tuple(each.id for each in told),
        ending,
        slip,
        at,
    )


@cache
def known(problem: str) -> Solution:
    """A built-in problem, worked out."""
    return Blueprint.of(problem_of(problem)).solve(symbolic=False)


def _right(solution: Solution) -> Iterator[Told]:
    derivation = solution.blueprint.derivation
    for k in solution.values.worked[:2]:
        for step in derivation.worked(k, solution.values.updates):
            known_id = derivation.id_in(step.name, k)
            if step_marks(derivation, solution.problem, step, known_id, k):
                yield Told(step, known_id, k, solution.exact.flat(step.name, k))


def _with_slip(solution: Solution, random: Random) -> tuple[str, str, list[Told]]:
    """One known mistake in a step, what follows carried on."""
    slips = planted_in(solution.problem.label or "", solution)
    stated = {each.id for each in _right(solution) if each.k == 1}
    slips = [
        each
        for each in slips
        if each[1].id in stated and prod(each[1].shape) <= MOST_ENTRIES and not any(map(is_minus_infinity, each[3]))
    ]
    key, wrong, expr, _ = random.choice(slips)
    student = Student(solution, 40, faults={wrong.id: instead(expr)})
    answers = {answer.step: answer for answer in student.work()}
    told = [
        replace_values(each, [w.value for w in answers[each.id].content.entries])
        for each in _right(solution)
        if each.id in answers
    ]
    return key, wrong.id, told


def replace_values(told: Told, values: Flat) -> Told:
    """The same step with other numbers."""
    return replace(told, values=values)


_PLANTED: dict[str, list[tuple[str, Step, Expr, Flat]]] = {}


def planted_in(label: str, solution: Solution) -> list[tuple[str, Step, Expr, Flat]]:
    """The mistakes that can be made in a problem, found once."""
    if label not in _PLANTED:
        _PLANTED[label] = planted(solution)
    return _PLANTED[label]


def _page(writer: Writer, told: Sequence[Told], random: Random) -> str:
    """The steps in the order and with the headings that the styles say."""
    chosen, several = writer.chosen, len({each.k for each in told}) > 1
    blocks = list[str]()
    for k, of_pass in groupby(told, lambda each: each.k):
        if several:
            heading = chosen["pass"].made.format(k=k)
            blocks.append(rf"\text{{{heading}}} \\" if writer.keys["line"] == pages.ROWS else heading)
        phases = defaultdict[str, list[Told]](list)
        for each in of_pass:
            phases[_phase(each.step)].append(each)
        order = chosen["order"].made
        if order == "mixed" and not several:
            all_told = [each for steps in phases.values() for each in steps]
            blocks += _lines(writer, random.sample(all_told, len(all_told)))
            continue
        parts = [*phases.items()]
        if not several and order in {"backward", "reversed"}:
            parts.reverse()
        for phase, steps in parts:
            if chosen["phases"].made:
                blocks.append(chosen["phases"].made[("forward", "backward", "update").index(phase)])
            blocks += _lines(writer, steps[::-1] if order == "reversed" and not several else steps)
    page = chosen["gap"].made.join(blocks)
    if writer.keys["whole"] == "quoted":
        page = page.replace("\n", "\n> ")
    text = chosen["whole"].made.format(page=page)
    return text.replace("\n", "\r\n") if writer.keys["whole"] == "CRLF" else text


def _phase(step: Step) -> str:
    return {"backward": "backward", "update": "update"}.get(step.phase, "forward")


def _joined(joint: str, said: Sequence[str]) -> str:
    """Two statements in one line, or the last one alone."""
    if len(said) == 1:
        return said[0]
    return re.sub(r"\{([ab])\}", lambda place: said["ab".index(place[1])], joint)


def _lines(writer: Writer, told: Sequence[Told]) -> list[str]:
    """Statements joined, each line in its wrapper."""
    said = [text for each in told for text in writer.statements(each)]
    joint = writer.chosen["joint"].made
    if joint and not any("\n" in text for text in said):
        said = [_joined(joint, said[i : i + 2]) for i in range(0, len(said), 2)]
    made, found = writer.chosen["line"].made, []
    for i, line in enumerate(said, 1):
        first, *more = line.split("\n")
        roman = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")[(i - 1) % 10]
        text = made.format(line=first, i=i, letter="abcdefghijklmnopqrstuvwxyz"[(i - 1) % 26], roman=roman)
        if more and (corner := table.CORNERS.get(writer.keys["array"])):
            more = [" " * text.rfind(corner) + each for each in more]
        found.append("\n".join([text, *more]))
    return found


# --- judged ----------------------------------------------------------------------------------------------------------


def marked(work: Work) -> Report:
    """The report on a work, as a file of its kind."""
    with tempfile.NamedTemporaryFile("w", suffix=work.ending, encoding="utf-8", newline="") as file:
        file.write(work.text)
        file.flush()
        return check(known(work.problem), Path(file.name))


@dataclass
class Outcome:
    """What became of a work: its steps called wrong unjustly, those lost, whether its mistake was located."""

    work: Work
    wrong: list[str]
    lost: list[str]
    located: bool
    seconds: float


def outcome(work: Work) -> Outcome:
    """A work, marked."""
    start = time.process_time()
    report = marked(work)
    taken = time.process_time() - start
    verdicts = {item.id: item.verdict for item in report.items}
    wrong = [step for step, verdict in verdicts.items() if verdict == "wrong"]
    lost = [step for step in work.stated if verdicts.get(step) in {"missing", "unreadable", None}]
    return Outcome(work, [step for step in wrong if step != work.at], lost, work.at in wrong, taken)


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--problem", default="")
    parser.add_argument("--show", type=int)
    parser.add_argument("--style", action="append", default=[])
    args = parser.parse_args()
    forced = dict(style.split("=", 1) for style in args.style)
    if args.show is not None:
        _show(composed(args.show, args.problem, args.planted, forced))
        return
    outcomes = []
    for seed in range(args.seed, args.seed + args.count):
        work = composed(seed, args.problem, args.planted, forced)
        try:
            found = outcome(work)
        except Exception as fault:  # noqa: BLE001 - counted, to be mended
            print(seed, work.problem, "ENDED", repr(fault), flush=True)
            found = Outcome(work, ["ended"], list(work.stated), False, 0.0)
        outcomes.append(found)
        if found.wrong or len(found.lost) > 0.3 * len(found.work.stated):
            print(
                seed,
                found.work.problem,
                "WRONG" if found.wrong else "lost",
                *(found.wrong or found.lost)[:5],
                f"({len(found.wrong)} wrong, {len(found.lost)} lost of {len(found.work.stated)})",
                flush=True,
            )
    _rates(outcomes, args.planted)


def _show(work: Work) -> None:
    report, found = marked(work), outcome(work)
    print(work.problem, work.ending, *(f"{key}: {value!r}" for key, value in work.styles.items()), sep="\n  ")
    print(work.text, "\n-----")
    for item in report.items:
        if item.id in found.wrong or item.id in found.lost or item.id == work.at or not item.id:
            print(item.id, item.verdict, item.line, repr(item.given), item.message)
    for line in json.loads(report.json())["not_understood"]:
        print("not understood", line)
    print("slip:", work.slip, work.at, "wrong:", found.wrong, "lost:", found.lost)


def _rates(outcomes: Sequence[Outcome], with_slip: bool) -> None:
    stated = sum(len(each.work.stated) for each in outcomes)
    wrong, lost = (sum(len(getattr(each, key)) for each in outcomes) for key in ("wrong", "lost"))
    by_style: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for each in outcomes:
        for pair in each.work.styles.items():
            by_style[pair].append(each)
    rows = []
    for (dimension, key), found in by_style.items():
        size = sum(len(each.work.stated) for each in found) or 1
        bad, gone = (sum(len(getattr(each, what)) for each in found) / size for what in ("wrong", "lost"))
        rows.append((bad, gone, len(found), f"{dimension}: {key}"))
    worst = [
        row
        for row in sorted(rows, reverse=True, key=lambda row: row[0] * row[2] ** 0.5 * 5 + row[1] * row[2] ** 0.5)
        if row[0] or row[1] > MOST_LOST
    ][:60]
    print_table(
        "styles, the worst first",
        [
            ("style", "works", "wrong", "lost"),
            *((name, str(count), f"{bad:.1%}", f"{gone:.1%}") for bad, gone, count, name in worst),
        ],
    )
    share = "{:.1%}".format
    lines = [
        ("steps stated", str(stated)),
        ("called wrong unjustly", str(wrong), target(0, wrong, str)),
        ("works with such", str(sum(bool(each.wrong) for each in outcomes))),
        ("lost", share(lost / max(stated, 1)), target(MOST_LOST, lost / max(stated, 1), share)),
        ("seconds of the slowest", f"{max(each.seconds for each in outcomes):.2f}"),
    ]
    if with_slip:
        located = sum(each.located for each in outcomes)
        lines.append(("mistakes located", f"{located} of {len(outcomes)}"))
    print_table(f"{len(outcomes)} composed works", lines)


if __name__ == "__main__":
    main()

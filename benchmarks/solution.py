"""The figures of a worked solution, each beside what one would do instead. `--quick` leaves SymPy's long runs out."""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import plain
import worked
from measure import (
    best,
    duration,
    first_and_again,
    fresh,
    growth,
    megabytes,
    process,
    quote,
    seconds,
    table,
    target,
    timed,
)  # fmt: skip
from networks import NOTES, drawn

from derive import Problem
from derive.pdf.engines import find_engine
from derive.solution import Blueprint

DEPTHS = (2, 4, 8, 16, 32, 64)
DEPTHS_OF_SYMPY = (1, 2, 3, 4)
WIDTH = 8
VARIANTS = 100
DEEP = [3, 3, 3, 3, 3]
LARGE = [32, 32, 10]
STEPS = 10_000
WAYS = ("subs", "lambdify")

Row = Sequence[str]


def the_notes(_: bool) -> Iterator[Row]:
    """1: the handwritten notes, from the file to the page"""
    theirs = plain.sympy_gradient(NOTES)
    assert _agree(worked.gradient(worked.worked(Problem.load(worked.NOTES))), theirs)
    yield "", "first, nothing kept", "first, SymPy's results kept", "again", "target (again)"
    with tempfile.TemporaryDirectory() as kept:
        fresh("worked", "notes", times=1, kept=kept)
        cold, first, again = fresh("worked", "notes"), fresh("worked", "notes", kept=kept), best(worked.notes(), 9)
        marked = fresh("worked", "checked", kept=kept), best(worked.checked(), 9)
    work = "the notes: read, derived, solved, verified, as LaTeX and Markdown"
    yield work, *map(duration, (cold.seconds, first.seconds, again)), target(0.035, again)
    yield "a student's work: problem read and solved, work marked", "", duration(marked[0].seconds), duration(marked[1])
    ways = {way: (fresh("plain", "sympy_first", way).seconds, best(partial(_sympy_again, way))) for way in WAYS}
    for way, (before, after) in ways.items():
        yield f"beside: SymPy, imported, diff and {way}, numbers only", duration(before), "", duration(after)
    beside = "; ".join(f"{way}: {duration(before)}, {duration(after)}" for way, (before, after) in ways.items())
    run = plain.torch_gradient(NOTES)
    if run is None:
        yield "beside: PyTorch", "not installed: pip install torch"
    else:
        assert _agree(run(), theirs)
        floor = best(run, 100)
        yield "beside: PyTorch, backward pass, numbers only", "", "", duration(floor)
        beside += f"; PyTorch's backward pass: {duration(floor)}"
    timed = f"first in a process {duration(cold.seconds)} (SymPy's part kept on disk: {duration(first.seconds)})"
    quote(work, f"{timed}, again {duration(again)}", f"SymPy, numbers only, first and again, by {beside}")
    quote("a student's work on the notes, the problem read and solved, the work marked",
          f"first in a process {duration(marked[0].seconds)}, again {duration(marked[1])}")  # fmt: skip


def _sympy_again(way: str) -> None:
    """SymPy keeps its results: forget them, or only the look-up is measured."""
    from sympy.core.cache import clear_cache

    clear_cache()
    {"subs": plain.sympy_gradient, "lambdify": plain.sympy_compiled}[way](NOTES)


def other_numbers(_: bool) -> Iterator[Row]:
    """2: the same structure for other numbers, a hundred different ones"""
    problem = Problem.load(worked.NOTES)
    plan = Blueprint.of(problem)
    worked.filled(plan, problem)
    yield "", "quickest", "median", "slowest", "target (median)"
    times = [seconds(partial(worked.filled, plan, other)) for other in worked.variants(problem, VARIANTS)]
    yield (
        "values, proof, tex and md",
        *map(duration, (min(times), median(times), max(times))),
        target(0.01, median(times)),
    )
    derivatives, numbers = plain.sympy_derivatives(NOTES)
    others = [{symbol: float(i % 9 + 1) / 10 for symbol in numbers} for i in range(10)]
    put_in = [seconds(partial(plain.substituted, derivatives, other)) for other in others]
    yield "beside: SymPy's derivatives, subs", *map(duration, (min(put_in), median(put_in), max(put_in)))
    called = best(plain.lambdified(derivatives, numbers), 100)
    yield "beside: SymPy's derivatives, lambdified, numbers only", duration(called)
    beside = f"SymPy's derivatives, numbers only: by subs {duration(median(put_in))}, lambdified {duration(called)}"
    quote("the same with other numbers, again", duration(median(times)), beside)


def deep_sigmoid(quick: bool) -> Iterator[Row]:
    """3: a 3-3-3-3-3 sigmoid network"""
    network, sizes = drawn(DEEP), list(map(str, DEEP))
    first, again = first_and_again("worked", "network", *sizes)
    ours = first.seconds
    yield "from the file to tex and md", timed(first, again)
    compiled = fresh("plain", "sympy_first", "lambdify", *sizes, times=1).seconds
    yield "beside: SymPy, diff and lambdify, numbers only", *_times(compiled, ours)
    assert _agree(worked.gradient(worked.worked(Problem.loads(network.toml()))), plain.sympy_compiled(network))
    beside = f"SymPy, numbers only, by lambdify: {duration(compiled)}, {compiled / ours:.0f} times as long"
    if quick:
        yield "beside: SymPy, diff and evalf, numbers only", "skipped (--quick)"
    else:
        start = time.perf_counter()
        theirs = plain.evaluated(*plain.sympy_derivatives(network))
        taken = time.perf_counter() - start
        assert _agree(worked.gradient(worked.worked(Problem.loads(network.toml()))), theirs)
        yield "beside: SymPy, diff and evalf, numbers only", *_times(taken, ours)
        beside += f"; by evalf: {duration(taken)}, {taken / ours:.0f} times"
    if run := plain.torch_gradient(network):
        beside += f"; PyTorch's backward pass: {duration(best(run, 100))}"
    quote(
        "a 3-3-3-3-3 sigmoid network, from the file to LaTeX and Markdown",
        timed(first, again),
        beside,
    )


def _times(theirs: float, ours: float) -> Row:
    return duration(theirs), f"{theirs / ours:.0f} times as long"


def depth(quick: bool) -> Iterator[Row]:
    """4: sigmoid networks of width 8 by depth, from problem to tex and md."""
    costs = [fresh("worked", "network", *[str(WIDTH)] * (layers + 1), times=3) for layers in DEPTHS]
    yield "layers", *map(str, DEPTHS), "last doubling", "log-log slope", "target"
    yield "time", *(duration(cost.seconds) for cost in costs), *_slopes([cost.seconds for cost in costs])
    yield "memory beyond imports", *(megabytes(cost.grown) for cost in costs), *_slopes([cost.grown for cost in costs])
    shallow = DEPTHS_OF_SYMPY[:-1] if quick else DEPTHS_OF_SYMPY
    theirs = [fresh("plain", "sympy_first", "lambdify", *["2"] * (n + 1), times=1).seconds for n in shallow]
    yield "beside: SymPy, lambdify, width 2", *(f"{n}: {duration(t)}" for n, t in zip(shallow, theirs, strict=True))
    time_, memory = (_slopes([getattr(cost, what) for cost in costs]) for what in ("seconds", "grown"))
    quote(f"sigmoid networks of width {WIDTH}, {DEPTHS[0]} to {DEPTHS[-1]} layers",
          f"first in a process {duration(costs[0].seconds)} to {duration(costs[-1].seconds)}; "
          f"log-log slope {time_[1]} in time "
          f"(last doubling {time_[0]}), {memory[1]} in memory")  # fmt: skip


def _slopes(costs: Sequence[float]) -> Row:
    """The exponent of growth over the last doubling and over all depths."""
    last, whole = growth(DEPTHS[-2:], costs[-2:]), growth(DEPTHS, costs)
    return f"{last:.2f}", f"{whole:.2f}", target(1.15, whole, str)


def written_out(_: bool) -> Iterator[Row]:
    """5: a 32-32-10 sigmoid network with every entry written out, from problem to tex."""
    cost, again = first_and_again("worked", "written_out", *map(str, LARGE))
    yield "time", timed(cost, again), target(3, cost.seconds)
    yield "peak memory of the process", megabytes(cost.peak), target(300e6, cost.peak, megabytes)
    network = drawn(LARGE)
    floats = best(lambda: plain.float_gradient(network))
    yield "beside: plain floats, numbers", duration(floats)
    quote("a 32-32-10 network, every entry written out in LaTeX",
          f"{timed(cost, again)}; {megabytes(cost.peak)}",
          f"loops over floats, numbers only: {duration(floats)}")  # fmt: skip


def processes(_: bool) -> Iterator[Row]:
    """6: whole processes, median of 7."""
    python = [sys.executable]
    with tempfile.TemporaryDirectory() as folder:
        solve = [*python, "-m", "derive", "solve", str(worked.NOTES), "-o", folder, "--to"]
        check = [*python, "-m", "derive", "check", str(worked.NOTES), str(worked.WORK)]
        ours = [
            _process("derive --help", [*python, "-m", "derive", "--help"], 0.07),
            _process("derive solve, notes to md", [*solve, "md"], 0.6),
            _process("derive solve, notes to pdf", [*solve, "pdf"], 2.0),
            _process("derive check, work on the notes", check, 0.5),
        ]
        yield from ours
        yield _process("beside: python -c pass", [*python, "-c", "pass"])
        sympy = _process("beside: python -c 'import sympy'", [*python, "-c", "import sympy"])
        yield sympy
        quote("whole processes: `derive --help`, `solve` notes to Markdown, to PDF, `check`",
              ", ".join(row[1] for row in ours), f"`import sympy` alone: {sympy[1]}")  # fmt: skip
        process([*solve, "tex"], times=1)
        engine = [*find_engine().command, "notes.tex"]
        yield _process("beside: pdflatex on the finished tex", engine, cwd=Path(folder))


def _process(what: str, command: Sequence[str], limit: float | None = None, cwd: Path | None = None) -> Row:
    taken = process(command, cwd=cwd)
    return what, duration(taken), *([] if limit is None else [target(limit, taken)])


def training(_: bool) -> Iterator[Row]:
    """7: 10,000 steps of gradient descent on Mazur's network"""
    first, ours = first_and_again("worked", "trained", "mazur_10000")
    floats = best(lambda: plain.mazur_loss(STEPS), 3)
    yield "from the file to Markdown, every digit proven", timed(first, ours)
    yield "beside: plain floats, numbers only", duration(floats), f"{ours / floats:.1f} times quicker"
    quote("10,000 steps of gradient descent on Mazur's network, from the file to Markdown, every digit proven",
          timed(first, ours), f"loops over floats, numbers only: {duration(floats)}")  # fmt: skip


def _agree(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    """Whether two routes computed the same."""
    pairs = zip(ours, theirs, strict=True)
    return bool(ours) and all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12) for a, b in pairs)


SECTIONS: tuple[Callable[[bool], Iterator[Row]], ...] = (
    the_notes, other_numbers, deep_sigmoid, depth, written_out, processes, training,
)  # fmt: skip


def main() -> None:
    """Print the tables that are asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what takes SymPy a minute")
    parser.add_argument("number", nargs="*", type=int, help="which tables, from 1")
    options = parser.parse_args()
    for number in options.number or range(1, len(SECTIONS) + 1):
        section = SECTIONS[number - 1]
        table((section.__doc__ or "").rstrip("."), section(options.quick))


if __name__ == "__main__":
    main()

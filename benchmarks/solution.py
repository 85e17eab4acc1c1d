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
from measure import best, duration, fresh, growth, megabytes, process, seconds, table, target, target_ratio
from networks import NOTES, drawn

from derive import examples
from derive.pdf.engines import find_engine

DEPTHS = (2, 4, 8, 16, 32, 64)
DEPTHS_OF_SYMPY = (1, 2, 3, 4)
WIDTH = 8
VARIANTS = 100
DEEP = [3, 3, 3, 3, 3]
LARGE = [32, 32, 10]
STEPS = 10_000

Row = Sequence[str]


def the_notes(_: bool) -> Iterator[Row]:
    """1: the handwritten notes, from problem to page."""
    ours, theirs = worked.gradient(worked.worked(worked.loaded())), plain.sympy_gradient(NOTES)
    assert _agree(ours, theirs)
    yield "", "first in a process", "again", "target (again)"
    for what, option, limit in (("derivation to tex and md", "", 0.030), ("with the closed form", "yes", 0.150)):
        again = best(worked.notes(option), 9)
        yield what, duration(fresh("worked", "notes", option, times=5).seconds), duration(again), target(limit, again)
    first = fresh("plain", "sympy_notes", times=5).seconds
    yield "beside: plain SymPy, numbers", duration(first), duration(best(_sympy_again, 5)), ""


def _sympy_again() -> None:
    """SymPy keeps its results: forget them, or only the look-up is measured."""
    from sympy.core.cache import clear_cache

    clear_cache()
    plain.sympy_gradient(NOTES)


def other_numbers(_: bool) -> Iterator[Row]:
    """2: the same structure for other numbers, a hundred different ones."""
    problem = worked.loaded()
    blueprint = worked.blueprint(problem)
    whole = worked.blueprint(problem, closed_form=True)
    for plan in (blueprint, whole):
        worked.filled(plan, problem)
    yield "", "quickest", "median", "slowest", "target (median)"
    for what, plan in (("values, proof, tex and md", blueprint), ("with the closed form", whole)):
        times = [seconds(partial(worked.filled, plan, other)) for other in worked.variants(problem, VARIANTS)]
        yield what, *map(duration, (min(times), median(times), max(times))), target(0.005, median(times))
    derivatives, numbers = plain.sympy_derivatives(NOTES)
    others = [{symbol: float(i % 9 + 1) / 10 for symbol in numbers} for i in range(10)]
    times = [seconds(partial(plain.substituted, derivatives, other)) for other in others]
    yield "beside: SymPy's derivatives, subs", *map(duration, (min(times), median(times), max(times)))


def deep_sigmoid(quick: bool) -> Iterator[Row]:
    """3: a 3-3-3-3-3 sigmoid network."""
    network = drawn(DEEP)
    ours = fresh("worked", "network", *map(str, DEEP), times=5).seconds
    yield "derivation to tex and md, first in a process", duration(ours)
    start = time.perf_counter()
    derivatives, numbers = plain.sympy_derivatives(network)
    differentiated = time.perf_counter() - start
    yield "beside: plain SymPy, the derivatives as formulas", *_times(differentiated, ours)
    if quick:
        yield "beside: plain SymPy, with their numbers", "skipped (--quick)"
        return
    theirs = plain.evaluated(derivatives, numbers)
    taken = time.perf_counter() - start
    assert _agree(worked.gradient(worked.worked(worked.loaded(network.toml()))), theirs)
    yield "beside: plain SymPy, with their numbers", *_times(taken, ours), target_ratio(300, taken / ours)


def _times(theirs: float, ours: float) -> Row:
    return duration(theirs), f"{theirs / ours:.0f} times as long"


def depth(quick: bool) -> Iterator[Row]:
    """4: sigmoid networks of width 8 by depth, from problem to tex and md."""
    costs = [fresh("worked", "network", *[str(WIDTH)] * (layers + 1), times=3) for layers in DEPTHS]
    yield "layers", *map(str, DEPTHS), "last doubling", "log-log slope", "target"
    yield "time", *(duration(cost.seconds) for cost in costs), *_slopes([cost.seconds for cost in costs])
    yield "memory beyond imports", *(megabytes(cost.grown) for cost in costs), *_slopes([cost.grown for cost in costs])
    shallow = DEPTHS_OF_SYMPY[:-1] if quick else DEPTHS_OF_SYMPY
    theirs = [fresh("plain", "sympy_drawn", *["2"] * (layers + 1), times=1).seconds for layers in shallow]
    yield "beside: plain SymPy, width 2", *(f"{n}: {duration(t)}" for n, t in zip(shallow, theirs, strict=True))


def _slopes(costs: Sequence[float]) -> Row:
    """The exponent of growth over the last doubling and over all depths."""
    last, whole = growth(DEPTHS[-2:], costs[-2:]), growth(DEPTHS, costs)
    return f"{last:.2f}", f"{whole:.2f}", target(1.15, whole, str)


def written_out(_: bool) -> Iterator[Row]:
    """5: a 32-32-10 sigmoid network with every entry written out, from problem to tex."""
    cost = fresh("worked", "written_out", *map(str, LARGE), times=3)
    yield "time, first in a process", duration(cost.seconds), target(3, cost.seconds)
    yield "peak memory of the process", megabytes(cost.peak), target(300e6, cost.peak, megabytes)
    network = drawn(LARGE)
    yield "beside: plain floats, numbers", duration(best(lambda: plain.float_gradient(network)))


def processes(_: bool) -> Iterator[Row]:
    """6: whole processes, median of 7."""
    python = [sys.executable]
    with tempfile.TemporaryDirectory() as folder:
        solve = [*python, "-m", "derive", "solve", str(examples.path("notes")), "-o", folder, "--to"]
        yield _process("derive --help", [*python, "-m", "derive", "--help"], 0.15)
        yield _process("derive solve, notes to md", [*solve, "md"], 0.8)
        yield _process("derive solve, notes to pdf", [*solve, "pdf"], 2.0)
        yield _process("beside: python -c pass", [*python, "-c", "pass"])
        yield _process("beside: python -c 'import sympy'", [*python, "-c", "import sympy"])
        process([*solve, "tex"], times=1)
        engine = [*find_engine().command, "notes.tex"]
        yield _process("beside: pdflatex on the finished tex", engine, cwd=Path(folder))


def _process(what: str, command: Sequence[str], limit: float | None = None, cwd: Path | None = None) -> Row:
    taken = process(command, cwd=cwd)
    return what, duration(taken), *([] if limit is None else [target(limit, taken)])


def training(_: bool) -> Iterator[Row]:
    """7: 10,000 steps of gradient descent on Mazur's network, numbers only."""
    run = worked.trained("mazur_10000")
    losses: list[float] = []
    ours = min(seconds(lambda: losses.append(run())) for _ in range(3))
    floats = best(lambda: losses.append(plain.mazur_loss(STEPS)), 3)
    assert _agree(losses[:1], losses[-1:])
    yield "proven digits", duration(ours)
    yield "beside: plain floats", duration(floats), f"{ours / floats:.1f} times quicker"


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

"""What the benchmarks share: seconds and memory, in this process or a fresh one, and aligned tables."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import linear_regression, median
from typing import Any

HERE = Path(__file__).resolve().parent
_ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
QUOTES = "DERIVE_QUOTES"
"""The environment variable that names the file for what README quotes."""
_CHILD = "import measure, sys; measure.child(*sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run in a fresh process took.

    seconds  the run alone, imports and preparation done
    peak     the most memory the process held, interpreter and imports included, in bytes
    grown    how much of that came with the run
    """

    seconds: float
    peak: int
    grown: int


def seconds(run: Callable[[], object]) -> float:
    """The wall-clock time of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def processor(run: Callable[[], object]) -> float:
    """The processor's seconds of a run, with those of the processes it waits for."""
    before = time.process_time() + sum(os.times()[2:4])
    run()
    return time.process_time() + sum(os.times()[2:4]) - before


Clock = Callable[[Callable[[], object]], float]


def best(run: Callable[[], object], times: int = 5, clock: Clock = seconds) -> float:
    """The quickest of several runs: what the machine's other work disturbs least."""
    return min(clock(run) for _ in range(times))


def first_and_again(module: str, function: str, *args: str) -> tuple[Cost, float]:
    """What the first run in a process costs, and the seconds of the quickest of several runs in this one."""
    return fresh(module, function, *args), best(getattr(import_module(module), function)(*args), 3)


def timed(first: Cost, again: float) -> str:
    """Both as README names them."""
    return f"first in a process {duration(first.seconds)}, again {duration(again)}"


def process(command: Sequence[str], times: int = 7, cwd: Path | None = None) -> float:
    """The median time of a whole process, after one run that warms the file cache. Raises CalledProcessError."""

    def run() -> None:
        null = subprocess.DEVNULL
        subprocess.run(command, check=True, cwd=cwd, env=_ENVIRONMENT, stdin=null, stdout=null)

    run()
    return median(seconds(run) for _ in range(times))


def fresh(module: str, function: str, *args: str, times: int = 3, kept: str = "") -> Cost:
    """The quickest of several first runs, each in its own process. `kept` is the folder of what SymPy found in earlier
    runs; by default there is none.

    `module.function(*args)` prepares, and returns what is run and measured.
    """
    command = [sys.executable, "-c", _CHILD, module, function, *args]
    return min((_cost(command, kept) for _ in range(times)), key=lambda cost: cost.seconds)


def _cost(command: Sequence[str], kept: str) -> Cost:
    environment = _ENVIRONMENT | {"DERIVE_CACHE": kept}
    finished = subprocess.run(command, check=True, cwd=HERE, env=environment, stdout=subprocess.PIPE)
    return Cost(*json.loads(finished.stdout))


def child(module: str, function: str, *args: str) -> None:
    """What `fresh` runs: prepare, measure, print the Cost."""
    run = getattr(import_module(module), function)(*args)
    before = peak_memory()
    taken = seconds(run)
    after = peak_memory()
    print(json.dumps([taken, after, after - before]))


def peak_memory() -> int:
    """The most bytes that this process has held. Linux counts those of the parent in `ru_maxrss`: not there."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def growth(sizes: Iterable[float], costs: Iterable[float]) -> float:
    """The exponent p of cost ~ size^p: the slope of the line through the logarithms."""
    return linear_regression([math.log(size) for size in sizes], [math.log(cost) for cost in costs]).slope


def duration(taken: float) -> str:
    """Seconds as people read them: `23.4 ms`."""
    if taken >= 1:
        return f"{taken:.2f} s"
    return f"{taken * 1000:.1f} ms" if taken >= 0.001 else f"{taken * 1e6:.0f} µs"


def megabytes(size: int) -> str:
    """Bytes as megabytes."""
    return f"{size / 1e6:.1f} MB"


def target(limit: float, reached: float, text: Callable[[Any], str] = duration) -> str:
    """A limit, and whether it was kept."""
    return f"<= {text(limit)}: {'met' if reached <= limit else 'MISSED'}"


def target_ratio(least: float, reached: float) -> str:
    """How many times quicker it should be, and whether it is."""
    return f">= {least:g}: {'met' if reached >= least else 'MISSED'}"


def quote(work: str, derive: str, beside: str = "–") -> None:
    """A line of README's table, kept where `readme.py` asks for it."""
    if file := os.environ.get(QUOTES):
        with Path(file).open("a", encoding="utf-8") as quotes:
            quotes.write(json.dumps([work, derive, beside]) + "\n")


def table(title: str, rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a title, their columns aligned: the first one to the left, the others to the right."""
    lines = list(rows)
    widths = [max(len(row[i]) for row in lines if i < len(row)) for i in range(max(map(len, lines)))]
    print(f"\n{title}")
    for first, *rest in lines:
        cells = [f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=False)]
        print("  " + "  ".join([f"{first:<{widths[0]}}", *cells]).rstrip(), flush=True)

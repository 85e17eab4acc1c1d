"""What architectures cost: an LSTM through time, a transformer block, and growth with the number of multiplications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from random import Random

import measure
import plain
from measure import best, duration, growth, megabytes, quote, table, target

from derive import Problem, examples, solve

LSTM_SECONDS, BLOCK_SECONDS, BLOCK_BYTES, SLOPE = 0.5, 2.0, 300 * 10**6, 1.1
CALLED = {"lstm": "an LSTM of 2 units over 4 steps", "transformer_block": "a transformer block: 3 tokens, 2 heads"}
STEPS = 4
BY_HAND = "NumPy, the same steps in double precision, numbers only"


def page(problem: Problem) -> str:
    """From the problem to the LaTeX text: derivation, values, verification, page."""
    return solve(problem).text("tex")


def lstm() -> Callable[[], object]:
    """An LSTM of 2 units over 4 steps, the full backward pass, imports done."""
    return _run(_lstm())


def transformer_block() -> Callable[[], object]:
    """The built-in block: 3 tokens of 4 dimensions, 2 heads, imports done."""
    return _run(_block())


def _run(text: str) -> Callable[[], object]:
    for module in ("jinja2", "sympy", "derive.figures.renderers.tikz"):
        import_module(module)
    problem = Problem.loads(text)
    return lambda: page(problem)


def _lstm() -> str:
    return (f"[data]\n{_sequence()}\ny = [0.5, -0.5]\n[parameters]\n{_gates()}\n[network]\n"
            'input = "x"\ntarget = "y"\nlayers = [{ layer = "lstm" }]\nloss = "squared error"\n')  # fmt: skip


def _block() -> str:
    return examples.path("transformer_block").read_text("utf-8")


TEXTS = {"lstm": _lstm, "transformer_block": _block}

_random = Random(4)


def _array(*shape: int) -> str:
    if not shape:
        return f"{_random.uniform(-1, 1):.2f}"
    return f"[{', '.join(_array(*shape[1:]) for _ in range(shape[0]))}]"


def _sequence() -> str:
    return "\n".join(f"x_{t} = {_array(2)}" for t in range(1, STEPS + 1))


def _gates() -> str:
    return "\n".join(f"W_{gate} = {_array(2, 2)}\nU_{gate} = {_array(2, 2)}\nb_{gate} = {_array(2)}" for gate in "fgio")


# --- growth -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sweep:
    """Problems of one kind and growing size; `text` and `multiplications` (of the forward pass) are of the size."""

    kind: str
    sizes: tuple[int, ...]
    text: Callable[[int], str]
    multiplications: Callable[[int], int]
    by_hand: Callable[[int], Callable[[], object]] | None = None
    """The same with NumPy, where one would not write the steps of the page."""


def _dense(n: int) -> str:
    return (f"[data]\nx = {_array(n)}\n[parameters]\nW = {_array(n, n)}\n[model]\n"
            'equations = """\nA = tanh(W x)\nL = sum(A^2)\n"""\nloss = "L"\n')  # fmt: skip


def _conv(n: int) -> str:
    return (f"[data]\nX = {_array(n, n)}\n[parameters]\nK = {_array(3, 3)}\n[model]\n"
            'equations = """\nA = tanh(conv(X, K))\nL = sum(A^2)\n"""\nloss = "L"\n')  # fmt: skip


def _attention(n: int) -> str:
    weights = "\n".join(f"W_{letter} = {_array(4, 4)}" for letter in "QKV")
    return (f"[data]\nX = {_array(4, n)}\n[parameters]\n{weights}\n[network]\n"
            'input = "X"\ntarget = "X"\nlayers = [{ layer = "attention" }]\nloss = "squared error"\n')  # fmt: skip


def _recurrent(n: int) -> str:
    steps = f"for t = 1..{n}:\n    h_t = tanh(W h_{{t-1}} + U x)\nL = sum(h_{n}^2)"
    return (f"[data]\nx = {_array(2)}\nh_0 = {_array(2)}\n[parameters]\nW = {_array(2, 2)}\nU = {_array(2, 2)}\n"
            f'[model]\nequations = """\n{steps}\n"""\nloss = "L"\n')  # fmt: skip


def _batch(n: int) -> str:
    targets = ", ".join(_random.choice("01") for _ in range(n))
    return (f"[samples]\nx = {_array(n, 2)}\nt = [{targets}]\n[parameters]\nw = {_array(2)}\nb = 0.1\n[model]\n"
            'equations = """\nz = w^T x + b\ny = sigmoid(z)\nL = (y - t)^2\n"""\nloss = "L"\n')  # fmt: skip


def _columns(n: int) -> str:
    targets = ", ".join(_random.choice("01") for _ in range(n))
    return (f"[data]\nX = {_array(2, n)}\nt = [[{targets}]]\n[parameters]\nw = {_array(2)}\nb = 0.1\n[model]\n"
            'equations = """\nz = w^T X + b\ny = sigmoid(z)\nL = mean((y - t)^2)\n"""\nloss = "L"\n')  # fmt: skip


SWEEPS = (
    Sweep("dense n × n", (32, 64, 128, 256), _dense, lambda n: n * n),
    Sweep("convolution 3 × 3 of n × n", (18, 34, 66), _conv, lambda n: 9 * (n - 2) ** 2, plain.numpy_convolution),
    Sweep("attention over n tokens", (16, 32, 64, 128), _attention, lambda n: 3 * 16 * n + 2 * 4 * n * n),
    Sweep("recurrent over n steps", (10, 30, 100, 300, 1000), _recurrent, lambda n: 8 * n),
    Sweep(
        "a batch of n samples",
        (10, 30, 100, 300, 1000),
        _batch,
        lambda n: 4 * n,
        lambda n: plain.numpy_steps(_columns(n)),
    ),
)


def main() -> None:
    """Print what was measured beside what is to be reached."""
    rows = [("", "time", "", "memory")]
    for name, limit in (("lstm", LSTM_SECONDS), ("transformer_block", BLOCK_SECONDS)):
        cost, again = measure.first_and_again("architectures", name)
        called = name.replace("_", " ")
        rows.append((called, measure.timed(cost, again), target(limit, cost.seconds), megabytes(cost.peak)))
        by_hand = best(plain.numpy_steps(TEXTS[name](), compared=True), 20)
        rows.append((f"beside: {BY_HAND}", duration(by_hand)))
        quote(f"{CALLED[name]}, as LaTeX", f"{measure.timed(cost, again)}; {megabytes(cost.peak)}",
              f"{BY_HAND}: {duration(by_hand)}")  # fmt: skip
    table(f"derivation, values, verification, LaTeX text (memory to stay below {megabytes(BLOCK_BYTES)})", rows)
    rows = [("", "sizes", "processor's time, again", "slope of all", "of the last two", "")]
    for sweep in SWEEPS:
        problems = [Problem.loads(sweep.text(n)) for n in sweep.sizes]
        taken = [best(lambda problem=problem: page(problem), 2, measure.processor) for problem in problems]
        work = [sweep.multiplications(n) for n in sweep.sizes]
        slope, last = growth(work, taken), growth(work[-2:], taken[-2:])
        written = sweep.by_hand or (lambda n, sweep=sweep: plain.numpy_steps(sweep.text(n)))
        numbers_only = [best(written(n), 5) for n in (sweep.sizes[0], sweep.sizes[-1])]
        sizes, times = f"{sweep.sizes[0]} to {sweep.sizes[-1]}", f"{duration(taken[0])} to {duration(taken[-1])}"
        rows.append((sweep.kind, sizes, times, f"{slope:.2f}", f"{last:.2f}", target(SLOPE, last, "{:.2f}".format)))
        quote(
            f"{sweep.kind}, n from {sizes}",
            f"again, the processor's time: {times}; log-log slope in multiplications {slope:.2f}, "
            f"of the last two {last:.2f}",
            f"{BY_HAND}: {' to '.join(map(duration, numbers_only))}",
        )
    table("cost against the number of multiplications", rows)


if __name__ == "__main__":
    main()

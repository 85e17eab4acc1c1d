"""Recurrent layers and cells, step by step, as PyTorch computes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from derive.pytorch.graph_call import Call, Known, Tensor, Unsupported
from derive.pytorch.products import affine

State = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RecurrentLayer:
    """One layer in one direction: its kind, its weights (W, U, and b, b' or None), what its steps are called."""

    call: Call
    kind: str
    weights: Sequence[Any]
    mark: str = ""

    def step(self, x: Any, state: State, t: str) -> State:
        """The state after one step."""
        return _STEPS[self.kind.removesuffix("_tanh").removesuffix("_relu")](self, x, state, t)

    def inputs(self, x: Any) -> str:
        """W x + b."""
        return affine(self.call, x, self.weights[0], self.weights[2])

    def recurrent(self, h: Any) -> str:
        """U h + b'."""
        return affine(self.call, h, self.weights[1], self.weights[3])

    def name(self, letter: str, t: str) -> str:
        """`h_2`; of several layers `h_{1,2}`."""
        index = ",".join(part for part in (self.mark, t) if part)
        return f"{letter}_{{{index}}}" if "," in index else f"{letter}_{index}" if index else letter

    def gates(self, places: Tensor, count: int) -> list[Tensor]:
        """The parts of what belongs to all gates."""
        size = places.shape[-1] // count
        return [places.narrow(-1, i * size, size) for i in range(count)]


def _elman(unit: RecurrentLayer, x: Any, state: State, t: str) -> State:
    (h,) = state
    call, layout = unit.call, _layout(x, unit)
    a = call.define(f"{unit.inputs(x)} + {unit.recurrent(h)}", layout, unit.name("a", t))
    function = "ReLU" if "relu" in unit.kind else "tanh"
    return (call.each(f"{function}({{a}})", {"a": a}, layout, unit.name("h", t)),)


def _lstm(unit: RecurrentLayer, x: Any, state: State, t: str) -> State:
    h, c = state
    call, layout = unit.call, _layout(x, unit)
    own = (*layout[:-1], layout[-1] // 4)
    z = call.define(f"{unit.inputs(x)} + {unit.recurrent(h)}", layout, unit.name("z", t))
    gates = {
        gate: call.each(f"{function}({{z}})", {"z": part}, own, unit.name(gate, t))
        for gate, function, part in zip(
            "ifgo", ("sigmoid", "sigmoid", "tanh", "sigmoid"), unit.gates(z, 4), strict=True
        )
    }
    c = call.each("{f} ⊙ {c} + {i} ⊙ {g}", {"c": c, **{gate: gates[gate] for gate in "fig"}}, own, unit.name("c", t))
    h = call.each("{o} ⊙ tanh({c})", {"o": gates["o"], "c": c}, own, unit.name("h", t))
    return h, c


def _gru(unit: RecurrentLayer, x: Any, state: State, t: str) -> State:
    (h,) = state
    call, layout = unit.call, _layout(x, unit)
    own = (*layout[:-1], layout[-1] // 3)
    a = unit.gates(call.define(unit.inputs(x), layout, unit.name("a", t)), 3)
    b = unit.gates(call.define(unit.recurrent(h), layout, unit.name("s", t)), 3)
    r, z = (call.each("sigmoid({a} + {b})", {"a": a[i], "b": b[i]}, own, unit.name("rz"[i], t)) for i in range(2))
    n = call.each("tanh({a} + {r} ⊙ {b})", {"a": a[2], "r": r, "b": b[2]}, own, unit.name("n", t))
    return (call.each("(1 - {z}) ⊙ {n} + {z} ⊙ {h}", {"z": z, "n": n, "h": h}, own, unit.name("h", t)),)


_STEPS = {"rnn": _elman, "lstm": _lstm, "gru": _gru}


def _layout(x: Tensor, unit: RecurrentLayer) -> tuple[int, ...]:
    return (*x.shape[:-1], unit.weights[0].shape[0])


def recurrent_step(call: Call) -> Any:
    """One step: `nn.RNNCell`, `nn.LSTMCell`, `nn.GRUCell`."""
    unit = RecurrentLayer(
        call, call.key.removesuffix("_cell"), [call[name] for name in ("w_ih", "w_hh", "b_ih", "b_hh")]
    )
    after = unit.step(call.places("input"), _initial(call), "")
    return after if len(after) > 1 else after[0]


def _initial(call: Call) -> State:
    """The states before the first step; the same zeros for h and for c are two given values."""
    states = call["hx"] if isinstance(call["hx"], list) else [call["hx"]]
    apart = [Known(state.tensor, state.name) if isinstance(state, Known) else state for state in states]
    return tuple(call.given(state, f"{letter}_0") for state, letter in zip(apart, "hc", strict=False))


def recurrent(call: Call) -> Any:
    """All steps of all layers: `nn.RNN`, `nn.LSTM`, `nn.GRU`."""
    import torch

    if "input" not in call.args:
        raise Unsupported("packed sequences")
    if call["dropout"] and call["train"]:
        raise Unsupported("a random mask: call module.eval()")
    x = call.places("input")
    x = x.transpose(0, 1) if call["batch_first"] else x
    initial = _initial(call)
    per, count = (4 if call["has_biases"] else 2), call["num_layers"] * (1 + call["bidirectional"])
    if len(call["params"]) != per * count:
        raise Unsupported("projections")
    units = [_unit(call, i, per, count) for i in range(count)]
    last: list[State] = []
    for _ in range(call["num_layers"]):
        outputs = []
        for direction in range(1 + call["bidirectional"]):
            i = len(last)
            sequence, final = _run(units[i], x, tuple(state[i] for state in initial), backward=direction == 1)
            outputs.append(sequence)
            last.append(final)
        x = torch.cat(outputs, -1)
    ends = [torch.stack(each) for each in zip(*last, strict=True)]
    return (x.transpose(0, 1) if call["batch_first"] else x, *ends)


def _unit(call: Call, i: int, per: int, count: int) -> RecurrentLayer:
    weights = [*call["params"][i * per : (i + 1) * per], None, None]
    return RecurrentLayer(call, call.key, weights[:4], str(i + 1) if count > 1 else "")


def _run(unit: RecurrentLayer, x: Tensor, state: State, backward: bool) -> tuple[Tensor, State]:
    """The outputs along a sequence, and the last state."""
    import torch

    outputs = {}
    steps = range(x.shape[0])
    for t in reversed(steps) if backward else steps:
        state = unit.step(x[t], state, str(t + 1))
        outputs[t] = state[0]
    return torch.stack([outputs[t] for t in steps]), state

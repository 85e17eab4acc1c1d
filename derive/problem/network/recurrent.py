"""Layers that run along a sequence: Elman's network, LSTM, GRU. A state not given at the start is 0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from derive.problem.network.stack import FLAG, FUNCTION, RESET, LayerKind, SettingKind, Settings, Stack


@dataclass(frozen=True, slots=True)
class Time:
    """One time step of a layer: its number, its input, the layer's mark (`^{(2)}`) and settings."""

    stack: Stack
    t: int
    x: str
    mark: str
    settings: Settings

    def name(self, letter: str, gate: str = "") -> str:
        """`h_3`, `z_{f,3}`, `h^{(2)}_3`."""
        return f"{letter}{self.mark}_{{{gate},{self.t}}}" if gate else f"{letter}{self.mark}_{self.t}"

    def before(self, letter: str) -> str:
        """A state's name at the step before; nothing at the first step where it is not given."""
        name = f"{letter}{self.mark}_{self.t - 1}"
        return name if self.t > 1 or self.stack.has(name) else ""

    def weight(self, letter: str, gate: str) -> str:
        """`W_f`, `W_f^{(2)}`."""
        return f"{letter}_{gate}{self.mark}"

    def bias(self, letter: str, gate: str) -> list[str]:
        """A bias, where it has a value."""
        name = self.weight(letter, gate)
        return [name] if self.stack.has(name) else []

    def gate(self, gate: str, activation: str, hidden: str) -> str:
        """`z_{f,3} = W_f x_3 + U_f h_2 + b_f` and `f_3 = σ(z_{f,3})`; the name of the gate's value."""
        recurrent = [f"{self.weight('U', gate)} {hidden}"] if hidden else []
        return self.activated(gate, activation, [self.input(gate), *recurrent, *self.bias("b", gate)])

    def input(self, gate: str) -> str:
        """`W_f x_3`."""
        return f"{self.weight('W', gate)} {self.x}"

    def activated(self, gate: str, activation: str, terms: list[str]) -> str:
        """The sum of the terms, and the activation of it."""
        z = self.stack.add(self.name("z", gate), " + ".join(terms))
        return self.stack.add(self.name(gate), f"{activation}({z})")


def _layer(cell: Callable[[Time], str], *weights: tuple[str, str]) -> Callable[[Stack, Settings], None]:
    """A layer that runs along the sequence; `cell` adds the equations of one step and names its output."""

    def build(stack: Stack, settings: Settings) -> None:
        mark = stack.mark("recurrent")
        if stack.needs("the weights", *(f"{letter}_{index}{mark}" for letter, index in weights)):
            outputs = tuple(_step(cell, Time(stack, t, x, mark, settings)) for t, x in enumerate(stack.flow, 1))
            stack.flow = outputs if settings.get("return_sequences") else outputs[-1:]

    return build


def _step(cell: Callable[[Time], str], time: Time) -> str:
    with time.stack.within("t", time.t):
        return cell(time)


def _elman(time: Time) -> str:
    """Elman (1990)."""
    hidden = time.before("h")
    recurrent = [f"{time.weight('W', 'h')} {hidden}"] if hidden else []
    a = time.stack.add(time.name("a"), " + ".join([time.input("x"), *recurrent, *time.bias("b", "h")]))
    return time.stack.add(time.name("h"), f"{time.settings.get('activation', 'tanh')}({a})")


def _lstm(time: Time) -> str:
    """Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000)."""
    hidden, cell = time.before("h"), time.before("c")
    f, g, i, o = (
        time.gate(gate, activation, hidden)
        for gate, activation in (("f", "sigmoid"), ("g", "tanh"), ("i", "sigmoid"), ("o", "sigmoid"))
    )
    kept = f"{f} ⊙ {cell} + " if cell else ""
    c = time.stack.add(time.name("c"), f"{kept}{i} ⊙ {g}")
    return time.stack.add(time.name("h"), f"{o} ⊙ tanh({c})")


def _gru(time: Time) -> str:
    """Cho et al. (2014): the reset gate before the product with U_n; or after it, as cuDNN and PyTorch do."""
    hidden = time.before("h")
    r, u = time.gate("r", "sigmoid", hidden), time.gate("u", "sigmoid", hidden)
    if time.settings.get("reset", "before") == "before":
        n = time.gate("n", "tanh", hidden and f"({r} ⊙ {hidden})")
    else:
        inner = [*([f"{time.weight('U', 'n')} {hidden}"] if hidden else []), *time.bias("c", "n")]
        gated = [f"{r} ⊙ ({' + '.join(inner)})"] if inner else []
        n = time.activated("n", "tanh", [time.input("n"), *time.bias("b", "n"), *gated])
    kept = f" + {u} ⊙ {hidden}" if hidden else ""
    return time.stack.add(time.name("h"), f"(1 - {u}) ⊙ {n}{kept}")


_SEQUENCE: Mapping[str, SettingKind] = {"return_sequences": FLAG}


def _gates(gates: str) -> tuple[tuple[str, str], ...]:
    return tuple((letter, gate) for gate in gates for letter in "WU")


def _gate_weights(gates: str) -> Callable[[Settings], Mapping[str, str]]:
    each = (("W", "hn"), ("U", "hh"), ("b", "h?"))
    return lambda settings: {f"{letter}_{gate}": sizes for gate in gates for letter, sizes in each}


RECURRENT = [
    LayerKind("rnn", "Elman's recurrent network", '{ layer = "rnn", activation = "tanh" }',
              "a_t = W_x x_t + W_h h_{t-1} + b_h; h_t = tanh(a_t)", _layer(_elman, ("W", "x"), ("W", "h")),
              {"activation": FUNCTION, **_SEQUENCE}, family="recurrent",
              weights=lambda settings: {"W_x": "hn", "W_h": "hh", "b_h": "h?"}, others="simple rnn | elman | rnn cell"),
    LayerKind("lstm", "long short-term memory", '{ layer = "lstm", return_sequences = true }',
              "z_{f,t} = W_f x_t + U_f h_{t-1} + b_f; f_t = σ(z_{f,t}), g_t, i_t, o_t alike; "
              "c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t; h_t = o_t ⊙ tanh(c_t)", _layer(_lstm, *_gates("fgio")), _SEQUENCE,
              family="recurrent", weights=_gate_weights("fgio"), others="lstm cell"),
    LayerKind("gru", "gated recurrent unit", '{ layer = "gru", reset = "before" }',
              "r_t, u_t like the gates of an LSTM; n_t = tanh(W_n x_t + U_n (r_t ⊙ h_{t-1}) + b_n); "
              "h_t = (1 - u_t) ⊙ n_t + u_t ⊙ h_{t-1}", _layer(_gru, *_gates("run")), {"reset": RESET, **_SEQUENCE},
              family="recurrent", weights=_gate_weights("run"), others="gru cell"),
]  # fmt: skip

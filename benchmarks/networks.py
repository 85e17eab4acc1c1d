"""The networks that are measured: dense layers, squared error, numbers with two decimals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random


@dataclass(frozen=True, slots=True)
class Network:
    """A network with its numbers.

    x, target    what goes in and what should come out
    weights      for each layer its rows
    biases       for each layer one number a unit
    activations  for each layer `ReLU` or `sigmoid`
    """

    x: list[float]
    target: list[float]
    weights: list[list[list[float]]]
    biases: list[list[float]]
    activations: list[str]

    @property
    def layers(self) -> list[tuple[list[list[float]], list[float], str]]:
        """Weights, biases and activation of each layer."""
        return list(zip(self.weights, self.biases, self.activations, strict=True))

    def toml(self) -> str:
        """The network as a problem file."""
        numbers = enumerate(zip(self.weights, self.biases, strict=True), 1)
        given = "\n".join(f"W_{i} = {rows}\nb_{i} = {bias}" for i, (rows, bias) in numbers)
        layers = ", ".join(f'{{ units = {len(bias)}, activation = "{kind}" }}' for _, bias, kind in self.layers)
        model = f'input = "x"\ntarget = "Y"\nlayers = [{layers}]\nloss = "squared error"'
        return f"[data]\nx = {self.x}\nY = {self.target}\n[parameters]\n{given}\n[network]\n{model}\n"


NOTES = Network(
    x=[20, 3, 4],
    target=[18],
    weights=[[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]], [[0.2, 0.4, 0.6]]],
    biases=[[0.1, 0.2, 0.3], [0.5]],
    activations=["ReLU", "sigmoid"],
)
"""The handwritten notes, which are the built-in example `notes`."""


def drawn(sizes: list[int], seed: int = 20) -> Network:
    """A sigmoid network of these sizes, its numbers drawn from (-1, 1)."""
    random = Random(seed)

    def vector(length: int) -> list[float]:
        return [random.randint(-99, 99) / 100 for _ in range(length)]

    layers = list(pairwise(sizes))
    return Network(
        x=vector(sizes[0]),
        target=vector(sizes[-1]),
        weights=[[vector(inputs) for _ in range(units)] for inputs, units in layers],
        biases=[vector(units) for _, units in layers],
        activations=["sigmoid"] * len(layers),
    )

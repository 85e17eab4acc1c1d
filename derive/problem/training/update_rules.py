"""The update rules, one row each: their equations in the language, for each parameter θ.

A name that is used before it gets a value is a state and begins with zeros; `k` counts the steps from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Rule:
    """One update rule.

    key        what `rule = "…"` calls it
    summary    one line for people
    source     where it is from
    equations  the variants: for each value of the key `option` its equations; the first is the default
    constants  the constants and their defaults
    option     the key that chooses the variant; "" where there is only one
    once       equations that stand before those of the parameters
    threshold  whether they speak of a threshold unit: its output y, its argument z, its target t
    """

    key: str
    summary: str
    source: str
    equations: Mapping[str | bool, str]
    constants: Mapping[str, Fraction] = field(default_factory=dict)
    option: str = ""
    once: str = ""
    threshold: bool = False

    def variant(self, choice: str | bool | None = None) -> str:
        """The equations of a variant, the default one for None."""
        return self.equations[next(iter(self.equations)) if choice is None else choice]


def _constants(**values: str) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in values.items()}


_ADAM_MEANS = """\
m <- beta_1 m + (1 - beta_1) dL/dθ
v <- beta_2 v + (1 - beta_2) (dL/dθ)^2
m_c <- m / (1 - beta_1^k)
v_c <- v / (1 - beta_2^k)
"""

RULES = {rule.key: rule for rule in (
    Rule("gradient descent", "a step against the gradient", "Cauchy (1847)",
         {"": "θ <- θ - eta dL/dθ"}),
    Rule("momentum", "the gradients of earlier steps go on acting; the rate stands outside or inside the velocity v",
         "Polyak (1964); outside: PyTorch's SGD",
         {"outside": "v <- beta v + dL/dθ\nθ <- θ - eta v",
          "inside": "v <- beta v + eta dL/dθ\nθ <- θ - v"},
         _constants(beta="0.9"), "convention"),
    Rule("nesterov", "momentum that looks one step ahead",
         "Nesterov (1983), with the gradient at the old weights as Sutskever et al. (2013); outside: PyTorch's SGD",
         {"outside": "v <- beta v + dL/dθ\nθ <- θ - eta (dL/dθ + beta v)",
          "inside": "v <- beta v + eta dL/dθ\nθ <- θ - (eta dL/dθ + beta v)"},
         _constants(beta="0.9"), "convention"),
    Rule("adagrad", "the rate divided by the root of all squared gradients so far",
         "Duchi, Hazan, Singer (2011)",
         {False: "s <- s + (dL/dθ)^2\nθ <- θ - eta dL/dθ / (sqrt(s) + epsilon)",
          True: "s <- s + (dL/dθ)^2\nθ <- θ - eta dL/dθ / sqrt(s + epsilon)"},
         _constants(epsilon="1e-8"), "epsilon_inside"),
    Rule("rmsprop", "the rate divided by the root of a running mean of the squared gradients",
         "Tieleman, Hinton (2012)",
         {False: "s <- rho s + (1 - rho) (dL/dθ)^2\nθ <- θ - eta dL/dθ / (sqrt(s) + epsilon)",
          True: "s <- rho s + (1 - rho) (dL/dθ)^2\nθ <- θ - eta dL/dθ / sqrt(s + epsilon)"},
         _constants(rho="0.9", epsilon="1e-8"), "epsilon_inside"),
    Rule("adam", "running means of the gradient and of its square, both corrected for beginning at 0",
         "Kingma, Ba (2015)",
         {False: f"{_ADAM_MEANS}r <- -eta m_c / (sqrt(v_c) + epsilon)\nθ <- θ + r",
          True: f"{_ADAM_MEANS}r <- -eta m_c / sqrt(v_c + epsilon)\nθ <- θ + r"},
         _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-8"), "epsilon_inside"),
    Rule("adamw", "Adam, with the weights decaying beside it",
         "Loshchilov, Hutter (2019)",
         {False: f"{_ADAM_MEANS}r <- -eta (m_c / (sqrt(v_c) + epsilon) + lambda θ)\nθ <- θ + r",
          True: f"{_ADAM_MEANS}r <- -eta (m_c / sqrt(v_c + epsilon) + lambda θ)\nθ <- θ + r"},
         _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-8", weight_decay="0.01"), "epsilon_inside"),
    Rule("perceptron", "where the output of a threshold unit is wrong, the weights move by its input",
         "Rosenblatt (1958)",
         {"": "θ <- θ + eta e dz/dθ"}, once="e <- t - y", threshold=True),
)}  # fmt: skip

SPELLED = {"weight_decay": "lambda"}
"""Keys whose constant is written with another name in the equations."""


def decayed(text: str) -> str:
    """A rule's equations with weight decay: every gradient gets λθ added."""
    return f"g <- dL/dθ + lambda θ\n{text.replace('dL/dθ', 'g')}"

"""The update rules, one row each: their equations in the language, for each parameter θ.

A name that is used before it gets a value is a state and begins with zeros; `k` counts the steps from 1.
"""

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
    decoupled  the equations with weight decay where that stands beside the gradient; "": it is added to the gradient
    once       equations that stand before those of the parameters
    threshold  whether they speak of a threshold unit: its output y, its argument z, its target t
    columns    what they write of a number, and what of a column
    rate       the learning rate where the file gives none
    others     what it is called elsewhere, parted by ` | `
    """

    key: str
    summary: str
    source: str
    equations: Mapping[str | bool, str]
    constants: Mapping[str, Fraction] = field(default_factory=dict)
    option: str = ""
    once: str = ""
    threshold: bool = False
    decoupled: str = ""
    columns: tuple[str, str] = ("", "")
    rate: Fraction | None = None
    others: str = ""

    def variant(self, choice: str | bool | None = None) -> str:
        """The equations of a variant, the default one for None."""
        return self.equations[next(iter(self.equations)) if choice is None else choice]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of [update] that set it: its constants and its variant, and what any rule can be told."""
        own = (*self.constants, *([self.option] if self.option else []))
        return tuple(dict.fromkeys((*own, WEIGHT_DECAY, MAXIMISE, *CLIPPING)))


def _constants(**values: str) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in values.items()}


_ADAM_MEANS = """\
m <- beta_1 m + (1 - beta_1) dL/dθ
v <- beta_2 v + (1 - beta_2) (dL/dθ)^2
m_c <- m / (1 - beta_1^k)
v_c <- v / (1 - beta_2^k)
"""

_UNCORRECTED = "\n".join(_ADAM_MEANS.splitlines()[:2])
_LAMB = (
    f"{_ADAM_MEANS}u <- m_c / (sqrt(v_c) + epsilon)DECAY\nr <- norm(θ) / norm(u) + equal(norm(θ), 0)\nθ <- θ - eta r u"
)
_LION = "c <- beta_1 m + (1 - beta_1) dL/dθ\nm <- beta_2 m + (1 - beta_2) dL/dθ\nθ <- θ - eta "
_ROUNDS = 5  # of the Newton–Schulz iteration
_ORTHOGONAL = "\n".join(
    f"A_{i} <- X_{i - 1} X_{i - 1}^T\nX_{i} <- ns_1 X_{i - 1} + (ns_2 A_{i} + ns_3 A_{i} A_{i}) X_{i - 1}"
    for i in range(1, _ROUNDS + 1)
)

RULES = {rule.key: rule for rule in (
    Rule("gradient descent", "a step against the gradient", "Cauchy (1847)",
         {"": "θ <- θ - eta dL/dθ"},
         others="sgd | gd | steepest descent | batch gradient descent | stochastic gradient descent"),
    Rule("momentum", "the gradients of earlier steps go on acting; the rate stands outside or inside the velocity v",
         "Polyak (1964); outside: PyTorch's SGD",
         {"outside": "v <- beta v + dL/dθ\nθ <- θ - eta v",
          "inside": "v <- beta v + eta dL/dθ\nθ <- θ - v"},
         _constants(beta="0.9"), "convention",
         others="sgdm | sgd with momentum | gradient descent with momentum | heavy ball"),
    Rule("nesterov", "momentum that looks one step ahead",
         "Nesterov (1983), with the gradient at the old weights as Sutskever et al. (2013); outside: PyTorch's SGD",
         {"outside": "v <- beta v + dL/dθ\nθ <- θ - eta (dL/dθ + beta v)",
          "inside": "v <- beta v + eta dL/dθ\nθ <- θ - (eta dL/dθ + beta v)"},
         _constants(beta="0.9"), "convention", others="nag | nesterov momentum | nesterov accelerated gradient"),
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
    Rule("adamax", "Adam with the largest gradient yet, which fades, in place of the root of a mean",
         "Kingma, Ba (2015), section 7.1; ε as in PyTorch",
         {"": "m <- beta_1 m + (1 - beta_1) dL/dθ\nu <- max(beta_2 u, abs(dL/dθ) + epsilon)\n"
              "m_c <- m / (1 - beta_1^k)\nθ <- θ - eta m_c / u"},
         _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-8")),
    Rule("nadam", "Adam that looks one step ahead, as Nesterov's momentum does", "Dozat (2016), with a constant β₁",
         {"": f"{_UNCORRECTED}\nm_c <- beta_1 m / (1 - beta_1^(k + 1)) + (1 - beta_1) dL/dθ / (1 - beta_1^k)\n"
              "v_c <- v / (1 - beta_2^k)\nθ <- θ - eta m_c / (sqrt(v_c) + epsilon)"},
         _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-8")),
    Rule("radam", "Adam whose first steps are those of momentum, until the mean of the squares can be trusted",
         "Liu et al. (2020)",
         {"": f"{_ADAM_MEANS}θ <- θ - eta m_c ⊙ ((1 - h) + h r / (sqrt(v_c) + epsilon))"},
         _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-8"),
         once="rho_0 <- 2 / (1 - beta_2) - 1\nrho_k <- rho_0 - 2 k beta_2^k / (1 - beta_2^k)\nh <- below(5, rho_k)\n"
              "q <- max(5, rho_k)\nr <- sqrt((q - 4) (q - 2) rho_0 / ((rho_0 - 4) (rho_0 - 2) q))"),
    Rule("amsgrad", "Adam with the largest mean of squares so far", "Reddi, Kale, Kumar (2018), as in PyTorch",
         {"": f"{_UNCORRECTED}\ns <- max(s, v)\nm_c <- m / (1 - beta_1^k)\nv_c <- s / (1 - beta_2^k)\n"
              "θ <- θ - eta m_c / (sqrt(v_c) + epsilon)"},
         _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-8")),
    Rule("adabelief", "Adam with the mean of how far the gradients are from their own mean",
         "Zhuang et al. (2020)",
         {"": "m <- beta_1 m + (1 - beta_1) dL/dθ\ns <- beta_2 s + (1 - beta_2) (dL/dθ - m)^2 + epsilon\n"
              "m_c <- m / (1 - beta_1^k)\ns_c <- s / (1 - beta_2^k)\nθ <- θ - eta m_c / (sqrt(s_c) + epsilon)"},
         _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-16")),
    Rule("adadelta", "the step has the size of earlier steps: the roots of two running means", "Zeiler (2012)",
         {"": "s <- rho s + (1 - rho) (dL/dθ)^2\nd <- sqrt(u + epsilon) / sqrt(s + epsilon) ⊙ dL/dθ\n"
              "u <- rho u + (1 - rho) d^2\nθ <- θ - eta d"},
         _constants(rho="0.9", epsilon="1e-6")),
    Rule("rprop", "only signs count: each weight's own step grows while its gradient keeps its sign, else it shrinks",
         "Riedmiller, Braun (1993); without weight backtracking, as in PyTorch",
         {"": "s <- sign(dL/dθ ⊙ p)\nf <- 1 + (grow - 1) (s^2 + s)/2 + (shrink - 1) (s^2 - s)/2\n"
              "d <- min(largest, max(smallest, f ⊙ (d + eta below(k, 2))))\np <- (1 - (s^2 - s)/2) ⊙ dL/dθ\n"
              "θ <- θ - sign(p) ⊙ d"},
         _constants(grow="1.2", shrink="0.5", smallest="1e-6", largest="50")),
    Rule("lion", "steps of one size, by the sign of a running mean", "Chen et al. (2023)",
         {"": f"{_LION}sign(c)"}, _constants(beta_1="0.9", beta_2="0.99"),
         decoupled=f"{_LION}(sign(c) + lambda θ)"),
    Rule("lamb", "Adam whose step is as long as the weights of its layer, times the rate", "You et al. (2020)",
         {"": _LAMB.replace("DECAY", "")}, _constants(beta_1="0.9", beta_2="0.999", epsilon="1e-6"),
         decoupled=_LAMB.replace("DECAY", " + lambda θ")),
    Rule("adafactor", "a mean of squares kept as one number for each row and one for each column",
         "Shazeer, Stern (2018), algorithm 4 with relative steps",
         {"": "R <- b_k R + (1 - b_k) mean((dL/dθ)^2 + epsilon_1, rows)\n"
              "C <- b_k C + (1 - b_k) mean((dL/dθ)^2 + epsilon_1, columns)\n"
              "v <- R C / mean(R)\nu <- dL/dθ / sqrt(v)\nu_c <- u / max(1, sqrt(mean(u^2)) / d)\n"
              "θ <- θ - eta max(epsilon_2, sqrt(mean(θ^2))) u_c"},
         _constants(decay="0.8", d="1", epsilon_1="1e-30", epsilon_2="1e-3"), once="b_k <- 1 - 1 / k^decay"),
    Rule("muon", "momentum whose step is made nearly orthogonal, by five Newton–Schulz rounds", "Jordan et al. (2024)",
         {"": f"M <- beta M + dL/dθ\nG <- dL/dθ + beta M\nX_0 <- G / (norm(G) + epsilon)\n{_ORTHOGONAL}\n"
              f"θ <- θ - eta X_{_ROUNDS}"},
         _constants(beta="0.95", ns_1="3.4445", ns_2="-4.7750", ns_3="2.0315", epsilon="1e-7")),
    Rule("newton", "the step to the lowest point of the parabola that fits here, of a number or a column θ",
         "Newton (1669)", {"": "θ <- θ - eta dL/dθ / (d^2L/dθ^2)"},
         columns=("dL/dθ / (d^2L/dθ^2)", "(d^2L/dθ^2)^{-1} dL/dθ"), rate=Fraction(1),
         others="newton raphson | newtons method"),
    Rule("perceptron", "where the output of a threshold unit is wrong, the weights move by its input",
         "Rosenblatt (1958)",
         {"": "θ <- θ + eta e dz/dθ"}, once="e <- t - y", threshold=True),
)}  # fmt: skip

WEIGHT_DECAY, MAXIMISE, TARGET = "weight_decay", "maximise", "target"
SPELLED = {WEIGHT_DECAY: "lambda"}
"""Keys whose constant is written with another name in the equations."""


GRADIENT = "dL/dθ"


def decayed(text: str) -> str:
    """A rule's equations with weight decay: every gradient gets λθ added."""
    return f"g <- {GRADIENT} + lambda θ\n{text.replace(GRADIENT, 'g')}"


def ascending(text: str) -> str:
    """A rule's equations where the loss is to grow: every gradient is turned round."""
    step = f"- eta {GRADIENT}"
    if text.count(GRADIENT) == text.count(step) == 1:
        return text.replace(step, f"+ eta {GRADIENT}")
    return f"g_m <- -{GRADIENT}\n{text.replace(GRADIENT, 'g_m')}"


CLIPPING: Mapping[str, str] = {
    "clip_norm": f"g_c <- (clip_norm / max(clip_norm, n)) {GRADIENT}",
    "clip_value": f"g_c <- max(-clip_value, min(clip_value, {GRADIENT}))",
}
"""The keys that cut gradients off: all together to a length, or each entry by itself."""


def clipped(text: str, key: str) -> str:
    """A rule's equations with gradients that are cut off."""
    return f"{CLIPPING[key]}\n{text.replace(GRADIENT, 'g_c')}"

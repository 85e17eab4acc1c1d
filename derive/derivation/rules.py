"""What kind of move a step is: the key that joins its sentence, its marks and the mistakes that are known for it."""

from __future__ import annotations

from collections.abc import Mapping


class RuleKey(str):
    """The key of a rule: one of RULES, the key of an operation that a step applies, the name of the gradient of one of
    an operation's arguments, or `local` and the rule of the step that is differentiated.
    """

    __slots__ = ()

    @staticmethod
    def local(rule: RuleKey) -> RuleKey:
        """The rule of the local derivative of a step."""
        return RuleKey(f"{_LOCAL}{rule}")

    @property
    def is_local(self) -> bool:
        """Whether it is that of a local derivative."""
        return self.startswith(_LOCAL)

    @property
    def differentiated(self) -> RuleKey:
        """Of a local derivative the rule of the step that is differentiated."""
        return RuleKey(self.removeprefix(_LOCAL))

    @property
    def sentence(self) -> str:
        """Its key in the catalogue."""
        return self.replace(" ", "_")


_LOCAL = "local "

AFFINE = RuleKey("affine")
COPY = RuleKey("copy")
FORMULA = RuleKey("formula")
LOSS_DERIVATIVE = RuleKey("loss derivative")
SLOPE = RuleKey("slope")
COMPONENT = RuleKey("component")
JACOBIAN = RuleKey("jacobian rows")
CHAIN = RuleKey("chain rule")
THROUGH_JACOBIAN = RuleKey("jacobian")
SUM_OVER_PATHS = RuleKey("sum over paths")
SUM_OF_USES = RuleKey("sum of uses")
INDEPENDENT = RuleKey("independent")
LEFT_FACTOR = RuleKey("left factor")
RIGHT_FACTOR = RuleKey("right factor")
BROADCAST_NUMBER = RuleKey("broadcast number")
BROADCAST_TERM = RuleKey("broadcast term")
BROADCAST_CHANNEL = RuleKey("broadcast channel")
INTERIM = RuleKey("interim")
SHORT = RuleKey("short rule")

RULES: Mapping[RuleKey, str] = {
    AFFINE: "z = W x + b",
    COPY: "a = z; dL/db = dL/dz",
    FORMULA: "u = x^2 + 3 y",
    LOSS_DERIVATIVE: "dL/da = 2 (a - y)",
    SLOPE: "du/da = 2 a, of u = a^2",
    COMPONENT: "y_1 = y[1]",
    JACOBIAN: "dy/dx = [(dy_1/dx)^T; (dy_2/dx)^T]",
    CHAIN: "dL/dz = dL/da ⊙ da/dz",
    THROUGH_JACOBIAN: "dL/dz = (dp/dz)^T dL/dp",
    SUM_OVER_PATHS: "dL/dh = dL/dh|u + dL/dh|v",
    SUM_OF_USES: "dL/dW = dL/dz x^T + …, of z = W x + W h",
    INDEPENDENT: "dL/dw = 0",
    LEFT_FACTOR: "dL/dW = dL/dz x^T",
    RIGHT_FACTOR: "dL/dx = W^T dL/dz",
    BROADCAST_NUMBER: "dL/db = sum(dL/dz), of z = x + b",
    BROADCAST_TERM: "dL/db = sum(dL/dZ, rows), of Z = W X + b",
    BROADCAST_CHANNEL: "dL/db = sum(dL/dZ, channels), of Z = conv(X, K) + b",
    INTERIM: "w_1 = exp(z), on the way to p = softmax(z)",
    SHORT: "dL/dz = p - y",
}
"""The rules that belong to no operation, each with an example."""

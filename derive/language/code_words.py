"""What programs write and mathematics does not: words and signs of NumPy, PyTorch and Python, and what to write here.

What has one meaning is read as that (`W.T`, `np.exp`); these are the others.
"""

import re
from collections.abc import Mapping

_PRODUCT = "write a product of matrices side by side: `A B`"
_PIECES = "write `max(0, z)`, or `where(z > 0, a, b)` for other pieces"
_FORMULA = "write the formula itself where it is used: `a = 1/(1 + exp(-z))`"
_ENTROPY = "write `cross_entropy_logits(z, y)` of scores, `cross_entropy(p, y)` of probabilities"

WORDS: Mapping[str, str] = {
    "dot": f"{_PRODUCT}, of two vectors `a^T b`", "matmul": _PRODUCT, "mm": _PRODUCT, "bmm": _PRODUCT,
    "maximum": "write `max(a, b)`", "minimum": "write `min(a, b)`",
    "absolute": "write `|x|`", "square": "write `x^2`", "power": "write `x^2`", "pow": "write `x^2`",
    "concatenate": "write `[a; b]` for one above the other, `[A, B]` for side by side",
    "cat": "write `[a; b]` for one above the other, `[A, B]` for side by side",
    "vstack": "write `[a; b]`", "hstack": "write `[A, B]`", "transpose": "write `A^T`", "sqr": "write `x^2`",
    "multiply": "write `a ⊙ b`", "mul": "write `a ⊙ b`", "add": "write `a + b`", "subtract": "write `a - b`",
    "expit": "write `sigmoid(z)`", "log1p": "write `log(1 + x)`", "expm1": "write `exp(x) - 1`",
    **dict.fromkeys(("arcsin", "asin"), "write `arctan(x / sqrt(1 - x^2))`"),
    **dict.fromkeys(("arccos", "acos"), "write `pi/2 - arctan(x / sqrt(1 - x^2))`"),
    **dict.fromkeys(("arsinh", "asinh", "arcsinh"), "write `log(x + sqrt(x^2 + 1))`"),
    **dict.fromkeys(("artanh", "atanh", "arctanh"), "write `log((1 + x)/(1 - x))/2`"),
    **dict.fromkeys(("cot", "ctg"), "write `1/tan(x)`"), "sec": "write `1/cos(x)`", "csc": "write `1/sin(x)`",
    "fsum": "write `sum(x)`", "average": "write `mean(x)`", "array": "give the numbers in [data] or [parameters]",
    "tensor": "give the numbers in [data] or [parameters]", "item": "leave it out",
    "detach": "write `stop_gradient(z)`",
    "if": _PIECES, "else": _PIECES, "elif": _PIECES, "lambda": _FORMULA, "def": _FORMULA,
    "return": "write `y = …`", "cross_entropy": _ENTROPY, "nll_loss": _ENTROPY,
    "categorical_crossentropy": _ENTROPY, "sparse_categorical_crossentropy": _ENTROPY,
    "categoricalcrossentropy": _ENTROPY, "sparsecategoricalcrossentropy": _ENTROPY, "crossentropyloss": _ENTROPY,
    "binary_crossentropy": "write `bce(p, y)`, the target second", "mse_loss": "write `mse(p, y)`",
    **dict.fromkeys(("meansquarederror", "mseloss"), "write `mse(p, y)`"),
    **dict.fromkeys(("l1_loss", "l1loss", "meanabsoluteerror"), "write `mae(p, y)`"),
    **dict.fromkeys(("bceloss", "binarycrossentropy"), "write `bce(p, y)`, the target second"),
    **dict.fromkeys(("bcewithlogitsloss", "binary_cross_entropy_with_logits"), "write `bce(sigmoid(z), y)`"),
    **dict.fromkeys(("huberloss", "huber_loss", "smoothl1loss", "smooth_l1_loss"), "write `huber(p, y, delta = 1)`"),
    **dict.fromkeys(("kldivloss", "kl_div"), "write `kl_divergence(a, b)`"), "nllloss": _ENTROPY,
    "einsum": f"{_PRODUCT}, of two vectors `a^T b`", "grad": "write `dL/dw`", "gradient": "write `dL/dw`",
    "hessian": "write `d^2L/dw^2`", "jacobian": "write `dy/dx`", "backward": "write `dL/dw`",
    "lr": "the learning rate is `eta`, in [update]",
    "reduce_mean": "write `mean(x)`", "reduce_sum": "write `sum(x)`", "reduce_max": "write `max(x)`",
    "linear": "write `W x + b`", "dense": "write `W x + b`",
    "while": "a loop counts, `for i = 1..5:`; a rate that is halved until it fits: "
    "`eta_i <- where(f_i > …, eta_{i-1}/2, eta_{i-1})`", "print": "every equation is shown",
    "range": "repetition counts: `for t = 1..3:`", "nabla": "write `∇_w L`, or `dL/dw`",
    "import": "every operation is there already", "and": "multiply the conditions: `[a > 0] [b > 0]`",
    "or": "add the conditions, at most 1: `min(1, [a > 0] + [b > 0])`", "not": "write `1 - [a > 0]`",
    "for": "repetition stands in a line of its own: `for t = 1..3:`", "in": "repetition counts: `for t = 1..3:`",
    "f'": "an equation holds no text: write the formula itself",
}  # fmt: skip
"""What a program calls it, in small letters → what to write."""

SIGNS: Mapping[str, str] = {
    "==": "an equation is written with one `=`; a condition is `[a == b]`", ":=": "an equation is written with `=`",
    "+=": "write `w <- w + …` in [update], a new name in [model]",
    "-=": "write `w <- w - …` in [update], a new name in [model]",
    "*=": "write `w <- w * …` in [update], a new name in [model]",
    "/=": "write `w <- w / …` in [update], a new name in [model]",
    "!=": "write `1 - [a == b]`",
    "//": "a comment begins with `#`; a whole quotient is `floor(a/b)`",
    "?": f"{_PIECES}", '"': "an equation holds no text",
    "%": "write the number: 0.05; a remainder is `a - b floor(a/b)`",
}  # fmt: skip

MODULES = (
    r"(?:(?:np|numpy|jnp|jax|math|scipy|torch|tf|keras|nn|F|K|functional|linalg|special|activations|losses|backend)\.)+"
    r"(?=[A-Za-z]{2})(?!cross_entropy)"
)
"""What stands before a function's name in a program; here it is left out. PyTorch's `cross_entropy` is of scores: it is
named instead.
"""

_METHOD = re.compile(r"\.\s*([A-Za-z_]\w*)")


def method_hint(text: str, at: int) -> tuple[str, str, int] | None:
    """For `.dot(…)` at a position what is wrong, what to write, and where it ends."""
    match = _METHOD.match(text, at)
    if match is None:
        return None
    name = match[1]
    hint = WORDS.get(name.lower()) or f"write it as a function: `{name}(x)`"
    return f"`.{name}` belongs to a program", hint, match.end()

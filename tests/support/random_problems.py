"""Random problems over all operations: each takes some in turn, on arrays of random shapes, into one loss."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from derive.calculus.operation_rows import Macro, Row
from derive.language.expressions import Shape
from derive.operations import MACROS, ROWS


class Maker:
    """Writes one problem: equations, and the given values that they turn out to need."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.given: dict[str, Shape] = {}
        self.lines: list[str] = []
        self.open: list[str] = []

    def size(self, low: int = 2, high: int = 4) -> int:
        return self.rng.randint(low, high)

    def shape(self) -> Shape:
        """A scalar, column, row or matrix."""
        m, n = self.size(), self.size()
        return self.rng.choice([(), (m,), (1, n), (m, n)])

    def new(self, *shape: int) -> str:
        """A new given array."""
        name = f"p_{len(self.given) + 1}"
        self.given[name] = shape
        return name

    def any(self, *shape: int) -> str:
        """A given array of that shape: one that is there, or a new one."""
        there = [name for name, other in self.given.items() if other == shape]
        return self.rng.choice(there) if there and self.rng.random() < 0.4 else self.new(*shape)

    def inner(self, *shape: int) -> str:
        """A small formula of that shape, so that operations stand inside each other."""
        name = self.any(*shape)
        return self.rng.choice([name, name, f"sin({name})", f"({name} + 0.5)", f"tanh(2 {name})"])

    def add(self, expr: str) -> None:
        name = f"u_{len(self.lines) + 1}"
        self.lines.append(f"{name} = {expr}")
        self.open.append(name)

    def text(self) -> str:
        """The problem file: the loss adds up what all equations give."""
        terms = " + ".join(f"mean(sin({name}))" for name in self.open)
        values = [f"{name} = {self._values(shape)}" for name, shape in self.given.items()]
        fixed = ["[data]", "y_1 = [0, 1, 0]", "t_1 = [2, 4, 2]"]
        model = ["[model]", 'equations = """', *self.lines, f"L = {terms}", '"""', 'loss = "L"', ""]
        lines = [*fixed, "[parameters]", *values, *model]
        return "\n".join(lines)

    def _values(self, shape: Shape) -> str:
        if not shape:
            return f"{self.rng.uniform(-1.5, 1.5):.5f}"
        return f"[{', '.join(self._values(shape[1:]) for _ in range(shape[0]))}]"


Template = Callable[[Maker], str]


def _unary(row: Row) -> Template:
    def template(m: Maker) -> str:
        arg = m.inner(*m.shape())
        inner = f"(1 + ({arg}) ⊙ ({arg}))" if row.domain[0] > 0 else arg
        settings = "".join(f", {name} = {m.rng.choice(['0.3', '1.7'])}" for name in row.defaults)
        return f"{row.spellings[0]}({inner}{settings})"

    return template


def _slope(macro: Macro) -> Template:
    def template(m: Maker) -> str:
        inner = m.inner(*m.shape())
        return f"{macro.spellings[0]}(1.5 + ({inner}) ⊙ ({inner}))"

    return template


def _pair(form: str) -> Template:
    """Two arrays entry by entry: of the same shape, or one a scalar, a column or a row that fits."""

    def template(m: Maker) -> str:
        rows, columns = m.size(), m.size()
        whole = (rows, columns)
        a, b = m.rng.choice([(whole, whole), ((rows,), (rows,)), (whole, ()), ((), whole), (whole, (rows,)),
                             (whole, (1, columns)), ((1, columns), whole)])  # fmt: skip
        return form.format(a=m.inner(*a), b=m.inner(*b))

    return template


def _axis(form: str) -> Template:
    """Over everything of a vector or matrix, or along an axis."""

    def template(m: Maker) -> str:
        if m.rng.random() < 0.3:
            return form.format(x=m.inner(m.size(2, 5)), axis="")
        return form.format(x=m.inner(m.size(), m.size()), axis=m.rng.choice([", rows", ", columns"]))

    return template


def _product(m: Maker) -> str:
    rows, inner, columns = m.size(), m.size(), m.rng.choice([1, 2, 3])
    right = m.inner(inner) if columns == 1 else m.inner(inner, columns)
    if m.rng.random() < 0.3:
        return f"({m.inner(inner, rows)})^T {right} + {m.inner(rows)}"
    return f"{m.inner(rows, inner)} {right} + {m.inner(rows)}"


def _conv(m: Maker) -> str:
    stride, padding = m.rng.choice(["", ", stride = 2"]), m.rng.choice(["", ", padding = 1"])
    kind = m.rng.choice(["vectors", "matrices", "channels", "channels 1-D"])
    if kind == "vectors":
        return f"conv({m.inner(m.size(5, 7))}, {m.any(3)}{stride}{padding})"
    if kind == "matrices":
        return f"conv({m.inner(m.size(4, 6), m.size(4, 6))}, {m.any(3, 2)}{stride}{padding})"
    if kind == "channels":
        return f"conv({m.inner(2, 4, m.size(4, 5))}, {m.any(3, 2, 2, 3)}{stride}{padding}) + {m.any(3)}"
    return f"conv({m.inner(2, m.size(5, 6))}, {m.any(3, 2, 3)}{stride}{padding})"


def _transposed_conv(m: Maker) -> str:
    stride = m.rng.choice(["", ", stride = 2"])
    return m.rng.choice([
        f"transposed_conv({m.inner(3, m.size())}, {m.any(2, 3)}{stride})",
        f"transposed_conv({m.inner(2, 3, 3)}, {m.any(2, 3, 2, 2)}{stride})",
    ])  # fmt: skip


def _pool(name: str) -> Template:
    def template(m: Maker) -> str:
        options = m.rng.choice(["2", "2, stride = 1", "(2, 3)", "3, stride = 2, padding = 1"])
        return f"{name}({m.inner(*m.rng.choice([(4, 6), (2, 4, 5), (5, 5)]))}, {options})"

    return template


def _index(m: Maker) -> str:
    x = m.any(4, 5)
    return m.rng.choice([f"{x}[2, 3]", f"{x}[:, 2]", f"{x}[1, :]", f"{x}[2:3, 1:4]"])


def _reshape(m: Maker) -> str:
    return f"reshape({m.inner(3, 4)}, {m.rng.choice(['(2, 6)', '(2, 3, 2)', '12', '(4, 3)'])})"


TEMPLATES: dict[str, Template] = {
    **{key: _unary(row) for key, row in ROWS.items() if row.elementwise and row.spellings and row.arity == (1, 1)},
    "add": _pair("{a} + {b}"),
    "subtract": _pair("{a} - {b}"),
    "negate": lambda m: f"-({m.inner(*m.shape())})",
    "times": _pair("{a} ⊙ {b}"),
    "divide": _pair("({a}) / (1 + ({b}) ⊙ ({b}))"),
    "power": lambda m: f"(1 + {(x := m.any(*(shape := m.shape())))} ⊙ {x})^{m.rng.choice(['3', '0.5', m.any(*shape)])}",
    "max": _pair("max({a}, {b})"),
    "min": _pair("min({a}, {b})"),
    "at_least": _pair("at_least({a}, {b}) ⊙ {a}"),
    "above": _pair("[{a} > {b}] ⊙ {b}"),
    "at_most": _pair("[{a} <= {b}] ⊙ {a}"),
    "below": _pair("below({a}, {b}) ⊙ {b}"),
    **{key: _slope(macro) for key, macro in MACROS.items() if key.endswith("'")},
    "cumsum": _axis("cumsum({x}{axis})"),
    "cumprod": _axis("cumprod({x}{axis})"),
    "prod": _axis("prod({x}{axis})"),
    "topk": lambda m: f"softmax(topk({m.inner(3)}, 2))",
    "topk_mask": lambda m: f"topk_mask({m.inner(3)}, 2) ⊙ {m.any(3)}",
    "infinity": lambda m: f"softmax([{m.any()}; {m.any()}; -inf])",
    "argmax": lambda m: f"{m.any()} argmax({m.inner(m.size())})",
    "upsample": lambda m: f"upsample({m.inner(m.size(), m.size())}, 2)",
    "where": lambda m: f"where(at_least({m.inner(*(s := m.shape()))}, 0.1), {m.any(*s)}, {m.any(*s)})",
    "clip_between": lambda m: f"clip({m.inner(*m.shape())}, -0.5, 0.7)",
    "stop_gradient": lambda m: f"stop_gradient({m.inner(*(s := m.shape()))}) ⊙ {m.any(*s)}",
    "prelu": lambda m: f"PReLU({m.inner(*m.shape())}, {m.any()})",
    "glu": lambda m: f"GLU({m.inner(4, m.size())})",
    "det": lambda m: f"det({m.inner(n := m.rng.choice([2, 3]), n)} + 5 identity({n}))",
    "inverse": lambda m: f"inverse({m.inner(n := m.rng.choice([2, 3]), n)} + 5 identity({n}))",
    "trace": lambda m: f"trace({m.inner(n := m.size(), n)})",
    "outer": lambda m: f"outer({m.inner(m.size())}, {m.inner(m.size())})",
    "identity": lambda m: f"{m.inner(n := m.size(), n)} + identity({n})",
    "ones": lambda m: f"{m.inner(n := m.size(), 2)} + ones(({n}, 2))",
    "zeros": lambda m: f"{m.inner(n := m.size())} + zeros({n})",
    "product": _product,
    "transpose": lambda m: f"({m.inner(m.size(), m.size())})^T",
    "diag": lambda m: f"diag({m.inner(m.size())})",
    "diagonal": lambda m: f"diagonal({m.inner(n := m.size(), n)})",
    "pi": lambda m: f"pi {m.inner(*m.shape())}",
    "sum": _axis("sum({x}{axis})"),
    "mean": _axis("mean({x}{axis})"),
    "dot": lambda m: f"dot({m.inner(n := m.size())}, {m.inner(n)})",
    "softmax": _axis("softmax({x}{axis})"),
    "log_softmax": _axis("log_softmax({x}{axis})"),
    "logsumexp": _axis("logsumexp({x}{axis})"),
    "causal_softmax": lambda m: f"causal_softmax({m.inner(n := m.size(), n)}, {m.rng.choice(['rows', 'columns'])})",
    "largest": _axis("max({x}{axis})"),
    "smallest": _axis("min({x}{axis})"),
    "var": _axis("var({x}{axis}, ddof = 1)"),
    "std": _axis("std({x}{axis})"),
    "norm": lambda m: f"norm({m.inner(m.size())})",
    "cosine_similarity": lambda m: f"cosine_similarity({m.any(n := m.size())}, {m.new(n)})",
    "layer_norm": lambda m: f"layer_norm({m.inner(n := m.size(3), m.size())}, {m.any(n)}, {m.any(n)})",
    "batch_norm": lambda m: f"batch_norm({m.inner(n := m.size(), m.size(3))}, {m.any(n)}, {m.any(n)}, epsilon = 0.1)",
    "rms_norm": lambda m: f"rms_norm({m.inner(n := m.size())}, {m.any(n)})",
    "kl_divergence": lambda m: f"kl_divergence(softmax({m.any(n := m.size())}), softmax({m.new(n)}))",
    "kl_normal": lambda m: f"kl_normal({m.any(n := m.size())}, exp({m.any(n)}))",
    "ridge_penalty": lambda m: f"ridge_penalty({m.any(*m.shape())})",
    "lasso_penalty": lambda m: f"lasso_penalty({m.any(*m.shape())})",
    "multiclass_hinge": lambda m: f"multiclass_hinge({m.new(3)}, y_1)",
    "equal": _pair("equal({a}, {a}) ⊙ {b}"),
    "dropout": lambda m: f"dropout({m.inner(3)}, y_1, p = 0.25)",
    "embedding": lambda m: m.rng.choice([f"embedding({m.any(3, 4)}, t_1)", f"embedding({m.any(4, 3)}, t_1, rows)"]),
    "one_hot": lambda m: f"{m.any(2, 4)} one_hot(t_1, 4)",
    "stack": lambda m: f"[{m.inner(m.size(), n := m.size())}; {m.inner(1, n)}; {m.inner(2, n)}]",
    "beside": lambda m: f"[{m.inner(n := m.size(), 2)}, {m.inner(n)}]",
    "index": _index,
    "flatten": lambda m: f"flatten({m.inner(2, 3)})",
    "reshape": _reshape,
    "conv": _conv,
    "transposed_conv": _transposed_conv,
    "maxpool": _pool("maxpool"),
    "avgpool": _pool("avgpool"),
    "global_avgpool": lambda m: f"global_avgpool({m.inner(2, 3, 4)})",
    **{
        key: (lambda m, name=MACROS[key].spellings[0], settings=", delta = 0.6" * (key == "huber"):
              f"{name}({m.inner(*(shape := m.shape()))}, {m.inner(*shape)}{settings})")
        for key in ("squared_error", "half_squared_error", "mean_squared_error", "mean_absolute_error", "huber",
                    "hinge")
    },
    "binary_cross_entropy": lambda m: f"bce(sigmoid({m.any(n := m.size())}), {m.any(n)})",
    "cross_entropy": lambda m: f"cross_entropy(softmax({m.any(n := m.size())}), {m.any(n)})",
    "cross_entropy_logits": lambda m: f"cross_entropy_logits({m.any(n := m.size())}, {m.any(n)})",
}  # fmt: skip


def random_problem(seed: int, several: int = 4) -> str:
    """A problem file; over the seeds every operation comes again and again."""
    maker, keys = Maker(seed), list(TEMPLATES)
    for i in range(several):
        maker.add(TEMPLATES[keys[(seed * several + i) % len(keys)]](maker))
    return maker.text()

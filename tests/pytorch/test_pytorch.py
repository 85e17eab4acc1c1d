"""Modules of PyTorch as problems: their gradients against autograd's. Runs where the extra `torch` is installed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

import derive
from derive.errors import InputError, ToolError
from derive.pytorch.aten_rows import ROWS
from derive.pytorch.layout import LAYOUT
from tests.support.autograd import gradients

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")
nn: Any = torch.nn
F: Any = torch.nn.functional

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::FutureWarning")

DOUBLE = torch.float64


class Residual(nn.Module):  # type: ignore[misc]
    """A small module of its own, with a parameter that belongs to no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.scale = nn.Parameter(torch.tensor(0.7))

    def forward(self, x: Any) -> Any:
        return x + self.scale * torch.relu(self.inner(x))


class Parts(nn.Module):  # type: ignore[misc]
    """Rows, columns, parts and pieces put together."""

    def __init__(self) -> None:
        super().__init__()
        self.A = nn.Parameter(torch.randn(3, 4))

    def forward(self, x: Any) -> Any:
        pieces = [self.A[1] * x, self.A[:, 2], self.A[:2, 1:3].reshape(-1), x[1:3].unsqueeze(0).squeeze(0)]
        turned = self.A[0].unsqueeze(0) @ torch.cat([self.A.T, x.unsqueeze(1)], dim=1)
        return torch.cat([*pieces, turned.squeeze(0), self.A[2, 3].unsqueeze(0)])


class Products(nn.Module):  # type: ignore[misc]
    """Matrices and sums along axes, without layers."""

    def __init__(self) -> None:
        super().__init__()
        self.Q = nn.Parameter(torch.randn(3, 3))
        self.v = nn.Parameter(torch.randn(3))

    def forward(self, x: Any) -> Any:
        scores = (x @ self.Q) @ x.T / 2
        return (
            torch.sqrt(torch.exp(scores).sum(dim=1)) + (x * self.v).mean(dim=0).sum() - torch.log(x.abs() @ self.v**2)
        )


class First(nn.Module):  # type: ignore[misc]
    """Of a module with several outputs the first, or one step of it."""

    def __init__(self, inner: Any, step: int | None = None) -> None:
        super().__init__()
        self.inner, self.step = inner, step

    def forward(self, x: Any) -> Any:
        first = self.inner(x)[0]
        return first if self.step is None else first[self.step]


class Function(nn.Module):  # type: ignore[misc]
    """A function of the input and of three weights."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.function = function
        self.w = nn.Parameter(torch.randn(3))

    def forward(self, x: Any) -> Any:
        return self.function(x, self.w)


def masked(x: Any, w: Any, seen: list[list[int]]) -> Any:
    """Attention of three tokens, with a mask."""
    tokens = (x * w)[..., None]
    return F.scaled_dot_product_attention(tokens, tokens + 1, tokens, torch.tensor(seen, dtype=torch.bool))


class SelfAttention(nn.Module):  # type: ignore[misc]
    """Two heads over four dimensions."""

    def __init__(
        self, need_weights: bool = True, batch_first: bool = False, causal: bool = False, padding: Any = None
    ) -> None:
        super().__init__()
        self.need_weights, self.causal, self.padding = need_weights, causal, padding
        self.attention = nn.MultiheadAttention(4, 2, batch_first=batch_first)

    def forward(self, x: Any) -> Any:
        mask = nn.Transformer.generate_square_subsequent_mask(len(x), dtype=DOUBLE) if self.causal else None
        return self.attention(x, x, x, self.padding, self.need_weights, attn_mask=mask)[0]


class Crossed(nn.Module):  # type: ignore[misc]
    """Attention to something with other dimensions."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(2, 1, kdim=3, vdim=3)

    def forward(self, x: Any) -> Any:
        return self.attention(x[:, :2], x, x)[0]


class MaskedEncoder(nn.Module):  # type: ignore[misc]
    """An encoder as in PyTorch's tutorial on language models: its mask is an argument that nobody calls causal."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(4, 2, 3, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)

    def forward(self, x: Any) -> Any:
        return self.encoder(x, nn.Transformer.generate_square_subsequent_mask(len(x), dtype=x.dtype))


class MaskedScores(nn.Module):  # type: ignore[misc]
    """One head of attention, its causal mask as teaching code writes it."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.keys, self.how = nn.Linear(2, 2, bias=False), how
        self.register_buffer("tril", torch.tril(torch.ones(4, 4)))

    def forward(self, x: Any) -> Any:
        scores, n = self.keys(x) @ x.transpose(-2, -1) / 2**0.5, x.shape[-2]
        seen = torch.tril(torch.ones(n, n))
        if self.how == "tril":
            scores = scores.masked_fill(seen == 0, float("-inf"))
        elif self.how == "buffer":
            scores = scores.masked_fill(self.tril[:n, :n] == 0, float("-inf"))
        elif self.how == "triu":
            scores = scores + torch.triu(torch.full((n, n), float("-inf")), diagonal=1)
        elif self.how == "truth":
            scores = torch.where(self.tril[:n, :n].bool(), scores, torch.tensor(float("-inf"), dtype=scores.dtype))
        elif self.how == "where":
            scores = torch.where(seen.bool(), scores, torch.tensor(float("-inf"), dtype=scores.dtype))
        else:
            scores = torch.where(seen == 0, torch.tensor(float("-inf"), dtype=scores.dtype), scores)
        return F.softmax(scores, dim=-1) @ x


class ThreeFactors(nn.Module):  # type: ignore[misc]
    """A product of three tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Parameter(torch.rand(2, 3)), nn.Parameter(torch.rand(3, 2))

    def forward(self, x: Any) -> Any:
        return torch.einsum("ij,jk,kl->il", x, self.b, self.a)


WEIGHTS = torch.tensor([1.0, 2.0, 0.5], dtype=DOUBLE)

MODULES: dict[str, Callable[[], tuple[Any, Any, Any, Any]]] = {
    "one sample": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2), nn.Sigmoid()),
        torch.randn(3), torch.rand(2), nn.MSELoss()),
    "a batch in rows": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.GELU(), nn.Linear(4, 1)),
        torch.randn(5, 3), torch.rand(5, 1), nn.BCEWithLogitsLoss()),
    "a batch of one": lambda: (
        nn.Sequential(nn.Linear(3, 4, bias=False), nn.SiLU(), nn.Linear(4, 2)),
        torch.randn(1, 3), torch.rand(1, 2), nn.MSELoss(reduction="sum")),
    "leaky": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(0.1), nn.Linear(4, 2), nn.ELU(), nn.Dropout().eval()),
        torch.randn(5, 3), torch.rand(5, 2), nn.L1Loss(reduction="sum")),
    "probabilities": lambda: (
        nn.Sequential(nn.Linear(2, 2), nn.Softplus(), nn.Linear(2, 1), nn.Sigmoid()),
        torch.randn(2), torch.rand(1), nn.BCELoss()),
    "residual": lambda: (Residual(), torch.randn(2, 3), torch.rand(2, 3), nn.HuberLoss(delta=0.5)),
    "classes": lambda: (
        nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 3)),
        torch.randn(4), torch.tensor(2), nn.CrossEntropyLoss()),
    "classes of a batch": lambda: (
        nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(dim=1)),
        torch.randn(5, 4), torch.tensor([2, 0, 1, 1, 2]), nn.NLLLoss()),
    "logits of a batch": lambda: (
        nn.Linear(4, 3), torch.randn(5, 4), torch.tensor([2, 0, 1, 1, 2]), nn.CrossEntropyLoss()),
    "probabilities of classes": lambda: (
        nn.Sequential(nn.Linear(4, 3), nn.Softmax(-1)),
        torch.randn(2, 4), torch.rand(2, 3), nn.MSELoss()),
    "an image": lambda: (
        nn.Sequential(nn.Conv2d(2, 3, 3, stride=2, padding=(1, 0)), nn.ReLU(), nn.MaxPool2d(2, stride=1), nn.Flatten(0),
                      nn.Linear(18, 2)),
        torch.randn(2, 6, 9), torch.rand(2), nn.MSELoss()),
    "a batch of one image": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8, 3)),
        torch.randn(1, 1, 6, 6), torch.tensor([1]), nn.CrossEntropyLoss()),
    "transposed": lambda: (
        nn.Sequential(nn.ConvTranspose2d(1, 2, 2, stride=2), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten(0)),
        torch.randn(1, 3, 3), torch.rand(2), nn.MSELoss()),
    "a signal": lambda: (
        nn.Sequential(nn.Conv1d(2, 3, 3, padding=1), nn.Tanh(), nn.Flatten(0), nn.Linear(12, 1)),
        torch.randn(2, 4), torch.rand(1), nn.MSELoss()),
    "a batch of one signal": lambda: (
        nn.Sequential(nn.Conv1d(2, 3, 3), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(3, 1, 2), nn.AvgPool1d(2),
                      nn.Flatten()),
        torch.randn(1, 2, 12), torch.rand(1, 2), nn.MSELoss()),
    "several images": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(2, 2)),
        torch.randn(3, 1, 3, 3), torch.tensor([1, 0, 1]), nn.CrossEntropyLoss()),
    "one image, normalised": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.GroupNorm(2, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        torch.randn(1, 1, 4, 4), torch.rand(1, 2), nn.SmoothL1Loss(beta=0.5)),
    "batch norm": lambda: (
        nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.ReLU(inplace=True), nn.BatchNorm1d(3, affine=False)),
        torch.randn(4, 3), torch.rand(4, 3), nn.MSELoss()),
    "batch norm in eval mode": lambda: (
        nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Tanh(), nn.BatchNorm1d(2, affine=False)).eval(),
        torch.randn(4, 3), torch.rand(4, 2), nn.MSELoss()),
    "batch norm of an image in eval mode": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.AdaptiveMaxPool2d(1), nn.Flatten()).eval(),
        torch.randn(1, 1, 3, 3), torch.rand(1, 2), nn.MSELoss()),
    "batch norm of signals": lambda: (
        nn.Sequential(nn.BatchNorm1d(2), nn.Conv1d(2, 2, 2), nn.AdaptiveAvgPool1d(1), nn.Flatten()),
        torch.randn(2, 2, 4), torch.rand(2, 2), nn.MSELoss()),
    "layer norm": lambda: (
        nn.Sequential(nn.LayerNorm(3), nn.Linear(3, 3), nn.RMSNorm(3), nn.LayerNorm(3, elementwise_affine=False)),
        torch.randn(3, 3), torch.rand(3, 3), nn.MSELoss()),
    "norms of a sample": lambda: (
        nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4, eps=0.01), nn.RMSNorm(4)),
        torch.randn(2), torch.rand(4), nn.MSELoss()),
    "embedding": lambda: (
        nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5)),
        torch.tensor([1, 0, 1]), torch.tensor([4, 2, 2]), nn.CrossEntropyLoss(reduction="sum")),
    "embedding of a token": lambda: (
        nn.Sequential(nn.Embedding(4, 3), nn.Linear(3, 2)), torch.tensor(2), torch.rand(2), nn.MSELoss()),
    "a batch of sentences": lambda: (
        nn.Sequential(nn.Embedding(4, 2), nn.Linear(2, 3), nn.Tanh(), nn.Flatten()),
        torch.tensor([[1, 0], [3, 3], [0, 2]]), torch.rand(3, 6), nn.MSELoss()),
    "rnn": lambda: (First(nn.RNN(2, 3)), torch.randn(3, 2), torch.rand(3, 3), nn.MSELoss()),
    "rnn of one unit": lambda: (
        First(nn.RNN(1, 1, nonlinearity="relu", bias=False)), torch.rand(3, 1), torch.rand(3, 1), nn.MSELoss()),
    "rnn, batch first": lambda: (
        First(nn.RNN(2, 2, batch_first=True)), torch.randn(2, 3, 2), torch.rand(2, 3, 2), nn.MSELoss()),
    "rnn both ways": lambda: (
        First(nn.RNN(2, 2, num_layers=2, bidirectional=True)), torch.randn(2, 2), torch.rand(2, 4), nn.MSELoss()),
    "lstm": lambda: (First(nn.LSTM(2, 2), -1), torch.randn(3, 2), torch.rand(2), nn.MSELoss()),
    "lstm of a batch of one": lambda: (
        First(nn.LSTM(2, 2, batch_first=True)), torch.randn(1, 3, 2), torch.rand(1, 3, 2), nn.MSELoss()),
    "two lstms": lambda: (First(nn.LSTM(2, 1, num_layers=2)), torch.randn(2, 2, 2), torch.rand(2, 2, 1), nn.MSELoss()),
    "gru": lambda: (First(nn.GRU(2, 2)), torch.randn(3, 2), torch.rand(3, 2), nn.MSELoss()),
    "gru without bias": lambda: (
        First(nn.GRU(2, 2, bias=False)), torch.randn(2, 2, 2), torch.rand(2, 2, 2), nn.MSELoss()),
    "rnn cell": lambda: (nn.RNNCell(2, 3), torch.randn(2), torch.rand(3), nn.MSELoss()),
    "lstm cell": lambda: (First(nn.LSTMCell(2, 2)), torch.randn(1, 2), torch.rand(1, 2), nn.MSELoss()),
    "gru cell": lambda: (nn.GRUCell(2, 2), torch.randn(3, 2), torch.rand(3, 2), nn.MSELoss()),
    "attention": lambda: (
        Function(lambda x, w: F.scaled_dot_product_attention(x * w, x + w, x)),
        torch.randn(4, 3), torch.rand(4, 3), nn.MSELoss()),
    "causal attention": lambda: (
        Function(lambda x, w: F.scaled_dot_product_attention(x * w, x, x @ x.T, is_causal=True, scale=0.5)),
        torch.randn(4, 3), torch.rand(4, 4), nn.MSELoss()),
    "attention with a mask": lambda: (
        Function(lambda x, w: F.scaled_dot_product_attention(x, x, x * w, torch.ones(4, 4, dtype=torch.bool).tril())),
        torch.randn(1, 4, 3), torch.rand(1, 4, 3), nn.MSELoss()),
    "multi-head attention": lambda: (
        SelfAttention(need_weights=False), torch.randn(3, 4), torch.rand(3, 4), nn.MSELoss()),
    "multi-head attention with weights": lambda: (
        SelfAttention(batch_first=True), torch.randn(1, 3, 4), torch.rand(1, 3, 4), nn.MSELoss()),
    "multi-head attention of a batch": lambda: (
        SelfAttention(need_weights=False), torch.randn(2, 2, 4), torch.rand(2, 2, 4), nn.MSELoss()),
    "causal multi-head attention": lambda: (
        SelfAttention(need_weights=False, causal=True), torch.randn(3, 4), torch.rand(3, 4), nn.MSELoss()),
    "cross-attention": lambda: (Crossed(), torch.randn(3, 3), torch.rand(3, 2), nn.MSELoss()),
    "single channels": lambda: (
        nn.Sequential(nn.Conv2d(1, 1, 2), nn.BatchNorm2d(1), nn.ConvTranspose2d(1, 2, 2), nn.Conv2d(2, 1, 1)),
        torch.randn(1, 1, 4, 4), torch.rand(1, 1, 4, 4), nn.MSELoss()),
    "samples of two axes": lambda: (
        nn.Sequential(nn.Linear(3, 2), nn.LayerNorm((2, 2)), nn.Softmax(1)),
        torch.randn(2, 2, 3), torch.rand(2, 2, 2), nn.MSELoss()),
    "a layer used twice": lambda: (
        nn.Sequential(*[nn.Linear(3, 3)] * 2), torch.randn(3), torch.rand(3),
        lambda output, target: ((output - target) ** 2).sum() + 0.1 * output.abs().sum()),
    "transformer encoder": lambda: (
        nn.TransformerEncoderLayer(4, 2, 3, dropout=0.0, batch_first=True),
        torch.randn(1, 3, 4), torch.rand(1, 3, 4), nn.MSELoss()),
    "heads of vectors": lambda: (
        Function(lambda x, w: (x.view(2, 3, 2) @ (x * w.repeat(4)[:12].view(4, 3)).view(2, 2, 3)).softmax(1)),
        torch.randn(4, 3), torch.rand(2, 3, 3), nn.MSELoss()),
    "entry by entry": lambda: (
        Function(lambda x, w: torch.stack([
            1 - x * w, torch.square(x - w), torch.maximum(x, w), torch.minimum(w, x), torch.clamp(w, -0.5, 0.5),
            torch.clamp(w, min=0), F.relu6(w), F.hardtanh(w), (w * w + 1).rsqrt(), F.logsigmoid(w), w.clone(), x / w])),
        torch.randn(3), torch.rand(12, 3), nn.MSELoss()),
    "along axes": lambda: (
        Function(lambda x, w: torch.stack([
            (x * w).var(dim=0), (x * w).var(dim=0, unbiased=False), (x + w).std(0), (x * w).mean(0), (x * w).amax(0),
            torch.logsumexp(x * w, 0), (x * w).norm(dim=0), (x * w).max(dim=0).values, (w - x).mean(0, keepdim=True)[0],
            (x * w).mean(1)[:3], (x * w).sum((0, 1)) * w, (x * w).min() * w])),
        torch.randn(4, 3), torch.rand(12, 3), nn.MSELoss()),
    "along axes of more": lambda: (
        Function(lambda x, w: (x * w).mean(1) + (x * w).var(0)[:2] + (x + w).sum(2).T[:2, :2].repeat(1, 2)[:, :3]),
        torch.randn(2, 4, 3), torch.rand(2, 3), nn.MSELoss()),
    "masks and paddings": lambda: (
        Function(lambda x, w: F.pad(torch.where(torch.eye(3) > 0, x * w, w).masked_fill(torch.eye(3) > 0, 2.0).tril(),
                                    (1, 0, 0, 1), value=0.5) + torch.arange(4.0, dtype=DOUBLE)),
        torch.randn(3, 3), torch.rand(4, 4), nn.MSELoss()),
    "moved about": lambda: (
        Function(lambda x, w: torch.cat([*torch.chunk(x * w, 3, dim=1), (x * w).flip(0)[:, [2, 0]],
                                         torch.ones(4, 1)], 1) + w.expand(2, 3).reshape(6).unsqueeze(0)),
        torch.randn(4, 3), torch.rand(4, 6), nn.MSELoss()),
    "rows beside columns": lambda: (
        Function(lambda x, w: x.unsqueeze(1) * w.unsqueeze(0) + (w[:, None] * w).sum()
                 + torch.addmm(w, x[:, None], w[None])),
        torch.randn(4), torch.rand(4, 3), nn.MSELoss()),
    "a softmax of single entries": lambda: (
        nn.Sequential(nn.Linear(2, 1), nn.Softmax(dim=1)), torch.randn(3, 2), torch.rand(3, 1), nn.MSELoss()),
    "a batch of single entries": lambda: (
        nn.Sequential(nn.Linear(1, 2), nn.Tanh(), nn.Linear(2, 1)), torch.randn(3, 1), torch.rand(3, 1), nn.MSELoss()),
    "the sum over classes": lambda: (
        nn.Linear(4, 3), torch.randn(4), torch.tensor(1), nn.CrossEntropyLoss(reduction="sum")),
    "detached data": lambda: (
        Function(lambda x, w: x.detach() * w.contiguous()), torch.randn(3), torch.rand(3), nn.MSELoss()),
    "gelu by tanh": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.GELU("tanh"), nn.Linear(4, 2), nn.GELU("tanh")),
        torch.randn(2, 3), torch.rand(2, 2), nn.MSELoss()),
    "more activations": lambda: (
        nn.Sequential(nn.Linear(3, 3), nn.Hardswish(), nn.Linear(3, 2), nn.CELU(), nn.Linear(2, 2), nn.CELU(2),
                      nn.Linear(2, 2), nn.SELU(), nn.Linear(2, 2), nn.Mish()),
        3 * torch.randn(4, 3), torch.rand(4, 2), nn.MSELoss()),
    "learned slopes": lambda: (
        nn.Sequential(nn.Linear(3, 3), nn.PReLU(), nn.Linear(3, 2), nn.PReLU(2, init=-0.5)),
        torch.randn(4, 3), torch.rand(4, 2), nn.MSELoss()),
    "learned slopes of a sample": lambda: (nn.Sequential(nn.Linear(3, 2), nn.PReLU()), torch.randn(3), torch.rand(2),
                                           nn.MSELoss()),
    "learned slopes of images": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.PReLU(2)), torch.randn(2, 1, 3, 3), torch.rand(2, 2, 2, 2), nn.MSELoss()),
    "gated": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.GLU(), nn.Linear(2, 2), nn.GLU(0)),
        torch.randn(2, 3), torch.rand(1, 2), nn.MSELoss()),
    "instance norm": lambda: (
        nn.Sequential(nn.Conv1d(1, 2, 2), nn.InstanceNorm1d(2), nn.InstanceNorm1d(2, affine=True)),
        torch.randn(3, 1, 4), torch.rand(3, 2, 3), nn.MSELoss()),
    "instance norm of a signal": lambda: (
        nn.Sequential(nn.Conv1d(1, 2, 2), nn.InstanceNorm1d(2, affine=True)),
        torch.randn(1, 4), torch.rand(2, 3), nn.MSELoss()),
    "instance norm of an image": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.InstanceNorm2d(2, affine=True, track_running_stats=True)),
        torch.randn(1, 1, 3, 3), torch.rand(1, 2, 2, 2), nn.MSELoss()),
    "instance norm in eval mode": lambda: (
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.InstanceNorm2d(2, affine=True, track_running_stats=True)).eval(),
        torch.randn(1, 1, 3, 3), torch.rand(1, 2, 2, 2), nn.MSELoss()),
    **{
        f"einsum of {equation}": lambda equation=equation, shape=shape: (
            Function(lambda x, w: torch.einsum(equation, x, w if equation.split("->")[0].endswith(",j") else x * w)),
            torch.randn(shape), torch.rand(()), lambda output, target: (output**2).sum() * target)
        for equation, shape in {
            "ij,j->i": (2, 3), "j,j->": (3,), "i,j->ij": (2,), "i,j->ji": (2,), "bj,j->jb": (2, 3), "ij,kj->ki": (2, 3),
            "ji,jk->ik": (2, 3), "bij,bkj->bik": (2, 2, 3), "ibj,kbj->bki": (2, 2, 3), "ij,ij->ji": (2, 3),
            "ij,ij->": (2, 3), "ij,ij->i": (2, 3), "bi,bk->bik": (2, 3), "...i,...k->...ik": (2, 3),
            "...ij,...kj->...ik": (2, 2, 3)}.items()
    },
    **{
        f"attention with the mask {seen}": lambda seen=seen: (
            Function(lambda x, w: masked(x, w, seen)), torch.randn(3), torch.rand(3, 1), nn.MSELoss())
        for seen in ([[1, 1, 1]] * 3, [[1, 0, 1]] * 3, [[1, 0, 0], [1, 1, 0], [0, 1, 1]],
                     [[1, 1, 0], [0, 1, 1], [1, 1, 0]])
    },
    "attention of one query to the past": lambda: (
        Function(lambda x, w: F.scaled_dot_product_attention((x * w)[:1], x, x + w, is_causal=True)),
        torch.randn(3, 3), torch.rand(1, 3), nn.MSELoss()),
    "attention with a bias by distance": lambda: (
        Function(lambda x, w: F.scaled_dot_product_attention(
            x * w, x, x, torch.tensor([[0, -torch.inf, -torch.inf], [-1, 0, -torch.inf], [-2, -1, 0]], dtype=DOUBLE))),
        torch.randn(3, 3), torch.rand(3, 3), nn.MSELoss()),
    "multi-head attention with padding": lambda: (
        SelfAttention(need_weights=False, batch_first=True, padding=torch.tensor([[0, 0, 1], [0, 1, 1]]) > 0),
        torch.randn(2, 3, 4), torch.rand(2, 3, 4), nn.MSELoss()),
    **{
        f"classes {how} of {what}": lambda settings=settings, x=x, target=target: (
            nn.Linear(4, 3), torch.randn(x), torch.rand(5, 3) if target is None else torch.tensor(target),
            nn.CrossEntropyLoss(**settings))
        for how, settings in (
            ("smoothed", {"label_smoothing": 0.1}), ("weighted", {"weight": WEIGHTS}),
            ("weighted and summed", {"weight": WEIGHTS, "reduction": "sum"}),
            ("smoothed and weighted", {"label_smoothing": 0.1, "weight": WEIGHTS}))
        for what, x, target in (("a batch", (5, 4), [2, 0, 1, 1, 2]), ("a sample", 4, 2), ("one", (1, 4), [2]),
                                ("probabilities", (5, 4), None))
    },
    "weighted log-probabilities": lambda: (
        nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(1)), torch.randn(4, 4), torch.tensor([2, 0, 1, 1]),
        nn.NLLLoss(WEIGHTS)),
    "weighted log-probabilities, summed": lambda: (
        nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(1)), torch.randn(4, 4), torch.tensor([2, 0, 1, 1]),
        nn.NLLLoss(WEIGHTS, reduction="sum")),
    "weighted answers": lambda: (
        nn.Linear(2, 3), torch.randn(4, 2), torch.rand(4, 3), nn.BCEWithLogitsLoss(pos_weight=WEIGHTS)),
    "answers weighted twice": lambda: (
        nn.Linear(2, 3), torch.randn(2), torch.rand(3), nn.BCEWithLogitsLoss(WEIGHTS, pos_weight=WEIGHTS)),
    "weighted probabilities": lambda: (
        nn.Sequential(nn.Linear(2, 3), nn.Sigmoid()), torch.randn(4, 2), torch.rand(4, 3), nn.BCELoss(WEIGHTS)),
    **{
        f"causal mask by {how}": lambda how=how: (
            MaskedScores(how), torch.rand(1, 3, 2), torch.rand(1, 3, 2), nn.MSELoss())
        for how in ("tril", "buffer", "triu", "truth", "where", "hidden")
    },
    "einsum of three": lambda: (ThreeFactors(), torch.rand(2, 3), torch.rand(2, 3), nn.MSELoss()),
    "shrinking": lambda: (
        nn.Sequential(nn.Linear(3, 4), nn.Hardshrink(0.2), nn.Softshrink(0.1), nn.Threshold(0.05, 0.3)),
        torch.randn(5, 3), torch.rand(5, 4), nn.MSELoss()),
    "finer pictures": lambda: (
        nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.PixelShuffle(2), nn.Conv2d(2, 2, 1), nn.ChannelShuffle(2)),
        torch.randn(1, 1, 2, 3), torch.rand(1, 2, 4, 6), nn.MSELoss()),
    "encoder that sees what came before": lambda: (
        MaskedEncoder(), torch.randn(3, 1, 4), torch.rand(3, 1, 4), nn.MSELoss()),
    "parts": lambda: (Parts(), torch.randn(4), torch.rand(18), nn.MSELoss()),
    "products": lambda: (Products(), torch.rand(4, 3), torch.rand(4), nn.MSELoss()),
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_gradients_agree_with_autograd(name: str) -> None:
    torch.manual_seed(1)
    module, x, target, loss = MODULES[name]()
    target = target.to(DOUBLE) if target.is_floating_point() else target
    ours, theirs = gradients(module.to(DOUBLE), x.to(DOUBLE) if x.is_floating_point() else x, target, loss)
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-14)


def test_a_hardsigmoid_agrees_as_far_as_pytorch_has_digits() -> None:
    """Its slope, 1/6, is one of single precision in PyTorch, whatever the numbers are."""
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(3, 4), nn.Hardsigmoid()).to(DOUBLE)
    ours, theirs = gradients(module, 4 * torch.randn(5, 3, dtype=DOUBLE), torch.rand(5, 4, dtype=DOUBLE), nn.MSELoss())
    assert ours == pytest.approx(theirs, rel=1e-7)


def test_single_precision_is_taken_with_the_digits_it_has() -> None:
    module = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        module.weight[:] = torch.tensor([[0.1, -2.5]])
    problem = derive.from_torch(module, torch.tensor([0.3, 4]), torch.tensor([1.0]), nn.MSELoss())
    assert {given.name.id: given.values for given in problem.givens} == {
        "W_1": (Fraction("0.1"), Fraction("-2.5")),
        "x": (Fraction("0.3"), Fraction(4)),
        "target": (Fraction(1),),
    }


def test_numbers_can_be_rounded() -> None:
    torch.manual_seed(0)
    problem = derive.from_torch(nn.Linear(3, 2), torch.rand(3), torch.rand(2), nn.MSELoss(), "Rounded", decimals=1)
    assert problem.title == "Rounded"
    assert all((10 * value).denominator == 1 for given in problem.givens for value in given.values)


def test_what_is_frozen_is_data() -> None:
    module = nn.Linear(2, 1)
    module.bias.requires_grad_(False)
    problem = derive.from_torch(module, torch.rand(2), torch.rand(1), nn.MSELoss())
    assert [given.name.id for given in problem.givens if given.parameter] == ["W_1"]


def test_every_operation_without_a_row_is_named() -> None:
    """Those too that stand behind another one."""
    module = nn.Sequential(nn.Linear(3, 3), Function(lambda x, w: torch.sort(w * x).values), Function(torch.igamma))
    with pytest.raises(InputError) as caught:
        derive.from_torch(module, torch.rand(3), torch.rand(3), nn.MSELoss())
    messages = [fault.message for fault in caught.value.faults]
    assert messages == ["layer 1 (Function): `sort` has no row", "layer 2 (Function): `igamma` has no row"]


@pytest.mark.parametrize(
    ("module", "target", "loss", "message"),
    [
        (nn.Linear(3, 3), torch.rand(3), nn.MSELoss(reduction="none"), "the loss is not a single number|each entry"),
        (nn.Dropout(), torch.rand(3), nn.MSELoss(), r"`dropout`: a random mask: call module.eval\(\)"),
        (nn.CELU(-1), torch.rand(3), nn.MSELoss(), "`celu`: a negative alpha"),
        (nn.Softplus(2), torch.rand(3), nn.MSELoss(), "beta = 2 is not worked out, only 1"),
        (
            Function(lambda x, w: torch.einsum("i,j->i", x, x * w)),
            torch.rand(3),
            nn.MSELoss(),
            "`i,j->i` sums over an index of one tensor alone",
        ),
        (
            Function(lambda x, w: torch.einsum("i,j->j", x, w)),
            torch.rand(3),
            nn.MSELoss(),
            "`i,j->j` sums over an index of one tensor alone",
        ),
        (
            Function(lambda x, w: torch.einsum("i,i->i", x, w[:1])),
            torch.rand(3),
            nn.MSELoss(),
            "`i,i->i` repeats an axis of size 1",
        ),
        (
            Function(lambda x, w: masked(x, w, [[1, 1, 0], [0, 0, 0], [1, 0, 0]])),
            torch.rand(3, 1),
            nn.MSELoss(),
            "a query that sees no key",
        ),
    ],
)
def test_what_cannot_be_said_is_a_fault(module: Any, target: Any, loss: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        derive.from_torch(module, torch.rand(3), target, loss)


def test_every_setting_that_is_not_worked_out_is_named() -> None:
    """Of each layer of a network: what its pooling and its convolution are set to, and what has no row."""
    module = nn.Sequential(
        nn.ConvTranspose2d(4, 4, 3, groups=4), nn.ReLU6(), nn.Conv2d(4, 6, 1), nn.AdaptiveAvgPool2d(3),
        nn.AvgPool2d(2, ceil_mode=True), nn.Flatten(), Function(lambda x, w: torch.igamma(x, x) * w[0]), nn.CELU(-1),
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        derive.from_torch(module, torch.rand(1, 4, 6, 6), torch.rand(1, 24), nn.MSELoss())
    assert [fault.message for fault in caught.value.faults] == [
        "layer 0 (ConvTranspose2d): `conv_transpose2d`: groups = 4 is not worked out, only 1",
        "layer 3 (AdaptiveAvgPool2d): `adaptive_avg_pool2d`: windows of different sizes",
        "layer 4 (AvgPool2d): `avg_pool2d`: ceil_mode = True is not worked out, only False",
        "layer 6 (Function): `igamma` has no row",
        "layer 7 (CELU): `celu`: a negative alpha",
    ]


def test_a_loss_is_called_not_named() -> None:
    with pytest.raises(InputError, match="the loss is str huber"):
        derive.from_torch(nn.Linear(3, 3), torch.rand(3), torch.rand(3), "huber")  # type: ignore[arg-type]


def test_a_module_that_cannot_be_traced_is_said() -> None:
    class Branching(nn.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x if x.sum() > 0 else -x

    for module in (Branching(), Function(lambda x, w: w.data * x)):
        with pytest.raises(ToolError, match="PyTorch cannot trace the module"):
            derive.from_torch(module, torch.rand(3), torch.rand(3), nn.MSELoss())


def test_the_table_names_operations_of_pytorch() -> None:
    assert all(hasattr(torch.ops.aten, key) for key in {*ROWS, *LAYOUT})
    assert not LAYOUT & set(ROWS)


def _changed_in_place(x: Any, w: Any) -> Any:
    h = x * w
    h.view(3).mul_(2)
    return h


def _without_gradients(x: Any, w: Any) -> Any:
    with torch.no_grad():
        h = x * w
    return h * w


class Straight(torch.autograd.Function):  # type: ignore[misc,name-defined]
    """Rounded, with the gradient of what is not."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return torch.floor(x)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        return gradient


def _hooked(x: Any, w: Any) -> Any:
    h = x * w
    h.register_hook(lambda gradient: 2 * gradient)
    return h


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x, w: (x * w).detach() * w, "`detach`: what is detached depends on a parameter"),
        (lambda x, w: (x * w).detach_() + w, "`detach_`: what is detached depends on a parameter"),
        (_without_gradients, r"a part without gradients \(torch.no_grad\)"),
        (_changed_in_place, "`mul_`: what is changed in place has another name"),
        (lambda x, w: w * F.dropout(x, 0.5), "`dropout`: a random mask"),
        (lambda x, w: w * torch.rand(3), "`rand`: random numbers"),
        (lambda x, w: Straight.apply(x * w) + w, "is not that of the operations of the forward pass"),
        (_hooked, "is not that of the operations of the forward pass"),
    ],
)
def test_what_would_change_a_gradient_silently_is_a_fault(function: Any, message: str) -> None:
    module = nn.Sequential(nn.Linear(3, 3), Function(function))
    with pytest.raises(InputError, match=message):
        derive.from_torch(module, torch.rand(3), torch.rand(3), nn.MSELoss())


def test_an_index_with_padding_has_no_gradient() -> None:
    module = nn.Embedding(3, 2, padding_idx=0)
    with pytest.raises(InputError, match=r"layer module|the loss or the module itself: `embedding`: padding_idx"):
        derive.from_torch(module, torch.tensor([1, 0]), torch.rand(2, 2), nn.MSELoss())


def test_the_module_is_left_as_it_was() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    derive.from_torch(module, torch.rand(4, 2), torch.rand(4, 3), nn.MSELoss())
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())


def test_heads_are_worked_out_one_by_one() -> None:
    torch.manual_seed(1)
    problem = derive.from_torch(SelfAttention(need_weights=False), torch.rand(3, 4), torch.rand(3, 4), nn.MSELoss())
    names = [equation.name.id for equation in problem.equations]
    assert {"S_1", "alpha_1", "H_1", "S_2", "alpha_2", "H_2"} <= set(names)
    assert [given.name.id for given in problem.givens if not given.parameter] == ["x", "target"]

"""Modules of PyTorch as problems: their gradients against autograd's. Runs where the extra `torch` is installed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

import derive
from derive.errors import InputError, ToolError
from derive.pytorch.rows import ROWS

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")
nn: Any = torch.nn

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::FutureWarning")

DOUBLE = torch.float64


def gradients(module: Any, x: Any, target: Any, loss: Callable[..., Any]) -> tuple[list[float], list[float]]:
    """The loss and every entry of every gradient: ours, and autograd's in double precision."""
    problem = derive.from_torch(module, x, target, loss)
    solution = derive.solve(problem)
    value = loss(module(x), target)
    module.zero_grad()
    value.backward()
    theirs = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    ours = [solution[f"dL/d{given.name.id}"].value_text for given in problem.givens if given.parameter]
    assert len(ours) == len(theirs)
    return (
        [float(Fraction(solution["L"].value_text)), *(x for value in ours for x in flat(value))],
        [value.item(), *(x for gradient in theirs for x in gradient.flatten().tolist())],
    )


def flat(value: Any) -> list[float]:
    return [float(Fraction(value))] if isinstance(value, str) else [x for part in value for x in flat(part)]


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
    "parts": lambda: (Parts(), torch.randn(4), torch.rand(18), nn.MSELoss()),
    "products": lambda: (Products(), torch.rand(4, 3), torch.rand(4), nn.MSELoss()),
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_gradients_agree_with_autograd(name: str) -> None:
    torch.manual_seed(1)
    module, x, target, loss = MODULES[name]()
    target = target.to(DOUBLE) if target.is_floating_point() else target
    ours, theirs = gradients(module.to(DOUBLE), x.to(DOUBLE), target, loss)
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-14)


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
    module = nn.Sequential(nn.Linear(3, 3), nn.Hardswish(), nn.Linear(3, 3), nn.CELU())
    with pytest.raises(InputError) as caught:
        derive.from_torch(module, torch.rand(3), torch.rand(3), nn.MSELoss())
    (fault,) = caught.value.faults
    assert fault.message == "layer 1: `hardswish` has no row" and "leaky_relu" in fault.hint


@pytest.mark.parametrize(
    ("module", "target", "loss", "message"),
    [
        (nn.Linear(3, 3), torch.rand(3), nn.MSELoss(reduction="none"), "the loss is not a single number|each entry"),
        (nn.Dropout(), torch.rand(3), nn.MSELoss(), r"`dropout`: a random mask: call module.eval\(\)"),
        (nn.GELU("tanh"), torch.rand(3), nn.MSELoss(), "approximate = tanh is not worked out, only none"),
        (nn.Linear(3, 1), torch.rand(1), nn.BCEWithLogitsLoss(torch.ones(1)), "a loss with `weight`"),
    ],
)
def test_what_cannot_be_said_is_a_fault(module: Any, target: Any, loss: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        derive.from_torch(module, torch.rand(3), target, loss)


def test_a_module_that_cannot_be_traced_is_said() -> None:
    class Branching(nn.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x if x.sum() > 0 else -x

    with pytest.raises(ToolError, match="PyTorch cannot trace the module"):
        derive.from_torch(Branching(), torch.rand(3), torch.rand(3), nn.MSELoss())


def test_the_table_names_operations_of_pytorch() -> None:
    assert all(hasattr(torch.ops.aten, key) for key in set(ROWS) - {"getitem"})

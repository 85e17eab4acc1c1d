"""The building blocks of small image networks, as their authors write them: their gradients against autograd's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.autograd import gradients

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")
nn: Any = torch.nn

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning", "default::FutureWarning")


class Fire(nn.Module):  # type: ignore[misc]
    """Squeezed to few channels, then widened in two ways. Source: Iandola et al., SqueezeNet (2016)."""

    def __init__(self, ins: int, few: int, outs: int) -> None:
        super().__init__()
        self.squeeze, self.activation = nn.Conv2d(ins, few, 1), nn.ReLU(inplace=True)
        self.narrow, self.wide = nn.Conv2d(few, outs, 1), nn.Conv2d(few, outs, 3, padding=1)

    def forward(self, x: Any) -> Any:
        x = self.activation(self.squeeze(x))
        return torch.cat([torch.relu(self.narrow(x)), torch.relu(self.wide(x))], 1)


class Inverted(nn.Module):  # type: ignore[misc]
    """Widened, filtered channel by channel, narrowed, added. Source: Sandler et al., MobileNetV2 (2018)."""

    def __init__(self, channels: int, activation: Any = nn.ReLU6) -> None:
        super().__init__()
        wide = 2 * channels
        self.conv = nn.Sequential(
            nn.Conv2d(channels, wide, 1, bias=False), nn.BatchNorm2d(wide), activation(inplace=True),
            nn.Conv2d(wide, wide, 3, 1, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), activation(inplace=True),
            nn.Conv2d(wide, channels, 1, bias=False), nn.BatchNorm2d(channels),
        )  # fmt: skip

    def forward(self, x: Any) -> Any:
        return x + self.conv(x)


class Excitation(nn.Module):  # type: ignore[misc]
    """Each channel scaled by what all of them say. Source: Hu et al., Squeeze-and-Excitation Networks (2018)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pool, self.down, self.up = nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 2, 1), nn.Conv2d(2, channels, 1)

    def forward(self, x: Any) -> Any:
        return torch.sigmoid(self.up(nn.functional.silu(self.down(self.pool(x))))) * x


class Shuffled(nn.Module):  # type: ignore[misc]
    """Half of the channels filtered, then both halves mixed. Source: Ma et al., ShuffleNet V2 (2018)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(nn.Conv2d(half, half, 3, padding=1, groups=half), nn.Tanh())

    def forward(self, x: Any) -> Any:
        left, right = x.chunk(2, dim=1)
        both = torch.cat((left, self.branch(right)), dim=1)
        n, c, h, w = both.size()
        return both.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


def network(*layers: Any) -> Any:
    """The layers, and a class for what they find in each channel."""
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(1))


MODELS = {
    "fire, windows that hang over": lambda: network(
        nn.Conv2d(1, 3, 3, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(3, 2, 2)
    ),
    "windows of a column that hang over": lambda: nn.Sequential(
        nn.Flatten(2), nn.Conv1d(1, 4, 3), nn.MaxPool1d(3, 2, 1, ceil_mode=True), nn.AdaptiveAvgPool1d(1), nn.Flatten(1)
    ),
    "a ceiling that no window needs": lambda: network(nn.Conv2d(1, 4, 2), nn.AvgPool2d(2, ceil_mode=True)),
    "inverted residuals": lambda: network(nn.Conv2d(1, 4, 3, 2), Inverted(4)),
    "inverted residuals, hard swish": lambda: network(nn.Conv2d(1, 4, 3, 2), Inverted(4, nn.Hardswish)),
    "excitation": lambda: network(nn.Conv2d(1, 4, 3, 2), Excitation(4)),
    "shuffled channels": lambda: network(nn.Conv2d(1, 4, 3, 2), Shuffled(4)),
    "groups of several channels": lambda: network(nn.Conv2d(1, 4, 3, 2), nn.Conv2d(4, 4, 3, groups=2)),
    "shares of an image": lambda: nn.Sequential(
        nn.Conv2d(1, 2, 2), nn.AdaptiveAvgPool2d((2, 4)), nn.AdaptiveMaxPool2d((2, 1)), nn.Flatten(1)
    ),
    "dropout in place": lambda: nn.Sequential(
        nn.Flatten(1), nn.Linear(81, 3), nn.Hardswish(inplace=True), nn.Dropout(0.2, inplace=True), nn.Linear(3, 4)
    ),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("images", [1, 2])
def test_gradients_agree_with_autograd(name: str, images: int) -> None:
    torch.manual_seed(3)
    model = MODELS[name]().to(torch.float64).eval()
    x = torch.randn(images, 1, 9, 9, dtype=torch.float64).round(decimals=2)
    ours, theirs = gradients(model, x, torch.arange(images) + 1, nn.CrossEntropyLoss())
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)

"""Tasks for the engines that do a class's work: a slow one, one that fails, one whose worker dies."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from derive.errors import ToolError


def slow_square(x: int) -> int:
    """The first takes longest."""
    time.sleep(0.2 * (x == 0))
    return x * x


def fails(x: int) -> int:
    raise ToolError(f"no {x}", "a hint")


def dies_once(folder: Path, x: int) -> int:
    """Kills its own process at 5, the first time."""
    if x == 5 and not (folder / "died").exists():
        (folder / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return x * x

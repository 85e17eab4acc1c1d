"""How far a long command is, on one line of a terminal."""

import sys
import time
from contextlib import AbstractContextManager
from typing import TextIO

_WIDTH = 24
_PAUSE = 0.1


class Progress(AbstractContextManager["Progress"]):
    """A bar for `total` things. Silent where `stream` is no terminal."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.total, self.done, self.begun = total, 0, 0
        self.start = self.shown = time.monotonic()
        self.visible = self.stream.isatty()

    def __exit__(self, *_: object) -> None:
        if self.visible:
            self.stream.write("\r\x1b[K")

    def skip(self, count: int) -> None:
        """So many were done before: they do not count for the speed."""
        self.begun += count
        self.step(count)

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self.done += count
        now = time.monotonic()
        if self.visible and (now - self.shown >= _PAUSE or self.done == self.total):
            self.shown = now
            self.stream.write(f"\r{self.line(now - self.start)}\x1b[K")
            self.stream.flush()

    def line(self, seconds: float) -> str:
        """The bar after some seconds.

        >>> Progress(200).line(0)
        '[------------------------] 0 of 200'
        """
        filled = _WIDTH * self.done // max(1, self.total)
        bar = f"[{'#' * filled}{'-' * (_WIDTH - filled)}] {self.done} of {self.total}"
        made = self.done - self.begun
        if not made or seconds <= 0:
            return bar
        left = round((self.total - self.done) * seconds / made)
        return f"{bar}, {made / seconds:.1f} a second, {left // 60}:{left % 60:02d} left"

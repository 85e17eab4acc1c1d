"""Python's garbage collector, kept from looking over and over at what a problem of many steps is made of."""

import gc
from contextlib import ContextDecorator
from threading import Lock

RARELY = (100_000, 1000, 1000)
"""Containers that are made before the youngest are looked at, and how many such looks before the older ones are."""


class RareCollection(ContextDecorator):
    """While a block or a decorated function runs, garbage is looked for rarely: a derivation makes many containers that
    live long and hardly one circle, and half of a large batch's time went into looking. The setting is the process's;
    the last block that ends, of any thread, puts it back, and what was made is from then on among what lives longest.
    """

    _lock = Lock()
    _running = 0
    _before = (0, 0, 0)

    def __enter__(self) -> None:
        with self._lock:
            if not RareCollection._running:
                RareCollection._before = gc.get_threshold()
                if RareCollection._before[0]:  # 0: whoever runs us has switched it off
                    gc.set_threshold(*RARELY)
            RareCollection._running += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            RareCollection._running -= 1
            if not RareCollection._running:
                gc.set_threshold(*RareCollection._before)
                if not gc.get_freeze_count():  # else unfreezing would undo what whoever runs us has frozen
                    gc.freeze()
                    gc.unfreeze()


rarely_collecting = RareCollection()

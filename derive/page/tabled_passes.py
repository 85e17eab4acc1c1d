"""Which passes the table of a training has."""

from derive.problem.training.model import Samples, Update

MOST_ROWS = 24
"""Of a table, so many rows stand on a page."""


def tabled(update: Update | None, samples: Samples | None) -> tuple[int, ...]:
    """The passes that the table has: all of a few, the last of each epoch, or 1, 2, 5, 10, 20, 50, …"""
    if update is None or update.steps == 1:
        return ()
    if update.steps <= MOST_ROWS:
        return tuple(range(1, update.steps + 1))
    if samples and in_epochs(update, samples):
        per_epoch = samples.count // samples.batch
        return tuple(range(per_epoch, update.steps + 1, per_epoch))
    series = {factor * 10**power for power in range(7) for factor in (1, 2, 5)}
    return tuple(sorted(k for k in {*series, update.steps} if k <= update.steps))


def in_epochs(update: Update, samples: Samples) -> bool:
    """Whether the table has a row for each epoch."""
    whole = samples.count % samples.batch == 0 and update.epochs is not None
    return whole and MOST_ROWS < update.steps <= MOST_ROWS * (samples.count // samples.batch)

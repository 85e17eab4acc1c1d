"""The direction of a text: most scripts run to the right, Arabic and Hebrew to the left."""

import unicodedata


def runs_leftward(text: str) -> bool:
    """Whether a text is written from right to left: its first letter decides, as in Unicode's algorithm (rule P2)."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"})
    return next(strong, "L") != "L"

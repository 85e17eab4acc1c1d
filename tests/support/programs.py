"""Programs of the machine that tests run and the package index does not have. `.ci/run` installs each.

A test of one is marked `@pytest.mark.needs("chromium")`: it is skipped where the program is missing, and fails there
if the environment variable `NEED_ALL` is set.
"""

from __future__ import annotations

import shutil

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "firefox": ("firefox-esr", "firefox"),
    "maxima": ("maxima",),
    "pandoc": ("pandoc",),
    "pdftoppm": ("pdftoppm",),
    "pdftotext": ("pdftotext",),
}
"""What each is called on one system or another."""


def path_of(program: str) -> str | None:
    """Where a program lies, if this machine has it."""
    return next(filter(None, map(shutil.which, PROGRAMS[program])), None)

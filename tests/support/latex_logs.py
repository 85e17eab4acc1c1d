"""What a log of LaTeX says of a page that does not look as it should."""

from __future__ import annotations

import re


def overfull(log: str) -> list[str]:
    """LaTeX's lines about boxes wider or higher than their place, in the order of the pages."""
    return re.findall(r"^Overfull \\[hv]box .+", log, re.MULTILINE)


def missing_glyphs(log: str) -> list[str]:
    """The characters, each once and as LaTeX writes them, that a font lacks and the page leaves out."""
    return list(dict.fromkeys(re.findall(r"^Missing character: There is no (\S+)", log, re.MULTILINE)))

"""What is shipped inside a page, whose it is, and under which licence."""

from dataclasses import dataclass
from importlib.metadata import version

from derive.interactive.fetching import FLINT, MATHLIVE, PYODIDE
from derive.version import VERSION


@dataclass(frozen=True, slots=True)
class ShippedPart:
    """A part of a page: its name with its version, its SPDX licence, and where it comes from."""

    name: str
    licence: str
    home: str


def licences() -> tuple[ShippedPart, ...]:
    """What a page holds."""
    return (
        ShippedPart(f"derive {VERSION}", "MIT", "derive contributors"),
        ShippedPart(f"Pyodide {PYODIDE.version}", "MPL-2.0", "pyodide.org"),
        ShippedPart("CPython 3.14", "PSF-2.0", "python.org"),
        ShippedPart(f"python-flint {FLINT.version}", "MIT", "github.com/flintlib/python-flint"),
        ShippedPart("FLINT 3.6", "LGPL-3.0-or-later", "flintlib.org"),
        ShippedPart("GNU MP 6.3", "LGPL-3.0-or-later", "gmplib.org"),
        ShippedPart("GNU MPFR 4.2", "LGPL-3.0-or-later", "mpfr.org"),
        ShippedPart(f"Jinja {version('jinja2')}", "BSD-3-Clause", "palletsprojects.com"),
        ShippedPart(f"MarkupSafe {version('markupsafe')}", "BSD-3-Clause", "palletsprojects.com"),
        ShippedPart(f"MathLive {MATHLIVE.version}", "MIT", "mathlive.io"),
        ShippedPart("KaTeX fonts", "OFL-1.1", "katex.org"),
        ShippedPart("Latin Modern Math (a part)", "LPPL-1.3c (GUST)", "gust.org.pl"),
    )

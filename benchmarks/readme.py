"""README's table of figures, made anew from one run of all benchmarks: `make figures`."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from measure import HERE, QUOTES

README = HERE.parent / "README.md"
SCRIPTS = ("solution", "architectures", "sheets", "classes", "reading", "marking", "practice")
PACKAGES = ("sympy", "python-flint")
PLACE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


def quoted() -> list[list[str]]:
    """What the scripts quote, in the order in which they run. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "quotes.jsonl"
        file.touch()
        for script in SCRIPTS:
            print(f"\n{script}.py", flush=True)
            subprocess.run([sys.executable, HERE / f"{script}.py"], check=True, env=os.environ | {QUOTES: str(file)})
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def machine() -> str:
    """Where and when it ran, and with which versions."""
    processors = os.cpu_count() or 1
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (f"One run on {date.today():%Y-%m-%d}: {platform.system()}, {platform.machine()}, {processors} processors, "
            f"Python {platform.python_version()}, {packages}. Ratios count, not times.")  # fmt: skip


def main() -> None:
    """Run everything, then put the table into README."""
    rows = [["what", "derive", "beside it"], ["---"] * 3, *quoted()]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    README.write_text(PLACE.sub(lambda _: f"{table}\n\n{machine()}\n", README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()

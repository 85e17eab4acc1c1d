"""The scripts of pages, run by Node.js."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from derive.interactive.fetching import node
from derive.interactive.one_file import FOLDER


def run(*arguments: str, cwd: Path = FOLDER) -> str:
    """What Node.js prints."""
    program = node("node")
    assert program
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def script(name: str, file: str, expression: str) -> Any:
    """What an expression gives with a function of a script."""
    text = f"import {{{name}}} from '{(FOLDER / file).as_uri()}';"
    return json.loads(run("--input-type=module", "-e", f"{text} console.log(JSON.stringify({expression}))"))

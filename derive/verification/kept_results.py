"""What SymPy found for a closed form, kept by its structure: in memory, and in a small folder that is safe to lose.

SymPy takes 0.3 s to be imported and most of the time of a small page; the same network with other numbers asks it the
same question again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from derive.derivation.steps import Derivation
from derive.errors import DeriveError
from derive.files import save
from derive.language.expressions import Expr
from derive.language.names import Name
from derive.verification.expression_text import Json, decoded, decoded_options, encoded, encoded_options
from derive.verification.program import Program
from derive.version import VERSION

FOLDER_VARIABLE = "DERIVE_CACHE"
"""The environment variable that names another folder; empty: nothing is kept on disk."""
MOST_IN_MEMORY, MOST_ON_DISK = 64, 200

_memory: dict[str, SympyResults] = {}


@dataclass(frozen=True, slots=True)
class SympyResults:
    """The derivatives of a loss, in the order of the entries asked for, and a program that gives their values."""

    derivatives: tuple[Expr, ...]
    program: Program


def kept(derivation: Derivation, work_out: Callable[[], SympyResults]) -> SympyResults:
    """The results for a derivation: those known for its structure, else as `work_out` finds them."""
    names = list(derivation.shapes)
    key = _key(derivation, names)
    found = _memory.get(key) or _read(key, names)
    if found is None:
        found = work_out()
        _write(key, found, names)
    if len(_memory) >= MOST_IN_MEMORY:
        _memory.clear()
    _memory[key] = found
    return found


def folder() -> Path | None:
    """Where results are kept between runs; None: nowhere."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen is not None:
        return Path(chosen) if chosen else None
    home = {"win32": "LOCALAPPDATA"}.get(sys.platform, "XDG_CACHE_HOME")
    try:
        return Path(os.environ.get(home) or Path.home() / ".cache") / "derive"
    except RuntimeError:  # a user without a home
        return None


def _key(derivation: Derivation, names: list[Name]) -> str:
    """Tells a structure, and the program that works on it, from every other one."""
    numbers = {name: i for i, name in enumerate(names)}
    steps = [[numbers[step.name], encoded(step.expr, numbers)] for step in derivation.forward]
    shapes = [[name.id, list(shape)] for name, shape in derivation.shapes.items()]
    given = [numbers[name] for name, _ in derivation.givens]
    wanted = [numbers[name] for name in derivation.wanted]
    text = json.dumps([_program(), shapes, given, steps, wanted])
    return sha256(text.encode()).hexdigest()[:40]


@cache
def _program() -> str:
    """The version, and when what writes results last changed."""
    package = Path(__file__).parent.parent
    files = (file for name in ("calculus", "operations", "verification") for file in (package / name).rglob("*.py"))
    return f"{VERSION} {max(file.stat().st_mtime_ns for file in files)}"


def _read(key: str, names: list[Name]) -> SympyResults | None:
    """What was kept on disk; None where there is nothing, or nothing that can be read."""
    place = folder()
    if place is None:
        return None
    try:
        data = json.loads((place / f"{key}.json").read_text("utf-8"))
        derivatives = tuple(decoded(each, names) for each in data["derivatives"])
        code = tuple((op, decoded_options(options), tuple(places)) for op, options, places in data["code"])
        return SympyResults(derivatives, Program(data["inputs"], code, tuple(data["outputs"])))
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None


def _write(key: str, results: SympyResults, names: list[Name]) -> None:
    """Keep results on disk, where that can be done: of many files the oldest go."""
    place = folder()
    if place is None:
        return
    numbers = {name: i for i, name in enumerate(names)}
    program = results.program
    code: Json = [[op, encoded_options(options), list(places)] for op, options, places in program.code]
    data = {
        "derivatives": [encoded(each, numbers) for each in results.derivatives],
        "inputs": program.inputs, "code": code, "outputs": list(program.outputs),
    }  # fmt: skip
    with suppress(DeriveError, OSError):  # a disk that is full or cannot be written keeps nothing
        save(place, {f"{key}.json": json.dumps(data).encode()})
        files = sorted(place.glob("*.json"), key=lambda file: file.stat().st_mtime)
        for old in files[:-MOST_ON_DISK]:
            old.unlink(missing_ok=True)

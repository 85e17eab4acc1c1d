"""What the engine is packed of: all that its modules import is there; what cannot be fetched says what to do."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
from base64 import b85decode
from collections.abc import Iterator
from gzip import decompress
from io import BytesIO
from pathlib import Path

import pytest
from support.places import PACKAGE

from derive.errors import ToolError
from derive.interactive import engine, fetching
from derive.interactive.fetching import FLINT, PYODIDE, FetchedPackage, fetched, kept_folder

IMPORT = re.compile(r"^(?:from ([\w.]+) import|import ([\w., ]+))", re.MULTILINE)


def imported(text: str) -> Iterator[str]:
    """The modules that a text imports when it is imported itself."""
    for found in IMPORT.finditer(text):
        names = found[1] or found[2]
        yield from (name.split(" as ")[0].strip() for name in names.split(","))


@pytest.mark.slow
def test_nothing_that_the_page_imports_is_left_out() -> None:
    """Of the standard library by name, with what those modules import in turn."""
    library, sources = engine.standard_library(), engine.python_packages()
    whole = engine.library()
    places = {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name for name in whole}
    waiting = [name for file, data in sources.items() if file.endswith(".py") for name in imported(data.decode())]
    waiting += [name for file, data in library.items() if "pyodide" in file for name in imported(data.decode())]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in places and name not in seen:
            seen.add(name)
            assert places[name] in library, name
            waiting += imported(whole[places[name]].decode())
    assert {"dataclasses", "tomllib", "json", "urllib.parse", "statistics"} <= seen


@pytest.mark.slow
def test_what_a_page_imports_as_it_starts_is_packed_as_bytecode() -> None:
    """Without line numbers, of which no page shows any; what it may import later is there as it was written."""
    written = json.loads(engine.engine_text())
    packed = {
        name: decompress(b85decode(written[name].replace(",", "<").replace(".", "&")))
        for name in ("python_stdlib.zip", "packages.tar.xz")
    }
    with tarfile.open(fileobj=BytesIO(packed["packages.tar.xz"])) as archive:
        names = set(archive.getnames())
    assert {"derive/interactive/desk.pyc", "derive/studio/studio_desk.pyc", "jinja2/environment.py"} <= names
    assert "derive/interactive/desk.py" not in names
    assert {"dataclasses.pyc", "pickle.py"} <= set(engine.zip_files(packed["python_stdlib.zip"]))


def test_every_type_of_flint_that_is_used_is_packed() -> None:
    texts = [file.read_text("utf-8") for file in PACKAGE.rglob("*.py")]
    used = {name for text in texts for found in re.findall(r"^ *from flint import (.+)$", text, re.MULTILINE)
            for name in found.split("#")[0].strip("() ").split(", ")}  # fmt: skip
    assert {"arb", "fmpq"} <= used <= {"ctx", *engine.FLINT_TYPES}


@pytest.mark.slow
def test_the_same_parts_make_the_same_engine() -> None:
    for archive in (engine.zipped, engine.squeezed):
        assert archive({"b": b"1", "a": b"2"}) == archive({"a": b"2", "b": b"1"})
    assert engine.engine_text() == engine.engine_text()
    assert fetched(PYODIDE).parent == kept_folder()


def nothing(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], 1, "", "network is unreachable\n")


@pytest.mark.parametrize("package", [PYODIDE, FLINT])
def test_without_a_network_the_message_says_what_to_do(
    package: FetchedPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path))
    monkeypatch.setattr(fetching.subprocess, "run", nothing)
    monkeypatch.setattr(fetching, "node", lambda program: program)
    with pytest.raises(ToolError, match="network is unreachable") as raised:
        fetched(package)
    assert package.file in raised.value.hint and str(tmp_path) in raised.value.hint


def test_what_npm_says_is_told_by_the_line_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = """npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error network request to https://registry.example/pyodide failed, reason: getaddrinfo ENOTFOUND registry.example
npm error network This is a problem related to network connectivity.
npm error A complete log of this run can be found in: /home/s/.npm/_logs/debug-0.log
"""
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path))
    monkeypatch.setattr(fetching, "node", lambda program: program)
    failed = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(fetching.subprocess, "run", lambda *arguments, **options: failed)
    with pytest.raises(ToolError, match=r"reason: getaddrinfo ENOTFOUND registry\.example"):
        fetched(PYODIDE)


def test_without_npm_the_message_names_the_package_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path))
    monkeypatch.setattr(fetching, "node", lambda program: None)
    with pytest.raises(ToolError, match="no `npm`") as raised:
        fetched(PYODIDE)
    assert "practice" in raised.value.hint


def test_a_file_with_another_checksum_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERIVE_CACHE", str(tmp_path))

    def wrong(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        (Path(command[command.index("--pack-destination") + 1]) / PYODIDE.file).write_bytes(b"something else")
        return subprocess.CompletedProcess([], 0, "", "")

    monkeypatch.setattr(fetching, "node", lambda program: program)
    monkeypatch.setattr(fetching.subprocess, "run", wrong)
    with pytest.raises(ToolError, match="checksum"):
        fetched(PYODIDE)
    assert list(tmp_path.rglob("*.tgz")) == []

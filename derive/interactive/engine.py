"""The engine of a page: Python for WebAssembly, python-flint and this package, packed into one text of ASCII letters.

What the page does not need is left out: SymPy and its like, parts of the standard library, types of FLINT that nobody
uses. Each part is deflated, for browsers inflate by themselves, and written in base 85, which survives any server and
any mail. The packages are squeezed further: when they are unpacked, Python runs.
"""

import json
import lzma
import tarfile
import zipfile
from base64 import b85encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from gzip import compress
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from derive.files import save
from derive.interactive.bytecode import bytecode_of
from derive.interactive.fetching import FLINT, MATHLIVE, PYODIDE, fetched, kept_folder
from derive.version import VERSION
from derive.writers.base import templates

UNUSED_LIBRARY = (
    "_pyrepl", "concurrent/interpreters", "ctypes", "curses", "dbm", "doctest", "ensurepip", "ftplib", "http/",
    "idlelib", "imaplib", "lib2to3", "mailbox", "multiprocessing", "nntplib", "optparse",
    "pdb", "poplib", "profile", "profiling", "pstats", "pydoc", "pydoc_data", "pyodide_js", "smtplib", "sqlite3",
    "tkinter", "turtle", "turtledemo", "unittest", "venv", "wsgiref", "xmlrpc", "xml/sax", "xml/dom",
    "_pyio", "_pydatetime", "_pydecimal", "pickletools", "bdb", "cProfile", "configparser", "modulefinder",
    "sched", "shelve", "socketserver", "tabnanny", "trace.py", "webbrowser", "zoneinfo", "zipapp", "nturl2path",
    "logging/handlers", "logging/config", "encodings/cp", "encodings/iso", "encodings/mac", "encodings/koi",
    "encodings/big5", "encodings/euc", "encodings/gb", "encodings/hz", "encodings/johab", "encodings/shift",
    "encodings/hp", "encodings/tis", "encodings/ptcp", "argparse", "asyncio/__main__", "asyncio/proactor",
    "asyncio/tools", "asyncio/windows", "cmd.py", "colorsys", "compileall", "concurrent/futures/process", "filecmp",
    "fileinput", "gettext", "mimetypes", "netrc", "plistlib", "pty.py", "py_compile", "pyclbr", "ssl.py", "symtable",
    "timeit", "urllib/request", "urllib/robotparser", "uuid.py", "wave.py",
)  # fmt: skip
"""What begins the names of modules of the standard library that no page imports."""
KEPT_ENCODINGS = ("encodings/cp437.py", "encodings/cp1252.py")
FLINT_TYPES = ("fmpz", "fmpq", "arf", "arb", "fmpq_mat", "arb_mat")
FLINT_INNER = (
    "fmpz_mat", "fmpz_poly", "fmpq_poly", "arb_poly", "acb", "acb_mat", "acb_poly", "acb_theta", "dirichlet",
)  # fmt: skip
"""What those import."""
FLINT_LIBRARIES = "python_flint.libs/"
UNUSED_FOLDERS = (
    "classroom", "commands", "documents", "notebook", "onnx_models", "pytorch", "questions", "studio/server",
)  # fmt: skip
INNER_PACKAGES = ("jinja2", "markupsafe")
STILL = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same input makes the same bytes."""


def engine_text() -> str:
    """The engine as text: base 85 parts by name, as a JSON object. Raises ToolError if something cannot be fetched."""
    place = kept_folder() / f"engine-{_edition()}.json"
    if not place.is_file():
        save(place.parent, {place.name: packed_files(parts()).encode()})
        for old in set(place.parent.glob("engine-*.json")) - {place}:
            old.unlink(missing_ok=True)
    return place.read_text("utf-8")


def packed_files(files: Mapping[str, bytes]) -> str:
    """Files by name, each deflated and in base 85, as a JSON object."""
    return json.dumps({name: b85(compress(data, 9, mtime=0)) for name, data in files.items()})


def b85(data: bytes) -> str:
    """Bytes as printable letters, none of which ends or opens anything in HTML."""
    return b85encode(data).decode().replace("<", ",").replace("&", ".")


def parts() -> Mapping[str, bytes]:
    """What the worker loads, by name."""
    with tarfile.open(fetched(PYODIDE)) as core:
        names = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
        files = {name: _member(core, f"package/{name}") for name in names}
    standard, packages = standard_library(), python_packages()
    bytecode = bytecode_of({**standard, **packages})

    def ready(sources: Mapping[str, bytes]) -> dict[str, bytes]:
        return {f"{path}c" if path in bytecode else path: bytecode.get(path, data) for path, data in sources.items()}

    made = {"python_stdlib.zip": zipped(ready(standard)), "packages.tar.xz": squeezed(ready(packages))}
    return {**files, **_libraries(), **made}


def standard_library() -> dict[str, bytes]:
    """Of Python's standard library what a page has."""
    whole = library()
    unused = {name for name in whole if name.startswith(UNUSED_LIBRARY) and name not in KEPT_ENCODINGS}
    return {name: data for name, data in whole.items() if name not in unused}


def python_packages() -> dict[str, bytes]:
    """python-flint, this package and those that it imports."""
    return {
        **{name: data for name, data in _flint().items() if not name.startswith(FLINT_LIBRARIES)},
        **dict(_package()),
    }


def _libraries() -> dict[str, bytes]:
    """What python-flint is linked to, by the names of the files."""
    return {name.rpartition("/")[2]: data for name, data in _flint().items() if name.startswith(FLINT_LIBRARIES)}


def library() -> Mapping[str, bytes]:
    """Python's standard library as Pyodide has it."""
    with tarfile.open(fetched(PYODIDE)) as core:
        return zip_files(_member(core, "package/python_stdlib.zip"))


def mathlive() -> tuple[str, Mapping[str, bytes]]:
    """MathLive as a module's text, and its fonts."""
    with tarfile.open(fetched(MATHLIVE)) as package:
        fonts = [name for name in package.getnames() if name.endswith(".woff2")]
        script = _member(package, "package/mathlive.min.mjs").decode()
        return script, {Path(name).name: _member(package, name) for name in fonts}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive, not deflated: what it stands in is."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, STILL), files[name])
    return made.getvalue()


def squeezed(files: Mapping[str, bytes]) -> bytes:
    """An archive that Python unpacks, not the browser: a third smaller than deflated."""
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            archive.addfile(entry, BytesIO(files[name]))
    return lzma.compress(made.getvalue(), preset=6 | lzma.PRESET_EXTREME)


def zip_files(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _member(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(name)
    assert file is not None
    return file.read()


def _flint() -> dict[str, bytes]:
    """python-flint with the types that are used, the libraries it is linked to, and a start of its own that names only
    these types.
    """
    files = zip_files(fetched(FLINT).read_bytes())
    kept = {name: data for name, data in files.items() if _is_used(name)}
    lines = ["from .pyflint import ctx", *(f"from .types.{name} import {name}" for name in FLINT_TYPES)]
    return {**kept, "flint/__init__.py": "\n".join([*lines, ""]).encode()}


def _is_used(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    if folder == "flint/types":
        return file.partition(".")[0] in (*FLINT_TYPES, *FLINT_INNER, "__init__")
    return f"{folder}/" == FLINT_LIBRARIES or folder in {"flint", "flint/flint_base", "flint/utils"}


def _package() -> Iterator[tuple[str, bytes]]:
    """This package and the pure ones that it imports."""
    for file in _sources():
        yield f"derive/{file.relative_to(_root()).as_posix()}", file.read_bytes()
    for frame in templates().iterdir():
        yield f"derive/templates/{frame.name}", frame.read_bytes()
    for name in INNER_PACKAGES:
        found = find_spec(name)
        assert found is not None
        assert found.origin is not None
        folder = Path(found.origin).parent
        for file in folder.rglob("*.py"):
            yield f"{name}/{file.relative_to(folder).as_posix()}", file.read_bytes()
        yield f"{name}.dist-info/METADATA", f"Name: {name}\nVersion: {version(name)}\n".encode()


def _sources() -> Iterator[Path]:
    for file in sorted(_root().rglob("*")):
        inner = file.relative_to(_root()).as_posix()
        if file.suffix in {".py", ".toml", ".js", ".css"} and not inner.startswith((*UNUSED_FOLDERS, "templates")):
            yield file


def _root() -> Path:
    return Path(__file__).resolve().parent.parent


@cache
def _edition() -> str:
    """Tells what is packed from everything else."""
    files: Iterable[Path] = (*_sources(), *sorted(templates().iterdir()))
    inner = "".join(sha256(file.read_bytes()).hexdigest() for file in files)
    pinned = f"{VERSION} {PYODIDE} {FLINT} {UNUSED_LIBRARY} {FLINT_TYPES} {FLINT_INNER} {UNUSED_FOLDERS}"
    return sha256(f"{pinned} {inner}".encode()).hexdigest()[:16]

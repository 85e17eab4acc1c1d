"""What a user gets: the wheel's files, its command from any folder, and the commands README begins with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from support.places import ROOT
from support.programs import PROGRAMS

from derive.version import DISTRIBUTION

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that holds the wheel, and sees this one's other packages."""
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, wheel, cwd=folder)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


@pytest.mark.parametrize(
    ("source", "pattern", "target"),
    [
        ("templates", "*", "derive/templates"),
        ("derive/examples", "*.toml", "derive/examples"),
        ("derive/prose", "*.toml", "derive/prose"),
        ("derive", "py.typed", "derive"),
        ("derive/problem/schema", "*.json", "derive/problem/schema"),
        ("derive/documents/quarto", "*", "derive/documents/quarto"),
        ("derive", "*.py", "derive"),
    ],
)
def test_the_wheel_has_every_file(source: str, pattern: str, target: str, wheel: Path) -> None:
    folder = ROOT / source
    files = {path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if path.is_file()}
    assert files
    assert {f"{target}/{name}" for name in files} <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_has_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    name, version, *_ = wheel.name.split("-")
    assert {name.split("/")[0] for name in names} == {"derive", f"{name}-{version}.dist-info"}
    assert [name for name in names if "__pycache__" in name] == []


def test_the_installed_package_is_used(installed: Path, tmp_path: Path) -> None:
    place = run(installed / "python", "-c", "import derive; print(derive.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize("command", [("python", "-m", "derive"), ("derive",)])
def test_the_examples_are_listed(command: tuple[str, ...], installed: Path, tmp_path: Path) -> None:
    listed = run(installed / command[0], *command[1:], "example", "--list", cwd=tmp_path)
    names = {path.stem for path in (ROOT / "derive" / "examples").glob("*.toml")}
    assert [name for name in names if name not in listed] == []


def test_an_example_is_written_from_any_folder(installed: Path, tmp_path: Path) -> None:
    run(installed / "python", "-m", "derive", "example", "-o", "out", "--to", "md", cwd=tmp_path)
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"notes.md", "notes-network.svg", "notes-graph.svg"}
    assert (tmp_path / "out" / "notes.md").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("command", ["make example", "make test"])
def test_readme_begins_with_commands_that_exist(command: str) -> None:
    top = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert any(command in line for line in top)
    assert f"\n{command.removeprefix('make ')}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_ci_installs_every_program_that_tests_run() -> None:
    (table,) = re.findall(r"^declare -A PACKAGES=\((.*)\)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"\[([\w-]+)\]=", table)) == PROGRAMS.keys()


def test_the_index_takes_the_files_and_shows_the_description(wheel: Path) -> None:
    files = [wheel, *wheel.parent.glob("*.tar.gz")]
    assert len(files) == 2
    run(sys.executable, "-m", "twine", "check", "--strict", *files, cwd=wheel.parent)
    run(Path(sys.executable).with_name("check-wheel-contents"), wheel, cwd=wheel.parent)
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    assert metadata.count("\nProject-URL: ") >= 3
    links = re.findall(r"\]\(([^)]+)\)", metadata)
    assert len(links) > 10
    assert [link for link in links if not link.startswith("https://")] == []


def test_what_installs_an_extra_names_the_package_as_the_index_does() -> None:
    """`derive` alone is another project there."""
    texts = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "pyproject.toml", *ROOT.glob("derive/**/*.py")]
    own = re.compile(r"\bderive\[[a-z]+")
    assert [path.name for path in texts if own.search(path.read_text("utf-8"))] == []
    assert f'name = "{DISTRIBUTION}"' in (ROOT / "pyproject.toml").read_text("utf-8")

"""The folder of a class: what it keeps, and that it opens as it was made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from derive.classroom.folder.classroom import Classroom
from derive.errors import DeriveError, InputError

PROBLEM = """\
title = "A unit"
[data]
x = 2
[parameters]
w = 0.5
[model]
equations = "L = (w x - 3)^2"
loss = "L"
"""
ROSTER = "student_id,last_name,first_name,email\n1,Noether,Emmy,e@x.org\n2,,Anna,\n3,Hopper,Grace,\n"


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A problem, a roster, and the folder for the class."""
    (tmp_path / "unit.toml").write_text(PROBLEM)
    (tmp_path / "list.csv").write_text(ROSTER)
    return tmp_path / "unit.toml", tmp_path / "list.csv", tmp_path / "class"


def test_a_class_opens_as_it_was_made(given: tuple[Path, Path, Path]) -> None:
    problem, roster, folder = given
    made = Classroom.create(folder, problem, roster)
    problem.unlink()
    roster.unlink()
    opened = Classroom.open(folder)
    assert opened.manifest == made.manifest
    assert (opened.problem.name, opened.problem.title) == ("unit", "A unit")
    assert [student.name for student in opened.roster] == ["Emmy Noether", "Grace Hopper"]
    assert not list(folder.glob(".derive-*"))


def test_the_seed_is_made_once_and_kept(given: tuple[Path, Path, Path]) -> None:
    problem, roster, folder = given
    seed = Classroom.create(folder, problem, roster).seed
    assert len(seed) == 32
    assert Classroom.create(folder, problem, roster).seed == seed
    assert Classroom.create(folder.with_name("other"), problem, roster).seed != seed
    with pytest.raises(DeriveError, match="another seed"):
        Classroom.create(folder, problem, roster, seed="2026")


def test_an_empty_seed_is_refused(given: tuple[Path, Path, Path]) -> None:
    problem, roster, folder = given
    with pytest.raises(DeriveError, match="seed is empty"):
        Classroom.create(folder, problem, roster, seed=" ")
    assert not folder.exists()


def test_a_class_can_be_made_again_from_its_own_folder(given: tuple[Path, Path, Path]) -> None:
    problem, roster, folder = given
    made = Classroom.create(folder, problem, roster, seed="2026")
    assert Classroom.create(folder, folder / "problem.toml", folder / "roster.csv") == made


@pytest.mark.parametrize("name", ["unit.toml", "list.csv"])
def test_nothing_is_written_for_input_that_cannot_be_used(name: str, given: tuple[Path, Path, Path]) -> None:
    problem, roster, folder = given
    problem.with_name(name).write_text("nothing = ")
    with pytest.raises(InputError, match=name):
        Classroom.create(folder, problem, roster)
    assert not folder.exists()


def test_a_folder_that_is_no_class(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match="not the folder of a class"):
        Classroom.open(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '"x"'])
def test_a_manifest_that_cannot_be_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DeriveError, match="cannot be read"):
        Classroom.open(tmp_path)


def test_a_manifest_with_a_wrong_value(given: tuple[Path, Path, Path]) -> None:
    problem, roster, folder = given
    Classroom.create(folder, problem, roster)
    data = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(data | {"seed": 7}))
    with pytest.raises(DeriveError, match="`7` is not a text"):
        Classroom.open(folder)

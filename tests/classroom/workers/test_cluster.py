"""Work done on a Dask cluster: the results of one process, also where a worker dies. All on one cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.classes import SmallClass, answer_file
from support.tasks import dies_once, fails, slow_square

from derive.classroom import grading
from derive.classroom.grading import GradingOptions
from derive.classroom.papers import production
from derive.classroom.workers.engine import engine
from derive.commands.cli import main
from derive.errors import ToolError

distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="kills by signal")]
PEOPLE = [f"Last{number},First" for number in range(24)]


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    """A cluster of two worker processes, each with two threads."""
    settings = {"n_workers": 2, "threads_per_worker": 2, "processes": True, "dashboard_address": ":0"}
    with distributed.LocalCluster(**settings) as cluster:
        yield cluster


@pytest.fixture
def cluster(started: Any) -> str:
    """The address of the cluster, when both of its workers live."""
    started.wait_for_workers(2, timeout=120)
    return str(started.scheduler_address)


def test_a_cluster_gives_the_same_results(cluster: str) -> None:
    with engine(cluster=cluster) as run:
        assert list(run(slow_square, range(40))) == [x * x for x in range(40)]
        assert list(run(slow_square, [])) == []


def test_an_error_arrives_whole_from_a_cluster(cluster: str) -> None:
    with engine(cluster=cluster) as run, pytest.raises(ToolError) as raised:
        list(run(fails, range(3)))
    assert (raised.value.message, raised.value.hint) == ("no 0", "a hint")


def test_a_cluster_outlives_a_worker(cluster: str, tmp_path: Path) -> None:
    with engine(cluster=cluster) as run:
        assert list(run(partial(dies_once, tmp_path), range(20))) == [x * x for x in range(20)]
    assert (tmp_path / "died").exists()


def losing(save: Callable[..., Any], started: Any, killed: list[int]) -> Callable[..., Any]:
    """What saves files, and at the first of them kills a worker of the cluster."""

    def save_and_kill(*arguments: Any) -> Any:
        if not killed:
            killed.append(next(iter(started.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)
        return save(*arguments)

    return save_and_kill


def written(folder: Path) -> dict[str, bytes]:
    """Every file but the report's PDF."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pdf")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_class_is_made_of_the_same_files_where_a_worker_is_lost(
    started: Any, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small, killed = SmallClass(tmp_path / "small", people=PEOPLE), list[int]()
    made = ["class", str(small.folder / "hidden.toml"), "--roster", str(small.folder / "roster.csv"),
            "--seed", "a seed", "--to", "toml,md", "-o"]  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr(production, "save", losing(production.save, started, killed))
        assert main([*made, str(tmp_path / "on a cluster"), "--cluster", cluster]) == 0
    assert killed and f"{len(PEOPLE)} made" in capsys.readouterr().out
    assert main([*made, str(tmp_path / "here"), "--workers", "1"]) == 0
    assert written(tmp_path / "on a cluster") == written(tmp_path / "here")


def test_a_class_is_marked_the_same_where_a_worker_is_lost(
    started: Any, cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, killed = SmallClass(tmp_path / "small", people=PEOPLE[:8]), list[int]()
    (tmp_path / "back").mkdir()
    for student in small.room.roster:
        (tmp_path / "back" / f"{student.id}.toml").write_text(answer_file(small.answers(student.id, "A_1")), "utf-8")
    monkeypatch.setattr(grading, "BATCH", 1)
    with monkeypatch.context() as patched:
        patched.setattr(grading, "save", losing(grading.save, started, killed))
        small.marked(tmp_path / "back", options=GradingOptions(("md",), cluster=cluster))
    assert killed
    on_a_cluster = written(small.grades)
    small.grades.rename(tmp_path / "grades on a cluster")
    small.marked(tmp_path / "back", options=GradingOptions(("md",), workers=1))
    assert written(small.grades) == on_a_cluster

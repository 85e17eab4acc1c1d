"""Where work is done: every engine gives the same results in the same order, and outlives its workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.tasks import dies_once, fails, slow_square

from derive import __version__
from derive.classroom.workers.engine import check_versions, engine
from derive.errors import ToolError

pytestmark = pytest.mark.slow


def square(x: int) -> int:
    return x * x


def dies(x: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return x


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    with engine(workers) as run:
        assert list(run(slow_square, range(40))) == [x * x for x in range(40)]
        assert list(run(square, [])) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_tasks_are_taken_only_as_they_are_needed(workers: int) -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        while taken < 1000:
            taken += 1
            yield taken

    with engine(workers) as run:
        results = run(square, tasks())
        assert [next(results) for _ in range(3)] == [1, 4, 9]
        assert taken <= 10


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_function_arrives_whole(workers: int) -> None:
    with engine(workers) as run, pytest.raises(ToolError) as raised:
        list(run(fails, range(3)))
    assert (raised.value.message, raised.value.hint) == ("no 0", "a hint")


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    with engine(2) as run:
        assert list(run(partial(dies_once, tmp_path), range(20))) == [x * x for x in range(20)]
    assert (tmp_path / "died").exists()


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_workers_that_always_die_are_given_up() -> None:
    with engine(2) as run, pytest.raises(ToolError, match="died 3 times"):
        list(run(dies, range(4)))


def test_no_cluster_at_the_address() -> None:
    pytest.importorskip("distributed", reason="needs the extra `dask`")
    with pytest.raises(ToolError, match="no Dask cluster answers"), engine(cluster="not an address"):
        pass


def test_a_cluster_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ToolError, match=r"derive-notes\[dask\]"), engine(cluster="tcp://127.0.0.1:1"):
        pass


def test_a_cluster_with_another_version_is_refused() -> None:
    with pytest.raises(ToolError, match=r"tcp://b has derive 9\.9"):
        check_versions({"tcp://a": __version__, "tcp://b": "9.9"})
    with pytest.raises(ToolError, match="no workers"):
        check_versions({})


_SLEEPING = """
import multiprocessing, threading, time
from derive.classroom.workers.engine import engine

def tell():
    while len(workers := multiprocessing.active_children()) < 2:
        time.sleep(0.05)
    time.sleep(1)
    print(*(worker.pid for worker in workers), flush=True)

with engine(2) as run:
    threading.Thread(target=tell).start()
    list(run(time.sleep, [60.0] * 4))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_with_the_process_that_started_them() -> None:
    with subprocess.Popen([sys.executable, "-c", _SLEEPING], stdout=subprocess.PIPE, text=True) as main:
        assert main.stdout is not None
        workers = main.stdout.readline().split()
        main.kill()
    assert len(workers) == 2
    end = time.monotonic() + 10
    while any(map(lives, workers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(lives, workers))


def lives(process: str) -> bool:
    """Whether a process is there and does more than wait to be forgotten."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

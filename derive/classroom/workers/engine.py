"""Where work is done: in this process, in several, or on a Dask cluster; the results are the same.

A function is called with each task, wherever there is room. Results come back in the order of the tasks; only a few
tasks for each worker are under way at any time, so that memory depends neither on their number nor on the results'. A
task whose worker dies is done again.

    with engine(workers=4, cluster=None) as run:
        for result in run(function, tasks):
            ...

`function` and the tasks are sent to the workers: a function of a module, or a `partial` of one. What it needs for many
tasks (a problem's blueprint) it keeps in its module, by `functools.cache`.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from threading import Lock, Thread
from typing import Any, Protocol, TypeVar

from derive.errors import ToolError, of_extra
from derive.version import VERSION

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 3
"""Tasks under way for each worker."""
DEATHS = 3
"""How often the workers may die with the same task first in line."""


class Run(Protocol):
    """Calls a function with each task; the results in the tasks' order. What the function raises is raised."""

    def __call__(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]: ...


@contextmanager
def engine(workers: int | None = None, cluster: str | None = None) -> Iterator[Run]:
    """The engine that the command line asks for; all of this machine's cores by default.

    Raises ToolError where a cluster cannot be reached, or the package for it is missing.
    """
    if cluster is not None:
        with _dask(cluster) as run:
            yield run
    elif (workers or cores()) == 1:
        yield _serial
    else:
        with _Pool(workers or cores()) as pool:
            yield pool.run


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _serial(function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
    return map(function, tasks)


class _Pool(AbstractContextManager["_Pool"]):
    """Processes of this machine, started anew when one of them dies."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.executor = self._started()

    def __exit__(self, *_: object) -> None:
        self.executor.shutdown(wait=True, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, context, initializer=_begin)

    def run(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        coming, waiting = iter(tasks), deque[T]()
        futures, deaths = deque[Future[R]](), 0
        while True:
            waiting.extend(islice(coming, self.workers * AHEAD - len(waiting)))
            if not waiting:
                return
            try:
                futures.extend(self.executor.submit(function, task) for task in islice(waiting, len(futures), None))
                result = futures[0].result()
            except BrokenProcessPool:
                futures.clear()
                deaths += 1
                self._start_again(deaths)
                continue
            waiting.popleft()
            futures.popleft()
            deaths = 0
            yield result

    def _start_again(self, deaths: int) -> None:
        if deaths == DEATHS:
            raise _died()
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.executor = self._started()


def _begin() -> None:
    """What a worker does first: it leaves Ctrl-C to the process that started it, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := multiprocessing.parent_process():
        Thread(target=_outlive, args=(parent.join,), daemon=True).start()


def _outlive(ended: Callable[[], None]) -> None:
    """Wait for the end of the process that gives the work, also of one that was killed and could tell nobody."""
    ended()
    os._exit(1)


def _died() -> ToolError:
    hint = "is there enough memory? fewer --workers need less; what is done is kept, and the same command goes on"
    return ToolError(f"the worker processes died {DEATHS} times at the same place", hint)


@contextmanager
def _dask(address: str) -> Iterator[Run]:
    """The workers of a Dask cluster; its scheduler gives the task of a dead one to another."""
    with of_extra("dask", "--cluster needs the package `distributed`"):
        from distributed import Client, KilledWorker
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        hint = "`dask scheduler` prints the address of the one it starts, as tcp://10.0.0.1:8786"
        raise ToolError(f"no Dask cluster answers at {address}: {error}", hint) from None

    def run(function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        coming, futures = iter(tasks), deque[Any]()
        ahead = AHEAD * sum(client.nthreads().values())
        while True:
            futures.extend(
                client.submit(_alone, function, task, pure=False) for task in islice(coming, ahead - len(futures))
            )
            if not futures:
                return
            try:
                result: R = futures.popleft().result()
            except KilledWorker:
                raise _died() from None
            yield result

    with client:
        check_versions(client.run(_version))
        yield run


_LOCK = Lock()


def _alone(function: Callable[[T], R], task: T) -> R:
    """One call at a time in a process: the precision that values are computed with belongs to the process."""
    with _LOCK:
        return function(task)


def _version() -> str:
    return VERSION


def check_versions(versions: Mapping[str, str]) -> None:
    """Raises ToolError for a cluster without workers, or with another version than this one."""
    if not versions:
        raise ToolError(
            "the Dask cluster has no workers", "start some: dask worker ADDRESS --nthreads 1 --nworkers auto"
        )
    for worker, version in versions.items():
        if version != VERSION:
            hint = "the files must not depend on where they were made"
            raise ToolError(f"the worker at {worker} has derive {version}, this is {VERSION}", hint)

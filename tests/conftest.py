"""Options and settings that all tests share.

`python -m pytest --accept` writes the golden pages anew. Properties are tried on the same examples every time;
`--hypothesis-profile=explore` looks at new ones.
"""

from __future__ import annotations

import compileall
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis.internal.conjecture import providers
from support.programs import path_of
from support.scheduling import in_parts

import derive
from derive import examples

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what tests start finds modules compiled
sys.dont_write_bytecode = False

gc.set_threshold(50_000, 20, 100)  # worked problems live to the end: rarely is garbage looked for among them

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]

settings.register_profile("derive", deadline=None, derandomize=True, suppress_health_check=QUIET)
settings.register_profile("explore", deadline=None, suppress_health_check=QUIET, print_blob=True)
settings.load_profile("derive")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the pages under tests/golden/ anew")


LATER = frozenset(examples.names()) - {"notes", *examples.names()[::4]} | {"mazur_10000"}
"""The built-in problems that `make test-quick` leaves out: three of four, and the one of ten thousand passes."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """What is asked of every built-in problem is thousands of cases. What is left out is not put into an order."""
    for item in items:
        case = getattr(item, "callspec", None)
        if case and isinstance(name := case.params.get("name"), str) and name in LATER:
            item.add_marker(pytest.mark.slow)
    yield
    if of_several := getattr(config, "workerinput", None):
        items[:] = in_parts(items, of_several["workercount"])


def pytest_collection_finish() -> None:
    """Properties are begun here: Hypothesis looks once through all objects for random numbers, and now there are few.

    It also mixes in what stands in the source of the modules that are loaded: other examples in every process, and
    each reads all sources. Where examples are the same every time, it mixes in what it brings itself.
    """
    if settings().derandomize:
        providers._get_local_constants = lambda: providers._local_constants
    given(strategies.none())(lambda nothing: None)()


def pytest_configure(config: pytest.Config) -> None:
    """What SymPy finds is found anew, once a run, and kept for every process of it: nothing outside decides what tests
    see. What pages to practise in fetch stays where it is without a cache.
    """
    if hasattr(config, "workerinput"):
        return
    folder, fetched = (
        Path(tempfile.mkdtemp(prefix="derive-tests-")),
        Path(tempfile.gettempdir()) / "derive" / "practice",
    )
    fetched.mkdir(parents=True, exist_ok=True)
    (folder / "practice").symlink_to(fetched, target_is_directory=True)
    os.environ["DERIVE_CACHE"] = str(folder)
    config.add_cleanup(lambda: shutil.rmtree(folder))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The modules are compiled once, on every core, before processes start that would each do it alone."""
    compileall.compile_dir(Path(derive.__file__).parent, quiet=2, workers=0)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for program in (name for mark in item.iter_markers("needs") for name in mark.args):
        if path_of(program) is None:
            (pytest.fail if os.environ.get("NEED_ALL") else pytest.skip)(f"{program} is not installed")

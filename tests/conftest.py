"""Options and settings that all tests share.

`python -m pytest --accept` writes the golden pages anew. Properties are tried on the same examples every time;
`--hypothesis-profile=explore` looks at new ones.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings
from support.programs import path_of

from derive import examples

os.environ["DERIVE_CACHE"] = ""  # what SymPy finds is found anew: nothing outside the tests decides what they see

gc.set_threshold(50_000, 20, 100)  # worked problems live to the end: rarely is garbage looked for among them

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]

settings.register_profile("derive", deadline=None, derandomize=True, suppress_health_check=QUIET)
settings.register_profile("explore", deadline=None, suppress_health_check=QUIET, print_blob=True)
settings.load_profile("derive")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the pages under tests/golden/ anew")


LATER = frozenset(examples.names()) - {"notes", *examples.names()[::4]}
"""The built-in problems that `make test-quick` leaves out: three of four."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is asked of every built-in problem is thousands of cases."""
    for item in items:
        case = getattr(item, "callspec", None)
        if case and isinstance(name := case.params.get("name"), str) and name in LATER:
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from support.scheduling import ByProblem

    return ByProblem(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for program in (name for mark in item.iter_markers("needs") for name in mark.args):
        if path_of(program) is None:
            (pytest.fail if os.environ.get("NEED_ALL") else pytest.skip)(f"{program} is not installed")

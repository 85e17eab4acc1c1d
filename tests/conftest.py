"""Options and settings that all tests share.

`python -m pytest --accept` writes the golden pages anew. Properties are tried on the same examples every time;
`--hypothesis-profile=explore` looks at new ones.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from support.programs import path_of

from derive import examples

os.environ["DERIVE_CACHE"] = ""  # what SymPy finds is found anew: nothing outside the tests decides what they see

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]
EXAMPLES = frozenset(examples.names())

settings.register_profile("derive", deadline=None, derandomize=True, suppress_health_check=QUIET)
settings.register_profile("explore", deadline=None, suppress_health_check=QUIET, print_blob=True)
settings.load_profile("derive")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the pages under tests/golden/ anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    """What is run in one process: all tests of a built-in problem, which is solved once; else a module's tests."""
    values = item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
    return next((value for value in values if isinstance(value, str) and value in EXAMPLES), item.path.stem)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for program in (name for mark in item.iter_markers("needs") for name in mark.args):
        if path_of(program) is None:
            (pytest.fail if os.environ.get("NEED_ALL") else pytest.skip)(f"{program} is not installed")

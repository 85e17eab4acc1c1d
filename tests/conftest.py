"""Options and settings that all tests share.

`python -m pytest --accept` writes the golden pages anew. Properties are tried on the same examples every time;
`--hypothesis-profile=explore` looks at new ones.
"""

import pytest
from hypothesis import HealthCheck, settings

QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]

settings.register_profile("derive", deadline=None, derandomize=True, suppress_health_check=QUIET)
settings.register_profile("explore", deadline=None, suppress_health_check=QUIET, print_blob=True)
settings.load_profile("derive")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the pages under tests/golden/ anew")

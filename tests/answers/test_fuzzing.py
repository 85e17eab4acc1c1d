"""Students' text under a fuzzer that is guided by what the reader does with it, where atheris installs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.places import TESTS

pytestmark = pytest.mark.slow

RUNS = 300  # beyond the texts that it begins with


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: it has wheels for Linux alone")
def test_nothing_that_a_guided_fuzzer_finds_raises(tmp_path: Path) -> None:
    # By way of another small program: Linux counts the memory of the process that starts one as the new one's peak.
    command = ["timeout", "600", sys.executable, "-m", "support.fuzzing", str(tmp_path), str(RUNS)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, encoding="utf-8", errors="replace",
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    counted = re.search(r"Done (\d+) runs", done.stderr)
    assert counted and int(counted[1]) > RUNS, done.stderr[-3_000:]

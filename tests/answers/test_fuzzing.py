"""Students' text under a fuzzer that is guided by what the reader does with it, where atheris installs."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support import hostile
from support.places import TESTS, WORKS

pytestmark = pytest.mark.slow

RUNS = 3_000


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: it has wheels for Linux alone")
def test_nothing_that_a_guided_fuzzer_finds_raises(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for i, text in enumerate((*hostile.ANSWERS.values(), *hostile.WORKS.values())):
        (corpus / f"text{i}").write_bytes(bytes([i % 256]) + text[:2_000].encode("utf-8", "replace"))
    for path in WORKS.iterdir():
        (corpus / path.name).write_bytes(b"\x01" + path.read_bytes()[:2_000])
    # By way of another small program: Linux counts the memory of the process that starts one as the new one's peak.
    command = ["timeout", "600", sys.executable, TESTS / "support" / "fuzzing.py", str(corpus), f"-runs={RUNS}",
               "-seed=1", "-max_len=2000", "-timeout=20", "-rss_limit_mb=1000",
               f"-artifact_prefix={tmp_path}/"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    assert f"Done {RUNS} runs" in done.stderr

"""The filter of Quarto and Pandoc: a block becomes what derive writes, in every format that Pandoc writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.places import ROOT

from derive import examples
from derive.commands.cli import main

pytestmark = [pytest.mark.needs("pandoc"), pytest.mark.slow]

INLINE = '```{derive}\ntitle = "Inside"\n[data]\nx = 3\n[model]\nequations = "y = x^2 + 1"\n```\n'


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a problem and the filter that `derive quarto` writes."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "mazur.toml").write_text(examples.path("mazur").read_text("utf-8"), "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        assert main(["quarto"]) == 0
    return folder


@pytest.fixture
def folder(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(course)
    return course


def pandoc(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Pandoc with the filter."""
    head = f'---\ntitle: A course\nderive-command: "{sys.executable} -m derive"\n---\n\n'
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = ["pandoc", "-L", "_extensions/derive/derive.lua", *options]
    return subprocess.run(command, input=head + text, capture_output=True, text=True, env=environment, check=False)


def block(*lines: str) -> str:
    return "\n".join(["```{derive}", *(f"#| {line}" for line in lines), "```", ""])


@cache
def filtered(text: str) -> str:
    """What Pandoc reads and the filter makes of a document, as Pandoc's JSON: once for all that is asked of it."""
    done = pandoc(text, "-t", "json")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def parts(text: str, kind: str) -> list[Any]:
    """What of a kind stands in a document, as Pandoc's JSON has it."""

    def found(node: Any) -> list[Any]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        own = [node["c"]] if isinstance(node, dict) and node.get("t") == kind else []
        return own + [each for child in inner for each in found(child)]

    return found(json.loads(filtered(text))["blocks"])


def formulas(text: str) -> str:
    return "\n".join(formula for _, formula in parts(text, "Math"))


@pytest.mark.parametrize(
    "text",
    [
        block("file: mazur.toml", 'step: "∂L/∂W_1"', "language: de"),
        '```{.derive file="mazur.toml" step="dW_1" language="de"}\n```\n',
    ],
)
def test_a_step_in_both_ways_to_write_a_block(text: str, folder: Path) -> None:
    assert r"\frac{d L}{d W_{1}}" in formulas(text) and "0{,}000438568" in formulas(text)
    assert parts(text, "Header") == [] and parts(text, "Strong") == []


def test_a_page_has_headings_below_those_of_the_document_and_its_pictures(folder: Path) -> None:
    text = f"# Mine\n\n{block('file: mazur.toml', 'decimals: 3')}"
    levels = [header[0] for header in parts(text, "Header")]
    assert levels[0] == 1 and set(levels[1:]) == {3}
    assert all("unlisted" in header[1][1] for header in parts(text, "Header")[1:])
    pictures = [image[2][0] for image in parts(text, "Image")]
    assert len(pictures) == 2 and all(Path(picture).read_text("utf-8").startswith("<svg") for picture in pictures)
    assert r"0.138 \\ -0.038" in formulas(text) and r"\cr" not in formulas(text)


def test_a_sheet_its_key_and_a_problem_inside(folder: Path) -> None:
    sheet, key = (formulas(block("file: mazur.toml", f"{word}: true")) for word in ("sheet", "key"))
    assert r"\boxed{\qquad}" in sheet and r"\boxed{\qquad}" not in key and "0.000438568" in key
    assert "= 10" in formulas(INLINE)
    assert not list(folder.glob("problem*"))


@pytest.mark.parametrize("name", ["a.html", "a.docx", "a.tex", "a.epub"])
def test_formats_take_every_formula(name: str, folder: Path) -> None:
    document = filtered(f"{block('file: mazur.toml')}\n{INLINE}")
    command = ["pandoc", "-f", "json", "-s", "--mathml", "-o", name]
    done = subprocess.run(command, input=document, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Could not convert TeX" not in done.stderr
    assert (folder / name).stat().st_size


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (block("file: none.toml"), "none.toml"),
        (block("file: mazur.toml", "step: dL/dW_9"), "no step `dL/dW_9`"),
        (block("step: dL/dW_1"), "names a file, or holds a problem"),
        (block("file: mazur.toml", "carry: round"), "carry"),
    ],
)
def test_a_fault_stops_with_its_reason(text: str, said: str, folder: Path) -> None:
    done = pandoc(text, "-t", "html")
    assert done.returncode != 0 and said in done.stderr


def test_other_blocks_stay(folder: Path) -> None:
    assert parts("```python\nx = 1\n```\n", "CodeBlock")[0][1] == "x = 1"

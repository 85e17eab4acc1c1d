"""Notebooks, web pages and Word documents as work."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from support.solutions import solved

import derive
from derive.answers.checking import read_answers
from derive.answers.files.documents import document_text
from derive.answers.reading.written import Array
from derive.errors import InputError


def said(path: Path) -> dict[str, list[float | None]]:
    found = {answer.step: answer.content for answer in read_answers(path, solved("xor_2_2_1"))}
    return {
        step: [w and float(w.value.p) / float(w.value.q) for w in content.entries]
        for step, content in found.items()
        if isinstance(content, Array)
    }


def cell(source: str, *texts: str, kind: str = "code") -> dict[str, object]:
    outputs = [{"output_type": "execute_result", "data": {"text/plain": [text]}} for text in texts]
    return {"cell_type": kind, "source": source.splitlines(keepends=True), "outputs": outputs}


def test_a_notebook(tmp_path: Path) -> None:
    path = tmp_path / "work.ipynb"
    cells = [cell("## Forward\n$z_2 = [-0.6 0.3 0.3 -0.6]$", kind="markdown"),
             cell("import numpy as np\nA_2 = sigmoid(z_2)\nA_2", "array([[0.35, 0.58, 0.58, 0.35]])"),
             cell("L = np.mean((A_2-Y)**2); L", "0.147"),
             {"cell_type": "code", "source": "print(dz_2)",
              "outputs": [{"text": ["[[ 0.04 -0.05 -0.05  0.04]]\n"]}]}]  # fmt: skip
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    assert said(path) == {"z_2": [-0.6, 0.3, 0.3, -0.6], "A_2": [0.35, 0.58, 0.58, 0.35], "L": [0.147],
                          "dL/dz_2": [0.04, -0.05, -0.05, 0.04]}  # fmt: skip


def test_a_page(tmp_path: Path) -> None:
    path = tmp_path / "work.html"
    path.write_text(
        "<html><head><title>L = 3</title><style>p {x = 1}</style></head><body>"
        "<p>z<sub>2</sub> = [-0.6 0.3 0.3 -0.6]</p>"
        "<del>L = 9</del><table><tr><th>step</th><th>value</th></tr><tr><td>L</td>"
        "<td>1.47&middot;10<sup>-1</sup></td></tr>"
        "</table><span class=katex><math><mi>q</mi>"
        "<annotation encoding='application/x-tex'>b_2 = 0.25</annotation></math>"
        "<span aria-hidden=true>b 2 = 9</span></span></body></html>",
        encoding="utf-8",
    )
    assert said(path) == {"z_2": [-0.6, 0.3, 0.3, -0.6], "L": [0.147], "b_2": [0.25]}


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def word(body: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{W}" xmlns:m="{M}"><w:body>{body}</w:body></w:document>'
        )
    return file.getvalue()


def run(text: str, settings: str = "") -> str:
    return f"<w:r><w:rPr>{settings}</w:rPr><w:t>{text}</w:t></w:r>"


def test_a_word_document(tmp_path: Path) -> None:
    path = tmp_path / "work.docx"
    below = run("2", '<w:vertAlign w:val="subscript"/>')
    fraction = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>8</m:t></m:r></m:den></m:f>"
    entries = "".join(f"<m:e><m:r><m:t>{x}</m:t></m:r></m:e>" for x in ("-0.6", "0.3", "0.3", "-0.6"))
    matrix = f"<m:oMath><m:r><m:t>=</m:t></m:r><m:d><m:e><m:m><m:mr>{entries}</m:mr></m:m></m:e></m:d></m:oMath>"
    rows = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in row) + "</w:tr>"
        for row in (("step", "value"), ("b_2", "0.25"))
    )
    path.write_bytes(word(f"<w:p>{run('z')}{below}{matrix}</w:p><w:p>{run('L = ')}<m:oMath>{fraction}</m:oMath></w:p>"
                          f"<w:p>{run('L = 9', '<w:strike/>')}</w:p><w:tbl>{rows}</w:tbl>"))  # fmt: skip
    assert said(path) == {"z_2": [-0.6, 0.3, 0.3, -0.6], "L": [0.125], "b_2": [0.25]}


@pytest.mark.parametrize("ending", [".ipynb", ".docx"])
@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"cells": 3}', b"PK\x03\x04", b"\xff\xfe", word("<w:p>")])
def test_what_is_no_document_says_so(tmp_path: Path, ending: str, raw: bytes) -> None:
    path = tmp_path / f"work{ending}"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"no .* document that can be read"):
        derive.check(solved("xor_2_2_1"), path)


def test_any_bytes_are_a_page() -> None:
    assert document_text(b"<p><b><table>\xff</p></sub><td>", ".html").strip()

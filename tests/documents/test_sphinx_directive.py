"""The directive of Sphinx: what it takes in stands in the document, in HTML and in LaTeX; faults are told with line."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

import derive
import derive.documents
from derive import examples
from derive.documents.sphinx_directive import latex_preamble
from derive.errors import ToolError
from derive.pdf.engines import run_tex
from derive.writers.latex_words import MATH_SIGNS

pytestmark = pytest.mark.slow

INDEX = """\
# A course

Before it.

```{derive} problems/mazur.toml
:step: ∂L/∂W_1
:language: de
```

After it.

## The whole

```{derive} problems/mazur.toml
:decimals: 3
```

## A sheet

```{derive} problems/mazur.toml
:sheet:
```

## Inside

```{derive}
title = "Inside"
[data]
x = 3
[model]
equations = "y = x^2 + 1"
```
"""


class Built:
    """A document that Sphinx has set."""

    def __init__(self, folder: Path, builder: str, pages: dict[str, str], *options: str) -> None:
        source = folder / "source"
        (source / "problems").mkdir(parents=True, exist_ok=True)
        (source / "conf.py").write_text('extensions = ["myst_parser", "derive.documents"]\n')
        (source / "problems" / "mazur.toml").write_text(examples.path("mazur").read_text("utf-8"), "utf-8")
        for name, text in pages.items():
            (source / name).write_text(text, "utf-8")
        said = StringIO()
        with docutils_namespace():
            app = Sphinx(source, source, folder / builder, folder / "trees", builder, status=None, warning=said)
            app.build()
        self.folder, self.warnings = folder / builder, re.sub(r"\x1b\[[\d;]*m", "", said.getvalue())


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("html"), "html", {"index.md": INDEX})


@pytest.fixture(scope="module")
def latex(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("latex"), "latex", {"index.md": INDEX})


def body(built: Built, name: str = "index.html") -> str:
    page = (built.folder / name).read_text("utf-8")
    return unescape(page[page.index('role="main"') : page.index('class="sphinxsidebar"')])


def test_a_step_stands_between_the_text_around_it(html: Built) -> None:
    assert html.warnings == ""
    page = body(html)
    before, step, after = (page.index(text) for text in ("Before it.", r"\frac{d L}{d W_{1}}", "After it."))
    assert before < step < after
    assert r"0{,}000438568" in page[before:after]
    assert "One gradient step" not in page[before:after]


def test_a_page_has_its_parts_pictures_and_numbers(html: Built) -> None:
    page = body(html)
    whole = page[page.index("The whole") : page.index("A sheet")]
    assert re.search(r'<p class="rubric"[^>]*>.*Backward propagation', whole)
    (first, *_) = derive.solve(examples.path("mazur"), decimals=3)["dL/dnet_o"].printed
    assert first.count(".") == 1 and first in whole and "0.138498562" not in whole
    pictures = re.findall(r'<img alt="[^"]{10,}" src="([^"]+)"', whole)
    assert len(pictures) == 2
    for picture in pictures:
        assert (html.folder / picture).read_text("utf-8").startswith("<svg")


def test_headings_inside_are_none_of_the_document(html: Built) -> None:
    page = (html.folder / "index.html").read_text("utf-8")
    assert re.findall(r"<h[1-6]>(.*?)<a", page) == ["A course", "The whole", "A sheet", "Inside"]


def test_a_sheet_has_blanks_and_a_problem_may_stand_inside(html: Built) -> None:
    page = body(html)
    sheet = page[page.index("A sheet") :]
    assert r"\underline{\qquad" in sheet or r"\boxed{\qquad}" in sheet
    assert "0.000438568" not in sheet
    assert "= 10" in page[page.index("Inside") :]


def test_the_same_in_latex(latex: Built) -> None:
    assert latex.warnings == ""
    (file,) = latex.folder.glob("*.tex")
    text = file.read_text("utf-8")
    assert r"\usepackage{tikz}" in text and r"\definecolor{derivevalue}" in text
    assert text.count(r"\begin{tikzpicture}") >= 3 and ".svg" not in text
    assert r"\frac{d L}{d W_{1}}" in text and "Backward propagation" in text


def test_latex_knows_every_sign_in_a_sentence() -> None:
    signs = [sign for sign in MATH_SIGNS if not sign.isascii() and not unicodedata.combining(sign)]
    packages = r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern,amsmath,xcolor}"
    head, text = [r"\documentclass{article}", packages, latex_preamble()], " ".join(signs)
    assert run_tex("\n".join([*head, r"\begin{document}", text, r"\end{document}"])).pdf.startswith(b"%PDF")


def test_restructured_text_takes_it_too(tmp_path: Path) -> None:
    text = "A course\n========\n\n.. derive:: problems/mazur.toml\n   :step: dL/dW_2\n   :carry: rounded\n"
    built = Built(tmp_path, "html", {"index.rst": text})
    assert built.warnings == "" and r"\frac{d L}{d W_{2}}" in body(built)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("```{derive} problems/none.toml\n```", "cannot be read"),
        ("```{derive} problems/mazur.toml\n:step: dL/dW_7\n```", "no step"),
        ("```{derive} problems/mazur.toml\n:step: dL/dW_1\n:sheet:\n```", "exclude each other"),
        ("```{derive}\n```", "a problem is named"),
        ('```{derive}\n[data]\nx = 1\n[model]\nequations = "y = z"\n```', "`z`"),
        ("```{derive} problems/mazur.toml\n:carry: round\n```", "carry"),
        ("```{derive} problems/mazur.toml\n:language: xx\n```", "xx"),
    ],
)
def test_a_fault_is_told_in_the_line_of_the_directive(block: str, said: str, tmp_path: Path) -> None:
    built = Built(tmp_path, "html", {"index.md": f"# A course\n\nText.\n\n{block}\n"})
    assert said in built.warnings
    assert re.search(r"index\.md:(5|6)", built.warnings)


def test_without_myst_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive.documents, "find_spec", lambda _: None)
    with pytest.raises(ToolError, match=r"derive-notes\[sphinx\]"):
        derive.documents.setup(None)


def test_a_page_is_set_anew_when_its_problem_has_changed(tmp_path: Path) -> None:
    pages = {
        "index.md": "# A\n\n```{derive} problems/one.toml\n```\n",
        "problems/one.toml": "[data]\nx = 2\n[model]\nequations = 'y = 3 x'\n",
    }
    assert "= 6" in body(Built(tmp_path, "html", pages))
    pages["problems/one.toml"] = pages["problems/one.toml"].replace("x = 2", "x = 5")
    assert "= 15" in body(Built(tmp_path, "html", pages))

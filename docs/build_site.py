"""The documentation as a site, with a gallery of the built-in problems: `make docs` writes it to `build/site`.

    python docs/build_site.py [--no-practice] [NAME …]

The pages are those of this folder, README and CONTRIBUTING; Sphinx sets them. Each built-in problem (or those named)
gets its picture, its page, its problem file and a page to practise it in. What judges there, some 16 MB, lies beside
them once; `derive practice` puts it into each file. It is fetched by npm, or by the extra `practice`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from derive import examples, solve
from derive.classroom.workers.progress import Progress
from derive.interactive.one_file import PARTS_TO_FILL, judging_parts
from derive.interactive.practice_page import practice_page, source_of

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SOURCE, SITE = BUILD / "site-source", BUILD / "site"
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")
PICTURE = "max-height: 16rem; background: white; padding: 0.5rem"
CONFIGURATION = """\
project = "derive"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "derive"
html_extra_path = ["extra"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure"]
"""
ENGINE = "engine.js"
_WITH_ENGINE = f'<script src="{ENGINE}"></script>\n'
_FILLING = "for (const [id, text] of Object.entries(%s)) document.getElementById(id).textContent = text;\n"
"""What fills the parts of a page in that judge, before its own script runs."""
_DOCS_LINK = re.compile(r"\]\(docs/")


def main(arguments: Iterable[str] | None = None) -> None:
    """Write the sources, then have Sphinx set them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-practice", action="store_true", help="no pages to practise in: nothing is fetched")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the built-in problems of the gallery (default: all)")
    options = parser.parse_args(None if arguments is None else list(arguments))
    shutil.rmtree(SOURCE, ignore_errors=True)
    write_pages(SOURCE)
    write_gallery(SOURCE, options.names or examples.names(), practice=not options.no_practice)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(SOURCE), str(SITE)]
    subprocess.run(command, check=True)
    print(SITE / "index.html")


def write_pages(source: Path) -> None:
    """The documentation's own pages, their links as they lie here, and a table of contents."""
    source.mkdir(parents=True)
    (source / "conf.py").write_text(CONFIGURATION, "utf-8")
    pages = sorted(ROOT.glob("docs/*.md"))
    for page in (*pages, *(ROOT / name for name in TOP)):
        text = _DOCS_LINK.sub("](", page.read_text("utf-8"))
        (source / page.name).write_text(text, "utf-8")
    for picture in ROOT.glob("docs/*.png"):
        shutil.copy(picture, source)
    listed = [*(page.stem for page in pages), "gallery", "CONTRIBUTING", "CHANGELOG"]
    tree = "\n".join(["```{toctree}", ":hidden:", "", *listed, "```"])
    start = (source / "README.md").read_text("utf-8")
    (source / "README.md").unlink()
    (source / "index.md").write_text(f"{start}\n\n{tree}\n", "utf-8")


def write_gallery(source: Path, names: Iterable[str], practice: bool) -> None:
    """The page of the built-in problems by topic, and the files that it links."""
    names = set(names)
    extra = source / "extra" / "gallery"
    extra.mkdir(parents=True)
    if practice:
        (extra / ENGINE).write_text(_FILLING % json.dumps(judging_parts()), "utf-8")
    links = "its page, its problem file, and a page to practise it in" if practice else "its page, its problem file"
    lines = ["# Gallery", "", f"Each built-in problem: its picture, {links}.", ""]
    with Progress(len(names)) as bar:
        for topic, problems in examples.by_topic().items():
            chosen = [problem for problem in problems if problem[0] in names]
            lines += [f"## {topic}", ""] if chosen else []
            for name, title in chosen:
                lines += _entry(name, title, extra, practice)
                bar.step()
    (source / "gallery.md").write_text("\n".join(lines), "utf-8")


def _entry(name: str, title: str, folder: Path, practice: bool) -> list[str]:
    """One problem: its files are written, its lines returned."""
    solution = solve(examples.path(name))
    links = {"page": f"{name}.html", "problem file": f"{name}.toml"}
    (folder / links["page"]).write_text(solution.text("html"), "utf-8")
    shutil.copy(examples.path(name), folder)
    picture = next(iter(solution.pictures("md").items()), None)
    shown = []
    if picture:
        (folder / f"{name}.svg").write_text(picture[1], "utf-8")
        shown = [
            f'<img src="gallery/{name}.svg" alt="{title}" loading="lazy" style="{PICTURE}">',
            "",
        ]
    if practice:
        links["practise"] = f"{name}-practice.html"
        page = practice_page(source_of(solution.problem), PARTS_TO_FILL)
        (folder / links["practise"]).write_text(page.replace("</body>", f"{_WITH_ENGINE}</body>"), "utf-8")
    anchors = " · ".join(f'<a href="gallery/{file}">{word}</a>' for word, file in links.items())
    return [f"### {title}", "", *shown, anchors, ""]


if __name__ == "__main__":
    main()

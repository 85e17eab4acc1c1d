"""The documentation's site: its pages lead to each other, its gallery shows each problem that it is asked for."""

import re
from pathlib import Path

import pytest
from support.browsers import chromium, offline_tab, ready
from support.places import ROOT
from support.scripts import load

site = load(ROOT / "docs" / "build_site.py")


def test_pages_lead_to_each_other(tmp_path: Path) -> None:
    site.write_pages(tmp_path / "source")
    site.write_gallery(tmp_path / "source", [], practice=False)
    for page in (tmp_path / "source").glob("*.md"):
        links = re.findall(r"\]\((?!https?:|#|<)([^)#\s]+)", page.read_text("utf-8"))
        known = {"README.md": "index.md"}
        if page.name != "CHANGELOG.md":
            assert [x for x in links if not (tmp_path / "source" / known.get(Path(x).name, x)).exists()] == [], (
                page.name
            )


def test_the_gallery_has_picture_page_and_file_of_a_problem(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    site.write_gallery(tmp_path / "source", ["mazur"], practice=False)
    files = {path.name for path in (tmp_path / "source" / "extra" / "gallery").iterdir()}
    assert files == {"mazur.html", "mazur.svg", "mazur.toml"}
    text = (tmp_path / "source" / "gallery.md").read_text("utf-8")
    assert set(re.findall(r'(?:href|src)="gallery/([^"]+)"', text)) == files


@pytest.mark.slow
@pytest.mark.needs("chromium")
def test_the_pages_to_practise_in_share_what_judges(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    site.write_gallery(tmp_path / "source", ["mazur", "notes"], practice=True)
    folder = tmp_path / "source" / "extra" / "gallery"
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert (
        sizes["engine.js"] > 5_000_000 and max(sizes["mazur-practice.html"], sizes["notes-practice.html"]) < 2_000_000
    )
    text = (tmp_path / "source" / "gallery.md").read_text("utf-8")
    assert set(re.findall(r'(?:href|src)="gallery/([^"]+)"', text)) == set(sizes) - {"engine.js"}
    pages = [(folder / f"{name}-practice.html").read_text("utf-8") for name in ("mazur", "notes")]
    assert all(page.count('<script src="engine.js"></script>') == 1 for page in pages)
    with chromium() as browser:
        tab = offline_tab(browser)
        tab.goto((folder / "mazur-practice.html").as_uri())
        ready(tab)

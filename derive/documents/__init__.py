"""Pages, sheets and steps inside documents of one's own: a directive for Sphinx, a filter for Quarto and Pandoc.

extensions = ["myst_parser", "derive.documents"]      # in a conf.py of Sphinx
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.errors import ToolError
from derive.version import VERSION, install_command

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls: the directive `derive`, and what LaTeX needs for the pictures in it.

    Raises ToolError without MyST, which reads the pages.
    """
    if find_spec("myst_parser") is None:
        raise ToolError("`derive.documents` takes the package `myst-parser`", install_command("sphinx"))
    from derive.documents.sphinx_directive import DeriveDirective, latex_preamble

    app.add_directive("derive", DeriveDirective)
    app.add_latex_package("tikz")
    app.connect("config-inited", lambda _, config: _add_to_preamble(config.latex_elements, latex_preamble()))
    return {"version": VERSION, "parallel_read_safe": True, "parallel_write_safe": True}


def quarto_extension() -> dict[str, bytes]:
    """The files of Quarto's extension: a filter for Pandoc, and what tells Quarto of it."""
    folder = Path(__file__).with_name("quarto")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def _add_to_preamble(elements: dict[str, str], text: str) -> None:
    elements["preamble"] = f"{elements.get('preamble', '')}\n{text}"

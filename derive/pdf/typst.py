"""The Typst engine: finished `.typ` text in, the bytes of a tagged PDF (PDF/UA-1) out."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from derive.errors import ToolError
from derive.version import install_command

STANDARD = "ua-1"
FIRST_WORD = "#set document("
"""What every page begins with."""
_UNSET = "could not be displayed"
"""What Typst says of a character that none of its fonts has."""
_FONTS = ("manimgx_fonts", "manimgx_fonts_cjk")


def is_typst(text: str) -> bool:
    """Whether the text of a page is Typst's."""
    return text.startswith(FIRST_WORD)


def make_typst_pdf(text: str) -> bytes:
    """The PDF of a page.

    Raises:
        ToolError: Typst is not installed, or refuses the text.
    """
    try:
        pdf: bytes = _compiler().compile(text.encode(), format="pdf", pdf_standards=[STANDARD], timestamp=0)
    except RuntimeError as error:
        fonts = f"{install_command('class')} for the fonts of more scripts, or leave the character out"
        hint = fonts if _UNSET in str(error) else "the .typ file (--to typ) shows the text"
        raise ToolError(f"Typst could not set the page: {error}", hint) from None
    return pdf


@cache
def _compiler() -> Any:
    """The compiler with its own fonts and those of the extra `class`, for scripts that its own lack."""
    try:
        import typst
    except ImportError:
        hint = f'{install_command("typst")}; or write what LaTeX can set, with engine = "latex" under [page]'
        raise ToolError("this page needs Typst, which is not installed", hint) from None
    specs = [find_spec(name) for name in _FONTS]
    folders = [str(Path(spec.origin).parent) for spec in specs if spec and spec.origin]
    return typst.Compiler(font_paths=folders, ignore_system_fonts=True)

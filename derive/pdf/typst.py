"""The Typst engine: finished `.typ` text in, the bytes of a tagged PDF (PDF/UA-1) out."""

from functools import cache, partial
from json import loads
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from derive.errors import ToolError, of_extra
from derive.pdf.last_page import Remedy, Rest, well_filled
from derive.pdf.shaping import FONT_PACKAGES, folder_of
from derive.version import install_command

STANDARD = "ua-1"
FIRST_WORD = "#set document("
"""What every page begins with."""
_UNSET = "could not be displayed"
"""What Typst says of a character that none of its fonts has."""


def is_typst(text: str) -> bool:
    """Whether the text of a page is Typst's."""
    return text.startswith(FIRST_WORD)


def make_typst_pdf(text: str) -> bytes:
    """The PDF of a page.

    Raises:
        ToolError: Typst is not installed, or refuses the text.
    """
    try:
        return well_filled(partial(_set, text), itemgetter(1))[0]
    except RuntimeError as error:
        fonts = f"{install_command('class')} for the fonts of more scripts, or leave the character out"
        hint = fonts if _UNSET in str(error) else "the .typ file (--to typ) shows the text"
        raise ToolError(f"Typst could not set the page: {error}", hint) from None


def _set(text: str, remedy: Remedy | None) -> tuple[bytes, Rest | None]:
    """A page, and how far its last one is filled; None for a text that does not say it."""
    inputs = {} if remedy is None else {"tight": "true"} if remedy.tight else {"loose": str(remedy.given)}
    with TemporaryDirectory(prefix="derive-") as folder:  # what is asked of a page is asked of its file
        page = Path(folder, "page.typ")
        page.write_text(text, encoding="utf-8")
        compiler = _compiler(page, inputs)
        pdf: bytes = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=0)
        told = loads(compiler.query("<derive-rest>", field="value"))
    return pdf, Rest(**told[0]) if told else None


def _compiler(page: Path, inputs: dict[str, str]) -> Any:
    """The compiler of a page, with Typst's own fonts and those of the extra `class`, for scripts that its own lack."""
    otherwise = '; or write what LaTeX can set, with engine = "latex" under [page]'
    with of_extra("typst", "this page needs Typst, which is not installed", otherwise):
        import typst
    return typst.Compiler(page, font_paths=_fonts(), sys_inputs=inputs)


@cache
def _fonts() -> Any:
    import typst

    folders = [str(folder) for folder in map(folder_of, FONT_PACKAGES) if folder]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)

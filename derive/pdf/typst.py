"""The Typst engine: finished `.typ` text in, the bytes of a tagged PDF (PDF/UA-1) out."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from json import loads
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from derive.errors import ToolError, of_extra
from derive.pdf.last_page import Rest, remedies
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
        first = _set(text, {})
        for remedy in remedies(first.rest) if first.rest else ():
            assert first.rest
            other = _set(text, {"tight": "true"} if remedy.tight else {"loose": str(remedy.given)})
            if remedy.helps(first.rest, other.rest):
                return other.pdf
    except RuntimeError as error:
        fonts = f"{install_command('class')} for the fonts of more scripts, or leave the character out"
        hint = fonts if _UNSET in str(error) else "the .typ file (--to typ) shows the text"
        raise ToolError(f"Typst could not set the page: {error}", hint) from None
    return first.pdf


@dataclass(frozen=True, slots=True)
class _Pages:
    """A PDF, and how far its last page is filled; None for a text that does not say it."""

    pdf: bytes
    rest: Rest | None


def _set(text: str, inputs: dict[str, str]) -> _Pages:
    """A page with its `sys.inputs`."""
    with TemporaryDirectory(prefix="derive-") as folder:  # what is asked of a page is asked of its file
        page = Path(folder, "page.typ")
        page.write_text(text, encoding="utf-8")
        compiler = _compiler(page, inputs)
        pdf: bytes = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=0)
        told = loads(compiler.query("<derive-rest>", field="value"))
    return _Pages(pdf, Rest(**told[0]) if told else None)


def _compiler(page: Path, inputs: dict[str, str]) -> Any:
    """The compiler of a page, with Typst's own fonts and those of the extra `class`, for scripts that its own lack."""
    otherwise = '; or write what LaTeX can set, with engine = "latex" under [page]'
    with of_extra("typst", "this page needs Typst, which is not installed", otherwise):
        import typst
    return typst.Compiler(page, font_paths=_fonts(), sys_inputs=inputs)


@cache
def _fonts() -> Any:
    import typst

    specs = [find_spec(name) for name in _FONTS]
    folders = [str(Path(spec.origin).parent) for spec in specs if spec and spec.origin]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)

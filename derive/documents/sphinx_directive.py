"""The directive `derive` of Sphinx, in Markdown (MyST) and in reStructuredText: a page, a sheet, a key or one step.

    ```{derive} networks/neuron.toml
    :step: dL/dW_1
    ```

The problem may stand in the directive itself, in place of a file's name. What derive writes as Markdown is parsed by
MyST: formulas, tables and words are those of the document, in HTML as in LaTeX.
"""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import directives
from docutils.utils import new_document
from myst_parser.parsers.docutils_ import Parser
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from derive.documents.excerpt import KEY, PAGE, SHEET, Drawn, Excerpt, excerpt, file_text
from derive.errors import DeriveError
from derive.problem.overriding import COUNTS, WORDS
from derive.writers.latex_words import MATH_SIGNS

_COLOURS = r"""
\definecolor{derivevalue}{RGB}{20,60,120}
\definecolor{derivegradient}{RGB}{150,30,30}
"""
"""Those of pictures, as a page in LaTeX defines them."""
_DECLARING = r"""
\providecommand{\circled}[1]{\textcircled{\footnotesize #1}}
\makeatletter
\def\derivesign#1#2#3{\@ifundefined{u8:\detokenize{#2}}{\DeclareUnicodeCharacter{#1}{#3}}{}}
\makeatother
"""


def latex_preamble() -> str:
    """What a document in LaTeX needs for pages of derive: colours, and for pdfLaTeX the signs of mathematics that
    stand in sentences, where nobody has declared them.
    """
    signs = (f"\\derivesign{{{ord(c):04X}}}{{{c}}}{{{tex}}}" for c, tex in MATH_SIGNS.items() if not c.isascii())
    return "\n".join([_COLOURS, "\\ifdefined\\DeclareUnicodeCharacter", _DECLARING, *signs, "\\fi"])


INLINE = "problem"


def _word(choices: tuple[str, ...]) -> Callable[[str], str]:
    return lambda text: directives.choice(text, choices)


class DeriveDirective(SphinxDirective):
    """The directive; its options override the problem file's settings."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "step": directives.unchanged_required,
        "sheet": directives.flag,
        "key": directives.flag,
        "language": directives.unchanged_required,
        **{word: _word(choices) for word, choices in WORDS.items()},
        **dict.fromkeys(COUNTS, directives.nonnegative_int),
    }

    def run(self) -> list[nodes.Node]:
        """The nodes that stand in the directive's place."""
        wanted = [word for word in (SHEET, KEY, "step") if word in self.options]
        if bool(self.arguments) == bool(self.content) or len(wanted) > 1:
            raise self.error("a problem is named, or stands inside; `step`, `sheet` and `key` exclude each other")
        settings = tuple((key, self.options[key]) for key in ("language", *WORDS, *COUNTS) if key in self.options)
        what = self.options["step"] if wanted == ["step"] else next(iter(wanted), PAGE)
        try:
            text, name = self._problem()
            found = excerpt(text, name, what, settings)
        except DeriveError as error:
            raise self.error(str(error)) from None
        return list(self._nodes(found))

    def _problem(self) -> tuple[str, str]:
        """The problem's text, and what its pictures are called. Raises DeriveError."""
        if self.content:
            return "\n".join(self.content), INLINE
        _, file = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(file)
        return file_text(Path(file)), Path(file).stem

    def _nodes(self, found: Excerpt) -> Iterator[nodes.Node]:
        document = new_document(self.env.docname, get_default_settings(Parser))
        document.settings.myst_enable_extensions = {"dollarmath"}
        document.settings.myst_suppress_warnings = ["myst.header"]  # the page's own title is left out
        Parser().parse(found.text, document)
        for formula in document.findall(nodes.math_block):
            formula.attributes |= {"nowrap": False, "no-wrap": False, "number": None, "docname": self.env.docname}
        for image in list(document.findall(nodes.image)):
            if image["uri"] in found.pictures:
                image.parent.replace(image, self._picture(found.pictures[image["uri"]], image))
        for section in list(document.findall(nodes.section)):
            _flatten(section)
        yield from document.children

    def _picture(self, drawn: Drawn, image: nodes.image) -> list[nodes.Node]:
        """A picture as SVG, and where LaTeX sets the document as TikZ."""
        folder = Path(self.env.doctreedir) / "derive"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{sha256(drawn.svg.encode()).hexdigest()[:16]}.svg"
        file.write_text(drawn.svg, "utf-8")
        here = Path(self.env.doc2path(self.env.docname)).parent
        image["uri"] = Path(os.path.relpath(file, here)).as_posix()
        drawing: Any = nodes.raw("", f"\\begin{{center}}{drawn.tikz}\\end{{center}}", format="latex")
        return [addnodes.only("", image, expr="not latex"), drawing]


def _flatten(section: nodes.section) -> None:
    """The section's content in its place, its title as a heading that no table of contents has."""
    title, *rest = section.children
    section.parent.replace(section, [nodes.rubric("", "", *title.children), *rest])

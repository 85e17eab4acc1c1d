"""The formats, one writer each. A new format is a module here and a row in WRITERS."""

from derive.writers.base import Writer
from derive.writers.html import HtmlWriter
from derive.writers.json import JsonWriter
from derive.writers.latex import LatexWriter
from derive.writers.markdown import MarkdownWriter
from derive.writers.text import TextWriter
from derive.writers.toml import TomlWriter

WRITERS: dict[str, Writer] = {
    writer.name: writer
    for writer in (LatexWriter(), MarkdownWriter(), TextWriter(), HtmlWriter(), JsonWriter(), TomlWriter())
}

__all__ = ["WRITERS", "Writer"]

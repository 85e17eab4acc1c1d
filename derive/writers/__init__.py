"""The formats, one writer each. A new format is a module here and a row in WRITERS."""

from derive.writers.base import Writer
from derive.writers.json import JsonWriter
from derive.writers.latex import LatexWriter

WRITERS: dict[str, Writer] = {writer.name: writer for writer in (LatexWriter(), JsonWriter())}

__all__ = ["WRITERS", "Writer"]

"""A piece of the mathematics of a work, with its place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """Some mathematics as it stands in the work.

    text    with its line breaks
    line    of its first character, counted from 1
    inline  whether it stands in a sentence
    rows    the lines of rows that were put into it
    """

    text: str
    line: int
    inline: bool = False
    rows: tuple[int, ...] = ()

    def line_at(self, position: int) -> int:
        """The line of a position in the text."""
        return self.line + self.text.count("\n", 0, position)

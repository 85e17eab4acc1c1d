"""Whose copy of a page it is."""

from dataclasses import dataclass

RESERVED = "sheet:"
"""What the keys begin with that say whose copy a page is: they are no answers."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose copy of a page it is: the `code` of the sheet, the `student`'s id, the name that is printed, and a checksum
    of the `numbers` that were drawn.
    """

    code: str
    student: str
    name: str = ""
    numbers: str = ""

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """What a returned copy is known by, under reserved names."""
        numbers = ((f"{RESERVED}numbers", self.numbers),) if self.numbers else ()
        return (f"{RESERVED}code", self.code), (f"{RESERVED}student", self.student), *numbers

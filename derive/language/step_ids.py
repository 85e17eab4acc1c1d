"""What everything outside calls a value: `dL/dW_1@2[2,3]` is the entry (2, 3) of `dL/dW_1` in pass 2."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from derive.language.expressions import Index

_PARTS = re.compile(r"(?P<name>.*?)(?:@(?P<k>\d{1,9}))?(?:(?<!\^)\[(?P<entry>(?:\d{0,9},)*\d{0,9})\])?", re.DOTALL)
_BRACED = re.compile(r"\^\{((?:\[\w+\]|\(\w+\))+)\}")


@dataclass(frozen=True, slots=True)
class StepId:
    """One value, or one entry of it.

    name   the id of its name, as in `Name.id`
    k      the pass, None where none is stated
    entry  the index of the entry, counted from 1 (0 stands for a number that is missing); () for the whole value
    """

    name: str
    k: int | None = None
    entry: Index = ()

    @staticmethod
    def parse(text: str) -> StepId:
        """The parts of an id; the brackets of a superscript belong to the name, and may be spelled with braces.

        >>> StepId.parse("dL/dW_1@2[2, 3]"), StepId.parse("a^{[1]}")
        (StepId(name='dL/dW_1', k=2, entry=(2, 3)), StepId(name='a^[1]', k=None, entry=()))
        """
        found = _PARTS.fullmatch(_BRACED.sub(r"^\1", text.replace(" ", "")))
        assert found is not None
        entry = tuple(int(i or 0) for i in found["entry"].split(",")) if found["entry"] else ()
        return StepId(found["name"], int(found["k"]) if found["k"] else None, entry)

    @staticmethod
    def of_entry(step: str, index: Index) -> str:
        """The id of the entry of a step at an index counted from 0; for () the step itself."""
        return f"{step}[{','.join(str(i + 1) for i in index)}]" if index else step

    @property
    def whole(self) -> StepId:
        """The value that the entry belongs to."""
        return replace(self, entry=())

    @property
    def index(self) -> Index:
        """The index of the entry, counted from 0."""
        return tuple(i - 1 for i in self.entry)

    def __str__(self) -> str:
        passed = "" if self.k is None else f"@{self.k}"
        return f"{self.name}{passed}" + (f"[{','.join(map(str, self.entry))}]" if self.entry else "")

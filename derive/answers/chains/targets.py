"""What a left side names."""

from dataclasses import dataclass

from derive.language.expressions import Index
from derive.language.names import Name
from derive.language.step_ids import StepId


@dataclass(frozen=True, slots=True)
class Target:
    """What a left side names: a quantity, an entry or a slice of it, and whether it is meant after an update (`@1`)."""

    name: Name
    index: Index | None = None
    passes: int = 1
    updated: bool = False
    is_slice: bool = False

    @property
    def step(self) -> str:
        """The id of the step."""
        name = self.name.id  # of most it is the whole id
        return str(StepId(name, self.passes)) if self.updated or self.passes > 1 else name

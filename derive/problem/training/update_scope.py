"""What the equations of an update find in the rest of the problem."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.language.expressions import Equation, Shape
from derive.language.names import Name, Symbol
from derive.problem.reading.given_values import Given


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The model around an update.

    givens    the given values
    forward   what the forward pass computes, by id
    shapes    the shape of each of them
    loss      the loss; `has_loss`: whether one is named, be it a faulty one
    broken    given values that could not be read, by id
    plural    what has a value of its own for each sample of a batch
    equations the forward pass; of a batch that of the first sample
    losses    all of them, the loss first
    """

    givens: tuple[Given, ...]
    forward: Mapping[str, Name]
    shapes: Mapping[Name, Shape]
    loss: Symbol | None
    has_loss: bool
    broken: Mapping[str, Name] = field(default_factory=dict)
    plural: frozenset[Name] = frozenset()
    equations: tuple[Equation, ...] = ()
    losses: tuple[Symbol, ...] = ()

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """All parameters, in order."""
        return tuple(given.name for given in self.givens if given.parameter)

    @property
    def names(self) -> dict[str, Name]:
        """Everything that has a value in a pass, by id."""
        several = {name.id: name for name in self.plural}
        return {**self.broken, **several, **{given.name.id: given.name for given in self.givens}, **self.forward}

    def updated(self, only: tuple[Symbol, ...] | None) -> tuple[Symbol, ...]:
        """The parameters that an update changes."""
        return tuple(name for name in self.parameters if only is None or name in only)

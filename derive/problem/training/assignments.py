"""The equations of an update, read in order: a name that was assigned before means its new value.

A derivative of the loss is that of the pass, whatever the lines before it have changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from derive.errors import Fault, suggestion
from derive.language.cursor import Scope, named_item
from derive.language.expressions import Ref, walk
from derive.language.grammar import parse_left_side
from derive.language.names import Derivative, Name, SubscriptItem, Symbol, ascii_letter
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS
from derive.problem.reading.equation_lines import EquationLine
from derive.problem.reading.equations import WrittenEquation, read_equation
from derive.problem.training.model import ETA


@dataclass(frozen=True, slots=True)
class Scenery:
    """What the equations of an update stand among.

    names       by id what has a value before the update: given values, the forward pass, constants, `eta`, `k`
    fixed       by id what no equation may change → what it is, in words
    loss        the loss, if there is one
    parameters  with several of them, what a repetition assigns is one quantity for each
    states      ids of what [state] gives a value; None: whatever is used before it has a value begins with zeros
    taken       ids that a quantity of a rule must not have
    plural      what has a value of its own for each sample of a batch: no equation can use it
    forward     what the forward pass computes: products with derivatives of it are worked out
    rates       for each parameter what `eta` means in the lines repeated for it, where each has a rate of its own
    """

    names: Mapping[str, Name]
    fixed: Mapping[str, str]
    loss: Symbol | None
    parameters: tuple[Symbol, ...]
    states: frozenset[str] | None = None
    taken: frozenset[str] = frozenset()
    plural: frozenset[Name] = frozenset()
    forward: frozenset[Name] = frozenset()
    rates: Mapping[Symbol, Name] = field(default_factory=dict)


class Assigning:
    """Reads the lines of one update.

    begun     what has a value before the first step, whatever the equations say
    current   by id what a name means at the line that is read
    own       for each parameter what the lines repeated for it call its quantities
    called    everything assigned (as it is before the update) → what the lines and [state] may call it
    latest    everything assigned yet → its updated value
    states    what the lines remember, each with the names that [state] may give it
    """

    def __init__(self, scenery: Scenery, faults: list[Fault]) -> None:
        self.scenery, self.faults = scenery, faults
        self.current: dict[str, Name] = dict(scenery.names)
        self.begun = frozenset((*scenery.names.values(), *scenery.parameters))
        self.own: dict[Symbol, dict[str, Symbol]] = {}
        self.called: dict[Symbol, tuple[str, ...]] = {}
        self.latest: dict[Symbol, Symbol] = {}
        self.lines: dict[Symbol, EquationLine] = {}
        self.states: dict[Symbol, tuple[str, ...]] = {}

    def read(self, lines: list[EquationLine]) -> list[WrittenEquation]:
        """Every line that can be read, with the updated name on its left."""
        targets = [(line, target) for line in lines if (target := self._target(line))]
        for _, target in targets:
            self.current.setdefault(target.id, target)
            if self.scenery.states and not self.scenery.states.isdisjoint(self.called[target]):
                self.states[target] = self.called[target]
        return [item for line, target in targets if (item := self._read(line, target))]

    # --- left sides --------------------------------------------------------------------------------------------------

    def _target(self, line: EquationLine) -> Symbol | None:
        """What a line assigns, as it is before the update; None after a fault."""
        try:
            written = parse_left_side(line.text, Scope({}, FUNCTIONS, line.indices))
        except TextError as wrong:
            self.faults.append(line.fault(wrong.message, wrong.hint, (wrong.start, wrong.end)))
            return None
        target = written
        if line.each:
            target = self._own(written, *line.each)
        elif written.id in self.scenery.taken:
            target = self.current[written.id] = replace(written, subscript=(*written.subscript, "rule"))
        if what := self.scenery.fixed.get(target.id) or self.scenery.fixed.get(written.id):
            hint = "an update changes parameters, states, and names of its own"
            self.faults.append(line.fault(f"`{written}` is {what}", hint, (0, 1)))
            return None
        bare = replace(written, subscript=_without(written, line.each[0] if line.each else ""))
        self.called.setdefault(target, (written.id, bare.id, target.id))
        return target

    def _own(self, written: Symbol, letter: str, parameter: Symbol) -> Symbol:
        """What a name inside `for θ in parameters:` is for one of them."""
        own = self.own.setdefault(parameter, {ascii_letter(letter)[0]: parameter})
        if written.id not in own:
            own[written.id] = self._subscripted(written, letter, parameter)
        return own[written.id]

    def _subscripted(self, written: Symbol, letter: str, parameter: Symbol) -> Symbol:
        items = _without(written, letter)
        shared = len(self.scenery.parameters) == 1 and written.id not in self.scenery.taken
        if shared and items == written.subscript:
            return written
        return replace(written, subscript=(*items, named_item(parameter)))

    # --- lines -------------------------------------------------------------------------------------------------------

    def _read(self, line: EquationLine, target: Symbol) -> WrittenEquation | None:
        item = read_equation(line, self._names(line), self.faults)
        faults = list(self._wrong(line, target, item)) if item else []
        self.faults += faults
        self.lines.setdefault(target, line)
        self.latest[target] = target.after
        if self.current.get(target.id) == target:
            self.current[target.id] = target.after
        if item is None or faults:
            return None
        return replace(item, equation=replace(item.equation, name=target.after))

    def _names(self, line: EquationLine) -> Mapping[str, Name]:
        """What names mean at a line."""
        if line.each is None:
            return self.current
        own = self.own.get(line.each[1], {})
        rate = self.scenery.rates.get(line.each[1])
        return (
            self.current
            | ({ETA.id: rate} if rate else {})
            | {written: self.latest.get(target, target) for written, target in own.items()}
        )

    def _wrong(self, line: EquationLine, target: Symbol, item: WrittenEquation) -> Iterator[Fault]:
        if target in self.lines:
            first = self.lines[target].place.line
            message = f"`{self.called[target][0]}` is assigned a second time (first in line {first})"
            yield line.fault(message, "assign each quantity once, or give the second one another name", (0, 1))
        if item.relation != "<-":
            at = line.text.find(item.relation)
            yield line.fault(f"`{item.relation}` belongs into [model]", "an update is written with `<-`", (at, at + 1))
        for ref in walk(item.equation.expr):
            if isinstance(ref, Ref):
                yield from self._wrong_name(line, ref)

    def _is_differentiated(self, name: Name) -> bool:
        """Whether a derivative is that of a quantity of the forward pass."""
        while isinstance(name, Derivative):
            name = name.of
        return name == self.scenery.loss or name in self.scenery.forward

    def _wrong_name(self, line: EquationLine, ref: Ref) -> Iterator[Fault]:
        plural = ref.name.by if isinstance(ref.name, Derivative) else ref.name
        if plural in self.scenery.plural:
            hint = "batch = 1 takes one sample at a time"
            yield line.fault(f"`{plural}` has a value of its own for each sample of the batch", hint, ref.span)
            return
        if isinstance(ref.name, Derivative):
            if not self._is_differentiated(ref.name):
                message = f"`{ref.name}` is not a derivative of the loss"
                yield line.fault(message, 'name the loss in [model]: loss = "L"', ref.span)
            return
        if ref.name.updated or ref.name not in self.called or ref.name in self.begun or ref.name in self.states:
            return
        if self.scenery.states is None:
            self.states[ref.name] = self.called[ref.name]
            return
        called = self.called[ref.name][1]
        hint = suggestion(called, self.scenery.states) or f"give it a value before the first step: [state] {called} = 0"
        yield line.fault(f"`{called}` is used before it has a value", hint, ref.span)


def _without(name: Symbol, letter: str) -> tuple[SubscriptItem, ...]:
    """A name's subscript without the letter that stands for a parameter: `v_θ`."""
    return tuple(item for item in name.subscript if item != ascii_letter(letter)[0])

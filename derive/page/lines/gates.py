"""The gates of recurrent cells, known by what they multiply: those of an LSTM, and of a GRU.

Gers, Schmidhuber and Cummins (2000), "Learning to forget"; Cho et al. (2014), arXiv:1406.1078.
"""

from collections.abc import Iterator

from derive.calculus.building import terms_of
from derive.calculus.operation_rows import row_of
from derive.derivation.steps import Derivation, Step
from derive.language.expressions import Apply, Expr, Ref, joined_by, names_in, walk
from derive.language.names import Name, Symbol

FORGET, INPUT, CANDIDATE, OUTPUT, UPDATE, RESET = "forget", "input", "candidate", "output", "update", "reset"
_PRODUCTS = {"product", "times"}


def gates_of(derivation: Derivation) -> dict[Name, str]:
    """What each gate, and each candidate for a new state, is; of a large batch in what the page works out."""
    return dict(_Cells(derivation).found())


class _Cells:
    """Finds the cells of a derivation: states that keep a part of what they were and take in something new."""

    def __init__(self, derivation: Derivation) -> None:
        self.steps = [step for step in derivation.forward if derivation.is_worked(step.name)]
        rows = {step.name: row_of(step.expr) for step in self.steps if isinstance(step.expr, Apply)}
        self.sigmoids = {name for name, row in rows.items() if row.elementwise and row.bounds == (0, 1)}
        self.tanhs = {name for name, row in rows.items() if row.elementwise and row.bounds == (-1, 1)}

    def found(self) -> Iterator[tuple[Name, str]]:
        states: dict[Name, str] = {}
        for step in self.steps:
            gates = self._of_state(step)
            if gates:
                states[step.name] = gates[0][1]
            yield from gates
        old = {name.base for name, kind in states.items() if kind == UPDATE and isinstance(name, Symbol)}
        for step in self.steps if states else ():
            yield from self._of_output(step, states)
            if old and step.name not in states:
                yield from self._of_reset(step, old)

    def _of_state(self, step: Step) -> list[tuple[Name, str]]:
        """The gates of a state: of its old value (forget or update), of a new one (input), and that new one."""
        terms = [list(joined_by(term, *_PRODUCTS)) for term, sign in terms_of(step.expr) if sign > 0]
        kept = next((factors for factors in terms if any(_is_before(factor, step.name) for factor in factors)), None)
        new = next((factors for factors in terms if self._among(factors, self.tanhs)), None)
        if kept is None or new is None or kept is new or not (gate := self._among(kept, self.sigmoids)):
            return []
        candidate = self._among(new, self.tanhs)
        assert candidate
        if taken := self._among(new, self.sigmoids):
            return [(gate, FORGET), (taken, INPUT), (candidate, CANDIDATE)]
        again = {name for factor in new for name in names_in(factor)}
        return [(gate, UPDATE), (candidate, CANDIDATE)] if gate in again else []

    def _of_output(self, step: Step, states: dict[Name, str]) -> Iterator[tuple[Name, str]]:
        """The gate between an LSTM's cell and its output."""
        factors = list(joined_by(step.expr, *_PRODUCTS))
        cells = [f for f in factors if isinstance(f, Apply) and any(states.get(n) == FORGET for n in names_in(f))]
        gate = self._among(factors, self.sigmoids)
        if cells and gate and len(factors) > 1:
            yield gate, OUTPUT

    def _of_reset(self, step: Step, bases: set[str]) -> Iterator[tuple[Name, str]]:
        """The gate between a GRU's old state, whose letter is one of `bases`, and its candidate."""
        for node in walk(step.expr):
            factors = list(joined_by(node, *_PRODUCTS))
            gate = self._among(factors, self.sigmoids)
            old = {name for factor in factors for name in names_in(factor) if isinstance(name, Symbol)}
            if gate and len(factors) > 1 and any(name.base in bases for name in old):
                yield gate, RESET

    @staticmethod
    def _among(factors: list[Expr], names: set[Name]) -> Name | None:
        """The factor that is one of some names."""
        return next((factor.name for factor in factors if isinstance(factor, Ref) and factor.name in names), None)


def _is_before(factor: Expr, state: Name) -> bool:
    """Whether a factor is the state at another step."""
    if not isinstance(factor, Ref) or not isinstance(factor.name, Symbol) or not isinstance(state, Symbol):
        return False
    return factor.name != state and factor.name.base == state.base

"""The derivation as NumPy code: given values, a line for each step, and what it has to agree with."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from keyword import iskeyword
from math import isfinite

from flint import fmpq

from derive.calculus.scalars import MINUS_INFINITY, Num
from derive.calculus.shapes import numpy_index, numpy_shape
from derive.derivation.steps import Step
from derive.language.expressions import Entry, Ref
from derive.language.names import Name, Symbol
from derive.language.numbers import constant_text
from derive.notation.code import array_code, nested_text
from derive.problem.training.model import STEP
from derive.values.digits import INFINITE, Printed
from derive.values.values import Values
from derive.writers.base import framed
from derive.writers.notebook.double_precision import is_beyond, is_reached

RESERVED = {"np", "math", "agrees", "as_printed", "pass_number"}

EXPONENTIAL = "np.exp("


@dataclass(slots=True)
class Variables:
    """What each name is called in the code."""

    known: dict[Name, str] = field(default_factory=dict)

    def __getitem__(self, name: Name) -> str:
        if name not in self.known:
            new = "_new" if isinstance(name, Symbol) and name.updated else ""
            word = re.sub(r"[\W_]+", "_", name.id).strip("_") + new
            taken = {*RESERVED, *self.known.values()}
            wanted = f"{word}_" if iskeyword(word) else word
            numbered = (f"{wanted}_{i}" for i in range(2, len(taken) + 3))
            self.known[name] = next(each for each in (wanted, *numbered) if each not in taken)
        return self.known[name]

    def leaf(self, node: Ref | Entry) -> str:
        """A name, or an entry of its array."""
        if isinstance(node, Ref) or not node.index:
            return self[node.name]
        return f"{self[node.name]}[{', '.join(map(str, numpy_index(node.index)))}]"


class NumpyProgram:
    """The code of one run."""

    def __init__(self, values: Values, variables: Variables) -> None:
        self.values, self.variables = values, variables
        self.derivation = values.tape.derivation

    def opening(self) -> str:
        """What the code needs: `agrees`, whether numbers are those printed, `=` in full or `≈` to half a unit of their
        last place; where a calculation goes on with rounded numbers, `as_printed`, which gives these.
        """
        return framed("notebook.txt", rounds=self.values.carry == "rounded" or self.values.rounds)

    def given(self, names: Iterable[Name], k: int = 1) -> list[str]:
        """Values that are not computed."""
        return [f"{self.variables[name]} = {self._array(self.values.flat(name, k), name)}" for name in names]

    def begun(self) -> list[str]:
        """All that has a value before the first pass."""
        return self.given(self.derivation.begun)

    def _array(self, flat: Sequence[Num], name: Name) -> str:
        texts = list(map(_literal, flat))
        shape = numpy_shape(self.derivation.shapes[name])
        return f"np.array({nested_text(texts, shape)})" if shape else texts[0]

    # --- steps -------------------------------------------------------------------------------------------------------

    def computed(self, step: Step) -> str:
        """A step."""
        code = array_code(step.expr, self.derivation.shapes, self.variables.leaf)
        return f"{self.variables[step.name]} = {code}"

    def checked(self, step: Step, k: int) -> list[str]:
        """A step, and that it gives what is printed; where the page goes on with that, so does the code.

        What double precision does not reach stands as numbers.
        """
        name, computed = self.variables[step.name], self.computed(step)
        texts = list(map(_printed, self.values.printed(step.name, k)))
        shown = _in_rows(texts, step)
        exponentials = EXPONENTIAL in computed and is_beyond(step, self.values, k)
        if exponentials or not is_reached(step, texts, self.values, k):
            numbers = self._array(self.values.flat(step.name, k), step.name)
            return [f"# {computed} lacks digits in double precision", f"{name} = {numbers}"]
        if self.values.carry == "rounded" or step.rounded:
            return [computed, f'{name} = as_printed({name}, "{shown}")']
        return [computed, f'assert agrees({name}, "{shown}")']

    # --- passes ------------------------------------------------------------------------------------------------------

    def goes_on(self, k: int) -> list[str]:
        """What pass k begins with: what the update before it gave, its samples, its number."""
        return [
            *self._carried(k - 1),
            *self.given(self.derivation.turning, k),
            *self._number(str(self.values.count(k))),
        ]

    def _carried(self, k: int) -> list[str]:
        """The lines that carry over what pass k has changed."""
        carried = self.derivation.carried_from(k)
        return [f"{self.variables[step.name.before]} = {self.variables[step.name]}" for step in carried]

    def _number(self, k: str) -> list[str]:
        return [f"{self.variables[STEP]} = {k}"] if STEP in self.derivation.constants else []

    def passed_over(self, first: int, last: int) -> list[str]:
        """Passes that the page leaves out, in a loop."""
        update = self.values.problem.update
        if self.values.carry == "rounded" or self.values.rounds or (update and update.turns):
            return [*self._jump(last), *self.given(self.derivation.turning, last)]
        inside = self._carried(first)
        inside += [f"{self.variables[name]} = {self.variables[name]}_each[(pass_number - 1) % {len(taken)}]"
                   for name, taken in self._cycle()]  # fmt: skip
        inside += self._number("pass_number")
        inside += [self.computed(step) for step in self.derivation.steps]
        before = [f"{self.variables[name]}_each = [{', '.join(taken)}]" for name, taken in self._cycle()]
        return [*before, f"for pass_number in range({first}, {last + 1}):", *(f"    {line}" for line in inside)]

    def _jump(self, last: int) -> Iterator[str]:
        """Past passes that no loop works out: what the next one begins with."""
        changed = self.derivation.carried_from(last)
        for step in self.derivation.carried:
            flat, name = self.values.flat(step.name.before, last + 1), step.name
            yield f"{self.variables[name if step in changed else name.before]} = {self._array(flat, name)}"

    def _cycle(self) -> Iterator[tuple[Name, list[str]]]:
        """For each value of the samples what it is in one pass after another, until they come round again."""
        samples = self.values.problem.samples
        if not samples or not samples.turning:
            return
        passes = range(1, Fraction(samples.batch, samples.count).denominator + 1)
        each = [{given.name: given for given in samples.givens(k)} for k in passes]
        for name in samples.names():
            shape = numpy_shape(self.derivation.shapes[name])
            texts = [list(map(_decimal, given[name].values)) for given in each]
            yield name, [f"np.array({nested_text(flat, shape)})" if shape else flat[0] for flat in texts]


def _in_rows(texts: Sequence[str], step: Step) -> str:
    """The texts of a step's entries, row by row."""
    width = numpy_shape(step.shape)[-1] if step.shape else 1
    return "; ".join(" ".join(texts[i : i + width]) for i in range(0, len(texts), width))


def _literal(x: Num) -> str:
    """A number in code: as it was given, or in double precision."""
    return _decimal(Fraction(int(x.p), int(x.q))) if type(x) is fmpq else _float(x)


def _float(x: Num) -> str:
    """A ball's middle as code."""
    value = float(x)
    return repr(value) if isfinite(value) else "-np.inf" if value < 0 else "np.inf"


def _decimal(value: Fraction) -> str:
    if value == MINUS_INFINITY:
        return "-np.inf"
    text = constant_text(value)
    return text if "." in text or "/" in text else f"{text}.0"


def _printed(number: Printed) -> str:
    """A number as it is printed, with the sign of how."""
    if number.mantissa == INFINITE:
        return "=-inf"
    if number.gap or number.fraction:
        return f"≈{float(number.value)!r}"
    return f"{'=' if number.exact else '≈'}{number.text('.', 'e')}"

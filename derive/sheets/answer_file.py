"""The answer file of a sheet: every blank by its id, empty or filled in, as TOML and CSV that `derive check` reads."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from derive.calculus.shapes import indices
from derive.derivation.steps import Derivation
from derive.language.expressions import Index, Shape
from derive.language.names import Name
from derive.language.step_ids import StepId
from derive.notation.matrices import nested
from derive.page.chains import Blank
from derive.page.document import Block, Document, Numbered
from derive.problem.toml_values import toml
from derive.sheets.blanks import chains_of
from derive.solution import Solution
from derive.writers.identity import Identity

NOBODY = Identity("", "")


@dataclass(frozen=True, slots=True)
class Field:
    """A step that a sheet asks: its id, its name and pass, and its shape."""

    step: str
    name: Name
    k: int
    shape: Shape

    @property
    def indices(self) -> Sequence[Index]:
        """The entries, in the order of the flat value."""
        return indices(self.shape)

    @property
    def ids(self) -> list[str]:
        """The id of each entry: what its form field is called."""
        return [StepId.of_entry(self.step, index) for index in self.indices]

    def printed(self, solution: Solution) -> list[str]:
        """The entries as they are printed."""
        values = solution.values
        return [number.text(values.numbers.decimal, times="e") for number in values.printed(self.name, self.k)]


def fields_of(document: Document, derivation: Derivation) -> tuple[Field, ...]:
    """The steps that a document asks, each once, in the order of the page."""
    found = {
        blank.step: Field(blank.step, blank.name, k, derivation.shapes[blank.name])
        for block, k in document.blocks
        for blank in blanks_in(block)
    }
    return tuple(found.values())


def blanks_in(block: Block) -> Iterator[Blank]:
    """The places to fill in of a block."""
    for chain in chains_of(block) if isinstance(block, Numbered) else ():
        yield from (link.shown for link in chain.links if isinstance(link.shown, Blank))


def answer_text(name: str, fields: Sequence[Field], identity: Identity | None, solution: Solution | None) -> str:
    """The answer file in a format of FORMATS; without a solution every answer is empty."""
    answers = {field: field.printed(solution) if solution else [""] * len(field.indices) for field in fields}
    return FORMATS[name](answers, identity or NOBODY)


def toml_text(answers: Mapping[str, Any], identity: Identity) -> str:
    """Answers by step, each a text or nested lists of texts, as an answer file in TOML."""
    lines = [f"{toml(key)} = {_array(text)}" for key, text in (*identity.marks, *answers.items())]
    return "\n".join(lines) + "\n"


def _toml(answers: Mapping[Field, list[str]], identity: Identity) -> str:
    return toml_text({field.step: nested(texts, field.shape) for field, texts in answers.items()}, identity)


def _array(value: Any, indent: str = "") -> str:
    """Nested lists, the outer ones with a line for each row."""
    if not isinstance(value, list):
        return toml(str(value))
    if not value or not isinstance(value[0], list):
        return f"[{', '.join(map(_array, value))}]"
    rows = "".join(f"{indent}    {_array(row, indent + '    ')},\n" for row in value)
    return f"[\n{rows}{indent}]"


def _csv(answers: Mapping[Field, list[str]], identity: Identity) -> str:
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("step", "answer"))
    rows.writerows(identity.marks)
    for field, texts in answers.items():
        rows.writerows(zip(field.ids, texts, strict=True))
    return text.getvalue()


FORMATS: Mapping[str, Callable[[Mapping[Field, list[str]], Identity], str]] = {"toml": _toml, "csv": _csv}

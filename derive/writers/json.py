"""The solution as JSON: every step with its value, for scripts and for checks from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from derive.compose import short_chain
from derive.derivation import ETA, Derivation, Step
from derive.document import Document
from derive.language.expressions import Shape
from derive.language.names import Name
from derive.notation import ASCII, TEX, Notation
from derive.printing import formula
from derive.prose import catalogue
from derive.values import Values
from derive.view import View, Workings
from derive.writers.base import Page, Writer
from derive.writers.parts import Compiler, Part, filled
from derive.writers.texmath import bmatrix


@dataclass(frozen=True, slots=True)
class Compiled:
    """Each step's TeX as parts; the rest is read off the derivation."""

    page: Page
    document: Document
    notation: Notation
    latex: Mapping[tuple[Name, str], tuple[Part, ...]]
    workings: Workings


class JsonWriter(Writer):
    """A solution → JSON."""

    name = "json"
    ending = "json"

    def compile(self, document: Document, page: Page) -> Compiled:
        notation = page.notation(TEX, document)
        compiler = Compiler(notation, page.shapes, page.labels(notation), bmatrix, str, catalogue(document.language))
        latex = {
            (step.name, step.phase): tuple(
                part for segment in compiler.segments(short_chain(page.derivation, step)) for part in (*segment, " ")
            )
            for step in page.derivation.steps
        }
        return Compiled(page, document, notation, latex, Workings())

    def render(self, compiled: Compiled, values: Values) -> str:
        return json.dumps(self.data(compiled, values), ensure_ascii=False, indent=1) + "\n"

    def data(self, compiled: Compiled, values: Values) -> dict[str, Any]:
        """What is written, as dictionaries and lists."""
        from derive import __version__

        numbers, digits = values.numbers, values.numbers.digits
        return {
            "title": compiled.document.title,
            "derive": __version__,
            "numbers": {
                "decimals" if digits.decimals else "significant": digits.count,
                "carry": numbers.carry,
                "decimal": numbers.decimal,
            },
            "steps": list(_steps(compiled, values)),
            "verification": _verification(values),
        }


def _verification(values: Values) -> dict[str, Any]:
    found = values.verification
    assert found is not None
    return {
        "entries": found.entries,
        "routes": list(found.routes),
        "largest_relative_difference": found.largest_text(),
    }


def _steps(compiled: Compiled, values: Values) -> Iterator[dict[str, Any]]:
    derivation = compiled.page.derivation
    for name, _ in derivation.givens:
        yield _given(compiled, values, name)
    for k in values.worked:
        view = View(values, compiled.notation, compiled.workings, k)
        for step in _of_pass(derivation, k, values.updates):
            yield _step(compiled, view, step)


def _of_pass(derivation: Derivation, k: int, updates: int) -> Iterator[Step]:
    """The steps that are worked in pass k: after the last update only forward."""
    yield from derivation.forward
    if k <= updates or not updates:
        yield from derivation.backward
        yield from derivation.updates


def step_id(step: Step, k: int) -> str:
    """The id of a step in pass k: `z_1`, `z_1@2`; of an update `W_1@1`."""
    return f"{step.id}@{k}" if k > 1 or step.phase == "update" else step.id


def _used_id(derivation: Derivation, name: Name, k: int) -> str:
    given = any(name == known for known, _ in derivation.givens) or name == ETA
    moving = any(step.name == name for step in derivation.updates)
    if given:
        return f"{name.id}@{k - 1}" if moving and k > 1 else name.id
    return f"{name.id}@{k}" if k > 1 else name.id


def _given(compiled: Compiled, values: Values, name: Name) -> dict[str, Any]:
    shape = compiled.page.shapes[name]
    notation = compiled.notation
    printed = [number.text(values.numbers.decimal) for number in values.printed(name)]
    tex = nested([notation.printed(number) for number in values.printed(name)], shape)
    rows = tex if len(shape) == 2 else [[cell] for cell in tex] if shape else tex
    latex = f"{notation.name(name)} = {bmatrix(rows) if shape else tex}"
    return {
        "id": name.id, "phase": "given", "rule": "given", "helper": False, "shape": list(shape), "uses": [],
        "equation": f"{name.id} = {_literal(nested(values.decimals(name), shape))}",
        "value": nested(values.decimals(name), shape), "printed": nested(printed, shape), "latex": latex,
    }  # fmt: skip


def _literal(value: Any) -> str:
    """A given value in the language: columns with `;`, rows with `,`."""
    if isinstance(value, str):
        return value
    rows = [", ".join(row) if isinstance(row, list) else row for row in value]
    return f"[{'; '.join(rows)}]"


def _step(compiled: Compiled, view: View, step: Step) -> dict[str, Any]:
    values, k, after = view.values, view.k, step.phase == "update"
    derivation = compiled.page.derivation
    printed = [number.text(values.numbers.decimal) for number in view.printed(step.name, after)]
    shapes = compiled.page.shapes
    sign = "<-" if after else "≈" if step.rounded else "="
    return {
        "id": step_id(step, k),
        "phase": step.phase,
        "rule": step.rule,
        "helper": step.helper,
        "shape": list(step.shape),
        "uses": [_used_id(derivation, name, k) for name in step.uses],
        "equation": f"{step.id} {sign} {formula(step.expr, ASCII, shapes)}",
        "value": nested(values.decimals(step.name, k + after), step.shape),
        "printed": nested(printed, step.shape),
        "latex": filled(compiled.latex[step.name, step.phase], view).strip(),
    }


def nested(flat: list[Any], shape: Shape) -> Any:
    """A flat list nested as the shape says; a scalar is its one entry."""
    if not shape:
        return flat[0]
    size = len(flat) // shape[0]
    return [nested(flat[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]

"""The solution as JSON: every step with its value, for scripts and for checks from outside."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from derive.derivation.steps import Step
from derive.language.expressions import Shape
from derive.language.names import Name
from derive.notation.matrices import as_matrices, as_rows, nested
from derive.notation.notations import ASCII, TEX, Notation
from derive.notation.printer import formula
from derive.page.blocks.compose import short_chains
from derive.page.document import Document
from derive.page.run import PageRun
from derive.page.view import View
from derive.page.workings import Workings
from derive.problem.training.model import STEP
from derive.prose.catalogue import catalogue
from derive.values.values import Values
from derive.version import VERSION
from derive.writers.base import Writer
from derive.writers.identity import Identity
from derive.writers.layout.texmath import labelled
from derive.writers.page_context import PageContext
from derive.writers.parts import Compiler, Part, filled_text


@dataclass(frozen=True, slots=True)
class CompiledSteps:
    """Each step's TeX as parts; the rest is read off the derivation."""

    page: PageContext
    document: Document
    notation: Notation
    latex: Mapping[tuple[Name, str], tuple[Part, ...]]
    workings: Workings


class JsonWriter(Writer):
    """A solution → JSON."""

    def compile(self, document: Document, page: PageContext) -> CompiledSteps:
        notation = page.notation(TEX, document)
        compiler = Compiler(notation, page.shapes, page.labels(notation), labelled, str, catalogue(document.language))
        latex = {
            (step.name, step.phase): tuple(part for segment in compiler.segments(chain) for part in (*segment, " "))
            for step, chain in short_chains(page.derivation)
        }
        return CompiledSteps(page, document, notation, latex, page.workings)

    def render(self, compiled: CompiledSteps, run: PageRun, identity: Identity | None = None) -> str:
        numbers, digits = run.values.numbers, run.values.numbers.digits
        data = {
            "title": compiled.document.title,
            "derive": VERSION,
            "numbers": {
                "decimals" if digits.decimals else "significant": digits.count,
                "carry": numbers.carry,
                "decimal": numbers.decimal,
            },
            "steps": [step for step in _steps(compiled, run) if compiled.document.step in {"", step["id"]}],
            "verification": _verification(run),
        }
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _verification(run: PageRun) -> dict[str, Any]:
    found = run.verification
    assert found is not None
    return {
        "entries": found.entries,
        "routes": list(found.routes),
        "largest_relative_difference": found.largest_text(),
    }


def _steps(compiled: CompiledSteps, run: PageRun) -> Iterator[dict[str, Any]]:
    derivation, values = compiled.page.derivation, run.values
    for name in derivation.begun:
        if name != STEP:
            yield _given(compiled, values, name)
    for k in values.worked:
        yield from (_given(compiled, values, name, k) for name in derivation.turning if k > 1)
        view = View(run, compiled.notation, compiled.workings, k)
        for step in derivation.worked(k, values.updates):
            yield _step(compiled, view, step)


def _given(compiled: CompiledSteps, values: Values, name: Name, k: int = 1) -> dict[str, Any]:
    shape = compiled.page.shapes[name]
    notation = compiled.notation
    printed = [number.text(values.numbers.decimal) for number in values.printed(name, k)]
    tex = [notation.printed(number) for number in values.printed(name, k)]
    latex = f"{notation.name(name)} = {as_matrices(tex, shape, labelled) if shape else tex[0]}"
    return {
        "id": compiled.page.derivation.id_in(name, k),
        "phase": "given", "rule": "given", "helper": False, "shape": list(shape), "uses": [],
        "equation": f"{ASCII.name(name)} = {_literal(values.decimals(name, k), shape)}",
        "value": nested(values.decimals(name, k), shape), "printed": nested(printed, shape), "latex": latex,
    }  # fmt: skip


def _literal(flat: list[str], shape: Shape) -> str:
    """A given value in the language: columns with `;`, rows with `,`; with more axes as a column in a new shape."""
    if not shape:
        return flat[0]
    if len(shape) > 2:
        return f"reshape([{'; '.join(flat)}], ({', '.join(map(str, shape))}))"
    return f"[{'; '.join(', '.join(row) for row in as_rows(flat, shape))}]"


def _step(compiled: CompiledSteps, view: View, step: Step) -> dict[str, Any]:
    values, k = view.values, view.k
    printed = [number.text(values.numbers.decimal) for number in view.printed(step.name)]
    derivation, shapes = compiled.page.derivation, compiled.page.shapes
    sign = "<-" if step.phase == "update" else "≈" if step.rounded else "="
    return {
        "id": derivation.id_in(step.name, k),
        "phase": step.phase,
        "rule": step.rule,
        "helper": step.helper,
        "shape": list(step.shape),
        "uses": [derivation.id_in(name, k) for name in step.uses],
        "equation": f"{ASCII.name(step.name)} {sign} {formula(step.expr, ASCII, shapes)}",
        "value": nested(values.decimals(step.name, k), step.shape),
        "printed": nested(printed, step.shape),
        "latex": filled_text(compiled.latex[step.name, step.phase], view).strip(),
    }

"""Every gradient against PyTorch in double precision: random problems over all operations, every built-in example."""

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

from dataclasses import replace
from fractions import Fraction

from support.random_problems import TEMPLATES, random_problem
from support.torch_reference import ELEMENTWISE, STRUCTURAL, loss_and_gradients

import derive.examples
from derive.derivation.derive import derive as derivation_of
from derive.operations import MACROS, ROWS
from derive.problem.problem import Problem
from derive.values.tape import Tape
from derive.values.values import Values

PROBLEMS, A_TEST = 500, 20
LOST = {"notes": 1e-6}
"""Where doubles lose digits: 1 - σ(z) of the notes is 1e-8, with eight digits left."""


def worst_difference(problem: Problem) -> float:
    """The largest difference from PyTorch, relative to the largest entry of each gradient, over all gradients."""
    problem = replace(problem, equations=tuple(replace(equation, rounded=False) for equation in problem.equations))
    values = Values(Tape.of(derivation_of(problem)), problem, carry="exact")
    assert problem.loss is not None
    loss, slopes = loss_and_gradients(problem)
    ours = float(Fraction(values.decimals(problem.loss)[0]))
    differences = [abs(ours - loss) / max(abs(loss), 1e-3)]
    for gradient in values.tape.derivation.gradients:
        if gradient.of == problem.loss and (theirs := slopes.get(gradient.by.id)) is not None:
            entries = [float(Fraction(x)) for x in values.decimals(gradient)]
            if not entries:  # of several updates in turn the first one needs the gradients of its own parameters alone
                assert problem.update is not None
                assert problem.update.turns
                continue
            scale = max(map(abs, theirs)) or 1
            differences += [abs(a - b) / scale for a, b in zip(entries, theirs, strict=True)]
    return max(differences)


@pytest.mark.parametrize("first", range(0, PROBLEMS, A_TEST))
def test_random_problems(first: int) -> None:
    for seed in range(first, first + A_TEST):
        text = random_problem(seed)
        assert worst_difference(Problem.loads(text)) < 1e-9, f"seed {seed}:\n{text}"


EXAMPLES = {name: Problem.load(derive.examples.path(name)) for name in derive.examples.names()}


@pytest.mark.parametrize("name", [name for name, problem in EXAMPLES.items() if problem.loss])
def test_built_in_examples(name: str) -> None:
    problem = EXAMPLES[name]
    assert worst_difference(problem) < LOST.get(name, 1e-9)


OF_GRADIENTS = {
    "place",
    "correlate",
    "maxunpool",
    "maxpick",
    "avgunpool",
    "at_largest",
    "at_smallest",
    "scatter",
    "flip",
    "others_product",
    "cumprod_gradient",
    "cofactors",
}
"""Operations that gradients, and known mistakes, are made of: they are compared there."""


def test_every_operation_is_in_the_tables() -> None:
    written = {key for key, row in ROWS.items() if row.spellings and row.example} - OF_GRADIENTS
    assert written <= {*ELEMENTWISE, *STRUCTURAL}
    assert {*written, *MACROS} <= set(TEMPLATES)

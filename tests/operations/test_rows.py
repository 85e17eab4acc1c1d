"""A row says all there is to say of an operation: nothing outside the table names one, and its sentences exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import derive
from derive.calculus.applications import with_settings
from derive.derivation.derive import derive as derivation_of
from derive.derivation.rules import LEFT_FACTOR, RIGHT_FACTOR, RULES, RuleKey
from derive.examples import names, path
from derive.language.cursor import Scope
from derive.language.expressions import Shape
from derive.language.grammar import parse
from derive.language.names import Name, Symbol
from derive.notation.notations import UNICODE
from derive.notation.printer import formula
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.operations.windows.convolution_geometry import EDGES
from derive.prose.catalogue import catalogue

PACKAGE = Path(derive.__file__).parent
SIGNS = [
    "add",
    "subtract",
    "negate",
    "times",
    "product",
    "divide",
    "power",
    "transpose",
    "index",
    "stack",
    "beside",
    "sum",
    "mean",
]
"""What the language has signs for: arithmetic, and blocks of arrays."""
WORDS = ["step", "sign", "below", "above", "dot", "largest", "where", "zeros", "ones", "outer", "round", "trace"]
"""Keys that are words of English too."""
OUTSIDE = {
    # e^x, √x, |x|, ‖x‖, a > b, a == b, p[a] and Greek letters are spelled there, and log p without parentheses;
    # PyTorch's cross_entropy is of scores
    "language": {"exp", "sqrt", "abs", "pi", "phi", "Phi", "norm", "max", "above", "at_least", "at_most", "equal",
                 "where", "infinity", "prod", "cross_entropy", "embedding", "log", "sin", "cos", "tan", "arctan",
                 "sinh", "cosh", "tanh"},
    "calculus": {"sqrt", "fill"},  # √x² = x; one value in every entry
    "answers/reading": {"pi", "inverse"},  # a word before a number; W⁻¹
    "answers/names": {"exp", "phi"},  # the same, as students write them; φ is any function
    "notation": {"place", "equal"},  # a style of the printer; c = 1 behind a brace
    "verification": {"sqrt", "pi"},  # SymPy's arithmetic
    "page/lines": {"dropout", "kl_normal"},  # a formula known by its form; the divergence that a form looks for
    "pytorch": {*ROWS, *MACROS},  # tables of what PyTorch calls them
    "onnx_models": {*ROWS, *MACROS},  # what ONNX calls them
    "problem/reading": {"inverse", "infinity"},  # X⁻¹; ∞ in a file
    "problem/network": {*ROWS, *MACROS},  # tables of layers: what they stand for
    # what a new problem file has where nothing is said, and what a misspelt activation may mean
    "variants": {"identity", "sigmoid", "tanh", "softmax", "softplus"},
    "studio": {"identity", "fill"},  # an activation that is none; the boxes that are filled in
    # a mistake of a rule, by the rule's name: of layers, of what makes probabilities
    "answers/mistakes": {"conv", "transposed_conv", "correlate", "flip", "maxpool", "maxunpool", "avgpool", "avgunpool",
                         "embedding", "scatter", "place", "one_hot", "softmax", "causal_softmax", "log_softmax",
                         "logsumexp", "log", "sigmoid", "diag", "sqrt"},
}  # fmt: skip
"""Folders that name operations all the same, which, and why."""


KNOWN = frozenset({*ROWS, *MACROS})


@cache
def named(module: Path) -> frozenset[str]:
    """The operations that a module names."""
    nodes = ast.walk(ast.parse(module.read_text("utf-8")))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return frozenset(texts) & KNOWN


MODULES = [module for module in sorted(PACKAGE.rglob("*.py")) if PACKAGE / "operations" not in module.parents]


def test_no_other_module_names_an_operation() -> None:
    """What is said of one, how it is recognised and printed stands in its row."""
    places = {module: module.parent.relative_to(PACKAGE).as_posix() for module in MODULES}
    found = {module: named(module) - {*SIGNS, *WORDS} - OUTSIDE.get(place, set()) for module, place in places.items()}
    assert {module.relative_to(PACKAGE).as_posix(): names for module, names in found.items() if names} == {}


def test_every_exception_is_needed() -> None:
    for place, allowed in OUTSIDE.items():
        found = {key for module in MODULES if module.parent == PACKAGE / place for key in named(module)}
        assert allowed & found if allowed > {*ROWS} else allowed <= found, place


@pytest.mark.parametrize("key", ROWS)
def test_the_sentences_of_a_row_stand_in_the_catalogue(key: str) -> None:
    row, known = ROWS[key], catalogue("en")
    wanted = [f"kinks.{key}"] if row.kinks else []
    wanted += [f"functions.{row.meaning.key}"] if row.meaning else []
    around = ("same", *EDGES) if row.explained else ()
    wanted += [f"notes.{row.explained((('padding', each),))}" for each in around if row.explained]
    wanted += [f"notes.{row.by_sign}_{case}" for case in ("on", "off", "all_on", "all_off", "mixed") if row.by_sign]
    assert [sentence for sentence in wanted if sentence not in known] == []


WITHOUT_A_REASON = {"back inverse", "back log softmax", "back logsumexp", "correlate input", "correlate output"}
"""Rules of gradients of which the equation says more than a sentence would."""


@pytest.mark.parametrize("key", [key for key, row in ROWS.items() if row.rules])
def test_each_rule_of_a_row_has_its_sentence(key: str) -> None:
    said = [name.removeprefix("reasons.") for name in catalogue("en").sentences if name.startswith("reasons.")]
    for rule in ROWS[key].rules:
        beginnings = (RuleKey(rule).sentence, f"back_{RuleKey(rule).sentence}")
        has = rule in {LEFT_FACTOR, RIGHT_FACTOR} or any(name.startswith(beginnings) for name in said)
        assert has is (rule not in WITHOUT_A_REASON), rule


@pytest.mark.parametrize("key", [key for key, row in ROWS.items() if row.kinks and row.elementwise])
def test_what_has_a_kink_says_what_it_is(key: str) -> None:
    """By its formula, by a sentence, or by signs that everyone knows."""
    row = ROWS[key]
    assert row.definition or row.meaning or row.notation.style in {"bars", "chosen"}


def test_a_derivative_of_its_own_belongs_to_a_function() -> None:
    for row in ROWS.values():
        if row.prime_of:
            assert ROWS[row.prime_of].spellings[0] + "'" == row.spellings[0]
            assert f"{row.spellings[0]}(" in ROWS[row.prime_of].derivative[0]


def test_a_short_rule_is_one_of_operations() -> None:
    for macro in MACROS.values():
        if macro.shortcut:
            assert {macro.shortcut.inner, macro.shortcut.log} <= ROWS.keys()
            assert f"shortcuts.{macro.shortcut.key}" in catalogue("en")


# --- rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_every_rule_of_an_example_is_known(name: str) -> None:
    of_gradients = {rule for row in ROWS.values() for rule in row.rules}
    derivation = derivation_of(derive.Problem.load(path(name)))
    for step in (*derivation.forward, *derivation.backward):
        assert isinstance(step.rule, RuleKey)
        rule = step.rule
        while rule.is_local:  # of a local derivative too there is one, where a second derivative is asked for
            rule = rule.differentiated
        assert rule in RULES or rule in ROWS or rule in of_gradients, step.id


def test_a_rule_knows_what_is_differentiated() -> None:
    assert RuleKey.local(RuleKey("sigmoid")).is_local
    assert RuleKey.local(RuleKey("sigmoid")).differentiated == "sigmoid"
    assert not RuleKey("logsumexp").is_local
    assert RuleKey("chain rule").sentence == "chain_rule"


def test_a_spelling_belongs_to_one_operation() -> None:
    assert set(FUNCTIONS.values()) <= {*ROWS, *MACROS}


FIELD = """
ReLU ReLU′ LeakyReLU LeakyReLU′ ELU ELU′ SELU SELU′ PReLU ReLU6 Softsign Mish GELU GELU_tanh SiLU softplus logsigmoid
Hardsigmoid Hardswish softmax softmax_≤ logsoftmax logsumexp topk conv convᵀ maxpool avgpool flatten cumsum cumprod
sg clip H
"""
"""What papers and frameworks call a function, so that a page may too."""
MATHEMATICS = """
σ tanh exp ln log₂ log₁₀ sin cos tan arctan sinh cosh erf Φ φ sgn round floor step √ max min argmax ∏ diag det cof I 0 1
"""
TOLD = "diagonal reshape upsample flip"
"""What the page says in a sentence, where the name first stands."""


@pytest.mark.parametrize("key", ROWS)
def test_a_page_prints_no_name_that_only_programs_have(key: str) -> None:
    """And no word for an axis or a size among the arguments: these stand below the name."""
    row = ROWS[key]
    if row.said or not row.example:
        return
    shapes: dict[Name, Shape] = {Symbol(name): (2, 2) if name.isupper() else (2,) for name in "XWwxyztabr"}
    expr = with_settings(parse(row.example, Scope({name.id: name for name in shapes}, FUNCTIONS)))
    text = re.sub(r"_(?:\{[^}]*\}|rows|columns|channels|\d+)(?=\()", "", formula(expr, UNICODE, shapes))
    told = TOLD.split() if row.meaning else []
    assert set(re.findall(r"[^\W\d][\w≤ᵀ′]*(?=\()", text)) - {*FIELD.split(), *MATHEMATICS.split(), *told} == set()
    assert not re.search(r"rows|columns|channels", text)


def test_a_kernel_that_all_steps_share_asks_for_no_branches() -> None:
    """What chooses a branch must never be shared: of two steps the one would hold the other's."""
    shared = [row for row in ROWS.values() if row.stateless]
    assert len(shared) > 10
    for row in shared:
        assert row.kinks is None, row.key
        row.kernel(((),) * row.arity[0], (), None)  # type: ignore[arg-type]

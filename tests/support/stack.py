"""Questions as STACK evaluates them: question variables, then for every test the trees, walked node by node in Maxima.

What STACK itself brings to a question is defined here: a number that is left out, the seed of the variant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

from support.maxima import maxima

_INPUT = re.compile(r"\bans\d+\b")
STACK = "stack_seed: {seed}$ simp: true$"


@dataclass(frozen=True)
class Outcome:
    """What a test expects of a tree, and what the tree gives: a score and an answer note."""

    test: str
    seed: int
    tree: str
    expected: tuple[float, str]
    given: tuple[float, str]


def questions(xml: str) -> list[Element]:
    """The questions of a file."""
    return fromstring(xml).findall("question")


def outcomes(question: Element) -> list[Outcome]:
    """Every test of a question, with every variant."""
    return [each for seed in _seeds(question) for each in _with_seed(question, seed)]


def failed(question: Element) -> list[Outcome]:
    """The tests that do not pass."""
    return [each for each in outcomes(question) if each.expected != each.given]


def _seeds(question: Element) -> list[int]:
    return [int(_text(seed)) for seed in question.findall("deployedseed")] or [1]


def _with_seed(question: Element, seed: int) -> Iterator[Outcome]:
    program = f"{STACK.format(seed=seed)}\n{_text(question, 'questionvariables/text')}"
    asked, places = dict[str, None](), []
    walks = {_text(tree, "name"): _walk(tree) for tree in question.findall("prt")}
    for test in question.findall("qtest"):
        answers = {_text(each, "name"): _answer(each, question) for each in test.findall("testinput")}
        for tree in test.findall("expected"):
            walk = walks[_text(tree, "name")]
            used = [answers[name] for name in sorted(set(_INPUT.findall(walk)))]
            places.append((test, tree, f"({', '.join(['simp: false', *used, 'simp: true', walk])})"))
            asked[places[-1][2]] = None  # what stands alike in several tests is worked out once
    found = dict(zip(asked, maxima(program, list(asked)), strict=True))
    for test, expected, question_asked in places:
        tree, said = expected, found[question_asked]
        score, _, note = said.strip('[]"').partition(" ")
        assert note, f"{_text(test, 'description')}, {_text(tree, 'name')}: Maxima fails"
        wanted = float(_text(expected, "expectedscore")), _text(expected, "expectedanswernote")
        yield Outcome(_text(test, "description"), seed, _text(tree, "name"), wanted, (float(score), note))


def _answer(given: Element, question: Element) -> str:
    """An answer as STACK hands it on; one that is left out keeps its size."""
    name, value = _text(given, "name"), _text(given, "value")
    if value != "EMPTYANSWER":
        return f"{name}: {value}"
    kind = next(_text(each, "type") for each in question.findall("input") if _text(each, "name") == name)
    return f"{name}: {'matrix([null])' if kind == 'matrix' else 'EMPTYANSWER'}"


def _walk(tree: Element) -> str:
    """The feedback variables, then the nodes from the first: a text of the score and the last note."""
    variables = [line.rstrip("; \n") for line in _text(tree, "feedbackvariables/text").split(";\n")]
    nodes = {_text(node, "name"): node for node in tree.findall("node")}
    assert set(nodes) == set(map(str, range(len(nodes))))

    def branch(name: str) -> str:
        node = nodes[name]
        assert _text(node, "answertest") == "AlgEquiv"
        ends = [
            branch(_text(node, f"{way}nextnode"))
            if _text(node, f"{way}nextnode") != "-1"
            else f'"{_text(node, f"{way}score")} {_text(node, f"{way}answernote")}"'
            for way in ("true", "false")
        ]
        return f"(if is(({_text(node, 'sans')}) = {_text(node, 'tans')}) then {ends[0]} else {ends[1]})"

    return ", ".join([*variables, branch("0")])


def _text(element: Element, path: str = ".") -> str:
    found = element if path == "." else element.find(path)
    assert found is not None, path
    return found.text or ""

"""Questions as STACK evaluates them: question variables, then the trees, walked node by node in Maxima.

What STACK itself brings to a question is defined here: a number that is left out, the seed of the variant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

from support.maxima import maxima

EMPTY = "EMPTYANSWER"
_INPUT = re.compile(r"\bans\d+\b")


@dataclass(frozen=True)
class Mark:
    """What a tree gives: a score, and the note of its last node."""

    score: float
    note: str


@dataclass(frozen=True)
class Outcome:
    """What a test expects of a tree, and what the tree gives."""

    test: str
    seed: int
    tree: str
    expected: Mark
    given: Mark


def questions(xml: str) -> list[Element]:
    """The questions of a file."""
    return fromstring(xml).findall("question")


def failed(question: Element) -> list[Outcome]:
    """The tests that do not pass, with any variant."""
    return [each for each in _outcomes(question) if each.expected != each.given]


def _outcomes(question: Element) -> Iterator[Outcome]:
    tests = question.findall("qtest")
    seeds = [int(_text(seed)) for seed in question.findall("deployedseed")] or [1]
    works = [{_text(each, "name"): _text(each, "value") for each in test.findall("testinput")} for test in tests]
    for seed, marks in zip(seeds, _marked(question, works, seeds), strict=True):
        for test, given in zip(tests, marks, strict=True):
            for each in test.findall("expected"):
                tree = _text(each, "name")
                expected = Mark(float(_text(each, "expectedscore")), _text(each, "expectedanswernote"))
                yield Outcome(_text(test, "description"), seed, tree, expected, given[tree])


def marked(question: Element, works: Sequence[Mapping[str, str]]) -> list[dict[str, Mark]]:
    """What the trees give for works: answers by input, what is not named is left empty."""
    (found,) = _marked(question, works, [1])
    return found


def _marked(question: Element, works: Sequence[Mapping[str, str]], seeds: Sequence[int]) -> list[list[dict[str, Mark]]]:
    """What the trees give for works in each variant. One Maxima reads the trees and answers, and works out the
    question's variables for each.
    """
    trees = {_text(tree, "name"): _walk(tree) for tree in question.findall("prt")}
    kinds = {_text(each, "name"): _text(each, "type") for each in question.findall("input")}
    used = {tree: sorted(set(_INPUT.findall(walk))) for tree, walk in trees.items()}
    asked = [{tree: _asked(tree, names, work, kinds) for tree, names in used.items()} for work in works]
    once = {code: f"asked{i}()" for i, code in enumerate(dict.fromkeys(c for each in asked for c in each.values()))}
    known = [f"{tree}() := ({walk})$" for tree, walk in trees.items()]
    program = "\n".join([*known, *(f"{name} := {code}$" for code, name in once.items())])
    variables = f"simp: true$\n{_text(question, 'questionvariables/text')}"
    found = iter(maxima(program, once.values(), [f"stack_seed: {seed}$ {variables}" for seed in seeds]))
    marks = [{code: next(found) for code in once} for _ in seeds]
    return [[{tree: _mark(said[code], tree) for tree, code in each.items()} for each in asked] for said in marks]


def _asked(tree: str, names: Sequence[str], work: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """A tree with the answers that it uses, as STACK hands them on: not worked out."""
    given = [f"{name}: {_answer(work.get(name, EMPTY), kinds[name])}" for name in names]
    return f"({', '.join(['simp: false', *given, 'simp: true', f'{tree}()'])})"


def _answer(value: str, kind: str) -> str:
    return "matrix([null])" if value == EMPTY and kind == "matrix" else value


def _mark(said: str, tree: str) -> Mark:
    score, _, note = said.strip('[]"').partition(" ")
    assert note, f"{tree}: Maxima fails"
    return Mark(float(score), note)


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

"""A question as STACK has it: inputs, a response tree for each, and tests; no XML."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.language.expressions import Shape


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """Where a step is answered: `name` is what the question calls it, `answer` the teacher's answer in Maxima."""

    name: str
    step: str
    shape: Shape
    answer: str


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One question of a response tree: if this is the outcome of its variables, it ends with score and feedback."""

    outcome: str
    score: int
    feedback: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The response tree of a step: `variables` is what its nodes ask about, in their order; `otherwise` is said where
    none of them ends it.
    """

    name: str
    marks: str
    variables: str
    nodes: tuple[TreeNode, ...]
    otherwise: TreeNode


@dataclass(frozen=True, slots=True)
class Expected:
    """What a test expects of a tree."""

    score: int
    note: str


@dataclass(frozen=True, slots=True)
class QuestionTest:
    """Answers by input, and what is expected of each tree."""

    description: str
    answers: Mapping[str, str]
    expected: Mapping[str, Expected]


@dataclass(frozen=True, slots=True)
class Question:
    """A question: texts in HTML, `variables` in Maxima, the seeds of its variants, files that its texts show."""

    name: str
    text: str
    solution: str
    hints: tuple[str, ...]
    note: str
    variables: str
    decimal: str
    inputs: tuple[AnswerInput, ...]
    trees: tuple[Tree, ...]
    tests: tuple[QuestionTest, ...]
    seeds: tuple[int, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

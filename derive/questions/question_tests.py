"""The tests that a question brings: right numbers, short ones, a step alone, and every mistake that can be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.language.names import Symbol
from derive.problem.settings import Digits
from derive.questions.model import AnswerInput, Expected, QuestionTest
from derive.questions.planted import CREDITED, PlantedMistake, QuestionBench
from derive.questions.trees import BLANK
from derive.questions.variant_choice import chosen_answer
from derive.values.tape import Env

SHORT = Digits(2)
EMPTY = "EMPTYANSWER"
"""What stands in a test for an answer that is left out."""


@dataclass(frozen=True)
class QuestionTests:
    """Makes the tests of a question: a bench for each variant; `inputs` are by the variables that they ask for."""

    benches: Sequence[QuestionBench]
    inputs: Mapping[Symbol, AnswerInput]

    def all(self) -> Iterator[QuestionTest]:
        """The tests. What comes of one has to be the same with the numbers of every variant."""
        truths = [bench.truth for bench in self.benches]
        right = self._test("The right numbers, as they are printed", truths)
        yield from (right, self._alone(right)) if right else ()
        short = self._test("The right numbers, rounded to two digits", truths, SHORT)
        if short and all(expected.score for expected in short.expected.values()):
            yield short
        for first, *others in self._planted():
            name = f"{first.line.id}: {first.key}, then consistent"
            if all(other.verdicts == first.verdicts for other in others):
                yield self._made(name, [first.env, *(each.env for each in others)], first.verdicts)

    def _planted(self) -> Iterator[list[PlantedMistake]]:
        """Every mistake that can be told in each variant."""
        found = [{(each.line.variable, each.key): each for each in bench.mistakes()} for bench in self.benches]
        yield from ([each[key] for each in found] for key in found[0] if all(key in each for each in found))

    def _test(self, description: str, envs: Sequence[Env], digits: Digits | None = None) -> QuestionTest | None:
        """The test of what is typed in each variant; None where not the same comes of it everywhere."""
        verdicts, *others = (bench.verdicts(env, digits) for bench, env in zip(self.benches, envs, strict=True))
        return None if any(other != verdicts for other in others) else self._made(description, envs, verdicts, digits)

    def _made(
        self, description: str, envs: Sequence[Env], verdicts: Mapping[Symbol, str], digits: Digits | None = None
    ) -> QuestionTest:
        """The test of what is typed in each variant, and what becomes of each answer in all of them."""
        typed = [bench.typed(env, digits) for bench, env in zip(self.benches, envs, strict=True)]
        answers = {self.inputs[line.variable].name: chosen_answer(line, typed) for line in self.benches[0].lines}
        expected = {f"prt{i}": Expected(int(verdict in CREDITED), verdict)
                    for i, verdict in enumerate(verdicts.values(), 1)}  # fmt: skip
        return QuestionTest(description, answers, expected)

    def _alone(self, right: QuestionTest) -> QuestionTest:
        """The first step alone: what is left empty earns nothing, and stops nothing."""
        (first, *others), (tree, *blank) = right.answers, right.expected
        answers = {first: right.answers[first], **dict.fromkeys(others, EMPTY)}
        expected = {tree: right.expected[tree], **dict.fromkeys(blank, Expected(0, BLANK))}
        return replace(right, description="The first step alone", answers=answers, expected=expected)

"""How a verdict is found: explanations of an answer in a fixed order, of which the first that holds counts.

An explanation is an equation, the numbers it is tried at, and the verdict that it leads to. Numbers are explained one
by one until none is open. What nothing explains is wrong, and its mistake is looked for in all wrong numbers together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from derive.answers.marking import mistaken_routes as mistaken
from derive.answers.marking import right_routes as right
from derive.answers.marking.step_answer import CORRECT, FOLLOWS, MISSING, OPEN, WRONG, Attempt, Places, StepAnswer
from derive.answers.reading.written import WrittenNumber

Attempts: TypeAlias = Callable[[StepAnswer], Iterator[Attempt]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way in which a number may have come about.

    attempts  the equations at numbers that are tried, the likeliest first
    holds     whether a number is what an attempt gives for its entry
    verdict   on the numbers that it explains
    """

    attempts: Attempts
    holds: Callable[[StepAnswer, int, WrittenNumber, Attempt], bool]
    verdict: str


EXPLANATIONS = (
    Explanation(right.true_values, right.stands, CORRECT),  # first: what is right need not follow from anything
    Explanation(right.bounds, right.out_of_bounds, WRONG),  # no numbers lead to a probability of 1.3
    Explanation(right.made_easy, right.follows, WRONG),  # it would follow, but the fault is made here
    Explanation(right.routes, right.follows, FOLLOWS),
    Explanation(right.line_of_numbers, right.stands, FOLLOWS),  # behind the routes, which say why
    Explanation(right.passed_on, right.follows, FOLLOWS),  # behind the routes: a wrong line without marks
    Explanation(right.uncharged, right.follows, WRONG),  # may be passed over, and then costs nothing
    Explanation(right.true_values, right.is_near, CORRECT),  # last: what is off by one unit may be right by a route
)
"""What explains a number by itself; one that none of these explains is wrong."""


@dataclass(frozen=True, slots=True)
class Mistaken:
    """One kind of mistake that may explain wrong numbers.

    attempts  the mistaken equations at numbers, each with the key of its mistake
    holds     whether an attempt explains so many of the wrong numbers
    """

    attempts: Attempts
    holds: Callable[[StepAnswer, Attempt, Places, int], bool]


MISTAKEN = (
    Mistaken(mistaken.rounded_values, mistaken.always),  # the number is right, but rounded too much
    Mistaken(mistaken.plain_slips, mistaken.has_slipped),  # the digits themselves show it
    Mistaken(mistaken.written_line, mistaken.gives_all),  # the line before it shows it
    Mistaken(mistaken.steps, mistaken.gives_most),  # in this step, by the table of known mistakes in its order
    Mistaken(mistaken.steps_before, mistaken.gives_most),  # the same in a step that was left out
    Mistaken(mistaken.repeated, mistaken.gives_most),  # one mistake in every step that was left out
    Mistaken(mistaken.other_slips, mistaken.has_slipped),  # behind the equations: a rate of 0.1 shifts digits too
    Mistaken(mistaken.permuted_values, mistaken.always),
    Mistaken(mistaken.updated_parameters, mistaken.gives_most),  # last: small updates change little
)
"""What explains wrong numbers; which mistakes an equation can have, and their order, says `mistakes.table`."""


TRANSPOSED = "outer_product_transposed"


def explain(answer: StepAnswer) -> None:
    """Find a verdict for every entry, and the mistake behind wrong ones."""
    answer.entries = [MISSING if w is None else OPEN for w in answer.written]
    left = answer.places(OPEN)
    for explanation in EXPLANATIONS:
        for attempt in explanation.attempts(answer) if left else ():
            for i, w in left:
                if attempt.values[i] is not None and explanation.holds(answer, i, w, attempt):
                    answer.entries[i], answer.explained[i] = explanation.verdict, attempt
                    answer.diagnosis = attempt.key or answer.diagnosis
            left = answer.places(OPEN)
            if not left:
                break
    answer.entries = [verdict or WRONG for verdict in answer.entries]
    if answer.turned:
        _judge_transpose(answer)
    if answer.places(WRONG):
        answer.follows = answer.follows or next((list(attempt.values) for attempt in right.routes(answer)), None)
        if answer.diagnosis is None:
            answer.mistaken = _mistake(answer, answer.places(WRONG))
            answer.diagnosis = answer.mistaken.key if answer.mistaken else None


def _judge_transpose(answer: StepAnswer) -> None:
    """What was written as the transpose is not right, whatever its numbers are; after the first such array it follows
    from the way in which the work writes arrays.
    """
    if not answer.places(WRONG):
        if answer.rows:
            answer.entries = [MISSING if w is None else FOLLOWS for w in answer.written]
            return
        answer.diagnosis = TRANSPOSED
    answer.entries = [MISSING if w is None else WRONG for w in answer.written]


def _mistake(answer: StepAnswer, wrong: Places) -> Attempt | None:
    """The first mistake that explains every wrong number, or else of many nearly all."""
    for needed in dict.fromkeys((len(wrong), len(wrong) - len(wrong) // 3)) if wrong else ():
        for row in MISTAKEN:
            for attempt in row.attempts(answer):
                if row.holds(answer, attempt, wrong, needed):
                    return attempt
    return None

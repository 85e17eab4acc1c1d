"""How a page begins: the task, the given values, how its numbers are carried and printed."""

from collections.abc import Iterator

from derive.derivation.steps import Derivation
from derive.page.blocks.training_progress import samples_table
from derive.page.chains import Result
from derive.page.document import Block, Givens, Heading, NameInText, Paragraph, Sentence, Words
from derive.page.tabled_passes import MOST_ROWS
from derive.problem.problem import Problem
from derive.problem.training.model import ETA, STEP


def opening(derivation: Derivation, problem: Problem) -> Iterator[Block]:
    """Everything above the first step."""
    if problem.page.task:
        yield Paragraph((Sentence("=", {"text": problem.page.task}),), "task")
    if problem.givens or problem.samples or problem.update:
        yield Heading(Sentence("headings.given"))
    table = list(samples_table(problem.samples)) if problem.samples else []
    turning = frozenset(derivation.turning)
    drawn = turning or frozenset(problem.samples.names() if problem.samples and table else ())
    alone = (given.name for given in problem.givens if given.name not in drawn)
    all_fit = not problem.samples or problem.samples.batch <= MOST_ROWS
    if given := tuple(alone if all_fit else filter(derivation.is_worked, alone)):
        yield Givens(given)
    yield from table
    rates = [name for name in derivation.constants if name.base == ETA.base and name.subscript != (0,)]
    if known := [name for name in (*derivation.constants, *derivation.states) if name not in {*rates, STEP}]:
        yield Givens(tuple(known))
    rate = [Sentence("intro.eta", {"name": NameInText(name), "eta": Result(name)}) for name in rates]
    count = [Sentence("intro.step", {"name": NameInText(STEP)})] if STEP in derivation.constants else []
    if rate or count:
        yield Paragraph((*rate, *count))
    if problem.page.intro:
        rounds = any(equation.rounded for equation in problem.equations)
        place = [Sentence("intro.in_place")] if rounds and problem.numbers.carry == "exact" else []
        slices = [Sentence("intro.slices")] if any(len(shape) > 2 for shape in derivation.shapes.values()) else []
        few = [Sentence("intro.few")] if problem.page.few else []
        yield Paragraph((_carry_intro(problem), *place, *slices, *few), "note")


def _carry_intro(problem: Problem) -> Sentence:
    digits = problem.numbers.digits
    kind = "intro.digits_decimals" if digits.decimals else "intro.digits_significant"
    kind += "_mostly" if problem.numbers.steps else ""
    return Sentence(f"intro.{problem.numbers.carry}", {"digits": Words(kind), "n": digits.count})

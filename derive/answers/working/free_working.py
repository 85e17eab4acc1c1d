"""Free working → answers: the result of each step as it stands last, with what the lines before it show."""

import re
from collections import deque
from pathlib import Path

from derive.answers.chains.chains import StatementReader
from derive.answers.chains.counted_tables import counted_tables
from derive.answers.chains.left_texts import channel_headings, first_index_of
from derive.answers.chains.pass_headings import passes
from derive.answers.chains.pass_tracker import PassTracker, parameters_of
from derive.answers.chains.read_statements import ReadStatement
from derive.answers.files.endings import text_of_file
from derive.answers.names.step_matching import StepIndex
from derive.answers.pages.reading_budget import Budget
from derive.answers.pages.statements import statements
from derive.answers.pages.transcript import cleaned, pieces_of, within_budget, without_pictures
from derive.answers.reading.grids import BLANK
from derive.answers.reading.numbers import shown_signs
from derive.answers.reading.written import Answer
from derive.answers.working.collecting import collected
from derive.answers.working.examining import Examiner
from derive.answers.working.line_ledger import LineLedger
from derive.errors import Fault, InputError, Place
from derive.problem.training.model import STEP
from derive.prose.catalogue import catalogue
from derive.solution import Solution

MAX_BYTES = 16_000_000
_BRACED = r"\{(?:[^{}]++|\{[^{}]*+\})*+\}"
_UNFILLED = re.compile(
    rf"\\answer(?:\[[^]\n]{{0,80}}\])?{_BRACED}|\\(?:boxed|underline)\{{(?:\\q?quad|\s)*\}}|\\(?:square|room)(?![A-Za-z])|_{{4,}}"
    r"|\?(?<!\w\?)\?*(?!\w)"
)
"""The blanks of a sheet that nobody has filled in."""


def read_working(work: str | Path, solution: Solution) -> list[Answer]:
    """The answers in a piece of free working: a file's path, or its text. What cannot be read is left out, or says so.

    In a `.tex` file `%` begins a comment. Raises InputError for a file that cannot be opened.
    """
    tex = isinstance(work, Path) and work.suffix.lower() == ".tex"
    if isinstance(work, Path):
        try:
            with work.open("rb") as file:
                work = text_of_file(file.read(MAX_BYTES), work.suffix.lower())
        except OSError as error:
            raise InputError([Fault(f"cannot be read: {error.strerror}", "", Place(str(work)))]) from None
        except ValueError as error:
            raise InputError([Fault(str(error), "save it again, or as text", Place(str(work)))]) from None
    budget = Budget.of(solution)
    text = within_budget(without_pictures(work) if tex else work, budget)
    text = _UNFILLED.sub(lambda match: BLANK.ljust(len(match.group())), text)
    signs = shown_signs(text.split("\n"))
    decimal = next(iter(signs)) if len(signs) == 1 else solution.problem.numbers.decimal
    chains, ledger = read_chains(text, solution, decimal, budget)
    answers = collected(chains, solution, decimal, sure=decimal in signs)
    examined = Examiner(solution, chains, answers, budget).examined()
    return [*examined, *ledger.not_understood(answers), *budget.unread]


def read_chains(text: str, solution: Solution, decimal: str, budget: Budget) -> tuple[list[ReadStatement], LineLedger]:
    """Every statement of a work, in order, and what became of each line."""
    index = StepIndex.of(solution)
    first = first_index_of(text, index.lexicon.names)
    update = solution.problem.update
    last = update.steps + 1 if update else 1
    tracker = PassTracker(
        solution.blueprint.derivation, solution.values.worked, last, index.known, parameters_of(solution)
    )
    reader = StatementReader(index, decimal, tracker, first_index=first, loss_named=_names_loss(text, solution))
    chains: list[ReadStatement] = []
    source = text
    text = counted_tables(text, reader.named, last > 1, bool(solution.blueprint.derivation.turning))
    counted = {STEP.id} if STEP in solution.blueprint.derivation.constants else set[str]()
    headed = deque(passes(text, catalogue(solution.problem.language), index.lexicon.names.keys() - counted))
    has_channels = any(len(shape) > 2 for shape in index.lexicon.shapes.values())
    channels = deque(channel_headings(text).items() if has_channels else ())
    heads = {mark.line: mark.length for mark in headed} | dict.fromkeys(dict(channels), MAX_BYTES)
    text = "\n".join(line[heads.get(i, 0) :] for i, line in enumerate(text.split("\n"), 1))
    page = cleaned(text, lambda name: reader.left(name) is not None)
    ledger = LineLedger(page, source, reader)
    stated = ((piece, statement) for piece in pieces_of(page) for statement in statements(piece))
    for snippet, statement in stated:
        if not budget.reads(statement.length):
            hint = "a work is read as far as it is a few times as long as the solution"
            ledger.ends(statement.left.line)
            budget.leave(statement.left.line, "from here on nothing was read", hint)
            break
        while headed and headed[0].line <= statement.left.line:
            if k := headed.popleft().k:
                reader.begin(k)
        while channels and channels[0][0] <= statement.left.line:
            reader.channel = channels.popleft()[1]
        read = [*reader.chains(statement)]
        ledger.enter(statement, read, snippet.rows)
        chains += read
    return chains, ledger


def _names_loss(text: str, solution: Solution) -> bool:
    """Whether a work states the loss by its own name: then no other usual one means it."""
    loss = solution.blueprint.derivation.loss
    return loss is not None and re.search(rf"(?<![\w/∂}}]){re.escape(loss.id)}\s*[=≈:]", text) is not None

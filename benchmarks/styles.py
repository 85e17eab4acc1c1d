"""Works of students composed of styles at random, all of whose numbers are right, or with one planted mistake.

    python benchmarks/styles.py [COUNT] [--seed N] [--planted] [--show SEED] [--problem NAME]

Each work states steps of a built-in problem, each rounded honestly from what is right, written in one value of each
dimension of styles. No step may be called wrong, and few lost; the rates stand beside each value, the worst first.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from random import Random

import style_pages as pages
import style_table as table
from flint import fmpq
from measure import table as print_table
from measure import target
from style_table import Style

from derive import check
from derive.answers.feedback.report import Report
from derive.calculus.differentiation import entry_of
from derive.calculus.kernels import Flat, ShapeFault
from derive.calculus.scalars import Num, is_minus_infinity
from derive.calculus.shapes import as_matrix, indices
from derive.derivation.step_settings import step_marks
from derive.derivation.steps import Step
from derive.language.expressions import Expr, Shape
from derive.language.names import Derivative, Symbol
from derive.notation.notations import ASCII, TEX, UNICODE, Notation
from derive.notation.printer import FormulaPrinter, formula
from derive.notation.vocabulary import Slot, numbers
from derive.solution import Blueprint, Solution

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
from support.planting import instead, planted
from support.solutions import problem_of
from support.students import NAMES, Student

COUNT, MOST_STEPS, MOST_ENTRIES, MOST_SLOTS, LONGEST = 200, 20, 24, 10, 160
MOST_LOST = 0.04
WORLDS = ("text", "text", "tex", "code")
PLAIN = re.compile(r"([A-Za-z]+)(?:_(\w+))?")
DIMENSIONS: Mapping[str, Mapping[str, Style]] = {
    "length": table.LENGTHS,
    "decimal": table.DECIMALS,
    "power": table.POWERS,
    "look": table.LOOKS,
    "ends": table.ENDS,
    "exact": table.EXACT,
    "array": table.ARRAYS,
    "name": table.NAMES,
    "slope": table.SLOPES,
    "renewed": table.RENEWED,
    "relation": table.RELATIONS,
    "chain": table.CHAINS,
    "times": table.TIMES,
    "exponential": table.EXPONENTIALS,
    "joint": pages.JOINTS,
    "line": pages.LINES,
    "whole": pages.WHOLES,
    "gap": pages.GAPS,
    "order": pages.ORDERS,
    "phases": pages.PHASES,
    "pass": pages.PASSES,
}
USUAL = {
    "look": 0.6,
    "exact": 0.7,
    "joint": 0.4,
    "line": 0.4,
    "whole": 0.5,
    "order": 0.5,
    "phases": 0.5,
    "relation": 0.5,
    "chain": 0.3,
    "name": 0.3,
    "slope": 0.3,
    "renewed": 0.3,
}
"""How often the first value of a dimension that the world has is taken anyway."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step that a work states: its numbers, flat, in which pass."""

    step: Step
    id: str
    k: int
    values: Flat


@dataclass
class Writer:
    """Writes the steps of a solution in chosen styles."""

    solution: Solution
    random: Random
    world: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, Style] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.derivation = self.solution.blueprint.derivation
        self.world = self.world or self.random.choice(WORLDS)
        low = self.random.random() < 0.5
        for dimension, values in DIMENSIONS.items():
            here = {
                key: style
                for key, style in values.items()
                if self.world in style.worlds.split()
                and not (style.high if low else style.low and dimension != "chain")
                and not (style.point and self.chosen["decimal"].made == ",")
            }
            usual = self.random.random() < USUAL.get(dimension, 0)
            usual |= dimension in {"joint", "line"} and self.chosen["chain"].alone
            key = next(iter(here)) if usual else self.random.choice([*here])
            self.keys[dimension], self.chosen[dimension] = key, here[key]
        self._fair()

    def _fair(self) -> None:
        """Take back what no reader would understand together."""
        rows = self.keys["whole"] in pages.ALIGNED
        if rows:
            self._choose("phases", "none")
        if rows or self.keys["line"] == pages.ROWS:
            self._choose("line", pages.ROWS if rows else "bare")
        if "\n" in (self.chosen["chain"].made or "") and self.keys["array"] in table.CORNERS:
            self._choose("array", "[a; b]")
        if self.chosen["chain"].low and self.chosen["array"].high:
            self._choose("array", "[[a, b], [c, d]]")
        if not set("=≈~").intersection(self.keys["relation"]) and r"\approx" not in self.keys["relation"]:
            chain = self.chosen["chain"].made or ""
            if "\n" in chain or (self.keys["relation"].strip() in {":", "<-"} and "{name}{is}" not in chain):
                self._choose("relation", " = ")

    def _choose(self, dimension: str, key: str) -> None:
        self.keys[dimension], self.chosen[dimension] = key, DIMENSIONS[dimension][key]

    # --- names and formulas ------------------------------------------------------------------------------------------

    @cached_property
    def notation(self) -> Notation:
        """How the work writes formulas."""
        base = {"tex": TEX, "code": ASCII}.get(self.world, UNICODE if self.random.random() < 0.5 else ASCII)
        return replace(base, aliases=self.names)

    @cached_property
    def names(self) -> dict[str, str]:
        """What the work calls each quantity, by its id; what two quantities would be called is left as it is."""
        shapes, spelled = self.derivation.shapes, dict[str, str]()
        plain = {
            name.id: found
            for name in shapes
            if isinstance(name, Symbol) and (found := PLAIN.fullmatch(name.id)) and found[2]
        }
        for known, found in plain.items():
            helper = ":".join(filter(None, found.groups())) in {name.id for name in shapes}
            if helper:
                continue
            if self.keys["name"] != "W[1]" or found[1] not in plain | {name.id: None for name in shapes}:
                spelled[known] = self.chosen["name"].made(*found.groups())
        taken = Counter([*spelled.values(), *(name.id for name in shapes if name.id not in spelled)])
        spelled = {known: text for known, text in spelled.items() if taken[text] == 1}
        base = TEX if self.world == "tex" else ASCII
        slopes = {name.id: self.slope(name, base, spelled) for name in shapes if isinstance(name, Derivative)}
        taken = Counter(slopes.values())
        return spelled | {known: text for known, text in slopes.items() if taken[text] == 1}

    def slope(self, name: Derivative, base: Notation, spelled: Mapping[str, str]) -> str:
        """A derivative, as the work writes it."""
        plain = not isinstance(name.of, Symbol) or not isinstance(name.by, Symbol) or name.via
        if plain or name.of != self.derivation.loss:
            return spelled.get(name.id) or base.name(name)
        of, by = (spelled.get(each.id) or base.name(each) for each in (name.of, name.by))
        return str(self.chosen["slope"].made.format(of=of, by=by))

    def name(self, told: Told) -> str:
        """The left side of a step."""
        name = told.step.name
        text = self.names.get(name.before.id if isinstance(name, Symbol) else name.id) or self.notation.name(name)
        return str(self.chosen["renewed"].made.format(name=text)) if self._is_renewed(told) else text

    def _is_renewed(self, told: Told) -> bool:
        return isinstance(told.step.name, Symbol) and told.step.name.updated

    def formula(self, expr: Expr) -> str:
        """The right side of an equation."""
        return formula(expr, self.notation, self.derivation.shapes)

    def letters(self, told: Told) -> str:
        """The chain rule in letters; the formula where it has no two factors."""
        name, steps = told.step.name, self.derivation.forward
        if isinstance(name, Derivative) and isinstance(name.by, Symbol):
            through = [step.name for step in steps if name.by in step.uses]
            if len(through) == 1 and through[0] != name.of:
                d, over = ("∂", "/") if self.world == "text" else ("d", "/")
                of, by, via = (
                    self.names.get(each.id) or self.notation.name(each) for each in (name.of, name.by, through[0])
                )
                pair = (f"{d}{of}{over}{d}{via}", f"{d}{via}{over}{d}{by}")
                if self.world == "tex":
                    pair = (rf"\frac{{\partial {of}}}{{\partial {via}}}", rf"\frac{{\partial {via}}}{{\partial {by}}}")
                return self.chosen["times"].made.join(pair)
        return self.formula(told.step.expr)

    def substituted(self, expr: Expr, k: int) -> str:
        """A line with every number put in; "" for a long one, or for what has no such line."""
        printer = FormulaPrinter(TEX if self.world == "tex" else UNICODE, self.derivation.shapes, numbers)
        pieces = printer.pieces(expr)
        if sum(isinstance(piece, Slot) for piece in pieces) > MOST_SLOTS:
            return ""
        texts = [self._times(piece) if isinstance(piece, str) else self._slot(piece, k) for piece in pieces]
        return "" if None in texts else "".join(map(str, texts))

    def _times(self, text: str) -> str:
        return text.replace("·", self.chosen["times"].made).replace(r" \cdot ", self.chosen["times"].made)

    def _slot(self, slot: Slot, k: int) -> str | None:
        evaluated = self._evaluator(k).get(slot.node)
        if evaluated is None:
            return None
        text = self.number(evaluated)
        if slot.position == "minus" and evaluated != 0:
            return f"-({text})" if evaluated < 0 else f"-{text}"
        bare = re.fullmatch(r"[\d.,]+", text) or slot.position == "leading"
        return text if bare else rf"\left({text}\right)" if self.world == "tex" and "frac" in text else f"({text})"

    def _evaluator(self, k: int) -> Mapping[Expr, Num]:
        return _Lookup(self.solution, k)

    # --- numbers and arrays ------------------------------------------------------------------------------------------

    def number(self, value: Num) -> str:
        """A value, rounded to the length of the work's numbers."""
        exact = self.chosen["exact"].made
        if exact and type(value) is fmpq and 1 < value.q < 1000 and abs(value.p) < 10_000:
            text = exact.format(a=abs(int(value.p)), b=int(value.q))
            return f"-{text}" if value < 0 else text
        text = table.number(rounded(value, self.chosen["length"].made), self.chosen)
        return text.replace(".", ",") if self.chosen["decimal"].made == "," else text

    def value(self, values: Flat, shape: Shape) -> str:
        """A number, or an array of them."""
        texts = [self.number(x) for x in values]
        if not shape:
            return texts[0]
        if len(shape) > 2:
            return self._deep(texts, shape)
        rows, columns = as_matrix(shape)
        return str(self.chosen["array"].made([texts[i * columns : (i + 1) * columns] for i in range(rows)]))

    def _deep(self, texts: Sequence[str], shape: Shape) -> str:
        if not shape:
            return texts[0]
        size = len(texts) // shape[0]
        return f"[{', '.join(self._deep(texts[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0]))}]"

    # --- statements --------------------------------------------------------------------------------------------------

    def statements(self, told: Told) -> Iterator[str]:
        """A step as the work states it: one statement, or one for each entry."""
        chain, shape = self.chosen["chain"].made, told.step.shape
        by_entry = self.keys["chain"].startswith("entries") and 0 < len(shape) < 3 and len(told.values) <= 6
        if by_entry:
            yield from self._entries(told)
        else:
            chain = chain or "{name}{is}{value}"
            yield self._stated(chain, self.name(told), told, told.values, shape, told.step.expr)

    def _entries(self, told: Told) -> Iterator[str]:
        chain = "{name} = {numbers}{is}{value}" if "numbers" in self.keys["chain"] else "{name}{is}{value}"
        for i, index in enumerate(indices(told.step.shape)):
            expr = self._entry(told.step.expr, index)
            name = f"{self.name(told)}[{','.join(str(n + 1) for n in index)}]"
            if self.world == "tex":
                name = f"{self.name(told)}_{{{','.join(str(n + 1) for n in index)}}}"
                name = (
                    name
                    if "_" not in self.name(told)
                    else f"\\left({self.name(told)}\\right)_{{{','.join(str(n + 1) for n in index)}}}"
                )
            yield self._stated(chain, name, told, [told.values[i]], (), expr)

    def _entry(self, expr: Expr, index: tuple[int, ...]) -> Expr | None:
        try:
            return entry_of(expr, self.derivation.shapes, index)
        except (ShapeFault, AssertionError, ValueError, IndexError, KeyError):
            return None

    def _stated(self, chain: str, name: str, told: Told, values: Flat, shape: Shape, expr: Expr | None) -> str:
        put_in = ""
        if "{numbers}" in chain and not shape and (entry := self._entry(expr, ()) if expr else None):
            put_in = self.substituted(entry, told.k)
        if not put_in:
            chain = (
                chain.replace("{numbers}{is}", "{is}")
                .replace(" = {numbers}", "")
                .replace(" = {is}", "{is}")
                .replace("    = {numbers}\n", "")
                .replace("\n\n", "\n")
                if "{numbers}" in chain
                else chain
            )
        if "{rough}" in chain and shape:
            chain = "{name}{is}{value}"
        rough = format(float(rounded(values[0], 2)), ".2g").replace(".", self.chosen["decimal"].made)
        made = self.formula(expr) if "{formula}" in chain and expr else ""
        said = self.letters(told) if "{letters}" in chain else ""
        if len(made) > LONGEST:
            chain = "{name}{is}{value}"
        relation = self.chosen["relation"].made
        return chain.format(
            name=name,
            value=self.value(values, shape),
            formula=made,
            letters=said,
            numbers=put_in,
            rough=rough,
            **{"is": relation},
        )


class _Lookup(dict):  # type: ignore[type-arg]
    """The true value of an entry or a number of a solution in a pass."""

    def __init__(self, solution: Solution, k: int) -> None:
        super().__init__()
        self.solution, self.k = solution, k

    def get(self, node: Expr, default: None = None) -> Num | None:  # type: ignore[override]
        tape, env = self.solution.blueprint.tape, self.solution.exact.env(self.k)
        name = getattr(node, "name", None)
        if name is None or name not in tape.slots or not env[tape.slots[name]]:
            return None
        index = getattr(node, "index", ())
        shape, at = self.solution.blueprint.derivation.shapes[name], 0
        for n, i in zip(shape, index, strict=False):
            at = at * n + i
        return env[tape.slots[name]][at]


def rounded(value: Num, digits: int) -> Decimal:
    """A value to so many significant digits."""
    with localcontext(Context(prec=60)):
        exact = (
            Decimal(int(value.p)) / Decimal(int(value.q))
            if type(value) is fmpq
            else Decimal(value.mid().str(40, radius=False))
        )
        if exact == 0:
            return Decimal(0)
        found = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), ROUND_HALF_UP)
        return found.normalize() if found == exact and found == found.to_integral() and abs(found) < 100_000 else found


# --- whole works -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """A composed work: the styles by dimension, its text, the steps that it states, and the mistake in it."""

    problem: str
    seed: int
    styles: Mapping[str, str]
    text: str
    stated: tuple[str, ...]
    ending: str
    slip: str = ""
    at: str = ""


def composed(seed: int, problem: str = "", with_slip: bool = False) -> Work:
    """The work of a seed."""
    random = Random(seed)
    problem = problem or random.choice(NAMES)
    solution = known(problem)
    writer = Writer(solution, random)
    slip, at, told = _with_slip(solution, random) if with_slip else ("", "", list(_right(solution)))
    told = [each for each in told if len(each.values) <= MOST_ENTRIES and not any(map(is_minus_infinity, each.values))]
    while len(told) > MOST_STEPS:
        drop = random.randrange(len(told))
        if told[drop].id != at:
            told.pop(drop)
    text = _page(writer, told, random)
    ending = {"tex": random.choice((".tex", ".md")), "code": ".txt"}.get(writer.world, random.choice((".txt", ".md")))
    return Work(
        problem,
        seed,
        writer.keys | {"world": writer.world, "ending": ending},
        text,
        tuple(each.id for each in told),
        ending,
        slip,
        at,
    )


@cache
def known(problem: str) -> Solution:
    """A built-in problem, worked out."""
    return Blueprint.of(problem_of(problem)).solve(symbolic=False)


def _right(solution: Solution) -> Iterator[Told]:
    derivation = solution.blueprint.derivation
    for k in solution.values.worked[:2]:
        for step in derivation.worked(k, solution.values.updates):
            known_id = derivation.id_in(step.name, k)
            if step_marks(derivation, solution.problem, step, known_id, k):
                yield Told(step, known_id, k, solution.exact.flat(step.name, k))


def _with_slip(solution: Solution, random: Random) -> tuple[str, str, list[Told]]:
    """One known mistake in a step, what follows carried on."""
    derivation, slips = solution.blueprint.derivation, planted_in(solution.problem.label or "", solution)
    slips = [each for each in slips if step_marks(derivation, solution.problem, each[1], each[1].id, 1)]
    key, wrong, expr, _ = random.choice(slips)
    student = Student(solution, 40, faults={wrong.id: instead(expr)})
    answers = {answer.step: answer for answer in student.work()}
    told = [
        replace_values(each, [w.value for w in answers[each.id].content.entries])
        for each in _right(solution)
        if each.id in answers
    ]
    return key, wrong.id, told


def replace_values(told: Told, values: Flat) -> Told:
    """The same step with other numbers."""
    return replace(told, values=values)


_PLANTED: dict[str, list[tuple[str, Step, Expr, Flat]]] = {}


def planted_in(label: str, solution: Solution) -> list[tuple[str, Step, Expr, Flat]]:
    """The mistakes that can be made in a problem, found once."""
    if label not in _PLANTED:
        _PLANTED[label] = planted(solution)
    return _PLANTED[label]


def _page(writer: Writer, told: Sequence[Told], random: Random) -> str:
    """The steps in the order and with the headings that the styles say."""
    chosen, several = writer.chosen, len({each.k for each in told}) > 1
    blocks = list[str]()
    for k, of_pass in groupby(told, lambda each: each.k):
        if several:
            blocks.append(chosen["pass"].made.format(k=k))
        phases = defaultdict[str, list[Told]](list)
        for each in of_pass:
            phases[_phase(each.step)].append(each)
        order = chosen["order"].made
        if order == "mixed" and not several:
            all_told = [each for steps in phases.values() for each in steps]
            blocks += _lines(writer, random.sample(all_told, len(all_told)))
            continue
        parts = [*phases.items()]
        if not several and order in {"backward", "reversed"}:
            parts.reverse()
        for phase, steps in parts:
            if chosen["phases"].made:
                blocks.append(chosen["phases"].made[("forward", "backward", "update").index(phase)])
            blocks += _lines(writer, steps[::-1] if order == "reversed" and not several else steps)
    page = chosen["gap"].made.join(blocks)
    if writer.keys["whole"] == "quoted":
        page = page.replace("\n", "\n> ")
    text = chosen["whole"].made.format(page=page)
    return text.replace("\n", "\r\n") if writer.keys["whole"] == "CRLF" else text


def _phase(step: Step) -> str:
    return {"backward": "backward", "update": "update"}.get(step.phase, "forward")


def _joined(joint: str, said: Sequence[str]) -> str:
    """Two statements in one line, or the last one alone."""
    if len(said) == 1:
        return said[0]
    return re.sub(r"\{([ab])\}", lambda place: said["ab".index(place[1])], joint)


def _lines(writer: Writer, told: Sequence[Told]) -> list[str]:
    """Statements joined, each line in its wrapper."""
    said = [text for each in told for text in writer.statements(each)]
    joint = writer.chosen["joint"].made
    if joint and not any("\n" in text for text in said):
        said = [_joined(joint, said[i : i + 2]) for i in range(0, len(said), 2)]
    made, found = writer.chosen["line"].made, []
    for i, line in enumerate(said, 1):
        first, *more = line.split("\n")
        roman = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")[(i - 1) % 10]
        text = made.format(line=first, i=i, letter="abcdefghijklmnopqrstuvwxyz"[(i - 1) % 26], roman=roman)
        if more and (corner := table.CORNERS.get(writer.keys["array"])):
            more = [" " * text.rfind(corner) + each for each in more]
        found.append("\n".join([text, *more]))
    return found


# --- judged ----------------------------------------------------------------------------------------------------------


def marked(work: Work) -> Report:
    """The report on a work, as a file of its kind."""
    with tempfile.NamedTemporaryFile("w", suffix=work.ending, encoding="utf-8", newline="") as file:
        file.write(work.text)
        file.flush()
        return check(known(work.problem), Path(file.name))


@dataclass
class Outcome:
    """What became of a work: its steps called wrong unjustly, those lost, whether its mistake was located."""

    work: Work
    wrong: list[str]
    lost: list[str]
    located: bool
    seconds: float


def outcome(work: Work) -> Outcome:
    """A work, marked."""
    start = time.process_time()
    report = marked(work)
    taken = time.process_time() - start
    verdicts = {item.id: item.verdict for item in report.items}
    wrong = [step for step, verdict in verdicts.items() if verdict == "wrong"]
    lost = [step for step in work.stated if verdicts.get(step) in {"missing", "unreadable", None}]
    return Outcome(work, [step for step in wrong if step != work.at], lost, work.at in wrong, taken)


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--problem", default="")
    parser.add_argument("--show", type=int)
    args = parser.parse_args()
    if args.show is not None:
        _show(composed(args.show, args.problem, args.planted))
        return
    outcomes = []
    for seed in range(args.seed, args.seed + args.count):
        work = composed(seed, args.problem, args.planted)
        try:
            found = outcome(work)
        except Exception as fault:  # noqa: BLE001 - counted, to be mended
            print(seed, work.problem, "ENDED", repr(fault), flush=True)
            found = Outcome(work, ["ended"], list(work.stated), False, 0.0)
        outcomes.append(found)
        if found.wrong or len(found.lost) > 0.3 * len(found.work.stated):
            print(
                seed,
                found.work.problem,
                "WRONG" if found.wrong else "lost",
                *(found.wrong or found.lost)[:5],
                f"({len(found.wrong)} wrong, {len(found.lost)} lost of {len(found.work.stated)})",
                flush=True,
            )
    _rates(outcomes, args.planted)


def _show(work: Work) -> None:
    report, found = marked(work), outcome(work)
    print(work.problem, work.ending, *(f"{key}: {value!r}" for key, value in work.styles.items()), sep="\n  ")
    print(work.text, "\n-----")
    for item in report.items:
        if item.id in found.wrong or item.id in found.lost or item.id == work.at or not item.id:
            print(item.id, item.verdict, item.line, repr(item.given), item.message)
    for line in json.loads(report.json())["not_understood"]:
        print("not understood", line)
    print("slip:", work.slip, work.at, "wrong:", found.wrong, "lost:", found.lost)


def _rates(outcomes: Sequence[Outcome], with_slip: bool) -> None:
    stated = sum(len(each.work.stated) for each in outcomes)
    wrong, lost = (sum(len(getattr(each, key)) for each in outcomes) for key in ("wrong", "lost"))
    by_style: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for each in outcomes:
        for pair in each.work.styles.items():
            by_style[pair].append(each)
    rows = []
    for (dimension, key), found in by_style.items():
        size = sum(len(each.work.stated) for each in found) or 1
        bad, gone = (sum(len(getattr(each, what)) for each in found) / size for what in ("wrong", "lost"))
        rows.append((bad, gone, len(found), f"{dimension}: {key}"))
    worst = [
        row
        for row in sorted(rows, reverse=True, key=lambda row: row[0] * row[2] ** 0.5 * 5 + row[1] * row[2] ** 0.5)
        if row[0] or row[1] > MOST_LOST
    ][:60]
    print_table(
        "styles, the worst first",
        [
            ("style", "works", "wrong", "lost"),
            *((name, str(count), f"{bad:.1%}", f"{gone:.1%}") for bad, gone, count, name in worst),
        ],
    )
    share = "{:.1%}".format
    lines = [
        ("steps stated", str(stated)),
        ("called wrong unjustly", str(wrong), target(0, wrong, str)),
        ("works with such", str(sum(bool(each.wrong) for each in outcomes))),
        ("lost", share(lost / max(stated, 1)), target(MOST_LOST, lost / max(stated, 1), share)),
        ("seconds of the slowest", f"{max(each.seconds for each in outcomes):.2f}"),
    ]
    if with_slip:
        located = sum(each.located for each in outcomes)
        lines.append(("mistakes located", f"{located} of {len(outcomes)}"))
    print_table(f"{len(outcomes)} composed works", lines)


if __name__ == "__main__":
    main()

"""What is said of that in a line of numbers which differs from what it stands for."""

from dataclasses import dataclass, replace
from fractions import Fraction

from derive.answers.chains.read_statements import ReadSide
from derive.answers.marking.evaluator import Evaluator, exact
from derive.answers.reading.grids import Reading
from derive.answers.reading.written import Remark, Substituted
from derive.answers.substitutions.agreement import shown
from derive.answers.substitutions.alignment import definitions
from derive.answers.substitutions.literals import OMITTED, Miss
from derive.answers.substitutions.numerals import nearest, text_of, written_text
from derive.calculus.shapes import indices
from derive.derivation.steps import Step
from derive.language.expressions import Apply, Entry, Expr, Number, Ref, rewrite, walk
from derive.notation.notations import UNICODE
from derive.notation.printer import formula
from derive.problem.settings import Digits

LONGEST = 8
_MINUS = ("-", "−", "–")


@dataclass(slots=True)
class Noticing:
    """Words the misses in one link of a chain about a step."""

    evaluator: Evaluator
    step: Step
    part: ReadSide
    reading: Reading

    def remark(self, miss: Miss) -> Remark:
        """A miss beside a right result."""
        line = self.part.link.line + self._lines_below(miss)
        if miss.kind == OMITTED:
            return Remark("notation", line, self.part.link.text, self._with_numbers(miss.target), key="left_out")
        if miss.turned:
            return Remark("notation", line, *self._signs(miss), key="sign")
        return Remark("miscopied", line, *self._texts(miss))

    def whole(self, goal: Expr) -> Remark:
        """A line that does not give the right result beside it, and is like nothing that does."""
        link = self.part.link
        return Remark("notation", link.line, link.text, shown(self.evaluator, self.step, self._spelled_out(goal)))

    def substituted(self, miss: Miss) -> Substituted:
        """A number that a wrong result rests on."""
        if not miss.turned:
            return Substituted(self._name(miss), *self._texts(miss))
        written, right = self._signs(miss)
        inside = isinstance(miss.target, Apply) and not written.startswith(_MINUS)
        return Substituted(self._formula(miss.target) if inside else self._name(miss), written, right)

    # --- where -------------------------------------------------------------------------------------------------------

    def _lines_below(self, miss: Miss) -> int:
        """How many lines below the link's beginning it stands."""
        start, _ = miss.place.where(self.reading) or (0, 0)
        return self.reading.text.count("\n", 0, start)

    # --- what stands there, and what belongs there -------------------------------------------------------------------

    def _texts(self, miss: Miss) -> tuple[str, str]:
        """A number and the right one, as the student wrote it elsewhere if so."""
        target = miss.target
        turned = isinstance(target, Apply) and target.op == "negate"
        said = self.evaluator.mentioned(target.args[0] if isinstance(target, Apply) and turned else target)
        if miss.written is None:
            start, end = miss.place.span or (0, 0)
            return self.reading.text[start:end], f"[{' '.join(w.text for w in said[-1] if w)}]"
        written = miss.written.text.lstrip("-− ") if turned else miss.written.text
        mentions = [mention[miss.at] for mention in said if miss.at < len(mention)]
        if (close := nearest(miss.written, [w for w in mentions if w])) is not None:
            return written, written_text(close.text)
        return written, text_of(-miss.right if turned else miss.right, self._digits(), self.evaluator.decimal)

    def _signs(self, miss: Miss) -> tuple[str, str]:
        """A part with its sign and with the other one: a minus before it belongs to it."""
        text = self.reading.text
        start, end = miss.place.where(self.reading) or (0, len(text))
        part, before = text[start:end].strip(), text[:start].rstrip()
        if part.startswith(_MINUS):
            return part, part[1:].lstrip()
        if before.endswith((*_MINUS, "+")):
            plus, part = before.endswith("+"), text[len(before) - 1 : end]
            return part, f"-{part[1:].lstrip()}" if plus else part[1:].lstrip()
        return part, f"-{part}" if miss.written else f"-({part})"

    def _with_numbers(self, target: Expr) -> str:
        """A part of a formula with its numbers put in, where those are short."""

        def put_in(node: Expr) -> Expr | None:
            value = self.evaluator.value(node) if isinstance(node, Ref | Entry) else None
            number = exact(value[1][0]) if value and not value[0] else None
            if number is None or len(text_of(number, self._digits(), ".")) > LONGEST or number.q > 10**LONGEST:
                return None
            return Number(Fraction(int(number.p), int(number.q)), decimal=True)

        return self._formula(rewrite(target, put_in))

    def _digits(self) -> Digits:
        return self.evaluator.solution.values.numbers.of(self.step.id)

    # --- what is meant -----------------------------------------------------------------------------------------------

    def _name(self, miss: Miss) -> str:
        """What a number stands for: the id of a quantity or entry, or a part of the formula."""
        target = miss.target
        bare = target.args[0] if isinstance(target, Apply) and target.op in {"transpose", "negate"} else target
        if isinstance(bare, Ref) and self.evaluator.shapes[bare.name] and miss.at >= 0:
            bare = Entry(bare.name, indices(self.evaluator.shapes[bare.name])[miss.at])
        if isinstance(bare, Entry) and bare.index:
            return f"{bare.name.id}[{','.join(str(i + 1) for i in bare.index)}]"
        return bare.name.id if isinstance(bare, Ref | Entry) else self._formula(bare)

    def _formula(self, expr: Expr) -> str:
        return formula(expr, replace(UNICODE, decimal=self.evaluator.decimal), self.evaluator.shapes)

    def _spelled_out(self, goal: Expr) -> Expr:
        """The right side by the definition of its function, where the line spells that out."""
        if not isinstance(goal, Apply) or any(isinstance(node, Apply) and node.op == goal.op
                                              for node in walk(self.reading.expr)):  # fmt: skip
            return goal
        return next(definitions(goal), goal)

"""What a student's names mean: forgivingly, but never two things at once.

`X` is x where no X is defined, `w_2` W_2, `W2` and `W^{(2)}` too; `z_{1,3}` is an entry of z_1, `dW2` means dL/dW_2,
and `g` is whatever function the problem applies to its argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from derive.calculus.differentiation import derivative_rule
from derive.calculus.operation_rows import ROWS
from derive.derivation.steps import Derivation, Step
from derive.language.cursor import Cursor, Scope
from derive.language.expressions import Apply, Entry, Expr, Index, Options, Ref, Shape, apply
from derive.language.names import Derivative, Name, SubscriptItem, Symbol, symbols_in
from derive.language.step_ids import StepId
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS

LOSSES = ("l", "loss", "e", "error", "c", "cost", "j", "mse", "verlust", "fehler", "kosten")
TOTALS = ("total", "tot", "ges", "gesamt", "all", "сумм", "общ", "жалпы")
"""What a loss of all samples or outputs has in its subscript."""
GENERIC = ("g", "f", "h", "phi", "sigma", "act", "activation", "psi", "a")
MAX_RANK = 4
Quantity = Ref | Entry
_MARKED = re.compile(r"(.*)[\[(](\d{1,9})[\])]")
_LAYER = re.compile(r"\^(\(\w{1,9}\)|\[\w{1,9}\])")
_UNFOLDED = str.maketrans("", "", "_{}()[]^' ")
_TOUCHING = re.compile(r"^([^\W\d_]+)(\d{1,4})$")


@dataclass
class Lexicon:
    """The names of a derivation, `others` that the problem or a work gives its quantities and entries, the formulas
    that a work gives names to, and the functions that its letters were found to mean; `own` says whether a work has
    given any name.
    """

    derivation: Derivation
    aliases: Mapping[str, tuple[str, ...]]
    names: dict[str, Name] = field(default_factory=dict)
    folded: dict[str, Name | None] = field(default_factory=dict)
    learned: dict[str, str] = field(default_factory=dict)
    steps: dict[Name, Step] = field(default_factory=dict)
    meanings: dict[str, Quantity | None] = field(default_factory=dict)
    others: dict[str, Quantity] = field(default_factory=dict)
    declared: dict[str, Expr] = field(default_factory=dict)
    own: bool = False

    @staticmethod
    def of(derivation: Derivation, aliases: Mapping[str, tuple[str, ...]]) -> Lexicon:
        """The lexicon of a derivation."""
        lexicon = Lexicon(derivation, aliases)
        for name in [name for name, _ in derivation.givens] + [*derivation.constants, *derivation.states]:
            lexicon._enter(name)
        for step in derivation.updates:
            if step.id not in lexicon.names:
                lexicon._enter(step.name.before)
        for step in (*derivation.forward, *derivation.backward):
            lexicon._enter(step.name)
            lexicon.steps[step.name] = step
        for known, others in aliases.items():
            lexicon.also(known, others)
        return lexicon

    def also(self, step: str, others: Iterable[str]) -> None:
        """Enter other names of a quantity, or of an entry of it, as they are read: by their canonical ids."""
        named = StepId.parse(step)
        name = self.names.get(named.name)
        quantity = self._part(name, named.entry) if named.entry else Ref(name) if name else None
        if quantity is None:
            return
        for other in others:
            symbol = _spelled_out(other)
            if symbol is not None and symbol.id not in self.names:
                self.others[symbol.id] = quantity
                self.names[symbol.id] = quantity.name
        self.meanings.clear()

    @property
    def learned_letters(self) -> tuple[tuple[str, str], ...]:
        """The functions that letters were found to mean."""
        return tuple(self.learned.items())

    def declare(self, name: str, expr: Expr) -> None:
        """Enter a name that a work gives to a formula of its own."""
        symbol = _spelled_out(name)
        if symbol is not None:
            self.declared[symbol.id] = expr
            self.own = True

    def _enter(self, name: Name) -> None:
        self.names[name.id] = name
        key = _folded(name.id)
        self.folded[key] = None if key in self.folded else name

    @cached_property
    def scope(self) -> Scope:
        """What a text may refer to as it stands in the grammar."""
        return Scope(self.names, {})

    @property
    def shapes(self) -> Mapping[Name, Shape]:
        """The shape of every name."""
        return self.derivation.shapes

    # --- names -------------------------------------------------------------------------------------------------------

    def symbol(self, symbol: Symbol) -> Quantity | None:
        """The quantity or entry that a symbol means."""
        if symbol.id not in self.meanings:
            self.meanings[symbol.id] = self._meaning(symbol)
        return self.meanings[symbol.id]

    def word(self, word: str) -> Quantity | None:
        """What a word means that is a name of the problem as it stands; None where it was not looked up before, or a
        name of the work's own may hide it.
        """
        return self.meanings.get(word) if word in self.names and not self.declared else None

    def _meaning(self, symbol: Symbol) -> Quantity | None:
        for spelling in _spellings(symbol):
            if other := self.others.get(spelling.id):
                return other
            if name := self.names.get(spelling.id):
                return Ref(name)
        for spelling in _spellings(symbol):
            if name := self._named(spelling):
                return Ref(name)
        found = self._entry(symbol) or self._gradient(symbol) or self._usual(symbol)
        return found or self._error_term(symbol) or self._corrected(symbol)

    def holds(self, words: str) -> bool:
        """Whether words are a name of the problem as it stands, or names of one letter side by side."""
        return words in self.names or (len(words) < 5 and all(letter in self.names for letter in words))

    def understands(self, word: str) -> bool:
        """Whether a word is a name of the problem or of the work, or of a function."""
        known = self.holds(word) or word in self.declared or spelled(word) is not None
        return known or self.symbol(Symbol(word)) is not None

    def _named(self, symbol: Symbol) -> Name | None:
        return self.names.get(symbol.id) or self.folded.get(_folded(symbol.id))

    def _entry(self, symbol: Symbol) -> Quantity | None:
        """A name with some more numbers in its subscript, one for each axis; the problem's own other names first."""
        spelled = [*_spellings(symbol)]
        spellings = [*spelled, *(apart for spelling in spelled for apart in _apart(spelling))]
        for known in (self._other, self._named) if self.others else (self._named,):
            for spelling in spellings:
                for count in range(1, min(len(spelling.subscript), MAX_RANK) + 1):
                    whole = known(replace(spelling, subscript=spelling.subscript[:-count]))
                    found = self._part(whole, spelling.subscript[len(spelling.subscript) - count :]) if whole else None
                    if found is not None:
                        return found
        for spelling in spellings:
            if found := self._part(self._only_matrix(spelling), spelling.subscript):
                return found
        return None

    def slice(self, symbol: Symbol) -> Entry | None:
        """Part of an array of three axes or more, by its first numbers: channel 1 of Z as `Z_1`."""
        for spelling in _spellings(symbol):
            for count in range(1, min(len(spelling.subscript), MAX_RANK) + 1):
                cut = len(spelling.subscript) - count
                whole = self._named(replace(spelling, subscript=spelling.subscript[:cut]))
                if whole and (index := self.leading(whole, spelling.subscript[cut:])):
                    return Entry(whole, index)
        return None

    def leading(self, name: Name, items: tuple[SubscriptItem, ...]) -> Index | None:
        """The first numbers of an index, fewer than an array of three axes or more has."""
        numbers, shape = tuple(item - 1 for item in items if isinstance(item, int)), self.shapes[name]
        fits = len(numbers) == len(items) < len(shape) > 2
        return numbers if fits and all(0 <= i < n for i, n in zip(numbers, shape, strict=False)) else None

    def _other(self, symbol: Symbol) -> Name | None:
        """The quantity of which a symbol is another name."""
        other = self.others.get(symbol.id)
        return other.name if isinstance(other, Ref) else None

    def _part(self, whole: Name | None, items: tuple[SubscriptItem, ...]) -> Quantity | None:
        """The entry of a quantity; the one component of a number is the number itself."""
        index = self.index(whole, items) if whole else None
        return None if whole is None or index is None else Entry(whole, index) if index else Ref(whole)

    def _only_matrix(self, symbol: Symbol) -> Name | None:
        """Of `w_{11}` the one matrix W_h of the problem that has this letter."""
        alike = [*self._alike.get((symbol.base.lower(), symbol.accent), ())]
        return alike[0] if len(alike) == 1 and len(symbol.subscript) == len(self.shapes[alike[0]]) == 2 else None

    @cached_property
    def _alike(self) -> dict[tuple[str, str], dict[Symbol, None]]:
        """The symbols that begin with a letter, great or small."""
        alike: dict[tuple[str, str], dict[Symbol, None]] = {}
        for name in self.names.values():
            if isinstance(name, Symbol):
                alike.setdefault((name.base.lower(), name.accent), {})[name] = None
        return alike

    def index(self, name: Name, items: tuple[SubscriptItem, ...]) -> Index | None:
        """The entry that numbers from 1 mean: of a row or column one number is enough."""
        numbers = tuple(item - 1 for item in items if isinstance(item, int))
        shape = self.shapes[name]
        if len(numbers) != len(items):
            return None
        if not shape:
            return () if numbers == (0,) and _is_numbered(name) else None
        if len(shape) == 2 and shape[0] == 1 and len(numbers) == 1:
            numbers = (0, *numbers)
        if len(shape) == 1 and len(numbers) == 2 and numbers[1] == 0:
            numbers = numbers[:1]
        fits = len(numbers) == len(shape) and all(0 <= i < n for i, n in zip(numbers, shape, strict=True))
        return numbers if fits else None

    def _gradient(self, symbol: Symbol) -> Quantity | None:
        """`dW_2` for dL/dW_2."""
        loss = self.derivation.loss
        if loss is None or len(symbol.base) < 2 or symbol.base[0] != "d":
            return None
        of = self.symbol(replace(symbol, base=symbol.base[1:]))
        return self.derivative(Ref(loss), of) if of else None

    def _usual(self, symbol: Symbol) -> Ref | None:
        """The loss by one of its usual names, the output as ŷ."""
        loss = self.derivation.loss
        whole = not symbol.subscript or (len(symbol.subscript) == 1 and str(symbol.subscript[0]).lower() in TOTALS)
        if loss is not None and whole and symbol.base.lower() in LOSSES and not symbol.accent:
            return Ref(loss)
        if loss is not None and symbol.id.lower() == "y_hat" and loss in self.steps:
            computed = [name for name in self.steps[loss].uses if name in self.steps]
            return Ref(computed[0]) if len(computed) == 1 else None
        return None

    def _error_term(self, symbol: Symbol) -> Quantity | None:
        """By convention `δ_2`, `δ^{(2)}`, `δ_o` for the loss by what a function of layer 2, or o, is applied to."""
        loss = self.derivation.loss
        if loss is None or symbol.base != "delta" or symbol.accent:
            return None
        marks = next((each.subscript for each in _spellings(symbol) if not each.superscript and not each.helper), ())
        for count in (0, 1, 2):
            layer, entry = marks[: len(marks) - count], marks[len(marks) - count :]
            named = [self.derivative(Ref(loss), Ref(name)) for name in self._activated if name.subscript == layer]
            found = [each for each in named if each is not None]
            if len(found) == 1:
                return self._part(found[0].name, entry) if entry else found[0]
        return None

    @cached_property
    def _activated(self) -> list[Symbol]:
        """What the functions of the layers are applied to."""
        found: dict[Symbol, None] = {}
        for step in self.derivation.forward:
            match step.expr:
                case Apply(op=op, args=(Ref(name=Symbol() as name),)) if ROWS[op].elementwise or ROWS[op].from_scores:
                    found[name] = None
        return [*found]

    def _corrected(self, symbol: Symbol) -> Ref | None:
        """`m̂_W1` for the bias-corrected moment m_{c,W_1}, `ŷ_2` for an output y_2 that is worked out."""
        if symbol.accent != "hat":
            return None
        for spelling in _spellings(symbol):
            if name := self._named(replace(spelling, accent="", subscript=("c", *spelling.subscript))):
                return Ref(name)
        found = self.symbol(replace(symbol, accent=""))
        return found if isinstance(found, Ref) and found.name in self.steps else None

    def derivative(self, of: Quantity | None, by: Quantity | None, via: Quantity | None = None) -> Quantity | None:
        """The derivative of one quantity by another, or the part of it through `via`, or an entry of it.

        Each of them may be a derivative itself. None where it is no step; a step `dL/dw_1` goes before the entry.
        """
        if not isinstance(of, Ref) or by is None:
            return None
        path = via.name if via else None
        if isinstance(by, Entry) and isinstance(by.name, Symbol):
            entry = replace(by.name, subscript=(*by.name.subscript, *(i + 1 for i in by.index)))
            if name := self.names.get(Derivative(of.name, entry, path).id):
                return Ref(name)
        name = self.names.get(Derivative(of.name, by.name, path).id)
        if name is None:
            return None
        return Ref(name) if isinstance(by, Ref) else Entry(name, by.index)

    # --- functions ---------------------------------------------------------------------------------------------------

    def function(self, word: str, primes: int, args: tuple[Expr, ...], options: Options = ()) -> Expr | None:
        """A function or its derivative applied, with the settings that the problem gives it; None for no function."""
        op = self._operation(word, args)
        if op is None or primes > 1:
            return None
        step = next((step for step in self._applied(args) if _op(step) == op), None)
        if primes == 0:
            return step.expr if step else Apply(op, args, options) if _takes(op, len(args)) else None
        if step is not None and (name := self.names.get(f"d{step.id}/d{step.uses[0].id}")):
            return Ref(name)
        applied = apply(op, *args)
        return derivative_rule(applied, 0, applied) if len(args) == 1 and op in ROWS and ROWS[op].derivative else None

    def _operation(self, word: str, args: tuple[Expr, ...]) -> str | None:
        """What a word means as a function: `g(z_2)` whatever the problem applies to z_2."""
        known, letter = spelled(word), word.lower()
        if letter not in GENERIC or (word != letter and word in FUNCTIONS):
            return known
        here = {_op(step) for step in self._applied(args)}
        if len(here) == 1 and (known is None or not self._used & _built_from(known)):
            self.learned[letter] = here.pop()
            return self.learned[letter]
        return self.learned.get(letter) or known or self._only

    def _applied(self, args: tuple[Expr, ...]) -> list[Step]:
        """The forward steps that apply one function to a name."""
        return self._functions.get(args[0].name, []) if len(args) == 1 and isinstance(args[0], Ref) else []

    @cached_property
    def _functions(self) -> dict[Name, list[Step]]:
        """The forward steps that are one function of one name, by that name."""
        found: dict[Name, list[Step]] = {}
        for step in self.derivation.forward:
            match step.expr:
                case Apply(op=op, args=(Ref(name=name),)) if ROWS[op].elementwise:
                    found.setdefault(name, []).append(step)
        return found

    @cached_property
    def _used(self) -> set[str]:
        return {_op(step) for steps in self._functions.values() for step in steps}

    @property
    def _only(self) -> str | None:
        """The one function of the network that has no kink."""
        smooth = {op for op in self._used if not ROWS[op].kinks}
        return next(iter(smooth)) if len(smooth) == 1 else None


def _is_numbered(name: Name) -> bool:
    """Whether a name has a number of its own, so that one behind it counts entries: z_{2,1}, not L_1."""
    symbol = next(symbols_in(name))
    return bool(symbol.subscript or symbol.superscript)


def _spelled_out(text: str) -> Symbol | None:
    """The symbol that another name of a quantity writes; None for what is no plain name."""
    text = _LAYER.sub(r"^{\1}", _TOUCHING.sub(r"\1_\2", text.strip("$ ")))
    try:
        cursor = Cursor(text, Scope({}, {}))
        symbol = cursor.symbol()
    except TextError:
        return None
    return symbol if cursor.token.kind == "end" else None


def spelled(word: str) -> str | None:
    """The operation that a word names, in capitals too."""
    return FUNCTIONS.get(word) or _spelled().get(word.lower())


@cache
def _spelled() -> dict[str, str]:
    """The operations by their spellings in small letters."""
    return {spelling.lower(): op for spelling, op in FUNCTIONS.items() if not spelling.endswith("'")}


@cache
def _built_from(op: str) -> frozenset[str]:
    """An operation, and those whose formula or derivative is written with it."""
    words = ROWS[op].spellings if op in ROWS else ()
    texts = {key: " ".join((row.definition, *row.derivative)) for key, row in ROWS.items()}
    return frozenset((op, *(key for key, text in texts.items() if any(f"{word}(" in text for word in words))))


def _op(step: Step) -> str:
    assert isinstance(step.expr, Apply)
    return step.expr.op


def _takes(op: str, count: int) -> bool:
    low, high = ROWS[op].arity if op in ROWS else (count, count)
    return low <= count <= high


def _folded(name: str) -> str:
    """What spellings have in common: no case, no underscores, brackets or primes."""
    return name.lower().translate(_UNFOLDED)


def _spellings(symbol: Symbol) -> Iterator[Symbol]:
    """The symbol itself; a number in brackets on top as the one of a helper step, or of a layer, as a subscript; a name
    that is a subscript without its braces: `m_W_1` for m_{W_1}."""
    yield symbol
    if found := _MARKED.fullmatch(symbol.superscript):
        before, last = found.groups()
        yield replace(symbol, superscript=before, helper=int(last))
        if not before:
            yield replace(symbol, superscript="", subscript=(int(last), *symbol.subscript))
    if len(symbol.subscript) > 1 and isinstance(word := symbol.subscript[0], str):
        yield replace(symbol, subscript=(Symbol(word, subscript=symbol.subscript[1:]),))


def _apart(symbol: Symbol) -> Iterator[Symbol]:
    """A subscript of several digits as so many numbers: `z_{12}` for z_{1,2}."""
    items: list[SubscriptItem] = []
    for item in symbol.subscript:
        items += [int(digit) for digit in str(item)] if isinstance(item, int) else [item]
    if tuple(items) != symbol.subscript and len(items) <= 4:
        yield replace(symbol, subscript=tuple(items))

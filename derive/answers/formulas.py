"""Formulas in students' answers, read by the one grammar: names spelled forgivingly, every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from derive.answers.lexicon import GENERIC, Lexicon, Quantity
from derive.answers.model import Unreadable
from derive.answers.spelling import Spelled, spelled
from derive.language.cursor import Cursor, Scope
from derive.language.expressions import Apply, Entry, Expr, Ref, rewrite
from derive.language.grammar import parse
from derive.language.names import Derivative, Name, Symbol
from derive.language.tokens import TextError
from derive.operations import FUNCTIONS, MACROS, ROWS
from derive.operations.calculus import expand_macros

MAX_FORMULA = 5_000
_CALL = "call "
_CONSTANTS = {"e", "pi", "d", "T"}
_NOTHING = Scope({}, {})


@dataclass
class Names(Mapping[str, Name]):
    """The names that a formula may use, forgivingly: `X` where x is meant, `z_{1,2}` for an entry of z_1."""

    lexicon: Lexicon
    found: dict[str, Quantity | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Name:
        quantity = self.quantity(name)
        if quantity is None:
            raise KeyError(name)
        return quantity.name if isinstance(quantity, Ref) else Symbol(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.lexicon.names)

    def __len__(self) -> int:
        return len(self.lexicon.names)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.quantity(name) is not None

    def quantity(self, name: str) -> Quantity | None:
        """What an id means."""
        if name not in self.found:
            known = self.lexicon.names.get(name)
            self.found[name] = Ref(known) if known else None if name in _CONSTANTS else self._forgiven(name)
        return self.found[name]

    def _forgiven(self, name: str) -> Quantity | None:
        try:
            cursor = Cursor(name, _NOTHING)
            symbol = cursor.symbol()
        except TextError:
            return None
        return self.lexicon.symbol(symbol) if cursor.token.kind == "end" else None


def scope_of(lexicon: Lexicon) -> Scope:
    """What students' formulas may refer to: every name forgivingly, every function, its derivative, and `g`."""
    names = Names(lexicon)
    functions = {spelling: op for spelling, op in FUNCTIONS.items() if spelling not in lexicon.names}
    generic = {letter for word in GENERIC for letter in (word, word.upper()) if letter not in functions}
    functions |= {word: _CALL + word for word in generic if word not in names}
    functions |= {word: _CALL + word for word in lexicon.learned if word not in names}
    functions |= {f"{word}'": f"{_CALL}{word}'" for word in [*functions] if not word.endswith("'")}
    return Scope(names, functions)


def read_formula(text: str, scope: Scope, decimal: str) -> Expr | Unreadable:
    """The formula that `text` writes, or why it writes none."""
    if len(text) > MAX_FORMULA:
        return Unreadable(f"the text has {len(text)} characters", f"at most {MAX_FORMULA} are read as a formula")
    written = spelled(text, decimal)
    try:
        return _checked(parse(written.text, scope), scope)
    except TextError as wrong:
        return _second(written, text, scope, decimal) or _located(wrong, written, text)


def _second(written: Spelled, text: str, scope: Scope, decimal: str) -> Expr | None:
    """The formula with its commas as separators: `max(0,5)`."""
    if decimal != "," or "," not in text:
        return None
    try:
        return _checked(parse(spelled(text, ".").text, scope), scope)
    except TextError:
        return None


def _located(wrong: TextError, written: Spelled, text: str) -> Unreadable:
    start = min(written.place(wrong.start), max(len(text) - 1, 0))
    return Unreadable(wrong.message, wrong.hint, start, max(written.place(max(wrong.end - 1, 0)) + 1, start + 1))


# --- what the grammar leaves open ------------------------------------------------------------------------------------


def _checked(expr: Expr, scope: Scope) -> Expr:
    """The expression over the problem's own names and the table's operations. Raises TextError."""
    names = scope.names
    resolved = rewrite(expr, lambda node: _resolved(node, names)) if isinstance(names, Names) else expr
    _check_applications(resolved)
    return expand_macros(resolved)


def _resolved(node: Expr, names: Names) -> Expr | None:
    if isinstance(node, Ref):
        return _quantity(node, names)
    if not isinstance(node, Apply):
        return None
    if node.op == "index" and isinstance(node.args[0], Ref):
        return _entry(node, names)
    if not node.op.startswith(_CALL):
        return None
    word = node.op[len(_CALL) :]
    args = tuple(rewrite(arg, lambda inner: _resolved(inner, names)) for arg in node.args)
    applied = names.lexicon.function(word.rstrip("'"), word.count("'"), args)
    if applied is None:
        raise TextError(f"`{word}` is not known here as a function", "", *(node.span or (0, 1)))
    return applied


def _quantity(ref: Ref, names: Names) -> Expr:
    name, span = ref.name, ref.span or (0, 1)
    if name.id in names.lexicon.names:
        return ref
    found = names.quantity(name.id)
    if found is None and isinstance(name, Derivative):
        of, by = (names.lexicon.symbol(symbol) for symbol in (name.of, name.by))
        found = names.lexicon.derivative(of, by)
    if found is None:
        raise TextError(f"`{name}` is not a quantity of this problem", "", *span)
    return found if isinstance(found, Entry) else Ref(found.name, ref.span)


def _entry(node: Apply, names: Names) -> Expr:
    base = _quantity(node.args[0], names) if isinstance(node.args[0], Ref) else node.args[0]
    at = dict(node.options)["at"]
    numbers = tuple(i for i in at if isinstance(i, int)) if isinstance(at, tuple) else ()
    index = names.lexicon.index(base.name, numbers) if isinstance(base, Ref) else None
    if index is None or not isinstance(base, Ref) or not isinstance(at, tuple) or len(numbers) < len(at):
        raise TextError("there is no such entry", "entries count from 1", *(node.span or (0, 1)))
    return Entry(base.name, index)


def _check_applications(expr: Expr) -> None:
    """Every operation exists and has as many arguments, and the settings, that it takes. Raises TextError."""
    if not isinstance(expr, Apply):
        return
    spec, span = ROWS.get(expr.op) or MACROS.get(expr.op), expr.span or (0, 1)
    if spec is None:
        raise TextError("this operation is not worked out here", "`derive operations` lists what is", *span)
    low, high = (len(spec.params), len(spec.params)) if not hasattr(spec, "arity") else spec.arity
    if not low <= len(expr.args) <= high:
        raise TextError(f"this takes {high} arguments, not {len(expr.args)}", f"as in `{spec.example}`", *span)
    if any(name not in {*spec.defaults, "axis"} for name, _ in expr.options):
        raise TextError("this has no such setting", f"as in `{spec.example}`", *span)
    for arg in expr.args:
        _check_applications(arg)

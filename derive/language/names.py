"""Names as structured values: a symbol (`W_1`, `y_hat`, `z_{f,1}`) or a derivative (`dL/dW_1`), one ASCII id each."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self, TypeAlias

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ",
    "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
GREEK_NAMES = {letter: name for name, letter in GREEK.items()} | {"ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "vec": "\u20d7"}
ACCENT_NAMES = {mark: name for name, mark in ACCENTS.items()} | {"\u0305": "bar"}

SubscriptItem: TypeAlias = "int | str | Symbol"


class _Key(tuple[Any, ...]):
    """What a name is told apart by: names are the keys of nearly every table, and a tuple is looked up at C's speed."""

    __slots__ = ()


@dataclass(frozen=True, init=False, eq=False)
class Symbol(_Key):
    """A quantity's name.

    `base` is a word or Greek letter in ASCII, `accent` one of ACCENTS, `primes` the number of primes, `subscript`
    integers, words and whole names (`v_{W_1}`), `superscript` what stands in brackets on top (`a^{[1]}`: `"[1]"`), and
    `helper` numbers the helper steps of an equation (`h_1:1`). `updated` is the quantity after the update of the pass:
    it is written like the one before, but is another one. `interim` numbers what is worked out on the way: `p~1`.
    `id` is the canonical ASCII id: `alpha`, `W_1`, `y_hat`, `z_{f,1}`, `a^[1]`, `h_1:1`.
    """

    base: str
    accent: str = ""
    primes: int = 0
    subscript: tuple[SubscriptItem, ...] = ()
    superscript: str = ""
    helper: int = 0
    updated: bool = False
    interim: int = 0
    id: str = field(init=False, repr=False)

    def __new__(  # noqa: PLR0913, PLR0917, one for each field
        cls, base: str, accent: str = "", primes: int = 0, subscript: tuple[SubscriptItem, ...] = (),
        superscript: str = "", helper: int = 0, updated: bool = False, interim: int = 0,
    ) -> Self:  # fmt: skip
        above = superscript and f"^{superscript}"
        written = _written(base, accent, primes, _below(str, subscript), above, helper, interim)
        self = super().__new__(cls, (written, updated))
        self.__dict__.update(
            base=base, accent=accent, primes=primes, subscript=subscript, superscript=superscript, helper=helper,
            updated=updated, interim=interim, id=written,
        )  # fmt: skip
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(getattr(self, part.name) for part in fields(self) if part.init)

    @property
    def before(self) -> Symbol:
        """The quantity before the update."""
        return replace(self, updated=False) if self.updated else self

    @property
    def after(self) -> Symbol:
        """The quantity after the update."""
        return self if self.updated else replace(self, updated=True)

    def topped(self, superscript: str) -> Symbol:
        """The name with another superscript."""
        return Symbol(self.base, self.accent, self.primes, self.subscript, superscript, self.helper, self.updated,
                      self.interim)  # fmt: skip

    @property
    def bare(self) -> Symbol:
        """The quantity that a helper or an interim result belongs to; itself for any other."""
        return replace(self, helper=0, interim=0) if self.helper or self.interim else self

    @property
    def spelling(self) -> str:
        """The name as it is read even where it is not known yet: the id, but `W_f^{(1)}` for `W_f^(1)`."""
        braced = f"^{{{self.superscript}}}" if "(" in self.superscript else self.superscript and f"^{self.superscript}"
        below = _below(lambda item: getattr(item, "spelling", str(item)), self.subscript)
        return _written(self.base, self.accent, self.primes, below, braced, self.helper, self.interim)

    def __str__(self) -> str:
        return self.id


def _written(base: str, accent: str, primes: int, below: str, above: str, helper: int, interim: int) -> str:
    """A symbol's parts as text: what stands `below` and `above` as it is written."""
    accent = f"_{accent}" if accent else ""
    numbers = (f":{helper}" if helper else "") + (f"~{interim}" if interim else "")
    return f"{base}{accent}{chr(39) * primes}{below}{above}{numbers}"


def _below(item_text: Callable[[SubscriptItem], str], subscript: tuple[SubscriptItem, ...]) -> str:
    """A subscript as text, in braces where it is a list or a whole name."""
    if not subscript:
        return ""
    items = ",".join(map(item_text, subscript))
    compound = len(subscript) > 1 or isinstance(subscript[0], Symbol)
    return f"_{{{items}}}" if compound else f"_{items}" if items else ""


@dataclass(frozen=True, init=False, eq=False)
class Derivative(_Key):
    """The derivative of `of` by `by`; `via` names the equation whose path it is, where there are several.

    Each of them may be a derivative itself. `id` is the canonical id: `dL/dA_1`, `dA_2/dz_2`, `dL/dA_1|z_2`,
    `d^2L/dw^2`, `d(du/dx)/dw`.
    """

    of: Name
    by: Name
    via: Name | None = None
    id: str = field(init=False, repr=False)

    def __new__(cls, of: Name, by: Name, via: Name | None = None) -> Self:
        path = f"|{_grouped(via)}" if via else ""
        whole, order = _repeated(of, by)
        power = f"^{order}" if order > 1 else ""
        written = f"d{power}{_grouped(whole)}/d{_grouped(by)}{power}{path}"
        self = super().__new__(cls, (written,))
        self.__dict__.update(of=of, by=by, via=via, id=written)
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.of, self.by, self.via

    @property
    def repeated(self) -> tuple[Name, int]:
        """What is differentiated, and how often by the same: (L, 2) for d²L/dw²."""
        return _repeated(self.of, self.by)

    @property
    def before(self) -> Derivative:
        """Itself: no update changes a derivative."""
        return self

    def __str__(self) -> str:
        return self.id


Name: TypeAlias = Symbol | Derivative


def _repeated(of: Name, by: Name) -> tuple[Name, int]:
    """What is differentiated by `by` again and again, and how often."""
    order = 1
    while isinstance(of, Derivative) and of.by == by and of.via is None and not isinstance(of.by, Derivative):
        of, order = of.of, order + 1
    return of, order


def _grouped(name: Name) -> str:
    """The id of a part of a derivative, in parentheses where it is a derivative itself."""
    return f"({name.id})" if isinstance(name, Derivative) else name.id


def symbols_in(name: Name | None) -> Iterator[Symbol]:
    """The symbols that a name is made of: of dL/dw by, via and of."""
    if isinstance(name, Derivative):
        for part in (name.by, name.via, name.of):
            yield from symbols_in(part)
    elif name is not None:
        yield name


def renamed(name: Name, names: Mapping[Name, Name]) -> Name:
    """A name with the symbols that it is made of renamed."""
    if not isinstance(name, Derivative):
        return names.get(name, name)
    via = renamed(name.via, names) if name.via else None
    return Derivative(renamed(name.of, names), renamed(name.by, names), via)


def ascii_letter(char: str) -> tuple[str, str]:
    """The ASCII base and the accent of one letter: `ŷ` → (`y`, `hat`), `α` → (`alpha`, ``), `é` → (`é`, ``)."""
    if char in GREEK_NAMES:
        return GREEK_NAMES[char], ""
    parts = unicodedata.normalize("NFD", char)
    if len(parts) == 2 and parts[1] in ACCENT_NAMES:
        return GREEK_NAMES.get(parts[0], parts[0]), ACCENT_NAMES[parts[1]]
    return char, ""

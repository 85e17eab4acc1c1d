"""What stands in the parentheses of a function and below its name: arguments, an axis, settings."""

from derive.language.cursor import MAX_INDEX_DIGITS
from derive.language.expressions import Apply, Expr, Number, Option, Options, number
from derive.language.numbers import parse_number
from derive.language.primaries import Primaries
from derive.language.tokens import PADDINGS, Token

AXES = {word: axis for axis, words in {
    "rows": "rows Zeilen lignes filas строки жолдар",
    "columns": "columns Spalten colonnes columnas столбцы бағандар",
    "channels": "channels Kanäle canaux canales каналы арналар",
}.items() for word in words.split()}  # fmt: skip
"""What an axis is called, in the languages of pages."""
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}"}


class ArgumentReader(Primaries):
    """Reads what a function is applied to; the grammar says what an expression is."""

    def signed(self) -> Expr:
        """A term with its signs at the cursor."""
        raise NotImplementedError

    def settings_below(self, name: str) -> tuple[str, tuple[Expr, ...], Options]:
        """The name of a function, and what stands below it: sizes as further arguments, `maxpool_{2×3}`, and an axis,
        `softmax_rows`. Nothing is taken of what is something else.
        """
        head, _, last = name.rpartition("_")
        if last in AXES and self.is_function(head) and name not in self.scope.names:
            return head, (), (("axis", AXES[last]),)
        mark, sizes, axis = self.at, list[Expr](), ""
        if not self.is_function(name) or not self.accept("_"):
            return name, (), ()
        braced = self.accept("{")
        while self._is_size(self.token) or self.token.text in AXES:
            if self._is_size(self.token):
                sizes.append(self._sizes())
            else:
                axis = AXES[self.take().text]
            if not (braced and self.accept(",")):
                break
        if (braced and not self.accept("}")) or not self.is_op("("):
            self.at = mark
            return name, (), ()
        return name, tuple(sizes), (("axis", axis),) if axis else ()

    def _is_size(self, token: Token) -> bool:
        return token.kind == "number" and token.text.isdigit() and len(token.text) <= MAX_INDEX_DIGITS

    def _sizes(self) -> Expr:
        """`2`, `2×3`, as an argument."""
        values = [number(parse_number(self.take().text))]
        while self.is_op("*") and self._is_size(self.peek()):
            self.take()
            values.append(number(parse_number(self.take().text)))
        return values[0] if len(values) == 1 else Apply("tuple", tuple(values))

    def arguments(self) -> tuple[tuple[Expr, ...], Options]:
        """Arguments, then an axis (`rows`, `columns`, `channels`) and settings (`alpha = 0.1`)."""
        opened = self.take()
        args: list[Expr] = []
        options: dict[str, Option] = {}
        while not self.is_op(")"):
            if self.token.kind == "word" and self.token.text in AXES and self.peek().text in {")", ","}:
                options["axis"] = AXES[self.take().text]
            elif name := self._setting_name():
                options[name] = self._setting()
            else:
                args.append(self._tuple() if self.is_op("(") and self.is_tuple() else self.compared())
            if not self.accept(",", ";"):
                break
        self.expect(")", opened)
        return tuple(args), tuple(sorted(options.items()))

    def _setting_name(self) -> str:
        """`alpha =`; of two words where one of those follows that padding is said with, `padding_mode = "circular"`."""
        texts = [token.text for token in self.tokens[self.at : self.at + 5]]
        length = 1 if texts[1:2] == ["="] else 3 if texts[1::2] == ["_", "="] and texts[4] in PADDINGS else 0
        if not length or self.token.kind != "word":
            return ""
        self.at += length + 1
        return "".join(texts[:length])

    def _setting(self) -> Option:
        """A constant, several in parentheses, slices in brackets, or a word."""
        if self.token.kind == "word":
            word = self.take().text
            return word == "true" if word in {"true", "false"} else word
        if self.is_op("("):
            return tuple(n.value for n in self._numbers()) if self.is_tuple() else self._constant().value
        return self.slices() if self.is_op("[") else self._constant().value

    def _tuple(self) -> Expr:
        """Constants in parentheses as an argument: `(2, 3)`."""
        start = self.token.start
        return Apply("tuple", self._numbers(), span=(start, self.tokens[self.at - 1].end))

    def _numbers(self) -> tuple[Number, ...]:
        opened = self.take()
        self.deeper()
        values = [self._constant()]
        while self.accept(","):
            values.append(self._constant())
        self.depth -= 1
        self.expect(")", opened)
        return tuple(values)

    def is_tuple(self) -> bool:
        """Whether the parenthesis at the cursor holds several things with commas between."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if depth == 0:
                return False
            if depth == 1 and token.text == ",":
                return True
        return False

    def _constant(self) -> Number:
        start = self.token
        expr = self.signed()
        if not isinstance(expr, Number):
            raise self.error("a setting must be a number", "", start)
        return expr

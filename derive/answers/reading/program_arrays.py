"""Arrays as programs print and write them → brackets: `array([[1., 2.]])`, `tensor(…, grad_fn=…)`, R's `c(…)`,
Mathematica's `*^`, Maple's `<…>`, Word's `■(a@b)`.

Every change keeps the length of the text, so that a place in it stays where it is.
"""

import re

from derive.answers.reading.matrix_calls import matrix_calls_read

LIBRARIES = ("np", "numpy", "jnp", "torch", "tf", "sympy", "sp", "math", "F")
_LIBRARY = rf"(?:{'|'.join(LIBRARIES)})\."
_MAKER = re.compile(
    rf"(?<![\w.\\])(?:{_LIBRARY})?(?:(?:array|tensor|[mM]atrix|asarray|Tensor|constant|Parameter|[A-Z]\w{{0,12}}Array|Array|u?int\d+|b?float\d+"
    r"|mpf|Decimal|Float|Vector(?:\[(?:row|column)\])?)\s*\("
    r"|c\((?=\s*[-+\d.]))"
)
_TF = re.compile(
    r"<tf\.Tensor:?[^<>=]*(?:shape=\([\d, ]*\),?\s*)?(?:dtype=\w+,?\s*)?numpy=|(?<=[)\d])>(?=\s*$)", re.MULTILINE
)
_PREFIX = re.compile(rf"(?<![\w.\\]){_LIBRARY}(?=[A-Za-z]\w*\s*\()")
_TYPES = re.compile(r",\s*(?:dtype|grad_fn|requires_grad|device|nrow|ncol|byrow)\s*=[^\n]*$", re.DOTALL)
_POINT = re.compile(r"(?<=\d)\.(?=\s*[,;\])\s]|$)")
_TRANSPOSE = re.compile(r"(?<=[\w\])])\.T\b")
_CARET = re.compile(r"(?<=[\d.])\*\^(?=-?\d)")
_ANGLES = re.compile(r"<(?!-\s)(?=\s*[-+\d.])([^<>=\n]*[\d. \t])>")
_LIST_POINT = re.compile(r"(?<=\d)\.(?=[,;\]}])")
_PRINTED_ROW = re.compile(r"\[[-+\d.eE\s]+\]")
_ROW_POINT = re.compile(r"(?<=\d)\.(?=[\s\]])")
_WORD_MATRIX = re.compile(r"[■█]\(")
_SIGNS = re.compile(r"[■█<]|\*\^|\.[A-Za-z,;\])}]|[A-Za-z\]]\s*\(")
_BRACKETS = re.compile(r"[\[\](){}]")
MAX_ARRAYS = 2_000


def plain_arrays(text: str) -> str:
    """A text, as long, with arrays in brackets in place of what programs write for them."""
    if _SIGNS.search(text) is None:
        return text
    text = matrix_calls_read(_TF.sub(_blanks, text) if "tf.Tensor" in text else text)
    text = _made(text) if _MAKER.search(text) else text
    if "." in text:
        text = _LIST_POINT.sub(" ", text)
        text = _PREFIX.sub(_blanks, text) if any(f"{name}." in text for name in LIBRARIES) else text
        text = _TRANSPOSE.sub("^T", text) if ".T" in text else text
        if ". " in text or ".]" in text or ".\n" in text:
            text = _PRINTED_ROW.sub(lambda match: _ROW_POINT.sub(" ", match.group()), text)
    text = _CARET.sub(" e", text) if "*^" in text else text
    text = _ANGLES.sub(lambda match: f"[{match[1]}]", text) if "<" in text else text
    return _from_word(text) if _WORD_MATRIX.search(text) else text


def _made(text: str) -> str:
    """Without the functions that make arrays, and what they are told besides the numbers."""
    for _ in range(MAX_ARRAYS):
        match = _MAKER.search(text)
        if match is None:
            break
        end = _closing(text, match.end() - 1)
        inside = text[match.end() : end]
        types = _TYPES.search(inside)
        if types:
            inside = inside[: types.start()] + _kept_lines(inside[types.start() :])
        inside = _POINT.sub(" ", inside)
        if inside[:1] in {"'", '"'} and inside.rstrip()[-1:] == inside[:1]:
            inside = inside.replace(inside[:1], " ")
        bare = match.group().endswith("c(")
        head = " " * (len(match.group()) - 1) + ("[" if bare else " ")
        text = text[: match.start()] + head + inside + ("]" if bare else " ") + text[end + 1 :]
    return text


def _closing(text: str, opened: int) -> int:
    """Where the bracket is closed that opens at a position; the end of the text if it is not."""
    depth = 0
    for match in _BRACKETS.finditer(text, opened):
        depth += 1 if match.group() in "([{" else -1
        if depth == 0:
            return match.start()
    return len(text)


def _from_word(text: str) -> str:
    """Matrices of Word's linear format: `■(a&b@c&d)`."""
    while match := _WORD_MATRIX.search(text):
        end = _closing(text, match.end() - 1)
        around = text[: match.start()].rstrip()[-1:] in {"[", "("}
        opening, closing = ("  ", " ") if around else (" [", "]")
        inside = text[match.end() : end].replace("@", ";")
        text = text[: match.start()] + opening + inside + closing + text[end + 1 :]
    return text


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _kept_lines(text: str) -> str:
    return "".join("\n" if char == "\n" else " " for char in text)

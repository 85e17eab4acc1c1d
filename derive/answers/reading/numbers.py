"""A number as a student writes it, in any notation, read exactly: `-4,08·10^-7`, `4.08e-7`, `\\frac{1}{3}`, `10⁻⁸`.

One pattern knows every spelling; nothing is evaluated, and what has more digits than anyone writes is not read.
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from unicodedata import numeric

from flint import fmpq

from derive.answers.reading.written import EXACT_DIGITS, Remark, WrittenNumber
from derive.calculus.scalars import infinity

MAX_DIGITS = 1_000
MAX_POWER = 2_000

SIGNS = r"+\-−–‐‑－＋"
SPACE = r"(?:[\s\u200b\u2060]|\ufeff|\\[ ,;:!]|~|\\thinspace(?![A-Za-z]))"  # three signs in a class compile slowly
SPACES = f"{SPACE}*+"
_THIN = r"(?:[\u00a0\u2009\u202f'’]|\\,)"
_MARK = r"(?:[.,．，]|\{[.,]\})"
_DIGITS = rf"(?:\d++(?:(?:{_MARK}|{_THIN}(?=\d\d\d)){_MARK}?+\d++)*+|(?<![\d)}}\]]){_MARK}\d++)"
_TIMES = r"(?:\*(?!\*)|[·⋅×∙•∗xX]|\\cdot(?![A-Za-z])|\\times(?![A-Za-z])|\\ast(?![A-Za-z]))"
_POWER = rf"[{SIGNS}]?{SPACES}\d++"
_EXPONENT = rf"(?:\{{{SPACES}{_POWER}{SPACES}\}}|\({SPACES}{_POWER}{SPACES}\)|{_POWER})"
_TEN = rf"10{SPACES}(?:(?:\^|\*\*){SPACES}(?P<power>{_EXPONENT})|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]++))"
_PART = rf"{{{SPACES}(?P<%s>[{SIGNS}]?{SPACES}{_DIGITS}){SPACES}}}"
_FRACTION = rf"\\[dt]?frac{SPACES}{_PART % 'over'}{SPACES}{_PART % 'under'}"
_E = rf"(?:[eEＥ]|{SPACE}[eEＥ](?=[{SIGNS}]))"  # a calculator shows `-3.84 E-7`
_D = "[dD]"  # Fortran writes `-3.84D-7`; in a formula this may be a name
_LOST = (
    rf"(?P<short>\d[.,]\d++(?={SPACES}{_TIMES})|\d(?={SPACES}(?:[×xX]|\\times))){SPACES}{_TIMES}{SPACES}"
    r"10(?P<lost>[-−–]\d{1,3})(?![\d.,]*\d)"
)
"""A power of ten whose caret was lost: `5.3 × 10-7`."""

_INFINITE = r"(?P<infinite>∞|\\infty(?![A-Za-z])|inf(?:inity|ty)?(?![A-Za-z]))"

UNSIGNED = (
    rf"(?:{_LOST}|(?:(?P<mantissa>{_DIGITS}){SPACES}{_TIMES}{SPACES})?{_TEN}"
    rf"|(?P<plain>{_DIGITS})(?:(?:{_E}|{_D})(?P<e>[{SIGNS}]?\d++)|{SPACES}/{SPACES}(?P<below>{_DIGITS}))?|{_FRACTION}|{_INFINITE})"
)
_POINTED = r"(?:\d++(?:\.(?!\.)\d*+)?+|\.\d++)"
_EITHER = rf"(?:(?<!\d[.,])(?:\d++{_MARK}|\.)\d++(?!{_MARK}\d)|\d++)"
_IN_FORMULAS = {
    sign: re.compile(
        rf"{_LOST}|(?:(?P<mantissa>{digits}){SPACES}{_TIMES}{SPACES})?{_TEN}|(?P<plain>{digits})(?:{_E}(?P<e>[{SIGNS}]?\d++))?"
    )
    for sign, digits in ((".", _POINTED), (",", _EITHER))
}
_WHOLE = re.compile(rf"{SPACES}(?P<open>(?:\\left)?\()?{SPACES}(?P<sign>[{SIGNS}]?){SPACES}{UNSIGNED}{SPACES}"
                    rf"(?P<close>(?:\\right)?\))?[.,;]?{SPACES}")  # fmt: skip
_MINUS = "-−–‐‑－"
NEGATIVE = frozenset(_MINUS)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_LEVEL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_GROUPS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_SPACED = re.compile(r"(\d{1,3}(?: \d{3})+|\d+)(?:([.,])(\d{3}(?: \d{3})*(?: \d{1,2})?|\d+))?|([.,])(\d+)")
_CLEAN = str.maketrans({"．": ".", "，": ",", "{": None, "}": None, "\u00a0": " ", "\u2009": " ", "\u202f": " ",
                        "'": " ", "’": " "})  # fmt: skip
_PLAIN_SPACES = re.compile(r" (?<=\d )(?=\d{3}(?:\D|$))")


def read_number(text: str, decimal: str) -> WrittenNumber | None:
    """The number that `text` writes; None if it writes none. `decimal` decides where two readings are possible.

    >>> read_number("-4,08·10^-7", ",").value
    -51/125000000
    """
    if len(text) > 3 * MAX_DIGITS or text.count(" + ") > 1:  # a sum
        return None
    if (usual := _USUAL[decimal].fullmatch(text)) is not None:
        return _usual(usual)
    match = _WHOLE.fullmatch(text)
    if match is None and (grouped := _PLAIN_SPACES.sub("\u202f", text)) != text:
        match = _WHOLE.fullmatch(grouped)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return _rare(text, decimal)
    return number_of_match(match, text.strip(), decimal) or _rare(text, decimal)


_USUAL = {
    sign: re.compile(
        rf"\s*+(([{SIGNS}]?)(\d++)(?:[{sign}](\d++))?"
        r"(?:[eE]([-+]?\d++)|\s*+(?:[·⋅×*]|\\cdot|\\times)\s*+10\^(?:\{([-+]?\d++)\}|([-+]?\d++)))?+)\s*+"
    )
    for sign in (".", ",")
}
"""What most numbers are: digits with the decimal sign and a power of ten, which have one reading."""


def usual_number(text: str, decimal: str) -> WrittenNumber | None:
    """The number that `text` writes in the most usual way; None if it writes another one, or none."""
    match = _USUAL[decimal].fullmatch(text)
    return None if match is None else _usual(match)


def _usual(match: re.Match[str]) -> WrittenNumber | None:
    text, sign, whole, broken, e, braced, bare = match.groups()
    raised = e or braced or bare
    power = _power(raised) if raised else 0
    if power is None:
        return None
    if broken is None:
        return number_of_digits(whole, 0, power, sign in NEGATIVE, text)
    return number_of_digits(whole + broken, len(broken), power, sign in NEGATIVE, text)


_SIGNED = rf"{SPACES}(?P<sign>[{SIGNS}]?){SPACES}"
_MIXED = re.compile(
    rf"{_SIGNED}(?P<whole>\d{{1,4}}){SPACE}+(?P<over>\d{{1,3}}){SPACES}[/⁄]{SPACES}(?P<under>\d{{1,3}}){SPACES}"
    rf"|{_SIGNED.replace('sign', 'turned')}(?P<ones>\d{{0,4}})"
    rf"(?P<top>[⁰¹²³⁴-⁹]{{1,3}})[/⁄](?P<bottom>[₀-₉]{{1,3}}){SPACES}"
    rf"|{_SIGNED.replace('sign', 'minus')}(?P<units>\d{{0,4}}){SPACES}(?P<part>[¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]){SPACES}"
)
_NAMES = re.compile(r"(?<![A-Za-z\\])(?!(?:[eExX]|times)(?![A-Za-z]))[A-Za-z]")
"""Letters that no number has."""
MIXED_NUMBER = re.compile(
    r"\d{1,4}(?:\s?[¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|[ ]\d{1,3}\s?[/⁄]\s?\d{1,3}(?![\d.,]))|\d{0,4}[⁰¹²³⁴-⁹]{1,3}[/⁄][₀-₉]{1,3}"
)
"""A whole number with a fraction behind it, or one in high and low digits, in a formula."""
LONG_REAL = re.compile(rf"\d++(?:\.\d*+)?{_D}[-+]?\d{{1,3}}(?!\w)")
"""A number of Fortran, in a formula."""
SCALES = {
    **dict.fromkeys(("thousand", "tausend", "тысяч", "тысячи", "тысяча", "тыс", "мың", "mille", "mil"), 3),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mln", "миллион", "миллиона", "миллионов", "млн"), 6),
    **dict.fromkeys(("millón", "millones"), 6),
    **dict.fromkeys(("milliard", "milliards", "milliarde", "milliarden", "mrd"), 9),
    **dict.fromkeys(("миллиард", "миллиарда", "миллиардов", "млрд"), 9),
}
"""Words for powers of ten; a billion is a thousand millions in one language and a million of them in another."""
_SCALED = re.compile(r"(?P<number>.*[\d½¼¾])\s*(?P<word>[^\W\d_]{2,10})\.?\s*", re.DOTALL)

_WITH_FRACTION = re.compile(
    rf"{_SIGNED}(?P<whole>\d{{1,4}}){SPACES}\\[dt]?frac{SPACES}"
    rf"(?:{{{SPACES}(?P<over>\d{{1,3}}){SPACES}}}{SPACES}{{{SPACES}(?P<under>\d{{1,3}}){SPACES}}}"
    rf"|{SPACES}(?P<top>\d){SPACES}(?P<bottom>\d)){SPACES}"
)
_REPEATING = re.compile(
    rf"{_SIGNED}(?P<whole>\d{{0,20}})(?P<mark>[.,])(?P<before>\d{{0,20}})"
    rf"(?:\\overline{SPACES}{{(?P<line>\d{{1,20}})}}|\((?P<brackets>\d{{1,20}})\)|(?P<over>\d)[\u0304\u0305]){SPACES}"
)
_LOST_SIGN = re.compile(
    rf"(?P<mantissa>.*\d(?:[.,]\d+|(?={SPACES}(?:[×xX]|\\?times|10(?:\^|\*\*))))){SPACES}"
    rf"(?:(?:{_TIMES}|times){SPACES}10{SPACES}(?:\^|\*\*)?{SPACES}|10(?:\^|\*\*))"
    rf"(?P<power>[{{(]?[-−–⁻]{SPACES}\d{{1,3}}[)}}]?)",
    re.DOTALL,
)
"""A power of ten without a caret, or without the sign before it: `5.3 x 10 -7`, `5.3 10^-7`."""
_SPACED_MARK = re.compile(r"(?<=\d)\s*(\.)\s*(?=\d)")
"""`18 .3`, `0 . 27`, as programs that read pictures write."""
_UNDERSCORED = re.compile(r"(?<=\d)_(?=\d{3}(?!\d))")
_SHORT_FRACTION = re.compile(r"(\\[dt]?frac)\s*(\d)\s*(\d)")
_APART = re.compile(r"(?<=\d)\s*([eE])\s*([-−–+])\s*(?=\d{1,3}\s*$)")
_PERCENT = re.compile(r"(?<=\d)\s*\\?%\s*$")
_INDIAN = re.compile(r"(?<![\d.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])")
_NEAR_A_BOUND = re.compile(rf"{SPACES}([{SIGNS}]?1){SPACES}([{SIGNS}]){SPACES}(\S.*?){SPACES}", re.DOTALL)


def _rare(text: str, decimal: str) -> WrittenNumber | None:
    """Spellings that few use: `3 1/3`, `½`, `⁵⁄₃`, `\\frac12`, `5.3 e -7`, `25 %`, `18 .3`, `12,34,567`,
    `1 - 3.720e-44`, `6.1 million`.
    """
    if len(text) > 80:
        return None
    if (scaled := _SCALED.fullmatch(text)) and (power := SCALES.get(scaled["word"].lower())):
        return _times(read_number(scaled["number"], decimal), fmpq(10**power), text)
    if _NAMES.search(text):
        return None
    if mixed := _MIXED.fullmatch(text):
        return _mixed(mixed, text.strip())
    if mixed := _WITH_FRACTION.fullmatch(text):
        over, under = int(mixed["over"] or mixed["top"]), int(mixed["under"] or mixed["bottom"])
        return _whole_and_part(int(mixed["whole"]), over, under, mixed["sign"] in NEGATIVE, text.strip())
    if repeating := _REPEATING.fullmatch(text):
        return _repeating(repeating, text.strip())
    if (near := _NEAR_A_BOUND.fullmatch(text)) and (away := read_number(near[3], decimal)):
        return _near_a_bound(near, away, text.strip()) if 0 < away.value < fmpq(1, 10**6) else None
    percent = _PERCENT.search(text)
    usual = _PERCENT.sub("", text)
    usual = _SHORT_FRACTION.sub(r"\1{\2}{\3}", _APART.sub(r"\1\2", usual))
    usual = _UNDERSCORED.sub("", usual) if "_" in usual else usual
    usual = _SPACED_MARK.sub(r"\1", usual) if len(_SPACED_MARK.findall(usual)) == 1 else usual
    if lost := _LOST_SIGN.fullmatch(usual):
        usual = f"{lost['mantissa']}e-{re.sub(r'[^0-9]', '', lost['power'])}"
    usual = _INDIAN.sub(lambda match: match.group().replace(",", ""), usual)
    number = read_number(usual, decimal) if usual != text else None
    return _times(number, fmpq(1, 100) if percent else fmpq(1), text)


def _times(number: WrittenNumber | None, scale: fmpq, text: str) -> WrittenNumber | None:
    """A number times what its text says beside its digits."""
    return number and number._replace(value=number.value * scale, unit=number.unit * scale, text=text.strip())


def _mixed(match: re.Match[str], text: str) -> WrittenNumber | None:
    """A whole number and a fraction."""
    if match["part"]:
        over, under = Fraction(numeric(match["part"])).limit_denominator(10).as_integer_ratio()
    else:
        over, under = (int(part.translate(_LEVEL)) for part in match.group("over", "under", "top", "bottom") if part)
    negative = (match["sign"] or match["minus"] or match["turned"]) in NEGATIVE
    return _whole_and_part(int(match["whole"] or match["units"] or match["ones"] or 0), over, under, negative, text)


def _whole_and_part(whole: int, over: int, under: int, negative: bool, text: str) -> WrittenNumber | None:
    if under == 0:
        return None
    value = fmpq(whole * under + over, under)
    return WrittenNumber(-value if negative else value, fmpq(0), EXACT_DIGITS, text)


def _repeating(match: re.Match[str], text: str) -> WrittenNumber:
    """Decimals that go on for ever: `1.\\overline{6}`, `1,(6)`."""
    again, before = match["line"] or match["brackets"] or match["over"], match["before"]
    nines = 10 ** len(again) - 1
    whole = int((match["whole"] or "0") + before)
    value = fmpq(whole * nines + int(again), nines * 10 ** len(before))
    return WrittenNumber(-value if match["sign"] in NEGATIVE else value, fmpq(0), EXACT_DIGITS, text)


def _near_a_bound(match: re.Match[str], away: WrittenNumber, text: str) -> WrittenNumber:
    """1 or −1 and the distance from it."""
    bound = fmpq(-1 if match[1][0] in _MINUS else 1)
    value = bound - away.value if match[2] in _MINUS else bound + away.value
    return WrittenNumber(value, away.unit, len(str(int((1 / away.unit).floor()))) if away.unit else EXACT_DIGITS, text)


def power_of(text: str) -> int:
    """The power of ten that a number is written with, 0 where there is none."""
    match = _WHOLE.fullmatch(text)
    return (match and _power(match["power"] or match["raised"] or match["e"] or "0")) or 0


def number_of_match(match: re.Match[str], text: str, decimal: str) -> WrittenNumber | None:
    """The number of a match of UNSIGNED with a `sign` before it; of the infinite ones −∞ alone."""
    sign, infinite, plain, below, over, under = match.group("sign", "infinite", "plain", "below", "over", "under")
    negative = sign in NEGATIVE
    if infinite:
        return WrittenNumber(-infinity(), fmpq(0), EXACT_DIGITS, text) if negative else None
    if over is not None or below is not None:
        return _quotient(over or plain, under or below, negative, text, decimal)
    return _scientific(match, text, decimal, negative)


def _scientific(match: re.Match[str], text: str, decimal: str, negative: bool = False) -> WrittenNumber | None:
    """Digits with their power of ten."""
    raised = match["power"] or match["raised"] or match["e"] or match["lost"]
    power = _power(raised) if raised else 0
    digits = match["mantissa"] or match["plain"] or match["short"]
    scientific = match["plain"] is None or match["e"] is not None
    found = _mantissa(digits, decimal, scientific) if digits else ("1", 0)
    if found is None or power is None:
        return None
    return number_of_digits(*found, power, negative, text)


# --- in formulas ----------------------------------------------------------------------------------------------------


def number_at(text: str, start: int, decimal: str) -> tuple[WrittenNumber | None, int]:
    """The number without a sign that stands at a place of a formula, and where it ends; None if it cannot be read.

    `3,9` is a number only where the decimal sign is the comma, and `1,2,3` a list.
    """
    match = _IN_FORMULAS[decimal].match(text, start)
    return (_scientific(match, match.group(), decimal), match.end()) if match else (None, start + 1)


_SHORT = 5
_NOTHING = fmpq(0)


def number_of_digits(digits: str, decimals: int, power: int, negative: bool, text: str) -> WrittenNumber | None:
    """±digits · 10^(power − decimals)."""
    if len(digits) > MAX_DIGITS or abs(power) > MAX_POWER:
        return None
    whole, unit = int(digits), _unit(power - decimals)
    value = unit * (-whole if negative else whole)
    return WrittenNumber(value, unit, len(digits.lstrip("0")) or 1, text)


@lru_cache(maxsize=200)
def _unit(place: int) -> fmpq:
    """10^place."""
    return fmpq(10**place) if place >= 0 else fmpq(1, 10**-place)


def _quotient(top: str, bottom: str, negative: bool, text: str, decimal: str) -> WrittenNumber | None:
    """A fraction: exact of whole numbers, of rounded ones as exact as they are."""
    if top.isdecimal() and bottom.isdecimal() and len(top) <= _SHORT >= len(bottom) and int(bottom):
        return WrittenNumber(fmpq(-int(top) if negative else int(top), int(bottom)), _NOTHING, EXACT_DIGITS, text)
    over, under = _signed(top, decimal), _signed(bottom, decimal)
    if over is None or under is None or under.value == 0:
        return None
    value = (-over.value if negative else over.value) / under.value
    rounded = [part for part in (over, under) if part.unit < 1 and part.value != 0]
    unit = abs(value) * sum((part.unit / abs(part.value) for part in rounded), fmpq(0))
    return WrittenNumber(value, unit, min((part.digits for part in rounded), default=EXACT_DIGITS), text)


def _signed(text: str, decimal: str) -> WrittenNumber | None:
    negative = text[0] in _MINUS
    found = _mantissa(text.lstrip("+＋" + _MINUS).strip(), decimal, True)
    return number_of_digits(*found, 0, negative, text) if found else None


def _power(text: str) -> int | None:
    if len(text) <= _SHORT and text.lstrip("-+").isdecimal() and text.isascii():
        return int(text)
    digits = text.translate(_RAISED).strip("{}() ")
    negative = digits[:1] in _MINUS and digits != ""
    digits = digits.lstrip("+＋" + _MINUS).strip()
    return (-int(digits) if negative else int(digits)) if len(digits) <= 5 else None


def _mantissa(text: str, decimal: str, scientific: bool) -> tuple[str, int] | None:
    """The digits of `1.234,5` and how many of them stand behind the decimal sign; None if no reading is possible."""
    if text.isdecimal():
        return text, 0
    whole, mark, broken = text.partition(".")
    if whole.isdecimal() and broken.isdecimal():
        decimals = decimal == "." or scientific or not _could_group(whole, broken)
        return whole + broken, len(broken) if decimals else 0
    text = text.translate(_CLEAN).replace("\\,", " ")
    points, commas = text.count("."), text.count(",")
    if " " in text and points + commas <= 1:
        return _spaced(text)
    if points + commas == 1:
        whole, mark, broken = text.partition("." if points else ",")
        if mark == decimal or scientific or not _could_group(whole, broken):
            return whole + broken, len(broken)
        return whole + broken, 0
    if " " in text:
        return None
    return _grouped(text, points, commas)


def _could_group(whole: str, broken: str) -> bool:
    """Whether the mark between them may stand for thousands: `1,234`, not `0,234` or `1234,567`."""
    return len(broken) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"


def _grouped(text: str, points: int, commas: int) -> tuple[str, int] | None:
    """Several marks: `1.234.567`, `1.234,5`; the last one is the decimal sign if it is another one."""
    last = "." if text.rfind(".") > text.rfind(",") else ","
    if points and commas:
        whole, _, broken = text.rpartition(last)
        groups = _GROUPS.fullmatch(whole) and last not in whole
        return (re.sub("[.,]", "", whole) + broken, len(broken)) if groups else None
    return (re.sub("[.,]", "", text), 0) if _GROUPS.fullmatch(text) else None


def _spaced(text: str) -> tuple[str, int] | None:
    """Groups of three with spaces between: `1 234,5`, `0,999 999 988 7`."""
    match = _SPACED.fullmatch(text)
    if match is None:
        return None
    whole, broken = (match[1] or "").replace(" ", ""), (match[3] or match[5] or "").replace(" ", "")
    return whole + broken, len(broken)


# --- the decimal sign -----------------------------------------------------------------------------------------------

_AMBIGUOUS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}(?![\d.,]|[eE][-+−\d]|\s*(?:[·×*]|\\cdot|\\times)\s*10)")
_SHOWN = re.compile(
    r"\d(?<![\w.,{]\d)"  # the search skips to a digit: in front of it no condition would let it
    r"(?:(?<!\[\d)|(?=\d*\.|\d*(?:,|\{,\})\d+\s*[;|&]))"  # `[20,3]` may be two numbers, `[0,8; …]` is not
    r"(?:(?<=0)0*(,|\.|\{,\})\d+|\d*(,|\.|\{,\})(?:\d{1,2}|\d{4,}))(?![\d.,]|\{,\})"
)


SHORTEST_AMBIGUOUS = len("1,234")
_LOST_CARET = re.compile(rf"{_TIMES}{SPACES}10{SPACES}([-−–⁻]{SPACES}\d{{1,3}})")


def is_ambiguous(text: str) -> bool:
    """Whether a number has two readings: `1,234` may be 1234 or 1.234."""
    return _AMBIGUOUS.fullmatch(text.strip().lstrip(SIGNS.replace("\\", "") + "( ").rstrip(") ")) is not None


def ambiguity(number: WrittenNumber, line: int | None = None) -> Remark | None:
    """The remark on a number that has two readings: which one was taken."""
    if lost := _LOST_CARET.search(number.text):
        start, end = lost.span(1)
        return Remark(
            "notation", line, number.text, f"{number.text[:start]}^{number.text[start:end]}{number.text[end:]}"
        )
    if not is_ambiguous(number.text):
        return None
    grouped = number.unit == 1
    right = re.sub(r"\D", "", number.text) if grouped else _with_power(number.text.strip("() "))
    return Remark("notation", line, number.text, right, key="read_grouped" if grouped else "read_decimal")


def _with_power(text: str) -> str:
    """A number with a decimal sign so that it has no other reading: `18.300` as `1.8300·10^1`."""
    found = re.fullmatch(r"(.*?)(\d)(\d*)([.,])(\d+)", text)
    return f"{found[1]}{found[2]}{found[4]}{found[3]}{found[5]}·10^{len(found[3])}" if found else text


def ambiguities(numbers: Iterable[WrittenNumber], sure: bool, line: int | None) -> tuple[Remark, ...]:
    """One remark for the first number that has two readings."""
    long = (number for number in numbers if len(number.text) >= SHORTEST_AMBIGUOUS)
    told = (number for number in long if not sure or _LOST_CARET.search(number.text))
    return tuple(remark for number in told if (remark := ambiguity(number, line)))[:1]


def shown_signs(texts: Iterable[str]) -> set[str]:
    """The decimal signs that a work uses where only one reading is possible."""
    return {(a or b).strip("{}") for text in texts for a, b in _SHOWN.findall(text[:20_000])}


def shown_decimal(texts: Iterable[str]) -> str:
    """The decimal sign that a work uses wherever only one reading is possible; "" if it shows none, or both."""
    signs = shown_signs(texts)
    return signs.pop() if len(signs) == 1 else ""

"""How a number is printed: the table first, then what holds for every number."""

import re
from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import assume, example, given
from hypothesis import strategies as st

from derive.calculus import scalars
from derive.calculus.scalars import Num, Undecided, precision
from derive.problem.settings import Digits
from derive.values.digits import Printed, decimal_text, full, given_number, printed

TABLE = """
        value      |  1 significant |  3 significant  |  4 significant  |  0 decimals |  2 decimals  |  4 decimals
        0          |  0=            |  0=             |  0=             |  0=         |  0=          |  0=
        3.9        |  4≈            |  3.9=           |  3.9=           |  4≈         |  3.9=        |  3.9=
        18         |  2·10^1≈       |  18=            |  18=            |  18=        |  18=         |  18=
       -34         | -3·10^1≈       | -34=            | -34=            | -34=        | -34=         | -34=
       -33.96      | -3·10^1≈       | -34.0≈          | -33.96=         | -34≈        | -33.96=      | -33.96=
       -3.14159    | -3≈            | -3.14≈          | -3.142≈         | -3≈         | -3.14≈       | -3.1416≈
        2/3        |  0.7≈          |  0.667≈         |  0.6667≈        |  0.7≈       |  0.67≈       |  0.6667≈
      100/3        |  3·10^1≈       |  33.3≈          |  33.33≈         |  33≈        |  33.33≈      |  33.3333≈
        1/7        |  0.1≈          |  0.143≈         |  0.1429≈        |  0.1≈       |  0.14≈       |  0.1429≈
# ties go away from 0
        2.5        |  3≈            |  2.5=           |  2.5=           |  3≈         |  2.5=        |  2.5=
       -2.5        | -3≈            | -2.5=           | -2.5=           | -3≈         | -2.5=        | -2.5=
        0.12345    |  0.1≈          |  0.123≈         |  0.1235≈        |  0.1≈       |  0.12≈       |  0.1235≈
       -0.12355    | -0.1≈          | -0.124≈         | -0.1236≈        | -0.1≈       | -0.12≈       | -0.1236≈
    12344.5        |  1·10^4≈       |  1.23·10^4≈     |  1.234·10^4≈    |  12345≈     |  12344.5=    |  12344.5=
# large numbers: zeros that are not known are not written
    20000          |  20000=        |  20000=         |  20000=         |  20000=     |  20000=      |  20000=
    31400          |  3·10^4≈       |  31400=         |  31400=         |  31400=     |  31400=      |  31400=
    12345          |  1·10^4≈       |  1.23·10^4≈     |  1.235·10^4≈    |  12345=     |  12345=      |  12345=
  1000000          |  1000000=      |  1000000=       |  1000000=       |  1000000=   |  1000000=    |  1000000=
 10000000          |  1·10^7=       |  1·10^7=        |  1·10^7=        |  1·10^7=    |  1·10^7=     |  1·10^7=
123450000          |  1·10^8≈       |  1.23·10^8≈     |  1.235·10^8≈    |  1.2345·10^8= |  1.2345·10^8= |  1.2345·10^8=
    99999          |  1·10^5≈       |  1.00·10^5≈     |  1.000·10^5≈    |  99999=     |  99999=      |  99999=
      999.95       |  1·10^3≈       |  1.00·10^3≈     |  1000≈          |  1000≈      |  999.95=     |  999.95=
# small numbers keep their digits, also where decimals would give 0
        0.0001     |  0.0001=       |  0.0001=        |  0.0001=        |  1·10^-4=   |  1·10^-4=    |  0.0001=
        0.00001    |  1·10^-5=      |  1·10^-5=       |  1·10^-5=       |  1·10^-5=   |  1·10^-5=    |  1·10^-5=
        0.00012345 |  1·10^-4≈      |  1.23·10^-4≈    |  1.235·10^-4≈   |  1·10^-4≈   |  1.2·10^-4≈  |  0.0001≈
        0.00099999 |  0.001≈        |  0.00100≈       |  0.001000≈      |  0.001≈     |  0.0010≈     |  0.0010≈
        1/30000    |  3·10^-5≈      |  3.33·10^-5≈    |  3.333·10^-5≈   |  3·10^-5≈   |  3.3·10^-5≈  |  3.333·10^-5≈
# close to 1 and to -1 the distance keeps its digits; beyond them nothing is lost
        0.9999     |  0.9999=       |  0.9999=        |  0.9999=        |  0.9999=    |  0.9999=     |  0.9999=
       -0.99999    | -0.99999=      | -0.99999=       | -0.99999=       | -0.99999=   | -0.99999=    | -0.99999=
        0.9999999887 | 0.99999999≈  |  0.9999999887=  |  0.9999999887=  | 0.99999999≈ | 0.999999989≈ |  0.9999999887=
       -29999/30000 | -0.99997≈     | -0.9999667≈     | -0.99996667≈    | -0.99997≈   | -0.999967≈   | -0.99996667≈
        1.00004    |  1≈            |  1.00≈          |  1.000≈         |  1≈         |  1.00≈       |  1.0000≈
"""

HEAD, *ROWS = [
    [cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines() if not line.startswith("#")
]
COLUMNS = {column: Digits(int(column.split()[0]), decimals="decimals" in column) for column in HEAD[1:]}


def exactly(text: str | Fraction) -> fmpq:
    """A number as the values hold it."""
    value = Fraction(text)
    return fmpq(value.numerator, value.denominator)


def shown(number: Printed) -> str:
    """A printed number with the relation that goes before it."""
    return f"{number.text()}{'=' if number.exact else '≈'}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_printed(row: list[str]) -> None:
    value, *cells = row
    assert [shown(printed(exactly(value), COLUMNS[column])) for column in HEAD[1:]] == cells


BALLS = [
    # value, digits, printed: never exact
    ("sigmoid(18.3)", Digits(3), "0.9999999887≈"),
    ("sigmoid(18.3)", Digits(1), "0.99999999≈"),
    ("sigmoid(18.3)", Digits(4), "0.99999998872≈"),
    ("sigmoid(18.3)", Digits(9, decimals=True), "0.999999989≈"),
    ("sigmoid(18.3)", Digits(2, decimals=True), "0.999999989≈"),
    ("sigmoid(-18.3)", Digits(3), "1.13·10^-8≈"),
    ("sigmoid(-18.3)", Digits(9, decimals=True), "0.000000011≈"),
    ("tanh(-5)", Digits(2), "-0.999909≈"),
    ("exp(1)", Digits(4), "2.718≈"),
    ("exp(20)", Digits(4), "4.852·10^8≈"),
    ("exp(20)", Digits(2, decimals=True), "485165195.41≈"),
    ("exp(40)", Digits(2, decimals=True), "2.4·10^17≈"),
    ("exp(20000)", Digits(2, decimals=True), "7.8·10^8685≈"),
    ("exp(-20000)", Digits(3), "1.29·10^-8686≈"),
    ("log(2)", Digits(3), "0.693≈"),
]  # fmt: skip


def evaluated(text: str) -> Num:
    """`f(x)` at the current precision."""
    function, argument = text.rstrip(")").split("(")
    value: Num = getattr(scalars, function)(exactly(argument))
    return value


@pytest.mark.parametrize(("text", "digits", "expected"), BALLS)
def test_printed_ball(text: str, digits: Digits, expected: str) -> None:
    with precision(256):
        assert shown(printed(evaluated(text), digits)) == expected


@pytest.mark.parametrize("bits", [20, 30, 53])
@pytest.mark.parametrize("text", ["exp(1)", "sigmoid(18.3)", "log(2)", "tanh(-5)", "exp(-20)"])
def test_a_ball_too_wide_for_its_digits_is_undecided(text: str, bits: int) -> None:
    with precision(bits), pytest.raises(Undecided):
        printed(evaluated(text), Digits(20))


def test_a_ball_around_zero_is_undecided_until_it_counts_as_a_tie() -> None:
    around = arb(0, 1e-40)
    with pytest.raises(Undecided):
        printed(around, Digits(3))
    zero = printed(around, Digits(3), ties=True)
    assert (zero.text(), zero.exact) == ("0", False) and zero.zero_to in {39, 40}


def test_a_ball_at_a_rounding_tie_is_undecided_until_it_counts_as_one() -> None:
    tie = arb(0.125, 1e-30)
    with pytest.raises(Undecided):
        printed(tie, Digits(2))
    assert shown(printed(tie, Digits(2), ties=True)) == "0.13≈"


@pytest.mark.parametrize(
    ("value", "text", "comma", "language"),
    [
        (Printed(True, "3.84", -7), "-3.84·10^-7", "-3,84·10^-7", "-3.84e-7"),
        (Printed(False, "0.5"), "0.5", "0,5", "0.5"),
        (Printed(True, "34.0", exact=False), "-34.0", "-34,0", "-34.0"),
    ],
)
def test_decimal_signs_of_the_text(value: Printed, text: str, comma: str, language: str) -> None:
    assert (value.text(), value.text(","), value.text(times="e")) == (text, comma, language)
    assert value.value == exactly(language)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.1", "0.1"), ("20", "20"), ("-0.000123456789", "-0.000123456789"), ("123456789.123", "123456789.123"),
     ("1/3", "1/3"), ("-22/7", "-22/7"), ("1e-20", "1·10^-20"), ("100000", "100000")],
)  # fmt: skip
def test_given_numbers_are_never_rounded(value: str, text: str) -> None:
    number = given_number(exactly(value))
    assert number.text() == text
    assert number.exact and (full(exactly(value)) is None) == ("/" in text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"), ("0.1", "0.1"), ("-2.50", "-2.5"), ("18", "18"), ("1e-12", "0.000000000001"), ("1e-13", "1e-13"),
        ("1/3", "0.3333333333333333333333333"), ("-2/3", "-0.6666666666666666666666667"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1234567890123456789012345678901", "1.234567890123456789012346e30"),
        ("1/128", "0.0078125"), ("1e40", "1e40"),
    ],
)  # fmt: skip
def test_decimal_text(value: str, text: str) -> None:
    assert decimal_text(exactly(value)) == text


# --- for every number ---------------------------------------------------------------------------------------------

FRACTIONS = st.one_of(
    st.fractions(),
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9).map(Fraction),
    st.builds(lambda n, e: Fraction(n) * Fraction(10) ** e, st.integers(-(10**6), 10**6), st.integers(-40, 40)),
    st.builds(lambda n, e: 1 - Fraction(n, 10**e), st.integers(1, 10**4), st.integers(5, 40)),
    st.builds(lambda n, e: Fraction(n, 10**e) - 1, st.integers(1, 10**4), st.integers(5, 40)),
    st.builds(lambda n, d: Fraction(2 * n + 1, 2 * 10**d), st.integers(-(10**5), 10**5), st.integers(0, 6)),
)
LENGTHS = st.builds(Digits, st.integers(1, 12), st.booleans())


def last_place(number: Printed) -> Fraction:
    """The value of one unit in the last printed place."""
    broken = number.mantissa.partition(".")[2]
    return Fraction(10) ** ((number.exponent or 0) - len(broken))


def fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


@given(FRACTIONS, LENGTHS)
@example(Fraction(-1, 10**9), Digits(2, decimals=True))
@example(Fraction(1) - Fraction(1, 10**9), Digits(1))
@example(Fraction(999999, 10**6), Digits(3))
@example(Fraction(10**7), Digits(3))
def test_a_printed_number_is_the_nearest_of_its_length(x: Fraction, digits: Digits) -> None:
    number = printed(exactly(x), digits)
    distance = abs(fraction(number.value) - x)
    assert number.exact == (distance == 0)
    assert distance <= last_place(number) / 2
    if distance == last_place(number) / 2:
        assert abs(fraction(number.value)) > abs(x)  # a tie goes away from 0
    assert re.fullmatch(r"\d+(\.\d+)?", number.mantissa)
    assert re.fullmatch(r"0|0\.\d+|[1-9]\d*(\.\d+)?", number.mantissa)  # no leading zeros


@given(FRACTIONS, LENGTHS)
def test_a_number_never_lands_on_a_bound_that_it_does_not_reach(x: Fraction, digits: Digits) -> None:
    number = printed(exactly(x), digits)
    assert (number.value == 0) == (x == 0)
    assert not (number.negative and number.value == 0), "no -0"
    assert number.negative == (x < 0)
    if abs(x) < 1:
        assert abs(number.value) < 1 or (not number.exact and abs(number.value) <= 1 and digits.count == 0)


@given(FRACTIONS, st.integers(1, 12))
def test_a_rounded_number_has_the_asked_digits(x: Fraction, count: int) -> None:
    number = printed(exactly(x), Digits(count))
    assume(not number.exact)
    whole, _, broken = (number.gap or number).mantissa.partition(".")
    if len((whole + broken).lstrip("0")) != count:  # then it is the distance from 1 that has them
        assert whole == "0" and len(str(10 ** len(broken) - int(broken))) == count


@given(FRACTIONS, LENGTHS)
def test_a_printed_number_is_printed_as_it_is(x: Fraction, digits: Digits) -> None:
    """Rounding twice changes nothing, so a rounded carry can go on with what is printed."""
    once = printed(exactly(x), digits)
    again = printed(once.value, digits)
    assert again.value == once.value and again.exact


@given(FRACTIONS, LENGTHS, st.integers(1, 30), st.floats(-1, 1))
def test_a_decided_ball_has_the_digits_of_every_number_in_it(
    x: Fraction, digits: Digits, accuracy: int, where: float
) -> None:
    assume(x)
    radius = abs(x) / 10**accuracy
    inside = x + radius * Fraction(where)
    with precision(400):
        ball = arb(exactly(x)) + arb(0, 1) * arb(exactly(radius))
        try:
            number = printed(ball, digits)
        except Undecided:
            return
    assert not number.exact
    assert number.value == printed(exactly(inside), digits).value


@given(st.fractions(-30, 30).filter(bool), LENGTHS)
def test_more_bits_change_no_digit(x: Fraction, digits: Digits) -> None:
    found = set()
    for bits in (64, 128, 512):
        with precision(bits):
            try:
                found.add(printed(scalars.exp(exactly(x)), digits).text())
            except Undecided:
                continue
    assert len(found) == 1


@given(FRACTIONS)
def test_decimal_text_is_exact_or_has_17_digits(x: Fraction) -> None:
    read = Fraction(decimal_text(exactly(x)))
    assert abs(read - x) <= abs(x) / 10**24
    if x.denominator == 1 and abs(x) < 10**30:
        assert read == x


@pytest.mark.parametrize(
    ("middle", "shown"), [("1", "1.000"), ("-1", "-1.000"), ("0.12345", "0.1235"), ("0.5", "0.5000")]
)
def test_a_ball_that_no_precision_decides_counts_as_the_tie_or_bound_in_it(middle: str, shown: str) -> None:
    below = arb(middle, "1e-600") - arb("1e-601")
    for x in (below, arb(middle, "1e-600") + arb("1e-601")):
        assert printed(x, Digits(4), ties=True).text() == shown


@pytest.mark.parametrize("digits", [Digits(4), Digits(20), Digits(3, decimals=True)])
@pytest.mark.parametrize("value", [fmpq(2) ** 20_000, 1 / fmpq(2) ** 20_000, fmpq(3) * fmpq(10) ** 5_000])
def test_numbers_of_thousands_of_digits_are_printed(value: fmpq, digits: Digits) -> None:
    assert "e" in printed(value, digits).text(times="e")
    assert "e" in decimal_text(value)


def test_a_number_very_close_to_1_is_written_as_1_and_its_distance() -> None:
    """Beyond 12 decimals nines say nothing; the value stays what is printed, and its decimals are all there."""
    distance = fmpq(372, 10**46)
    near = printed(1 - distance - fmpq(1, 10**60), Digits(3))
    assert near.text() == "1 - 3.72·10^-44"
    assert near.value == 1 - distance
    assert printed(distance - 1, Digits(3)).text(",", "e") == "-1 + 3,72e-44"
    assert printed(fmpq(99_999_988_7, 10**9) - fmpq(1, 3 * 10**12), Digits(3)).text() == "0.999999887"
    assert decimal_text(1 - distance - fmpq(1, 3 * 10**70)).startswith("0." + "9" * 43 + "628")

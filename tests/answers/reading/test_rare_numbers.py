"""Numbers as few write them, each read as what it can only mean."""

from __future__ import annotations

import pytest
from flint import fmpq

from derive.answers.reading.numbers import ambiguities, read_number
from derive.answers.substitutions.numerals import as_printed


@pytest.mark.parametrize(
    ("written", "value"),
    [("7.2 × 10-4", fmpq(72, 100000)), ("7.2x10-4", fmpq(72, 100000)), ("-7.2 e -4", fmpq(-72, 100000)),
     ("4 2/5", fmpq(22, 5)), ("−1 1/6", fmpq(-7, 6)), ("¼", fmpq(1, 4)), ("3⅔", fmpq(11, 3)),
     (r"\frac25", fmpq(2, 5)), (r"-\frac38", fmpq(-3, 8)), ("40 %", fmpq(2, 5)), (r"7.5\%", fmpq(3, 40)),
     ("23,45,678", fmpq(2345678)), ("4,00,000.5", fmpq(800001, 2)),
     (r"2\frac{3}{8}", fmpq(19, 8)), (r"-4 \frac17", fmpq(-29, 7)), (r"0.1\overline{6}", fmpq(1, 6)),
     ("2.(18)", fmpq(24, 11)), ("0.3\u0305", fmpq(1, 3)), ("4.7 x 10 -3", fmpq(47, 10000)),
     ("4.7 10^-3", fmpq(47, 10000)), ("4.7 × 10⁻3", fmpq(47, 10000)), ("12_500", fmpq(12500)),
     ("2.5d-3", fmpq(1, 400)), ("7D2", fmpq(700)), ("1.25 million", fmpq(1250000)), ("-3 Mrd.", fmpq(-3 * 10**9)),
     ("⁴/₇", fmpq(4, 7)), ("−2³⁄₅", fmpq(-13, 5)),
     ("1 - 2.50e-20", 1 - fmpq(5, 2) / fmpq(10) ** 20), ("1 − 2.50·10⁻²⁰", 1 - fmpq(5, 2) / fmpq(10) ** 20)],
)  # fmt: skip
def test_rare_spellings(written: str, value: fmpq) -> None:
    number = read_number(written, ".")
    assert number and number.value == value and number.text == written


@pytest.mark.parametrize(
    "written", ["1 - 0.25", "2·10-4", "1 2 3", "3 1/0", "4 %%", "1,2,3", "1 - 2 - 3", "2 billion", "⁴/₀", "million"]
)
def test_what_is_worked_out_is_no_number(written: str) -> None:
    assert read_number(written, ".") is None


def test_a_lost_caret_is_told() -> None:
    number = read_number("7.2 × 10-4", ".")
    assert number
    (remark,) = ambiguities([number], True, 3)
    assert (remark.kind, remark.line, remark.right) == ("notation", 3, "7.2 × 10^-4")


def test_near_a_bound_the_distance_has_the_last_place() -> None:
    number = read_number("1 - 3.720e-44", ".")
    assert number and number.unit == 1 / fmpq(10) ** 47 and number.digits > 40


@pytest.mark.parametrize(
    ("written", "shown"), [("1 - 2.53e-20", "1 - 2.53·10^-20"), ("-1 + 4.7·10^-31", "-1 + 4.7·10^-31")]
)
def test_what_is_near_a_bound_is_shown_as_it_was_written(written: str, shown: str) -> None:
    number = read_number(written, ".")
    assert number and as_printed(number).text() == shown

"""Amounts of money as they are typed: by the rule of the input files, and never one for another."""

import pytest

from planner.numerals import amount_of, both_readings


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500000", 500_000.0),
        ("500 000", 500_000.0),
        ("500\N{NARROW NO-BREAK SPACE}000", 500_000.0),
        ("1,234,567", 1_234_567.0),
        ("1.234.567,50", 1_234_567.5),
        ("12,5", 12.5),
        (" 12.5\t", 12.5),
        ("-3", -3.0),
    ],
)
def test_an_amount_is_read_as_in_the_input_files(text, amount):
    assert amount_of(text) == amount


@pytest.mark.parametrize("text", ["500,000", "2,000", "nan", "inf", "1e400", "20 %", "much", "", "1 000 USD"])
def test_what_is_no_one_number_stays_text(text):
    assert amount_of(text) == text


@pytest.mark.parametrize(
    ("text", "readings"),
    [("500,000", ("500000", "500.0")), ("2,500", ("2500", "2.5")), ("2,50", None), ("2,500,000", None), ("x", None)],
)
def test_what_could_be_two_numbers_is_told_as_both(text, readings):
    assert both_readings(text) == readings

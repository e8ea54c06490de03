"""Figures as readers of each language write them."""

import pytest

from planner.i18n import use_language
from planner.plan.wording import figure, money, number, share

NARROW, FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "whole", "exact", "decimals", "part"),
    [
        ("en", "USD 12,346", "USD 12,345.67", "1,234.5", "0.8"),
        ("fr", f"12{NARROW}346 USD", f"12{NARROW}345,67 USD", f"1{NARROW}234,5", "0,8"),
    ],
)
def test_figures_follow_the_language(language, whole, exact, decimals, part):
    with use_language(language):
        assert money(1_234_567, "USD") == whole
        assert money(1_234_567, "USD", exact=True) == exact
        # A currency without a subunit of its own is still told to the cent: that is what budgets count in.
        assert money(1_234_567, "XOF", exact=True) == exact.replace("USD", "XOF")
        assert number(1234.50, 2) == decimals
        assert share(0.008, 1).replace(FIXED, " ") == f"{part} %"


@pytest.mark.parametrize(
    ("value", "text"), [(12_345.6, "12,346"), (123.4, "123"), (45.67, "45.7"), (4.567, "4.57"), (0.04567, "0.0457")]
)
def test_figures_keep_about_three_digits(value, text):
    assert figure(value) == text

"""Amounts that are typed into the page are read by the rule of the input files, or refused with both readings."""

import pytest

from planner.errors import InputError
from planner.i18n import use_language
from planner.ui.amounts import typed_amount


@pytest.mark.parametrize(
    ("text", "amount"), [("500 000", 500_000.0), ("2,000,000", 2e6), ("1250,50", 1250.5), (" 12,5 % ", "12,5 %")]
)
def test_amounts_and_shares_are_taken(text, amount):
    assert typed_amount(text, "Budget") == amount


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("500,000", "Write 500000, or 500.0 if that is meant."),
        ("2,000", "Write 2000, or 2.0 if that is meant."),
        *(
            (text, "Write an amount, such as 2000000")
            for text in ("nan", "inf", "-inf", "0", "-5", "-2,000", "1e400", "")
        ),
    ],
)
def test_what_is_no_one_amount_is_refused(text, remedy):
    with pytest.raises(InputError) as caught:
        typed_amount(text, "Budget")
    (problem,) = caught.value.problems
    assert problem.remedy.startswith(remedy)
    assert (problem.column, problem.value) == ("Budget", text)
    with use_language("fr"), pytest.raises(InputError, match=r"montant|décimales"):
        typed_amount(text, "Budget")

"""Figures as readers of each language write them; judgements that claim no more than is proven."""

import random

import numpy as np
import pytest
from babel.numbers import format_currency, format_decimal

from planner.i18n import use_language
from planner.wording import (
    decimals,
    figure,
    money,
    money_short,
    nearness,
    number,
    quality,
    setting_words,
    share,
    so_far,
    told_by,
    too_little,
)

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
    ("field", "value", "english", "french"),
    [
        ("budgets[0].limit", 300000.0, "300,000", f"300{NARROW}000"),
        ("phases[0].year", 2027, "2027", "2027"),
        ("money.price_year", 2024, "2024", "2024"),
        ("catalogue.support_per_year", 12000, "12,000", f"12{NARROW}000"),
        ("spent_per_year", {"y": 1200.5}, "y: 1,200.5", f"y{FIXED}: 1{NARROW}200,5"),
        ("phases[0]", {"spent_per_year": 1200}, "spent_per_year: 1,200", f"spent_per_year{FIXED}: 1{NARROW}200"),
        ("phases[0].carry_over", True, "yes", "oui"),
        ("links.microwave.k_low", 2 / 3, "0.666667", "0,666667"),
        ("funders[0].cost_kinds", ["capex", "opex"], "capex, opex", "capex, opex"),
        ("limits.floors", [], "–", "–"),
        ("benefit.weights", {"people": 1.5}, "people: 1.5", f"people{FIXED}: 1,5"),
        ("service.enables", {"wifi": {"min_mbps": 2}}, "wifi (min_mbps: 2)", f"wifi (min_mbps{FIXED}: 2)"),
    ],
)
def test_settings_are_told_in_the_language(field, value, english, french):
    assert setting_words(value, field) == english
    with use_language("fr"):
        assert setting_words(value, field) == french


def test_sources_of_a_link_budget_keep_their_recommendations():
    assert told_by("ITU-R P.676-12 Annex 1") == "ITU-R P.676-12 Annex 1"
    with use_language("fr"):
        assert told_by("ITU-R P.676-12 Annex 1") == "ITU-R P.676-12 annexe 1"
        assert told_by("ITU-R P.530-17 eq. (34)") == "ITU-R P.530-17 éq. (34)"


def test_large_amounts_are_shortened_and_smaller_ones_are_not():
    assert money_short(999_999_999, "USD") == "USD 10,000,000"
    assert money_short(123_456_789_00, "USD") == f"USD{FIXED}123.46M"
    with use_language("fr"):
        assert money_short(123_456_789_00, "XOF") == f"123,46{FIXED}M{FIXED}XOF"


@pytest.mark.parametrize(
    ("value", "text"), [(12_345.6, "12,346"), (123.4, "123"), (45.67, "45.7"), (4.567, "4.57"), (0.04567, "0.0457")]
)
def test_figures_keep_about_three_digits(value, text):
    assert figure(value) == text


def verdict(status, termination, value, bound):
    return quality(status=status, termination=termination, value=value, gap=(bound - value) / value)


@pytest.mark.parametrize(
    ("value", "bound", "english", "french"),
    [
        # (bound − value) / bound, rounded up: 2.92 %, 0.000 1 %, 20 %.
        (100.0, 103.01, "Within 3.0 % of the best plan", "à 3,0 % près"),
        (1e6, 1e6 + 1, "Within 0.01 % of the best plan", "à 0,01 % près"),
        (80.0, 100.0, "Within 20.0 % of the best plan", "à 20,0 % près"),
        # value / bound, rounded down: 79.9 %, 50 %, 28.2 %, 1 %.
        (79.9, 100.0, "At least 79 % of the best possible", "Au moins 79 % du meilleur"),
        (50.0, 100.0, "At least 50 % of the best possible", "Au moins 50 % du meilleur"),
        (100.0, 355.0, "At least 28 % of the best possible", "Au moins 28 % du meilleur"),
        (1.0, 100.0, "At least 1 % of the best possible", "Au moins 1 % du meilleur"),
        (0.9, 100.0, "How near this is to the best plan is not known", "On ne sait pas à quelle distance"),
    ],
)
def test_a_plan_is_held_against_the_best_possible_value(value, bound, english, french):
    """Rounded away from the best: never nearer than is proven."""
    assert english in verdict("feasible", "time_limit", value, bound)
    with use_language("fr"):
        assert french in verdict("feasible", "time_limit", value, bound).replace(FIXED, " ").replace(NARROW, " ")


@pytest.mark.parametrize(
    ("gap", "words", "tile"),
    [
        (0.0301, "within 3.0 % of the best plan", "within 3.0 %"),
        (1.0, "at least 50 % of the best possible", "at least 50 %"),
        (2.55, "not known yet", "at least 28 %"),
        (5e9, "not known yet", "?"),
    ],
)
def test_a_search_at_work_and_a_tile_say_the_same_in_short(gap, words, tile):
    assert words in so_far(gap)
    assert nearness(gap) == tile


@pytest.mark.parametrize("status", ["feasible", "optimal"])
@pytest.mark.parametrize("termination", ["time_limit", "cancelled"])
def test_a_search_that_was_cut_short_never_claims_the_optimum(status, termination):
    text = verdict(status, termination, 100.0, 100.0).lower()
    assert "optimal" not in text
    assert "no plan under these inputs is better" not in text


@pytest.mark.parametrize(
    ("gap", "words"), [(0.0, "no other of the same money is worth more, proven"), (1.39e11, "it brings no benefit")]
)
def test_a_plan_worth_nothing_says_so_without_a_figure(gap, words):
    text = quality(status="feasible", termination="time_limit", value=0.0, gap=gap)
    assert "worth nothing" in text
    assert words in text
    assert not any(sign.isdigit() for sign in text)


def test_a_budget_that_is_too_small_says_what_would_do():
    told = {"office": "A", "measure": "programme_cost", "currency": "USD"}
    text = too_little(**told, price=1999.99, limit=1999.98)
    assert all(words in text for words in ("A", "USD 1,999.99", "USD 1,999.98", "programme cost"))


def test_a_proven_plan_says_so():
    assert "no plan under these inputs is better by more than 0.00 %" in verdict("optimal", "gap", 5.0, 5.0)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_figures_are_set_as_babel_sets_them(language):
    """Whoever cancels a run waits for thousands of figures: they are set by hand, and Babel is the judge."""
    dice = random.Random(1)
    values = [0.0, -0.0, 0.5, 1.5, 2.5, -0.4, 0.125, 2.675, 999.995, 999_999.5, 1e17, 5e-5, np.float64(1234.5), 7]
    values += [dice.uniform(-1, 1) * 10 ** dice.randint(-4, 12) for _time in range(500)]
    patterns = {"en": "¤¤ #,##0{}", "fr": "#,##0{} ¤¤"}
    with use_language(language):
        for value in values:
            for digits in (0, 1, 4):
                end = "#,##0." if digits else "#,##0"
                assert number(value, digits) == format_decimal(value, end + "#" * digits, locale=language)
                assert decimals(value, digits) == format_decimal(value, end + "0" * digits, locale=language)
            for cents in ("", ".00"):
                pattern = patterns[language].format(cents)
                said = format_currency(value / 100, "XOF", pattern, locale=language, currency_digits=False)
                assert money(value, "XOF", exact=bool(cents)) == said

"""What terminal, report and app say of a shared budget, by mappings as in ``portfolio.json``."""

import pytest

from planner.i18n import use_language
from planner.portfolio_words import next_words, unspent_words, what_narrows, whose_data, without_next


def lands(*invented):
    return [{"name": f"Land {k}", "synthetic": synthetic} for k, synthetic in enumerate(invented)]


@pytest.mark.parametrize(
    ("invented", "named", "numbered"),
    [
        ((False, False), "", ""),
        ((True,), "this country does not exist.", "this country does not exist."),
        ((True, True), "none of these countries exists.", "none of these countries exists."),
        ((True, False), "1 of 2 countries does not exist: Land 0.", "1 of 2 countries does not exist."),
        ((True, False, True), "2 of 3 countries do not exist: Land 0, Land 2.", "2 of 3 countries do not exist."),
    ],
)
def test_it_says_which_countries_do_not_exist(invented, named, numbered):
    assert whose_data(lands(*invented)).removeprefix("SYNTHETIC DATA: ") == named
    assert whose_data(lands(*invented), named=False).removeprefix("SYNTHETIC DATA: ") == numbered


def test_it_says_so_in_french():
    with use_language("fr"):
        assert whose_data(lands(True, False, True)).endswith(
            "2 pays sur 3 n’existent pas\N{NO-BREAK SPACE}: Land 0, Land 2."
        )
        assert whose_data(lands(True, False)).endswith("1 pays sur 2 n’existe pas\N{NO-BREAK SPACE}: Land 0.")


def budget(gap, own, *parts):
    countries = [
        {"name": name, "point": 0, "gap": bound / 100 - 1, "value": 100, "bound": bound} for name, bound in parts
    ]
    return {"conflict": None, "gap": gap, "gap_of_countries": own, "countries": countries}


@pytest.mark.parametrize(
    ("shared", "words"),
    [
        (budget(0.05, 0.02, ("A", 102)), "choosing among few plans"),
        (budget(0.05, 0.03, ("A", 104), ("B", 102)), "a longer search (--time-limit), or one for more budgets"),
        (budget(0.05, 0.03, ("B", 104)), "or to a smaller gap (--gap)"),
        (budget(0.009, 0.008, ("A", 102)), "(--time-limit)"),
        (budget(0.015, 0.007, ("A", 100.7)), "choosing among few plans"),
        (budget(0.009, 0.002, ("A", 100.5)), ""),
    ],
)
def test_the_larger_part_of_a_wide_gap_says_what_narrows_it(shared, words):
    """The search of A ended at its time limit, that of B at the gap that was asked for."""
    countries = [{"name": "A", "termination": "time_limit"}, {"name": "B", "termination": "gap"}]
    said = what_narrows([shared, {"conflict": {}, "gap": 0.0}], countries)
    assert words in said
    assert bool(words) == bool(said)


def test_the_widest_gap_is_told_and_none_where_no_budget_can_be_shared_out():
    countries = [{"name": "A", "termination": "time_limit"}]
    few, own = budget(0.05, 0.0, ("A", 100)), budget(0.06, 0.06, ("A", 106))
    assert "--time-limit" in what_narrows([few, own], countries)
    assert what_narrows([{"conflict": {}, "gap": 0.0}], countries) == ""


def test_of_runs_of_earlier_versions_nothing_is_said_that_they_do_not_know():
    step = {"money": 100_000.0, "people": 50, "people_per_1000": 0.5}
    part = {"name": "A", "next": step, "kept_back": 0.0}
    shared = {"budget": 1.0, "next": "A", "best_known": True, "countries": [part, {"name": "B", "next": None}]}
    assert unspent_words(shared, "USD") == ""
    assert without_next(shared, "More") == []
    assert next_words(shared, "USD").endswith("USD 100,000 more for 50 more people, 0.5 of each 1,000.")

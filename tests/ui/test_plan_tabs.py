"""What a plan says of years, funders, second paths, failures and what is built, on its page."""

import json

import pytest
from conftest import texts

from planner.i18n import _, use_language
from planner.plan.store import read_plan
from planner.ui.plan_maps import plan_map


def tabs(page):
    return [tab.label for tab in page.tabs]


def frame_with(page, column):
    return next(frame.value for frame in page.dataframe if column in frame.value.columns)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_years_and_funders_are_told_as_the_plan_has_them(show, runs, language):
    page = show(runs / "phased", lang=language)
    plan = read_plan(runs / "phased")
    with use_language(language):
        assert {_("Years"), _("Who pays")} <= set(tabs(page))
        assert _("As built") not in tabs(page)
        phases = next(frame.value for frame in page.dataframe if list(frame.value.columns[:1]) == [_("Year")])
        assert phases[_("Year")].tolist() == ["2027", "2028", "2029"]
        spent = phases[_("Spent ({currency})").format(currency="USD")]
        assert spent.tolist() == pytest.approx([row["spent"] for row in plan.phases], abs=0.51)
        paid = frame_with(page, _("May pay for"))
        assert paid[_("Funder")].tolist() == ["<b>bank</b>", "the post"]
        programme = sum(paid[_("Paid ({currency})").format(currency="USD")])
        assert programme == pytest.approx(plan.totals["programme_cost"], abs=1.01)
    assert "<b>" not in texts(page.markdown)


def test_the_map_shows_the_state_at_the_end_of_a_year(show, runs):
    page = show(runs / "phased")
    (slider,) = page.select_slider
    plan = read_plan(runs / "phased")
    assert slider.value == 2029
    slider.set_value(2027).run()
    assert not page.exception
    columns = plan_map(plan, runs / "phased").columns
    years = dict(zip(columns["places"]["id"], columns["places"]["year"], strict=True))
    for office in plan.offices.itertuples():
        gained = office.connected and office.before != "adequate"
        assert years[office.id] == (int(office.year) if gained else None)


def test_second_paths_failures_and_what_is_built_are_told(show, runs):
    page = show(runs / "twice")
    document = json.loads((runs / "twice/plan.json").read_text(encoding="utf-8"))
    assert {"Failures", "As built"} <= set(tabs(page))
    assert "Years" not in tabs(page)
    failures = frame_with(page, "What fails")
    assert failures["People cut off"].tolist() == pytest.approx(
        [row["people"] for row in document["failures"]][: len(failures)], abs=0.51
    )
    (backup,) = document["backups"]
    second = frame_with(page, "Second path")
    assert second["Office"].tolist() == [backup["office"]]
    assert second["Second path"].tolist() == [" → ".join(step["link"] for step in backup["path"])]
    built = frame_with(page, "Measured (Mbit/s)")
    assert built["Measured (Mbit/s)"].tolist() == [3.5]
    assert built["Status"].tolist() == ["working"]
    chosen = show(runs / "twice", selected=backup["office"])
    assert not chosen.error


def test_the_invest_page_tells_who_pays_in_which_year(show, runs):
    page = show(runs / "phased", page="invest")
    assert not page.error
    assert frame_with(page, "May pay for")["Funder"].tolist() == ["<b>bank</b>", "the post"]
    assert "From the purchase of each part on" in texts(page.header)

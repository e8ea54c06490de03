"""Who is reached: density against the circle, shares against counting, electricity against the candidate links."""

import math
from dataclasses import replace

import numpy as np
import pytest

from planner.catalogue.power import SUPPLY_WORDS
from planner.i18n import set_language
from planner.report.documents.proposal.equity import classes, density, equity, surroundings


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


@pytest.fixture
def plan(handmade):
    """Return the handmade plan with offices at known distances along a meridian, and people of known number."""
    found = handmade.plan()
    n = len(found.offices)
    people = np.arange(1.0, n + 1) * 20_000
    # A degree of latitude is 111.2 km: neighbours are 3 km apart, so that each circle of 5 km holds three at most.
    lat = np.arange(n) * 3 / (math.pi * 6371 / 180)
    offices = found.offices.assign(lon=7.0, lat=lat, people_total=people, people=people / 2)
    return replace(found, offices=offices, benefit_index={**found.benefit_index, "catchment_km": 5.0})


def test_density_counts_the_people_of_all_offices_within_the_circle(plan):
    people = plan.offices["people_total"].to_numpy()
    around = [people[max(k - 1, 0) : k + 2].sum() for k in range(len(people))]
    assert density(plan) == pytest.approx(np.array(around) / (math.pi * 25))
    kinds = classes(plan)
    for kind, value in zip(kinds, density(plan), strict=True):
        assert kind == ("rural" if value < 300 else "town" if value < 1500 else "city")
    assert len(set(kinds)) > 1


def test_an_office_of_unknown_position_or_people_has_no_class(plan):
    offices = plan.offices.copy()
    offices.loc[0, "lon"], offices.loc[1, "people_total"] = np.nan, np.nan
    kinds = classes(replace(plan, offices=offices))
    assert kinds[:2].tolist() == ["unknown", "unknown"]
    assert "unknown" not in kinds[2:]


def cells(block):
    return {row[0]: row[1:] for row in block.rows}


def test_shares_of_people_are_those_of_the_offices(plan):
    tables = [block for block in equity(plan) if hasattr(block, "rows")]
    assert [table.caption for table in tables] == ["Who is reached, by region", "Who is reached, by rurality"]
    offices = plan.offices
    wants = offices["before"] != "adequate"
    gains = wants & offices["connected"]
    for table, column in ((tables[0], offices["region"].fillna("(no region)")), (tables[1], None)):
        told = cells(table)
        groups = {} if column is None else {name: there for name, there in offices.groupby(column)}  # noqa: C416
        for name, there in {**groups, "Total": offices}.items():
            lacking = there.loc[wants[there.index], "people"].sum()
            reached = there.loc[gains[there.index], "people"].sum()
            before, after, *people = told[name]
            assert people == [f"{lacking:,.0f}", f"{reached:,.0f}", f"{100 * reached / lacking:.0f} %"]
            assert before == f"{100 * (there['before'] == 'adequate').mean():.0f} %"
            assert after == f"{100 * there['connected'].mean():.0f} %"
        parts = [row for name, row in told.items() if name != "Total"]
        assert sum(int(row[3].replace(",", "")) for row in parts) == int(told["Total"][3].replace(",", ""))


def test_every_office_is_counted_once_by_rurality_and_by_electricity(example):
    first, second = (block for block in surroundings(example) if hasattr(block, "rows"))
    per_region = example.plan.offices["region"].value_counts()
    for table in (first, second):
        for name, row in cells(table).items():
            asked = len(example.plan.offices) if name == "Total" else per_region[name]
            assert sum(map(int, row)) == asked
    # Where the plan says how an office is powered, the table counts it so.
    places = example.plan.places
    solar = set(places.loc[(places["kind"] == "office") & places["power"].isin(["solar", "extension"]), "id"])
    told = second.headings.index("Without adequate mains")
    assert int(cells(second)["Total"][told - 1]) >= len(solar)
    words = np.array(SUPPLY_WORDS, dtype=object)[example.options.places.supply]
    offices = np.isin(example.options.places.id, example.plan.offices["id"].to_numpy(object))
    assert int(cells(second)["Total"][told - 1]) == int(np.isin(words[offices], ["solar", "extension"]).sum())

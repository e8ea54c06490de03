"""Explanations of the handmade country."""

import dataclasses
import json

import numpy as np
import pytest

from planner.errors import InputError
from planner.finance import MEASURES
from planner.plan.explain import explain
from planner.plan.plan import Plan

PROGRAMME = MEASURES.index("programme_cost")


@pytest.fixture
def about(handmade, make):
    plan = Plan.from_document(handmade.plan(outcome=make["found"](460.0, 480.0, price_of_money=0.02)).document())

    def of(identifier, **changes):
        scenario = make["scenario"](**changes)
        return explain(scenario, handmade.country.inputs(), handmade.country.options(), plan, identifier)

    return of


def test_parts_add_up_to_every_line_of_the_plan(about, handmade):
    plan = handmade.plan()
    for link in plan.links.to_dict("records"):
        line = about(link["id"]).lines[0]
        for column, measure in enumerate(MEASURES):
            assert line.cents(column) == link[f"{measure}_cents"]
    for office in plan.offices[plan.offices["connected"]].to_dict("records"):
        if office["technology"] != "existing":
            assert about(office["id"]).lines[0].cents(PROGRAMME) == office["programme_cost_cents"]


def test_an_office_shows_its_chain_with_what_is_shared(about):
    found = about("C")
    assert [(line.cents(PROGRAMME) // 100, line.shared_by) for line in found.lines] == [
        (1800, 1),  # package and 20 Mbit/s of transit
        (12_000, 1),  # hop from A
        (24_250, 1),  # mast at C
        (5750, 2),  # fibre to A, for A and C
        (5250, 2),  # site and rent of the tower at A
        (11_000, 3),  # trunk
        (1500, 3),  # source
    ]
    assert found.share == pytest.approx(1800 + 36_250 + 11_000 / 2 + 12_500 / 3, abs=0.005)


def test_runner_up_of_a_connected_office_is_its_own_service(about):
    others = about("C").others
    assert [(way.technology, way.price, way.links) for way in others] == [("leo", 4200.0, ("leo:root>C",))]


def test_runner_up_may_attach_elsewhere(handmade, make):
    """B could be reached from A by microwave: A has a tower of 25 m in use at 20 m, B needs a mast of 10 m."""
    country = handmade.country
    country.link("microwave", "A", "B", km=4.0, capacity=100.0, rungs=(1, 0))
    found = explain(make["scenario"](), country.inputs(), country.options(), handmade.plan(), "B")
    assert [(way.technology, way.price) for way in found.others] == [
        ("leo", 4200.0),
        ("microwave", 12_000.0 + 13_250.0 + 1200.0),
    ]
    assert found.others[1].links == ("microwave:A>B",)


def test_the_same_link_with_another_radio_is_no_other_way(handmade, make):
    """A second radio from A to C, or from C to A, is the plan's own link bought otherwise."""
    country = handmade.country
    plan = handmade.plan()
    for ends in (("A", "C"), ("C", "A")):
        country.link("microwave", *ends, km=4.0, capacity=500.0, rungs=(1, 1))
    country.link("fibre", "A", "C", km=9.0)
    for name in ("microwave:A>C", "C"):
        ways = explain(make["scenario"](), country.inputs(), country.options(), plan, name).others
        assert [way.links[-1] for way in ways if way.technology != "leo"] == ["fibre:A>C"]
        assert all("microwave" not in way.technology for way in ways)


def test_another_offer_of_the_same_service_is_another_way(handmade, make):
    """Which of them it is, its option tells: both are links leo:root>C."""
    country = handmade.country
    country.link("leo", None, "C", capacity=100.0)
    found = explain(make["scenario"](), country.inputs(), country.options(), handmade.plan(), "C")
    (way,) = (way for way in found.others if way.technology == "leo")
    assert way.option
    assert f"leo:root>C ({way.option})" in str(found)


def test_what_only_this_office_uses_is_paid_again_by_another_way_over_it(handmade, make):
    """A alone hangs from S, by a hop; the fibre from there would need S as much."""
    rows, country = handmade.rows, handmade.country
    second = country.link("microwave", "S", "A", km=9.0, capacity=100.0, rungs=(1, 1))
    plan = make["plan"](country, country.choice([rows["S"], second], "A"))
    found = explain(make["scenario"](), country.inputs(), country.options(), plan, "A")
    own = {line.title: (line.cents(PROGRAMME) / 100, line.shared_by) for line in found.lines}
    assert {served for _cents, served in own.values()} == {1}, "nobody else is served"
    (way,) = [way for way in found.others if way.technology == "fibre"]
    assert way.links[0] == "source:root>S", "the source serves nobody else: without A nobody would pay for it"
    # Trunk and fibre instead of the hop with its masts; the source and A's own line are the same both ways.
    hop = sum(cents for title, (cents, _served) in own.items() if "microwave" in title or "Mast" in title)
    trunk = country.options().money[[rows["SJ"], rows["JA"]], PROGRAMME].sum() / 100
    assert way.price == pytest.approx(sum(cents for cents, _served in own.values()) - hop + trunk, abs=0.005)


@pytest.mark.parametrize("how", ["as built", "limits.fix_links"])
def test_what_every_plan_has_is_not_paid_again(handmade, make, how):
    """A alone hangs from S, by a hop; the source itself is built already, or the scenario asks for it."""
    rows, country = handmade.rows, handmade.country
    second = country.link("microwave", "S", "A", km=9.0, capacity=100.0, rungs=(1, 1))
    plan = make["plan"](country, country.choice([rows["S"], second], "A"))
    built = country.options(fixed=np.array([rows["S"]], np.int32)) if how == "as built" else country.options()
    limits = {} if how == "as built" else {"fix_links": [("root", "S")]}
    found = explain(make["scenario"](limits=limits), country.inputs(), built, plan, "A")
    own = {line.title: line.cents(PROGRAMME) / 100 for line in found.lines}
    ways = {way.technology: way for way in found.others}
    assert ways["fibre"].links[0] == "fibre:S>~j1", "the source is there, whoever is served from it"
    # Only A uses S: its site, but not its source, would be gone without A.
    source = sum(amount for title, amount in own.items() if "source" in title)
    assert source > 0
    assert found.others[0].price - found.difference == pytest.approx(sum(own.values()) - source, abs=0.005)


def test_a_link_that_is_held_holds_what_it_hangs_from(handmade, make):
    """The hop from A to C is built: whatever serves C, the fibre up to S stays, and so does C's mast."""
    rows, country = handmade.rows, handmade.country
    country.link("fibre", "A", "C", km=9.0)
    plan = make["plan"](country, country.choice([rows["S"], rows["SJ"], rows["JA"], rows["AC"]], "C"))
    found = explain(
        make["scenario"](), country.inputs(), country.options(fixed=np.array([rows["AC"]], np.int32)), plan, "C"
    )
    assert found.alone == pytest.approx(found.lines[0].cents(PROGRAMME) / 100)
    assert found.difference > 0


def test_a_mast_that_must_grow_costs_the_difference(handmade, make):
    """From C, whose mast stands at 20 m, a hop that needs 30 m: 11000 more there."""
    country = handmade.country
    country.link("microwave", "C", "F", km=4.0, capacity=100.0, rungs=(2, 0))
    plan = handmade.plan()
    found = explain(make["scenario"](), country.inputs(), country.options(), plan, "F")
    assert {way.technology: way.price for way in found.others} == {
        "leo": 4200.0,
        "microwave": 12_000.0 + 11_000.0 + 13_250.0 + 1200.0,
    }


def test_what_an_office_left_out_would_take(about):
    found = about("F")
    assert (found.inside, found.needed, found.benefit, found.left) == (False, 4200.0, 50.0, 12_700.0)
    assert found.rate == 11.9048
    assert found.mean_rate == 4.28705
    assert found.marginal_rate == pytest.approx(20.0)
    assert "USD 4,200 more" in str(found)
    assert "USD 12,700 is left" in str(found)


def test_an_office_that_is_passed_through_needs_only_its_own_line(handmade, make, referee):
    """Fibre to A only feeds the hop to C; A's own equipment and transit cost 1200."""
    rows, country = handmade.rows, handmade.country
    choice = country.choice([rows["S"], rows["SJ"], rows["JA"], rows["AC"]], "C")
    plan = make["plan"](country, choice)
    found = explain(make["scenario"](), country.inputs(), country.options(), plan, "A")
    assert (found.inside, found.needed) == (False, 1200.0)
    assert [(way.technology, way.links) for way in found.others] == [("fibre", ())]
    assert "passes through its place, so that USD 1,200 would do" in found.reason
    assert plan.links.set_index("id").loc["fibre:~j1>A", "load_mbps"] == 20.0
    assert referee(json.loads(json.dumps(plan.document()))) == []


def test_an_excluded_office_still_learns_its_price(about):
    assert about("F", limits={"exclude": ["F"]}).needed == 4200.0


def test_no_option_is_said(about):
    found = about("G")
    assert (found.others, found.needed, found.lines) == ((), None, ())
    assert "No option" in str(found)


def test_an_adequate_office_has_nothing_to_explain(about):
    found = about("D")
    assert (found.inside, found.lines, found.others) == (True, (), ())


def test_a_link_of_the_plan_shows_masts_at_both_ends(about):
    found = about("microwave:A>C")
    assert [line.cents(PROGRAMME) // 100 for line in found.lines] == [12_000, 24_250, 5250]
    assert "20 Mbit/s of 1 office" in found.reason
    assert "100 Mbit/s" in found.reason


def test_a_candidate_that_is_not_built_says_why(about):
    assert "enters C by microwave:A>C" in about("leo:root>C").reason
    assert "does not reach F" in about("leo:root>F").reason
    assert "the plan has fibre:~j1>B" in about("fibre:B>~j1").reason
    assert about("leo:root>F").lines[0].cents(PROGRAMME) == 360_000


@pytest.mark.parametrize("identifier", ["fibre:~j1>Bx", "fibre:", "c", "", "leo:A>root", "source:S>root"])
def test_an_unknown_id_names_the_nearest(about, identifier):
    with pytest.raises(InputError) as caught:
        about(identifier)
    problem = caught.value.problems[0]
    assert (problem.code, problem.value) == ("unknown-id", identifier)
    assert problem.remedy
    if identifier == "fibre:~j1>Bx":
        assert "fibre:~j1>B" in problem.remedy


def test_other_inputs_than_the_plans_are_refused(handmade, make):
    plan, country = handmade.plan(), handmade.country
    options = country.options()
    dearer = dataclasses.replace(options, money=options.money + np.int64(1))
    with pytest.raises(InputError, match="not offered at that price"):
        explain(make["scenario"](), country.inputs(), dearer, plan, "A")
    fewer = dataclasses.replace(country.inputs(), offices=country.inputs().offices.iloc[:-1])
    with pytest.raises(InputError, match="offices are not the same"):
        explain(make["scenario"](), fewer, options, plan, "A")


def test_rounding_is_a_part_of_its_own(make):
    from planner.finance import Item, line_money
    from planner.plan.buildup import ROUNDING, build_up

    # Three items of a third of a cent each round to nothing; their line is a cent.
    items = [Item(name, 1 / 300, 0.0, None) for name in "abc"]
    line = line_money(items, {"each": np.ones(1)}, make["terms"])[0]
    parts = build_up(items, {"each": 1.0}, line, make["terms"])
    assert [part.cents[PROGRAMME] for part in parts] == [0, 0, 0, 1]
    assert parts[-1].name == ROUNDING
    with pytest.raises(RuntimeError, match="the line is"):
        build_up(items, {"each": 1.0}, line + 20, make["terms"])


def test_it_can_be_written_as_json(about):
    for identifier in ("C", "F", "fibre:S>~j1"):
        assert json.loads(json.dumps(about(identifier).as_dict(), allow_nan=False))["id"] == identifier

"""The study of risk in the proposal: figures of ``risk.json``, and nothing of another scenario's."""

import json
import re

import pytest

from planner.errors import InputError
from planner.i18n import set_language
from planner.plan.store import RISK_JSON
from planner.report.documents.blocks import Bullets, Figure, Note
from planner.report.documents.proposal.risk import risk


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


@pytest.fixture
def told():
    factors = {"mean": 1, "least": 0.5, "p05": 0.8, "p25": 0.9, "p50": 1, "p75": 1.1, "p95": 1.4, "most": 2}

    def band(middle):
        return {name: middle * factor for name, factor in factors.items()}

    money = {"capex": 400.0, "opex_per_year": 20.0, "programme_cost": 500.0, "present_value": 650.0}
    return {
        "scenario": {"hash": "h"},
        "budget": {"name": "programme", "measure": "programme_cost", "limit": 600.0},
        "draws_done": 40,
        "figures": [{"name": "climate"}, {"name": "a.price"}, {"name": "b.price"}, {"name": "idle"}],
        "plan": {"value": 100.0, "bound": 101.0, "offices": 7, **money},
        "fixed": {
            "within_budget_share": 0.75, "overloaded_share": 0.05, "keeps_limits_share": 1.0,
            "value_kept": band(90.0), "offices_kept": band(6.0),
            **{name: band(amount) for name, amount in money.items()},
        },
        "best": None,
        "tornado": [
            swing("climate", (500.0, 98.0), (500.0, 71.0)),
            swing("b.price", (400.0, 100.0), (900.0, 55.0)),
            swing("a.price", (490.0, 100.0), (505.0, 100.0)),
            swing("idle", (500.0, 100.0), (500.0, 100.0)),
        ],
    }  # fmt: skip


def swing(name, low, high):
    ends = ({"figure": figure, "cost": cost, "value_kept": kept} for figure, (cost, kept) in ((0.8, low), (1.3, high)))
    return {"name": name, **dict(zip(("low", "high"), ends, strict=True))}


@pytest.fixture
def run_with(priced, tmp_path):
    def run(told):
        exported = priced(tmp_path / "run")
        told["scenario"]["hash"] = told["scenario"]["hash"].replace("h", str(exported.plan.scenario["hash"]))
        (exported.folder / RISK_JSON).write_text(json.dumps(told), encoding="utf-8")
        return exported

    return run


def test_bands_and_the_widest_figures_are_told(run_with, told):
    blocks = risk(run_with(told))
    (table,) = [block for block in blocks if hasattr(block, "rows")]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Programme cost"] == ("500", "400", "500", "700")
    assert rows["Benefit that fits the budget"] == ("100", "72", "90", "126")
    (figure,) = [block for block in blocks if isinstance(block, Figure)]
    svg = figure.drawing.svg()
    assert svg.index("b: price") < svg.index("a: price"), "the widest first"
    assert "idle" not in svg, "what changes nothing is left out"
    assert "rain" not in svg, "nor does what changes the benefit alone have a bar"
    (bullets,) = [block for block in blocks if isinstance(block, Bullets)]
    (said,) = [line for line in bullets.items if "rain" in line]
    assert said == (
        "With rain rate at all places at 0.8 the plan keeps 98 % of its benefit, at 1.3 71 %; its cost stays."
    )
    # The bars of the widest reach from the middle line as far as the amounts say: 100 down, 400 up.
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"[^>]*stroke="#222222"', svg)][:2]
    assert widths[1] == pytest.approx(4 * widths[0], rel=1e-3)


def test_what_takes_half_of_the_benefit_for_a_little_money_is_in_the_chart_and_in_words(run_with, told):
    # Ten prices that move the cost more, a sixth of the budget each, and no benefit: by cost alone demand stands last.
    prices = [swing(f"price.{k:02}", (450.0, 100.0), (559.0 - k, 100.0)) for k in range(10)]
    told["tornado"] = [swing("demand", (500.0, 100.0), (504.0, 50.0)), *prices]
    blocks = risk(run_with(told))
    (figure,) = [block for block in blocks if isinstance(block, Figure)]
    svg = figure.drawing.svg()
    drawn = [name for name in ("demand of all offices", *(f"price: {k:02}" for k in range(10))) if name in svg]
    assert drawn == ["demand of all offices", *(f"price: {k:02}" for k in range(9))], "cut by what figures do"
    assert svg.index("price: 00") < svg.index("demand of all offices"), "drawn by cost"
    (bullets,) = [block for block in blocks if isinstance(block, Bullets)]
    (said,) = [line for line in bullets.items if line.startswith("With ")]
    # 4 of 600 are 0.67 % of the budget
    assert said == (
        "With demand of all offices at 0.8 the plan keeps 100 % of its benefit, at 1.3 50 %; its cost changes by less "
        "than 1 % of the budget."
    )
    set_language("fr")
    blocks = risk(run_with(told))
    (bullets,) = [block for block in blocks if isinstance(block, Bullets)]
    assert any(re.search(r"change de moins de 1\s% du budget", line) for line in bullets.items)


def test_a_benefit_that_follows_the_cost_is_not_told_in_words(run_with, told):
    # 500 of 600 in cost against 45 of 100 in benefit; 60 of 600 against 29 of 100, less than three times as much.
    told["tornado"] = [swing("b.price", (400.0, 100.0), (900.0, 55.0)), swing("c", (480.0, 100.0), (540.0, 71.0))]
    (bullets,) = [block for block in risk(run_with(told)) if isinstance(block, Bullets)]
    assert not [line for line in bullets.items if line.startswith("With ")]


def test_another_scenarios_study_is_not_shown(run_with, told):
    told["scenario"]["hash"] = "other-"
    _heading, note = risk(run_with(told))
    assert isinstance(note, Note)


def test_without_a_study_nothing_is_said(priced, tmp_path):
    assert risk(priced(tmp_path / "run")) == []


def test_draws_in_which_limits_cannot_be_kept_are_told(run_with, told):
    told["fixed"]["keeps_limits_share"] = 0.9
    told["best"] = {"plan_share": 0.75, "regret": {"mean": 3.0}}
    (bullets,) = [block for block in risk(run_with(told)) if isinstance(block, Bullets)]
    said = " ".join(bullets.items)
    assert "In 10 % of the draws no part of it was found" in said
    assert "In 25 % of the draws no plan was found" in said


def test_a_study_without_draws_says_so(run_with, told):
    told["draws_done"] = 0
    _heading, note = risk(run_with(told))
    assert "another scenario" not in note.text
    assert "before its first draw" in note.text


def test_a_study_that_is_cut_short_is_named(run_with, told):
    exported = run_with(told)
    path = exported.folder / RISK_JSON
    path.write_text(path.read_text(encoding="utf-8")[:100], encoding="utf-8")
    with pytest.raises(InputError, match="not a whole study") as caught:
        risk(exported)
    assert caught.value.problems[0].file == str(path)
    assert "planner risk" in caught.value.problems[0].remedy


@pytest.mark.parametrize(
    "name",
    [
        "fixed.keeps_limits_share",
        "fixed.capex.p95",
        "plan.value",
        "budget.limit",
        "budget.measure",
        "tornado.low.cost",
        "tornado.high.value_kept",
    ],
)
def test_a_field_that_a_study_lacks_is_named(run_with, told, name):
    *path, last = name.split(".")
    inside = told
    for key in path:
        inside = inside[key][0] if key == "tornado" else inside[key]
    del inside[last]
    with pytest.raises(InputError, match=re.escape(name)):
        risk(run_with(told))

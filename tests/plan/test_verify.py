"""A stored plan that holds is found to hold; change anything in it and verification says so."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from planner.demo import make_country
from planner.errors import InputError
from planner.files import sha256_of, write_whole
from planner.finance import PROGRAMME_COST
from planner.i18n import LANGUAGES
from planner.inputs import read_inputs
from planner.jobs import solve_run
from planner.links import build_links
from planner.plan.evaluate import Wish, choose
from planner.plan.plan import Budget, Outcome, build_plan
from planner.plan.store import write_run_files
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify
from planner.scenario import dump_scenario, load_scenario

LIMIT = 5_000_000
NOT_CHECKED = {
    # Comparisons beside the plan and counts of the search: nothing of the plan follows from them.
    ("baselines",): "what simple rules would do; made from all candidate links, which verification does not build",
    ("data", "rejections"): "how many candidates the search left out",
    ("data", "notes"): "text for readers",
    ("data", "assumptions"): "text for readers",
    ("data", "datasets", "*", "columns"): "which column of a file was understood as what",
    ("data", "datasets", "*", "defaulted"): "likewise",
    ("data", "datasets", "*", "encoding"): "likewise",
    ("data", "datasets", "*", "delimiter"): "likewise",
    ("data", "problems", "*", "message"): "text for readers",
    ("data", "problems", "*", "remedy"): "text for readers",
    ("versions",): "of the libraries that made the plan; others may verify it",
    ("offices", "*", "reason"): "text for readers; only that there is one",
    # What the search says of itself.
    ("termination",): "why the search stopped; checked only for what it implies of gap and status",
    ("objective", "price_of_money"): "a multiplier of the search",
    ("trace", "*", "0"): "seconds on the clock of the search; only their order is checked",
    ("trace", "0"): "before the end only the order of values and bounds is checked",
    ("trace", "1"): "likewise",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the run folder of a mixed plan of a made-up country, made without the solver: every technology in turn."""
    folder = tmp_path_factory.mktemp("verify")
    path = make_country(folder / "country", offices=20, seed=1, terrain_arcsec=9)
    scenario = load_scenario(path, overrides={"budgets.programme": LIMIT})
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs, cache_dir=folder / "cache")
    wanting = inputs.offices.loc[inputs.offices["status_before"] != "adequate", "id"]
    words = ["fibre", "microwave", "leo", "cellular", "microwave", "geo"]
    wishes = [Wish(row, name, words[row % len(words)], "") for row, name in enumerate(wanting)]
    demand = inputs.offices["demand_mbps"].to_numpy(np.float64)
    choice, _left_out = choose(wishes, options, demand, PROGRAMME_COST, "theirs.csv")
    gains = choice.connected & (inputs.offices["status_before"] != "adequate").to_numpy()
    value = float(inputs.offices["benefit"].to_numpy()[gains].sum())
    trace = ((0.1, None, None), (0.2, 0.5 * value, 1.5 * value), (0.5, value, 1.004 * value))
    outcome = Outcome("feasible", "time_limit", "max", "benefit", value, 1.004 * value, scenario.solver.gap, trace)
    budget = Budget("programme", "programme_cost", 100 * LIMIT)
    plan = build_plan(scenario, inputs, options, choice, outcome, [budget])
    run_dir = folder / "run"
    run_dir.mkdir()
    write_whole(run_dir / "scenario.yaml", dump_scenario(scenario))
    files = [vars(file) for file in inputs.files]
    record = {"scenario_file": str(path), "data_root": None, "files": files, "language": "en"}
    write_whole(run_dir / "inputs.json", json.dumps(record))
    write_run_files(plan, run_dir)
    return run_dir


@pytest.fixture(scope="module")
def basis(run):
    return read_basis(run, None)[0]


@pytest.fixture
def document(run):
    return json.loads((run / "plan.json").read_text(encoding="utf-8"))


def differences(document, basis):
    """Return what verification has against a document; a form that is no plan counts as one difference."""
    try:
        plan = PlanDocument.model_validate_json(json.dumps(document))
    except ValueError as error:
        return [error]
    return [difference for area in check_plan(plan, basis) for difference in area.differences]


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(entry, (*path, key))
    else:
        yield path, value


def is_checked(path):
    words = [str(key) for key in path]
    return not any(
        len(words) >= len(pattern) and all(want in ("*", have) for want, have in zip(pattern, words, strict=False))
        for pattern in NOT_CHECKED
    )


def changed(path, value):
    """Return another value of the same kind, as near as the figure's unit makes sense."""
    if value is None or isinstance(value, bool | str):
        return {type(None): 1, bool: not value, str: f"{value}x"}[type(value)]
    if isinstance(value, int):
        return value + 1
    if {"lon", "lat"} & set(path):
        return value + 1e-6  # ten centimetres
    if "coordinates" in path:
        # A kilometre: a vertex that moves along a straight stretch of its line changes neither length nor price.
        return value + 0.01
    return round(value + 0.01, 2) if round(value, 2) == value else value * 1.001


def replaced(document, path, value):
    """Return the document with one entry changed; what is not on the way to it is shared."""
    if not path:
        return value
    key, *rest = path
    document = copy.copy(document)
    if rest:
        document[key] = replaced(document[key], rest, value)
    else:
        document[key] = value
    return document


def test_the_plan_under_test_has_everything_that_can_go_wrong(document):
    links = Counter(link["technology"] for link in document["links"])
    assert set(links) == {"source", "existing", "fibre", "microwave", "leo", "geo", "cellular"}
    assert {place["kind"] for place in document["places"]} >= {"office", "source", "relay"}
    assert any(mast["existing_m"] for mast in document["masts"])
    assert document["totals"]["offices_upgraded"] > 0


def test_an_untouched_plan_holds(run):
    report = verify(run)
    assert report.differences == []
    assert all(area.count > 0 for area in report.areas)
    assert "differences" in str(report)
    assert report.as_dict()["differences"] == []


@pytest.mark.parametrize(
    "part",
    ["scenario", "objective", "budgets", "limits", "places", "totals", "technology_mix", "offices", "links", "masts",
     "data", "trace", "status", "termination", "versions", "baselines", "benefit_index", "services"],
)  # fmt: skip
def test_every_figure_that_changes_is_noticed(document, basis, part):
    missed = [
        (*path, value)
        for path, value in leaves(document[part], (part,))
        if is_checked(path) and not differences(replaced(document, path, changed(path, value)), basis)
    ]
    assert missed == []


def test_every_field_that_is_missing_or_added_is_noticed(document, basis):
    for path in [(), *((key, 0) for key in ("offices", "links", "masts", "places", "budgets"))]:
        target = document
        for key in path:
            target = target[key]
        for name in list(target):
            smaller = copy.deepcopy(document)
            inner = smaller
            for key in path:
                inner = inner[key]
            del inner[name]
            assert differences(smaller, basis), (path, name)
        assert differences(replaced(document, (*path, "surprise"), 1), basis), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_sentence_for_each_office(document, basis, language):
    reasons = document["reasons"]
    shorter, empty = ({**reasons, language: told} for told in (reasons[language][:-1], ["", *reasons[language][1:]]))
    without = {known: told for known, told in reasons.items() if known != language}
    for spoilt in (shorter, empty, without, {}):
        assert differences(document | {"reasons": spoilt}, basis)


def first(document, technology, key="links"):
    return next(i for i, entry in enumerate(document[key]) if entry["technology"] == technology)


@pytest.mark.parametrize("technology", ["source", "existing", "fibre", "microwave", "leo", "cellular"])
def test_a_link_that_is_missing_or_doubled_is_noticed(document, basis, technology):
    link = document["links"].pop(first(document, technology))
    assert differences(document, basis)
    document["links"] += [link, link]
    assert differences(document, basis)


@pytest.mark.parametrize(("technology", "other"), [("leo", "geo"), ("microwave", "fibre"), ("existing", "source")])
def test_another_technology_is_noticed(document, basis, technology, other):
    row = first(document, technology)
    place = document["links"][row]["to"]
    document["links"][row]["technology"] = other
    for office in document["offices"]:
        if office["id"] == place:
            office["technology"] = other
    assert differences(document, basis)


def test_more_demand_than_a_service_carries_is_noticed(document, basis):
    """Plan and inputs agree on the demand; only the service is too slow for it."""
    link = document["links"][first(document, "leo")]
    office = next(office for office in document["offices"] if office["id"] == link["to"])
    raised = link["capacity_mbps"] + 1
    office["demand_mbps"] = link["load_mbps"] = raised
    offices = basis.inputs.offices.copy()
    offices.loc[offices["id"] == office["id"], "demand_mbps"] = raised
    asking = dataclasses.replace(basis, inputs=dataclasses.replace(basis.inputs, offices=offices))
    found = [difference for difference in differences(document, asking) if difference.where == link["id"]]
    assert [(difference.stated, difference.recomputed) for difference in found] == [(raised, link["capacity_mbps"])]


def test_a_mast_that_is_too_low_is_noticed(document, basis):
    link = document["links"][first(document, "microwave")]
    tallest = max(link["mast_from_m"], link["mast_to_m"])
    document["masts"] = [mast for mast in document["masts"] if mast["place"] not in {link["from"], link["to"]}]
    assert tallest > 0
    assert {d.where for d in differences(document, basis)} >= {link["from"], link["to"]}


def test_a_hop_through_a_hill_is_noticed(document, basis):
    link = document["links"][first(document, "microwave")]
    (lon0, lat0), (lon1, lat1) = link["geometry"]["coordinates"]
    row, col = basis.elevation.to_pixel((lon0 + lon1) / 2, (lat0 + lat1) / 2)
    heights = basis.elevation.heights.copy()
    heights[int(row) : int(row) + 2, int(col) : int(col) + 2] += 500
    raised = dataclasses.replace(basis, elevation=dataclasses.replace(basis.elevation, heights=heights))
    plan = PlanDocument.model_validate_json(json.dumps(document))
    sight = next(area for area in check_plan(plan, raised) if area.area == "Line of sight")
    assert link["id"] in {difference.where for difference in sight.differences}


def test_unknown_ground_under_a_hop_is_noticed(document, basis):
    void = np.full_like(basis.elevation.heights, -32768)
    blind = dataclasses.replace(basis, elevation=dataclasses.replace(basis.elevation, heights=void))
    plan = PlanDocument.model_validate_json(json.dumps(document))
    sight = next(area for area in check_plan(plan, blind) if area.area == "Line of sight")
    assert len(sight.differences) == 2 * sum(link["technology"] == "microwave" for link in document["links"])


def sight_differences(document, basis):
    plan = PlanDocument.model_validate_json(json.dumps(document))
    return next(area for area in check_plan(plan, basis) if area.area == "Line of sight").differences


def test_land_cover_in_the_way_of_a_hop_is_noticed(document, basis):
    """Trees of 500 m along the hop, not beside its ends."""
    link = document["links"][first(document, "microwave")]
    covered = dataclasses.replace(basis.elevation, surface=basis.elevation.heights + 500)
    found = sight_differences(document, dataclasses.replace(basis, elevation=covered))
    assert link["id"] in {difference.where for difference in found}
    microwave = basis.scenario.links.microwave.model_copy(update={"bare_ends_m": 100_000.0})
    links = basis.scenario.links.model_copy(update={"microwave": microwave})
    open_ends = dataclasses.replace(
        basis, elevation=covered, scenario=basis.scenario.model_copy(update={"links": links})
    )
    assert not sight_differences(document, open_ends)


def test_the_margin_counts(document, basis):
    """Every hop keeps the margin; none keeps one higher than its masts."""
    assert not sight_differences(document, basis)
    microwave = basis.scenario.links.microwave.model_copy(update={"margin_m": 61.0})
    links = basis.scenario.links.model_copy(update={"microwave": microwave})
    asking = dataclasses.replace(basis, scenario=basis.scenario.model_copy(update={"links": links}))
    assert {difference.where for difference in sight_differences(document, asking)} == {
        link["id"] for link in document["links"] if link["technology"] == "microwave"
    }


def test_a_hop_beyond_the_reach_of_its_radio_is_noticed(document, basis):
    link = document["links"][first(document, "microwave")]
    short = tuple(
        dataclasses.replace(option, range_km=link["length_km"] / 2) if option.kind.name == link["option"] else option
        for option in basis.prices.microwave
    )
    nearer = dataclasses.replace(basis, prices=dataclasses.replace(basis.prices, microwave=short))
    assert ("length within reach, in km", link["id"]) in {(d.what, d.where) for d in differences(document, nearer)}


@pytest.mark.parametrize(
    ("rain_mm_h", "gradient", "what"), [(300.0, None, "capacity_mbps"), (None, -1500.0, "capacity_mbps")]
)
def test_a_hop_that_fades_more_than_the_plan_says_is_noticed(document, basis, rain_mm_h, gradient, what):
    climate = basis.scenario.climate.model_copy(update={"rain_mm_h": rain_mm_h, "dn1_per_km": gradient})
    wetter = dataclasses.replace(basis, scenario=basis.scenario.model_copy(update={"climate": climate}))
    hops = {link["id"] for link in document["links"] if link["technology"] == "microwave"}
    told = {(d.what, d.where) for d in differences(document, wetter)}
    assert {where for _what, where in told} & hops
    assert {told_what for told_what, where in told if where in hops} <= {what, "availability"}
    assert {told_what for told_what, where in told if where in hops}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"min_up_mbps": 50.0}, "upload in Mbit/s"),
        ({"availability": 0.9999}, "availability"),
        ({"max_latency_ms": 1.0}, "latency in ms"),
    ],
)
def test_a_service_that_is_not_good_enough_is_noticed(document, basis, changes, what):
    service = basis.scenario.service.model_copy(update=changes)
    stricter = dataclasses.replace(basis, scenario=basis.scenario.model_copy(update={"service": service}))
    link = document["links"][first(document, "leo")]
    assert (what, link["id"]) in {(d.what, d.where) for d in differences(document, stricter)}


def test_spending_over_the_limit_is_noticed_to_the_cent(document, basis):
    budget = document["budgets"][0]
    budget["limit"] = budget["spent"]
    limits = {d.what for d in differences(document, basis)}
    budget["limit"] = round(budget["spent"] - 0.01, 2)
    assert {d.what for d in differences(document, basis)} - limits == {"spent within the limit"}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"status": "optimal"}, "status"),
        ({"termination": "gap", "objective": {"requested_gap": 0.001}}, "gap within the one asked for"),
        ({"objective": {"bound": 0.0}}, "bound on the safe side of the value"),
        ({"objective": {"bound": None}}, "status of a plan without a bound"),
    ],
)
def test_a_proof_that_proves_nothing_is_noticed(document, basis, changes, what):
    for key, value in changes.items():
        document[key] = {**document[key], **value} if isinstance(value, dict) else value
    assert what in {difference.what for difference in differences(document, basis)}


@pytest.mark.parametrize(
    ("trace", "what"),
    [
        (lambda t: [t[1], t[0], t[2]], "seconds never run backwards"),
        (lambda t: [t[0], [0.2, 2 * t[2][1], 3 * t[2][1]], t[2]], "value never gets worse"),
        (lambda t: [t[0], [0.2, t[1][1], t[2][2] / 1.003], t[2]], "bound never gets looser"),
        (lambda t: [t[0], t[1]], "last value"),
        (lambda _t: [], "entries"),
    ],
)
def test_a_trace_that_cannot_be_is_noticed(document, basis, trace, what):
    document["trace"] = trace(document["trace"])
    assert what in {difference.what for difference in differences(document, basis)}


def test_an_input_that_changed_since_the_run_is_told(run):
    folder = run.parent / "country" / "data"
    path = folder / "offices.csv"
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"\n")
        found = verify(run).differences
    finally:
        path.write_bytes(before)
    changed_file = [d for d in found if d.where == "data/offices.csv"]
    assert [d.stated for d in changed_file] == [sha256_of(path)]
    assert verify(run).differences == []


def test_a_scenario_that_changed_since_the_run_is_told(run):
    path = run / "scenario.yaml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace("discount_rate: 0.08", "discount_rate: 0.07"), encoding="utf-8")
        found = {difference.what for difference in verify(run).differences}
    finally:
        path.write_text(before, encoding="utf-8")
    assert {"hash", "discount_rate", "present_value"} <= found


def test_other_prices_of_the_program_are_told(run):
    path = run / "inputs.json"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(json.dumps(json.loads(before) | {"prices": "0" * 64}), encoding="utf-8")
        found = verify(run).differences
    finally:
        path.write_text(before, encoding="utf-8")
    assert [(difference.where, difference.stated) for difference in found] == [("inputs.json", "0" * 64)]


def test_a_folder_that_is_no_run_is_an_error(tmp_path):
    with pytest.raises(InputError) as caught:
        verify(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["no-plan"]


def test_a_plan_without_a_record_of_its_inputs_is_an_error(run, tmp_path):
    (tmp_path / "plan.json").write_bytes((run / "plan.json").read_bytes())
    with pytest.raises(InputError) as caught:
        verify(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["no-run"]


def test_verification_knows_nothing_of_the_code_that_makes_plans():
    """In a fresh interpreter, so that nothing that other tests imported counts."""
    code = "import sys, planner.plan.verify; print([name for name in sys.modules if name.startswith('planner.')])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    for room in (
        "solver",
        "graph",
        "pipeline",
        "links",
        "plan.plan",
        "plan.lines",
        "plan.arborescence",
        "plan.buildup",
    ):
        assert f"'planner.{room}'" not in loaded


def test_the_referee_agrees(run):
    referee = Path(os.environ.get("PLANNER_SHARED", "../shared")) / "tools" / "referee.py"
    if not referee.is_file():
        pytest.skip(f"{referee} is missing")
    done = subprocess.run([sys.executable, str(referee), str(run)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_solved_run_of_the_demonstration_country_holds(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "cache"))
    path = make_country(tmp_path / "country", offices=12, seed=3, terrain_arcsec=9)
    shared = {
        "technologies.leo.licensed": False,
        "technologies.geo.licensed": False,
        "budgets.programme": "60 %",
        "solver.time_limit_s": 2.0,
    }
    solve_run(path, tmp_path / "run", overrides=shared)
    assert verify(tmp_path / "run").differences == []

"""Random plans: what must hold for each of them, by an independent traversal with NetworkX."""

import json
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.finance import MEASURES
from planner.plan.arborescence import follow
from planner.plan.lines import shared_cost
from planner.plan.recall import recall

SEEDS = st.integers(0, 10**6)


def random_plan(make, seed):
    rng = np.random.default_rng(seed)
    country = make["random_country"](rng, n_offices=int(rng.integers(1, 9)), n_others=int(rng.integers(0, 6)))
    choice = make["random_choice"](country, rng)
    return country, choice, make["plan"](country, choice)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_parts_add_up_and_the_tree_is_what_it_says(make, seed):
    _country, _choice, plan = random_plan(make, seed)
    document = plan.document()
    for measure in MEASURES:
        parts = [round(100 * row[measure]) for name in ("offices", "links", "masts") for row in document[name]]
        assert sum(parts) == round(100 * document["totals"][measure])
        mix = [round(100 * row[measure]) for row in document["technology_mix"]]
        # Offices left out cost nothing, so that the mix holds everything.
        assert sum(mix) == sum(parts)
    for mast in document["masts"]:
        for measure in MEASURES:
            parts = sum(round(100 * part[measure]) for part in mast["breakdown"].values())
            assert parts == round(100 * mast[measure])

    tree = nx.DiGraph([(link["from"], link["to"], link) for link in document["links"]])
    assert len(document["links"]) == 0 or nx.is_arborescence(tree)
    drawn = {
        office["id"]: office["demand_mbps"]
        for office in document["offices"]
        if office["connected"] and office["technology"] != "existing"
    }
    for link in document["links"]:
        beyond = {link["to"], *nx.descendants(tree, link["to"])}
        # Sums of integers: exact in any order.
        assert link["load_mbps"] == sum(drawn.get(place, 0.0) for place in beyond)
    for office in document["offices"]:
        if office["connected"]:
            path = nx.shortest_path(tree, "root", office["id"])
            chain = [tree.edges[edge] for edge in nx.utils.pairwise(path)]
            assert office["hops"] == sum(link["hop_weight"] for link in chain)
            assert office["availability"] == pytest.approx(math.prod(link["availability"] for link in chain), rel=1e-12)
        assert office["reason"]
    needs = {}
    for link in document["links"]:
        for place, height_m in ((link["from"], link["mast_from_m"]), (link["to"], link["mast_to_m"])):
            if height_m is not None:
                needs[place] = max(needs.get(place, 0.0), height_m)
    assert {mast["place"]: mast["height_m"] for mast in document["masts"]} == needs


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_referee_finds_random_plans_clean(make, referee, seed):
    _country, _choice, plan = random_plan(make, seed)
    assert referee(json.loads(json.dumps(plan.document(), allow_nan=False))) == []


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_shares_of_offices_add_up_to_all_links_and_masts(make, seed):
    country, choice, plan = random_plan(make, seed)
    options, offices = country.options(), country.inputs().offices
    tree = follow(options, choice, offices["demand_mbps"].to_numpy())
    for measure, name in enumerate(MEASURES):
        share = shared_cost(tree, plan.links, plan.masts, measure)
        served = plan.offices[plan.offices["connected"] & (plan.offices["technology"] != "existing")]
        rows = [tree.entering[country.names[office]] for office in served["id"]]
        total = int(plan.links[f"{name}_cents"].sum() + plan.masts[f"{name}_cents"].sum())
        assert float(share[rows].sum()) == pytest.approx(total, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_choice_is_found_again_from_the_document(make, seed):
    country, choice, plan = random_plan(make, seed)
    options = country.options()
    again = recall(type(plan).from_document(plan.document()), options, country.inputs().offices)
    assert (again.connected == choice.connected).all()
    remade = make["plan"](country, again)
    assert remade.document() == plan.document()

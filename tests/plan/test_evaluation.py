"""Somebody else's plan beside the best one of the same money."""

import numpy as np
import pytest

from planner import pipeline
from planner.question import answering
from planner.solver import solve as search


@pytest.fixture
def evaluated(make, tmp_path):
    """Return a maker of evaluations: offices A, B and C with LEO, of which some are excluded."""

    def evaluate(rows, *, exclude=(), limit=100_000):
        country = make["country"]()
        for name, benefit in (("A", 100.0), ("B", 60.0), ("C", 30.0)):
            country.office(name, benefit=benefit)
            country.link("leo", None, name)
        scenario = make["scenario"](budgets=[{"name": "programme", "limit": limit}], limits={"exclude": list(exclude)})
        table = tmp_path / "theirs.csv"
        table.write_text("\n".join(["bureau;technologie", *rows]) + "\n")
        return pipeline.evaluate_plan(scenario, country.inputs(), country.options(), table)

    return evaluate


LEO = 4200.0  # with the package, as in test_baselines


def test_an_excluded_office_is_refused_and_the_bound_holds(evaluated):
    found = evaluated(["A;leo", "B;LEO"], exclude=["A"])
    assert [(problem.row, problem.code, problem.column) for problem in found.refused] == [
        (2, "excluded-office", "bureau")
    ]
    assert found.theirs.outcome.value == 60.0
    assert found.theirs.outcome.bound == found.ours.outcome.bound == 60.0


def test_refused_rows_are_told_in_the_words_of_the_table(evaluated):
    found = evaluated(["A;leo", "B;Télégraphe"])
    assert [(problem.column, problem.value) for problem in found.refused] == [("technologie", "Télégraphe")]


@pytest.mark.parametrize("limit", [100_000, LEO])
def test_the_scenarios_own_budget_is_kept_beside_what_they_spend(evaluated, limit):
    found = evaluated(["A;leo", "C;leo"], limit=limit)
    assert (found.own_budget.name, found.own_budget.limit_cents) == ("programme", 100 * limit)
    assert found.theirs.budgets[0]["limit"] == found.theirs.budgets[0]["spent"] == 2 * LEO
    assert found.ours.outcome.value == 160.0


def test_the_best_plan_of_the_same_money_is_at_least_theirs(evaluated, monkeypatch):
    """A search that ends with nothing, and rules that are of no help, leave their own plan."""

    def nothing(problem, **wanted):
        found = search(problem, **wanted)
        empty = {"arcs": np.empty(0, np.int32), "value": 0.0, "cost": 0, "status": "feasible"}
        ended = {"termination": "time_limit", "trace": ((0.0, 0.0, found.bound),)}
        return type(found)(**{**vars(found), **empty, **ended})

    monkeypatch.setattr(answering, "solve", nothing)
    monkeypatch.setattr(pipeline, "better_rule", lambda *_arguments: None)
    found = evaluated(["B;leo", "C;leo"])
    assert found.ours.outcome.value == found.theirs.outcome.value == 90.0
    assert found.ours.outcome.bound == 160.0

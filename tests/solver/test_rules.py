"""Rules beside the budget: values, bounds and infeasibility against enumeration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from oracles import best_ruled_plan, plan_errors, plan_value, random_graph, random_rules, random_towns, rule_errors

from planner.solver import Status, compile_kernels, exact, solve


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(params=["as it comes", "branching"])
def way(request, monkeypatch):
    """Force one way of the exact end."""
    if request.param == "branching":
        monkeypatch.setattr(exact, "SMALL", 0)


def ruled(seed: int):
    rng = np.random.default_rng(seed)
    problem = random_graph(rng) if seed % 2 else random_towns(rng)
    return replace(problem, rules=random_rules(rng, problem))


@pytest.mark.parametrize("seed", range(150))
def test_the_optimum_is_found_and_proven(seed, way):
    problem = ruled(seed)
    best = best_ruled_plan(problem)
    result = solve(problem, gap=0.0, time_limit_s=20.0)
    if best is None:
        assert result.status == Status.INFEASIBLE
        assert result.value is None
        return
    assert not rule_errors(problem, result.arcs)
    assert not [e for e in plan_errors(problem, result.arcs) if "leads to no prize" not in e]
    assert result.value == pytest.approx(plan_value(problem, result.arcs))
    assert result.value == pytest.approx(best, rel=1e-5)
    assert result.bound >= best - 1e-9
    assert result.status == Status.OPTIMAL

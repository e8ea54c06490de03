"""The frontier under limits that only leave out, against every plan of small countries; others are refused."""

import numpy as np
import pytest
from every_plan import every_plan

from planner import pipeline
from planner.errors import InputError
from planner.solver import compile_kernels


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most", [0, 1, None])
def test_every_budget_of_a_frontier_is_the_best_of_all_plans(make, seed, most):
    rng = np.random.default_rng(3000 + seed)
    country = make["random_country"](rng, n_offices=3, n_others=1, extra=3)
    plans = every_plan(country)
    pairs = sorted({(*sorted(ends), name) for plan in plans for ends, name in plan.links if name != "existing"})
    forbidden = list(pairs[rng.integers(len(pairs))])
    limits = {"max_hops": most, "forbid_links": [forbidden]}
    asked = make["scenario"](limits=limits, solver={"gap": 0.0, "time_limit_s": 20})
    allowed = [
        plan
        for plan in plans
        if (most is None or plan.hops <= most)
        and not any({*forbidden[:2]} == ends and forbidden[2] == name for ends, name in plan.links)
    ]
    found = pipeline.frontier(asked, country.inputs(), country.options(), points=4)
    for point in found.points:
        limit = round(100 * point.limit)
        best = max(plan.benefit for plan in allowed if plan.spent("programme_cost") <= limit)
        assert point.value == pytest.approx(best, abs=1e-9)
        assert point.bound == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize(
    ("asked", "column"),
    [
        ({"limits": {"must_connect": ["O0"]}}, "limits.must_connect"),
        ({"limits": {"floors": [{"share": 0.5}]}}, "limits.floors"),
        ({"limits": {"fix_links": [["S1", "O0"]]}}, "limits.fix_links"),
        ({"redundancy": [{"office": "O0"}]}, "redundancy"),
    ],
)
def test_what_has_to_be_in_a_plan_is_refused(make, asked, column):
    country = make["random_country"](np.random.default_rng(1), n_offices=3, n_others=1, extra=3)
    with pytest.raises(InputError) as caught:
        pipeline.frontier(make["scenario"](**asked), country.inputs(), country.options(), points=2)
    assert [problem.column for problem in caught.value.problems] == [column]
    assert "exclude, forbid_links, max_hops" in str(caught.value)

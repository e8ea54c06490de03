"""Fewest phases: what weights exclude never excludes a plan, closed forms, and packing."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import all_plans, make_problem
from test_phases import errors_of, fewest_by_enumeration, small_country
from test_unrolled import in_order

from planner.solver import Money, fewest_phases
from planner.solver.fewest import MOST_PHASES, exclude, is_excluded, pack, weights_for
from planner.solver.problem import MAX_MONEY


def money(capex, opex, limit, *, years=1, carries=False, lump=None, **more):
    m = len(capex)
    lump = np.full(m, -1, np.int32) if lump is None else np.array(lump, np.int32)
    counted = np.arange(m + 1) > 0
    return Money(np.array(capex), np.array(opex), lump, years, counted, limit, carries, **more)


def offices(count, cost=1):
    arcs = [(0, v, cost, np.inf) for v in range(1, count + 1)]
    return make_problem(count + 1, arcs, prize=[0] + [1] * count, budget=MAX_MONEY)


@pytest.mark.parametrize(("limit", "phases"), [(4, 3), (5, 2), (9, 2), (10, 1), (11, 1), (1, 10)])
def test_purchases_alone_divide_the_money(limit, phases):
    """Ten for one office: so many limits as make ten; all weigh the same. In thousands, as a cent may be rounded."""
    for carries in (True, False):
        asked = money([10_000], [0], 1000 * limit, years=0, carries=carries)
        assert exclude(offices(1), asked, (0.0,), lambda: False) == phases
        assert is_excluded(offices(1), asked, phases, 0.0) is False
        assert phases == 1 or is_excluded(offices(1), asked, phases - 1, 0.0)


def test_more_than_all_phases_have_is_excluded():
    assert exclude(offices(1), money([10_000], [0], 99, years=0), (0.0, 1.0), lambda: False) == MOST_PHASES + 1
    assert exclude(offices(1), money([10_000], [0], 100, years=0), (0.0,), lambda: False) == MOST_PHASES
    assert exclude(offices(1), money([10_000], [0], 99, years=0), (0.0,), lambda: True) == 1


def test_what_stands_takes_its_part_of_the_first_phase():
    """1000 of 4000 stand, which the first phase has beside its 500: 3000 are left for 500 each."""
    asked = money([1000] * 4, [0] * 4, 500, years=0, begun=(np.array([0], np.int32),), spent=1000)
    assert exclude(offices(4), asked, (0.0,), lambda: False) == 6
    bare = replace(asked, spent=0)
    assert exclude(offices(4), bare, (0.0,), lambda: False) == 8
    dear = replace(asked, capex=np.array([10_000, 1000, 1000, 1000]), spent=0)
    assert is_excluded(offices(4), dear, 19, 0.0)  # not even what stands


@pytest.mark.parametrize("ratio", [0.0, 0.1, 1.0])
@pytest.mark.parametrize(("count", "years"), [(2, 1), (3, 2), (4, 1), (4, 9)])
def test_weights_make_the_cheapest_time_dearest(ratio, count, years):
    """In every phase the work takes as much, or more, of the weighed money; no other weights do better."""
    asked = money([10], [1], 5, years=years)
    weight = weights_for(ratio, count, asked)

    def least(w):
        return min(w[t] + ratio * w[t : t + years].sum() for t in range(count)) / w.sum()

    assert weight.max() == 1.0
    assert (weight >= 0.0).all()
    rng = np.random.default_rng(0)
    for _ in range(300):
        other = np.clip(weight + rng.normal(0, 0.2, count), 0.0, None) if rng.random() < 0.5 else rng.random(count)
        if other.sum() > 0:
            assert least(other) <= least(weight) + 1e-9


def test_where_weights_may_not_differ_they_are_one():
    for asked, count in (
        (money([9], [1], 5, carries=True), 4),
        (money([9], [1], 5, years=0), 4),
        (money([9], [1], 5), 1),
    ):
        assert weights_for(0.5, count, asked).tolist() == [1.0] * count


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_is_excluded_and_what_is_packed_is_one(seed):
    rng = np.random.default_rng(seed)
    problem, capex, opex, lump = small_country(rng, 2)
    problem = replace(problem, budget=MAX_MONEY, prize=np.where(problem.prize > 0, 1.0, 0.0))
    asked = Money(
        capex, opex, lump, int(rng.integers(0, 4)), problem.prize > 0, int(rng.integers(20, 80)), seed % 2 == 0
    )
    anywhere = set().union(*({int(problem.head[a]) for a in plan} for plan in all_plans(problem)))
    wanted = np.where(np.isin(np.arange(problem.n_nodes), list(anywhere)), problem.prize, 0.0)
    fewest = fewest_by_enumeration(problem, asked, 2)
    for ratio in (0.0, 0.1, 1.0):
        for count in (1, 2):
            if fewest is not None and fewest <= count:
                assert not is_excluded(replace(problem, prize=wanted), asked, count, 0.0 if asked.carries else ratio)
    plans = list(all_plans(problem))
    for index in rng.permutation(len(plans))[:8].tolist():
        arcs = in_order(problem, plans[index])
        bought = pack(problem, asked, arcs)
        if bought is None:
            continue
        count = int(bought.max(initial=0)) + 1
        assert errors_of(problem, asked.phases(count), arcs.tolist(), bought.tolist()) == []
        if asked.carries and count > 1:
            assert errors_of(problem, asked.phases(count - 1), arcs.tolist(), [count - 2] * arcs.size)


def chain():
    """Root → 1 → 2 → 3."""
    return make_problem(
        4, [(0, 1, 1, np.inf), (1, 2, 1, np.inf), (2, 3, 1, np.inf)], prize=[0, 1, 1, 1], budget=MAX_MONEY
    )


ALL = np.arange(3, dtype=np.int32)


@pytest.mark.parametrize(
    ("asked", "bought"),
    [
        (money([4, 4, 4], [0, 0, 0], 4), [0, 1, 2]),
        (money([4, 4, 4], [0, 0, 0], 8), [0, 0, 1]),
        (money([4, 4, 4], [1, 1, 1], 5, years=1), [0, 1, 2]),
        (money([4, 4, 4], [1, 1, 1], 6, years=2), [0, 1, 2]),
        (money([4, 4, 4], [1, 1, 1], 5, years=2), [0, 2, 4]),
        (money([4, 4, 4], [1, 1, 1], 4, years=0), [0, 1, 2]),
        (money([4, 4, 1], [0, 0, 0], 4, lump=[-1, 7, 7]), None),
        (money([4, 4, 1], [0, 0, 0], 5, lump=[-1, 7, 7]), [0, 1, 1]),
        (money([4, 4, 4], [0, 0, 0], 4, carries=True), [2, 2, 2]),
        (money([4, 4, 4], [0, 0, 0], 5, carries=True), [2, 2, 2]),
        (money([4, 4, 4], [0, 0, 0], 6, carries=True), [1, 1, 1]),
        (money([4, 4, 4], [0, 0, 0], 4, reached_first=np.array([2], np.int32), spent=4), [0, 0, 1]),
        (money([4, 4, 4], [0, 0, 0], 4, reached_first=np.array([2], np.int32), spent=3), None),
        (money([4, 4, 4], [0, 0, 0], 4, carries=True, begun=(np.array([0], np.int32),)), [0, 2, 2]),
        (money([500, 4, 4], [0, 0, 0], 4), None),
        (money([500, 4, 4], [0, 0, 0], 4, carries=True), None),
    ],
)
def test_arcs_are_bought_as_soon_as_they_fit(asked, bought):
    found = pack(chain(), asked, ALL)
    assert (None if found is None else found.tolist()) == bought


def test_what_stands_brings_what_carries_it_and_what_is_bought_with_it():
    problem = chain()

    def standing(**more):
        lump = more.pop("lump", None)
        return money([1, 1, 1], [0, 0, 0], 9, lump=lump, **more).standing(problem, ALL).tolist()

    assert standing() == [False, False, False]
    assert standing(reached_first=np.array([2], np.int32)) == [True, True, False]
    assert standing(begun=(np.array([1, 2], np.int32),)) == [True, True, True]
    assert standing(begun=(np.array([0], np.int32),)) == [True, False, False]
    assert standing(begun=(np.array([0], np.int32),), lump=[5, -1, 5]) == [True, True, True]
    assert standing(begun=(np.array([0], np.int32),), lump=[5, 5, -1]) == [True, True, False]
    assert standing(lump=[5, 5, 5]) == [False, False, False]


def test_prices_of_years_and_phases_of_money():
    asked = money([10, 20], [1, 2], 30, years=3, spent=7)
    assert asked.price(0).tolist() == [10, 20]
    assert asked.price(5).tolist() == [15, 30]
    assert replace(asked, limit=0).price(5).tolist() == [1, 1]  # beyond all phases together
    phases = asked.phases(3)
    assert phases.limit.tolist() == [37, 30, 30]
    assert (len(phases), phases.paid_years, phases.carries.tolist()) == (3, 3, [False] * 3)
    assert phases.weight.tolist() == [2.0, 1.5, 1.0]
    assert phases.most_new.tolist() == [-1] * 3


@pytest.mark.parametrize(
    ("count", "limit", "carries", "at_least", "needed"),
    [
        (4, 2000, False, 2, 2),
        (4, 1500, False, 3, 4),  # one a phase, and 500 lapse; three phases have enough, but not together
        (4, 1500, True, 3, 3),
        (4, 4000, False, 1, 1),
        (4, 900, False, 5, None),  # no phase can buy any
        (4, 1, True, MOST_PHASES + 1, None),
    ],
)
def test_offices_at_a_thousand_each(count, limit, carries, at_least, needed):
    found = fewest_phases(offices(count), money([1000] * count, [0] * count, limit, years=0, carries=carries))
    assert (found.at_least, found.count, found.missed.size) == (at_least, needed, 0)
    if needed is not None:
        assert sorted(found.arcs.tolist()) == list(range(count))
        assert found.bought.max() + 1 == needed


def test_the_years_of_a_tree_are_searched_where_it_was_packed_too_loosely():
    """Costs 3, 4, 5 and 6 thousand for 9 a phase: first come, first served takes three phases, 3 + 6 and 4 + 5 two."""
    asked = money([3000, 4000, 5000, 6000], [0] * 4, 9000, years=0)
    assert pack(offices(4), asked, np.arange(4, dtype=np.int32)).max() == 2
    found = fewest_phases(offices(4), asked)
    assert (found.at_least, found.count) == (2, 2)
    cut_short = fewest_phases(offices(4), asked, time_limit_s=0.0)
    assert (cut_short.at_least, cut_short.count) == (1, 3)
    assert fewest_phases(offices(4), asked, cancelled=lambda: True).count == 3


def test_what_nothing_leads_to_is_told_and_left_out():
    problem = make_problem(3, [(0, 1, 1, np.inf)], prize=[0, 1, 1], budget=MAX_MONEY)
    asked = Money(
        np.array([1000]), np.array([0]), np.full(1, -1, np.int32), 0, np.array([False, True, True]), 500, True
    )
    found = fewest_phases(problem, asked)
    assert (found.count, found.at_least, found.missed.tolist(), found.arcs.tolist()) == (2, 2, [2], [0])


def test_of_the_trees_of_several_years_the_one_that_fits_counts():
    """Cheap to buy and dear to run, or the other way round: 1600 a year buy and run the first one, never the second."""
    arcs = [(0, 1, 1, np.inf), (0, 1, 2, np.inf)]
    problem = make_problem(2, arcs, prize=[0, 1], budget=MAX_MONEY)
    asked = Money(
        np.array([100, 1900]), np.array([1500, 10]), np.full(2, -1, np.int32), 4, np.array([False, True]), 1600, False
    )
    found = fewest_phases(problem, asked)
    assert (found.at_least, found.count, found.arcs.tolist()) == (1, 1, [0])


def test_of_two_trees_that_fit_the_one_of_fewer_phases_counts():
    """Two offices at 100 and 1000 a year, or 800 and 310: the first is cheaper in its first year; 1450 run one of them.

    Operation is paid for five years: the second office waits for that, or comes a year later.
    """
    arcs = [(0, v, 1, np.inf) for v in (1, 1, 2, 2)]
    problem = make_problem(3, arcs, prize=[0, 1, 1], budget=MAX_MONEY)
    asked = Money(
        np.array([100, 800] * 2), np.array([1000, 310] * 2), np.full(4, -1, np.int32), 5, np.arange(3) > 0, 1450, False
    )
    assert pack(problem, asked, np.array([0, 2], np.int32)).tolist() == [0, 5]
    found = fewest_phases(problem, asked)
    assert (found.count, sorted(found.arcs.tolist())) == (2, [1, 3])


@pytest.mark.parametrize("reached", [(), (1,)])
def test_what_stands_is_part_of_the_plan(reached):
    """Office 1 stands over the dearer arc, which the first phase has money for besides."""
    arcs = [(0, 1, 1, np.inf), (0, 1, 2, np.inf), (0, 2, 1, np.inf)]
    problem = make_problem(3, arcs, prize=[0, 1, 1], budget=MAX_MONEY)
    asked = Money(
        np.array([1000, 3000, 1000]), np.zeros(3, np.int64), np.full(3, -1, np.int32), 0, np.arange(3) > 0, 600, True,
        begun=(np.array([1], np.int32),), reached_first=np.array(reached, np.int32), spent=3000,
    )  # fmt: skip
    found = fewest_phases(problem, asked)
    when = dict(zip(found.arcs.tolist(), found.bought.tolist(), strict=True))
    assert (found.at_least, found.count, when) == (2, 2, {1: 0, 2: 1})


def test_large_prices_are_told_in_units():
    asked = money([2**50, 2**51], [0, 0], 2**50, years=0)
    assert asked.price(0).tolist() == [2**50, 2**51]
    asked = money([2**52, 2**51], [0, 0], 2**50, years=0)
    assert asked.price(0).tolist() == [2**51, 2**50]

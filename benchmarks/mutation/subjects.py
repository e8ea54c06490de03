"""What is mutated, and the tests that must notice."""

from __future__ import annotations

from typing import NamedTuple


class Subject(NamedTuple):
    """Modules, and the tests that must notice a fault in them.

    Attributes
    ----------
    modules, tests : tuple of str
        Paths in this tree, of tests also single ones as pytest names them; tests in the order in which they run.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]


def _radio(name: str, *more: str) -> Subject:
    return Subject((f"planner/radio/{name}.py",), tuple(f"tests/radio/test_{of}.py" for of in (*more, "radio")))


def _solver(name: str, *tests: str) -> Subject:
    """Return a module of the solver; tests by the names of their files, and after a colon that of a single one."""
    paths = [of.partition(":") for of in tests]
    return Subject(
        (f"planner/solver/{name}.py",),
        tuple(f"tests/solver/test_{file}.py" + (f"::test_{test}" if test else "") for file, _colon, test in paths),
    )


COUNTED = [
    f"counting:the_sums_follow_every_round_and_its_undoing[{make}-{seed}]"
    for make in ("random_graph", "random_towns", "narrow_ring")
    for seed in range(10)
]
"""A part of the tests of the local search's sums: enough for most faults, and soon over."""

SUBJECTS = {
    "finance": Subject(("planner/finance.py",), ("tests/test_finance.py", "tests/test_cash_flow.py")),
    "radio.atmosphere": _radio("atmosphere", "atmosphere"),
    "radio.availability": _radio("availability", "availability"),
    "radio.budget": Subject(
        ("planner/radio/budget.py",),
        ("tests/radio/test_availability.py", "tests/radio/test_radio.py", "tests/catalogue/test_modulations.py"),
    ),
    "radio.diffraction": _radio("diffraction", "diffraction", "acceptance_analytic"),
    "radio.gases": _radio("gases", "gases"),
    "radio.geometry": _radio("geometry", "acceptance_analytic", "diffraction"),
    "radio.loss": _radio("loss", "acceptance_analytic", "diffraction"),
    "radio.multipath": _radio("multipath", "multipath"),
    "radio.rain": _radio("rain", "rain", "availability"),
    "radio.slant": _radio("slant", "slant"),
    "solver.ascent": _solver("ascent", "ascent"),
    "solver.branch_arcs": _solver(
        "branch_arcs",
        "branches:a_branch_that_hangs_by_an_arc_inside_the_root_s_next_place_is_a_tree",
        "branches:the_arcs_of_a_branch_are_worth_what_was_told_and_carry_their_load[towns]",
    ),
    "solver.branch_pricing": _solver(
        "branch_pricing",
        "branches:a_way_round_for_nothing_has_an_end",
        "branches:the_best_branches_are_those_of_a_plain_programme[towns]",
    ),
    "solver.branch_rows": _solver(
        "branch_rows",
        "branches:branches_of_plans_hang_where_the_trunk_is",
        "branches:no_plan_is_worth_more_than_any_ceiling_on_the_way[towns]",
        "branches:the_prices_of_an_ascent_prove_its_ceiling_and_programs_that_begin_there_come_as_low[towns]",
    ),
    "solver.branches": _solver(
        "branches",
        "branches:loads_are_all_sums_of_demands_up_to_the_largest_capacity_with_few_enough",
        "branches:demands_between_steps_are_rounded_down",
        "branches:what_is_a_little_too_much_is_the_next_smaller_load_and_a_rounding_is_none",
        "branches:hops_that_carry_nothing_reach_no_load",
        "branches:nothing_is_laid_out_where_nothing_can_be_filled_or_demands_are_nothing",
        "branches:ties_of_the_trunk_to_what_hangs_behind_it_are_counted",
        "branches:splits_are_all_pairs_of_loads_that_add_up",
        "branches:demands_that_are_nearly_the_same_lose_no_plan",
        "branches:the_best_branches_are_those_of_a_plain_programme[towns]",
    ),
    "solver.coarse": _solver("coarse", "linear"),
    "solver.conflict": _solver(
        "conflict",
        "rules:rules_of_one_name_cannot_be_told_apart",
        "rules:a_required_node_out_of_reach_is_the_conflict",
        "rules:a_hop_limit_is_a_rule_of_a_conflict_and_its_relaxation_is_the_least",
        "rules:who_asked_to_stop_does_not_wait_for_a_hop_limit",
        "conflict",
    ),
    "solver.counting": _solver("counting", *COUNTED),
    "solver.curve": _solver("curve", "curve"),
    "solver.cuts": _solver("cuts", "directed_cuts"),
    "solver.dice": _solver("dice", "dice"),
    "solver.envelope": _solver("envelope", "envelope"),
    "solver.fewest": _solver("fewest", "fewest"),
    "solver.flow": _solver("flow", "flow"),
    "solver.folding": _solver("folding", "folding"),
    "solver.from_branches": _solver(
        "from_branches",
        "from_branches:what_hangs_from_an_arc_that_can_be_filled_after_all_is_not_put_together",
        "from_branches:rows_that_hold_the_ceiling_up_are_all_that_the_next_program_needs",
        "from_branches:rows_that_were_added_since_the_last_solution_count_as_holding",
        "from_branches:a_neighbourhood_without_a_better_plan_comes_to_rest",
        "from_branches:a_program_that_cannot_be_solved_leaves_what_is_proven",
    ),
    "solver.graph": _solver("graph", "problem", "sorting", "graph"),
    "solver.growing_sets": _solver("growing_sets", "from_rooms:sets_grow_by_what_connects_them"),
    "solver.heap": _solver("heap", "heap"),
    "solver.knapsack": _solver("knapsack", "knapsack"),
    "solver.labels": _solver("labels", "labels"),
    "solver.layers": _solver("layers", "unfolding"),
    "solver.linear": _solver("linear", "linear"),
    "solver.mend": _solver("mend", "mend"),
    "solver.objectives": _solver("objectives", "objectives"),
    "solver.packing": _solver(
        "packing",
        "branches:branches_of_plans_hang_where_the_trunk_is",
        "branches:capacities_are_proven_by_the_program_alone",
        "branches:no_plan_is_worth_more_than_any_ceiling_on_the_way[towns]",
        "branches:the_prices_of_an_ascent_prove_its_ceiling_and_programs_that_begin_there_come_as_low[towns]",
    ),
    "solver.parallels": _solver("parallels", "parallels"),
    "solver.paths": _solver("paths", "paths"),
    "solver.patterns": _solver("patterns", "patterns"),
    "solver.phases": _solver("phases", "unrolled"),
    "solver.problem": _solver("problem", "problem"),
    "solver.reduce": _solver("reduce", "reduce"),
    "solver.reductions": _solver("reductions", "reductions"),
    "solver.relaxation": _solver("relaxation", "relaxation"),
    "solver.result": _solver("result", "result"),
    "solver.room_sets": _solver("room_sets", "room_sets"),
    "solver.root_program": _solver(
        "root_program",
        "root_rows",
        "from_rooms:no_plan_is_worth_more_than_the_ceiling_less_the_reduced_costs_of_its_arcs",
        "from_rooms:a_program_that_is_looked_away_from_goes_on_where_it_was",
        "from_rooms:rounding_of_multipliers_that_cancel_lowers_no_ceiling",
        "from_rooms:a_ceiling_holds_whatever_the_multipliers",
        "from_rooms:multipliers_that_are_no_numbers_prove_nothing",
    ),
    "solver.rules": _solver("rules", "rule_checks"),
    "solver.schedule": _solver("schedule", "schedule"),
    "solver.shed": _solver("shed", "shed"),
    "solver.sorting": _solver("sorting", "sorting"),
    "solver.standing": _solver("standing", *COUNTED),
    "solver.surrogate": _solver("surrogate", "surrogate"),
    "solver.terms": _solver("terms", "terms"),
    "solver.transport": _solver("transport", "transport"),
    "solver.tree": _solver("tree", "tree"),
    "solver.unrolled": _solver("unrolled", "unrolled"),
}

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
    "solver.coarse": _solver("coarse", "linear"),
    "solver.dice": _solver("dice", "dice"),
    "solver.envelope": _solver("envelope", "envelope"),
    "solver.flow": _solver("flow", "flow"),
    "solver.heap": _solver("heap", "heap"),
    "solver.linear": _solver("linear", "linear"),
    "solver.patterns": _solver("patterns", "patterns"),
    "solver.result": _solver("result", "result"),
    "solver.transport": _solver("transport", "transport"),
    "solver.growing_sets": _solver("growing_sets", "from_rooms:sets_grow_by_what_connects_them"),
    "solver.tree": _solver("tree", "tree"),
    "solver.reduce": _solver("reduce", "reduce"),
    "solver.terms": _solver("terms", "terms"),
    "solver.parallels": _solver("parallels", "parallels"),
    "solver.relaxation": _solver("relaxation", "relaxation"),
    "solver.cuts": _solver("cuts", "directed_cuts"),
    "solver.room_sets": _solver("room_sets", "room_sets"),
    "solver.shed": _solver("shed", "shed"),
    "solver.surrogate": _solver("surrogate", "surrogate"),
    "solver.objectives": _solver("objectives", "objectives"),
    "solver.counting": _solver("counting", *COUNTED),
    "solver.folding": _solver("folding", "folding"),
    "solver.phases": _solver("phases", "unrolled"),
    "solver.schedule": _solver("schedule", "schedule"),
    "solver.unrolled": _solver("unrolled", "unrolled"),
    "solver.curve": _solver("curve", "curve"),
    "solver.fewest": _solver("fewest", "fewest"),
    "solver.labels": _solver("labels", "labels"),
    "solver.mend": _solver("mend", "mend"),
    "solver.conflict": _solver(
        "conflict",
        "rules:rules_of_one_name_cannot_be_told_apart",
        "rules:a_required_node_out_of_reach_is_the_conflict",
        "rules:a_hop_limit_is_a_rule_of_a_conflict_and_its_relaxation_is_the_least",
        "rules:who_asked_to_stop_does_not_wait_for_a_hop_limit",
        "conflict",
    ),
    "solver.graph": _solver("graph", "problem", "sorting", "graph"),
    "solver.root_program": _solver(
        "root_program",
        "from_rooms:rounding_of_multipliers_that_cancel_lowers_no_ceiling",
        "from_rooms:a_ceiling_holds_whatever_the_multipliers",
        "from_rooms:multipliers_that_are_no_numbers_prove_nothing",
    ),
    "solver.standing": _solver("standing", *COUNTED),
    "solver.ascent": _solver("ascent", "ascent"),
    "solver.knapsack": _solver("knapsack", "knapsack"),
    "solver.layers": _solver("layers", "unfolding"),
    "solver.paths": _solver("paths", "paths"),
    "solver.problem": _solver("problem", "problem"),
    "solver.reductions": _solver("reductions", "reductions"),
    "solver.rules": _solver("rules", "rule_checks"),
    "solver.sorting": _solver("sorting", "sorting"),
}

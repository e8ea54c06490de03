"""Mutants that no test can notice, and why: what stands there comes to the same."""

from __future__ import annotations

_ALPHA_H = "_ALPHA_H = ((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164),"
_ALPHA_V = "_ALPHA_V = ((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.14520, 0.26809),"
_ARGUMENTS = "at, a = np.where(shallow, meets_db, 1.0), np.where(shallow, fade, 0.0)"
_HELD = (
    "held = np.zeros(problem.n_arcs + 1, np.bool_)  # the last one stands for the arcs that are none of the problem's"
)
_NO_CUTS = "return ascend_noting_cuts(in_start, tail, reduced, spare, weight, new_cut_list(0, 0))"
_SQUARED = "the width of a bell is squared"
_DUMMY = "an argument of a law that is not used there"

EQUIVALENT = {
    f"planner.radio.rain: -0.55187 → 0.55187 in {_ALPHA_H}": _SQUARED,
    f"planner.radio.rain: -0.76284 → 0.76284 in {_ALPHA_V}": _SQUARED,
    f"planner.radio.multipath: 1.0 → 1.01 in {_ARGUMENTS}": _DUMMY,
    f"planner.radio.multipath: 0.0 → 1.0 in {_ARGUMENTS}": _DUMMY,
    "planner.radio.availability: found >= wanted → found > wanted in return np.asarray(found >= wanted)": (
        "a bisection that ends a rounding lower"
    ),
    f"planner.solver.ascent: 0 → 1 in {_NO_CUTS}": "a list that nobody reads, still without room for a cut",
    "planner.solver.ascent: 1 → 2 in component.clock[0] += 1": "stamps have to differ, no more",
    "planner.solver.knapsack: 1 → 2 in best, best_state = floor, -1": "below zero says: none",
    "planner.solver.ascent: component.clock[0] += 1 → component.clock[0] -= 1 in component.clock[0] += 1": (
        "stamps have to differ, no more"
    ),
    "planner.solver.knapsack: -1 → 1 in best, best_state = floor, -1": "marks are not read then",
    "planner.solver.knapsack: 0 → 1 in return int(spent[0])": "the root costs nothing",
    "planner.solver.knapsack: break → pass in break": "nothing is left to halve at a price of nought",
    "planner.solver.layers: 1 → 2 in most = np.zeros(int(item.max(initial=-1)) + 1)": "an item of no hops",
    f"planner.solver.layers: 1 → 2 in {_HELD}": ("the last one is still held by nobody"),
    "planner.solver.layers: 1 → 2 in number = np.full(problem.n_nodes, -1)": "below zero says: none",
    "planner.solver.layers: 1 → 2 in from_root = distances(out_start, by_tail, head, weight, np.zeros(1, np.int32))": (
        "the root is named twice"
    ),
    "planner.solver.layers: most > 0 → most >= 0 in worth = most > 0": "what gives no hops comes last and adds none",
    "planner.solver.layers: number[node] >= 0 → number[node] > 0 in giving = np.flatnonzero(number[node] >= 0)": (
        "numbers follow those of all copies, of which the root has one"
    ),
    "planner.solver.layers: 0 → 1 in for v in order[:0:-1]:": "the first node under the root tells the root alone",
    "planner.solver.paths: 1 → 2 in position = np.full(n, -1, np.int32)": "below zero says: never seen",
    "planner.solver.paths: size > 0 → size >= 0 in while size > 0:": (
        "the last node is looked at once more, and nothing gets nearer"
    ),
}
"""Reason of each mutant, by its name (`benchmarks.mutation.mutants.Mutant.name`)."""

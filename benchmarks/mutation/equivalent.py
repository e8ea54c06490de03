"""Mutants that no test can notice, and why: what stands there comes to the same."""

from __future__ import annotations

_ALPHA_H = "_ALPHA_H = ((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164),"
_ALPHA_V = "_ALPHA_V = ((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.14520, 0.26809),"
_ARGUMENTS = "at, a = np.where(shallow, meets_db, 1.0), np.where(shallow, fade, 0.0)"
_HELD = (
    "held = np.zeros(problem.n_arcs + 1, np.bool_)  # the last one stands for the arcs that are none of the problem's"
)
_NO_CUTS = "return ascend_noting_cuts(in_start, tail, reduced, spare, weight, new_cut_list(0, 0))"
_PAIR = "tail[order].astype(np.int64) * (int(leads.max(initial=0)) + 1) + leads[order]"
_SQUARED = "the width of a bell is squared"
_DUMMY = "an argument of a law that is not used there"

EQUIVALENT = {
    "planner.solver.packing: if not trunk.size: → if False: in if not trunk.size:": "nothing enters, by a longer way",
    "planner.solver.packing: if arcs.size: → if True: in if arcs.size:": "nothing is bought, by a longer way",
    f"planner.solver.packing: {_PAIR} → {_PAIR.replace('+ leads', '- leads')} in pair = {_PAIR}": (
        "pairs are told apart from below as from above"
    ),
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
    (
        "planner.solver.coarse: 0.0 → 1.0 in largest = max((float(cost.sum(dtype=np.float64)) for cost in "
        "costs), default=0.0)"
    ): "of no costs the unit is a cent",
    "planner.solver.counting: child >= 0 → child > 0 in while child >= 0:": "the root, node 0, hangs from nothing",
    "planner.solver.counting: 0 → 1 in while child >= 0:": "the root, node 0, hangs from nothing",
    "planner.solver.counting: a == parent[v] → a != parent[v] in a == parent[v]": (
        "counted again though nothing has changed"
    ),
    "planner.solver.counting: False → True in return False": "counted again though nothing has changed",
    (
        "planner.solver.counting: if graph.capacitated: → if True: in if graph.capacitated:  # what flows "
        "above them may still count those that did not pay while the region was torn out"
    ): "counted again where nothing flows",
    "planner.solver.counting: 1 → 2 in pending[v] = -1": "below zero says: outside the field",
    "planner.solver.standing: 4 → 5 in CLOSED, CONNECTED, FREE, ORPHAN, SERVED = 0, 1, 2, 3, 4": (
        "states have to differ in this order, no more"
    ),
    "planner.solver.standing: 1 → 2 in new_sums(1),": "room that is not used",
    "planner.solver.standing: 2 → 3 in np.zeros(2, np.int64),": "room that is not used",
    "planner.solver.standing: standing.notes.now[0] += 1 → standing.notes.now[0] -= 1 in standing.notes.now[0] += 1": (
        "stamps have to differ, no more"
    ),
    "planner.solver.standing: desk.first[u] >= 0 → desk.first[u] > 0 in if desk.first[u] >= 0:": (
        "the root, node 0, hangs from nothing"
    ),
    "planner.solver.standing: 0 → 1 in if desk.first[u] >= 0:": "the root, node 0, hangs from nothing",
    "planner.solver.standing: after >= 0 → after > 0 in if after >= 0:": "the root, node 0, hangs from nothing",
    "planner.solver.standing: 0 → 1 in if after >= 0:": "the root, node 0, hangs from nothing",
    "planner.solver.growing_sets: 62 → 63 in key = np.random.default_rng(0).integers(1, 2**62, n_places)": (
        "other keys that tell places apart as well"
    ),
    "planner.solver.growing_sets: 1 → 2 in key = np.random.default_rng(0).integers(1, 2**62, n_places)": (
        "other keys that tell places apart as well"
    ),
    "planner.solver.growing_sets: 0 → 1 in key = np.random.default_rng(0).integers(1, 2**62, n_places)": (
        "other keys that tell places apart as well"
    ),
    "planner.solver.growing_sets: 0 → 1 in while p >= 0:": "place 0 is that of the root, to which no hop leads",
    "planner.solver.growing_sets: 1 → 2 in p = -1": "below zero says: none",
    (
        "planner.solver.growing_sets: 2 → 3 in neighbour, value = np.empty(2 * hops.size, np.int32), "
        "np.empty(2 * hops.size)"
    ): "room that is not used",
    (
        "planner.solver.growing_sets: 2 → 3 in last, size = np.empty((places.size, 2), np.int64), "
        "np.zeros(places.size + 1, np.int64)"
    ): "room that is not used",
    "planner.solver.labels: graph.larger[a] >= 0 → graph.larger[a] > 0 in while graph.larger[a] >= 0:": (
        "arc 0 is dearer than none"
    ),
    (
        "planner.solver.parallels: not counted or arcs.size == 0 → not counted and arcs.size == 0 in if not "
        "counted or arcs.size == 0:"
    ): "without a pair of arcs, or anything to tell them apart, none is found",
    "planner.solver.parallels: 0 → 1 in if not counted or arcs.size == 0:": (
        "without a pair of arcs, or anything to tell them apart, none is found"
    ),
    "planner.solver.parallels: if not counted or arcs.size == 0: → if False: in if not counted or arcs.size == 0:": (
        "without a pair of arcs, or anything to tell them apart, none is found"
    ),
    "planner.solver.relaxation: 1 → 2 in arc = np.full(self.graph.n_arcs, -1, np.int32)": "below zero says: none",
    "planner.solver.terms: 0 → 1 in node = np.where(counts, graph.node, 0)": "what does not count is struck out",
    "planner.solver.tree: 2 → 3 in ROOT = -2": "below zero, and no other number of the kind",
    "planner.solver.tree: 1 → 2 in first[v] = -1": "below zero says: none",
    "planner.solver.tree: a > 0 → a >= 0 in while a > 0 and larger[a - 1] == a:": (
        "no arc has arc 0 for the next larger one"
    ),
    (
        "planner.solver.tree: 1 → 2 in position = np.full(int(max(numbers.max(initial=-1), "
        "graph.number.max(initial=-1))) + 1, -1, np.int32)"
    ): "below zero says: none, and room that is not used",
    (
        "planner.solver.cuts: 1 → 2 in np.zeros(limit + 1, np.int64), np.empty(room, np.int32), "
        "np.empty(limit, np.int32), np.zeros(1, np.int64)"
    ): "room that is not used",
    (
        "planner.solver.schedule: model.getSolVal(found, variable) > 0.5 → model.getSolVal(found, variable) "
        ">= 0.5 in by_then = np.array([model.getSolVal(found, variable) > 0.5 for variable in bought])"
    ): "values are 0 or 1",
    "planner.solver.phases: 0 → 1 in check_row(name, row, np.int64, problem.n_arcs, 0)": (
        "a bound of another row: any that is none will do"
    ),
    (
        "planner.solver.heap: key[heap[below + 1]] < key[heap[below]] → key[heap[below + 1]] <= "
        "key[heap[below]] in if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:"
    ): "of two equal keys either may go up",
    "planner.solver.envelope: x < right → x <= right in while x < right:": "nothing lies ahead of the end",
    "planner.solver.folding: 0.0 → 1.0 in reached = np.isfinite(layered.from_root(np.where(usable, 0.0, np.inf)))": (
        "what is finite stays finite"
    ),
    "planner.solver.folding: 0 → 1 in reached = np.flatnonzero((tree != OUTSIDE) & (self.holder >= 0))": (
        "the root is held by itself"
    ),
    (
        "planner.solver.folding: int(np.unique(graph.origin).size) if graph.layered else graph.n_arcs → "
        "int(np.unique(graph.origin).size) if True else graph.n_arcs in "
        "return int(np.unique(graph.origin).size) if graph.layered else graph.n_arcs"
    ): "without layers each arc is there once",
}
"""Reason of each mutant, by its name (`benchmarks.mutation.mutants.Mutant.name`)."""

"""Somebody else's plan, given as a table: which links of ours it means, and what of it cannot be priced.

The table says which offices are connected, with which technology and, if it likes, from where. Everything else follows
from rules that are stated here, so that two people who price the same table get the same figures:

- An office with a service (satellite, cellular) hangs from the root.
- An office with a parent hangs from it: by one microwave hop, or by the cheapest way along fibre, which may run through
  junctions and past places that the table does not name. Offices of the same parent share trenches.
- Fibre and microwave without a parent: of all offices left, the one that is cheapest to attach to the network so far is
  attached first, again and again; hops may run over relays. The network so far starts as all sources (one costs its
  activation when it is first used) and all offices that are adequately connected.
- Of several links that would do, the one with enough capacity for all that hangs from it is taken whose price, with
  what it adds to the masts at both ends, is lowest. Where no link carries that much, the last rows of the table that
  hang from it are refused.

A place that is no office (a relay, a junction) may have a row of its own. Offices that the scenario excludes are
refused; no budget is enforced here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES
from planner.links.choice import Choice
from planner.links.options import ROOT
from planner.plan.evaluate import reasons
from planner.plan.evaluate.fit import CAPACITY_SLACK, Overload, beyond, carried, fit, idle
from planner.plan.evaluate.network import NETWORKS, Network
from planner.plan.evaluate.table import Refusals, Wish, read_wishes
from planner.plan.evaluate.ways import Candidates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from planner.errors import Problem
    from planner.inputs import Inputs
    from planner.links.options import LinkOptions
    from planner.scenario import Scenario

__all__ = ["Wish", "choose", "evaluate"]

ROOT_ID = "root"


def evaluate(scenario: Scenario, inputs: Inputs, options: LinkOptions, csv_path: Path) -> tuple[Choice, list[Problem]]:
    """Return the links that somebody else's plan means, by the rules above.

    Parameters
    ----------
    scenario : Scenario
        Its budget's measure is what “cheapest” means.
    inputs : Inputs
    options : LinkOptions
    csv_path : Path
        Columns office, technology and, if it likes, parent.

    Returns
    -------
    Choice
        Of the rows that can be priced, ready for `planner.plan.plan.build_plan`.
    list of Problem
        The rows that cannot, with severity ``excluded``.

    Raises
    ------
    InputError
        The file cannot be read or lacks a column.
    """
    table, refused = read_wishes(csv_path), Refusals(str(csv_path))
    excluded = set(scenario.limits.exclude)
    for wish in table.wishes:
        if wish.office in excluded:
            refused.add(wish, reasons.excluded_office())
    wishes = [wish for wish in table.wishes if wish.office not in excluded]
    demand_mbps = inputs.offices["demand_mbps"].to_numpy(np.float64)
    choice, more = choose(wishes, options, demand_mbps, MEASURES.index(scenario.measure), str(csv_path))
    named = [
        replace(problem, column=table.headers.get(problem.column or "", problem.column))
        for problem in (*refused.problems, *more)
    ]
    return choice, sorted([*table.problems, *named], key=lambda problem: problem.row or 0)


def choose(
    wishes: Sequence[Wish], options: LinkOptions, demand_mbps: NDArray[np.float64], measure: int, file: str
) -> tuple[Choice, list[Problem]]:
    """Return the links that the rows of a table mean, and the rows that cannot be priced.

    Parameters
    ----------
    wishes : sequence of Wish
    options : LinkOptions
    demand_mbps : (o,) float64
        Per row of ``Inputs.offices``.
    measure : int
        Column of `planner.finance.MEASURES` that “cheapest” means.
    file : str
        Name of the table.
    """
    candidates, refusals = Candidates(options, measure), Refusals(file)
    place_of = {name: place for place, name in enumerate(options.places.id.tolist())}
    wanted = _check_rows(wishes, candidates, place_of, refusals)
    while True:
        network, left_over = _lay_out(wanted, candidates, place_of)
        draws = _draws(network, wanted, options, demand_mbps)
        loads = carried(network.entered, draws)
        rows = fit(network.entered, loads, candidates)
        if not isinstance(rows, Overload):
            break
        # What is left may be laid out differently without the rows that are too much: from the start.
        reason = reasons.overloaded(options.places.id[rows.head], rows.load_mbps, rows.capacity_mbps)
        for place in _too_much(rows, network, wanted, draws):
            refusals.add(wanted.pop(place), reason)
    for place in left_over:
        refusals.add(wanted[place], _why_unattached(place, wanted, network, place_of))
    for place in idle(network.entered, draws):
        del rows[place]
        if place in wanted:
            refusals.add(wanted[place], reasons.leads_nowhere())
    return _as_choice(rows, wanted, options, len(demand_mbps)), refusals.problems


def _check_rows(
    wishes: Sequence[Wish], candidates: Candidates, place_of: dict[str, int], refusals: Refusals
) -> dict[int, Wish]:
    """Return the rows by place that are not wrong by themselves."""
    from_root = candidates.technology[candidates.options.u == ROOT].tolist()
    offered = sorted({*NETWORKS, *from_root} - {"source"})
    wanted: dict[int, Wish] = {}
    for wish in wishes:
        place = place_of.get(wish.office)
        if place is None:
            refusals.add(wish, reasons.unknown_office())
        elif place in wanted:
            refusals.add(wish, reasons.duplicate_office(wanted[place].row))
        elif wish.technology not in offered:
            refusals.add(wish, reasons.unknown_technology(offered))
        elif wish.technology != "existing" and len(candidates.between(ROOT, place, "existing")):
            refusals.add(wish, reasons.already_adequate())
        elif len(candidates.at(place, wish.technology)) == 0:
            refusals.add(wish, reasons.not_offered_here())
        elif (wish.parent == ROOT_ID) if wish.technology in NETWORKS else (wish.parent not in {"", ROOT_ID}):
            refusals.add(wish, reasons.wrong_parent())
        else:
            wanted[place] = wish
    return wanted


def _lay_out(wanted: dict[int, Wish], candidates: Candidates, place_of: dict[str, int]) -> tuple[Network, list[int]]:
    """Attach what can be attached; return the network and the places that could not."""
    network = Network(candidates, wanted)
    waiting: dict[int | None, list[int]] = defaultdict(list)
    open_parent: dict[str, dict[int, Wish]] = {name: {} for name in NETWORKS}
    for place, wish in wanted.items():
        if wish.technology not in {*NETWORKS, "existing"}:
            network.serve(place, wish.technology, wish)
        elif wish.parent:
            waiting[place_of.get(wish.parent)].append(place)
        elif wish.technology in NETWORKS:
            open_parent[wish.technology][place] = wish
    ready = [place for place in waiting if place is not None and network.can_feed(place)]
    stuck: list[int] = []
    while True:
        for parent in ready:  # grows while it is walked
            for place in waiting.pop(parent, ()):
                before = len(network.order)
                if not network.attach(place, parent, wanted[place].technology, wanted[place]):
                    stuck.append(place)
                ready += network.order[before:]
        before = len(network.order)
        attached = network.attach_nearest(open_parent)
        if attached is None:
            left = [place for places in (*waiting.values(), *open_parent.values()) for place in places]
            return network, stuck + left
        del open_parent[attached.technology][place_of[attached.office]]
        ready = network.order[before:]


def _draws(
    network: Network, wanted: dict[int, Wish], options: LinkOptions, demand_mbps: NDArray[np.float64]
) -> dict[int, float]:
    """Return what each office draws that the table connects."""
    office = options.places.office
    return {
        place: float(demand_mbps[office[place]])
        for place, entry in network.entered.items()
        if place in wanted and office[place] >= 0 and entry.technology != "existing"
    }


def _too_much(overload: Overload, network: Network, wanted: dict[int, Wish], draws: dict[int, float]) -> list[int]:
    """Return the last rows beyond an overloaded link that have to go for the rest to fit."""
    excess = overload.load_mbps - overload.capacity_mbps
    drawing = [place for place in beyond(network.entered, overload.head) if draws.get(place, 0.0) > 0]
    too_much: list[int] = []
    for place in sorted(drawing, key=lambda place: wanted[place].row, reverse=True):
        if excess <= CAPACITY_SLACK * overload.load_mbps:
            break
        too_much.append(place)
        excess -= draws[place]
    return too_much


def _why_unattached(place: int, wanted: dict[int, Wish], network: Network, place_of: dict[str, int]) -> reasons.Reason:
    """Return why a row that is right by itself could not be attached."""
    wish = wanted[place]
    if not wish.parent:
        return reasons.no_way()
    parent = place_of.get(wish.parent)
    if parent is None:
        return reasons.unknown_parent()
    if network.can_feed(parent):
        return reasons.no_candidate()
    if parent in network.entered:
        return reasons.parent_cannot_share()
    met: set[int] = set()
    at: int | None = place
    while at is not None and at not in met and at in wanted:
        met.add(at)
        at = place_of.get(wanted[at].parent)
    return reasons.circle() if at == place else reasons.parent_not_connected()


def _as_choice(rows: dict[int, int], wanted: dict[int, Wish], options: LinkOptions, n_offices: int) -> Choice:
    """Return the options that enter places as a choice; adequate offices are always connected."""
    heads = np.fromiter(rows.keys(), dtype=np.int32, count=len(rows))
    option = np.fromiter(rows.values(), dtype=np.int32, count=len(rows))
    takes_service = np.array([place in wanted for place in rows], dtype=np.bool_)
    takes_service |= options.technology()[option] == "existing"
    office = options.places.office[heads[takes_service]]
    connected = np.zeros(n_offices, dtype=np.bool_)
    connected[office[office >= 0]] = True
    return Choice(option=option, reversed=options.v[option] != heads, connected=connected)

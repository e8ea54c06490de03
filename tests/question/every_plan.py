"""Every plan of a small country, by trying all sets of links and of offices; shares no code with the search."""

import itertools
import math
from dataclasses import dataclass

import networkx as nx

from planner.finance import MEASURES
from planner.links.options import NO_MAST, ROOT


@dataclass(frozen=True)
class Plan:
    """One plan: what it connects, how far, over which links, and its money line by line."""

    connected: frozenset
    hops: int
    links: tuple  # ({id, id}, technology)
    lines: tuple  # (region, technology or None, kind of the office there or None, four columns in cents)
    benefit: float
    entering: dict  # place → row of the option that enters it
    parent: dict  # place → place before it
    load: dict  # place → Mbit/s over the option that enters it
    tallest: dict  # place → rung of its mast

    def spent(self, measure, regions=(), technologies=()):
        column = MEASURES.index(measure)
        return sum(
            int(money[column])
            for region, technology, _kind, money in self.lines
            if (not regions or region in regions) and (not technologies or technology in technologies)
        )


def every_plan(country):
    """Return all plans of a country: trees of links, each of which leads to an office that is connected."""
    options, offices = country.options(), country.inputs().offices
    technology = options.technology()
    rows = [row for row in range(len(options)) if technology[row] != "existing"]
    free = [row for row in range(len(options)) if technology[row] == "existing"]
    ends = list(zip(options.u.tolist(), options.v.tolist(), strict=True))
    plans = []
    for size in range(len(rows) + 1):
        for subset in itertools.combinations(rows, size):
            edges = [ends[row] for row in (*subset, *free)]
            if len({ROOT, *itertools.chain(*edges)}) != len(edges) + 1:
                continue  # no tree: said before a graph is made, as of most sets
            tree = nx.Graph(edges)
            tree.add_node(ROOT)
            if tree.number_of_edges() == size + len(free) and nx.is_tree(tree):
                plans += _of_tree(country, options, offices, (*subset, *free), dict(nx.bfs_predecessors(tree, ROOT)))
    return plans


def _of_tree(country, options, offices, rows, parent):
    technology, places = options.technology(), options.places
    row_of = {frozenset((int(options.u[row]), int(options.v[row]))): row for row in rows}
    entering = {place: row_of[frozenset((place, above))] for place, above in parent.items()}
    if any(technology[row] == "existing" and parent[int(options.v[row])] != ROOT for row in rows):
        return
    services = {
        place for place, row in entering.items() if parent[place] == ROOT and technology[row] in {"leo", "cellular"}
    }
    if services & set(parent.values()):
        return
    adequate = {place for place, row in entering.items() if technology[row] == "existing"}
    reached = [place for place in entering if places.office[place] >= 0 and place not in adequate]
    for count in range(len(reached) + 1):
        for taken in itertools.combinations(reached, count):
            load = dict.fromkeys(entering, 0.0)
            for place in taken:
                at = place
                while at != ROOT:
                    load[at] += offices["demand_mbps"][places.office[place]]
                    at = parent[at]
            if any(load[place] == 0 for place in entering if place not in adequate):
                continue  # demands are above 0: this link leads to nobody
            if all(load[place] <= options.capacity_mbps[row] for place, row in entering.items()):
                yield _plan(options, offices, entering, parent, load, (*taken, *adequate), adequate)


def _plan(options, offices, entering, parent, load, connected, adequate):
    technology, places = options.technology(), options.places
    weight = [options.kinds[kind].hop_weight for kind in options.kind]
    first, hops = {}, {ROOT: 0}
    for place in parent:  # parents come first
        hops[place] = hops[parent[place]] + weight[entering[place]]
        first[place] = entering[place] if parent[place] == ROOT else first[parent[place]]
    tallest = {}
    lines = []

    def kind(place):
        return offices["kind"][places.office[place]] if places.office[place] >= 0 else None

    for place, row in entering.items():
        lines.append((str(places.region[place]), technology[row], kind(place), options.money[row]))
        for end, rung in ((int(options.u[row]), options.rung_u[row]), (int(options.v[row]), options.rung_v[row])):
            if rung != NO_MAST:
                tallest[end] = max(tallest.get(end, NO_MAST), int(rung))
    lines += [
        (str(places.region[end]), None, kind(end), options.mast_money[end, rung]) for end, rung in tallest.items()
    ]
    for place in set(connected) - adequate:
        transit = technology[first[place]] in {"source", "existing"}
        money = options.package_transit_money if transit else options.package_money
        office = places.office[place]
        lines.append((offices["region"][office], technology[entering[place]], kind(place), money[office]))
    name = [*places.id.tolist(), "root"]
    return Plan(
        connected=frozenset(name[place] for place in connected),
        hops=max((hops[place] for place in connected), default=0),
        links=tuple(
            (frozenset((name[place], name[parent[place]])), technology[row]) for place, row in entering.items()
        ),
        lines=tuple(lines),
        benefit=math.fsum(offices["benefit"][places.office[place]] for place in set(connected) - adequate),
        entering=entering,
        parent=parent,
        load=load,
        tallest=tallest,
    )

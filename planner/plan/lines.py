"""The lines of a plan as tables: places, links, masts, offices; one row each, money in integer cents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.catalogue.climate import FIGURES, ClimateSource
from planner.catalogue.power import SUPPLY_WORDS
from planner.finance import MEASURES
from planner.links.options import NO_MAST, ROOT, PlaceKind
from planner.plan.arborescence import NONE
from planner.plan.buildup import mast_parts
from planner.plan.tables import CENTS, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.finance import Terms
    from planner.links.choice import Choice
    from planner.links.options import LinkOptions, Places
    from planner.plan.arborescence import Arborescence
    from planner.plan.buildup import Part
    from planner.plan.spare import Spare

ROOT_ID = "root"


def texts(values: NDArray[Any]) -> NDArray[np.object_]:
    """Return text with None for what is empty."""
    return np.array([value or None for value in values.tolist()], dtype=object)


def no_year(size: int) -> list[None]:
    """Return the year column of a plan without phases."""
    return [None] * size


def money_columns(money: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Return the money columns of a table; ``money`` is (rows, 4) cents."""
    return {name: money[:, column] for column, name in enumerate(CENTS)}


def place_lines(options: LinkOptions, tree: Arborescence) -> pd.DataFrame:
    """Return the places that the plan touches."""
    rows = np.unique(np.concatenate([tree.tail, tree.head, tree.spare.tail, tree.spare.head]))
    rows = rows[rows != ROOT]
    places = options.places
    kinds = np.array([kind.name.lower() for kind in PlaceKind], dtype=object)
    return table(
        {
            "id": places.id[rows].astype(object),
            "kind": kinds[places.kind[rows]],
            "lon": places.lon[rows],
            "lat": places.lat[rows],
            "region": texts(places.region[rows]),
            "ground_m": places.ground_m[rows],
            "power": np.array(SUPPLY_WORDS, dtype=object)[places.supply[rows]],
            "power_availability": places.supply_availability[rows],
            "grid_km": places.grid_km[rows],
            "climate": [_climate(places, row) for row in rows.tolist()],
        }
    )


def _climate(places: Places, place: int) -> dict[str, Any] | None:
    """Return the climate of a place, each figure with its source; None at junctions."""
    sources = [ClimateSource(code) for code in places.climate_source[place].tolist()]
    if ClimateSource.NONE in sources:
        return None
    values = [value if math.isfinite(value) else None for value in places.climate[place].tolist()]
    return {
        figure: {"value": value, "source": source.key(figure)}
        for figure, value, source in zip(FIGURES, values, sources, strict=True)
    }


def link_lines(options: LinkOptions, tree: Arborescence) -> pd.DataFrame:
    """Return the links, parents first. The id of a link says its technology and its ends."""
    return _links(options, tree, tree.rungs(options))


def backup_lines(options: LinkOptions, tree: Arborescence) -> pd.DataFrame:
    """Return the links that are bought for second paths, in the columns of `link_lines`."""
    return _links(options, tree.spare, tree.spare.rungs(options))


def backup_paths(options: LinkOptions, tree: Arborescence, offices: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Return the second path of each office that has one, from the root, as ``plan.json`` has it.

    ``reversed`` is against the direction in which the link stands in the plan.
    """
    ways = [(tree.option, tree.reversed, link_lines(options, tree)["id"])]
    ways.append((tree.spare.option, tree.spare.reversed, backup_lines(options, tree)["id"]))
    stands = {
        option: (name, backwards)
        for options_of, directions, names in ways
        for option, backwards, name in zip(options_of.tolist(), directions.tolist(), names, strict=True)
    }
    told = []
    for backup in tree.backups:
        steps = zip(backup.option.tolist(), backup.reversed.tolist(), strict=True)
        path = [{"link": stands[option][0], "reversed": backwards != stands[option][1]} for option, backwards in steps]
        told.append({"office": str(offices["id"].iloc[backup.office]), "path": path})
    return tuple(told)


def _links(
    options: LinkOptions, chosen: Arborescence | Spare, rungs: tuple[NDArray[np.int8], NDArray[np.int8]]
) -> pd.DataFrame:
    places, rows = options.places, chosen.option
    technology = options.technology()[rows].astype(object)
    # Index -1, the root, reads the last entry.
    names = np.append(places.id.astype(object), ROOT_ID)
    tail, head = names[chosen.tail], names[chosen.head]
    rung_tail, rung_head = rungs
    height = np.append(options.ladder_m, np.nan)  # NO_MAST, -1, reads the last entry
    option_names = np.array([kind.name for kind in options.kinds], dtype=object)
    weights = np.array([kind.hop_weight for kind in options.kinds], dtype=np.int64)
    return table(
        {
            "id": technology + ":" + tail + ">" + head,
            "from": tail,
            "to": head,
            "technology": technology,
            "option": option_names[options.kind[rows]],
            "hop_weight": weights[options.kind[rows]],
            "shareable": ~options.is_service()[rows],
            "region": texts(places.region[chosen.head]),
            "length_km": options.length_km[rows],
            "capacity_mbps": options.capacity_mbps[rows],
            "load_mbps": chosen.load_mbps,
            "availability": options.availability[rows],
            "mast_from_m": height[rung_tail],
            "mast_to_m": height[rung_head],
            **money_columns(options.money[rows]),
            "year": no_year(len(rows)),
            "geometry": _geometries(options, chosen),
        }
    )


def mast_cents(options: LinkOptions, tree: Arborescence) -> NDArray[np.int64]:
    """Return the (masts, 4) cents of the masts, in the order of `mast_lines`."""
    rung = tree.mast_rung(options)
    rows = np.flatnonzero(rung != NO_MAST)
    return options.mast_money[rows, rung[rows]]


def mast_lines(options: LinkOptions, tree: Arborescence, terms: Terms) -> pd.DataFrame:
    """Return the masts: at each place one, as tall as the tallest antenna there."""
    rung = tree.mast_rung(options)
    rows = np.flatnonzero(rung != NO_MAST)
    places = options.places
    return table(
        {
            "place": places.id[rows].astype(object),
            "region": texts(places.region[rows]),
            "height_m": options.ladder_m[rung[rows]],
            "breakdown": _breakdowns(options, rows, rung[rows], terms),
            "existing_m": places.existing_m[rows],
            **money_columns(mast_cents(options, tree)),
            "year": no_year(len(rows)),
        }
    )


def office_lines(
    options: LinkOptions, tree: Arborescence, choice: Choice, offices: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the offices without their reasons, and the row of the link that enters each one's place, `NONE` if none.

    The money of an office is its package, with IP transit where its chain, or its second path, starts at a source or an
    existing connection.
    """
    entering = entering_links(options, tree, len(offices))
    connected = choice.connected
    adequate = (offices["status_before"] == "adequate").to_numpy()
    link = np.where(connected, entering, NONE)
    money = office_money(options, office_transit(options, tree, entering, connected & ~adequate))

    def of_link(values: NDArray[Any], missing: object) -> NDArray[Any]:
        # The row behind the last, which index -1 reads, stands for offices that are not connected.
        return np.append(values.astype(object), np.array([missing], dtype=object))[link]

    names = np.append(options.places.id.astype(object), ROOT_ID)
    frame = table(
        {
            "id": offices["id"].to_numpy(object),
            "name": offices["name"].to_numpy(object),
            "lon": offices["lon"].to_numpy(np.float64),
            "lat": offices["lat"].to_numpy(np.float64),
            "region": texts(offices["region"].fillna("").to_numpy(object)),
            "kind": offices["kind"].to_numpy(object),
            "before": offices["status_before"].to_numpy(object),
            "connected": connected,
            "technology": of_link(options.technology()[tree.option], None),
            "parent": of_link(names[tree.tail], None),
            "hops": of_link(tree.hops, None),
            "demand_mbps": offices["demand_mbps"].to_numpy(np.float64),
            "availability": of_link(tree.availability, np.nan).astype(np.float64),
            "benefit": np.where(adequate, 0.0, offices["benefit"].to_numpy(np.float64)),
            "people": offices["people"].to_numpy(np.float64),
            "people_total": offices["people_total"].to_numpy(np.float64),
            "position_known": offices["position_known"].to_numpy(np.bool_),
            "monthly_cost_before": offices["monthly_cost_before"].to_numpy(np.float64),
            **money_columns(money),
            "year": no_year(len(offices)),
        }
    )
    return frame, entering


def entering_links(options: LinkOptions, tree: Arborescence, offices: int) -> NDArray[np.int64]:
    """Return, per office of so many, the row of the link that enters its place, `NONE` if none."""
    entering = np.full(offices, NONE, dtype=np.int64)
    at_office = np.flatnonzero(options.places.office != NONE)
    entering[options.places.office[at_office]] = tree.entering[at_office]
    return entering


def office_transit(
    options: LinkOptions, tree: Arborescence, entering: NDArray[np.int64], gains: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Return, per office, 1 where its line has IP transit, 0 where it has not, -1 where it has no line.

    Parameters
    ----------
    options : LinkOptions
    tree : Arborescence
    entering : (o,) int64
        Row of the link that enters each office's place.
    gains : (o,) bool
        Offices that the plan connects or upgrades.
    """
    if not len(tree):
        return np.full(len(gains), -1, dtype=np.int8)
    due = tree.at_source(options)[entering]
    due[tree.backed_by_source(options)] = True
    return np.where(gains, due, -1).astype(np.int8)


def office_money(options: LinkOptions, transit: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the (o, 4) cents of the offices' own lines; ``transit`` as `office_transit` tells it."""
    money = np.where((transit == 1)[:, None], options.package_transit_money, options.package_money)
    return np.where((transit >= 0)[:, None], money, 0)


def shared_cost(tree: Arborescence, links: pd.DataFrame, masts: pd.DataFrame, measure: int) -> NDArray[np.float64]:
    """Return, per link, an office's share of the links and masts that it hangs from, in cents.

    Each link, with the mast at its far end, is shared equally by the connected offices at that end and beyond; the
    shares of all offices add up to all links and masts.
    """
    mast_at = pd.Series(masts[CENTS[measure]].to_numpy(np.float64), index=masts["place"])
    return shared_by_chain(tree, links, links[CENTS[measure]].to_numpy(np.float64), mast_at)


def shared_by_chain(
    tree: Arborescence, links: pd.DataFrame, of_link: NDArray[np.float64], of_mast: pd.Series[float]
) -> NDArray[np.float64]:
    """Return, per link, an office's equal share of amounts of the links and masts of its chain; masts by place."""
    cost = of_link + of_mast.reindex(links["to"]).fillna(0.0).to_numpy()
    return tree.down(cost / np.maximum(tree.beyond, 1), np.add)


def _geometries(options: LinkOptions, chosen: Arborescence | Spare) -> NDArray[np.object_]:
    """Return a GeoJSON line from tail to head per link, None for those from the root."""
    lines = np.full(len(chosen.option), None, dtype=object)
    for row in np.flatnonzero((chosen.tail != ROOT) & ~options.bought()[chosen.option]):
        vertices = options.vertices(chosen.option[row])
        drawn = vertices[::-1] if chosen.reversed[row] else vertices
        lines[row] = {"type": "LineString", "coordinates": drawn.tolist()}
    return lines


def _breakdowns(
    options: LinkOptions, place: NDArray[np.int64], rung: NDArray[np.int8], terms: Terms
) -> NDArray[np.object_]:
    """Return what each mast is made of: item → amounts in currency; equal masts are reckoned once."""
    places = options.places
    stands = places.existing_m[place] >= options.ladder_m[rung]
    kinds = np.column_stack(
        [
            *(rung, stands, places.mast_class[place], places.site_class[place]),
            *(places.power_class[place], places.rent_per_year[place], places.access_km[place]),
            *(places.freight[place], places.works[place]),
        ]
    )
    _kinds, sample, kind = np.unique(kinds, axis=0, return_index=True, return_inverse=True)
    breakdowns = [_amounts(mast_parts(options, int(place[row]), int(rung[row]), terms)) for row in sample]
    result = np.full(len(place), None, dtype=object)
    for row, which in enumerate(kind.ravel()):
        result[row] = breakdowns[which]
    return result


def _amounts(parts: tuple[Part, ...]) -> dict[str, dict[str, float]]:
    """Return the amounts by item name; items of the same name are added."""
    cents: dict[str, list[int]] = {}
    for part in parts:
        have = cents.setdefault(part.name, [0] * len(MEASURES))
        cents[part.name] = [a + b for a, b in zip(have, part.cents, strict=True)]
    return {
        name: {measure: amount / 100 for measure, amount in zip(MEASURES, row, strict=True)}
        for name, row in cents.items()
    }

"""Satellite and cellular services: what each office could simply order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from shapely import STRtree, points

from planner.finance import MEASURES, PRESENT_VALUE, PROGRAMME_COST, line_money
from planner.i18n import _
from planner.links.options import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import PriceList, ServiceOption
    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per, Terms
    from planner.scenario import Scenario

CELLULAR = "cellular"


@dataclass(frozen=True)
class Services:
    """Services on offer, at most one per office and technology, s rows, by technology and then by office.

    Attributes
    ----------
    kinds : tuple of OptionKind
        One per entry of ``PriceList.services``.
    office : (s,) int32
        Row of the offices.
    kind : (s,) int16
        Index into ``kinds``.
    capacity_mbps, availability : (s,) float64
    money : (s, 4) int64
        Cents, columns of `planner.finance.MEASURES`, without the office package.
    rejections : tuple of Rejection
        Offices that get nothing of a technology on offer, by the first reason that rules it out.
    """

    kinds: tuple[OptionKind, ...]
    office: NDArray[np.int32]
    kind: NDArray[np.int16]
    capacity_mbps: NDArray[np.float64]
    availability: NDArray[np.float64]
    money: NDArray[np.int64]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True)
class _Offer:
    """The options of one technology for the offices that ask, c offices and p options.

    ``mbps[c, p]`` is what option p delivers to office c, 0 where it is not to be had there.
    """

    technology: str
    rows: NDArray[np.int64]
    index: NDArray[np.int64]
    options: tuple[ServiceOption, ...]
    mbps: NDArray[np.float64]


def service_options(
    offices: pd.DataFrame,
    coverage: gpd.GeoDataFrame | None,
    prices: PriceList,
    scenario: Scenario,
    terms: Terms,
) -> Services:
    """Return the cheapest service of each technology that carries an office's demand at the required quality.

    The cheapest is that of the least present value, then of the least programme cost. Offices with an adequate
    connection ask for nothing.

    Parameters
    ----------
    offices : DataFrame
        ``Inputs.offices``.
    coverage : GeoDataFrame or None
        ``Inputs.coverage``: ``technology`` is a generation of the catalogue in any case, ``mbps`` is NaN where the
        catalogue's figure holds. Without it, and for offices of unknown position, there is no cellular service.
    prices : PriceList
    scenario : Scenario
    terms : Terms
    """
    one: dict[Per, NDArray[np.float64]] = {"each": np.ones(1)}
    money = np.array([line_money(option.kind.items, one, terms)[0] for option in prices.services], dtype=np.int64)
    money = money.reshape(-1, len(MEASURES))
    demand = offices["demand_mbps"].to_numpy(dtype=np.float64)
    asking = np.flatnonzero(offices["status_before"].to_numpy() != "adequate")
    rejections: list[Rejection] = []
    found_office, found_kind, found_mbps = [asking[:0]], [asking[:0]], [demand[:0]]
    for offer in _offers(offices, asking, coverage, prices.services, rejections):
        fits = _fitting(offer, demand, scenario, rejections)
        cheapest = np.lexsort((money[offer.index, PROGRAMME_COST], money[offer.index, PRESENT_VALUE]))
        served = np.flatnonzero(fits.any(axis=1))
        best = cheapest[fits[np.ix_(served, cheapest)].argmax(axis=1)]
        found_office.append(offer.rows[served])
        found_kind.append(offer.index[best])
        found_mbps.append(offer.mbps[served, best])
    kind = np.concatenate(found_kind)
    return Services(
        kinds=tuple(option.kind for option in prices.services),
        office=np.concatenate(found_office).astype(np.int32),
        kind=kind.astype(np.int16),
        capacity_mbps=np.concatenate(found_mbps),
        availability=np.array([option.availability for option in prices.services], dtype=np.float64)[kind],
        money=money[kind],
        rejections=tuple(rejections),
    )


def _offers(
    offices: pd.DataFrame,
    asking: NDArray[np.int64],
    coverage: gpd.GeoDataFrame | None,
    options: Sequence[ServiceOption],
    rejections: list[Rejection],
) -> Iterator[_Offer]:
    """Yield what there is of each technology where the offices stand."""
    for technology in dict.fromkeys(option.technology for option in options):
        index = np.array([i for i, option in enumerate(options) if option.technology == technology])
        chosen = tuple(options[i] for i in index)
        mbps = np.tile(np.array([option.max_mbps for option in chosen]), (len(asking), 1))
        rows = asking
        if technology == CELLULAR:
            if coverage is None:
                _reject(rejections, technology, _("no coverage data"), len(asking))
                continue
            known = offices["position_known"].to_numpy(dtype=np.bool_)[asking]
            _reject(rejections, technology, _("position of the office unknown"), int((~known).sum()))
            rows = asking[known]
            lon, lat = offices["lon"].to_numpy()[rows], offices["lat"].to_numpy()[rows]
            mbps = _covered_mbps(lon, lat, coverage, chosen)
            covered = mbps.any(axis=1)
            _reject(rejections, technology, _("no coverage"), int((~covered).sum()))
            rows, mbps = rows[covered], mbps[covered]
        yield _Offer(technology, rows, index, chosen, mbps)


def _covered_mbps(
    lon: NDArray[np.float64], lat: NDArray[np.float64], coverage: gpd.GeoDataFrame, options: Sequence[ServiceOption]
) -> NDArray[np.float64]:
    """Return what each generation delivers at each point, (c, p); of overlapping polygons the fastest counts."""
    tree = STRtree(points(lon, lat))
    generation = coverage["technology"].astype(str).str.casefold().to_numpy()
    stated = coverage["mbps"].to_numpy(dtype=np.float64)
    mbps = np.zeros((len(lon), len(options)))
    for column, option in enumerate(options):
        of_generation = np.flatnonzero(generation == str(option.generation).casefold())
        polygon, point = tree.query(coverage.geometry.to_numpy()[of_generation], predicate="intersects")
        speed = stated[of_generation][polygon]
        np.maximum.at(mbps[:, column], point, np.where(np.isnan(speed), option.max_mbps, speed))
    return mbps


def _fitting(
    offer: _Offer, demand: NDArray[np.float64], scenario: Scenario, rejections: list[Rejection]
) -> NDArray[np.bool_]:
    """Say which options suit which office, (c, p); count the offices that each demand leaves without any."""
    asked = scenario.service
    latency, up_mbps, availability = (
        np.array([getattr(option, name) for option in offer.options])
        for name in ("latency_ms", "up_mbps", "availability")
    )
    latency_limit = np.inf if asked.max_latency_ms is None else asked.max_latency_ms
    fits = offer.mbps > 0
    for reason, suits in (
        (_("latency above the limit"), latency <= latency_limit),
        (_("availability below what is asked"), availability >= asked.availability),
        (_("upload slower than what is asked"), up_mbps >= asked.min_up_mbps),
        (_("demand above the capacity"), offer.mbps >= demand[offer.rows, None]),
    ):
        before = fits.any(axis=1)
        fits &= suits
        _reject(rejections, offer.technology, reason, int((before & ~fits.any(axis=1)).sum()))
    return fits


def _reject(rejections: list[Rejection], technology: str, reason: str, count: int) -> None:
    if count:
        rejections.append(Rejection(technology, reason, count))

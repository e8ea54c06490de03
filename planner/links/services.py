"""Bought services: satellite, cellular, leased lines; what each office could simply order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from shapely import STRtree, points

from planner.catalogue import bought_services
from planner.finance import MEASURES, PRESENT_VALUE, PROGRAMME_COST, line_money
from planner.i18n import _
from planner.links.options import Rejection
from planner.links.skyward import elevation_deg, rain_availability

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import PriceList, RadioClimate, ServiceOption
    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per, Terms
    from planner.scenario import Scenario

    Mask = NDArray[np.bool_]

CELLULAR = "cellular"


@dataclass(frozen=True)
class Services:
    """Services on offer, at most one per office, technology and group, s rows, by technology, group and office.

    Attributes
    ----------
    kinds : tuple of OptionKind
        One per service that can be ordered somewhere.
    office : (s,) int32
        Row of the offices.
    kind : (s,) int16
        Index into ``kinds``.
    capacity_mbps, availability : (s,) float64
    money : (s, 4) int64
        Cents, columns of `planner.finance.MEASURES`, without the office package.
    providers : tuple of str
        Per kind.
    rejections : tuple of Rejection
        Offices that get nothing of a technology on offer, by the first reason that rules it out.
    """

    kinds: tuple[OptionKind, ...]
    office: NDArray[np.int32]
    kind: NDArray[np.int16]
    capacity_mbps: NDArray[np.float64]
    availability: NDArray[np.float64]
    money: NDArray[np.int64]
    providers: tuple[str, ...]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True)
class _Offer:
    """The options of one technology for the offices that ask, c offices and p options.

    Attributes
    ----------
    technology : str
    rows : (c,) int64
        Rows of the offices.
    options : tuple of ServiceOption
    mbps, availability : (c, p) float64
        What an option delivers to an office, 0 where it is not to be had there.
    high, enough : (c, p) bool
        False where its satellite stands too low; where its cap on the data volume is too low.
    known : (c,) bool
        Whether the office's position is known.
    """

    technology: str
    rows: NDArray[np.int64]
    options: tuple[ServiceOption, ...]
    mbps: NDArray[np.float64]
    availability: NDArray[np.float64]
    high: Mask
    enough: Mask
    known: Mask


def service_options(
    offices: pd.DataFrame,
    coverage: gpd.GeoDataFrame | None,
    quotes: pd.DataFrame | None,
    prices: PriceList,
    scenario: Scenario,
    terms: Terms,
    climate: RadioClimate,
    *,
    group_of: Callable[[ServiceOption], Hashable] = lambda _option: None,
) -> Services:
    """Return the cheapest service of each technology and group that carries an office's demand as is asked.

    The cheapest is that of the least present value, then of the least programme cost. Offices with an adequate
    connection ask for nothing. Where an office has a quote of a technology, quotes alone count for that technology.

    Parameters
    ----------
    offices : DataFrame
        ``Inputs.offices``.
    coverage : GeoDataFrame or None
        ``Inputs.coverage``: ``technology`` is a generation of the catalogue in any case, ``mbps`` is NaN where the
        catalogue's figure holds. Without it, and for offices of unknown position, there is no cellular service but by
        quote.
    quotes : DataFrame or None
        ``Inputs.quotes``.
    prices : PriceList
    scenario : Scenario
    terms : Terms
    climate : RadioClimate
        Of places of which the offices are the first.
    group_of : callable
        Group of a service: those that share a limit are chosen apart from others.
    """
    one: dict[Per, NDArray[np.float64]] = {"each": np.ones(1)}
    services = bought_services(prices, coverage, quotes)
    money = np.array([line_money(option.kind.items, one, terms)[0] for option in services], dtype=np.int64)
    money = money.reshape(-1, len(MEASURES))
    demand = offices["demand_mbps"].to_numpy(dtype=np.float64)
    asking = np.flatnonzero(offices["status_before"].to_numpy() != "adequate")
    rejections = _unknown_generations(coverage, prices)
    index_of: dict[str, list[int]] = defaultdict(list)
    for position, option in enumerate(services):
        index_of[option.technology].append(position)
    none = np.zeros((0, 2), dtype=np.int64)
    found: list[NDArray[np.int64]] = [none]
    reached: list[NDArray[np.float64]] = [none.astype(np.float64)]
    for technology, listed in index_of.items():
        index = np.array(listed)
        offer = _offer(technology, [services[i] for i in listed], offices, asking, coverage, quotes, scenario, climate)
        fits = _fitting(offer, demand, scenario, rejections, without_data=coverage is None)
        groups = [group_of(option) for option in offer.options]
        for group in dict.fromkeys(groups):
            mine = np.flatnonzero([other == group for other in groups])
            cheapest = mine[np.lexsort((money[index[mine], PROGRAMME_COST], money[index[mine], PRESENT_VALUE]))]
            served = np.flatnonzero(fits[:, mine].any(axis=1))
            best = cheapest[fits[np.ix_(served, cheapest)].argmax(axis=1)]
            found.append(np.column_stack([offer.rows[served], index[best]]))
            reached.append(np.column_stack([offer.mbps[served, best], offer.availability[served, best]]))
    chosen, delivered = np.concatenate(found), np.concatenate(reached)
    return Services(
        kinds=tuple(option.kind for option in services),
        office=chosen[:, 0].astype(np.int32),
        kind=chosen[:, 1].astype(np.int16),
        capacity_mbps=delivered[:, 0],
        availability=delivered[:, 1],
        money=money[chosen[:, 1]],
        providers=tuple(option.provider for option in services),
        rejections=tuple(rejections),
    )


def _offer(
    technology: str,
    options: Sequence[ServiceOption],
    offices: pd.DataFrame,
    rows: NDArray[np.int64],
    coverage: gpd.GeoDataFrame | None,
    quotes: pd.DataFrame | None,
    scenario: Scenario,
    climate: RadioClimate,
) -> _Offer:
    """Return what there is of a technology where the offices stand."""
    asking = offices.iloc[rows]
    lon, lat = (asking[name].to_numpy(np.float64) for name in ("lon", "lat"))
    covered = _Covered(asking, coverage) if technology == CELLULAR else None
    mbps, availability = np.zeros((len(rows), len(options))), np.zeros((len(rows), len(options)))
    high, enough = (np.ones(mbps.shape, dtype=np.bool_) for _column in range(2))
    volume_gb = scenario.service.volume_gb(1.0) * asking["demand_mbps"].to_numpy(np.float64)
    for column, option in enumerate(options):
        mbps[:, column] = option.max_mbps
        availability[:, column] = option.availability
        if option.quote is not None and quotes is not None:
            mbps[:, column] *= _in_scope(asking, quotes.iloc[option.quote], covered, option)
        elif covered is not None:
            mbps[:, column] = covered.mbps(option)
        if option.fades is not None:
            elevation = elevation_deg(option.fades, lon, lat)
            high[:, column] = elevation >= option.fades.least_elevation_deg
            if option.fades.counts:
                availability[:, column] *= rain_availability(option.fades, lat, elevation, climate.at(rows))
        enough[:, column] = volume_gb <= option.volume_gb
    quoted = np.array([option.quote is not None for option in options], dtype=np.bool_)
    by_quote = (mbps[:, quoted] > 0).any(axis=1)
    mbps[np.ix_(by_quote, ~quoted)] = 0.0
    known = asking["position_known"].to_numpy(dtype=np.bool_)
    return _Offer(technology, rows, tuple(options), mbps, availability, high, enough, known)


def _in_scope(asking: pd.DataFrame, quote: pd.Series, covered: _Covered | None, option: ServiceOption) -> Mask:
    """Say which offices a quote is for: the one it names, those of its area, or all.

    A cellular quote that names no office needs the provider's coverage where coverage data tell.
    """
    if quote["office"]:
        return np.asarray(asking["id"] == quote["office"], dtype=np.bool_)
    here = np.ones(len(asking), dtype=np.bool_)
    if quote["area"]:
        here = np.asarray(asking["region"] == quote["area"], dtype=np.bool_)
    return here if covered is None else here & covered.by_provider(option.provider)


class _Covered:
    """Mobile coverage at offices."""

    def __init__(self, asking: pd.DataFrame, coverage: gpd.GeoDataFrame | None) -> None:
        self._coverage = coverage
        self.known = asking["position_known"].to_numpy(dtype=np.bool_)
        self._tree = STRtree(points(asking["lon"].to_numpy(np.float64), asking["lat"].to_numpy(np.float64)))

    def mbps(self, option: ServiceOption) -> NDArray[np.float64]:
        """Return what an option delivers at each office; of overlapping areas the fastest counts."""
        mbps = np.zeros(len(self.known))
        if self._coverage is None:
            return mbps
        generation = self._coverage["technology"].astype(str).str.casefold() == str(option.generation).casefold()
        provider = self._coverage["provider"] == option.provider
        area, office = self._query(generation & provider)
        speed = self._coverage["mbps"].to_numpy(dtype=np.float64)[area]
        np.maximum.at(mbps, office, np.where(np.isnan(speed), option.max_mbps, speed))
        return np.where(self.known, mbps, 0.0)

    def by_provider(self, provider: str) -> Mask:
        """Say where a provider covers; where coverage names no such provider, where anybody does; without data all."""
        inside = np.zeros(len(self.known), dtype=np.bool_)
        if self._coverage is None:
            return ~inside
        named = self._coverage["provider"] == provider
        _area, office = self._query(named if named.any() else named | True)
        inside[office] = True
        return np.asarray(inside & self.known)

    def _query(self, which: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        assert self._coverage is not None
        rows = np.flatnonzero(which.to_numpy(dtype=np.bool_))
        area, office = self._tree.query(self._coverage.geometry.to_numpy()[rows], predicate="intersects")
        return rows[area], office


def _fitting(
    offer: _Offer, demand: NDArray[np.float64], scenario: Scenario, rejections: list[Rejection], *, without_data: bool
) -> Mask:
    """Say which options suit which office, (c, p); count the offices that each demand leaves without any."""
    asked = scenario.service
    latency = np.array([option.latency_ms for option in offer.options])
    up_mbps = np.array([option.up_mbps for option in offer.options])
    latency_limit = np.inf if asked.max_latency_ms is None else asked.max_latency_ms
    fits = np.asarray(offer.mbps > 0)
    _reject_absent(offer, np.asarray(~fits.any(axis=1)), rejections, without_data=without_data)
    for reason, suits in (
        (_("satellite too low over the horizon"), offer.high),
        (_("latency above the limit"), latency <= latency_limit),
        (_("availability below what is asked"), offer.availability >= asked.availability),
        (_("upload slower than what is asked"), up_mbps >= asked.min_up_mbps),
        (_("data volume above the cap"), offer.enough),
        (_("demand above the capacity"), offer.mbps >= demand[offer.rows, None]),
    ):
        before = fits.any(axis=1)
        fits &= suits
        _reject(rejections, offer.technology, reason, np.asarray(before & ~fits.any(axis=1)))
    return fits


def _reject_absent(offer: _Offer, absent: Mask, rejections: list[Rejection], *, without_data: bool) -> None:
    """Count the offices at which nothing of a technology is to be had."""
    if offer.technology != CELLULAR:
        _reject(rejections, offer.technology, _("no quote"), absent)
    elif without_data:
        _reject(rejections, CELLULAR, _("no coverage data"), absent)
    else:
        _reject(rejections, CELLULAR, _("position of the office unknown"), absent & ~offer.known)
        _reject(rejections, CELLULAR, _("no coverage"), absent & offer.known)


def _unknown_generations(coverage: gpd.GeoDataFrame | None, prices: PriceList) -> list[Rejection]:
    """Return how many areas of the coverage are of a generation that is not on offer."""
    offered = {str(option.generation).casefold() for option in prices.services if option.generation is not None}
    if coverage is None or not offered:
        return []
    counts = coverage["technology"].astype(str).value_counts().sort_index()
    reason = _("areas of coverage of {generation}, which the price list does not offer")
    return [
        Rejection(CELLULAR, reason.format(generation=generation), int(count))
        for generation, count in counts.items()
        if str(generation).casefold() not in offered
    ]


def _reject(rejections: list[Rejection], technology: str, reason: str, rows: Mask) -> None:
    count = int(np.count_nonzero(rows))
    if count:
        rejections.append(Rejection(technology, reason, count))

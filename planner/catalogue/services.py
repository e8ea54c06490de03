"""Satellite and cellular services as they can be ordered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.catalogue.items import MONTHS, figure, working, yearly
from planner.catalogue.kinds import OptionKind
from planner.catalogue.schema import Geostationary
from planner.i18n import _

if TYPE_CHECKING:
    from planner.catalogue.estimates import Zone
    from planner.catalogue.items import Pricer
    from planner.catalogue.schema import Cellular, Service


@dataclass(frozen=True)
class ServiceOption:
    """A service from the outside world to one office.

    Attributes
    ----------
    kind : OptionKind
        Its items are paid once per office.
    technology : str
        ``leo``, ``geo`` or ``cellular``.
    max_mbps, up_mbps : float
        Download and upload; of cellular only where the coverage data give no speed.
    availability : float
        Share of the year that network, sky and the office's terminal work, repair included; rain comes on top where
        ``fades`` is given.
    latency_ms : float
        Round trip.
    generation : str or None
        Of cellular: the key of the catalogue, e.g. ``"4G"``; None for a quote, which names no generation.
    provider : str
        Empty where it is not known.
    fades : RainFades or None
        Of geostationary satellites.
    quote : int or None
        Row of the quotes that it is; None for services of the catalogue.
    volume_gb : float
        Cap on the data volume of a month.
    """

    kind: OptionKind
    technology: str
    max_mbps: float
    up_mbps: float
    availability: float
    latency_ms: float
    generation: str | None = None
    provider: str = ""
    fades: RainFades | None = None
    quote: int | None = None
    volume_gb: float = math.inf


@dataclass(frozen=True)
class RainFades:
    """What the path to a geostationary satellite is reckoned with.

    Attributes
    ----------
    satellite_longitude_deg : float or None
        None: not known; the satellite is taken to stand `UNKNOWN_OFFSET_DEG` of longitude away.
    least_elevation_deg : float
    downlink_ghz, rain_margin_db : float
    counts : bool
        False where a provider promises an availability, rain included: only the elevation counts.
    """

    satellite_longitude_deg: float | None
    least_elevation_deg: float
    downlink_ghz: float
    rain_margin_db: float
    counts: bool = True


UNKNOWN_OFFSET_DEG = 30.0


def rain_fades(geo: Geostationary, *, counts: bool = True) -> RainFades:
    """Return what paths to the satellite of a catalogue are reckoned with."""
    return RainFades(geo.satellite_longitude_deg, geo.least_elevation_deg, geo.downlink_ghz, geo.rain_margin_db, counts)


def satellite_options(technology: str, service: Service, zone: Zone, pricer: Pricer) -> tuple[ServiceOption, ...]:
    """Return one option per plan on offer, with as many terminals as it needs."""
    return tuple(
        _plan(technology, service, zone, pricer, mbps, terminals)
        for mbps in sorted(service.plans_mbps)
        if (terminals := math.ceil(mbps / service.mbps_per_terminal)) <= service.max_terminals
    )


def _plan(technology: str, service: Service, zone: Zone, pricer: Pricer, mbps: float, terminals: int) -> ServiceOption:
    fee = terminals * figure(service.monthly_fee) + mbps * figure(service.monthly_fee_per_mbps)
    price = terminals * figure(service.terminal)
    items = (
        pricer.goods("terminal", price, service.terminal_life, figure(service.terminal_maintenance)),
        pricer.works("installation", terminals * figure(service.installation)),
        yearly("service fee", MONTHS * fee),
        pricer.energy(terminals * service.power_w),
    )
    name = f"{technology.upper()} {mbps:g} Mbit/s"
    if terminals > 1:
        name += _(", {n} terminals").format(n=terminals)
    kind = OptionKind(technology, name, 0, items, service=True)
    up_mbps = terminals * service.up_mbps
    availability = service.availability[zone] * working(service.mtbf_h, service.repair_h)
    fades = rain_fades(service) if isinstance(service, Geostationary) else None
    return ServiceOption(kind, technology, mbps, up_mbps, availability, service.latency_ms, fades=fades)


def cellular_options(cellular: Cellular, pricer: Pricer) -> tuple[ServiceOption, ...]:
    """Return one option per generation."""
    equipment = (
        pricer.goods("cellular router", figure(cellular.cpe), cellular.cpe_life, figure(cellular.cpe_maintenance)),
        pricer.works("installation", figure(cellular.installation)),
        pricer.energy(cellular.power_w),
    )
    works = working(cellular.mtbf_h, cellular.repair_h)
    return tuple(
        ServiceOption(
            OptionKind(
                "cellular",
                name,
                0,
                (*equipment, yearly("service fee", MONTHS * figure(generation.monthly_fee))),
                service=True,
            ),
            "cellular",
            generation.mbps,
            generation.up_mbps,
            generation.availability * works,
            generation.latency_ms,
            name,
        )
        for name, generation in cellular.generations.items()
        if generation.permitted
    )

"""Satellite and cellular services as they can be ordered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.catalogue.items import MONTHS, figure, yearly
from planner.catalogue.kinds import OptionKind
from planner.i18n import _

if TYPE_CHECKING:
    from planner.catalogue.items import Pricer
    from planner.catalogue.schema import Cellular, Service, Zone


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
        Share of the year.
    latency_ms : float
        Round trip.
    generation : str or None
        Of cellular: the key of the catalogue, e.g. ``"4G"``.
    """

    kind: OptionKind
    technology: str
    max_mbps: float
    up_mbps: float
    availability: float
    latency_ms: float
    generation: str | None = None


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
    kind = OptionKind(technology, name, 0, items)
    up_mbps = terminals * service.up_mbps
    return ServiceOption(kind, technology, mbps, up_mbps, service.availability[zone], service.latency_ms)


def cellular_options(cellular: Cellular, pricer: Pricer) -> tuple[ServiceOption, ...]:
    """Return one option per generation."""
    equipment = (
        pricer.goods("cellular router", figure(cellular.cpe), cellular.cpe_life, figure(cellular.cpe_maintenance)),
        pricer.works("installation", figure(cellular.installation)),
        pricer.energy(cellular.power_w),
    )
    return tuple(
        ServiceOption(
            OptionKind(
                "cellular", name, 0, (*equipment, yearly("service fee", MONTHS * figure(generation.monthly_fee)))
            ),
            "cellular",
            generation.mbps,
            generation.up_mbps,
            generation.availability,
            generation.latency_ms,
            name,
        )
        for name, generation in cellular.generations.items()
    )

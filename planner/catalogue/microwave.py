"""Which microwave hops can be bought: bands, channels, carriers and antennas, less what others beat throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.items import figure, yearly
from planner.catalogue.kinds import OptionKind
from planner.finance import line_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from planner.catalogue.items import Pricer
    from planner.catalogue.schema import Antennas, Band, Microwave, Radio
    from planner.finance import Item, Per, Terms
    from planner.scenario import Scenario


@dataclass(frozen=True)
class MicrowaveOption:
    """One way to equip a hop.

    Attributes
    ----------
    kind : OptionKind
        Its items are paid once per hop, both ends together.
    frequency_ghz : float
    range_km : float
        Longest hop: of the band in the scenario's climate zone, of the antennas, of the scenario's search.
    capacity_mbps : float
        In each direction.
    availability : float
        Share of the year, at the range limit.
    """

    kind: OptionKind
    frequency_ghz: float
    range_km: float
    capacity_mbps: float
    availability: float


def microwave_options(
    microwave: Microwave, pricer: Pricer, scenario: Scenario, terms: Terms
) -> tuple[MicrowaveOption, ...]:
    """Return the non-dominated options, by range, then frequency, then capacity."""
    options = list(_all_options(microwave, pricer, scenario))
    options.sort(key=lambda option: (option.range_km, option.frequency_ghz, option.capacity_mbps, option.kind.name))
    return tuple(option for option, beaten in zip(options, _dominated(options, terms), strict=True) if not beaten)


def _all_options(microwave: Microwave, pricer: Pricer, scenario: Scenario) -> Iterator[MicrowaveOption]:
    for band_name, band in microwave.bands.items():
        radio = microwave.radios[band.radio]
        band_km = min(band.range_km[scenario.climate.zone], scenario.links.microwave.range_km)
        shorter_km = 0.0
        for antennas in sorted(radio.antennas.values(), key=lambda entry: entry.up_to_km):
            if shorter_km >= band_km:
                break
            range_km, shorter_km = min(band_km, antennas.up_to_km), antennas.up_to_km
            for channel_mhz in band.channels_mhz:
                for carriers in range(1, radio.max_carriers + 1):
                    name = f"{band_name} {channel_mhz:g} MHz {carriers}+0, {range_km:g} km"
                    items = _items(microwave, band, radio, antennas, channel_mhz, carriers, pricer)
                    capacity_mbps = band.net_bit_s_hz * channel_mhz * carriers
                    kind = OptionKind("microwave", name, 1, items)
                    yield MicrowaveOption(kind, band.frequency_ghz, range_km, capacity_mbps, radio.availability)


def _items(
    microwave: Microwave,
    band: Band,
    radio: Radio,
    antennas: Antennas,
    channel_mhz: float,
    carriers: int,
    pricer: Pricer,
) -> tuple[Item, ...]:
    upkeep = figure(radio.maintenance)
    items = [
        pricer.goods("radios", figure(radio.radios) * carriers, radio.life, upkeep),
        pricer.goods("antennas", figure(antennas.price), radio.life, upkeep),
        pricer.works("survey", figure(radio.survey)),
        pricer.energy(radio.power_w * carriers),
    ]
    if band.licensed:
        fee = figure(microwave.spectrum_per_mhz) * channel_mhz * carriers
        items += [pricer.works("licence", figure(microwave.spectrum_once)), yearly("spectrum", fee)]
    return tuple(item for item in items if item.capex or item.opex_per_year)


def _dominated(options: list[MicrowaveOption], terms: Terms) -> list[bool]:
    """Say of each option whether another one is at least as good in every respect.

    Frequency counts as a quality: the higher it is, the smaller the Fresnel zone and the lower the masts. Of equals the
    first stays.
    """
    one: dict[Per, NDArray[np.float64]] = {"each": np.ones(1)}
    costs = np.array([line_money(option.kind.items, one, terms)[0] for option in options])
    merits = np.array(
        [(option.range_km, option.frequency_ghz, option.capacity_mbps, option.availability) for option in options]
    )
    merits = np.hstack([merits, -costs])
    beaten = []
    for i, merit in enumerate(merits):
        as_good = np.all(merits >= merit, axis=1)
        better = np.any(merits > merit, axis=1) | (np.arange(len(merits)) < i)
        beaten.append(bool(np.any(as_good & better)))
    return beaten

"""Which microwave hops can be bought: bands, channels, carriers and antennas, less what others beat throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.items import figure, working, yearly
from planner.catalogue.kinds import OptionKind
from planner.finance import line_money
from planner.radio import Modulation, antenna_gain_dbi, receiver_threshold_dbm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from planner.catalogue.items import Pricer
    from planner.catalogue.works import Antennas, Band, Microwave, Radio
    from planner.finance import Item, Per, Terms
    from planner.scenario import Scenario


DIVERSITY = " SD"
"""Mark of space diversity in the name of an option."""


@dataclass(frozen=True)
class RadioOption:
    """One way to equip a radio link; what it carries depends on the link, see `planner.links.fading`.

    Attributes
    ----------
    kind : OptionKind
        Its items are paid once per link, both ends together.
    frequency_ghz : float
    range_km : float
        Longest link tried: of the band in the scenario's climate zone, of the antennas, of the scenario's search.
    signal_dbm : float
        Power and the gains of both antennas: what is received where nothing is lost on the way.
    thresholds_dbm : tuple of float
        Weakest signal that each modulation can use, rising.
    rates_mbps : tuple of float
        What each modulation carries in each direction, rising.
    availability : float
        Share of the year in which the equipment works, repair included.
    """

    kind: OptionKind
    frequency_ghz: float
    range_km: float
    signal_dbm: float
    thresholds_dbm: tuple[float, ...]
    rates_mbps: tuple[float, ...]
    availability: float

    @property
    def capacity_mbps(self) -> float:
        """Capacity of the fastest modulation."""
        return self.rates_mbps[-1]


@dataclass(frozen=True)
class MicrowaveOption(RadioOption):
    """One way to equip a hop between two dishes.

    Attributes
    ----------
    channel_mhz : float
        Width of a carrier's channel.
    transmit_dbm : float
        Power at the antenna port.
    diameter_m : float
        Of the dish at each end.
    modulations : tuple of Modulation
        Slowest first.
    diverse_kind : OptionKind
        The same with space diversity, a second antenna at each end, for paths over the sea.
    """

    channel_mhz: float
    transmit_dbm: float
    diameter_m: float
    modulations: tuple[Modulation, ...]
    diverse_kind: OptionKind

    @property
    def gain_dbi(self) -> float:
        """Gain of the antenna at each end."""
        return float(antenna_gain_dbi(self.diameter_m, self.frequency_ghz))


def microwave_options(
    microwave: Microwave, pricer: Pricer, scenario: Scenario, terms: Terms, *, dominated: bool = False
) -> tuple[MicrowaveOption, ...]:
    """Return the non-dominated options, by range, then frequency, then capacity; all, if ``dominated``."""
    options = list(_all_options(microwave, pricer, scenario))
    if dominated:
        return tuple(options)
    options.sort(key=lambda option: (option.range_km, option.frequency_ghz, option.capacity_mbps, option.kind.name))
    return tuple(option for option, beaten in zip(options, _dominated(options, terms), strict=True) if not beaten)


def _all_options(microwave: Microwave, pricer: Pricer, scenario: Scenario) -> Iterator[MicrowaveOption]:
    for band_name, band in microwave.bands.items():
        if not band.permitted:
            continue
        radio, steps = microwave.radios[band.radio], _steps(band)
        band_km = min(band.range_km[scenario.climate.zone], scenario.links.microwave.range_km)
        shorter_km = 0.0
        for antennas in sorted(radio.antennas.values(), key=lambda entry: entry.up_to_km):
            if shorter_km >= band_km:
                break
            range_km, shorter_km = min(band_km, antennas.up_to_km), antennas.up_to_km
            diameter_m = min(antennas.diameter_m, band.max_dish_m)
            for channel_mhz in band.channels_mhz:
                for carriers in range(1, radio.max_carriers + 1):
                    name, reach = f"{band_name} {channel_mhz:g} MHz {carriers}+0", f", {range_km:g} km"
                    plain, diverse = (
                        _items(microwave, band, radio, antennas, channel_mhz, carriers, pricer, diverse=diverse)
                        for diverse in (False, True)
                    )
                    yield MicrowaveOption(
                        kind=OptionKind("microwave", name + reach, 1, plain),
                        diverse_kind=OptionKind("microwave", f"{name}{DIVERSITY}{reach}", 1, diverse),
                        frequency_ghz=band.frequency_ghz,
                        range_km=range_km,
                        signal_dbm=band.transmit_dbm + 2 * float(antenna_gain_dbi(diameter_m, band.frequency_ghz)),
                        channel_mhz=channel_mhz,
                        transmit_dbm=band.transmit_dbm,
                        diameter_m=diameter_m,
                        modulations=steps,
                        thresholds_dbm=tuple(float(receiver_threshold_dbm(channel_mhz, step)) for step in steps),
                        rates_mbps=tuple(step.net_bit_s_hz * channel_mhz * carriers for step in steps),
                        availability=working(radio.mtbf_h, radio.repair_h) ** 2,
                    )


def _steps(band: Band) -> tuple[Modulation, ...]:
    """Return the modulations that the band is used with, slowest first."""
    return tuple(step for step in Modulation if step.net_bit_s_hz <= band.net_bit_s_hz)


def _items(
    microwave: Microwave,
    band: Band,
    radio: Radio,
    antennas: Antennas,
    channel_mhz: float,
    carriers: int,
    pricer: Pricer,
    *,
    diverse: bool,
) -> tuple[Item, ...]:
    upkeep = figure(radio.maintenance)
    receivers, sets = (figure(radio.diversity), 2) if diverse else (0.0, 1)
    items = [
        pricer.goods("radios", (figure(radio.radios) + receivers) * carriers, radio.life, upkeep),
        pricer.goods("antennas", figure(antennas.price) * sets, radio.life, upkeep),
        pricer.works("survey", figure(radio.survey)),
        pricer.energy(radio.power_w * carriers),
    ]
    if band.licensed:
        fee = figure(microwave.spectrum_per_mhz) * channel_mhz * carriers
        items += [pricer.works("licence", figure(microwave.spectrum_once)), yearly("spectrum", fee)]
    return tuple(item for item in items if item.capex or item.opex_per_year)


def _dominated(options: list[MicrowaveOption], terms: Terms) -> list[bool]:
    """Say of each option whether another one of its frequency is at least as good in every respect, on any hop.

    Which of two frequencies is better depends on the hop: a higher one needs less clearance and fades more in rain. The
    margin is that of each modulation; paths over the sea pay the price with space diversity. Of equals the first stays.
    """
    one: dict[Per, NDArray[np.float64]] = {"each": np.ones(1)}
    plain, diverse = (
        np.array([line_money(kind.items, one, terms)[0] for kind in kinds])
        for kinds in ([option.kind for option in options], [option.diverse_kind for option in options])
    )
    frequency = np.array([option.frequency_ghz for option in options])
    steps = max((len(option.rates_mbps) for option in options), default=0)
    merits = np.array([_merits(option, steps) for option in options])
    merits = np.hstack([merits, -plain, -diverse])
    beaten = []
    for i, merit in enumerate(merits):
        as_good = np.all(merits >= merit, axis=1) & (frequency == frequency[i])
        better = np.any(merits > merit, axis=1) | (np.arange(len(merits)) < i)
        beaten.append(bool(np.any(as_good & better)))
    return beaten


def _merits(option: MicrowaveOption, steps: int) -> list[float]:
    missing = steps - len(option.rates_mbps)
    margins = [option.signal_dbm - threshold for threshold in option.thresholds_dbm] + [-np.inf] * missing
    return [option.range_km, option.availability, *margins, *option.rates_mbps, *[0.0] * missing]

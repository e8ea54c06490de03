"""Point to multipoint: a base station that is paid once, and terminals at the offices around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.catalogue.items import figure, working
from planner.catalogue.kinds import OptionKind
from planner.catalogue.microwave import RadioOption
from planner.radio import Modulation, receiver_threshold_dbm

if TYPE_CHECKING:
    from planner.catalogue.items import Pricer
    from planner.catalogue.works import Multipoint
    from planner.scenario import Scenario


@dataclass(frozen=True)
class MultipointOption:
    """How base stations and terminals are equipped.

    Attributes
    ----------
    base_kind : OptionKind
        Of the link from the place of a base station into its sector.
    terminal : RadioOption
        From the sector to an office: one modulation, its rate that of one office; ``availability`` of the terminal.
    base_mbps : float
        What all offices of a base station share.
    base_availability : float
    """

    base_kind: OptionKind
    terminal: RadioOption
    base_mbps: float
    base_availability: float

    @property
    def technology(self) -> str:
        """The technology's name."""
        return self.base_kind.technology


def multipoint_option(name: str, section: Multipoint, pricer: Pricer, scenario: Scenario) -> MultipointOption:
    """Return the equipment of a technology of the catalogue."""
    upkeep, works = figure(section.maintenance), working(section.mtbf_h, section.repair_h)
    step = max(
        (step for step in Modulation if step.net_bit_s_hz <= section.net_bit_s_hz), key=lambda step: step.net_bit_s_hz
    )
    base = (
        pricer.goods("base station", figure(section.base), section.life, upkeep),
        pricer.energy(section.base_power_w),
    )
    terminal = (
        pricer.goods("terminal", figure(section.terminal), section.life, upkeep),
        pricer.works("survey", figure(section.survey)),
        pricer.energy(section.terminal_power_w),
    )
    return MultipointOption(
        base_kind=OptionKind(name, "base station", 0, base, directed=True),
        terminal=RadioOption(
            kind=OptionKind(name, "terminal", 1, terminal, directed=True),
            frequency_ghz=section.frequency_ghz,
            range_km=min(section.range_km[scenario.climate.zone], scenario.links.microwave.range_km),
            signal_dbm=section.eirp_dbm + section.receive_dbi,
            thresholds_dbm=(float(receiver_threshold_dbm(section.channel_mhz, step)),),
            rates_mbps=(section.mbps_per_office,),
            availability=works,
        ),
        base_mbps=section.mbps_per_base,
        base_availability=works,
    )

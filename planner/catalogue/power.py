"""How places are supplied with electricity, and what that costs: mains, a solar set with battery, a grid extension."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from planner.finance import Item

if TYPE_CHECKING:
    from planner.catalogue.items import Pricer
    from planner.catalogue.schema import PowerSection

HOURS_PER_DAY = 24.0


class Supply(IntEnum):
    """How a place is supplied; `SUPPLY_WORDS` are the words of the contract."""

    NONE = 0
    """Nothing there needs planning: junctions, sources, offices that keep what they have."""
    MAINS = 1
    ASSUMED = 2
    """Nothing is known: taken as adequate mains."""
    OWNER = 3
    """The owner of an existing tower supplies it; the rent pays for that."""
    SOLAR = 4
    EXTENSION = 5


SUPPLY_WORDS: tuple[str | None, ...] = (None, "mains", "unknown", "owner", "solar", "extension")
"""By code of `Supply`."""


@dataclass(frozen=True)
class PowerPrices:
    """Prices of supplies, duties, freight and contingency in them.

    Attributes
    ----------
    panel, battery : Item
        Per W of panels and per kWh of battery.
    line, connection : Item
        Per km of line, and for the transformer at its end.
    panel_w, battery_kwh : float
        Needed for each W of a load that has no mains at all.
    office_w, mast_w, relay_w : float
        Loads.
    near_km, enough_hours : float
        What counts as mains: a line this near; as many hours a day.
    mains, solar : float
        Availability, share of the year.
    """

    panel: Item
    battery: Item
    line: Item
    connection: Item
    panel_w: float
    battery_kwh: float
    office_w: float
    mast_w: float
    relay_w: float
    near_km: float
    enough_hours: float
    mains: float
    solar: float

    @classmethod
    def of(cls, section: PowerSection, pricer: Pricer) -> PowerPrices:
        """Return the prices of a catalogue."""
        upkeep, kept = section.solar_maintenance.typical, section.line_maintenance.typical
        sunlit = section.sun_hours.typical * section.system_efficiency.typical
        stored_kwh = HOURS_PER_DAY * section.autonomy_days.typical / 1000
        return cls(
            panel=pricer.goods("solar panels", section.panel_per_w.typical, section.panel_life, upkeep),
            battery=pricer.goods("battery", section.battery_per_kwh.typical, section.battery_life, upkeep),
            line=pricer.works("grid extension", section.line_per_km.typical, section.line_life, kept),
            connection=pricer.works("grid connection", section.connection.typical, section.line_life, kept),
            panel_w=HOURS_PER_DAY / sunlit,
            battery_kwh=stored_kwh / section.depth_of_discharge.typical,
            office_w=section.office_w.typical,
            mast_w=section.mast_w.typical,
            relay_w=section.relay_w.typical,
            near_km=section.near_km,
            enough_hours=section.enough_hours,
            mains=section.mains_availability,
            solar=section.solar_availability,
        )

    def solar_set(self, load_w: float, mains_hours: float) -> tuple[Item, ...]:
        """Return a solar set for what mains do not give of a load; both are in proportion to the hours they miss."""
        lacking_w = load_w * (1 - mains_hours / HOURS_PER_DAY)
        return times(self.panel, lacking_w * self.panel_w), times(self.battery, lacking_w * self.battery_kwh)

    def extension(self, line_km: float) -> tuple[Item, ...]:
        """Return a grid extension."""
        return times(self.line, line_km), self.connection

    def availability(self, supply: Supply) -> float:
        """Return the share of the year in which a supply works."""
        if supply == Supply.NONE:
            return 1.0
        return self.solar if supply == Supply.SOLAR else self.mains


def times(item: Item, units: float) -> Item:
    """Return a number of units of an item as one."""
    return Item(item.name, item.capex * units, item.opex_per_year * units, item.life_years, imported=item.imported)

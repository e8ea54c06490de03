"""What prices and other figures of a catalogue are called: their keys are for scenarios, these names for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.wording import labelled, sentence, technology_name

if TYPE_CHECKING:
    from collections.abc import Callable

_GROUPS: dict[str, Callable[[], str]] = {
    "climate": lambda: _("Climate"),
    "demand": lambda: _("Demand"),
    "exchange_rate": lambda: _("exchange rate"),
    "general": lambda: _("freight and electricity"),
    "masts": lambda: _("masts"),
    "money": lambda: _("money"),
    "package": lambda: _("office equipment"),
    "power": lambda: _("power supply"),
    "sites": lambda: _("sites of masts"),
    "source": lambda: _("fibre nodes"),
    "terrain": lambda: _("Terrain"),
}
"""Sections that are no technology's, and what a study of risk draws beside prices."""

_WORDS: dict[str, Callable[[], str]] = {
    "access_per_km": lambda: _("track, per km"),
    "activation": lambda: _("activation"),
    "activation_life": lambda: _("life of the activation"),
    "activation_maintenance": lambda: _("upkeep of the activation"),
    "aerial": lambda: _("aerial cable"),
    "antennas": lambda: _("antennas"),
    "autonomy_days": lambda: _("days without sun"),
    "bare or sparse": lambda: _("bare or sparse"),
    "base": lambda: _("base station"),
    "battery_life": lambda: _("life of the battery"),
    "battery_per_kwh": lambda: _("battery, per kWh"),
    "built in": lambda: _("built in"),
    "built-up": lambda: _("built-up"),
    "climb_factor": lambda: _("climb factor"),
    "clutter": lambda: _("land cover"),
    "computers": lambda: _("computers"),
    "connection": lambda: _("grid connection"),
    "contingency": lambda: _("contingency"),
    "cpe": lambda: _("router and antenna"),
    "cpe_life": lambda: _("life of the router"),
    "cpe_maintenance": lambda: _("upkeep of the router"),
    "cropland": lambda: _("cropland"),
    "cut_repair_h": lambda: _("repair of a cut"),
    "cuts_per_1000_km": lambda: _("cuts of the cable"),
    "default": lambda: _("every kind of office"),
    "depth_of_discharge": lambda: _("depth of discharge"),
    "discount_rate": lambda: _("discount rate"),
    "diversity": lambda: _("space diversity"),
    "duct": lambda: _("cable in a duct"),
    "duties": lambda: _("import duties"),
    "energy_per_kwh": lambda: _("electricity, per kWh"),
    "freight_factor": lambda: _("freight"),
    "generations": lambda: _("generation"),
    "grassland": lambda: _("grassland"),
    "greenfield_access": lambda: _("site in the open country"),
    "greenfield_upkeep": lambda: _("upkeep of a site in the open country"),
    "handhelds": lambda: _("handhelds"),
    "height_m": lambda: _("height"),
    "inflation": lambda: _("inflation"),
    "installation": lambda: _("installation"),
    "items": lambda: _("equipment"),
    "land_cover": lambda: _("class of land cover"),
    "life": lambda: _("life"),
    "light": lambda: _("light radio"),
    "line_life": lambda: _("life of the power line"),
    "line_maintenance": lambda: _("upkeep of the power line"),
    "line_per_km": lambda: _("power line, per km"),
    "lump": lambda: _("foundation and transport"),
    "maintenance": lambda: _("upkeep"),
    "mangroves": lambda: _("mangroves"),
    "mast_w": lambda: _("load of a mast at an office"),
    "monthly_fee": lambda: _("monthly fee"),
    "monthly_fee_per_mbps": lambda: _("monthly fee, per Mbit/s"),
    "moss and lichen": lambda: _("moss and lichen"),
    "mtbf_h": lambda: _("time between failures"),
    "office": lambda: _("at an office"),
    "office_w": lambda: _("load of an office"),
    "operation_per_km": lambda: _("operation, per km"),
    "panel_life": lambda: _("life of the panels"),
    "panel_per_w": lambda: _("solar panels, per W"),
    "per_10m": lambda: _("structure, per 10 m"),
    "plant_life": lambda: _("life of the fibre plant"),
    "plant_per_km": lambda: _("fibre plant, per km"),
    "price": lambda: _("price"),
    "radios": lambda: _("radios"),
    "rate": lambda: _("rate"),
    "relay": lambda: _("at a relay"),
    "relay_w": lambda: _("load of a relay"),
    "repair_h": lambda: _("time to repair"),
    "road_classes": lambda: _("class of road"),
    "road_route_factor": lambda: _("route factor along roads"),
    "roof_pole": lambda: _("roof pole"),
    "route_factor": lambda: _("route factor"),
    "router": lambda: _("router"),
    "shrubland": lambda: _("shrubland"),
    "snow and ice": lambda: _("snow and ice"),
    "solar_maintenance": lambda: _("upkeep of solar sets"),
    "spectrum_once": lambda: _("spectrum, once"),
    "spectrum_per_mhz": lambda: _("spectrum, per MHz and year"),
    "splice": lambda: _("splice"),
    "standard": lambda: _("standard radio"),
    "submarine_factor": lambda: _("under water"),
    "sun_hours": lambda: _("hours of sun"),
    "support": lambda: _("support"),
    "support_per_year": lambda: _("support, per year"),
    "survey": lambda: _("survey"),
    "system_efficiency": lambda: _("efficiency from panel to load"),
    "terminal": lambda: _("terminal"),
    "terminal_life": lambda: _("life of the terminal"),
    "terminal_maintenance": lambda: _("upkeep of the terminal"),
    "terminal_mtbf_h": lambda: _("time between failures of the terminal"),
    "terminal_repair_h": lambda: _("time to repair the terminal"),
    "to 10 km": lambda: _("up to 10 km"),
    "to 20 km": lambda: _("up to 20 km"),
    "to 30 km": lambda: _("up to 30 km"),
    "to 60 km": lambda: _("up to 60 km"),
    "tower_rent": lambda: _("rent of a tower"),
    "training": lambda: _("training"),
    "transit_per_mbps": lambda: _("IP transit, per Mbit/s and month"),
    "tree cover": lambda: _("tree cover"),
    "ups": lambda: _("uninterruptible supply"),
    "urban_factor": lambda: _("urban ground"),
    "vat": lambda: _("value added tax"),
    "water": lambda: _("water"),
    "wetland": lambda: _("wetland"),
    "wifi": lambda: _("Wi-Fi"),
}
"""Keys of the program's own catalogue and scenario; those that only the user's files have stay as they are."""

_DRAWN: dict[str, Callable[[], str]] = {
    "demand": lambda: _("demand of all offices"),
    "climate": lambda: _("rain rate at all places"),
    "terrain_m": lambda: _("ground above the elevation model"),
}


def price_group(group: str) -> str:
    """Return what a section of the price list is called: a technology, or what all of them need."""
    return sentence(_group(group))


def price_part(key: str) -> str:
    """Return what a figure is called within its section, by its key there, e.g. ``"aerial.plant_life"``."""
    return sentence(_words(key))


def price_name(key: str) -> str:
    """Return what a figure is called by its key in the catalogue or scenario, e.g. ``"leo.monthly_fee"``."""
    return sentence(drawn_name(key))


def drawn_name(key: str) -> str:
    """Return what a figure of a study of risk is called within a sentence: one of the country, or a price."""
    if key in _DRAWN:
        return _DRAWN[key]()
    group, _dot, part = key.partition(".")
    return labelled(_group(group), _words(part))


def _group(group: str) -> str:
    return _GROUPS[group]() if group in _GROUPS else technology_name(group)


def _words(key: str) -> str:
    return ", ".join(_WORDS[part]() if part in _WORDS else part for part in key.split("."))

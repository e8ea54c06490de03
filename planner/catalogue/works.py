"""What a catalogue may hold of networks of one's own: cable, radio, masts, sites, sources."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from planner.catalogue.estimates import (
    Estimate,
    Life,
    Maintenance,
    Mtbf,
    Permitted,
    Power,
    Price,
    Removable,
    Repair,
    Supply,
    Zone,
)
from planner.i18n import _
from planner.scenario.fields import Flag, Number, Positive, Section, Text, Whole, said

MAX_COVER_CODE = 255
"""Largest class of land cover: rasters of classes hold bytes."""


def _land_cover_code(text: str) -> str:
    if not (text.isdecimal() and int(text) <= MAX_COVER_CODE):
        raise ValueError(_("A class of land cover is a whole number from 0 to 255."))
    return str(int(text))


CoverCode = Annotated[Text, AfterValidator(_land_cover_code)]
"""Value of a land cover raster."""

Cuts = Annotated[Estimate, said("Cuts", "Of cable.", unit="per 1,000 km and year")]


class Plant(Section):
    """Cable that is laid in another way than in a trench of its own."""

    plant_per_km: Annotated[Price, said("Plant", "With everything that carries it.", unit="currency per km")]
    plant_life: Life
    operation_per_km: Annotated[Price, said("Operation", "Repair, rent.", unit="currency per km and year")]
    cuts_per_1000_km: Cuts
    cut_repair_h: Repair


class Fibre(Section):
    """Buried cable along a trench, and the equipment that lights it."""

    supply: Supply = "build"
    permitted: Permitted = True
    plant_per_km: Annotated[Price, said("Fibre plant", "Trench, duct, cable; rural ground.", unit="currency per km")]
    plant_life: Life
    operation_per_km: Annotated[Price, said("Operation", "Repair, rights of way.", unit="currency per km and year")]
    urban_factor: Annotated[
        Estimate, said("Urban ground", "Price of a kilometre over that on rural ground.", unit="factor")
    ]
    submarine_factor: Annotated[
        Estimate, said("Under water", "Price of a kilometre over that on rural ground.", unit="factor")
    ]
    land_cover: Annotated[
        dict[CoverCode, Estimate],
        Removable,
        said("Open ground", "By class of land cover, price over that on rural ground; others: 1.", unit="factor"),
    ]
    urban_codes: Annotated[
        tuple[CoverCode, ...], said("Urban classes", "Of the land cover raster, off roads and along them.")
    ]
    water_codes: Annotated[tuple[CoverCode, ...], said("Water classes", "Of the land cover raster.")]
    aerial: Plant = Field(title="Aerial cable along a road")
    duct: Plant = Field(title="Cable in an existing duct along a road")
    splice: Annotated[
        Price, said("Splice", "Opening a joint of an existing route, closure, splicing, tests.", unit="currency each")
    ]
    terminal: Annotated[
        Price, said("Terminal", "Equipment at an end that is an office or source.", unit="currency each")
    ]
    terminal_life: Life
    terminal_maintenance: Maintenance
    terminal_power_w: Power
    route_factor: Annotated[Estimate, said("Route factor", "Real over drawn length without road data.", unit="factor")]
    climb_factor: Annotated[
        Estimate, said("Climb factor", "Extra length paid per metre climbed or fallen.", unit="m per m")
    ]
    road_route_factor: Annotated[
        Estimate, said("Route factor along roads", "Real over drawn length along a road.", unit="factor")
    ]
    road_classes: Annotated[
        dict[Text, Estimate],
        Removable,
        said("Plant along roads", "By road class, price over that on rural ground; others: 1.", unit="factor"),
    ] = Field(default_factory=dict)
    capacity_mbps: Annotated[Positive | None, said("Capacity", "null: unlimited.", unit="Mbit/s")] = None
    cuts_per_1000_km: Cuts
    cut_repair_h: Repair
    terminal_mtbf_h: Mtbf
    terminal_repair_h: Repair


class Antennas(Section):
    """Antennas of a hop up to some length."""

    up_to_km: Annotated[Positive, said("Length", "Longest hop that they serve.", unit="km")]
    diameter_m: Annotated[Positive, said("Diameter", "Of each dish, no larger than the band allows.", unit="m")]
    price: Annotated[Price, said("Antennas", "Both ends.", unit="currency per hop")]


class Radio(Section):
    """A class of microwave equipment."""

    radios: Annotated[Price, said("Radios", "Both ends.", unit="currency per hop and carrier")]
    diversity: Annotated[
        Price,
        said(
            "Space diversity",
            "Receivers of second antennas, both ends, where the sea mirrors the ray; the antennas come on top.",
            unit="currency per hop and carrier",
        ),
    ]
    antennas: Annotated[dict[Text, Antennas], Removable, Field(min_length=1, title="Antennas by length of the hop")]
    survey: Annotated[Price, said("Survey", "Survey, acquisition, permits.", unit="currency per hop")]
    maintenance: Maintenance
    life: Life
    power_w: Power
    max_carriers: Annotated[Whole, said("Carriers", "1: one polarisation; 2: both (XPIC).", ge=1, le=2)]
    mtbf_h: Mtbf
    repair_h: Repair


class Band(Section):
    """A frequency band as it is planned."""

    frequency_ghz: Annotated[Positive, said("Frequency", "For clearance and loss.", unit="GHz")]
    radio: Annotated[Text, said("Radio", "Key of microwave.radios.")]
    channels_mhz: Annotated[tuple[Positive, ...], said("Channels", "Widths on offer.", unit="MHz", min_length=1)]
    net_bit_s_hz: Annotated[
        Number,
        said(
            "Efficiency",
            "Net, of the fastest modulation; slower ones are used where fades ask for it. QPSK 1.5, 16QAM 3.0, 32QAM "
            "3.65, 64QAM 4.6, 128QAM 5.3, 256QAM 6.4.",
            unit="bit/s/Hz",
            ge=1.5,
        ),
    ]
    transmit_dbm: Annotated[Number, said("Power", "At the antenna, with the fastest modulation.", unit="dBm")]
    licensed: Annotated[Flag, said("Licensed", "Whether spectrum is paid for.")]
    range_km: Annotated[
        dict[Zone, Positive], said("Range", "Longest hop tried, by climate zone.", unit="km", min_length=2)
    ]
    max_dish_m: Annotated[Positive, said("Largest dish", "Diameter.", unit="m")]
    permitted: Permitted = True


class Clutter(Section):
    """What stands on the ground where a land-cover raster has some class."""

    code: Annotated[Whole, said("Class", "Value in the raster.", ge=0, le=255)]
    height_m: Annotated[Estimate, said("Height", "Added to bare earth.", unit="m")]


class Microwave(Section):
    """Point-to-point radio: equipment, bands, spectrum; what stands in its way."""

    supply: Supply = "build"
    radios: Annotated[dict[Text, Radio], Removable, Field(min_length=1, title="Classes of equipment")]
    bands: Annotated[dict[Text, Band], Removable, Field(min_length=1, title="Bands")]
    clutter: Annotated[
        dict[Text, Clutter], Removable, said("Land cover", "What stands on bare earth, by class of the raster.")
    ] = Field(default_factory=dict)
    spectrum_once: Annotated[Price, said("Licence", "Paid once.", unit="currency per hop")]
    spectrum_per_mhz: Annotated[Price, said("Spectrum", "Per carrier.", unit="currency per MHz and year")]

    @model_validator(mode="after")
    def _radios_exist(self) -> Microwave:
        unknown = {band.radio for band in self.bands.values()} - set(self.radios)
        if unknown:
            raise ValueError(
                _("Bands name radios that are not there: {names}.").format(names=", ".join(sorted(unknown)))
            )
        return self

    @model_validator(mode="after")
    def _one_height_a_class(self) -> Microwave:
        codes = [entry.code for entry in self.clutter.values()]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            text = _("Classes of land cover have two heights: {codes}.")
            raise ValueError(text.format(codes=", ".join(str(code) for code in twice)))
        return self


class Pole(Section):
    """A pole on a roof."""

    max_height_m: Annotated[Positive, said("Height", "Antenna above ground.", unit="m")]
    price: Annotated[Price, said("Pole", "With fixing.", unit="currency each")]


class MastPrices(Section):
    """Masts of one class: lump + height / 10 m · per_10m, or a pole on the roof where that suffices."""

    roof_pole: Pole | None = Field(title="Roof pole", description="null: no roof to stand on.")
    lump: Annotated[Price, said("Lump", "Civil works, foundation, transport.", unit="currency each")]
    per_10m: Annotated[Price, said("Per 10 m", "Structure.", unit="currency per 10 m")]

    def typical(self, height_m: float) -> float | None:
        """Return the typical price of a mast; None if it is not known."""
        if self.roof_pole is not None and height_m <= self.roof_pole.max_height_m:
            return None if self.roof_pole.price is None else self.roof_pole.price.typical
        if self.lump is None or self.per_10m is None:
            return None
        return self.lump.typical + height_m / 10 * self.per_10m.typical


class Masts(Section):
    """Masts by class and height."""

    heights_m: Annotated[
        tuple[Positive, ...],
        # Rungs are counted in int8.
        said("Heights", "Antenna heights on offer, ascending.", unit="m", min_length=1, max_length=127),
    ]
    office: MastPrices = Field(title="At an office or source")
    relay: MastPrices = Field(title="At a relay site")
    life: Life
    maintenance: Maintenance

    @model_validator(mode="after")
    def _ascending(self) -> Masts:
        if any(taller <= height for height, taller in pairwise(self.heights_m)):
            raise ValueError(_("heights_m must ascend."))
        for prices in (self.office, self.relay):
            costs = [prices.typical(height) for height in self.heights_m]
            known = [cost for cost in costs if cost is not None]
            if known != sorted(known):
                raise ValueError(
                    _("The roof pole costs more than the next taller mast: set roof_pole to null, or lower its price.")
                )
        return self


class Sites(Section):
    """What a site costs besides its mast."""

    greenfield_access: Annotated[
        Price, said("Site", "Land, fence, clearing at a new relay site.", unit="currency each")
    ]
    access_per_km: Annotated[
        Price, said("Access track", "From the nearest road to a new relay site.", unit="currency per km")
    ]
    greenfield_upkeep: Annotated[Price, said("Upkeep", "Land, guard, visits.", unit="currency per year")]
    tower_rent: Annotated[Price, said("Tower rent", "Where the owner's rent is not given.", unit="currency per year")]


class Source(Section):
    """Where the network hangs from the outside world."""

    activation: Annotated[Price, said("Activation", "Port and equipment at a source.", unit="currency each")]
    activation_life: Life
    activation_maintenance: Maintenance
    transit_per_mbps: Annotated[
        Price, said("IP transit", "Of an office's demand.", unit="currency per Mbit/s and month")
    ]


class Multipoint(Section):
    """Radio from a base station to many offices around it; the fastest modulation is kept up, or nothing is offered."""

    supply: Supply = "build"
    permitted: Permitted = True
    base: Annotated[Price, said("Base station", "Radio and antennas, installed; paid once.", unit="currency each")]
    terminal: Annotated[Price, said("Terminal", "At an office.", unit="currency each")]
    survey: Annotated[Price, said("Survey", "And installation, at an office.", unit="currency each")]
    maintenance: Maintenance
    life: Life
    base_power_w: Power
    terminal_power_w: Power
    frequency_ghz: Annotated[Positive, said("Frequency", "For clearance and loss.", unit="GHz")]
    channel_mhz: Annotated[Positive, said("Channel", "Width.", unit="MHz")]
    net_bit_s_hz: Annotated[
        Number, said("Efficiency", "Net, of the modulation that is kept up.", unit="bit/s/Hz", ge=1.5)
    ]
    eirp_dbm: Annotated[Number, said("Radiated power", "Of either end, as the country allows.", unit="dBm")]
    receive_dbi: Annotated[Number, said("Gain", "Of the receiving antenna, the lesser of both ends.", unit="dBi")]
    mbps_per_base: Annotated[Positive, said("Capacity", "Of all offices at a base station together.", unit="Mbit/s")]
    mbps_per_office: Annotated[Positive, said("Terminal limit", "Of one office.", unit="Mbit/s")]
    range_km: Annotated[
        dict[Zone, Positive], said("Range", "Farthest office, by climate zone.", unit="km", min_length=2)
    ]
    mtbf_h: Mtbf
    repair_h: Repair

"""What a catalogue of technologies and unit costs may hold, with title, unit and help for every field.

A price that is ``null`` is not known: what needs it is not offered, never offered for nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from planner.catalogue.estimates import (
    Availability,
    Estimate,
    Life,
    Maintenance,
    Mtbf,
    Permitted,
    PositiveShare,
    Power,
    Price,
    Removable,
    Repair,
    SunHours,
    Supply,
    Zone,
)
from planner.i18n import _
from planner.scenario.fields import Flag, NotNegative, Number, Positive, Section, Text, Whole, said


class General(Section):
    """What applies to every technology."""

    freight_factor: Annotated[
        Estimate, said("Freight", "Delivered price over list price, imported goods.", unit="factor")
    ]
    energy_per_kwh: Annotated[Price, said("Electricity", "At the office or tower.", unit="currency per kWh")]


class Fibre(Section):
    """Buried cable along a trench, and the equipment that lights it."""

    supply: Supply = "build"
    permitted: Permitted = True
    plant_per_km: Annotated[Price, said("Fibre plant", "Trench, duct, cable; rural ground.", unit="currency per km")]
    plant_life: Life
    operation_per_km: Annotated[Price, said("Operation", "Repair, rights of way.", unit="currency per km and year")]
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
    cuts_per_1000_km: Annotated[Estimate, said("Cuts", "Of cable.", unit="per 1,000 km and year")]
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
        tuple[Positive, ...], said("Heights", "Antenna heights on offer, ascending.", unit="m", min_length=1)
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

    greenfield_access: Annotated[Price, said("Access", "Road, fence, land at a new relay site.", unit="currency each")]
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


class Service(Section):
    """A satellite service."""

    supply: Supply = "buy"
    permitted: Permitted = True
    terminal: Annotated[Price, said("Terminal", "Dish, modem.", unit="currency each")]
    terminal_life: Life
    terminal_maintenance: Maintenance
    installation: Annotated[Price, said("Installation", "Per terminal, once.", unit="currency each")]
    monthly_fee: Annotated[Price, said("Fee", "Per terminal, business tariff.", unit="currency per month")]
    monthly_fee_per_mbps: Annotated[Price, said("Fee by speed", "On top.", unit="currency per Mbit/s and month")]
    plans_mbps: Annotated[
        tuple[Positive, ...], said("Plans", "Speeds that can be ordered.", unit="Mbit/s", min_length=1)
    ]
    mbps_per_terminal: Annotated[Positive, said("Terminal limit", "Of one terminal.", unit="Mbit/s")]
    max_terminals: Annotated[Whole, said("Terminals", "At one office, at most.", ge=1)]
    availability: dict[Zone, Availability] = Field(
        min_length=2, title="Availability by climate zone", description="Of network and sky, without the terminal."
    )
    mtbf_h: Mtbf
    repair_h: Repair
    latency_ms: Annotated[NotNegative, said("Latency", "Round trip.", unit="ms")]
    up_mbps: Annotated[Positive, said("Upload", "In the busy hour.", unit="Mbit/s")]
    power_w: Power


class LowOrbit(Service):
    """A satellite service whose capacity is shared by the places of a cell on the ground."""

    mbps_per_cell: Annotated[
        Positive | None, said("Cell limit", "For all offices in a cell together; null: not known.", unit="Mbit/s")
    ] = None
    cell_km: Annotated[Positive, said("Cell", "Side of a cell; cells are squares.", unit="km")]


class Geostationary(Service):
    """A satellite service whose rain fades are reckoned by ITU-R P.618; its availability is that in dry air."""

    satellite_longitude_deg: Annotated[
        Number | None,
        said("Satellite", "Longitude below it, east positive; null: not known.", unit="°", ge=-180, le=180),
    ] = None
    least_elevation_deg: Annotated[
        Number, said("Least elevation", "Of the satellite over the horizon.", unit="°", ge=0, lt=90)
    ]
    downlink_ghz: Annotated[Number, said("Downlink", "Frequency.", unit="GHz", ge=1, le=55)]
    rain_margin_db: Annotated[Positive, said("Rain margin", "What rain may take from the signal.", unit="dB")]


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


class Leased(Section):
    """A line that a provider runs to the office; offered by quotes alone. The figures hold where quotes say nothing."""

    supply: Supply = "buy"
    permitted: Permitted = True
    availability: Availability
    latency_ms: Annotated[NotNegative, said("Latency", "Round trip.", unit="ms")]
    power_w: Power


class PowerSection(Section):
    """How places without adequate mains are supplied. Every figure is needed: a supply is never free."""

    office_w: Annotated[
        Estimate, said("Load of an office", "Mean, day and night, equipment of the link too.", unit="W")
    ]
    mast_w: Annotated[Estimate, said("Load of a mast at an office", "Mean, of the radios on it.", unit="W")]
    relay_w: Annotated[Estimate, said("Load of a relay", "Mean, of radios, switch and lamp.", unit="W")]
    sun_hours: SunHours
    system_efficiency: Annotated[PositiveShare, said("Efficiency", "From panel to load.", unit="share")]
    autonomy_days: Annotated[Estimate, said("Autonomy", "Days without sun that the battery bridges.", unit="days")]
    depth_of_discharge: Annotated[PositiveShare, said("Depth of discharge", "Share of the battery used.", unit="share")]
    panel_per_w: Annotated[Estimate, said("Panels", "With frame, controller, inverter, cables.", unit="currency per W")]
    panel_life: Life
    battery_per_kwh: Annotated[Estimate, said("Battery", "Of its whole content.", unit="currency per kWh")]
    battery_life: Life
    solar_maintenance: Annotated[Estimate, said("Maintenance", "Of solar sets.", unit="share of price per year")]
    line_per_km: Annotated[Estimate, said("Line", "Grid extension, medium voltage.", unit="currency per km")]
    connection: Annotated[Estimate, said("Connection", "Transformer, meter.", unit="currency each")]
    line_life: Life
    line_maintenance: Annotated[
        Estimate, said("Maintenance", "Of line and transformer.", unit="share of price per year")
    ]
    near_km: Annotated[NotNegative, said("Near a line", "Within it a place has mains.", unit="km")]
    enough_hours: Annotated[
        Number, said("Adequate mains", "Hours a day from which on mains with a UPS will do.", unit="h", gt=0, le=24)
    ]
    mains_availability: Availability
    solar_availability: Availability


class Generation(Section):
    """A generation of cellular service at one office."""

    permitted: Permitted = True
    mbps: Annotated[Positive, said("Speed", "In the busy hour, where the coverage data give none.", unit="Mbit/s")]
    monthly_fee: Annotated[Price, said("Fee", "Business tariff.", unit="currency per month")]
    latency_ms: Annotated[NotNegative, said("Latency", "Round trip.", unit="ms")]
    up_mbps: Annotated[Positive, said("Upload", "In the busy hour.", unit="Mbit/s")]
    availability: Availability


class Cellular(Section):
    """Fixed wireless access over a mobile network."""

    supply: Supply = "buy"
    cpe: Annotated[Price, said("Equipment", "Outdoor router and antenna.", unit="currency each")]
    cpe_life: Life
    cpe_maintenance: Maintenance
    installation: Annotated[Price, said("Installation", "Once.", unit="currency each")]
    power_w: Power
    mtbf_h: Mtbf
    repair_h: Repair
    generations: Annotated[dict[Text, Generation], Removable, Field(min_length=1, title="Generations")]


class PackageItem(Section):
    """One thing that an office gets when it is connected."""

    price: Annotated[Estimate, said("Price", "All of it that one office needs.", unit="currency per office")]
    life: Annotated[Life | None, said("Life", "null: bought once.", unit="years")]
    imported: Annotated[Flag, said("Imported", "Whether duty and freight apply.")]


class Package(Section):
    """The office package of one kind of office."""

    items: Annotated[dict[Text, PackageItem], Removable, Field(title="Items")]
    support: Annotated[Estimate, said("Support", "Of the items that are bought again.", unit="share of price per year")]


class Head(Section):
    """The first lines of every catalogue file."""

    schema_version: Literal[1] = Field(title="Version of this format")
    currency: Annotated[str, said("Currency", "ISO 4217, of the amounts in this file.", pattern="^[A-Z]{3}$")]
    price_year: Annotated[Whole, said("Price year", "Of the amounts in this file.", ge=1990, le=2100)]
    exchange_rate: dict[Text, Estimate] = Field(
        default_factory=dict, title="Exchange rates", description="Worth of one unit of this file's currency in others."
    )


@dataclass(frozen=True)
class Conversion:
    """What the amounts of one file were multiplied by to become amounts of the scenario.

    Attributes
    ----------
    file : str
        As the scenario names it.
    currency, price_year
        Of the file.
    rate : Estimate or None
        Amount in the scenario's currency for one unit of the file's; None where they are the same.
    """

    file: str
    currency: str
    price_year: int
    rate: Estimate | None


class Catalogue(Section):
    """All technologies and unit costs, in one currency. Load it with `load_catalogue`."""

    general: General
    fibre: Fibre
    microwave: Microwave
    masts: Masts
    sites: Sites
    source: Source
    leo: LowOrbit
    geo: Geostationary
    cellular: Cellular
    leased: Leased
    ptmp: Multipoint
    power: PowerSection
    package: dict[Text, Package] = Field(title="Office package by kind of office; “default” for all others")

    _conversions: tuple[Conversion, ...] = PrivateAttr(default=())

    @property
    def conversions(self) -> tuple[Conversion, ...]:
        """How the amounts of each file became amounts of the scenario."""
        return self._conversions

    @property
    def hash(self) -> str:
        """SHA-256 of every price in force: the same on every machine."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @model_validator(mode="after")
    def _default_package(self) -> Catalogue:
        if "default" not in self.package:
            raise ValueError(_("The package needs an entry “default”."))
        return self

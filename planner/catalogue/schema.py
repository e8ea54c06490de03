"""What a catalogue of technologies and unit costs may hold, with title, unit and help for every field.

A price that is ``null`` is not known: what needs it is not offered, never offered for nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from planner.i18n import _
from planner.scenario.fields import Flag, Fraction, NotNegative, Number, Positive, Section, Text, Whole, said

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

MAX_COVER_CODE = 255
"""Largest class of land cover: rasters of classes hold bytes."""
USER = "user"
"""Source of an estimate that says none."""

Zone = Literal["wet_tropics", "temperate"]


class Estimate(Section):
    """A figure that somebody estimated: planning uses ``typical``."""

    typical: Annotated[NotNegative, said("Typical", "The figure that plans are made with.")]
    low: Annotated[NotNegative, said("Low", "Lowest credible figure; left out: the typical one.")]
    high: Annotated[NotNegative, said("High", "Highest credible figure; left out: the typical one.")]
    source: Annotated[Text, said("Source", "Name and document.")] = USER
    year: Annotated[Whole | None, said("Year", "Of the source.")] = None
    judgement: Annotated[Flag, said("Judgement", "true: no source states the figure.")] = False

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: Any) -> Any:
        """Understand a bare number, and a range that is not given."""
        if isinstance(given, str | bool | list):
            raise ValueError(  # noqa: TRY004 - pydantic turns a ValueError, and no TypeError, into a fault of the file
                _("Write a number without quotes, separators or exponent, such as 1000000 or 0.5.")
            )
        if isinstance(given, int | float):
            if given < 0:
                raise ValueError(_("A figure is never negative."))
            given = {"typical": given}
        if isinstance(given, dict):
            typical = given.get("typical")
            # A typical figure that is missing or wrong is told once, not for the range too.
            limit = typical if isinstance(typical, int | float) and typical >= 0 else 0.0
            given = {"low": limit, "high": limit, **given}
        return given

    @model_validator(mode="after")
    def _ordered(self) -> Estimate:
        if not self.low <= self.typical <= self.high:
            raise ValueError(
                _("Low {low}, typical {typical}, high {high} are not in ascending order.").format(
                    low=self.low, typical=self.typical, high=self.high
                )
            )
        return self

    def scaled(self, factor: float) -> Estimate:
        """Return the same estimate in another unit."""
        scaled = {name: getattr(self, name) * factor for name in ("low", "typical", "high")}
        return self.model_copy(update=scaled)


Price = Estimate | None
"""None: not known."""


def is_money(info: FieldInfo) -> bool:
    """Say whether a field holds an amount of money."""
    return unit_of(info).startswith("currency")


def unit_of(info: FieldInfo) -> str:
    """Return the unit of a field as the schema states it, empty if it has none."""
    extra = info.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _without_removed(given: Any) -> Any:
    """Drop the entries that a later file set to null."""
    return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


Removable = BeforeValidator(_without_removed)
"""Marks a mapping whose entries a later file removes by setting them to null."""


def _positive(life: Estimate) -> Estimate:
    if life.low <= 0:
        raise ValueError(_("A life must be longer than 0 years."))
    return life


Life = Annotated[Estimate, AfterValidator(_positive), said("Life", "After which it is bought again.", unit="years")]
Maintenance = Annotated[Price, said("Maintenance", "Repair, spares and visits.", unit="share of price per year")]
Power = Annotated[NotNegative, said("Power", "Mean electrical power of one set.", unit="W")]
Availability = Annotated[Fraction, said("Availability", "What the option delivers.", unit="share of the year")]


class General(Section):
    """What applies to every technology."""

    freight_factor: Annotated[
        Estimate, said("Freight", "Delivered price over list price, imported goods.", unit="factor")
    ]
    energy_per_kwh: Annotated[Price, said("Electricity", "At the office or tower.", unit="currency per kWh")]


class Plant(Section):
    """Cable that is laid in another way than in a trench of its own."""

    plant_per_km: Annotated[Price, said("Plant", "With everything that carries it.", unit="currency per km")]
    plant_life: Life
    operation_per_km: Annotated[Price, said("Operation", "Repair, rent.", unit="currency per km and year")]
    availability: Availability


def _land_cover_code(text: str) -> str:
    if not (text.isdecimal() and int(text) <= MAX_COVER_CODE):
        raise ValueError(_("A class of land cover is a whole number from 0 to 255."))
    return str(int(text))


CoverCode = Annotated[Text, AfterValidator(_land_cover_code)]
"""Value of a land cover raster."""


class Fibre(Section):
    """Buried cable along a trench, and the equipment that lights it."""

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
    availability: Availability


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
    availability: Annotated[
        Fraction, said("Availability", "Of equipment and power; fades come on top.", unit="share of the year")
    ]


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


class Microwave(Section):
    """Point-to-point radio: equipment, bands, spectrum."""

    radios: Annotated[dict[Text, Radio], Removable, Field(min_length=1, title="Classes of equipment")]
    bands: Annotated[dict[Text, Band], Removable, Field(min_length=1, title="Bands")]
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

    greenfield_access: Annotated[
        Price, said("Site", "Land, fence, clearing at a new relay site.", unit="currency each")
    ]
    access_per_km: Annotated[
        Price, said("Access track", "From the nearest road to a new relay site.", unit="currency per km")
    ]
    greenfield_upkeep: Annotated[Price, said("Upkeep", "Land, guard, visits.", unit="currency per year")]
    solar_w: Annotated[NotNegative, said("Solar", "Installed at a new relay site.", unit="W")]
    solar_per_w: Annotated[Price, said("Solar", "Panels, battery, balance of system.", unit="currency per W")]
    solar_life: Life
    solar_maintenance: Maintenance
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
    availability: dict[Zone, Availability] = Field(min_length=2, title="Availability by climate zone")
    latency_ms: Annotated[NotNegative, said("Latency", "Round trip.", unit="ms")]
    up_mbps: Annotated[Positive, said("Upload", "In the busy hour.", unit="Mbit/s")]
    power_w: Power


class Generation(Section):
    """A generation of cellular service at one office."""

    mbps: Annotated[Positive, said("Speed", "In the busy hour, where the coverage data give none.", unit="Mbit/s")]
    monthly_fee: Annotated[Price, said("Fee", "Business tariff.", unit="currency per month")]
    latency_ms: Annotated[NotNegative, said("Latency", "Round trip.", unit="ms")]
    up_mbps: Annotated[Positive, said("Upload", "In the busy hour.", unit="Mbit/s")]
    availability: Availability


class Cellular(Section):
    """Fixed wireless access over a mobile network."""

    cpe: Annotated[Price, said("Equipment", "Outdoor router and antenna.", unit="currency each")]
    cpe_life: Life
    cpe_maintenance: Maintenance
    installation: Annotated[Price, said("Installation", "Once.", unit="currency each")]
    power_w: Power
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
    leo: Service
    geo: Service
    cellular: Cellular
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

"""What a catalogue of technologies and unit costs may hold, with title, unit and help for every field.

A price that is ``null`` is not known: what needs it is not offered, never offered for nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, PrivateAttr, model_validator

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
from planner.catalogue.works import (
    Fibre,
    Masts,
    Microwave,
    Multipoint,
    Sites,
    Source,
)
from planner.i18n import _
from planner.scenario.fields import Flag, NotNegative, Number, Positive, Section, Text, Whole, said

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_RESERVED = {"existing", "limit", "root"}
"""What links are called that are no technology's."""


class General(Section):
    """What applies to every technology."""

    freight_factor: Annotated[
        Estimate, said("Freight", "Delivered price over list price, imported goods.", unit="factor")
    ]
    energy_per_kwh: Annotated[Price, said("Electricity", "At the office or tower.", unit="currency per kWh")]


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
    """All technologies and unit costs, in one currency. Load it with `load_catalogue`.

    A section of a name that is not below is one more technology from point to multipoint, described like ``ptmp``.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Multipoint] = Field(init=False)
    ADDED: ClassVar[type[Section]] = Multipoint

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

    @property
    def multipoint(self) -> dict[str, Multipoint]:
        """Every technology from point to multipoint, by its name."""
        return {"ptmp": self.ptmp, **self.__pydantic_extra__}

    def __getitem__(self, name: str) -> Any:
        """Return a section."""
        return getattr(self, name) if name in type(self).model_fields else self.__pydantic_extra__[name]

    @model_validator(mode="after")
    def _names(self) -> Catalogue:
        for name in self.__pydantic_extra__:
            if not _NAME.fullmatch(name) or name in _RESERVED:
                message = _("“{name}” cannot be a technology's name; write it with small letters, digits, “_” and “-”.")
                raise ValueError(message.format(name=name))
        return self

    @model_validator(mode="after")
    def _default_package(self) -> Catalogue:
        if "default" not in self.package:
            raise ValueError(_("The package needs an entry “default”."))
        return self

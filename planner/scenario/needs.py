"""What an office needs and what connecting it is worth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from planner.scenario.fields import Fraction, NotNegative, Number, Positive, Section, Text, Whole, said

PEOPLE_UNDERSERVED = "people_underserved"
"""The benefit column that the program makes: people within reach who lack adequate service."""

DEFAULT_KIND = "default"
"""The key of `Scenario.package` that stands for all other kinds."""


class Profile(Section):
    """What an office of some kind does with its connection."""

    counters: Annotated[Whole, said("Counters", "Service counters with a computer.", ge=0)] = 2
    wifi_users: Annotated[Whole, said("Wi-Fi users", "Visitors who use the public Wi-Fi.", ge=0)] = 15
    mbps_per_counter: Annotated[NotNegative, said("Speed per counter", "At each counter.", unit="Mbit/s")] = 2.0
    mbps_per_user: Annotated[NotNegative, said("Speed per Wi-Fi user", "While active.", unit="Mbit/s")] = 1.0
    concurrency: Annotated[Fraction, said("Concurrency", "Share of Wi-Fi users active at once.", unit="share")] = 0.3

    @property
    def mbps(self) -> float:
        """Demand in the busy hour, Mbit/s."""
        return self.counters * self.mbps_per_counter + self.wifi_users * self.mbps_per_user * self.concurrency


class Enabled(Section):
    """What an office needs to offer a service to the people."""

    min_mbps: Annotated[NotNegative, said("Least speed", "Planned for the office.", unit="Mbit/s")]
    availability: Annotated[
        Fraction, said("Availability", "At least, power and the whole chain counted.", unit="share of the year")
    ] = 0.0
    source: Annotated[Text, said("Source", "Who says so.")] = "user"


_GUIDE = "assumed, from the FCC Broadband Speed Guide: {what}"
ENABLED = {
    "e_commerce": Enabled(
        min_mbps=10.0, availability=0.98, source=_GUIDE.format(what="10 Mbit/s for downloading files")
    ),
    "digital_finance": Enabled(
        min_mbps=2.0, availability=0.99, source=_GUIDE.format(what="1 Mbit/s for browsing, two counters at once")
    ),
    "e_government": Enabled(min_mbps=6.0, availability=0.98, source=_GUIDE.format(what="6 Mbit/s for video meetings")),
    "public_wifi": Enabled(
        min_mbps=10.0, availability=0.95, source=_GUIDE.format(what="1 Mbit/s for browsing, ten users at once")
    ),
}
"""Services that a connected office may offer, with the needs that are assumed where a scenario says nothing else."""


class Service(Section):
    """The service level that counts as connected."""

    profiles: Annotated[dict[Text, Profile], said("Profiles", "Demand by kind of office.")] = Field(
        default_factory=dict
    )
    default_profile: Annotated[
        Profile | None, said("Default profile", "For kinds without one of their own; null: such kinds are faults.")
    ] = Profile()
    min_down_mbps: Annotated[Positive, said("Least download speed", "No office demands less.", unit="Mbit/s")] = 10.0
    min_up_mbps: Annotated[Positive, said("Least upload speed", "Slower services are not offered.", unit="Mbit/s")] = (
        3.0
    )
    max_latency_ms: Annotated[
        Positive | None, said("Greatest latency", "Round trip; services above it are not offered.", unit="ms")
    ] = None
    availability: Annotated[
        Number, said("Availability", "Share of the year with service.", unit="share of the year", gt=0, lt=1)
    ] = 0.995

    enables: Annotated[
        dict[Text, Enabled],
        said("Services enabled", "What an office needs to offer each; plans count offices and people by service."),
    ] = Field(default_factory=lambda: dict(ENABLED))
    full_hours_per_month: Annotated[
        NotNegative,
        said("Hours at full demand", "Turns demand into data volume, for quotes with a cap on it.", unit="h per month"),
    ] = 100.0

    def volume_gb(self, demand_mbps: float) -> float:
        """Return the data volume of a month, GB: an hour at 1 Mbit/s is 0.45 GB."""
        return demand_mbps * self.full_hours_per_month * 0.45

    def demand_mbps(self, kind: str) -> float | None:
        """Return the demand of an office of ``kind`` in Mbit/s; None where neither profile nor default is there."""
        profile = self.profiles.get(kind, self.default_profile)
        return None if profile is None else max(self.min_down_mbps, profile.mbps)


Amount = Annotated[NotNegative | None, said("Amount", "Price in the scenario's currency; left out: not bought.")]


class Package(Section):
    """What an office of some kind is equipped with when it is connected; what is not priced is not bought."""

    router: Annotated[Amount, said("Router", "Router and local network.", unit="currency")] = None
    wifi: Annotated[Amount, said("Wi-Fi", "Access points.", unit="currency")] = None
    ups: Annotated[Amount, said("UPS", "Uninterruptible power supply or small solar set.", unit="currency")] = None
    computers: Annotated[Amount, said("Computers", "All of the office.", unit="currency")] = None
    handhelds: Annotated[Amount, said("Handhelds", "All of the office.", unit="currency")] = None
    training: Annotated[Amount, said("Training", "Of the staff, once.", unit="currency")] = None
    installation: Annotated[Amount, said("Installation", "Once.", unit="currency")] = None
    support_per_year: Annotated[Amount, said("Support", "Maintenance and help.", unit="currency per year")] = None


class Benefit(Section):
    """What connecting an office is worth: a weighted sum of columns."""

    catchment_km: Annotated[
        Positive, said("Catchment", "People farther from their nearest office are not within reach.", unit="km")
    ] = 5.0
    weights: Annotated[
        dict[Text, NotNegative],
        said(
            "Weights",
            "By column: people_underserved (people within reach who lack adequate service) or a column of the offices.",
            min_length=1,
        ),
    ] = Field(default_factory=lambda: {PEOPLE_UNDERSERVED: 1.0})

    @property
    def office_columns(self) -> tuple[str, ...]:
        """The weighted columns that the office files must hold."""
        return tuple(column for column in self.weights if column != PEOPLE_UNDERSERVED)


class Climate(Section):
    """What rain and layers of air do to radio links: figures here hold everywhere, but where offices have their own."""

    zone: Annotated[
        Literal["temperate", "wet_tropics"],
        said("Zone", "Gives the figures that are left out, and how long a hop of each microwave band may be."),
    ] = "temperate"
    source: Annotated[
        Literal["zone", "itu"],
        said(
            "Source of the climate",
            "Where figures that are left out come from: the zone, or at each place the maps of the ITU-R, which the "
            "package itur has.",
        ),
    ] = "zone"
    rain_mm_h: Annotated[
        Number | None,
        said("Rain rate", "R0.01: exceeded during 0.01 % of a year (ITU-R P.837).", unit="mm/h", gt=0, le=300),
    ] = None
    dn1_per_km: Annotated[
        Number | None,
        said(
            "Refractivity gradient",
            "dN1 of the lowest 65 m, not exceeded during 1 % of a year (ITU-R P.453); negative.",
            unit="N/km",
            ge=-1500,
            le=0,
        ),
    ] = None
    vapour_g_m3: Annotated[
        Number | None, said("Water vapour", "At the ground, annual mean (ITU-R P.836).", unit="g/m³", ge=0, le=50)
    ] = None
    isotherm_km: Annotated[
        Number | None,
        said(
            "Zero-degree isotherm",
            "Mean height above the sea (ITU-R P.839), for satellites; left out of a zone: rain height by latitude.",
            unit="km",
            ge=0,
            le=7,
        ),
    ] = None
    roughness_m: Annotated[
        NotNegative | None,
        said(
            "Roughness",
            "Standard deviation of terrain heights within 110 km; left out: the method that does without it.",
            unit="m",
        ),
    ] = None

"""Which technologies may be used, and how candidate links are searched."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, JsonValue

from planner.scenario.fields import Flag, Fraction, NotNegative, Number, Positive, Section, Text, Whole, said


class Technology(Section):
    """One technology in this country."""

    enabled: Annotated[Flag, said("Enabled", "Considered at all.")] = True
    licensed: Annotated[Flag, said("Licensed", "May be operated in this country.")] = True
    overrides: Annotated[
        dict[Text, JsonValue], said("Overrides", "Values that replace those of the catalogue, by their names there.")
    ] = Field(default_factory=dict)


class Technologies(Section):
    """All technologies: those below, and those that a catalogue of the scenario adds, by their names there."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Technology] = Field(init=False)
    ADDED: ClassVar[type[Section]] = Technology

    fibre: Annotated[Technology, said("Fibre", "Own fibre along the terrain.")] = Technology()
    microwave: Annotated[Technology, said("Microwave", "Point-to-point radio in line of sight.")] = Technology()
    leo: Annotated[Technology, said("LEO satellite", "Low earth orbit.")] = Technology()
    geo: Annotated[Technology, said("GEO satellite", "Geostationary orbit.")] = Technology()
    cellular: Annotated[Technology, said("Cellular", "Mobile data service where there is coverage.")] = Technology()
    ptmp: Annotated[
        Technology, said("Point to multipoint", "Base stations that many offices share; off unless enabled.")
    ] = Technology(enabled=False)
    leased: Annotated[Technology, said("Leased line", "Of a provider, where there is a quote for it.")] = Technology()

    def __getitem__(self, name: str) -> Technology:
        """Return what the scenario says of a technology; what it does not speak of is as the schema has it."""
        if name in type(self).model_fields:
            found: Technology = getattr(self, name)
            return found
        return self.__pydantic_extra__.get(name, Technology())

    @property
    def added(self) -> tuple[str, ...]:
        """The names that only a catalogue can know."""
        return tuple(self.__pydantic_extra__)


class MaxMast(Section):
    """The tallest masts to be built."""

    office: Annotated[NotNegative, said("At an office or source", "Above ground.", unit="m")] = 30.0
    relay: Annotated[NotNegative, said("At a relay", "Above ground.", unit="m")] = 60.0


class Hilltops(Section):
    """New relay sites on summits that the program finds in the terrain."""

    enabled: Annotated[Flag, said("Enabled", "Relays may be built on hilltops.")] = False
    per_100_places: Annotated[
        Positive, said("Per 100 places", "Most hilltops for each 100 offices, sources and towers.")
    ] = 20.0
    max_number: Annotated[Whole, said("Most hilltops", "Of the whole plan's candidates.", gt=0)] = 200
    spacing_km: Annotated[
        NotNegative, said("Spacing", "Between hilltops, and from a hilltop to a tower.", unit="km")
    ] = 3.0
    prominence_m: Annotated[
        Positive, said("Least prominence", "Height over the highest pass to higher ground.", unit="m")
    ] = 50.0
    road_within_km: Annotated[
        NotNegative, said("Nearest road", "A hilltop has a road within this distance, if roads are given.", unit="km")
    ] = 5.0
    access_km: Annotated[
        NotNegative, said("Access track", "Length that is paid for where no roads are given.", unit="km")
    ] = 2.0


class MicrowaveSearch(Section):
    """How microwave hops are searched: both clearance criteria must hold."""

    # Lines of sight are laid no farther; every range of the catalogue is held to this one.
    range_km: Annotated[Number, said("Longest hop", "Bands may allow less.", unit="km", gt=0, le=200)] = 50.0
    k_low: Annotated[
        Number,
        said("Low effective earth radius", "The radius factor k exceeded nearly always.", gt=0, le=4 / 3),
    ] = 2 / 3
    fresnel_low: Annotated[
        NotNegative,
        said("Clearance at low k", "Share of the first Fresnel zone that is kept free; 1.0 is asked at k = 4/3."),
    ] = 0.6
    availability: Annotated[
        Number,
        said(
            "Availability",
            "Rain and layered air leave each hop its capacity for this share of the year.",
            unit="share of the year",
            ge=0.9,
            lt=1,
        ),
    ] = 0.9995
    max_mast_m: Annotated[MaxMast, said("Tallest masts", "By kind of place.", unit="m")] = MaxMast()
    margin_m: Annotated[
        NotNegative,
        said(
            "Terrain margin",
            "Error of the heights: added to all on the way, so that lower masts see nothing.",
            unit="m",
        ),
    ] = 3.0
    bare_ends_m: Annotated[
        NotNegative,
        said("Bare ends", "So far from either end land cover is not added: the antennas' own surroundings.", unit="m"),
    ] = 100.0
    hilltops: Annotated[Hilltops, said("Hilltops", "New relay sites on summits of the terrain.")] = Hilltops()


class Splice(Section):
    """Where new fibre may be spliced into routes that exist."""

    at: Annotated[
        Literal["joints", "every_km"],
        said("Splices at", "joints: the two ends of each line as drawn; every_km: also between them, evenly."),
    ] = "joints"
    every_km: Annotated[
        Positive, said("Distance", "Between places to splice, from where a line starts.", unit="km")
    ] = 2.0


Method = Literal["aerial", "duct"]


class FibreSearch(Section):
    """How fibre routes are searched."""

    max_km: Annotated[Positive, said("Longest route", "Between neighbouring places.", unit="km")] = 50.0
    cell_m: Annotated[Positive, said("Cell", "Of the cost surface that routes are searched on.", unit="m")] = 100.0
    off_road_km: Annotated[
        NotNegative, said("Longest way to a road", "Between a place and the nearest road.", unit="km")
    ] = 2.0
    road_gap_m: Annotated[
        NotNegative, said("Road gaps", "A road that ends this near another is joined to it; 0: never.", unit="m")
    ] = 5.0
    also: Annotated[
        tuple[Method, ...],
        said(
            "Beside trenches",
            "aerial: along roads, on poles, except where the roads say “poles: no”; duct: along roads that say "
            "“duct: yes”, in what is there.",
        ),
    ] = ("duct",)
    water: Annotated[
        Literal["forbid", "price"], said("Water", "forbid: no trench crosses it; price: as submarine cable.")
    ] = "forbid"
    splice: Annotated[Splice, said("Splices", "Where new fibre may be spliced into routes that exist.")] = Splice()


class ServiceSearch(Section):
    """What bought services may make of a plan."""

    provider_shares: Annotated[
        dict[Text, Fraction],
        said(
            "Shares of providers",
            "By provider: the most it may carry of the demand of all offices without an adequate connection.",
            unit="share",
        ),
    ] = Field(default_factory=dict)


class Links(Section):
    """How candidate links are searched."""

    microwave: Annotated[MicrowaveSearch, said("Microwave", "Search for hops.")] = MicrowaveSearch()
    fibre: Annotated[FibreSearch, said("Fibre", "Search for routes.")] = FibreSearch()
    services: Annotated[ServiceSearch, said("Services", "Limits on providers.")] = ServiceSearch()
    max_candidates: Annotated[
        Whole, said("Candidates per place", "Most candidate links of a technology kept at each place.", gt=0)
    ] = 20

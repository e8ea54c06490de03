"""What a sheet holds: plain figures, ready for JSON, for tables and for pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Entry:
    """A line of a link budget.

    Attributes
    ----------
    key : str
        Short stable name; `planner.wording.budget_line` has the words.
    value : float
    unit : {"dBm", "dBi", "dB", "%"}
        Losses are negative.
    source : str
        Recommendation with section or equation, or ``"catalogue"``, ``"scenario"``.
    """

    key: str
    value: float
    unit: Literal["dBm", "dBi", "dB", "%"]
    source: str


@dataclass(frozen=True)
class HopEnd:
    """An end of a hop.

    Attributes
    ----------
    place : str
    lon, lat : float
    ground_m : float or None
        Above sea level; None where unknown.
    antenna_m, mast_m : float
        Above ground: the antenna of this hop, and the mast that the plan has there (the antenna's height if none).
    existing_m : float
        Mast that already stands there, 0 if none.
    """

    place: str
    lon: float
    lat: float
    ground_m: float | None
    antenna_m: float
    mast_m: float
    existing_m: float


@dataclass(frozen=True)
class Criterion:
    """One rule of clearance, and what the path leaves of it.

    Attributes
    ----------
    k : float
        Effective earth radius factor.
    fresnel_share : float
        Share of the first Fresnel zone that must be free.
    clearance_m : float or None
        Least height of the ray above ground, earth bulge and that share; None over unknown ground.
    at_km : float or None
        Where that is, from the first end.
    """

    k: float
    fresnel_share: float
    clearance_m: float | None
    at_km: float | None


@dataclass(frozen=True)
class Step:
    """A modulation on the hop: net rate, the receiver's threshold, the margin, and how much of the year it works."""

    modulation: str
    rate_mbps: float
    threshold_dbm: float
    margin_db: float
    availability: float
    used: bool


@dataclass(frozen=True)
class ClimateFigure:
    """A figure of the climate that a path is reckoned with.

    Attributes
    ----------
    key : str
        ``rain_mm_h``, ``dn1_per_km``, ``vapour_g_m3``, ``roughness_m``, ``rain_height_km``.
    value : float
        Of the path.
    ends : tuple of float
        At its places.
    sources : tuple of str
        Of these: ``office``, ``scenario``, ``zone``, ``latitude``, or the Recommendation of a map.
    """

    key: str
    value: float
    ends: tuple[float, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class HopSheet:
    """A microwave hop, from its first end to its second.

    Attributes
    ----------
    technology : str
    option : str
    frequency_ghz, channel_mhz, dish_m, length_km : float
    ends : tuple of two HopEnd
    distance_km : tuple of float
        Samples of the path.
    ground_m : tuple of float or None
        Ground at them, None where unknown.
    cover_m : tuple of float or None
        Height of what stands on the ground at them.
    margin_m : float
        Asked between the ends for the error of the terrain model.
    criteria : tuple of Criterion
    budget : tuple of Entry
        Of the modulation that counts as the hop's capacity.
    steps : tuple of Step
        All modulations, slowest first.
    capacity_mbps : float
    availability : float
        Share of the year, equipment and fades.
    wanted : float
        Share of the year for which fades must leave the capacity.
    climate : tuple of ClimateFigure
    mirror_km : float or None
        Where the sea mirrors the ray, for which the hop has space diversity; None if it has none.
    """

    technology: Literal["microwave"]
    option: str
    frequency_ghz: float
    channel_mhz: float
    dish_m: float
    length_km: float
    ends: tuple[HopEnd, HopEnd]
    distance_km: tuple[float, ...]
    ground_m: tuple[float | None, ...]
    cover_m: tuple[float | None, ...]
    margin_m: float
    criteria: tuple[Criterion, ...]
    budget: tuple[Entry, ...]
    steps: tuple[Step, ...]
    capacity_mbps: float
    availability: float
    wanted: float
    climate: tuple[ClimateFigure, ...]
    mirror_km: float | None


@dataclass(frozen=True)
class Section:
    """A part of a trench.

    Attributes
    ----------
    from_km, to_km : float
        Along the trench.
    rise_m : float
        Climb and fall added up.
    priced_km : float
        What prices per kilometre are multiplied by.
    cents : tuple of four int
        Columns `planner.finance.MEASURES`, without terminals.
    """

    from_km: float
    to_km: float
    rise_m: float
    priced_km: float
    cents: tuple[int, ...]


@dataclass(frozen=True)
class TrenchSheet:
    """A fibre link, from its first end to its second.

    Attributes
    ----------
    technology : str
    option : str
    length_km, priced_km : float
    route_factor : float
        Real over drawn length, as priced.
    climb_factor : float
        Extra metres priced per metre of climb or fall.
    sections : tuple of Section
    distance_km, ground_m : tuple of float
        Of the vertices.
    """

    technology: Literal["fibre"]
    option: str
    length_km: float
    priced_km: float
    route_factor: float
    climb_factor: float
    sections: tuple[Section, ...]
    distance_km: tuple[float, ...]
    ground_m: tuple[float | None, ...]


@dataclass(frozen=True)
class Look:
    """A path to a satellite.

    Attributes
    ----------
    case : {"known", "highest", "aside", "least"}
        The catalogue's geostationary satellite; where it is not known, one on the office's meridian, and one
        `planner.catalogue.services.UNKNOWN_OFFSET_DEG` of longitude away, which plans are made with; a low satellite
        at the least elevation that its terminals use.
    elevation_deg : float
    rain_001_db, rain_wanted_db : float
        Exceeded during 0.01 % of a year, and during the share of the year that the scenario leaves.
    """

    case: Literal["known", "highest", "aside", "least"]
    elevation_deg: float
    rain_001_db: float
    rain_wanted_db: float


@dataclass(frozen=True)
class ServiceSheet:
    """A satellite or cellular service.

    Attributes
    ----------
    technology : str
    option : str
    down_mbps, up_mbps, latency_ms, availability : float
        Of the service, from catalogue or coverage data.
    wanted : float
        Share of the year that the scenario asks for.
    frequency_ghz, rain_mm_h, rain_height_km : float or None
        Of the looks; None without any.
    looks : tuple of Look
        For information: rain at the office's own height above the sea. Empty for cellular services.
    climate : tuple of ClimateFigure
        Of the looks.
    """

    technology: str
    option: str
    down_mbps: float
    up_mbps: float
    latency_ms: float
    availability: float
    wanted: float
    frequency_ghz: float | None = None
    rain_mm_h: float | None = None
    rain_height_km: float | None = None
    looks: tuple[Look, ...] = ()
    climate: tuple[ClimateFigure, ...] = ()


Sheet = HopSheet | TrenchSheet | ServiceSheet

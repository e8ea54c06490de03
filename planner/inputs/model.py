"""What reading gives: checked tables, the files they came from, and everything that was noticed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from planner.errors import Problem
    from planner.inputs.fibre_routes import FibreRoutes
    from planner.inputs.road_network import RoadNetwork


@dataclass(frozen=True)
class InputFile:
    """A file that was read: as the scenario names it, where it was found, and what it held."""

    file: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class DatasetReport:
    """What became of one dataset.

    Attributes
    ----------
    group : str
        ``offices``, ``sources``, ``fibre_routes``, ``ofds_nodes``, ``ofds_spans``, ``towers``, ``regions``,
        ``coverage``, ``roads``, ``power`` or ``quotes``.
    file, layer : str
        As the scenario names them; layer None where the file has no layers or the first was taken.
    encoding, delimiter : str or None
        As given or recognised; None for files that are no text.
    columns : dict
        Our column: the file's column that was taken for it.
    defaulted : dict
        Our column: number of rows that the dataset's ``defaults`` filled.
    in_file, read, used, excluded : int
        Rows in the file; of these, rows that ``where`` takes; of these, rows in use; rows left out.
    """

    group: str
    file: str
    layer: str | None
    encoding: str | None
    delimiter: str | None
    columns: dict[str, str]
    defaulted: dict[str, int]
    in_file: int
    read: int
    used: int
    excluded: int


@dataclass(frozen=True)
class Inputs:
    """Everything that a scenario reads, checked. Rows are in the order of the files.

    Attributes
    ----------
    offices : DataFrame
        ``id, name, lon, lat, kind, status_before, technology_before, mbps_before, monthly_cost_before, region,
        demand_mbps, people, people_total, benefit, location_accuracy_m, position_known, is_source,
        grid_hours_per_day, grid_distance_km, shared_point`` and the weighted benefit columns. Unknown numbers are NaN,
        unknown texts "".
        ``people_total`` are people within reach; ``people`` are those of them who lack adequate service.
    sources : DataFrame
        ``id, name, lon, lat, kind, capacity_mbps`` (inf: unlimited), ``status``; only sources in operation. Nodes of
        networks and, of kind ``fibre_route``, what feeds routes that name no source are among them.
    towers : DataFrame
        ``id, name, lon, lat, height_m, rent_per_year`` (NaN: unknown), ``owner, grid_hours_per_day`` (NaN: the
        owner supplies it), ``ports`` (hops that it still has room for; inf: unlimited).
    regions : GeoDataFrame or None
        ``id, name, geometry`` in longitudes and latitudes.
    coverage : GeoDataFrame or None
        ``technology, provider, mbps, geometry``.
    terrain : tuple of Path
        Elevation rasters, for `planner.terrain.open_elevation`.
    files : tuple of InputFile
        Every file that was read.
    problems : tuple of Problem
        Excluded rows and warnings; a fault that stops the run is raised instead.
    datasets : tuple of DatasetReport
    assumptions : tuple of str
        What was taken for granted, in the user's language.
    roads : RoadNetwork or None
    grid : GeoDataFrame or None
        Lines of the power grid.
    quotes : DataFrame or None
        See `planner.inputs.quotes.read_quotes`.
    land_cover : tuple of Path
        Rasters of classes, for `planner.terrain.with_land_cover` and `planner.terrain.open_land_cover`.
    fibre_routes : FibreRoutes or None
        Existing fibre in operation.
    as_built : DataFrame or None
        See `planner.inputs.as_built.read_as_built`.
    """

    offices: pd.DataFrame
    sources: pd.DataFrame
    towers: pd.DataFrame
    regions: gpd.GeoDataFrame | None
    coverage: gpd.GeoDataFrame | None
    terrain: tuple[Path, ...]
    files: tuple[InputFile, ...]
    problems: tuple[Problem, ...]
    datasets: tuple[DatasetReport, ...]
    assumptions: tuple[str, ...]
    roads: RoadNetwork | None = None
    grid: gpd.GeoDataFrame | None = None
    quotes: pd.DataFrame | None = None
    land_cover: tuple[Path, ...] = ()
    fibre_routes: FibreRoutes | None = None
    as_built: pd.DataFrame | None = None


@dataclass(frozen=True)
class CheckReport:
    """What ``planner check`` shows.

    Attributes
    ----------
    problems : tuple of Problem
        All of them: errors, excluded rows, warnings.
    datasets : tuple of DatasetReport
    assumptions : tuple of str
        What was taken for granted, in the user's language.
    defaults : dict
        Every field that the scenario leaves to its default, with the value in force.
    roads : dict
        ``roads`` in use, ``km``, separate ``pieces`` of the network, ``gaps_closed``; empty where there are none.
    hilltops : dict
        Summits ``found``, ``in_reach`` of places and roads, and ``kept`` as sites for relays; empty where the scenario
        asks for none.
    """

    problems: tuple[Problem, ...]
    datasets: tuple[DatasetReport, ...] = ()
    assumptions: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    roads: dict[str, float] = field(default_factory=dict)
    hilltops: dict[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop a run."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def as_dict(self) -> dict[str, Any]:
        """Return everything as a JSON-ready mapping."""
        return asdict(self)

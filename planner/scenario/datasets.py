"""Which files a scenario reads, and how their columns are understood."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from planner.i18n import _
from planner.scenario.fields import FilePath, Section, Text, said


class Dataset(Section):
    """One table or layer of a kind of data."""

    file: Annotated[
        FilePath,
        said("File", "CSV, XLSX, GeoJSON, GeoPackage or another vector file; relative to the scenario's folder."),
    ]
    layer: Annotated[Text | None, said("Layer", "Of a GeoPackage, or sheet of a workbook; default: the first.")] = None
    where: Annotated[
        Text | None,
        said(
            "Rows to take",
            'Comparisons of the file\'s own columns with values, joined by and/or: kind == "tower" and height >= 20.',
        ),
    ] = None
    crs: Annotated[
        Text | None,
        said("Coordinate reference system", "Such as EPSG:32738; default: the file's own, or degrees for tables."),
    ] = None
    encoding: Annotated[Text | None, said("Encoding", "Of a text table, such as cp1252; default: recognised.")] = None
    delimiter: Annotated[
        Literal[",", ";", "\t", "|"] | None, said("Delimiter", "Of a text table; default: recognised.")
    ] = None
    columns: Annotated[
        dict[Text, Text], said("Columns", "Our name: the file's name, where the usual names are not understood.")
    ] = Field(default_factory=dict)
    defaults: Annotated[
        dict[Text, bool | int | float | str],
        said("Defaults", "Our column: value where the file has no such column or the cell is empty."),
    ] = Field(default_factory=dict)
    bad_rows: Annotated[
        Literal["stop", "exclude"],
        said("Bad rows", "stop: any bad row stops the run; exclude: bad rows are left out, listed and counted."),
    ] = "stop"
    duplicates: Annotated[
        Literal["error", "keep", "merge"],
        said("Duplicates", "Same id, or same name and place: error, keep all, or merge into the first row."),
    ] = "error"


Datasets = tuple[Dataset, ...]


class RoadDataset(Dataset):
    """One layer of roads."""

    classes: Annotated[
        tuple[Text, ...],
        said("Road classes", "Which count, as the file names them, such as [primary, secondary]; default: all."),
    ] = ()


class InputFiles(Section):
    """Everything the scenario reads."""

    offices: Annotated[Datasets, said("Offices", "Post offices and other places to connect.", min_length=1)]
    sources: Annotated[
        Datasets, said("Sources", "Fibre nodes, exchanges, core sites: where links of one's own may start.")
    ] = ()
    towers: Annotated[Datasets, said("Towers", "Existing masts and towers that antennas may use.")] = ()
    regions: Annotated[Datasets, said("Regions", "Polygons that offices are reported by.")] = ()
    coverage: Annotated[
        Datasets, said("Mobile coverage", "Polygons, or sites with a radius, with generation, provider and speed.")
    ] = ()
    power: Annotated[Datasets, said("Power grid", "Lines of the grid that offices and relays may be joined to.")] = ()
    quotes: Annotated[
        Datasets, said("Quotes", "What providers ask for a service, for an office, a region or everywhere.")
    ] = ()
    as_built: Annotated[
        Datasets,
        said(
            "As built", "Links of an earlier plan with their status, what was spent, and the Mbit/s that were measured."
        ),
    ] = ()
    fibre_routes: Annotated[
        Datasets, said("Fibre routes", "Lines of fibre that exists or is planned: where new fibre may be spliced in.")
    ] = ()
    ofds: Annotated[
        Datasets,
        said(
            "Open Fibre Data Standard",
            "Packages of networks (JSON), or their nodes and spans (GeoJSON, CSV): further sources and fibre routes.",
        ),
    ] = ()
    roads: Annotated[
        tuple[RoadDataset, ...],
        said("Roads", "Lines that fibre is laid along; without any, it follows the terrain alone."),
    ] = ()
    terrain: Annotated[
        tuple[FilePath, ...],
        said("Terrain", "Elevation rasters; where they overlap, the earlier one counts.", unit="m", min_length=1),
    ]
    terrain_model: Annotated[
        Literal["surface", "bare_earth"],
        said("Terrain model", "surface: heights hold trees and houses (SRTM, Copernicus); bare_earth: they do not."),
    ] = "surface"
    terrain_voids: Annotated[
        Literal["unknown", "sea"],
        said("Voids of the terrain", "unknown: nothing is built over them; sea: their height is 0."),
    ] = "unknown"
    land_cover: Annotated[
        tuple[FilePath, ...],
        said(
            "Land cover",
            "Rasters of classes such as ESA WorldCover: what trenching costs there, and heights that are added to bare "
            "earth; where they overlap, the earlier one counts for trenching, the taller class for heights.",
        ),
    ] = ()
    population: Annotated[FilePath | None, said("Population", "Raster of people per cell.", unit="people per cell")] = (
        None
    )


def _population_rule(value: Any) -> Literal["error", "one"] | float:
    if value in ("error", "one"):
        return value  # type: ignore[no-any-return]  # narrowed by the line above
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(_("Say error, one, or a number of people."))
    return float(value)


class Missing(Section):
    """What to do where the files say nothing."""

    population: Annotated[
        Literal["error", "one"] | float,
        PlainValidator(_population_rule),
        WithJsonSchema({"anyOf": [{"enum": ["error", "one"]}, {"type": "number", "minimum": 0}]}),
        said(
            "People of an office without a population figure",
            "error: a fault of the row; one: one person each, so that offices are counted; or a number.",
            unit="people",
        ),
    ] = "error"
    name: Annotated[Literal["use_id"], said("Name of a nameless place", "use_id: its id.")] = "use_id"

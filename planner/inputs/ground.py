"""Whether places lie where the terrain is known."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import shapely
from rasterio.errors import RasterioError

from planner.errors import InputError
from planner.files import sha256_of
from planner.i18n import _
from planner.inputs.landmass import SHORE_KM
from planner.kept import kept_arrays
from planner.terrain.elevation import VOID_HEIGHT
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.inputs.group import Group

    Floats = NDArray[np.float64]

_ELSEWHERE = "terrain-elsewhere"
_FILES_AT_HAND = 4096
_HEAD_BYTES = 4096


def raster_contents(files: Sequence[Path]) -> Iterator[str]:
    """Yield names of rasters and hashes over their contents, those they are put together from (VRT) among them.

    Raises
    ------
    OSError
        A file is not there.
    """
    for file in files:
        yield from (_content(path, _stamp(path)) for path in sorted(_parts(file)))


def _stamp(file: Path) -> tuple[int, int, int]:
    """Return what says that a file is another one than before: size, and times of its content and of anything else."""
    told = file.stat()
    return told.st_size, told.st_mtime_ns, told.st_ctime_ns


def _parts(file: Path) -> set[Path]:
    """Return a raster's file and those that it is put together from, which may be put together themselves."""
    parts, waiting = {file}, [file]
    while waiting:
        part = waiting.pop()
        found = {path for path in _named(part, _stamp(part), _stamp(part.parent)) if path.is_file()}
        waiting += (path for path in found - parts if _is_put_together(path))
        parts |= found
    return parts


def _is_put_together(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"<VRTDataset" in stream.read(_HEAD_BYTES)


# Reading asks for the ground at places of every kind, and terrain is the largest of the inputs: it is hashed once, and
# opened once for its parts. A file beside it (.aux.xml, .tfw) may come later, which its folder tells.
@lru_cache(maxsize=_FILES_AT_HAND)
def _named(file: Path, _told: tuple[int, int, int], _beside: tuple[int, int, int]) -> tuple[Path, ...]:
    with suppress(RasterioError), rasterio.open(file) as raster:
        return tuple(map(Path, raster.files))
    return ()


@lru_cache(maxsize=_FILES_AT_HAND)
def _content(file: Path, _told: tuple[int, int, int]) -> str:
    # Of some formats (HGT) the name says where the tile lies.
    return f"{file.name} {sha256_of(file)}"


def ground_at(
    files: Sequence[Path], lon: Floats, lat: Floats, *, void_is_sea: bool = False
) -> tuple[NDArray[np.bool_], Floats]:
    """Return which places lie on the terrain, and their height in metres (NaN outside, and in voids that are no sea).

    From the cache where the same places were looked up in the same terrain before.

    Raises
    ------
    InputError
        A terrain file is missing or unreadable.
    """

    def look_up() -> dict[str, NDArray[np.generic]]:
        inside, height = _looked_up(files, lon, lat, void_is_sea=void_is_sea)
        return {"inside": inside, "height": height}

    try:
        contents = list(raster_contents(files))
    except OSError:  # it says which file, and what to do
        found = look_up()
    else:
        asked: list[str | bytes] = ["ground", *contents, repr(void_is_sea), lon.tobytes(), lat.tobytes()]
        found = dict(kept_arrays(("inputs", "terrain"), asked, look_up))
    return found["inside"].astype(np.bool_), found["height"].astype(np.float64)


def _looked_up(
    files: Sequence[Path], lon: Floats, lat: Floats, *, void_is_sea: bool
) -> tuple[NDArray[np.bool_], Floats]:
    """Look places up degree by degree, so that a stray one does not make half a world be read."""
    from planner.terrain import open_elevation  # noqa: PLC0415 - mostly heights are kept from the last run

    inside, height = np.zeros(lon.shape, dtype=bool), np.full(lon.shape, np.nan)
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    cells, which = np.unique(np.floor(np.stack([lon[possible], lat[possible]], axis=1)), axis=0, return_inverse=True)
    places = np.flatnonzero(possible)
    for k in range(len(cells)):
        mine = places[which.ravel() == k]
        try:
            elevation = open_elevation(files, lon=lon[mine], lat=lat[mine], margin_km=0, void_is_sea=void_is_sea)
        except InputError as error:
            if any(problem.code != _ELSEWHERE for problem in error.problems):
                raise
            continue
        inside[mine] = elevation.contains(lon[mine], lat[mine])
        height[mine] = elevation.sample(lon[mine], lat[mine])
    return inside, height


def check_positions(
    group: Group,
    lon: Floats,
    lat: Floats,
    *,
    terrain: Sequence[Path],
    void_is_sea: bool,
    regions: gpd.GeoDataFrame | None,
    approximate: NDArray[np.bool_],
) -> None:
    """Note coordinates that are impossible, swapped, outside the terrain or where its height is unknown.

    Parameters
    ----------
    group : Group
    lon, lat : (n,) float64
    terrain : sequence of Path
        Empty where it cannot be read (that is a fault of its own): then only the range of degrees is checked.
    void_is_sea : bool
        Voids of the terrain are sea, so that a place beside one may well be on the coast.
    regions : GeoDataFrame or None
    approximate : (n,) bool
        Places known only to a district: they need no terrain.
    """
    shown = np.array([f"{x:.10g}, {y:.10g}" for x, y in zip(lon, lat, strict=True)], dtype=object)
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    inside, height = (
        ground_at(terrain, lon, lat, void_is_sea=void_is_sea) if terrain else (possible, np.zeros_like(lon))
    )
    swapped = group.sound & _look_swapped(lon, lat, terrain, regions, inside=inside)
    group.fault(
        swapped,
        "swapped-coordinates",
        _("Longitude and latitude are exchanged: the other way round the place lies in the area."),
        _("Exchange them, or correct “columns” of the dataset."),
        column="lon, lat",
        values=shown,
    )
    group.fault(
        group.sound & ~possible,
        "bad-coordinates",
        _("No place on earth has these coordinates."),
        _("Give decimal degrees, or say the coordinate reference system as “crs” of the dataset."),
        column="lon, lat",
        values=shown,
    )
    exact = group.sound & ~approximate
    group.fault(
        exact & ~inside,
        "outside-terrain",
        _("The place lies outside the terrain."),
        _("Correct the coordinates, or give terrain that covers the place."),
        column="lon, lat",
        values=shown,
    )
    group.fault(
        exact & inside & np.isnan(height),
        "in-void",
        _("The terrain has no height at the place."),
        _(
            "Check the coordinates. Fill the hole, or add a file that covers it; where voids are the sea, say "
            "“sea” as inputs.terrain_voids."
        ),
        column="lon, lat",
        values=shown,
    )


def warn_of_sea(
    group: Group,
    lon: Floats,
    lat: Floats,
    *,
    terrain: Sequence[Path],
    void_is_sea: bool,
    approximate: NDArray[np.bool_],
) -> None:
    """Warn of places at sea level or below with no higher ground near, as far as the terrain tells.

    Parameters
    ----------
    group : Group
    lon, lat : (n,) float64
    terrain : sequence of Path
        Empty where it cannot be read: then nothing is known.
    void_is_sea : bool
    approximate : (n,) bool
        Places known only to a district.
    """
    if not terrain:
        return
    rows = np.flatnonzero(group.sound & ~approximate)
    low = rows[ground_at(terrain, lon[rows], lat[rows], void_is_sea=void_is_sea)[1] <= 0]
    afloat = np.zeros(len(group), dtype=bool)
    afloat[low] = [not _land_near(terrain, lon[i : i + 1], lat[i : i + 1]) for i in low]
    group.warn(
        afloat,
        "in-the-sea",
        _("The terrain is at sea level or below for {km} km around: the place may lie in the sea.").format(
            km=number(SHORE_KM, 1)
        ),
        _("Check the coordinates."),
        column="lon, lat",
        values=np.array([f"{x:.10g}, {y:.10g}" for x, y in zip(lon, lat, strict=True)], dtype=object),
    )


def _land_near(terrain: Sequence[Path], lon: Floats, lat: Floats) -> bool:
    """Return whether some ground above sea level lies within `SHORE_KM` of one place."""
    from planner.terrain import open_elevation  # noqa: PLC0415 - as above

    elevation = open_elevation(terrain, lon=lon, lat=lat, margin_km=2 * SHORE_KM)
    row, col = (int(np.rint(pixel[0])) for pixel in elevation.to_pixel(lon, lat))
    reach = int(np.ceil(1000 * SHORE_KM / elevation.cell_m))
    around = elevation.heights[max(row - reach, 0) : row + reach + 1, max(col - reach, 0) : col + reach + 1]
    return bool(((around > 0) & (around != VOID_HEIGHT)).any())


def _look_swapped(
    lon: Floats,
    lat: Floats,
    terrain: Sequence[Path],
    regions: gpd.GeoDataFrame | None,
    *,
    inside: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return which places lie outside the terrain, or all regions, but inside with the coordinates exchanged."""
    outside = ~inside & ~np.isnan(lon)
    swapped = np.zeros(lon.shape, dtype=bool)
    if terrain and outside.any():
        swapped[outside] = ground_at(terrain, lat[outside], lon[outside])[0]
    if regions is not None:
        area = shapely.union_all(regions.geometry.to_numpy())
        shapely.prepare(area)
        swapped |= ~shapely.contains_xy(area, lon, lat) & shapely.contains_xy(area, lat, lon)
    return swapped

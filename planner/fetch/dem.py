"""Terrain: the tiles of the Copernicus DEM GLO-30, one degree each, as they lie in its public bucket.

``BASE/NAME/NAME.tif`` with ``NAME = Copernicus_DSM_COG_10_S12_00_E043_00_DEM``: the south-west corner, 10 for one
second of arc. There are no tiles of the sea (height 0), nor of the few countries that are not released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rasterio
from rasterio.errors import RasterioError

from planner.errors import InputError, Problem
from planner.fetch.client import Client
from planner.fetch.record import Fetched, Record
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from planner.fetch.box import Box

GLO30_URL = "https://copernicus-dem-30m.s3.amazonaws.com"
FOLDER = "terrain"
GREATEST_NUMBER = 400
"""Tiles at once; they have about 25 MB each over land."""

_LICENCE = "https://spacedata.copernicus.eu/documents/20123/121286/CSCDA_ESA_Mission-specific+Annex.pdf"
_ATTRIBUTION = (
    "© DLR e.V. 2010–2014 and © Airbus Defence and Space GmbH 2014–2018, provided under COPERNICUS by the European "
    "Union and ESA; all rights reserved"
)
_TOLERANCE_DEG = 0.01  # the tiles' corners lie half a cell beside the degrees


def tile_name(west: int, south: int) -> str:
    """Return the name of the tile with a south-west corner at whole degrees."""
    latitude = f"{'N' if south >= 0 else 'S'}{abs(south):02d}"
    longitude = f"{'E' if west >= 0 else 'W'}{abs(west):03d}"
    return f"Copernicus_DSM_COG_10_{latitude}_00_{longitude}_00_DEM"


def fetch_dem(
    box: Box,
    out: Path,
    *,
    url: str = GLO30_URL,
    client: Client | None = None,
    told: Callable[[str, float], None] = lambda _text, _share: None,
) -> Fetched:
    """Fetch the tiles of a box into ``OUT/terrain``.

    Parameters
    ----------
    box : Box
    out : Path
        A scenario's folder; made if it is not there.
    url : str
        Address below which the tiles lie in the bucket's layout.
    client : Client or None
    told : callable
        Is told what is going on, and the share that is done.

    Raises
    ------
    InputError
        Too many tiles for one go, none at all, or a tile cannot be had or is no raster of its place.
    """
    client = client or Client()
    cells = list(box.cells())
    if len(cells) > GREATEST_NUMBER:
        message = _("The box takes {count} tiles of one degree.").format(count=len(cells))
        remedy = _("Ask for at most {most} at once: give several smaller boxes.").format(most=GREATEST_NUMBER)
        raise InputError(Problem("too-large-box", message, remedy, column="--bbox"))
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    base = url.rstrip("/")
    record = Record.beside(
        folder / "fetched.json", source=base, data="Copernicus DEM GLO-30", licence=_LICENCE, attribution=_ATTRIBUTION
    )
    files, sea, new = [], [], 0
    for done, cell in enumerate(cells):
        name = tile_name(*cell)
        file = folder / f"{name}.tif"
        if not record.has(file):
            address = f"{base}/{name}/{name}.tif"
            if not client.download(address, file, _progress(told, name, done, len(cells))):
                record.note_sea(name)
                sea.append(name)
                continue
            _require_tile(file, *cell)
            record.sea.pop(name, None)  # what a source lacks today it may have tomorrow
            record.note(file, address)
            new += 1
        files.append(file)
    if not files:
        _forget(record, sea)
        message = _("The source has none of the {count} tiles of the box.").format(count=len(cells))
        remedy = _("The box lies at sea (is it west, south, east, north?), or the address is not that of the tiles.")
        raise InputError(Problem("no-tiles", message, remedy, base, column="--bbox", value=str(box.as_list())))
    size = sum(file.stat().st_size for file in files)
    return Fetched(tuple(files), tuple(sea), new, len(files) - new, size, _ATTRIBUTION, record.path)


def _progress(
    told: Callable[[str, float], None], name: str, done: int, tiles: int
) -> Callable[[int, int | None], None]:
    def tell(have: int, total: int | None) -> None:
        text = _("Tile {number} of {count}: {name}").format(number=done + 1, count=tiles, name=name)
        told(text, (done + (have / total if total else 0.0)) / tiles)

    tell(0, None)
    return tell


def _require_tile(file: Path, west: int, south: int) -> None:
    """Make sure that what came is the raster of its place: a page of a portal comes with status 200 too."""
    remedy = _("The file was removed. Check the address: tiles lie there as BASE/NAME/NAME.tif.")
    try:
        with rasterio.open(file) as dataset:
            corner, size = dataset.transform, (dataset.width, dataset.height)
            dataset.read(1, window=((dataset.height - 1, dataset.height), (0, dataset.width)))
    except RasterioError as error:
        file.unlink()
        message = _("What came is no raster: {reason}.").format(reason=str(error).rstrip("."))
        raise InputError(Problem("not-a-tile", message, remedy, str(file))) from error
    here = (corner.c, corner.f + corner.e * size[1], corner.c + corner.a * size[0], corner.f)
    if any(abs(a - b) > _TOLERANCE_DEG for a, b in zip(here, (west, south, west + 1, south + 1), strict=True)):
        file.unlink()
        message = _("The raster that came lies elsewhere than its name says.")
        value = ", ".join(f"{edge:.4f}" for edge in here)
        raise InputError(Problem("not-a-tile", message, remedy, str(file), value=value))


def _forget(record: Record, sea: list[str]) -> None:
    """Take back that tiles are sea, where the address may be wrong."""
    for name in sea:
        record.sea.pop(name)
    if record.entries or record.sea:
        record.keep()
    else:
        record.path.unlink(missing_ok=True)

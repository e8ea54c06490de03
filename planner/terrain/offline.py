"""Files that would make GDAL ask the network: refused, since only `planner fetch` may, where the user asks for it."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES = 4096
_POINTER = re.compile(
    rb"<(VRTDataset|OGRVRT\w+|GDAL_W\w+|WCS_GDAL|OGRW\w+|OGCAPI\w*|GDALTileIndexDataset)\b|gdal_streamed_alg|stac_version"
)
"""How files begin that hold no data but say where they lie."""
_REMARKS = re.compile(rb"<(Metadata|SRS)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_PART = re.compile(rb"<(?:Source(?:Filename|Dataset)|SrcDataSource)([^>]*)>([^<]*)<")
# `Path` has made one slash of two; a folder that happens to be called vsicurl is no address.
_ADDRESS = re.compile(
    rb"(?<![^/\s>\"'=:,(])(?:/{1,2}vsi\w+)*/{1,2}vsi(?:curl|s3|gs|az|adls|oss|swift|webhdfs|hdfs)[\w?/.:=&%+-]*"
    rb"|(?:https?|ftp):/[^\s<>\"']*",
    re.IGNORECASE,
)
_LINKED_CRS = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"href"\s*:\s*"([^"]*)"')


def refuse_network(path: Path, file: str) -> None:
    """Refuse a file that lies on the network, is put together from such ones, or names its CRS by an address.

    Parameters
    ----------
    path : Path
        Need not exist.
    file : str
        As the scenario names it.

    Raises
    ------
    InputError
        With the address.
    """
    address = next(_addresses(path, set()), None)
    if address is not None:
        message = _("The file asks for data from the network ({address}).").format(address=address)
        remedy = _("Plans are made from files on this machine: download the data, and name what was downloaded.")
        raise InputError(Problem("network-file", message, remedy, file))


def _addresses(path: Path, seen: set[Path]) -> Iterator[str]:
    """Yield addresses on the network in the name of a file, in what it consists of, and in the files it points to."""
    yield from (match[0].decode() for match in _ADDRESS.finditer(str(path).encode()))
    if path in seen or not path.is_file() or path.stat().st_size == 0:
        return
    seen.add(path)
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        head = content[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
        if _POINTER.search(head):
            text = _REMARKS.sub(b"", content[:])
            yield from (match[0].decode(errors="replace") for match in _ADDRESS.finditer(text))
            for said, name in _PART.findall(text):
                beside = path.parent if b'="1"' in said else Path()
                yield from _addresses(beside / name.decode(errors="replace").strip(), seen)
        elif head.startswith(b"{"):
            yield from (match[1].decode(errors="replace") for match in _LINKED_CRS.finditer(content))

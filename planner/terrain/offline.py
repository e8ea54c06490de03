"""Files that would make GDAL ask the network: refused, since only `planner fetch` may, where the user asks for it."""

from __future__ import annotations

import mmap
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError, ParserCreate

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES = 4096
_BLANK = b"\xef\xbb\xbf \t\r\n"
_POINTER = re.compile(
    rb"<(VRTDataset|OGRVRT\w+|GDAL_W\w+|WCS_GDAL|OGRW\w+|OGCAPI\w*|GDALTileIndexDataset)\b|gdal_streamed_alg|stac_version"
)
"""How files begin that hold no data but say where they lie."""
_REMARKS = {"metadata", "srs"}
_PARTS = {"sourcefilename", "sourcedataset", "srcdatasource", "indexdataset"}
# `Path` has made one slash of two; a folder that happens to be called vsicurl is no address.
_ADDRESS = re.compile(
    r"(?<![^/\s>\"'=:,(])(?:/{1,2}vsi\w+)*/{1,2}vsi(?:curl|s3|gs|az|adls|oss|swift|webhdfs|hdfs)[\w?/.:=&%+-]*"
    r"|(?:https?|ftp):/[^\s<>\"']*",
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
    yield from _in_text(str(path))
    if path in seen:
        return
    seen.add(path)
    try:
        texts, parts = _read_pointers(path)
    except OSError:  # whoever reads the file tells what is wrong with it
        return
    for text in texts:
        yield from _in_text(text)
    for name in parts:
        # Beside the file or where the program runs: an attribute says which, and either may be there.
        for folder in (path.parent, Path()):
            yield from _addresses(folder / name, seen)


def _in_text(text: str) -> Iterator[str]:
    return (match[0] for match in _ADDRESS.finditer(text))


def _read_pointers(path: Path) -> tuple[list[str], list[str]]:
    """Return texts of a file that may hold addresses, and names of the files that it is put together from.

    Raises
    ------
    OSError
    """
    if not path.is_file() or path.stat().st_size == 0:
        return [], []
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        head = content[:_HEAD_BYTES].lstrip(_BLANK)
        if _POINTER.search(head):
            return _parse(content[:].lstrip(_BLANK))
        if head.startswith(b"{"):
            return [_plain(match[1]) for match in _LINKED_CRS.finditer(content)], []
    return [], []


def _parse(content: bytes) -> tuple[list[str], list[str]]:
    """Return the texts of XML but for remarks and name spaces, and the names of parts; of what is no XML, all of it."""
    texts: list[str] = []
    parts: list[str] = []
    inside: list[tuple[str, list[str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append((name.rpartition(":")[2].lower(), []))
        if not within_remarks():
            texts.extend(value for key, value in attributes.items() if key != "xmlns" and ":" not in key)

    def end(_name: str) -> None:
        text = "".join(inside[-1][1]).strip()
        if not within_remarks():
            texts.append(text)
            parts.extend([text] if inside[-1][0] in _PARTS else [])
        inside.pop()

    def within_remarks() -> bool:
        return any(name in _REMARKS for name, _text in inside)

    def hear(text: str) -> None:
        inside[-1][1].append(text)

    def refuse(*_told: object) -> None:
        raise ExpatError

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = hear
    parser.EntityDeclHandler = refuse  # GDAL knows none; they could make a large text of a small file
    try:
        parser.Parse(content, True)
    except (ExpatError, ValueError, LookupError):  # the last two: an encoding that there is not
        texts.append(_plain(content))
    return texts, parts


def _plain(text: bytes) -> str:
    """Return text without the escapes of XML and JSON that may stand in an address."""
    return unescape(text.decode(errors="replace")).replace("\\/", "/")

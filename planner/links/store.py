"""Link options on disk: one file of plain arrays and JSON behind a checksum, nothing that can run code."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.files import whole_file
from planner.finance import Item
from planner.links.options import LinkOptions, OptionKind, Places, Rejection

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = b"postlink-links-1\n"
_TABLES = "tables"  # what is no array: one JSON text
_PLACES = "places."  # prefix of the columns of Places


def save_options(options: LinkOptions, path: Path) -> None:
    """Write link options; the file appears whole or not at all, also when several processes write it at once."""
    arrays: dict[str, Any] = {_PLACES + field.name: getattr(options.places, field.name) for field in fields(Places)}
    arrays |= {name: value for name, value in vars(options).items() if isinstance(value, np.ndarray)}
    buffer = io.BytesIO()
    text = json.dumps(_tables_of(options), ensure_ascii=False, separators=(",", ":"))
    arrays[_TABLES] = np.frombuffer(text.encode(), dtype=np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    content = buffer.getvalue()
    with whole_file(path) as temporary:
        temporary.write_bytes(_MAGIC + hashlib.sha256(content).digest() + content)


def load_options(path: Path) -> LinkOptions | None:
    """Return link options as they were saved; None if the file is absent, unreadable, cut short or altered."""
    try:
        data = path.read_bytes()
    except OSError:  # whatever the reason, the caller builds them anew
        return None
    head = len(_MAGIC) + hashlib.sha256().digest_size
    content = data[head:]
    if data[:head] != _MAGIC + hashlib.sha256(content).digest():
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        arrays: dict[str, Any] = {name: stored[name] for name in stored.files}
    tables = json.loads(arrays.pop(_TABLES).tobytes().decode())
    places = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_PLACES)}
    return LinkOptions(
        places=Places(**{name.removeprefix(_PLACES): column for name, column in places.items()}),
        **_from_tables(tables),
        **arrays,
    )


def _tables_of(options: LinkOptions) -> dict[str, Any]:
    return {
        "kinds": [asdict(kind) for kind in options.kinds],
        "mast_items": [[_rows(rung) for rung in mast_class] for mast_class in options.mast_items],
        "site_items": [_rows(items) for items in options.site_items],
        "power_items": [_rows(items) for items in options.power_items],
        "office_items": [_rows(items) for items in options.office_items],
        "transit_items": _rows(options.transit_items),
        "rejections": [asdict(rejection) for rejection in options.rejections],
        "notes": list(options.notes),
    }


def _from_tables(tables: dict[str, Any]) -> dict[str, Any]:
    return {
        "kinds": tuple(OptionKind(**{**kind, "items": _items(kind["items"])}) for kind in tables["kinds"]),
        "mast_items": tuple(tuple(_items(rung) for rung in mast_class) for mast_class in tables["mast_items"]),
        "site_items": tuple(_items(rows) for rows in tables["site_items"]),
        "power_items": tuple(_items(rows) for rows in tables["power_items"]),
        "office_items": tuple(_items(rows) for rows in tables["office_items"]),
        "transit_items": _items(tables["transit_items"]),
        "rejections": tuple(Rejection(**rejection) for rejection in tables["rejections"]),
        "notes": tuple(tables["notes"]),
    }


def _rows(items: tuple[Item, ...]) -> list[dict[str, Any]]:
    return [asdict(item) for item in items]


def _items(rows: list[dict[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(**row) for row in rows)

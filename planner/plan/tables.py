"""The tables of a plan as columns with fixed types, and as the records of ``plan.json``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.finance import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CENTS = tuple(f"{measure}_cents" for measure in MEASURES)
"""Names of the money columns of every table."""

PLACE_KEYS = ("id", "kind", "lon", "lat", "region", "ground_m", "power", "power_availability", "grid_km", "climate")
OFFICE_KEYS = (
    "id", "name", "lon", "lat", "region", "kind", "before", "connected", "technology", "parent", "hops", "demand_mbps",
    "availability", "benefit", "people", "people_total", "position_known", "monthly_cost_before", *MEASURES, "year",
    "reason",
)  # fmt: skip
LINK_KEYS = (
    "id", "from", "to", "technology", "option", "hop_weight", "shareable", "region", "length_km", "capacity_mbps",
    "load_mbps", "availability", "mast_from_m", "mast_to_m", *MEASURES, "year", "geometry",
)  # fmt: skip
MAST_KEYS = ("place", "region", "height_m", "breakdown", "existing_m", *MEASURES, "year")

_FLAGS = {"connected", "position_known", "shareable"}
_WHOLE = {"hop_weight"}
_WHOLE_OR_NONE = {"hops", "year"}
_REAL = {
    "lon", "lat", "ground_m", "demand_mbps", "availability", "benefit", "people", "people_total", "monthly_cost_before",
    "length_km", "capacity_mbps", "load_mbps", "mast_from_m", "mast_to_m", "height_m", "existing_m",
    "power_availability", "grid_km",
}  # fmt: skip


def table(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table with the type that belongs to each column's name; unknown text is None, an unknown number NaN."""
    return pd.DataFrame({name: _typed(name, values) for name, values in columns.items()})


def to_records(frame: pd.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows as JSON-ready mappings: money in currency, null for what is unknown or unlimited."""
    columns = [_amounts(frame[f"{key}_cents"]) if key in MEASURES else _plain(frame[key]) for key in keys]
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


def from_records(records: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> pd.DataFrame:
    """Return the table of a list of records; the reverse of `to_records`.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a record lacks a key or holds something else than its type.
    """
    columns: dict[str, Any] = {}
    for key in keys:
        values = [record[key] for record in records]
        if key in MEASURES:
            columns[f"{key}_cents"] = [round(100 * amount) for amount in values]
        elif key == "capacity_mbps":
            columns[key] = [math.inf if value is None else value for value in values]
        else:
            columns[key] = values
    return table(columns)


def _typed(name: str, values: Any) -> pd.Series[Any]:
    if name in CENTS or name in _WHOLE:
        return pd.Series(np.asarray(values, dtype=np.int64))
    if name in _FLAGS:
        return pd.Series(np.asarray(values, dtype=np.bool_))
    if name in _REAL:
        return pd.Series(np.asarray(values, dtype=np.float64))
    if name in _WHOLE_OR_NONE:
        return pd.Series(list(values), dtype="Int64")
    # Text stays an object column: None is false where the string type's NaN would be true.
    held = np.empty(len(values), dtype=object)
    held[:] = list(values)
    return pd.Series(held, dtype=object)


def _amounts(cents: pd.Series[int]) -> list[float]:
    """Return amounts in currency; the nearest double to two decimals, which JSON writes with these decimals."""
    return [value / 100 for value in cents.tolist()]


def _plain(column: pd.Series[Any]) -> list[Any]:
    values = column.tolist()
    if column.dtype == np.float64:
        return [value if math.isfinite(value) else None for value in values]
    return [None if value is pd.NA else value for value in values]

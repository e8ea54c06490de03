"""Offices: who and where they are, what they have, what they need and what connecting them is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.i18n import _, ngettext
from planner.inputs.areas import settle_regions
from planner.inputs.climate import CLIMATE_RANGES, read_climate
from planner.inputs.columns import OFFICE_COLUMNS, plain_name
from planner.inputs.ground import check_positions, warn_of_sea
from planner.inputs.group import Group, read_group
from planner.inputs.limits import grouping_columns
from planner.inputs.places import read_coordinates, read_identity, settle_duplicates, shared_points
from planner.inputs.raw import as_text
from planner.inputs.template import warn_of_examples
from planner.numerals import to_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.scenario import Scenario

POSITION_KNOWN_WITHIN_M = 500.0
"""Offices located less accurately get only options that do not depend on their position."""

_NUMERIC = (
    "lon",
    "lat",
    "mbps_before",
    "monthly_cost_before",
    "demand_mbps",
    "population",
    "share_underserved",
    "location_accuracy_m",
    "grid_hours_per_day",
    "grid_distance_km",
    *CLIMATE_RANGES,
)
# fmt: off
STATUS_WORDS: dict[str, tuple[str, ...]] = {
    "offline": ("offline", "none", "not connected", "unconnected", "no", "hors ligne", "non connecté", "aucune", "non"),
    "insufficient": ("insufficient", "slow", "insuffisant", "insuffisante", "lent"),
    "adequate": ("adequate", "sufficient", "adéquat", "adéquate", "suffisant", "suffisante"),
    "unknown": ("unknown", "inconnu", "inconnue"),
}
"""What may stand in ``status_before``, in either language; an empty cell is unknown."""
# fmt: on
STATUS_OF_WORD = {"": "unknown"} | {
    plain_name(word): status for status, words in STATUS_WORDS.items() for word in words
}
_CONNECTED_WORDS = frozenset(("yes", "oui", "connected", "connecte", "connectee", "online", "en_ligne"))
"""They say that there is a connection, but not whether it is enough."""
# fmt: off
_ROUGH_WORDS = frozenset({
    "postcode", "postal_code", "pincode", "zip", "district", "ward", "commune", "city", "town", "village", "region",
    "province", "centroid", "approximate", "code_postal", "quartier", "ville", "approximatif", "centroide",
})
# fmt: on
_TRUE_WORDS = frozenset(("true", "yes", "1", "x", "oui", "vrai"))
_FALSE_WORDS = frozenset(("false", "no", "0", "", "non", "faux"))


@dataclass(frozen=True)
class ReadOffices:
    """The offices as read: ``frame`` holds the sound rows without people and benefit, which need all of them."""

    frame: pd.DataFrame
    group: Group
    assumptions: tuple[str, ...]


def read_offices(scenario: Scenario, regions: gpd.GeoDataFrame | None, terrain: Sequence[Path]) -> ReadOffices:
    """Read and check all office files.

    Parameters
    ----------
    scenario : Scenario
    regions : GeoDataFrame or None
    terrain : sequence of Path
        Empty where unreadable.
    """
    extra, groups = scenario.benefit.office_columns, grouping_columns(scenario)
    datasets = scenario.inputs.offices
    group = read_group(scenario, "offices", datasets, OFFICE_COLUMNS, numeric=_NUMERIC, extra=extra, texts=groups)
    ids, names = read_identity(group, "o")
    lon, lat = read_coordinates(group)
    accuracy_m = _accuracy(group)
    approximate = accuracy_m > POSITION_KNOWN_WITHIN_M
    void_is_sea = scenario.inputs.terrain_voids == "sea"
    warn_of_examples(group, ids, names, lon, lat)
    check_positions(group, lon, lat, terrain=terrain, void_is_sea=void_is_sea, regions=regions, approximate=approximate)
    if scenario.inputs.population is None:  # else it knows the land better
        warn_of_sea(group, lon, lat, terrain=terrain, void_is_sea=void_is_sea, approximate=approximate)
    ids = settle_duplicates(group, ids, names, lon, lat)
    kind = group.text("kind", "post_office")
    must_say_people = scenario.inputs.population is None and scenario.missing.population == "error"
    status = _status(group)
    columns: dict[str, NDArray[np.generic]] = {
        "id": ids,
        "name": names,
        "lon": lon,
        "lat": lat,
        "kind": kind,
        "status_before": status,
        "technology_before": group.text("technology_before"),
        "mbps_before": group.numbers("mbps_before"),
        "monthly_cost_before": group.numbers("monthly_cost_before"),
        "region": settle_regions(group, regions, lon, lat),
        "demand_mbps": _demand(group, scenario, kind),
        "population": group.numbers("population", required=must_say_people),
        "share_underserved": group.numbers("share_underserved", 1.0, greatest=1.0),
        "location_accuracy_m": accuracy_m,
        "position_known": ~approximate,
        "grid_hours_per_day": group.numbers("grid_hours_per_day", greatest=24.0),
        "grid_distance_km": group.numbers("grid_distance_km"),
        **read_climate(group),
        **{name: group.numbers(name, required=True) for name in extra},
        **{name: group.text(name) for name in groups},
    }
    columns["is_source"] = _sources(group, status)
    columns["shared_point"] = shared_points(group, lon, lat)
    _warn_of_rough_positions(group, approximate)
    frame = pd.DataFrame({name: values[group.sound] for name, values in columns.items()})
    return ReadOffices(frame, group, tuple(_assumptions(group, scenario, columns)))


def _status(group: Group) -> NDArray[np.object_]:
    plain = [plain_name(text) for text in group.text("status_before")]
    status = np.array([STATUS_OF_WORD.get(word) for word in plain], dtype=object)
    bad = np.array([word not in STATUS_OF_WORD for word in plain], dtype=bool)
    vague = np.array([word in _CONNECTED_WORDS for word in plain], dtype=bool)
    message, remedy = _("The status is not understood."), _("Write offline, insufficient, adequate or unknown.")
    group.fault(bad & ~vague, "bad-status", message, remedy, column="status_before")
    message = _("The status does not say whether the connection is enough.")
    remedy = _("Write adequate if the connection is enough for the office's services, else insufficient.")
    group.fault(vague, "bad-status", message, remedy, column="status_before")
    return status


def _accuracy(group: Group) -> NDArray[np.float64]:
    """Return the accuracy in metres, inf for words such as postcode, NaN where nothing is said."""
    column = "location_accuracy_m"
    if not group.has(column):
        return np.full(len(group), np.nan)
    cells = group.cells[column]
    rough = np.array([plain_name(as_text(cell) or "") in _ROUGH_WORDS for cell in cells], dtype=bool)
    accuracy_m = np.full(len(group), np.nan)
    faulty = np.zeros(len(group), dtype=bool)
    for k, part in enumerate(group.parts):
        mine = (group.part == k) & ~rough
        accuracy_m[mine], faulty[mine] = to_numbers(cells[mine], part.mark)
    accuracy_m[rough] = np.inf
    remedy = _("Write metres, or how the place was located: postcode, district, town.")
    group.fault(faulty, "not-a-number", _("The accuracy is not understood."), remedy, column=column)
    message = _("The number is negative.")
    group.fault(accuracy_m < 0, "negative-number", message, _("Correct the sign or the value."), column=column)
    return accuracy_m


def _demand(group: Group, scenario: Scenario, kind: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return each office's own demand, else that of its kind, Mbit/s."""
    own = group.numbers("demand_mbps")
    of_kind = {word: scenario.service.demand_mbps(word) for word in set(kind)}
    profile = np.array([of_kind[word] for word in kind], dtype=np.float64)  # None becomes NaN
    demand = np.where(np.isnan(own), profile, own)
    message = _("The scenario has no service profile for this kind of office.")
    remedy = _("Add it under service.profiles, or give a default_profile or the column demand_mbps.")
    group.fault(group.sound & np.isnan(demand), "unknown-kind", message, remedy, column="kind", values=kind)
    zero = group.sound & (demand == 0)
    remedy = _("Leave the cell empty for the demand of its kind.")
    group.fault(zero, "out-of-range", _("The demand must be greater than zero."), remedy, column="demand_mbps")
    return demand


def _sources(group: Group, status: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which offices may serve others: adequately connected ones of which the input says so."""
    words = np.array([text.casefold() for text in group.text("serves_as_source")], dtype=object)
    serves, refuses = np.isin(words, list(_TRUE_WORDS)), np.isin(words, list(_FALSE_WORDS))
    column, remedy = "serves_as_source", _("Write yes or no.")
    group.fault(~serves & ~refuses, "not-yes-or-no", _("The value is neither yes nor no."), remedy, column=column)
    lacking = group.sound & serves & (status != "adequate")
    message = _("The office is not adequately connected, so it cannot serve others.")
    group.warn(lacking, "not-a-source", message, _("Correct status_before or this cell."), column=column)
    return np.asarray(serves & (status == "adequate"), dtype=bool)


def _warn_of_rough_positions(group: Group, approximate: NDArray[np.bool_]) -> None:
    message = _("The office is located roughly; it gets only options that do not depend on its position.")
    remedy = _("Give coordinates that are accurate to {limit:.0f} m.").format(limit=POSITION_KNOWN_WITHIN_M)
    rows = group.sound & approximate
    group.warn(rows, "rough-position", message, remedy, column="location_accuracy_m")


def _assumptions(group: Group, scenario: Scenario, columns: dict[str, NDArray[np.generic]]) -> list[str]:
    """Return what was taken for granted for want of a column or value."""
    said: list[str] = []
    made = sum(str(text).startswith("~") for text in columns["id"][group.sound])
    if made:
        text = ngettext(
            "{n} office without an id got one from its row (~o…).",
            "{n} offices without an id got one from their rows (~o…).",
            made,
        )
        said.append(text.format(n=made))
    unknown = int(np.count_nonzero(columns["status_before"][group.sound] == "unknown"))
    if unknown:
        text = ngettext(
            "{n} office of unknown status is planned for like an offline one.",
            "{n} offices of unknown status are planned for like offline ones.",
            unknown,
        )
        said.append(text.format(n=unknown))
    if not group.has("kind"):
        said.append(_("No file has a column for the kind of office; all are “post_office”."))
    kinds = {str(kind) for kind in columns["kind"][group.sound]}
    without_profile = sorted(kinds - set(scenario.service.profiles))
    if without_profile:
        said.append(_("Default service profile for the kinds: {kinds}.").format(kinds=", ".join(without_profile)))
    return said

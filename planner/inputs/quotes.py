"""Quotes and tariffs of providers: for an office, for a region, or for wherever the service is to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.i18n import _
from planner.inputs.columns import QUOTE_COLUMNS, plain_name
from planner.inputs.group import Group, read_group
from planner.inputs.template import warn_of_example_provider
from planner.likeness import nearest_ids

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from planner.scenario import Scenario

    Texts = NDArray[np.object_]

_NUMERIC = ("one_off", "monthly", "mbps", "up_mbps", "volume_gb", "availability", "latency_ms", "term_months")
# fmt: off
_TECHNOLOGY_WORDS = {
    "leo": ("leo", "low_earth_orbit", "orbite_basse"),
    "geo": ("geo", "vsat", "geostationary", "geostationnaire"),
    "cellular": ("cellular", "mobile", "cellulaire", "lte", "3g", "4g", "5g", "fwa"),
    "leased": (
        "leased", "leased_line", "fibre", "fiber", "ftth", "dsl", "adsl", "vdsl", "cable", "microwave", "wireless",
        "ligne_louee", "liaison_louee", "faisceau_hertzien",
    ),
}
# fmt: on
TECHNOLOGY_OF_WORD = {word: technology for technology, words in _TECHNOLOGY_WORDS.items() for word in words}


def read_quotes(
    scenario: Scenario, offices: pd.DataFrame, known: set[str], regions: gpd.GeoDataFrame | None
) -> tuple[pd.DataFrame | None, Group]:
    """Return the quotes; None where the scenario has none or all are faulty.

    Parameters
    ----------
    scenario : Scenario
    offices : DataFrame
        ``id, region`` of the offices in use.
    known : set of str
        Ids of all offices of the files, those left out too.
    regions : GeoDataFrame or None

    Returns
    -------
    DataFrame or None
        ``row`` (its number in the file), ``office`` (id, or ""), ``area`` (region id, or ""; both empty: everywhere),
        ``provider, technology, one_off, monthly, mbps``, and ``up_mbps, volume_gb, availability, latency_ms,
        term_months``, NaN where the quote says nothing. Amounts in the scenario's currency.
    """
    group = read_group(scenario, "quotes", scenario.inputs.quotes, QUOTE_COLUMNS, numeric=_NUMERIC)
    columns: dict[str, NDArray[np.generic]] = {
        "row": group.row,
        "office": _offices(group, known),
        "area": _areas(group, offices, regions),
        "provider": group.text("provider"),
        "technology": _technologies(group),
        "one_off": group.numbers("one_off", 0.0),
        "monthly": group.numbers("monthly", required=True),
        "mbps": group.numbers("mbps", required=True),
        "availability": _availability(group),
        **{name: group.numbers(name) for name in ("up_mbps", "volume_gb", "latency_ms", "term_months")},
    }
    nameless = group.sound & (columns["provider"] == "")
    remedy = _("Fill in who makes the offer, or give it in “defaults”.")
    group.fault(nameless, "missing-value", _("The quote names no provider."), remedy, column="provider")
    nothing = group.sound & (columns["mbps"] == 0)
    remedy = _("Fill in what the service delivers.")
    group.fault(nothing, "out-of-range", _("The speed must be greater than zero."), remedy, column="mbps")
    both = group.sound & (columns["office"] != "") & (columns["area"] != "")
    message = _("The quote is for an office and for an area at once.")
    group.fault(both, "two-scopes", message, _("Leave one of the two cells empty."), column="area")
    warn_of_example_provider(group)
    if not group.sound.any():
        return None, group
    return pd.DataFrame({name: values[group.sound] for name, values in columns.items()}), group


def _offices(group: Group, known: set[str]) -> Texts:
    office = group.text("office")
    for i in np.flatnonzero(group.sound & (office != "") & ~np.isin(office.astype(np.str_), sorted(known))):
        near = nearest_ids(office[i], sorted(known))
        remedy = _("The nearest ids are: {ids}.").format(ids=", ".join(near)) if near else _("Correct or remove it.")
        group.fault(np.arange(len(group)) == i, "unknown-office", _("No office has this id."), remedy, column="office")
    return office


def _areas(group: Group, offices: pd.DataFrame, regions: gpd.GeoDataFrame | None) -> Texts:
    """Return the region id of each quote, by id or name; "" where it names none."""
    names = {str(text).casefold(): str(text) for text in offices["region"] if text}
    if regions is not None:
        names |= {str(name).casefold(): str(key) for name, key in zip(regions["name"], regions["id"], strict=True)}
        names |= {str(key).casefold(): str(key) for key in regions["id"]}
    given = group.text("area")
    area = np.array([names.get(text.casefold(), "") for text in given], dtype=object)
    unknown = group.sound & (given != "") & (area == "")
    remedy = _("The regions: {names}.").format(names=", ".join(sorted(set(names.values()))))
    group.fault(unknown, "unknown-region", _("No region has this id or name."), remedy, column="area")
    return area


def _technologies(group: Group) -> Texts:
    found = np.array([TECHNOLOGY_OF_WORD.get(plain_name(text), "") for text in group.text("technology")], dtype=object)
    remedy = _("Write leo, geo, cellular or leased (a line of any kind).")
    message = _("The technology is not understood.")
    group.fault(group.sound & (found == ""), "unknown-technology", message, remedy, column="technology")
    return found


def _availability(group: Group) -> NDArray[np.float64]:
    """Return shares of the year; what exceeds 1 is taken as per cent."""
    stated = group.numbers("availability", greatest=100.0)
    share = np.where(stated > 1, stated / 100, stated)
    remedy = _("Write a share of the year, such as 0.995 or 99.5.")
    message = _("The availability must be greater than zero.")
    group.fault(group.sound & (share == 0), "out-of-range", message, remedy, column="availability")
    return np.asarray(share, dtype=np.float64)


def one_spelling(providers: pd.Series, names: list[str]) -> pd.Series:
    """Return providers as they are first written in ``names``, which grows by new ones; case and blanks do not tell.

    A provider of two spellings would carry its share twice.
    """

    def plain(text: str) -> str:
        return " ".join(text.casefold().split())

    first = {plain(name): name for name in reversed(names)}
    for text in providers.unique():
        if plain(text) not in first:
            first[plain(text)] = text
            names.append(text)
    return providers.map(lambda text: first[plain(text)])

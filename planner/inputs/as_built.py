"""What has become of an earlier plan: its links, contracted, built or working, what was spent, what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.i18n import _
from planner.inputs.columns import AS_BUILT_COLUMNS, plain_name
from planner.inputs.group import Group, read_group
from planner.inputs.limits import MADE, ROOT_ID
from planner.likeness import nearest_ids
from planner.wording import money, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.scenario import Scenario

PLANNED, CONTRACTED, BUILT, WORKING = STATUSES = ("planned", "contracted", "built", "working")
"""In the order in which a link goes through them."""
FIXED = (CONTRACTED, BUILT, WORKING)
"""What stands in every later plan."""

# fmt: off
_WORDS = {
    PLANNED: ("planned", "proposed", "prevu", "prevue", "planifie", "planifiee"),
    CONTRACTED: ("contracted", "ordered", "signed", "contracte", "contractee", "commande", "commandee", "signe"),
    BUILT: ("built", "installed", "construit", "construite", "installe", "installee"),
    WORKING: ("working", "in_service", "operational", "live", "en_service", "operationnel", "operationnelle"),
}
# fmt: on
STATUS_OF_WORD = {word: status for status, words in _WORDS.items() for word in words}
AMOUNTS = ("spent", "spent_per_year", "spent_equipment")
"""What was spent on purchases of a link, on a year of its operation, and on purchases of the office's own line."""
_NUMERIC = (*AMOUNTS, "mbps")


def read_as_built(scenario: Scenario, places: pd.DataFrame) -> tuple[pd.DataFrame | None, Group]:
    """Return what has become of links; None where the scenario says nothing of it.

    Parameters
    ----------
    scenario : Scenario
    places : DataFrame
        ``id, region`` and ``kind`` (of offices, else NaN) of offices, sources and towers; those that the program makes
        are known once links are built.

    Returns
    -------
    DataFrame or None
        ``row`` (its number in the file), ``from, to, technology, option`` (or ""), ``status`` (one of `STATUSES`),
        ``spent, spent_per_year, spent_equipment`` in the scenario's currency, ``mbps`` (NaN: not said), ``funder``.
    """
    group = read_group(scenario, "as_built", scenario.inputs.as_built, AS_BUILT_COLUMNS, numeric=_NUMERIC)
    ends = {"from": group.text("from", ROOT_ID), "to": group.text("to")}
    columns: dict[str, NDArray[np.generic]] = {
        "row": group.row,
        **ends,
        "technology": group.text("technology"),
        "option": group.text("option"),
        "status": _statuses(group),
        **{name: group.numbers(name) for name in _NUMERIC},
        "funder": group.text("funder"),
    }
    for name, remedy in (
        ("to", _("Fill in the place that the link leads to: an office, a relay, a source.")),
        ("technology", _("Fill in the technology, as the plan has it.")),
    ):
        empty = group.sound & (columns[name] == "")
        group.fault(empty, "missing-value", _("The value is missing."), remedy, column=name)
    for name, ids in ends.items():
        _check_places(group, name, ids, {*places["id"].astype(str), ROOT_ID})
    _check_funders(group, scenario)
    _check_links(group, columns)
    _check_twice(group, columns)
    where = places.set_index(places["id"].astype(str)).reindex([str(name) for name in columns["to"]])
    _check_amounts(group, columns, where["kind"].notna().to_numpy(np.bool_))
    _tell_sums(group, scenario, columns)
    _tell_terms(group, scenario, columns, where)
    if not group.sound.any():
        return None, group
    return pd.DataFrame({name: values[group.sound] for name, values in columns.items()}), group


def paid_lines(as_built: pd.DataFrame | None) -> dict[tuple[str, str], str]:
    """Return who has paid for the purchases of lines, by ``link`` or ``office`` and id; a link may lead either way.

    Only where both who paid and what was spent are said: what nothing is said of is shared out as new costs are.

    Parameters
    ----------
    as_built : DataFrame or None
        See `read_as_built`.
    """
    paid = {}
    rows = [] if as_built is None else as_built[as_built["status"].isin(FIXED)].to_dict("records")
    for row in rows:
        technology, tail, head = (str(row[name]) for name in ("technology", "from", "to"))
        lines = [("link", f"{technology}:{tail}>{head}"), ("link", f"{technology}:{head}>{tail}")]
        bought = [*(lines if np.isfinite(row["spent"]) else ())]
        bought += [("office", head)] if np.isfinite(row["spent_equipment"]) else []
        paid.update(dict.fromkeys(bought if row["funder"] else (), str(row["funder"])))
    return paid


def _statuses(group: Group) -> NDArray[np.object_]:
    words = [plain_name(text) for text in group.text("status", PLANNED)]
    status = np.array([STATUS_OF_WORD.get(word, "") for word in words], dtype=object)
    remedy = _("Write planned, contracted, built or working.")
    group.fault(status == "", "bad-status", _("The status is not understood."), remedy, column="status")
    return status


def _check_places(group: Group, column: str, ids: NDArray[np.object_], known: set[str]) -> None:
    lost = np.array([bool(name) and not name.startswith(MADE) and name not in known for name in ids], dtype=np.bool_)
    for i in np.flatnonzero(group.sound & lost):
        near = nearest_ids(ids[i], sorted(known))
        remedy = _("The nearest ids are: {ids}.").format(ids=", ".join(near)) if near else _("Correct or remove it.")
        rows = np.arange(len(group)) == i
        group.fault(rows, "unknown-place", _("No place has this id."), remedy, column=column, values=ids)


def _check_funders(group: Group, scenario: Scenario) -> None:
    """Note funders that the scenario does not have, if it has any."""
    known, names = [funder.name for funder in scenario.funders], group.text("funder")
    for i in np.flatnonzero(group.sound & (names != "") & ~np.isin(names, known)) if known else ():
        near = nearest_ids(str(names[i]), known) or known
        remedy = _("Funders of the scenario are: {names}.").format(names=", ".join(f"“{name}”" for name in near))
        rows, message = np.arange(len(group)) == i, _("The scenario has no funder of this name (funders).")
        group.fault(rows, "unknown-funder", message, remedy, column="funder")


def _check_amounts(group: Group, columns: dict[str, NDArray[np.generic]], to_office: NDArray[np.bool_]) -> None:
    """Note amounts that nothing in a plan could take: of what is only planned, and of equipment where no office is."""
    remedy = _("Give it the status contracted, built or working, or leave the amount out.")
    message = _("Money was spent on a link that is only planned.")
    for name in AMOUNTS:
        unbuilt = group.sound & (columns["status"] == PLANNED) & np.isfinite(columns[name])
        group.fault(unbuilt, "spent-on-planned", message, remedy, column=name)
    nobodys = group.sound & ~to_office & np.isfinite(columns["spent_equipment"])
    message = _("Equipment was paid where the link leads to no office; only offices have equipment of their own.")
    remedy = _("Add it to what was spent on the link (spent), or enter it in the row that leads to the office.")
    group.fault(nobodys, "equipment-without-office", message, remedy, column="spent_equipment")


def _tell_sums(group: Group, scenario: Scenario, columns: dict[str, NDArray[np.generic]]) -> None:
    """Warn at the row with which purchases come to more than their funder gives."""
    fixed = group.sound & np.isin(columns["status"], FIXED)
    cents = sum(np.rint(100 * np.nan_to_num(columns[name])) for name in ("spent", "spent_equipment"))
    for funder in scenario.funders:
        sums = np.cumsum(np.where(fixed & (columns["funder"] == funder.name), cents, 0.0))
        over = np.flatnonzero(sums > funder.cents)
        if not over.size:
            continue
        currency = scenario.money.currency
        text = _("Purchases entered as paid by this funder come to {spent} in all; it gives {amount} (funders).")
        amounts = {"spent": money(sums[-1], currency, exact=True), "amount": money(funder.cents, currency, exact=True)}
        remedy = _("Correct the amounts or who paid, or raise the funder's amount.")
        rows = np.arange(len(group)) == over[0]
        group.warn(rows, "funder-overspent", text.format(**amounts), remedy, column="funder")


def _tell_terms(group: Group, scenario: Scenario, columns: dict[str, NDArray[np.generic]], where: pd.DataFrame) -> None:
    """Warn where a funder paid for what its terms do not let it pay for, or for more than its share.

    Region and kind are those of the places that the rows lead to (``where``). The region of places that the program
    makes is not known yet: nothing is said of it.
    """
    made = np.array([str(name).startswith(MADE) for name in columns["to"]], np.bool_)
    cents = sum(np.rint(100 * np.nan_to_num(columns[name])) for name in ("spent", "spent_equipment"))
    paid = group.sound & np.isin(columns["status"], FIXED) & (cents > 0)
    for funder in scenario.funders:
        own, scope = paid & (columns["funder"] == funder.name), funder.scope
        may = np.full(len(group), "capex" in funder.cost_kinds)
        for names, values, unknown in (
            (scope.technologies, columns["technology"], False),
            (scope.regions, where["region"], made),
            (scope.kinds, where["kind"], False),
        ):
            may &= np.isin(values, list(names)) | unknown if names else True
        charged = _("What was spent is charged to it in full all the same, for it has been paid.")
        remedy = _("Correct who paid, or the terms of the funder.")
        message = _("By its terms this funder may not pay for this purchase (funders).")
        group.warn(own & ~may, "funder-not-eligible", f"{message} {charged}", remedy, column="funder")
        if funder.match < 1:
            text = _("By its matching rate this funder pays at most {share} of each cost (funders).")
            message = text.format(share=share(funder.match, 1))
            group.warn(own & may, "funder-over-share", f"{message} {charged}", remedy, column="funder")


def _check_links(group: Group, columns: dict[str, NDArray[np.generic]]) -> None:
    """Note links of which a row tells already, whatever it says of them and whichever way round."""
    told: dict[tuple[str, frozenset[str]], int] = {}
    ends = np.array([f"{tail} > {head}" for tail, head in zip(columns["from"], columns["to"], strict=True)], object)
    for i in map(int, np.flatnonzero(group.sound)):
        link = str(columns["technology"][i]), frozenset((str(columns["from"][i]), str(columns["to"][i])))
        first = told.setdefault(link, i)
        if first == i:
            continue
        text = _("Row {row} of {file} tells of this link already; which way round makes no difference.")
        message = text.format(row=group.row[first], file=group.file(first))
        rows = np.arange(len(group)) == i
        group.fault(rows, "told-twice", message, _("Keep one of the rows."), column="from, to", values=ends)


def _check_twice(group: Group, columns: dict[str, NDArray[np.generic]]) -> None:
    """Note links, and places, that rows lead to twice: a place is entered by one link."""
    seen: set[str] = set()
    twice = np.zeros(len(group), np.bool_)
    for i in np.flatnonzero(group.sound & np.isin(columns["status"], FIXED)):
        twice[i] = columns["to"][i] in seen
        seen.add(str(columns["to"][i]))
    message = _("Another row leads to this place already; a place is entered by one link.")
    group.fault(twice, "entered-twice", message, _("Keep one of the rows."), column="to")

"""How far a plan is built: offices, people and purchases by status, over all, by region and by funder."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.inputs.as_built import AMOUNTS, PLANNED, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    Line = tuple[str | None, str | None, float, bool, float]

ALL, REGION, FUNDER = "all", "region", "funder"


def as_built_rows(as_built: pd.DataFrame | None, links: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Return what is known of the plan's links beside the estimate, as ``plan.json`` has it.

    Ends and amounts are those of the row: it may lead the other way than the plan's link, and its equipment is that of
    the office where the row leads. What the row does not say is None.

    Parameters
    ----------
    as_built : DataFrame or None
        See `planner.inputs.as_built.read_as_built`.
    links : DataFrame
        Of the plan, those of second paths too.
    """
    if as_built is None:
        return ()
    told = {_link(row["technology"], row["from"], row["to"]): row for row in as_built.to_dict("records")}
    columns = (links[name] for name in ("id", "technology", "from", "to", "load_mbps"))
    return tuple(
        {
            "link": name,
            "from": str(row["from"]),
            "to": str(row["to"]),
            "status": str(row["status"]),
            **{amount: _known(row[amount]) for amount in AMOUNTS},
            "funder": str(row["funder"]) or None,
            "mbps": _known(row["mbps"]),
            "load_mbps": float(load),
        }
        for name, technology, tail, head, load in zip(*columns, strict=True)
        if (row := told.get(_link(technology, tail, head))) is not None
    )


def _link(technology: str, one: str, other: str) -> tuple[str, frozenset[str]]:
    """Return what a row and a link have in common: what is built may be used the other way round."""
    return technology, frozenset((one, other))


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def progress_rows(
    rows: tuple[dict[str, Any], ...],
    links: pd.DataFrame,
    offices: pd.DataFrame,
    masts: pd.DataFrame,
) -> tuple[dict[str, Any], ...]:
    """Return offices, people and purchases of each status, over all, by region and by funder; no rows without any.

    What an office's own line and a mast cost counts with the link that enters the place; what nothing is said of is
    planned. The purchases of all statuses add up to the plan's.

    Parameters
    ----------
    rows : tuple of dict
        As `as_built_rows` returns them.
    links, offices, masts : DataFrame
        Of the plan; links with those of second paths behind them.
    """
    if not rows:
        return ()
    status = {row["link"]: (row["status"], row["funder"]) for row in rows}
    entering = dict(zip(links["to"][::-1], links["id"][::-1], strict=True))  # the plan's own links come first
    sums: dict[tuple[str, str | None, str], list[float]] = defaultdict(lambda: [0, 0.0, 0])
    for link, region, people, office, cents in _lines(links, offices, masts, entering):
        state, funder = status.get(link or "", (PLANNED, None))
        for by, group in ((ALL, None), (REGION, region), (FUNDER, funder)):
            total = sums[by, group, state]
            total[0] += office
            total[1] += people
            total[2] += cents
    order = {ALL: 0, REGION: 1, FUNDER: 2}
    keys = sorted(sums, key=lambda key: (order[key[0]], key[1] is None, key[1] or "", STATUSES.index(key[2])))
    return tuple(
        {
            "by": by,
            "group": group,
            "status": state,
            "offices": int(sums[by, group, state][0]),
            "people": sums[by, group, state][1],
            "capex": round(sums[by, group, state][2]) / 100,
        }
        for by, group, state in keys
    )


def _lines(links: pd.DataFrame, offices: pd.DataFrame, masts: pd.DataFrame, entering: dict[str, str]) -> Iterator[Line]:
    """Yield link, region, people, whether it is an office, and purchases in cents of each line."""
    for name, region, cents in zip(links["id"], links["region"], links["capex_cents"], strict=True):
        yield name, region, 0.0, False, cents
    for place, region, cents in zip(masts["place"], masts["region"], masts["capex_cents"], strict=True):
        yield entering.get(place), region, 0.0, False, cents
    gained = offices[(offices["connected"] & (offices["before"] != "adequate")).to_numpy(np.bool_)]
    people = np.nan_to_num(gained["people"].to_numpy(np.float64))
    for place, region, reach, cents in zip(gained["id"], gained["region"], people, gained["capex_cents"], strict=True):
        yield entering.get(place), region, float(reach), True, cents

"""The choice behind a stored plan: its links found again among the candidate links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.links.choice import Backup, Choice
from planner.links.options import NO_MAST, ROOT
from planner.plan.lines import ROOT_ID
from planner.plan.tables import CENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from planner.links.options import LinkOptions
    from planner.plan.model import Plan

_SAME = ["tail", "head", "kind", "rung_tail", "rung_head", *CENTS]


def recall(plan: Plan, options: LinkOptions, offices: pd.DataFrame) -> Choice:
    """Return the choice that a plan was made from.

    Parameters
    ----------
    plan : Plan
    options : LinkOptions
        Of the same scenario and inputs.
    offices : DataFrame
        ``Inputs.offices``.

    Raises
    ------
    InputError
        If the offices are others, or a link of the plan is no longer among the candidates at the same price: inputs,
        catalogue or program have changed since the plan was made.
    """
    if list(plan.offices["id"]) != list(offices["id"]):
        raise _changed(_("the offices are not the same"))
    links = pd.concat([plan.links, plan.backup_links], ignore_index=True)
    wanted = _wanted(links, options)
    offered = pd.concat([_offered(options, backwards=False), _offered(options, backwards=True)])
    met = wanted.merge(offered.drop_duplicates(_SAME), how="left", on=_SAME)
    lost = met["option"].isna().to_numpy()
    if lost.any():
        raise _changed(_("link {link} is not offered at that price").format(link=links["id"].to_numpy()[lost][0]))
    option, backwards = met["option"].to_numpy(np.int32), met["reversed"].to_numpy(np.bool_)
    row_of = {name: row for row, name in enumerate(links["id"].tolist())}
    size = len(plan.links)
    connected = plan.offices["connected"].to_numpy(np.bool_)
    backups = tuple(_backup(told, row_of, option, backwards, offices) for told in plan.backups)
    return Choice(option[:size], backwards[:size], connected, backups=backups)


def _backup(
    told: Mapping[str, Any],
    row_of: Mapping[str, int],
    option: NDArray[np.int32],
    backwards: NDArray[np.bool_],
    offices: pd.DataFrame,
) -> Backup:
    """Return a second path in the numbers of the candidates."""
    rows = np.array([row_of[step["link"]] for step in told["path"]], dtype=np.int64)
    against = np.array([step["reversed"] for step in told["path"]], dtype=np.bool_)
    office = int(np.flatnonzero((offices["id"] == told["office"]).to_numpy())[0])
    return Backup(office, option[rows], backwards[rows] ^ against)


def _wanted(links: pd.DataFrame, options: LinkOptions) -> pd.DataFrame:
    """Return a plan's links in the numbers of the candidates; -2 stands for what is not among them."""
    row_of = {name: row for row, name in enumerate(options.places.id.tolist())} | {ROOT_ID: ROOT}
    kind_of = dict(zip(_kind_names(options), _kind_classes(options), strict=True))
    return pd.DataFrame(
        {
            "tail": [row_of.get(name, -2) for name in links["from"]],
            "head": [row_of.get(name, -2) for name in links["to"]],
            "kind": [kind_of.get(key, -2) for key in zip(links["technology"], links["option"], strict=True)],
            "rung_tail": _rung(links["mast_from_m"], options),
            "rung_head": _rung(links["mast_to_m"], options),
            **{name: links[name].to_numpy() for name in CENTS},
        }
    )


def _kind_names(options: LinkOptions) -> list[tuple[str, str]]:
    return [(kind.technology, kind.name) for kind in options.kinds]


def _kind_classes(options: LinkOptions) -> list[int]:
    """Return, per row of ``kinds``, the first row of the same technology and name: plans tell no more than these."""
    names = _kind_names(options)
    return [names.index(name) for name in names]


def _rung(height_m: pd.Series[float], options: LinkOptions) -> NDArray[np.int64]:
    heights = height_m.to_numpy(np.float64)
    rung = np.searchsorted(options.ladder_m, heights - 1e-6)
    return np.where(np.isnan(heights), NO_MAST, rung)


def _offered(options: LinkOptions, *, backwards: bool) -> pd.DataFrame:
    """Return the candidates in one direction; services have only one."""
    rows = np.flatnonzero(options.u != ROOT) if backwards else np.arange(len(options))
    tail, head, rung_tail, rung_head = options.u[rows], options.v[rows], options.rung_u[rows], options.rung_v[rows]
    if backwards:
        tail, head, rung_tail, rung_head = head, tail, rung_head, rung_tail
    return pd.DataFrame(
        {
            "tail": tail,
            "head": head,
            "kind": np.array(_kind_classes(options))[options.kind[rows]],
            "rung_tail": rung_tail,
            "rung_head": rung_head,
            **{name: options.money[rows, column] for column, name in enumerate(CENTS)},
            "option": rows,
            "reversed": backwards,
        }
    ).astype(dict.fromkeys(_SAME, np.int64))


def _changed(reason: str) -> InputError:
    return InputError(
        Problem(
            "changed-since",
            _("This plan was made from other inputs than are here now: {reason}.").format(reason=reason),
            _("Solve again, or give the folder of the original data with --data-root."),
        )
    )

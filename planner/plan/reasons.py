"""Why each office is in the plan or out, in a sentence with figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.finance import MEASURES
from planner.i18n import LANGUAGES, _, ngettext, use_language
from planner.plan.arborescence import NONE
from planner.plan.lines import shared_cost
from planner.plan.tables import CENTS
from planner.wording import figure, measure_name, money, technology_name

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import pandas as pd
    from numpy.typing import NDArray

    from planner.links.choice import Backup
    from planner.links.options import LinkOptions
    from planner.plan.alternatives import OfficeWays
    from planner.plan.arborescence import Arborescence
    from planner.plan.outcome import Outcome
    from planner.scenario import Limits

PER_MONEY = 1000
"""Benefit is told per so many units of currency."""
RATE_FIGURES, RATE_DECIMALS = 6, 9
"""Significant figures and most decimals of benefit per `PER_MONEY`: what is finer is noise of the arithmetic."""


@dataclass(frozen=True)
class Case:
    """What the sentences are made from.

    Attributes
    ----------
    offices, links, backup_links, masts : DataFrame
        Of the plan.
    tree : Arborescence
    entering : (o,) int64
        Row of the link that enters each office's place.
    alone, extra : OfficeWays
        Cheapest ways from the root, and on top of the plan.
    barred : (o,) bool
        Offices that only links or services which the scenario forbids would reach.
    limits : Limits
        Of the scenario.
    measure : int
        Money column that sentences tell, of `planner.finance.MEASURES`.
    currency : str
    """

    offices: pd.DataFrame
    links: pd.DataFrame
    backup_links: pd.DataFrame
    masts: pd.DataFrame
    tree: Arborescence
    entering: NDArray[np.int64]
    alone: OfficeWays
    extra: OfficeWays
    barred: NDArray[np.bool_]
    limits: Limits
    measure: int
    currency: str


def in_every_language(tell: Callable[[], list[str]]) -> dict[str, tuple[str, ...]]:
    """Return what is told in each language: whoever reads a plan need not have made it."""
    told: dict[str, tuple[str, ...]] = {}
    for known in LANGUAGES:
        with use_language(known):
            told[known] = tuple(tell())
    return told


def office_reasons(case: Case, options: LinkOptions) -> list[str]:
    """Return one sentence, or a few, per office."""
    excluded, asked = set(case.limits.exclude), set(case.limits.must_connect)
    share = shared_cost(case.tree, case.links, case.masts, case.measure)
    mean = mean_yield(case)
    ends = case.links["to"].to_numpy(object)
    sentences = []
    for row, office in enumerate(case.offices.to_dict("records")):
        if office["before"] == "adequate":
            sentences.append(_("Adequately connected already; it keeps what it has."))
        elif office["connected"]:
            sentence = _connected(case, office, int(case.entering[row]), share, ends)
            asked_for = [_("The scenario asks for it.")] if office["id"] in asked else []
            sentences.append(" ".join((sentence, *asked_for)))
        elif office["id"] in excluded:
            sentences.append(_("Left out: excluded by the scenario."))
        elif np.isfinite(case.alone.money[row, case.measure]):
            sentences.append(_left_out(case, office, row, mean))
        elif case.barred[row]:
            sentences.append(_barred())
        else:
            sentences.append(_no_option(office))
    for backup in case.tree.backups:
        sentences[backup.office] += " " + _second_path(options, case.tree, backup)
    return sentences


def _second_path(options: LinkOptions, tree: Arborescence, backup: Backup) -> str:
    """Return what there is to say about the second path of an office."""
    bought = np.isin(backup.option, tree.spare.option)
    text = ngettext(
        "It has a second path that ends by {technology}, {n} link long, {bought} of it bought for second paths; it "
        "shares no relay and no span with the first.",
        "It has a second path that ends by {technology}, {n} links long, {bought} of them bought for second paths; it "
        "shares no relay and no span with the first.",
        len(bought),
    )
    technology = str(options.technology()[backup.option[-1]])
    return text.format(technology=technology_name(technology), n=len(bought), bought=int(bought.sum()))


def without_plan(outcome: Outcome) -> str:
    """Return the reason of every office in a run that has no plan."""
    if outcome.status == "infeasible":
        return _("Left out: no plan keeps all limits of the scenario.")
    if outcome.status == "error":
        return _("Left out: the search found no plan within its time limit.")
    return _("Left out: the run was cancelled before its first plan.")


def mean_yield(case: Case) -> float:
    """Return what the plan's money brings on average: benefit per cent spent; 0 where nothing was spent."""
    frames = case.offices, case.links, case.backup_links, case.masts
    spent = sum(int(frame[CENTS[case.measure]].sum()) for frame in frames)
    value = float(case.offices.loc[case.offices["connected"], "benefit"].sum())
    return value / spent if spent else 0.0


def _connected(
    case: Case, office: dict[Hashable, Any], link: int, share: NDArray[np.float64], ends: NDArray[np.object_]
) -> str:
    """Return the sentence of a connected office; ``share`` is an office's part of each link's chain."""
    tree, own = case.tree, office[CENTS[case.measure]]
    text = (
        _("Connected by {technology}: {share} of {measure}, {own} of it the office's own equipment.")
        if tree.parent[link] == NONE
        else _(
            "Connected by {technology} from {parent} (source {source}): its share of the {measure} is {share}, {own} "
            "of it the office's own equipment and transit."
        )
    )
    sentence = text.format(
        technology=technology_name(office["technology"]),
        parent=office["parent"],
        source=ends[tree.first[link]],
        share=money(share[link] + own, case.currency),
        measure=measure_name(MEASURES[case.measure]),
        own=money(own, case.currency),
    )
    if office["before"] == "insufficient":
        return " ".join((sentence, _upgrade(office["monthly_cost_before"], case.currency)))
    return sentence


def _upgrade(fee: float, currency: str) -> str:
    """Return what an upgrade replaces."""
    if not np.isfinite(fee) or fee <= 0:
        return _("It replaces a connection that is too slow.")
    return _("It replaces a connection that is too slow and saves its fee of {fee} a month.").format(
        fee=money(100 * fee, currency, exact=True)
    )


def _left_out(case: Case, office: dict[Hashable, Any], row: int, mean: float) -> str:
    """Return the sentence of an office that could be connected."""
    alone, extra = case.alone.money[row, case.measure], case.extra.money[row, case.measure]
    figures = {
        "technology": technology_name(str(case.alone.technology[row])),
        "alone": money(alone, case.currency),
        "extra": money(extra, case.currency) if extra < alone else "",
        "other": technology_name(str(case.extra.technology[row])),
    }
    if extra >= alone:
        text = _("Left out: the cheapest way to connect it is {technology} for {alone}.")
    elif case.extra.technology[row]:
        text = _(
            "Left out: alone, the cheapest way to connect it is {technology} for {alone}; on top of this plan it is "
            "{other} for {extra}."
        )
    else:
        text = _(
            "Left out: alone, the cheapest way to connect it is {technology} for {alone}; this plan passes through its "
            "place, so that {extra} would do."
        )
    sentence = text.format(**figures)
    worth = _worth(office["benefit"], float(min(alone, extra)), mean, case.currency)
    hops = int((case.extra if extra < alone else case.alone).hops[row])
    return " ".join((sentence, worth, *_too_many_hops(hops, case.limits.max_hops)))


def per_money(each: float) -> float:
    """Return benefit per `PER_MONEY` units of currency from that of one unit, to six significant figures."""
    return round(float(f"{PER_MONEY * each:.{RATE_FIGURES}g}"), RATE_DECIMALS)


def _too_many_hops(hops: int, most: int | None) -> list[str]:
    """Return that a way is not allowed: prices are those of the cheapest way, whatever its hops."""
    if most is None or hops <= most:
        return []
    return [_("That way has {hops} hops, of which the scenario allows {most}.").format(hops=hops, most=most)]


def _worth(benefit: float, price: float, mean: float, currency: str) -> str:
    """Return what the money would bring there, beside what it brings in the plan."""
    if benefit <= 0:
        return _("Its benefit is zero by the scenario's weights.")
    per = 100 * PER_MONEY
    if price <= 0:
        return _("Its benefit is {benefit}.").format(benefit=figure(benefit))
    return _(
        "Its benefit of {benefit} is {rate} per {amount}; the money in this plan brings {mean} per {amount} on average."
    ).format(
        benefit=figure(benefit),
        rate=figure(per * benefit / price),
        mean=figure(per * mean),
        amount=money(per, currency),
    )


def _barred() -> str:
    """Return that an office could be connected if the scenario forbade less."""
    return _("Left out: only links or services that the scenario forbids could connect it (limits.forbid_links).")


def _no_option(office: dict[Hashable, Any]) -> str:
    """Return why an office cannot be connected at all."""
    text = (
        _("No option: no service is offered and no link reaches it that can carry its {demand} Mbit/s.")
        if office["position_known"]
        else _(
            "No option: its position is known to a district only, so that links cannot be planned, and no service is "
            "offered for its {demand} Mbit/s."
        )
    )
    return text.format(demand=figure(office["demand_mbps"]))

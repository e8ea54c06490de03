"""Why an office or a link is in a plan or not, what it is made of, what the alternatives are and what it would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.catalogue import terms
from planner.errors import InputError, Problem
from planner.finance import MEASURES
from planner.i18n import _, ngettext
from planner.likeness import nearest_ids
from planner.links.named import named_links
from planner.links.options import NO_MAST, ROOT
from planner.plan.alternatives import Network
from planner.plan.arborescence import NONE, follow
from planner.plan.buildup import link_parts, mast_parts, office_parts
from planner.plan.explanation import Explanation, Line
from planner.plan.floors import ROUNDING, floor_rows, floor_words, target_row
from planner.plan.lines import ROOT_ID, shared_cost
from planner.plan.on_top import funders_words, years_words
from planner.plan.plan import forbidden_links
from planner.plan.reasons import per_money
from planner.plan.recall import recall
from planner.plan.resilience import resilience_of_link, resilience_of_office
from planner.plan.runner_up import Ledger, takes_alone, ways_into
from planner.plan.sheets import Engineer
from planner.plan.tables import CENTS
from planner.plan.years import when_words
from planner.wording import figure, money, number

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from numpy.typing import NDArray

    from planner.finance import Terms
    from planner.inputs import Inputs
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence
    from planner.plan.model import Plan
    from planner.plan.runner_up import Way
    from planner.plan.sheets import Sheet
    from planner.scenario import Scenario


__all__ = ["Explanation", "explain"]


@dataclass(frozen=True)
class _Setting:
    """What every explanation needs."""

    scenario: Scenario
    inputs: Inputs
    options: LinkOptions
    plan: Plan
    tree: Arborescence
    terms: Terms
    measure: int

    @property
    def ledger(self) -> Ledger:
        """The budgets that other ways are held against."""
        return Ledger(self.inputs.offices, self.plan.budgets)

    @property
    def held(self) -> NDArray[np.bool_]:
        """Which links of the plan every other plan has too: built ones, and those the scenario asks for, (k,)."""
        names = self.scenario.limits.fix_links
        asked, _problems = named_links(self.options, names, field="limits.fix_links", without="error")
        return np.isin(self.tree.option, np.concatenate([self.options.fixed, *asked]))

    def network(self, exclude: Collection[str] = ()) -> Network:
        """Return the candidate links that the scenario allows."""
        forbidden = forbidden_links(self.options, self.scenario.limits.forbid_links)
        return Network.of(self.options, self.inputs.offices, exclude, forbidden)

    def allowed_first(self, ways: list[Way]) -> tuple[Way, ...]:
        """Return ways with those first that keep the limit of hops."""
        most = self.scenario.limits.max_hops
        return tuple(sorted(ways, key=lambda way: most is not None and way.hops > most))


def explain(scenario: Scenario, inputs: Inputs, options: LinkOptions, plan: Plan, identifier: str) -> Explanation:
    """Explain an office or a link.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    options : LinkOptions
    plan : Plan
        Made from these three.
    identifier : str
        Of an office, of a link of the plan, or of any candidate link (technology:from>to).

    Raises
    ------
    InputError
        If nothing has this id (the nearest ids are named), or the plan was made from other inputs.
    """
    demand_mbps = inputs.offices["demand_mbps"].to_numpy(np.float64)
    tree = follow(options, recall(plan, options, inputs.offices), demand_mbps)
    setting = _Setting(scenario, inputs, options, plan, tree, terms(scenario), MEASURES.index(plan.measure))
    rows = np.flatnonzero((inputs.offices["id"] == identifier).to_numpy())
    if len(rows):
        return _explain_office(setting, int(rows[0]))
    rows = np.flatnonzero((plan.links["id"] == identifier).to_numpy())
    if len(rows):
        return _explain_link(setting, int(rows[0]))
    return _explain_candidate(setting, identifier)


def _explain_office(setting: _Setting, office: int) -> Explanation:
    """Explain an office, connected or not."""
    plan, options, tree = setting.plan, setting.options, setting.tree
    told = plan.offices.iloc[office].to_dict()
    inside, adequate = bool(told["connected"]), told["before"] == "adequate"
    place = int(np.flatnonzero(options.places.office == office)[0])
    if adequate:
        return Explanation(**_head(setting, told, "office", inside=inside))
    lines: list[Line] = []
    share = alone = None
    if inside:
        link = int(tree.entering[place])
        transit = bool(tree.at_source(options)[link])
        own = office_parts(options, office, float(told["demand_mbps"]), setting.terms, transit=transit)
        lines = [Line(_("The office's own equipment and transit"), own, 1), *_chain_lines(setting, link)]
        shares = shared_cost(tree, plan.links, plan.masts, setting.measure)
        line = int(told[CENTS[setting.measure]])
        share = (float(shares[link]) + line) / 100
        alone = (takes_alone(options, tree, link, setting.held, measure=setting.measure) + line) / 100
    # An office that the scenario excludes is explained as if it were not.
    exclude = set(setting.scenario.limits.exclude) - {told["id"]}
    ways = ways_into(
        setting.network(exclude),
        options,
        tree,
        place,
        ledger=setting.ledger,
        demand_mbps=float(told["demand_mbps"]),
        measure=setting.measure,
        office=office,
        not_by=int(tree.option[tree.entering[place]]) if inside else NONE,
        held=setting.held,
    )
    benefit, others = float(told["benefit"]), setting.allowed_first(ways)
    needed = others[0].price if others and not inside else None
    return Explanation(
        **_head(setting, told, "office", inside=inside),
        lines=tuple(lines),
        others=others,
        binding=_asked_of_office(setting, office) if inside else _lacking(setting, others),
        share=share,
        alone=alone,
        benefit=benefit,
        needed=needed,
        rate=per_money(benefit / needed) if needed else None,
        resilience=resilience_of_office(plan, str(told["id"])) if inside else (),
    )


def _chain_lines(setting: _Setting, link: int) -> list[Line]:
    """Return the links and masts from a link up to its source."""
    lines = []
    while link != NONE:
        lines += _link_lines(setting, link)
        link = int(setting.tree.parent[link])
    return lines


def _link_lines(setting: _Setting, link: int) -> list[Line]:
    """Return a link of the plan and the mast at its far end."""
    tree, options = setting.tree, setting.options
    told, served = setting.plan.links.iloc[link], int(tree.beyond[link])
    title = _("Link {link}, {option}").format(link=told["id"], option=told["option"])
    parts = link_parts(options, int(tree.option[link]), setting.terms)
    return [Line(title, parts, served), *_mast_line(setting, int(tree.head[link]), served)]


def _mast_line(setting: _Setting, place: int, served: int) -> list[Line]:
    """Return the mast at a place, if the plan needs one there."""
    rung = int(setting.tree.mast_rung(setting.options)[place])
    if rung == NO_MAST:
        return []
    height = number(float(setting.options.ladder_m[rung]), 1)
    title = _("Mast at {place}, {height} m").format(place=setting.options.places.id[place], height=height)
    return [Line(title, mast_parts(setting.options, place, rung, setting.terms), served)]


def _explain_link(setting: _Setting, link: int) -> Explanation:
    """Explain a link of the plan."""
    tree, options, told = setting.tree, setting.options, setting.plan.links.iloc[link].to_dict()
    head, tail = int(tree.head[link]), int(tree.tail[link])
    office = int(options.places.office[head])
    serves = office != NONE and bool(setting.plan.offices["connected"].iloc[office])
    own = bool(options.is_service()[tree.option[link]])
    lines = _link_lines(setting, link)
    if tail != ROOT:
        lines += _mast_line(setting, tail, int(tree.beyond[tree.parent[link]]))
    load, capacity = float(told["load_mbps"]), float(told["capacity_mbps"])
    served = int(tree.beyond[link])
    carries = ngettext("It carries {load} Mbit/s of {n} office", "It carries {load} Mbit/s of {n} offices", served)
    reason = carries.format(load=number(load, 1), n=served)
    reason += (
        _(", of {capacity} Mbit/s that it can.").format(capacity=number(capacity, 1)) if np.isfinite(capacity) else "."
    )
    others = ways_into(
        setting.network(),
        options,
        tree,
        head,
        ledger=setting.ledger,
        demand_mbps=load,
        measure=setting.measure,
        office=office if own and serves else NONE,
        not_by=int(tree.option[link]),
        held=setting.held,
    )
    return Explanation(
        **_head(setting, told | {"reason": reason}, "link", inside=True),
        lines=tuple(lines),
        others=setting.allowed_first(others),
        binding=_asked_of_link(setting, told),
        resilience=resilience_of_link(setting.plan, str(told["id"])),
        sheet=_sheet(setting, int(tree.option[link]), backwards=bool(tree.reversed[link])),
    )


def _asked_of_office(setting: _Setting, office: int) -> tuple[str, ...]:
    """Return which limits of the scenario would be missed without an office that is connected."""
    told, plan = [], setting.plan
    name = str(plan.offices["id"].iloc[office])
    if name in setting.scenario.limits.must_connect:
        told.append(_("The scenario asks for this office (limits.must_connect)."))
    if name in {each.office for each in setting.scenario.redundancy}:
        told.append(_("The scenario asks for this office by two paths (redundancy)."))
    target = setting.scenario.objective[0].target
    rows = [*floor_rows(setting.scenario, setting.inputs.offices)]
    rows += [] if target is None else [target_row(target, setting.scenario, setting.inputs.offices)]
    others = plan.offices["connected"].to_numpy().copy()
    others[office] = False
    for row in rows:
        if row.weight[office] > 0 and row.reached(others) < row.least * (1 - ROUNDING):
            text = _("Without it a floor would be missed: {floor}; the plan reaches {reached}.")
            reached = figure(row.reached(plan.offices["connected"].to_numpy()))
            told.append(text.format(floor=floor_words(row.as_dict(others)), reached=reached))
    return tuple(told)


def _asked_of_link(setting: _Setting, told: Mapping[Hashable, Any]) -> tuple[str, ...]:
    """Return that the scenario asks for a link, if it does."""
    ends = {told["from"], told["to"]}
    for name in setting.scenario.limits.fix_links:
        if set(name[:2]) == ends and told["technology"] in name[2:] + (told["technology"],) * (len(name) == 2):
            return (_("The scenario asks for this link (limits.fix_links)."),)
    return ()


def _lacking(setting: _Setting, ways: tuple[Way, ...]) -> tuple[str, ...]:
    """Return which budgets, and whether the limit of hops, the first way of an office that is left out would break."""
    if not ways:
        return ()
    currency, first, told = setting.plan.scenario["currency"], ways[0], []
    most = setting.scenario.limits.max_hops
    if most is not None and first.hops > most:
        told.append(_("It has {hops} hops, of which the scenario allows {most}.").format(hops=first.hops, most=most))
    for budget in setting.plan.budgets:
        taken, left = first.takes[budget["name"]], budget["limit"] - budget["spent"]
        text = (
            _("Budget “{name}” binds: the first of these ways takes {taken} of it, {left} is left.")
            if round(100 * taken) > round(100 * left)
            else _("Budget “{name}” does not bind: the first of these ways takes {taken} of it, {left} is left.")
        )
        amounts = {name: money(100 * amount, currency) for name, amount in (("taken", taken), ("left", left))}
        told.append(text.format(name=budget["name"], **amounts))
    told += funders_words(setting.scenario, setting.plan, first.lines, setting.inputs.as_built)
    told += years_words(setting.scenario, setting.plan, first.lines, _earliest(setting.plan, first))
    return tuple(told)


def _earliest(plan: Plan, way: Way) -> int:
    """Return the first year in which what a way hangs on is there; 0 where the plan has no years."""
    if not plan.phases:
        return 0
    links, masts = plan.links, plan.masts
    years = [*links.loc[links["to"] == way.hangs_on, "year"]]
    years += [*masts.loc[masts["place"] == way.hangs_on, "year"]] if way.from_mast else []
    return max((int(year) for year in years if not pd.isna(year)), default=0)


def _sheet(setting: _Setting, option: int, *, backwards: bool) -> Sheet | None:
    """Return the engineering of a candidate link."""
    masts = setting.plan.masts
    heights = dict(zip(masts["place"].tolist(), masts["height_m"].tolist(), strict=True))
    engineer = Engineer.of(setting.scenario, setting.inputs, setting.options, heights)
    return engineer.sheet(option, backwards=backwards)


def _explain_candidate(setting: _Setting, identifier: str) -> Explanation:
    """Explain a candidate link that the plan does not build: the cheapest of those between the same places."""
    options, measure = setting.options, setting.measure
    tail, head, rows = _candidates(options, identifier)
    if not len(rows):
        raise _unknown(setting, identifier)
    row = int(rows[np.argmin(options.money[rows, measure])])
    lines = [Line(identifier, link_parts(options, row, setting.terms), 0)]
    for place, rung in ((int(options.u[row]), options.rung_u[row]), (int(options.v[row]), options.rung_v[row])):
        if rung != NO_MAST:
            height = number(float(options.ladder_m[rung]), 1)
            title = _("Mast at {place}, {height} m").format(place=options.places.id[place], height=height)
            lines.append(Line(title, mast_parts(options, place, int(rung), setting.terms), 0))
    links, tree = setting.plan.links["id"].to_numpy(object), setting.tree
    entering = int(tree.entering[head])
    if tail != ROOT and tree.entering[tail] != NONE and tree.tail[tree.entering[tail]] == head:
        reason = _("Not built in this direction: the plan has {link}.").format(link=links[tree.entering[tail]])
    elif entering != NONE:
        reason = _("Not built: the plan enters {place} by {link}.").format(
            place=options.places.id[head], link=links[entering]
        )
    else:
        reason = _("Not built: the plan does not reach {place}.").format(place=options.places.id[head])
    bought = identifier in set(setting.plan.backup_links["id"])
    if bought:
        reason = _("Bought for second paths, no part of the tree.")
    if np.isin(rows, forbidden_links(options, setting.scenario.limits.forbid_links)).all():
        reason = _("Not built: the scenario forbids it (limits.forbid_links).")
    variants = ngettext(
        "There is {n} candidate between these places.",
        "There are {n} candidates between these places; the cheapest is shown.",
        len(rows),
    ).format(n=len(rows))
    told: dict[Hashable, Any] = {"id": identifier, "reason": f"{reason} {variants}"}
    sheet = _sheet(setting, row, backwards=int(options.u[row]) != tail)
    served = resilience_of_link(setting.plan, identifier) if bought else ()
    known = _head(setting, told, "link", inside=bought)
    return Explanation(**known, lines=tuple(lines), resilience=served, sheet=sheet)


def _candidates(options: LinkOptions, identifier: str) -> tuple[int, int, NDArray[np.int64]]:
    """Return the ends and the candidate rows that an id may mean; no rows if it means none."""
    technology, _colon, ends = identifier.partition(":")
    row_of = {name: row for row, name in enumerate(options.places.id.tolist())} | {ROOT_ID: ROOT}
    of_technology = options.technology() == technology
    # Ids of users may hold the sign between the ends themselves: every place for it is tried.
    for cut in (position for position, sign in enumerate(ends) if sign == ">"):
        tail, head = row_of.get(ends[:cut]), row_of.get(ends[cut + 1 :])
        if tail is None or head is None or head == ROOT:
            continue
        along = (options.u == tail) & (options.v == head)
        against = (options.u == head) & (options.v == tail)
        rows = np.flatnonzero(of_technology & (along | against))
        if len(rows):
            return tail, head, rows
    return ROOT, ROOT, np.empty(0, dtype=np.int64)


def _unknown(setting: _Setting, identifier: str) -> InputError:
    """Return the error for an id that nothing has, with the nearest ones."""
    known = [*setting.plan.offices["id"], *setting.plan.links["id"]]
    near = nearest_ids(identifier, known)
    remedy = (
        _("The nearest ids are: {ids}.").format(ids=", ".join(near))
        if near
        else _("Offices have the ids of your files; links are called technology:from>to.")
    )
    return InputError(Problem("unknown-id", _("No office and no link has this id."), remedy, value=identifier))


def _head(setting: _Setting, told: Mapping[Hashable, Any], kind: str, *, inside: bool) -> dict[str, Any]:
    """Return the fields that every explanation has."""
    plan, budget = setting.plan, setting.plan.budget
    spent, value = plan.totals[plan.measure], plan.benefit if plan.outcome.value is not None else None
    price = plan.outcome.price_of_money
    return {
        "id": str(told["id"]),
        "kind": kind,
        "inside": inside,
        "reason": " ".join(
            [str(told["reason"]), *when_words(plan.phases, told.get("year"), plan.scenario["currency"])]
        ),
        "currency": plan.scenario["currency"],
        "measure": plan.measure,
        "left": None if budget is None or budget["scope"] else round(budget["limit"] - budget["spent"], 2),
        "mean_rate": per_money(value / spent) if value is not None and spent else None,
        "marginal_rate": None if price is None else per_money(price),
    }

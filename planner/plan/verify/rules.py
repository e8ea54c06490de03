"""The limits of a scenario, reckoned again from the document and the inputs: hops, offices, links, floors, target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.plan.verify.findings import Findings
from planner.plan.verify.tree import ROOT_ID

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import PlanDocument
    from planner.plan.verify.tree import Tree
    from planner.scenario import Floor, Scenario, Target

    Row = Mapping[Hashable, Any]

RELATIVE = 1e-9
"""Sums of people and benefits may be taken in any order."""


@dataclass(frozen=True)
class _Ask:
    """One floor in one group, from the inputs alone."""

    by: str | None
    group: str | None
    measure: str
    least: float
    total: float
    members: tuple[str, ...]


def check_rules(plan: PlanDocument, tree: Tree, basis: Basis) -> Findings:
    """Hold a plan against every limit of its scenario; a run without a plan keeps none and breaks none."""
    findings = Findings(_("Limits"))
    asks = list(_asks(basis.scenario, basis.offices))
    findings.compare(_("floors"), basis.scenario.name, len(plan.floors), len(asks))
    planned = plan.objective.value is not None
    target = asks[-1] if basis.scenario.objective[0].target is not None else None
    for stated, ask in zip(plan.floors, asks, strict=False):
        reached = math.fsum(
            _worth(basis.offices[o.id], ask) for o in plan.offices if o.connected and o.id in ask.members
        )
        slack = RELATIVE * max(1.0, ask.total)
        findings.compare("by", stated.name, stated.by, ask.by)
        findings.compare("group", stated.name, stated.group, ask.group)
        findings.compare("measure", stated.name, stated.measure, ask.measure)
        name = "target" if ask is target else _name(ask)
        # A second floor of the same kind in the same group has a number behind its name.
        named = stated.name == name or stated.name.startswith(f"{name} (")
        findings.require(named, "name", stated.name, stated.name, name)
        for what, figure, expected in (
            ("least", stated.least, ask.least),
            ("total", stated.total, ask.total),
            ("reached", stated.reached, reached),
        ):
            findings.compare(what, stated.name, figure, expected, tolerance=slack)
        if planned:
            findings.require(reached >= ask.least - slack, _("floor reached"), stated.name, reached, ask.least)
    findings.compare(
        _("reason why there is no plan"), _("objective"), plan.conflict is not None, plan.status == "infeasible"
    )
    if planned:
        _check_offices(plan, tree, basis.scenario, findings)
        _check_links(plan, basis.scenario, findings)
    return findings


def _check_offices(plan: PlanDocument, tree: Tree, scenario: Scenario, findings: Findings) -> None:
    """Offices that have to be connected are, and none lies too many hops away."""
    connected = {office.id for office in plan.offices if office.connected}
    for name in scenario.limits.must_connect:
        findings.require(name in connected, _("connected, as the scenario asks"), name, name in connected, True)
    most = scenario.limits.max_hops
    if most is None:
        return
    hops = {ROOT_ID: 0}
    for place in tree.order:
        link = tree.into[place]
        hops[place] = hops[link.tail] + link.hop_weight
    for name in sorted(connected & hops.keys()):
        findings.require(hops[name] <= most, _("hops within the limit"), name, hops[name], most)


def _check_links(plan: PlanDocument, scenario: Scenario, findings: Findings) -> None:
    """Links that are fixed are built, those that are forbidden are not."""
    of_plan, of_backups = (
        [({link.tail, link.head}, link.technology) for link in links] for links in (plan.links, plan.backup_links)
    )

    def has(name: Sequence[str], built: Sequence[tuple[set[str], str]]) -> bool:
        return any(ends == set(name[:2]) and technology in (*name[2:], technology)[:1] for ends, technology in built)

    for name in scenario.limits.fix_links:
        built = has(name, of_plan)
        findings.require(built, _("built, as the scenario asks"), ", ".join(name), built, True)
    for name in scenario.limits.forbid_links:
        built = has(name, [*of_plan, *of_backups])
        findings.require(not built, _("forbidden by the scenario"), ", ".join(name), built, False)


def _asks(scenario: Scenario, offices: Mapping[str, Row]) -> Iterator[_Ask]:
    """Yield every floor in every group, then the target."""
    rows = {name: row for name, row in offices.items() if name not in scenario.limits.exclude}
    for floor in scenario.limits.floors:
        yield from _of_floor(floor, rows)
    target = scenario.objective[0].target
    if target is not None:
        yield _of_target(target, rows)


def _of_floor(floor: Floor, rows: Mapping[str, Row]) -> Iterator[_Ask]:
    if floor.by is None:
        yield _ask(None, None, floor.measure, (floor.share, floor.count), rows)
        return
    column = "status_before" if floor.by == "before" else floor.by
    members: dict[str, dict[str, Row]] = {}
    for name, row in rows.items():
        members.setdefault(str(row[column]), {})[name] = row
    for group in floor.groups or sorted(group for group in members if group not in ("", "nan")):
        yield _ask(floor.by, group, floor.measure, (floor.share, floor.count), members.get(group, {}))


def _of_target(target: Target, rows: Mapping[str, Row]) -> _Ask:
    if target.benefit_share is not None:
        return _ask(None, None, "benefit", (target.benefit_share, None), rows)
    return _ask(None, None, "offices", (1.0 if target.connect_all else target.offices_share, None), rows)


def _ask(
    by: str | None, group: str | None, measure: str, asked: tuple[float | None, float | None], rows: Mapping[str, Row]
) -> _Ask:
    share, count = asked
    bare = _Ask(by, group, measure, 0.0, 0.0, tuple(rows))
    total = math.fsum(_worth(row, bare) for row in rows.values())
    least = count if count is not None else (share or 0.0) * total
    if measure == "offices" and count is None:
        least = math.ceil(least - RELATIVE * max(1.0, total))
    return _Ask(by, group, measure, float(least), total, tuple(rows))


def _worth(row: Row, ask: _Ask) -> float:
    """Return what an office counts: itself, or what connecting it gains."""
    if ask.measure == "offices":
        return 1.0
    figure = float(row[ask.measure])
    return 0.0 if row["status_before"] == "adequate" or math.isnan(figure) else figure


def _name(ask: _Ask) -> str:
    return ask.measure if ask.group is None else f"{ask.measure}, {ask.by}={ask.group}"

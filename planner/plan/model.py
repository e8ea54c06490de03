"""A plan with everything that is told about it: what is saved as ``plan.json`` and shown by every report."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.finance import MEASURES
from planner.i18n import language
from planner.plan.failures import Failures, failures_of
from planner.plan.outcome import Outcome, Stage
from planner.plan.progress import progress_rows
from planner.plan.refusal import Refusal
from planner.plan.tables import CENTS, LINK_KEYS, MAST_KEYS, OFFICE_KEYS, PLACE_KEYS, from_records, to_records
from planner.scenario import PEOPLE_UNDERSERVED

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA_VERSION = 1
BACKUPS = "backups"
"""Name of the part of the technology mix that holds the links of second paths."""
_OF_STAGE = ("sense", "value", "bound", "gap")


@dataclass(frozen=True)
class Plan:
    """A plan and everything that is told about it.

    Attributes
    ----------
    scenario : dict
        name, hash, currency, price_year, horizon_years, funded_years, discount_rate, real_discount_rate,
        second_currency; availability that is asked of services and links.
    outcome : Outcome
    budgets : tuple of dict
        name, measure, scope, limit, spent; amounts in currency.
    limits : dict
        As the scenario says them.
    floors : tuple of dict
        One for each floor and group: name, by, group, measure, least, total, reached.
    benefit_index : dict
        What the benefit is made of, see `planner.plan.index.benefit_index`.
    services : tuple of dict
        What offices can offer with the plan, see `planner.plan.enabled.services_enabled`.
    equity : dict or None
        Shares that were settled and what fairness costs, see `planner.plan.fairness`; None where nothing fair is asked.
    funders : tuple of dict
        Who pays for what, see `planner.plan.funding.fund`; amounts in currency.
    cash_flow : dict
        See `planner.plan.flow.plan_cash_flow`; amounts in currency.
    places, offices, links, backup_links, masts : DataFrame
        Columns named as in ``plan.json``; money in integer cents, ``capex_cents`` and so on.
    backups : tuple of dict
        Second paths: office, and its path from the root as links of the plan, or bought for it, and whether reversed.
    backup_cost : dict of str to float
        What second paths cost: their links, what masts cost more for them, transit. In currency.
    as_built : tuple of dict
        What is known of links that are contracted, built or working, see `planner.plan.progress.as_built_rows`.
    baselines : tuple of dict
        See `planner.plan.baselines.Baseline`.
    data : dict
        What the plan rests on: ``synthetic``, ``assumptions``, ``notes``, ``problems``, ``rows_excluded``,
        ``datasets``, ``rejections``.
    versions : dict
    phases : tuple of dict
        One for each phase, see `planner.plan.years.yearly`; amounts in currency.
    after_phases : tuple of dict
        Funded operation of each year after the last phase.
    reasons : dict of str to tuple of str
        By language, the ``reason`` of each of ``offices`` in their order; they have those of the reader's language.
    """

    scenario: dict[str, Any]
    outcome: Outcome
    budgets: tuple[dict[str, Any], ...]
    limits: dict[str, Any]
    floors: tuple[dict[str, Any], ...]
    benefit_index: dict[str, Any]
    services: tuple[dict[str, Any], ...]
    equity: dict[str, Any] | None
    funders: tuple[dict[str, Any], ...]
    cash_flow: dict[str, Any]
    places: pd.DataFrame
    offices: pd.DataFrame
    links: pd.DataFrame
    backup_links: pd.DataFrame
    backups: tuple[dict[str, Any], ...]
    backup_cost: dict[str, float]
    as_built: tuple[dict[str, Any], ...]
    masts: pd.DataFrame
    baselines: tuple[dict[str, Any], ...]
    data: dict[str, Any]
    versions: dict[str, str]
    phases: tuple[dict[str, Any], ...] = ()
    after_phases: tuple[dict[str, Any], ...] = ()
    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """Proven relative distance from the best plan; None while it is unknown."""
        return self.outcome.gap

    @property
    def budget(self) -> dict[str, Any] | None:
        """The budget that the plan is told against: the first over everything, else the first; None without any."""
        over_all = (budget for budget in self.budgets if not budget["scope"])
        return next(over_all, self.budgets[0] if self.budgets else None)

    @property
    def measure(self) -> str:
        """The money column that single amounts are told in: that of least money, else of the budget."""
        first = self.outcome.stages[0].objective if self.outcome.stages else self.outcome.objective
        if first in MEASURES:
            return first
        return str(self.budget["measure"]) if self.budget else "programme_cost"

    @property
    def plain(self) -> bool:
        """Whether the plan had to keep no more than one budget over everything."""
        limits = (self.limits.get(name) for name in ("max_hops", "must_connect", "fix_links", "floors", "worst_first"))
        over_all = len(self.budgets) == 1 and not self.budgets[0]["scope"] and not self.funders and not self.phases
        over_all = over_all and not self.backups and not self.as_built
        return over_all and self.outcome.objective == "benefit" and not any(each not in (None, []) for each in limits)

    @property
    def benefit_is_people(self) -> bool:
        """Whether benefit counts people who lack adequate service, and nothing else."""
        columns = self.benefit_index.get("columns", ())
        return [(each["column"], each["weight"]) for each in columns] == [(PEOPLE_UNDERSERVED, 1.0)]

    @property
    def benefit(self) -> float:
        """Benefit of the offices that are connected."""
        return math.fsum(self.offices.loc[self.offices["connected"], "benefit"])

    @property
    def full_benefit(self) -> float:
        """Benefit as if every office had been connected in the first year; without phases that is `benefit`."""
        if not self.phases:
            return self.benefit
        weights = {row["year"]: row["weight"] for row in self.phases}
        gained = self.offices[self.offices["connected"] & self.offices["year"].notna()]
        return math.fsum(
            benefit / weights[int(year)] for benefit, year in zip(gained["benefit"], gained["year"], strict=True)
        )

    @cached_property
    def totals(self) -> dict[str, Any]:
        """Sums over the plan; amounts in currency. ``people`` are people within reach of offices that gain."""
        offices = self.offices
        connected = offices["connected"]
        gained = offices[connected & (offices["before"] != "adequate")]
        upgraded = gained[gained["before"] == "insufficient"]
        fees = (1200 * upgraded["monthly_cost_before"].fillna(0.0)).round()
        return {
            "offices": len(offices),
            "offices_connected": int(connected.sum()),
            "offices_newly_connected": len(gained) - len(upgraded),
            "offices_upgraded": len(upgraded),
            "offices_position_unknown": int((~offices["position_known"]).sum()),
            "offices_connected_position_unknown": int((~gained["position_known"]).sum()),
            "offices_below_availability": int((gained["availability"] < self.scenario["availability"]).sum()),
            "people": math.fsum(gained["people"].dropna()),
            "people_total": math.fsum(gained["people_total"].dropna()),
            "fees_saved_per_year": float(fees.sum()) / 100,
            **_amounts(offices, self.links, self.backup_links, self.masts),
        }

    @property
    def shortfall(self) -> dict[str, Any] | None:
        """Return which office costs least, and what, in a plan whose budget is too small for any; else None."""
        gains = (self.offices["connected"] & (self.offices["before"] != "adequate")).any()
        singles = [single for rule in self.baselines if (single := rule.get("cheapest")) is not None]
        budget = self.budget
        if self.outcome.value is None or self.outcome.sense == "min" or gains or not singles or budget is None:
            return None
        if budget["scope"]:
            return None
        measure, limit = budget["measure"], budget["limit"]
        cheapest = min(singles, key=lambda single: single[measure])
        office = cheapest["office"]
        name = str(self.offices.loc[self.offices["id"] == office, "name"].iloc[0])
        called = office if name == office else f"{name} ({office})"
        told = {"office": called, "measure": measure, "price": cheapest[measure], "limit": limit}
        return told if cheapest[measure] > limit else None

    @property
    def technology_mix(self) -> list[dict[str, Any]]:
        """Offices, links and money by technology, dearest first; links of second paths and masts are rows of their own.

        The money of a technology is that of its links and of the equipment of the offices that they enter.
        """
        rows = []
        for technology in sorted(set(self.links["technology"])):
            links = self.links[self.links["technology"] == technology]
            offices = self.offices[self.offices["connected"] & (self.offices["technology"] == technology)]
            rows.append(
                {
                    "technology": technology,
                    "offices": len(offices),
                    "people": math.fsum(offices.loc[offices["before"] != "adequate", "people"].dropna()),
                    "links": len(links),
                    "length_km": math.fsum(links["length_km"]),
                    **_amounts(links, offices),
                }
            )
        rows.sort(key=lambda row: -row["programme_cost"])
        if len(self.backup_links):
            length_km = math.fsum(self.backup_links["length_km"])
            counted = {"technology": BACKUPS, "offices": 0, "people": 0.0, "links": len(self.backup_links)}
            rows.append({**counted, "length_km": length_km, **_amounts(self.backup_links)})
        if len(self.masts):
            counted = {"technology": "masts", "offices": 0, "people": 0.0, "links": 0, "length_km": 0.0}
            rows.append({**counted, **_amounts(self.masts)})
        return rows

    @property
    def progress(self) -> tuple[dict[str, Any], ...]:
        """Offices, people and purchases by status, over all, by region and funder; nothing where none is known."""
        return progress_rows(self.as_built, self.all_links, self.offices, self.masts)

    @cached_property
    def all_links(self) -> pd.DataFrame:
        """The links of the plan and those that are bought for second paths."""
        if not len(self.backup_links):
            return self.links
        return pd.concat([self.links, self.backup_links], ignore_index=True)

    @cached_property
    def failures(self) -> Failures:
        """What each single failure of a relay, a source or a span would cut off."""
        return failures_of(self)

    @property
    def region_mix(self) -> list[dict[str, Any]]:
        """Offices, people and money by region, in order of their names; lines of no region stand last, under None."""
        frames = (self.offices, self.links, self.backup_links, self.masts)
        names = {name for frame in frames for name in frame["region"]}
        gained = self.offices[self.offices["connected"] & (self.offices["before"] != "adequate")]
        rows = []
        for name in sorted(names, key=lambda name: (name is None, name)):
            offices = gained[gained["region"] == name] if name is not None else gained[gained["region"].isna()]
            lines = (frame[frame["region"] == name if name is not None else frame["region"].isna()] for frame in frames)
            people = math.fsum(offices["people"].dropna())
            rows.append({"region": name, "offices": len(offices), "people": people, **_amounts(*lines)})
        return rows

    def document(self) -> dict[str, Any]:
        """Return the content of ``plan.json``."""
        outcome = self.outcome
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "status": outcome.status,
            "termination": outcome.termination,
            "objective": {
                "name": outcome.objective,
                "sense": outcome.sense,
                "value": outcome.value,
                "bound": outcome.bound,
                "gap": outcome.gap,
                "requested_gap": outcome.requested_gap,
                "price_of_money": outcome.price_of_money,
                "target": None if outcome.target is None else dict(outcome.target),
                "stages": [
                    {**{name: getattr(stage, name) for name in _OF_STAGE}, "name": stage.objective}
                    for stage in outcome.stages
                ],
            },
            "conflict": None if outcome.conflict is None else outcome.conflict.as_dict(),
            "budgets": list(self.budgets),
            "limits": self.limits,
            "floors": list(self.floors),
            "benefit_index": self.benefit_index,
            "services": list(self.services),
            "equity": self.equity,
            "funders": list(self.funders),
            "phases": list(self.phases),
            "after_phases": list(self.after_phases),
            "places": to_records(self.places, PLACE_KEYS),
            "totals": self.totals,
            "technology_mix": self.technology_mix,
            "region_mix": self.region_mix,
            "cash_flow": self.cash_flow,
            "baselines": list(self.baselines),
            "offices": to_records(self.offices, OFFICE_KEYS),
            "reasons": {known: list(told) for known, told in self.reasons.items()},
            "links": to_records(self.links, LINK_KEYS),
            "backup_links": to_records(self.backup_links, LINK_KEYS),
            "backups": list(self.backups),
            "backup_cost": self.backup_cost,
            "failures": self.failures.told(),
            "as_built": list(self.as_built),
            "progress": list(self.progress),
            "masts": to_records(self.masts, MAST_KEYS),
            "data": self.data,
            "versions": self.versions,
            "trace": [list(entry) for entry in outcome.trace],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Plan:
        """Return the plan of a ``plan.json``.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is no such document.
        """
        if document["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema version {document['schema_version']}, expected {SCHEMA_VERSION}")
        objective = document["objective"]
        reasons = {known: tuple(told) for known, told in document.get("reasons", {}).items()}
        offices = from_records(document["offices"], OFFICE_KEYS)
        if language() in reasons:
            offices["reason"] = pd.Series(reasons[language()], index=offices.index, dtype=object)
        outcome = Outcome(
            status=document["status"],
            termination=document["termination"],
            sense=objective["sense"],
            objective=objective["name"],
            value=objective["value"],
            bound=objective["bound"],
            requested_gap=objective["requested_gap"],
            trace=tuple((entry[0], entry[1], entry[2]) for entry in document["trace"]),
            price_of_money=objective["price_of_money"],
            target=objective.get("target"),
            stages=tuple(
                Stage(stage["name"], stage["sense"], stage["value"], stage["bound"])
                for stage in objective.get("stages", ())
            ),
            conflict=Refusal.from_dict(document["conflict"]) if document.get("conflict") else None,
        )
        return cls(
            scenario=dict(document["scenario"]),
            outcome=outcome,
            budgets=tuple(document["budgets"]),
            limits=dict(document["limits"]),
            floors=tuple(document.get("floors", ())),
            benefit_index=dict(document.get("benefit_index", {})),
            services=tuple(document.get("services", ())),
            equity=document.get("equity"),
            funders=tuple(document.get("funders", ())),
            cash_flow=dict(document["cash_flow"]),
            places=from_records(document["places"], PLACE_KEYS),
            offices=offices,
            links=from_records(document["links"], LINK_KEYS),
            backup_links=from_records(document.get("backup_links", ()), LINK_KEYS),
            backups=tuple(document.get("backups", ())),
            backup_cost=dict(document.get("backup_cost", dict.fromkeys(MEASURES, 0.0))),
            as_built=tuple(document.get("as_built", ())),
            masts=from_records(document["masts"], MAST_KEYS),
            baselines=tuple(document["baselines"]),
            data=dict(document["data"]),
            versions=dict(document["versions"]),
            phases=tuple(document.get("phases", ())),
            after_phases=tuple(document.get("after_phases", ())),
            reasons=reasons,
        )


def _amounts(*frames: pd.DataFrame) -> dict[str, float]:
    """Return the money of some lines in currency."""
    return {
        measure: sum(int(frame[name].sum()) for frame in frames) / 100
        for measure, name in zip(MEASURES, CENTS, strict=True)
    }

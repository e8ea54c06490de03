"""Funders as limits: what no assignment of costs to those who pay could afford.

Costs that the same funders may pay for are one class c, of which a plan spends s_c. Funder f may take m_f s_c of each
of its classes and has A_f. By maximum flow and minimum cut everything can be paid if and only if for every set T of
funders

    Σ_c (1 − min(1, Σ_{f ∉ T, f may pay c} m_f)) s_c ≤ Σ_{f ∈ T} A_f,

that is, if what the others cannot take is within what those in T have. Each is a budget like any other, of which those
are kept that no two others add up to. What a funder has paid for what stands is a class of which it takes all.
See docs/method/funders.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.errors import InputError, Problem
from planner.finance import CAPEX, OPEX
from planner.graph import Scope, lines_of
from planner.i18n import _
from planner.inputs.as_built import paid_lines
from planner.inputs.limits import ROOT_ID
from planner.links.options import ROOT
from planner.scenario.placing import value_as_typed
from planner.solver.problem import MAX_MONEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from planner.graph import Parts
    from planner.links import LinkOptions
    from planner.scenario import Funder


@dataclass(frozen=True)
class FunderRow:
    """What a set of funders has for the costs that the others cannot pay.

    Attributes
    ----------
    members : tuple of int
        The funders of the set.
    unit : int
        Parts of a cent that costs and limit are counted in, so that they are whole numbers.
    cost : (m,) int64
        What each arc takes.
    most : int
    """

    members: tuple[int, ...]
    unit: int
    cost: NDArray[np.int64]
    most: int

    @property
    def name(self) -> str:
        """What tells the limit from others in the solver."""
        return " ".join(["funders", *map(str, self.members)])


class Spending(NamedTuple):
    """One kind of cost of some arcs, no arc twice.

    Attributes
    ----------
    arcs : (k,) int64
    payers : (k,) int64
        Who may pay, a bit for each funder.
    cents : (k,) int64
    years : (int, int)
        First and last year of operation; 0 for purchases.
    """

    arcs: NDArray[np.int64]
    payers: NDArray[np.int64]
    cents: NDArray[np.int64]
    years: tuple[int, int]


def funder_rows(
    funders: tuple[Funder, ...],
    funded_years: int,
    options: LinkOptions,
    offices: pd.DataFrame,
    parts: Parts,
    as_built: pd.DataFrame | None,
) -> tuple[FunderRow, ...]:
    """Return the limits that funders make together; none without any.

    The first one holds all of them and counts the programme cost.

    Parameters
    ----------
    funders : tuple of Funder
    funded_years : int
    options, offices, parts
        As `planner.graph.lines_of` takes them.
    as_built : DataFrame or None
        ``Inputs.as_built``: what somebody has paid is a cost that nobody else may pay.

    Raises
    ------
    InputError
        If the costs of all candidates are too large to be multiplied by the matching rates.
    """
    if not funders:
        return ()
    spending = list(_spending(funders, funded_years, options, offices, parts, as_built))
    present = [kind.payers[kind.cents > 0] for kind in spending]
    classes = np.unique(np.concatenate([np.empty(0, np.int64), *present]))
    return tuple(
        _row(funders, members, classes, shares, unit, spending, len(parts.option))
        for members, shares, unit in _needed(funders, classes)
    )


def unpayable(
    funders: tuple[Funder, ...],
    funded_years: int,
    options: LinkOptions,
    offices: pd.DataFrame,
    parts: Parts,
    as_built: pd.DataFrame | None,
) -> list[tuple[int, int]]:
    """Return the kinds of cost, by years, that all funders together may not pay in full for some candidate."""
    found = set()
    for kind in _spending(funders, funded_years, options, offices, parts, as_built):
        for payers in np.unique(kind.payers[kind.cents > 0]).tolist():
            if payers >> len(funders):
                continue  # paid already
            if sum(funder.rate for bit, funder in enumerate(funders) if payers >> bit & 1) < 1:
                found.add(kind.years)
    return sorted(found)


def _spending(
    funders: tuple[Funder, ...],
    funded_years: int,
    options: LinkOptions,
    offices: pd.DataFrame,
    parts: Parts,
    as_built: pd.DataFrame | None,
) -> Iterator[Spending]:
    """Yield what arcs cost, as finely as funders tell costs apart."""
    lines = lines_of(options, offices, parts)
    payers = [np.zeros(len(arcs), np.int64) for arcs in lines.arcs]
    for bit, funder in enumerate(funders):
        for block, counted in enumerate(lines.counted(Scope(**funder.scope.model_dump()))):
            payers[block] |= counted.astype(np.int64) << bit
    years = [funder.years(funded_years) for funder in funders]
    ends = sorted({0, funded_years, *years})
    buyers = sum(1 << bit for bit, funder in enumerate(funders) if "capex" in funder.cost_kinds)
    link_payer, office_payer = _have_paid(funders, options, offices, as_built)
    links, masts, own = lines.arcs
    have_paid = (link_payer[parts.option[links]], np.zeros(len(masts), np.int64), office_payer[parts.office[own]])
    for arcs, money, may, paid in zip(lines.arcs, lines.money, payers, have_paid, strict=True):
        yield Spending(arcs, np.where(paid > 0, paid, may & buyers), money[:, CAPEX], (0, 0))
        for before, end in pairwise(ends):
            operators = sum(1 << bit for bit, most in enumerate(years) if most >= end)
            yield Spending(arcs, may & operators, (end - before) * money[:, OPEX], (before + 1, end))


def _have_paid(
    funders: tuple[Funder, ...], options: LinkOptions, offices: pd.DataFrame, as_built: pd.DataFrame | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return who has paid for each link and each office's own line: the bit of a funder and that of what is paid."""
    paid = paid_lines(as_built)
    code = {funder.name: (1 << bit) | (1 << len(funders)) for bit, funder in enumerate(funders)}
    links = np.zeros(len(options.kind), np.int64)
    for row in options.fixed.tolist():
        tail = ROOT_ID if options.u[row] == ROOT else options.places.id[options.u[row]]
        name = f"{options.kinds[options.kind[row]].technology}:{tail}>{options.places.id[options.v[row]]}"
        links[row] = code.get(paid.get(("link", name), ""), 0)
    own = [code.get(paid.get(("office", str(name)), ""), 0) for name in offices["id"]]
    return links, np.array(own, np.int64)


def _needed(funders: tuple[Funder, ...], classes: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64], int]]:
    """Yield sets of funders with the parts of each class that the others cannot pay, and how many parts make a whole.

    Left out are sets whose limit follows from those of two parts of the set, or says nothing.
    """
    everybody = (1 << len(funders)) - 1
    rate = [funder.rate for funder in funders]
    unit = math.lcm(*(each.denominator for each in rate))
    whole = np.array([int(each * unit) for each in rate], np.int64)
    may = (classes[:, None] >> np.arange(len(funders))) & 1
    # What somebody has paid is that funder's in full, whatever its matching rate.
    most = may * np.where((classes >> len(funders) & 1)[:, None] > 0, unit, whole)
    shares = np.array(
        [
            unit - np.minimum(unit, (most * (1 - ((members >> np.arange(len(funders))) & 1))).sum(axis=1))
            for members in range(everybody + 1)
        ]
    )
    for members in range(everybody, -1, -1):
        own = shares[members]
        if members != everybody and (not own.any() or _follows(members, shares)):
            continue
        common = math.gcd(unit, *own.tolist())
        yield members, own // common, unit // common


def _follows(members: int, shares: NDArray[np.int64]) -> bool:
    """Whether the limit of a set is the sum of those of a part of it and of the rest, or looser."""
    part = (members - 1) & members
    while part:
        if (shares[members] <= shares[part] + shares[members ^ part]).all():
            return True
        part = (part - 1) & members
    return members != 0 and bool((shares[members] <= shares[0]).all())


def _row(
    funders: tuple[Funder, ...],
    members: int,
    classes: NDArray[np.int64],
    shares: NDArray[np.int64],
    unit: int,
    spending: list[Spending],
    n_arcs: int,
) -> FunderRow:
    cost, size = np.zeros(n_arcs, np.int64), 0.0
    for arcs, payers, cents, _years in spending:
        place = np.minimum(np.searchsorted(classes, payers), len(classes) - 1)
        weighed = shares[place] if len(classes) else np.zeros(len(arcs), np.int64)
        size += float(weighed.astype(np.float64) @ cents)
        if size > MAX_MONEY:
            raise InputError(_too_large(funders))
        cost[arcs] += weighed * cents
    chosen = tuple(bit for bit in range(len(funders)) if members >> bit & 1)
    return FunderRow(chosen, unit, cost, unit * sum(funders[bit].cents for bit in chosen))


def _too_large(funders: tuple[Funder, ...]) -> Problem:
    """Return what is wrong where the funder stands whose matching rate divides a cent into most parts."""
    finest = max(range(len(funders)), key=lambda bit: funders[bit].rate.denominator)
    return Problem(
        "too-large",
        _("Costs times matching rates are too large to be added to the cent."),
        _("Give matching rates with fewer decimals, such as 0.5, or amounts in a currency with larger units."),
        column=f"funders[{finest}].match",
        value=value_as_typed(funders[finest].match),
    )

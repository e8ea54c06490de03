"""Who pays for what: every cent of the programme cost of a plan is paid by one funder, see docs/method/funders.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from planner.inputs.as_built import paid_lines
from planner.plan.lines import shared_by_chain
from planner.plan.reasons import per_money
from planner.solver import transport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.plan.arborescence import Arborescence
    from planner.scenario import Funder, Scenario

MASTS = "masts"
"""What the money of masts, which have no technology, is called among technologies."""
NOBODY = -1
"""In ``Bills.payer``: not paid yet."""


@dataclass(frozen=True)
class Bills:
    """The lines of a plan, links, masts and offices in turn, split into what different funders may pay for.

    Attributes
    ----------
    lines : DataFrame
        Columns line (``link``, ``mast``, ``office``), id, region, technology, kind (of the office at its place).
    row : (b,) int64
        Row of each bill in ``lines``.
    years : (b, 2) int64
        First and last year of operation that is paid; 0 for purchases.
    cents : (b,) int64
        Above 0.
    payer : (b,) int64
        The funder who has paid a purchase already, in full; -1 for none.
    """

    lines: pd.DataFrame
    row: NDArray[np.int64]
    years: NDArray[np.int64]
    cents: NDArray[np.int64]
    payer: NDArray[np.int64]


def fund(
    scenario: Scenario,
    tree: Arborescence,
    frames: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    prices: Sequence[float],
    as_built: pd.DataFrame | None,
) -> tuple[dict[str, Any], ...]:
    """Share out what a plan costs among the funders of its scenario.

    Parameters
    ----------
    scenario : Scenario
    tree : Arborescence
    frames : three DataFrame
        Links, masts and offices of the plan.
    prices : sequence of float
        Benefit of one more unit of currency, per funder; empty where unknown.
    as_built : DataFrame or None
        ``Inputs.as_built``.

    Returns
    -------
    tuple of dict
        One for each funder, as in ``plan.json``.

    Raises
    ------
    RuntimeError
        If the funders cannot pay for the plan: a fault of the program.
    """
    if not scenario.funders:
        return ()
    bills = bills_of(frames, scenario, as_built)
    paid = _shared_out(scenario, bills)
    people = _people(tree, frames, bills, paid)
    return tuple(
        _told(funder, scenario, bills, paid[:, at], people[at], prices[at] if len(prices) else None)
        for at, funder in enumerate(scenario.funders)
    )


def bills_of(
    frames: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], scenario: Scenario, as_built: pd.DataFrame | None
) -> Bills:
    """Return the bills of a plan: purchases, then operation in spans of years within which nobody stops paying.

    Parameters
    ----------
    frames : three DataFrame
        Links, masts and offices.
    scenario : Scenario
    as_built : DataFrame or None
        ``Inputs.as_built``.
    """
    links, masts, offices = frames
    kind_at = dict(zip(offices["id"], offices["kind"], strict=True))
    blocks = []
    for line, frame, identifier, place in (
        ("link", links, "id", "to"), ("mast", masts, "place", "place"), ("office", offices, "id", "id"),
    ):  # fmt: skip
        technology = frame["technology"] if "technology" in frame else pd.Series([None] * len(frame), dtype=object)
        columns = {"id": frame[identifier], "region": frame["region"], "technology": technology}
        money = {name: frame[name] for name in ("capex_cents", "opex_per_year_cents")}
        kind = pd.Series([kind_at.get(name) for name in frame[place]], dtype=object)
        blocks.append(pd.DataFrame({"line": line, **columns, "kind": kind, **money}))
    lines = pd.concat(blocks, ignore_index=True)
    funded = scenario.money.funded_years
    capex, opex = (lines[name].to_numpy(np.int64) for name in ("capex_cents", "opex_per_year_cents"))
    spans = [(0, 0, capex)]
    ends = sorted({0, funded, *(funder.years(funded) for funder in scenario.funders)})
    spans += [(before + 1, end, (end - before) * opex) for before, end in pairwise(ends)]
    row = [np.flatnonzero(cents) for _first, _last, cents in spans]
    years = [np.full((len(own), 2), (first, last)) for own, (first, last, _cents) in zip(row, spans, strict=True)]
    cents = [of_span[own] for own, (_first, _last, of_span) in zip(row, spans, strict=True)]
    number, paid = {funder.name: at for at, funder in enumerate(scenario.funders)}, paid_lines(as_built)
    names = zip(lines["line"], lines["id"], strict=True)
    payer = np.array([number.get(paid.get((line, str(name)), ""), NOBODY) for line, name in names], np.int64)
    payers = [payer[row[0]], *(np.full(len(own), NOBODY) for own in row[1:])]  # purchases, then operation
    return Bills(lines, *(np.concatenate(each) for each in (row, years, cents, payers)))


class Lack(NamedTuple):
    """A set of funders that have too little for what the others may not pay.

    Attributes
    ----------
    members : tuple of int
        None at all where nobody may pay.
    needed_cents, cents : int
        What would have to come from them, and what they have.
    costs : tuple of (str, int, int)
        Of no members: which costs, by ``link``, ``mast`` or ``office`` and first and last year (0: purchases).
    """

    members: tuple[int, ...]
    needed_cents: int
    cents: int
    costs: tuple[tuple[str, int, int], ...]


def lack_of(scenario: Scenario, bills: Bills) -> Lack | None:
    """Return the set of funders that lacks most for some bills; None where all of them can be paid.

    By maximum flow and minimum cut: what the others may not pay of the bills is within what a set of funders has, for
    every set, if and only if everything can be paid.

    Parameters
    ----------
    scenario : Scenario
    bills : Bills
    """
    funders, funded = scenario.funders, scenario.money.funded_years
    most = np.array(
        [_may_pay(funder, bills, funded) * _shares(funder, bills.cents) for funder in funders], np.int64
    ).reshape(len(funders), -1)
    most = np.where(bills.payer != NOBODY, _payers(bills, len(funders)) * bills.cents, most)
    found: Lack | None = None
    for chosen in range(1 << len(funders)):
        members = tuple(at for at in range(len(funders)) if chosen >> at & 1)
        others = [at for at in range(len(funders)) if at not in members]
        unpaid = np.maximum(bills.cents - most[others].sum(axis=0), 0)
        needed, has = int(unpaid.sum()), sum(funders[at].cents for at in members)
        if not members and needed:
            return Lack((), needed, 0, _costs(bills, unpaid))
        if needed > has and (found is None or _rank(needed - has, members) > _rank(_short(found), found.members)):
            found = Lack(members, needed, has, ())
    return found


def _rank(short: int, members: tuple[int, ...]) -> tuple[int, int]:
    """Return what tells sets of funders apart: what is lacking, then how few they are."""
    return short, -len(members)


def _short(lack: Lack) -> int:
    return lack.needed_cents - lack.cents


def _costs(bills: Bills, unpaid: NDArray[np.int64]) -> tuple[tuple[str, int, int], ...]:
    """Return kinds of lines and years of bills of which something is not paid."""
    rows = np.flatnonzero(unpaid)
    lines = bills.lines["line"].to_numpy(object)[bills.row[rows]]
    return tuple(
        sorted(
            {(str(line), int(first), int(last)) for line, (first, last) in zip(lines, bills.years[rows], strict=True)}
        )
    )


def _shared_out(scenario: Scenario, bills: Bills) -> NDArray[np.int64]:
    """Return what each funder pays of each bill, (b, f) cents: the most narrowly earmarked money is used first."""
    funders, funded = scenario.funders, scenario.money.funded_years
    has_paid = bills.payer != NOBODY
    free = np.array([_may_pay(funder, bills, funded) for funder in funders]).T
    may = np.where(has_paid[:, None], _payers(bills, len(funders)).T, free)
    # Bills that the same funders may pay in full are one supply; one that somebody pays a share of stays by itself, and
    # so does what a funder has paid in full, whatever its share of what is new.
    partly = (may & np.array([funder.match < 1 for funder in funders])).any(axis=1) | has_paid
    pattern = may @ (1 << np.arange(len(funders)))
    supply_of = np.where(partly, np.arange(len(pattern)) + (1 << len(funders)), pattern)
    _names, first, supply_of = np.unique(supply_of, return_index=True, return_inverse=True)
    supply = np.zeros(len(first), np.int64)
    np.add.at(supply, supply_of, bills.cents)
    shares = [[_share(funder, cents) for funder in funders] for cents in supply.tolist()]
    shared = np.array(shares, np.int64).reshape(-1, len(funders))
    most = may[first] * np.where(has_paid[first, None], supply[:, None], shared)
    order = np.argsort(bills.cents @ may, kind="stable")
    sent = transport(supply, np.array([funder.cents for funder in funders], np.int64), most, rank_of(order))
    if sent is None:
        raise RuntimeError("the funders cannot pay for the plan")
    return _by_bill(bills, supply_of, sent, order)


def rank_of(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each funder in an order."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _by_bill(
    bills: Bills, supply_of: NDArray[np.int64], sent: NDArray[np.int64], order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return what each funder pays of each bill: within a supply one after the other, region by region."""
    paid = np.zeros((len(bills.cents), sent.shape[1]), np.int64)
    regions = bills.lines["region"].fillna("").to_numpy(str)[bills.row]
    rows = np.lexsort((bills.row, regions, supply_of))
    end = np.cumsum(bills.cents[rows])
    begin = end - bills.cents[rows]
    before = np.concatenate([[0], np.cumsum(sent.sum(axis=1))])[supply_of[rows]]
    for at in order.tolist():
        until = before + sent[supply_of[rows], at]
        paid[rows, at] = np.maximum(np.minimum(end, until) - np.maximum(begin, before), 0)
        before = until
    return paid


def _may_pay(funder: Funder, bills: Bills, funded: int) -> NDArray[np.bool_]:
    """Return which bills a funder may pay for."""
    scope, lines = funder.scope, bills.lines
    counted = np.ones(len(lines), np.bool_)
    for names, column in ((scope.regions, "region"), (scope.technologies, "technology"), (scope.kinds, "kind")):
        if names:
            counted &= lines[column].isin(list(names)).to_numpy(np.bool_)
    last = bills.years[:, 1]
    in_time = np.where(last == 0, "capex" in funder.cost_kinds, last <= funder.years(funded))
    return counted[bills.row] & in_time


def _payers(bills: Bills, n_funders: int) -> NDArray[np.bool_]:
    """Return who has paid each bill already, (f, b)."""
    return np.equal(bills.payer, np.arange(n_funders)[:, None])


def _shares(funder: Funder, cents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what a funder may pay of each bill at most."""
    return cents if funder.rate == 1 else np.array([_share(funder, each) for each in cents.tolist()], np.int64)


def _share(funder: Funder, cents: int) -> int:
    """Return what a funder may pay of a bill at most, rounded up to a whole cent."""
    return math.ceil(funder.rate * cents)


def _people(
    tree: Arborescence,
    frames: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    bills: Bills,
    paid: NDArray[np.int64],
) -> list[tuple[int, float]]:
    """Return, per funder, the offices that its money helps to connect, and people in proportion to its part of each.

    An office costs its own equipment and its share of the links and masts that it hangs from.
    """
    links, masts, offices = frames
    of_line = np.zeros((len(bills.lines), paid.shape[1]))
    np.add.at(of_line, bills.row, paid)
    own = of_line[len(links) + len(masts) :]
    shared = np.zeros((len(offices), paid.shape[1]))
    entering = pd.Series(np.arange(len(links)), index=links["to"]).reindex(offices["id"]).to_numpy(np.float64)
    gains = (offices["connected"] & (offices["before"] != "adequate")).to_numpy(np.bool_)
    for at in range(paid.shape[1]):
        of_mast = pd.Series(of_line[len(links) : len(links) + len(masts), at], index=masts["place"])
        cents = shared_by_chain(tree, links, of_line[: len(links), at], of_mast)
        shared[gains, at] = cents[entering[gains].astype(np.int64)]
    cost = (own + shared) * gains[:, None]
    whole = cost.sum(axis=1, keepdims=True)
    part = np.divide(cost, whole, out=np.zeros_like(cost), where=whole > 0)
    people = offices["people"].fillna(0.0).to_numpy(np.float64)
    return [(int(np.count_nonzero(part[:, at])), math.fsum(people * part[:, at])) for at in range(paid.shape[1])]


def _told(
    funder: Funder,
    scenario: Scenario,
    bills: Bills,
    paid: NDArray[np.int64],
    helped: tuple[int, float],
    price: float | None,
) -> dict[str, Any]:
    spent = int(paid.sum())
    if spent > funder.cents:
        raise RuntimeError(f"{funder.name} pays {spent} cents of {funder.cents}")
    scope = {name: list(names) for name, names in funder.scope.model_dump().items() if names}
    lines = bills.lines.assign(technology=bills.lines["technology"].where(bills.lines["line"] != "mast", MASTS))
    capex = int(paid[bills.years[:, 1] == 0].sum())
    line, identifier = (lines[name].to_numpy(object)[bills.row] for name in ("line", "id"))
    return {
        "name": funder.name,
        "amount": funder.cents / 100,
        "scope": scope,
        "cost_kinds": list(funder.cost_kinds),
        "opex_years": funder.years(scenario.money.funded_years),
        "match": funder.match,
        "paid": spent / 100,
        "left": (funder.cents - spent) / 100,
        "capex": capex / 100,
        "opex": (spent - capex) / 100,
        "offices": helped[0],
        "people": helped[1],
        "benefit_per_1000": None if price is None else per_money(price),
        "regions": _sums(lines["region"], bills, paid, "region"),
        "technologies": _sums(lines["technology"], bills, paid, "technology"),
        "payments": [
            {
                "line": line[at],
                "id": identifier[at],
                "cost_kind": "capex" if bills.years[at, 1] == 0 else "opex",
                "from_year": int(bills.years[at, 0]) or None,
                "to_year": int(bills.years[at, 1]) or None,
                "amount": int(paid[at]) / 100,
            }
            for at in np.flatnonzero(paid).tolist()
        ],
    }


def _sums(names: pd.Series[Any], bills: Bills, paid: NDArray[np.int64], key: str) -> list[dict[str, Any]]:
    """Return what is paid by name, in order of the names; lines without one stand last, under None."""
    sums: dict[str | None, int] = {}
    told = names.to_numpy(object)
    for at in np.flatnonzero(paid).tolist():
        name = told[bills.row[at]]
        sums[name] = sums.get(name, 0) + int(paid[at])
    return [{key: name, "paid": sums[name] / 100} for name in sorted(sums, key=lambda each: (each is None, each))]

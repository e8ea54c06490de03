"""The answer as it is told and stored: ``portfolio.json``, which says everything, and ``portfolio.csv``."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from planner.files import write_whole
from planner.wording import no_formula

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PORTFOLIO_JSON, PORTFOLIO_CSV = "portfolio.json", "portfolio.csv"
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Next:
    """The dearer plan of a country that brings most for each unit of money more; per 1,000 of the common currency.

    Attributes
    ----------
    money : float
        How much more it takes than the plan that the country gets.
    beyond_unspent : float
        What of it is neither unspent nor kept back for this country.
    benefit, offices, people
        How much more of them it brings.
    benefit_per_1000, people_per_1000 : float
        Of all of its money.
    """

    money: float
    beyond_unspent: float
    benefit: float
    offices: int
    people: float
    benefit_per_1000: float
    people_per_1000: float


@dataclass(frozen=True)
class CountryPart:
    """What one country gets and does with it; money in the portfolio's currency unless told otherwise.

    Attributes
    ----------
    name, run : str
        Run: folder of the frontier.
    point : int or None
        Which of the frontier's points, from 0; None: nothing is built.
    limit_own, spent_own : float
        Budget and money of that point in the country's currency.
    spent : float
    kept_back : float
        What the country has to get at least and does not spend.
    least, most : float or None
        What it had to get, and could, as far as that was asked for and can be used.
    value, bound, gap : float
        Benefit of the plan, proven ceiling on that of any plan of the point's budget, their relative distance.
    offices, connected, upgraded : int
        Newly connected or upgraded, and of these either.
    people : float
    next : Next or None
        None: nothing more can be bought, or may be.
    no_next : str or None
        Why there is no next: ``most``, every dearer plan that brings more exceeds what may be got; ``dearest``,
        none is known.
    """

    name: str
    run: str
    point: int | None
    limit_own: float
    spent_own: float
    spent: float
    kept_back: float
    least: float | None
    most: float | None
    value: float
    bound: float
    gap: float
    offices: int
    connected: int
    upgraded: int
    people: float
    next: Next | None
    no_next: Literal["most", "dearest"] | None


@dataclass(frozen=True)
class Conflict:
    """Why a budget cannot be shared out: what the countries have to get, and changes that are enough each by itself.

    Attributes
    ----------
    least : tuple of (str, float)
        Countries and what they have to get at least.
    missing : float
        By how much that is more than the budget.
    budget : float or None
        The least budget that would do; None: none would, for a country would have to get more than it may.
    instead : tuple of (str, float, float)
        Countries whose least alone could give way: name, what it is, what it would have to be.
    """

    least: tuple[tuple[str, float], ...]
    missing: float
    budget: float | None
    instead: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Unlimited:
    """What the same budget does where no country has least or most money; of money only what plans spend.

    Attributes
    ----------
    spent, value, bound : float
        As of `Shared`.
    offices : int
    people : float
    countries : tuple of (str, float)
        Countries and what their plans spend.
    """

    spent: float
    value: float
    bound: float
    offices: int
    people: float
    countries: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Shared:
    """One budget shared out.

    Attributes
    ----------
    budget : float
    share : float or None
        Of what connecting everyone in all countries costs, where the budget was asked for as one.
    conflict : Conflict or None
        If there is one, what follows is nought and there are no countries.
    spent : float
    unspent : float
        What of the budget no plan spends and no country has to get.
    value, bound, gap : float
        Benefit of all plans, proven ceiling on any plans of any shares, their relative distance.
    gap_of_countries : float
        What of the gap is the countries' own: by how much the plans' ceilings at what they spend exceed their benefit.
    best_known : bool
        No other choice of the known plans is worth more.
    ceiling_per_1000 : float
        By how much the ceiling rises for 1,000 more.
    offices : int
    people : float
    next : str or None
        The country whose next plan brings most for its money.
    countries : tuple of CountryPart
    without_limits : Unlimited or None
        None: no country has least or most money.
    """

    budget: float
    share: float | None = None
    conflict: Conflict | None = None
    spent: float = 0.0
    unspent: float = 0.0
    value: float = 0.0
    bound: float = 0.0
    gap: float = 0.0
    gap_of_countries: float = 0.0
    best_known: bool = True
    ceiling_per_1000: float = 0.0
    offices: int = 0
    people: float = 0.0
    next: str | None = None
    countries: tuple[CountryPart, ...] = ()
    without_limits: Unlimited | None = None

    @property
    def status(self) -> str:
        """``feasible``, or ``infeasible``."""
        return "feasible" if self.conflict is None else "infeasible"

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"status": self.status, **asdict(self)}


@dataclass(frozen=True)
class Portfolio:
    """Budgets shared out among countries.

    Attributes
    ----------
    name, currency : str
    measure : str
        Money column that all budgets count.
    weights : mapping of str to float
        Of the benefit, by column.
    rates : mapping of str to mapping
        For each country its currency, rate, source of the rate and price year.
    notes : tuple of str
        What has to be known to read the figures.
    synthetic : bool
        A country does not exist.
    budgets : tuple of Shared
        The smallest first.
    countries : tuple of mapping
        Of each its name, run, the name and hash of its scenario, whether it is invented, why the search of its frontier
        ended, what its dearest plan takes, and least and most money as they were asked for.
    """

    name: str
    currency: str
    measure: str
    weights: Mapping[str, float]
    rates: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...]
    synthetic: bool
    budgets: tuple[Shared, ...]
    countries: tuple[Mapping[str, Any], ...]

    @property
    def conflicts(self) -> bool:
        """Whether a budget cannot be shared out."""
        return any(shared.conflict is not None for shared in self.budgets)

    def document(self) -> dict[str, Any]:
        """Return the content of ``portfolio.json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "currency": self.currency,
            "synthetic": self.synthetic,
            "measure": self.measure,
            "benefit_weights": dict(self.weights),
            "rates": {name: dict(rate) for name, rate in self.rates.items()},
            "notes": list(self.notes),
            "countries": [dict(country) for country in self.countries],
            "budgets": [shared.as_dict() for shared in self.budgets],
        }


def write_portfolio(portfolio: Portfolio, run_dir: Path) -> None:
    """Write ``portfolio.csv``, then ``portfolio.json`` into a run folder; each appears whole or not at all."""
    write_whole(run_dir / PORTFOLIO_CSV, _as_csv(portfolio))
    text = json.dumps(portfolio.document(), ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(run_dir / PORTFOLIO_JSON, text + "\n")


_COLUMNS = ("spent", "kept_back", "spent_own", "value", "bound", "gap", "offices", "people")


def _as_csv(portfolio: Portfolio) -> str:
    """Return a row for each budget and country, without figures where the budget cannot be shared out."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("budget", "country", *_COLUMNS, "benefit_per_1000_next", "people_per_1000_next", "status"))
    for shared in portfolio.budgets:
        for part in shared.countries:
            more = (part.next.benefit_per_1000, part.next.people_per_1000) if part.next else ("", "")
            figures = (getattr(part, name) for name in _COLUMNS)
            rows.writerow((shared.budget, no_formula(part.name), *figures, *more, shared.status))
        if shared.conflict is not None:
            nothing = ("",) * (len(_COLUMNS) + 2)
            for country in portfolio.countries:
                rows.writerow((shared.budget, no_formula(country["name"]), *nothing, shared.status))
    return table.getvalue()

"""A country's frontier as one of many: its plans and its ceiling, in the common currency."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.plan.frontier import FRONTIER_JSON, read_frontier, where_from
from planner.portfolio.allocation import Curve
from planner.portfolio.asked import MOST_MONEY
from planner.scenario import SCENARIO_FILE, load_scenario, placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from planner.portfolio.asked import CountryAsked
    from planner.scenario import Scenario

SAME_RATE = 1.0
"""Between a currency and itself."""
CENT = 0.01
"""Of any currency, in its whole units."""


@dataclass(frozen=True)
class Terms:
    """What has to be alike in all countries, and where it can be changed.

    Attributes
    ----------
    name : str
        Of the country.
    measure : str
        Money column that budgets bind on.
    weights : mapping of str to float
        Of the benefit, by column.
    file : Path
        Of the scenario.
    """

    name: str
    measure: str
    weights: Mapping[str, float]
    file: Path


@dataclass(frozen=True)
class CountryFrontier:
    """What is known of one country.

    Attributes
    ----------
    name : str
    folder : Path
        Of the frontier's run.
    scenario, scenario_hash : str
        Name and fingerprint of what the frontier was asked.
    currency : str
    rate : float
        Worth of one unit of it in the portfolio's currency.
    price_year : int
    measure : str
        Money column that budgets bind on.
    weights : mapping of str to float
        Of the benefit, by column.
    points : tuple of mapping
        Those of ``frontier.json``, in front of them the plan that builds nothing.
    curve : Curve
        The same in cents of the portfolio's currency.
    termination : str
        Why the search of the frontier ended.
    synthetic : bool
    """

    name: str
    folder: Path
    scenario: str
    scenario_hash: str
    currency: str
    rate: float
    price_year: int
    measure: str
    weights: Mapping[str, float]
    points: tuple[Mapping[str, Any], ...]
    curve: Curve
    termination: str
    synthetic: bool

    @property
    def terms(self) -> Terms:
        """What has to be alike in all countries."""
        return Terms(self.name, self.measure, self.weights, self.folder / "scenario.yaml")

    @property
    def connect_all_cents(self) -> int:
        """Money of the dearest plan: more cannot be put to use."""
        return int(self.curve.cost.max())


def read_country(asked: CountryAsked, folder: Path, currency: str) -> CountryFrontier:
    """Read the frontier of a country.

    Parameters
    ----------
    asked : CountryAsked
    folder : Path
        Of a finished ``planner frontier``.
    currency : str
        Of the portfolio.

    Raises
    ------
    InputError
        There is none, it is not whole or of an older form; or its money cannot be converted.
    """
    if not (folder / FRONTIER_JSON).is_file():
        message = _("There is no frontier of “{name}”: {file} is missing.")
        remedy = _("Correct the path (a relative one starts from the portfolio file), or find one: planner frontier.")
        text = message.format(name=asked.name, file=(folder / FRONTIER_JSON).resolve())
        raise InputError(Problem("no-frontier", text, remedy, column="run", value=asked.run))
    stored = read_frontier(folder)
    try:
        scenario = load_scenario(folder)
        refuse_what_has_to_be(scenario)
        own = stored["scenario"]["currency"]
        rate = rate_of(asked, own, currency)
        _refuse_rate(asked, rate, max(point["spent"] for point in stored["points"]), own, currency)
        return CountryFrontier(
            name=asked.name,
            folder=folder,
            scenario=scenario.name,
            scenario_hash=str(stored["scenario"]["hash"]),
            currency=own,
            rate=rate,
            price_year=int(stored["scenario"]["price_year"]),
            measure=stored["budget"]["measure"],
            weights=dict(scenario.benefit.weights),
            points=(points := (_nothing(stored["points"][0]), *stored["points"])),
            curve=_curve(points, stored["ceiling"], rate),
            termination=stored["termination"],
            synthetic=bool(stored["synthetic"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        message = _("This is no whole frontier of this version of the program: {reason}.")
        problem = Problem(
            "bad-frontier",
            message.format(reason=f"{type(error).__name__}: {error}"),
            where_from(),
            str(folder / FRONTIER_JSON),
        )
        raise InputError(problem) from error


def refuse_missing(asked: CountryAsked, path: Path) -> None:
    """Refuse a country whose scenario, a file or the folder of one, is not there.

    Raises
    ------
    InputError
    """
    file = path / SCENARIO_FILE if path.is_dir() else path
    if not file.is_file():
        message = _("There is no scenario of “{name}”: {file} is missing.").format(name=asked.name, file=file.resolve())
        remedy = _("Correct the path: a relative one starts from the portfolio file.")
        raise InputError(Problem("missing-file", message, remedy, column="scenario", value=asked.scenario))


def refuse_what_has_to_be(scenario: Scenario) -> None:
    """Refuse a country in which something has to be built: it cannot be one of many, for it may be given nothing.

    Parameters
    ----------
    scenario : Scenario

    Raises
    ------
    InputError
    """
    limits = {f"limits.{name}": getattr(scenario.limits, name) for name in ("must_connect", "fix_links", "floors")}
    message = _("A portfolio may give a country nothing, which this does not allow.")
    remedy = _("Find the frontier without it.")
    names = [name for name, asked in {**limits, "inputs.as_built": scenario.inputs.as_built}.items() if asked]
    if names:
        raise InputError(placed([Problem("not-heeded", message, remedy, column=name) for name in names], scenario))


def comparable(countries: Sequence[Terms]) -> list[Problem]:
    """Return why benefits and money of countries cannot be added up; nothing where they can."""
    first, problems = countries[0], []
    for country in countries[1:]:
        if country.measure != first.measure:
            message = _("The budget of “{name}” counts {own}, that of “{first}” {others}: they cannot be shared out.")
            words = {"own": country.measure, "others": first.measure}
            remedy = _("Find all frontiers with the same measure of the budget.")
            problems.append((country, "budgets", message, words, remedy))
        if country.weights != first.weights:
            message = _("The benefit of “{name}” weighs {own}, that of “{first}” {others}: they cannot be added up.")
            words = {"own": _weighed(country.weights), "others": _weighed(first.weights)}
            remedy = _("Find all frontiers with the same benefit.weights.")
            problems.append((country, "benefit.weights", message, words, remedy))
    return [
        Problem(
            "not-comparable",
            message.format(name=country.name, first=first.name, **words),
            remedy,
            str(country.file),
            column=column,
        )
        for country, column, message, words, remedy in problems
    ]


def _weighed(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{name} × {weight:g}" for name, weight in sorted(weights.items()))


def rate_of(asked: CountryAsked, own: str, currency: str) -> float:
    """Return what a unit of the country's currency is worth in the portfolio's.

    Raises
    ------
    InputError
        That is not said, or cannot be meant.
    """
    if asked.rate is not None:
        if own == currency and asked.rate != SAME_RATE:
            message = _("“{name}” reckons in {currency} like the portfolio: a rate other than 1 cannot be meant.")
            remedy = _("Leave rate out.")
            problem = Problem(
                "bad-rate",
                message.format(name=asked.name, currency=own),
                remedy,
                column="rate",
                value=f"{asked.rate:g}",
            )
            raise InputError(problem)
        return asked.rate
    if own == currency:
        return SAME_RATE
    message = _("“{name}” reckons in {own}, the portfolio in {currency}.")
    remedy = _("Say rate: what one {own} is worth in {currency}.").format(own=own, currency=currency)
    problem = Problem(
        "missing-field", message.format(name=asked.name, own=own, currency=currency), remedy, column="rate"
    )
    raise InputError(problem)


def _refuse_rate(asked: CountryAsked, rate: float, dearest: float, own: str, currency: str) -> None:
    """Refuse a rate at which the dearest plan costs nothing, or more than can be counted."""
    if rate == SAME_RATE or CENT <= dearest * rate <= MOST_MONEY:
        return
    message = _("At a rate of {rate} the dearest plan of “{name}” costs {amount} {currency}: that cannot be meant.")
    words = {"rate": f"{rate:g}", "name": asked.name, "amount": f"{dearest * rate:.3g}", "currency": currency}
    remedy = _("Say rate: what one {own} is worth in {currency}.").format(own=own, currency=currency)
    raise InputError(Problem("bad-rate", message.format(**words), remedy, column="rate", value=f"{rate:g}"))


def _nothing(like: Mapping[str, Any]) -> dict[str, Any]:
    """Return the point of a country in which nothing is built."""
    zero = {"limit": 0.0, "spent": 0.0, "value": 0.0, "bound": 0.0, "gap": 0.0, "status": "optimal"}
    return {**zero, "totals": dict.fromkeys(like["totals"], 0)}


def _curve(points: Sequence[Mapping[str, Any]], ceiling: Sequence[Sequence[float]], rate: float) -> Curve:
    """Return plans and ceiling in cents of the common currency: money of plans rounded up, the ceiling outward."""
    # A cent more than the amount may be the rounding of the product, and is no money.
    cost = [math.ceil(round(100 * point["spent"]) * rate - 1e-6) for point in points]
    vertices = np.array(ceiling, dtype=np.float64)
    vertices[:, 0] *= 100 * rate * (1 - 1e-12)
    if not (np.diff(vertices, axis=0) > 0).all() or not np.isfinite(vertices).all():
        raise ValueError("ceiling")
    return Curve(np.array(cost, np.int64), np.array([point["value"] for point in points], np.float64), vertices)

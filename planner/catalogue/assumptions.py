"""Every figure in force, with its range and its source: what ``planner check`` and the reports show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.catalogue.estimates import USER
from planner.catalogue.figures import figures
from planner.finance import real_rate
from planner.i18n import _
from planner.scenario.yaml_text import field_path
from planner.wording import number, share

if TYPE_CHECKING:
    from collections.abc import Collection

    from planner.catalogue.estimates import Estimate
    from planner.catalogue.schema import Catalogue
    from planner.scenario import Scenario


@dataclass(frozen=True)
class Assumption:
    """A figure that the plan rests on.

    Attributes
    ----------
    name : str
        Its path in the catalogue or scenario, e.g. ``"leo.monthly_fee"``.
    value, low, high : float
        Planning uses ``value``.
    unit : str
        With the scenario's currency in it.
    source : str
        Name and document, in the user's language where it is the program's own; ``"user"`` where the user gave a figure
        without one.
    year : int or None
        Of the source.
    judgement : bool
        No source states the figure.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    source: str
    year: int | None
    judgement: bool

    @property
    def origin(self) -> str:
        """Source, its year, and whether it is a judgement, as people read it."""
        name = _("user") if self.source == USER else self.source
        source = f"{name} {self.year or ''}".strip()
        return _("{source} (judgement)").format(source=source) if self.judgement else source


def assumptions(catalogue: Catalogue, scenario: Scenario, sections: Collection[str]) -> tuple[Assumption, ...]:
    """Return the figures in force: additions to prices, exchange rates, and the named sections of the catalogue."""
    currency = scenario.money.currency
    listed = [
        _stated_by_user("money.contingency", scenario.money.contingency, _("share")),
        _stated_by_user("money.duties", scenario.money.duties, _("share")),
        _stated_by_user("money.vat.rate", scenario.money.vat.rate, _("share")),
        _stated_by_user("money.discount_rate", scenario.money.discount_rate, _("share per year")),
    ]
    if scenario.money.inflation is not None:
        listed.append(_stated_by_user("money.inflation", scenario.money.inflation, _("share per year")))
    for conversion in catalogue.conversions:
        if conversion.rate is not None:
            name = f"exchange_rate.{conversion.currency}"
            unit = _("{currency} per {other}").format(currency=currency, other=conversion.currency)
            assumption = _assumption(name, unit, conversion.rate)
            listed += [] if assumption in listed else [assumption]
    for figure in figures(catalogue):
        if figure.at[0] in sections and figure.estimate is not None:
            unit = _(figure.unit).replace(_("currency"), currency)
            listed.append(_assumption(field_path(figure.at), unit, figure.estimate))
    for kind, package in scenario.package.items():
        for item, amount in package.model_dump(exclude_none=True).items():
            unit = _("{currency} per year").format(currency=currency) if item.endswith("_per_year") else currency
            listed.append(_stated_by_user(f"package.{kind}.{item}", amount, unit))
    return tuple(listed)


def remarks(catalogue: Catalogue, scenario: Scenario, sections: Collection[str]) -> tuple[str, ...]:
    """Return what a reader of the prices must know and no single figure says."""
    money, transit = scenario.money, catalogue.source.transit_per_mbps
    said = [
        _("The prices of catalogue “{file}” are of {year}; they are used unchanged for {price_year}.").format(
            file=conversion.file, year=conversion.price_year, price_year=money.price_year
        )
        for conversion in catalogue.conversions
        if conversion.price_year != money.price_year
    ]
    if "source" in sections and transit is not None and transit.judgement:
        said.append(
            _(
                "Bandwidth: nobody has priced IP transit for this country. {typical} {currency} per Mbit/s and month "
                "is assumed, published prices lie between {low} and {high}; give source.transit_per_mbps from a quote."
            ).format(
                currency=money.currency,
                **{name: number(getattr(transit, name), 2) for name in ("low", "typical", "high")},
            )
        )
    if money.inflation is not None:
        said.append(
            _(
                "The nominal discount rate of {nominal}, with inflation of {inflation}, is a real rate of {real}; "
                "amounts are in prices of {year}."
            ).format(
                nominal=share(money.discount_rate, 2),
                inflation=share(money.inflation, 2),
                real=share(real_rate(money.discount_rate, money.inflation), 2),
                year=money.price_year,
            )
        )
    elif not money.real:
        said.append(
            _(
                "The discount rate is nominal but prices do not rise with time: later costs weigh too little in the "
                "present value. Give a real rate, or inflation beside the nominal one."
            )
        )
    if money.vat.rate:
        tax = _("Value added tax of {rate} is recovered: no amount holds it.")
        if not money.vat.recoverable:
            tax = _("Value added tax of {rate} is not recovered: every amount holds it.")
        said.append(tax.format(rate=share(money.vat.rate, 1)))
    return tuple(said)


def _stated_by_user(name: str, value: float, unit: str) -> Assumption:
    return Assumption(name, value, unit, value, value, USER, None, judgement=False)


def _assumption(name: str, unit: str, estimate: Estimate) -> Assumption:
    source = estimate.source if estimate.source == USER else _(estimate.source)
    return Assumption(
        name, estimate.typical, unit, estimate.low, estimate.high, source, estimate.year, estimate.judgement
    )

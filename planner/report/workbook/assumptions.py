"""The sheet that drives the others: how money and time are reckoned, and what a unit of each item costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.finance import annuity
from planner.i18n import _
from planner.price_words import price_name
from planner.report.bill import OFFICES
from planner.wording import item_name, technology_heading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.catalogue import Assumption
    from planner.finance import Item
    from planner.report.bill import Bill, Entry
    from planner.report.workbook.book import Book, Sheet

RATE: Final = "discount_rate"
AT_END: Final = "paid_at_year_end"
HORIZON: Final = "horizon_years"
FUNDED: Final = "funded_years"
TAX: Final = "tax_rate"
ANNUITY: Final = "annuity_factor"
"""Names of cells that formulas use."""

YEARS_AHEAD: Final = 40
"""Longest horizon that the sheet of cash flows has room for, unless the plan's own is longer."""

PRICE, PER_YEAR, LIFE = 4, 5, 6
"""Columns of the unit prices."""

PriceKey = tuple[str, "Item"]


@dataclass(frozen=True)
class Assumptions:
    """Where the sheet holds what.

    Attributes
    ----------
    sheet : Sheet
    row_of : dict
        Row of each unit price.
    """

    sheet: Sheet
    row_of: dict[PriceKey, int]

    def price(self, entry: Entry, column: int) -> str:
        """Return a reference to a unit price of an entry."""
        return self.sheet.at(self.row_of[price_key(entry)], column)


def price_key(entry: Entry) -> PriceKey:
    """Return what entries that are bought at one price have in common: that price is said once."""
    return (where(entry), entry.item)


def where(entry: Entry) -> str:
    """Return what an item is bought for, in the user's words."""
    return _("Office equipment") if entry.part == OFFICES else technology_heading(entry.technology)


def unit_name(per: str) -> str:
    """Return the name of a unit."""
    return {"each": _("piece"), "km": "km", "mbps": "Mbit/s"}[per]


def write_assumptions(book: Book, sheet: Sheet, bill: Bill, currency: str) -> Assumptions:
    """Write terms and unit prices; cells in colour may be changed, everything that is reckoned follows."""
    sheet.widths(50, 30, 28, 14, 16, 16, 12, 16, 16, 12)
    sheet.text(0, 0, _("Assumptions"), "title")
    sheet.note(
        1,
        _(
            "Cells in colour may be changed: quantities, cash flow, summary and comparison are reckoned from them. "
            "The sheets of offices, links and masts show the plan as it was solved; at other prices another plan may "
            "be best."
        ),
        10,
    )
    last = _write_terms(book, sheet, bill)
    row = last + 2
    sheet.text(row, 0, _("Unit prices before value added tax, in {currency}").format(currency=currency), "heading")
    note = _(
        "Freight, duties and contingency are in them, value added tax is not: the rate above comes on top. No life: "
        "bought once, worth nothing later."
    )
    sheet.note(row + 1, note, 10)
    sheet.head(
        row + 2,
        (
            _("For"), _("Option"), _("Item"), _("Unit"), _("Price"), _("Per year"), _("Life (years)"),
            _("Price, as planned"), _("Per year, as planned"), _("Life, as planned"),
        ),
    )  # fmt: skip
    options: dict[PriceKey, dict[str, None]] = {}
    for entry in bill.entries:
        options.setdefault(price_key(entry), {})[entry.option] = None
    row_of = {key: at for at, key in enumerate(options, start=row + 3)}
    for key, at in row_of.items():
        bought_for, item = key
        for column, text in enumerate((bought_for, _some(options[key]), item_name(item.name), unit_name(item.per))):
            sheet.text(at, column, text)
        for column, value in enumerate((item.capex, item.opex_per_year, item.life_years)):
            style = "exact" if PRICE + column == LIFE else "real"
            sheet.number(at, PRICE + column, value, f"{style} input")
            sheet.number(at, PRICE + 3 + column, value, f"{style} was")
    return Assumptions(sheet, row_of)


def _some(options: Iterable[str]) -> str:
    """Return the first options that have a price in common."""
    first, *others = options
    return f"{first} …" if others else first


def _write_terms(book: Book, sheet: Sheet, bill: Bill) -> int:
    """Write how money and time are reckoned; return the last row."""
    terms = bill.terms
    sheet.head(3, (_("Money and time"), _("Value"), _("Unit"), _("As planned"), _("What it does")))
    whole = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": years_shown(terms.horizon_years)}
    share = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
    at_end = terms.discount_at == "year_end"
    rows: tuple[tuple[str, str, float, str, str, str, dict[str, Any]], ...] = (
        (RATE, _("Discount rate"), terms.discount_rate, _("share per year"), "share",
         _("Later amounts count less by this."), share),
        (AT_END, _("A year's operation is paid at its end: 1, at its start: 0"), float(at_end), "", "whole",
         _("For discounting."), {"validate": "list", "source": [0, 1]}),
        (HORIZON, _("Horizon"), terms.horizon_years, _("years"), "whole",
         _("Years that present values look ahead."), whole),
        (FUNDED, _("Funded years"), terms.funded_years, _("years"), "whole",
         _("Years of operation that the programme pays for."), {**whole, "minimum": 0}),
        (TAX, _("Value added tax"), terms.tax, _("share"), "share",
         _("Comes on top of every payment; 0 where it is recovered."), share),
    )  # fmt: skip
    for row, (name, label, value, unit, style, meaning, rule) in enumerate(rows, start=4):
        sheet.text(row, 0, label)
        sheet.number(row, 1, value, f"{style} input")
        sheet.only(row, 1, rule)
        sheet.text(row, 2, unit)
        sheet.number(row, 3, value, f"{style} was")
        sheet.text(row, 4, meaning)
        book.name_cell(name, sheet, row, 1)
    row = 4 + len(rows)
    sheet.text(row, 0, _("Present value of 1 a year"))
    sheet.formula(
        row,
        1,
        f"=IF({RATE}=0,{HORIZON},(1-(1+{RATE})^-{HORIZON})/{RATE}*IF({AT_END}=1,1,1+{RATE}))",
        annuity(terms),
        "factor",
    )
    sheet.text(row, 4, _("Reckoned from the cells above."))
    book.name_cell(ANNUITY, sheet, row, 1)
    return row


def years_shown(horizon_years: int) -> int:
    """Return how many years the sheet of cash flows has room for."""
    return max(horizon_years, YEARS_AHEAD)


def write_sources(sheet: Sheet, figures: tuple[Assumption, ...]) -> None:
    """Write every figure in force with its range and its source."""
    sheet.widths(52, 14, 20, 14, 14, 80, 8, 12, 44)
    sheet.text(0, 0, _("Figures in force and their sources"), "title")
    sheet.note(
        1, _("What the unit prices come from. They are told here; what is reckoned starts from the unit prices."), 8
    )
    headings = (_("Assumption"), _("Value"), _("Unit"), _("Low"), _("High"), _("Source"), _("Year"), _("Judgement"),
                _("Key"))  # fmt: skip
    sheet.head(3, headings)
    sheet.keep_in_view(4, 1)
    styles = ("text", "exact", "text", "exact", "exact", "text", "text", "text", "text")
    rows = [
        (price_name(one.name), one.value, one.unit, one.low, one.high, one.source,
         "" if one.year is None else str(one.year), _("yes") if one.judgement else "", one.name)
        for one in figures
    ]  # fmt: skip
    last = sheet.rows(4, styles, rows)
    sheet.filter(3, max(last - 1, 4), len(headings))

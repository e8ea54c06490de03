"""The sheet of the bill of quantities: units by price, and the four money columns of each item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.finance import MEASURES, annuity, purchases
from planner.i18n import _
from planner.report.workbook.assumptions import ANNUITY, FUNDED, HORIZON, LIFE, PER_YEAR, PRICE, RATE, TAX, unit_name
from planner.wording import item_name, technology_heading

if TYPE_CHECKING:
    from planner.report.bill import Bill, Entry, Remainder
    from planner.report.workbook.assumptions import Assumptions
    from planner.report.workbook.book import Sheet

TECHNOLOGY: Final = 1
MONEY_COLUMNS: Final = dict(zip(MEASURES, (7, 9, 12, 13), strict=True))
"""Column of each measure."""
LASTING_LIFE, LASTING_PRICE = 15, 16
"""Hidden columns for the cash flow: life and purchases of what is bought again; 1 and 0 of what is not."""
_FIRST_ROW: Final = 4


@dataclass(frozen=True)
class Quantities:
    """Where the sheet holds what: rows of items, rounding included, and the row of totals."""

    sheet: Sheet
    last_row: int
    total_row: int

    def column(self, column: int) -> str:
        """Return a reference to the cells of a column, without the total."""
        return self.sheet.span(_FIRST_ROW, self.last_row, column)

    def exact(self, measure: str) -> str:
        """Return the formula of a sum that is not rounded."""
        return f"SUM({self.column(MONEY_COLUMNS[measure])})"

    def total(self, measure: str) -> str:
        """Return a reference to a total, rounded to the cent."""
        return self.sheet.at(self.total_row, MONEY_COLUMNS[measure])


def write_quantities(
    sheet: Sheet, bill: Bill, prices: Assumptions, totals: dict[str, float], currency: str
) -> Quantities:
    """Write the bill; its totals are those of the plan to the cent as long as nobody changes an assumption."""
    sheet.widths(16, 24, 30, 26, 14, 9, 14, 16, 14, 16, 10, 12, 18, 18)
    sheet.text(0, 0, _("Bill of quantities"), "title")
    sheet.note(
        1,
        _(
            "Quantity times unit price of the assumptions, in {currency}, with value added tax. Every link and every "
            "mast is here once, however many offices share it. Kilometres are those that are paid for, detours and "
            "climbs included."
        ).format(currency=currency),
        14,
    )
    headings = (
        _("Part"), _("Technology"), _("Option"), _("Item"), _("Quantity"), _("Unit"), _("Unit price"), _("Purchases"),
        _("Unit, per year"), _("Per year"), _("Life (years)"), _("Life factor"), _("Present value"),
        _("Programme cost"),
    )  # fmt: skip
    sheet.head(_FIRST_ROW - 1, headings)
    sheet.keep_in_view(_FIRST_ROW, 4)
    row = _FIRST_ROW
    for entry in bill.entries:
        _write_entry(sheet, row, entry, bill, prices)
        row += 1
    for remainder in bill.remainders:
        _write_remainder(sheet, row, remainder, bill)
        row += 1
    if row == _FIRST_ROW:  # a plan of nothing: formulas over the table still need a row
        _write_lasting(sheet, row)
        row += 1
    last = row - 1
    sheet.filter(_FIRST_ROW - 1, last, len(headings))
    total_row = row + 1
    for column in range(len(headings)):
        sheet.text(total_row, column, _("Total") if column == 0 else "", "text total")
    for measure, column in MONEY_COLUMNS.items():
        total = f"=ROUND(SUM({sheet.span(_FIRST_ROW, last, column)}),2)"
        sheet.formula(total_row, column, total, totals[measure], "money total")
    sheet.hide(LASTING_LIFE, LASTING_PRICE)
    return Quantities(sheet, last, total_row)


def _write_entry(sheet: Sheet, row: int, entry: Entry, bill: Bill, prices: Assumptions) -> None:
    item, line = entry.item, row + 1
    texts = (entry.part_name, technology_heading(entry.technology), entry.option, item_name(item.name))
    for column, text in enumerate(texts):
        sheet.text(row, column, text)
    sheet.number(row, 4, entry.quantity, "exact")
    sheet.text(row, 5, unit_name(item.per))
    life = prices.price(entry, LIFE)
    factor = purchases(item.life_years, bill.terms)
    present = entry.present_value(bill.terms)
    programme = entry.capex + bill.terms.funded_years * entry.opex_per_year
    sheet.formula(row, 6, f"={prices.price(entry, PRICE)}*(1+{TAX})", entry.unit_capex, "real")
    sheet.formula(row, 7, f"=E{line}*G{line}", entry.capex, "money")
    sheet.formula(row, 8, f"={prices.price(entry, PER_YEAR)}*(1+{TAX})", entry.unit_opex_per_year, "real")
    sheet.formula(row, 9, f"=E{line}*I{line}", entry.opex_per_year, "money")
    sheet.formula(row, 10, f'=IF({life}="","",{life})', item.life_years or "", "exact")
    sheet.formula(row, 11, life_factor(f"K{line}"), factor, "factor")
    sheet.formula(row, 12, f"=H{line}*L{line}+J{line}*{ANNUITY}", present, "money")
    sheet.formula(row, 13, f"=H{line}+{FUNDED}*J{line}", programme, "money")
    lasts = item.life_years is not None
    sheet.formula(row, LASTING_LIFE, f'=IF(K{line}="",1,K{line})', item.life_years or 1.0, "exact")
    sheet.formula(row, LASTING_PRICE, f'=IF(K{line}="",0,H{line})', entry.capex if lasts else 0.0, "real")


def life_factor(life: str) -> str:
    """Return the formula of what one unit bought, replaced and sold off over the horizon is worth now.

    As `planner.finance.purchases`: n = ⌈H / L⌉ purchases at 0, L, 2L … are a geometric series; the unused share of the
    last one is deducted at H.
    """
    lives = f"MAX(ROUNDUP({HORIZON}/{life}-1E-9,0),1)"
    bought = f"IF({RATE}=0,{lives},(1-(1+{RATE})^(-{lives}*{life}))/(1-(1+{RATE})^-{life}))"
    return f'=IF({life}="",1,{bought}-MAX({lives}-{HORIZON}/{life},0)*(1+{RATE})^-{HORIZON})'


def _write_remainder(sheet: Sheet, row: int, remainder: Remainder, bill: Bill) -> None:
    line = row + 1
    sheet.text(row, 1, technology_heading(remainder.technology))
    sheet.text(row, 3, _("rounding of lines to the cent"))
    capex, opex = remainder.capex, remainder.opex_per_year
    present = capex + annuity(bill.terms) * opex + remainder.present_value
    programme = capex + bill.terms.funded_years * opex
    sheet.number(row, 7, capex, "money")
    sheet.number(row, 9, opex, "money")
    sheet.formula(row, 12, f"=H{line}+J{line}*{ANNUITY}+{remainder.present_value!r}", present, "money")
    sheet.formula(row, 13, f"=H{line}+{FUNDED}*J{line}", programme, "money")
    _write_lasting(sheet, row)


def _write_lasting(sheet: Sheet, row: int) -> None:
    """Write that nothing in a row is bought again."""
    sheet.number(row, LASTING_LIFE, 1.0, "exact")
    sheet.number(row, LASTING_PRICE, 0.0, "real")

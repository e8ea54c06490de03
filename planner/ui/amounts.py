"""Amounts of money as they are typed into the page, read by the rule of the input files."""

from __future__ import annotations

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.numerals import amount_of, both_readings


def typed_amount(text: str, field: str, *, zero: bool = False) -> float | str:
    """Return an amount of money above zero, or from zero on; a share in per cent stays as written, for the command.

    Parameters
    ----------
    text : str
    field : str
        What the page calls the field.
    zero : bool
        Whether it may be none.

    Raises
    ------
    InputError
        It is neither, or could be two amounts: 2,000.
    """
    if text.strip().endswith("%"):
        return text.strip()
    amount = amount_of(text)
    if isinstance(amount, float) and (amount > 0 or (zero and amount == 0)):
        return amount
    either = both_readings(text)
    if either is None or float(either[0]) <= 0:
        message = _("An amount of money above zero is expected.")
        remedy = _("Write an amount, such as 2000000, or a share, such as 20 %.")
    else:
        message = _("The comma could stand between thousands or before decimals.")
        remedy = _("Write {whole}, or {decimal} if that is meant.").format(whole=either[0], decimal=either[1])
    raise InputError(Problem("bad-amount", message, remedy, column=field, value=text))

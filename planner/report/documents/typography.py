"""Signs and blanks as a language sets them in print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from planner.i18n import language, ngettext
from planner.wording import number

if TYPE_CHECKING:
    from planner.i18n import Language

_NARROW = "\N{NARROW NO-BREAK SPACE}"
_BEFORE_HIGH_SIGNS = re.compile("[ \N{NO-BREAK SPACE}](?=[;!?])")
_BEFORE_PER_CENT = re.compile(r"(?<=\d)[ \N{NO-BREAK SPACE}](?=%)")
_INSIDE_QUANTITIES = re.compile(
    r"(?<=\d) (?=(?:[A-Z]{3}|k?m|mm/h|ms|Mbit/s|[GM]Hz|dB[im]?)\b)"
    r"|(?<=\b[A-Z]{3}) (?=\d)|(?<=\bk) (?==)|(?<=\bk =) (?=\d)"
)
_MINUS = re.compile(r"(?<![\w.,\-])-(?=\d)")
_AMOUNT_BEHIND_LEFTWARD = re.compile(
    "([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])(?=[\\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}(]*[0-9])"
)
"""A name written from right to left draws a figure that follows it to its other side."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def in_print(text: str, language: Language) -> str:
    """Return text as it is printed.

    Figures stay with their units and signs, and behind names that are written from right to left; in French narrow
    blanks stand before ``;``, ``!`` and ``?``. Control signs go.
    """
    text = _BEFORE_PER_CENT.sub(_NARROW, _FORBIDDEN.sub("", text))
    text = _AMOUNT_BEHIND_LEFTWARD.sub("\\1\N{LEFT-TO-RIGHT MARK}", _MINUS.sub("\N{MINUS SIGN}", text))
    text = _INSIDE_QUANTITIES.sub("\N{NO-BREAK SPACE}", text)
    return _BEFORE_HIGH_SIGNS.sub(_NARROW, text) if language == "fr" else text


def figure_in_print(text: str) -> str:
    """Return a figure with a true minus sign."""
    return _MINUS.sub("\N{MINUS SIGN}", text)


def rounded(value: float, digits: int = 3) -> float:
    """Return a value with so many significant digits, for prose."""
    return float(f"{value:.{digits}g}")


def about_money(amount: float, currency: str) -> str:
    """Return an amount in currency for prose: three significant digits, from a million on in millions."""
    value = rounded(amount)
    blank = "\N{NO-BREAK SPACE}"
    if abs(value) < 1e6:
        text = number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)
    else:
        # In French what is less than two is singular: 1,18 million.
        words = ngettext("{amount} million", "{amount} million", int(abs(value) / 1e6))
        text = words.format(amount=number(value / 1e6, 2)).replace(" ", blank)
    return f"{text}{blank}{currency}" if language() == "fr" else f"{currency}{blank}{text}"


def about(value: float) -> str:
    """Return a count for prose: exact below a thousand, three significant digits above."""
    return number(value if abs(value) < 1000 else rounded(value))

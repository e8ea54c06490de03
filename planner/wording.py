"""Figures, names and judgements in the user's language."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from babel.numbers import format_compact_decimal, format_percent, get_decimal_symbol, get_group_symbol

from planner.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.i18n import Language


# The code of a currency is clear in every country; where it stands is the language's custom.
_MONEY_PATTERNS: dict[Language, str] = {"en": "{currency} {amount}", "fr": "{amount} {currency}"}


STAND_IN = "STAND-IN"
"""A scenario whose name says this plans for places that stand in for post offices, and everything shown says so too."""


def what_data(*, synthetic: bool, name: str) -> str:
    """Return what must be known of invented or borrowed data before any figure is read, else nothing.

    Parameters
    ----------
    synthetic : bool
        As results say of themselves.
    name : str
        Of the scenario.
    """
    if synthetic:
        return _("SYNTHETIC DATA: this country does not exist.")
    if STAND_IN in name:
        return _("STAND-IN DATA: populated places take the place of post offices; no result is about real offices.")
    return ""


def money(cents: float, currency: str, *, exact: bool = False) -> str:
    """Return an amount in whole units of currency, e.g. ``USD 12,345``, or to the cent."""
    sign, digits = _set(cents / 100, 2 if exact else 0)
    return sign + _MONEY_PATTERNS[language()].format(amount=digits, currency=currency.upper())


def money_short(cents: float, currency: str) -> str:
    """Return an amount for narrow places: from ten million up in millions, milliards … with two decimals."""
    if abs(cents) < 1_000_000_000:
        return money(cents, currency)
    amount = format_compact_decimal(cents / 100, locale=language(), fraction_digits=2)
    return f"{amount}\N{NO-BREAK SPACE}{currency}" if language() == "fr" else f"{currency}\N{NO-BREAK SPACE}{amount}"


_TOO_LONG = 1e18
"""No figure of a plan has more digits; numbers of wrong files have more than the decimals of Babel."""


@cache
def _symbols(speech: Language) -> tuple[str, str]:
    return get_group_symbol(speech), get_decimal_symbol(speech)


# Plans say thousands of figures, for which whoever cancelled a run waits: Babel itself takes twenty times as long.
def _set(value: float, decimals: int) -> tuple[str, str]:
    """Return sign and digits as Babel sets them, rounded half to even."""
    exact = Decimal(str(value))
    group, point = _symbols(language())
    whole, _point, rest = f"{abs(exact):,.{decimals}f}".partition(".")
    return "-" * exact.is_signed(), whole.replace(",", group) + (point + rest if rest else "")


def number(value: float, digits: int = 0) -> str:
    """Return a number with at most so many decimals."""
    if not abs(value) < _TOO_LONG:
        return f"{value:.3g}"
    sign, text = _set(value, digits)
    _group, point = _symbols(language())
    return sign + (text.rstrip("0").removesuffix(point) if digits else text)


def decimals(value: float, digits: int) -> str:
    """Return a number with exactly so many decimals, for columns that are read downwards."""
    return "".join(_set(value, digits))


def figure(value: float) -> str:
    """Return a number with about three significant figures, none of them lost before the decimal sign."""
    size = abs(value)
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 4)


def share(value: float, digits: int = 0) -> str:
    """Return a share of 1 in per cent."""
    pattern = "#,##0." + "0" * digits + " %" if digits else "#,##0 %"
    return format_percent(value, pattern, locale=language())


def exact_share(value: float) -> str:
    """Return a share of 1 in per cent as it was asked for: with two decimals, or more, where it has some."""
    per_cent = round(100 * value, 9)
    return share(value, next((digits for digits in (0, 2, 4, 6) if round(per_cent, digits) == per_cent), 9))


def setting_words(value: Any, field: str = "") -> str:
    """Return the value of a field of a scenario as people read it; what is text there stays as it is."""
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return str(value) if _is_year(field.rpartition(".")[2]) else number(value, 6)
    if isinstance(value, dict):
        return "; ".join(_entry(str(name), inner) for name, inner in value.items())
    return ", ".join(map(setting_words, value)) if isinstance(value, list | tuple) else str(value)


def _is_year(name: str) -> bool:
    """Return whether a field is a year, not an amount of one."""
    return name == "year" or (name.endswith("_year") and not name.endswith("_per_year"))


def _entry(name: str, value: Any) -> str:
    """Return an entry of a mapping; mappings in mappings stand in brackets."""
    said = setting_words(value, name)
    return f"{name} ({said})" if isinstance(value, dict) and value else labelled(name, said)


def labelled(label: str, text: str) -> str:
    """Return a label and what it says, with the colon set as the language sets it."""
    return _("{label}: {text}").format(label=label, text=text)


_TECHNOLOGIES: dict[str, Callable[[], str]] = {
    "fibre": lambda: _("fibre"),
    "microwave": lambda: _("microwave"),
    "leo": lambda: _("low-orbit satellite (LEO)"),
    "geo": lambda: _("geostationary satellite (GEO)"),
    "cellular": lambda: _("cellular"),
    "leased": lambda: _("leased line"),
    "ptmp": lambda: _("point to multipoint"),
    "limit": lambda: _("limit of a provider or satellite cell"),
    "source": lambda: _("source"),
    "existing": lambda: _("existing connection"),
    "backups": lambda: _("second paths"),
}


def technology_name(technology: str) -> str:
    """Return the name of a technology; names that only the user's catalogue knows stay as they are."""
    named = _TECHNOLOGIES.get(technology)
    return named() if named else technology


def technology_heading(technology: str) -> str:
    """Return the name of a technology as it starts a line; ``"masts"`` names the masts of a plan."""
    return sentence(_("masts and their sites") if technology == "masts" else technology_name(technology))


def sentence(text: str) -> str:
    """Return text with its first letter large."""
    return text[:1].upper() + text[1:]


_STATUSES: dict[str, Callable[[], str]] = {
    "offline": lambda: _("offline"),
    "insufficient": lambda: _("insufficient"),
    "adequate": lambda: _("adequate"),
    "unknown": lambda: _("unknown"),
}


def status_name(before: str) -> str:
    """Return the name of the connection that an office has before the plan."""
    return _STATUSES[before]()


_ITEMS: dict[str, Callable[[], str]] = {
    "rounding": lambda: _("rounding"),
    "IP transit": lambda: _("IP transit"),
    "access": lambda: _("access"),
    "activation": lambda: _("activation"),
    "antennas": lambda: _("antennas"),
    "base station": lambda: _("base station"),
    "battery": lambda: _("battery"),
    "cellular router": lambda: _("cellular router"),
    "computers": lambda: _("computers"),
    "energy": lambda: _("energy"),
    "fibre operation": lambda: _("fibre operation"),
    "fibre plant": lambda: _("fibre plant"),
    "fibre terminals": lambda: _("fibre terminals"),
    "grid connection": lambda: _("grid connection"),
    "grid extension": lambda: _("grid extension"),
    "handhelds": lambda: _("handhelds"),
    "installation": lambda: _("installation"),
    "licence": lambda: _("licence"),
    "mast": lambda: _("mast"),
    "one-off fee": lambda: _("one-off fee"),
    "radios": lambda: _("radios"),
    "regional surcharge": lambda: _("regional surcharge"),
    "rent": lambda: _("rent"),
    "router": lambda: _("router"),
    "site": lambda: _("site"),
    "splice": lambda: _("splice"),
    "service fee": lambda: _("service fee"),
    "solar panels": lambda: _("solar panels"),
    "spectrum": lambda: _("spectrum"),
    "support": lambda: _("support"),
    "survey": lambda: _("survey"),
    "terminal": lambda: _("terminal"),
    "training": lambda: _("training"),
    "upkeep": lambda: _("upkeep"),
    "ups": lambda: _("uninterruptible supply"),
    "wifi": lambda: _("Wi-Fi"),
}


def item_name(item: str) -> str:
    """Return the name of a cost item; names that only the user's catalogue knows stay as they are."""
    named = _ITEMS.get(item)
    return named() if named else item


_OPTIONS: dict[str, Callable[[], str]] = {
    "source": lambda: _("source"),
    "existing": lambda: _("existing connection"),
    "base station": lambda: _("base station"),
    "terminal": lambda: _("terminal"),
    "provider limit": lambda: _("limit of a provider"),
    "cell limit": lambda: _("limit of a satellite cell"),
}


def option_name(option: str) -> str:
    """Return the name of a link option that is called the same in every run; others stay as they are."""
    named = _OPTIONS.get(option)
    return named() if named else option


_ENABLED: dict[str, Callable[[], str]] = {
    "e_commerce": lambda: _("e-commerce"),
    "digital_finance": lambda: _("digital finance"),
    "e_government": lambda: _("e-government"),
    "public_wifi": lambda: _("public Wi-Fi"),
}


def service_name(service: str) -> str:
    """Return the name of a service that offices offer; names that only the scenario knows stay as they are."""
    named = _ENABLED.get(service)
    return named() if named else service


_COLUMNS: dict[str, Callable[[], str]] = {"people_underserved": lambda: _("underserved people within reach")}


def benefit_column(column: str) -> str:
    """Return what a column of the benefit counts; names that only the scenario knows stay as they are."""
    named = _COLUMNS.get(column)
    return named() if named else column


_MEASURES: dict[str, Callable[[], str]] = {
    "capex": lambda: _("first purchase (capex)"),
    "opex_per_year": lambda: _("operation per year (opex)"),
    "present_value": lambda: _("present value"),
    "programme_cost": lambda: _("programme cost"),
}


def measure_name(measure: str) -> str:
    """Return the name of a money column."""
    return _MEASURES[measure]()


def scope_words(scope: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the scope of a budget or a funder as people read it; nothing for one over everything."""
    told = []
    if scope.get("regions"):
        told.append(_("regions: {names}").format(names=", ".join(scope["regions"])))
    if scope.get("technologies"):
        names = ", ".join(technology_name(name) for name in scope["technologies"])
        told.append(_("technologies: {names}").format(names=names))
    if scope.get("kinds"):
        told.append(_("kinds of offices: {names}").format(names=", ".join(scope["kinds"])))
    return told


def objective_words(measure: str, sense: str) -> str:
    """Return an objective as people read it."""
    return _("most benefit") if sense == "max" else _("least {measure}").format(measure=measure_name(measure))


_RULES: dict[str, Callable[[], str]] = {
    "all_leo": lambda: _("all by LEO"),
    "all_cellular": lambda: _("all by cellular"),
    "cheapest_per_office": lambda: _("cheapest for each"),
}


def rule_name(baseline: str) -> str:
    """Return the name of a simple rule that plans are held against."""
    return _RULES[baseline]()


def quality(
    *, status: str, termination: str, value: float | None, gap: float | None, sense: str = "max", several: bool = False
) -> str:
    """Return how good a plan is and why the search ended, in words that claim no more than is proven.

    Parameters
    ----------
    status, termination, value, gap, sense
        As in `planner.plan.outcome.Outcome`.
    several : bool
        There are several objectives, and these figures are those of the one that is proven least well.
    """
    if value is None:
        return _no_plan(status)
    if several:
        text = quality(status=status, termination=termination, value=value, gap=gap, sense=sense)
        return _("Of the objective that is proven least well: {text}").format(text=text)
    ended = ended_words(termination)
    if value <= 0 and sense == "max":
        text = (
            _("This plan is worth nothing, and no other of the same money is worth more, proven; {ended}.")
            if gap == 0
            else _("This plan is worth nothing: it brings no benefit; {ended}.")
        )
        return text.format(ended=ended)
    return _proof(status, termination, gap, sense).format(ended=ended)


def ended_words(termination: str) -> str:
    """Return why a search ended."""
    return {
        "gap": _("the search reached the gap that was asked for"),
        "time_limit": _("the search ended at its time limit"),
        "cancelled": _("the search was cancelled"),
        "exhausted": _("the search had nothing left to try"),
        "evaluated": _("somebody else's plan, priced"),
    }.get(termination, termination)


def _proof(status: str, termination: str, gap: float | None, sense: str) -> str:
    """Return how near a plan is to the best one; why the search ended is left open."""
    if gap is None or gap > UNKNOWN:
        return _("How near this is to the best plan is not known; {ended}.")
    if sense == "min":
        text = _("Proven: no plan that keeps all limits and targets costs less by more than {gap}; {ended}.")
        return text.replace("{gap}", rounded_up(gap))
    if status == "optimal" and termination not in {"time_limit", "cancelled"}:
        # Better than this plan by so much of this plan's value: the gap as it stands.
        text = _("Proven: no plan under these inputs is better by more than {gap}; {ended}.")
        return text.replace("{gap}", rounded_up(gap))
    if short_of_best(gap) <= _NEAR:
        text = _("Within {gap} of the best plan under these inputs, proven; {ended}.")
        return text.replace("{gap}", rounded_up(short_of_best(gap)))
    text = _("At least {share} of the best possible under these inputs, proven; {ended}.")
    return text.replace("{share}", _reached(gap))


def _no_plan(status: str) -> str:
    """Return why there is no plan."""
    if status == "infeasible":
        return _("There is no plan that keeps all limits; this is proven.")
    if status == "error":
        return _(
            "No plan was found within the time limit, and it is not proven that there is none: allow more time, or "
            "loosen a limit."
        )
    return _("There is no plan: the search was cancelled before the first one.")


def short_of_best(gap: float) -> float:
    """Return what a plan lacks at most of the best possible plan's value, as a share of that value.

    Parameters
    ----------
    gap : float
        Relative to the plan's own value v, as plans tell it: (b − v) / v, b being the bound. Relative to the best
        possible value it is (b − v) / b = gap / (1 + gap), which never exceeds 1.
    """
    return gap / (1 + gap)


def nearness(gap: float, *, least: bool = False) -> str:
    """Return in two or three words how near a plan is to the best possible one; ``least``: one for least money."""
    if least:
        return _("within {gap}").format(gap=rounded_up(gap))
    if short_of_best(gap) <= _NEAR:
        return _("within {gap}").format(gap=rounded_up(short_of_best(gap)))
    return _("at least {share}").format(share=_reached(gap)) if gap <= UNKNOWN else "?"


def too_little(*, office: str, price: float, limit: float, measure: str, currency: str) -> str:
    """Return that a budget is too small for any office, and what the cheapest one costs; amounts in currency."""
    text = _("The budget of {limit} is too small for any office: the cheapest, {office}, costs {price} ({measure}).")
    # To the cent: the two may be near each other.
    amounts = {name: money(100 * x, currency, exact=True) for name, x in (("limit", limit), ("price", price))}
    return text.format(office=office, measure=measure_name(measure), **amounts)


def so_far(gap: float, *, least: bool = False) -> str:
    """Return how good the best plan of a search still at work is; ``least``: of one for least money."""
    if least:
        return _("Best plan so far: no other costs less by more than {gap}.").format(gap=rounded_up(gap))
    if short_of_best(gap) <= _NEAR:
        text = _("Best plan so far: within {gap} of the best plan under these inputs.")
        return text.format(gap=rounded_up(short_of_best(gap)))
    if gap <= 1:
        text = _("Best plan so far: at least {share} of the best possible under these inputs.")
        return text.format(share=_reached(gap))
    # A small share says nothing yet: the bound of the first seconds is loose.
    return _("There is a first plan; how near it is to the best is not known yet.")


_NEAR = 0.2
"""Up to here a sentence says what a plan may lack of the best possible one, from here on what it reaches of it."""
UNKNOWN = 99.0
"""Gap of a plan that is proven to reach a hundredth of the best possible one: beyond, nothing is said of it."""


def rounded_up(lacking: float) -> str:
    """Return a share that a plan lacks at most, in per cent: never nearer to the best than is proven."""
    digits = 1 if lacking >= 0.01 else 2
    step = 10.0 ** -(digits + 2)
    return share(math.ceil(lacking / step - 1e-9) * step, digits)


def _reached(gap: float) -> str:
    """Return in whole per cent what a plan reaches of the best possible value: never more than is proven."""
    return share(math.floor(100 * (1 - short_of_best(gap)) + 1e-9) / 100)


_BUDGET_LINES: dict[str, Callable[[], str]] = {
    "transmit_power": lambda: _("Transmit power"),
    "first_antenna": lambda: _("Gain of the first antenna"),
    "free_space": lambda: _("Free-space loss"),
    "gases": lambda: _("Loss in air (oxygen, water vapour)"),
    "second_antenna": lambda: _("Gain of the second antenna"),
    "received": lambda: _("Received level without fading"),
    "threshold": lambda: _("Receiver threshold"),
    "fade_margin": lambda: _("Fade margin"),
    "rain_001": lambda: _("Rain, exceeded during 0.01 % of a year"),
    "rain_outage": lambda: _("Share of the year in which rain takes more than the margin"),
    "multipath_occurrence": lambda: _("Multipath occurrence in the worst month"),
    "multipath_outage": lambda: _("Share of the year in which multipath takes more than the margin"),
    "equipment_outage": lambda: _("Share of the year in which equipment fails"),
    "availability": lambda: _("Availability of the capacity"),
    "fades_wanted": lambda: _("Share of the year for which fades must leave it"),
}


def budget_line(key: str) -> str:
    """Return what a line of a link budget is called."""
    return _BUDGET_LINES[key]()


def radius_factor(k: float) -> str:
    """Return an effective earth radius factor as engineers write it: 4/3, 2/3."""
    thirds = round(3 * k)
    return f"{thirds}/3" if abs(3 * k - thirds) < 5e-3 and thirds % 3 else number(k, 2)


def told_by(source: str) -> str:
    """Return where a line of a link budget comes from; Recommendations keep their names."""
    own = {
        "catalogue": _("price catalogue"),
        "scenario": _("scenario"),
        "sum": _("from the lines above"),
        "zone": _("climate zone"),
        "office": _("office file"),
        "latitude": _("latitude"),
    }
    if source in own:
        return own[source]
    for part, word in (("Annex ", _("Annex {n}")), ("eq. ", _("eq. {n}"))):
        source = source.replace(part, word.format(n=""))
    return source


_CLIMATE: dict[str, tuple[Callable[[], str], str]] = {
    "rain_mm_h": (lambda: _("rain rate R0.01"), "mm/h"),
    "dn1_per_km": (lambda: _("refractivity gradient dN1"), "N/km"),
    "vapour_g_m3": (lambda: _("water vapour"), "g/m³"),
    "roughness_m": (lambda: _("roughness of the terrain"), "m"),
    "rain_height_km": (lambda: _("rain height"), "km"),
}


def climate_figure(key: str) -> tuple[str, str]:
    """Return what a figure of the climate is called, and its unit."""
    name, unit = _CLIMATE[key]
    return name(), unit


_LOOKS: dict[str, Callable[[], str]] = {
    "known": lambda: _("geostationary, the satellite in use"),
    "highest": lambda: _("geostationary, on the office's meridian"),
    "aside": lambda: _("geostationary, 30° of longitude away"),
    "least": lambda: _("low orbit, at the least elevation used"),
}


def look_name(case: str) -> str:
    """Return where a satellite stands."""
    return _LOOKS[case]()


def modulation_name(modulation: str) -> str:
    """Return the name of a modulation as engineers write it."""
    return f"{modulation.removeprefix('QAM')}-QAM" if modulation.startswith("QAM") else modulation


def no_formula(text: str) -> str:
    """Return a text as a cell of a CSV: behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text[:1] in set("=+-@\t\r") else text

"""Sheets of links as text and tables, for the terminal and for documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.finance import MEASURES
from planner.i18n import _
from planner.plan.sheets import HopSheet, ServiceSheet, TrenchSheet
from planner.report.layout import Grid, print_grid, say
from planner.wording import (
    budget_line,
    climate_figure,
    decimals,
    look_name,
    measure_name,
    modulation_name,
    number,
    radius_factor,
    sentence,
    share,
    told_by,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from planner.plan.sheets import ClimateFigure, Criterion, Entry, Sheet

Titled = tuple[str, Grid]


def print_sheet(sheet: Sheet, console: Console, *, measure: str, currency: str) -> None:
    """Print the engineering of a link: a few sentences, then the tables.

    Parameters
    ----------
    sheet : Sheet
    console : Console
    measure, currency : str
        Amounts of sections are told in this money column.
    """
    console.print()
    for line in sheet_text(sheet):
        say(console, line, hang=2)
    for title, grid in [*sheet_tables(sheet, measure=measure, currency=currency), *climate_table(sheet)]:
        console.print()
        say(console, title, style="bold")
        print_grid(console, grid)


def sheet_text(sheet: Sheet) -> list[str]:
    """Return what a sheet says in sentences."""
    if isinstance(sheet, HopSheet):
        return _hop_text(sheet)
    if isinstance(sheet, TrenchSheet):
        text = _(
            "{km} km of trench, priced as {priced} km: the drawn length and {climb} m for each metre of climb or fall, "
            "at what the ground costs, times {factor}."
        )
        return [
            text.format(
                km=number(sheet.length_km, 2),
                priced=number(sheet.priced_km, 2),
                climb=number(sheet.climb_factor, 1),
                factor=number(sheet.route_factor, 3),
            )
        ]
    return _service_text(sheet)


def sheet_tables(sheet: Sheet, *, measure: str, currency: str) -> list[Titled]:
    """Return the tables of a sheet with their titles."""
    if isinstance(sheet, HopSheet):
        return [
            (_("Clearance of the path"), _clearance(sheet)),
            (_("Link budget at {name}").format(name=_used(sheet)), _budget(sheet)),
            (_("Modulations"), _modulations(sheet)),
        ]
    if isinstance(sheet, TrenchSheet):
        title = _("Sections of the trench, without terminals: {measure}, in {currency}")
        return [(title.format(measure=measure_name(measure), currency=currency), _sections(sheet, measure))]
    return [(_("Rain on the way to the satellite"), _looks(sheet))] if sheet.looks else []


def climate_table(sheet: Sheet) -> list[Titled]:
    """Return the figures of the climate with their sources, end by end; none where nothing hangs on it."""
    if isinstance(sheet, TrenchSheet) or not sheet.climate:
        return []
    ends = [end.place for end in sheet.ends] if isinstance(sheet, HopSheet) else []
    return [(_("Climate"), _climate(sheet.climate, ends))]


def climate_text(sheet: HopSheet) -> str:
    """Return the climate of a hop in one sentence, for pages on which a table would have no room."""
    told = []
    for figure in sheet.climate:
        name, unit = climate_figure(figure.key)
        by = " / ".join(dict.fromkeys(told_by(source) for source in figure.sources))
        told.append(f"{name} {decimals(figure.value, 1)}\N{NO-BREAK SPACE}{unit} ({by})")
    return _("Reckoned with {figures}.").format(figures=", ".join(told))


def signed(entry: Entry) -> str:
    """Return the value of a budget line with as many decimals as it deserves."""
    if entry.unit == "%":
        shown = number(entry.value, 4) if entry.value >= 1e-4 or entry.value == 0 else "< 0.0001"
        return _("{value} %").format(value=shown)
    return f"{decimals(entry.value, 2)}\N{NO-BREAK SPACE}{entry.unit}"


def criterion_text(criterion: Criterion) -> str:
    """Return a rule of clearance in words."""
    text = _("{share} of the first Fresnel zone free at k = {k}")
    return text.format(share=share(criterion.fresnel_share), k=radius_factor(criterion.k))


def _hop_text(sheet: HopSheet) -> list[str]:
    near, far = sheet.ends
    text = _(
        "{km} km at {ghz} GHz ({option}), channel {channel} MHz, dishes of {dish} m; antennas at {near} m "
        "({from_place}) and {far} m ({to_place}) above ground."
    )
    lines = [
        text.format(
            km=number(sheet.length_km, 2),
            ghz=number(sheet.frequency_ghz, 2),
            option=sheet.option,
            channel=number(sheet.channel_mhz, 1),
            dish=number(sheet.dish_m, 2),
            near=number(near.antenna_m, 1),
            from_place=near.place,
            far=number(far.antenna_m, 1),
            to_place=far.place,
        ),
        _("It carries {mbps} Mbit/s during {share} of the year; fades must leave it for {wanted}.").format(
            mbps=number(sheet.capacity_mbps, 1), share=share(sheet.availability, 4), wanted=share(sheet.wanted, 4)
        ),
    ]
    asked = _("Between the ends {margin} m are kept for the error of the terrain model.")
    lines.append(asked.format(margin=number(sheet.margin_m, 1)))
    if sheet.mirror_km is not None:
        text = _("The sea mirrors the ray at {km} km: each end has a second antenna (space diversity).")
        lines.append(text.format(km=number(sheet.mirror_km, 2)))
    if tallest_m := max((height for height in sheet.cover_m if height is not None), default=0.0):
        text = _("What stands on the ground under the path is taken to be up to {height} m high.")
        lines.append(text.format(height=number(tallest_m, 1)))
    return lines


def _service_text(sheet: ServiceSheet) -> list[str]:
    text = _(
        "{option}: {down} Mbit/s down, {up} Mbit/s up, {latency} ms; available {share} of the year, the scenario asks "
        "for {wanted}."
    )
    lines = [
        text.format(
            option=sheet.option,
            down=number(sheet.down_mbps, 1),
            up=number(sheet.up_mbps, 1),
            latency=number(sheet.latency_ms),
            share=share(sheet.availability, 2),
            wanted=share(sheet.wanted, 2),
        )
    ]
    if sheet.looks and sheet.frequency_ghz and sheet.rain_mm_h and sheet.rain_height_km:
        text = _(
            "For information, at {ghz} GHz in {rain} mm/h of rain (R0.01) from {height} km: frequency and elevations "
            "are judgements, the plan uses the availability of the catalogue."
        )
        lines.append(
            text.format(
                ghz=number(sheet.frequency_ghz, 1),
                rain=number(sheet.rain_mm_h, 1),
                height=number(sheet.rain_height_km, 2),
            )
        )
    return lines


def _used(sheet: HopSheet) -> str:
    return modulation_name(next(step.modulation for step in sheet.steps if step.used))


def _clearance(sheet: HopSheet) -> Grid:
    rows = []
    for criterion in sheet.criteria:
        if criterion.clearance_m is None or criterion.at_km is None:
            rows.append((criterion_text(criterion), "–", "–"))
        else:
            rows.append((criterion_text(criterion), decimals(criterion.clearance_m, 1), decimals(criterion.at_km, 2)))
    return Grid((_("Rule"),), (_("Left, m"), _("At, km")), tuple(rows))


def _budget(sheet: HopSheet) -> Grid:
    rows = [(budget_line(entry.key), told_by(entry.source), signed(entry)) for entry in sheet.budget]
    return Grid((_("Line"), _("By")), (_("Value"),), tuple(rows))


def _modulations(sheet: HopSheet) -> Grid:
    rows = [
        (
            (_("{name} (used)") if step.used else "{name}").format(name=modulation_name(step.modulation)),
            number(step.rate_mbps, 1),
            decimals(step.threshold_dbm, 2),
            decimals(step.margin_db, 2),
            share(step.availability, 4),
        )
        for step in sheet.steps
    ]
    figures = (_("Mbit/s"), _("Threshold, dBm"), _("Margin, dB"), _("Available"))
    return Grid((_("Modulation"),), figures, tuple(rows))


def _climate(figures: Sequence[ClimateFigure], ends: Sequence[str]) -> Grid:
    """Return the figures of the climate with their sources: at both ends of a hop, and what the path takes of them."""
    rows = []
    for figure in figures:
        told = [told_by(source) for source in figure.sources]
        by = told[0] if len(set(told)) == 1 else ", ".join(map("{} ({})".format, told, ends))
        rule = [_("the wetter end") if figure.key == "rain_mm_h" else _("the mean")] if ends else []
        at_ends = [decimals(value, 1) for value in figure.ends] if ends else []
        name, unit = climate_figure(figure.key)
        rows.append((f"{sentence(name)}, {unit}", by, *rule, *at_ends, decimals(figure.value, 1)))
    words = (_("Climate"), _("By"), *([_("Of the path")] if ends else []))
    return Grid(words, (*ends, _("Used")), tuple(rows))


def _sections(sheet: TrenchSheet, measure: str) -> Grid:
    column = MEASURES.index(measure)
    rows = [
        (
            f"{decimals(section.from_km, 2)}–{decimals(section.to_km, 2)}",
            number(section.rise_m),
            decimals(section.priced_km, 2),
            number(section.cents[column] / 100),
        )
        for section in sheet.sections
    ]
    return Grid((), (_("km"), _("Climb and fall, m"), _("Priced km"), _("Cost")), tuple(rows))


def _looks(sheet: ServiceSheet) -> Grid:
    rows = [
        (
            look_name(look.case),
            f"{decimals(look.elevation_deg, 1)}°",
            decimals(look.rain_001_db, 1),
            decimals(look.rain_wanted_db, 1),
        )
        for look in sheet.looks
    ]
    percent = share(1 - sheet.wanted, 2)
    figures = (_("Elevation"), _("Rain, dB, at 0.01 %"), _("Rain, dB, at {share}").format(share=percent))
    return Grid((_("Satellite"),), figures, tuple(rows))

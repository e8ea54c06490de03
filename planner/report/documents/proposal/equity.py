"""Who is reached: offices by how densely people live around them, how they are powered, and what each region gets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree

from planner.catalogue.power import Supply
from planner.errors import InputError
from planner.i18n import _
from planner.report.documents.blocks import Heading, Note, Paragraph, Table
from planner.report.documents.proposal.assessment import by_region, region_name
from planner.wording import number, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun

EARTH_KM: Final = 6371.0
RURAL, URBAN = 300.0, 1500.0
"""People per km² from which a place is a town, and a city: thresholds of the Degree of Urbanisation (United Nations
Statistical Commission, 2020), which sets them for cells of 1 km² and clusters of these."""
CLASSES: Final = ("rural", "town", "city", "unknown")


def density(plan: Plan) -> NDArray[np.float64]:
    """Return people per km² around each office, (o,) float64; NaN where that is not known.

    People are counted at their nearest office within the catchment; those of all offices within that distance of an
    office, over the area of the circle, are the density around it.
    """
    radius_km = float(plan.benefit_index["catchment_km"])
    offices = plan.offices
    lon, lat = (np.radians(offices[name].to_numpy(np.float64)) for name in ("lon", "lat"))
    people = offices["people_total"].to_numpy(np.float64)
    found = np.full(len(offices), np.nan)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & np.isfinite(people))
    if radius_km > 0 and len(known):
        lon, lat = lon[known], lat[known]
        places = cKDTree(np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]))
        near = places.query_ball_point(places.data, 2 * math.sin(radius_km / EARTH_KM / 2))
        around = np.array([people[known[rows]].sum() for rows in near])
        found[known] = around / (math.pi * radius_km**2)
    return found


def classes(plan: Plan) -> NDArray[np.str_]:
    """Return the class of each office, one of `CLASSES`."""
    people = density(plan)
    told = np.select([people < RURAL, people < URBAN, people >= URBAN], CLASSES[:3], default=CLASSES[3])
    return np.asarray(told, dtype=np.str_)


def class_name(kind: str) -> str:
    """Return the name of a class of `classes`."""
    return {"rural": _("Rural"), "town": _("Town"), "city": _("City"), "unknown": _("Not known")}[kind]


def surroundings(run: ExportedRun) -> list[Block]:
    """Return where offices stand: rurality and electricity, by region."""
    return [Heading(_("Rurality and electricity"), 2), *_rurality(run.plan), *_electricity(run)]


def _rurality(plan: Plan) -> Iterator[Block]:
    yield Paragraph(
        _(
            "An office is rural where fewer than {rural} people live on a km² within {km} km of it, and in a city "
            "where {urban} or more do: the thresholds of the Degree of Urbanisation, taken for the circle around the "
            "office."
        ).format(rural=number(RURAL), urban=number(URBAN), km=number(plan.benefit_index["catchment_km"], 1))
    )
    offices = plan.offices.assign(rurality=classes(plan))
    shown = [kind for kind in CLASSES if kind != "unknown" or (offices["rurality"] == kind).any()]

    def row(name: str, there: pd.DataFrame) -> tuple[str, ...]:
        counts = [int((there["rurality"] == kind).sum()) for kind in shown]
        return (name, *map(number, counts))

    rows = [row(region_name(region), there) for region, there in by_region(offices).items()]
    yield Table(
        _("Post offices by rurality and region"),
        (_("Region"),),
        tuple(map(class_name, shown)),
        (*rows, row(_("Total"), offices)),
        total=True,
    )


def _electricity(run: ExportedRun) -> Iterator[Block]:
    try:
        places = run.options.places
    except InputError as error:
        text = _(
            "How offices are powered is missing, because the data of the run are no longer what they were: {reason}"
        )
        yield Note(text.format(reason=str(error)), serious=True)
        return
    supply = dict(zip(places.id.tolist(), places.supply.tolist(), strict=True))
    offices = run.plan.offices.assign(supply=[supply.get(name, Supply.NONE) for name in run.plan.offices["id"]])
    columns = [
        (_("Mains"), (Supply.MAINS, Supply.OWNER)),
        (_("Without adequate mains"), (Supply.SOLAR, Supply.EXTENSION)),
        (_("Not known, taken as mains"), (Supply.ASSUMED,)),
        (_("Connected already, not examined"), (Supply.NONE,)),
    ]
    columns = [each for each in columns if offices["supply"].isin(each[1]).any()]

    def row(name: str, there: pd.DataFrame) -> tuple[str, ...]:
        return (name, *(number(int(there["supply"].isin(kinds).sum())) for _heading, kinds in columns))

    rows = [row(region_name(region), there) for region, there in by_region(offices).items()]
    yield Table(
        _("Electricity of post offices, by region"),
        (_("Region"),),
        tuple(heading for heading, _kinds in columns),
        (*rows, row(_("Total"), offices)),
        total=True,
    )


def equity(plan: Plan) -> list[Block]:
    """Return what each region, and town and country, had before and have with the plan."""
    regions = {region_name(region): there for region, there in by_region(plan.offices).items()}
    kinds = classes(plan)
    ruralities = {class_name(kind): plan.offices[kinds == kind] for kind in CLASSES if (kinds == kind).any()}
    headings = (
        _("Adequate before"), _("Adequate with the plan"), _("Underserved people"), _("Reached"),
        _("Share"),
    )  # fmt: skip
    total = _reached(_("Total"), plan.offices)
    return [
        Heading(_("Equity"), 2),
        *_extremes(plan),
        *(
            Table(caption, (word,), headings, (*(_reached(*group) for group in groups.items()), total), total=True)
            for caption, word, groups in (
                (_("Who is reached, by region"), _("Region"), regions),
                (_("Who is reached, by rurality"), _("Rurality"), ruralities),
            )
        ),
    ]


def _people(offices: pd.DataFrame) -> tuple[float, float]:
    """Return underserved people within reach of offices, and how many of them the plan reaches."""
    gains = offices["connected"] & (offices["before"] != "adequate")
    lacking = offices.loc[offices["before"] != "adequate", "people"].dropna()
    return math.fsum(lacking), math.fsum(offices.loc[gains, "people"].dropna())


def _reached(name: str, offices: pd.DataFrame) -> tuple[str, ...]:
    before, after = int((offices["before"] == "adequate").sum()), int(offices["connected"].sum())
    lacking, reached = _people(offices)
    part = share(reached / lacking) if lacking else "–"
    shares = [share(count / len(offices)) if len(offices) else "–" for count in (before, after)]
    return (name, *shares, number(lacking), number(reached), part)


def _extremes(plan: Plan) -> list[Block]:
    """Return in which regions the plan reaches the largest and the smallest share of people."""
    people = {region: _people(there) for region, there in by_region(plan.offices).items() if region}
    parts = {region: reached / lacking for region, (lacking, reached) in people.items() if lacking}
    if len(parts) < 2:
        return []
    least, most = min(parts, key=lambda name: parts[name]), max(parts, key=lambda name: parts[name])
    text = _("The plan reaches {most} of the underserved people in {best} and {least} in {worst}.")
    told = [text.format(most=share(parts[most]), best=most, least=share(parts[least]), worst=least)]
    if plan.plain:
        more = _(
            "It was made for the most benefit; floors, or worst first, in the scenario ask for more in the regions "
            "that get least."
        )
        told.append(more)
    return [Paragraph(" ".join(told))]

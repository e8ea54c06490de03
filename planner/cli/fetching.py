"""The commands for those without data at hand: open data over the network, and a country of populated places."""

# Typer reads the annotations at run time: no postponed evaluation here.
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.session import DebugOption, JsonOption, LangOption, QuietOption, session
from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from planner.fetch import Box, Fetched

_URLS = {"dem": "PLANNER_DEM_URL", "roads": "PLANNER_OVERPASS_URL"}
_MARGIN_DEG = 0.1
"""Around offices: relays and roads lie beside them too."""


def fetch(
    what: Annotated[str, typer.Argument(metavar="dem|roads", help=_("What to fetch."))],
    out: Annotated[Path, typer.Option("--out", help=_("Folder of the scenario, or any other."))],
    bbox: Annotated[
        str | None,
        typer.Option(
            metavar="W,S,E,N",
            help=_("West, south, east, north in degrees; else around the offices of the scenario in the folder."),
            show_default=False,
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help=_("Address of the tiles or of an Overpass server, if not the usual one."), show_default=False
        ),
    ] = None,
    classes: Annotated[str | None, typer.Option(help=_("Classes of roads, with commas."), show_default=False)] = None,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.fetch import GLO30_URL, OVERPASS_URL, ROAD_CLASSES, Box, fetch_dem, fetch_roads
    from planner.jobs import Event
    from planner.scenario import SCENARIO_FILE
    from planner.wording import labelled, number

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        if what not in _URLS:
            remedy = _("Choose dem or roads.")
            raise InputError(Problem("bad-option", _("There is no such data to fetch."), remedy, value=what))
        if classes is not None and what != "roads":
            message, remedy = _("Classes are those of roads."), _("Leave it out.")
            raise InputError(Problem("bad-option", message, remedy, column="--classes", value=classes))
        scenario = out / SCENARIO_FILE
        box = Box.of(bbox) if bbox is not None else _around_offices(scenario)
        address = url or os.environ.get(_URLS[what]) or {"dem": GLO30_URL, "roads": OVERPASS_URL}[what]
        begin = time.monotonic()
        try:
            with here.progress() as progress:

                def told(text: str, share: float) -> None:
                    progress.show(Event(time.monotonic() - begin, "fetch", share=share, message=text))

                if what == "dem":
                    found = fetch_dem(box, out, url=address, told=told)
                else:
                    names = ROAD_CLASSES if classes is None else tuple(name.strip() for name in classes.split(","))
                    found = fetch_roads(box, out, url=address, classes=names, told=told)
        except OSError as error:
            message = _("The folder cannot be written: {reason}.").format(reason=error.strerror)
            remedy = _("Choose a folder that you may write to; no part of its path may be a file.")
            raise InputError(Problem("unwritable-folder", message, remedy, str(out))) from error
        entered = _enter(what, found, scenario) if scenario.exists() else {}
        if json:
            files = [str(path) for path in found.files]
            here.document(
                {
                    "files": files,
                    "sea": list(found.sea),
                    "new": found.new,
                    "kept": found.kept,
                    "size_bytes": found.size_bytes,
                    "attribution": found.attribution,
                    "record": str(found.record),
                    "entered": entered,
                }
            )
        here.say(
            _("Fetched: {new}; there already: {kept}; {size} MB in all.").format(
                new=found.new, kept=found.kept, size=number(found.size_bytes / 1e6, 1)
            )
        )
        if found.sea:
            here.say(labelled(_("Tiles that the source does not have (sea, height 0)"), number(len(found.sea))))
        here.say(labelled(_("Source, licence and checksums"), str(found.record)))
        here.say(labelled(_("To be named wherever it is shown"), found.attribution))
        if entered:
            fields = ", ".join(f"inputs.{name}" for name in entered)
            here.say(_("Entered into {file}: {names}").format(file=scenario, names=fields))
        else:
            here.say(
                _("There is no scenario in the folder: name the files in its inputs.{name}.").format(
                    name="terrain" if what == "dem" else "roads"
                )
            )


def starter(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help=_("English or French name, or ISO 3166 letters."))],
    out: Annotated[Path, typer.Option("--out", help=_("Folder to make."))],
    least_people: Annotated[int, typer.Option(help=_("Smaller places are left out."), min=1)] = 1000,
    most: Annotated[int, typer.Option(help=_("So many of the largest places at most."), min=1, max=20000)] = 2000,
    lang: LangOption = "",
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> None:
    from planner.inputs import STARTER_ATTRIBUTION, write_starter
    from planner.wording import STAND_IN, labelled, number, what_data

    with session(lang, json=json, quiet=quiet, debug=debug) as here:
        found = write_starter(country, out, least_people=least_people, most=most)
        box = ",".join(f"{edge:g}" for edge in found.box)
        if json:
            here.document(
                {
                    "country": found.country,
                    "name": found.name,
                    "files": [str(path) for path in found.files],
                    "places": found.places,
                    "left_out": found.left_out,
                    "people": found.people,
                    "bbox": list(found.box),
                    "attribution": STARTER_ATTRIBUTION,
                }
            )
        here.say(what_data(synthetic=False, name=STAND_IN))
        here.say(
            _("{country}: {places} places with {people} people; smaller or further ones left out: {left_out}.").format(
                country=found.name,
                places=number(found.places),
                people=number(found.people),
                left_out=number(found.left_out),
            )
        )
        here.say(_("Written:") + "".join(f"\n  {path}" for path in found.files))
        here.say(labelled(_("To be named wherever it is shown"), STARTER_ATTRIBUTION))
        here.say(
            _("Terrain is still needed: planner fetch dem --out {folder} --bbox={box}").format(folder=out, box=box)
        )
        here.say(
            _("Roads, for fibre along them: planner fetch roads --out {folder} --bbox={box}").format(
                folder=out, box=box
            )
        )


def _around_offices(scenario: Path) -> "Box":
    """Return the box around the offices of a scenario, as its tables have them."""
    import numpy as np

    from planner.fetch import Box
    from planner.inputs import office_positions
    from planner.scenario import load_scenario

    if not scenario.exists():
        message = _("It is not said where: there is no scenario in the folder whose offices would tell.")
        remedy = _("Give a box: --bbox W,S,E,N in degrees.")
        raise InputError(Problem("bad-option", message, remedy, str(scenario), column="--bbox"))
    lon, lat = office_positions(load_scenario(scenario))
    # Across the 180th meridian the offices lie closer together if counted from 0 to 360.
    if np.ptp(lon) > 180:
        lon = np.where(lon < 0, lon + 360, lon)
    west, east = float(lon.min()) - _MARGIN_DEG, float(lon.max()) + _MARGIN_DEG
    south, north = max(-90.0, float(lat.min()) - _MARGIN_DEG), min(90.0, float(lat.max()) + _MARGIN_DEG)
    return Box((west + 180) % 360 - 180, south, (east + 180) % 360 - 180, north)


def _enter(what: str, found: "Fetched", scenario: Path) -> dict[str, Any]:
    """Name the files in the scenario beside those that are there already; return what was written."""
    from planner.scenario import amend, load_scenario

    folder = scenario.parent
    inputs = load_scenario(scenario).inputs
    names = [path.relative_to(folder).as_posix() for path in found.files]
    if what == "roads":
        entries = [given.model_dump(mode="json", exclude_defaults=True) for given in inputs.roads]
        there = [entry for entry in entries if (folder / entry["file"]).exists() and entry["file"] not in names]
        entered: dict[str, Any] = {"roads": [*there, *({"file": name} for name in names)]}
    else:
        kept = [name for name in inputs.terrain if (folder / name).exists() and name not in names]
        entered = {"terrain": [*kept, *names]}
        if found.sea:
            entered["terrain_voids"] = "sea"
    for name, value in entered.items():
        amend(scenario, "inputs", name, value)
    return entered

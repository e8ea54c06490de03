"""Where built link options are kept, and what makes two of them the same."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from planner._version import __version__
from planner.catalogue.itu_maps import maps_version
from planner.i18n import language
from planner.inputs.ground import raster_contents
from planner.inputs.named import named_files
from planner.kept import cache_folder, code_hash
from planner.links.task import greatest_demand

if TYPE_CHECKING:
    from pathlib import Path

    from planner.catalogue import Catalogue
    from planner.inputs import Inputs
    from planner.scenario import Scenario

_SECTIONS = {"money", "inputs", "missing", "service", "package", "climate", "technologies", "links"}
"""Sections of the scenario that candidate links depend on: no budget, objective, limit, solver or name among them."""
_ROOMS = ("catalogue", "inputs", "links", "radio", "scenario", "terrain", "finance.py", "numerals.py")
"""Code that candidate links depend on, the reading of scenario and files too: only their contents are hashed."""


def cache_file(scenario: Scenario, inputs: Inputs, catalogue: Catalogue, folder: Path | None = None) -> Path:
    """Return the file in which the link options of this scenario are kept, whether or not it exists.

    Its name is a hash over what the options depend on: contents of the input files, and of those that rasters are put
    together from (VRT), the roads and fibre routes as read, the scenario's sections above and how great demand may
    turn out, prices, language (of the reasons and names in it), version and code, and that of the package with the
    ITU-R's maps where they are asked for.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    catalogue : Catalogue
        As loaded for the scenario.
    folder : Path, optional
        Of the cache; else ``PLANNER_CACHE_DIR``, else the user's cache folder.

    Raises
    ------
    InputError
        The scenario asks for maps that are not installed.
    """
    sections = scenario.model_dump(mode="json", include=_SECTIONS)
    # What is built is found among the candidates, which stay the same. Its file may hold other datasets too.
    del sections["inputs"]["as_built"]
    read = named_files(scenario, without=("as_built",))
    content = {
        "version": [__version__, code_hash(*_ROOMS)],
        "language": language(),
        "files": [[file.file, file.sha256] for file in inputs.files if file.file in read],
        "rasters": list(raster_contents((*inputs.terrain, *inputs.land_cover))),
        "roads": None if inputs.roads is None else inputs.roads.digest(),
        "fibre_routes": None if inputs.fibre_routes is None else inputs.fibre_routes.digest(),
        "scenario": sections,
        "greatest_demand": greatest_demand(scenario),
        "catalogue": catalogue.model_dump(mode="json"),
        "maps": maps_version() if scenario.climate.source == "itu" else None,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return (folder or cache_folder()) / f"{hashlib.sha256(text.encode()).hexdigest()}.links"

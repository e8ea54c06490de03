"""The files that a scenario names, and those that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.scenario import DEFAULT_CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

    from planner.scenario import Scenario

_GROUPS = (
    *("offices", "sources", "towers", "regions", "coverage", "fibre_routes"),
    *("ofds", "roads", "power", "quotes", "as_built"),
)
_SHAPEFILE = {".shx", ".dbf", ".prj", ".cpg"}
"""Files beside a ``.shp`` that say something of their own: not the indices, which any program may add."""


def named_files(scenario: Scenario, *, without: Container[str] = ()) -> tuple[str, ...]:
    """Return the name of each file that a scenario reads, and of those that belong to it, such as `locate` takes it.

    Parameters
    ----------
    scenario : Scenario
    without : container of str
        Groups of datasets that are left aside; a file that another group names as well stays.
    """
    inputs = scenario.inputs
    names = [dataset.file for group in _GROUPS if group not in without for dataset in getattr(inputs, group)]
    names += [*inputs.terrain, *inputs.land_cover]
    if inputs.population is not None:
        names.append(inputs.population)
    # A price list that is not there is the catalogue's fault to report.
    names += [name for name in scenario.catalogue if name != DEFAULT_CATALOGUE and scenario.locate(name).is_file()]
    return tuple(dict.fromkeys(part for name in names for part in (name, *_parts(scenario, name))))


def parts_beside(path: Path) -> list[Path]:
    """Return the other files of a Shapefile: what its rows say, and where it lies on earth, is not in the ``.shp``."""
    if path.suffix.lower() != ".shp":
        return []
    return sorted(
        file for file in path.parent.glob("*") if file.stem == path.stem and file.suffix.lower() in _SHAPEFILE
    )


def _parts(scenario: Scenario, name: str) -> Iterator[str]:
    path = scenario.locate(name)
    for part in parts_beside(path):
        beside = name.removesuffix(path.name) + part.name
        # The .shp may be a link to elsewhere: then no name beside it leads to its parts.
        yield beside if scenario.locate(beside) == part.resolve() else str(part)

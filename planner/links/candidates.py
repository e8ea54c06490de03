"""All candidate link options of a scenario; kept on disk, since mostly budgets change from run to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import load_catalogue, price_list, terms
from planner.i18n import _
from planner.links.as_built import with_as_built
from planner.links.cache import cache_file
from planner.links.store import load_options, save_options
from planner.retention import cache_limits, mark_used, prune

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from planner.inputs import Inputs
    from planner.links.options import LinkOptions
    from planner.scenario import Scenario

    Progress = Callable[[str, float], None]


def build_links(
    scenario: Scenario, inputs: Inputs, *, cache_dir: Path | None = None, progress: Progress | None = None
) -> LinkOptions:
    """Return all candidate link options, from the cache where they have been built before.

    Parameters
    ----------
    scenario : Scenario
    inputs : Inputs
    cache_dir : Path, optional
        Folder of the cache; see `planner.links.cache.cache_file`.
    progress : callable, optional
        Receives a message in the user's language and the share of the work that is done.

    Raises
    ------
    InputError
        Prices or terrain are wrong, no place has a known position, the limits of the cache are no numbers, or what is
        built is no candidate.
    """
    options = _estimated(scenario, inputs, cache_dir, progress or (lambda _message, _share: None))
    demand_mbps = inputs.offices["demand_mbps"].to_numpy(np.float64)
    return with_as_built(options, inputs.as_built, demand_mbps, terms(scenario))


def _estimated(scenario: Scenario, inputs: Inputs, cache_dir: Path | None, say: Progress) -> LinkOptions:
    """Return all candidate link options at estimated prices."""
    catalogue = load_catalogue(scenario)
    file, limits = cache_file(scenario, inputs, catalogue, cache_dir), cache_limits()
    stored = load_options(file)
    if stored is not None:
        mark_used(file)
        say(_("Candidate links are taken from the cache"), 1.0)
        return stored
    # What searches for links takes half a second to load, which whoever finds them in the cache need not wait for.
    from planner.links.build import build_all  # noqa: PLC0415

    options = build_all(scenario, inputs, price_list(catalogue, scenario), say)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_options(options, file)
        prune(file.parent, limits)
    except OSError as error:  # a full disk or a read-only home costs time at the next run, not this one
        say(_("Candidate links could not be kept for later: {reason}").format(reason=error), 1.0)
    return options

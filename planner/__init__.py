"""PostLink Planner: which post offices to connect, with which technology, and how close to the best plan that is.

The public API is a dozen names; each is loaded when it is first used, so that importing the package costs nothing::

    scenario = planner.load_scenario("scenario.yaml")
    inputs = planner.read_inputs(scenario)
    options = planner.build_links(scenario, inputs)
    plan = planner.solve(scenario, inputs, options)
"""

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_dir

from planner._version import __version__

if TYPE_CHECKING:
    from planner.demo import make_country
    from planner.inputs import check_scenario, read_inputs
    from planner.links import build_links
    from planner.pipeline import frontier, solve
    from planner.plan.evaluate import evaluate
    from planner.plan.explain import explain
    from planner.plan.plan import Plan
    from planner.plan.store import read_plan, write_run_files
    from planner.plan.verify import verify
    from planner.scenario import load_scenario

# Compiled kernels are kept per user and per version: a new version never loads an old kernel. Numba reads the variable
# when it is first imported, so this must stand before any room that imports it.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(user_cache_dir("postlink-planner")) / f"numba-{__version__}"))

_ROOMS = {
    "build_links": "planner.links",
    "check_scenario": "planner.inputs",
    "evaluate": "planner.plan.evaluate",
    "explain": "planner.plan.explain",
    "frontier": "planner.pipeline",
    "load_scenario": "planner.scenario",
    "make_country": "planner.demo",
    "Plan": "planner.plan.plan",
    "read_inputs": "planner.inputs",
    "read_plan": "planner.plan.store",
    "solve": "planner.pipeline",
    "verify": "planner.plan.verify",
    "write_run_files": "planner.plan.store",
}

__all__ = [
    "Plan",
    "__version__",
    "build_links",
    "check_scenario",
    "evaluate",
    "explain",
    "frontier",
    "load_scenario",
    "make_country",
    "read_inputs",
    "read_plan",
    "solve",
    "verify",
    "write_run_files",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its room on first use (PEP 562)."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS[name]), name)

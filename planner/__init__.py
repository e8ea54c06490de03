"""PostLink Planner: which post offices to connect, with which technology, and how close to the best plan that is."""

import os
from pathlib import Path

from platformdirs import user_cache_dir

from planner._version import __version__

# Compiled kernels are kept per user and per version: a new version never loads an old kernel. Numba reads the variable
# when it is first imported, so this must stand before any room that imports it.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(user_cache_dir("postlink-planner")) / f"numba-{__version__}"))

__all__ = ["__version__"]

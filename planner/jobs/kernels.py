"""Whether the compiled kernels of this version are in the user's cache."""

from __future__ import annotations

import os
from pathlib import Path


def kernels_are_compiled() -> bool:
    """Return whether a run of this version has left kernels of the search in the cache: the first one compiles them."""
    return next(Path(os.environ["NUMBA_CACHE_DIR"]).glob("solver_*/*.nbi"), None) is not None

"""Whether the compiled kernels of this version are in the user's cache."""

from __future__ import annotations

import os
from pathlib import Path


def kernels_are_compiled() -> bool:
    """Return whether a run of this version has compiled all kernels of the search: the first one does."""
    return next(Path(os.environ["NUMBA_CACHE_DIR"]).glob("compiled-*"), None) is not None

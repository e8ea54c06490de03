"""Where grids are held: in memory as long as they fit, else in a file that the system reads as it is asked for."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

GB_VARIABLE = "PLANNER_TERRAIN_GB"
"""Environment variable: how much memory a grid of terrain may take, in units of 10⁹ bytes."""
DEFAULT_GB = 2.0
_FILL_CELLS = 1 << 24

CellType = TypeVar("CellType", np.int16, np.float32, np.uint8)


def make_grid(shape: tuple[int, int], dtype: type[CellType], value: float) -> NDArray[CellType]:
    """Return a grid filled with a value: an array in memory, or, where it is too large, one that lies in a file.

    The file has no name, lies in the system's folder for temporary files, and goes with the array.

    Raises
    ------
    InputError
        The environment variable is no number from 0 up, or the folder has too little room.
    """
    size = shape[0] * shape[1] * np.dtype(dtype).itemsize
    if size <= 1e9 * _limit_gb() or size == 0:
        return np.full(shape, value, dtype)
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < size:  # writing through memory to a full disk would kill the process
        message = _("The terrain takes {gb} GB, for which {folder} has no room.")
        raise InputError(
            Problem(
                code="terrain-no-room",
                message=message.format(gb=math.ceil(size / 1e8) / 10, folder=folder),
                remedy=_(
                    "Let TMPDIR name a folder with more room, let {name} allow more memory, or cut the terrain."
                ).format(name=GB_VARIABLE),
            )
        )
    with tempfile.TemporaryFile(prefix="planner-terrain-") as file:
        grid = np.memmap(file, dtype, "w+", shape=shape)
    tall = max(_FILL_CELLS // shape[1], 1)
    for top in range(0, shape[0], tall):
        grid[top : top + tall] = value
    return grid


def _limit_gb() -> float:
    text = os.environ.get(GB_VARIABLE)
    if not text:
        return DEFAULT_GB
    with suppress(ValueError):
        if 0 <= (limit := float(text)) < math.inf:
            return limit
    message = _("This environment variable limits the memory for terrain; a number from 0 up is expected.")
    remedy = _("Correct it, or remove it: then {default} holds.").format(default=f"{DEFAULT_GB:g}")
    raise InputError(Problem("bad-option", message, remedy, column=GB_VARIABLE, value=text))

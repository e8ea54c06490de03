"""Tables of the ITU-R's validation examples, read where PLANNER_SHARED has them."""

import csv
import os
import re
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = SHARED / "data" / "radio"


def half_unit(text):
    """Return half a unit of the last printed digit: 5e-8 for ``5.09e-05``."""
    digits, _e, exponent = text.lower().partition("e")
    decimals = len(digits.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


class Table:
    """Columns of a CSV file: numbers by ``[name]``, as printed by ``texts``."""

    def __init__(self, path):
        with path.open(newline="") as file:
            self.rows = list(csv.DictReader(file))
        assert self.rows

    def __getitem__(self, name):
        return np.array([float(row[name]) for row in self.rows])

    def texts(self, name):
        return [row[name] for row in self.rows]

    def assert_holds(self, found, name, rel=1e-6):
        """Every row: within ``rel`` of what is printed, or within half a unit of its last digit if that is coarser."""
        wanted = self[name]
        assert found.shape == wanted.shape
        allowed = np.maximum(rel * np.abs(wanted), [half_unit(text) for text in self.texts(name)])
        wrong = np.abs(found - wanted) > allowed
        assert not wrong.any(), [(row, value) for row, value, bad in zip(self.rows, found, wrong, strict=True) if bad]


@pytest.fixture
def table():
    """Return a reader of tables by name; the test is skipped where the table is absent."""

    def read(name):
        path = FOLDER / name
        if not path.is_file():
            pytest.skip(f"{name} not found under PLANNER_SHARED")
        return Table(path)

    return read


@pytest.fixture
def terrain():
    """Return a reader of terrain profiles by name: distances in km, heights in m."""

    def read(name):
        assert re.fullmatch(r"\w+\.csv", name)
        return np.loadtxt(FOLDER / "profiles" / name, delimiter=",", skiprows=1).T

    return read

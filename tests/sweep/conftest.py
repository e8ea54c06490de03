"""A small country whose plans take a fraction of a second, and what its serial sweep finds."""

import pytest
from sweep_question import DRAWS, LIMITS, TASKS, WISHES

from planner.demo import make_country
from planner.jobs import sweep_run


@pytest.fixture(scope="session")
def country(tmp_path_factory):
    return make_country(tmp_path_factory.mktemp("sweep") / "country", offices=14, seed=5)


@pytest.fixture(scope="session")
def serial(country, tmp_path_factory):
    """Return the folder of a sweep that one process has done."""
    folder = tmp_path_factory.mktemp("sweep") / "serial"
    found = sweep_run([country], folder, limits=LIMITS, draws=DRAWS, overrides=WISHES)
    assert (found.termination, found.errors, len(found.rows)) == ("done", 0, TASKS)
    assert all(row["termination"] in {"gap", "exhausted"} for row in found.rows)
    return folder


@pytest.fixture
def same_tables():
    """Return what says whether two folders hold the same tables, bit for bit."""

    def same(one, other):
        return all(
            (one / name).read_bytes() == (other / name).read_bytes() for name in ("sweep.parquet", "draws.parquet")
        )

    return same

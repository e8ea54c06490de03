"""Runs to export: the country reckoned by hand, and the example solved."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from planner.jobs import solve_run
from planner.report.exported import ExportedRun, read_exported

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo/scenario.yaml"


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """Return the run of the example."""
    folder = tmp_path_factory.mktemp("runs") / "example"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANNER_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        solve_run(EXAMPLE, folder, overrides={"solver.gap": 0.2, "solver.time_limit_s": 600.0})
        yield read_exported(folder)


@pytest.fixture
def priced(handmade, make):
    """Return a function that gives a plan of the handmade country as a run, with the prices it was made with."""

    def run(folder, plan=None, prices=None, **options):
        folder.mkdir(parents=True, exist_ok=True)
        exported = ExportedRun(folder, plan or handmade.plan(), **options)
        # What the run would read from its files: there are none.
        exported.__dict__["scenario"] = make["scenario"]()
        exported.__dict__["prices"] = (prices or price_list(handmade),) * 2
        return exported

    return run


def price_list(handmade):
    options = handmade.country.options()
    kinds = {kind.technology: kind for kind in options.kinds}
    return SimpleNamespace(
        source_kind=kinds["source"],
        existing_kind=kinds["existing"],
        fibre=SimpleNamespace(kinds=(kinds["fibre"],), road_kinds={}),
        microwave=(SimpleNamespace(kind=kinds["microwave"]),),
        services=tuple(SimpleNamespace(kind=kinds[name]) for name in ("leo", "cellular")),
        mast_items=options.mast_items,
        site_items=options.site_items,
        package_items=lambda _kind: options.office_items[0],
        transit_items=options.transit_items,
        assumptions=(),
    )


@pytest.fixture
def prices(handmade):
    """Return the price list of the handmade country."""
    return price_list(handmade)


@pytest.fixture
def renamed():
    """Return a function that gives a plan whose first offices have other names."""

    def rename(plan, names):
        offices = plan.offices.copy()
        offices.loc[: len(names) - 1, "name"] = names
        return replace(plan, offices=offices)

    return rename


@pytest.fixture
def hostile():
    """Return names that spreadsheets, browsers or XML would read as something else than text."""
    return ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", '</script><img src="x" onerror="alert(1)">', "a&b <i>\x0b"]


@pytest.fixture(scope="session")
def program():
    """Return a function that finds a program, or skips the test and names it."""

    def find(*names):
        for name in names:
            if found := shutil.which(name):
                return found
        return pytest.skip(f"{' or '.join(names)} is not here")

    return find

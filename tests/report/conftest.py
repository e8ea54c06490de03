"""Runs to export: the country reckoned by hand, and the example solved."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from planner.files import write_whole
from planner.i18n import language
from planner.jobs import solve_run
from planner.report.exported import ExportedRun, read_exported

ALWAYS_RECKON = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""
EXAMPLE = Path(__file__).parents[2] / "scenarios/demo/scenario.yaml"


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """Return the run of the example."""
    folder = tmp_path_factory.mktemp("runs") / "example"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANNER_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        solve_run(EXAMPLE, folder, overrides={"solver.gap": 0.2, "solver.time_limit_s": 600.0})
        yield read_exported(folder)


class HandmadeRun(ExportedRun):
    """A run of the handmade country, which no price list has made."""

    prices = SimpleNamespace(assumptions=(), microwave=(), services=(), fibre=None)


@pytest.fixture
def priced(handmade, make):
    """Return a function that gives a plan of the handmade country as a run, with the options it was made with."""

    def run(folder, plan=None, country_options=None, **asked):
        folder.mkdir(parents=True, exist_ok=True)
        exported = HandmadeRun(folder, plan or handmade.plan(), **asked)
        write_whole(folder / "plan.json", json.dumps(exported.plan.document()))
        # What the run would read from its files: there are none.
        exported.__dict__["scenario"] = make["scenario"]()
        exported.__dict__["record"] = SimpleNamespace(language=language(), files=[])
        exported.__dict__["inputs"] = handmade.country.inputs()
        exported.__dict__["options"] = country_options or handmade.country.options()
        return exported

    return run


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


@pytest.fixture(scope="session")
def reckoned(program, tmp_path_factory):
    """Return a function that lets LibreOffice reckon every formula of a workbook and gives its values."""
    office = program("soffice", "libreoffice")
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user/registrymodifications.xcu").write_text(ALWAYS_RECKON)

    def reckon(path):
        folder = tmp_path_factory.mktemp("reckoned")
        subprocess.run(
            [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir",
             str(folder), str(path)],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        return openpyxl.load_workbook(folder / path.name, data_only=True)

    return reckon

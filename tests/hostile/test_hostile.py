"""Short campaigns of hostile input and faults; long ones: python -m benchmarks.hostile, python -m benchmarks.faults."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import psutil
import pytest

from benchmarks.faults.set_clock import SetClock
from benchmarks.faults.soak import growth, soaked
from benchmarks.hostile import country as tiny
from planner.errors import InputError
from planner.inputs import read_inputs
from planner.inputs.raw import as_text, cell
from planner.inputs.text_table import read_text_table
from planner.inputs.vector import read_layer
from planner.inputs.workbook import read_workbook
from planner.jobs import errand_state, read_events, run_state, seconds_at_work, start_errand
from planner.jobs.folder import run_folder
from planner.jobs.journal import alive
from planner.kept import cache_folder
from planner.plan.store import read_plan
from planner.report.hillshade import hillshade_bounds
from planner.scenario import load_scenario
from planner.scenario.yaml_text import parse_yaml
from planner.sweep.results import DoneTasks
from planner.wording import no_formula, number

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "scenarios/demo"
CRAFTED = (
    "offices.csv", "offices.xlsx", "offices.geojson", "offices.kml", "offices.gpkg", "ofds.json", "terrain.tif",
    "population.tif", "scenario.yaml", "frontier.json", "journals", "plan.json in verify", "plan.json in export",
)  # fmt: skip


def planner(*arguments, **how):
    command = [sys.executable, "-m", "planner", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, **how)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "run"
    done = planner("solve", EXAMPLE, "--out", folder, "--gap", "0.1", "--quiet")
    assert done.returncode == 0, done.stderr
    return folder


def test_readers_keep_to_the_error_family(run, tmp_path):
    """A process of its own: readers under test may die, hang or want all memory."""
    command = [sys.executable, "-m", "benchmarks.hostile", "--minutes", "0", "--cases", "4", "--run", str(run)]
    more = ["--crafted", ",".join(CRAFTED), "--keep", str(tmp_path / "kept")]
    done = subprocess.run([*command, *more], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = {line[:28].strip(): int(line[28:37]) for line in done.stdout.splitlines()[1:]}
    assert counts["crafted files"] > 90
    assert sum(count == 4 for count in counts.values()) >= 30


# What campaigns have found, each as small as it comes.


def test_a_workbook_damaged_inside(tmp_path):
    from benchmarks.hostile.crafted import _SHEET, _sheet, _workbook

    for n, part in enumerate(("no markup", '<?xml version="1.0"?><worksheet', "h\0")):
        path = tmp_path / f"{n}.xlsx"
        path.write_bytes(_workbook(**{_SHEET: part}))
        with pytest.raises(InputError, match="workbook cannot be read"):
            read_workbook(path, path.name, sheet=None)
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="3"><c r="A3"><v>7</v></c></row>'
    path.write_bytes(_workbook(**{_SHEET: _sheet("A1:XFD1048576", header)}))
    table = read_workbook(path, path.name, sheet=None)
    assert (list(table.columns), table.row.tolist()) == (["id"], [3])


def test_empty_lines_count_and_take_no_memory(tmp_path):
    (tmp_path / "t.csv").write_text("id,name\n\n\nA,a\n")
    assert read_text_table(tmp_path / "t.csv", "t.csv", encoding=None, delimiter=None).row.tolist() == [4]


def test_numbers_beyond_all_bounds_are_told():
    assert as_text(float("inf")) == "inf"
    assert cell(10**400) == str(10**400)
    assert number(1e32) == "1e+32"
    with pytest.raises(InputError, match="more than 300 digits"):
        parse_yaml("a: " + "9" * 5000, "s.yaml")


@pytest.mark.parametrize("text", ["a: " + "[" * 100_000, "{a: " * 3000 + "1" + "}" * 3000])
def test_depth_is_refused_before_it_exhausts_the_stack(text):
    with pytest.raises(InputError, match="more than 50 deep"):
        parse_yaml(text, "s.yaml")


def test_a_field_with_a_brace_in_its_name(tmp_path):
    tiny.write_country(tmp_path, {**tiny.scenario(), "{gt": 1})
    with pytest.raises(InputError, match=r"no field “\{gt” here"):
        load_scenario(tmp_path)


def test_geometries_that_are_none(tmp_path):
    feature = {"type": "Feature", "properties": {"id": "A"}}
    line = {
        "type": "FeatureCollection",
        "features": [{**feature, "geometry": {"type": "LineString", "coordinates": [[1, 2]]}}],
    }
    (tmp_path / "line.geojson").write_text(json.dumps(line))
    with pytest.raises(InputError, match="cannot be read"):
        read_layer(tmp_path / "line.geojson", "line.geojson", layer=None)


@pytest.mark.parametrize("kind", ["terrain", "population"])
@pytest.mark.parametrize("cell", [0.0, 1e-12, 1e12, np.nan])
def test_rasters_that_lie_nowhere(tmp_path, kind, cell):
    from affine import Affine

    files = ["case.tif"] if kind == "terrain" else "case.tif"
    tiny.write_country(tmp_path, tiny.scenario(**{kind: files}))
    place = Affine(cell, 0, 30, 0, -cell, 1)
    (tmp_path / "case.tif").write_bytes(tiny.georeferenced(tiny.heights(), transform=place))
    with pytest.raises(InputError, match=r"case\.tif"):
        read_inputs(load_scenario(tmp_path))


def test_a_population_without_land(tmp_path):
    tiny.write_country(tmp_path, tiny.scenario(population="case.tif"))
    (tmp_path / "case.tif").write_bytes(tiny.georeferenced(np.full((50, 50), -32768, np.int16)))
    read_inputs(load_scenario(tmp_path))


def test_spoilt_lines_of_journals_tell_nothing(tmp_path):
    with run_folder(tmp_path):
        pass
    sound = (tmp_path / "events.jsonl").read_bytes()
    (tmp_path / "events.jsonl").write_bytes(b"\0\0\0\n[1]\n{}\n" + sound)
    assert len(read_events(tmp_path)) == len(sound.splitlines())
    (tmp_path / "sweep.jsonl").write_bytes(b'1\n{"row": 1}\n\xff\n{"row": {"key": "a"}}\n')
    done = DoneTasks(tmp_path)
    done.close()
    assert list(done.rows) == ["a"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"bounds": [1, 2, 3]}', '{"bounds": [1, 2, 3, NaN]}', '{"bounds": [3, 2, 1, 4]}']
)
def test_a_hillshade_that_lies_nowhere_is_left_out(tmp_path, text):
    (tmp_path / "hillshade.json").write_text(text)
    assert hillshade_bounds(tmp_path / "hillshade.json") is None


def test_an_export_of_a_changed_plan_names_the_plan(run, tmp_path):
    plan = json.loads((run / "plan.json").read_text())
    del plan["scenario"]["currency"]
    copy = tmp_path / "run"
    copy.mkdir()
    for name in ("scenario.yaml", "inputs.json"):
        (copy / name).write_bytes((run / name).read_bytes())
    (copy / "plan.json").write_text(json.dumps(plan))
    done = planner("export", copy, "--to", "html")
    assert done.returncode == 2
    assert "plan.json: The plan lacks" in " ".join(done.stderr.split())  # lines break by the length of the path
    assert "currency" in done.stderr


# Faults of the machine.


@pytest.mark.parametrize("kilobytes", [0, 4, 64, 100])
def test_a_full_disk_is_told_and_leaves_no_plan(run, tmp_path, kilobytes):
    resource = pytest.importorskip("resource")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * kilobytes, 1024 * kilobytes))

    done = planner("solve", EXAMPLE, "--out", tmp_path / "run", "--gap", "0.1", "--quiet", preexec_fn=limit)
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert not list((tmp_path / "run").glob("plan.*"))
    assert not [path for path in (tmp_path / "run").glob(".*") if path.name != ".lock"], "no half files"


def test_a_disk_that_fills_meanwhile_is_no_internal_error(tmp_path):
    with pytest.raises(InputError, match="No space left") as caught, run_folder(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.exit_code == 2
    assert run_state(tmp_path) == "failed"
    with pytest.raises(ValueError, match="ours"), run_folder(tmp_path, force=True):
        raise ValueError("a fault of ours")


def test_setting_the_clock_makes_no_run_lost(tmp_path):
    with run_folder(tmp_path):
        (event,) = read_events(tmp_path)
        for jump in (-7200.0, 7200.0):
            with SetClock.moved_start(jump):
                assert alive(event)
        began = psutil.Process().create_time()
        with mock.patch.object(psutil.Process, "create_time", return_value=began + 7200):
            assert not alive(event), "another process of the same id, which began later"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are told apart by the clock")
def test_a_clock_set_back_brings_no_lost_run_to_life(tmp_path):
    """Another process has the id of a run that was killed; by its clock, set back since, it began before the run."""
    with run_folder(tmp_path):
        (event,) = read_events(tmp_path)
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other,
        SetClock.moved_start(-7200.0),
    ):
        assert not alive({**event, "pid": other.pid})
        assert alive({"pid": other.pid, "time": event["time"]}), "by the clock alone it would be the run"
        other.kill()


def test_no_run_is_at_work_for_less_than_nothing():
    """Two minutes by the clock that nobody can set, told an hour ahead of the date, then ten seconds before it."""
    now = datetime.now(UTC)
    ahead, behind = ({"time": (now + timedelta(seconds=s)).isoformat(), "seconds": 120.0} for s in (3600, -10))
    assert seconds_at_work([ahead]) == 120
    assert seconds_at_work([ahead, behind]) == pytest.approx(130, abs=5)


def test_an_errand_stays_at_work_whatever_the_clock_says(tmp_path):
    (tmp_path / "t.csv").write_text("id,lon,lat\n" + "A,30,1\n" * 100_000)
    start_errand(tmp_path / "errand", ["table", "--", str(tmp_path / "t.csv")])
    pid = json.loads((tmp_path / "errand/errand.json").read_text(encoding="utf-8"))["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        for jump in (-7200.0, 7200.0):
            with SetClock.moved_start(jump):
                assert errand_state(tmp_path / "errand") == "running"
    finally:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("jump", [-90_000.0, 90_000.0])
def test_a_clock_that_is_set_meanwhile_changes_nothing(run, tmp_path, jump):
    command = [sys.executable, "-m", "benchmarks.faults.set_clock", f"3:{jump}", "solve", EXAMPLE, "--gap", "0.1"]
    done = subprocess.run([*command, "--out", tmp_path / "run"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert run_state(tmp_path / "run") == "done"
    events = read_events(tmp_path / "run")
    told = [datetime.fromisoformat(event["time"]).timestamp() for event in events]
    assert told[2] - told[1] == pytest.approx(jump, abs=3600), "the clock was set"
    seconds = [event["seconds"] for event in events]
    assert seconds == sorted(seconds)
    assert seconds[-1] < 3600
    assert read_plan(tmp_path / "run").links.equals(read_plan(run).links)


def test_a_campaign_that_is_stopped_has_counted_what_it_did(tmp_path):
    code = """
import time
from benchmarks.tally import tally
with tally("fault") as counted:
    counted.finding("killed", "half a file")
    counted.count("killed", 3)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as campaign:
        lines = [campaign.stdout.readline() for _line in range(3)]
        campaign.terminate()
        lines += campaign.stdout.readlines()
    assert json.loads(lines[1]) == {"found": "killed", "told": "half a file"}
    assert lines[2].split()[:3] == ["killed", "3", "1"]
    assert lines[-1].split()[:3] == ["all", "3", "1"]


def test_solves_in_one_process_end(tmp_path):
    """Too few to judge memory by, which the campaign does: that they come to their end is seen here."""
    bench = SimpleNamespace(folder=tmp_path, cache=cache_folder(), started=[])
    assert list(soaked(bench, np.random.default_rng(0), 3)) == [None] * 3


def test_growth_of_memory_is_a_finding():
    rows = [{"mb": 400.0 + 0.2 * i, "objects": 1e5} for i in range(60)]
    assert list(growth(rows)) == ["+20.00 mb for 100 solves"]
    assert not list(growth([{"mb": 400.0 + (i % 7), "objects": 1e5 + i % 128} for i in range(400)]))


def test_a_polite_kill_in_the_first_phase_cancels(tmp_path):
    command = [sys.executable, "-m", "planner", "solve", str(EXAMPLE), "--out", str(tmp_path / "run"), "--quiet"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    while process.poll() is None and not read_events(tmp_path / "run"):
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 4
    assert run_state(tmp_path / "run") == "cancelled"


# Exports, network.


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(text):
    assert no_formula(text) == f"'{text}"
    assert no_formula(f"a{text}") == f"a{text}"
    assert no_formula("") == ""


OFFLINE = """
import socket, sys
def refuse(*_arguments, **_more):
    raise AssertionError("the network was asked")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
from planner.cli import main
sys.argv = ["planner", *sys.argv[1:]]
main()
"""


def test_the_main_job_asks_nothing_of_the_network(tmp_path):
    for arguments in (
        ["check", EXAMPLE],
        ["solve", EXAMPLE, "--out", tmp_path / "run", "--gap", "0.1"],
        ["verify", tmp_path / "run"],
        ["export", tmp_path / "run", "--to", "pdf,xlsx,gpkg,geojson,kmz,ofds,html,zip"],
    ):
        command = [sys.executable, "-c", OFFLINE, *map(str, arguments), "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.returncode == 0, done.stderr


def test_a_portfolio_table_holds_no_formula():
    from planner.portfolio.result import _COLUMNS, _as_csv

    part = SimpleNamespace(name="=1+1", next=None, **dict.fromkeys(_COLUMNS, 0))
    shared = SimpleNamespace(budget=1, countries=[part], conflict=None, status="feasible")
    refused = SimpleNamespace(budget=1, countries=[], conflict="too much", status="infeasible")
    told = _as_csv(SimpleNamespace(budgets=[shared, refused], countries=[{"name": "=1+1"}]))
    assert [row[1] for row in csv.reader(told.splitlines())][1:] == ["'=1+1", "'=1+1"]


def test_a_line_without_points_is_no_place(tmp_path):
    table, _geometries = tiny.TABLES["offices"]
    shapes = [tiny.PLACE, {"type": "LineString", "coordinates": []}, tiny.PLACE]
    features = [
        {"type": "Feature", "properties": {"id": row[0], "kind": "branch"}, "geometry": shape}
        for row, shape in zip(table[1:], shapes, strict=True)
    ]
    tiny.write_country(tmp_path, tiny.scenario(offices=[{"file": "case.geojson"}]))
    (tmp_path / "case.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(InputError) as caught:
        read_inputs(load_scenario(tmp_path))
    assert 3 in {problem.row for problem in caught.value.problems}

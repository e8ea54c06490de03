"""The cache stays within its limits; what was used last stays longest; no kill and no neighbour does harm."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from planner.errors import InputError
from planner.links import build_links, load_options, save_options
from planner.retention import Limits, Usage, cache_limits, cache_usage, mark_used, prune

NOW, DAY_S = 1_700_000_000.0, 86_400
"""Longer ago than any use that the tests make of a file."""
ROOMY = Limits(1e9, 90.0)


@pytest.fixture
def kept(tmp_path):
    """Return a maker of cache files: so many bytes, used so many days ago."""

    def make(letter, size, days, *, name="{}.links"):
        path = tmp_path / name.format(letter * 64)
        path.write_bytes(bytes(size))
        os.utime(path, (NOW, NOW - days * DAY_S))
        return path

    return make


def names(folder):
    return {path.name.lstrip(".")[0] for path in folder.iterdir()}


def test_what_was_used_longest_ago_goes_until_the_rest_fits(kept, tmp_path):
    for letter, days in (("a", 3), ("b", 1), ("c", 2), ("d", 0)):
        kept(letter, 100, days)
    prune(tmp_path, Limits(400, 90), NOW)
    assert names(tmp_path) == set("abcd")
    assert cache_usage(tmp_path) == Usage(4, 400)
    prune(tmp_path, Limits(299, 90), NOW)
    assert names(tmp_path) == set("bd")
    prune(tmp_path, Limits(99, 90), NOW)
    assert names(tmp_path) == set(), "a limit below the smallest file keeps none"


def test_what_was_not_used_for_long_goes(kept, tmp_path):
    kept("a", 1, 89.9)
    kept("b", 1, 90.1)
    prune(tmp_path, ROOMY, NOW)
    assert names(tmp_path) == {"a"}


def test_use_keeps_a_file(kept, tmp_path):
    kept("a", 100, 20)
    mark_used(kept("b", 100, 30))
    prune(tmp_path, Limits(100, 90), NOW)
    assert names(tmp_path) == {"b"}
    mark_used(tmp_path / "gone.links")
    assert not (tmp_path / "gone.links").exists()


def test_what_a_killed_process_was_writing_goes_and_what_is_being_written_stays(kept, tmp_path):
    hour = 1 / 24
    kept("a", 100, 0.5 * hour, name=".{}-0123456789ab.links")
    kept("b", 100, 1.5 * hour, name=".{}-0123456789ab.links")
    prune(tmp_path, Limits(0, 90), NOW)
    assert names(tmp_path) == {"a"}


def test_other_files_are_none_of_its_business(tmp_path):
    others = ["notes.txt", "mine.links", f"{'a' * 64}.csv", f"{'a' * 63}.links"]
    for name in others:
        (tmp_path / name).write_text("mine")
        os.utime(tmp_path / name, (0, 0))
    prune(tmp_path, Limits(0, 0), NOW)
    assert {path.name for path in tmp_path.iterdir()} == set(others)
    assert cache_usage(tmp_path) == Usage(0, 0)


def test_limits_are_those_of_the_environment(monkeypatch):
    assert cache_limits() == Limits(5e9, 90.0)
    monkeypatch.setenv("PLANNER_CACHE_GB", "0.5")
    monkeypatch.setenv("PLANNER_CACHE_DAYS", "7")
    assert cache_limits() == Limits(5e8, 7.0)


@pytest.mark.parametrize("text", ["much", "-1", "nan", "inf", "5 GB"])
@pytest.mark.parametrize("variable", ["PLANNER_CACHE_GB", "PLANNER_CACHE_DAYS"])
def test_a_limit_that_is_no_number_is_an_error_before_anything_is_built(
    country, scenario, tmp_path, monkeypatch, variable, text
):
    monkeypatch.setenv(variable, text)
    with pytest.raises(InputError) as caught:
        build_links(scenario(), country(), cache_dir=tmp_path / "cache")
    (problem,) = caught.value.problems
    assert (problem.column, problem.value) == (variable, text)
    assert not (tmp_path / "cache").exists()


def test_building_prunes_and_use_counts(country, scenario, tmp_path, monkeypatch):
    """Room for two: the one that was used again stays when a third is built."""
    cache = tmp_path / "cache"

    def build(candidates):
        before = set(cache.glob("*.links"))
        build_links(scenario(links={"max_candidates": candidates}), country(), cache_dir=cache)
        return next(iter(set(cache.glob("*.links")) - before), None)

    first, second = build(5), build(6)
    room = 1.5 * (first.stat().st_size + second.stat().st_size)
    for file, age in ((first, 200), (second, 100)):
        os.utime(file, (file.stat().st_atime, file.stat().st_mtime - age))
    assert build(5) is None, "taken from the cache"
    monkeypatch.setenv("PLANNER_CACHE_GB", str(room * 0.9 / 1e9))
    third = build(7)
    assert set(cache.glob("*.links")) == {first, third}


@pytest.fixture
def options(country, scenario, tmp_path):
    return build_links(scenario(), country(), cache_dir=tmp_path / "elsewhere")


def test_neighbours_prune_read_and_write_at_once(options, tmp_path):
    files = [tmp_path / f"{letter * 64}.links" for letter in "abcd"]
    save_options(options, files[0])
    limits, troubles = Limits(2.5 * files[0].stat().st_size, 90), []

    def use(order):
        try:
            for row in order:
                if load_options(files[row]) is None:
                    save_options(options, files[row])
                    prune(tmp_path, limits)
                else:
                    mark_used(files[row])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not to happen
            troubles.append(error)

    orders = np.random.default_rng(7).integers(0, len(files), (4, 60))
    threads = [threading.Thread(target=use, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    prune(tmp_path, limits)
    assert cache_usage(tmp_path).size <= limits.size
    assert all(load_options(file) is not None for file in files if file.exists())


def test_a_kill_at_any_moment_leaves_a_sound_cache_within_its_limits(options, tmp_path):
    code = (
        "import itertools, pathlib, sys\n"
        "from planner.links import load_options, save_options\n"
        "from planner.retention import Limits, prune\n"
        "folder, source, size = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3])\n"
        "options = load_options(source)\n"
        "print('ready', flush=True)\n"
        "for letter in itertools.cycle('abcd'):\n"
        "    save_options(options, folder / f'{letter * 64}.links')\n"
        "    prune(folder, Limits(size, 90))\n"
    )
    source, cache = tmp_path / "source.links", tmp_path / "cache"
    save_options(options, source)
    cache.mkdir()
    limit = 2.5 * source.stat().st_size
    command = [sys.executable, "-c", code, str(cache), str(source), str(limit)]
    for pause_s in np.random.default_rng(20261123).uniform(0.0, 0.2, 5):
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout.readline().strip() == b"ready"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(pause_s)
            process.send_signal(signal.SIGKILL)
        whole = [path for path in cache.iterdir() if not path.name.startswith(".")]
        assert all(load_options(path) is not None for path in whole)
    for path in cache.iterdir():
        os.utime(path, (NOW, NOW - 7200))
    prune(cache, Limits(limit, 90), NOW)
    assert not list(cache.glob(".*"))
    assert 0 < cache_usage(cache).size <= limit


def test_what_goes_for_its_age_takes_no_room_from_what_stays(kept, tmp_path):
    """What a killed process was writing is younger than a plan of last week, and goes all the same."""
    kept("a", 100, 1)
    kept("b", 100, 0.5, name=".{}-0123456789ab.links")
    prune(tmp_path, Limits(100, 90), NOW)
    assert names(tmp_path) == {"a"}

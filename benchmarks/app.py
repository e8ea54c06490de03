"""How fast the app is for whoever uses it, in a real browser: python -m benchmarks.app [--offices N] [--markdown].

Each figure is from the click to the end of what it changes on the page, as the browser sees it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from playwright.sync_api import sync_playwright

from planner.jobs import demo_run, frontier_run, read_events, run_state

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET = '[data-testid="stApp"][data-test-script-state="notRunning"]'
MANY = 25_000
"""Offices, and as many links, of the large map."""
ASKED = {
    "first result after launch (s)": 10.0,
    "slider, median of 20 (s)": 0.5,
    "cancel (s)": 2.0,
    "50,000 offices and links on the map (s)": 6.0,
    "page change, slowest (s)": 1.0,
    "memory of server and one session (MB)": 600.0,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offices", type=int, default=2000)
    parser.add_argument("--home", type=Path, help="folder with runs that an earlier call has made")
    asked = parser.parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="app-"))
    prepare(home, asked.offices)
    found: dict[str, float] = {}
    with sync_playwright() as playwright:
        system = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=system, args=FLAGS)
        started = time.monotonic()
        with serving(home / "small") as (address, process):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(180_000)
            page.goto(f"{address}/?page=start")
            page.locator('[data-testid="stMetricValue"]').first.wait_for()
            found["first result after launch (s)"] = time.monotonic() - started
            found["slider, median of 20 (s)"] = _slider(page, address)
            found["cancel (s)"] = _cancel(page, address, home)
            found["page change, slowest (s)"] = _pages(page, address)
            found["memory of server and one session (MB)"] = process.memory_info().rss / 1e6
            found["50,000 offices and links on the map (s)"] = _many(browser, address)
        browser.close()
    load = os.getloadavg()[0]
    print(f"{asked.offices} offices for page changes; load {load:.1f} on {os.cpu_count()} processors")
    for name, limit in ASKED.items():
        print(f"{name:45} {found[name]:8.2f}   asked {limit:g}   {'met' if found[name] <= limit else 'NOT MET'}")


def prepare(home: Path, offices: int) -> None:
    """Make the runs that are shown: a small one with its frontier, a large one, and one with very many marks."""
    if not (home / "small/plan.json").exists():
        demo_run(home / "small", offices=60, seed=0)
        country = home / "small/country/scenario.yaml"
        frontier_run(country, home / "small-frontier", points=12, overrides={"solver.gap": 0.02})
    if not (home / "large/plan.json").exists():
        demo_run(home / "large", offices=offices, seed=0)
    if not (home / "many/plan.json").exists():
        _multiply(home / "small", home / "many")


def _multiply(run: Path, copy: Path) -> None:
    """Copy a run with its offices and links drawn many times over, a little beside each other."""
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns("country"))
    plan = json.loads((copy / "plan.json").read_text(encoding="utf-8"))
    drawn = [link for link in plan["links"] if link["geometry"] is not None]
    shake = random.Random(0)

    def moved(lon: float, lat: float) -> tuple[float, float]:
        return lon + shake.uniform(-0.05, 0.05), lat + shake.uniform(-0.05, 0.05)

    offices, links = [], []
    for number in range(MANY):
        office, link = plan["offices"][number % len(plan["offices"])], drawn[number % len(drawn)]
        lon, lat = moved(office["lon"], office["lat"])
        offices.append({**office, "id": f"{office['id']}-{number}", "lon": lon, "lat": lat})
        ends = [list(moved(*end)) for end in link["geometry"]["coordinates"]]
        links.append({**link, "id": f"{link['id']}-{number}", "geometry": {"type": "LineString", "coordinates": ends}})
    plan |= {"offices": offices, "links": links, "reasons": {}}
    (copy / "plan.json").write_text(json.dumps(plan), encoding="utf-8")


@contextmanager
def serving(run: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the app on a run until the block ends; give its address and its process."""
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "planner", "app", str(run), "--port", str(port)]
    program = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        command,
        cwd=run.parent,
        env={**os.environ, "PYTHONPATH": program, "STREAMLIT_SERVER_HEADLESS": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def _slider(page: Any, address: str) -> float:
    """Return the median time from a key on the slider to other figures, map included, of 20."""
    page.goto(f"{address}/?page=scenario&run=small")
    handle = page.get_by_role("slider").first
    handle.wait_for()
    page.locator(QUIET).wait_for()
    page.wait_for_timeout(1000)
    spent = page.locator('[data-testid="stMetricValue"]')
    handle.focus()
    times: list[float] = []
    key = "ArrowRight"
    for _time in range(20):
        before = spent.all_inner_texts()
        # As many steps at once as it takes to reach the next plan that is known.
        started = time.monotonic()
        while spent.all_inner_texts() == before:
            if handle.get_attribute("value") == handle.get_attribute("max"):
                key = "ArrowLeft"
            started = time.monotonic()
            page.keyboard.press(key)
            page.wait_for_timeout(5)
            page.locator(QUIET).wait_for()
            deadline = time.monotonic() + 0.4
            while spent.all_inner_texts() == before and time.monotonic() < deadline:
                page.wait_for_timeout(10)
        times.append(time.monotonic() - started)
    return statistics.median(times)


def _cancel(page: Any, address: str, home: Path) -> float:
    """Return the time from the click on cancel to the plan on the page."""
    page.goto(f"{address}/?page=scenario&run=large")
    page.get_by_role("button", name="Solve exactly").click()
    page.get_by_text("Best plan so far").first.wait_for()
    started = time.monotonic()
    page.get_by_role("button", name="Cancel").click()
    page.locator('[data-testid="stMetricValue"]').first.wait_for()
    took = time.monotonic() - started
    (run,) = home.glob("sessions/*/runs/large-2")
    assert run_state(run) in {"cancelled", "done"}, read_events(run)[-1]
    shutil.rmtree(run)
    return took


def _pages(page: Any, address: str) -> float:
    """Return the slowest change of page on the large run."""
    page.goto(f"{address}/?page=start&run=large")
    page.locator(QUIET).wait_for()
    slowest = 0.0
    # Once to load what a page imports, once to measure.
    for _round in range(2):
        slowest = 0.0
        for name in ("Plan", "Scenario", "Compare", "Uncertainty", "Invest", "Export", "Data", "Start"):
            started = time.monotonic()
            page.get_by_role("radio", name=name, exact=True).click()
            page.wait_for_url(f"**page={name.lower()}**")
            page.locator(QUIET).wait_for()
            took = time.monotonic() - started
            print(f"  {name}: {took:.2f} s")
            slowest = max(slowest, took)
            page.wait_for_timeout(1500)
    return slowest


def _many(browser: Any, address: str) -> float:
    """Return the time from the address to all marks on the map."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(180_000)
    started = time.monotonic()
    page.goto(f"{address}/?page=plan&run=many")
    canvas = page.locator("canvas[data-drawn]").first
    # Some of the marks were shaken out of sight.
    while not int(canvas.get_attribute("data-drawn") or 0) > 0.9 * 2 * MANY:
        page.wait_for_timeout(20)
    page.locator(QUIET).wait_for()
    took = time.monotonic() - started
    page.close()
    return took


if __name__ == "__main__":
    main()

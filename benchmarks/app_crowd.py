"""Many sessions at once: they browse every page and solve, and nothing may fail.

python -m benchmarks.app_crowd [--sessions 10] [--minutes 5] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from benchmarks.app import FLAGS, QUIET, prepare, serving
from planner.jobs import run_state

PAGES = ("start", "data", "scenario", "plan", "compare", "uncertainty", "invest", "export")
PATIENCE_MS = 180_000


def main() -> None:
    """Let them in, count what goes wrong, print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--home", type=Path, help="folder with runs that an earlier call has made")
    asked = parser.parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="app-"))
    prepare(home, 300)
    errors: list[str] = []
    visits = solves = 0
    pick = random.Random(0)
    with serving(home / "small") as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        pages = [_enter(browser, address, errors) for _session in range(asked.sessions)]
        end = time.monotonic() + 60 * asked.minutes
        while time.monotonic() < end:
            page = pick.choice(pages)
            name = pick.choice(PAGES)
            session = page.url.partition("session=")[2][:32]
            page.goto(f"{address}/?page={name}&session={session}&run=small&lang={pick.choice(('en', 'fr'))}")
            page.locator(QUIET).wait_for()
            visits += 1
            if name == "scenario" and pick.random() < 0.5:
                page.locator('[data-testid="stBaseButton-primary"]').first.click()
                page.wait_for_url("**page=plan**")
                solves += 1
            errors += page.locator('[data-testid="stException"]').all_inner_texts()
        memory_mb = process.memory_info().rss / 1e6
        browser.close()
    states = [run_state(path.parent) for path in home.glob("sessions/*/runs/*/events.jsonl")]
    told = {state: states.count(state) for state in set(states)}
    print(f"{asked.sessions} sessions, {asked.minutes:g} minutes, load {os.getloadavg()[0]:.1f}: {visits} pages")
    print(f"{solves} solves ({told}), server {memory_mb:.0f} MB, errors: {len(errors)}")
    for error in errors[:20]:
        print(f"  {error}")


def _enter(browser: Any, address: str, errors: list[str]) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    host = urlsplit(address).hostname

    def hear(message: Any) -> None:
        if message.type == "error":
            errors.append(message.text)

    def see(request: Any) -> None:
        if urlsplit(request.url).hostname not in {host, None, ""}:
            errors.append(request.url)

    page.on("console", hear)
    page.on("request", see)
    page.goto(f"{address}/?page=start")
    page.wait_for_url("**session=**")
    return page


if __name__ == "__main__":
    main()

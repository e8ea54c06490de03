"""Many sessions at once: each browses every page and solves on its own, and nothing may fail.

python -m benchmarks.app_crowd [--sessions 10] [--minutes 5] [--home FOLDER]

All sessions act at the same time, each as fast as its page answers: a solve that one has started goes on beside the
pages of the others. They are contexts of one browser, which share its processes but no cookie.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import async_playwright

from benchmarks.app import FLAGS, QUIET, prepare, serving
from planner.jobs import run_state

PAGES = ("start", "data", "scenario", "plan", "compare", "uncertainty", "invest", "export")
"""In the order of the planner's navigation."""
PATIENCE_MS = 180_000
_RELOADS = 0.2
"""Share of visits that load the page anew, in either language; the others go by the navigation."""
_ENDING_S = 300.0
"""How long the last solves may take when everybody has gone."""


@dataclass
class Seen:
    """What all sessions have met so far."""

    errors: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    solves: int = 0
    loads: list[float] = field(default_factory=list)


def main() -> None:
    """Let them in, count what goes wrong, print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--home", type=Path, help="folder with runs that an earlier call has made")
    asked = parser.parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="app-"))
    prepare(home, 300)
    before = {path.parent for path in home.glob("sessions/*/runs/*/events.jsonl")}
    seen = Seen()
    with serving(home / "small") as (address, process):
        memory_mb = asyncio.run(_crowd(address, asked.sessions, 60 * asked.minutes, seen, process))
    runs = {path.parent for path in home.glob("sessions/*/runs/*/events.jsonl")} - before
    runs = {run for run in runs if not run.name.startswith("example")}
    until = time.monotonic() + _ENDING_S
    while any(run_state(run) == "running" for run in runs) and time.monotonic() < until:
        time.sleep(1.0)
    states = dict(Counter(run_state(run) for run in runs))
    load = f"load {min(seen.loads):.1f} to {max(seen.loads):.1f}" if seen.loads else "load unknown"
    print(f"{asked.sessions} sessions, {asked.minutes:g} minutes, {load} on {os.cpu_count()} processors")
    slowest = (
        f"median {statistics.median(seen.seconds):.1f} s, slowest {max(seen.seconds):.1f} s" if seen.seconds else ""
    )
    print(f"{len(seen.seconds)} pages ({slowest}), {seen.solves} solves {states}, server {memory_mb:.0f} MB")
    print(f"errors: {len(seen.errors)}")
    for error in seen.errors[:20]:
        print(f"  {error}")


async def _crowd(address: str, sessions: int, seconds: float, seen: Seen, process: Any) -> float:
    """Let all sessions act for a while; return what the server holds in memory at the end (MB)."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        pages = await asyncio.gather(*(_enter(browser, address, seen) for _session in range(sessions)))
        end = time.monotonic() + seconds
        await asyncio.gather(
            *(_visit(page, address, end, random.Random(seed), seen) for seed, page in enumerate(pages))
        )
        memory_mb = float(process.memory_info().rss / 1e6)
        await browser.close()
    return memory_mb


async def _visit(page: Any, address: str, end: float, pick: random.Random, seen: Seen) -> None:
    """Go from page to page, and now and then solve."""
    session = page.url.partition("session=")[2][:32]
    while time.monotonic() < end:
        name, language = pick.choice(PAGES), pick.choice(("en", "fr"))
        started = time.monotonic()
        try:
            if pick.random() < _RELOADS:
                await page.goto(f"{address}/?page={name}&session={session}&run=small&lang={language}")
            else:
                await page.locator(".st-key-page").get_by_role("radio").nth(PAGES.index(name)).click()
                await page.wait_for_url(f"**page={name}**")
            await page.locator("h1").first.wait_for()
            await page.locator(QUIET).wait_for()
            seen.seconds.append(time.monotonic() - started)
            if name == "scenario" and pick.random() < 0.5:
                await page.locator('[data-testid="stBaseButton-primary"]').first.click()
                await page.wait_for_url("**page=plan**")
                seen.solves += 1
            seen.errors += await page.locator('[data-testid="stException"]').all_inner_texts()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is counted here
            seen.errors.append(f"{name} ({language}): {error}")
        seen.loads.append(os.getloadavg()[0])


async def _enter(browser: Any, address: str, seen: Seen) -> Any:
    context = await browser.new_context(viewport={"width": 1280, "height": 720})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    host = urlsplit(address).hostname

    def hear(message: Any) -> None:
        if message.type == "error":
            seen.errors.append(message.text)

    def see(request: Any) -> None:
        if urlsplit(request.url).hostname not in {host, None, ""}:
            seen.errors.append(request.url)

    page.on("console", hear)
    page.on("request", see)
    await page.goto(f"{address}/?page=start")
    await page.wait_for_url("**session=**")
    return page


if __name__ == "__main__":
    main()

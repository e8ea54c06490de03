"""A server of the app, and pages in a real browser that fail a test for whatever they ask of other hosts."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_S = 180
HERE = {"localhost", "127.0.0.1"}


@contextmanager
def chromium():
    """Give a browser; skip where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        system = shutil.which("chromium") or shutil.which("google-chrome")
        if not (system or Path(running.chromium.executable_path).exists()):
            pytest.skip("no chromium here")
        opened = running.chromium.launch(executable_path=system, args=FLAGS)
        yield opened
        opened.close()


def free_port():
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        return taken.getsockname()[1]


@contextmanager
def serving(command, port, folder, environment):
    """Run a server until the block ends; give its address."""
    log = folder / f"server-{port}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, command)], cwd=folder, env=environment, stdout=output, stderr=output
        )
    address = f"http://localhost:{port}"
    deadline = time.monotonic() + PATIENCE_S
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


@contextmanager
def watched(browser):
    """Give a page; whatever it asks of other hosts, and every error on it, fails the test."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    outside, errors = [], []

    def judge(route):
        address = urlsplit(route.request.url)
        if address.scheme in {"data", "blob"} or address.hostname in HERE:
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page.route("**/*", judge)
    page.on("websocket", lambda socket: urlsplit(socket.url).hostname in HERE or outside.append(socket.url))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: (errors.append(dialog.message), dialog.dismiss()))
    page.set_default_timeout(PATIENCE_S * 1000)
    yield page
    assert page.locator('[data-testid="stException"]').count() == 0
    page.close()
    assert outside == []
    assert errors == []


def settled(page):
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def assert_accessible(page):
    """Find nothing of impact serious or critical, by axe."""
    # What is about to be replaced is shown faintly, and has no contrast for that moment.
    page.wait_for_function("document.querySelector('[data-stale=\"true\"]') === null")
    found = Axe().run(page).response["violations"]
    bad = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}]
    assert bad == []


def wait_until(true, page):
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)

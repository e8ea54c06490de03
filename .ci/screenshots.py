"""Take pictures of every page of the app for the docs: python .ci/screenshots.py RUN [RUN].

RUN is opened; where a second one is named, the page that compares shows both. Look at each before it is kept.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PAGES = ("start", "data", "scenario", "plan", "compare", "uncertainty", "invest", "export")
SIZES = ((1280, 720), (1920, 1080))
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
SETTLING_MS = 10_000


def main() -> None:
    """Serve the app, go from page to page in both sizes, the small one in English and the large one in French."""
    first, *others = (Path(name) for name in sys.argv[1:])
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "planner", "app", str(first), "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, "STREAMLIT_SERVER_HEADLESS": "true"})
    try:
        _wait(port)
        compared = "~".join(run.name for run in (first, *others))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for (width, height), language in zip(SIZES, ("en", "fr"), strict=True):
                context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
                for name in PAGES:
                    page = context.new_page()
                    page.goto(f"http://localhost:{port}/?page={name}&lang={language}&with={compared}")
                    page.locator("h1").first.wait_for()
                    page.wait_for_timeout(SETTLING_MS)
                    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                    end = "" if width == SIZES[0][0] else f"-{width}-{language}"
                    picture.save(IMAGES / f"app-{name}{end}.png", optimize=True)
                    page.close()
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()

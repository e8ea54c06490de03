"""The bundle for Windows: its batch file by reading, its wheelhouse by what the wheels say they require."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from planner.i18n import use_language
from planner.report.documents.guide import build_guide
from planner.report.documents.pdf import as_pdf

ROOT = Path(__file__).parents[2]
WINDOWS_ONLY = {"colorama"}
"""Required on Windows and not installed elsewhere."""


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("bundle_build", ROOT / "bundle/build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def batch(build):
    template = (ROOT / "bundle/start.bat").read_text(encoding="utf-8")
    return build.batch_file(template, version="1.2.3", python="3.12")


def fake_wheel(folder, name, version, *requires, tag="py3-none-any"):
    metadata = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {each}" for each in requires)]
    stem = f"{name.replace('-', '_')}-{version}"
    with zipfile.ZipFile(folder / f"{stem}-{tag}.whl", "w") as archive:
        archive.writestr(f"{stem}.dist-info/METADATA", "\n".join(["Metadata-Version: 2.1", *metadata, ""]))


def test_the_batch_file_has_windows_line_ends_and_no_mark(batch):
    assert not batch.startswith(b"\xef\xbb\xbf")
    assert batch.count(b"\r\n") == batch.count(b"\n") == batch.count(b"\r")
    assert batch.endswith(b"\r\n")
    text = batch.decode("utf-8")
    assert "@VERSION@" not in text
    assert "@PYTHON@" not in text
    assert text.startswith("@echo off\r\n")


def test_every_path_of_the_batch_file_is_quoted(batch):
    lines = batch.decode("utf-8").splitlines()
    assert 'set "HERE=%~dp0"' in lines
    for line in lines:
        # Without the quoted parts no variable with a path may be left: folders have blanks in their names.
        bare = re.sub(r'"[^"]*"', "", line)
        assert not re.search(r"%(HERE|HOME_DIR|PYTHON|LOCALAPPDATA|~dp0)", bare), line
        assert line.count('"') % 2 == 0, line
    # %~dp0 ends in a backslash: one that stands right before a quote would take the quote for a sign.
    assert not re.search(r'%HERE%"', batch.decode("utf-8"))


def test_the_batch_file_asks_no_network_and_tells_every_failure(batch):
    lines = batch.decode("utf-8").splitlines()
    (install,) = [line for line in lines if " pip install" in line]
    for words in ("--no-index", '--find-links "%HERE%wheelhouse"', '"postlink-planner==1.2.3"'):
        assert words in install
    works = [place for place, line in enumerate(lines) if line.startswith(("%FOUND% ", '"%PYTHON%" -m pip'))]
    assert len(works) == 4
    # A program that crashes ends in a negative number, which “if errorlevel 1” takes for success.
    assert all(lines[place + 1].startswith("if %ERRORLEVEL% ") for place in works)
    assert not any("if errorlevel" in line for line in lines)
    labels = {line[1:] for line in lines if line.startswith(":")}
    assert {line.rsplit(" ", 1)[1] for line in lines if " goto " in line} == labels
    # Nothing runs on from one end into the next.
    for label in labels - {"start", "install"}:
        before = lines[: lines.index(f":{label}")]
        assert [line for line in before if line][-1].startswith("exit /b")
    assert "installed.txt" in lines[lines.index(":start") - 2]
    # A number right before > would be the number of a stream: the file's name comes first.
    assert not [line for line in lines if re.search(r"[0-9]>(?!nul)", line)]


def test_what_windows_alone_needs_is_missed_where_it_lacks(build, tmp_path):
    fake_wheel(tmp_path, "postlink-planner", "0.1.0", "click>=8", 'pytest; extra == "dev"')
    fake_wheel(tmp_path, "click", "8.1", 'colorama; platform_system == "Windows"', "h11[more]<2")
    fake_wheel(tmp_path, "h11", "1.0", 'idna; extra == "more"', 'sphinx; extra == "docs"')
    windows = build.environment_of("win_amd64", "3.12")
    assert [str(each) for each in build.missing(tmp_path, windows)] == [
        'colorama; platform_system == "Windows"', 'idna; extra == "more"',
    ]  # fmt: skip
    fake_wheel(tmp_path, "idna", "3.0")
    fake_wheel(tmp_path, "colorama", "0.4.6")
    assert build.missing(tmp_path, windows) == []
    (tmp_path / "click-8.1-py3-none-any.whl").unlink()
    fake_wheel(tmp_path, "click", "7.0")
    assert [each.name for each in build.missing(tmp_path, windows)] == ["click"]


def test_every_requirement_on_windows_is_locked(build):
    """The versions of the bundle are those that the tests run with: all that is required has a pin."""
    pins = {
        canonicalize_name(line.partition("==")[0])
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    environment = {**build.environment_of("win_amd64", "3.12"), "extra": ""}
    open_, seen = ["postlink-planner"], set()
    while open_:
        name = canonicalize_name(open_.pop())
        if name in seen or name in WINDOWS_ONLY:
            continue
        seen.add(name)
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                open_.append(requirement.name)
    assert {"numba", "streamlit", "typst"} <= seen
    assert seen - {"postlink-planner"} <= pins
    assert pins >= WINDOWS_ONLY


def test_the_wheel_installs_without_network_and_brings_its_files(build, tmp_path):
    wheelhouse, site = tmp_path / "wheelhouse", tmp_path / "site"
    try:
        wheel = build.own_wheel(wheelhouse)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no package index to build a wheel with: {error}")
    install = ["install", "--quiet", "--no-index", "--find-links", wheelhouse, "--no-deps", "--target", site]
    subprocess.run([sys.executable, "-m", "pip", *map(str, install), "postlink-planner"], check=True)
    names = zipfile.ZipFile(wheel).namelist()
    for file in (
        "planner/report/documents/document.typ", "planner/report/documents/fonts/NotoSans-Regular.ttf",
        "planner/catalogue/default.yaml", "planner/locale/fr/LC_MESSAGES/planner.mo", "planner/ui/style.css",
    ):  # fmt: skip
        assert file in names
    told = subprocess.run(
        [sys.executable, "-m", "planner", "--help"],
        check=True, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)},
    )  # fmt: skip
    assert "compare" in told.stdout
    assert {str(requirement) for requirement in build.requirements_of(wheel)} >= {"typst>=0.14", "numba>=0.62"}


@pytest.mark.parametrize(("language", "title"), [("en", "Short guide"), ("fr", "Guide succinct")])
def test_the_guide_is_short_and_in_both_languages(language, title, tmp_path):
    with use_language(language):
        guide = build_guide(version="1.2.3", python="3.12")
        pdf = as_pdf(guide)
    assert guide.subtitle.startswith(title)
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not installed")
    (tmp_path / "guide.pdf").write_bytes(pdf)
    told = subprocess.run(["pdfinfo", tmp_path / "guide.pdf"], check=True, capture_output=True, text=True).stdout
    assert int(re.search(r"Pages: +(\d+)", told)[1]) <= 4

"""The bundle for machines without internet: a zip with wheelhouse, start.bat and a short guide.

python bundle/build.py                            for Windows, into dist/
python bundle/build.py --platform local --check   for this machine; then installs it without network and tries it

Building needs a package index; the bundle itself does not.
"""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parents[1]
OWN = "postlink-planner"
LOCAL, WINDOWS = "local", "win_amd64"
START, GUIDES = "start.bat", {"en": "guide.pdf", "fr": "guide-fr.pdf"}


def environment_of(target: str, python: str) -> dict[str, str]:
    """Return what markers of requirements are held against on another machine than this one.

    pip itself would ask this machine, and leave out what only Windows needs.

    Parameters
    ----------
    target : {"win_amd64", "local"}
    python : str
        Such as ``3.12``.
    """
    if target == LOCAL:
        return {}
    return {
        "sys_platform": "win32",
        "platform_system": "Windows",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


def requirements_of(wheel: Path) -> list[Requirement]:
    """Return what a wheel says it requires, extras and all."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        told = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    return [Requirement(line) for line in told.get_all("Requires-Dist") or ()]


def missing(wheelhouse: Path, environment: Mapping[str, str], wanted: Iterable[str] = (OWN,)) -> list[Requirement]:
    """Return what is required but has no wheel of an accepted version, sorted by name.

    Parameters
    ----------
    wheelhouse : Path
        Folder of wheels.
    environment : mapping
        See `environment_of`.
    wanted : iterable of str
        Requirements to begin with.
    """
    there: dict[str, Path] = {}
    for file in sorted(wheelhouse.glob("*.whl")):
        there[canonicalize_name(parse_wheel_filename(file.name)[0])] = file
    lacking: dict[str, Requirement] = {}
    seen: set[tuple[str, str]] = set()
    open_ = [(Requirement(text), "") for text in wanted]
    while open_:
        requirement, extra = open_.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        file = there.get(name)
        if file is None or not requirement.specifier.contains(parse_wheel_filename(file.name)[1], prereleases=True):
            lacking[str(requirement)] = requirement
            continue
        for asked in ("", *requirement.extras):
            if (name, asked) not in seen:
                seen.add((name, asked))
                open_ += [(each, asked) for each in requirements_of(file)]
    return [lacking[text] for text in sorted(lacking)]


def batch_file(template: str, *, version: str, python: str) -> bytes:
    """Return start.bat as Windows reads it: lines that end in CR LF, UTF-8 without a mark."""
    text = template.replace("@VERSION@", version).replace("@PYTHON@", python)
    return "\r\n".join([*text.splitlines(), ""]).encode("utf-8")


def pip(*arguments: str | Path) -> None:
    """Run pip; its own words say what went wrong."""
    command = [sys.executable, "-m", "pip", *map(str, arguments), "--disable-pip-version-check", "--quiet"]
    subprocess.run(command, check=True)


def own_wheel(folder: Path) -> Path:
    """Build the wheel of this tree into a folder."""
    pip("wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("postlink_planner-*.whl")
    return wheel


def fill(wheelhouse: Path, target: str, python: str) -> None:
    """Put our own wheel and all that it requires on the target into a folder, in the versions of constraints.txt."""
    wheel = own_wheel(wheelhouse)
    elsewhere = [] if target == LOCAL else ["--platform", target, "--python-version", python, "--implementation", "cp"]
    fixed = ["download", "--only-binary=:all:", "-c", ROOT / "constraints.txt", "-d", wheelhouse, *elsewhere]
    pip(*fixed, wheel)
    environment = environment_of(target, python)
    before: list[Requirement] = []
    while (lacking := missing(wheelhouse, environment)) and lacking != before:
        pip(*fixed, *(f"{each.name}{each.specifier}" for each in lacking))
        before = lacking
    if lacking:
        sys.exit("No wheel: " + ", ".join(map(str, lacking)))


def guides(version: str, python: str) -> dict[str, bytes]:
    """Return the short guide in each language, by its name in the bundle."""
    from planner.i18n import LANGUAGES, use_language  # noqa: PLC0415 - the package may not be installed yet
    from planner.report.documents.guide import build_guide  # noqa: PLC0415
    from planner.report.documents.pdf import as_pdf  # noqa: PLC0415

    made = {}
    for language in LANGUAGES:
        with use_language(language):
            made[GUIDES[language]] = as_pdf(build_guide(version=version, python=python))
    return made


def bundle(out: Path, target: str, python: str) -> Path:
    """Write the bundle into a folder; return the zip."""
    with tempfile.TemporaryDirectory() as scratch:
        wheelhouse = Path(scratch)
        fill(wheelhouse, target, python)
        wheels = sorted(wheelhouse.glob("*.whl"))
        version = str(next(parse_wheel_filename(file.name)[1] for file in wheels if file.name.startswith("postlink_")))
        name = f"{OWN}-{version}-{target if target != LOCAL else platform.machine()}"
        template = Path(__file__).with_name(START).read_text(encoding="utf-8")
        out.mkdir(parents=True, exist_ok=True)
        made = out / f"{name}.zip"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}/{START}", batch_file(template, version=version, python=python))
            for guide, content in guides(version, python).items():
                archive.writestr(f"{name}/{guide}", content)
            for file in ("LICENSE", "NOTICE"):
                archive.write(ROOT / file, f"{name}/{file}")
            for wheel in wheels:
                archive.write(wheel, f"{name}/wheelhouse/{wheel.name}", zipfile.ZIP_STORED)
    print(f"{made}: {len(wheels)} wheels, {made.stat().st_size / 1e6:.0f} MB")
    return made


def check(made: Path) -> None:
    """Install a bundle of this machine's kind without network, and plan a small country with it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with zipfile.ZipFile(made) as archive:
            archive.extractall(folder)
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        wheelhouse = next(folder.glob("*/wheelhouse"))
        install = ["-m", "pip", "install", "--quiet", "--no-index", "--find-links", wheelhouse, OWN]
        subprocess.run([python, *install], check=True)
        demo = ["-m", "planner", "demo", "--offices", "30", "--out", folder / "run", "--quiet"]
        subprocess.run([python, *demo], check=True, cwd=folder)
        subprocess.run([python, "-m", "planner", "verify", folder / "run"], check=True, cwd=folder)
    print("Installed without network; a small country was planned and verified.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=(WINDOWS, LOCAL), default=WINDOWS)
    parser.add_argument("--python", default="3.12", help="version that the user has; local: always this one")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--check", action="store_true", help="local only: install and try it")
    asked = parser.parse_args()
    if asked.check and asked.platform != LOCAL:
        parser.error("--check goes with --platform local")
    python = f"{sys.version_info.major}.{sys.version_info.minor}" if asked.platform == LOCAL else asked.python
    made = bundle(asked.out, asked.platform, python)
    if asked.check:
        check(made)


if __name__ == "__main__":
    main()

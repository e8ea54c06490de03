"""The tests on every Python that the program supports and this machine has.

python .ci/matrix.py [ARGUMENT OF PYTEST ...]      without arguments the whole of tests/

Which versions those are, pyproject.toml says. Each has an environment of its own, .venv-3.X, with the versions of
constraints.txt. Versions that are not installed are named; exit code 1 if tests fail on one that is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLASSIFIER = "Programming Language :: Python :: "
ASK = "import platform, sys; print('%d.%d' % sys.version_info[:2], platform.python_version())"


def supported() -> list[str]:
    """Return the versions that the metadata name, such as ``3.12``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [text.removeprefix(CLASSIFIER) for text in project["classifiers"] if text.startswith(CLASSIFIER)]


def interpreter(version: str) -> tuple[Path, str] | None:
    """Return the interpreter of a version and its full version: one on the path, else one of pyenv or uv."""
    on_path = shutil.which(f"python{version}")
    folders = (Path.home() / ".pyenv/versions", Path.home() / ".local/share/uv/python")
    elsewhere = [path for folder in folders for path in folder.glob(f"*{version}.*/bin/python{version}")]
    elsewhere.sort(key=lambda path: [int(figures) for figures in re.findall(r"\d+", path.parts[-3])[:3]])
    for path in ([Path(on_path)] if on_path else []) + elsewhere[::-1]:
        # A shim may stand on the path for a version that is not chosen, and a system without venv has half a Python.
        told = subprocess.run(
            [path, "-c", f"import venv, ensurepip; {ASK}"], check=False, capture_output=True, text=True
        )
        if told.returncode == 0 and told.stdout.split()[0] == version:
            return path, told.stdout.split()[1]
    return None


def environment(path: Path, version: str) -> Path:
    """Return the interpreter of an environment that has everything, made anew where the locks are newer."""
    folder = ROOT / f".venv-{version}"
    python, stamp = folder / ("Scripts" if os.name == "nt" else "bin") / "python", folder / ".installed"
    locks = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    if not stamp.exists() or any(lock.stat().st_mtime > stamp.stat().st_mtime for lock in locks):
        subprocess.run([path, "-m", "venv", folder], check=True)
        install = ["install", "--quiet", "--disable-pip-version-check", "-c", "constraints.txt", "-e", ".[dev]"]
        subprocess.run([python, "-m", "pip", *install], check=True, cwd=ROOT)
        stamp.touch()
    return python


def main(arguments: list[str]) -> int:
    """Run the tests on each version, then say how each ended."""
    ended: dict[str, str] = {}
    for version in supported():
        found = interpreter(version)
        if found is None:
            ended[version] = "not installed here"
            continue
        path, full = found
        sys.stdout.write(f"== Python {full}: {path}\n")
        sys.stdout.flush()
        try:
            python = environment(path, version)
        except subprocess.CalledProcessError:
            ended[full] = "FAILED: what the program needs cannot be installed"
            continue
        asked = arguments or ["--numprocesses", "auto", "--dist", "worksteal", "tests"]
        code = subprocess.run([python, "-m", "pytest", "-q", *asked], check=False, cwd=ROOT).returncode
        ended[full] = "passed" if code == 0 else f"FAILED (exit code {code})"
    sys.stdout.write("\n" + "".join(f"Python {version:8} {how}\n" for version, how in ended.items()))
    return int(any(how.startswith("FAILED") for how in ended.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

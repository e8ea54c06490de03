"""Wheel and sdist: built from the tree, complete, and at work in an environment that knows no source tree."""

import os
import site
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

from planner import __version__

pytest.importorskip("hatchling", reason="the build back end “hatchling” is not installed")

ROOT = Path(__file__).parents[1]
NAME = f"postlink_planner-{__version__}"


def build(tree, out, *targets):
    asked = [word for target in targets for word in ("--target", target)]
    command = [sys.executable, "-m", "hatchling", "build", *asked, "--directory", out]
    subprocess.run([*map(str, command)], check=True, cwd=tree, capture_output=True)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Return the folder of the wheel and the sdist of this tree."""
    out = tmp_path_factory.mktemp("packages")
    build(ROOT, out, "sdist", "wheel")
    return out


@pytest.fixture(scope="module")
def unpacked(packages, tmp_path_factory):
    """Return the tree that the sdist holds."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(packages / f"{NAME}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / NAME


@pytest.fixture(scope="module")
def planner(unpacked, tmp_path_factory):
    """Return what runs the command line of a new environment, with the wheel that the sdist gives.

    What the program needs comes from the environment of the tests: it is not what is tried.
    """
    folder = tmp_path_factory.mktemp("clean")
    build(unpacked, folder, "wheel")
    venv.create(folder / "env", with_pip=False)
    programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    install = ["pip", "--python", programs / "python", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([sys.executable, "-m", *map(str, install), folder / f"{NAME}-py3-none-any.whl"], check=True)
    purelib = sysconfig.get_path("purelib", "venv", vars={"base": folder / "env"})
    # A line of a .pth adds a folder alone, not what the .pth files in there say: this tree stays unknown.
    (Path(purelib) / "needed.pth").write_text("\n".join(site.getsitepackages()))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PLANNER"))}
    # Kernels are kept by their place: at a new one all of them would be compiled.
    environment |= {"NUMBA_DISABLE_JIT": "1", "XDG_CACHE_HOME": str(folder / "cache")}

    def run(*arguments, program="planner"):
        command = [programs / program, *arguments]
        found = subprocess.run(
            [*map(str, command)], check=False, cwd=folder, env=environment, capture_output=True, text=True
        )
        assert found.returncode == 0, found.stderr
        return found.stdout

    return run


def files_of(folder):
    """Return the content of each file below a folder, by its path there."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def wheel_files(folder):
    with zipfile.ZipFile(folder / f"{NAME}-py3-none-any.whl") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_has_every_file_of_the_package_and_no_other(packages):
    brought = wheel_files(packages)
    package = {name.partition("/")[2]: content for name, content in brought.items() if name.startswith("planner/")}
    assert package == files_of(ROOT / "planner")
    assert {Path(name).suffix for name in package} >= {".yaml", ".mo", ".css", ".js", ".png", ".ttf", ".typ", ".zip"}
    others = {name.partition("/")[0] for name in brought} - {"planner"}
    assert others == {f"{NAME}.dist-info"}
    licences = {name.rpartition("/")[2] for name in brought if "/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE"}


def test_the_sdist_gives_the_same_wheel(packages, unpacked, tmp_path):
    build(unpacked, tmp_path, "wheel")
    assert wheel_files(tmp_path) == wheel_files(packages)


def test_the_sdist_has_all_that_make_asks_for(unpacked):
    """Whoever has the sdist alone runs `make test` with it."""
    kept = subprocess.run(["git", "ls-files"], check=False, cwd=ROOT, capture_output=True, text=True)
    if kept.returncode or not kept.stdout:
        pytest.skip("this tree is no checkout")
    assert set(kept.stdout.split("\n")) - {"", *files_of(unpacked)} == set()


def test_metadata_name_the_supported_pythons(packages):
    brought = wheel_files(packages)
    told = HeaderParser().parsestr(brought[f"{NAME}.dist-info/METADATA"].decode())
    minors = [
        text.rpartition(".")[2]
        for text in told.get_all("Classifier")
        if text.startswith("Programming Language :: Python :: 3.")
    ]
    assert told["Requires-Python"] == f"<3.{int(minors[-1]) + 1},>=3.{minors[0]}"
    assert minors == [str(minor) for minor in range(int(minors[0]), int(minors[-1]) + 1)]


def test_it_works_from_there(planner, tmp_path):
    where = planner("-c", "import planner; print(planner.__file__)", program="python")
    assert not Path(where.strip()).is_relative_to(ROOT)
    assert "sweep" in planner("--help")
    assert "Trouver le plan" in planner("--help", "--lang", "fr")
    run = tmp_path / "run"
    planner("demo", "--offices", "10", "--out", run, "--quiet")
    planner("solve", run / "country", "--gap", "0.2", "--out", tmp_path / "again", "--quiet")
    assert "agree" in planner("verify", tmp_path / "again")
    planner("export", tmp_path / "again", "--to", "pdf,docx,xlsx,gpkg,html,ofds,kmz", "--out", tmp_path / "export")
    kinds = {path.suffix for path in (tmp_path / "export").iterdir()}
    assert kinds >= {".pdf", ".docx", ".xlsx", ".gpkg", ".html", ".json", ".kmz"}
    planner("new", tmp_path / "new")
    assert (tmp_path / "new/scenario.yaml").exists()

"""The app is served in the same way whichever command starts it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import planner.ui

ROOT = Path(__file__).parents[2]


def test_both_scripts_have_the_same_settings():
    of_app = (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")
    of_package = (Path(planner.ui.__file__).parent / ".streamlit/config.toml").read_text(encoding="utf-8")
    assert of_app == of_package
    settings = tomllib.loads(of_app)
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["address"] == "localhost"


def test_servers_run_the_program_that_lies_beside_the_tests(environment, tmp_path):
    command = [sys.executable, "-c", "import planner; print(planner.__file__)"]
    shown = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert Path(shown.strip()) == ROOT / "planner/__init__.py"

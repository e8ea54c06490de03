"""The app is served in the same way whichever command starts it."""

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

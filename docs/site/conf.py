"""How Sphinx sets the documentation; `build.py` calls it once for each language."""

from planner import __version__

project = "PostLink Planner"
author = "PostLink Planner contributors"
copyright = "2026 PostLink Planner contributors"  # noqa: A001 - Sphinx's name
version = release = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 4
# Outlines of files are shown as YAML and are none, by their alternatives and ellipses.
suppress_warnings = ["misc.highlighting_failure"]
html_theme = "furo"
html_title = f"PostLink Planner {__version__}"
html_copy_source = False
html_theme_options = {"footer_icons": []}

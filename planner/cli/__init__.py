"""The command line: thin, and quick to say what it can do."""

from __future__ import annotations

import gettext
import locale
import os
import sys

from planner.i18n import DOMAIN, FOLDER, LANGUAGES, Language, language, set_language


def main() -> None:
    """Run the command line."""
    # The language comes first: the help texts are made when the commands are imported.
    set_language(_asked_language(sys.argv[1:]))
    # Typer's own words, such as the headings of its help, come from the domain that gettext has by default.
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language()
    from planner.cli.commands import app

    app(prog_name="planner")


def _asked_language(arguments: list[str]) -> Language:
    """Return the language of ``--lang``, else of the environment, else English."""
    asked = ""
    for i, argument in enumerate(arguments):
        if argument == "--lang" and i + 1 < len(arguments):
            asked = arguments[i + 1]
        elif argument.startswith("--lang="):
            asked = argument.partition("=")[2]
    asked = asked or os.environ.get("PLANNER_LANG", "") or (locale.getlocale()[0] or "")
    return next((known for known in LANGUAGES if asked.lower().startswith(known)), "en")

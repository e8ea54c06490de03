"""Licences of everything that the program needs at run time, as each package states them.

python .ci/licences.py [EXTRA ...]      also what an optional extra of pyproject.toml brings
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution

PROGRAM = "postlink-planner"


def needed(extras: set[str]) -> dict[str, str]:
    """Return the licence of each package that is installed and needed, by name."""
    found: dict[str, str] = {}
    waiting = [(PROGRAM, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        try:
            package = distribution(name)
        except PackageNotFoundError:  # for another system, or an extra that is not installed
            continue
        if key in found:
            continue
        found[key] = licence(package.metadata)
        for line in package.requires or ():
            text, _semicolon, marker = line.partition(";")
            extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", marker)
            if extra is None or extra[1] in wanted:
                waiting.append((re.match(r"[\w.-]+", text)[0], frozenset()))
    return dict(sorted(found.items()))


def licence(metadata) -> str:  # noqa: ANN001 - a message of the standard library
    """Return what a package says of its licence: the expression, else the classifiers, else the first line of text."""
    classifiers = metadata.get_all("Classifier") or []
    stated = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License ::")]
    free = (metadata.get("License") or "").strip().splitlines()
    return metadata.get("License-Expression") or ", ".join(stated) or (free[0] if free else "not stated")


if __name__ == "__main__":
    for package_name, its_licence in needed(set(sys.argv[1:])).items():
        sys.stdout.write(f"{package_name:28} {its_licence}\n")

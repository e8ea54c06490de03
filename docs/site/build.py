"""The documentation as web pages, in English and French, for reading without internet.

python docs/site/build.py [--out dist/docs]

English are the pages of this folder, French those of ``docs/fr``; pages that follow from the program (fields, columns,
messages) are made in both. A warning of Sphinx's, such as a link that leads nowhere, is an error.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCS, ROOT = HERE.parent, HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]

from reference import pages  # noqa: E402 - it lies beside this file

BESIDE = {"README.md": "start.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
"""Pages of the root that belong to the English documentation."""
LEFT_OUT = {"fr", "site", "status.md"}
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#]+)(#[^)]*)?\)")


def sources(language: str, folder: Path) -> None:
    """Lay the pages of a language into a folder, links as they are there."""
    if language == "en":
        for entry in DOCS.iterdir():
            if entry.name not in LEFT_OUT:
                (shutil.copytree if entry.is_dir() else shutil.copy)(entry, folder / entry.name)
        for name, page in BESIDE.items():
            text = (ROOT / name).read_text(encoding="utf-8")
            (folder / page).write_text(text.replace("](docs/", "]("), encoding="utf-8")
    else:
        shutil.copytree(DOCS / language, folder, dirs_exist_ok=True)
        shutil.copy(DOCS / "glossary.md", folder / "glossary.md")
        shutil.copytree(DOCS / "images", folder / "images")
    for name, text in pages(language).items():
        (folder / name).write_text(text, encoding="utf-8")
    for page in folder.rglob("*.md"):
        text = _LINK.sub(partial(_relinked, page=page), page.read_text(encoding="utf-8"))
        page.write_text(text, encoding="utf-8")


def _relinked(link: re.Match[str], *, page: Path) -> str:
    """Return a link that leads to its page here; what is no page of the documentation keeps its words alone."""
    text, target, anchor = link[1], link[2], link[3] or ""
    if target.startswith(("http:", "https:", "mailto:")):
        return link[0]
    beside = BESIDE.get(Path(target).name)
    if beside and not (page.parent / target).exists():
        up = "../" * (len(Path(target).parts) - 2) if target.startswith("../../") else ""
        return f"[{text}]({up}{beside}{anchor})"
    return link[0] if (page.parent / target).is_file() else text


def build(out: Path) -> None:
    """Write the pages of both languages into a folder, each in one of its own."""
    for language in ("en", "fr"):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "pages"
            folder.mkdir()
            sources(language, folder)
            command = ["-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-c", HERE, "-D", f"language={language}"]
            subprocess.run(
                [sys.executable, *map(str, command), "-d", f"{scratch}/read", str(folder), str(out / language)],
                check=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
    print(f"{out / 'en' / 'index.html'}, {out / 'fr' / 'index.html'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "docs")
    build(parser.parse_args().out.resolve())

"""What each export says of the country reckoned by hand, against what it said before.

A file in ``golden`` that is missing is written, and the test fails once: look at it, then keep it. So a change that is
meant is seen in the difference of these files. Dates, versions and fingerprints are left out.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path

import docx
import openpyxl
import pytest

from planner.report.exports import export_run

GOLDEN = Path(__file__).with_name("golden")
CHANGING = re.compile(
    r"[0-9a-f]{12,}|\d{4}-\d\d-\d\d(T[\d:.]+(Z|\+00:00)?)?|(January|February|March|April|May|June|July|August|September"
    r"|October|November|December) \d+, \d{4}|(?<![\d.,])\d+\.\d+\.\d+(?![\d.,])"
)


def of_pdf(files):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    told = subprocess.run(["pdftotext", "-raw", files[0], "-"], capture_output=True, text=True, check=True).stdout
    # Where lines end is up to the program that reads them.
    return "\n\n".join(" ".join(page.split()) for page in told.split("\f"))


def of_docx(files):
    word = docx.Document(str(files[0]))
    rows = [" | ".join(cell.text for cell in row.cells) for table in word.tables for row in table.rows]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *rows])


def of_xlsx(files):
    book = openpyxl.load_workbook(files[0])
    lines = []
    for sheet in book:
        for row in sheet.iter_rows():
            lines += [f"{sheet.title}!{cell.coordinate} {cell.value!r}" for cell in row if cell.value is not None]
    return "\n".join(lines)


def of_gpkg(files):
    with closing(sqlite3.connect(files[0])) as database:
        names = [name for (name,) in database.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name")]
        lines = []
        for name in names:
            rows = database.execute(f'SELECT * FROM "{name}"')
            heads = [head for head, *_rest in rows.description]
            lines.append(f"{name}: {', '.join(heads)}")
            for row in rows:
                told = [value.hex(" ") if isinstance(value, bytes) else repr(value) for value in row]
                lines.append(f"{name}: {', '.join(told)}")
    return "\n".join(lines)


def of_json(files):
    return "\n".join(json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=1) for file in sorted(files))


def of_kmz(files):
    with zipfile.ZipFile(files[0]) as package:
        text = package.read("doc.kml").decode()
        return "\n".join([*sorted(package.namelist()), text])


def of_html(files):
    # The program of the page is tested by running it; here is what it shows.
    text = files[0].read_text(encoding="utf-8")
    (data,) = re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)
    return json.dumps(json.loads(data), indent=1)


READ = {
    "pdf": of_pdf, "docx": of_docx, "xlsx": of_xlsx, "gpkg": of_gpkg, "geojson": of_json, "kmz": of_kmz,
    "ofds": of_json, "html": of_html,
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_an_export_says_what_it_said_before(priced, tmp_path, name):
    files = export_run(priced(tmp_path / "run"), [name], tmp_path / "out")
    told = CHANGING.sub("…", READ[name]([Path(file) for file in files])).strip()
    golden = GOLDEN / f"{name}.txt"
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(told + "\n", encoding="utf-8")
        pytest.fail(f"{golden} is new: look at it, then keep it")
    assert told.splitlines() == golden.read_text(encoding="utf-8").splitlines()

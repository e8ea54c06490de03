"""The user's own country: files under names of ours, what their columns mean, and the scenario that names them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from planner.errors import InputError, Problem
from planner.files import whole_file, write_whole
from planner.i18n import _, language
from planner.jobs import errand_answer, errand_state, start_errand
from planner.wording import labelled, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.jobs import State
    from planner.ui.session import Session

TABLES = ("offices", "sources", "towers", "quotes")
LAYERS = ("regions", "roads", "coverage", "fibre_routes", "power")
RASTERS = ("terrain", "population")
PRICES = "prices"
"""A catalogue file, laid over the program's own prices."""
KINDS = (
    "offices",
    "sources",
    "terrain",
    "towers",
    "regions",
    "roads",
    "coverage",
    "population",
    "fibre_routes",
    "quotes",
    PRICES,
)
"""In the order in which they matter to a plan."""
NEEDED = ("offices", "terrain")

NEW: dict[str, Any] = {"title": "", "currency": "USD", "price_year": 2026, "budget": "20 %", "exclude": False}
"""What is said of a country before its user says anything."""

MAX_GRID_ROWS = 20_000
"""Larger tables stay as they were uploaded: they are mended at home."""
_MEMORY_MB = 4096
_FETCHED = "terrain/*.tif"
"""Where “planner fetch dem” puts tiles."""
_NAME = re.compile(r"[^\w-]+")
_SHEETS = {".xlsx"}
_TEXTS = {".csv", ".tsv", ".txt"}
_STARTS: dict[str, tuple[bytes, ...]] = {
    ".xlsx": (b"PK\x03\x04",),
    ".gpkg": (b"SQLite format 3\x00",),
    ".tif": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    ".tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}
"""How a file of each kind begins. Under a false name a library might take it for a format that names other files."""


def kind_name(kind: str) -> str:
    """Return what a kind of data is called."""
    return {
        "offices": _("Post offices"),
        "sources": _("Fibre nodes"),
        "terrain": _("Terrain"),
        "towers": _("Towers"),
        "regions": _("Regions"),
        "roads": _("Roads"),
        "coverage": _("Mobile coverage"),
        "population": _("Population"),
        "fibre_routes": _("Fibre routes"),
        "quotes": _("Quotes of providers"),
        PRICES: _("Price file"),
    }[kind]


def what_for(kind: str) -> str:
    """Return what a kind of data does for a plan."""
    return {
        "offices": _("Which offices there are, and what they have."),
        "sources": _("Where links of one's own start; without any, only satellite and mobile services are offered."),
        "terrain": _("Elevation: line of sight of microwave, length and price of trenches."),
        "towers": _("Masts that stand already and may be rented."),
        "regions": _("Figures by region, and fairness between regions."),
        "roads": _("Fibre is laid along them."),
        "coverage": _("Where mobile service can be had."),
        "population": _("People within reach of each office."),
        "fibre_routes": _("Fibre that exists: new fibre may join it."),
        "quotes": _("What providers ask."),
        PRICES: _(
            "Prices of your own in place of the program's; “Scenario”, “Prices”, gives such files to begin with."
        ),
    }[kind]


def endings(kind: str) -> list[str]:
    """Return how names of files of a kind may end."""
    if kind in RASTERS:
        return ["tif", "tiff"]
    if kind == PRICES:
        return ["yaml", "yml"]
    layers = ["gpkg", "geojson"]
    return ["csv", "xlsx", "tsv", "txt", *layers] if kind in (*TABLES, "coverage") else layers


def fault_of(kind: str, name: str, data: bytes) -> str | None:
    """Return why a file is not taken, None if it is: by its ending, and by how it begins."""
    ending = _ending(name)
    if ending.removeprefix(".") not in endings(kind):
        return _("“{kind}” is given as one of: {endings}.").format(
            kind=kind_name(kind), endings=", ".join(endings(kind))
        )
    if not data:
        return _("The file is empty.")
    starts = _STARTS.get(ending)
    if starts is not None and not data.startswith(starts):
        return _("The file is not what its ending “{ending}” says. Save it again in that format.").format(ending=ending)
    if ending == ".geojson" and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _("The file is not what its ending “{ending}” says. Save it again in that format.").format(ending=ending)
    return None


def _ending(name: str) -> str:
    return "." + name.rpartition(".")[2].lower() if "." in name else ""


class Country:
    """A folder of the session with the user's files; ``country.json`` says what they are.

    Raises
    ------
    InputError
        That file cannot be read.
    """

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name
        self.folder = session.countries / name
        self._about = self.folder / "country.json"
        self.about: dict[str, Any] = {**NEW, "title": name, "files": {}}
        if self._about.exists():
            self.about |= _said_of(self._about)

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Kind of data: ``file``, how the user ``called`` it, ``columns``."""
        files: dict[str, dict[str, Any]] = self.about["files"]
        return files

    @property
    def tables(self) -> list[str]:
        """Kinds of data that are there and have columns."""
        return [kind for kind in KINDS if kind in self.files and kind not in (*RASTERS, PRICES)]

    @property
    def scenario_file(self) -> Path:
        """The scenario that names the files."""
        return self.folder / "scenario.yaml"

    def describe(self, **about: Any) -> None:
        """Change what is known of the country."""
        self.about |= about
        self._keep()

    def take(self, kind: str, called: str, data: bytes) -> None:
        """Keep an upload under a name of ours; whatever the user called it opens nothing.

        What was said of the columns of an earlier table stays until the new one has been looked into: see `look`.
        """
        file = f"{kind}{_ending(called)}"
        self.folder.mkdir(parents=True, exist_ok=True)
        earlier = self.files.get(kind, {"file": file, "columns": {}})
        with whole_file(self.folder / file) as temporary:
            temporary.write_bytes(data)
        self.files[kind] = {"file": file, "called": called, "columns": earlier["columns"]}
        shutil.rmtree(self._errand(f"table-{kind}"), ignore_errors=True)
        self._keep()
        # Not before: what the record names is there whenever one stops.
        if earlier["file"] != file:
            (self.folder / earlier["file"]).unlink(missing_ok=True)

    def take_fetched(self) -> bool:
        """Take up terrain that “planner fetch” has put into the folder; return whether there is any that is new."""
        tiles = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob(_FETCHED))
        if not tiles or "terrain" in self.files:
            return False
        record = self.folder / Path(_FETCHED).with_name("fetched.json")
        told = json.loads(record.read_bytes()) if record.exists() else {}
        first, *more = tiles
        self.files["terrain"] = {
            "file": first,
            "more": more,
            "called": labelled("Copernicus GLO-30", number(len(tiles))),
            "columns": {},
            "sea": bool(told.get("sea")),
        }
        self._keep()
        return True

    def drop(self, kind: str) -> None:
        """Forget a file."""
        given = self.files.pop(kind, None)
        if given is not None:
            self._keep()
            for file in (given["file"], *given.get("more", ())):
                (self.folder / file).unlink(missing_ok=True)

    def look(self, kind: str) -> tuple[State | None, dict[str, Any]]:
        """Return how far the look into a table is, which a process of its own takes, and what it has seen.

        Once it is done its columns are mapped, and the file's ``seen`` says what there is beside the rows.
        """
        folder = self._errand(f"table-{kind}")
        if errand_state(folder) is None:
            file = self.folder / self.files[kind]["file"]
            options = ["--kind", kind, "--rows", str(MAX_GRID_ROWS)]
            start_errand(folder, ["table", *options, "--", str(file)], memory_mb=_MEMORY_MB)
        state = errand_state(folder)
        seen = errand_answer(folder) if state in {"done", "failed"} else {}
        if state == "done" and "seen" not in self.files[kind]:
            self._map(kind, seen)
        return state, seen

    def unread(self) -> list[str]:
        """Return the tables of which it is not known yet what their columns mean; looks into them are begun."""
        return [kind for kind in self.tables if "seen" not in self.files[kind] and self.look(kind)[0] != "done"]

    def looking(self, kind: str) -> Path:
        """Return the folder of the look into a table."""
        return self._errand(f"table-{kind}")

    def map_columns(self, kind: str, columns: dict[str, str], headers: Sequence[str]) -> None:
        """Say which of their columns is which of ours, and remember it for tables with the same headers."""
        self.files[kind] |= {"columns": columns, "lost": []}
        known = self._templates()
        known[_template(kind, headers)] = columns
        self.session.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._template_file(), json.dumps(known, ensure_ascii=False))
        self._keep()

    def can_edit(self, kind: str, seen: dict[str, Any]) -> bool:
        """Return whether a table is edited in the grid."""
        return kind in TABLES and not seen["has_geometry"] and seen["count"] <= MAX_GRID_ROWS

    def write_rows(self, kind: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        """Replace a table by what the grid holds: UTF-8, commas, the same headers."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(columns)
        table.writerows([["" if cell is None else cell for cell in row] for row in rows])
        given = self.files[kind]
        old = self.folder / given["file"]
        given["file"] = f"{kind}.csv"
        write_whole(self.folder / given["file"], text.getvalue())
        if "seen" in given:
            given["seen"]["count"] = len(rows)
        shutil.rmtree(self._errand(f"table-{kind}"), ignore_errors=True)
        self._keep()
        if old.name != given["file"]:
            old.unlink(missing_ok=True)

    def check(self) -> tuple[Path, State | None, dict[str, Any]]:
        """Check scenario and files in a process of its own, once for each state they are in."""
        scenario = self.scenario().encode()
        if not self.scenario_file.exists() or self.scenario_file.read_bytes() != scenario:
            write_whole(self.scenario_file, scenario.decode())
        told = hashlib.sha256(scenario)
        for given in self.files.values():
            for name in (given["file"], *given.get("more", ())):
                file = (self.folder / name).stat()
                told.update(f"{name} {file.st_mtime_ns} {file.st_size}".encode())
        folder = self._errand(f"check-{told.hexdigest()[:16]}-{language()}")
        if errand_state(folder) is None:
            start_errand(folder, ["check", str(self.scenario_file)], memory_mb=_MEMORY_MB)
        state = errand_state(folder)
        found = errand_answer(folder) if state in {"done", "failed"} else {}
        if "problems" in found:
            found["problems"] = [
                problem for problem in found["problems"] if problem["file"] not in self.absent.values()
            ]
        return folder, state, found

    @property
    def absent(self) -> dict[str, str]:
        """Kinds of data that a plan needs and that are not there, and the names that their files would have.

        A scenario must name them: then the check tells of them and reads what is there all the same.
        """
        names = {"offices": "offices.csv", "terrain": "terrain.tif"}
        return {kind: names[kind] for kind in NEEDED if kind not in self.files}

    def scenario(self) -> str:
        """Return the scenario as YAML."""
        rule = "exclude" if self.about["exclude"] else "stop"
        inputs: dict[str, Any] = {}
        catalogue = ["default"]
        if "terrain" in self.absent:
            inputs["terrain"] = [self.absent["terrain"]]
        if "offices" in self.absent:
            inputs["offices"] = [{"file": self.absent["offices"]}]
        for kind, given in self.files.items():
            if kind == "quotes" and "offices" in self.absent:
                continue  # every office that they name would seem unknown
            if kind == PRICES:
                catalogue.append(given["file"])
            elif kind == "terrain":
                inputs[kind] = [given["file"], *given.get("more", ())]
                if given.get("sea"):
                    inputs["terrain_voids"] = "sea"
            elif kind == "population":
                inputs[kind] = given["file"]
            else:
                inputs[kind] = [{"file": given["file"], "columns": given["columns"], "bad_rows": rule}]
        return yaml.safe_dump(
            {
                "schema_version": 1,
                "name": self.about["title"],
                "language": language(),
                "money": {"currency": self.about["currency"], "price_year": self.about["price_year"]},
                "inputs": inputs,
                "catalogue": catalogue,
                "missing": {"population": "one"},
                "budgets": [{"name": "programme", "limit": self.about["budget"]}],
            },
            allow_unicode=True,
            sort_keys=False,
        )

    def _map(self, kind: str, seen: dict[str, Any]) -> None:
        """Take the columns as the user took them the last time that a table had these headers, else by their names.

        Of a table in place of another one, columns with the same headers mean what they meant there; what then has no
        column any more is ``lost``.
        """
        headers, before = seen["columns"], self.files[kind]["columns"]
        columns, lost = self._templates().get(_template(kind, headers)), []
        if columns is None:
            columns = {ours: theirs for ours, theirs in before.items() if theirs in headers}
            taken = set(columns.values())
            columns |= {
                ours: theirs for ours, theirs in seen["mapping"].items() if ours not in columns and theirs not in taken
            }
            lost = [ours for ours in before if ours not in columns]
        there = {name: seen[name] for name in ("columns", "count", "ours", "has_geometry", "values")}
        self.files[kind] |= {"columns": columns, "lost": lost, "seen": there}
        if self.can_edit(kind, there) and not self.files[kind]["file"].endswith(".csv"):
            self.write_rows(kind, headers, seen["rows"])
        self._keep()

    def _keep(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._about, json.dumps(self.about, ensure_ascii=False, indent=1))

    def _errand(self, name: str) -> Path:
        return self.session.errands / f"{self.name}-{name}"

    def _template_file(self) -> Path:
        return self.session.folder / "columns.json"

    def _templates(self) -> dict[str, dict[str, str]]:
        try:
            known: dict[str, dict[str, str]] = json.loads(self._template_file().read_bytes())
        except (OSError, ValueError):
            return {}
        return known


def _said_of(file: Path) -> dict[str, Any]:
    """Return what the record of a country says."""
    try:
        said = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(_broken(file)) from error
    if not isinstance(said, dict):
        raise InputError(_broken(file))
    return said


def _broken(file: Path) -> Problem:
    message = _("This country cannot be read: what is known of its files is broken.")
    remedy = _("Begin a new country under “Country and money”, and load its files again.")
    return Problem("unreadable-file", message, remedy, f"{file.parent.name}/{file.name}")


def _template(kind: str, headers: Sequence[str]) -> str:
    return "\n".join([kind, *sorted(headers)])


def country_names(session: Session) -> list[str]:
    """Return the countries of a session."""
    return sorted(path.parent.name for path in session.countries.glob("*/country.json"))


def folder_name(title: str) -> str:
    """Return a name for a folder that is made of letters, digits and dashes alone."""
    return _NAME.sub("-", title).strip("-").lower()[:60] or "country"

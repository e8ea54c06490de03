"""The rows of somebody else's plan, and what of them cannot be priced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.columns import plain_name
from planner.inputs.raw import as_text
from planner.inputs.reading import WORKBOOKS
from planner.inputs.text_table import read_text_table
from planner.inputs.workbook import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from planner.plan.evaluate.reasons import Reason

# fmt: off
_COLUMNS = {
    "office": ("bureau", "id", "identifiant", "office_id", "id_bureau", "code_bureau", "code"),
    "technology": ("technologie", "techno", "tech"),
    "parent": ("rattache_a", "amont", "lieu_amont", "hangs_from", "from"),
}
"""Our columns with their other usual names, without accents and capitals."""
_WORDS = {
    "fibre": ("fiber", "fibre_optique", "optical_fibre", "ftth"),
    "microwave": ("faisceau_hertzien", "faisceaux_hertziens", "hertzien", "fh", "micro_ondes", "radio_link"),
    "leo": ("satellite_en_orbite_basse", "satellite_leo", "leo_satellite", "low_orbit_satellite"),
    "geo": ("satellite_geostationnaire", "satellite_geo", "geo_satellite", "geostationary_satellite", "vsat"),
    "cellular": ("cellulaire", "mobile", "reseau_mobile", "mobile_network"),
    "existing": ("existant", "existante", "connexion_existante", "existing_connection"),
}
"""Technologies with their other usual names, likewise."""
# fmt: on
_TECHNOLOGY_OF_WORD = {word: technology for technology, words in _WORDS.items() for word in words}


@dataclass(frozen=True)
class Wish:
    """One row of the table.

    Attributes
    ----------
    row : int
        As a spreadsheet counts.
    office : str
        Id of the place that is connected.
    technology : str
    parent : str
        Id of the place it hangs from; empty where the table leaves it open.
    said : str
        The technology in the table's own word.
    """

    row: int
    office: str
    technology: str
    parent: str
    said: str = field(default="", compare=False)


@dataclass(frozen=True)
class WishList:
    """A table as read.

    Attributes
    ----------
    wishes : list of Wish
    problems : list of Problem
        Rows without an office or a technology, with severity ``excluded``.
    headers : dict of str to str
        Our columns, as the file calls them.
    """

    wishes: list[Wish]
    problems: list[Problem]
    headers: dict[str, str]


@dataclass
class Refusals:
    """Rows that cannot be priced, with the reasons.

    Attributes
    ----------
    file : str
        Name of the table.
    problems : list of Problem
        With severity ``excluded``.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, wish: Wish, reason: Reason) -> None:
        """Refuse one row."""
        value = wish.said or wish.technology if reason.column == "technology" else getattr(wish, reason.column)
        self.problems.append(
            Problem(reason.code, reason.message, reason.remedy, self.file, wish.row, reason.column, value, "excluded")
        )


def read_wishes(csv_path: Path) -> WishList:
    """Return the rows of a table with columns office, technology and, if it likes, parent.

    Columns and technologies may have their usual English or French names.

    Raises
    ------
    InputError
        The file cannot be read, holds no table or lacks a column.
    """
    file = str(csv_path)
    try:
        table = (
            read_workbook(csv_path, file, sheet=None)
            if csv_path.suffix.lower() in WORKBOOKS and csv_path.is_file()
            else read_text_table(csv_path, file, encoding=None, delimiter=None)
        )
    except OSError as error:
        message = _("The file cannot be read: {reason}.").format(reason=error.strerror)
        raise InputError(Problem("unreadable-file", message, _("Check the path of the plan."), file)) from error
    theirs = {plain_name(name): name for name in reversed(table.columns)}
    headers = {
        ours: next((theirs[name] for name in (ours, *names) if name in theirs), None)
        for ours, names in _COLUMNS.items()
    }
    columns = {ours: table.columns[header] for ours, header in headers.items() if header is not None}
    if missing := [name for name in ("office", "technology") if name not in columns]:
        message = _("The plan has no column “{name}”.")
        remedy = _("Its columns are office, technology and, where wanted, parent; the file has: {names}.")
        remedy = remedy.format(names=", ".join(table.columns))
        raise InputError(
            [Problem("missing-column", message.format(name=name), remedy, file, 1, name) for name in missing]
        )
    wishes, problems = [], []
    parents = columns.get("parent", [None] * len(table))
    for row, office, technology, parent in zip(
        table.row.tolist(), columns["office"], columns["technology"], parents, strict=True
    ):
        texts = {"office": as_text(office), "technology": as_text(technology)}
        if empty := [name for name, text in texts.items() if not text]:
            message, remedy = _("The cell is empty."), _("Fill it in, or take the row out.")
            problems += [
                Problem("missing-value", message, remedy, file, row, headers[name], severity="excluded")
                for name in empty
            ]
        else:
            said = texts["technology"] or ""
            known = _TECHNOLOGY_OF_WORD.get(plain_name(said), said.lower())
            wishes.append(Wish(row, texts["office"] or "", known, as_text(parent) or "", said))
    return WishList(wishes, problems, {ours: header for ours, header in headers.items() if header is not None})

"""What the user wishes otherwise than in the run on screen: one list per run, with undo, kept for the session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.files import write_whole
from planner.i18n import _
from planner.jobs import read_wishes, revise
from planner.ui.session import read_only
from planner.wording import money, number, share, technology_heading

if TYPE_CHECKING:
    from planner.ui.frame import Here

SECTIONS = (
    "money", "missing", "service", "package", "benefit", "climate", "technologies", "links", "objective", "limits",
    "uncertainty", "solver", "redundancy",
)  # fmt: skip
"""Sections of a scenario that wishes may speak of: those that name no file. Files are only ever those of the run."""


@dataclass(frozen=True)
class Edit:
    """One wish: a scenario field by its dotted path, and the value before and after."""

    field: str
    value: Any
    before: Any = None


class Edits:
    """The wishes about a run's scenario, in the order in which they were made; of a field the last one counts."""

    def __init__(self, here: Here) -> None:
        assert here.run is not None
        self._file = here.session.folder / "wishes" / f"{here.run.name}.json"
        self._key = f"wishes-{here.run.name}"
        self._run = here.run
        if self._key not in st.session_state:
            st.session_state[self._key] = self._read()

    @property
    def all(self) -> list[Edit]:
        """All wishes, earlier ones about the same field among them."""
        wishes: list[Edit] = st.session_state[self._key]
        return wishes

    @property
    def wishes(self) -> dict[str, Any]:
        """Field to value, as `planner.load_scenario` takes them."""
        return {edit.field: edit.value for edit in self.all}

    def wish(self, field: str, value: Any, before: Any) -> None:
        """Add a wish; what is wished as it was is no wish."""
        current = self.wishes.get(field, before)
        if value == current:
            return
        rest = self.all if value != before else [edit for edit in self.all if edit.field != field]
        self._keep([*rest, Edit(field, value, before)] if value != before else rest)

    def typed(self, text: str) -> dict[str, Any]:
        """Return the wishes that a text says, a line ``path: value`` each, none of them noted yet.

        Raises
        ------
        InputError
            As `planner.jobs.read_wishes`.
        """
        return read_wishes(self._run, text, self.wishes, SECTIONS)

    def undo(self) -> None:
        """Take the last wish back."""
        self._keep(self.all[:-1])

    def drop(self, field: str) -> None:
        """Take back what was wished of a field."""
        self._keep([edit for edit in self.all if edit.field != field])

    def clear(self) -> None:
        """Take everything back."""
        self._keep([])

    def save(self, name: str, *, with_wishes: bool = True) -> list[str]:
        """Write the scenario that is wished for, or that of the run, and return the arguments of a command about it.

        Raises
        ------
        InputError
            As `planner.jobs.revise`.
        """
        wishes = self.wishes if with_wishes else {}
        return revise(self._run, wishes, self._file.parent.parent / "scenarios" / name / "scenario.yaml")

    def _keep(self, edits: list[Edit]) -> None:
        if not read_only():  # then they last as long as the page
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, json.dumps([vars(edit) for edit in edits], ensure_ascii=False))
        # Last: what cannot be kept is not wished for on the page alone.
        st.session_state[self._key] = edits

    def _read(self) -> list[Edit]:
        try:
            return [Edit(**edit) for edit in json.loads(self._file.read_bytes())]
        except (OSError, ValueError, TypeError):
            return []


def told(edit: Edit, currency: str) -> str:
    """Return a wish in words."""
    before, after = (_value(edit.field, value, currency) for value in (edit.before, edit.value))
    return _("{field}: {before} → {after}").format(field=field_name(edit.field), before=before, after=after)


def field_name(field: str) -> str:
    """Return what a field is called on the page; the path itself if the page has no word for it."""
    section, _dot, rest = field.partition(".")
    if section == "budgets":
        return _("Budget “{name}”").format(name=rest)
    if section == "technologies":
        technology, _dot, what = rest.partition(".")
        named = technology_heading(technology)
        return named if what == "enabled" else f"{named}, {what.removeprefix('overrides.')}"
    return {
        "limits.must_connect": _("Offices to connect"),
        "limits.exclude": _("Excluded offices"),
        "limits.max_hops": _("Most hops"),
        "limits.floors": _("Floors"),
        "money.horizon_years": _("Horizon"),
        "money.discount_rate": _("Discount rate"),
        "money.funded_years": _("Funded years"),
        "money.contingency": _("Contingency"),
        "service.availability": _("Availability"),
        "service.min_down_mbps": _("Least rate down"),
        "solver.gap": _("Gap"),
        "solver.time_limit_s": _("Time limit"),
    }.get(field, field)


def _value(field: str, value: Any, currency: str) -> str:
    shares = {"money.discount_rate", "money.contingency", "service.availability", "solver.gap"}
    text = str(value)
    if value is None or value == []:
        text = "–"
    elif isinstance(value, dict) and isinstance(value.get("typical"), int | float):
        text = number(value["typical"], 4)
    elif isinstance(value, bool):
        text = _("yes") if value else _("no")
    elif isinstance(value, int | float):
        text = money(100 * value, currency) if field.startswith("budgets.") else number(value, 4)
        text = share(value, 2) if field in shares else text
    elif isinstance(value, list):
        text = "; ".join(map(_floor, value)) if field == "limits.floors" else ", ".join(map(str, value))
    return text


def _floor(floor: dict[str, Any]) -> str:
    least = share(floor["share"]) if floor.get("share") is not None else number(floor.get("count") or 0)
    measure = {"offices": _("offices"), "people": _("people"), "benefit": _("benefit")}[floor["measure"]]
    by = _("region") if floor["by"] == "region" else floor["by"]  # other columns are named as the user names them
    return _("{least} of {measure} by {by}").format(least=least, measure=measure, by=by or _("all"))

"""For those without data at hand: populated places that stand in for offices, and how open terrain is had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from babel import Locale

from planner.i18n import _
from planner.jobs import errand_answer, errand_state, start_errand
from planner.ui.address import note
from planner.ui.country import Country, country_names, folder_name
from planner.ui.text import literal
from planner.ui.watching import watch_errand
from planner.wording import STAND_IN

if TYPE_CHECKING:
    from pathlib import Path

    from planner.i18n import Language
    from planner.ui.session import Session


def offer_starter(session: Session, language: Language) -> None:
    """Offer a country by name; once its places are written, go to its data."""
    names: dict[str, str] = dict(Locale(language).territories)
    codes = sorted((code for code in names if len(code) == 2 and code.isalpha()), key=names.__getitem__)
    st.caption(
        _(
            "Populated places of GeoNames with their people stand in for post offices. Every result says so until a "
            "real list takes their place."
        )
    )
    code = st.selectbox(
        _("Country"),
        codes,
        index=None,
        format_func=names.__getitem__,
        placeholder=_("Choose a country"),
        label_visibility="collapsed",
        key="starter",
    )
    if code is None:
        return
    errand = session.errands / f"starter-{code}-{language}"
    state = errand_state(errand)
    if state == "running":
        watch_errand(errand, _("Looking up the places …"))
        return
    if state == "done" and (errand / "land").exists():
        _open(session, errand)
    if state in {"failed", "lost"}:
        st.error(literal(errand_answer(errand).get("message") or _("The places could not be looked up.")))
    if st.button(_("Start with its places"), width="stretch", key="start-starter"):
        start_errand(errand, ["starter", "--out", str(errand / "land"), str(code)])
        st.rerun()


def _open(session: Session, errand: Path) -> None:
    """Make a country of what the errand has written, and show its data."""
    answer = errand_answer(errand)
    title = f"{answer['name']} ({STAND_IN})"
    taken = country_names(session)
    stem = folder_name(title)
    name = next(name for name in (stem, *(f"{stem}-{count}" for count in range(2, 1000))) if name not in taken)
    country = Country(session, name)
    country.describe(title=title, box=answer["bbox"], attribution=answer["attribution"])
    for kind in ("offices", "sources"):
        file = errand / "land" / f"{kind}.csv"
        country.take(kind, f"{kind} ({STAND_IN}).csv", file.read_bytes())
        file.unlink()
    (errand / "land" / "scenario.yaml").unlink()
    (errand / "land").rmdir()
    note(page="data", country=name)
    st.session_state.pop("country", None)
    st.session_state.pop("starter", None)
    st.rerun()


def open_terrain(country: Country) -> None:
    """Say how terrain is had where none is given, and take it up once it is there."""
    if country.take_fetched():
        st.rerun()
    if "terrain" in country.files:
        if "attribution" in country.about:
            st.caption(literal(country.about["attribution"]))
        return
    with st.expander(_("Terrain from open data")):
        st.markdown(
            _(
                "The app itself uses no network. On this machine, with internet, run this in a terminal; it brings the "
                "Copernicus GLO-30 tiles of the country, about 25 MB each:"
            )
        )
        box = ",".join(f"{edge:g}" for edge in country.about.get("box", ())) or "W,S,E,N"
        st.code(f'planner fetch dem --bbox={box} --out "{country.folder}"', language=None, wrap_lines=True)
        if "box" not in country.about:
            st.caption(_("W,S,E,N: west, south, east, north of the country in degrees."))
        st.button(_("Look again"), key="look-terrain")

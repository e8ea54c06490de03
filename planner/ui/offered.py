"""Files to take away: a button for each, with its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import _
from planner.wording import number

if TYPE_CHECKING:
    from pathlib import Path

    from planner.i18n import Language

LANGUAGE_NAMES = {"en": "English", "fr": "Français"}
_MB = 1e6
_MIME = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html",
    ".zip": "application/zip",
}


def offer_file(file: Path, of: Language) -> None:
    """Show the button of a file that was written in a language."""
    size = file.stat().st_size / _MB
    name = f"{file.stem}-{of}{file.suffix}"
    st.download_button(
        _("{name} ({size} MB)").format(name=name, size=number(size, 1) if size >= 0.1 else "< " + number(0.1, 1)),
        file.read_bytes,
        file_name=name,
        mime=_MIME.get(file.suffix, "application/octet-stream"),
        key=f"file-{of}-{file.name}",
        on_click="ignore",
        width="stretch",
    )

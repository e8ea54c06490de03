"""Whose page this is: a folder of its own for uploads and runs, a password if there is one, and what may be done.

Four environment variables are for whoever serves the app to others:

``PLANNER_APP_PASSWORD``
    Asked for before anything is shown.
``PLANNER_APP_READ_ONLY``
    ``1``: runs are shown and nothing is started, uploaded or written.
``PLANNER_APP_UPLOAD_MB``
    Largest upload; 50 if it is not set.
``PLANNER_APP_SESSION_MB``
    What the uploads, runs and answers of a session may take together; 2,000 if it is not set.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import _
from planner.ui.address import asked, note
from planner.wording import number

if TYPE_CHECKING:
    from pathlib import Path

_PASSWORD, _READ_ONLY, _UPLOAD_MB = "PLANNER_APP_PASSWORD", "PLANNER_APP_READ_ONLY", "PLANNER_APP_UPLOAD_MB"
_SESSION_MB = "PLANNER_APP_SESSION_MB"
_TOKEN = re.compile(r"[0-9a-f]{32}")
_WRONG_S = 1.0
"""Every wrong password costs this long, so that nobody tries them all."""


@st.cache_resource
def _entered() -> set[str]:
    """Return the keys of browsers that gave the password since the server started."""
    return set()


@dataclass(frozen=True)
class Session:
    """A user's own place.

    Attributes
    ----------
    token : str
        Nobody can guess it; whoever has it, by the address or the cookie, comes back to the same folder.
    home : Path
        Folder of the runs that everybody sees.
    """

    token: str
    home: Path

    @property
    def folder(self) -> Path:
        """Folder of this session; made by whoever first writes into it."""
        return self.home / "sessions" / self.token

    @property
    def runs(self) -> Path:
        """Folder of the runs that were started from the page."""
        return self.folder / "runs"

    @property
    def countries(self) -> Path:
        """Folder of the user's own data, one folder per country."""
        return self.folder / "countries"

    @property
    def errands(self) -> Path:
        """Folder of answers: explanations, comparisons, checks, exports."""
        return self.folder / "errands"


def open_session(home: Path) -> Session:
    """Return the session that the address or the browser's cookie names, else a new one; the address keeps it."""
    known = (asked("session"), st.context.cookies.get("postlink_session"), st.session_state.get("session"))
    token = next((one for one in known if isinstance(one, str) and _TOKEN.fullmatch(one)), None) or secrets.token_hex(
        16
    )
    st.session_state["session"] = token
    note(session=token)
    return Session(token, home)


def read_only() -> bool:
    """Return whether nothing may be started or written."""
    return os.environ.get(_READ_ONLY, "") not in {"", "0"}


def upload_limit_mb() -> int:
    """Return the size of the largest upload."""
    return int(os.environ.get(_UPLOAD_MB, "50"))


def no_room(session_folder: Path, more_bytes: int = 0) -> str | None:
    """Return what to say where a session's folder holds as much as it may, or would with so much more; else None."""
    limit_mb = int(os.environ.get(_SESSION_MB, "2000"))
    taken = more_bytes + sum(path.stat().st_size for path in session_folder.rglob("*") if path.is_file())
    if taken <= limit_mb * 1_000_000:
        return None
    text = _("This session holds as much as it may ({limit} MB). Take files out, or begin a new session.")
    return text.format(limit=number(limit_mb))


def may_enter() -> bool:
    """Return whether this browser may see anything; where it may not yet, ask for the password."""
    password = os.environ.get(_PASSWORD, "")
    if not password or st.session_state.get("entry"):
        return True
    cookie = st.context.cookies.get("postlink_entry")
    if cookie in _entered():
        st.session_state["entry"] = cookie
        return True
    st.title("PostLink Planner")
    with st.form("password"):
        given = st.text_input(_("Password"), type="password")
        pressed = st.form_submit_button(_("Enter"), type="primary")
    if pressed and hmac.compare_digest(given.encode(), password.encode()):
        key = secrets.token_hex(16)
        _entered().add(key)
        st.session_state["entry"] = key
        st.rerun()
    if pressed:
        time.sleep(_WRONG_S)
        st.error(_("This is not the password."))
    return False

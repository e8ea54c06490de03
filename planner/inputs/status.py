"""Whether infrastructure works: built, planned, closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.inputs.columns import plain_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.group import Group

# fmt: off
STATUS_WORDS: dict[str, tuple[str, ...]] = {
    "built": ("built", "operational", "in service", "active", "construit", "en service", "actif"),
    "closed": (
        "closed", "decommissioned", "inactive", "closed access", "fermé", "hors service", "inactif", "accès fermé",
    ),
    "planned": ("planned 2027", "proposed", "under construction", "prévu 2027", "planifié", "en construction"),
}
"""What may stand in ``status``, in either language; the year is one's own, and an empty cell is built."""
# fmt: on
_BUILT, _CLOSED = ({plain_name(word) for word in STATUS_WORDS[name]} for name in ("built", "closed"))
_PLANNED = re.compile(
    r"(?:planned|proposed|under_?construction|prevue?|planifiee?|proposee?|en_construction)_?(\d{4})?"
)


def read_status(group: Group, *, idle: str) -> NDArray[np.object_]:
    """Return ``built``, ``closed`` or ``planned YEAR`` of each row; what is not built is listed and left out.

    Parameters
    ----------
    group : Group
        An empty status means built.
    idle : str
        What is said of a row that is not built.
    """
    status = np.full(len(group), "", dtype=object)
    for i, text in enumerate(plain_name(text) for text in group.text("status")):
        planned = _PLANNED.fullmatch(text)
        if text == "" or text in _BUILT:
            status[i] = "built"
        elif text in _CLOSED:
            status[i] = "closed"
        elif planned is not None:
            status[i] = f"planned {planned[1]}" if planned[1] else "planned"
    remedy = _("Write built, closed, or planned and the year, such as planned 2027.")
    group.fault(status == "", "bad-status", _("The status is not understood."), remedy, column="status")
    not_built = group.sound & (status != "built")
    remedy = _("Set its status to built (in the standard OFDS: operational) once it works.")
    group.leave_out(not_built, "not-in-operation", idle, remedy, column="status")
    return status

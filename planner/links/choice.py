"""What was chosen, before it is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Backup:
    """The second path of an office.

    Attributes
    ----------
    office : int
        Row of ``Inputs.offices``.
    option : (k,) int32
        Rows of `planner.links.options.LinkOptions`, from the root to the office; links of the plan among them.
    reversed : (k,) bool
        True: the path runs from v to u.
    """

    office: int
    option: NDArray[np.int32]
    reversed: NDArray[np.bool_]


@dataclass(frozen=True)
class Choice:
    """The links and offices of a plan: made from a solver's answer, or from somebody else's list.

    Attributes
    ----------
    option : (k,) int32
        Rows of `planner.links.options.LinkOptions`, each at most once; parents need not come first.
    reversed : (k,) bool
        True: traffic flows from v to u, so that u is the far side from the source.
    connected : (o,) bool
        Per row of ``Inputs.offices``: takes its service from the link that enters its place. An office whose place
        is entered without this is only passed through.
    backups : tuple of Backup
        Second paths; links of theirs that are none of ``option`` are bought for them.
    """

    option: NDArray[np.int32]
    reversed: NDArray[np.bool_]
    connected: NDArray[np.bool_]
    backups: tuple[Backup, ...] = ()

"""What was chosen, before it is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NO_YEAR = 0
"""In `Years`: bought in none of the years, because it stands already or is no part of the plan."""


@dataclass(frozen=True)
class Years:
    """Calendar years in which the parts of a plan are bought, `NO_YEAR` where they are not.

    Attributes
    ----------
    link : (k,) int64
        Of each link of the choice.
    mast : (p,) int64
        Of the mast at each place.
    office : (o,) int64
        In which each office is connected.
    """

    link: NDArray[np.int64]
    mast: NDArray[np.int64]
    office: NDArray[np.int64]


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
    years : Years or None
        None: nothing is said of years.
    backups : tuple of Backup
        Second paths; links of theirs that are none of ``option`` are bought for them.
    """

    option: NDArray[np.int32]
    reversed: NDArray[np.bool_]
    connected: NDArray[np.bool_]
    years: Years | None = None
    backups: tuple[Backup, ...] = ()

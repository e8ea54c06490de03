"""Blocks of options that begin at the root: sources, connections that exist, services that can be bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import terms
from planner.i18n import ngettext
from planner.links.block import Block
from planner.links.climate import climate_of
from planner.links.limits import find_limits
from planner.links.options import ROOT, PlaceKind
from planner.links.places import with_limits
from planner.links.services import service_options

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from planner.links.options import Places
    from planner.links.task import Task


def source_block(task: Task) -> Block:
    """Return root → source; what the source carries is what it can pass on."""
    at = np.flatnonzero(task.places.kind == PlaceKind.SOURCE).astype(np.int32)
    return Block.of(
        (task.prices.source_kind,),
        u=np.full(len(at), ROOT, dtype=np.int32),
        v=at,
        kind=np.zeros(len(at), dtype=np.int64),
        capacity_mbps=task.inputs.sources["capacity_mbps"].to_numpy(np.float64),
        availability=np.ones(len(at)),
    )


def existing_block(task: Task) -> Block:
    """Return root → office that is adequately connected; what it does not use itself it may pass on, if it shares."""
    offices: pd.DataFrame = task.inputs.offices
    rows = np.flatnonzero((offices["status_before"] == "adequate").to_numpy(np.bool_))
    spare = (offices["mbps_before"] - offices["demand_mbps"]).to_numpy(np.float64)[rows]
    shares = offices["is_source"].to_numpy(np.bool_)[rows]
    unknown = int(np.count_nonzero(np.isnan(spare) & shares))
    note = ngettext(
        "{count} connected office serves as a source without a known speed: taken as unlimited.",
        "{count} connected offices serve as sources without a known speed: taken as unlimited.",
        unknown,
    )
    return Block.of(
        (task.prices.existing_kind,),
        u=np.full(len(rows), ROOT, dtype=np.int32),
        v=rows.astype(np.int32),
        kind=np.zeros(len(rows), dtype=np.int64),
        capacity_mbps=np.maximum(np.where(np.isnan(spare), np.inf, spare), 0.0),
        availability=np.ones(len(rows)),
        notes=(note.format(count=unknown),) if unknown else (),
    )


def service_block(task: Task, places: Places) -> tuple[Block, Places]:
    """Return what can be bought, and the places with the limits that services share behind them."""
    inputs, scenario = task.inputs, task.scenario
    shares = scenario.links.services.provider_shares
    services = service_options(
        inputs.offices,
        inputs.coverage,
        inputs.quotes,
        task.prices,
        scenario,
        terms(scenario),
        climate_of(task.places, scenario),
        group_of=lambda option: option.provider if option.provider in shares else None,
    )
    limits, notes = find_limits(services, inputs.offices, shares, task.prices.leo_cell)
    first = len(places)

    def place_of(row: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.where(row == ROOT, ROOT, first + row).astype(np.int32)

    block = Block.of(
        (*limits.kinds, *services.kinds),
        u=place_of(np.concatenate([limits.above, limits.begin])),
        # Offices are the first places, in the same order.
        v=np.concatenate([first + np.arange(len(limits)), services.office]).astype(np.int32),
        kind=np.concatenate([np.arange(len(limits)), len(limits) + services.kind.astype(np.int64)]),
        capacity_mbps=np.concatenate([limits.capacity_mbps, services.capacity_mbps]),
        availability=np.concatenate([np.ones(len(limits)), services.availability]),
        rejections=services.rejections,
        notes=notes,
    )
    return block, with_limits(places, limits)

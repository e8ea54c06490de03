"""Which rules of a scenario a given plan does not keep, in the words of the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.plan.arborescence import follow
from planner.plan.floors import ROUNDING
from planner.plan.lines import entering_links
from planner.question.refused import floor_limit, forbidden_words, link_words, redundancy_words, required_words, some
from planner.wording import figure

if TYPE_CHECKING:
    from planner.links.choice import Choice
    from planner.question.asked import Question


def broken_rules(question: Question, choice: Choice) -> tuple[str, ...]:
    """Return the rules that a plan does not keep, one a line; budgets are no rules here.

    Parameters
    ----------
    question : Question
    choice : Choice
        Somebody's plan over the same candidate links.
    """
    return (*_of_offices(question, choice), *_of_links(question, choice), *_of_floors(question, choice))


def _of_offices(question: Question, choice: Choice) -> list[str]:
    scenario, ids = question.scenario, question.inputs.offices["id"].to_numpy(object)
    out = set(ids[~choice.connected])
    missing = [name for name in scenario.limits.must_connect if name in out]
    told = list(required_words(question, missing)) if missing else []
    backed = {str(ids[backup.office]) for backup in choice.backups}
    single = [each.office for each in scenario.redundancy if each.office not in backed]
    told += [redundancy_words(single)] if single else []
    most = scenario.limits.max_hops
    if most is not None:
        demand = question.inputs.offices["demand_mbps"].to_numpy(np.float64)
        tree = follow(question.options, choice, demand)
        hops = tree.hops[entering_links(question.options, tree, len(ids))] if len(tree) else np.zeros(len(ids))
        far = ids[choice.connected & (hops > most)].tolist()
        if far:
            told.append(_("max_hops: {n}; farther away are {ids}").format(n=most, ids=some(far)))
    return told


def _of_links(question: Question, choice: Choice) -> list[str]:
    built = set(choice.option.tolist())
    limits = question.scenario.limits
    told = [
        link_words("fix_links", name)
        for name, rows in zip(limits.fix_links, question.held, strict=True)
        if not built.intersection(rows.tolist())
    ]
    return [*told, forbidden_words(question)] if built.intersection(question.forbidden.tolist()) else told


def _of_floors(question: Question, choice: Choice) -> list[str]:
    text = _("{floor}; reached: {reached}")
    return [
        text.format(floor=floor_limit(row), reached=figure(row.reached(choice.connected)))
        for row in question.all_floors
        if row.reached(choice.connected) < row.least * (1 - ROUNDING)
    ]

"""Recompute everything of a stored plan, independently of the code that made it.

Read are ``plan.json`` and the scenario, inputs, prices and terrain that the run names; nothing of the solver, of the
planning graph, of the search for links or of the accounting is used. See docs/method/verify.md for what is compared, to
which tolerance, and what cannot be.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planner.plan.verify.as_built import check_as_built
from planner.plan.verify.backups import check_backups
from planner.plan.verify.basis import Basis, read_basis
from planner.plan.verify.cashflow import check_cash_flow
from planner.plan.verify.document import PlanDocument, read_document
from planner.plan.verify.enabled import check_enabled
from planner.plan.verify.equity import check_equity
from planner.plan.verify.findings import Difference, Findings, Report
from planner.plan.verify.funders import check_funders
from planner.plan.verify.given import check_given
from planner.plan.verify.hilltops import hilltops_of
from planner.plan.verify.index import check_index
from planner.plan.verify.ledger import check_ledger, check_proof
from planner.plan.verify.masts import check_masts, check_office_lines
from planner.plan.verify.offers import check_offers
from planner.plan.verify.phases import check_phases
from planner.plan.verify.places import check_places
from planner.plan.verify.rules import check_rules
from planner.plan.verify.sight import check_sight
from planner.plan.verify.tree import check_tree
from planner.scenario import placing

__all__ = ["Basis", "Difference", "Findings", "PlanDocument", "Report", "check_plan", "read_basis", "verify"]


def verify(run_dir: str | Path, *, data_root: str | Path | None = None) -> Report:
    """Recompute everything of a stored plan.

    Parameters
    ----------
    run_dir : path
        Folder of the run.
    data_root : path, optional
        Folder that the scenario's input files are relative to; default: where the run found them.

    Returns
    -------
    Report
        ``report.differences`` is empty for a plan that holds.

    Raises
    ------
    InputError
        The folder holds no plan, or what it was made from cannot be read any more.
    """
    run_dir = Path(run_dir)
    plan, form = read_document(run_dir)
    if plan is None:
        return Report((form,))
    basis, files = read_basis(run_dir, Path(data_root) if data_root is not None else None)
    with placing(basis.scenario):
        return Report((form, files, *check_plan(plan, basis)))


def check_plan(plan: PlanDocument, basis: Basis) -> tuple[Findings, ...]:
    """Hold a plan against what it was made from, area by area."""
    basis = replace(basis, hilltops=hilltops_of(plan.places, basis.scenario))
    tree, network = check_tree(plan)
    lines = check_offers(plan, basis), check_masts(plan, basis), check_office_lines(plan, tree, basis)
    priced = [pair for findings in lines for pair in findings.priced]
    n_lines = len(plan.links) + len(plan.backup_links) + len(plan.masts) + len(plan.offices)
    return (
        check_given(plan, basis),
        check_places(plan, basis),
        network,
        *lines,
        check_sight(plan, basis),
        check_ledger(plan),
        check_cash_flow(plan.cash_flow, plan.totals, priced, basis.terms, n_lines),
        check_rules(plan, tree, basis),
        check_index(plan, basis),
        check_enabled(plan, basis),
        check_equity(plan, basis),
        check_funders(plan, tree, basis),
        check_phases(plan, tree, basis),
        check_backups(plan, tree, basis),
        check_as_built(plan, basis),
        check_proof(plan),
    )

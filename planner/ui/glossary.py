"""The words of the app that are not everybody's, each explained once."""

from __future__ import annotations

from planner.i18n import _


def glossary() -> dict[str, str]:
    """Return word and explanation, in the order in which a newcomer meets them."""
    return {
        _("Office gained"): _("A post office that the plan newly connects, or upgrades to the service asked for."),
        _("People within reach"): _(
            "People whose nearest office is this one, within the stated distance; underserved: no adequate service."
        ),
        _("Benefit"): _("What connecting an office is worth: by default the underserved people within its reach."),
        _("Purchases (capex)"): _("First purchase with duties, freight and contingency."),
        _("Per year (opex)"): _("A full year of operation, which somebody must pay for ever after."),
        _("Programme cost"): _("Purchases and the funded years of operation: what a budget binds."),
        _("Present value"): _("All payments over the horizon, discounted to today, less what is left at its end."),
        _("Frontier"): _("For each budget: the best plan that is known, and the ceiling that no plan can exceed."),
        _("At most, proven"): _("A ceiling that was proven: no plan under these inputs brings more."),
        _("Gap"): _("How far a plan may be from the best possible one, proven; 0 % is the best."),
        _("Hop"): _("One microwave link between two masts in line of sight."),
        _("Fresnel zone"): _("The space around the line of sight that must be free for a radio link to work."),
        _("Availability"): _("Share of the year in which a link works."),
        _("Draw"): _("One set of prices and demand, taken at random within their ranges."),
        _("Regret"): _("What the plan loses against the best plan of a draw, had one known its prices."),
        _("Tranche"): _("A step from one budget to the next: what it adds, not what there is in all."),
    }

"""Which column of a file is which of ours: by the scenario's mapping, else by the usual English and French names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from planner.errors import Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.inputs.raw import RawTable
    from planner.scenario import Dataset

_PLACE = {
    "id": ("code", "identifier", "identifiant", "ref", "office_id", "code_bureau", "numero"),
    "name": ("nom", "libelle", "designation", "office_name", "nom_du_bureau", "bureau", "office", "site"),
    "lon": ("longitude", "long", "lng", "x"),
    "lat": ("latitude", "y"),
}

OFFICE_COLUMNS: dict[str, tuple[str, ...]] = {
    **_PLACE,
    "kind": ("type", "category", "categorie", "office_type", "type_de_bureau"),
    "status_before": ("connectivity", "connectivite", "connectivity_status", "statut_connexion", "etat_connexion"),
    "technology_before": ("technology", "technologie", "technologie_actuelle"),
    "mbps_before": ("mbps", "speed_mbps", "bandwidth_mbps", "debit", "debit_mbps"),
    "monthly_cost_before": ("monthly_cost", "cout_mensuel"),
    "region": ("province", "departement", "department", "ile", "island"),
    "demand_mbps": ("demand", "demande", "demande_mbps"),
    "population": ("pop", "people", "habitants"),
    "share_underserved": ("part_mal_desservie",),
    "location_accuracy_m": ("accuracy_m", "accuracy", "precision_m", "precision"),
    "serves_as_source": ("sert_de_source",),
    "grid_hours_per_day": ("grid_hours", "heures_reseau", "heures_electricite"),
    "grid_distance_km": ("grid_km", "distance_reseau_km"),
    "rain_mm_h": ("rain_rate", "r001", "r0_01", "intensite_de_pluie", "intensite_pluie", "pluie_mm_h"),
    "rain_zone": ("itu_rain_zone", "zone_de_pluie", "zone_pluie", "zone_hydrometeorologique"),
    "dn1_per_km": ("dn1", "refractivity_gradient", "gradient_de_refractivite", "gradient_coindice"),
    "vapour_g_m3": ("water_vapour", "vapour", "vapeur_d_eau", "vapeur_g_m3", "vapeur"),
    "isotherm_km": ("zero_isotherm_km", "isotherm_0_km", "isotherme_km", "isotherme_0_km"),
}
SOURCE_COLUMNS: dict[str, tuple[str, ...]] = {
    **_PLACE,
    "kind": ("type", "category", "categorie"),
    "capacity_mbps": ("capacity", "capacite", "capacite_mbps"),
    "status": ("statut", "etat"),
}
TOWER_COLUMNS: dict[str, tuple[str, ...]] = {
    **_PLACE,
    "height_m": ("height", "hauteur", "hauteur_m"),
    "rent_per_year": ("rent", "loyer", "loyer_annuel"),
    "owner": ("operator", "proprietaire", "operateur"),
    "grid_hours_per_day": ("grid_hours", "heures_reseau", "heures_electricite"),
    "status": ("statut", "etat"),
    "ports": ("free_ports", "free_positions", "positions_libres", "emplacements_libres"),
}
FIBRE_ROUTE_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": (*_PLACE["id"], "line_id", "route_id"),
    "name": _PLACE["name"],
    "status": ("statut", "etat"),
    "capacity_mbps": ("capacity", "capacite", "capacite_mbps"),
    "source": ("from_source", "fed_from", "alimente_par"),
}
REGION_COLUMNS: dict[str, tuple[str, ...]] = {"id": _PLACE["id"], "name": (*_PLACE["name"], "region")}
COVERAGE_COLUMNS: dict[str, tuple[str, ...]] = {
    "technology": ("technologie", "generation", "type"),
    "mbps": ("speed_mbps", "debit", "debit_mbps"),
    "provider": ("operator", "fournisseur", "operateur"),
    "radius_km": ("radius", "rayon", "rayon_km"),
    "lon": _PLACE["lon"],
    "lat": _PLACE["lat"],
}
GRID_COLUMNS: dict[str, tuple[str, ...]] = {"id": _PLACE["id"], "name": _PLACE["name"]}
QUOTE_COLUMNS: dict[str, tuple[str, ...]] = {
    "office": ("office_id", "bureau", "id_bureau", "code_bureau"),
    "area": ("region", "zone", "province", "departement"),
    "provider": ("operator", "fournisseur", "operateur"),
    "technology": ("technologie", "service", "type"),
    "one_off": ("setup", "installation", "frais_uniques", "frais_installation"),
    "monthly": ("monthly_fee", "mensuel", "mensualite", "cout_mensuel"),
    "mbps": ("speed_mbps", "debit", "debit_mbps", "down_mbps"),
    "up_mbps": ("upload_mbps", "debit_montant", "debit_montant_mbps"),
    "volume_gb": ("volume", "cap_gb", "volume_go"),
    "availability": ("sla", "disponibilite"),
    "latency_ms": ("latency", "latence", "latence_ms"),
    "term_months": ("term", "duree", "duree_mois", "engagement_mois"),
}
AS_BUILT_COLUMNS: dict[str, tuple[str, ...]] = {
    "from": ("de", "depuis", "start", "tail", "parent"),
    "to": ("vers", "a", "end", "head", "office", "bureau"),
    "technology": ("technologie",),
    "option": ("variante", "equipment", "equipement"),
    "status": ("statut", "etat", "state"),
    "spent": ("actual_spending", "paid", "depense", "depense_reelle", "montant_paye"),
    "spent_per_year": ("actual_per_year", "paid_per_year", "depense_par_an", "depense_annuelle"),
    "spent_equipment": ("equipment_spending", "depense_equipement"),
    "mbps": ("measured_mbps", "debit", "debit_mbps", "debit_mesure", "mbps_mesure"),
    "funder": ("bailleur", "financeur", "donor"),
}
ROAD_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": _PLACE["id"],
    "class": ("highway", "fclass", "road_class", "classe", "type", "category", "categorie"),
    "bridge": ("pont",),
    "tunnel": ("souterrain",),
    "layer": ("level", "niveau"),
    "environment": ("environnement", "milieu"),
    "duct": ("ducts", "fourreau", "fourreaux"),
    "poles": ("pole_line", "poteaux"),
}


def plain_name(name: str) -> str:
    """Return a column name without accents, capitals, blanks and signs: ``"Débit (Mbit/s)"`` is ``debit_mbit_s``."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"\W+", "_", bare).strip("_")


def match_columns(
    table: RawTable, dataset: Dataset, known: dict[str, tuple[str, ...]], extra: Iterable[str] = ()
) -> tuple[dict[str, str], list[Problem]]:
    """Return our column → the file's column, and the faults of the dataset's ``columns`` and ``defaults``.

    Parameters
    ----------
    table : RawTable
    dataset : Dataset
        Its ``columns`` count first.
    known : dict
        Our columns with their other usual names, the most usual first.
    extra : iterable of str
        Further columns of ours, matched by their own name only (benefit columns).
    """
    ours = {**known, **{name: () for name in extra if name not in known}}
    problems = [
        *_unknown_ours(dataset, ours, "columns", list(dataset.columns)),
        *_unknown_ours(dataset, ours, "defaults", list(dataset.defaults)),
    ]
    by_plain_name: dict[str, str] = {}
    for theirs in table.columns:
        by_plain_name.setdefault(plain_name(theirs), theirs)
    found: dict[str, str] = {}
    for name, theirs in dataset.columns.items():
        header = theirs if theirs in table.columns else by_plain_name.get(plain_name(theirs))
        if header is None:
            close = difflib.get_close_matches(theirs, table.columns, n=1) or list(table.columns)
            message = _("The file has no column “{theirs}” for our “{ours}”.").format(theirs=theirs, ours=name)
            remedy = _("Its columns: {names}.").format(names=", ".join(close))
            problems.append(Problem("unknown-column", message, remedy, dataset.file, 1, name, theirs))
        else:
            found[name] = header
    for name, synonyms in ours.items():
        if name in dataset.columns or (name in {"lon", "lat"} and table.geometry is not None):
            continue
        candidates = (by_plain_name.get(plain_name(synonym)) for synonym in (name, *synonyms))
        header = next((header for header in candidates if header is not None and header not in found.values()), None)
        if header is not None:
            found[name] = header
    return found, problems


def _unknown_ours(dataset: Dataset, ours: dict[str, tuple[str, ...]], where: str, names: list[str]) -> list[Problem]:
    problems = []
    for name in names:
        if name not in ours:
            close = difflib.get_close_matches(name, ours, n=1) or list(ours)
            message = _("“{name}” is no column of ours for this kind of data.").format(name=name)
            remedy = _("Ours: {names}.").format(names=", ".join(close))
            problems.append(Problem("unknown-column", message, remedy, dataset.file, column=where, value=name))
    return problems

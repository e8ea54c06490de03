"""A plan's own network as an Open Fibre Data Standard 0.3 package: nodes, spans, phases, organisations.

Fibre sections, microwave hops and links of a base station to its terminals are spans, the places that they join are
nodes; a base station is part of its place. What leads along an existing route is in operation, and whose it is, is not
known. Services over somebody else's network (satellite, cellular, leased lines) and present connections have no course
to tell and are left out.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final

from planner.catalogue.fibre import is_aerial
from planner.files import write_whole
from planner.i18n import _, language
from planner.inputs.fibre_routes import ROUTE_MARK
from planner.plan.tables import LINK_KEYS, PLACE_KEYS, to_records
from planner.wording import what_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.plan.model import Plan
    from planner.report.exported import ExportedRun

    Record = Mapping[str, Any]

SCHEMA: Final = (
    "https://raw.githubusercontent.com/Open-Telecoms-Data/open-fibre-data-standard/0__3__0/schema/network-schema.json"
)
MEDIA: Final = {"fibre": "fibre", "microwave": "microwave"}
"""Technologies that are spans, and the standard's word for their medium."""
SECTOR_MARK: Final = "~sector:"
RADIO: Final = "microwave"
"""The code list's only medium for what goes through the air between fixed places."""
WHOLE: Final = "plan"
"""The one phase of a plan without years that has funders, since the standard knows funders of phases alone."""
_OPERATOR: Final = "operator"
_MBPS_PER_GBPS: Final = 1000
_TYPES: Final = {"source": "pop", "relay": "tower", "junction": "aggregationPoint", "office": "endUserPremises"}
"""The standard's list of node types is open; the last is ours: it has none for those who are connected."""


def write(run: ExportedRun, folder: Path) -> list[Path]:
    """Write ``NAME-ofds.json``, a network package with one network."""
    path = folder / f"{run.name}-ofds.json"
    write_whole(path, json.dumps(package(run), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return [path]


def package(run: ExportedRun) -> dict[str, Any]:
    """Return the network package of a run.

    With ``run.anonymous`` nodes and spans are numbered and nothing has a name: no place, no organisation, no network;
    who funds it is an organisation. Positions stay, without which there is no network.
    """
    plan = run.plan
    spans = _spans(plan)
    ends = {row[end] for row in spans for end in ("from", "to")}
    places = [row for row in to_records(plan.places, PLACE_KEYS) if row["id"] in ends]
    masts = set(plan.masts["place"])
    offices = plan.offices.set_index("id")
    names = offices["name"].to_dict()
    connected = set(offices.index[offices["connected"]])
    number = {row["id"]: f"n{count}" for count, row in enumerate(places, start=1)} if run.anonymous else {}
    phased = {row["to"]: _phase_of(run, row) for row in spans}
    nodes, described = [], []
    for row in places:
        name = names.get(row["id"])
        node = {
            "id": number.get(row["id"], row["id"]),
            **({"name": name} if name and not run.anonymous else {}),
            **_phase(phased.get(row["id"])),
            "status": "operational" if _stands(row) else "proposed",
            "location": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            **({"address": {"region": row["region"]}} if row["region"] and not run.anonymous else {}),
            "type": _types(row, masts),
            "accessPoint": row["kind"] == "source" or row["id"] in connected,
            # Whose the sources and routes are is not known: they stand already.
            **({} if _stands(row) else _operated(run)),
        }
        nodes.append(node)
    for count, row in enumerate(spans, start=1):
        described.append(_span(run, row, f"s{count}" if run.anonymous else row["id"], number))
    network: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"postlink-planner:{plan.scenario['hash']}")),
        **({} if run.anonymous else {"name": plan.scenario["name"]}),
        **({"nodes": nodes} if nodes else {}),
        **({"spans": described} if described else {}),
        **_phases(run, spans),
        **_organisations(run),
        "crs": {
            "name": "urn:ogc:def:crs:OGC::CRS84",
            "uri": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
        "accuracyDetails": _accuracy(run),
        "language": language(),
        "links": [{"href": SCHEMA, "rel": "describedby"}],
    }
    return {"networks": [network]}


def _spans(plan: Plan) -> list[dict[str, Any]]:
    """Return the links that are spans; terminals hang from the place of their base station, which is no span itself."""
    rows = [
        row
        for row in to_records(plan.all_links, LINK_KEYS)
        if row["technology"] in MEDIA or any(row[end].startswith(SECTOR_MARK) for end in ("from", "to"))
    ]
    stands_at = {row["to"]: row["from"] for row in rows if row["to"].startswith(SECTOR_MARK)}
    return [{**row, "from": stands_at.get(row["from"], row["from"])} for row in rows if row["to"] not in stands_at]


def _stands(place: Record) -> bool:
    """Say whether a place is there already: a source, or where an existing route is fed."""
    return bool(place["kind"] == "source" or place["id"].startswith(ROUTE_MARK))


def _exists(span: Record) -> bool:
    """Say whether a span leads along a route that stands already."""
    return any(span[end].startswith(ROUTE_MARK) for end in ("from", "to"))


def _types(row: Record, masts: set[str]) -> list[str]:
    own = _TYPES[row["kind"]]
    return [own, "tower"] if row["id"] in masts and own != "tower" else [own]


def _span(run: ExportedRun, row: Record, name: str, number: Mapping[str, str]) -> dict[str, Any]:
    fibre = row["technology"] == "fibre"
    exists = _exists(row)
    buried = fibre and not exists and not is_aerial(row["option"])
    capacity = row["capacity_mbps"]
    return {
        "id": name,
        **({} if run.anonymous else {"name": row["id"]}),
        **_phase(_phase_of(run, row)),
        "status": "operational" if exists else "proposed",
        "start": number.get(row["from"], row["from"]),
        "end": number.get(row["to"], row["to"]),
        "directed": False,
        "route": row["geometry"],
        **({} if exists else _operated(run)),
        "transmissionMedium": [MEDIA.get(row["technology"], RADIO)],
        **({"deployment": ["belowGround"]} if buried else {}),
        **({"fibreLength": round(row["length_km"], 3)} if fibre else {}),
        **({} if capacity is None else {"capacity": capacity / _MBPS_PER_GBPS}),
        "capacityDetails": {"description": row["option"]},
    }


def _phase_of(run: ExportedRun, row: Record) -> str | None:
    """Return the phase of a span: its year, or the whole plan where years are not told and funders are."""
    if row["year"] is not None:
        return str(row["year"])
    told = run.plan.funders and not run.plan.phases and not run.anonymous and not _exists(row)
    return WHOLE if told else None


def _phase(name: str | None) -> dict[str, Any]:
    return {} if name is None else {"phase": {"id": name, "name": _phase_name(name)}}


def _phase_name(name: str) -> str:
    return _("The whole plan") if name == WHOLE else name


def _phases(run: ExportedRun, spans: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the phases with the funders that pay for their spans."""
    paid: dict[str, set[str]] = {}
    for funder in [] if run.anonymous else run.plan.funders:
        for payment in funder["payments"]:
            if payment["line"] == "link":
                paid.setdefault(payment["id"], set()).add(funder["name"])
    payers: dict[str, set[str]] = {}
    for row in spans:
        if (phase := _phase_of(run, row)) is not None:
            payers.setdefault(phase, set()).update(paid.get(row["id"], ()))
    phases = []
    for phase, names in sorted(payers.items()):
        funders = [reference for reference in _funders(run) if reference["name"] in names]
        phases.append({"id": phase, "name": _phase_name(phase), **({"funders": funders} if funders else {})})
    return {"phases": phases} if phases else {}


def _funders(run: ExportedRun) -> list[dict[str, str]]:
    """Return references to the funders, in the order of the scenario; an anonymous package names none."""
    if run.anonymous:
        return []
    return [{"id": f"funder-{count}", "name": each["name"]} for count, each in enumerate(run.plan.funders, start=1)]


def _operated(run: ExportedRun) -> dict[str, Any]:
    if not run.operator:
        return {}
    reference = {"id": _OPERATOR, "name": run.operator}
    return {"physicalInfrastructureProvider": reference, "networkProviders": [reference]}


def _organisations(run: ExportedRun) -> dict[str, Any]:
    """Return the operator, who publishes, and the funders; nothing where nobody is known."""
    roles = ["physicalInfrastructureProvider", "networkProvider"]
    operator = [{"id": _OPERATOR, "name": run.operator, "roles": roles}] if run.operator else []
    known = [*operator, *({**reference, "roles": ["funder"]} for reference in _funders(run))]
    return {
        **({"organisations": known} if known else {}),
        **({"publisher": {"name": run.operator}} if run.operator else {}),
    }


def _accuracy(run: ExportedRun) -> str:
    planned = _(
        "A plan, not built: routes are least-cost trenches over terrain or along roads, hops are straight lines."
    )
    warning = what_data(synthetic=run.plan.data["synthetic"], name=run.plan.scenario["name"])
    return f"{warning} {planned}".lstrip()

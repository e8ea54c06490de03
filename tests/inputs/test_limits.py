"""Budgets and limits that speak of what the inputs do not have."""

import pytest

OFFICES = """id,name,lon,lat,kind,region,district
PO-A1,a,30.40,0.50,branch,North,Hill
PO-A2,b,30.45,0.50,branch,North,Hill
PO-B1,c,30.50,0.50,agency,South,
PO-B2,d,95.00,0.50,agency,South,Lake
"""


@pytest.fixture
def offices(country):
    country.write("offices.csv", OFFICES)
    country.write("sources.csv", "id,name,lon,lat\nNODE-1,node,30.42,0.50\n")
    country.dataset("offices", file="offices.csv", bad_rows="exclude")
    country.dataset("sources", file="sources.csv")
    return country


def faults(country, **limits):
    country.data["limits"] = limits
    return {
        (problem.code, problem.column, problem.value): problem
        for problem in country.check().problems
        if (problem.column or "").startswith(("limits", "budgets", "funders"))
    }


def test_what_is_there_is_no_fault(offices):
    floors = [{"by": by, "share": 0.5} for by in ("region", "kind", "before")] + [{"measure": "people", "count": 1}]
    pairs = [["NODE-1", "PO-A1"], ["root", "PO-A2", "leo"], ["PO-A1", "~j7"]]
    offices.data["budgets"] = [{"limit": 1}, {"name": "n", "limit": 1, "scope": {"regions": ["North"]}}]
    assert (
        faults(
            offices,
            must_connect=["PO-A1"],
            exclude=["PO-B2"],
            fix_links=pairs,
            forbid_links=[[*pair] for pair in pairs],
            floors=floors,
        )
        == {}
    )


@pytest.mark.parametrize(
    ("limits", "code", "column", "value", "near"),
    [
        ({"exclude": ["PO-A9"]}, "unknown-office", "limits.exclude", "PO-A9", "PO-A1, PO-A2"),
        ({"must_connect": ["po-a3"]}, "unknown-office", "limits.must_connect", "po-a3", "PO-A1, PO-A2"),
        ({"must_connect": ["PO-B2"]}, "office-left-out", "limits.must_connect", "PO-B2", "Mend its row"),
        ({"fix_links": [["PO-A1", "NODE-2"]]}, "unknown-place", "limits.fix_links", "NODE-2", "NODE-1"),
        ({"forbid_links": [["PO-A4", "NODE-1"]]}, "unknown-place", "limits.forbid_links", "PO-A4", "PO-A1"),
        (
            {"floors": [{"by": "distric", "share": 1}]},
            "unknown-column",
            "limits.floors[0].by",
            "distric",
            "region, kind",
        ),
        ({"floors": [{"by": "lon", "share": 1}]}, "no-groups", "limits.floors[0].by", "lon", "region, kind"),
        (
            {"floors": [{"by": "region", "share": 1, "groups": ["Nort"]}]},
            "unknown-group",
            "limits.floors[0].groups",
            "Nort",
            "North",
        ),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(offices, limits, code, column, value, near):
    found = faults(offices, **limits)
    assert list(found) == [(code, column, value)]
    (problem,) = found.values()
    assert problem.severity == "error"
    assert near in problem.remedy


def test_a_region_of_a_budget_has_to_be_there(offices):
    offices.data["budgets"].append({"name": "north", "limit": 5, "scope": {"regions": ["Noth"]}})
    assert list(faults(offices)) == [("unknown-region", "budgets[1].scope.regions", "Noth")]


def test_a_column_of_ones_own_makes_groups_and_offices_without_one_are_told(offices):
    found = faults(offices, floors=[{"by": "district", "share": 0.5}])
    assert list(found) == [("no-group", "limits.floors[0].by", "district")]
    assert [problem.severity for problem in found.values()] == ["warning"]
    assert list(offices.read().offices["district"]) == ["Hill", "Hill", ""]


@pytest.mark.parametrize(
    ("scope", "code", "column", "value", "near"),
    [
        ({"regions": ["Nort"]}, "unknown-region", "funders[1].scope.regions", "Nort", "North"),
        ({"kinds": ["branches"]}, "unknown-kind", "funders[1].scope.kinds", "branches", "branch"),
    ],
)
def test_funders_of_what_is_not_there_are_told(offices, scope, code, column, value, near):
    sound = {"regions": ["North"], "kinds": ["branch", "agency"]}
    offices.data["funders"] = [
        {"name": name, "amount": 1, "scope": each} for name, each in (("A", sound), ("B", scope))
    ]
    found = faults(offices)
    assert list(found) == [(code, column, value)]
    (problem,) = found.values()
    assert problem.severity == "error"
    assert near in problem.remedy


@pytest.mark.parametrize(
    ("sections", "value"),
    [
        ({"limits": {"must_connect": ["PO-A1", "PO-A7"]}}, "PO-A7"),
        ({"redundancy": [{"office": "PO-A1"}, {"office": "PO-A7"}]}, "PO-A7"),
        ({"funders": [{"name": "post", "amount": 1, "scope": {"regions": ["North", "Nort"]}}]}, "Nort"),
        ({"limits": {"floors": [{"by": "region", "share": 1, "groups": ["North", "Nort"]}]}}, "Nort"),
    ],
)
def test_the_line_that_names_what_is_not_there_is_told(offices, sections, value):
    offices.data |= sections
    (problem,) = (problem for problem in offices.check().problems if problem.severity == "error")
    assert (problem.value, problem.file) == (value, str(offices.folder / "scenario.yaml"))
    lines = (offices.folder / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[problem.row - 1].split()[-1] == value


def test_an_office_is_found_by_its_number(offices):
    offices.write("offices.csv", OFFICES.replace("PO-A", "PO-000"))
    offices.data["redundancy"] = [{"office": "PO-2"}]
    (problem,) = (problem for problem in offices.check().problems if problem.severity == "error")
    assert problem.code == "unknown-office"
    assert "ids are: PO-0002" in problem.remedy

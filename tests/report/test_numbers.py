"""Every number that stands in a table of the proposal, held against ``plan.json``: all tables, all cells.

A number is known if the file has it, rounded as the table rounds it, or if it is a sum or count over rows of one list
of the file: of all rows, or of those that share region, technology or state. Tables of prices, of the bill and of
single hops are made from the run's inputs, which ``plan.json`` does not hold; other tests
hold those against their sources.
"""

import json
import math
import re
from itertools import combinations

import numpy as np
import pandas as pd

from planner.report.documents.proposal import build_proposal

FROM_INPUTS = ("Bill of quantities", "Prices and rates in force", "The widest ranges", "Input files", "Input data",
               "Scenario and versions", "Electricity of post offices", "Link budget", "Modulations",
               "Clearance of the path")  # fmt: skip
NUMBER = re.compile(r"[-\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?")
GROUPS = ("region", "technology", "before", "connected", "is_rural", "power", "cause")


def leaves(value):
    """Yield every number of a document."""
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        yield len(value)
        for part in value:
            yield from leaves(part)
    elif isinstance(value, (int, float)):
        yield float(value)


def lists(value):
    """Yield every list of rows of a document."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from lists(part)


def sums(told):
    """Yield sums and counts over the rows of each list, whole and in groups; the cash of a year is a sum too."""
    for rows in lists(told):
        frame = pd.DataFrame(rows)
        numbers = frame.select_dtypes("number")
        by = [name for name in GROUPS if name in frame and not frame[name].map(lambda one: isinstance(one, list)).any()]
        parts = [frame.index]
        for names in (*combinations(by, 1), *combinations(by, 2)):
            parts += frame.groupby(list(names) if len(names) > 1 else names[0], dropna=False).groups.values()
        for part in parts:
            yield float(len(part))
            yield from map(float, numbers.loc[part].sum())
    years, funded = told["cash_flow"]["years"], told["scenario"]["funded_years"]
    operated = [row["year"] for row in years if row["operation"]][:funded]
    totals = [row["purchases"] + row["replacements"] + row["operation"] - row["residual_value"] for row in years]
    programme = [row["purchases"] + (row["operation"] if row["year"] in operated else 0.0) for row in years]
    yield from (*totals, *programme, sum(totals), sum(programme))


def reached(told):
    """Yield offices and people by region and by density around the office, in all and reached, and their shares."""
    offices, radius_km = pd.DataFrame(told["offices"]), told["benefit_index"]["catchment_km"]
    if offices.empty:
        return
    lon, lat = (np.radians(offices[name].to_numpy(float)) for name in ("lon", "lat"))
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    near = 2 * 6371 * np.arcsin(np.sqrt(half)) <= radius_km
    people = offices["people_total"].to_numpy(float)
    around = np.where(near, np.nan_to_num(people), 0).sum(axis=1) / (math.pi * radius_km**2)
    kind = pd.Series(np.where(np.isfinite(people * lon), np.digitize(around, [300, 1500]), -1))
    adequate = offices["before"] == "adequate"
    columns = {
        "offices": 1, "before": adequate, "after": offices["connected"],
        "people": offices["people"].where(~adequate),
        "gained": offices["people"].where(offices["connected"] & ~adequate),
    }  # fmt: skip
    frame = pd.DataFrame(
        {name: pd.Series(values, index=offices.index, dtype=float) for name, values in columns.items()}
    )
    for group in (offices["region"].fillna(""), kind, kind * 0):
        for row in frame.groupby(group).sum().itertuples():
            yield from (row.people, row.gained, row.before / row.offices, row.after / row.offices)
            yield row.gained / row.people if row.people else 0.0
    yield from frame.groupby([offices["region"].fillna(""), kind])["offices"].sum()
    yield from frame.groupby(kind)["offices"].sum()


def known(told):
    found = [value for value in (*leaves(told), *sums(told), *reached(told)) if math.isfinite(value)]
    return {scale * abs(value) for value in found for scale in (1, 100)}


def cells(document):
    """Yield each number in a column of figures with the table and row that it stands in."""
    for table in document.tables():
        if table.caption.startswith(FROM_INPUTS):
            continue
        for row in table.rows:
            for cell in row[len(table.words) :]:
                for text in NUMBER.findall(cell):
                    yield table.caption, row[0], cell, text.replace(",", "").lstrip("-\N{MINUS SIGN}")


def unknown(document, told):
    values = sorted(known(told))
    missing = []
    for caption, row, cell, text in cells(document):
        half = 0.5 * 10.0 ** -len(text.partition(".")[2]) * 1.0001
        place = pd.Index(values).searchsorted(float(text) - half)
        if place == len(values) or values[place] > float(text) + half:
            missing.append((caption, row, cell))
    return missing


def test_every_number_of_every_table_is_in_plan_json(priced, tmp_path):
    run = priced(tmp_path / "run")
    told = json.loads((run.folder / "plan.json").read_text(encoding="utf-8"))
    document = build_proposal(run)
    assert len(list(cells(document))) > 60
    assert unknown(document, told) == []


def test_a_number_that_is_not_there_is_found(priced, tmp_path):
    run = priced(tmp_path / "run")
    told = json.loads((run.folder / "plan.json").read_text(encoding="utf-8"))
    told["totals"]["programme_cost"] += 10
    for name in ("technology_mix", "region_mix", "links", "masts", "offices", "budgets", "baselines"):
        told[name] = []
    assert unknown(build_proposal(run), told)


def test_the_same_of_the_example(example):
    told = json.loads((example.folder / "plan.json").read_text(encoding="utf-8"))
    document = build_proposal(example)
    assert len(list(cells(document))) > 400
    assert unknown(document, told) == []

"""The scenario's schema, its traps and its hash."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from planner.errors import InputError, Problem
from planner.i18n import use_language
from planner.scenario import (
    Amount,
    Scenario,
    Share,
    dump_scenario,
    load_scenario,
    placed,
    placing,
    scenario_json_schema,
)
from planner.scenario.outline import commented_scenario
from planner.scenario.yaml_text import parse_yaml, write_yaml

LEAST = """\
schema_version: 1
name: least
money: {currency: USD, price_year: 2026}
inputs:
  offices: [{file: offices.csv}]
  terrain: [dem.tif]
budgets: [{limit: 20 %}]
"""


def written(folder: Path, text: str = LEAST) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, **options):
    with pytest.raises(InputError) as caught:
        load_scenario(path, **options)
    return caught.value.problems


def test_least_scenario_has_the_stated_defaults(tmp_path):
    scenario = load_scenario(written(tmp_path))
    assert scenario.budget.limit == Share(share=0.2)
    assert scenario.budget.measure == "programme_cost"
    assert scenario.money.funded_years == 5
    assert scenario.links.microwave.k_low == pytest.approx(2 / 3)
    # 2 counters x 2 Mbit/s + 15 users x 1 Mbit/s x 0.3 = 8.5 Mbit/s, below the least of 10
    assert scenario.service.demand_mbps("any kind") == 10.0
    assumed = scenario.assumed()
    assert assumed["money.discount_rate"] == 0.08
    assert "money.currency" not in assumed
    assert assumed["technologies.leo.licensed"] is True


def test_demand_of_a_kind_is_its_profile(tmp_path):
    text = LEAST + "service: {profiles: {hub: {counters: 10, mbps_per_counter: 3, wifi_users: 50, concurrency: 0.5}}}\n"
    service = load_scenario(written(tmp_path, text)).service
    assert service.demand_mbps("hub") == 10 * 3 + 50 * 1 * 0.5


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("2000000", Amount(amount=2e6)),
        ("1.5", Amount(amount=1.5)),
        ("20 %", Share(share=0.2)),
        ("'12,5%'", Share(share=0.125)),
        ("100 %", Share(share=1.0)),
        ("0.00005 %", Share(share=0.00005 / 100)),
    ],
)
def test_a_limit_is_money_or_a_share(tmp_path, said, limit):
    scenario = load_scenario(written(tmp_path, LEAST.replace("20 %", said)))
    assert scenario.budget.limit == limit
    assert load_scenario(written(tmp_path, dump_scenario(scenario))).budget.limit == limit


MIN = "sense: min, measure: capex"
# where in LEAST, what stands there instead, code, field, part of the message or remedy
FUNDER = "funders: [{name: A, amount: 5"

TRAPS = [
    ("name: least", "name: off", "yaml-boolean", "name", "reads off as false"),
    ("name: least", "name: no", "yaml-boolean", "name", "“no” in quotes"),
    ("limit: 20 %", "limit: 1e6", "yaml-number", "budgets[0].limit", "Write 1000000"),
    ("limit: 20 %", "limit: 2.5e7", "yaml-number", "budgets[0].limit", "Write 25000000"),
    ("limit: 20 %", "limit: 1e999999999", "yaml-number", "budgets[0].limit", "1.0e+999999999"),
    ("limit: 20 %", "limit: 012", "yaml-octal", "budgets[0].limit", "octal number 10"),
    ("limit: 20 %", "limit: 1:30", "yaml-number", "budgets[0].limit", "1:30"),
    ("limit: 20 %", "limit: 0x10", "yaml-number", "budgets[0].limit", "0x10"),
    ("limit: 20 %", "limit: .inf", "yaml-number", "budgets[0].limit", ""),
    ("name: least", "name: a\nname: b", "yaml-duplicate-key", "name", "second time"),
    ("name: least", "name: &a x\ndescription: *a", "yaml-alias", "description", "in full"),
    ("name: least", "name: !!python/object:os.system x", "yaml-syntax", "name", "tag"),
    ("name: least", "name: [", "yaml-syntax", None, "bracket"),
    ("  offices:", "\toffices:", "yaml-tab", None, "tab"),
    ("name: least", "nmae: least", "unknown-field", "nmae", "Did you mean “name”"),
    ("name: least", "description: x", "missing-field", "name", "missing"),
    ("20 %}]", "5, scope: {years: [2027]}}]", "wrong-value", "budgets[0].scope", "leave “years” out"),
    ("20 %}]", "5, scope: {funders: [X]}}]", "wrong-value", "budgets[0].scope", "its amount under “funders”"),
    ("20 %}]", "5, scope: {region: [X]}}]", "unknown-field", "budgets[0].scope.region", "“regions”"),
    ("20 %}]", "5, scope: {technologies: [fiber]}}]", "wrong-value", "budgets[0].scope.technologies", "fibre, micro"),
    ("20 %}]", "20 %, scope: {regions: [X]}}]", "wrong-value", "budgets[0]", "give the limit of budget “programme”"),
    ("[{limit: 20 %}]", "[{limit: 1}, {limit: 2}]", "wrong-value", "budgets", "Two budgets are called “programme”"),
    ("[{limit: 20 %}]", "[]", "wrong-value", "budgets", "The most benefit needs a budget, phases"),
    *(
        ("budgets: [{limit: 20 %}]", f"budgets: [{{limit: 20 %}}]\nphases: {phases}", code, where, says)
        for phases, code, where, says in (
            ("[{year: 2027, limit: 0}, {year: 2028, limit: 0}]", "wrong-value", "phases", "nothing to spend"),
            ("[{year: 2028, limit: 5}, {year: 2027, limit: 5}]", "wrong-value", "phases", "2027 stands after 2028"),
            ("[{year: 2027, limit: 5}, {year: 2027, limit: 5}]", "wrong-value", "phases", "2027 stands twice"),
            ("[{year: 2027, limit: 5}, {year: 2029, limit: 5}]", "wrong-value", "phases", "Give 2028 a phase too"),
            ("[{year: 2025, limit: 5}]", "wrong-value", "phases", "before the price year 2026"),
            ("[{year: 2027, limit: -5}]", "wrong-value", "phases[0].limit", "2000000"),
            ("[{year: 2027, limit: 120 %}]", "wrong-value", "phases[0].limit", "at most 100 %"),
            ("[{year: next, limit: 5}]", "wrong-type", "phases[0].year", "whole number"),
            ("[{year: 27, limit: 5}]", "out-of-range", "phases[0].year", "at least 1990"),
            ("[{year: 2027}]", "missing-field", "phases[0].limit", "missing"),
            ("[{year: 2027, limit: 5, carry_over: maybe}]", "wrong-type", "phases[0].carry_over", "true or false"),
            ("[{year: 2027, limit: 5, max_works: -1}]", "out-of-range", "phases[0].max_works", "at least 0"),
            ("[{year: 2027, limit: 5, max_works: 2.5}]", "wrong-type", "phases[0].max_works", "whole number"),
            ("[{year: 2027, limit: 5, works: 3}]", "unknown-field", "phases[0].works", "max_works"),
            (
                "[{year: 2027, limit: 5}]\nobjective: [{sense: min, measure: capex, target: {connect_all: true}}]",
                "wrong-value",
                "phases",
                "planner years",
            ),
            (
                "[" + ", ".join(f"{{year: {2027 + year}, limit: 5}}" for year in range(11)) + "]",
                "wrong-value",
                "phases",
                "horizon of 10 years",
            ),
        )
    ),
    *(
        ("name: least", f"name: x\nredundancy: [{{office: A}}]\n{other}", "wrong-value", "redundancy", says)
        for other, says in (
            ("funders: [{name: F, amount: 1}]", "funders"),
            ("phases: [{year: 2027, limit: 5}]", "phases"),
        )
    ),
    ("name: least", "name: x\nfunders: [{amount: 1}]", "missing-field", "funders[0].name", ""),
    ("name: least", "name: x\nfunders: [{name: A, amount: -1}]", "out-of-range", "funders[0].amount", "at least 0"),
    ("name: least", "name: x\nfunders: [{name: A, amount: 20 %}]", "wrong-type", "funders[0].amount", "number"),
    ("name: least", f"name: x\n{FUNDER}, match: 1.5}}]", "out-of-range", "funders[0].match", "at most 1"),
    ("name: least", f"name: x\n{FUNDER}, match: 0}}]", "out-of-range", "funders[0].match", "greater than 0"),
    ("name: least", f"name: x\n{FUNDER}, match: 0.3333}}]", "wrong-value", "funders[0].match", "three decimals"),
    ("name: least", f"name: x\n{FUNDER}, cost_kinds: [rent]}}]", "wrong-value", "funders[0].cost_kinds[0]", "capex"),
    ("name: least", f"name: x\n{FUNDER}, cost_kinds: []}}]", "wrong-value", "funders[0].cost_kinds", "empty"),
    ("name: least", f"name: x\n{FUNDER}, opex_years: 6}}]", "wrong-value", "funders", "funded_years is 5"),
    ("name: least", f"name: x\n{FUNDER}, opex_years: 0}}]", "out-of-range", "funders[0].opex_years", "at least 1"),
    (
        "name: least",
        f"name: x\n{FUNDER}, cost_kinds: [capex], opex_years: 2}}]",
        "wrong-value",
        "funders[0]",
        "add opex",
    ),
    (
        "name: least",
        f"name: x\n{FUNDER}, scope: {{technologies: [fiber]}}}}]",
        "wrong-value",
        "funders[0].scope.technologies",
        "fibre, micro",
    ),
    ("name: least", f"name: x\n{FUNDER}, scope: {{kind: [a]}}}}]", "unknown-field", "funders[0].scope.kind", "“kinds”"),
    (
        "name: least",
        f"name: x\n{FUNDER}}}, {{name: A, amount: 2}}]",
        "wrong-value",
        "funders",
        "Two funders are called",
    ),
    (
        "name: least",
        f"name: x\nfunders: [{', '.join(f'{{name: F{n}, amount: 1}}' for n in range(11))}]",
        "wrong-value",
        "funders",
        "at most 10",
    ),
    ("limit: 20 %", "limit: 120 %", "wrong-value", "budgets[0].limit", "at most 100 %"),
    ("limit: 20 %", "limit: -1", "wrong-value", "budgets[0].limit", "2000000"),
    ("limit: 20 %", "limit: 1, measure: money", "wrong-value", "budgets[0].measure", "programme_cost"),
    ("currency: USD", "currency: usd", "wrong-value", "money.currency", "ISO 4217"),
    ("price_year: 2026", "price_year: 2026.5", "wrong-type", "money.price_year", "whole number"),
    ("price_year: 2026", "price_year: 2026, horizon_year: 3", "unknown-field", "money.horizon_year", "horizon_years"),
    ("price_year: 2026", "price_year: 2026, funded_years: 11", "wrong-value", "money", "may not exceed"),
    ("price_year: 2026", "price_year: 2026, discount_rate: 8", "out-of-range", "money.discount_rate", "less than 1"),
    ("price_year: 2026", "price_year: 2026, discount_rate: '8 %'", "wrong-type", "money.discount_rate", "number"),
    ("price_year: 2026", "price_year: 2026, discount_rate: -0.01", "out-of-range", "money.discount_rate", "at least 0"),
    ("price_year: 2026", "price_year: 2026, contingency: 10", "out-of-range", "money.contingency", "0.1 is 10 %"),
    ("price_year: 2026", "price_year: 2026, duties: 15", "out-of-range", "money.duties", "at most 3"),
    (
        "name: least",
        "name: x\nlinks: {microwave: {range_km: 201}}",
        "out-of-range",
        "links.microwave.range_km",
        "most 200",
    ),
    ("price_year: 2026", "price_year: 2026, vat: {rate: 18}", "out-of-range", "money.vat.rate", "0.18 is 18 %"),
    ("price_year: 2026", "price_year: 2026, vat: 0.18", "wrong-type", "money.vat", "mapping"),
    ("price_year: 2026", "price_year: 2026, horizon_years: 0", "out-of-range", "money.horizon_years", "greater than 0"),
    (
        "price_year: 2026",
        "price_year: 2026, horizon_years: -5",
        "out-of-range",
        "money.horizon_years",
        "greater than 0",
    ),
    (
        "price_year: 2026",
        "price_year: 2026, real: false, inflation: 5",
        "out-of-range",
        "money.inflation",
        "less than 1",
    ),
    ("price_year: 2026", "price_year: 2026, inflation: 0.05", "wrong-value", "money", "real: false"),
    (
        "price_year: 2026",
        "price_year: 2026, discount_rate: 0.08, real: false, inflation: 0.18",
        "wrong-value",
        "money",
        "inflation (0.18) may not exceed the nominal discount_rate (0.08)",
    ),
    (
        "price_year: 2026",
        "price_year: 2026, second_currency: {currency: USD, rate: 2}",
        "wrong-value",
        "money",
        "name another",
    ),
    (
        "price_year: 2026",
        "price_year: 2026, second_currency: {currency: XOF, rate: 0}",
        "out-of-range",
        "money.second_currency.rate",
        "greater than 0",
    ),
    ("price_year: 2026", "price_year: 2026, real: 1", "wrong-type", "money.real", "true or false"),
    ("{file: offices.csv}", "{file: a.csv, layr: x}", "unknown-field", "inputs.offices[0].layr", "“layer”"),
    ("[{file: offices.csv}]", "[]", "wrong-value", "inputs.offices", "empty"),
    ("[dem.tif]", "[]", "wrong-value", "inputs.terrain", "empty"),
    ("[dem.tif]", "dem.tif", "wrong-type", "inputs.terrain", "list"),
    ("name: least", "name: x\nmissing: {population: two}", "wrong-value", "missing.population", "error, one"),
    ("name: least", "name: x\nobjective: []", "wrong-value", "objective", "Say what is best"),
    ("name: least", "name: x\nobjective: [{sense: min}]", "wrong-value", "objective[0]", "programme_cost"),
    ("name: least", "name: x\nobjective: [{measure: capex}]", "wrong-value", "objective[0]", "sense: min"),
    ("name: least", "name: x\nobjective: [{sense: min, measure: capex}]", "wrong-value", "objective", "a target"),
    ("name: least", "name: x\nobjective: [{}, {}]", "wrong-value", "objective", "“max benefit” stands twice"),
    ("name: least", "name: x\nobjective: [{target: {connect_all: true}}]", "wrong-value", "objective[0]", "floors"),
    (
        "name: least",
        f"name: x\nobjective: [{{{MIN}, target: {{}}}}]",
        "wrong-value",
        "objective[0].target",
        "one target",
    ),
    (
        "name: least",
        f"name: x\nobjective: [{{}}, {{{MIN}, target: {{connect_all: true}}}}]",
        "wrong-value",
        "objective",
        "first objective alone",
    ),
    ("name: least", "name: x\nlimits: {max_hops: -1}", "out-of-range", "limits.max_hops", "at least 0"),
    ("name: least", "name: x\nlimits: {fix_links: [[A]]}", "wrong-value", "limits.fix_links[0]", "both ends"),
    ("name: least", "name: x\nlimits: {forbid_links: [[A, A]]}", "wrong-value", "limits.forbid_links[0]", "both ends"),
    ("name: least", "name: x\nlimits: {floors: [{by: kind}]}", "wrong-value", "limits.floors[0]", "share or a count"),
    ("name: least", "name: x\nlimits: {floors: [{share: 30}]}", "out-of-range", "limits.floors[0].share", "at most 1"),
    (
        "name: least",
        "name: x\nlimits: {floors: [{share: 0.3, groups: [N]}]}",
        "wrong-value",
        "limits.floors[0]",
        "Groups need “by”",
    ),
    (
        "name: least",
        "name: x\ntechnologies: {wimax: {used: true}}",
        "unknown-field",
        "technologies.wimax.used",
        "enabled",
    ),
    ("name: least", "name: x\npackage: {branch: {router: -5}}", "out-of-range", "package.branch.router", "at least 0"),
    ("name: least", "name: x\nsolver: 5", "wrong-type", "solver", "mapping"),
    ("name: least", "name: x\nyears: []", "unknown-field", "years", ""),
]


@pytest.mark.parametrize(("old", "new", "code", "field", "words"), TRAPS, ids=[f"{t[2]}: {t[1]}" for t in TRAPS])
def test_every_trap_is_named_with_its_place(tmp_path, old, new, code, field, words):
    text = LEAST.replace(old, new)
    assert text != LEAST
    found = problems(written(tmp_path, text))
    assert code in {problem.code for problem in found}
    problem = next(problem for problem in found if problem.code == code)
    assert problem.column == field
    assert words in f"{problem.message} {problem.remedy}"
    assert problem.file == str(tmp_path / "scenario.yaml")
    first_changed = next(
        k for k, (a, b) in enumerate(zip(LEAST.split("\n"), text.split("\n"), strict=False), 1) if a != b
    )
    assert problem.row is not None
    # the fault is on the changed line or on the line that was added below it
    assert problem.row in {first_changed, first_changed + 1} or code in {"missing-field", "yaml-syntax"}


@pytest.mark.parametrize(
    ("old", "new", "english", "french"),
    [
        (
            "name: least",
            "name: x\nlanguage: de",
            "Expected: “en” or “fr”.",
            "Attendu\u00a0: «\u00a0en\u00a0» ou «\u00a0fr\u00a0».",
        ),
        (
            "{file: offices.csv}",
            "{file: offices.csv, delimiter: x}",
            "Expected: “,”, “;”, “\\t” or “|”.",
            "Attendu\u00a0: «\u00a0,\u00a0», «\u00a0;\u00a0», «\u00a0\\t\u00a0» ou «\u00a0|\u00a0».",
        ),
        ("schema_version: 1", "schema_version: 2", "Expected: 1.", "Attendu\u00a0: 1."),
    ],
)
def test_choices_are_told_in_the_language_of_the_reader(tmp_path, old, new, english, french):
    path = written(tmp_path, LEAST.replace(old, new))
    assert [problem.message for problem in problems(path)] == [english]
    with use_language("fr"):
        assert [problem.message for problem in problems(path)] == [french]


def test_no_fault_is_told_in_the_words_of_the_library(tmp_path):
    half = written(tmp_path, LEAST.replace("name: least", 'name: "\\ud83d"'))
    (problem,) = problems(half)
    assert (problem.code, problem.column) == ("wrong-value", "name")
    assert problem.message == "The text holds an escape that is only half of a character."
    assert str(problem).encode("utf-8")
    with use_language("fr"):
        (problem,) = problems(written(tmp_path), overrides={"technologies.leo.overrides.x": date(2026, 1, 1)})
    assert problem.message == "Cette valeur ne peut pas figurer ici."


def test_all_faults_are_told_at_once(tmp_path):
    text = LEAST.replace("USD", "usd").replace("2026", "'x'").replace("20 %", "-3")
    assert [problem.column for problem in problems(written(tmp_path, text))] == [
        "money.currency",
        "money.price_year",
        "budgets[0].limit",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "missing-file"),
        (b"- a\n- b\n", "not-a-mapping"),
        (b"", "not-a-mapping"),
        ("name: é\n".encode("cp1252"), "unreadable-file"),
        (b"[" * 5000, "yaml-syntax"),
        (b"a: 1\n---\nb: 2\n", "yaml-syntax"),
        (b"#" * 5_000_001, "yaml-syntax"),
    ],
)
def test_files_that_are_no_scenario(tmp_path, content, code):
    path = tmp_path / "scenario.yaml"
    if content is not None:
        path.write_bytes(content)
    assert [problem.code for problem in problems(path)] == [code]


def test_overrides_set_single_fields(tmp_path):
    path = written(tmp_path, LEAST.replace("{limit", "{name: grant, limit"))
    changed = load_scenario(
        path,
        overrides={
            "budgets.grant": 2_000_000,
            "solver.gap": 0.1,
            "inputs.terrain[0]": "other.tif",
            "technologies.leo.licensed": False,
        },
    )
    assert changed.budget.limit == Amount(amount=2e6)
    assert changed.solver.gap == 0.1
    assert changed.inputs.terrain == ("other.tif",)
    assert not changed.technologies.leo.licensed
    assert load_scenario(path, overrides={"budgets[0].limit": "40 %"}).budget.limit == Share(share=0.4)
    by_default_name = load_scenario(written(tmp_path), overrides={"budgets.programme": "5 %"})
    assert by_default_name.budget.limit == Share(share=0.05)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("budgets.gramt", 1, "unknown-field"),
        ("budgets.programme.scope", {"years": [1]}, "wrong-value"),
        ("solver.gap.x", 1, "wrong-type"),
        ("solver.gop", 1, "unknown-field"),
        ("solver.gap", 2, "out-of-range"),
        ("name.x", "y", "unknown-field"),
        ("inputs.terrain[7]", "x", "unknown-field"),
    ],
)
def test_faulty_overrides_are_told(tmp_path, name, value, code):
    assert code in {problem.code for problem in problems(written(tmp_path), overrides={name: value})}


def test_overrides_are_the_callers_own_and_stay_as_they_are(tmp_path):
    floors = [{"by": "region", "share": 0.3}]
    overrides = {"limits.floors": floors, "limits.floors[0].share": 0.7}
    assert load_scenario(written(tmp_path), overrides=overrides).limits.floors[0].share == 0.7
    assert floors == [{"by": "region", "share": 0.3}]


@pytest.mark.parametrize("name", ["solver.gap.x.y", "solver.gap.0.y", "solver.gap.x.y.z"])
def test_nothing_is_set_within_a_number(tmp_path, name):
    (problem,) = problems(written(tmp_path, LEAST + "solver: {gap: 0.1}\n"), overrides={name: 1})
    assert (problem.code, problem.column) == ("unknown-field", name)


def test_every_budget_is_set_by_its_name_and_only_one_that_is_there(tmp_path):
    two = LEAST.replace("[{limit: 20 %}]", "[{name: grant, limit: 20 %}, {name: fibre only, limit: 5}]")
    changed = load_scenario(written(tmp_path, two), overrides={"budgets.fibre only": 7, "budgets.grant": "30 %"})
    assert [budget.limit for budget in changed.budgets] == [Share(share=0.3), Amount(amount=7.0)]
    none = LEAST.replace("budgets: [{limit: 20 %}]", f"objective: [{{{MIN}, target: {{connect_all: true}}}}]")
    (problem,) = problems(written(tmp_path, none), overrides={"budgets.grant": 7})
    assert (problem.code, problem.column) == ("unknown-field", "budgets.grant")
    assert "has none" in problem.remedy


@pytest.mark.parametrize(
    ("written_as", "name"),
    [
        ("2026", "2026"),
        ("'2026'", "2026"),
        ("1.50", "1.5"),
        ("Phase 1.2", "Phase 1.2"),
        ("'Phase [0]'", "Phase [0]"),
        ("'0'", "0"),
        ("other.limit", "other.limit"),
    ],
)
def test_a_budget_is_set_by_whatever_name_it_has(tmp_path, written_as, name):
    two = LEAST.replace("[{limit: 20 %}]", f"[{{name: other, limit: 5}}, {{name: {written_as}, limit: 5}}]")
    path = written(tmp_path, two)
    for field in (f"budgets.{name}", f"budgets.{name}.limit", "budgets[1]", "budgets[1].limit"):
        changed = load_scenario(path, overrides={field: 7})
        assert {budget.name: budget.limit for budget in changed.budgets} == {
            "other": Amount(amount=5.0), name: Amount(amount=7.0)
        }  # fmt: skip
    for missing in ("2027", "Phase 1.3", "1"):
        (problem,) = problems(path, overrides={f"budgets.{missing}": 7})
        assert problem.message == f"The scenario has no budget “{missing}”."
        assert problem.remedy == f"Its budgets: other, {name}."


@pytest.mark.parametrize("benefit", ["", "benefit:\n", "benefit: {weights: }\n", "benefit: {weights: {pop: 3}}\n"])
def test_a_weight_is_set_by_the_whole_name_of_its_column(tmp_path, benefit):
    path = written(tmp_path, LEAST + benefit)
    changed = load_scenario(path, overrides={"benefit.weights.pop.2020": 2, "benefit.weights.pop": 1})
    assert changed.benefit.weights == {"pop.2020": 2.0, "pop": 1.0}


def test_names_with_points_are_found_everywhere(tmp_path):
    ranges = "uncertainty: {ranges: {leo.terminal: {low: 1, high: 2}}}\nfunders: [{name: St. John, amount: 5}]\n"
    overrides = {"uncertainty.ranges.leo.terminal.high": 3, "funders.St. John.amount": 8}
    changed = load_scenario(written(tmp_path, LEAST + ranges), overrides=overrides)
    assert changed.uncertainty.ranges["leo.terminal"].high == 3
    assert changed.funders[0].amount == 8


@pytest.mark.parametrize(
    "name",
    ["solver.gap.x.y", "budgets[9].limit", "budgets.0", "inputs.terrain.0", "inputs.offices.programme.file", "[0]", ""],
)
def test_a_path_that_leads_nowhere_is_told(tmp_path, name):
    path = written(tmp_path, LEAST + "solver: {gap: 0.01}\n")
    (problem,) = problems(path, overrides={name: 1})
    assert (problem.code, problem.column, problem.file) == ("unknown-field", name, str(path))


def test_the_budget_that_plans_are_told_against_is_the_first_over_everything(tmp_path):
    two = LEAST.replace("[{limit: 20 %}]", "[{name: north, scope: {regions: [N]}, limit: 5}, {name: all, limit: 5}]")
    scenario = load_scenario(written(tmp_path, two.replace("name: all", "name: all, measure: capex")))
    assert (scenario.budget.name, scenario.measure) == ("all", "capex")
    least = two.replace(
        "name: least", "name: x\nobjective: [{sense: min, measure: present_value, target: {offices_share: 1}}]"
    )
    assert load_scenario(written(tmp_path, least)).measure == "present_value"


def test_the_file_is_not_blamed_for_what_was_said_after_it(tmp_path):
    overrides = {"solver.gap": 2, "budgets.programme": "much"}
    path = written(tmp_path, LEAST + "solver: {time_limit_s: -1}\n")
    found = {problem.column: (problem.file, problem.row) for problem in problems(path, overrides=overrides)}
    assert found["solver.gap"] == found["budgets[0].limit"] == (None, None)
    file, row = found["solver.time_limit_s"]
    assert file == str(path)
    assert "time_limit_s" in path.read_text().splitlines()[row - 1]


def test_a_budget_that_is_not_there_names_the_file_and_the_amount_as_typed(tmp_path):
    path = written(tmp_path)
    (problem,) = problems(path, overrides={"budgets.program": 500000.0})
    assert (problem.file, problem.column, problem.value) == (str(path), "budgets.program", "500000")
    (problem,) = problems(path, overrides={"budgets.program": 0.5})
    assert problem.value == "0.5"


def test_faults_of_fields_are_placed_unless_said_after_the_file(tmp_path):
    path = written(tmp_path, LEAST + "limits:\n  max_hops: 3\n  exclude:\n    - A\n    - B\n")
    scenario = load_scenario(path, overrides={"limits.max_hops": 4})
    fields = ("limits.exclude", "limits.max_hops", "solver.gap", "--budget", "RUN")
    found = placed([Problem("x", "", column=field, value="B") for field in fields], scenario)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [(problem.file, problem.row) for problem in found] == [
        (str(path), lines.index("    - B") + 1), (None, None), (str(path), None), (None, None), (None, None),
    ]  # fmt: skip
    elsewhere = Problem("x", "", file="offices.csv", row=2, column="name")
    assert placed([elsewhere], scenario) == (elsewhere,)
    with pytest.raises(InputError) as caught, placing(scenario):
        raise InputError(Problem("x", "", column="limits.exclude"))
    assert caught.value.problems[0].file == str(path)


def test_faults_of_a_budget_name_its_own_line(tmp_path):
    two = "budgets:\n  - name: north\n    limit: 5\n  - name: second\n    limit: 20 %\n"
    path = written(tmp_path, LEAST.replace("budgets: [{limit: 20 %}]\n", two))
    fault = Problem("x", "", column="budgets[1].limit")
    (found,) = placed([fault], load_scenario(path))
    assert (found.file, found.row) == (str(path), path.read_text().splitlines().index("    limit: 20 %") + 1)
    for name in ("budgets.second", "budgets.second.limit", "budgets[1].limit"):
        assert placed([fault], load_scenario(path, overrides={name: "30 %"})) == (fault,)
    assert placed([fault], load_scenario(path, overrides={"budgets.north": 7})) == (found,)


def test_faults_of_a_figure_with_points_in_its_name_are_placed(tmp_path):
    ranges = "uncertainty:\n  ranges:\n    leo.terminal: {low: 1, high: 2}\n    leo.monthly_fee: {low: 1, high: 2}\n"
    path = written(tmp_path, LEAST + ranges)
    faults = [Problem("x", "", column=f"uncertainty.ranges.{name}") for name in ("leo.terminal", "leo.monthly_fee")]
    lines = path.read_text().splitlines()
    assert [lines[problem.row - 1].split(":")[0].strip() for problem in placed(faults, load_scenario(path))] == [
        "leo.terminal",
        "leo.monthly_fee",
    ]


@pytest.mark.parametrize("typed", ["30 %", "30%", "30,0 %"])
def test_a_floor_is_a_percentage_too(tmp_path, typed):
    floors = "limits: {{floors: [{{by: region, share: {}}}]}}\n"
    said = [load_scenario(written(tmp_path, LEAST + floors.format(share))) for share in (f"'{typed}'", "0.3")]
    assert said[0].limits.floors[0].share == 0.3
    assert said[0].hash == said[1].hash


@pytest.mark.parametrize(
    ("typed", "remedy"), [("120 %", "30 %"), ("a third", "30 %"), ("1.2", "0.3 or 30 %"), ("120", "0.3 or 30 %")]
)
def test_a_share_that_is_none_says_how_shares_are_written(tmp_path, typed, remedy):
    (problem,) = problems(written(tmp_path, LEAST + f"limits: {{floors: [{{share: {typed}}}]}}\n"))
    assert (problem.column, problem.value) == ("limits.floors[0].share", typed)
    assert remedy in f"{problem.message} {problem.remedy}"
    assert "1.0" not in problem.message


def shuffled(data, random):
    """The same mapping with its keys in another order, at every level."""
    if isinstance(data, dict):
        keys = list(data)
        random.shuffle(keys)
        return {key: shuffled(data[key], random) for key in keys}
    return [shuffled(entry, random) for entry in data] if isinstance(data, list) else data


@given(st.randoms(use_true_random=False))
def test_hash_does_not_know_the_order_of_keys(random):
    full = yaml.safe_load(LEAST) | {
        "service": {"profiles": {"a": {"counters": 1}, "b": {"counters": 2}}},
        "package": {"a": {"router": 1}, "default": {"ups": 2}},
    }
    assert Scenario.model_validate(shuffled(full, random)).hash == Scenario.model_validate(full).hash


def test_hash_knows_what_is_said_and_nothing_else(tmp_path):
    scenario = load_scenario(written(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert load_scenario(written(elsewhere), data_root=tmp_path).hash == scenario.hash
    assert load_scenario(written(elsewhere, LEAST + "solver: {gap: 5.0e-3}\n")).hash == scenario.hash
    assert load_scenario(written(elsewhere, LEAST + "solver: {gap: 0.006}\n")).hash != scenario.hash
    windows = LEAST.replace("offices.csv", r"data\offices.csv")
    linux = LEAST.replace("offices.csv", "data/offices.csv")
    assert load_scenario(written(elsewhere, windows)).hash == load_scenario(written(tmp_path, linux)).hash
    canonical = json.dumps(scenario.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert canonical.startswith('{"benefit":{"catchment_km":5.0,"weights":{"people_underserved":1.0}},"budgets":[')
    assert scenario.hash == hashlib.sha256(canonical.encode()).hexdigest()


def test_dumped_scenario_reads_back_the_same(tmp_path):
    awkward = LEAST.replace("name: least", 'name: "1e6"\ndescription: "off: 012 – é, \\"x\\""')
    scenario = load_scenario(written(tmp_path, awkward))
    text = dump_scenario(scenario)
    assert scenario.hash in text.splitlines()[0]
    again = load_scenario(written(tmp_path, text))
    assert again.hash == scenario.hash
    assert again.name == "1e6"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_is_written_as_yaml_reads_back_strictly(value):
    assert parse_yaml(write_yaml({"value": value}), "x").data == {"value": value}


def test_files_are_looked_up_in_the_data_folder_first(tmp_path):
    own, data = tmp_path / "own", tmp_path / "data"
    for folder in (own, data):
        folder.mkdir()
        (folder / "both.csv").touch()
    (own / "mine.csv").touch()
    scenario = load_scenario(written(own), data_root=data)
    assert scenario.locate("both.csv") == (data / "both.csv").resolve()
    assert scenario.locate("mine.csv") == (own / "mine.csv").resolve()
    assert scenario.locate("nowhere.csv") == (data / "nowhere.csv").resolve()
    assert load_scenario(own).locate("both.csv") == (own / "both.csv").resolve()


def test_scenario_never_changes(tmp_path):
    scenario = load_scenario(written(tmp_path))
    with pytest.raises(ValidationError):
        scenario.money.discount_rate = 0.5


def sections(model: type[BaseModel] = Scenario) -> set[type[BaseModel]]:
    found = {model}
    for field in model.model_fields.values():
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in {Amount, Share}:
                found |= sections(part)
    return found


def test_every_field_explains_itself():
    found = sections()
    assert len(found) >= 20
    for section in found:
        assert section.__doc__
        for name, field in section.model_fields.items():
            assert field.title, (section, name)
            assert field.description, (section, name)
            numeric = any(word in name for word in ("_km", "_m", "_mbps", "_ms", "_s", "_years", "_rate"))
            if numeric and field.annotation in {float, int} and not name.startswith("max_candidates"):
                assert field.json_schema_extra, f"{section.__name__}.{name} has no unit"


def test_json_schema_is_one_that_editors_understand():
    schema = scenario_json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"schema_version", "name", "money", "inputs"}
    assert schema["$defs"]["Money"]["properties"]["discount_rate"]["unit"] == "share per year"
    limit = schema["$defs"]["Budget"]["properties"]["limit"]
    assert {"type": "number", "minimum": 0} in limit["anyOf"]


def test_outline_says_the_same_as_what_was_given(tmp_path):
    given_data = yaml.safe_load(LEAST)
    text = commented_scenario(given_data)
    assert load_scenario(written(tmp_path, text)).hash == load_scenario(written(tmp_path)).hash
    assert "Discount rate [share per year]" in text


SCENARIOS = Path(__file__).parent / "scenarios"


@pytest.mark.parametrize("name", ["comoros", "narok"])
def test_the_second_world_is_said_in_two_lines(name):
    first = (SCENARIOS / name / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    second = (SCENARIOS / f"{name}_shared" / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    added = [line for line in second if line not in first and not line.startswith(("name:", "description:"))]
    assert added == ["service: {min_down_mbps: 50}", "technologies: {leo: {licensed: false}}"]
    scenario = load_scenario(SCENARIOS / f"{name}_shared")
    assert not scenario.technologies.leo.licensed
    assert scenario.service.demand_mbps("school") == 50
    assert scenario.budget.limit == Share(share=0.2)

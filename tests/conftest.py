"""A made-up country small enough to be reckoned by hand, and a maker of others."""

import importlib.util
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from services_country import make_services_run

from planner.finance import Item, Terms, line_money
from planner.inputs.model import Inputs
from planner.jobs import solving
from planner.links.choice import Choice
from planner.links.options import NO_MAST, ROOT, LinkOptions, OptionKind, PlaceKind, Places
from planner.plan.plan import Budget, Outcome, build_plan
from planner.scenario import Scenario


def pytest_configure(config):
    """Let Numba's remarks on speed through.

    In pyproject.toml the filter would import Numba before the program has said where compiled kernels are kept: tests
    and the commands that they start would each compile their own.
    """
    config.addinivalue_line("filterwarnings", "ignore::numba.NumbaPerformanceWarning")


# Nothing is discounted, so that present values can be reckoned in the head: purchases, replacements, ten years of
# operation, less what is left of the last life.
TERMS = Terms(discount_rate=0.0, discount_at="year_end", horizon_years=10, funded_years=5)

KINDS = {
    "source": OptionKind("source", "fibre node", 0, (Item("activation", 1000.0, 100.0, 10),)),
    "existing": OptionKind("existing", "existing connection", 0, ()),
    "fibre": OptionKind(
        "fibre", "fibre", 0, (Item("trench", 1000.0, 10.0, 20, "km"), Item("terminals", 500.0, 0.0, 5))
    ),
    "microwave": OptionKind("microwave", "18 GHz", 1, (Item("radios", 8000.0, 800.0, 10),)),
    "leo": OptionKind(
        "leo", "LEO business", 0, (Item("terminal", 600.0, 0.0, 5), Item("service", 0.0, 600.0, None)), True
    ),
    "cellular": OptionKind("cellular", "4G", 0, (Item("modem", 100.0, 240.0, 5),), True),
}
LADDER_M = np.array([10.0, 20.0, 30.0])
MAST_ITEMS = (tuple((Item("mast", 10_000.0 * (rung + 1), 200.0 * (rung + 1), 20),) for rung in range(3)),)
SITE_ITEMS = ((Item("power", 2000.0, 50.0, 10),),)
PACKAGE = (Item("router", 400.0, 0.0, 5), Item("support", 0.0, 40.0, None))
TRANSIT = (Item("transit", 0.0, 12.0, None, "mbps"),)


def one_line(items, *, km=0.0, mbps=0.0):
    quantity = {"each": np.ones(1), "km": np.array([km]), "mbps": np.array([mbps])}
    return line_money(items, quantity, TERMS)[0]


@dataclass
class Country:
    """Collects places and options row by row; `options` and `inputs` freeze them."""

    places: list = field(default_factory=list)
    links: list = field(default_factory=list)
    offices: list = field(default_factory=list)
    names: dict = field(default_factory=dict)

    def place(self, name, kind=PlaceKind.RELAY, *, existing_m=0.0, rent=0.0, region="", known=True, office=-1):
        self.names[name] = len(self.places)
        # One minute of longitude apart: positions only have to differ.
        lon = 30.0 + len(self.places) / 60
        self.places.append((name, kind, lon, -2.0, region, office, known, existing_m, rent))

    def office(self, name, *, benefit=100.0, before="offline", demand=10.0, region="", fee=np.nan, known=True, **more):
        self.place(name, PlaceKind.OFFICE, region=region, known=known, office=len(self.offices), **more)
        self.offices.append(
            {
                "id": name,
                "name": f"Office {name}",
                "lon": self.places[-1][2],
                "lat": -2.0,
                "kind": "branch",
                "status_before": before,
                "monthly_cost_before": fee,
                "region": region,
                "demand_mbps": demand,
                "people": 10 * benefit,
                "people_total": 12 * benefit,
                "benefit": benefit,
                "position_known": known,
            }
        )

    def link(self, kind, tail, head, *, km=0.0, capacity=np.inf, availability=1.0, rungs=(NO_MAST, NO_MAST)):
        """Add an option and return its row; tail None is the root."""
        tail = ROOT if tail is None else self.names[tail]
        self.links.append((list(KINDS).index(kind), tail, self.names[head], km, capacity, availability, *rungs))
        return len(self.links) - 1

    def options(self, **replaced):
        name, kind, lon, lat, region, office, known, existing_m, rent = zip(*self.places, strict=True)
        n = len(name)
        places = Places(
            np.array(name), np.array(kind, np.int8), np.array(lon), np.array(lat), np.full(n, 100.0), np.array(region),
            np.array(office, np.int32), np.array(known), np.array(existing_m), np.full(n, 2, np.int8),
            np.zeros(n, np.int8), np.zeros(n, np.int8), np.array(rent),
            np.zeros(n, np.int8), np.ones(n), np.full(n, np.nan), np.zeros(n, np.int32),
            np.ones(n), np.ones(n), np.zeros(n), np.full(n, np.inf),
            np.tile([42.0, -200.0, 7.5, np.nan], (n, 1)), np.tile(np.array([0, 0, 0, 4], np.int8), (n, 1)),
        )  # fmt: skip
        kinds, u, v, km, capacity, availability, rung_u, rung_v = zip(*self.links, strict=True)
        money = [one_line(list(KINDS.values())[k].items, km=length) for k, length in zip(kinds, km, strict=True)]
        mast_money = np.array(
            [
                [
                    one_line(
                        (
                            *(() if existing_m[i] >= LADDER_M[rung] else MAST_ITEMS[0][rung]),
                            *SITE_ITEMS[0],
                            Item("rent", 0.0, rent[i], None),
                        )
                    )
                    for rung in range(3)
                ]
                for i in range(n)
            ]
        )
        demands = [office["demand_mbps"] for office in self.offices]
        columns = {
            "places": places,
            "kinds": tuple(KINDS.values()),
            "u": np.array(u, np.int32),
            "v": np.array(v, np.int32),
            "kind": np.array(kinds, np.int16),
            "length_km": np.array(km, np.float64),
            "priced_km": np.array(km, np.float64),
            "capacity_mbps": np.array(capacity, np.float64),
            "availability": np.array(availability, np.float64),
            "rung_u": np.array(rung_u, np.int8),
            "rung_v": np.array(rung_v, np.int8),
            "money": np.array(money, np.int64),
            "geometry_start": np.zeros(len(u) + 1, np.int64),
            "geometry": np.empty((0, 2)),
            "ladder_m": LADDER_M,
            "mast_items": MAST_ITEMS,
            "site_items": SITE_ITEMS,
            "power_items": ((),),
            "office_items": tuple(PACKAGE for _office in self.offices),
            "transit_items": TRANSIT,
            "mast_money": mast_money,
            "package_money": np.array([one_line(PACKAGE) for _demand in demands], np.int64).reshape(-1, 4),
            "package_transit_money": np.array([one_line(PACKAGE + TRANSIT, mbps=demand) for demand in demands]),
            "rejections": (),
            "notes": (),
        }
        return LinkOptions(**{**columns, **replaced})

    def inputs(self, problems=(), assumptions=()):
        nothing = pd.DataFrame()
        return Inputs(
            pd.DataFrame(self.offices), nothing, nothing, None, None, (), (), tuple(problems), (), tuple(assumptions)
        )

    def choice(self, rows, connected):
        """Return the choice of rows; ``~row`` is a link against its direction."""
        option = np.array([row if row >= 0 else ~row for row in rows], np.int32)
        chosen = {office["id"] for office in self.offices} & set(connected)
        assert len(chosen) == len(connected)
        flags = np.array([office["id"] in chosen for office in self.offices])
        return Choice(option, np.array([row < 0 for row in rows]), flags)


def make_scenario(**changes):
    plain = {
        "schema_version": 1,
        "name": "Handmade",
        "money": {"currency": "USD", "price_year": 2026, "discount_rate": 0.0, "horizon_years": 10, "funded_years": 5},
        "inputs": {"offices": [{"file": "offices.csv"}], "terrain": ["terrain.tif"]},
        "budgets": [{"name": "programme", "limit": 100_000}],
    }
    return Scenario.model_validate({**plain, **changes})


def found(value, bound=None, /, **changes):
    """Return the outcome of a search that ended on time."""
    bound = value if bound is None else bound
    status = "optimal" if abs(bound - value) <= 1e-4 * value else "feasible"
    plain = {
        "status": status, "termination": "time_limit", "sense": "max", "objective": "benefit", "value": value,
        "bound": bound, "requested_gap": 0.005, "trace": ((0.1, None, None), (0.5, value, bound)),
    }  # fmt: skip
    return Outcome(**{**plain, **changes})


@dataclass
class Handmade:
    """The country that is reckoned by hand, and its plan."""

    country: Country
    rows: dict
    choice: Choice

    def plan(self, *, scenario=None, outcome=None, limit_cents=12_000_000, inputs=None):
        budget = Budget("programme", "programme_cost", limit_cents)
        return build_plan(
            scenario or make_scenario(),
            inputs or self.country.inputs(),
            self.country.options(),
            self.choice,
            outcome or found(460.0, 480.0),
            [budget],
        )


@pytest.fixture
def handmade():
    """Return a country of seven offices, one source and a plan that connects five of them.

    root → S → J (10 km fibre) → A (5 km) and → B (3 km, stored the other way round); A → C by microwave over 20 m
    masts, A has one of 25 m; D is adequate and feeds E, which is too slow, over 10 m masts. F stays out; only LEO
    reaches it. G has no option: nobody knows where it is.
    """
    country = Country()
    country.place("S", PlaceKind.SOURCE, region="North")
    country.place("~j1", PlaceKind.JUNCTION, region="North")
    country.office("A", benefit=100.0, region="North", existing_m=25.0, rent=600.0)
    country.office("B", benefit=200.0, region="North")
    country.office("C", benefit=60.0, region="South", demand=20.0)
    country.office("D", benefit=999.0, before="adequate", region="South")
    country.office("E", benefit=100.0, before="insufficient", fee=55.5, region="South")
    country.office("F", benefit=50.0, region="South")
    country.office("G", benefit=30.0, known=False)
    rows = {
        "S": country.link("source", None, "S", capacity=1000.0, availability=0.999),
        "SJ": country.link("fibre", "S", "~j1", km=10.0, availability=0.998),
        "JA": country.link("fibre", "~j1", "A", km=5.0, availability=0.997),
        "BJ": country.link("fibre", "B", "~j1", km=3.0, availability=0.996),
        "AC": country.link("microwave", "A", "C", km=12.0, capacity=100.0, availability=0.99, rungs=(1, 1)),
        "D": country.link("existing", None, "D", capacity=100.0),
        "DE": country.link("microwave", "D", "E", km=8.0, capacity=100.0, availability=0.98, rungs=(0, 0)),
        **{f"leo {name}": country.link("leo", None, name, capacity=100.0, availability=0.97) for name in "ABCEF"},
    }
    links = [rows["AC"], rows["JA"], ~rows["BJ"], rows["SJ"], rows["S"], rows["D"], rows["DE"]]
    return Handmade(country, rows, country.choice(links, "ABCDE"))


def random_country(rng, *, n_offices=6, n_others=4, extra=8, capacity=np.inf):
    """Return a connected country with links of all kinds and random masts."""
    country = Country()
    country.place("S1", PlaceKind.SOURCE, region="R0")
    country.place("S2", PlaceKind.SOURCE, region="R1")
    for i in range(n_others):
        stands = float(rng.choice([0.0, 15.0, 40.0]))
        country.place(f"~r{i}", PlaceKind.RELAY, existing_m=stands, rent=100.0 * stands, region=f"R{i % 2}")
    for i in range(n_offices):
        before = ["offline", "insufficient", "unknown", "adequate"][rng.choice(4, p=[0.5, 0.2, 0.2, 0.1])]
        country.office(
            f"O{i}",
            benefit=float(rng.integers(0, 50)),
            before=before,
            demand=float(rng.integers(10, 40)),
            fee=float(rng.choice([np.nan, 33.33])),
            region=f"R{i % 2}",
        )
        if before == "adequate":
            country.link("existing", None, f"O{i}", capacity=200.0)
        elif rng.random() < 0.5:
            country.link("leo", None, f"O{i}", capacity=float(rng.choice([20.0, 100.0])), availability=0.97)
    for source in ("S1", "S2"):
        country.link("source", None, source, capacity=500.0, availability=0.999)
    names = list(country.names)
    pairs = [(names[rng.integers(i)], names[i]) for i in range(2, len(names))]
    pairs += [tuple(names[i] for i in rng.choice(len(names), 2, replace=False)) for _more in range(extra)]
    for one, other in pairs:
        if rng.random() < 0.5:
            country.link("fibre", one, other, km=float(rng.uniform(0.5, 20)), availability=0.99, capacity=capacity)
        else:
            rungs = tuple(int(rung) for rung in rng.integers(0, 3, 2))
            country.link("microwave", one, other, km=5.0, capacity=min(capacity, 150.0), availability=0.98, rungs=rungs)
    return country


def grow(options, demand, rng):
    """Return links grown at random from the root: per entered place (tail, row, reversed), capacities kept."""
    technology = options.technology()
    # Adequate connections stand in every plan.
    into = {int(options.v[row]): (ROOT, row, False) for row in np.flatnonzero(technology == "existing").tolist()}
    arcs = [(int(u), int(v), row, False) for row, (u, v) in enumerate(zip(options.u, options.v, strict=True))]
    arcs += [(v, u, row, True) for u, v, row, _backwards in arcs if u != ROOT]
    room = options.capacity_mbps.copy()
    for tail, head, row, backwards in (arcs[index] for index in rng.permutation(np.repeat(np.arange(len(arcs)), 3))):
        reachable = tail == ROOT or (tail in into and technology[into[tail][1]] != "leo")
        if head in into or not reachable:
            continue
        chain, above = [row], tail
        while above != ROOT:
            chain.append(into[above][1])
            above = into[above][0]
        need = demand.get(head, 0.0)
        if (room[chain] >= need).all():
            room[chain] -= need
            into[head] = (tail, row, backwards)
    return into


def random_choice(country, rng):
    """Return a plan of the country: links grown at random from the root, without those that serve nobody."""
    demand = {country.names[office["id"]]: office["demand_mbps"] for office in country.offices}
    into = grow(country.options(), demand, rng)
    used = set()
    connected = [office["id"] for office in country.offices if country.names[office["id"]] in into]
    for name in connected:
        place = country.names[name]
        while place != ROOT and place not in used:
            used.add(place)
            place = into[place][0]
    chosen = [~row if backwards else row for place, (_tail, row, backwards) in into.items() if place in used]
    return country.choice(rng.permutation(chosen).tolist(), connected)


def plan_of(country, choice, **changes):
    """Return the plan of a choice, whatever it costs."""
    gained = [
        0.0 if office["status_before"] == "adequate" else office["benefit"]
        for office, connected in zip(country.offices, choice.connected, strict=True)
        if connected
    ]
    value = float(np.sum(gained))
    budget = Budget("programme", "programme_cost", 10**12)
    plain = {"outcome": found(value, value * 1.05 + 1), "budgets": [budget]}
    asked = {**plain, **changes}
    return build_plan(make_scenario(), country.inputs(), country.options(), choice, asked["outcome"], asked["budgets"])


@pytest.fixture(autouse=True)
def _no_width(monkeypatch):
    """What the program prints must not depend on the terminal of who runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def make():
    """Return the makers that tests need besides the handmade country."""
    return {
        "country": Country, "scenario": make_scenario, "found": found, "terms": TERMS, "plan": plan_of,
        "random_country": random_country, "random_choice": random_choice,
    }  # fmt: skip


@pytest.fixture(scope="session")
def referee():
    """Return the contract's own checker of plans, which knows nothing of this program."""
    root = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[2] / "shared"))
    file = root / "tools" / "referee.py"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    spec = importlib.util.spec_from_file_location("referee", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.referee


@pytest.fixture(scope="session")
def services_run(tmp_path_factory):
    """Return a run with everything that is bought, powered, taxed and priced by region; made without the solver."""
    return make_services_run(tmp_path_factory.mktemp("services"))


@pytest.fixture
def _cancelled_once_prepared(monkeypatch):
    """Let the word to stop come when inputs and candidate links are there, before any search begins."""
    prepare = solving._prepare

    def cancel_afterwards(scenario, scenario_file, run_dir, *rest):
        prepared = prepare(scenario, scenario_file, run_dir, *rest)
        (run_dir / "cancel").touch()
        return prepared

    monkeypatch.setattr(solving, "_prepare", cancel_afterwards)

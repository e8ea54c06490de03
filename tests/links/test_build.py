"""The whole room: from a small country to priced options, on disk and back."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest
import rasterio

from planner.catalogue import load_catalogue, price_list, terms
from planner.errors import InputError
from planner.finance import CAPEX, OPEX, PROGRAMME_COST
from planner.i18n import use_language
from planner.inputs.road_network import RoadNetwork
from planner.links import NO_MAST, ROOT, build, build_links, fibre_block, load_options, price_polyline, save_options
from planner.links.cache import _ROOMS, cache_file
from planner.links.options import LinkOptions, Places
from planner.terrain import open_elevation


@pytest.fixture
def built(country, scenario, tmp_path):
    def make(inputs=None, **sections):
        return build_links(scenario(**sections), country() if inputs is None else inputs, cache_dir=tmp_path / "cache")

    return make


def same(one: LinkOptions, other: LinkOptions) -> bool:
    columns = [field.name for field in fields(LinkOptions) if field.name != "places"]
    pairs = [(getattr(one, name), getattr(other, name)) for name in columns]
    pairs += [(getattr(one.places, field.name), getattr(other.places, field.name)) for field in fields(Places)]
    return all(
        (a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
        if isinstance(a, np.ndarray)
        else a == b
        for a, b in pairs
    )


def named(options: LinkOptions):
    """The options without any order: by ids of places, and of kinds."""
    names = np.append(options.places.id, "root")
    rows = []
    for i in range(len(options)):
        ends = [(names[options.u[i]], options.rung_u[i]), (names[options.v[i]], options.rung_v[i])]
        ends = ends if options.u[i] == ROOT else sorted(ends)
        rows.append((*ends, options.kinds[options.kind[i]].name, *options.money[i], round(options.priced_km[i], 9)))
    return sorted(rows)


def test_every_technology_is_there_and_hangs_together(built):
    options = built()
    technology = options.technology()
    assert set(technology) == {"source", "leo", "geo", "microwave", "fibre"}
    from_root = options.u == ROOT
    assert set(technology[from_root]) == {"source", "leo", "geo"}
    assert options.places.id[options.v[technology == "source"]].tolist() == ["s0", "s1"]
    assert options.capacity_mbps[technology == "source"].tolist() == [1000.0, np.inf]
    assert (options.rung_u >= 0).tolist() == (technology == "microwave").tolist()
    assert (options.rung_v <= options.places.max_rung[options.v])[technology == "microwave"].all()
    assert (np.diff(options.geometry_start) > 0).tolist() == (technology == "fibre").tolist()
    assert (np.diff(options.mast_money, axis=1) >= 0).all()
    assert len(options.mast_money) == len(options.places)
    assert len(np.unique(options.places.id)) == len(options.places)


def test_lengths_and_money_can_be_recomputed(built, country, scenario):
    options, inputs = built(), country()
    prices = price_list(load_catalogue(scenario()), scenario())
    elevation = open_elevation(inputs.terrain, lon=inputs.offices["lon"], lat=inputs.offices["lat"], margin_km=3.0)
    fibre = np.flatnonzero(options.technology() == "fibre")
    for row in fibre[::7]:
        line = options.vertices(int(row))
        factors = {"route_factor": prices.fibre.route_factor, "climb_factor": prices.fibre.climb_factor}
        length_km, priced_km = price_polyline(elevation, line, np.array([0, len(line)]), **factors)
        assert length_km == pytest.approx([options.length_km[row]], rel=1e-12)
        assert priced_km == pytest.approx([options.priced_km[row]], rel=1e-12)
        lit = sum(options.places.id[end][0] != "~" for end in (options.u[row], options.v[row]))
        assert options.kind[row] == options.kinds.index(prices.fibre.kinds[lit])
    for row in (*fibre[::11], *np.flatnonzero(options.technology() == "microwave")[::101]):
        items = options.kinds[options.kind[row]].items
        units = [options.priced_km[row] if item.per == "km" else 1.0 for item in items]
        capex = sum(item.capex * unit for item, unit in zip(items, units, strict=True))
        opex = sum(item.opex_per_year * unit for item, unit in zip(items, units, strict=True))
        assert options.money[row, CAPEX] == round(100 * capex)
        assert options.money[row, OPEX] == round(100 * opex)
        funded = terms(scenario()).funded_years
        assert options.money[row, PROGRAMME_COST] == round(100 * capex) + funded * round(100 * opex)


def roads_through(inputs, classes=("track", "primary")):
    """A road from west to east and one from north to south through a small country."""
    lon, lat = np.array([30.003, 30.033, 30.063, 30.033, 30.033]), np.array([-2.025, -2.025, -2.025, -2.003, -2.047])
    edges = np.array([[0, 1], [1, 2], [3, 1], [1, 4]])
    network = RoadNetwork(lon, lat, edges, np.array([0, 0, 1, 1]), tuple(classes), 2, 0)
    return replace(inputs, roads=network)


def test_lengths_and_money_along_roads_can_be_recomputed(built, country):
    own_prices = {"road_classes": {"primary": 1.5}, "road_route_factor": 1.04}
    options, inputs = built(roads_through(country()), technologies={"fibre": {"overrides": own_prices}}), country()
    elevation = open_elevation(inputs.terrain, lon=inputs.offices["lon"], lat=inputs.offices["lat"], margin_km=3.0)
    rows = np.flatnonzero(options.technology() == "fibre")
    assert {options.kinds[options.kind[row]].name.split(",")[0] for row in rows} == KINDS
    for row in rows:
        name = options.kinds[options.kind[row]].name
        line = options.vertices(int(row))
        along, primary = name.startswith("fibre along a road"), "primary" in name
        factor = 1.04 if along else 1.15
        length_km, priced_km = price_polyline(
            elevation, line, np.array([0, len(line)]), route_factor=factor, climb_factor=3.0
        )
        assert length_km == pytest.approx([options.length_km[row]], rel=1e-12)
        assert priced_km == pytest.approx([options.priced_km[row]], rel=1e-12)
        # 12,000 a km (primary: half as much again), 500 a lit end, 10 % contingency
        lit = sum(options.places.id[end][0] != "~" for end in (options.u[row], options.v[row]))
        capex = 1.1 * (12_000 * (1.5 if primary else 1.0) * priced_km[0] + 500 * lit)
        assert options.money[row, CAPEX] == pytest.approx(100 * capex, abs=1)
        if along:
            meridian, parallel = np.abs(line[:, 0] - 30.033) < 3e-6, np.abs(line[:, 1] + 2.025) < 3e-6
            assert (meridian if primary else parallel).all()


KINDS = {"fibre section", "fibre along a road", "fibre along a road: primary"}


def test_the_cache_knows_the_roads(country, scenario, tmp_path):
    plain = scenario()
    catalogue = load_catalogue(plain)
    inputs = [country(), roads_through(country()), roads_through(country(), ("track", "path"))]
    moved = roads_through(country())
    moved.roads.lat[0] += 1e-6
    assert len({cache_file(plain, some, catalogue, tmp_path) for some in (*inputs, moved)}) == 4
    again = roads_through(country())
    assert cache_file(plain, again, catalogue, tmp_path) == cache_file(plain, inputs[1], catalogue, tmp_path)


def test_existing_connections(built, country):
    status = ["adequate", "adequate", "adequate"] + ["offline"] * 9
    mbps = [50.0, 50.0, np.nan] + [np.nan] * 9
    options = built(country(status_before=status, mbps_before=mbps, is_source=[True, False, True] + [False] * 9))
    existing = options.technology() == "existing"
    assert options.v[existing].tolist() == [0, 1, 2]
    assert options.capacity_mbps[existing].tolist() == [30.0, 30.0, np.inf]  # what the office itself needs is taken off
    assert not options.money[existing].any()
    others = ~existing
    assert not np.isin([options.u[others], options.v[others]], [1]).any()  # shares nothing: no link touches it
    assert np.isin([options.u[others], options.v[others]], [0]).any()
    assert any("unlimited" in note for note in options.notes)
    passes_nothing = {(r.technology, r.count) for r in options.rejections if "passes nothing on" in r.reason}
    assert passes_nothing == {("microwave", 1), ("fibre", 1)}


def test_offices_that_share_are_upstream_like_sources_and_towers(built, country, monkeypatch):
    told = {}
    for room, name in ((build, "find_hops"), (fibre_block, "find_trenches")):
        real = getattr(room, name)

        def spy(*args, real=real, name=name, **kwargs):
            places = args[1]
            told[name] = places.id[kwargs["upstream" if name == "find_hops" else "feeds"]].tolist()
            return real(*args, **kwargs)

        monkeypatch.setattr(room, name, spy)
    built(country(status_before=["adequate", "adequate"] + ["offline"] * 10, is_source=[False, True] + [False] * 10))
    assert told == {"find_hops": ["o1", "s0", "s1", "t0", "t1"], "find_trenches": ["o1", "s0", "s1"]}


def test_unknown_position_gets_services_alone(built, country):
    inputs = country(position_known=[False] + [True] * 11)
    inputs.offices.loc[0, ["lon", "lat"]] = [45.0, 40.0]  # far away: only the sky is the same everywhere
    options = built(inputs)
    touching = (options.u == 0) | (options.v == 0)
    assert set(options.technology()[touching]) == {"leo", "geo"}
    unknown = {(r.technology, r.count) for r in options.rejections if "position" in r.reason}
    assert unknown == {("microwave", 1), ("fibre", 1)}


def test_nowhere_at_all(built, country):
    inputs = country(position_known=False)
    inputs = replace(inputs, sources=inputs.sources[:0], towers=inputs.towers[:0])
    with pytest.raises(InputError, match="known position") as caught:
        built(inputs)
    assert caught.value.exit_code == 2


def test_only_what_may_be_used_is_offered(built):
    options = built(technologies={"fibre": {"enabled": False}, "leo": {"licensed": False}})
    assert set(options.technology()) == {"source", "geo", "microwave"}
    assert any(note.startswith("fibre") for note in options.notes)
    assert any(note.startswith("leo") for note in options.notes)
    nothing = built(
        technologies={name: {"enabled": False} for name in ("fibre", "microwave", "leo", "geo", "cellular")}
    )
    assert set(nothing.technology()) == {"source"}
    assert (nothing.rung_v == NO_MAST).all()


def test_availability_asked_rules_out_equipment(built):
    options = built(service={"availability": 0.99995})
    assert "microwave" not in set(options.technology())
    assert any("availability" in note for note in options.notes)
    # one terminal alone works for 0.99984 of the year: what is left of fibre is not lit
    assert options.availability.min() >= 0.99995
    assert any("cut more often" in rejection.reason and rejection.count for rejection in options.rejections)


@pytest.mark.parametrize(("demand", "useful_mbps"), [(None, 220.0), ({"low": 0.5, "high": 1.3}, 286.0)])
def test_hops_may_be_asked_for_the_greatest_demand(built, country, monkeypatch, demand, useful_mbps):
    """11 offices ask for 20 Mbit/s each, one has what it needs: only what is above their sum is worth nothing."""
    asked = []
    real = build.find_hops
    monkeypatch.setattr(
        build, "find_hops", lambda *args, **options: asked.append(options["useful_mbps"]) or real(*args, **options)
    )
    status = ["adequate", *["offline"] * 11]
    built(country(status_before=status), uncertainty={"demand": demand})
    assert asked == [pytest.approx(useful_mbps)]


def test_order_of_offices_changes_nothing(built, country):
    order = np.random.default_rng(1).permutation(12)
    other_file = {"service": {"min_down_mbps": 5.0}}  # in the cache; the demand of the made-up offices is given
    assert named(built(country())) == named(built(country(order=order), **other_file))


def test_cache_spares_the_work_until_something_matters(country, scenario, tmp_path, monkeypatch):
    calls = []
    real = build.find_hops
    monkeypatch.setattr(build, "find_hops", lambda *args, **kwargs: calls.append(1) or real(*args, **kwargs))
    cache = tmp_path / "cache"
    said: list[tuple[str, float]] = []
    first = build_links(scenario(), country(), cache_dir=cache, progress=lambda *step: said.append(step))
    assert [share for _message, share in said] == sorted(share for _message, share in said)
    assert said[-1][1] == 1.0
    other_budget = scenario(
        name="other", budgets=[{"limit": "5 %"}], solver={"gap": 0.02, "seed": 3}, limits={"exclude": ["o1"]}
    )
    assert same(first, build_links(other_budget, country(), cache_dir=cache))
    assert len(calls) == 1
    build_links(scenario(links={"max_candidates": 5}), country(), cache_dir=cache)
    build_links(
        scenario(money={"currency": "USD", "price_year": 2024, "horizon_years": 15}), country(), cache_dir=cache
    )
    build_links(scenario(), country(seed=1), cache_dir=cache)
    assert len(calls) == 4


def test_what_names_the_cache_file(country, scenario, tmp_path, monkeypatch):
    inputs, plain = country(), scenario()
    catalogue = load_catalogue(plain)
    file = cache_file(plain, inputs, catalogue, tmp_path)
    assert file.parent == tmp_path
    with use_language("fr"):  # names and reasons are stored as text
        assert cache_file(plain, inputs, catalogue, tmp_path) != file
    dearer = scenario(technologies={"fibre": {"overrides": {"plant_per_km": 20_000}}})
    assert cache_file(dearer, inputs, load_catalogue(dearer), tmp_path) != file
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert cache_file(plain, inputs, catalogue) == tmp_path / "elsewhere" / file.name


def test_the_cache_knows_the_tiles_of_a_mosaic(country, scenario, tmp_path):
    inputs, plain = country(), scenario()
    (tile,) = inputs.terrain
    mosaic = tmp_path / "mosaic.vrt"
    with rasterio.open(tile) as raster:
        rows, columns, frame = *raster.shape, raster.transform
    mosaic.write_text(
        f'<VRTDataset rasterXSize="{columns}" rasterYSize="{rows}"><SRS>EPSG:4326</SRS>'
        f"<GeoTransform>{', '.join(map(str, frame.to_gdal()))}</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{tile.name}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    together, catalogue = replace(inputs, terrain=(mosaic,)), load_catalogue(plain)
    file = cache_file(plain, together, catalogue, tmp_path)
    assert cache_file(plain, together, catalogue, tmp_path) == file
    with rasterio.open(tile, "r+") as raster:
        raster.write(raster.read() + 1)
    assert cache_file(plain, together, catalogue, tmp_path) != file


@pytest.mark.parametrize("damage", ["cut", "altered", "empty", "foreign"])
def test_damaged_cache_is_built_anew(country, scenario, tmp_path, damage):
    first = build_links(scenario(), country(), cache_dir=tmp_path)
    (file,) = tmp_path.glob("*.links")
    data = file.read_bytes()
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    file.write_bytes({"cut": data[:-100], "altered": bytes(changed), "empty": b"", "foreign": b"PK\x03\x04"}[damage])
    assert load_options(file) is None
    assert same(first, build_links(scenario(), country(), cache_dir=tmp_path))
    assert file.read_bytes() == data


def test_interrupted_writing_leaves_nothing(built, tmp_path, monkeypatch):
    options = built()

    def killed(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        save_options(options, tmp_path / "some.links")
    assert load_options(tmp_path / "some.links") is None
    assert not list(tmp_path.glob("*some*"))


def test_unwritable_cache_costs_only_time(country, scenario, tmp_path):
    (tmp_path / "file").write_text("in the way")
    said: list[str] = []
    options = build_links(
        scenario(),
        country(),
        cache_dir=tmp_path / "file" / "cache",
        progress=lambda message, _share: said.append(message),
    )
    assert len(options) > 0
    assert "could not be kept" in said[-1]


def test_writers_at_the_same_time(built, tmp_path):
    options = built()
    file = tmp_path / "shared.links"

    def write_and_read(_turn):
        save_options(options, file)
        return load_options(file)

    with ThreadPoolExecutor(4) as threads:
        read = list(threads.map(write_and_read, range(12)))
    assert all(one is not None and same(options, one) for one in read)
    assert [path.name for path in tmp_path.glob("*.links")] == ["shared.links"]


def test_the_cache_knows_all_code_that_figures_come_from():
    """Whatever room of ours is imported to build links is hashed, save those that only say or store things."""
    script = "import sys, planner.links.build; print(*(name for name in sys.modules if name.startswith('planner.')))"
    imported = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    rooms = {name.split(".")[1] for name in imported.split()}
    only_say_or_store = {"_version", "errors", "files", "i18n", "kept", "likeness", "retention", "wording"}
    assert rooms - only_say_or_store <= {room.removesuffix(".py") for room in _ROOMS}

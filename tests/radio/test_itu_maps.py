"""The ITU-R's maps as itur has them against the ITU-R's own examples, and what is reckoned from a position alone."""

import numpy as np
import pytest

from planner import radio
from planner.catalogue.itu_maps import MAPS, rain_rate_of_maps, read_maps
from planner.errors import InputError
from planner.radio import rain_rate

itur = pytest.importorskip("itur", reason="the extra itu is not installed")

FIJI, COMOROS, ODISHA = (178.45, -18.1), (43.3, -11.7), (85.8, 20.3)


def of_maps(rows, figure):
    return read_maps(rows["lon"], rows["lat"])[:, list(MAPS).index(figure)]


def rain_of_position(rows):
    worst = radio.slant_rain_001_db(
        rows["lat"],
        rows["el"],
        rows["f"],
        rate_001_mm_h=of_maps(rows, "rain_mm_h"),
        tilt_deg=rows["tau"],
        rain_height_km=radio.rain_height_km(of_maps(rows, "isotherm_km")),
        station_height_km=rows["hs"],
    )
    return radio.slant_rain_db(worst, rows["p"], latitude_deg=rows["lat"], elevation_deg=rows["el"])


class TestExamples:
    def test_the_map_that_the_search_starts_from(self, table):
        rows = table("p837_7_R001.csv")
        rows.assert_holds(itur.models.itu837.rainfall_rate(rows["lat"], rows["lon"], 0.01).value, "Rp")

    def test_rain_rate(self, table):
        """From the monthly maps, by the Recommendation's own search and where it ends, 0.001 % of p."""
        rows = table("p837_7_rainfall_rate_p.csv")
        rows.assert_holds(rain_rate_of_maps(rows["lon"], rows["lat"], rows["p"]), "Rp", rel=1e-8)

    def test_rain_rate_of_slant_paths(self, table):
        rows = table("p618_13_rain_attenuation.csv")
        rows.assert_holds(of_maps(rows, "rain_mm_h"), "R001", rel=1e-8)

    def test_rain_height(self, table):
        rows = table("p839_4_rain_height.csv")
        isotherm_km = of_maps(rows, "isotherm_km")
        rows.assert_holds(isotherm_km, "h0")
        rows.assert_holds(radio.rain_height_km(isotherm_km), "hr")

    def test_wet_refractivity(self, table):
        rows = table("p453_14_Nwet50.csv")
        found = itur.models.itu453.map_wet_term_radio_refractivity(rows["lat"], rows["lon"], 50).value
        rows.assert_holds(found, "Nwet")

    def test_heights(self, table):
        """No figure of ours is taken from them. itur spaces the grid by two latitudes as printed, 1e-8 degrees off."""
        rows = table("p1511_2_topographic_altitude.csv")
        height_m = np.flipud(itur.utils.load_data(f"{itur.utils.dataset_dir}1511/v2_topo.npz"))
        twelfths = (np.arange(size) / 12.0 for size in height_m.shape)
        lat, lon = np.meshgrid(*twelfths, indexing="ij")
        at_m = itur.models.itu1144.bicubic_2D_interpolator(lat - 90.125, lon - 180.125, height_m)
        rows.assert_holds(at_m(np.column_stack([rows["lat"], rows["lon"]])) / 1000.0, "hs")


class TestFromAPositionAlone:
    def test_clouds(self, table):
        rows = table("p840_8_cloud_attenuation.csv")
        liquid = [
            float(np.max(itur.models.itu840.columnar_content_reduced_liquid(lat, lon, p).value))
            for lat, lon, p in zip(rows["lat"], rows["lon"], rows["p"], strict=True)
        ]
        rows.assert_holds(radio.cloud_attenuation_db(np.array(liquid), rows["f"], rows["el"]), "Ac")

    def test_scintillation(self, table):
        rows = table("p618_13_scintillation.csv")
        wet = itur.models.itu453.map_wet_term_radio_refractivity(rows["lat"], rows["lon"], 50).value
        sigma = radio.scintillation_sigma_db(
            rows["el"], rows["f"], wet_refractivity=wet, diameter_m=rows["D"], efficiency=rows["eta"]
        )
        rows.assert_holds(radio.scintillation_db(sigma, rows["p"]), "A_scin")

    def test_rain_of_slant_paths(self, table):
        rows = table("p618_13_rain_attenuation.csv")
        rows.assert_holds(rain_of_position(rows), "A_rain")

    def test_rain_of_the_rows_of_totals(self, table, monkeypatch):
        """The same sites, another search: it went on to the root where P.837 lets it end at 0.001 % of p."""
        rows = table("p618_13_total_attenuation.csv")
        rows.assert_holds(rain_of_position(rows), "A_rain", rel=4e-6)
        monkeypatch.setattr(rain_rate, "_NEAR_PCT", 1e-10)
        rows.assert_holds(rain_of_position(rows), "A_rain", rel=1e-7)


class TestReader:
    def test_many_places_at_once_are_each_by_itself(self):
        """itur 0.4 repeats one value for arrays in places; here every place has its own."""
        rng = np.random.default_rng(0)
        lon, lat = rng.uniform(-180, 180, 50), rng.uniform(-60, 70, 50)
        together = read_maps(lon, lat)
        alone = np.concatenate([read_maps(lon[[i]], lat[[i]]) for i in range(50)])
        np.testing.assert_allclose(together, alone, rtol=1e-12)
        assert (np.ptp(together, axis=0) > 0).all()
        assert read_maps(np.empty(0), np.empty(0)).shape == (0, 4)

    def test_nothing_changes_over_the_antimeridian(self):
        lat = np.full(5, -16.8)
        east = read_maps(np.array([179.9, 179.99, 180.0, 180.01, 180.1]), lat)
        west = read_maps(np.array([179.9, 179.99, -180.0, -179.99, -179.9]), lat)
        np.testing.assert_allclose(east, west, rtol=1e-12)
        assert (np.abs(np.diff(west, axis=0)) <= 0.02 * np.abs(west[:-1])).all()  # no seam

    def test_figures_are_of_their_places(self):
        """Known orders: Fiji, the Comoros and Odisha are wetter than Greenwich; ducts lie over the Persian Gulf."""
        lon, lat = np.array([FIJI, COMOROS, ODISHA, (0.0, 51.5), (51.0, 27.0), (51.0, -27.0)]).T
        rain, gradient, vapour, isotherm = read_maps(lon, lat).T
        assert (rain[:3] > 80).all()
        assert rain[3] < 35
        assert gradient[4] < -900 < gradient[5] < -40  # a map upside down would swap them
        assert ((vapour[:3] > 15) & (vapour[:3] < 25)).all()
        assert ((isotherm[:3] > 4) & (isotherm[:3] < 5.2)).all()
        assert isotherm[3] < 3

    def test_the_editions_are_those_that_are_told(self):
        models = itur.models
        models.itu837.change_version(6)  # somebody else's setting in the same process
        try:
            found = read_maps(np.array([101.7]), np.array([3.133]))
            assert found[0, 0] == pytest.approx(99.15117186, rel=1e-9)
        finally:
            models.itu837.change_version(7)
        versions = [getattr(models, f"itu{number}").get_version() for number in (837, 453, 836, 839)]
        assert list(MAPS.values()) == [
            f"ITU-R P.{number}-{version}" for number, version in zip((837, 453, 836, 839), versions, strict=True)
        ]

    def test_where_a_map_is_silent(self):
        with pytest.raises(InputError) as error:
            read_maps(np.array([10.0, 359.9]), np.array([50.0, 89.9]))
        (problem,) = error.value.problems
        assert problem.code == "map-silent"
        assert "P.836-6" in problem.message
        assert "89.9" in problem.message
        assert "climate.vapour_g_m3" in problem.remedy

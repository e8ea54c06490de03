"""Slant paths against the ITU-R's validation examples of P.618-13, P.839-4 and P.840-8."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import radio

# the ITU-R's examples look at satellites over 1° E, 100° W and 100° E, which the tables leave out
SATELLITES = {51.5: 1.0, 41.9: 1.0, 33.94: 1.0, 22.9: -100.0, 25.78: -100.0, 28.717: 100.0, 3.133: 100.0, 9.05: 100.0}


def worst_rain(rows):
    """Return the attenuation at 0.01 % from a table's rain rate and slant length, which gives its rain height."""
    return radio.slant_rain_001_db(
        rows["lat"],
        rows["el"],
        rows["f"],
        rate_001_mm_h=rows["R001"],
        tilt_deg=rows["tau"],
        rain_height_km=rows["hs"] + rows["Ls"] * np.sin(np.radians(rows["el"])),
        station_height_km=rows["hs"],
    )


class TestRain:
    def test_rows(self, table):
        rows = table("p618_13_rain_attenuation.csv")
        found = radio.slant_rain_db(worst_rain(rows), rows["p"], latitude_deg=rows["lat"], elevation_deg=rows["el"])
        rows.assert_holds(found, "A_rain")

    def test_rain_of_the_rows_of_totals(self, table):
        """These rows print neither rain rate nor height: those of the same sites, from a search that ended early."""
        sites = table("p618_13_rain_attenuation.csv")
        site = {float(row["lat"]): index for index, row in enumerate(sites.rows)}
        rows = table("p618_13_total_attenuation.csv")
        index = [site[lat] for lat in rows["lat"]]
        worst = worst_rain(
            {name: rows[name] for name in ("lat", "el", "f", "tau", "hs")}
            | {name: sites[name][index] for name in ("R001", "Ls")}
        )
        found = radio.slant_rain_db(worst, rows["p"], latitude_deg=rows["lat"], elevation_deg=rows["el"])
        rows.assert_holds(found, "A_rain", rel=1e-5)

    def test_rain_height(self, table):
        rows = table("p839_4_rain_height.csv")
        rows.assert_holds(radio.rain_height_km(rows["h0"]), "hr")

    def test_rain_height_by_latitude_is_not_below_that_of_the_map(self, table):
        rows = table("p839_4_rain_height.csv")
        above = radio.rain_height_of_latitude_km(rows["lat"]) - np.asarray(rows["hr"])
        assert (above >= 0).all()
        assert (above < 1.7).all()
        # the corners of the law: 5 km in the tropics, sinking towards the poles, never below the sea
        corners = radio.rain_height_of_latitude_km([0.0, 23.0, 63.0, -21.0, -71.0, -90.0])
        np.testing.assert_allclose(corners, [5.0, 5.0, 2.0, 5.0, 0.0, 0.0], atol=1e-12)

    def test_slant_length(self):
        # 5 km up: straight up, at 30°, and at 2° over a curved earth shorter than 5 / sin 2°, 143 km
        found = radio.slant_length_km([90.0, 30.0, 2.0], 5.0)
        assert found[:2] == pytest.approx([5, 10])
        # the ray meets the height where l sin θ + l² / (2 · 8500) = 5
        assert found[2] * np.sin(np.radians(2)) + found[2] ** 2 / 17000 == pytest.approx(5)

    def test_stations_above_the_rain(self):
        found = radio.slant_rain_001_db(
            10.0, [10.0, 45.0, 90.0], 20.0, rate_001_mm_h=60.0, tilt_deg=45.0, rain_height_km=4.0, station_height_km=4.5
        )
        assert found.tolist() == [0, 0, 0]
        assert radio.slant_rain_db(found, 0.1, latitude_deg=10.0, elevation_deg=45.0).tolist() == [0, 0, 0]


class TestScintillation:
    def test_rows(self, table):
        rows = table("p618_13_scintillation.csv")
        sigma = radio.scintillation_sigma_db(
            rows["el"], rows["f"], wet_refractivity=rows["N_wet"], diameter_m=rows["D"], efficiency=rows["eta"]
        )
        rows.assert_holds(radio.scintillation_db(sigma, rows["p"]), "A_scin")

    def test_refractivity_of_the_rows(self, table):
        """The rows' N_wet are those of the map examples, where the sites are the same."""
        by_site = {row["lat"]: row["Nwet"] for row in table("p453_14_Nwet50.csv").rows}
        shared = [row for row in table("p618_13_scintillation.csv").rows if row["lat"] in by_site]
        assert shared
        for row in shared:
            assert float(row["N_wet"]) == pytest.approx(float(by_site[row["lat"]]), rel=1e-6)

    def test_large_antennas_average_it_out(self):
        small, large = radio.scintillation_sigma_db(
            10.0, 20.0, wet_refractivity=100.0, diameter_m=np.array([0.5, 60.0])
        )
        assert small > 0
        assert large == 0


class TestClouds:
    def test_rows_of_one_sky(self, table):
        """The map values behind the rows are not printed: those of one site and percentage must come out the same."""
        clouds, totals = table("p840_8_cloud_attenuation.csv"), table("p618_13_total_attenuation.csv")
        skies = {}
        for rows, percentages, column in (
            (clouds, clouds["p"], "Ac"),
            (totals, np.ones(len(totals.rows)), "A_clouds_1"),
            (totals, np.maximum(totals["p"], 0.1), "A_clouds"),
        ):
            liquid = rows[column] * np.sin(np.radians(rows["el"])) / radio.cloud_coefficient(rows["f"])
            for lat, p, f, value in zip(rows["lat"], percentages, rows["f"], liquid, strict=True):
                skies.setdefault((lat, p), {})[f] = value
        pairs = [list(by_band.values()) for by_band in skies.values() if len(by_band) == 2]
        assert len(pairs) > 15
        for low, high in pairs:
            assert low == pytest.approx(high, rel=1e-6)
        assert len(clouds.rows) == 32

    @pytest.mark.parametrize("f_ghz", [5.0, 10.0, 20.0, 30.0, 40.0])
    def test_coefficient_from_measured_water(self, f_ghz):
        """Small drops take 6π / λ Im(−K) per volume; water at 0 °C as measured (Kaatze 1989), good to about 1 %."""
        permittivity = 5.7 + (87.91 - 5.7) / (1 + 2j * np.pi * f_ghz * 1e9 * 17.67e-12)
        wavelength_m = 0.299792458 / f_ghz
        per_metre = -((permittivity - 1) / (permittivity + 2)).imag * 6 * np.pi / wavelength_m * 1e-6  # 1 g/m³
        assert radio.cloud_coefficient(f_ghz) == pytest.approx(1e4 * np.log10(np.e) * per_metre, rel=0.012)

    def test_attenuation_is_coefficient_over_sine(self):
        assert radio.cloud_attenuation_db(2.0, 10.0, 30.0) == pytest.approx(4 * radio.cloud_coefficient(10.0))

    def test_colder_droplets_take_more(self):
        cold, warm = radio.cloud_coefficient(20.0, np.array([273.15, 293.15]))
        assert cold > warm


class TestTotal:
    def test_rows(self, table):
        rows = table("p618_13_total_attenuation.csv")
        found = radio.slant_attenuation_db(
            gases_db=rows["A_gas_1"],
            clouds_db=rows["A_clouds_1"],
            rain_db=rows["A_rain"],
            scintillation_db=rows["A_scin"],
        )
        rows.assert_holds(found, "A_total")

    def test_unavailability_of_the_rows(self, table):
        """The margin of a row's total is used up for the row's percentage, from which scintillation is stated on."""
        rows = table("p618_13_total_attenuation.csv")
        sites = table("p618_13_rain_attenuation.csv")
        known = {(row["lat"], row["f"]): value for row, value in zip(sites.rows, worst_rain(sites), strict=True)}
        sky = {(row["lat"], row["p"]): row for row in table("p618_13_scintillation.csv").rows}
        checked = 0
        for row in rows.rows:
            if float(row["p"]) < 0.01 or (row["lat"], row["f"]) not in known:
                continue
            wet = next((r["N_wet"] for (lat, _p), r in sky.items() if lat == row["lat"]), None)
            place = {"latitude_deg": float(row["lat"]), "elevation_deg": float(row["el"])}
            sigma = radio.scintillation_sigma_db(
                place["elevation_deg"],
                float(row["f"]),
                wet_refractivity=float(wet),
                diameter_m=float(row["D"]),
                efficiency=float(row["eta"]),
            )
            found = radio.slant_unavailability_pct(
                float(row["A_total"]),
                rain_001_db=known[row["lat"], row["f"]],
                sigma_db=sigma,
                gases_db=float(row["A_gas_1"]),
                clouds_db=float(row["A_clouds_1"]),
                **place,
            )
            # rain heights and rates of the two tables differ in the sixth digit, percentages about as much
            assert found == pytest.approx(float(row["p"]), rel=2e-5), row
            checked += 1
        assert checked > 15

    def test_ends(self):
        place = {"latitude_deg": 18.0, "elevation_deg": 60.0, "rain_001_db": 30.0, "gases_db": 1.0}
        found = radio.slant_unavailability_pct([0.9, 500.0], **place)
        assert found.tolist() == pytest.approx([100.0, 0.001])

    @settings(deadline=None)
    @given(st.floats(0.0, 80.0), st.floats(0.0, 5.0), st.floats(1.0, 90.0), st.floats(5.0, 85.0))
    def test_more_margin_is_never_worse(self, margin_db, more_db, worst_db, elevation):
        place = {"latitude_deg": 10.0, "elevation_deg": elevation, "rain_001_db": worst_db, "sigma_db": 0.2}
        less, more = radio.slant_unavailability_pct([margin_db, margin_db + more_db], **place)
        assert more <= less


class TestGeostationary:
    def test_elevations_of_the_rows(self, table):
        """All sites to 2e-5 degrees: the tables' heights and coordinates are rounded to about a metre."""
        rows = table("p618_13_total_attenuation.csv")
        satellites = np.array([SATELLITES[lat] for lat in rows["lat"]])
        elevation, _azimuth = radio.geostationary_look_deg(rows["lat"], rows["lon"], satellites, rows["hs"])
        assert elevation == pytest.approx(rows["el"], abs=2e-5)

    def test_by_hand(self):
        # below the satellite; on the equator where it touches the horizon, cos Δλ = 6378.137 / 42164.17
        elevation, _azimuth = radio.geostationary_look_deg(0.0, [20.0, 20.0 + np.degrees(np.arccos(0.15126913))], 20.0)
        assert elevation == pytest.approx([90.0, 0.0], abs=1e-4)

    def test_azimuths(self):
        # due south from the northern hemisphere, due north from the southern, east and west along the equator
        _elevation, azimuth = radio.geostationary_look_deg([50.0, -18.0, 0.0, 0.0], [10.0, 10.0, 0.0, 20.0], 10.0)
        assert azimuth == pytest.approx([180, 0, 90, 270])

    def test_across_the_antimeridian(self):
        # Fiji and a satellite over 172° E, told either way
        elevation, azimuth = radio.geostationary_look_deg(-17.0, [179.0, -181.0], [172.0, -188.0])
        assert elevation[0] == pytest.approx(elevation[1])
        assert azimuth[0] == pytest.approx(azimuth[1])

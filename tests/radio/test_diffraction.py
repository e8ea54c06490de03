"""Delta-Bullington against the ITU-R's validation profiles, and in its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import radio
from planner.radio import diffraction

FLAT_KM = np.linspace(0.0, 40.0, 401)


def grouped(rows, terrain):
    """Yield for each profile its points and the rows of the table as columns of numbers."""
    profiles = np.array(rows.texts("profile"))
    columns = {name: rows[name] for name in rows.rows[0] if name not in {"profile", "pol"}}
    columns["vertical"] = np.array(rows.texts("pol")) == "V"
    for name in np.unique(profiles):
        chosen = profiles == name
        yield *terrain(name), {column: values[chosen] for column, values in columns.items()}


def losses(distance_km, ground_m, rows):
    """Return the loss of the model, and of the smooth earth under the table's own effective heights."""
    earth = {"earth_km": rows["ap_km"], "vertical": rows["vertical"], "sea_share": rows["omega"]}
    ends = {"height1_m": rows["hts"], "height2_m": rows["hrs"]}
    whole = radio.diffraction_loss_db(distance_km, ground_m, frequency_ghz=rows["f_GHz"], **ends, **earth)
    smooth = radio.spherical_loss_db(
        distance_km[-1],
        rows["f_GHz"],
        height1_m=rows["hts"] - rows["hstd"],
        height2_m=rows["hrs"] - rows["hsrd"],
        **earth,
    )
    return whole, smooth


class TestValidationProfiles:
    def test_rows(self, table, terrain):
        """Every row to 3e-4 dB: they were computed with λ = 0.2998 / f, 2.5e-5 longer than c / f."""
        for distance_km, ground_m, rows in grouped(table("p526_delta_bullington.csv"), terrain):
            whole, smooth = losses(distance_km, ground_m, rows)
            assert whole == pytest.approx(rows["Ld50_dB"], abs=3e-4)
            assert smooth == pytest.approx(rows["Ldsph_dB"], abs=3e-4)

    def test_rows_at_their_wavelength(self, table, terrain, monkeypatch):
        """With that λ every row comes out to 1e-6."""
        monkeypatch.setattr(diffraction, "wavelength_m", lambda f_ghz: np.asarray(0.2998 / np.asarray(f_ghz)))
        count = 0
        for distance_km, ground_m, rows in grouped(table("p526_delta_bullington.csv"), terrain):
            whole, smooth = losses(distance_km, ground_m, rows)
            assert whole == pytest.approx(rows["Ld50_dB"], rel=1e-6, abs=5e-9)
            assert smooth == pytest.approx(rows["Ldsph_dB"], rel=1e-6, abs=5e-9)
            count += whole.size
        assert count == 168

    def test_smooth_ground(self, table, terrain):
        # half of the rows of one profile come from a twin of it whose distances are rounded otherwise: 1e-4 m apart
        for distance_km, ground_m, rows in grouped(table("p526_delta_bullington.csv"), terrain):
            found = radio.smooth_ground_m(distance_km, ground_m, height1_m=rows["hts"], height2_m=rows["hrs"])
            assert found[0] == pytest.approx(rows["hstd"], abs=1e-4)
            assert found[1] == pytest.approx(rows["hsrd"], abs=1e-4)


class TestKnifeEdge:
    def test_single_spike(self):
        """One edge on an earth without curvature: Bullington finds that edge, and adds its own correction."""
        ground = np.where(np.arange(401) == 100, 60.0, 0.0)
        found = radio.bullington_loss_db(
            FLAT_KM, ground, height1_m=30.0, height2_m=30.0, frequency_ghz=7.0, earth_km=np.inf
        )
        edge = radio.knife_edge_loss_db(radio.knife_edge_parameter(30.0, 10.0, 30.0, 7.0))
        assert found == pytest.approx(edge + (1 - np.exp(-edge / 6)) * (10 + 0.02 * 40))

    def test_two_equal_spikes(self):
        """Both horizons meet midway, where the rays over the two edges cross: at 20 km, twice as high over the ends."""
        ground = np.where((np.arange(401) == 100) | (np.arange(401) == 300), 60.0, 0.0)
        found = radio.bullington_loss_db(
            FLAT_KM, ground, height1_m=30.0, height2_m=30.0, frequency_ghz=7.0, earth_km=np.inf
        )
        edge = radio.knife_edge_loss_db(radio.knife_edge_parameter(60.0, 20.0, 20.0, 7.0))
        assert found == pytest.approx(edge + (1 - np.exp(-edge / 6)) * (10 + 0.02 * 40))

    def test_clear_path_loses_nothing(self):
        high = {"height1_m": 500.0, "height2_m": 400.0, "frequency_ghz": 7.0}
        assert radio.diffraction_loss_db(FLAT_KM, np.zeros(401), **high) == 0

    def test_grazing_edge_at_an_end(self):
        """Ground as high as the antenna right beside it hides the other end, and gives a number."""
        ground = np.zeros(401)
        ground[1] = 30.0
        found = radio.bullington_loss_db(
            FLAT_KM, ground, height1_m=30.0, height2_m=30.0, frequency_ghz=7.0, earth_km=np.inf
        )
        assert found == pytest.approx(6.03 + (1 - np.exp(-6.03 / 6)) * 10.8, abs=0.02)  # J(0) = 6.03


class TestSmoothEarth:
    def test_far_beyond_the_horizon(self):
        """The field falls by the first zero of the Airy function, 20 log e · (√3 / 2) · 2.33811 dB per unit of X."""
        d = np.array([300.0, 600.0])
        loss = radio.first_term_loss_db(d, 1.0, height1_m=30.0, height2_m=30.0)
        x = 21.88 * (1.0 / diffraction.MEDIAN_EARTH_KM**2) ** (1 / 3) * d  # β = 1 for horizontal polarisation
        rate = 20 * np.log10(np.e) * np.sqrt(3) / 2 * 2.33811
        assert np.diff(loss) == pytest.approx(rate * np.diff(x) - 10 * np.log10(2), rel=2e-3)  # 17.6 for 17.59

    @settings(deadline=None)
    @given(st.floats(2.0, 300.0), st.floats(2.0, 300.0), st.floats(0.3, 40.0))
    def test_continuous_at_the_horizon(self, h1, h2, f_ghz):
        d = float(radio.radio_horizon_km(h1, h2))
        before, after = radio.spherical_loss_db(
            np.array([d * (1 - 1e-9), d * (1 + 1e-9)]), f_ghz, height1_m=h1, height2_m=h2
        )
        assert before == pytest.approx(after, abs=1e-4)

    @settings(deadline=None)
    @given(st.floats(2.0, 300.0), st.floats(2.0, 300.0), st.floats(1.0, 200.0))
    def test_ends_may_be_swapped(self, h1, h2, d):
        there = radio.spherical_loss_db(d, 7.0, height1_m=h1, height2_m=h2)
        back = radio.spherical_loss_db(d, 7.0, height1_m=h2, height2_m=h1)
        assert there == pytest.approx(back, rel=1e-6, abs=1e-6)

    def test_polarisations_differ_only_at_low_frequencies_over_sea(self):
        ends = {"height1_m": 10.0, "height2_m": 10.0, "vertical": np.array([False, True])}
        low = radio.spherical_loss_db(60.0, 0.05, sea_share=1.0, **ends)
        high = radio.spherical_loss_db(60.0, 10.0, sea_share=1.0, **ends)
        assert low[0] - low[1] > 5
        assert abs(high[0] - high[1]) < 0.5

    def test_antennas_on_the_ground(self):
        """Heights of zero are a horizon beside the antenna, not a division by zero."""
        assert np.isfinite(radio.spherical_loss_db([0.1, 10.0], 7.0, height1_m=0.0, height2_m=0.0)).all()


class TestBatches:
    def test_batch_is_its_members(self):
        heights = np.random.default_rng(3).uniform(0, 120, (20, 401))
        masts = np.linspace(20, 150, 20)
        options = {"frequency_ghz": 7.0, "vertical": True}
        batch = radio.diffraction_loss_db(FLAT_KM, heights, height1_m=masts, height2_m=60.0, **options)
        alone = [
            radio.diffraction_loss_db(FLAT_KM, ground, height1_m=mast, height2_m=60.0, **options)
            for ground, mast in zip(heights, masts, strict=True)
        ]
        assert batch.shape == (20,)
        assert batch == pytest.approx(np.array(alone), rel=1e-13)

    def test_ends_may_be_swapped(self):
        heights = np.random.default_rng(4).uniform(0, 120, (50, 401))
        there = radio.diffraction_loss_db(FLAT_KM, heights, height1_m=80.0, height2_m=150.0, frequency_ghz=7.0)
        back = radio.diffraction_loss_db(FLAT_KM, heights[:, ::-1], height1_m=150.0, height2_m=80.0, frequency_ghz=7.0)
        assert there == pytest.approx(back, rel=1e-9)

    def test_several_frequencies_of_one_profile(self):
        loss = radio.diffraction_loss_db(
            FLAT_KM, np.full(401, 50.0), height1_m=55.0, height2_m=55.0, frequency_ghz=np.array([[1.0], [7.0], [38.0]])
        )
        assert loss.shape == (3, 1)
        assert (np.diff(loss[:, 0]) > 0).all()

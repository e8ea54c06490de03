"""The ground of printed maps: edges of which no terrain is known are cut off, unless an office is there."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from planner.report.documents.ground import MARK_ROOM, ground_of

BOUNDS = (10.0, -2.0, 14.0, 2.0)


@pytest.fixture
def run(tmp_path):
    """Return the folder of a run whose terrain is known but in the ten westernmost of a hundred columns of pixels."""
    pixels = np.full((100, 100, 4), 255, np.uint8)
    pixels[:, :10, 3] = 0
    pixels[..., :3] = 120
    Image.fromarray(pixels).save(tmp_path / "hillshade.webp", lossless=True)
    (tmp_path / "hillshade.json").write_text(json.dumps({"bounds": BOUNDS}))
    return tmp_path


def offices(*lon):
    return pd.DataFrame({"lon": lon, "lat": np.linspace(-1, 1, len(lon))})


def test_what_is_unknown_is_cut_off_and_places_stay_where_they_are(run):
    ground = ground_of(offices(11.0, 13.0), run)
    assert (ground.west, ground.east) == pytest.approx((10.4, 14.0))
    assert (ground.south, ground.north) == pytest.approx((-2.0, 2.0))
    with Image.open(io.BytesIO(ground.picture)) as picture:
        assert np.asarray(picture.convert("L"))[:, 0] == pytest.approx(120, abs=4)
    assert ground.at(10.4, 2.0) == pytest.approx((ground.left, 0.0))
    assert ground.at(14.0, -2.0) == pytest.approx((ground.left + ground.width, ground.height))


def test_an_office_beyond_the_terrain_stays_on_the_map(run):
    ground = ground_of(offices(10.2, 13.0), run)
    assert ground.west <= 10.2 - 4 * MARK_ROOM
    assert ground.west == pytest.approx(10.2 - 4 * MARK_ROOM, abs=0.05)

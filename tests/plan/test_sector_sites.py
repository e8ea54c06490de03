"""A sector is where its base station stands, whatever its technology and whatever the place is called."""

from types import SimpleNamespace

import numpy as np

from planner.links.named import base_of
from planner.plan.second_paths import Ground


def test_a_sector_is_its_base_stations_place():
    ids = np.array(["A", "B:1", "~sector:ptmp:A", "~sector:tv_white_space:B:1"], dtype=object)
    assert [base_of(name) for name in ids[2:]] == ["A", "B:1"]
    options = SimpleNamespace(
        u=np.array([-1, -1, 0, 1]),
        v=np.array([0, 1, 2, 3]),
        technology=lambda: np.array(["source", "source", "ptmp", "tv_white_space"]),
        places=SimpleNamespace(id=ids),
    )
    ground = Ground.of(None, options, np.zeros(1), measure=0, max_hops=None)
    assert ground.site.tolist() == [0, 1, 0, 1]

"""Outlines of regions for maps: every border, no finer than a map shows."""

import json

import geopandas as gpd
import numpy as np
import shapely

from planner.report.outlines import FINENESS, write_outlines


def test_outlines_stay_near_the_borders_and_lose_what_nobody_sees(tmp_path):
    turn = np.linspace(0, 2 * np.pi, 20_001)[:-1]
    disc = shapely.Polygon(np.column_stack([10 + np.cos(turn), 5 + np.sin(turn)]))
    ring = shapely.box(12, 4, 14, 6).difference(shapely.box(12.5, 4.5, 13.5, 5.5))
    islands = shapely.MultiPolygon([shapely.box(20, 4, 21, 5), shapely.box(22, 4, 23, 5)])
    regions = gpd.GeoDataFrame({"id": list("abc")}, geometry=[disc, ring, islands], crs="EPSG:4326")
    write_outlines(regions, tmp_path)
    outlines = [shapely.LineString(line) for line in json.loads((tmp_path / "regions.json").read_bytes())["outlines"]]
    assert len(outlines) == 1 + 2 + 2
    assert shapely.get_num_coordinates(outlines[0]) < 500
    borders = shapely.union_all(shapely.boundary(regions.geometry.to_numpy()))
    drawn = shapely.union_all(outlines)
    pixel = 14 / FINENESS
    assert shapely.hausdorff_distance(borders, drawn) < 2 * pixel

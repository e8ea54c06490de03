"""Files that point to the network: none is opened, so that nothing is asked for. A server that counts what is asked."""

import http.server
import threading

import pyogrio
import pytest
import rasterio
from rasterio.errors import RasterioError

from planner.errors import InputError
from planner.inputs.vector import read_layer
from planner.terrain import open_elevation, refuse_network

SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


@pytest.fixture
def server():
    """Return the address of a server on this machine, and what it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", asked
        serving.shutdown()
        thread.join()


def vrt(source, relative=0):
    return (
        '<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>EPSG:4326</SRS><GeoTransform>1,0.1,0,1,0,-0.1</GeoTransform>'
        f'<VRTRasterBand dataType="Int16" band="1"><SimpleSource><SourceFilename shared="0" relativeToVRT="{relative}">'
        f"{source}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )


def wms(address):
    return (
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service><DataWindow>'
        "<UpperLeftX>-180</UpperLeftX><UpperLeftY>90</UpperLeftY><LowerRightX>180</LowerRightX>"
        "<LowerRightY>-90</LowerRightY><TileLevel>3</TileLevel></DataWindow><Projection>EPSG:4326</Projection>"
        "<BandsCount>1</BandsCount></GDAL_WMS>"
    )


def geojson(address):
    link = f'"crs": {{"type": "link", "properties": {{"href": "{address}/crs", "type": "proj4"}}}}'
    point = '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}'
    return f'{{"type": "FeatureCollection", "features": [{point}], {link}}}'


def is_refused(path, address):
    with pytest.raises(InputError) as caught:
        refuse_network(path, "named.so")
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("network-file", "named.so")
    assert address in problem.message
    assert "download" in problem.remedy


def test_a_raster_made_of_one_on_the_network(tmp_path, server):
    address, asked = server
    path = tmp_path / "dem.vrt"
    path.write_text(vrt(f"/vsicurl/{address}/dem.tif"))
    is_refused(path, f"/vsicurl/{address}/dem.tif")
    (tmp_path / "outer.vrt").write_text(vrt("dem.vrt", relative=1))
    is_refused(tmp_path / "outer.vrt", f"/vsicurl/{address}/dem.tif")
    with pytest.raises(InputError) as caught:
        open_elevation([path], lon=[1.5], lat=[0.5], margin_km=1)
    assert [problem.code for problem in caught.value.problems] == ["network-file"]
    assert asked == []
    with rasterio.open(path) as dataset, pytest.raises(RasterioError):
        dataset.read(1)
    assert asked  # what would have happened


def test_a_map_service_under_a_raster_s_name(tmp_path, server):
    address, asked = server
    path = tmp_path / "dem.tif"
    path.write_text(wms(address))
    is_refused(path, address)
    assert asked == []
    with rasterio.open(path) as dataset, pytest.raises(RasterioError):
        dataset.read(1, window=((0, 2), (0, 2)))
    assert asked


def test_a_layer_whose_crs_is_an_address(tmp_path, server):
    address, asked = server
    path = tmp_path / "roads.geojson"
    path.write_text(geojson(address))
    is_refused(path, f"{address}/crs")
    assert asked == []
    pyogrio.read_dataframe(path)
    assert asked


@pytest.mark.parametrize(
    "name",
    ["/vsicurl/https://example.org/dem.tif", "/vsizip//vsis3/bucket/dem.zip/dem.tif", "https://example.org/dem.tif"],
)
def test_names_that_are_addresses(tmp_path, name):
    is_refused(tmp_path / name, name.replace("//", "/"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "tiles.vrt",
            vrt("tile.tif", relative=1).replace("<SRS>", "<Metadata><MDI>https://licence.org</MDI></Metadata><SRS>"),
        ),
        ("itself.vrt", vrt("itself.vrt", relative=1)),
        ("schema.vrt", vrt("tile.tif").replace("<VRTDataset", f'<VRTDataset xmlns:xsi="{SCHEMA}"')),
        ("long.vrt", vrt("n" * 5000)),
        ("cut.vrt", vrt("tile.tif")[:100]),
        ("linked.geojson", geojson("crs.prj").replace("crs.prj/crs", "crs.prj")),
        ("kept.vrt", vrt("/home/vsicurl/tile.tif")),
        ("a.geojson", '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:4326"}}}'),
        ("sites.geojson", '{"features": [{"properties": {"crs": "no", "href": "https://example.org"}}]}'),
        ("offices.csv", "id,web\n1,https://example.org\n"),
        ("empty.tif", ""),
    ],
)
def test_what_only_speaks_of_addresses_is_taken(tmp_path, name, text):
    folder = tmp_path / "vsicurl"
    folder.mkdir()
    (folder / name).write_text(text)
    refuse_network(folder / name, name)


def test_another_attribute_does_not_say_where_a_part_lies(tmp_path, server, monkeypatch):
    """The part counts from where the program runs, although shared="1" stands beside."""
    address, asked = server
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here/inner.vrt").write_text(vrt(f"/vsicurl/{address}/dem.tif"))
    (tmp_path / "outer.vrt").write_text(vrt("inner.vrt").replace('shared="0"', 'shared="1"'))
    is_refused(tmp_path / "outer.vrt", f"/vsicurl/{address}/dem.tif")
    assert asked == []
    with rasterio.open(tmp_path / "outer.vrt") as dataset, pytest.raises(RasterioError):
        dataset.read(1)
    assert asked


@pytest.mark.parametrize("slash", ["&#47;", "&#x2F;", "<![CDATA[/]]>"])
def test_an_address_that_is_written_otherwise(tmp_path, server, slash):
    address, asked = server
    path = tmp_path / "dem.vrt"
    path.write_text(vrt(f"{slash}vsicurl/{address}/dem.tif"))
    is_refused(path, f"/vsicurl/{address}/dem.tif")
    path.write_text("<Remark/>" + vrt(f"{slash}vsicurl/{address}/dem.tif").replace('band="1"', "band=1"))
    if "CDATA" not in slash:
        is_refused(path, f"/vsicurl/{address}/dem.tif")
    assert asked == []


def test_entities_of_a_file_s_own_are_not_made_large(tmp_path):
    laughs = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    path = tmp_path / "dem.vrt"
    path.write_text(f'<!DOCTYPE x [<!ENTITY e0 "ha">{laughs}]>' + vrt("&e9;"))
    refuse_network(path, "dem.vrt")
    path.write_text(f'<!DOCTYPE x [<!ENTITY e0 "ha">{laughs}]>' + vrt("/vsicurl/https://example.org/dem.tif"))
    is_refused(path, "example.org")


def gml(address):
    """An answer of a web service as saved: it names its schema by a question to the service."""
    question = f"{address}/wfs?SERVICE=WFS&amp;VERSION=1.1.0&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=app:site"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" '
        f'xmlns:gml="http://www.opengis.net/gml" xmlns:app="http://localhost/app" xmlns:xsi="{SCHEMA}" '
        f'xsi:schemaLocation="http://localhost/app {question}"><gml:featureMember><app:site gml:id="site.1">'
        '<app:name>Mora</app:name><app:geom><gml:Point srsName="urn:ogc:def:crs:OGC:1.3:CRS84"><gml:pos>1 2</gml:pos>'
        "</gml:Point></app:geom></app:site></gml:featureMember></wfs:FeatureCollection>\n"
    )


def test_a_layer_whose_schema_is_a_question_to_a_service(tmp_path, server):
    """It is read without asking: what it holds says enough."""
    address, asked = server
    path = tmp_path / "sites.gml"
    path.write_text(gml(address))
    table = read_layer(path, "sites.gml", layer=None)
    assert table.columns["name"].tolist() == ["Mora"]
    assert asked == []
    path.with_suffix(".gfs").unlink(missing_ok=True)  # what was found out of the schema would be taken from it
    pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "YES", "GML_DOWNLOAD_WFS_SCHEMA": None})
    pyogrio.read_dataframe(path)
    assert asked  # what would have happened

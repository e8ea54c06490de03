"""A server of this machine laid out as the bucket of Copernicus and Overpass are, which fails on demand."""

import hashlib
import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import numpy as np
import rasterio
from affine import Affine

CELLS = 60


def tile(west, south, height=7.0):
    """Return the bytes of a tile: half a cell beside the degrees, as Copernicus' are."""
    half = 0.5 / CELLS
    with rasterio.MemoryFile() as file:
        with file.open(
            driver="GTiff",
            height=CELLS,
            width=CELLS,
            count=1,
            dtype="float32",
            crs="EPSG:4326",
            transform=Affine(1 / CELLS, 0, west - half / 60, 0, -1 / CELLS, south + 1 + half / 60),
        ) as dataset:
            noise = np.random.default_rng(abs(west) + 1000 * abs(south)).normal(size=(CELLS, CELLS))
            dataset.write((height + noise).astype("float32"), 1)
        return file.read()


class Bucket:
    """What a server holds, how it is to fail, and what it was asked for."""

    def __init__(self):
        self.files = {}
        self.ways = []
        self.failures = []
        """One a request: status, ``("cut", bytes)``, ``("retry", status, wait)``, ``("length", text)``, or
        ``"wrong-etag"``."""
        self.asked = []
        self.largest_answer = 10**9
        self.answer = None
        """Bytes that every question about roads is answered with."""
        self.thinks_s = 0.0
        """How long it is silent before it answers a question about roads."""
        self.url = ""

    def add(self, west, south):
        lat, lon = f"{'N' if south >= 0 else 'S'}{abs(south):02d}", f"{'E' if west >= 0 else 'W'}{abs(west):03d}"
        name = f"Copernicus_DSM_COG_10_{lat}_00_{lon}_00_DEM"
        self.files[f"/{name}/{name}.tif"] = tile(west, south)
        return name


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def _send(self, status, body=b"", headers=(), cut=None, length=None):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)) if length is None else length)
        self.end_headers()
        self.wfile.write(body if cut is None else body[:cut])
        if cut is not None or length is not None:
            self.close_connection = True

    def _fails(self):
        failure = self.server.bucket.failures.pop(0) if self.server.bucket.failures else None
        if isinstance(failure, int):
            self._send(failure, b"<html>later</html>")
            return True, None
        if isinstance(failure, tuple) and failure[0] == "retry":
            self._send(failure[1], b"", {"Retry-After": str(failure[2])})
            return True, None
        return False, failure

    def do_GET(self):
        bucket = self.server.bucket
        bucket.asked.append((self.path, self.headers.get("Range")))
        answered, failure = self._fails()
        if answered:
            return
        body = bucket.files.get(self.path)
        if body is None:
            self._send(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        etag = f'"{hashlib.md5(body).hexdigest()}"'
        headers = {"ETag": f'"{"0" * 32}"' if failure == "wrong-etag" else etag}
        cut = failure[1] if isinstance(failure, tuple) and failure[0] == "cut" else None
        length = failure[1] if isinstance(failure, tuple) and failure[0] == "length" else None
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted and self.headers.get("If-Range") == etag:
            start = int(wanted[1])
            if start >= len(body):
                self._send(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                return
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            self._send(206, body[start:], headers, cut)
        else:
            self._send(200, body, headers, cut, length)

    def do_POST(self):
        bucket = self.server.bucket
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        question = form["data"][0]
        bucket.asked.append((self.path, question))
        answered, failure = self._fails()
        if answered:
            return
        time.sleep(bucket.thinks_s)
        if bucket.answer is not None:
            self._send(200, bucket.answer)
            return
        south, west, north, east = map(float, re.search(r"\(([-\d.,]+)\);out", question)[1].split(","))
        classes = re.search(r'"\^\(([a-z_|]+)\)', question)[1].split("|")
        ways = [
            way
            for way in bucket.ways
            if way["tags"]["highway"].removesuffix("_link") in classes
            and any(south <= p["lat"] <= north and west <= p["lon"] <= east for p in way["geometry"])
        ]
        answer = {"version": 0.6, "elements": ways}
        if len(ways) > bucket.largest_answer:
            answer = {"elements": ways[:1], "remark": 'runtime error: Query timed out in "query" at line 1'}
        self._send(200, json.dumps(answer).encode(), {}, failure[1] if isinstance(failure, tuple) else None)


@contextmanager
def serving():
    """Give a running bucket."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.bucket = Bucket()
    server.bucket.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.bucket
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

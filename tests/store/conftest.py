"""A cache, a package index and a server of our own, all on this machine."""

import contextlib
import hashlib
import os
import threading
import time
import zipfile
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from opsin.store.asset import Asset, Carrier


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OPSIN_OFFLINE", raising=False)
    return tmp_path / "home"


@pytest.fixture
def asset_of():
    """An asset that holds the bytes given, in the package given, at the addresses given."""

    def make(content, name="spot.onnx", package=None, addresses=()):
        carrier = Carrier(package, f"spots/{name}", 1000) if package else None
        return Asset(name, hashlib.sha256(content).hexdigest(), len(content), carrier, tuple(addresses))

    return make


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """Puts a wheel with the members given where the client, and nothing else, finds it."""
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))

    def make(members, name="spots"):
        about = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(index / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            for member, content in members.items():
                wheel.writestr(member, content)
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")

    return make


@pytest.fixture
def client_that(tmp_path, monkeypatch):
    """Puts a client of our own, which runs the code given, in the place of the ordinary one."""

    def put(code):
        folder = tmp_path / "client"
        folder.mkdir()
        (folder / "pip.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return put


class Handler(BaseHTTPRequestHandler):
    """Serves `server.files`. A path may say how: /slow/, /still/, /cut/ (half of it), /whole/ (no ranges), /to?."""

    def do_GET(self):
        way, name = self.path.split("/")[1], self.path.split("/")[-1]
        self.server.asked[name].append(self.headers.get("Range"))
        if way.startswith("to?"):
            return self._redirect(self.path.split("?", 1)[1])
        if name not in self.server.files:
            return self.send_error(404)
        return self._send(way, self.server.files[name])

    def _redirect(self, address):
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def _send(self, way, content):
        wanted = self.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and way != "whole" else 0
        if start >= len(content):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        return self._write(way, content[start:])

    def _write(self, way, content):
        steps = [content[: len(content) // 2] if way == "cut" else content]
        if way in ("slow", "still"):
            steps = [bytes([byte]) for byte in content]
        with contextlib.suppress(ConnectionError):  # who asked may well be gone
            for step in steps:
                self.wfile.write(step)
                time.sleep({"slow": 0.02, "still": 2}.get(way, 0))

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.files, running.asked = {}, defaultdict(list)
        running.address = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()

"""An empty cache of our own, and cards with files that a local folder stands in for."""

import hashlib

import pytest

from opsin.store.asset import Asset, Carrier
from opsin.store.fetch import path_of
from opsin.weights.card import Card


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    monkeypatch.delenv("OPSIN_LICENCES", raising=False)
    return tmp_path / "home"


@pytest.fixture
def asset_of():
    """An asset that holds the bytes given."""

    def make(content, name="spot.onnx"):
        carrier = Carrier("spots==1.0", f"spots/{name}", 1000)
        return Asset(name, hashlib.sha256(content).hexdigest(), len(content), carrier)

    return make


@pytest.fixture
def card_of(asset_of):
    """A card with files of the contents given, by role."""

    def make(name="spot.none", licence="MIT", trained_on="", data_terms="", **contents):
        files = {role: asset_of(content, f"{role}.bin") for role, content in contents.items()}
        terms = {"licence": licence, "trained_on": trained_on, "data_terms": data_terms}
        return Card(name=name, task="detection", summary="Finds spots.", files=files, **terms)

    return make


@pytest.fixture
def put():
    """Puts bytes where the cache has, or would have, an asset."""

    def write(asset, content):
        path_of(asset).parent.mkdir(parents=True, exist_ok=True)
        path_of(asset).write_bytes(content)

    return write

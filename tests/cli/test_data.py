import hashlib
from pathlib import Path

import pytest

from opsin.data import samples
from opsin.data.samples import Sample
from opsin.store.asset import Asset
from opsin.store.fetch import path_of


@pytest.fixture
def cached(monkeypatch):
    """One sample of five bytes, in the cache."""
    asset = Asset("a.png", hashlib.sha256(b"a.png").hexdigest(), 5)
    only = (Sample(asset, "a cat", "Somebody", "CC0-1.0"),)
    monkeypatch.setattr(samples, "SAMPLES", only)
    monkeypatch.setattr("opsin.cli._data.SAMPLES", only)
    path_of(asset).parent.mkdir(parents=True)
    path_of(asset).write_bytes(b"a.png")


@pytest.mark.usefixtures("cached")
def test_samples_are_put_where_one_asks_and_say_whose_they_are(opsin):
    ended = opsin("data", "pull", "samples", "photos")
    assert Path("photos/a.png").read_bytes() == b"a.png"
    assert ended.out.splitlines() == ["1 pictures are in photos:", "  a.png                a cat (Somebody, CC0-1.0)"]


@pytest.mark.usefixtures("cached")
def test_samples_have_a_folder_of_their_own(opsin):
    assert opsin("data", "pull", "samples").code == 0
    assert Path("samples/a.png").exists()


def test_offline_the_package_is_named(opsin):
    ended = opsin("data", "pull", "samples")
    assert (ended.code, ended.out) == (1, "")
    assert "OPSIN_OFFLINE forbids fetching it from skimage/data/astronaut.png in the package scikit_image" in ended.err


def test_an_unknown_set_is_wrong_usage_and_the_sets_are_named(opsin):
    ended = opsin("data", "pull", "sample")
    assert (ended.code, ended.out) == (2, "")
    assert "samples" in ended.err


def test_help_shows_an_example(opsin):
    assert "opsin data pull samples photos" in opsin("data", "pull", "--help").out

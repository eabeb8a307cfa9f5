"""Photographs and trained models; a test that asks for them is skipped where they are not here."""

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from opsin.data.samples import SAMPLES
from opsin.media.sources import read_image
from opsin.models import _registry
from opsin.store.fetch import have, path_of

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def photographs():
    """Sample photographs: an astronaut, a cat, a cup of coffee ..., by name."""
    if not all(have(sample.asset) for sample in SAMPLES):
        pytest.skip("the sample photographs are not here: opsin data pull samples")
    return {sample.name: read_image(path_of(sample.asset)) for sample in SAMPLES}


@pytest.fixture(scope="session")
def street():
    """A photograph of COCO with many things in it."""
    folder = SHARED / "coco_dev" / "val2017"
    if not folder.exists():
        pytest.skip("../shared/data/coco_dev is not here")
    return read_image(sorted(folder.glob("*.jpg"))[0])


@pytest.fixture
def hub_of(monkeypatch):
    """Puts a module with some classes in KerasHub's place: the package is gigabytes, and its presets lie far away."""

    def offer(**classes):
        module = ModuleType("keras_hub")
        module.__spec__ = ModuleSpec("keras_hub", None)
        module.models = SimpleNamespace(**classes)
        monkeypatch.setitem(sys.modules, "keras_hub", module)

    monkeypatch.setattr("opsin.models._hub.keras", lambda: None)
    _registry._open_named.cache_clear()
    yield offer
    _registry._open_named.cache_clear()

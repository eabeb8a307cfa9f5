"""Photographs and trained models; a test that asks for them is skipped where they are not here."""

from pathlib import Path

import pytest

from opsin.data.samples import SAMPLES
from opsin.media.sources import read_image
from opsin.models import cards_needed, open_model
from opsin.runtime.network import Place
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
def trained():
    """Opens a trained model by name."""

    def opened(name):
        if not all(have(asset) for card in cards_needed(name) for asset in card.files.values()):
            pytest.skip(f"the weights of {name} are not here: opsin models pull {name}")
        return open_model(name, Place())

    return opened

"""Photographs and trained models; a test that asks for them is skipped where they are not here."""

from pathlib import Path

import pytest

from opsin.data.samples import SAMPLES
from opsin.media.sources import read_image
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

"""Data and what was measured of it, made up: each test says what is odd and leaves the rest as it usually is."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from opsin.data.checks import Fact
from opsin.data.dataset import Arrays, Dataset


@pytest.fixture
def data_of():
    """data_of("cat train", "dog test", …): a dataset with so labelled pictures, each in its part."""

    def make(*entries, source=Path("photos"), ink=False, **columns):
        labels, parts = zip(*([*entry.split(), ""][:2] for entry in entries), strict=True)
        known = tuple(sorted(set(labels)))
        return Dataset(
            name="pets",
            labels=known,
            pictures=Arrays(np.zeros((len(entries), 2, 2, 3), np.uint8), np.arange(len(entries))),
            truth=np.array([known.index(label) for label in labels], np.int64),
            parts=np.array(parts, "U10"),
            columns={name: np.array(values) for name, values in columns.items()},
            source=source,
            ink=ink,
        )

    return make


@pytest.fixture
def fact_of():
    """fact_of(seed, …): what is measured of an ordinary picture that looks like no other, but for what is given."""

    def make(seed, **odd):
        rng = np.random.default_rng(seed)
        usual = {
            "digest": hashlib.sha256(str(seed).encode()).digest(),
            "size": (300, 400),
            "hash": int(rng.integers(1, 2**63)),
            "thumb": rng.integers(0, 256, (16, 16, 3), np.uint8),
            "sharpness": 2.0,
            "low": 40.0,
            "high": 220.0,
        }
        return Fact(**(usual | odd))

    return make

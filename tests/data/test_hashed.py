import os

import numpy as np
import pytest

from opsin.data import hashed as module
from opsin.data.files import Files
from opsin.data.hashed import hashed
from opsin.data.near import hashes
from opsin.media.files import save_image


@pytest.fixture
def files(folder_of):
    return Files(folder_of({".": 3}), ("0.png", "1.png", "2.png"))


@pytest.fixture
def read(monkeypatch):
    """Names of the pictures that were read."""
    names = []

    def reading(pictures, progress):
        names.extend(pictures.names)
        return hashes(pictures, progress)

    monkeypatch.setattr(module, "hashes", reading)
    return names


def test_hashes_are_those_of_the_pictures(files):
    assert hashed(files).tolist() == hashes(files).tolist()


def test_the_second_time_nothing_is_read(files, read):
    first = hashed(files)
    read.clear()
    assert hashed(files).tolist() == first.tolist()
    assert read == []


def test_only_what_changed_or_is_new_is_read(files, read, picture):
    hashed(files.take(np.array([0, 1])))
    read.clear()
    save_image(files.path(1), picture(9))
    os.utime(files.path(1), (1, 1))
    assert hashed(files).tolist() == hashes(files).tolist()
    assert read == ["1.png", "2.png"]


def test_what_was_kept_and_is_damaged_is_made_anew(files, home):
    expected = hashed(files).tolist()
    (kept,) = (home / "hashes").iterdir()
    kept.write_bytes(b"damaged")
    assert hashed(files).tolist() == expected

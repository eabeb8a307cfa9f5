import numpy as np
import pytest

from opsin.data.dataset import Arrays
from opsin.engine.features import FOLDER, seen
from opsin.store.home import home


class Means:
    """Sees the mean colour at one place, and counts how often it looks."""

    name, shape, input_size = "means", (1, 1, 3), (8, 8)

    def __init__(self):
        self.looks = 0

    def __call__(self, images):
        self.looks += 1
        return np.stack([image.mean(axis=(0, 1), dtype=np.float32) for image in images])[:, None, None]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path))


@pytest.fixture
def pictures():
    return Arrays(np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8), np.arange(2))


def test_what_is_seen_is_that_of_the_picture(pictures):
    np.testing.assert_allclose(seen(Means(), pictures, 1)[0, 0], pictures[1].mean(axis=(0, 1)), rtol=1e-3)


def test_a_picture_is_looked_at_once(pictures):
    sight = Means()
    first, again = seen(sight, pictures, 0), seen(sight, pictures, 0)
    assert sight.looks == 1
    np.testing.assert_array_equal(first, again)


def test_a_copy_of_a_picture_costs_nothing(pictures):
    sight = Means()
    for index in (0, 1):
        seen(sight, Arrays(pictures.pixels[[0, 0]], np.arange(2)), index)
    assert sight.looks == 1


def test_another_sight_looks_for_itself(pictures):
    first, other = Means(), Means()
    other.name = "others"
    for each in (first, other):
        seen(each, pictures, 0)
    assert (first.looks, other.looks) == (1, 1)


@pytest.mark.parametrize("spoiled", [b"", b"no numbers"])
def test_a_damaged_file_is_made_anew(pictures, spoiled):
    sight = Means()
    whole = seen(sight, pictures, 0)
    (file,) = (home() / FOLDER).rglob("*.npy")
    file.write_bytes(spoiled)
    np.testing.assert_array_equal(seen(sight, pictures, 0), whole)
    assert sight.looks == 2


def test_numbers_of_another_shape_are_made_anew(pictures):
    sight = Means()
    seen(sight, pictures, 0)
    (file,) = (home() / FOLDER).rglob("*.npy")
    np.save(file, np.zeros((2, 2), np.float16))
    assert seen(sight, pictures, 0).shape == (1, 1, 3)

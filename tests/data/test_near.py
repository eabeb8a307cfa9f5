import io

import cv2
import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from opsin.data.dataset import Arrays
from opsin.data.files import Files
from opsin.data.near import NEAR, alike, groups, hashes, near_pairs, perceptual_hash


@pytest.fixture(scope="session")
def photo():
    """(240, 320, 3): coarse noise, smoothed, as a photograph is."""
    coarse = np.random.default_rng(3).integers(0, 256, (12, 16, 3), np.uint8)
    return cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_CUBIC)


def distance(first, second):
    return (perceptual_hash(first) ^ perceptual_hash(second)).bit_count()


def saved(image, kind, **options):
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, kind, **options)
    return np.asarray(Pillow.open(buffer).convert("RGB"))


CHANGES = {
    "saved as a poor JPEG": lambda image: saved(image, "JPEG", quality=30),
    "saved as WebP": lambda image: saved(image, "WEBP", quality=50),
    "half as large": lambda image: cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA),
    "squeezed to a square": lambda image: cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA),
    "grey": lambda image: cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None],
    "darker": lambda image: (image * 0.8).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_picture_is_near_itself(photo, change):
    assert distance(photo, change(photo)) <= NEAR


@pytest.mark.parametrize("seed", range(5))
def test_pictures_of_other_things_are_far(photo, picture, seed):
    assert distance(photo, picture(seed)) > 3 * NEAR


def test_hashes_agree_with_the_package_imagehash_about_what_is_near(photo):
    theirs = [imagehash.phash(Pillow.fromarray(each)) for each in (photo, CHANGES["half as large"](photo))]
    assert theirs[0] - theirs[1] <= NEAR


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_says_nothing(level):
    assert perceptual_hash(np.full((50, 50, 3), level, np.uint8)) == 0


def test_a_picture_as_small_as_a_digit_says_nothing(picture):
    assert perceptual_hash(picture(1)[:28, :28]) == 0
    assert perceptual_hash(picture(1)[:32, :32]) != 0


def test_hashes_are_those_of_the_pictures(picture):
    pixels = np.stack([picture(seed) for seed in range(3)])
    found = hashes(Arrays(pixels, np.arange(3)))
    assert found.dtype == np.uint64
    assert found.tolist() == [perceptual_hash(each) for each in pixels]


def test_a_picture_that_cannot_be_read_says_nothing(folder_of):
    folder = folder_of({".": 1})
    (folder / "bad.png").write_bytes(b"bad")
    assert (hashes(Files(folder, ("0.png", "bad.png"))) != 0).tolist() == [True, False]


def test_progress_ends_with_all_of_them(picture):
    told = []
    hashes(Arrays(np.stack([picture(1)] * 3), np.arange(3)), lambda *what: told.append(what))
    assert told[-1] == ("near duplicates", 3, 3)


def all_pairs(values, most):
    """The slow way."""
    n = range(len(values))
    return [
        [a, b]
        for a in n
        for b in n
        if a < b and values[a] and values[b] and (values[a] ^ values[b]).bit_count() <= most
    ]


@settings(deadline=None)
@given(st.lists(st.integers(0, 31) | st.integers(2**64 - 32, 2**64 - 1), max_size=30), st.integers(0, 6))
def test_pairs_are_those_of_the_slow_way(values, most):
    assert near_pairs(np.array(values, np.uint64), most).tolist() == all_pairs(values, most)


def test_what_says_nothing_is_near_nothing():
    assert near_pairs(np.zeros(5, np.uint64)).shape == (0, 2)


def test_no_hashes_have_no_pairs():
    assert near_pairs(np.zeros(0, np.uint64)).shape == (0, 2)


def test_chains_are_one_group():
    assert groups(6, np.array([[4, 5], [1, 2], [2, 4]])).tolist() == [0, 1, 1, 3, 1, 1]


def test_nothing_joined_leaves_each_alone():
    assert groups(3, np.empty((0, 2), np.intp)).tolist() == [0, 1, 2]


@settings(deadline=None)
@given(st.lists(st.integers(0, 63), max_size=30), st.integers(0, 3))
def test_alike_is_the_groups_of_the_pairs(values, most):
    hashed = np.array(values, np.uint64)
    assert alike(hashed, most).tolist() == groups(len(values), near_pairs(hashed, most)).tolist()


def test_thousands_of_one_picture_are_one_group():
    assert alike(np.full(20_000, 7, np.uint64)).max() == 0

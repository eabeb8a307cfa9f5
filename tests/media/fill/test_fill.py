import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.errors import InputError, OptionError
from opsin.media.fill import FILLS, exemplar, fill

SIZE = (64, 80)
ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]]


def hole_at(top, left, high, wide, size=SIZE):
    hole = np.zeros(size, bool)
    hole[top : top + high, left : left + wide] = True
    return hole


def grey(levels):
    return np.repeat(levels.astype(np.uint8)[..., None], 3, axis=2)


def noise(size=SIZE, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)


def wrong(image, truth, hole):
    """Mean difference inside the hole."""
    return np.abs(image[hole].astype(int) - truth[hole]).mean()


MIDDLE = hole_at(24, 30, 14, 18)
STRIPES = grey(COLUMNS // 4 % 2 * 200 + 20)
SLANTED = grey((COLUMNS + ROWS) // 4 % 2 * 200 + 20)
CHECKERS = grey((COLUMNS // 4 + ROWS // 4) % 2 * 200 + 20)


@pytest.mark.parametrize("how", FILLS)
@settings(deadline=None, max_examples=6)
@given(top=st.integers(-10, 60), left=st.integers(-10, 70), high=st.integers(1, 25), wide=st.integers(1, 25))
def test_outside_the_hole_nothing_changes(how, top, left, high, wide):
    hole = hole_at(max(top, 0), max(left, 0), high, wide)
    image = noise()
    assert (fill(image, hole, how=how)[~hole] == image[~hole]).all()


@pytest.mark.parametrize("hole", [MIDDLE, hole_at(0, 0, 20, 20), hole_at(50, 60, 14, 20), hole_at(0, 30, 64, 12)])
def test_a_picture_of_one_colour_stays_so_wherever_the_hole_lies(hole):
    image = np.full((*SIZE, 3), (12, 130, 251), np.uint8)
    assert (fill(np.where(hole[..., None], np.uint8(99), image), hole) == image).all()


@pytest.mark.parametrize("truth", [STRIPES, SLANTED, CHECKERS], ids=["stripes", "slanted", "checkers"])
def test_what_repeats_is_brought_back(truth):
    image = np.where(MIDDLE[..., None], np.uint8(128), truth)
    assert wrong(fill(image, MIDDLE), truth, MIDDLE) < 2


@pytest.mark.parametrize("how", ["telea", "navier-stokes"])
def test_colours_that_run_in_do_not_bring_back_what_repeats(how):
    assert wrong(fill(CHECKERS, MIDDLE, how=how), CHECKERS, MIDDLE) > 30


def test_what_repeats_is_brought_back_in_a_hole_that_touches_the_border():
    hole = hole_at(0, 30, 16, 16)
    assert wrong(fill(np.where(hole[..., None], np.uint8(0), STRIPES), hole), STRIPES, hole) < 2


def test_an_edge_goes_on_through_the_hole():
    truth = grey(np.where(ROWS < 31, 220, 40))
    image = np.where(MIDDLE[..., None], np.uint8(255), truth)
    assert wrong(fill(image, MIDDLE), truth, MIDDLE) < 3


def test_what_was_in_the_hole_does_not_matter():
    image, other = noise(), noise()
    other[MIDDLE] = 255
    assert (fill(image, MIDDLE) == fill(other, MIDDLE)).all()


def test_the_same_picture_is_filled_the_same_way_twice():
    assert (fill(noise(), MIDDLE) == fill(noise(), MIDDLE)).all()


def test_a_mirrored_picture_is_filled_as_well():
    truth = grey((COLUMNS * 3 + ROWS) // 5 % 2 * 200)
    errors = [
        wrong(fill(each, MIDDLE[:, ::side]), each, MIDDLE[:, ::side]) for side in (1, -1) for each in [truth[:, ::side]]
    ]
    assert max(errors) < min(errors) + 8


def test_the_picture_that_was_given_is_not_changed():
    image, hole = noise(), MIDDLE.copy()
    fill(image, hole)
    assert (image == noise()).all()
    assert (hole == MIDDLE).all()


def test_a_picture_smaller_than_a_patch_is_filled_all_the_same():
    image = np.full((5, 5, 3), 40, np.uint8)
    assert (fill(image, hole_at(2, 2, 1, 1, (5, 5))) == 40).all()


def test_holes_far_apart_are_each_filled_from_around_them():
    truth = np.zeros((50, 300, 3), np.uint8)
    truth[:, 150:] = 200
    hole = hole_at(20, 20, 8, 8, (50, 300)) | hole_at(20, 270, 8, 8, (50, 300))
    assert (fill(np.where(hole[..., None], np.uint8(90), truth), hole) == truth).all()


def test_a_picture_full_of_specks_is_filled_at_once():
    hole = np.zeros((160, 160), bool)
    hole[9::18, 9::18] = True
    assert (fill(np.full((160, 160, 3), 9, np.uint8), hole) == 9).all()


def test_a_large_hole_is_searched_at_a_smaller_size_and_copied_with_every_pixel(monkeypatch):
    monkeypatch.setattr(exemplar, "_SEARCHED", 400)
    rows, columns = np.mgrid[:160, :200]
    truth = grey((columns // 8 + rows // 8) % 2 * 200 + 20)
    hole = hole_at(50, 60, 50, 60, (160, 200))
    assert wrong(fill(np.where(hole[..., None], np.uint8(0), truth), hole), truth, hole) < 4


def test_with_nothing_to_fill_the_picture_stays_and_is_a_new_one():
    image = noise()
    filled = fill(image, np.zeros(SIZE, bool))
    assert (filled == image).all()
    assert not np.shares_memory(filled, image)


@pytest.mark.parametrize("how", FILLS)
def test_a_hole_as_large_as_the_picture_is_refused(how):
    with pytest.raises(InputError, match=r"takes the whole picture; nothing is left to fill it from\. Erase less"):
        fill(noise(), np.ones(SIZE, bool), how=how)


def test_a_hole_of_another_size_is_refused():
    with pytest.raises(InputError, match=r"height and width \(64, 80\); got a mask of \(80, 64\)"):
        fill(noise(), MIDDLE.T)


def test_an_unknown_way_is_refused():
    with pytest.raises(OptionError, match="fill must be one of exemplar, telea, navier-stokes; got 'magic'"):
        fill(noise(), MIDDLE, how="magic")


def test_telea_is_that_of_opencv():
    wanted = cv2.inpaint(noise(), MIDDLE.astype(np.uint8), 5, cv2.INPAINT_TELEA)
    assert (fill(noise(), MIDDLE, how="telea") == wanted).all()

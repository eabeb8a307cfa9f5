"""A subject cut out along its picture's edges."""

import numpy as np
import pytest

from opsin.media.guided import grey_levels
from opsin.media.levels import resize_levels
from opsin.uses._cut import PHOTO, VIDEO, cut, reduced_alpha

RED, BLUE = (250, 140, 90), (30, 50, 100)


def portrait(size=(240, 320)):
    """A red disc before blue, and its true alpha."""
    rows, columns = np.indices(size)
    alpha = (np.hypot(rows - size[0] / 2, columns - size[1] / 2) < size[0] / 4).astype(np.float32)
    return np.where(alpha[..., None] > 0, RED, BLUE).astype(np.uint8), alpha


def coarse(alpha):
    """As a network would see it: of 160 pixels across."""
    return resize_levels(resize_levels(alpha, (120, 160)), alpha.shape)


@pytest.mark.parametrize("detail", [PHOTO, VIDEO])
def test_an_edge_that_was_seen_coarsely_becomes_sharp(detail):
    image, truth = portrait()
    one = cut(image, reduced_alpha(coarse(truth), detail), grey_levels(image), detail)
    assert np.abs(one.alpha - truth).mean() < 0.9 * np.abs(coarse(truth) - truth).mean()


@pytest.mark.parametrize("level", [0.0, 0.04, 0.97, 1.0])
def test_what_is_nearly_all_or_nothing_is_so(level):
    image, _ = portrait()
    alpha = reduced_alpha(np.full(image.shape[:2], level, np.float32), PHOTO)
    assert cut(image, alpha, grey_levels(image), PHOTO).alpha == pytest.approx(round(level), abs=1e-5)


@pytest.mark.parametrize("detail", [PHOTO, VIDEO])
def test_where_all_is_subject_its_colours_stay(detail):
    image, _ = portrait()
    one = cut(image, reduced_alpha(np.ones(image.shape[:2], np.float32), detail), grey_levels(image), detail)
    assert np.abs(one.subject.astype(int) - image).max() <= 1


def test_a_video_costs_fewer_pixels_than_a_photo():
    image, truth = portrait((720, 1280))
    assert reduced_alpha(truth, VIDEO).size < reduced_alpha(truth, PHOTO).size
    assert cut(image, reduced_alpha(truth, VIDEO), grey_levels(image), VIDEO).alpha.shape == (720, 1280)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (3, 2)])
def test_tiny_pictures_are_cut_too(size):
    image = np.full((*size, 3), 200, np.uint8)
    one = cut(image, reduced_alpha(np.full(size, 0.5, np.float32), PHOTO), grey_levels(image), PHOTO)
    assert (one.alpha.shape, one.subject.shape) == (size, (*size, 3))

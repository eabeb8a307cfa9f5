"""A subject cut out along its picture's edges."""

import dataclasses

import numpy as np
import pytest

from opsin.media.halving import halved
from opsin.media.levels import firm, resize_levels
from opsin.uses._cut import HAZE, PHOTO, VIDEO, cut, map_size

FAST = dataclasses.replace(VIDEO, is_guided=False, frees="never")
RED, BLUE = (250, 140, 90), (30, 50, 100)


def portrait(size=(240, 320)):
    """A red disc before blue, and its true alpha."""
    rows, columns = np.indices(size)
    alpha = (np.hypot(rows - size[0] / 2, columns - size[1] / 2) < size[0] / 4).astype(np.float32)
    return np.where(alpha[..., None] > 0, RED, BLUE).astype(np.uint8), alpha


def coarse(alpha):
    """As a network would see it: of 160 pixels across."""
    return resize_levels(resize_levels(alpha, (120, 160)), alpha.shape)


def cut_out(image, alpha, detail):
    """The image cut out as `detail` has it, by a matte of the image's own size."""
    reduced = halved(image, detail.matte)
    return cut(image, reduced, firm(resize_levels(alpha, reduced.shape[:2]), HAZE), detail)


@pytest.mark.parametrize("detail", [PHOTO, VIDEO])
def test_an_edge_that_was_seen_coarsely_becomes_sharp(detail):
    image, truth = portrait()
    one = cut_out(image, coarse(truth), detail)
    assert np.abs(one.alpha - truth).mean() < 0.9 * np.abs(coarse(truth) - truth).mean()


def test_without_a_guide_the_matte_is_as_it_was_but_larger():
    image, truth = portrait((720, 1280))
    one = cut_out(image, truth, FAST)
    assert one.alpha.shape == (720, 1280)
    assert np.abs(one.alpha - truth).mean() < 0.005


@pytest.mark.parametrize("level", [0.0, 0.04, 0.97, 1.0])
@pytest.mark.parametrize("detail", [PHOTO, FAST])
def test_what_is_nearly_all_or_nothing_is_so(level, detail):
    image, _ = portrait()
    made = cut_out(image, np.full(image.shape[:2], level, np.float32), detail)
    assert made.alpha == pytest.approx(round(level), abs=1e-5)


@pytest.mark.parametrize("detail", [PHOTO, VIDEO, FAST])
def test_where_all_is_subject_its_colours_stay(detail):
    image, _ = portrait()
    one = cut_out(image, np.ones(image.shape[:2], np.float32), detail)
    assert np.abs(one.subject.astype(int) - image).max() <= 1


def test_colours_are_freed_only_where_that_is_wanted():
    image, truth = portrait()
    alpha = coarse(truth)
    assert cut_out(image, alpha, FAST).subject is image
    assert (cut_out(image, alpha, VIDEO).subject != image).any()


@pytest.mark.parametrize("size", [(720, 1280), (1, 9), (2000, 2001)])
def test_the_map_has_the_size_of_the_reduced_picture(size):
    for detail in (PHOTO, VIDEO):
        assert map_size(size, detail) == halved(np.zeros(size, np.uint8), detail.matte).shape


def test_a_video_costs_fewer_pixels_than_a_photo():
    assert map_size((720, 1280), VIDEO) < map_size((720, 1280), PHOTO)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (3, 2)])
@pytest.mark.parametrize("detail", [PHOTO, VIDEO, FAST])
def test_tiny_pictures_are_cut_too(size, detail):
    one = cut_out(np.full((*size, 3), 200, np.uint8), np.full(size, 0.5, np.float32), detail)
    assert (one.alpha.shape, one.subject.shape) == (size, (*size, 3))

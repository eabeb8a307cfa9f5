import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from opsin.core.boxes import coco_from_xyxy
from opsin.core.errors import InputError
from opsin.core.runs import (
    Runs,
    areas,
    boxes_around,
    check_mask,
    iou,
    mask_from_runs,
    runs_from_edges,
    runs_from_mask,
    shared_areas,
)

seeds = st.integers(0, 10_000)


def some_masks(seed, count=4, size=None):
    """Blocks, specks, and now and then nothing or everything, of one size."""
    random = np.random.default_rng(seed)
    height, width = size or random.integers(1, 25, 2)
    masks = random.random((count, height, width)) < random.choice([0, 0.05, 0.5, 0.95, 1], (count, 1, 1))
    for mask in masks:
        top, left = random.integers(0, height), random.integers(0, width)
        mask[top : top + 8, left : left + 8] = random.random() < 0.7
    return masks


def theirs(masks):
    return [coco_mask.encode(np.asfortranarray(mask.astype(np.uint8))) for mask in masks]


def runs(masks):
    return [runs_from_mask(mask) for mask in masks]


@given(seeds)
def test_a_mask_comes_back_from_its_runs(seed):
    for mask in some_masks(seed):
        assert (mask_from_runs(runs_from_mask(mask)) == mask).all()


def test_runs_go_down_the_columns_and_begin_with_what_is_outside():
    mask = np.array([[True, False], [True, True], [False, True]])
    assert runs_from_mask(mask).counts.tolist() == [0, 2, 2, 2]


@given(seeds)
def test_areas_are_what_numpy_counts(seed):
    masks = some_masks(seed)
    assert areas(runs(masks)).tolist() == masks.sum(axis=(1, 2)).tolist()


@given(seeds)
def test_boxes_are_what_pycocotools_says(seed):
    masks = some_masks(seed)
    assert coco_from_xyxy(boxes_around(runs(masks))).tolist() == coco_mask.toBbox(theirs(masks)).tolist()


@given(seeds, seeds)
def test_iou_is_what_pycocotools_says(one, two):
    masks, others = some_masks(one, 4, (20, 15)), some_masks(two, 3, (20, 15))
    expected = coco_mask.iou(theirs(masks), theirs(others), [0] * 3)
    # Of two empty masks pycocotools says 0 or nothing, as its version goes.
    assert iou(runs(masks), runs(others)) == pytest.approx(np.nan_to_num(expected))


@given(seeds)
def test_shared_areas_are_what_the_pixels_say(seed):
    masks = some_masks(seed)
    expected = [[int((one & other).sum()) for other in masks] for one in masks]
    assert shared_areas(runs(masks), runs(masks)).tolist() == expected


def test_iou_of_empty_masks_is_zero_not_nan():
    nothing = runs_from_mask(np.zeros((3, 4), bool))
    assert iou([nothing], [nothing]).tolist() == [[0]]


def test_no_masks_have_no_overlaps():
    assert iou([], runs(some_masks(0, 2))).shape == (0, 2)


def test_an_empty_mask_has_a_box_without_area():
    assert boxes_around([runs_from_mask(np.zeros((3, 4), bool))]).tolist() == [[0, 0, 0, 0]]


def test_an_edge_that_comes_twice_changes_nothing():
    assert runs_from_edges([3, 1, 3, 3], (2, 3)).counts.tolist() == [1, 2, 3]


def test_edges_after_the_last_pixel_are_passed_over():
    assert runs_from_edges([2, 6, 9], (2, 3)).counts.tolist() == [2, 4]


def test_runs_of_no_length_are_joined_to_their_neighbours():
    assert Runs((2, 3), [0, 0, 1, 2, 0, 1, 2, 0]).counts.tolist() == [1, 3, 2]


def test_counts_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        runs_from_mask(np.ones((2, 2), bool)).counts[0] = 5


def test_what_it_was_made_from_stays_as_it_was():
    counts = np.array([1, 3, 2])
    Runs((2, 3), counts)
    counts[0] = 1  # still the caller's to write to
    assert counts.tolist() == [1, 3, 2]


@pytest.mark.parametrize(
    ("size", "counts", "message"),
    [
        ((2, 3), [1, 2], "2 x 3 are 6 pixels, and the counts add up to 3"),
        ((2, 3), [7, -1], "must lie in 0..2147483648; got -1..7"),
        ((2, 3), [1.5, 4.5], r"must be a list of whole numbers; got \[1.5, 4.5\]"),
        ((2, 3), [[1], [2, 3]], "must be a list of whole numbers"),
        ((2, 3), [], r"must be a list of whole numbers; got \[\]"),
        ((2, 3), None, "must be a list of whole numbers; got None"),
        ((0, 3), [0], r"its height and width, whole numbers from 1; got \(0, 3\)"),
        ((2.0, 3), [6], "whole numbers from 1"),
        ("23", [6], "whole numbers from 1; got '23'"),
        ((2, 3, 1), [6], "whole numbers from 1"),
        ((2**20, 2**20), [2**40], "fewer than 2147483648 pixels; got 1048576 x 1048576"),
    ],
)
def test_runs_that_make_no_mask_are_refused(size, counts, message):
    with pytest.raises(InputError, match=message):
        Runs(size, counts)


@pytest.mark.parametrize("mask", [np.zeros((2, 2)), np.zeros(4, bool), np.zeros((0, 2), bool), [[True]]])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(InputError, match=r"A mask must be bool of shape \(h, w\); got"):
        check_mask(mask)


def test_masks_of_two_sizes_are_not_compared():
    with pytest.raises(InputError, match=r"must be of one size .*; got \(2, 3\) and \(3, 2\)"):
        iou([Runs((2, 3), [6])], [Runs((3, 2), [6])])

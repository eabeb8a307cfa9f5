import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.core import boxes as box_maths
from opsin.core import runs as run_maths
from opsin.core.errors import InputError
from opsin.core.masks import (
    Cropped,
    areas,
    boxes_of,
    cropped,
    cropped_from_runs,
    iou,
    mirror,
    runs_from_cropped,
    shared_areas,
    whole,
)
from opsin.core.runs import runs_from_mask

SIZE = (23, 17)

seeds = st.integers(0, 10_000)


def some_masks(seed, count=4):
    """Rectangles with holes in them, anywhere; the first is empty."""
    random = np.random.default_rng(seed)
    masks = np.zeros((count, *SIZE), bool)
    for mask in masks[1:]:
        (top, left), (tall, wide) = random.integers(0, SIZE), random.integers(1, SIZE)
        mask[top : top + tall, left : left + wide] = (
            random.random(mask[top : top + tall, left : left + wide].shape) < 0.8
        )
    return masks


def cut(masks):
    return [cropped(mask) for mask in masks]


@given(seeds)
def test_a_cropped_mask_is_whole_again(seed):
    masks = some_masks(seed)
    assert (np.stack([whole(each) for each in cut(masks)]) == masks).all()


@given(seeds)
def test_its_runs_are_those_of_the_whole(seed):
    for mask in some_masks(seed):
        assert runs_from_cropped(cropped(mask)).counts.tolist() == runs_from_mask(mask).counts.tolist()


@given(seeds)
def test_from_runs_it_is_cut_as_from_the_whole(seed):
    for mask in some_masks(seed):
        one, other = cropped_from_runs(runs_from_mask(mask)), cropped(mask)
        assert one.corner == other.corner
        assert (one.inside == other.inside).all()


@given(seeds)
def test_areas_boxes_and_overlaps_are_those_of_the_runs(seed):
    masks = some_masks(seed)
    crops, runs = cut(masks), [runs_from_mask(mask) for mask in masks]
    assert areas(crops).tolist() == run_maths.areas(runs).tolist()
    assert boxes_of(crops).tolist() == run_maths.boxes_around(runs).tolist()
    assert iou(crops, crops[:2]).tolist() == run_maths.iou(runs, runs[:2]).tolist()


@given(seeds)
def test_overlaps_are_symmetric_and_one_with_itself(seed):
    crops = cut(some_masks(seed))
    overlaps = iou(crops, crops)
    assert overlaps.tolist() == overlaps.T.tolist()
    assert np.diag(overlaps).tolist() == (areas(crops) > 0).astype(float).tolist()


@given(seeds)
def test_of_full_rectangles_the_overlap_is_that_of_their_boxes(seed):
    boxes = boxes_of(cut(some_masks(seed)))
    crops = [Cropped(SIZE, (int(x), int(y)), np.ones((int(b - y), int(r - x)), bool)) for x, y, r, b in boxes]
    assert iou(crops, crops) == pytest.approx(box_maths.iou(boxes, boxes))


@given(seeds)
def test_the_mirror_is_that_of_the_whole(seed):
    for mask in some_masks(seed):
        assert (whole(mirror(cropped(mask))) == mask[:, ::-1]).all()


def test_a_pixel_shares_itself_with_the_mask_around_it():
    pixel = Cropped((9, 9), (3, 4), np.ones((1, 1), bool))
    ring = ~np.pad(np.ones((1, 1), bool), 1)
    assert shared_areas([pixel], [Cropped((9, 9), (2, 3), ring), Cropped((9, 9), (3, 4), ring)]).tolist() == [[0, 1]]


def test_what_it_was_cut_from_stays_the_callers():
    mask = np.ones((2, 2), bool)
    each = cropped(mask)
    mask[:] = False
    assert each.inside.all()
    with pytest.raises(ValueError, match="read-only"):
        each.inside[0, 0] = False


@pytest.mark.parametrize("corner", [(-1, 0), (0, -1), (2, 0), (0, 1)])
def test_a_mask_that_sticks_out_is_refused(corner):
    with pytest.raises(InputError, match=r"must lie within its picture, 2 x 3 \(height x width\); got 2 x 2"):
        Cropped((2, 3), corner, np.ones((2, 2), bool))


def test_an_inside_that_is_no_mask_is_refused():
    with pytest.raises(InputError, match=r"A mask must be bool of shape \(h, w\); got float64 \(1, 1\)"):
        Cropped((2, 3), (0, 0), np.ones((1, 1)))


def test_masks_of_two_sizes_are_not_compared():
    with pytest.raises(InputError, match=r"must be of one size .*; got \(2, 3\) and \(3, 2\)"):
        iou([cropped(np.ones((3, 2), bool))], [cropped(np.ones((2, 3), bool))])

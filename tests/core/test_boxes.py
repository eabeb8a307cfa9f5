import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from opsin.core.boxes import (
    areas,
    as_boxes,
    clip,
    coco_from_xyxy,
    iou,
    mirror,
    shared_of_smaller,
    suppress,
    suppress_by_label,
    suppress_where,
    xyxy_from_coco,
)


def some_boxes(seed: int, count: int = 30) -> np.ndarray:
    random = np.random.default_rng(seed)
    corner = random.uniform(0, 80, (count, 2))
    return as_boxes(np.concatenate([corner, corner + random.uniform(1, 40, (count, 2))], axis=1))


seeds = st.integers(0, 10_000)


@given(seeds)
def test_there_and_back_between_xyxy_and_coco_changes_nothing(seed):
    boxes = some_boxes(seed)
    assert coco_from_xyxy(xyxy_from_coco(boxes)) == pytest.approx(boxes, abs=1e-4)


def test_a_coco_box_is_left_top_width_height():
    assert xyxy_from_coco([[10, 20, 3, 4]]).tolist() == [[10, 20, 13, 24]]


def test_no_boxes_are_zero_rows_of_four():
    assert xyxy_from_coco([]).shape == (0, 4)


def test_a_box_turned_inside_out_has_no_area():
    assert areas(as_boxes([5, 5, 2, 9])).tolist() == [0]


def test_iou_of_half_overlapping_boxes_is_one_third():
    assert iou(as_boxes([0, 0, 2, 1]), as_boxes([1, 0, 3, 1])) == pytest.approx(1 / 3)


def test_iou_of_empty_boxes_is_zero_not_nan():
    assert iou(as_boxes([1, 1, 1, 1]), as_boxes([1, 1, 1, 1])).tolist() == [[0]]


@given(seeds, seeds)
def test_iou_is_what_pycocotools_says(one, two):
    boxes, others = some_boxes(one), some_boxes(two)
    theirs = coco_mask.iou(coco_from_xyxy(boxes).astype(float), coco_from_xyxy(others).astype(float), [0] * len(others))
    assert iou(boxes, others) == pytest.approx(theirs, abs=1e-4)


@given(seeds)
def test_iou_with_itself_is_one(seed):
    boxes = some_boxes(seed)
    assert np.diag(iou(boxes, boxes)) == pytest.approx(1)


def test_suppression_keeps_the_better_of_two_that_overlap():
    boxes = as_boxes([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]])
    assert suppress(boxes, np.array([0.5, 0.9, 0.1]), max_overlap=0.5).tolist() == [1, 2]


def test_suppression_stops_at_the_limit():
    boxes = as_boxes([[0, 0, 1, 1], [5, 5, 6, 6], [9, 9, 10, 10]])
    assert suppress(boxes, np.array([0.1, 0.2, 0.3]), 0.5, limit=2).tolist() == [2, 1]


def test_equal_scores_keep_the_order_they_came_in():
    boxes = as_boxes([[0, 0, 1, 1], [5, 5, 6, 6]])
    assert suppress(boxes, np.array([0.5, 0.5]), 0.5).tolist() == [0, 1]


@given(seeds, st.floats(0.1, 0.9))
@settings(max_examples=50)
def test_no_two_boxes_kept_overlap_too_much(seed, max_overlap):
    boxes = some_boxes(seed)
    kept = suppress(boxes, np.random.default_rng(seed).random(len(boxes)), max_overlap)
    overlaps = iou(boxes[kept], boxes[kept])
    np.fill_diagonal(overlaps, 0)
    assert overlaps.max(initial=0) <= max_overlap + 1e-6


@given(seeds)
@settings(max_examples=50)
def test_suppression_by_label_is_suppression_of_each_label_alone(seed):
    boxes, random = some_boxes(seed), np.random.default_rng(seed)
    scores, labels = random.random(len(boxes)), random.integers(0, 3, len(boxes))
    together = suppress_by_label(boxes, scores, labels, 0.4)
    alone = [np.flatnonzero(labels == k)[suppress(boxes[labels == k], scores[labels == k], 0.4)] for k in range(3)]
    assert sorted(together) == sorted(np.concatenate(alone))


def test_suppression_by_label_of_nothing_is_nothing():
    assert suppress_by_label(as_boxes([]), np.zeros(0), np.zeros(0, int), 0.5).tolist() == []


def test_boxes_are_cut_at_the_borders_of_the_image():
    assert clip(as_boxes([-5, -5, 500, 500]), (20, 30)).tolist() == [[0, 0, 30, 20]]


@given(seeds)
def test_mirrored_twice_is_the_same(seed):
    boxes = some_boxes(seed)
    assert mirror(mirror(boxes, (100, 120)), (100, 120)) == pytest.approx(boxes, abs=1e-4)


def test_a_box_at_the_left_edge_is_at_the_right_edge_of_the_mirror():
    assert mirror(as_boxes([0, 1, 4, 5]), (10, 20)).tolist() == [[16, 1, 20, 5]]


class TestSharedOfSmaller:
    def test_a_box_inside_another_is_shared_whole(self):
        assert shared_of_smaller(as_boxes([2, 2, 4, 4]), as_boxes([0, 0, 10, 10])).tolist() == [[1]]

    def test_which_box_comes_first_does_not_matter(self):
        some, others = as_boxes([[0, 0, 10, 10], [5, 5, 7, 20]]), as_boxes([[8, 0, 12, 5], [2, 2, 4, 4]])
        assert (shared_of_smaller(some, others) == shared_of_smaller(others, some).T).all()

    def test_an_empty_box_shares_nothing(self):
        assert shared_of_smaller(as_boxes([3, 3, 3, 3]), as_boxes([0, 0, 10, 10])).tolist() == [[0]]

    def test_it_is_never_less_than_the_intersection_over_union_would_have_it(self):
        random = np.random.default_rng(0).uniform(0, 50, (200, 2, 2))
        boxes = as_boxes(np.sort(random, axis=1).reshape(-1, 4))
        overlaps = iou(boxes, boxes)
        assert (shared_of_smaller(boxes, boxes) >= 2 * overlaps / (1 + overlaps) - 1e-5).all()


class TestSuppressWhere:
    def test_what_clashes_with_something_that_went_itself_stays(self):
        # Each clashes with its neighbours only: the second goes, so the third may stay.
        kept = suppress_where(lambda some, others: abs(some[:, None] - others) <= 1, np.array([0.9, 0.8, 0.7]))
        assert kept.tolist() == [0, 2]

    def test_of_many_the_best_of_each_group_stays(self):
        scores = np.random.default_rng(0).permutation(3000) / 3000
        kept = suppress_where(lambda some, others: some[:, None] % 700 == others % 700, scores)
        best = [max(range(group, 3000, 700), key=scores.__getitem__) for group in range(700)]
        assert sorted(kept.tolist()) == sorted(best)

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.errors import InputError
from opsin.metrics.average_precision import average_precision, box_curves
from opsin.metrics.box_outcomes import box_outcomes
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes

CAT, DOG = np.array([0, 0, 10, 10.0]), np.array([20, 20, 40, 40.0])


def truth(boxes, labels, **more):
    return TrueBoxes(np.array(boxes, float).reshape(-1, 4), np.array(labels), **more)


def found(boxes, labels, scores):
    return PredictedBoxes(np.array(boxes, float).reshape(-1, 4), np.array(labels), np.array(scores, float))


@given(st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_the_twelve_figures_are_those_of_pycocotools(random_images, coco_figures, twelve, seed):
    truths, predictions = random_images(seed)
    if sum(len(each.boxes) for each in predictions):
        assert twelve(average_precision(truths, predictions)) == pytest.approx(coco_figures(truths, predictions))


@pytest.mark.slow
@given(st.integers(0, 2**32), st.integers(1, 8), st.integers(1, 60))
@settings(max_examples=1500, deadline=None)
def test_the_figures_are_those_of_pycocotools_for_any_number_of_boxes(
    random_images, coco_figures, twelve, seed, images, boxes
):
    truths, predictions = random_images(seed, images, boxes)
    if sum(len(each.boxes) for each in predictions):
        assert twelve(average_precision(truths, predictions)) == pytest.approx(coco_figures(truths, predictions))


def test_the_figures_are_those_of_pycocotools_on_real_truth(jittered, coco_truth, coco_figures, twelve):
    random = np.random.default_rng(5)
    predictions = [jittered(random, each, 6) for each in coco_truth]
    expected = coco_figures(coco_truth, predictions)
    assert twelve(average_precision(coco_truth, predictions)) == pytest.approx(expected, abs=1e-6)
    assert min(expected) > 0


def test_the_figures_are_those_of_pycocotools_with_more_than_a_hundred_boxes_of_a_label(
    random_truth, jittered, coco_figures, twelve
):
    random = np.random.default_rng(6)
    some = random_truth(random, 40)
    truths = [replace(some, labels=np.ones(40, int))]
    predictions = [jittered(random, truths[0], 12)]
    assert len(predictions[0].boxes) > 200
    assert twelve(average_precision(truths, predictions)) == pytest.approx(coco_figures(truths, predictions))


def test_perfect_predictions_give_one(coco_truth):
    predictions = [PredictedBoxes(each.boxes, each.labels, np.ones(len(each.boxes))) for each in coco_truth]
    plain = [replace(each, areas=None, is_crowd=None) for each in coco_truth]
    figures = average_precision(plain, predictions)
    assert [figures.ap, figures.ap_small, figures.ap_large, figures.ar_100] == [1.0] * 4
    assert set(figures.per_label.values()) == {1.0}


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_order_of_images_does_not_matter(random_images, seed):
    truths, predictions = random_images(seed)
    # Of equal scores the earlier image goes first: here there are none.
    apart = [replace(each, scores=each.scores + np.linspace(0, 1e-3, len(each.scores))) for each in predictions]
    unequal = [replace(each, scores=each.scores + image * 1e-6) for image, each in enumerate(apart)]
    assert average_precision(truths[::-1], unequal[::-1]) == average_precision(truths, unequal)


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_mirrored_images_give_the_same(random_images, seed):
    truths, predictions = random_images(seed)
    mirrored = [
        [replace(each, boxes=500 - each.boxes[:, [2, 3, 0, 1]]) for each in side] for side in (truths, predictions)
    ]
    assert average_precision(*mirrored) == average_precision(truths, predictions)


def test_names_give_the_same_as_numbers(random_images):
    truths, predictions = random_images(7)
    named = [[replace(each, labels=each.labels.astype(str)) for each in side] for side in (truths, predictions)]
    figures = average_precision(truths, predictions)
    expected = replace(figures, per_label={str(label): figure for label, figure in figures.per_label.items()})
    assert average_precision(*named) == expected


def test_one_of_two_things_found_gives_51_of_101_recalls():
    figures = average_precision([truth([CAT, DOG], ["cat", "cat"])], [found([CAT], ["cat"], [0.9])])
    assert figures.ap50 == pytest.approx(51 / 101)
    assert figures.ar_100 == 0.5


def test_a_second_box_around_the_same_thing_is_a_mistake():
    figures = average_precision([truth([CAT, DOG], ["a", "a"])], [found([CAT, CAT, DOG], ["a"] * 3, [0.9, 0.8, 0.7])])
    assert figures.ap50 == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_boxes_inside_a_crowd_are_no_mistakes():
    crowd = truth([CAT, [20, 20, 60, 60]], ["a", "a"], is_crowd=np.array([False, True]))
    inside = found([[30, 30, 40, 40], [20, 20, 30, 30], CAT], ["a"] * 3, [0.9, 0.8, 0.7])
    assert average_precision([crowd], [inside]).ap == 1.0


def test_each_label_has_a_figure_of_its_own():
    figures = average_precision([truth([CAT, DOG], ["cat", "dog"])], [found([CAT, CAT], ["cat", "dog"], [0.9, 0.9])])
    assert dict(figures.per_label) == {"cat": 1.0, "dog": 0.0}
    assert figures.ap == 0.5


def test_labels_without_truth_are_left_out():
    crowd = truth([CAT, DOG], ["cat", "herd"], is_crowd=np.array([False, True]))
    figures = average_precision([crowd], [found([CAT, DOG], ["cat", "bird"], [0.9, 0.9])])
    assert dict(figures.per_label) == {"cat": 1.0}
    assert figures.ap == 1.0


def test_without_truth_of_that_area_the_figure_is_minus_one():
    figures = average_precision([truth([CAT], ["cat"])], [found([CAT], ["cat"], [0.9])])
    assert [figures.ap_small, figures.ap_medium, figures.ap_large, figures.ar_large] == [1.0, -1.0, -1.0, -1.0]


@pytest.mark.parametrize("images", [0, 1, 3])
def test_without_any_truth_every_figure_is_minus_one(twelve, images):
    nothing = [truth([], [])] * images
    assert twelve(average_precision(nothing, [found([CAT], ["cat"], [0.5])] * images)) == [-1.0] * 12


def test_without_any_prediction_the_figures_are_zero():
    figures = average_precision([truth([CAT], ["cat"])], [found([], [], [])])
    assert [figures.ap, figures.ar_1, figures.ar_100] == [0.0] * 3


def test_plain_tuples_of_labels_will_do():
    figures = average_precision([TrueBoxes(CAT[None], ("cat",))], [PredictedBoxes(CAT[None], ("cat",), np.ones(1))])
    assert figures.ap == 1.0


def test_inputs_are_left_as_they_were(random_images):
    truths, predictions = random_images(8)
    before = [array.copy() for each in predictions for array in (each.boxes, each.labels, each.scores)]
    average_precision(truths, predictions)
    after = [array for each in predictions for array in (each.boxes, each.labels, each.scores)]
    assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))


def test_truth_and_predictions_must_be_of_the_same_images():
    with pytest.raises(InputError, match=r"There must be predictions for each image; got 0 for 1 images\."):
        average_precision([truth([CAT], ["cat"])], [])


def test_each_true_box_must_have_a_label():
    with pytest.raises(InputError, match=r"must have one of everything; image 1 has 2 boxes, 1 labels\."):
        average_precision([truth([], []), truth([CAT, DOG], ["cat"])], [found([], [], [])] * 2)


def test_each_predicted_box_must_have_a_score():
    with pytest.raises(InputError, match=r"image 0 has 1 boxes, 1 labels, 0 scores\."):
        average_precision([truth([CAT], ["cat"])], [found([CAT], ["cat"], [])])


def test_labels_may_not_be_text_here_and_numbers_there():
    with pytest.raises(InputError, match=r"Labels must be all text or all numbers; got 17 and 'cat'\."):
        average_precision([truth([CAT], ["cat"])], [found([CAT], [17], [0.9])])


def test_the_curves_hold_the_precision_that_pycocotools_has(random_images, coco_precision):
    truths, predictions = random_images(11)
    curves = box_curves(box_outcomes(truths, predictions))
    expected = coco_precision(truths, predictions)  # (overlaps, 101, labels, areas)
    columns = [number - 1 for number in curves.labels]
    ours = np.transpose(curves.precision, (2, 3, 0, 1))
    assert ours == pytest.approx(expected[:, :, columns], abs=1e-12)


def test_the_area_below_a_curve_is_the_figure_of_its_label(random_images):
    truths, predictions = random_images(12)
    curves = box_curves(box_outcomes(truths, predictions))
    figures = average_precision(truths, predictions).per_label
    assert [curves.ap[curves.labels.index(name), 0].mean() for name in figures] == pytest.approx(list(figures.values()))

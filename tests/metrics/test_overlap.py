import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, jaccard_score

from opsin.core.errors import InputError
from opsin.metrics.overlap import dice, iou, mean_of_known, overlap, pixel_confusion

seeds = st.integers(0, 10_000)
# scikit-learn's first answers are slow, which says nothing about ours.
CALM = settings(deadline=None, max_examples=50)
LABELS = 5


def maps(seed):
    """Truth and prediction (h, w) that agree for the most part, in which some labels may not occur."""
    random = np.random.default_rng(seed)
    size, most = random.integers(1, 30, 2), random.integers(1, LABELS + 1)
    truth = random.integers(0, most, size, dtype=np.uint8)
    return truth, np.where(random.random(size) < 0.7, truth, random.integers(0, most, size, dtype=np.uint8))


def masks(seed):
    return [each > 1 for each in maps(seed)]


@CALM
@given(seeds)
def test_the_confusion_is_what_scikit_learn_counts(seed):
    truth, predicted = maps(seed)
    expected = confusion_matrix(truth.ravel(), predicted.ravel(), labels=range(LABELS))
    assert pixel_confusion(truth, predicted, LABELS).tolist() == expected.tolist()


@CALM
@given(seeds)
def test_pixels_that_nobody_labelled_count_no_more_than_if_they_were_not_there(seed):
    truth, predicted = maps(seed)
    left = truth != 0
    expected = confusion_matrix(truth[left], predicted[left], labels=range(LABELS)) if left.any() else 0
    assert (pixel_confusion(truth, predicted, LABELS, ignore=0) == expected).all()


@CALM
@given(seeds)
def test_iou_dice_and_accuracy_are_what_scikit_learn_says(seed):
    truth, predicted = (each.ravel() for each in maps(seed))
    found = overlap(pixel_confusion(*maps(seed), LABELS))
    there = np.union1d(truth, predicted)
    asked = {"labels": there, "average": None}
    assert found.iou[there] == pytest.approx(jaccard_score(truth, predicted, **asked))
    assert found.dice[there] == pytest.approx(f1_score(truth, predicted, **asked))
    assert found.accuracy == pytest.approx(accuracy_score(truth, predicted))


@CALM
@given(seeds)
def test_the_mean_is_over_the_labels_that_occur(seed):
    truth, predicted = (each.ravel() for each in maps(seed))
    found = overlap(pixel_confusion(*maps(seed), LABELS + 7))
    assert found.mean_iou == pytest.approx(jaccard_score(truth, predicted, average="macro"))
    assert found.mean_dice == pytest.approx(f1_score(truth, predicted, average="macro"))


@CALM
@given(seeds, seeds)
def test_the_matrices_of_two_pictures_add_up_to_that_of_both(one, two):
    parts = [[each.reshape(1, -1) for each in maps(seed)] for seed in (one, two)]
    together = [np.concatenate(each, axis=1) for each in zip(*parts, strict=True)]
    added = sum(pixel_confusion(*part, LABELS) for part in parts)
    assert added.tolist() == pixel_confusion(*together, LABELS).tolist()


@given(seeds)
def test_truth_and_prediction_may_change_places(seed):
    truth, predicted = maps(seed)
    one, other = (overlap(pixel_confusion(*pair, LABELS)) for pair in ((truth, predicted), (predicted, truth)))
    assert np.array_equal(one.iou, other.iou, equal_nan=True)


@given(seeds)
def test_mirrored_or_twice_as_large_the_shares_are_the_same(seed):
    expected = overlap(pixel_confusion(*maps(seed), LABELS)).iou
    for changed in ([each[:, ::-1] for each in maps(seed)], [each.repeat(2, 0).repeat(2, 1) for each in maps(seed)]):
        assert np.array_equal(overlap(pixel_confusion(*changed, LABELS)).iou, expected, equal_nan=True)


def test_a_label_that_does_not_occur_has_no_figure_and_one_said_wrongly_has_0():
    found = overlap([[5, 1, 0], [0, 0, 0], [0, 0, 0]])
    assert found.iou == pytest.approx([5 / 6, 0, np.nan], nan_ok=True)
    assert found.mean_iou == pytest.approx(5 / 12)
    assert found.support.tolist() == [6, 0, 0]


def test_without_a_pixel_there_is_no_figure():
    found = overlap(np.zeros((3, 3)))
    assert np.isnan([found.mean_iou, found.mean_dice, found.accuracy]).all()


def test_the_mean_of_rows_leaves_out_what_is_not_known():
    assert mean_of_known(np.array([[1, np.nan, 0], [np.nan] * 3])) == pytest.approx([0.5, np.nan], nan_ok=True)


@CALM
@given(seeds)
def test_iou_and_dice_of_masks_are_what_scikit_learn_says(seed):
    truth, predicted = (each.ravel() for each in masks(seed))
    assert iou(*masks(seed)) == pytest.approx(jaccard_score(truth, predicted, zero_division=1))
    assert dice(*masks(seed)) == pytest.approx(f1_score(truth, predicted, zero_division=1))


@given(seeds)
def test_dice_follows_from_iou(seed):
    share = iou(*masks(seed))
    assert dice(*masks(seed)) == pytest.approx(2 * share / (1 + share))


@pytest.mark.parametrize("figure", [iou, dice])
def test_two_empty_masks_agree_and_one_empty_does_not(figure):
    nothing, all_of_it = np.zeros((2, 2), bool), np.ones((2, 2), bool)
    assert [figure(nothing, nothing), figure(nothing, all_of_it), figure(all_of_it, nothing)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("truth", "predicted", "message"),
    [
        ([[0, 5]], [[0, 0]], "truth must hold label numbers from 0 to 4; got 5"),
        ([[0, 0]], [[0, -1]], "predicted must hold label numbers from 0 to 4; got -1"),
        ([[0, 0]], [[0], [0]], r"must be of one size; got \(1, 2\) and \(2, 1\)"),
        ([[0.5]], [[0]], r"truth must be a map, whole numbers of shape \(h, w\); got float64 \(1, 1\)"),
        ([[0]], [0], r"predicted must be a map, whole numbers of shape \(h, w\); got int64 \(1,\)"),
    ],
)
def test_what_are_no_maps_of_labels_is_refused(truth, predicted, message):
    with pytest.raises(InputError, match=message):
        pixel_confusion(np.array(truth), np.array(predicted), LABELS)


def test_a_matrix_that_is_not_square_is_refused():
    with pytest.raises(InputError, match=r"must be \(k, k\); got \(2, 3\)"):
        overlap(np.zeros((2, 3)))


def test_numbers_are_no_masks():
    with pytest.raises(InputError, match=r"predicted must be a mask, bool of shape \(h, w\); got uint8 \(2, 2\)"):
        iou(np.ones((2, 2), bool), np.ones((2, 2), np.uint8))


def test_masks_of_two_sizes_are_refused():
    with pytest.raises(InputError, match=r"must be of one size; got \(2, 2\) and \(1, 2\)"):
        dice(np.ones((2, 2), bool), np.ones((1, 2), bool))

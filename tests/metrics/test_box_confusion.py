import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from opsin.core.errors import InputError
from opsin.metrics.box_confusion import box_confusion
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes

CELLS = np.array([[20 * number, 0, 20 * number + 10, 10.0] for number in range(50)])


def confusion(true, found, num_labels=2, **more):
    """Of one image: truth and finds as (boxes, labels); all finds have a score of 0.9, 0.89 ..."""
    boxes, labels = found
    scores = 0.9 - 0.01 * np.arange(len(boxes))
    predicted = PredictedBoxes(np.array(boxes, float).reshape(-1, 4), np.array(labels, int), scores)
    return box_confusion([TrueBoxes(*true, **more)], [predicted], num_labels, min_score=0.5).tolist()


def test_where_every_box_fits_it_is_that_of_classification():
    random = np.random.default_rng(0)
    true, called = random.integers(0, 4, (2, 50))
    found = PredictedBoxes(CELLS, called, np.full(50, 0.9))
    counts = box_confusion([TrueBoxes(CELLS, true)], [found], 4, min_score=0.5)
    assert counts[:4, :4].tolist() == confusion_matrix(true, called).tolist()
    assert counts[4].sum() == counts[:, 4].sum() == 0


def test_a_missed_thing_is_called_background():
    assert confusion((CELLS[:1], [1]), ([], [])) == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_a_find_where_nothing_is_stands_in_the_row_of_the_background():
    assert confusion((CELLS[:0], np.zeros(0, int)), (CELLS[:1], [0])) == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_the_surest_box_takes_the_thing_whatever_it_is_called():
    found = CELLS[[0, 0]], [1, 0]
    assert confusion((CELLS[:1], [0]), found) == [[0, 1, 0], [0, 0, 0], [1, 0, 0]]


def test_a_box_takes_the_thing_that_it_overlaps_most():
    true = np.array([[0, 0, 10, 10], [0, 0, 10, 7.0]]), [0, 1]
    assert confusion(true, ([[0, 0, 10, 7]], [1])) == [[0, 0, 1], [0, 1, 0], [0, 0, 0]]


def test_a_box_inside_a_crowd_of_its_label_is_passed_over():
    crowd = np.array([[0, 0, 500, 500.0]]), [0]
    assert np.sum(confusion(crowd, (CELLS[:3], [0, 0, 0]), is_crowd=np.ones(1, bool))) == 0
    assert confusion(crowd, (CELLS[:3], [1, 1, 0]), is_crowd=np.ones(1, bool))[2] == [0, 2, 0]


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_the_things_and_columns_the_finds(random_images, seed):
    truths, predictions = random_images(seed)
    counts = box_confusion(truths, predictions, 6, min_score=0.25)
    things = np.concatenate([each.labels[~each.is_crowd] for each in truths])
    finds = sum(int((each.scores >= 0.25).sum()) for each in predictions)
    assert counts[:-1].sum(axis=1).tolist() == np.bincount(things.astype(int), minlength=6).tolist()
    assert counts[:, :-1].sum() <= finds


def test_boxes_below_the_score_are_not_there():
    found = PredictedBoxes(CELLS[:1], [0], np.array([0.4]))
    assert box_confusion([TrueBoxes(CELLS[:1], [0])], [found], 1, min_score=0.5).tolist() == [[0, 1], [0, 0]]


def test_truth_and_predictions_must_be_of_the_same_images():
    with pytest.raises(InputError, match=r"predictions for each image; got 0 for 1 images\."):
        box_confusion([TrueBoxes(CELLS, np.zeros(50, int))], [], 1, min_score=0.5)

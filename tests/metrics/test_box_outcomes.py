import numpy as np
import pytest

from opsin.metrics.box_outcomes import box_outcomes
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes

CAT, DOG = np.array([0, 0, 10, 10.0]), np.array([20, 20, 40, 40.0])


@pytest.fixture
def outcomes():
    truths = [TrueBoxes(CAT[None], [3]), TrueBoxes(np.zeros((0, 4)), np.zeros(0, int))]
    found = [PredictedBoxes(np.stack([DOG, CAT]), [3, 3], np.array([0.4, 0.9])), PredictedBoxes(CAT[None], [5], [0.5])]
    return lambda labels=None: box_outcomes(truths, found, labels)


def test_the_predictions_of_an_image_come_from_the_highest_score(outcomes):
    (outcome,) = outcomes().each
    assert (outcome.scores.tolist(), outcome.places.tolist(), outcome.images.tolist()) == ([0.9, 0.4], [0, 1], [0, 0])


def test_each_prediction_is_true_at_the_overlaps_that_it_reaches(outcomes):
    (outcome,) = outcomes().each
    assert outcome.is_true[0].tolist() == [[True, False]] * 10


def test_labels_without_truth_are_told_of_when_they_are_asked_for(outcomes):
    assert outcomes().labels == (3,)
    found = outcomes(np.array([3, 5]))
    assert found.labels == (3, 5)
    assert (found.each[1].num_truths.tolist(), found.each[1].scores.tolist()) == ([0, 0, 0, 0], [0.5])


def test_a_mistake_of_another_size_is_ignored_there(outcomes):
    (outcome,) = outcomes().each
    assert outcome.is_ignored[:, 0].tolist() == [[False, False], [False, False], [True, True], [True, True]]


def test_images_without_anything_are_counted(outcomes):
    assert outcomes().num_images == 2
    assert box_outcomes([], []).each == ()

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from opsin.metrics.box_counts import THRESHOLDS, counts_in_images, found_at
from opsin.metrics.box_mistakes import box_mistakes
from opsin.metrics.box_outcomes import box_outcomes
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes

LABELS = np.arange(1, 6)
CELLS = np.array([[20 * number, 0, 20 * number + 10, 10.0] for number in range(6)])


def outcomes_of(truths, predictions):
    return box_outcomes(truths, predictions, LABELS)


@pytest.fixture
def cells():
    """Four cells and six finds: the first four are right, with scores 0.9, 0.8 ... 0.4."""
    found = PredictedBoxes(CELLS, np.ones(6, int), np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4]))
    return outcomes_of([TrueBoxes(CELLS[:4], np.ones(4, int))], [found])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("at", [20, 80, 140])
def test_the_counts_are_those_of_the_mistakes_one_by_one(random_images, seed, at):
    truths, predictions = random_images(seed)
    found = found_at(outcomes_of(truths, predictions))
    mistakes = box_mistakes(truths, predictions, min_score=float(THRESHOLDS[at]))
    assert found.right[:, at].sum() == mistakes.num_right
    assert found.found[:, at].sum() - found.right[:, at].sum() == len(mistakes.false_alarms)
    assert found.truths.sum() - found.right[:, at].sum() == len(mistakes.misses)


def test_precision_recall_and_f1_are_those_of_scikit_learn(cells):
    found, at = found_at(cells), int(np.flatnonzero(THRESHOLDS == 0.65)[0])
    truth, said = [1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0]
    expected = precision_recall_fscore_support(truth, said, average="binary")[:3]
    assert (found.precision[at], found.recall[at], found.f1[at]) == pytest.approx(expected)


def test_the_best_threshold_lies_in_the_middle_of_the_best_ones(cells):
    assert found_at(cells).f1.max() == 1
    assert THRESHOLDS[found_at(cells).best] == pytest.approx(0.55, abs=0.01)


def test_a_score_at_the_threshold_is_given(cells):
    found = found_at(cells)
    assert found.found.sum(axis=0)[THRESHOLDS == 0.8] == 2


def test_where_nothing_is_found_precision_is_zero_not_nan():
    found = found_at(outcomes_of([TrueBoxes(CELLS, np.ones(6, int))], [PredictedBoxes(np.zeros((0, 4)), [], [])]))
    assert found.precision.max() == found.recall.max() == found.f1.max() == 0


def test_without_labels_there_is_nothing_to_count():
    found = found_at(box_outcomes([], []))
    assert (found.right.shape, found.f1.max()) == ((0, 200), 0)
    assert counts_in_images(box_outcomes([], []), 0.5)[0].shape == (0, 0)


def test_things_and_finds_are_counted_in_each_image(cells):
    true, found = counts_in_images(cells, 0.65)
    assert (true[:, 0].tolist(), found[:, 0].tolist()) == ([4], [3])
    assert true.shape == found.shape == (1, 5)


def test_a_box_inside_a_crowd_counts_on_neither_side():
    crowd = TrueBoxes(np.array([[0, 0, 200, 20.0]]), np.ones(1, int), np.ones(1, bool))
    outcomes = outcomes_of([crowd], [PredictedBoxes(CELLS, np.ones(6, int), np.full(6, 0.9))])
    assert [each.sum() for each in counts_in_images(outcomes, 0.5)] == [0, 0]

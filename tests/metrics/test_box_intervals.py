import numpy as np
import pytest

from opsin.core.errors import InputError, OptionError
from opsin.metrics.average_precision import average_precision
from opsin.metrics.box_intervals import bootstrap_ap, weighted_ap
from opsin.metrics.box_outcomes import box_outcomes
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes


@pytest.mark.parametrize("seed", range(6))
def test_all_images_once_give_the_figure_itself(random_images, seed):
    truths, predictions = random_images(seed, num_images=5)
    (ap,) = weighted_ap(box_outcomes(truths, predictions), np.ones((1, 5), int))
    figures = average_precision(truths, predictions)
    assert (ap.mean(), ap[0], ap[5]) == pytest.approx((figures.ap, figures.ap50, figures.ap75))


@pytest.mark.parametrize("seed", range(6))
def test_weights_of_zero_and_one_choose_images(random_images, seed):
    truths, predictions = random_images(seed, num_images=5)
    (ap,) = weighted_ap(box_outcomes(truths, predictions), np.array([[1, 0, 0, 1, 1]]))
    chosen = [[each[index] for index in (0, 3, 4)] for each in (truths, predictions)]
    assert ap.mean() == pytest.approx(average_precision(*chosen).ap)


def test_a_weight_of_two_is_the_image_twice(random_images):
    twice = (0, 0, 1, 2, 2)
    truths, predictions = random_images(3)
    apart = [
        PredictedBoxes(each.boxes, each.labels, each.scores * 0.9 + np.linspace(0, 1e-4, len(each.scores)) + 1e-3 * n)
        for n, each in enumerate(predictions)
    ]
    (ap,) = weighted_ap(box_outcomes(truths, apart), np.array([[2, 1, 2]]))
    expected = average_precision([truths[n] for n in twice], [apart[n] for n in twice])
    # The copies of an image pass one by one there and together here: recall may be read between them.
    assert ap.mean() == pytest.approx(expected.ap, abs=0.02)


def test_a_sample_without_any_truth_has_no_figure():
    truths = [TrueBoxes(np.array([[0, 0, 9, 9.0]]), [1]), TrueBoxes(np.zeros((0, 4)), np.zeros(0, int))]
    nothing = [PredictedBoxes(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))] * 2
    ap = weighted_ap(box_outcomes(truths, nothing), np.array([[1, 0], [0, 1]]))
    assert (ap[0] == 0).all()
    assert np.isnan(ap[1]).all()


def test_many_samples_at_once_are_those_one_by_one(random_images, monkeypatch):
    outcomes = box_outcomes(*random_images(4))
    weights = np.random.default_rng(0).integers(0, 3, (7, 3))
    together = weighted_ap(outcomes, weights)
    monkeypatch.setattr("opsin.metrics.box_intervals._TOGETHER", 1)
    assert weighted_ap(outcomes, weights) == pytest.approx(together, nan_ok=True)


def test_the_interval_holds_the_figure_and_is_the_same_for_the_same_seed(random_images):
    truths, predictions = random_images(5, num_images=30)
    outcomes = box_outcomes(truths, predictions)
    low, high = bootstrap_ap(outcomes, seed=1)["ap"]
    assert low < average_precision(truths, predictions).ap < high
    assert bootstrap_ap(outcomes, seed=1) == bootstrap_ap(outcomes, seed=1) != bootstrap_ap(outcomes, seed=2)


def test_equal_images_leave_no_doubt():
    truths = [TrueBoxes(np.array([[0, 0, 10, 10.0]]), [1])] * 9
    found = [PredictedBoxes(np.array([[0, 0, 10, 8.0]]), [1], [0.5])] * 9
    assert bootstrap_ap(box_outcomes(truths, found)) == {
        "ap": pytest.approx((0.7, 0.7)),
        "ap50": pytest.approx((1, 1)),
    }


def test_without_truth_there_is_no_interval():
    nothing = [TrueBoxes(np.zeros((0, 4)), np.zeros(0, int))]
    assert bootstrap_ap(box_outcomes(nothing, [PredictedBoxes(np.zeros((0, 4)), [], [])])) == {}


def test_without_images_there_is_nothing_to_draw_from():
    with pytest.raises(InputError, match=r"nothing to draw samples from: there are no images\."):
        bootstrap_ap(box_outcomes([], []))


def test_no_samples_are_no_interval(random_images):
    with pytest.raises(OptionError, match=r"samples must be at least 1; got 0\."):
        bootstrap_ap(box_outcomes(*random_images(1)), samples=0)

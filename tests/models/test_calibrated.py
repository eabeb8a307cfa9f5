import numpy as np
import pytest

from opsin.metrics.calibration import softmax
from opsin.models._calibrated import calibrated
from opsin.weights.card import Card

CARD = Card(name="x", task="classification", summary="", licence="MIT", measured={"size": 1.0})


@pytest.fixture
def sure():
    """The card of a network three times as sure of itself as it should be, its logits and the truth."""
    random = np.random.default_rng(1)
    logits = random.normal(0, 2, (500, 4))
    truth = np.array([random.choice(4, p=row) for row in softmax(logits)])
    return calibrated(CARD, 3 * logits, truth), 3 * logits, truth


def test_a_network_that_is_too_sure_is_cooled_down_as_much_as_it_was_too_sure(sure):
    assert sure[0].temperature == pytest.approx(3, rel=0.15)


def test_the_log_loss_is_lower_than_before(sure):
    measured = sure[0].measured
    assert measured["log loss on validation"] < measured["log loss on validation before calibration"] - 0.1


def test_the_calibration_error_is_lower_than_before(sure):
    measured = sure[0].measured
    assert measured["ECE on validation"] < measured["ECE on validation before calibration"] / 2


def test_scores_below_the_threshold_are_those_of_at_most_one_right_answer_in_twenty(sure):
    card, logits, truth = sure
    scores = softmax(logits, card.temperature)
    is_right = scores.argmax(axis=1) == truth
    assert 0.94 < (scores.max(axis=1) >= card.reject_below)[is_right].mean() < 0.97


def test_the_share_of_unknown_answers_is_told(sure):
    card, logits, _ = sure
    below = softmax(logits, card.temperature).max(axis=1) < card.reject_below
    assert card.measured["share answered unknown on validation"] == pytest.approx(below.mean())


def test_the_accuracy_is_that_of_the_best_label(sure):
    card, logits, truth = sure
    assert card.measured["accuracy on validation"] == (logits.argmax(axis=1) == truth).mean()


def test_what_was_measured_before_is_kept(sure):
    assert sure[0].measured["size"] == 1
    assert CARD.temperature == 1

"""Scores that say how often an answer is right, beside scikit-learn's."""

import numpy as np
import pytest

from opsin.metrics.platt import fit_scores, sigmoid


def answers(seed: int, slope: float = 0.7, offset: float = -1.0, count: int = 4000):
    random = np.random.default_rng(seed)
    logits = random.normal(0, 3, count)
    return logits, random.random(count) < sigmoid(slope * logits + offset)


def test_sigmoid_is_scipys():
    from scipy.special import expit

    logits = np.linspace(-50, 50, 101)
    assert sigmoid(logits) == pytest.approx(expit(logits), abs=1e-15)


@pytest.mark.parametrize("seed", range(3))
def test_the_line_that_answers_were_drawn_by_is_found(seed):
    assert fit_scores(*answers(seed)) == pytest.approx((0.7, -1.0), abs=0.12)


def test_the_line_is_that_of_scikit_learns_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    logits, is_right = answers(5)
    theirs = LogisticRegression(C=np.inf).fit(logits[:, None], is_right)
    # Not quite: ours aims a little inside 0 and 1.
    assert fit_scores(logits, is_right) == pytest.approx((theirs.coef_[0, 0], theirs.intercept_[0]), abs=0.01)


def test_fitted_scores_have_a_lower_log_loss():
    from sklearn.metrics import log_loss

    logits, is_right = answers(6)
    slope, offset = fit_scores(logits, is_right)
    assert log_loss(is_right, sigmoid(slope * logits + offset)) < log_loss(is_right, sigmoid(logits))


@pytest.mark.parametrize("is_right", [[], [True, True], [False, False]])
def test_where_there_is_nothing_to_learn_scores_stay_as_they_are(is_right):
    assert fit_scores(np.arange(len(is_right), dtype=float), is_right) == (1.0, 0.0)


def test_a_score_never_falls_with_the_logit():
    logits, is_right = answers(7, slope=-0.7)
    assert fit_scores(logits, is_right) == (1.0, 0.0)


def test_answers_told_apart_without_a_mistake_give_a_line_that_can_be_used():
    slope, offset = fit_scores(np.linspace(-5, 5, 100), np.linspace(-5, 5, 100) > 0)
    assert np.isfinite([slope, offset]).all()
    assert slope > 0

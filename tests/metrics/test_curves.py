from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from opsin.core.errors import InputError
from opsin.metrics.curves import GRID, area, average_precision, label_curves, mean_known, precision_recall, roc

# scikit-learn's first answers are slow, which says nothing about ours.
CALM = settings(deadline=None, max_examples=50)

# Tenths, so that scores are often equal.
scored = st.lists(st.tuples(st.booleans(), st.integers(0, 10).map(lambda n: n / 10)), min_size=1, max_size=40)
both = scored.filter(lambda pairs: 0 < sum(true for true, _ in pairs) < len(pairs))
some_true = scored.filter(lambda pairs: any(true for true, _ in pairs))


def random_case(seed=0, rows=60, columns=5):
    random = np.random.default_rng(seed)
    return random.integers(0, columns, rows), random.dirichlet(np.ones(columns), rows).round(2)


@CALM
@given(both)
def test_the_roc_curve_is_that_of_scikit_learn(pairs):
    is_true, scores = zip(*pairs, strict=True)
    curve = roc(is_true, scores)
    x, y, _ = metrics.roc_curve(is_true, scores, drop_intermediate=False)
    assert curve.x == pytest.approx(x)
    assert curve.y == pytest.approx(y)


@CALM
@given(both)
def test_the_area_under_it_is_that_of_scikit_learn(pairs):
    is_true, scores = zip(*pairs, strict=True)
    assert area(roc(is_true, scores)) == pytest.approx(metrics.roc_auc_score(is_true, scores))


@CALM
@given(some_true)
def test_the_precision_recall_curve_is_that_of_scikit_learn(pairs):
    is_true, scores = zip(*pairs, strict=True)
    curve = precision_recall(is_true, scores)
    precision, recall, _ = metrics.precision_recall_curve(is_true, scores)
    # scikit-learn's starts at recall 1, and may end before the last thresholds that find nothing more.
    assert curve.x[: len(recall)] == pytest.approx(recall[::-1])
    assert curve.y[: len(recall)] == pytest.approx(precision[::-1])


@CALM
@given(some_true)
def test_average_precision_is_that_of_scikit_learn(pairs):
    is_true, scores = zip(*pairs, strict=True)
    expected = metrics.average_precision_score(is_true, scores)
    assert average_precision(precision_recall(is_true, scores)) == pytest.approx(expected)


@CALM
@given(both)
def test_turning_scores_round_turns_the_area_round(pairs):
    is_true, scores = map(np.array, zip(*pairs, strict=True))
    assert area(roc(is_true, -scores)) == pytest.approx(1 - area(roc(is_true, scores)))


@CALM
@given(both)
def test_only_the_order_of_scores_counts(pairs):
    is_true, scores = map(np.array, zip(*pairs, strict=True))
    assert roc(is_true, np.exp(3 * scores)).y.tolist() == roc(is_true, scores).y.tolist()


def test_scores_that_are_all_alike_are_a_guess():
    assert area(roc([True, False, False], [0.5, 0.5, 0.5])) == 0.5


def test_curves_of_all_true_or_all_false_are_refused():
    with pytest.raises(InputError, match="needs pictures that have the label, and pictures that do not"):
        roc([True, True], [0.1, 0.2])
    with pytest.raises(InputError, match="A precision-recall curve needs pictures that have the label"):
        precision_recall([False], [0.1])


@pytest.mark.parametrize(("is_true", "scores"), [([], []), ([True], [0.1, 0.2]), ([[True]], [[0.1]])])
def test_other_shapes_are_refused(is_true, scores):
    with pytest.raises(InputError, match=r"is_true and scores must be \(n,\), n at least 1; got \("):
        roc(is_true, scores)


def test_a_score_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="scores must be finite; got NaN or infinity"):
        roc([True, False], [np.nan, 0.1])


class TestManyLabels:
    def test_each_area_is_that_of_its_label_against_all_others(self):
        truth, scores = random_case()
        found = label_curves(truth, scores)
        expected = metrics.roc_auc_score(np.eye(5)[truth], scores, average=None)
        assert found.roc_auc == pytest.approx(expected)

    def test_their_mean_is_scikit_learns_macro_average(self):
        truth, scores = random_case(1)
        scores /= scores.sum(axis=1, keepdims=True)
        expected = metrics.roc_auc_score(truth, scores, multi_class="ovr", average="macro")
        assert mean_known(label_curves(truth, scores).roc_auc) == pytest.approx(expected)

    def test_average_precision_is_that_of_scikit_learn(self):
        truth, scores = random_case(2)
        expected = metrics.average_precision_score(np.eye(5)[truth], scores, average=None)
        assert label_curves(truth, scores).average_precision == pytest.approx(expected)

    def test_a_label_that_no_picture_has_is_not_known_and_not_in_the_mean(self):
        truth, scores = random_case(3)
        with_more = np.append(scores, np.zeros((60, 1)), axis=1)
        found = label_curves(truth, with_more)
        assert np.isnan(found.roc_auc[5])
        assert np.isnan(found.precision[5]).all()
        assert mean_known(found.roc_auc) == pytest.approx(mean_known(label_curves(truth, scores).roc_auc))

    def test_a_label_that_every_picture_has_has_no_roc_curve(self):
        found = label_curves(np.zeros(4, int), np.full((4, 2), 0.5))
        assert np.isnan(found.roc_auc).all()
        assert found.average_precision[0] == 1

    def test_sampled_curves_lie_on_the_curves(self):
        truth, scores = random_case(4)
        found, curve = label_curves(truth, scores), roc(truth == 2, scores[:, 2])
        assert found.roc[2] == pytest.approx(np.interp(GRID, curve.x, curve.y))
        assert (found.roc[2, -1], found.precision[2, 0]) == (1, 1)

    def test_precision_is_sampled_where_that_much_is_found(self):
        found = label_curves(np.array([0, 1, 0]), np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]))
        assert found.precision[0, [1, 100, 101, 200]] == pytest.approx([1, 1, 2 / 3, 2 / 3])


def test_a_mean_of_nothing_known_is_none_and_says_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mean_known(np.full(3, np.nan)) is None
        assert mean_known(np.full((3, 4), np.nan)) is None

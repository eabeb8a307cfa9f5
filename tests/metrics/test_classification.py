from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from opsin.core.errors import InputError, OptionError
from opsin.metrics.classification import accuracy, confusion_matrix, log_loss, precision_recall_f1, top_k_accuracy

LABELS = ("ant", "bee", "cat", "dog")

pairs = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=40)
seeds = st.integers(0, 2**32)


def random_scores(seed, rows=20, columns=6):
    """Column numbers of the truth, and scores (rows, columns) that sum to 1, all different."""
    random = np.random.default_rng(seed)
    return random.integers(0, columns, rows), random.dirichlet(np.ones(columns), rows)


@given(pairs)
def test_accuracy_is_that_of_scikit_learn(pairs):
    truth, predicted = zip(*pairs, strict=True)
    assert accuracy(truth, predicted) == pytest.approx(metrics.accuracy_score(truth, predicted))


@given(pairs)
def test_the_confusion_matrix_is_that_of_scikit_learn(pairs):
    truth, predicted = zip(*pairs, strict=True)
    expected = metrics.confusion_matrix(truth, predicted, labels=LABELS)
    assert confusion_matrix(truth, predicted, LABELS).tolist() == expected.tolist()


@given(pairs)
def test_the_figures_of_each_label_are_those_of_scikit_learn(pairs):
    truth, predicted = zip(*pairs, strict=True)
    ours = precision_recall_f1(truth, predicted, LABELS)
    expected = metrics.precision_recall_fscore_support(truth, predicted, labels=LABELS, zero_division=0)
    for figure, other in zip((ours.precision, ours.recall, ours.f1, ours.support), expected, strict=True):
        assert figure == pytest.approx(other)


@pytest.mark.parametrize("average", ["macro", "weighted"])
@given(pairs=pairs)
def test_averages_are_those_of_scikit_learn(average, pairs):
    truth, predicted = zip(*pairs, strict=True)
    ours = getattr(precision_recall_f1(truth, predicted, LABELS), average)
    expected = metrics.precision_recall_fscore_support(
        truth, predicted, labels=LABELS, average=average, zero_division=0
    )
    assert (ours.precision, ours.recall, ours.f1) == pytest.approx(expected[:3])


@given(seeds, st.integers(1, 6))
def test_top_k_accuracy_is_that_of_scikit_learn(seed, k):
    truth, scores = random_scores(seed)
    with_all_labels = metrics.top_k_accuracy_score(truth, scores, k=min(k, 5), labels=range(6))
    assert top_k_accuracy(truth, scores, min(k, 5)) == pytest.approx(with_all_labels)


@given(seeds, st.sampled_from([np.float32, np.float64]))
def test_log_loss_is_that_of_scikit_learn(seed, number):
    truth, scores = random_scores(seed)
    hard = np.where(scores == scores.max(axis=1, keepdims=True), 1, 0) if seed % 2 else scores
    expected = metrics.log_loss(truth, hard.astype(number), labels=range(6))
    assert log_loss(truth, hard.astype(number)) == pytest.approx(expected, rel=1e-5)


def test_top_one_accuracy_is_that_of_argmax_also_when_scores_are_equal():
    scores = np.random.default_rng(1).choice([0.1, 0.2], (50, 100))
    assert top_k_accuracy(scores.argmax(axis=1), scores, k=1) == 1


def test_among_all_labels_the_right_one_is_always_found():
    assert top_k_accuracy(*random_scores(1), k=6) == 1


def test_whole_numbers_are_labels_too():
    assert confusion_matrix([3, 5], [5, 5], [5, 3]).tolist() == [[1, 0], [1, 0]]


def test_inputs_are_left_as_they_were():
    truth, scores = random_scores(2)
    before = scores.copy()
    log_loss(truth, scores)
    top_k_accuracy(truth, scores, k=2)
    assert np.array_equal(scores, before)


def test_labels_of_different_numbers_of_images_are_refused():
    with pytest.raises(InputError, match=r"must be lists of one length; got \(2,\) and \(1,\)\."):
        accuracy(["cat", "dog"], ["cat"])


def test_scoring_nothing_is_refused():
    with pytest.raises(InputError, match="nothing to score: truth and predicted are empty"):
        accuracy([], [])
    with pytest.raises(InputError, match="nothing to score: truth and scores are empty"):
        log_loss([], np.zeros((0, 3)))


def test_a_label_that_is_not_listed_is_refused():
    with pytest.raises(InputError, match=r"'cow' is not among the labels: ant, bee, cat, dog\."):
        confusion_matrix(["cat"], ["cow"], LABELS)


@pytest.mark.parametrize("k", [0, 7])
def test_more_labels_than_there_are_cannot_be_asked_for(k):
    with pytest.raises(OptionError, match=rf"k must be from 1 to the number of labels, 6; got {k}\."):
        top_k_accuracy(*random_scores(3), k=k)


def test_scores_of_other_images_are_refused():
    with pytest.raises(InputError, match=r"scores \(n, labels\); got \(2,\) and \(1, 2\)\."):
        top_k_accuracy([0, 1], [[0.5, 0.5]], k=1)


@pytest.mark.parametrize("truth", [[-1], [2]])
def test_a_column_that_is_not_there_is_refused(truth):
    with pytest.raises(InputError, match=rf"column numbers from 0 to 1; got {truth[0]}\."):
        log_loss(truth, [[0.5, 0.5]])


def test_names_are_no_column_numbers():
    with pytest.raises(InputError, match="column numbers from 0 to 1; got 'cat'"):
        log_loss(["cat"], [[0.5, 0.5]])


@pytest.mark.parametrize("row", [[0.9, 0.9], [np.nan, 0.5]])
def test_scores_that_do_not_sum_to_one_are_refused(row):
    with pytest.raises(InputError, match=r"row 1 sums to (1\.8|nan)\. Apply softmax first\."):
        log_loss([0, 0], [[0.5, 0.5], row])

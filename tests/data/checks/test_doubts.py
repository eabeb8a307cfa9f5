import numpy as np
import pytest

from opsin.data.checks.doubts import DOUBT, FOLDS, doubts, folds


@pytest.fixture
def pets(data_of):
    """Ten cats and ten dogs, and scores of a classifier that is sure of all: 0.9 for what they are labelled."""
    data = data_of(*["cat train"] * 10, *["dog train"] * 10)
    scores = np.where(np.arange(2) == data.truth[:, None], 0.9, 0.1)
    return data, scores


def test_labels_that_the_classifier_shares_are_not_doubted(pets):
    assert list(doubts(*pets)) == []


def test_a_label_that_it_finds_most_unlikely_is_doubted(pets):
    data, scores = pets
    scores[3] = (0.01, 0.99)
    (problem,) = doubts(data, scores)
    assert (problem.kind, problem.pictures) == ("mislabelled", (3,))
    assert problem.said == "labelled cat, looks like dog (0.99)"


def test_scores_are_held_against_what_is_usual_in_the_class(pets):
    data, scores = pets
    usual = DOUBT * 0.9
    scores[3, 0], scores[4, 0] = usual * 1.2, usual * 0.7
    assert [problem.pictures for problem in doubts(data, scores)] == [(4,)]
    scores[5:10, 0] = 0.1  # cats are hard to tell: a low score means less
    assert [problem.pictures for problem in doubts(data, scores)] == []


def test_the_most_doubtful_weighs_most(pets):
    data, scores = pets
    scores[3, 0], scores[15, 1] = 0.02, 0.001
    weights = {problem.pictures[0]: problem.weight for problem in doubts(data, scores)}
    assert weights[15] > weights[3]


def test_pictures_that_were_not_judged_are_not_doubted(pets):
    data, scores = pets
    scores[3], scores[10:] = np.nan, np.nan
    scores[4, 0] = 0.001
    assert [problem.pictures for problem in doubts(data, scores)] == [(4,)]


def test_each_class_is_spread_evenly_over_the_folds():
    truth = np.repeat([0, 1, 2], [23, 5, 12])
    for label, most in ((0, 5), (1, 1), (2, 3)):
        counts = np.bincount(folds(truth)[truth == label], minlength=FOLDS)
        assert counts.max() == most
        assert np.ptp(counts) <= 1


def test_folds_are_the_same_each_time_and_not_in_order():
    truth = np.zeros(50, np.int64)
    assert np.array_equal(folds(truth), folds(truth))
    assert not np.array_equal(folds(truth), np.arange(50) % FOLDS)

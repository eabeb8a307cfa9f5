from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import pair_confusion_matrix

from opsin.core.errors import InputError
from opsin.metrics.clustering import Agreement, b_cubed, pairwise

# scikit-learn's first answers are slow, which says nothing about ours.
CALM = settings(deadline=None, max_examples=60)

sorted_twice = st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 5)), min_size=1, max_size=30).map(
    lambda rows: tuple(np.array(rows).T)
)
BOTH = pytest.mark.parametrize("measure", [pairwise, b_cubed])


def brute_b_cubed(truth, found):
    """As it is defined, over every two things, each also with itself."""
    alike, together = truth[:, None] == truth, found[:, None] == found
    both = alike & together
    return Agreement(float((both.sum(1) / together.sum(1)).mean()), float((both.sum(1) / alike.sum(1)).mean()))


@CALM
@given(sorted_twice)
def test_pairs_are_those_of_scikit_learn(case):
    (_, wrong), (missed, right) = pair_confusion_matrix(*case)
    found = pairwise(*case)
    assert found.precision == pytest.approx(right / (right + wrong) if right + wrong else 1)
    assert found.recall == pytest.approx(right / (right + missed) if right + missed else 1)


@CALM
@given(sorted_twice)
def test_b_cubed_is_what_its_definition_gives(case):
    found, expected = b_cubed(*case), brute_b_cubed(*case)
    assert (found.precision, found.recall) == pytest.approx((expected.precision, expected.recall))


@BOTH
@CALM
@given(sorted_twice)
def test_truth_and_found_changing_places_change_precision_and_recall(measure, case):
    forth, back = measure(*case), measure(*case[::-1])
    assert (forth.precision, forth.recall) == pytest.approx((back.recall, back.precision))


@BOTH
@CALM
@given(sorted_twice)
def test_what_clusters_are_called_does_not_matter(measure, case):
    truth, found = case
    one, other = measure(truth, found), measure(truth.astype(str), 7 - found)
    assert (one.precision, one.recall) == pytest.approx((other.precision, other.recall))


@BOTH
def test_the_truth_itself_is_perfect(measure):
    found = measure(["ann", "bob", "ann"], [2, 1, 2])
    assert (found.precision, found.recall, found.f) == (1, 1, 1)


@BOTH
def test_all_in_one_cluster_recalls_all(measure):
    found = measure([0, 0, 1, 1, 2], [0] * 5)
    assert found.recall == 1
    assert found.precision < 0.5


@BOTH
@CALM
@given(sorted_twice)
def test_what_was_put_nowhere_is_alone(measure, case):
    truth, found = case
    apart = np.where(found == -1, 100 + np.arange(len(found)), found)
    assert measure(truth, found, alone=-1).f == pytest.approx(measure(truth, apart).f)


def test_things_put_nowhere_have_a_name_if_need_be():
    assert pairwise([1, 1, 2], ["unknown", "a", "unknown"], alone="unknown") == Agreement(1, 0)


def test_without_pairs_nothing_is_wrong():
    assert pairwise([0, 1, 2], [0, 1, 2]) == Agreement(1, 1)
    assert pairwise([], []) == Agreement(1, 1)


def test_f_is_the_harmonic_mean_and_zero_of_nothing():
    assert Agreement(0.5, 1).f == pytest.approx(2 / 3)
    assert Agreement(0, 0).f == 0


def test_a_hundred_thousand_things_are_counted_without_a_table_of_all_labels():
    labels = np.arange(100_000) // 2
    assert pairwise(labels, labels // 2) == Agreement(pytest.approx(1 / 3), 1)
    assert b_cubed(labels, labels // 2) == Agreement(0.5, 1)


@BOTH
@pytest.mark.parametrize(("truth", "found"), [([1], [1, 2]), ([[1]], [[1]])])
def test_other_shapes_are_refused(measure, truth, found):
    with pytest.raises(InputError, match=r"truth and found must both be \(n,\); got \("):
        measure(truth, found)


def test_b_cubed_of_nothing_is_refused():
    with pytest.raises(InputError, match="a mean over things; there are none"):
        b_cubed([], [])

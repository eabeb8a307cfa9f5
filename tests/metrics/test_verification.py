from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from opsin.core.errors import InputError, OptionError
from opsin.metrics.verification import (
    OperatingPoint,
    acceptance,
    best_threshold,
    equal_error_rate,
    fold_accuracy,
    known_rates,
    operating_point,
    tar_at_far,
    threshold_at_far,
    verification_auc,
    verification_roc,
)

# scikit-learn's first answers are slow, which says nothing about ours.
CALM = settings(deadline=None, max_examples=60)

# Tenths, so that similarities are often equal.
tenths = st.integers(-10, 10).map(lambda n: n / 10)
judged = st.lists(st.tuples(tenths, st.booleans()), min_size=2, max_size=40)
both = judged.filter(lambda rows: 0 < sum(same for _, same in rows) < len(rows))
fine = st.lists(st.integers(-(10**6), 10**6).map(lambda n: n / 10**6), min_size=1, max_size=60)


def faces(seed=0, count=3000):
    """Similarities as networks give them, half of genuine pairs."""
    random = np.random.default_rng(seed)
    same = np.arange(count) % 2 == 0
    return np.where(same, random.normal(0.6, 0.15, count), random.normal(0.1, 0.12, count)).clip(-1, 1), same


@CALM
@given(both)
def test_the_roc_curve_and_its_area_are_those_of_scikit_learn(rows):
    similarities, same = zip(*rows, strict=True)
    x, y, _ = metrics.roc_curve(same, similarities, drop_intermediate=False)
    curve = verification_roc(similarities, same)
    assert (curve.x, curve.y) == (pytest.approx(x), pytest.approx(y))
    assert verification_auc(similarities, same) == pytest.approx(metrics.roc_auc_score(same, similarities))


@CALM
@given(both)
def test_at_the_equal_error_rate_as_many_impostors_pass_as_genuine_pairs_do_not(rows):
    similarities, same = zip(*rows, strict=True)
    x, y, _ = metrics.roc_curve(same, similarities, drop_intermediate=False)
    rate = equal_error_rate(similarities, same)
    # Along the curve's length, so that its upright lines can be interpolated too.
    along = np.concatenate([[0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    places = np.linspace(0, along[-1], 20_001)
    false, missed = np.interp(places, along, x), 1 - np.interp(places, along, y)
    assert rate == pytest.approx(false[np.argmin(np.abs(false - missed))], abs=1e-3)


def test_the_equal_error_rate_of_a_perfect_test_is_zero_and_of_a_reversed_one_is_one():
    assert equal_error_rate([0.9, 0.1], [True, False]) == 0
    assert equal_error_rate([0.1, 0.9], [True, False]) == 1


@CALM
@given(judged)
def test_no_threshold_is_right_more_often_than_the_best(rows):
    similarities, same = map(np.array, zip(*rows, strict=True))
    found = np.mean((similarities >= best_threshold(similarities, same)) == same)
    tried = [np.mean((similarities >= level) == same) for level in np.linspace(-1.15, 1.15, 24)]
    assert found == max(tried)


def test_of_thresholds_that_are_equally_right_the_middle_one_is_taken():
    assert best_threshold([0.2, 0.4], [False, True]) == pytest.approx(0.3)


def test_accuracy_by_folds_is_that_of_thresholds_from_the_other_folds():
    similarities, same = faces()
    folds = np.arange(len(same)) // 2 % 3
    found = fold_accuracy(similarities, same, folds)
    for fold, (share, threshold) in enumerate(zip(found.per_fold, found.thresholds, strict=True)):
        others = folds != fold
        assert threshold == best_threshold(similarities[others], same[others])
        assert share == metrics.accuracy_score(same[~others], similarities[~others] >= threshold)
    assert found.mean == pytest.approx(np.mean(found.per_fold))


def test_a_folds_own_pairs_do_not_choose_its_threshold():
    found = fold_accuracy([0.9, 0.8, 0.3, 0.2], [True, False, True, False], ["a", "a", "b", "b"])
    assert found.thresholds == pytest.approx([0.25, 0.85])
    assert found.per_fold == (0.5, 0.5)


@pytest.mark.parametrize("folds", [[1, 1], [1]])
def test_accuracy_by_folds_needs_two_folds_and_one_for_each_pair(folds):
    with pytest.raises(InputError, match=r"folds must be \(2,\), with two folds at least; got 1 in"):
        fold_accuracy([0.9, 0.1], [True, False], folds)


@CALM
@given(fine, st.integers(0, 60), st.integers(1, 60))
def test_a_threshold_for_a_rate_is_the_lowest_that_keeps_it(impostors, part, whole):
    far, numbers = min(part / whole, 1), np.array(impostors)
    threshold = threshold_at_far(impostors, far)
    assert np.mean(numbers >= threshold) <= far
    assert threshold == -1 or np.mean(numbers >= round(threshold - 1e-6, 6)) > far


def test_equal_similarities_stay_out_together():
    assert threshold_at_far([0.5, 0.5, 0.5, 0.1], far=0.5) == 0.500001


def test_a_rate_of_zero_keeps_all_out_and_of_one_lets_all_in():
    assert threshold_at_far([0.5, 1.0], far=0) > 1
    assert threshold_at_far([0.5, -1.0], far=1) == -1


@pytest.mark.parametrize("far", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_share_is_refused(far):
    with pytest.raises(OptionError, match=r"far must lie in 0\.\.1; got"):
        threshold_at_far([0.5], far)


@pytest.mark.parametrize("far", [0.001, 0.01, 0.1, 0.5])
def test_true_accepts_at_a_rate_lie_on_the_roc_curve(far):
    similarities, same = faces()
    point, curve = tar_at_far(similarities, same, far), verification_roc(similarities, same)
    assert point.far <= far
    assert point.tar == pytest.approx(curve.y[curve.x <= far].max())


def test_true_accepts_need_both_kinds_of_pairs():
    with pytest.raises(InputError, match="one of them is missing"):
        tar_at_far([0.5, 0.6], [True, True], 0.1)


def test_what_a_threshold_lets_in_is_not_known_for_pairs_that_are_not_there():
    point = operating_point([0.5, 0.7], [True, True], 0.6)
    assert (point.threshold, point.tar) == (0.6, 0.5)
    assert np.isnan(point.far)


def test_a_pair_exactly_at_the_threshold_passes():
    assert operating_point([0.5, 0.5], [True, False], 0.5) == OperatingPoint(0.5, far=1.0, tar=1.0)


class TestAcceptance:
    def test_every_threshold_keeps_its_rate(self):
        impostors = faces(1)[0][1::2]
        kept = acceptance(impostors, "drawn numbers")
        assert all(np.mean(impostors >= kept.threshold(rate)) <= rate for rate in kept.rates)

    def test_rates_go_in_half_decades_from_a_tenth_down_to_what_ten_impostors_tell(self):
        kept = acceptance(faces(1, 20_000)[0][1::2], "drawn numbers")
        assert kept.rates == pytest.approx([1e-3, 10**-2.5, 1e-2, 10**-1.5, 1e-1])
        assert (kept.impostors, kept.lowest_rate, kept.measured_on) == (10_000, 1e-3, "drawn numbers")

    def test_the_lowest_rate_is_there_where_it_is_no_half_decade(self):
        assert known_rates(4000)[:2] == (0.0025, 10**-2.5)

    @pytest.mark.parametrize("rate", [1e-1, 1e-2, 1e-3, 1e-4, 1e-5])
    def test_whole_decades_can_be_asked_for_by_their_names(self, rate):
        assert rate in known_rates(10**7)

    def test_a_hundred_impostors_tell_of_one_rate(self):
        assert acceptance(np.linspace(0, 1, 100), "a line").rates == (0.1,)

    def test_fewer_are_refused_with_what_is_needed(self):
        assert known_rates(99) == ()
        with pytest.raises(InputError, match=r"at least 100 pairs of different people.*got 99"):
            acceptance(np.zeros(99), "")


@pytest.mark.parametrize("values", [[], [[0.5]]])
def test_similarities_of_another_shape_are_refused(values):
    with pytest.raises(InputError, match=r"Similarities must be \(n,\), n at least 1; got \("):
        threshold_at_far(values, 0.1)


def test_a_similarity_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="Similarities must be finite"):
        best_threshold([np.nan], [True])


@pytest.mark.parametrize("same", [[True], [0.5, 1], ["yes", "no"]])
def test_same_must_be_true_or_false_for_each(same):
    with pytest.raises(InputError, match=r"same must be \(2,\) of true and false; got"):
        best_threshold([0.5, 0.6], same)

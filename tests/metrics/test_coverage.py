"""Whether a score tells good answers from bad ones."""

import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.metrics.coverage import Halves, halves, kept_means


def test_all_that_is_kept_is_the_mean():
    figures, scores = np.random.default_rng(0).random((2, 50))
    assert kept_means(figures, scores)[-1] == pytest.approx(figures.mean())


def test_a_score_that_knows_never_gains_by_keeping_more():
    figures = np.random.default_rng(0).random(50)
    assert (np.diff(kept_means(figures, figures)) <= 0).all()


def test_the_surest_come_first():
    assert kept_means([1, 2, 3], [0.1, 0.2, 0.3]).tolist() == [3, 2.5, 2]


def test_of_equal_scores_the_earlier_come_first():
    assert kept_means([1, 2, 6], [0.5, 0.5, 0.5]).tolist() == [1, 1.5, 3]


def test_the_surer_half_of_an_odd_number_is_the_smaller_one():
    assert halves([6, 1, 2], [0.9, 0.5, 0.1]) == Halves(6, 1.5)


def test_the_surer_half_is_so_many_times_as_good():
    assert halves([3, 1], [0.9, 0.1]).ratio == 3


def test_nothing_is_so_many_times_as_good_as_what_is_worth_nothing():
    assert halves([3, 0], [0.9, 0.1]).ratio is None


def test_a_single_answer_has_no_halves():
    assert halves([3], [0.9]) is None


@pytest.mark.parametrize(("figures", "scores"), [([], []), ([1], [1, 2]), ([[1]], [[1]])])
def test_what_are_no_lists_of_one_length_is_refused(figures, scores):
    with pytest.raises(InputError, match="must be lists of one length, not empty"):
        kept_means(figures, scores)

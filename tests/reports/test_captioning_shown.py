"""Which pictures a captioner's report shows."""

from types import SimpleNamespace

import numpy as np
import pytest

from opsin.reports._captioning_shown import best, least_sure, middling, surest_mistakes, worst

CIDER = np.array([0.1, 2.0, 0.0, 0.9, 0.0, 0.4])
SCORES = np.array([0.9, 0.8, 0.2, 0.3, 0.7, 0.6])


@pytest.fixture
def judged():
    """Six captions; of those that score 0.5 or more the model is sure."""
    return SimpleNamespace(cider_d=CIDER, scores=SCORES, is_sure=SCORES >= 0.5, agrees=CIDER >= 0.5)


def test_the_best_are_those_that_people_agree_with_most(judged):
    assert best(judged, 2) == [1, 3]


def test_the_middling_lie_around_the_median(judged):
    assert middling(judged, 2) == [5, 0]


def test_of_equally_bad_ones_the_surest_comes_first(judged):
    assert worst(judged, 2) == [4, 2]


def test_no_picture_is_of_two_kinds(judged):
    assert sorted(best(judged, 2) + middling(judged, 2) + worst(judged, 2)) == list(range(6))


def test_the_surest_mistakes_are_said_and_disagreed_with(judged):
    assert surest_mistakes(judged) == [0, 4, 5]


def test_the_least_sure_come_first(judged):
    assert least_sure(judged, 3) == [2, 3, 5]


def test_more_than_there_are_is_all(judged):
    assert len(best(judged, 99)) == len(middling(judged, 99)) == len(worst(judged, 99)) == 6

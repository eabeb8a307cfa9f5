import numpy as np
import pytest

from opsin.models._views import agreed, overlap, window

SIZE = (100, 200)
BOX = np.array([50, 20, 70, 60], np.float32)
PERSON = np.zeros((8, 8), np.float32)
PERSON[2:6, 2:6] = 1


def test_a_window_holds_the_box_and_its_margin():
    found = window(BOX, SIZE)
    assert (found.rows, found.columns) == (slice(14, 66), slice(44, 76))


@pytest.mark.parametrize("box", [[0, 0, 200, 100], [199, 99, 200, 100], [-5, -5, 0, 0], [300, 300, 300, 300]])
def test_a_window_lies_in_the_picture_and_has_pixels(box):
    found = window(np.array(box, np.float32), SIZE)
    assert 0 <= found.rows.start < found.rows.stop <= 100
    assert 0 <= found.columns.start < found.columns.stop <= 200


def test_what_is_cut_is_the_part_of_the_picture():
    picture = np.arange(20_000).reshape(SIZE)
    assert (window(BOX, SIZE).cut(picture) == picture[14:66, 44:76]).all()


def test_the_share_of_the_whole_picture_is_one():
    assert window(np.array([0, 0, 200, 100], np.float32), SIZE).share(SIZE) == 1


def test_a_part_of_half_the_height_and_width_has_a_share_of_one_half():
    found = window(np.array([0, 0, 77, 41], np.float32), (100, 178))
    assert found.share((100, 178)) == pytest.approx(0.5, abs=0.02)


def test_all_of_the_box_is_near_and_nothing_beyond_the_margin():
    near = window(BOX, SIZE).nearness()
    assert (near[6:46, 6:26] == 1).all()
    assert (near[0].max(), near.min() >= 0) == (pytest.approx(1 / 12), True)


def test_views_that_say_the_same_are_left_as_they_are():
    soft = np.random.default_rng(0).random((6, 7), np.float32)
    assert agreed([soft, soft, soft], [1, 2, 3]) == pytest.approx(soft)


def test_one_that_lost_the_person_counts_nothing():
    assert (agreed([PERSON, PERSON, np.zeros_like(PERSON)], [1, 1, 1]) == PERSON).all()


def test_one_that_took_more_counts_less_than_the_mean_would_let_it():
    more = np.ones_like(PERSON)
    assert agreed([PERSON, PERSON, more], [1, 1, 1])[0, 0] < 1 / 6


def test_two_cannot_outvote_each_other():
    assert agreed([np.ones((2, 2)), np.zeros((2, 2))], [3, 1]) == pytest.approx(np.full((2, 2), 0.75))


def test_their_order_does_not_matter():
    views = list(np.random.default_rng(0).random((4, 5, 6)))
    assert agreed(views[::-1], [4, 3, 2, 1]) == pytest.approx(agreed(views, [1, 2, 3, 4]))


def test_where_none_agrees_with_any_all_count_alike():
    views = list(np.eye(3)[:, None])
    assert agreed(views, [1, 1, 1]) == pytest.approx(np.full((1, 3), 1 / 3))


def test_the_mean_lies_between_the_views():
    views = np.random.default_rng(0).random((5, 9, 9))
    found = agreed(list(views), [1, 1, 1, 0.5, 0.5])
    assert (found >= views.min(0)).all()
    assert (found <= views.max(0)).all()


def test_overlap_is_that_of_masks_where_all_is_zero_or_one():
    assert overlap(PERSON, np.ones_like(PERSON)) == 16 / 64


def test_two_that_see_nobody_agree():
    assert overlap(np.zeros((3, 3)), np.zeros((3, 3))) == 1

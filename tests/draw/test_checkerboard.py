import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.draw.checkerboard import DARK, LIGHT, draw_on_checkerboard

IMAGE = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)


def test_where_all_is_subject_the_picture_stays():
    assert (draw_on_checkerboard(IMAGE, np.ones((90, 120), np.float32)) == IMAGE).all()


def test_where_nothing_is_there_are_fields_of_two_greys_in_equal_parts():
    board = draw_on_checkerboard(np.zeros((200, 200, 3), np.uint8), np.zeros((200, 200), np.float32))
    assert set(np.unique(board)) == {LIGHT, DARK}
    assert (board == LIGHT).mean() == pytest.approx(0.5, abs=0.02)


def test_neighbouring_fields_differ():
    board = draw_on_checkerboard(np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40), np.float32))[..., 0]
    assert (board[:30, :30] != board[10:, :30]).all()
    assert (board[:30, :30] != board[:30, 10:]).all()


def test_half_a_subject_is_the_mean_of_both():
    alpha = np.full((90, 120), 0.5, np.float32)
    board = draw_on_checkerboard(IMAGE, np.zeros_like(alpha)).astype(float)
    assert draw_on_checkerboard(IMAGE, alpha) == pytest.approx((IMAGE + board) / 2, abs=0.51)


def test_the_given_image_stays_as_it_is():
    before = IMAGE.copy()
    draw_on_checkerboard(IMAGE, np.zeros((90, 120), np.float32))
    assert (before == IMAGE).all()


def test_another_size_is_refused():
    with pytest.raises(
        InputError, match=r"^alpha must have the image's height and width \(90, 120\); got \(120, 90\)\.$"
    ):
        draw_on_checkerboard(IMAGE, np.zeros((120, 90), np.float32))

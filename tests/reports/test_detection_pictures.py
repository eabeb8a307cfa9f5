import numpy as np
import pytest

from opsin.reports._detection_pictures import SIDE, TRUE, WRONG, cut_out

GREY = np.full((100, 200, 3), 90, np.uint8)
BOX = np.array([80, 30, 120, 60.0])


def has(image, colour):
    return bool((np.abs(image.astype(int) - colour).max(axis=2) < 8).any())


@pytest.mark.parametrize("size", [(100, 200), (7, 5), (1, 1), (30, 2000)])
@pytest.mark.parametrize("box", [[80, 30, 120, 60], [0, 0, 3, 3], [-5, -5, 900, 900], [190, 90, 199, 99], [4, 4, 4, 4]])
def test_any_box_of_any_picture_can_be_shown(size, box):
    drawn = cut_out(np.zeros((*size, 3), np.uint8), np.array(box), [(np.array([box]), WRONG)])
    assert max(drawn.shape[:2]) == SIDE
    assert drawn.dtype == np.uint8


def test_the_box_is_in_the_middle_of_what_is_around_it():
    drawn = cut_out(GREY, BOX, [(BOX[None], WRONG)])
    rows, columns = np.nonzero(np.abs(drawn.astype(int) - WRONG).max(axis=2) < 8)
    assert rows.mean() == pytest.approx(drawn.shape[0] * 0.45, abs=0.1 * SIDE)
    assert columns.mean() == pytest.approx(drawn.shape[1] / 2, abs=3)
    assert np.ptp(columns) == pytest.approx(SIDE / 2.5, abs=4)


def test_all_marks_are_drawn_the_last_on_top():
    assert has(both := cut_out(GREY, BOX, [(BOX[None], TRUE), (BOX[None] + 9, WRONG)]), TRUE)
    assert has(both, WRONG)
    assert not has(cut_out(GREY, BOX, [(BOX[None], TRUE), (BOX[None], WRONG)]), TRUE)


def test_the_picture_is_left_as_it_was_and_may_be_grey():
    picture = GREY[..., :1].copy()
    assert has(cut_out(picture, BOX, [(BOX[None], WRONG)]), WRONG)
    assert (picture == 90).all()

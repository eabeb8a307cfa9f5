import numpy as np
import pytest

from opsin import Click, Selecting, select
from opsin.core.errors import InputError, OptionError, UsageError

TINY = "hrnet18_ocr64_tiny.random"


@pytest.fixture
def flag():
    """Red with a blue rectangle at x 30 to 70, y 20 to 40."""
    image = np.full((80, 120, 3), (200, 10, 10), np.uint8)
    image[20:40, 30:70] = (10, 10, 200)
    return image


@pytest.fixture
def selecting(flag):
    return Selecting(flag, model=TINY)


def test_a_step_answers_with_the_state_and_what_is_selected(selecting):
    state, answer = selecting.step(selecting.begin(), Click(50, 30))
    assert answer.box == pytest.approx([30, 20, 70, 40], abs=1)
    assert (answer.at.tolist(), answer.model) == ([[50, 30]], TINY)
    assert state.clicks == (Click(50, 30),)


def test_steps_are_what_the_verb_does_with_several_clicks(selecting, flag):
    state, _ = selecting.step(selecting.begin(), Click(50, 30))
    _, answer = selecting.step(state, Click(5, 5, is_inside=False))
    asked = select(flag, model=TINY, at=(50, 30), not_at=(5, 5))
    assert answer.to_dict() == asked.to_dict()


def test_an_older_state_undoes_a_click(selecting):
    first, answer = selecting.step(selecting.begin(), Click(50, 30))
    selecting.step(first, Click(5, 5))
    again, _ = selecting.step(first, Click(5, 5, is_inside=False))
    assert len(again.clicks) == 2
    assert selecting.answer(first).to_dict() == answer.to_dict()


def test_a_box_selects_before_any_click(selecting):
    selected = selecting.answer(selecting.begin((28, 18, 72, 42)))
    assert selected.box == pytest.approx([30, 20, 70, 40], abs=1)


def test_before_anything_is_pointed_at_nothing_is_selected(selecting):
    assert selecting.answer(selecting.begin()).area == 0


def test_a_click_beside_the_picture_is_refused(selecting):
    with pytest.raises(InputError, match=r"A click must lie in the picture, 80 x 120 .+ got x 500, y 5\."):
        selecting.step(selecting.begin(), Click(500, 5))


def test_a_box_beside_the_picture_is_refused(selecting):
    with pytest.raises(InputError, match=r"A box x0,y0,x1,y1 must lie in the picture"):
        selecting.begin((0, 0, 500, 5))


def test_a_file_that_is_not_there_is_one_line():
    with pytest.raises(InputError, match=r"There is no file gone\.jpg"):
        Selecting("gone.jpg", model=TINY)


def test_a_model_of_another_task_is_refused(flag):
    with pytest.raises(UsageError, match="answers detection, not selection"):
        Selecting(flag, model="picodet_tiny.random")


def test_an_unknown_option_is_refused(flag):
    with pytest.raises(OptionError, match="no option of selection called 'modle'"):
        Selecting(flag, modle=TINY)

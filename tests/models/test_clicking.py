import numpy as np
import pytest

from opsin.core.boxes import as_boxes
from opsin.core.clicks import Click, Clicks
from opsin.core.errors import OptionError
from opsin.models import open_model
from opsin.models._clicking import ClickModel, box_glimpses, box_points
from opsin.runtime.network import Place
from opsin.tasks.selection import SelectionOptions
from opsin.weights.card import Card

CARD = Card(name="watched", task="selection", summary="Remembers what it was shown.", licence="MIT")


class Watched(ClickModel):
    """Finds a square of 10 x 10 at the left top of the picture, and keeps its glimpses."""

    cards = (CARD,)

    def __init__(self):
        super().__init__(CARD)
        self.glimpses = []

    @classmethod
    def open(cls, card, place, parts):
        return cls()

    def glance(self, image, glimpses, input_size=None):
        self.glimpses += glimpses
        square = np.zeros(image.shape[:2], np.float32)
        square[:10, :10] = 1
        return [square[y0:y1, x0:x1] for x0, y0, x1, y1 in (each.window for each in glimpses)]


@pytest.fixture
def watched():
    return Watched()


@pytest.fixture
def tiny():
    return open_model("hrnet18_ocr64_tiny.random", Place())


@pytest.fixture
def flag():
    """Red with a blue rectangle at x 30 to 70, y 20 to 40, in which there is a red hole."""
    image = np.full((80, 120, 3), (200, 10, 10), np.uint8)
    image[20:40, 30:70] = (10, 10, 200)
    image[26:34, 44:56] = (200, 10, 10)
    return image


LARGE = np.zeros((1000, 1000, 3), np.uint8)


def test_the_first_look_is_at_everything_and_the_next_at_what_was_found(watched):
    watched.step(LARGE, Clicks((1000, 1000)), Click(5, 5))
    assert [each.window for each in watched.glimpses] == [(0, 0, 1000, 1000), (0, 0, 200, 200)]


def test_a_later_click_costs_one_look_that_goes_by_the_mask_before(watched):
    first = watched.step(LARGE, Clicks((1000, 1000)), Click(5, 5))
    watched.step(LARGE, first, Click(150, 150, is_inside=False))
    assert len(watched.glimpses) == 3
    assert watched.glimpses[2].before is first.levels
    assert watched.glimpses[2].outside.tolist() == [[150, 150]]


def test_what_fills_the_picture_needs_one_look_only(watched):
    watched.step(np.zeros((12, 12, 3), np.uint8), Clicks((12, 12)), Click(5, 5))
    assert len(watched.glimpses) == 1


def test_a_click_far_away_widens_the_look(watched):
    first = watched.step(LARGE, Clicks((1000, 1000)), Click(5, 5))
    watched.step(LARGE, first, Click(900, 800))
    x0, y0, x1, y1 = watched.glimpses[-1].window
    assert x0 <= 0 < 900 < x1
    assert y0 <= 0 < 800 < y1


def test_a_box_is_looked_at_before_any_click(watched):
    begun = watched.begun(LARGE, (100, 100, 300, 200))
    (glimpse,) = watched.glimpses
    assert glimpse.inside.tolist() == [[200, 150]]
    assert len(glimpse.outside) == 8
    assert begun.levels.shape == (1000, 1000)


def test_a_click_in_a_box_replaces_its_middle(watched):
    watched.step(LARGE, watched.begun(LARGE, (100, 100, 300, 200)), Click(120, 120))
    assert watched.glimpses[-1].inside.tolist() == [[120, 120]]
    assert len(watched.glimpses[-1].outside) == 8


def test_without_a_box_nothing_is_known_before_the_first_click(watched):
    assert watched.begun(LARGE).levels is None
    assert watched.glimpses == []


def test_a_click_selects_what_is_clicked_on_and_a_click_beside_takes_it_off(tiny, flag):
    first = tiny.step(flag, Clicks((80, 120)), Click(35, 25))
    assert (first.levels > 0.5)[[22, 60], [32, 60]].tolist() == [True, False]
    red = tiny.step(flag, Clicks((80, 120)), Click(5, 5))
    assert (red.levels > 0.5)[30, 50]


def test_all_clicks_of_the_options_are_steps_in_their_order(tiny, flag):
    (answer,) = tiny.run([flag], SelectionOptions(at=[(35, 25), (65, 35)], not_at=[(5, 5)]))
    clicks = Clicks((80, 120))
    for each in (Click(35, 25), Click(65, 35), Click(5, 5, is_inside=False)):
        clicks = tiny.step(flag, clicks, each)
    assert (answer.mask == (clicks.levels > 0.49)).all()


def test_older_clicks_are_not_changed_so_that_a_step_can_be_undone(tiny, flag):
    first = tiny.step(flag, Clicks((80, 120)), Click(35, 25))
    before = first.levels.copy()
    tiny.step(flag, first, Click(5, 5))
    assert (first.levels == before).all()
    assert len(first.clicks) == 1


def test_pointing_at_nothing_is_refused(tiny, flag):
    with pytest.raises(OptionError, match="Nothing was pointed at"):
        tiny.run([flag], SelectionOptions())


class TestBoxes:
    def test_of_the_points_around_a_box_only_those_in_the_picture_count(self):
        inside, outside = box_points((0, 0, 100, 100), (200, 200))
        assert inside.tolist() == [[50, 50]]
        assert len(outside) == 3
        assert (outside >= 0).all()

    def test_around_a_box_that_is_the_picture_there_is_nothing(self):
        assert box_points((0, 0, 60, 40), (40, 60))[1].shape == (0, 2)

    def test_no_point_outside_lies_in_the_box(self):
        _, outside = box_points((50, 60, 100, 150), (200, 200))
        is_in = (outside > (50, 60)).all(axis=1) & (outside < (100, 150)).all(axis=1)
        assert (len(outside), is_in.any()) == (8, False)

    def test_there_is_a_look_for_each_box(self):
        glimpses = box_glimpses(as_boxes([[0, 0, 10, 10], [50, 50, 90, 70]]), (100, 100))
        assert [each.window for each in glimpses] == [(0, 0, 14, 14), (42, 32, 98, 88)]

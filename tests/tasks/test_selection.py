import json

import numpy as np
import pytest
from PIL import Image as Pillow
from pycocotools import mask as coco
from sklearn.metrics import jaccard_score

from opsin.core.clicks import Click, Clicks
from opsin.core.errors import InputError, OptionError
from opsin.media.sources import read_image
from opsin.tasks.selection import Selection, SelectionOptions, mask_iou, score, selection, sureness


def noise(seed, size=(20, 30)):
    return np.random.default_rng(seed).random(size) < 0.5


def selected(mask, **other):
    return Selection(height=mask.shape[0], width=mask.shape[1], mask=mask, **other)


SQUARE = np.zeros((40, 60), bool)
SQUARE[10:20, 30:50] = True


class TestOptions:
    def test_clicks_inside_come_before_those_outside(self):
        asked = SelectionOptions(at=[(1, 2), (3, 4)], not_at=[(5, 6)])
        assert asked.clicks == (Click(1, 2), Click(3, 4), Click(5, 6, is_inside=False))

    @pytest.mark.parametrize("given", [(7, 8), "7,8", ["7, 8"], [[7.0, 8]]])
    def test_one_point_may_come_alone_or_as_text(self, given):
        assert SelectionOptions(at=given).at == ((7, 8),)

    def test_nothing_pointed_at_is_refused(self):
        with pytest.raises(OptionError, match=r"^Nothing was pointed at\. Give a point on the thing \(at, as in --at"):
            SelectionOptions(not_at=[(1, 1)]).clicks_on((40, 60))

    def test_a_point_beside_the_picture_is_refused(self):
        with pytest.raises(InputError, match=r"A click must lie in .* got x 600, y 2\.$"):
            SelectionOptions(at=(600, 2)).clicks_on((40, 60))

    def test_a_box_alone_is_enough(self):
        assert SelectionOptions(box="1,2,30,20").clicks_on((40, 60)).box == (1, 2, 30, 20)


def test_the_area_and_the_box_are_those_of_the_mask():
    assert selected(SQUARE).area == 200
    assert selected(SQUARE).box.tolist() == [30, 10, 50, 20]


def test_the_summary_says_how_much_and_how_sure():
    assert selected(SQUARE, score=0.971).summary == "8.3 % of the picture (0.97)"
    assert selected(SQUARE & False).summary == ""


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(InputError, match=r"^Selection\.mask must have the shape \(40, 61\); got \(40, 60\)\.$"):
        Selection(height=40, width=61, mask=SQUARE)


@pytest.mark.parametrize(("seed", "height", "width"), [(0, 1, 1), (1, 1, 9), (2, 9, 1), (3, 7, 8), (4, 20, 30)])
def test_json_holds_the_mask_as_coco_packs_it_and_comes_back(seed, height, width):
    mask = noise(seed, (height, width))
    answer = selected(mask, score=0.5, at=[(0.25, 0.5)])
    plain = json.loads(answer.to_json())
    packed = coco.frPyObjects(plain["mask"], height, width)
    assert (coco.decode(packed) == mask).all()
    assert (coco.area(packed), coco.toBbox(packed)[:2].tolist()) == (plain["area"], plain["box"][:2])
    assert Selection.from_dict(plain).to_dict() == plain


def test_runs_that_do_not_fill_the_picture_are_refused():
    plain = selected(SQUARE).to_dict() | {"height": 41}
    with pytest.raises(InputError, match="must fill its size"):
        Selection.from_dict(plain)


def test_the_row_has_score_area_and_box():
    (row,) = selected(SQUARE, score=0.9).rows()
    assert row == {"score": 0.9, "area": 200, "x0": 30, "y0": 10, "x1": 50, "y1": 20}


def test_drawing_tints_the_mask_alone():
    image = np.full((40, 60, 3), 90, np.uint8)
    drawn = selected(SQUARE).draw(image)
    assert (drawn[15, 40] != 90).any()
    assert (drawn[:8] == 90).all()


def test_drawing_shows_the_clicks():
    image = np.full((40, 60, 3), 90, np.uint8)
    assert (selected(SQUARE, at=[(5, 30)], not_at=[(20, 30)]).draw(image)[30, [5, 20]] != 90).any(axis=1).all()


def test_saved_as_png_the_rest_is_clear(tmp_path):
    selected(SQUARE).save(tmp_path / "cut.png", np.full((40, 60, 3), 90, np.uint8))
    with Pillow.open(tmp_path / "cut.png") as cut:
        assert ((np.asarray(cut)[..., 3] == 255) == SQUARE).all()


def test_saved_as_jpeg_it_is_drawn(tmp_path):
    selected(SQUARE).save(tmp_path / "drawn.jpg", np.full((40, 60, 3), 90, np.uint8))
    assert read_image(tmp_path / "drawn.jpg")[30, 5] == pytest.approx(90, abs=3)


def test_a_picture_needs_the_image(tmp_path):
    with pytest.raises(OptionError, match="give the image too"):
        selected(SQUARE).save(tmp_path / "cut.png")


def test_at_another_size_mask_and_points_move_together():
    twice = selected(SQUARE, at=[(40, 15)]).resized((80, 120))
    assert twice.at.tolist() == [[80, 30]]
    assert twice.box.tolist() == [60, 20, 100, 40]


class TestSelection:
    def test_what_is_sure_enough_is_selected(self):
        levels = np.array([[0.2, 0.6, 0.9]], np.float32)
        answer = selection(Clicks((1, 3), (Click(2, 0.5),), levels=levels), "m")
        assert answer.mask.tolist() == [[False, True, True]]
        assert answer.score == pytest.approx(0.75)
        assert (answer.model, answer.at.tolist()) == ("m", [[2, 0.5]])

    def test_before_the_first_look_nothing_is(self):
        answer = selection(Clicks((4, 6)), "m")
        assert (answer.area, answer.score) == (0, 0)


def test_an_empty_mask_is_not_sure_of_anything():
    assert sureness(np.ones((2, 2)), np.zeros((2, 2), bool)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_overlap_is_that_of_scikit_learn(seed):
    one, other = noise(seed), noise(seed + 1)
    assert mask_iou(one, other) == pytest.approx(jaccard_score(one.ravel(), other.ravel()))


def test_two_empty_masks_agree():
    assert mask_iou(SQUARE & False, SQUARE & False) == 1


def test_the_score_is_the_mean_over_the_images():
    empty = selected(SQUARE & False)
    assert score([selected(SQUARE), empty], [selected(SQUARE), selected(SQUARE)]) == {"mean_iou": 0.5}

import numpy as np
import pytest

from opsin.models import open_model
from opsin.models.instances import MIN_LEVEL, REACH, instances, merged, without_specks
from opsin.runtime.network import Place
from opsin.tasks.detection import Detections
from opsin.tasks.segmentation import SegmentationOptions

SIZE = (40, 60)


@pytest.fixture
def tiny():
    return open_model("instances_tiny", Place())


@pytest.fixture
def quarter():
    """Dark, with a bright quarter at the left top."""
    image = np.full((80, 120, 3), 20, np.uint8)
    image[:40, :60] = 240
    return image


def found(*scores):
    boxes = [(0, 0, 20, 20)] * len(scores)
    return Detections(height=40, width=60, labels=["cat"] * len(scores), scores=scores, boxes=boxes)


def level(value, window=(0, 0, 20, 20)):
    x0, y0, x1, y1 = window
    return window, np.full((y1 - y0, x1 - x0), value, np.float32)


def test_a_bright_quarter_is_cut_out(tiny, quarter):
    (answer,) = tiny.run([quarter], SegmentationOptions())
    assert answer.labels == ("background", "bright", "dark")
    assert (answer.map[5:35, 5:55] == 1).all()
    assert (answer.map[50:, 70:] == 2).all()


def test_instances_come_with_the_map(tiny, quarter):
    (answer,) = tiny.run([quarter], SegmentationOptions())
    assert len(answer.instances.labels) == len(answer.instances.masks) > 1
    assert {mask.size for mask in answer.instances.masks} == {(80, 120)}


def test_a_mask_stays_near_its_box(tiny, quarter):
    things = tiny.run([quarter], SegmentationOptions())[0].instances
    for box, mask in zip(things.boxes, things.masks, strict=True):
        x, y = mask.corner
        reach = REACH * (box[2:] - box[:2]) + 1
        assert ((x, y) >= box[:2] - reach).all()
        assert ((x + mask.inside.shape[1], y + mask.inside.shape[0]) <= box[2:] + reach).all()


class TestInstances:
    def test_a_mask_that_is_unsure_of_itself_lowers_the_score(self):
        things = instances(found(0.9, 0.8), [level(0.6), level(1.0)])
        assert things.scores == pytest.approx([0.8, 0.54])

    def test_what_has_no_pixel_is_left_out(self):
        assert instances(found(0.9, 0.8), [level(0.1), level(1.0)]).labels == ("cat",)

    def test_masks_are_moved_to_where_their_window_is(self):
        (mask,) = instances(found(0.9), [level(1.0, (30, 10, 50, 25))]).masks
        assert (mask.corner, mask.inside.shape, mask.size) == ((30, 10), (15, 20), SIZE)

    def test_of_nothing_there_are_none(self):
        assert instances(found(), []).labels == ()


class TestMerged:
    def test_where_two_meet_the_higher_score_times_level_wins(self):
        laid = merged([level(1.0), level(0.6, (10, 10, 30, 30))], np.array([0.5, 0.8]), [1, 2], SIZE)
        assert (laid[15, 15], laid[25, 25], laid[5, 5], laid[39, 59]) == (1, 2, 1, 0)

    def test_the_order_of_the_things_does_not_matter(self):
        seen, scores = [level(1.0), level(0.9, (10, 10, 30, 30))], np.array([0.5, 0.8])
        assert (merged(seen, scores, [1, 2], SIZE) == merged(seen[::-1], scores[::-1], [2, 1], SIZE)).all()

    def test_things_that_are_hardly_certain_are_background(self):
        assert not merged([level(1.0)], np.array([MIN_LEVEL - 0.01]), [1], SIZE).any()

    def test_pixels_that_are_hardly_inside_are_background(self):
        assert not merged([level(0.4)], np.array([0.99]), [1], SIZE).any()


def test_specks_become_background():
    laid = np.zeros((10, 10), np.int16)
    laid[0, 0], laid[5:, :] = 1, 2
    assert np.unique(without_specks(laid, 0.02)).tolist() == [0, 2]
    assert np.unique(without_specks(laid, 0.0)).tolist() == [0, 1, 2]

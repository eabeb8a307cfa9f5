"""A detector of bright rectangles takes the place of a network: what it must find is known to the pixel."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.boxes import as_boxes, iou, mirror
from opsin.core.options import Options
from opsin.models._tiled import TOGETHER, is_tiled, run_tiled
from opsin.tasks.detection import DetectionOptions, Detections

TILE = (64, 64)
LEAST = 3
"""Pixels of the input that the stand-in needs to see a thing."""
TILED = DetectionOptions(tile=True, limit=1000)


def bright(images, options):
    """The bright rectangles of each image, seen at the size of a tile: the larger, the surer."""
    return [rectangles(image) for image in images]


def rectangles(image):
    size = image.shape[:2]
    shown = cv2.resize(image, TILE[::-1], interpolation=cv2.INTER_AREA)[..., 0]
    _, _, found, _ = cv2.connectedComponentsWithStats((shown > 127).astype(np.uint8))
    seen = np.array([each for each in found[1:] if min(each[2:4]) >= LEAST]).reshape(-1, 5)
    boxes = np.concatenate([seen[:, :2], seen[:, :2] + seen[:, 2:4]], axis=1) * np.tile(
        (size[1] / TILE[1], size[0] / TILE[0]), 2
    )
    best = np.argsort(-seen[:, 4], kind="stable")
    return detections(boxes[best], seen[best, 4] / (TILE[0] * TILE[1]), size=size)


def detections(boxes, scores, labels=None, size=(200, 200)):
    labels = ("thing",) * len(boxes) if labels is None else labels
    return Detections(height=size[0], width=size[1], model="bright", labels=labels, scores=scores, boxes=boxes)


def picture(size, things):
    image = np.zeros((*size, 3), np.uint8)
    for x0, y0, x1, y1 in things:
        image[y0:y1, x0:x1] = 255
    return image


def found(image, options=TILED):
    return run_tiled(bright, [image], options, TILE)[0]


class Proposing:
    """A detector that gives prepared answers: first to the whole picture, then to its tiles, then nothing."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def __call__(self, images, options):
        return [self.answer((image.shape[0], image.shape[1])) for image in images]

    def answer(self, size):
        boxes, scores, labels = self.answers.pop(0) if self.answers else ((), (), ())
        return detections(as_boxes(boxes), scores, labels, size)


# Looks at 80 x 80 pixels: one at the whole, and four tiles of 50 x 50, which begin at 0 and 30.
SIZE = (80, 80)


def merged(*answers, **options):
    image = np.zeros((*SIZE, 3), np.uint8)
    return run_tiled(Proposing(*answers), [image], DetectionOptions(tile=True, **options), TILE)[0]


class TestThings:
    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def test_a_thing_of_any_size_anywhere_is_found_once(self, data):
        height, width = data.draw(st.integers(65, 400)), data.draw(st.integers(65, 400))
        long, high = data.draw(st.integers(6, width)), data.draw(st.integers(6, height))
        if max(long, high) > 6 * min(long, high):
            return  # where its length is seen whole, it is thinner than the stand-in can see
        left, top = data.draw(st.integers(0, width - long)), data.draw(st.integers(0, height - high))
        thing = [left, top, left + long, top + high]
        answer = found(picture((height, width), [thing]))
        assert len(answer.boxes) == 1
        assert iou(answer.boxes, as_boxes(thing))[0, 0] > 0.5

    @given(st.integers(0, 10_000))
    @settings(max_examples=50, deadline=None)
    def test_each_of_many_things_is_found_once(self, seed):
        random = np.random.default_rng(seed)
        cells = [(x, y) for y in range(0, 300, 60) for x in range(0, 360, 60)]
        sides = random.integers(8, 50, (len(cells), 2))
        things = [(x + 4, y + 4, x + 4 + w, y + 4 + h) for (x, y), (w, h) in zip(cells, sides, strict=True)]
        answer = found(picture((300, 360), things))
        assert len(answer.boxes) == len(things)
        assert (iou(as_boxes(things), answer.boxes).max(axis=1) > 0.5).all()

    def test_without_tiles_small_things_are_missed(self):
        image = picture((400, 400), [(101, 101, 109, 109)])
        assert len(found(image, DetectionOptions()).boxes) == 0
        assert len(found(image).boxes) == 1

    @pytest.mark.parametrize("size", [(1, 1000), (900, 7), (66, 64)])
    def test_a_picture_of_any_shape_is_answered(self, size):
        answer = found(picture(size, [(0, 0, size[1], size[0])]))
        assert answer.size == size
        assert (answer.boxes <= (size[1], size[0]) * 2).all()

    def test_a_mirrored_picture_has_mirrored_boxes(self):
        image = picture((300, 400), [(20, 30, 30, 44), (190, 100, 290, 240), (150, 20, 162, 32)])
        straight, turned = found(image), found(np.ascontiguousarray(image[:, ::-1]))
        assert len(straight.boxes) == len(turned.boxes) == 3
        assert (iou(mirror(turned.boxes, (300, 400)), straight.boxes).max(axis=0) > 0.9).all()

    def test_a_picture_alone_gets_the_answer_that_it_gets_among_others(self):
        images = [picture(size, [(20, 20, 40, 40)]) for size in ((90, 300), (40, 40), (200, 200))]
        together = run_tiled(bright, images, TILED, TILE)
        assert [each.to_dict() for each in together] == [found(image).to_dict() for image in images]


class TestLooks:
    def looks(self, size):
        """The sizes of the images that a detector is given, call by call."""
        calls = []
        run_tiled(lambda images, options: calls.append(images) or bright(images, options), [size], TILED, TILE)
        return [[each.shape[:2] for each in images] for images in calls]

    def test_a_picture_as_small_as_the_input_is_looked_at_once(self):
        assert self.looks(picture((64, 64), [])) == [[(64, 64)]]

    def test_a_larger_one_is_looked_at_whole_and_in_tiles_no_larger_than_the_input(self):
        (whole,), *tiles = self.looks(picture((200, 300), []))
        assert whole == (200, 300)
        assert len(tiles) > 4
        assert max(side for some in tiles for each in some for side in each) <= 64

    def test_only_a_few_tiles_are_copied_at_a_time(self):
        assert max(map(len, self.looks(picture((1000, 1500), [])))) == TOGETHER

    def test_options_that_ask_for_no_tiles_go_to_the_detector_as_they_are(self):
        images, plain = [picture((200, 300), [])], Options()
        assert run_tiled(lambda *given: list(given), images, plain, TILE) == [images, plain]
        assert not is_tiled(plain)
        assert not is_tiled(DetectionOptions())


class TestMerging:
    def test_what_the_inner_border_of_a_tile_cuts_is_left_out(self):
        assert merged(((), (), ()), ([(30, 10, 50, 20)], [0.9], ["thing"])).labels == ()

    def test_what_the_border_of_the_picture_cuts_is_not(self):
        answer = merged(((), (), ()), ([(0, 0, 20, 20)], [0.9], ["thing"]))
        assert answer.boxes.tolist() == [[0, 0, 20, 20]]

    def test_the_box_of_a_tile_lies_where_the_tile_does(self):
        nothing = ((), (), ())
        answer = merged(nothing, nothing, ([(10, 10, 20, 20)], [0.9], ["thing"]))
        assert answer.boxes.tolist() == [[40, 10, 50, 20]]

    def test_of_one_thing_seen_in_two_looks_the_better_stays(self):
        answer = merged(([(10, 10, 30, 32)], [0.7], ["thing"]), ([(10, 10, 30, 30)], [0.8], ["thing"]))
        assert answer.boxes.tolist() == [[10, 10, 30, 30]]

    @pytest.mark.parametrize(("whole", "part", "stays"), [(0.9, 0.8, [10, 10, 40, 40]), (0.6, 0.8, [20, 20, 35, 35])])
    def test_of_a_thing_and_a_piece_of_it_the_better_stays(self, whole, part, stays):
        answer = merged(([(10, 10, 40, 40)], [whole], ["thing"]), ([(20, 20, 35, 35)], [part], ["thing"]))
        assert answer.boxes.tolist() == [stays]

    def test_two_things_that_one_look_saw_inside_each_other_stay(self):
        answer = merged(([(10, 10, 70, 70), (20, 20, 40, 40)], [0.9, 0.8], ["thing", "thing"]))
        assert len(answer.boxes) == 2

    def test_things_with_different_labels_leave_each_other_alone(self):
        answer = merged(([(10, 10, 30, 30)], [0.9], ["cup"]), ([(10, 10, 30, 30)], [0.8], ["bowl"]))
        assert answer.labels == ("cup", "bowl")

    def test_neighbours_that_touch_stay(self):
        answer = merged(([(10, 10, 30, 30)], [0.9], ["thing"]), ([(20, 10, 40, 30)], [0.8], ["thing"]))
        assert len(answer.boxes) == 2

    def test_unless_less_overlap_was_asked_for(self):
        answers = ([(10, 10, 30, 30)], [0.9], ["thing"]), ([(20, 10, 40, 30)], [0.8], ["thing"])
        assert len(merged(*answers, max_overlap=0.3).boxes) == 1

    def test_a_thing_too_short_for_the_look_at_the_whole_is_left_to_the_tiles(self):
        # 0.075 of 80 pixels are 6.
        answer = merged(([(10, 10, 15, 15), (40, 40, 47, 42)], [0.9, 0.8], ["thing", "thing"]))
        assert answer.boxes.tolist() == [[40, 40, 47, 42]]

    def test_no_more_things_are_given_than_asked_for(self):
        boxes = [(10, 10, 20, 20), (30, 30, 40, 40)]
        assert merged((boxes, [0.9, 0.8], ["thing"] * 2), limit=1).boxes.tolist() == [[10, 10, 20, 20]]

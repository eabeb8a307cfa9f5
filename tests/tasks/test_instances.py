import json

import numpy as np
import pytest
from pycocotools import mask as coco

from opsin.core.errors import InputError
from opsin.core.masks import cropped, whole
from opsin.tasks._instances import Instances
from opsin.tasks.segmentation import Segmentation

SIZE = (20, 30)


def square(x, y, side, size=SIZE):
    mask = np.zeros(size, bool)
    mask[y : y + side, x : x + side] = True
    return mask


def things(*masks, labels=None):
    count = len(masks)
    return Instances(
        labels=labels or ["cat"] * count,
        scores=np.linspace(0.9, 0.5, count),
        boxes=[(0, 0, 5, 5)] * count,
        masks=tuple(cropped(mask) for mask in masks),
    )


TWO = things(square(2, 3, 8), square(6, 3, 8))


def segmented(instances, **other):
    numbers = np.where(instances.laid(SIZE) >= 0, 1, 0)
    labels = ("background", "cat")
    return Segmentation(height=20, width=30, labels=labels, map=numbers, instances=instances, **other)


def test_each_instance_has_a_mask():
    with pytest.raises(InputError, match=r"^Each instance has a mask; got 1 masks and 2 labels\.$"):
        Instances(labels=["cat", "dog"], scores=[0.9, 0.8], boxes=[(0, 0, 1, 1)] * 2, masks=(cropped(square(0, 0, 2)),))


def test_the_most_certain_come_first():
    with pytest.raises(InputError, match="must come best first"):
        Instances(labels=["a", "b"], scores=[0.1, 0.8], boxes=[(0, 0, 1, 1)] * 2, masks=TWO.masks)


def test_where_two_overlap_the_most_certain_lies_on_top():
    numbers = TWO.laid(SIZE)
    assert (numbers[5, 4], numbers[5, 8], numbers[5, 12], numbers[19, 29]) == (0, 0, 1, -1)


def test_json_has_the_masks_as_coco_packs_them():
    packed = coco.frPyObjects(TWO.listed()[1], *SIZE)
    assert (coco.decode(packed) == square(6, 3, 8)).all()


def test_from_json_the_same_come_back():
    listed = json.loads(json.dumps(TWO.listed()))
    assert Instances.from_listed(listed, SIZE).listed() == TWO.listed()


def test_no_instances_come_back_too():
    assert Instances.from_listed([], SIZE).labels == ()


def test_masks_of_another_size_are_refused():
    with pytest.raises(InputError, match="must fill its size"):
        Instances.from_listed(TWO.listed(), (21, 30))


def test_at_twice_the_size_boxes_and_masks_grow_together():
    twice = TWO.resized(SIZE, (40, 60))
    assert twice.boxes[0].tolist() == [0, 0, 10, 10]
    assert (whole(twice.masks[0])[::2, ::2] == square(2, 3, 8)).all()


class TestSegmentation:
    def test_json_lists_the_instances_after_the_masks_and_comes_back(self):
        answer = segmented(TWO)
        plain = json.loads(answer.to_json())
        assert list(plain)[-3:] == ["labels", "masks", "instances"]
        assert Segmentation.from_dict(plain).to_dict() == plain

    def test_without_instances_json_does_not_speak_of_them(self):
        plain = Segmentation(height=1, width=1, labels=["sky"], map=[[0]]).to_dict()
        assert "instances" not in plain

    def test_a_line_is_drawn_where_two_of_one_kind_meet(self):
        image = np.full((20, 30, 3), 90, np.uint8)
        together, apart = things(square(2, 3, 8) | square(10, 3, 8)), things(square(2, 3, 8), square(10, 3, 8))
        drawn = [segmented(each).draw(image)[6, 9:11] for each in (together, apart)]
        assert (drawn[1] == 255).all(axis=1).any()
        assert not (drawn[0] == 255).all(axis=1).any()

    def test_one_label_has_one_colour(self):
        image = np.full((20, 30, 3), 90, np.uint8)
        drawn = segmented(things(square(2, 12, 6), square(20, 12, 6))).draw(image)
        assert drawn[16, 5].tolist() == drawn[16, 23].tolist() != [90, 90, 90]

    def test_at_another_size_its_instances_are_too(self):
        twice = segmented(TWO).resized((40, 60))
        assert {mask.size for mask in twice.instances.masks} == {(40, 60)}

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco
from sklearn.metrics import accuracy_score, jaccard_score

from opsin.core.errors import ImageError, InputError, UnknownNameError
from opsin.core.placement import stretched
from opsin.tasks.segmentation import Segmentation, best_map, score

LABELS = ("background", "sky", "sea", "boat")


def segmented(numbers, labels=LABELS, **other):
    numbers = np.array(numbers)
    return Segmentation(height=numbers.shape[0], width=numbers.shape[1], labels=labels, map=numbers, **other)


def noise(seed=0, size=(20, 30), low=0):
    return np.random.default_rng(seed).integers(low, len(LABELS), size)


HARBOUR = segmented([[1, 1, 1, 1], [0, 3, 1, 1], [2, 2, 2, -1]], model="m")


def test_areas_are_per_cents_of_the_picture_the_largest_first():
    assert list(HARBOUR.areas) == ["sky", "sea", "background", "boat"]
    assert list(HARBOUR.areas.values()) == pytest.approx([50, 25, 100 / 12, 100 / 12])


def test_where_every_pixel_has_a_label_the_areas_are_all_of_the_picture():
    assert sum(segmented(noise()).areas.values()) == pytest.approx(100)


def test_labels_that_do_not_occur_have_no_area():
    assert segmented([[2, 2]]).areas == {"sea": 100}
    assert segmented([[-1]]).areas == {}


def test_the_summary_leaves_the_background_out():
    assert HARBOUR.summary == "50 % sky, 25 % sea, 8.3 % boat"
    assert segmented([[0, 0]]).summary == ""


@pytest.mark.parametrize(("pixels", "told"), [(1, "0.1 %"), (99, "9.9 %"), (100, "10 %"), (994, "99 %")])
def test_small_areas_have_a_decimal(pixels, told):
    numbers = np.zeros((1, 1000), int)
    numbers[0, :pixels] = 1
    assert segmented(numbers).summary == f"{told} sky"


def test_a_mask_is_where_its_label_is():
    assert HARBOUR.mask("sea").tolist() == [[False] * 4, [False] * 4, [True] * 3 + [False]]


def test_a_mask_of_an_unknown_label_is_refused_and_the_nearest_offered():
    with pytest.raises(UnknownNameError, match=r"no label called 'boot'\. Did you mean 'boat'"):
        HARBOUR.mask("boot")


def test_a_map_of_another_size_is_refused():
    with pytest.raises(InputError, match=r"^Segmentation\.map must have the shape \(4, 3\); got \(3, 4\)\.$"):
        Segmentation(height=4, width=3, labels=LABELS, map=np.zeros((3, 4)))


def test_a_number_without_a_label_is_refused():
    with pytest.raises(InputError, match=r"^Segmentation\.map has the number 4; there are 4 labels\.$"):
        segmented([[0, 4]])


def test_a_number_below_minus_one_is_refused():
    with pytest.raises(InputError, match=r"^Segmentation\.map must lie in -1\.\.None; got -2\.\.0\.$"):
        segmented([[0, -2]])


class TestJson:
    @given(st.integers(0, 1000), st.integers(1, 9), st.integers(1, 9))
    def test_the_map_comes_back_to_the_pixel(self, seed, height, width):
        before = segmented(noise(seed, (height, width), low=-1), model="m")
        after = Segmentation.from_dict(json.loads(before.to_json()))
        assert (after.map == before.map).all()
        assert (after.labels, after.model, after.size) == (before.labels, "m", before.size)

    def test_it_has_a_mask_for_each_label_that_occurs(self):
        given_masks = HARBOUR.to_dict()["masks"]
        assert [(each["label"], each["area"]) for each in given_masks] == [
            ("sky", 50.0),
            ("sea", 25.0),
            ("background", 8.33),
            ("boat", 8.33),
        ]

    def test_its_masks_are_read_by_pycocotools(self):
        for mask in HARBOUR.to_dict()["masks"]:
            read = coco.decode(coco.frPyObjects({"size": mask["size"], "counts": mask["counts"]}, 3, 4))
            assert (read == HARBOUR.mask(mask["label"])).all()

    def test_its_keys_begin_as_those_of_all_answers(self):
        assert list(HARBOUR.to_dict()) == ["height", "width", "task", "model", "labels", "masks"]

    def test_masks_that_overlap_are_refused(self):
        data = HARBOUR.to_dict()
        data["masks"].append(data["masks"][0] | {"label": "boat"})
        with pytest.raises(InputError, match=r"^The mask of 'boat' overlaps another; each pixel has one label\.$"):
            Segmentation.from_dict(data)

    def test_a_mask_of_an_unknown_label_is_refused(self):
        data = HARBOUR.to_dict() | {"labels": ["sky"]}
        with pytest.raises(UnknownNameError, match="no label called 'sea'"):
            Segmentation.from_dict(data)

    def test_a_picture_too_large_to_be_one_is_refused_before_it_is_made(self):
        with pytest.raises(ImageError, match="The picture of a segmentation has 1000000 x 1000000"):
            Segmentation.from_dict(HARBOUR.to_dict() | {"height": 10**6, "width": 10**6})


def test_a_row_for_each_label_that_occurs():
    assert Segmentation.columns() == ("label", "area")
    assert HARBOUR.rows()[:2] == [{"label": "sky", "area": 50.0}, {"label": "sea", "area": 25.0}]


def test_enlarged_a_pixel_becomes_a_block_of_its_label():
    larger = HARBOUR.resized((6, 12))
    assert (larger.map == np.kron(HARBOUR.map, np.ones((2, 3)))).all()
    assert (larger.size, larger.model) == ((6, 12), "m")


def test_drawn_the_background_and_what_nothing_is_said_about_stay_as_they_are():
    numbers = np.full((100, 100), 2)
    numbers[:40] = 0
    numbers[:40, :50] = -1
    image = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
    drawn = segmented(numbers).draw(image)
    assert (drawn[:38] == image[:38]).all()
    assert (drawn[45:70] != image[45:70]).any(axis=2).mean() > 0.95


def test_a_label_has_its_colour_whatever_else_is_in_the_picture():
    image, alone = np.full((200, 200, 3), 128, np.uint8), np.zeros((200, 200), int)
    alone[:50] = 3
    beside = np.where(np.arange(200)[:, None] > 150, 1, alone)
    assert (segmented(alone).draw(image)[20, 20] == segmented(beside).draw(image)[20, 20]).all()


class TestBestMap:
    SCORES = np.stack([np.full((10, 10), 1.0), np.zeros((10, 10)), np.full((10, 10), 0.5)]).astype(np.float32)

    def map(self, min_share):
        scores = self.SCORES.copy()
        scores[1, 0, 0] = 9.0
        return best_map(scores, stretched((10, 10), (10, 10)), min_share)

    def test_a_label_that_covers_too_little_gives_its_pixels_to_the_next(self):
        assert (self.map(0.02) == 0).all()

    def test_a_label_that_covers_just_enough_stays(self):
        assert self.map(0.01)[0, 0] == 1

    def test_the_largest_label_stays_in_any_case(self):
        assert (self.map(1.0) == 0).all()


class TestScore:
    def test_a_perfect_answer_scores_one(self):
        assert score([HARBOUR], [HARBOUR]) == {"mean_iou": 1.0, "accuracy": 1.0}

    def test_it_is_what_scikit_learn_gives_over_the_pixels_of_all_pictures(self):
        told, true = [noise(1), noise(2, (5, 6))], [noise(3), noise(4, (5, 6))]
        figures = score([segmented(each) for each in told], [segmented(each) for each in true])
        flat = [np.concatenate([each.ravel() for each in maps]) for maps in (true, told)]
        assert figures["mean_iou"] == pytest.approx(jaccard_score(*flat, average="macro"))
        assert figures["accuracy"] == pytest.approx(accuracy_score(*flat))

    def test_pixels_of_which_the_truth_says_nothing_do_not_count(self):
        assert score([segmented([[1, 2, 1]])], [segmented([[1, 2, -1]])]) == {"mean_iou": 1.0, "accuracy": 1.0}

    def test_labels_are_compared_by_name_not_by_number(self):
        assert score([segmented([[0, 1]], ("sea", "sky"))], [segmented([[2, 1]])])["mean_iou"] == 1.0

    def test_a_label_that_truly_occurs_nowhere_lowers_only_the_others(self):
        assert score([segmented([[1, 3]])], [segmented([[1, 1]])]) == {"mean_iou": 0.5, "accuracy": 0.5}

    def test_a_pixel_without_an_answer_is_wrong(self):
        assert score([segmented([[1, -1]])], [segmented([[1, 1]])]) == {"mean_iou": 0.5, "accuracy": 0.5}

    def test_of_no_pictures_there_is_a_score_all_the_same(self):
        assert score([], []) == {"mean_iou": 0.0, "accuracy": 0.0}

    def test_an_answer_of_another_size_is_refused(self):
        with pytest.raises(InputError, match=r"must have the size of its truth, \(3, 4\); got \(1, 1\)"):
            score([segmented([[0]])], [HARBOUR])

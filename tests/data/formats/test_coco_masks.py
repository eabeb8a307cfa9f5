import json

import numpy as np
import pytest

from opsin.core.coco_runs import coco_from_runs
from opsin.core.errors import DataError
from opsin.core.runs import runs_from_mask
from opsin.data import load
from opsin.data.load import as_written
from opsin.data.regions import IGNORED
from opsin.media.files import save_image

ASKED = {"task": "segmentation", "split": (1, 0, 0), "is_near_kept": False}


def square(left, top, side):
    """The outline of a square, as COCO writes it."""
    return [left, top, left + side, top, left + side, top + side, left, top + side]


@pytest.fixture
def written(tmp_path, picture):
    """written(annotation, …): a folder with one picture (40, 48), in which these are; 1 is a cat, 2 a dog."""

    def make(*annotations, **changes):
        save_image(tmp_path / "data/train/a.png", picture(0))
        told = {
            "images": [{"id": 1, "file_name": "a.png", "height": 40, "width": 48} | changes],
            "annotations": [{"id": at, "image_id": 1, **each} for at, each in enumerate(annotations)],
            "categories": [{"id": 2, "name": "dog"}, {"id": 1, "name": "cat"}],
        }
        (tmp_path / "data/annotations").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data/annotations/instances_train.json").write_text(json.dumps(told))
        return tmp_path / "data"

    return make


def cat(outline, **more):
    return {"category_id": 1, "segmentation": outline, "bbox": [0, 0, 9, 9]} | more


def dog(outline, **more):
    return cat(outline, category_id=2, **more)


def map_of(folder):
    return load(folder, **ASKED).truth[0].map()


def test_things_are_classes_on_a_background(written):
    data = load(written(cat([square(2, 3, 10)])), **ASKED)
    wanted = np.zeros((40, 48))
    wanted[3:13, 2:12] = 1
    assert (data.labels, data.parts.tolist()) == (("background", "cat", "dog"), ["train"])
    assert (data.truth[0].map() == wanted).all()


def test_masks_are_those_of_pycocotools(written):
    coco = pytest.importorskip("pycocotools.mask")
    outline = [[4.3, 5.1, 40.2, 9.9, 30.7, 33.3, 8.8, 28.1]]
    wanted = coco.decode(coco.merge(coco.frPyObjects(outline, 40, 48)))
    assert (map_of(written(cat(outline))) == wanted).all()


@pytest.mark.parametrize("order", [1, -1])
def test_the_smaller_thing_is_on_top(written, order):
    things = [cat([square(0, 0, 30)]), dog([square(5, 5, 10)])]
    laid = map_of(written(*things[::order]))
    assert ((laid == 2).sum(), (laid == 1).sum()) == (100, 800)


def test_an_outline_within_another_is_a_hole(written):
    laid = map_of(written(cat([square(0, 0, 30), square(10, 10, 5)])))
    assert (laid[10:15, 10:15] == 0).all()
    assert laid.sum() == 900 - 25


@pytest.mark.parametrize("is_text", [True, False])
def test_runs_are_read(written, laid, is_text):
    runs = runs_from_mask(laid == 1)
    counts = coco_from_runs(runs)["counts"] if is_text else runs.counts.tolist()
    assert (map_of(written(dog({"size": [40, 48], "counts": counts}))) == 2 * (laid == 1)).all()


def test_of_a_crowd_nothing_is_said_but_what_lies_on_it(written):
    laid = map_of(written(cat([square(0, 0, 5)]), dog([square(0, 0, 20)], iscrowd=1)))
    assert ((laid == 1).sum(), (laid == IGNORED).sum()) == (25, 375)


def test_of_a_thing_with_only_a_box_nothing_is_said(written):
    laid = map_of(written(cat([square(30, 30, 5)]), dog(None, bbox=[0, 0, 4, 5])))
    assert ((laid == 1).sum(), (laid == IGNORED).sum()) == (25, 20)


def test_boxes_alone_are_no_masks(written):
    with pytest.raises(DataError, match="nothing in it has a segmentation"):
        load(written(cat(None)), **ASKED)


def test_the_same_file_is_for_detection_when_nothing_is_asked(written):
    assert load(written(cat([square(0, 0, 9)])), split=(1, 0, 0)).task == "detection"


@pytest.mark.parametrize(
    "outline", [[[1, 2, 3]], {"size": [2, 2], "counts": [4]}, {"size": [40, 48]}, [["a"] * 6], "x"]
)
def test_an_outline_that_is_none_is_refused(written, outline):
    with pytest.raises(DataError, match=r"instances_train\.json: annotation 0 \(cat\): "):
        load(written(cat(outline)), **ASKED)


def test_a_size_that_is_not_the_pictures_is_refused(written):
    with pytest.raises(DataError, match=r"train/a\.png is 48 x 40 pixels, and its mask in .*train\.json 50 x 40"):
        load(written(cat([square(0, 0, 9)]), width=50), **ASKED)


def test_without_a_size_that_of_the_picture_holds(written):
    assert map_of(written(cat([square(0, 0, 9)]), width=None)).shape == (40, 48)


def test_a_size_that_would_fill_the_memory_is_refused(written):
    with pytest.raises(DataError, match="none of its 1 masks can be used"):
        load(written(cat([square(0, 0, 9)]), width=10**9, height=10**9), **ASKED)


def test_what_belongs_to_no_class_is_noted(written):
    folder = written(cat([square(0, 0, 9)]), cat([square(0, 0, 9)], category_id=9))
    assert [note.kind for note in as_written(folder, task="segmentation").noted] == ["unknown"]

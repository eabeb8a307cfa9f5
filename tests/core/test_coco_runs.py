import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from opsin.core.coco_runs import coco_from_runs, runs_from_coco
from opsin.core.errors import InputError
from opsin.core.polygons import runs_from_polygons
from opsin.core.runs import Runs, runs_from_mask

TRUTH = Path(__file__).parents[2] / "../shared/data/coco_dev/annotations/instances_val2017.json"


def lengths(seed):
    """Counts of every number of letters, and what they fill."""
    random = np.random.default_rng(seed)
    counts = (10 ** random.uniform(0, 6, random.integers(1, 40))).astype(int)
    return Runs((1, int(counts.sum())), counts)


@given(st.integers(0, 10_000))
def test_the_text_is_what_pycocotools_writes(seed):
    runs = lengths(seed)
    expected = coco_mask.frPyObjects({"size": list(runs.size), "counts": runs.counts.tolist()}, *runs.size)
    assert coco_from_runs(runs)["counts"].encode() == expected["counts"]


@given(st.integers(0, 10_000))
def test_there_and_back_through_the_text_changes_nothing(seed):
    runs = lengths(seed)
    again = runs_from_coco(json.loads(json.dumps(coco_from_runs(runs))))
    assert (again.size, again.counts.tolist()) == (runs.size, runs.counts.tolist())


def test_counts_may_come_as_bytes_as_pycocotools_gives_them():
    mask = np.random.default_rng(0).random((30, 40)) < 0.4
    coco = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert runs_from_coco(coco).counts.tolist() == runs_from_mask(mask).counts.tolist()


def test_counts_may_come_as_numbers_as_cocos_crowds_do():
    assert runs_from_coco({"size": [2, 3], "counts": [1, 3, 2]}).counts.tolist() == [1, 3, 2]


def test_every_mask_of_cocos_photos_is_what_pycocotools_makes_of_it():
    if not TRUTH.exists():
        pytest.skip("COCO's annotations are not at ../shared/data/coco_dev")
    truth = json.loads(TRUTH.read_text())
    sizes = {image["id"]: (image["height"], image["width"]) for image in truth["images"]}
    for annotation in truth["annotations"]:
        told, size = annotation["segmentation"], sizes[annotation["image_id"]]
        is_outline = isinstance(told, list)
        runs = runs_from_polygons(told, size) if is_outline else runs_from_coco(told, size)
        expected = coco_mask.frPyObjects(told, *size)
        expected = coco_mask.merge(expected) if is_outline else expected
        assert coco_from_runs(runs)["counts"].encode() == expected["counts"]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ("", "the letters from '0' to 'o' only; got ''"),
        ("1 2", "the letters from '0' to 'o' only; got '1 2'"),
        ("13é", "the letters from '0' to 'o' only; got '13é'"),
        ("13\ud800", "the letters from '0' to 'o' only"),
        ("13R", "ends within a number, or has one too large: '13R'"),
        ("R" * 7 + "1", "ends within a number, or has one too large"),
        ("1O4", "must lie in 0..2147483648; got -1..4"),
        ("11", "2 x 3 are 6 pixels, and the counts add up to 2"),
        ({}, "must be a list of whole numbers"),
    ],
)
def test_counts_that_are_none_are_refused(counts, message):
    with pytest.raises(InputError, match=message):
        runs_from_coco({"size": [2, 3], "counts": counts})


@pytest.mark.parametrize("told", [None, [1, 2], {"size": [2, 3]}, "132"])
def test_what_is_not_cocos_form_is_refused(told):
    with pytest.raises(InputError, match="has 'size' and 'counts'; got"):
        runs_from_coco(told)


def test_a_mask_of_another_size_than_its_picture_is_refused():
    with pytest.raises(InputError, match=r"The mask is 2 x 3; its picture is 3 x 2 \(height x width\)"):
        runs_from_coco({"size": [2, 3], "counts": "132"}, (3, 2))


@given(st.text(st.characters(min_codepoint=48, max_codepoint=111), min_size=1))
def test_any_text_is_a_mask_or_refused(text):
    try:
        assert runs_from_coco({"size": [4, 4], "counts": text}).counts.sum() == 16
    except InputError as error:
        assert "mask" in str(error)  # noqa: PT017 - either is right, and nothing else

import json
from pathlib import Path

import pytest

from opsin.models._coco import LABELS, labels_by_coco_number

ANNOTATIONS = Path(__file__).parents[3] / "shared" / "data" / "coco_dev" / "annotations" / "instances_val2017.json"


def test_each_label_has_the_number_that_it_has_in_cocos_files():
    if not ANNOTATIONS.exists():
        pytest.skip("../shared/data/coco_dev is not here")
    numbered = labels_by_coco_number()
    assert all(numbered[each["id"]] == each["name"] for each in json.loads(ANNOTATIONS.read_text())["categories"])


def test_all_eighty_are_among_the_ninety_one():
    assert tuple(label for label in labels_by_coco_number() if label != "unlabelled") == LABELS
    assert len(labels_by_coco_number()) == 91

"""Which captions of COCO's photographs name things that are not there."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence

from pictures import DATA

from opsin.data.dataset import Dataset
from opsin.metrics.captions.objects import WrongObjects, labels_present, wrong_objects
from opsin.metrics.captions.tokens import tokens
from opsin.tasks.captioning import Caption

SPLITS = ("train2017", "val2017")


def hallucinations(data: Dataset, answers: Sequence[Caption]) -> WrongObjects:
    """How often the first caption of each photograph names what neither labels nor people's captions do."""
    labels = known_labels()
    present = [
        labels_present(labels[data.pictures.name(index)], [tokens(text) for text in each.texts])
        for index, each in enumerate(data.truth)
    ]
    return wrong_objects([tokens(each.captions[0]) for each in answers], present)


def known_labels() -> dict[str, set[str]]:
    """What each photograph shows, by its path in the data."""
    found: dict[str, set[str]] = defaultdict(set)
    for split in SPLITS:
        told = json.loads((DATA / "coco_dev" / "annotations" / f"instances_{split}.json").read_text(encoding="utf-8"))
        names = {each["id"]: each["name"] for each in told["categories"]}
        files = {each["id"]: each["file_name"] for each in told["images"]}
        for thing in told["annotations"]:
            found[f"{split}/{files[thing['image_id']]}"].add(names[thing["category_id"]])
    return found

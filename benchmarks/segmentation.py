"""How much of the right pixels DeepLab finds on photographs of COCO, and what one photograph costs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np
from accuracy import quietly
from figures import Figure, keep
from pictures import DATA
from pycocotools.coco import COCO

from opsin.core.image import Image
from opsin.media.sources import read_image
from opsin.models import open_model
from opsin.models.deeplab import LABELS
from opsin.runtime.network import Place
from opsin.tasks.segmentation import Segmentation, SegmentationOptions, score

MODEL = "deeplab_v3.voc"
SPLITS = ("train2017", "val2017")
NAMES = {"airplane": "aeroplane", "motorcycle": "motorbike", "couch": "sofa"}
"""Of COCO's labels, those that VOC calls otherwise."""


def main() -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    return keep("segmentation", figures())


def figures() -> Iterator[Figure]:
    """The mean IoU over VOC's labels, the share of pixels that are right, and seconds."""
    pairs = [pair for split in SPLITS for pair in labelled(split)]
    model = open_model(MODEL, Place())
    began = time.process_time()
    answers = model.run([image for image, _ in pairs], SegmentationOptions())
    seconds = time.process_time() - began
    told = score(answers, [truth for _, truth in pairs])
    about = f"{len(pairs)} photographs of COCO, crowds left out"
    yield Figure("DeepLab: mean IoU over VOC's labels and background", told["mean_iou"], note=about)
    yield Figure("DeepLab: share of pixels that are right", told["accuracy"], note=about)
    yield Figure("DeepLab: CPU seconds a photograph", seconds / len(pairs), note="without reading it")


def labelled(split: str) -> Iterator[tuple[Image, Segmentation]]:
    """The photographs of one part, each with the masks of its things as one map; smaller things lie on top."""
    known = quietly(COCO, DATA / "coco_dev" / "annotations" / f"instances_{split}.json")
    for each in known.loadImgs(sorted(known.getImgIds())):
        yield read_image(DATA / "coco_dev" / split / each["file_name"]), truth(known, each)


def truth(known: COCO, photo: dict) -> Segmentation:
    """What is true of one photograph. Nothing is said about crowds, of which COCO outlines no single one."""
    laid = np.zeros((photo["height"], photo["width"]), np.int16)
    things = known.loadAnns(known.getAnnIds(photo["id"]))
    for thing in sorted(things, key=lambda each: (not each["iscrowd"], -each["area"])):
        if (name := name_of(known, thing)) in LABELS:
            laid[known.annToMask(thing) > 0] = -1 if thing["iscrowd"] else LABELS.index(name)
    return Segmentation(height=photo["height"], width=photo["width"], labels=LABELS, map=laid)


def name_of(known: COCO, thing: dict) -> str:
    """What VOC would call it."""
    name = known.loadCats(thing["category_id"])[0]["name"]
    return NAMES.get(name, name)


if __name__ == "__main__":
    sys.exit(bool(main()))

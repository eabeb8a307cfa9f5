"""How good the masks of instances are on photographs of COCO, and the map they make, beside DeepLab's."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator, Sequence

import numpy as np
import segmentation
from accuracy import quietly
from figures import Figure, keep
from pictures import DATA
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from opsin.core.image import Image
from opsin.core.masks import whole
from opsin.models import open_model
from opsin.models.deeplab import LABELS
from opsin.runtime.network import Place
from opsin.tasks.segmentation import Segmentation, SegmentationOptions, score

SPLIT = "val2017"
DEEPLAB, INSTANCES = "deeplab_v3.voc", "instances.coco"


def main() -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    return keep("instances", figures())


def figures() -> Iterator[Figure]:
    """The average precision of the masks; the mean IoU of both maps; seconds of both."""
    known = quietly(COCO, DATA / "coco_dev" / "annotations" / f"instances_{SPLIT}.json")
    photos = known.loadImgs(sorted(known.getImgIds()))
    pairs = list(segmentation.labelled(SPLIT))
    images, truth = [image for image, _ in pairs], [right for _, right in pairs]
    coarse, quick = answered(DEEPLAB, images)
    fine, slow = answered(INSTANCES, images)
    about = f"{len(photos)} photographs of {SPLIT}, at most 20 boxes over 0.2 in each"
    precision = mask_precision(known, [photo["id"] for photo in photos], fine)
    yield Figure("instances: mask AP by pycocotools", precision[0], least=0.25, note=about)
    yield Figure("instances: mask AP50 by pycocotools", precision[1], note=about)
    maps = [score(answers, truth)["mean_iou"] for answers in (coarse, [in_voc(each) for each in fine])]
    yield Figure("DeepLab: mean IoU over VOC's labels and background", maps[0], note=SPLIT)
    yield Figure("instances: mean IoU over VOC's labels and background", maps[1], least=maps[0] + 0.15, note=SPLIT)
    yield Figure("DeepLab: CPU seconds a photograph", quick / len(images), note="without reading it")
    yield Figure("instances: CPU seconds a photograph", slow / len(images), note="without reading it")


def answered(name: str, images: Sequence[Image]) -> tuple[list[Segmentation], float]:
    """A model's answers, and the CPU seconds of all."""
    model = open_model(name, Place())
    model.run(images[:1], SegmentationOptions())  # what comes once is not counted
    began = time.process_time()
    answers = [answer for image in images for answer in model.run([image], SegmentationOptions())]
    return answers, time.process_time() - began


def mask_precision(known: COCO, photos: Sequence[int], answers: Sequence[Segmentation]) -> tuple[float, float]:
    """COCO's AP and AP50 of the masks."""
    numbers = {each["name"]: each["id"] for each in known.loadCats(known.getCatIds())}
    rows = [
        {"image_id": photo, "category_id": numbers[label], "score": float(certain), "segmentation": mask}
        for photo, answer in zip(photos, answers, strict=True)
        for label, certain, mask in in_coco(answer)
    ]
    judged = COCOeval(known, quietly(known.loadRes, rows), "segm")
    for step in (judged.evaluate, judged.accumulate, judged.summarize):
        quietly(step)
    return float(judged.stats[0]), float(judged.stats[1])


def in_coco(answer: Segmentation) -> Iterator[tuple[str, float, dict]]:
    """Each instance's label, score and mask in COCO's own packed form."""
    things = answer.instances
    if things is None:
        return
    for label, certain, mask in zip(things.labels, things.scores, things.masks, strict=True):
        yield label, certain, coco_mask.encode(np.asfortranarray(whole(mask).astype(np.uint8)))


def in_voc(answer: Segmentation) -> Segmentation:
    """The same map in VOC's labels; what VOC does not know is background to it."""
    names = [segmentation.NAMES.get(label, label) for label in answer.labels]
    numbers = np.array([LABELS.index(name) if name in LABELS else 0 for name in names], np.int16)
    return dataclasses.replace(answer, labels=LABELS, map=numbers[answer.map], instances=None)


if __name__ == "__main__":
    sys.exit(bool(main()))

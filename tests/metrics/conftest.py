"""COCO's own evaluation, as the oracle."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from opsin.metrics.average_precision import AveragePrecision
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes

TRUTH = Path(__file__).parents[2] / "../shared/data/coco_dev/annotations/instances_val2017.json"

Figures = list[float]


def _rows(images: Sequence[TrueBoxes | PredictedBoxes], numbers: dict[object, int]) -> list[dict[str, object]]:
    return [
        {
            "image_id": image + 1,
            "category_id": numbers[each.labels[row]],
            "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]],
            "row": (each, row),
        }
        for image, each in enumerate(images)
        for row, box in enumerate(np.asarray(each.boxes, float).tolist())
    ]


def _truth(truths: Sequence[TrueBoxes], numbers: dict[object, int]) -> COCO:
    coco = COCO()
    annotations = _rows(truths, numbers)
    for number, row in enumerate(annotations, start=1):
        each, place = row.pop("row")
        is_crowd = int(each.is_crowd is not None and each.is_crowd[place])
        area = row["bbox"][2] * row["bbox"][3] if each.areas is None else float(each.areas[place])
        row |= {"id": number, "iscrowd": is_crowd, "area": area}
    images = [{"id": image + 1} for image in range(len(truths))]
    coco.dataset = {"images": images, "annotations": annotations, "categories": [{"id": n} for n in numbers.values()]}
    coco.createIndex()
    return coco


def _figures(truths: Sequence[TrueBoxes], predictions: Sequence[PredictedBoxes]) -> Figures:
    names = sorted({name for each in (*truths, *predictions) for name in each.labels.tolist()})
    numbers = {name: number for number, name in enumerate(names, start=1)}
    found = _rows(predictions, numbers)
    for row in found:
        each, place = row.pop("row")
        row["score"] = float(each.scores[place])
    if not found:
        return [0.0] * 12
    with contextlib.redirect_stdout(io.StringIO()):
        coco = _truth(truths, numbers)
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return list(evaluation.stats)


@pytest.fixture(scope="session")
def coco_figures() -> Callable[[Sequence[TrueBoxes], Sequence[PredictedBoxes]], Figures]:
    """pycocotools' twelve figures for the same boxes."""
    return _figures


@pytest.fixture(scope="session")
def twelve() -> Callable[[AveragePrecision], Figures]:
    """Our twelve figures, in COCO's order."""
    return lambda figures: [getattr(figures, name) for name in list(figures.__dataclass_fields__)[:12]]


@pytest.fixture(scope="session")
def coco_truth() -> list[TrueBoxes]:
    """The truth of real photographs, crowds and areas of masks included."""
    if not TRUTH.exists():
        pytest.skip("COCO's annotations are not at ../shared/data/coco_dev")
    data = json.loads(TRUTH.read_text())
    by_image = {image["id"]: [] for image in data["images"]}
    for annotation in data["annotations"]:
        by_image[annotation["image_id"]].append(annotation)
    return [_true_boxes(annotations) for annotations in by_image.values()]


def _true_boxes(annotations: list[dict[str, object]]) -> TrueBoxes:
    boxes_coco = np.array([each["bbox"] for each in annotations], float).reshape(-1, 4)
    return TrueBoxes(
        boxes=np.concatenate([boxes_coco[:, :2], boxes_coco[:, :2] + boxes_coco[:, 2:]], axis=1),
        labels=np.array([each["category_id"] for each in annotations], int),
        is_crowd=np.array([each["iscrowd"] for each in annotations], bool),
        areas=np.array([each["area"] for each in annotations], float),
    )

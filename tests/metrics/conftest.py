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
    evaluation = _evaluated(truths, predictions)
    return [0.0] * 12 if evaluation is None else list(evaluation.stats)


def _evaluated(truths: Sequence[TrueBoxes], predictions: Sequence[PredictedBoxes]) -> COCOeval | None:
    """pycocotools' evaluation; None where there is no prediction, which it cannot do."""
    names = sorted({name for each in (*truths, *predictions) for name in each.labels.tolist()})
    numbers = {name: number for number, name in enumerate(names, start=1)}
    found = _rows(predictions, numbers)
    for row in found:
        each, place = row.pop("row")
        row["score"] = float(each.scores[place])
    if not found:
        return None
    with contextlib.redirect_stdout(io.StringIO()):
        coco = _truth(truths, numbers)
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


@pytest.fixture(scope="session")
def coco_figures() -> Callable[[Sequence[TrueBoxes], Sequence[PredictedBoxes]], Figures]:
    """pycocotools' twelve figures for the same boxes."""
    return _figures


@pytest.fixture(scope="session")
def coco_precision() -> Callable[[Sequence[TrueBoxes], Sequence[PredictedBoxes]], np.ndarray]:
    """pycocotools' precision (overlaps, 101, labels, areas) with a hundred predictions; labels must be 1, 2 ... k."""
    return lambda truths, predictions: _evaluated(truths, predictions).eval["precision"][..., -1]


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


def _random_images(seed: int, num_images: int = 3, num_boxes: int = 12) -> tuple[list[TrueBoxes], list[PredictedBoxes]]:
    """Truth and predictions that meet every rule: crowds, areas of masks, equal scores, empty boxes, labels and
    images without truth."""
    random = np.random.default_rng(seed)
    truths = [_random_truth(random, random.integers(0, num_boxes)) for _ in range(num_images)]
    return truths, [_jittered(random, each, random.choice([1, 4, 12])) for each in truths]


def _random_truth(random: np.random.Generator, number: int) -> TrueBoxes:
    # Quarters of a pixel are exact in either library, so that no overlap is on the other side of a threshold.
    corners = random.integers(0, 400, (number, 2)) / 4
    boxes = np.concatenate(
        [corners, corners + random.choice([0, 4, 25, 32, 60, 96, 150], (number, 2), p=[0.04, *[0.16] * 6])], axis=1
    )
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) * random.choice([0.4, 0.8, 1], number)
    return TrueBoxes(boxes, random.integers(1, 4, number), random.random(number) < 0.2, sizes)


def _jittered(random: np.random.Generator, each: TrueBoxes, most: int) -> PredictedBoxes:
    """Up to so many copies of each true box, moved a little, some with another label; and some from nowhere."""
    which = np.repeat(np.arange(len(each.boxes)), random.integers(0, most + 1, len(each.boxes)))
    nowhere = _random_truth(random, random.integers(0, 5))
    moved = each.boxes[which] + random.integers(-12, 13, (len(which), 4)) / 4
    labels = np.where(random.random(len(which)) < 0.8, each.labels[which], random.integers(1, 6, len(which)))
    # COCO gives a box turned inside out a negative area; ours has none, and it is no box anyway.
    upright = np.sort(moved.reshape(-1, 2, 2), axis=1).reshape(-1, 4)
    boxes = np.concatenate([upright, nowhere.boxes])
    scores = random.choice([random.random(len(boxes)), random.integers(1, 5, len(boxes)) / 5])
    return PredictedBoxes(boxes, np.concatenate([labels, nowhere.labels]), scores)


@pytest.fixture(scope="session")
def random_images() -> Callable[..., tuple[list[TrueBoxes], list[PredictedBoxes]]]:
    """Makes truth and predictions of some images from a seed."""
    return _random_images


@pytest.fixture(scope="session")
def random_truth() -> Callable[..., TrueBoxes]:
    """Makes the truth of an image."""
    return _random_truth


@pytest.fixture(scope="session")
def jittered() -> Callable[..., PredictedBoxes]:
    """Makes predictions for a truth."""
    return _jittered

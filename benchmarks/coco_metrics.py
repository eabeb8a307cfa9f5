"""COCO's figures beside pycocotools': whether they are the same, and what they cost."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from accuracy import coco, lines, quietly
from figures import Figure, keep
from pictures import DATA

from opsin.metrics.average_precision import AveragePrecision, average_precision
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes

CASES, PICTURES, LABELS = 1000, 5000, 80

Case = tuple[list[TrueBoxes], list[PredictedBoxes]]


def main() -> list[Figure]:
    """Measures both; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    return keep("coco_metrics", [*random_cases(), *many_pictures(), *real_predictions()])


def random_cases() -> Iterator[Figure]:
    """The largest difference over many small cases."""
    random = np.random.default_rng(0)
    cases = [made_up(random, int(random.integers(1, 6)), labels=4) for _ in range(CASES)]
    apart = max(difference(average_precision(*case), theirs(*case)[0]) for case in cases)
    yield Figure(f"COCO's figures of {CASES:,} random cases: largest difference from pycocotools", apart, most=1e-6)


def many_pictures() -> Iterator[Figure]:
    """The difference, and the time, on as many pictures as COCO's val2017 has."""
    case = made_up(np.random.default_rng(1), PICTURES, LABELS)
    begun = time.process_time()
    ours = average_precision(*case)
    seconds = time.process_time() - begun
    figures, expected = theirs(*case)
    boxes = sum(len(each.boxes) for each in case[1])
    yield Figure(
        f"COCO's figures of {PICTURES:,} pictures: largest difference from pycocotools",
        difference(ours, figures),
        most=1e-6,
    )
    note = f"{boxes:,} boxes; pycocotools {expected:.1f}"
    yield Figure(f"COCO's figures of {PICTURES:,} pictures: CPU seconds", seconds, most=expected, note=note)


def real_predictions() -> Iterator[Figure]:
    """The difference on what the packaged detector says of photographs."""
    truth = quietly(coco, "val2017")
    numbers = {each["name"]: each["id"] for each in truth.loadCats(truth.getCatIds())}
    answers = lines("detect", DATA / "coco_dev" / "val2017", "--min-score", "0.001", "--limit", "100")
    found = {int(answer["source"].rsplit("/", 1)[1].split(".")[0]): answer for answer in answers}
    truths = [true_boxes(truth.imgToAnns[image]) for image in sorted(found)]
    predictions = [found_boxes(found[image], numbers) for image in sorted(found)]
    ours, figures = average_precision(truths, predictions), theirs(truths, predictions)[0]
    note = f"AP {ours.ap:.4f}"
    name = "COCO's figures of the detector on 79 photographs: difference from pycocotools"
    yield Figure(name, difference(ours, figures), most=1e-6, note=note)


def made_up(random: np.random.Generator, pictures: int, labels: int) -> Case:
    """Pictures with COCO's numbers: 7 things on average, few labels in one, a crowd now and then, 20 to 100 boxes."""
    how_often = 1 / np.arange(1, labels + 1)
    truths, predictions = list[TrueBoxes](), list[PredictedBoxes]()
    for _ in range(pictures):
        number, boxes = min(int(random.geometric(1 / 7.3)), 60), int(random.integers(20, 101))
        kinds = random.choice(labels, random.integers(1, 5), p=how_often / how_often.sum())
        sides = np.exp(random.normal(4, 1, (number, 2))).clip(4, 600)
        corners = random.random((number, 2)) * (640 - sides).clip(1)
        truth = np.concatenate([corners, corners + sides], axis=1)
        named = random.choice(kinds, number)
        truths.append(TrueBoxes(truth, named, random.random(number) < 0.01, sides.prod(axis=1) * 0.7))
        which = random.integers(0, number, boxes)
        moved = truth[which] + random.normal(0, 0.12, (boxes, 4)) * np.tile(sides[which], 2)
        upright = np.sort(moved.reshape(-1, 2, 2), axis=1).reshape(-1, 4)
        said = np.where(random.random(boxes) < 0.6, named[which], random.integers(0, labels, boxes))
        predictions.append(PredictedBoxes(upright, said, random.random(boxes) ** 3))
    return truths, predictions


def theirs(truths: Sequence[TrueBoxes], predictions: Sequence[PredictedBoxes]) -> tuple[Any, float]:
    """pycocotools' twelve figures, and the CPU seconds that it took, without those for making its objects."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    annotations = rows(truths)
    for number, (each, place, row) in enumerate(annotations, start=1):
        row |= {"id": number, "iscrowd": int(each.is_crowd[place]), "area": float(each.areas[place])}
    found = [row | {"score": float(each.scores[place])} for each, place, row in rows(predictions)]
    truth = COCO()
    truth.dataset = {
        "images": [{"id": number} for number in range(1, len(truths) + 1)],
        "annotations": [row for _, _, row in annotations],
        "categories": [{"id": number} for number in range(1, 1 + max(row["category_id"] for row in found))],
    }
    quietly(truth.createIndex)
    begun = time.process_time()
    scoring = quietly(lambda: COCOeval(truth, truth.loadRes(found), "bbox"))
    quietly(scoring.evaluate)
    quietly(scoring.accumulate)
    seconds = time.process_time() - begun
    quietly(scoring.summarize)
    return scoring.stats, seconds


def rows(pictures: Sequence[Any]) -> list[tuple[Any, int, dict[str, Any]]]:
    """Each box as COCO writes it, and where it stands."""
    return [
        (each, place, {"image_id": number, "category_id": int(label) + 1, "bbox": [x0, y0, x1 - x0, y1 - y0]})
        for number, each in enumerate(pictures, start=1)
        for place, ((x0, y0, x1, y1), label) in enumerate(zip(each.boxes.tolist(), each.labels, strict=True))
    ]


def true_boxes(annotations: Sequence[dict[str, Any]]) -> TrueBoxes:
    boxes_coco = np.array([each["bbox"] for each in annotations], float).reshape(-1, 4)
    # In float64, which `xyxy_from_coco` is not: the figures are to be the same to the last box.
    boxes = np.concatenate([boxes_coco[:, :2], boxes_coco[:, :2] + boxes_coco[:, 2:]], axis=1)
    labels = np.array([each["category_id"] for each in annotations], int)
    crowd = np.array([each["iscrowd"] for each in annotations], bool)
    return TrueBoxes(boxes, labels, crowd, np.array([each["area"] for each in annotations], float))


def found_boxes(answer: dict[str, Any], numbers: dict[str, int]) -> PredictedBoxes:
    labels = np.array([numbers[label] for label in answer["labels"]], int)
    return PredictedBoxes(np.array(answer["boxes"], float).reshape(-1, 4), labels, np.array(answer["scores"], float))


def difference(ours: AveragePrecision, theirs: Sequence[float]) -> float:
    """The largest among the twelve figures."""
    mine = [getattr(ours, name) for name in list(ours.__dataclass_fields__)[:12]]
    return float(np.abs(np.subtract(mine, theirs)).max())


if __name__ == "__main__":
    sys.exit(bool(main()))

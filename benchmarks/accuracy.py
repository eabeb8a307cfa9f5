"""How often the packaged networks are right, asked through the command line as a user would."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from child import opsin
from figures import Figure, keep
from pictures import DATA


def main() -> list[Figure]:
    """Measures both networks; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    return keep("accuracy", [*classification(), *detection(), *embedding()])


def lines(*arguments: str | Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in opsin(*arguments, "--json").output.splitlines()]


def classification() -> Iterator[Figure]:
    """Share of photographs whose true label comes first, and among the first five."""
    answers = lines("classify", DATA / "imagenet_dev")
    right = [[label.split(",")[0] == true_label(answer) for label in answer["labels"]] for answer in answers]
    yield Figure("ImageNet, 500 photographs: top-1", float(np.mean([hits[0] for hits in right])), least=0.89)
    yield Figure("ImageNet, 500 photographs: top-5", float(np.mean([any(hits) for hits in right])))


def true_label(answer: dict[str, Any]) -> str:
    return Path(answer["source"]).stem.split("_", 1)[1].replace("_", " ")


def detection() -> Iterator[Figure]:
    """COCO's average precision, by pycocotools: ours, and the network's own driven by hand."""
    truth = quietly(coco, "val2017")
    labels = {each["name"]: each["id"] for each in truth.loadCats(truth.getCatIds())}
    answers = lines("detect", DATA / "coco_dev" / "val2017", "--min-score", "0.001", "--limit", "100")
    ours = quietly(evaluated, truth, [box for answer in answers for box in in_coco(answer, labels)])
    hand = quietly(evaluated, truth, list(by_hand(truth, labels)))
    yield Figure("COCO val2017, 79 photographs: AP", ours[0], least=hand[0] - 0.005, note=f"by hand {hand[0]:.4f}")
    yield Figure("COCO val2017, 79 photographs: AP50", ours[1], note=f"by hand {hand[1]:.4f}")


def coco(split: str) -> Any:
    from pycocotools.coco import COCO

    return COCO(str(DATA / "coco_dev" / "annotations" / f"instances_{split}.json"))


def quietly(work: Any, *arguments: Any) -> Any:
    """pycocotools prints as it goes."""
    with contextlib.redirect_stdout(io.StringIO()):
        return work(*arguments)


def in_coco(answer: dict[str, Any], labels: dict[str, int]) -> Iterator[dict[str, Any]]:
    image = int(Path(answer["source"]).stem)
    for label, score, (x0, y0, x1, y1) in zip(answer["labels"], answer["scores"], answer["boxes"], strict=True):
        box = [x0, y0, x1 - x0, y1 - y0]
        yield {"image_id": image, "category_id": labels[label], "score": score, "bbox": box}


def evaluated(truth: Any, boxes: list[dict[str, Any]]) -> Any:
    from pycocotools.cocoeval import COCOeval

    scoring = COCOeval(truth, truth.loadRes(boxes), "bbox")
    scoring.evaluate()
    scoring.accumulate()
    scoring.summarize()
    return scoring.stats


def by_hand(truth: Any, labels: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The whole network with its own suppression, and the preprocessing that was published with it."""
    import cv2
    import openvino

    from opsin.models import card_of
    from opsin.weights.pull import files

    card = card_of("picodet_small.coco")
    core, found = openvino.Core(), files(card)
    network = core.compile_model(
        core.read_model(found["network"], found["weights"]), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    for photograph in truth.loadImgs(truth.getImgIds()):
        path = DATA / "coco_dev" / "val2017" / photograph["file_name"]
        image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        square = cv2.resize(image, (416, 416), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
        pixels = ((square - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).astype(np.float32)
        scale = np.array([[416 / image.shape[0], 416 / image.shape[1]]], np.float32)
        raw = network({"image": pixels.transpose(2, 0, 1)[None], "scale_factor": scale})[network.output(0)]
        for label, score, x0, y0, x1, y1 in raw.tolist():
            box = [x0, y0, x1 - x0, y1 - y0]
            category = labels[card.labels[int(label)]]
            yield {"image_id": photograph["id"], "category_id": category, "score": score, "bbox": box}


def embedding() -> Iterator[Figure]:
    """Of the ten nearest training photographs of a garment, the share that shows the same kind."""
    shelves = {split: lines("embed", DATA / "clothing" / split) for split in ("train", "test")}
    kinds = {split: np.array([Path(each["source"]).parent.name for each in shelf]) for split, shelf in shelves.items()}
    vectors = {split: np.array([each["vector"] for each in shelf]) for split, shelf in shelves.items()}
    nearest = np.argsort(-vectors["test"] @ vectors["train"].T, axis=1)[:, :10]
    share = float((kinds["train"][nearest] == kinds["test"][:, None]).mean())
    yield Figure("clothing: the same kind among the 10 nearest", share)


if __name__ == "__main__":
    sys.exit(bool(main()))

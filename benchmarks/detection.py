"""What looking in tiles finds in large pictures, and what it costs; the plain detector is measured in accuracy.py."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from figures import Figure, keep
from mosaics import Labelled, mosaics, photographs
from pictures import DATA

import opsin
from opsin.core.boxes import iou, shared_of_smaller
from opsin.core.image import Image
from opsin.core.options import Options
from opsin.metrics.average_precision import AveragePrecision, average_precision
from opsin.models import open_model
from opsin.models._tiled import run_tiled
from opsin.models.picodet import PicoDet
from opsin.runtime.network import Place
from opsin.tasks.detection import DetectionOptions, Detections

EACH = 100
"""Boxes for each photograph, of which there are nine in a mosaic."""


@dataclass(frozen=True)
class Seen:
    """What came of one picture.

    Attributes:
        answer: as `opsin.detect(image, tile=True)` gives it.
        looks: what the network found each time.
        cpu: seconds of all cores together.
    """

    answer: Detections
    looks: list[Detections]
    cpu: float


def main() -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    photos = photographs()
    large = mosaics(photos)
    seen = [looked_at(each.image) for each in large]
    return keep("detection", [*precision(photos, large), *doubles(photos, large, seen), *cost(large, seen)])


def precision(photos: Sequence[Labelled], large: Sequence[Labelled]) -> Iterator[Figure]:
    """COCO's average precision with and without tiles."""
    sides = [side for each in large for side in each.image.shape[:2]]
    about = f"{len(large)} mosaics of {len(photos)} photographs, sides {min(sides)} to {max(sides)}"
    plain, tiled = (judged(large, 9 * EACH, tile=tile) for tile in (False, True))
    gain = tiled.ap_small - plain.ap_small
    yield Figure("mosaics: AP of small things", plain.ap_small, note=about)
    yield Figure("mosaics: AP of small things, with --tile", tiled.ap_small, note=f"without {plain.ap_small:.4f}")
    yield Figure("mosaics: what --tile adds to the AP of small things", gain, least=0.05)
    yield Figure("mosaics: AP", plain.ap)
    yield Figure("mosaics: AP, with --tile", tiled.ap, least=plain.ap)
    plain, tiled = (judged(photos, EACH, tile=tile) for tile in (False, True))
    yield Figure("photographs: AP", plain.ap, note="beside the bare network in accuracy.csv")
    yield Figure("photographs: AP, with --tile", tiled.ap)
    yield Figure("photographs: AP of small things", plain.ap_small)
    yield Figure("photographs: AP of small things, with --tile", tiled.ap_small)


def judged(pictures: Sequence[Labelled], limit: int, *, tile: bool) -> AveragePrecision:
    answers = [opsin.detect(each.image, tile=tile, min_score=0.001, limit=limit) for each in pictures]
    return average_precision([each.truth for each in pictures], answers)


def doubles(photos: Sequence[Labelled], large: Sequence[Labelled], seen: Sequence[Seen]) -> Iterator[Figure]:
    """Pairs of boxes on one thing: made by the seams between looks, or by the network within one look."""
    pairs = [(each, pair) for each, picture in zip(seen, large, strict=True) for pair in double_boxes(each, picture)]
    own = sum(is_of_one_look(each, pair) for each, pair in pairs)
    boxes = sum(len(each.answer.labels) for each in seen)
    plain = [Seen(opsin.detect(each.image), [], 0.0) for each in photos]
    alone = sum(len(list(double_boxes(*each))) for each in zip(plain, photos, strict=True))
    beside = f"without tiles, on the same photographs: {alone} of {sum(len(each.answer.labels) for each in plain)}"
    yield Figure("mosaics, --tile: double boxes at the seams", len(pairs) - own, most=0, note=f"of {boxes} boxes")
    yield Figure("mosaics, --tile: double boxes of the network's own", own, note=beside)


def looked_at(image: Image) -> Seen:
    """The answer in tiles, and how it came about."""
    detector, looks = open_model("picodet_small.coco", Place()), []
    assert isinstance(detector, PicoDet)

    def run(images: Sequence[Image], options: Options) -> list[Detections]:
        found = detector.run(images, DetectionOptions())
        looks.extend(found)
        return found

    began = time.process_time()
    answer = run_tiled(run, [image], DetectionOptions(tile=True), detector.input_size)[0]
    return Seen(answer, looks, time.process_time() - began)


def double_boxes(seen: Seen, picture: Labelled) -> Iterator[tuple[int, int]]:
    """Pairs with one label that lie on each other, or one inside the other, where there are not two things."""
    answer = seen.answer
    labels = np.array(answer.labels, str)
    close = (iou(answer.boxes, answer.boxes) > 0.5) | (shared_of_smaller(answer.boxes, answer.boxes) > 0.8)
    for one, other in np.argwhere(np.triu(close & (labels[:, None] == labels), 1)).tolist():
        things = picture.truth.boxes[picture.truth.labels == labels[one]]
        on = [np.flatnonzero(iou(answer.boxes[[each]], things)[0] > 0.5).tolist() for each in (one, other)]
        if not (on[0] and on[1] and len({*on[0], *on[1]}) > 1):
            yield one, other


def is_of_one_look(seen: Seen, pair: tuple[int, int]) -> bool:
    """Whether the network gave both boxes at once, and so took them for two things."""
    wanted = {(seen.answer.labels[each], float(seen.answer.scores[each])) for each in pair}
    return any(wanted <= set(zip(look.labels, look.scores.tolist(), strict=True)) for look in seen.looks)


def cost(large: Sequence[Labelled], seen: Sequence[Seen]) -> Iterator[Figure]:
    """CPU seconds for a mosaic."""
    began = time.process_time()
    for each in large:
        opsin.detect(each.image)
    yield Figure("mosaics: CPU seconds each", (time.process_time() - began) / len(large))
    looks = np.mean([len(each.looks) for each in seen])
    cpu = float(np.mean([each.cpu for each in seen]))
    yield Figure("mosaics: CPU seconds each, with --tile", cpu, note=f"{looks:.0f} looks")


if __name__ == "__main__":
    sys.exit(bool(main()))

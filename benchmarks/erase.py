"""How well holes are filled where nothing was to be erased: `python benchmarks/erase.py [EVERY]`.

From each photograph a hole is cut of the shape of a thing in the photograph before it, laid where it covers least of
what anyone drew round; so what was there is known. Two figures say how near a fill comes to it. PSNR compares pixel by
pixel, and rewards what is smooth and never wrong by much. The distance between what a network for labels sees around
the hole, before and after (0 to 2), rewards what looks like a photograph. EVERY 4 takes every fourth photograph.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from accuracy import quietly
from figures import Figure, keep
from numpy.typing import NDArray
from pictures import DATA
from pycocotools.coco import COCO

import opsin
from opsin.core.image import Image
from opsin.media.fill import FILLS, fill
from opsin.media.sources import read_image

SPLITS = ("train2017", "val2017")
SHARE = 0.04
"""How much of a picture its hole takes."""
MOST_SECONDS = 5.0
"""CPU seconds that a picture of COCO's size may take."""

Hole = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cut:
    """A photograph and the hole to be cut from it."""

    image: Image
    hole: Hole


def main(every: int = 1) -> list[Figure]:
    """Measures every way to fill; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    cuts = [cut for split in SPLITS for cut in photographs(split)][::every]
    return keep("erase", [figure for how in FILLS for figure in figures(how, cuts)])


def figures(how: str, cuts: Sequence[Cut]) -> Iterator[Figure]:
    """How near one way comes, and what it costs."""
    began = time.process_time()
    images = [fill(cut.image, cut.hole, how=how) for cut in cuts]
    seconds = (time.process_time() - began) / len(cuts)
    near = [psnr(cut, image) for cut, image in zip(cuts, images, strict=True)]
    far = [distance(cut, image) for cut, image in zip(cuts, images, strict=True)]
    about = f"{len(cuts)} holes of {SHARE:.0%} of a photograph of COCO"
    yield Figure(f"erase, {how}: PSNR inside the hole, dB", float(np.mean(near)), note=about)
    yield Figure(f"erase, {how}: distance of what a network sees", float(np.mean(far)), note=about)
    most = MOST_SECONDS if how == "exemplar" else None
    yield Figure(f"erase, {how}: CPU seconds a picture", seconds, most=most, note=about)


def psnr(cut: Cut, image: Image) -> float:
    """Peak signal to noise ratio in the hole, in decibels."""
    wrong = (cut.image[cut.hole].astype(float) - image[cut.hole]) ** 2
    return float(10 * np.log10(255**2 / max(wrong.mean(), 1e-3)))


def distance(cut: Cut, image: Image) -> float:
    """1 - the cosine of what PPLCNetV2 sees in the picture's part around the hole, before and after."""
    rows, columns = (np.flatnonzero(cut.hole.any(axis=axis)) for axis in (1, 0))
    part = np.s_[max(rows[0] - 32, 0) : rows[-1] + 32, max(columns[0] - 32, 0) : columns[-1] + 32]
    one, other = (opsin.embed(each[part]).vector for each in (cut.image, image))
    return float(1 - one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def photographs(split: str) -> Iterator[Cut]:
    """The photographs of one part, each with the hole that is cut from it."""
    known = quietly(COCO, DATA / "coco_dev" / "annotations" / f"instances_{split}.json")
    photos = known.loadImgs(sorted(known.getImgIds()))
    shapes = [shape(known, photo) for photo in photos]
    for index, photo in enumerate(photos):
        drawn = np.any([known.annToMask(thing) for thing in things(known, photo)], axis=0)
        image = read_image(DATA / "coco_dev" / split / photo["file_name"])
        taken = np.broadcast_to(drawn, image.shape[:2])
        yield Cut(image, laid(next(s for s in shapes[index - 1 :: -1] + shapes[::-1] if s is not None), taken))


def things(known: COCO, photo: dict) -> list[dict]:
    """What was drawn round in a photograph."""
    return known.loadAnns(known.getAnnIds(photo["id"]))


def shape(known: COCO, photo: dict) -> Hole | None:
    """The largest single thing of a photograph, cut out; None where there is none."""
    single = [thing for thing in things(known, photo) if not thing["iscrowd"]]
    if not single:
        return None
    mask = known.annToMask(max(single, key=lambda thing: thing["area"])).astype(bool)
    return mask[np.ix_(mask.any(axis=1), mask.any(axis=0))]


def laid(shape: Hole, taken: Hole) -> Hole:
    """(h, w) the shape at its share of the picture, where it covers least of what is taken."""
    scale = np.sqrt(SHARE * taken.size / shape.sum())
    high, wide = (
        min(max(round(side * scale), 8), int(0.8 * limit)) for side, limit in zip(shape.shape, taken.shape, strict=True)
    )
    small = cv2.resize(shape.astype(np.uint8), (wide, high), interpolation=cv2.INTER_NEAREST)
    covered = cv2.matchTemplate(taken.astype(np.float32), small.astype(np.float32), cv2.TM_CCORR)
    top, left = np.unravel_index(covered.round().argmin(), covered.shape)
    hole = np.zeros(taken.shape, bool)
    hole[top : top + high, left : left + wide] = small
    return hole


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:2]))))

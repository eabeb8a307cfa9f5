"""How many clicks it takes to select a thing in photographs of COCO, and what one click costs.

A click goes to the middle of the largest error: the pixel farthest from the edge of what is missed, or of what is
selected wrongly. As in Sofiiuk et al. 2021, https://arxiv.org/abs/2102.06583
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator

import cv2
import numpy as np
from accuracy import quietly
from figures import Figure, keep
from numpy.typing import NDArray
from pictures import DATA
from pycocotools.coco import COCO

from opsin.core.clicks import Click
from opsin.core.image import Image
from opsin.core.masks import Mask
from opsin.media.sources import read_image
from opsin.tasks.selection import mask_iou
from opsin.uses.selecting import Selecting

SPLIT = "val2017"
SMALLEST = 32 * 32
"""Square pixels; the things that count are larger."""

OBJECTS, SEED = 100, 0
"""How many things are drawn, out of all; the same ones each time."""

MOST = 20
"""Clicks, after which nobody goes on."""

GOAL = 0.85


def main() -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    if not DATA.exists():
        raise SystemExit(f"The labelled photographs are not at {DATA}; nothing was measured.")
    return keep("clicks", figures())


def figures() -> Iterator[Figure]:
    """Clicks to the goal, the overlap after one and three, and seconds for a click."""
    began = time.process_time()
    courses = [overlaps(image, mask) for image, mask in things()]
    seconds = time.process_time() - began
    counts = [len(course) for course in courses]
    about = f"{len(courses)} things larger than 32 x 32 in {SPLIT}, drawn at random (seed {SEED}); no crowds"
    yield Figure(f"clicks to reach an IoU of {GOAL}, mean", float(np.mean(counts)), most=5, note=about)
    yield Figure("the same, median", float(np.median(counts)), note=about)
    yield Figure(f"share not reached with {MOST}", np.mean([course[-1] < GOAL for course in courses]).item())
    for number in (1, 3):
        after = [course[min(number, len(course)) - 1] for course in courses]
        yield Figure(f"mean IoU after {number} clicks", float(np.mean(after)), note="fewer where the goal is reached")
    yield Figure("CPU seconds a click", seconds / sum(counts), note="reading the photographs included")


def things() -> Iterator[tuple[Image, Mask]]:
    """The photograph and the mask of each thing."""
    known = quietly(COCO, DATA / "coco_dev" / "annotations" / f"instances_{SPLIT}.json")
    large = [each for each in known.loadAnns(sorted(known.getAnnIds(iscrowd=False))) if each["area"] > SMALLEST]
    for each in random.Random(SEED).sample(large, min(OBJECTS, len(large))):
        (photo,) = known.loadImgs(each["image_id"])
        yield read_image(DATA / "coco_dev" / SPLIT / photo["file_name"]), known.annToMask(each) > 0


def overlaps(image: Image, truth: Mask) -> list[float]:
    """The overlap with the truth after each click, up to the goal."""
    selecting = Selecting(image)
    clicks, mask, found = selecting.begin(), np.zeros(truth.shape, bool), list[float]()
    free = np.ones(truth.shape, bool)
    while len(found) < MOST and (not found or found[-1] < GOAL):
        click = next_click(mask, truth, free)
        free[int(click.y), int(click.x)] = False  # nobody clicks twice on one pixel
        clicks, answer = selecting.step(clicks, click)
        mask = answer.mask
        found.append(mask_iou(mask, truth))
    return found


def next_click(mask: Mask, truth: Mask, free: Mask) -> Click:
    """The middle of the largest error."""
    missed, wrong = (depth(error) * free for error in (truth & ~mask, mask & ~truth))
    is_inside = bool(missed.max() > wrong.max())
    errors = missed if is_inside else wrong
    y, x = np.unravel_index(errors.argmax(), errors.shape)
    return Click(float(x) + 0.5, float(y) + 0.5, is_inside)


def depth(error: Mask) -> NDArray[np.float32]:
    """(h, w) how far each pixel lies from the edge of an error; the picture's border is an edge."""
    walled = np.pad(error, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(walled, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)[1:-1, 1:-1]


if __name__ == "__main__":
    sys.exit(bool(main()))

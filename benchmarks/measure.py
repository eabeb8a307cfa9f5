"""Measures every figure that Opsin states: `python3 dev.py measure [AREA …]`, by default all areas.

Each area prints its figures beside what is asked of them and writes benchmarks/results/AREA.csv. It ends with 1 when a
figure is not reached, and where the photographs to measure on are absent.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import accuracy
import background
import bccd
import camera
import camvid
import captions
import cifar
import clicks
import clothing
import coco_metrics
import count
import damaged
import detection
import erase
import exports
import faces
import instances
import mattes
import memory
import recognise
import retina
import segmentation
import start
import teach
import unlock
from figures import Figure

AREAS: dict[str, Callable[[], list[Figure]]] = {
    "accuracy": accuracy.main,
    "damaged": damaged.main,
    "detection": detection.main,
    "start": start.main,
    "memory": memory.main,
    "recognise": recognise.main,
    "camera": camera.main,
    "teach": teach.main,
    "cifar": cifar.main,
    "clothing": clothing.main,
    "exports": exports.main,
    "faces": faces.main,
    "unlock": unlock.main,
    "bccd": bccd.main,
    "coco_metrics": coco_metrics.main,
    "count": count.main,
    "segmentation": segmentation.main,
    "mattes": mattes.main,
    "clicks": clicks.main,
    "instances": instances.main,
    "erase": erase.main,
    "camvid": camvid.main,
    "retina": retina.main,
    "background": background.main,
    "captions": captions.main,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(AREAS)
    if unknown:
        print(f"There is no area called {', '.join(unknown)}. Known: {', '.join(AREAS)}.", file=sys.stderr)
        return 2
    missed = [figure for name in names or AREAS for figure in AREAS[name]()]
    for figure in missed:
        print(f"not reached: {figure.name}: {figure.measured:.4g}, asked {figure.asked}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

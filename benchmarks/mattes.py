"""How well mattes of people fit, beside masks drawn by hand: `python benchmarks/mattes.py [EVERY]`.

The masks are of people, all or nothing; U2-Net-p answers for whatever stands out, and MODNet for hair too, so that
neither can reach 1. EVERY 4 takes every fourth photograph: those by which the rule of `people_matte` was chosen.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from figures import Figure, keep
from numpy.typing import NDArray

from opsin.media.sources import read_image
from opsin.metrics.mattes import matte_iou
from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks.matting import MATTING, Matte

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "people_masks"

LEAST = {"selfie.people": 0.83, "u2netp.duts": 0.84, "modnet.portraits": 0.72, "people_matte": 0.88}
"""Mean IoU that the bare networks were known to give on photographs of this kind, and that all together should."""

DRAWS = 2000
"""Of as many photographs with replacement: how far the mean would move with other photographs."""


def main(every: int = 1) -> list[Figure]:
    """Measures every network; answers what was not reached."""
    if not FOLDER.exists():
        raise SystemExit(f"The photographs to measure on are not here: {FOLDER}")
    photos = sorted((FOLDER / "images").iterdir(), key=lambda path: int(path.stem))[::every]
    return keep("mattes", [figure for name in LEAST for figure in fit(name, photos)])


def fit(name: str, photos: list[Path]) -> Iterator[Figure]:
    """Overlap, error and cost of a network."""
    model, options = open_model(name, Place()), MATTING.options()
    images, truth = [read_image(path) for path in photos], [mask(path) for path in photos]
    model.run(images[:1], options)
    began = time.process_time()
    mattes = [model.run([image], options)[0] for image in images]
    cost = (time.process_time() - began) / len(photos)
    overlaps = np.array([matte_iou(one.alpha, right.alpha) for one, right in zip(mattes, truth, strict=True)])
    figures, note = MATTING.score(mattes, truth), f"{len(photos)} photographs"
    least, most = bounds(overlaps)
    between = f"{note}; 95 % between {least:.3f} and {most:.3f}"
    yield Figure(f"people, {name}: mean IoU", figures["IoU"], least=LEAST[name], note=between)
    yield Figure(f"people, {name}: worst tenth's mean IoU", np.sort(overlaps)[: max(1, len(photos) // 10)].mean())
    yield Figure(f"people, {name}: mean absolute error", figures["mean_absolute_error"], note=note)
    yield Figure(f"people, {name}: CPU seconds a picture", cost, note="decoding not counted")


def bounds(values: NDArray[np.float64]) -> tuple[float, float]:
    """Between which the mean lies in 95 of 100 draws (the bootstrap)."""
    drawn = np.random.default_rng(0).choice(values, (DRAWS, len(values)))  # (draws, n)
    low, high = np.percentile(drawn.mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


def mask(photo: Path) -> Matte:
    """What is true of a photograph."""
    drawn = read_image(FOLDER / "masks" / f"{photo.stem}.png")[..., 0]
    return Matte(height=drawn.shape[0], width=drawn.shape[1], alpha=(drawn > 127).astype(np.float32))


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:2]))))

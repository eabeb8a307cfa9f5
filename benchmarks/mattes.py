"""How well mattes of people fit, beside masks drawn by hand: `python benchmarks/mattes.py [EVERY]`.

The masks are of people, all or nothing; U2-Net-p answers for whatever stands out, and MODNet for hair too, so that
neither can reach 1. EVERY 4 takes every fourth photograph.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from figures import Figure, keep

from opsin.media.sources import read_image
from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks.matting import MATTING, Matte

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "people_masks"

LEAST = {"u2netp.duts": 0.84, "modnet.portraits": 0.72}
"""Mean IoU that the bare networks were known to give on photographs of this kind."""


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
    began = time.process_time()
    mattes = [model.run([image], options)[0] for image in images]
    cost = (time.process_time() - began) / len(photos)
    figures, note = MATTING.score(mattes, truth), f"{len(photos)} photographs"
    yield Figure(f"people, {name}: mean IoU", figures["IoU"], least=LEAST[name], note=note)
    yield Figure(f"people, {name}: mean absolute error", figures["mean_absolute_error"], note=note)
    yield Figure(f"people, {name}: CPU seconds a picture", cost, note="decoding not counted")


def mask(photo: Path) -> Matte:
    """What is true of a photograph."""
    drawn = read_image(FOLDER / "masks" / f"{photo.stem}.png")[..., 0]
    return Matte(height=drawn.shape[0], width=drawn.shape[1], alpha=(drawn > 127).astype(np.float32))


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:2]))))

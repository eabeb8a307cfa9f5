"""Photographs of real size to time on, made from the shared ones: the measuring needs thousands."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps

DATA = Path(__file__).parents[2] / "shared" / "data"
MOSAICS = 60
FOLDERS = ("coco_dev/train2017", "coco_dev/val2017", "wider_dev/images", "people_masks/images")


def originals() -> list[Path]:
    """The shared photographs whose long side is about 640 pixels.

    Raises:
        SystemExit: where they are absent.
    """
    paths = sorted(path for folder in FOLDERS for path in (DATA / folder).rglob("*.jpg"))
    if not paths:
        raise SystemExit(f"The photographs to time on are not at {DATA}; nothing was measured.")
    return paths


def web_photographs(folder: Path, count: int) -> Path:
    """`count` JPEGs of about 640 x 480: the originals, mirrored, upside down, both; and then all of them again."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = originals()
    turns = (None, ImageOps.mirror, ImageOps.flip, lambda image: image.rotate(180))
    for number, (turn, path) in enumerate(itertools.islice(itertools.cycle(itertools.product(turns, paths)), count)):
        with Image.open(path) as image:
            turned = turn(image.convert("RGB")) if turn else image.convert("RGB")
            turned.save(folder / f"{number:05}.jpg", quality=92)
    return folder


def camera_photographs(folder: Path, count: int) -> Path:
    """`count` JPEGs of 4032 x 3024, as a phone takes them: 60 mosaics of 36 originals, then the same files again."""
    folder.mkdir(parents=True, exist_ok=True)
    endless = itertools.cycle(originals())
    for number in range(count):
        path = folder / f"{number:05}.jpg"
        if number < MOSAICS:
            _mosaic(endless).save(path, quality=90)
        else:
            path.hardlink_to(folder / f"{number % MOSAICS:05}.jpg")
    return folder


def _mosaic(paths: Iterator[Path]) -> Image.Image:
    whole = Image.new("RGB", (4032, 3024))
    for place in range(36):
        with Image.open(next(paths)) as image:
            whole.paste(image.convert("RGB").resize((672, 504)), (place % 6 * 672, place // 6 * 504))
    return whole

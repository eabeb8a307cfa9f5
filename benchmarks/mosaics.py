"""Large pictures with known things in them: nine photographs of COCO each, at their own size, and their truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from accuracy import coco, quietly
from numpy.typing import NDArray
from pictures import DATA

from opsin.core.boxes import xyxy_from_coco
from opsin.core.image import Image
from opsin.media.sources import read_image
from opsin.metrics.box_table import TrueBoxes

ACROSS = 3
GREY = 114
"""Of what no photograph covers."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """A picture, and what is in it."""

    image: Image
    truth: TrueBoxes


def photographs(split: str = "val2017") -> list[Labelled]:
    """The photographs of COCO that are here; sizes of things are those of their masks, as COCO counts."""
    known = quietly(coco, split)
    names = {each["id"]: each["name"] for each in known.loadCats(known.getCatIds())}
    return [
        Labelled(
            read_image(DATA / "coco_dev" / split / each["file_name"]),
            _truth(known.loadAnns(known.getAnnIds(each["id"])), names),
        )
        for each in known.loadImgs(sorted(known.getImgIds()))
    ]


def _truth(things: Sequence[dict], names: dict[int, str]) -> TrueBoxes:
    return TrueBoxes(
        xyxy_from_coco([each["bbox"] for each in things]).astype(np.float64),
        np.array([names[each["category_id"]] for each in things], str),
        np.array([each["iscrowd"] for each in things], bool),
        np.array([each["area"] for each in things], np.float64),
    )


def mosaics(photos: Sequence[Labelled], seed: int = 0) -> list[Labelled]:
    """All of the photographs, nine to a mosaic; wide ones beside wide ones, so that little of it stays empty."""
    order = np.random.default_rng(seed).permutation(len(photos))
    mixed = sorted((photos[each] for each in order), key=lambda photo: photo.image.shape[0] > photo.image.shape[1])
    each = ACROSS**2
    return [_mosaic(mixed[start : start + each]) for start in range(0, len(mixed), each)]


def _mosaic(photos: Sequence[Labelled]) -> Labelled:
    """Up to nine photographs, row by row; a row is as high as its highest, a column as wide as its widest."""
    sizes = np.zeros((ACROSS**2, 2), int)  # height, width
    sizes[: len(photos)] = [photo.image.shape[:2] for photo in photos]
    rows = np.append(0, sizes[:, 0].reshape(ACROSS, ACROSS).max(axis=1).cumsum())
    columns = np.append(0, sizes[:, 1].reshape(ACROSS, ACROSS).max(axis=0).cumsum())
    canvas: NDArray[np.uint8] = np.full((rows[-1], columns[-1], 3), GREY, np.uint8)
    corners = [(columns[place % ACROSS], rows[place // ACROSS]) for place in range(len(photos))]
    for photo, (left, top) in zip(photos, corners, strict=True):
        height, width = photo.image.shape[:2]
        canvas[top : top + height, left : left + width] = photo.image
    return Labelled(canvas, _moved([photo.truth for photo in photos], corners))


def _moved(truths: Sequence[TrueBoxes], corners: Sequence[tuple[int, int]]) -> TrueBoxes:
    """All truths as one, each moved to its photograph's corner."""
    boxes = [truth.boxes + np.tile(corner, 2) for truth, corner in zip(truths, corners, strict=True)]
    rest = [np.concatenate([getattr(each, name) for each in truths]) for name in ("labels", "is_crowd", "areas")]
    return TrueBoxes(np.concatenate(boxes), *rest)

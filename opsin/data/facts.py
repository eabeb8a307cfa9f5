"""What a person wants to know of labelled pictures before anything else: how many, of what, how large."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from opsin.core.boxes import areas
from opsin.core.errors import ImageError
from opsin.data.dataset import PARTS, Dataset
from opsin.data.regions import IGNORED

LOOKED_AT = 100
"""So many pictures are opened to learn their sizes: of ten thousand, all would take minutes."""

SMALL, LARGE = 32.0**2, 96.0**2
"""Square pixels from which COCO calls a thing medium, and large."""


def facts(data: Dataset) -> dict[str, Any]:
    """Plain values: name, source, task, pictures, labels, parts (classes with their numbers), sizes, columns.

    `things` is told where things are boxed, see `boxed`; the numbers of classes are then those of things.
    `regions` is told where each pixel has a class, see `covered`; the numbers of classes are those of pictures.
    `captions` is told where people say what pictures show, see `described`.
    `sizes` tells the smallest, the most frequent and the largest (height, width) among those looked at.
    """
    present = [part for part in PARTS if part in data.parts]
    told = {
        "name": data.name,
        "source": str(data.source) if data.source else None,
        "task": data.task,
        "pictures": len(data),
        "labels": list(data.labels),
        "parts": {part: data.part(part).counts() for part in present},
        "sizes": sizes(data),
        "columns": sorted(data.columns),
    }
    more = {"detection": ("things", boxed), "segmentation": ("regions", covered), "captioning": ("captions", described)}
    if data.task in more:
        name, measure = more[data.task]
        told[name] = measure(data)
    return told


def boxed(data: Dataset) -> dict[str, Any]:
    """How many things there are, how many in a picture (fewest, usual, most), and how large.

    `sides` are the smallest, usual (median) and largest root of a box's area, in pixels; `small`, `medium` and `large`
    count as COCO does: below 32 x 32 square pixels, from there on, and from 96 x 96. Areas are those of masks, if any.
    """
    each = np.array([len(things) for things in data.truth])
    area = np.concatenate([np.zeros(0), *(things.areas for things in data.truth)])
    told = {"count": len(area), "crowds": int(sum(things.is_crowd.sum() for things in data.truth))}
    told["pictures_without"] = int((each == 0).sum())
    told |= {"small": int((area < SMALL).sum()), "large": int((area >= LARGE).sum())}
    told["medium"] = len(area) - told["small"] - told["large"]
    return told | {"per_picture": _spread(each.tolist()), "sides": _sides(data)}


def covered(data: Dataset) -> dict[str, Any]:
    """Of all pixels of which something is said: `shares`, the part of each class in 0..1; and `ignored`, of all pixels.

    Every map is read.
    """
    with ThreadPoolExecutor() as threads:
        counts = threads.map(lambda truth: np.bincount(truth.map().ravel(), minlength=256), data.truth)
        total = sum(counts, np.zeros(256, np.int64))
    said = total[: len(data.labels)]
    shares = said / max(int(said.sum()), 1)
    return {
        "shares": {label: round(float(share), 6) for label, share in zip(data.labels, shares, strict=True)},
        "ignored": round(float(total[IGNORED] / max(int(total.sum()), 1)), 6),
    }


def described(data: Dataset) -> dict[str, Any]:
    """How many captions there are, how many of each picture, and of how many words (fewest, usual, most).

    `pictures` counts those of each part.
    `words` counts those that differ, in small letters.
    """
    texts = [text for truth in data.truth for text in truth.texts]
    words = [re.findall(r"\w[\w'-]*", text.lower()) for text in texts]
    return {
        "count": len(texts),
        "pictures": {part: int((data.parts == part).sum()) for part in PARTS if part in data.parts},
        "words": len({word for each in words for word in each}),
        "per_picture": _spread([len(truth) for truth in data.truth]),
        "per_caption": _spread([len(each) for each in words]),
    }


def _spread(counts: Sequence[int]) -> dict[str, float]:
    if not counts:
        return {}
    return {"fewest": int(np.min(counts)), "usual": float(np.median(counts)), "most": int(np.max(counts))}


def _sides(data: Dataset) -> dict[str, float]:
    boxes = np.concatenate([np.zeros((0, 4), np.float32), *(things.boxes for things in data.truth)])
    sides = np.sqrt(areas(boxes))
    if not len(sides):
        return {}
    found = {"smallest": sides.min(), "usual": np.median(sides), "largest": sides.max()}
    return {name: round(float(side), 1) for name, side in found.items()}


def sizes(data: Dataset) -> dict[str, Any]:
    """`looked_at`, `unreadable`, and by area the `smallest`, `usual` and `largest` (height, width)."""
    found: Counter[tuple[int, int]] = Counter()
    unreadable = 0
    chosen = np.linspace(0, max(len(data) - 1, 0), min(len(data), LOOKED_AT)).astype(int)
    for index in chosen.tolist():
        try:
            height, width = data.pictures[index].shape[:2]
        except ImageError:
            unreadable += 1
        else:
            found[height, width] += 1
    told: dict[str, Any] = {"looked_at": len(chosen), "unreadable": unreadable}
    if found:
        ordered = sorted(found, key=lambda size: size[0] * size[1])
        told |= {"smallest": ordered[0], "usual": found.most_common(1)[0][0], "largest": ordered[-1]}
    return told

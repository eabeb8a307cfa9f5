"""What a person wants to know of labelled pictures before anything else: how many, of what, how large."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from opsin.core.errors import ImageError
from opsin.data.dataset import PARTS, Dataset

LOOKED_AT = 100
"""So many pictures are opened to learn their sizes: of ten thousand, all would take minutes."""


def facts(data: Dataset) -> dict[str, Any]:
    """Plain values: name, source, pictures, labels, parts (classes with their numbers), sizes, columns.

    `sizes` tells the smallest, the most frequent and the largest (height, width) among those looked at.
    """
    present = [part for part in PARTS if part in data.parts]
    return {
        "name": data.name,
        "source": str(data.source) if data.source else None,
        "pictures": len(data),
        "labels": list(data.labels),
        "parts": {part: data.part(part).counts() for part in present},
        "sizes": sizes(data),
        "columns": sorted(data.columns),
    }


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

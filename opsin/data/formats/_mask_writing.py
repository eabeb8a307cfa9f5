"""What the writers of masks share: pictures and masks side by side, in folders of their parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.data.formats._mask_layout import MASKS, PICTURES
from opsin.data.formats._writing import Writing
from opsin.data.regions import LabelMap, Regions


def put_masks(writing: Writing, paint: Callable[[LabelMap], NDArray[Any]]) -> None:
    """PART/images with the pictures, and PART/masks with a PNG file for each.

    Args:
        writing: what is to be written.
        paint: makes of a map (h, w) what is saved, (h, w) or (h, w, 3) uint8.
    """
    from PIL import Image

    for index in range(len(writing.data)):
        part = str(writing.data.parts[index])
        name = writing.put(index, f"{part}/{PICTURES}")
        path = (writing.folder / part / MASKS / Path(name).name).with_suffix(".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.ascontiguousarray(paint(region(writing, index).map()))).save(path)


def region(writing: Writing, index: int) -> Regions:
    """What each pixel of a picture shows."""
    found: Regions = writing.data.truth[index]
    return found

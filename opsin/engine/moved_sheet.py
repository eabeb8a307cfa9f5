"""Pictures with boxes or masks as a network sees them while it learns: moved at random, and their truth with them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from opsin.core.errors import DataError, ImageError
from opsin.core.image import Image, Size, check_image
from opsin.data.dataset import Arrays, Dataset
from opsin.data.moved import Moves, map_drawn, moved, moved_map
from opsin.data.regions import LabelMap, regions
from opsin.data.things import Things, as_truth
from opsin.engine.box_sheet import COLUMNS, box_sheet
from opsin.engine.plan import shaped
from opsin.media.fitting import fitted

_SIDE = 320


def moved_sheet(data: Dataset, how: Moves, chosen: Sequence[int], seed: int) -> Image:
    """A row (h, w, 3) for each chosen picture that can be read: as it is, and moved in three ways.

    Where nothing is moved, all stand side by side.

    Raises:
        DataError: when none can be read.
    """
    if how == Moves():
        return box_sheet(data, chosen)
    indices = [index for index in chosen if _is_readable(data, index)]
    if not indices:
        raise DataError(f"None of the pictures of {data.name} can be read. See: opsin data check")
    size = shaped(_SIDE, [(image.shape[0], image.shape[1]) for image in (_read(data, index) for index in indices)])
    random = np.random.default_rng(seed)
    made = [
        _moved(data, indices, number, size, how if column else Moves(), random)
        for number in range(len(indices))
        for column in range(COLUMNS)
    ]
    shown = data.take(np.repeat(indices, COLUMNS))
    pictures = Arrays(np.stack([pixels for pixels, _ in made]), np.repeat(indices, COLUMNS))
    truth = as_truth([each for _, each in made])
    return box_sheet(dataclasses.replace(shown, pictures=pictures, truth=truth), range(len(made)))


def _moved(
    data: Dataset, indices: Sequence[int], number: int, size: Size, how: Moves, random: np.random.Generator
) -> tuple[Image, Any]:
    """One of the pictures of that (height, width), changed at random, and what is true of it now."""
    if data.task == "segmentation":
        pixels, laid = moved_map(*_squeezed(data, indices[number], size), size, how, random)
        return pixels, regions(_Held(laid))

    def read(other: int) -> tuple[Image, Things]:
        return _read(data, indices[other]), data.truth[indices[other]]

    return moved(read, number, len(indices), size, how, random)


def _squeezed(data: Dataset, index: int, size: Size) -> tuple[Image, LabelMap]:
    """A picture and its map at that (height, width): a segmenter sees all of both before they are moved."""
    pixels, place = fitted(_read(data, index), size, 3, "squeeze")
    matrix = np.column_stack([np.diag(place.scale), place.shift])
    return pixels, map_drawn(data.truth[index].map(), matrix, size)


@dataclass(frozen=True, eq=False)
class _Held:
    """A map in memory."""

    laid: LabelMap

    def map(self) -> LabelMap:
        """(h, w) class numbers."""
        return self.laid

    def digest(self) -> bytes:
        """SHA-256 of the map."""
        return hashlib.sha256(np.ascontiguousarray(self.laid).data).digest()


def _read(data: Dataset, index: int) -> Image:
    return check_image(data.pictures[index])


def _is_readable(data: Dataset, index: int) -> bool:
    try:
        _ = data.pictures[index]
        if data.task == "segmentation":
            _ = data.truth[index].map()
    except ImageError:
        return False  # `opsin data check` tells of it
    return True

"""Pictures with boxes as a detector sees them while it learns: moved at random, and their boxes with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from opsin.core.errors import DataError, ImageError
from opsin.core.image import Image, check_image
from opsin.data.dataset import Arrays, Dataset
from opsin.data.moved import Moves, moved
from opsin.data.things import Things, as_truth
from opsin.engine.box_sheet import COLUMNS, box_sheet
from opsin.engine.plan import shaped

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
    random = np.random.default_rng(seed)

    def read(number: int) -> tuple[Image, Things]:
        return check_image(data.pictures[indices[number]]), data.truth[indices[number]]

    size = shaped(_SIDE, [(image.shape[0], image.shape[1]) for image, _ in map(read, range(len(indices)))])
    made = [
        moved(read, number, len(indices), size, how if column else Moves(), random)
        for number in range(len(indices))
        for column in range(COLUMNS)
    ]
    shown = data.take(np.repeat(indices, COLUMNS))
    pictures = Arrays(np.stack([pixels for pixels, _ in made]), np.repeat(indices, COLUMNS))
    truth = as_truth([things for _, things in made])
    return box_sheet(dataclasses.replace(shown, pictures=pictures, truth=truth), range(len(made)))


def _is_readable(data: Dataset, index: int) -> bool:
    try:
        _ = data.pictures[index]
    except ImageError:
        return False  # `opsin data check` tells of it
    return True

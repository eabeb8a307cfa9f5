"""What frozen networks see of pictures: worked out once, and kept on disk for every training that follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.data.dataset import Pictures
from opsin.models import Sight
from opsin.store.files import write_atomically
from opsin.store.home import home

FOLDER = "features"
"""In Opsin's own folder. It may be deleted at any time: what is missing is worked out again."""


def seen(sight: Sight, pictures: Pictures, index: int) -> NDArray[np.float16]:
    """(h, w, channels) what is seen of a picture, by the picture's bytes: a copy of it costs nothing.

    Raises:
        ImageError: when it cannot be read.
    """
    path = _path(sight, pictures.digest(index).hex())
    found = _kept(path, sight.shape)
    if found is None:
        found = np.asarray(sight([pictures[index]])[0], np.float16)
        with write_atomically(path) as file:
            np.save(file, found, allow_pickle=False)
    return found


def _path(sight: Sight, digest: str) -> Path:
    return home() / FOLDER / sight.name / digest[:2] / f"{digest[:32]}.npy"


def _kept(path: Path, shape: tuple[int, int, int]) -> NDArray[np.float16] | None:
    """What the file holds; None where there is none, or it is damaged."""
    if not path.is_file():
        return None
    try:
        found: NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.float16 else None

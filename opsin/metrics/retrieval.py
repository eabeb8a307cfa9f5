"""How well embeddings bring together what belongs together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError, OptionError

_ROWS = 1024
"""Images compared with all the others at a time: 50,000 at once would need 10 GB."""


def precision_at_k(embeddings: ArrayLike, labels: ArrayLike, k: int) -> float:
    """Share of the k nearest others of each image (by cosine) that have its label, over all images, in 0..1.

    An embedding of length 0 is at a right angle to everything.

    Args:
        embeddings: (n, d).
        labels: (n,) all text or all whole numbers.
        k: how many neighbours are looked at; at most n - 1.

    Raises:
        InputError: when the shapes do not fit.
        OptionError: when k is less than 1, or there are not that many others.

    >>> precision_at_k([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], ["cat", "cat", "dog", "dog"], k=1)
    1.0
    """
    vectors, names = np.asarray(embeddings, np.float32), np.asarray(labels)
    if vectors.ndim != 2 or names.shape != vectors.shape[:1]:
        raise InputError(f"embeddings must be (n, d) and labels (n,); got {vectors.shape} and {names.shape}.")
    if not 1 <= k < len(vectors):
        raise OptionError(f"k must be from 1 to the number of other images, {max(len(vectors) - 1, 0)}; got {k}.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return float(np.mean([share for rows in _blocks(len(units)) for share in _shares(units, names, rows, k)]))


def _blocks(length: int) -> Iterator[NDArray[np.intp]]:
    yield from (np.arange(start, min(start + _ROWS, length)) for start in range(0, length, _ROWS))


def _shares(units: NDArray[np.float32], names: NDArray[Any], rows: NDArray[np.intp], k: int) -> NDArray[np.float64]:
    """(rows,) share of the k nearest of each of these rows that have the same label."""
    similarity = units[rows] @ units.T  # (rows, n)
    similarity[np.arange(len(rows)), rows] = -np.inf  # an image is not its own neighbour
    nearest = np.argpartition(-similarity, k - 1, axis=1)[:, :k]  # (rows, k), in no order
    shares: NDArray[np.float64] = np.mean(names[nearest] == names[rows][:, None], axis=1)
    return shares

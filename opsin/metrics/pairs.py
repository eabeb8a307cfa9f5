"""Every embedding compared with every other: how alike genuine pairs are, and how alike impostors.

It is done in blocks, so that memory stays flat whatever their number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError

Floats = NDArray[np.float32]

NEVER = -1.0
"""The similarity of whatever was not found to anything: it is never the same."""
_ROWS = 512
"""Embeddings compared with all the others at a time."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """How alike two are, of all pairs or of some.

    Attributes:
        genuine: (g,) similarities of pairs of one person.
        impostors: (i,) similarities of pairs of two.
    """

    genuine: Floats
    impostors: Floats


@dataclass(frozen=True, eq=False)
class Passed:
    """How many pairs reach each of some thresholds.

    Attributes:
        thresholds: (t,) as they were asked for.
        genuine: (t,) how many pairs of one person are so alike.
        impostors: (t,) how many pairs of two are.
        num_genuine: how many pairs of one person there are.
        num_impostors: how many pairs of two.
    """

    thresholds: NDArray[np.float64]
    genuine: NDArray[np.int64]
    impostors: NDArray[np.int64]
    num_genuine: int
    num_impostors: int

    @property
    def tar(self) -> NDArray[np.float64]:
        """(t,) true-accept rates; NaN without genuine pairs."""
        return self.genuine / (self.num_genuine or np.nan)

    @property
    def far(self) -> NDArray[np.float64]:
        """(t,) false-accept rates; NaN without impostors."""
        return self.impostors / (self.num_impostors or np.nan)


def all_pairs(embeddings: ArrayLike, people: ArrayLike) -> Pairs:
    """The cosines of all n (n - 1) / 2 pairs: 4 bytes each, 11 MB for 2,320 photos. `count_pairs` keeps none.

    Args:
        embeddings: (n, d), of any length. One of length 0 stands for a face that was not found: all its pairs have the
            similarity -1, so that it counts as not accepted, and is not dropped.
        people: (n,) whose each is, text or whole numbers.

    Raises:
        InputError: when the shapes do not fit, or an embedding is not finite.

    >>> pairs = all_pairs([[1, 0], [2, 0], [0, 1]], ["ann", "ann", "bob"])
    >>> pairs.genuine.tolist(), pairs.impostors.tolist()
    ([1.0], [0.0, 0.0])
    """
    blocks = list(pair_blocks(embeddings, people))
    none = [np.zeros(0, np.float32)]
    return Pairs(
        np.concatenate(none + [each.genuine for each in blocks]),
        np.concatenate(none + [each.impostors for each in blocks]),
    )


def count_pairs(embeddings: ArrayLike, people: ArrayLike, thresholds: ArrayLike) -> Passed:
    """How many of all pairs reach each threshold, exactly; none of them is kept.

    Args:
        embeddings: (n, d), as in `all_pairs`.
        people: (n,) whose each is.
        thresholds: (t,) in any order.

    Raises:
        InputError: as `all_pairs`.

    >>> count_pairs([[1, 0], [2, 0], [0, 1]], ["ann", "ann", "bob"], [0.5, -0.5]).impostors.tolist()
    [0, 2]
    """
    asked = np.asarray(thresholds, np.float64).reshape(-1)
    reached = np.zeros((2, len(asked)), np.int64)
    totals = np.zeros(2, np.int64)
    for block in pair_blocks(embeddings, people):
        for row, similarities in enumerate((block.genuine, block.impostors)):
            reached[row] += _reaching(similarities, asked)
            totals[row] += len(similarities)
    return Passed(asked, reached[0], reached[1], int(totals[0]), int(totals[1]))


def pair_blocks(embeddings: ArrayLike, people: ArrayLike) -> Iterator[Pairs]:
    """The pairs, some rows of the table of all at a time; each pair once.

    Raises:
        InputError: as `all_pairs`.
    """
    units, is_found, persons = _checked(embeddings, people)
    for start in range(0, len(units), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(units)))
        # Those before `start` have met these rows already.
        similarities = (units[rows] @ units[start:].T).clip(-1, 1)  # (rows, n - start)
        similarities[~(is_found[rows, None] & is_found[start:])] = NEVER
        same = persons[rows, None] == persons[start:]
        is_new = rows[:, None] < np.arange(start, len(units))
        yield Pairs(similarities[is_new & same], similarities[is_new & ~same])


def _reaching(similarities: Floats, thresholds: NDArray[np.float64]) -> NDArray[np.intp]:
    """(t,) how many of n are at least each threshold."""
    ranked = np.sort(similarities).astype(np.float64)
    return len(ranked) - np.searchsorted(ranked, thresholds, side="left")


def _checked(embeddings: ArrayLike, people: ArrayLike) -> tuple[Floats, NDArray[np.bool_], NDArray[np.intp]]:
    """Embeddings (n, d) of length 1, which of them (n,) were found, and a number (n,) for each person."""
    vectors, names = np.asarray(embeddings, np.float32), np.asarray(people)
    if vectors.ndim != 2 or names.shape != vectors.shape[:1]:
        raise InputError(f"embeddings must be (n, d) and people (n,); got {vectors.shape} and {names.shape}.")
    if not np.isfinite(vectors).all():
        raise InputError("embeddings must be finite; got NaN or infinity.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    persons = np.unique(names, return_inverse=True)[1].astype(np.intp)
    return units, lengths[:, 0] > 0, persons

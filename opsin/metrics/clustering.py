"""How well things were brought together: pairwise and B-cubed precision, recall and F, from two arrays of labels.

Which labels stand for which does not matter, only what has the same one. Both are counted from the table of how many
things have each pair of labels, in a time that grows with the number of things only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """How two ways to sort the same things agree.

    Attributes:
        precision: of what was brought together, the share that belongs together, in 0..1.
        recall: of what belongs together, the share that was brought together, in 0..1.
    """

    precision: float
    recall: float

    @property
    def f(self) -> float:
        """Their harmonic mean, in 0..1."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def pairwise(truth: ArrayLike, found: ArrayLike, *, alone: int | str | None = None) -> Agreement:
    """Over all pairs of things: those in one cluster, and those that belong together.

    Where no pair was brought together, none was wrongly so: precision is 1. So is recall where none belongs together.

    Args:
        truth: (n,) what each thing is, text or whole numbers.
        found: (n,) the cluster that each was put into, text or whole numbers.
        alone: the label in `found` of what was put into no cluster ("unknown", -1): each is a cluster of its own.

    Raises:
        InputError: when the shapes do not fit.

    >>> pairwise(["ann", "ann", "bob", "bob"], [0, 0, 0, 1])
    Agreement(precision=0.3333333333333333, recall=0.5)
    """
    table = _counted(truth, found, alone)
    right = _pairs(table.counts)
    return Agreement(_share(right, _pairs(table.found)), _share(right, _pairs(table.truth)))


def b_cubed(truth: ArrayLike, found: ArrayLike, *, alone: int | str | None = None) -> Agreement:
    """The mean over all things of how pure the cluster of each is, and of how much of its kind is in there with it.

    Each thing counts once, where in `pairwise` large clusters weigh by the square of their size.

    Amigó et al., A comparison of extrinsic clustering evaluation metrics based on formal constraints, 2009,
    https://doi.org/10.1007/s10791-008-9066-8

    Args:
        truth: (n,) what each thing is, text or whole numbers.
        found: (n,) the cluster that each was put into, text or whole numbers.
        alone: the label in `found` of what was put into no cluster ("unknown", -1): each is a cluster of its own.

    Raises:
        InputError: when the shapes do not fit, or there is nothing.

    >>> b_cubed(["ann", "ann", "bob", "bob"], [0, 0, 0, 1]).recall
    0.75
    """
    table = _counted(truth, found, alone)
    num_things = int(table.counts.sum())
    if not num_things:
        raise InputError("B-cubed is a mean over things; there are none.")
    squares = table.counts.astype(np.float64) ** 2
    precision = float((squares / table.found[table.columns]).sum()) / num_things
    return Agreement(precision, float((squares / table.truth[table.rows]).sum()) / num_things)


@dataclass(frozen=True, eq=False)
class _Table:
    """How many things have each pair of labels that occurs.

    Attributes:
        rows: (k,) which true label.
        columns: (k,) which cluster.
        counts: (k,) how many things have both.
        truth: (labels,) how many things have each true label.
        found: (clusters,) how many things are in each cluster.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    counts: Counts
    truth: Counts
    found: Counts


def _counted(truth: ArrayLike, found: ArrayLike, alone: int | str | None) -> _Table:
    kinds, clusters = np.asarray(truth), np.asarray(found)
    if kinds.ndim != 1 or kinds.shape != clusters.shape:
        raise InputError(f"truth and found must both be (n,); got {kinds.shape} and {clusters.shape}.")
    rows, columns = _numbered(kinds), _apart(clusters, alone)
    width = int(columns.max(initial=-1)) + 1
    cells, counts = np.unique(rows * width + columns, return_counts=True)
    return _Table(*np.divmod(cells, max(width, 1)), counts, np.bincount(rows), np.bincount(columns))


def _numbered(labels: NDArray[Any]) -> NDArray[np.intp]:
    """(n,) numbers from 0 in the place of labels."""
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def _apart(clusters: NDArray[Any], alone: int | str | None) -> NDArray[np.intp]:
    """(n,) numbers in the place of clusters; each thing whose label is `alone` gets a number of its own."""
    columns = _numbered(clusters)
    is_alone = np.zeros(len(clusters), bool) if alone is None else clusters == alone
    columns[is_alone] = len(clusters) + np.arange(np.count_nonzero(is_alone))
    return _numbered(columns)


def _pairs(counts: Counts) -> int:
    """Pairs within groups of these sizes."""
    return int((counts * (counts - 1) // 2).sum())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0

"""Clusters of faces under constraints: the mathematics of sorting by people.

Average linkage: the two clusters whose faces are, on average over all pairs, most alike are joined, again and again.
For embeddings of length 1 that average is the product of the two means, so that no table of all pairs is kept. Some
clusters may not be joined, which is as if they were infinitely unlike (Davidson and Ravi, Agglomerative Hierarchical
Clustering with Constraints, 2005, https://doi.org/10.1007/11564126_11). Under average linkage a joined cluster is
never more like a third than the liker of its parts was; therefore all clusters that are most alike to each other can
be joined at once, and the result is the same (Murtagh, A Survey of Recent Advances in Hierarchical Clustering
Algorithms, 1983, https://doi.org/10.1093/comjnl/26.4.354).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Labels = NDArray[np.intp]

ROWS = 256
"""Clusters whose likeness to all others is in memory at once: 50 megabytes for 50,000 of them."""


@dataclass(frozen=True, eq=False)
class Groups:
    """What is to be joined.

    Attributes:
        means: (m, d) of the embeddings of each group.
        sizes: (m,) how many faces it has.
        apart: (p, 2) groups that may not be joined.
        is_closed: (m,) groups of which no two are joined: people that are known already.
    """

    means: NDArray[np.float32]
    sizes: NDArray[np.intp]
    apart: Labels
    is_closed: NDArray[np.bool_]


def linked(count: int, pairs: ArrayLike) -> Labels:
    """(count,) for each of so many things the first of those that it hangs together with.

    Args:
        count: of things.
        pairs: (p, 2) things that belong together.

    >>> linked(5, [[3, 4], [1, 3]]).tolist()
    [0, 1, 2, 1, 1]
    """
    first = list(range(count))

    def root(thing: int) -> int:
        while first[thing] != thing:
            first[thing] = first[first[thing]]
            thing = first[thing]
        return thing

    for one, other in np.asarray(pairs, np.intp).reshape(-1, 2).tolist():
        low, high = sorted((root(one), root(other)))
        first[high] = low
    return np.array([root(thing) for thing in range(count)], np.intp)


def grouped(embeddings: NDArray[np.float32], labels: Labels, apart: Labels, is_closed: NDArray[np.bool_]) -> Groups:
    """Groups of faces.

    Args:
        embeddings: (n, d) of length 1.
        labels: (n,) the group of each, 0 to m - 1.
        apart: (p, 2) faces that may not be in one group; those that are in one already are passed over.
        is_closed: (m,) as in `Groups`.
    """
    sizes = np.bincount(labels, minlength=len(is_closed))
    sums = np.zeros((len(sizes), embeddings.shape[1]), np.float64)
    np.add.at(sums, labels, embeddings)
    means = (sums / np.maximum(sizes, 1)[:, None]).astype(np.float32)
    return Groups(means, sizes, _both_ways(labels[apart.reshape(-1, 2)], len(sizes)), is_closed)


def join(groups: Groups, least: float) -> Labels:
    """(m,) for each group the first of those that it is joined with.

    Args:
        groups: what to begin with.
        least: the average similarity, -1..1, from which two clusters are joined.
    """
    means, sizes, is_closed = groups.means.copy(), groups.sizes.copy(), groups.is_closed.copy()
    into, apart = np.arange(len(sizes)), groups.apart
    best, alike = np.zeros(len(sizes), np.intp), np.full(len(sizes), -np.inf, np.float32)
    live = stale = into.copy()
    while len(live) > 1:
        now = Groups(means, sizes, apart, is_closed)
        best[stale], alike[stale] = _nearest(now, stale, live)
        # Whoever is unlike all others stays so: nobody comes nearer by being joined.
        live = live[(alike[live] >= least) & np.isfinite(alike[live])]
        if not len(live):
            break
        kept, gone = _mutual(live, best, alike)
        weights = sizes[kept] / (sizes[kept] + sizes[gone])
        means[kept] = means[kept] * weights[:, None] + means[gone] * (1 - weights)[:, None]
        sizes[kept] += sizes[gone]
        is_closed[kept] |= is_closed[gone]
        moved = np.arange(len(sizes))
        moved[gone] = kept
        into, apart = moved[into], _both_ways(moved[apart], len(moved))
        live = live[moved[live] == live]
        stale = live[np.isin(best[live], np.concatenate([kept, gone])) | np.isin(live, kept)]
    return linked(len(into), np.stack([np.arange(len(into)), into], axis=1))


def _nearest(groups: Groups, rows: Labels, live: Labels) -> tuple[Labels, NDArray[np.float32]]:
    """For each of some clusters the one, of all that are live, that is most like it and may be joined, and how alike.

    Where there is none, it is -inf alike.
    """
    place = np.full(len(groups.sizes), -1)
    place[live] = np.arange(len(live))
    best, alike = np.zeros(len(rows), np.intp), np.zeros(len(rows), np.float32)
    columns = groups.means[live]
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        table = groups.means[part] @ columns.T  # (r, c)
        table[np.arange(len(part)), place[part]] = -np.inf
        table[np.ix_(groups.is_closed[part], groups.is_closed[live])] = -np.inf
        _forbid(table, part, place, groups.apart)
        nearest = table.argmax(axis=1)
        best[start : start + ROWS] = live[nearest]
        alike[start : start + ROWS] = table[np.arange(len(part)), nearest]
    return best, alike


def _forbid(table: NDArray[np.float32], part: Labels, place: Labels, apart: Labels) -> None:
    """Marks in a table of likeness, whose rows are `part` in rising order, who may not be joined."""
    some = apart[np.searchsorted(apart[:, 0], part[0]) : np.searchsorted(apart[:, 0], part[-1], side="right")]
    row = np.minimum(np.searchsorted(part, some[:, 0]), len(part) - 1)
    column = place[some[:, 1]]
    counts = (part[row] == some[:, 0]) & (column >= 0)
    table[row[counts], column[counts]] = -np.inf


def _mutual(live: Labels, best: Labels, alike: NDArray[np.float32]) -> tuple[Labels, Labels]:
    """Clusters that are most alike to each other: the first and the second of each two."""
    is_first = (best[best[live]] == live) & (live < best[live])
    if is_first.any():
        return live[is_first], best[live[is_first]]
    # The same likeness, reckoned twice, may differ in its last digit, and then nobody is named by whom they name.
    one = live[alike[live].argmax()]
    low, high = sorted((int(one), int(best[one])))
    return np.array([low]), np.array([high])


def _both_ways(apart: Labels, count: int) -> Labels:
    """(p, 2) pairs of `count` things in both orders, each once, in rising order; none with itself."""
    one, other = apart[apart[:, 0] != apart[:, 1]].T
    # As one number each, since sorting rows is ten times slower.
    pairs = np.unique(np.concatenate([one * count + other, other * count + one]))
    return np.stack(np.divmod(pairs, max(count, 1)), axis=1)

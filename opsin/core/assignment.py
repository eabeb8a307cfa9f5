"""Who belongs to whom: as many pairs as can be made, at the lowest cost of all together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError

Pairs = NDArray[np.intp]
"""(k, 2) a row and a column each; the rows rise."""


def assignment(costs: ArrayLike) -> Pairs:
    """The pairs of rows and columns whose costs add up to the least, each row and column in one pair at most.

    Args:
        costs: (n, m) of each row with each column; finite. There are min(n, m) pairs.

    Raises:
        InputError: for anything but a table of finite numbers.

    Kuhn, The Hungarian method for the assignment problem, 1955, https://doi.org/10.1002/nav.3800020109; here by
    shortest paths, as in Jonker and Volgenant, 1987, https://doi.org/10.1007/BF02278710. n² m steps.

    >>> assignment([[1, 2], [2, 9]]).tolist()
    [[0, 1], [1, 0]]
    """
    table = np.asarray(costs, np.float64)
    if table.ndim != 2 or not np.isfinite(table).all():
        raise InputError(f"Costs must be a table (n, m) of finite numbers; got the shape {table.shape}.")
    if table.shape[0] > table.shape[1]:
        turned = assignment(table.T)[:, ::-1]
        return turned[np.argsort(turned[:, 0])]
    columns = _columns(table)
    return np.stack([np.arange(len(table)), columns], axis=1)


def _columns(table: NDArray[Any]) -> Pairs:
    """(n,) the column of each row, of a table that is not higher than wide."""
    rows, columns = table.shape
    # One column more, the last: where the row that is being placed stands before it has one.
    owner = np.full(columns + 1, -1, np.intp)
    of_row, of_column = np.zeros(rows), np.zeros(columns + 1)
    for row in range(rows):
        owner[columns] = row
        _place(table, owner, of_row, of_column)
    placed = np.empty(rows, np.intp)
    is_owned = owner[:columns] >= 0
    placed[owner[:columns][is_owned]] = np.flatnonzero(is_owned)
    return placed


def _place(table: NDArray[Any], owner: Pairs, of_row: NDArray[Any], of_column: NDArray[Any]) -> None:
    """Gives one more row a column, along the cheapest path of rows that move to another one."""
    columns = table.shape[1]
    cheapest, came_from = np.full(columns, np.inf), np.full(columns, columns)
    is_done = np.zeros(columns + 1, bool)
    at = columns
    while owner[at] >= 0:
        is_done[at] = True
        row = owner[at]
        cost = table[row] - of_row[row] - of_column[:columns]
        is_better = ~is_done[:columns] & (cost < cheapest)
        cheapest[is_better], came_from[is_better] = cost[is_better], at
        at = int(np.where(is_done[:columns], np.inf, cheapest).argmin())
        step = cheapest[at]
        of_row[owner[is_done]] += step
        of_column[is_done] -= step
        cheapest[~is_done[:columns]] -= step
    while at != columns:
        before = came_from[at]
        owner[at] = owner[before]
        at = int(before)

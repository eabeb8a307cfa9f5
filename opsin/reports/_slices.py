"""Pictures told apart by what else is known of them: by the values of a column, or by thirds of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UnknownNameError
from opsin.data.dataset import Dataset
from opsin.reports._report import Answers

Slices = dict[str, NDArray[np.bool_]]
"""(n,) which pictures belong to each, by its name; each picture belongs to one."""

SIZE = "size"
MOST = 30
"""Values of a column that have a slice of their own; the rarer ones share one."""

FEW = 10
"""Numbers up to so many different ones are values; more are cut into thirds."""


def check_slices(data: Dataset, columns: Sequence[str]) -> None:
    """Looks whether the data can be told apart by these columns.

    Raises:
        UnknownNameError: when it has no such column.
    """
    for name in columns:
        if name not in data.columns and name != SIZE:
            raise UnknownNameError(f"column of {data.name}", name, [*data.columns, SIZE])


def slices_by(answers: Answers, columns: Sequence[str]) -> dict[str, Slices]:
    """The slices by each column, and by "size" where the pictures are not all of one.

    Raises:
        UnknownNameError: when the data has no such column.
    """
    check_slices(answers.data, columns)
    known = answers.data.columns
    areas = answers.sizes.prod(axis=1)
    has_sizes = len(np.unique(areas)) > 1 or SIZE in columns
    by_size = {SIZE: _by_size(areas)} if has_sizes else {}
    return {name: _by_value(known[name]) for name in columns if name in known} | by_size


def _by_value(column: NDArray[Any]) -> Slices:
    if column.dtype.kind in "iuf" and len(np.unique(column)) > FEW:
        return thirds(column.astype(np.float64), lambda number: f"{number:.4g}")
    words = np.array([str(value) for value in column])
    values, counts = np.unique(words, return_counts=True)
    if len(values) > MOST:
        values = np.sort(values[np.argsort(-counts, kind="stable")[: MOST - 1]])
    found = {str(value) or "(none)": np.asarray(words == value) for value in values}
    rest = ~np.isin(words, values)
    return found | ({f"({len(np.unique(words[rest]))} others)": rest} if rest.any() else {})


def _by_size(areas: NDArray[Any]) -> Slices:
    """Thirds by the number of pixels, named by the side of a square with as many."""
    return thirds(np.sqrt(areas), lambda side: f"{side:.0f}", " pixels a side")


def thirds(numbers: NDArray[np.float64], spoken: Callable[[float], str], unit: str = "") -> Slices:
    """Three slices of about as many pictures, from the lowest; equal numbers lie in one. What is no number is apart."""
    known = ~np.isnan(numbers)
    cuts = np.quantile(numbers[known], [1 / 3, 2 / 3], method="lower") if known.any() else np.zeros(2)
    third = np.searchsorted(cuts, numbers, side="left")
    found = {}
    for index in range(3):
        inside = (third == index) & known
        if inside.any():
            ends = dict.fromkeys(spoken(end) for end in (numbers[inside].min(), numbers[inside].max()))
            found[" to ".join(ends) + unit] = inside
    return found | ({"(none)": ~known} if not known.all() else {})

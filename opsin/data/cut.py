"""The parts that a dataset lacks, cut from what may be learned from; what belongs together stays on one side."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError
from opsin.data.dataset import Dataset
from opsin.data.files import Files, Zipped
from opsin.data.hashed import hashed
from opsin.data.near import alike, groups
from opsin.data.split import Lots, Split, dealt
from opsin.media.limits import spoken
from opsin.store.progress import Progress, silent

logger = logging.getLogger("opsin")


def cut(data: Dataset, shares: Split, seed: int, is_near_kept: bool, progress: Progress | None) -> Dataset:
    """The dataset with the parts that it lacks, cut from what may be learned from.

    Args:
        data: "" and "train" are the parts that may be cut from.
        shares: of train, validation and test.
        seed: another one, another split.
        is_near_kept: whether near duplicates, among files, stay on one side.
        progress: is told how far the search for them is.

    Raises:
        DataError: when a class has too few pictures for that, or none to learn from. Where pictures show several
            classes, the log says it, and it is no error.
    """
    missing = {
        part: share
        for part, share in zip(("validation", "test"), shares[1:], strict=True)
        if share and part not in data.parts
    }
    pool = np.flatnonzero(np.isin(data.parts, ("", "train")))
    if shares[0] == 0:
        return dataclasses.replace(data, parts=_all_in(data.parts, pool, missing))
    together = _together(data, pool, is_near_kept and bool(missing), progress or silent)
    lots = _lots(data, pool, together)
    parts = data.parts.astype("U10")
    parts[pool] = dealt(lots, missing, seed)
    found = dataclasses.replace(data, parts=parts, columns=_with_groups(data, pool, together))
    _tell_unlearned(found)
    return found


def _lots(data: Dataset, pool: NDArray[np.intp], together: NDArray[np.intp]) -> Lots:
    names = [data.pictures.name(index) for index in pool.tolist()]
    shown = [data.shown(index) for index in pool.tolist()]
    return Lots(names, shown, data.labels, together, has_one_each=data.task == "classification")


def _all_in(parts: NDArray[np.str_], pool: NDArray[np.intp], missing: Mapping[str, float]) -> NDArray[np.str_]:
    """The parts, with the whole pool in the one that is missing, if one is."""
    parts = parts.astype("U10")
    for part in missing:
        parts[pool] = part
    return parts


def _together(data: Dataset, pool: NDArray[np.intp], is_near_kept: bool, progress: Progress) -> NDArray[np.intp]:
    """(n,) pictures of the pool with one number stay together: those of one group, and near duplicates."""
    pairs = [_group_pairs(data.columns["group"][pool])] if "group" in data.columns else []
    # Pictures in memory are those of a built-in set, or somebody's own, who knows them.
    if is_near_kept and isinstance(data.pictures, Files | Zipped):
        pairs.append(_pairs(alike(hashed(data.pictures.take(pool), progress))))
    return groups(len(pool), np.concatenate([np.empty((0, 2), np.intp), *pairs]))


def _group_pairs(column: NDArray[Any]) -> NDArray[np.intp]:
    """Each picture of a group with the first of it. An empty name is no group."""
    first: dict[str, int] = {}
    names = [str(name) for name in column]
    return _pairs(np.array([first.setdefault(name, at) if name else at for at, name in enumerate(names)], np.intp))


def _pairs(firsts: NDArray[np.intp]) -> NDArray[np.intp]:
    """(m, 2) each picture that is not the first of its kind, with the first."""
    others = np.flatnonzero(firsts != np.arange(len(firsts)))
    return np.stack([firsts[others], others], axis=1)


def _with_groups(data: Dataset, pool: NDArray[np.intp], together: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """The columns, and for near duplicates their groups, where nobody has named any."""
    is_shared = np.bincount(together, minlength=len(together))[together] > 1
    if "group" in data.columns or not is_shared.any():
        return dict(data.columns)
    column = np.full(len(data), "", object)
    for index, group in zip(pool[is_shared], together[is_shared], strict=True):
        column[index] = f"like {data.pictures.name(pool[group])}"
    return {**data.columns, "group": column.astype(np.str_)}


def _tell_unlearned(data: Dataset) -> None:
    """Refuses a class that no picture to learn from shows; or says it, where pictures show several classes."""
    learned, numbers = data.take(np.flatnonzero(data.parts == "train")).counts(), data.counts()
    unlearned = [label for label in data.labels if numbers[label] and not learned[label]]
    if not unlearned:
        return
    parts = " and ".join(sorted({*map(str, data.parts)} - {"train"}))
    if data.task == "classification":
        number = data.labels.index(unlearned[0])
        parts = " and ".join(sorted({str(part) for part in data.parts[data.truth == number]}))
        raise DataError(
            f"{spoken(data.name)}: {unlearned[0]!r} is in {parts} only, so it could never be "
            "learned. Move some of its pictures to train, or take the class out."
        )
    told = ", ".join(map(spoken, unlearned[:8])) + (f" and {len(unlearned) - 8} more" if len(unlearned) > 8 else "")
    logger.warning("%s: in %s only, so they cannot be learned: %s.", spoken(data.name), parts, told)

"""Pictures dealt out to parts: each class in the same shares, what belongs together on one side, the same every time.

The order in which pictures were listed decides nothing: each draws its lot from the seed and its own name.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, OptionError
from opsin.data.dataset import PARTS
from opsin.media.limits import spoken

logger = logging.getLogger("opsin")

_NAMED = 8
"""Classes that one message names at most."""

Split = tuple[float, float, float]
"""Shares of train, validation and test."""


def check_split(split: Sequence[float]) -> Split:
    """The shares, when they are such.

    Raises:
        OptionError: unless they are three, none below 0, together 1, and the first above 0 where two others are.

    >>> check_split([0.8, 0.1, 0.1])
    (0.8, 0.1, 0.1)
    """
    shares = tuple(float(share) for share in split) or (-1.0,)
    # Without any to learn from, all of them judge, or all of them choose.
    has_train = shares[0] > 0 or max(shares) == 1
    if len(shares) != 3 or not min(shares) >= 0 or not has_train or not abs(sum(shares) - 1) <= 1e-6:
        raise OptionError(
            "split must be three shares, of train, validation and test, that add up to 1, such as 0.8 0.1 0.1; "
            f"got {' '.join(map(str, split))}."
        )
    return shares[0], shares[1], shares[2]


@dataclass(frozen=True, eq=False)
class Lots:
    """What is to be dealt out.

    Attributes:
        names: n names of pictures.
        shown: for each the numbers of the classes that it shows; a number that is there twice counts once.
        labels: the classes, for messages.
        groups: (n,) pictures with the same number stay together.
        has_one_each: whether each picture shows exactly one class, so that the shares of the classes are those of the
            whole. Where it is not so, a part takes no more than its share of the pictures, and what classes shall be
            in it is tried, the rarest first.
    """

    names: Sequence[str]
    shown: Sequence[NDArray[np.int64]]
    labels: Sequence[str]
    groups: NDArray[np.intp]
    has_one_each: bool = True

    def contents(self) -> list[set[int]]:
        """For each picture what is dealt out with it: its classes, and last, where that must be kept apart, itself."""
        itself = set() if self.has_one_each else {len(self.labels)}
        return [{*each.tolist(), *itself} for each in self.shown]

    def counts(self) -> NDArray[np.int64]:
        """How many pictures show each class; and last, where pictures show several, how many there are."""
        counts = np.zeros(len(self.labels) + (not self.has_one_each), np.int64)
        for content in self.contents():
            counts[list(content)] += 1
        return counts


def dealt(lots: Lots, shares: Mapping[str, float], seed: int) -> NDArray[np.str_]:
    """(n,) for each picture its part: one of `shares`, or else "train".

    Args:
        lots: what is dealt out.
        shares: of each part that is to be cut, in 0..1; the rest is "train".
        seed: another one, another split.

    A class that has too few groups for all parts stays in "train" first, and the log says so.

    Raises:
        DataError: when each picture shows one class, and a class has fewer pictures than there are parts.
    """
    if lots.has_one_each:
        _refuse_small(lots, shares)
    dealing = _Dealing(lots, shares, seed)
    for label in dealing.rarest_first():
        for part in shares:
            dealing.fill(part, label)
    dealing.warn()
    return np.array(["train", *shares])[dealing.part_of_group[dealing.group_of]]


def _refuse_small(lots: Lots, shares: Mapping[str, float]) -> None:
    counts = lots.counts()
    small = [number for number, count in enumerate(counts) if 0 < count <= len(shares)]
    if small and shares:
        told = ", ".join(f"{spoken(lots.labels[number])} ({counts[number]})" for number in small[:5])
        more = f" and {len(small) - 5} more" if len(small) > 5 else ""
        parts = ", ".join(part for part in PARTS if part == "train" or part in shares)
        raise DataError(
            f"These classes have too few pictures to be split into {parts}, which takes {len(shares) + 1} at least: "
            f"{told}{more}. Add pictures to them, or take them out."
        )


class _Dealing:
    """The state of one deal. Parts are numbered as in `shares`, from 1; 0 is train, where all lie to begin with."""

    def __init__(self, lots: Lots, shares: Mapping[str, float], seed: int) -> None:
        self._labels = lots.labels
        self._has_one_each = lots.has_one_each
        self._numbers = {part: number for number, part in enumerate(shares, start=1)}
        self.group_of, contents = _contents(lots, _keys(lots.names, seed))
        self._contents = contents
        self.part_of_group = np.zeros(len(contents), np.intp)
        counts = lots.counts()
        self._wanted = {part: _targets(counts, share) for part, share in shares.items()}
        self._has = {part: np.zeros(len(counts), np.int64) for part in shares}
        self._groups_of_label: list[list[int]] = [[] for _ in counts]
        for group, content in enumerate(contents):
            for label in content:
                self._groups_of_label[label].append(group)
        self._in_train = [len(groups) for groups in self._groups_of_label]

    def rarest_first(self) -> list[int]:
        """Numbers of classes: those with the fewest groups choose before the others."""
        return sorted(range(len(self._groups_of_label)), key=lambda label: (self._in_train[label], label))

    def fill(self, part: str, label: int) -> None:
        """Move groups with that class from train, until the part has its share of it."""
        waiting = [group for group in self._groups_of_label[label] if not self.part_of_group[group]]
        for group in waiting:
            if self._fits(group, part, [label] if self._has_one_each else [*self._contents[group]]):
                self._move(group, part)
        if label == len(self._labels):
            # The number of pictures is worth a few too many of a class.
            for group in waiting:
                if not self.part_of_group[group] and self._fits(group, part, [label]):
                    self._move(group, part)
        if self._wanted[part][label] and not self._has[part][label]:
            # Rather too many than none at all.
            for group in sorted(waiting, key=lambda group: self._contents[group][label]):
                if self._move(group, part):
                    return

    def _fits(self, group: int, part: str, labels: Sequence[int]) -> bool:
        """Whether the part would have no more than its share of these classes."""
        content, wanted, has = self._contents[group], self._wanted[part], self._has[part]
        return all(content[label] <= wanted[label] - has[label] for label in labels)

    def _move(self, group: int, part: str) -> bool:
        """Whether it could be moved: train keeps a group of every class, and no part takes more than its share."""
        content = self._contents[group]
        if not self._has_one_each and self._has[part][-1] + content[len(self._labels)] > self._wanted[part][-1]:
            return False
        if any(self._in_train[label] < 2 for label in content):
            return False
        self.part_of_group[group] = self._numbers[part]
        for label, count in content.items():
            self._in_train[label] -= 1
            self._has[part][label] += count
        return True

    def warn(self) -> None:
        """Say which classes a part has to do without."""
        why = "all of them look alike or belong to one group, and stay in one part"
        if not self._has_one_each:
            why = "too few pictures show them, or always the same group"
        for part, has in self._has.items():
            lacks = (has == 0) & (self._wanted[part] > 0)
            missing = [spoken(self._labels[label]) for label in np.flatnonzero(lacks[: len(self._labels)]).tolist()]
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            if missing:
                logger.warning("%s has no picture of %s%s: %s.", part, ", ".join(missing[:_NAMED]), more, why)


def _targets(counts: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """How many pictures of each class a part is to have: one at least of each class that there is."""
    return np.where(counts > 0, np.maximum(1, np.floor(counts * share + 0.5)), 0).astype(np.int64)


def _keys(names: Sequence[str], seed: int) -> list[bytes]:
    """The lot that each draws."""
    start = hashlib.sha256(f"{seed}\n".encode())
    keys = []
    for name in names:
        lot = start.copy()
        lot.update(name.encode(errors="surrogateescape"))
        keys.append(lot.digest())
    return keys


def _contents(lots: Lots, keys: Sequence[bytes]) -> tuple[NDArray[np.intp], list[dict[int, int]]]:
    """For each picture the number of its group, in the order of their lots; for each group its pictures by class."""
    numbers: dict[int, int] = {}
    group_of = np.zeros(len(keys), np.intp)
    contents: list[dict[int, int]] = []
    groups, shown = lots.groups.tolist(), lots.contents()
    for index in sorted(range(len(keys)), key=keys.__getitem__):
        number = numbers.setdefault(groups[index], len(numbers))
        if number == len(contents):
            contents.append({})
        for label in shown[index]:
            contents[number][label] = contents[number].get(label, 0) + 1
        group_of[index] = number
    return group_of, contents

"""Pictures that are there more than once: within a part, in two parts, or with two labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.data.checks.facts import Fact
from opsin.data.checks.problem import Problem
from opsin.data.dataset import Dataset
from opsin.data.near import groups, near_pairs

CANDIDATES = 8
"""Bits of 64 in which the hashes of near duplicates may differ. So many are needed to find pictures that lost a
border or were made brighter, and by hashes alone different garments on one floor would be found as well."""

ALIKE = 0.985
"""What the thumbnails of near duplicates correlate at least. Of 3,781 garments one pair reaches it, which is a true
one; of copies saved anew, shrunk to half or brightened, 97 of 100 and more; of those that lost a border of 2 %, 44."""

_BLOCK = 4096


def copies(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Pictures whose files are the same, byte by byte."""
    together = defaultdict(list)
    for index, fact in enumerate(facts):
        if not fact.error:
            together[fact.digest].append(index)
    yield from _told(data, together.values(), "")


def near_copies(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Pictures that look the same, though their files differ: saved anew, resized, brightened.

    Nothing is looked for in built-in sets: their tiny pictures look alike without being copies.
    """
    if data.source is None:
        return
    yield from _told(data, _alike(facts), "near_")


def _told(data: Dataset, found: Iterable[Sequence[int]], near: str) -> Iterator[Problem]:
    """Each group as what is wrong with it: a leak, two labels, or just too many."""
    for together in found:
        if len(together) < 2:
            continue
        parts = sorted({str(data.parts[index]) for index in together})
        labels = _labels(data, together, near)
        pictures, weight = tuple(together), float(len(together))
        if len(parts) > 1:
            yield Problem(kind=f"{near}leak", said=f"in {' and '.join(parts)}", pictures=pictures, weight=weight)
        if len(labels) > 1:
            # Boxes may differ where the things are the same.
            said = f"as {' and '.join(dict.fromkeys(labels))}"
            yield Problem(kind="conflict", said=said, pictures=pictures, weight=weight)
        if len(parts) == len(labels) == 1:
            said = f"{len(together)} times in {labels[0]}"
            yield Problem(kind=f"{near}duplicate", said=said, pictures=pictures, weight=weight)


def _labels(data: Dataset, together: Sequence[int], near: str) -> list[str]:
    """What the same picture is said to show, in as many ways as it is said."""
    if data.task == "classification":
        return sorted({data.labels[data.truth[index]] for index in together})
    if data.task == "captioning":
        # People say one thing in many ways.
        return [data.summary(together[0])]
    # Of another size, the same boxes have other corners: only what the file itself repeats can be held against it.
    said = {data.truth[index].digest(): data.summary(index) for index in together[: 1 if near else None]}
    return sorted(said.values())


def group_leaks(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Groups, by the column of that name, that lie in more than one part."""
    members = defaultdict(list)
    for index, name in enumerate(data.columns.get("group", ())):
        if str(name):
            members[str(name)].append(index)
    for name, together in members.items():
        parts = sorted({str(data.parts[index]) for index in together})
        if len(parts) > 1:
            said = f"group {name} in {' and '.join(parts)}"
            yield Problem(kind="group_leak", said=said, pictures=tuple(together), weight=float(len(together)))


def _alike(facts: Sequence[Fact]) -> Iterator[list[int]]:
    """The pictures that look the same, one of each file, group by group."""
    firsts = {fact.digest: index for index, fact in reversed(list(enumerate(facts))) if not fact.error}
    chosen = np.array(sorted(firsts.values()), np.intp)
    pairs = near_pairs(np.array([facts[index].hash for index in chosen], np.uint64), CANDIDATES)
    thumbs = np.stack([facts[index].thumb for index in chosen]) if len(chosen) else np.zeros((0, 1, 1, 3), np.uint8)
    together = groups(len(chosen), pairs[_correlations(thumbs, pairs) >= ALIKE])
    for group in np.flatnonzero(np.bincount(together, minlength=1) > 1):
        yield chosen[together == group].tolist()


def _correlations(thumbs: NDArray[np.uint8], pairs: NDArray[np.intp]) -> NDArray[np.float32]:
    """(m,) in -1..1 of the two thumbnails (h, w, 3) of each pair; brightness plays no role, colours do."""
    found = [np.empty(0, np.float32)]
    for start in range(0, len(pairs), _BLOCK):
        left, right = (_centred(thumbs[side]) for side in pairs[start : start + _BLOCK].T)
        lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        found.append((left * right).sum(axis=1) / np.maximum(lengths, 1e-6))
    return np.concatenate(found)


def _centred(thumbs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(m, h, w, 3) -> (m, h * w * 3), each colour around its own mean."""
    centred: NDArray[np.float32] = thumbs - thumbs.mean(axis=(1, 2), keepdims=True, dtype=np.float32)
    return centred.reshape(len(thumbs), -1)

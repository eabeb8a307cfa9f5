"""Pictures as a network takes them while it learns: all in memory where they fit, else read batch by batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, ImageError
from opsin.core.image import Size
from opsin.core.placement import Placement, stretched
from opsin.data.dataset import Arrays, Dataset, Pictures
from opsin.engine.features import seen
from opsin.engine.stream import cores, in_order
from opsin.media.fitting import fitted, fitted_planes, with_channels
from opsin.models import Mover, Practice, Sight
from opsin.nn.backend import keras
from opsin.store.progress import Progress, silent

MEMORY_SHARE = 0.25
"""Of the machine's memory, what the pictures may take; Keras holds them a second time while an epoch runs."""


@dataclass(frozen=True)
class Reading:
    """How pictures become pixels: as `opsin.media.fitting.fitted` says.

    Attributes:
        size: (height, width) of the network's input.
        channels: of it.
        fit: the way.
        white: the number that becomes 255, of pictures that are read as they are written; None of others.
        sight: what looks at pictures first, so that its features are what is read; None where pixels are.
    """

    size: Size
    channels: int
    fit: str
    white: float | None = None
    sight: Sight | None = None

    def __call__(self, pictures: Pictures, index: int) -> tuple[NDArray[Any], Placement]:
        """(h, w, channels) uint8, float32 where `white` is given, or float16 features; where the picture sits in it.

        Raises:
            ImageError: when it cannot be read, or has other channels.
        """
        if self.sight is not None:
            return seen(self.sight, pictures, index), stretched(self.size, self.size)
        if self.white is None:
            return fitted(pictures[index], self.size, self.channels, self.fit)
        planes = with_channels(pictures.planes(index), self.channels, pictures.name(index))
        return fitted_planes(planes, self.size, self.fit, self.white)

    @property
    def numbers(self) -> type[np.generic]:
        """What a pixel is made of."""
        if self.sight is not None:
            return np.float16
        return np.uint8 if self.white is None else np.float32

    @property
    def bytes_each(self) -> int:
        """What one picture takes."""
        return self.size[0] * self.size[1] * self.channels * np.dtype(self.numbers).itemsize


Encode = Callable[[NDArray[Any], Sequence[Placement], int], NDArray[Any]]
"""Truth (n,), where the pictures sit in the network's input, how many labels there are -> targets (n, …)."""


@dataclass(frozen=True, eq=False)
class Feed:
    """Pictures and what the network should say about them.

    Attributes:
        data: the pictures that can be read.
        encode: truth and placements -> what should be said, a row each.
        placements: where each picture sits in the network's input.
        targets: (n, …) those rows, when all fit into memory; else None.
        reading: how pictures become pixels.
        pixels: (n, h, w, c) uint8 when all fit into memory; else None.
        unreadable: what is wrong with each picture that was left out.
        mover: how pictures are changed while the network learns, where the targets must follow.
        practice: makes the targets of what the network says itself; None where they are what is true.
    """

    data: Dataset
    encode: Encode
    placements: Sequence[Placement]
    targets: NDArray[Any] | None
    reading: Reading
    pixels: NDArray[Any] | None
    unreadable: tuple[str, ...] = field(default=())
    mover: Mover | None = None
    practice: Practice | None = None

    def __len__(self) -> int:
        return len(self.data)

    def epoch(self, batch_size: int, order: NDArray[np.intp], seeds: Sequence[int] = ()) -> dict[str, Any]:
        """Arguments of Keras's `fit` for one time through, in that order; changed at random as the seeds say."""
        # Features of all pictures fill much of the memory: a copy in another order has no room beside them.
        is_light = self.reading.sight is None
        if self.pixels is not None and self.targets is not None and self.mover is None and is_light:
            return {"x": self.pixels[order], "y": self.targets[order], "batch_size": batch_size, "shuffle": False}
        return {"x": _streaming(self, batch_size, order, seeds), "shuffle": False}

    def changed(self, indices: NDArray[np.intp], seeds: Sequence[int]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Some of the pictures and their targets, as the network sees them while it learns."""
        if self.practice is not None:
            read = self.read(indices)
            return read, self.practice(read, self.rows(indices), np.random.default_rng([*seeds, int(indices[0])]))
        if self.mover is None:
            return self.read(indices), self.rows(indices)
        some = [self.mover(self._one, index, len(self), np.random.default_rng([*seeds, index])) for index in indices]
        return np.stack([pixels for pixels, _ in some]), np.stack([row for _, row in some])

    def _one(self, index: int) -> tuple[NDArray[Any], NDArray[Any]]:
        only = np.array([index])
        return self.read(only)[0], self.rows(only)[0]

    def batches(self, batch_size: int) -> Iterator[NDArray[Any]]:
        """The pictures in their order, as (n, h, w, c) uint8."""
        for start in range(0, len(self), batch_size):
            yield self.read(np.arange(start, min(start + batch_size, len(self))))

    def read(self, indices: NDArray[np.intp]) -> NDArray[Any]:
        """(n, h, w, c) uint8 of some of them."""
        if self.pixels is not None:
            return self.pixels[indices]
        return np.stack([self.reading(self.data.pictures, int(index))[0] for index in indices])

    def rows(self, indices: NDArray[np.intp]) -> NDArray[Any]:
        """(n, …) what should be said of some of them."""
        if self.targets is not None:
            return self.targets[indices]
        places = [self.placements[index] for index in indices]
        return self.encode(self.data.truth[indices], places, len(self.data.labels))


def feed(data: Dataset, encode: Encode, reading: Reading, progress: Progress = silent) -> Feed:
    """The pictures of `data`, each read once; those that cannot be read are left out.

    Raises:
        DataError: when none can be read.
    """
    if isinstance(data.pictures, Arrays) and data.pictures.pixels.shape[1:] == (*reading.size, reading.channels):
        whole = [stretched(reading.size, reading.size)] * len(data)
        return Feed(data, encode, whole, encode(data.truth, whole, len(data.labels)), reading, data.pictures.pixels)
    fits = len(data) * reading.bytes_each <= memory_bytes() * MEMORY_SHARE
    pixels = np.empty((len(data) if fits else 0, *reading.size, reading.channels), reading.numbers)
    kept: list[int] = []
    placements: list[Placement] = []
    unreadable: list[str] = []
    for index, read in enumerate(_readings(data, reading)):
        if isinstance(read, ImageError):
            unreadable.append(str(read))  # which names the picture
            continue
        if fits:
            pixels[len(kept)] = read[0]
        kept.append(index)
        placements.append(read[1])
        progress("reading pictures", index + 1, len(data))
    if not kept:
        raise DataError(f"None of the {len(data)} pictures of {data.name} can be read. The first: {unreadable[0]}")
    found = data.take(kept)
    targets = _targets(found, encode, placements)
    return Feed(found, encode, placements, targets, reading, pixels[: len(kept)] if fits else None, tuple(unreadable))


def _targets(data: Dataset, encode: Encode, placements: Sequence[Placement]) -> NDArray[Any] | None:
    """All rows; None where they would fill the memory: maps do, as the pictures themselves."""
    labels = len(data.labels)
    first = encode(data.truth[:1], placements[:1], labels)
    is_too_much = first.nbytes * len(data) > memory_bytes() * MEMORY_SHARE
    return None if is_too_much else encode(data.truth, placements, labels)


def memory_bytes() -> int:
    """What the machine has."""
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 8 * 2**30  # Windows: what most have, and no package is asked for it


def _readings(data: Dataset, reading: Reading) -> Iterator[tuple[NDArray[Any], Placement] | ImageError]:
    """The pixels of each picture, or why there are none; read on all cores, given back in order."""

    def read(index: int) -> tuple[NDArray[Any], Placement] | ImageError:
        try:
            return reading(data.pictures, index)
        except ImageError as error:
            return error

    yield from in_order(read, range(len(data)), cores())


def _streaming(source: Feed, batch_size: int, order: NDArray[np.intp], seeds: Sequence[int]) -> Any:
    """A Keras dataset that reads its batches while the network learns."""

    class Batches(keras().utils.PyDataset):  # type: ignore[misc]  # Keras is untyped
        def __len__(self) -> int:
            return -(-len(order) // batch_size)

        def __getitem__(self, step: int) -> tuple[NDArray[Any], NDArray[Any]]:
            chosen: NDArray[np.intp] = order[step * batch_size : (step + 1) * batch_size]
            return source.changed(chosen, seeds)

    # What the network says now is asked in its own time: not while it learns from the batch before.
    workers = cores() if source.practice is None else 1
    return Batches(workers=workers, use_multiprocessing=False, max_queue_size=2 * workers)


def shuffled(count: int, seed: int, epoch: int) -> NDArray[np.intp]:
    """An order of `count` pictures that depends on the seed and the epoch alone, so that a run can go on from any."""
    return np.random.default_rng([seed, epoch]).permutation(count)


def class_weights(truth: Sequence[int] | NDArray[Any], labels: int, wanted: str) -> dict[int, float] | None:
    """For each class, what a picture of it counts: n / (labels x its pictures), so that all classes weigh the same.

    Args:
        truth: (n,) class numbers.
        labels: how many classes there are.
        wanted: "yes", "no", or "auto", which means yes when the largest class is 3 times the smallest or more.

    >>> class_weights([0, 0, 0, 1], 2, "auto")
    {0: 0.6666666666666666, 1: 2.0}
    """
    counts = np.maximum(np.bincount(np.asarray(truth), minlength=labels), 1)
    if wanted == "no" or (wanted == "auto" and counts.max() < 3 * counts.min()):
        return None
    return {index: float(len(truth) / (labels * count)) for index, count in enumerate(counts)}

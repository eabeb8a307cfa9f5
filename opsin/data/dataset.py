"""Labelled pictures, whatever they came from: arrays in memory, or files that are read when they are asked for."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, UnknownNameError
from opsin.core.image import Image, Planes

PARTS = ("train", "validation", "test")
"""What pictures are for: to learn from, to choose by, to be judged by (once)."""


class Pictures(Protocol):
    """A sequence of pictures; each is read when it is asked for."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, index: int) -> Image:
        """(h, w, 3) or (h, w, 1) uint8, upright.

        Raises:
            ImageError: when it cannot be read.
        """
        ...

    def planes(self, index: int) -> Planes:
        """(h, w, c) uint8 or uint16, every number as it is written.

        Raises:
            ImageError: when it cannot be read.
        """
        ...

    def name(self, index: int) -> str:
        """What a person calls it: its path inside the data, or its number."""
        ...

    def digest(self, index: int) -> bytes:
        """SHA-256 of what it is made of: the file's bytes, or the pixels."""
        ...

    def take(self, indices: NDArray[np.intp]) -> Pictures:
        """Some of them, in that order."""
        ...


class Truth(Protocol):
    """What is true of one picture, where the number of a class does not say it all: `Things` is one.

    Attributes:
        task: that it is the truth for, as "detection".
    """

    task: ClassVar[str]

    @property
    def numbers(self) -> NDArray[np.int64]:
        """(m,) the class numbers that the picture shows, one for each thing."""
        ...

    def digest(self) -> bytes:
        """SHA-256 of all that is said."""
        ...


@dataclass(frozen=True, eq=False)
class Arrays:
    """Pictures in memory.

    Attributes:
        pixels: (n, h, w, 1 or 3) uint8.
        numbers: (n,) the number of each in the set that it comes from.
    """

    pixels: NDArray[np.uint8]
    numbers: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> Image:
        image: Image = self.pixels[index]
        return image

    def planes(self, index: int) -> Planes:
        """The same: pictures in memory have 8 bits."""
        return self[index]

    def name(self, index: int) -> str:
        """Its number in the set."""
        return str(self.numbers[index])

    def digest(self, index: int) -> bytes:
        """SHA-256 of its pixels."""
        return hashlib.sha256(np.ascontiguousarray(self.pixels[index]).data).digest()

    def take(self, indices: NDArray[np.intp]) -> Arrays:
        """Some of them, in that order."""
        return Arrays(self.pixels[indices], self.numbers[indices])


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Labelled pictures.

    Attributes:
        name: of the set, or of the folder or table that it was read from.
        labels: the classes, in the order of their numbers.
        pictures: n pictures.
        truth: (n,) int64, for each the number of its class; or (n,) objects that are each a `Truth`, as `Things` are.
        parts: (n,) for each, one of "train", "validation", "test"; "" when it has not been split.
        columns: what else is known of each, by name: (n,) each. "group" holds what must stay on one side of a split.
        ink: whether the pictures are single characters, light on dark, as in MNIST.
        source: the folder or file that it was read from; None for a set that is built in.

    Raises:
        InputError: when the columns are not of one length, or a class number is out of range.
    """

    name: str
    labels: tuple[str, ...]
    pictures: Pictures
    truth: NDArray[Any]
    parts: NDArray[np.str_]
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    ink: bool = False
    source: Path | None = None

    def __post_init__(self) -> None:
        lengths = {"pictures": len(self.pictures), "truth": len(self.truth), "parts": len(self.parts)}
        lengths |= {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise InputError(f"Each picture needs one of everything; got {lengths}.")
        low, high = _range(self.truth)
        if low < 0 or high >= len(self.labels):
            raise InputError(f"Class numbers must be 0 to {len(self.labels) - 1}; got {low} to {high}.")

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def task(self) -> str:
        """What can be learned: "classification" where each picture is of one class, else what the truth says."""
        # Of no pictures nobody can say; boxes are what is most often looked for.
        kinds = (str(each.task) for each in self.truth)
        return next(kinds, "detection") if self.truth.dtype == object else "classification"

    def shown(self, index: int) -> NDArray[np.int64]:
        """(m,) the class numbers that a picture shows, one for each thing; of its one class, where it has just one."""
        numbers: NDArray[np.int64] = self.truth[index].numbers if self.truth.dtype == object else self.truth[[index]]
        return numbers

    def summary(self, index: int) -> str:
        """What a picture shows, in words: its class or its classes, or the things with their numbers, as "2 × dog".

        Where there are captions, it is the first.
        """
        if self.truth.dtype != object:
            return self.labels[int(self.truth[index])]
        if self.task == "captioning":
            return str(self.truth[index].texts[0])
        found = Counter(self.labels[number] for number in self.shown(index))
        if self.task == "segmentation":
            return ", ".join(found) or "nothing"
        return ", ".join(f"{count} × {label}" for label, count in found.most_common()) or "nothing"

    def part(self, name: str) -> Dataset:
        """Its pictures of one part, in their order.

        Raises:
            UnknownNameError: when no picture belongs to it.
        """
        if name not in self.parts:
            raise UnknownNameError(f"part of {self.name}", name, sorted({str(part) for part in self.parts}))
        return self.take(np.flatnonzero(self.parts == name))

    def take(self, indices: Sequence[int] | NDArray[np.intp]) -> Dataset:
        """Some of its pictures, in that order."""
        chosen = np.asarray(indices, np.intp)
        return dataclasses.replace(
            self,
            pictures=self.pictures.take(chosen),
            truth=self.truth[chosen],
            parts=self.parts[chosen],
            columns={name: column[chosen] for name, column in self.columns.items()},
        )

    def counts(self) -> dict[str, int]:
        """How many pictures show each class, or how many things, where they are boxed; in the order of the classes."""
        found = np.bincount(_numbers(self.truth), minlength=len(self.labels))
        return dict(zip(self.labels, map(int, found), strict=True))

    def digest(self) -> str:
        """64 hexadecimal digits that change with any picture, truth or part; the order does not matter."""
        lines = sorted(self._lines())
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    def _lines(self) -> Iterator[bytes]:
        if self.truth.dtype == object:
            # What is said of a picture has numbers of classes, not names.
            yield json.dumps(self.labels).encode()
        for index in range(len(self)):
            facts = f" {self._said(index)} {self.parts[index]}"
            yield self.pictures.digest(index).hex().encode() + facts.encode()

    def _said(self, index: int) -> str:
        truth = self.truth[index]
        return str(truth.digest().hex()) if self.truth.dtype == object else self.labels[truth]


def _numbers(truth: NDArray[Any]) -> NDArray[np.int64]:
    """(m,) all class numbers in it."""
    if truth.dtype != object:
        return truth
    return np.concatenate([np.empty(0, np.int64), *(each.numbers for each in truth)])


def _range(truth: NDArray[Any]) -> tuple[int, int]:
    """The lowest and the highest class number; 0 and -1 where there is none."""
    numbers = _numbers(truth)
    return (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, -1)

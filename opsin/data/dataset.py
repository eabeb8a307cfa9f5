"""Labelled pictures, whatever they came from: arrays in memory, or files that are read when they are asked for."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, UnknownNameError
from opsin.core.image import Image

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

    def name(self, index: int) -> str:
        """What a person calls it: its path inside the data, or its number."""
        ...

    def digest(self, index: int) -> bytes:
        """SHA-256 of what it is made of: the file's bytes, or the pixels."""
        ...

    def take(self, indices: NDArray[np.intp]) -> Pictures:
        """Some of them, in that order."""
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
        truth: (n,) for each, the number of its class.
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
    truth: NDArray[np.int64]
    parts: NDArray[np.str_]
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    ink: bool = False
    source: Path | None = None

    def __post_init__(self) -> None:
        lengths = {"pictures": len(self.pictures), "truth": len(self.truth), "parts": len(self.parts)}
        lengths |= {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise InputError(f"Each picture needs one of everything; got {lengths}.")
        if len(self) and (self.truth.min() < 0 or self.truth.max() >= len(self.labels)):
            raise InputError(
                f"Class numbers must be 0 to {len(self.labels) - 1}; got {self.truth.min()} to {self.truth.max()}."
            )

    def __len__(self) -> int:
        return len(self.truth)

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
        """How many pictures each class has, in the order of the classes."""
        found = np.bincount(self.truth, minlength=len(self.labels))
        return dict(zip(self.labels, map(int, found), strict=True))

    def digest(self) -> str:
        """64 hexadecimal digits that change with any picture, label or part; the order does not matter."""
        lines = sorted(self._lines())
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    def _lines(self) -> Iterator[bytes]:
        for index in range(len(self)):
            facts = f" {self.labels[self.truth[index]]} {self.parts[index]}"
            yield self.pictures.digest(index).hex().encode() + facts.encode()

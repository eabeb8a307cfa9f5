"""What a built-in set is, and the registry of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.core.registry import Registry
from opsin.store.progress import Progress


@dataclass(frozen=True, eq=False)
class Held:
    """The pictures of a set, in its own order.

    Attributes:
        pixels: (n, h, w, 1 or 3) uint8.
        truth: (n,) uint8, the number of each one's class.
        train: how many, from the first, are to learn from; the others are its test. All, where it has no test.
    """

    pixels: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    train: int

    def sha256(self) -> str:
        """64 hexadecimal digits of the pixels and, after them, the truth; the same whoever brought them."""
        digest = hashlib.sha256(np.ascontiguousarray(self.pixels).data)
        digest.update(np.ascontiguousarray(self.truth).data)
        return digest.hexdigest()


Way = Callable[[Path, Progress], Held]
"""One way to have a set: an existing folder for scratch, and who is told how far it is. Raises OpsinError."""


@dataclass(frozen=True, kw_only=True)
class BuiltIn:
    """A set of pictures that goes by a name.

    Attributes:
        name: as in `opsin data pull NAME`.
        summary: what it shows, in a few words.
        labels: its classes, in the order of their numbers.
        sha256: what `Held.sha256` must give; "" where a way to have it checks its bytes itself.
        ways: to have it, tried in that order.
        home: the page that describes it.
        ink: whether the pictures are single characters, light on dark.
    """

    name: str
    summary: str
    labels: tuple[str, ...]
    sha256: str
    ways: tuple[Way, ...]
    home: str
    ink: bool = False


SETS: Registry[BuiltIn] = Registry("data set", "opsin.data.sets")
"""Every built-in set, by name."""

"""What people say that a picture shows: the truth that a captioner learns from and is judged by."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError


@dataclass(frozen=True)
class Captions:
    """The captions of one picture.

    Attributes:
        texts: as people wrote them, in the order of the file, each on one line; at least one.

    Raises:
        InputError: when there is none, or one is empty.

    >>> Captions((" A dog  runs\\n fast. ",)).texts
    ('A dog runs fast.',)
    """

    texts: tuple[str, ...]

    task: ClassVar[str] = "captioning"

    def __post_init__(self) -> None:
        texts = tuple(" ".join(text.split()) for text in self.texts)
        if not texts or not all(texts):
            raise InputError(f"A picture must have captions, none of them empty; got {list(self.texts)!r:.80}.")
        object.__setattr__(self, "texts", texts)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """(0,) captions are of no class."""
        return np.empty(0, np.int64)

    def digest(self) -> bytes:
        """SHA-256 of all that is said."""
        return hashlib.sha256(json.dumps(self.texts).encode()).digest()

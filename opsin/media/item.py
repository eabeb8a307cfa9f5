"""One picture of a source, not read yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opsin.core.image import Image, Planes, Size

Reader = Callable[[Size | None], tuple[Image, Size]]
"""Reads the picture. Asked with a size (height, width), it may give a smaller image that is still at least so large,
which is much faster for a large JPEG; asked with None it gives every pixel. Answers the image and the whole picture's
(height, width). Raises ImageError."""


@dataclass(frozen=True)
class Item:
    """One picture, or one frame, of a source.

    Attributes:
        source: where it comes from, in words a person can follow back: a path, `archive.zip/inside.jpg`, an address.
        reader: reads it when it is needed, and not before.
        frame: its number in a video, from 0; None for a photograph.
        seconds: its time in a video; None for a photograph.
        rate: how many items of its video there are in a second of it; None for a photograph.
        planes_reader: reads every number as it is written, where a picture may have 16 bits or many channels.
    """

    source: str
    reader: Reader
    frame: int | None = None
    seconds: float | None = None
    rate: float | None = None
    planes_reader: Callable[[], Planes] | None = None

    def planes(self) -> Planes:
        """(h, w, c) uint8 or uint16, every number as it is written.

        Raises:
            ImageError: when it cannot be read.
        """
        return self.read()[0] if self.planes_reader is None else self.planes_reader()

    def read(self, at_least: Size | None = None) -> tuple[Image, Size]:
        """The image, and the (height, width) of the whole picture, upright.

        Raises:
            ImageError: when it cannot be read; the message names it.
        """
        return self.reader(at_least)

    def to_dict(self) -> dict[str, Any]:
        """Where it comes from, for JSON."""
        return {"source": self.source, "frame": self.frame, "seconds": self.seconds}

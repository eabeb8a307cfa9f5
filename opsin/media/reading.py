"""Items for single pictures, and for what turned out not to be readable."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NoReturn

from opsin.core.errors import ImageError
from opsin.core.image import Image, Planes, Size
from opsin.media.decode import decode
from opsin.media.item import Item
from opsin.media.limits import DEFAULT_LIMITS, Limits
from opsin.media.planes import decode_planes, has_planes


def picture(data: bytes | Path, name: str, limits: Limits) -> Item:
    """The item of one picture, in a file or in bytes; nothing is read yet."""
    return Item(name, partial(_decoded, data, name, limits), planes_reader=partial(read_planes, data, name, limits))


def ready(image: Image, name: str) -> Item:
    """The item of an image that is there already."""
    return Item(name, partial(_given, image))


def failing(name: str, message: str) -> Item:
    """An item that cannot be read: it takes its place among the others, and says why when it is read."""
    return Item(name, partial(_refused, message))


def _decoded(data: bytes | Path, name: str, limits: Limits, at_least: Size | None) -> tuple[Image, Size]:
    return decode(data, name=name, at_least=at_least, limits=limits)


def read_planes(data: bytes | Path, name: str, limits: Limits = DEFAULT_LIMITS) -> Planes:
    """(h, w, c) as it is written where it has 16 bits or many channels; else (h, w, 3) colours, upright.

    Raises:
        ImageError: when it cannot be read.
    """
    if has_planes(data, name=name, limits=limits):
        return decode_planes(data, name=name, limits=limits)
    return decode(data, name=name, limits=limits)[0]


def _given(image: Image, at_least: Size | None) -> tuple[Image, Size]:
    return image, (image.shape[0], image.shape[1])


def _refused(message: str, at_least: Size | None) -> NoReturn:
    raise ImageError(message)

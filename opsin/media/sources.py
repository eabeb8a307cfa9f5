"""Whatever may hold pictures, as an iterator of items: the one door."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, OptionError, SourceError
from opsin.core.image import Image, Size, check_image
from opsin.media.addresses import address_item, is_address
from opsin.media.archives import archive_items
from opsin.media.decode import image_from_pillow
from opsin.media.folders import folder_items, is_pattern, matching_files
from opsin.media.item import Item
from opsin.media.limits import DEFAULT_LIMITS, Limits, spoken
from opsin.media.planes import checked_planes
from opsin.media.reading import failing, picture
from opsin.media.sniff import ARCHIVE_KINDS, VIDEO_KINDS, kind_of_file
from opsin.media.video import camera_items, video_items

if TYPE_CHECKING:
    from PIL import Image as Pillow

Source: TypeAlias = Union[str, "os.PathLike[str]", bytes, int, NDArray[Any], "Pillow.Image", "Iterable[Source]"]
"""A path, pattern or address; a file's bytes; a camera's number; an array or a Pillow picture; or several of these."""


@dataclass(frozen=True)
class _Asked:
    limits: Limits
    every_seconds: float | None
    is_recursive: bool


def open_source(
    source: Source,
    *,
    limits: Limits = DEFAULT_LIMITS,
    every_seconds: float | None = None,
    is_recursive: bool = True,
) -> Iterator[Item]:
    """The pictures of a source, one by one, none of them read yet. Memory does not grow with their number.

    Args:
        source: a picture's file; a folder (its pictures, sorted, hidden ones passed over); a pattern such as
            "photos/*.jpg"; a zip or tar archive; "-" for one picture on standard input; an http(s) address; a file's
            bytes; a Pillow picture; an array (h, w), (h, w, 3) RGB or (h, w, 4) RGBA; a video file; a camera's number
            or rtsp address; or a list of such.
        limits: what one picture may cost.
        every_seconds: of a video or camera, one frame for every so many seconds; all when left out.
        is_recursive: whether folders inside a folder are looked into.

    A thing that cannot be opened is an item whose `read` says why, so that the rest go on. The items of a video must
    be taken in their order; they can be read by any thread.

    Raises:
        SourceError: here or at the first item, when the source as a whole is nothing: of no known type, a folder or an
            archive without pictures, a pattern without matches, a camera that is not there.
        OptionError: when `every_seconds` is not above 0.

    >>> [item.source for item in open_source([np.zeros((2, 2, 3), np.uint8)])]
    ['array 1']
    """
    if every_seconds is not None and not every_seconds > 0:
        raise OptionError(f"every_seconds must be above 0; got {every_seconds!r}.")
    return _items(source, _Asked(limits, every_seconds, is_recursive))


def read_image(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> Image:
    """The one image of a source, with every pixel.

    Raises:
        ImageError: when it cannot be read.
        SourceError: when the source holds none, or more than one.
    """
    return only_item(source, limits).read()[0]


def only_item(source: Source, limits: Limits = DEFAULT_LIMITS) -> Item:
    """The one picture of a source, not read yet.

    Raises:
        SourceError: when the source holds none, or more than one.
    """
    first = list(islice(open_source(source, limits=limits), 2))
    if len(first) != 1:
        held = "more than one picture" if first else "no picture"
        raise SourceError(
            f"{_name(source)} holds {held}, where one is asked for. Use opsin.stream, or name one of them."
        )
    return first[0]


def _name(source: Source) -> str:
    return spoken(source) if isinstance(source, str | os.PathLike | int) else f"The {type(source).__name__} given"


def _items(source: Source, asked: _Asked) -> Iterator[Item]:
    if isinstance(source, str):
        return _text_items(source, asked)
    if isinstance(source, os.PathLike):
        return _path_items(Path(source), asked)
    if isinstance(source, int) and not isinstance(source, bool) and source >= 0:
        return camera_items(source, limits=asked.limits, every_seconds=asked.every_seconds)
    if (item := _held_item(source, asked)) is not None:
        return iter([item])
    if isinstance(source, Iterable) and not isinstance(source, dict | bytearray | memoryview):
        return _many_items(source, asked)
    raise SourceError(
        "A source must be a path, pattern, address, camera number, bytes, array, Pillow picture or a list of these; "
        f"got {type(source).__name__} {spoken(source)}."
    )


def _text_items(text: str, asked: _Asked) -> Iterator[Item]:
    if text == "-":
        return _standard_input(asked.limits)
    if is_address(text):
        return iter([address_item(text, limits=asked.limits)])
    if text.lower().startswith(("rtsp://", "rtsps://")):
        return camera_items(text, limits=asked.limits, every_seconds=asked.every_seconds)
    if is_pattern(text):
        found = (item for path in matching_files(text) for item in _path_items(path, asked))
        return _not_empty(found, f"No picture matches {spoken(text)}. Check the pattern.")
    # As a path, no text is the folder that we are in.
    if not text:
        raise SourceError("A source must not be empty text. Give a path, a pattern or an address.")
    return _path_items(Path(text), asked)


def _path_items(path: Path, asked: _Asked) -> Iterator[Item]:
    name = spoken(path)
    try:
        kind = "folder" if path.is_dir() else kind_of_file(path)
    except OSError as error:
        return iter([failing(str(path), f"{name} cannot be opened: {error.strerror}.")])
    if kind == "folder":
        found = folder_items(path, limits=asked.limits, is_recursive=asked.is_recursive)
        return _not_empty(found, f"{name} is a folder without pictures. Give one that holds some.")
    if kind in VIDEO_KINDS:
        return video_items(path, limits=asked.limits, every_seconds=asked.every_seconds)
    if kind in ARCHIVE_KINDS:
        found = archive_items(path, kind, limits=asked.limits)
        return _not_empty(found, f"{name} is an archive without pictures. Give one that holds some.")
    return iter([picture(path, str(path), asked.limits)])


def _standard_input(limits: Limits) -> Iterator[Item]:
    # One byte more than allowed: enough to be refused.
    yield picture(sys.stdin.buffer.read(limits.max_bytes + 1), "standard input", limits)


def _held_item(source: Source, asked: _Asked) -> Item | None:
    """The item of a source that is in memory already."""
    if isinstance(source, bytes):
        return picture(source, "bytes", asked.limits)
    if isinstance(source, np.ndarray):
        planes = partial(checked_planes, source)
        return Item("array", partial(_read_held, check_image, source), planes_reader=planes)
    # Only who has imported Pillow can hold one of its pictures.
    # (and another thread may be importing it just now).
    pillow = getattr(sys.modules.get("PIL.Image"), "Image", None)
    if pillow is not None and isinstance(source, pillow):
        return Item(getattr(source, "filename", "") or "Pillow picture", partial(_read_held, image_from_pillow, source))
    return None


def _read_held(convert: Callable[[Any], Image], held: object, at_least: Size | None) -> tuple[Image, Size]:
    image = convert(held)
    return image, (image.shape[0], image.shape[1])


def _many_items(sources: Iterable[Source], asked: _Asked) -> Iterator[Item]:
    for number, source in enumerate(sources, start=1):
        if (held := _held_item(source, asked)) is not None:
            yield replace(held, source=f"{held.source} {number}")
            continue
        try:
            yield from _items(source, asked)
        # One of many: the rest go on.
        except InputError as error:
            yield failing(_name(source), str(error))


def _not_empty(items: Iterator[Item], message: str) -> Iterator[Item]:
    is_empty = True
    for item in items:
        is_empty = False
        yield item
    if is_empty:
        raise SourceError(message)

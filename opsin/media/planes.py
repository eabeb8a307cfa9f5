"""Pictures that are more than 8-bit colours: 16 bits, or any number of channels, as microscopes write them.

They stay as they are written, since what tells tissue apart may be one part in a thousand. `shown` makes of them what a
screen can show.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError
from opsin.core.image import Image, Planes
from opsin.media.limits import DEFAULT_LIMITS, Limits, first_line, spoken

if TYPE_CHECKING:
    from tifffile import TiffFile

MOST = 16
"""Channels that a picture may have."""

HEAD_BYTES = 32

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# No packing at all; deflate, by its number and by an older one.
_PLAIN, _DEFLATED = (1,), (8, 32946)

# What tifffile raises for damaged data (its own error is a ValueError): found by feeding it damaged files.
_DAMAGED = (
    ValueError,
    OSError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    struct.error,
    zlib.error,
)

_PNG = b"\x89PNG\r\n\x1a\n"


def decode_planes(data: bytes | Path, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Planes:
    """(h, w, c) uint8 or uint16, every number as it is written: TIFF with 1 to 16 channels or pages, 16-bit PNG.

    No note of an orientation is followed, and no colour profile: the numbers are measurements, not light.

    Args:
        data: the bytes, or the file that holds them.
        name: where it comes from, for messages.
        limits: what it may cost.

    Raises:
        ImageError: when it is missing, no picture, damaged, too large, or not of whole numbers of 8 or 16 bits.
    """
    whole = data if isinstance(data, bytes) else _bytes_of(data, name, limits)
    limits.check_bytes(name, len(whole))
    read = _from_tiff if whole[:4] in _TIFF else _from_png
    return checked_planes(read(whole, name, limits), name)


def checked_planes(pixels: NDArray[Any], name: str = "The array") -> Planes:
    """The pixels as (h, w, c).

    Raises:
        ImageError: when they are no such picture.
    """
    planes = pixels[..., None] if pixels.ndim == 2 else pixels
    if planes.dtype not in (np.uint8, np.uint16) or planes.ndim != 3 or not planes.size or planes.shape[2] > MOST:
        raise ImageError(
            f"{spoken(name)} must hold whole numbers of 8 or 16 bits, (height, width, 1 to {MOST} channels); "
            f"got {pixels.dtype} {pixels.shape}."
        )
    return np.ascontiguousarray(planes)


def has_planes(data: bytes | Path, *, name: str, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Whether a picture is more than 8-bit colours, by its header; False of what cannot be read."""
    try:
        # A pipe or a device would keep us waiting for ever.
        if isinstance(data, Path) and not data.is_file():
            return False
        head = data[:HEAD_BYTES] if isinstance(data, bytes) else _head_of(data)
        if head[:4] in _TIFF:
            return _is_more(data if isinstance(data, bytes) else _bytes_of(data, name, limits))
    except (ImageError, OSError, ValueError):  # the last for a name with a zero in it
        return False
    return head[:8] == _PNG and head[24:25] == b"\x10"


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def shown(planes: Planes) -> Image:
    """(h, w, 3) uint8, for a person: the first three channels, or one as grey, from dark to bright.

    Of 16 bits, the lowest hundredth of the numbers is black and the highest white, each channel by itself.

    >>> shown(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8))[0, 1].tolist()
    [255, 255, 255]
    """
    if planes.dtype == np.uint8 and planes.shape[2] == 3:
        return cast("Image", planes)
    first = planes[..., :3] if planes.shape[2] >= 3 else planes[..., :1].repeat(3, axis=2)
    if first.dtype == np.uint8:
        return np.ascontiguousarray(first)
    low, high = np.percentile(first, [1, 99], axis=(0, 1))  # (3,) each
    scaled = (first - low) * (255 / np.maximum(high - low, 1))
    image: Image = scaled.clip(0, 255).round().astype(np.uint8)
    return image


def _bytes_of(path: Path, name: str, limits: Limits) -> bytes:
    try:
        limits.check_bytes(name, path.stat().st_size)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError(f"There is no file {spoken(name)}. Check its name.") from error
    except OSError as error:
        raise ImageError(f"{spoken(name)} cannot be opened: {error.strerror}.") from error


def _from_tiff(whole: bytes, name: str, limits: Limits) -> NDArray[Any]:
    """The first page's channels; of one channel each, the pages are the channels."""
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(whole)) as file:
            first: Any = file.pages[0]
            _refuse_large(first, name, limits)
            if first.compression in (*_PLAIN, *_DEFLATED):
                return _stacked(file, whole, name)
            return _by_opencv(whole, name)  # it knows the older ways, and takes no more room than the header says
    except ImageError:
        raise
    except _DAMAGED as error:
        raise ImageError(f"{spoken(name)} is damaged: {first_line(error)}. Get a fresh copy.") from error


def _stacked(file: TiffFile, whole: bytes, name: str) -> NDArray[Any]:
    first: Any = file.pages[0]
    if first.samplesperpixel > 1:
        pixels: NDArray[Any] = _unpacked(first, whole, name)
        # Channels may come first, plane by plane.
        return np.moveaxis(pixels, 0, -1) if first.planarconfig == 2 else pixels
    pages: list[Any] = list(file.pages[:MOST]) if len(file.pages) <= MOST else [first]
    alike = [page for page in pages if _form(page) == _form(first)]
    return np.stack([_unpacked(page, whole, name) for page in alike], axis=-1)


def _form(page: Any) -> tuple[object, ...]:
    return page.shape, page.dtype, page.samplesperpixel, page.compression


def _unpacked(page: Any, whole: bytes, name: str) -> NDArray[Any]:
    """A page's pixels. What is deflated is looked at before: a few bytes may become very many."""
    if page.compression in _DEFLATED:
        for start, count in zip(page.dataoffsets, page.databytecounts, strict=True):
            inside = zlib.decompressobj().decompress(whole[start : start + count], page.nbytes + 1)
            if len(inside) > page.nbytes:
                raise ImageError(f"{spoken(name)} holds more than its header says. Get a fresh copy.")
    pixels: NDArray[Any] = page.asarray()
    return pixels


def _refuse_large(page: Any, name: str, limits: Limits) -> None:
    """Before anything is decoded."""
    limits.check_pixels(name, (page.imagelength, page.imagewidth))
    if page.samplesperpixel > MOST or page.dtype is None or page.dtype.itemsize > 2 or page.dtype.kind != "u":
        raise ImageError(
            f"{spoken(name)} has {page.samplesperpixel} channels of {page.dtype}; "
            f"1 to {MOST} of whole numbers, 8 or 16 bits, can be read."
        )


def _from_png(whole: bytes, name: str, limits: Limits) -> NDArray[Any]:
    if whole[:8] != _PNG or len(whole) < 26:
        raise ImageError(f"{spoken(name)} is neither a TIFF nor a PNG file, which hold pictures of 16 bits.")
    limits.check_pixels(name, (int.from_bytes(whole[20:24], "big"), int.from_bytes(whole[16:20], "big")))
    return _by_opencv(whole, name)


def _by_opencv(whole: bytes, name: str) -> NDArray[Any]:
    """(h, w) or (h, w, c): 16 bits stay 16 bits."""
    import cv2

    try:
        pixels = cv2.imdecode(np.frombuffer(whole, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise ImageError(f"{spoken(name)} is damaged, or packed in a way that is not known. Save it with deflate.")
    read: NDArray[Any] = np.asarray(pixels)
    return read if read.ndim == 2 else read[..., [2, 1, 0, *range(3, read.shape[2])]]


def _is_more(whole: bytes) -> bool:
    import tifffile

    try:
        with tifffile.TiffFile(io.BytesIO(whole)) as file:
            page: Any = file.pages[0]
            several = page.samplesperpixel == 1 and 1 < len(file.pages) <= MOST
            return bool(page.bitspersample == 16 or page.samplesperpixel not in (1, 3, 4) or several)
    except _DAMAGED:
        return False

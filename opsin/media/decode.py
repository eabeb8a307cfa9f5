"""Bytes -> an image: upright, sRGB, and never more of it than the limits allow."""

from __future__ import annotations

import io
import logging
import re
import stat
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING

from opsin.core.errors import ImageError, NoReaderError
from opsin.core.image import Image, Size
from opsin.media.colour import rgb
from opsin.media.limits import DEFAULT_LIMITS, Limits, first_line, spoken
from opsin.media.planes import decode_planes, has_planes, shown
from opsin.media.sniff import ARCHIVE_KINDS, HEAD_BYTES, VIDEO_KINDS, kind_of

if TYPE_CHECKING:
    from PIL import Image as Pillow
    from PIL.ImageFile import ImageFile

# Only these readers ever see a stranger's bytes; Pillow knows forty more, some of which start other programs.
_READERS = {
    "JPEG": ("PIL.JpegImagePlugin", "jpeg_factory"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WEBP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "HEIC": ("pi_heif.as_plugin", "HeifImageFile"),
}

# What Pillow's readers raise for damaged data: the first five were found by feeding them damaged files (RuntimeError
# comes from AVIF and HEIC), the others are those that Pillow's own `open` expects of them.
_DATA_ERRORS = (OSError, SyntaxError, ValueError, RuntimeError, EOFError, struct.error, LookupError, TypeError)

# A picture of 100 megabytes takes 40,000, in the smallest pieces in use.
_MAX_READS = 200_000

_DRAFT_KINDS = frozenset({"JPEG", "MPO"})
_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})


def decode(
    data: bytes | Path, *, name: str, at_least: Size | None = None, limits: Limits = DEFAULT_LIMITS
) -> tuple[Image, Size]:
    """The image in a file or in its bytes, and the (height, width) of the whole picture, upright.

    What it is, is read from the bytes. Of an animation the first frame is taken, of a document the first page.

    Args:
        data: the bytes, or the file that holds them.
        name: where it comes from, for messages.
        at_least: (height, width), upright. A large JPEG is then decoded at a half, a quarter or an eighth of its size
            where that is still at least so large, which is several times faster.
        limits: what it may cost.

    Raises:
        ImageError: when it is missing, no picture, damaged or too large.
        NoReaderError: an ImageError for HEIC, where its reader is not installed.
    """
    try:
        return _decoded(data, name, at_least, limits)
    except ImageError:
        # Pillow knows no colours of two channels, or of five.
        if not has_planes(data, name=name, limits=limits):
            raise
        image = shown(decode_planes(data, name=name, limits=limits))
        return image, (image.shape[0], image.shape[1])


def _decoded(data: bytes | Path, name: str, at_least: Size | None, limits: Limits) -> tuple[Image, Size]:
    with opened_picture(data, name, limits) as picture:
        # Only JPEG tells its orientation without reading all the pixels first.
        if picture.format not in _DRAFT_KINDS:
            picture.load()
        orientation = _orientation(picture)
        size = _turned((picture.height, picture.width), orientation)
        if at_least is not None and picture.format in _DRAFT_KINDS:
            height, width = _turned(at_least, orientation)
            picture.draft(None, (max(width, 1), max(height, 1)))
        return rgb(_upright(picture, orientation), name), size


def picture_size(data: bytes | Path, *, name: str, limits: Limits = DEFAULT_LIMITS) -> Size:
    """The (height, width) of the picture in a file or in its bytes, upright; of a JPEG no pixel is read.

    Raises:
        ImageError: when it is missing, no picture, damaged or too large.
    """
    with _looked_into(data, name, limits) as picture:
        return _turned((picture.height, picture.width), _orientation(picture))


def orientation(data: bytes | Path, *, name: str, limits: Limits = DEFAULT_LIMITS) -> int:
    """The EXIF orientation of the picture in a file or in its bytes: 1 to 8, where 1 is upright, or says nothing.

    Raises:
        ImageError: when it is missing, no picture, damaged or too large.
    """
    with _looked_into(data, name, limits) as picture:
        return _orientation(picture)


@contextmanager
def _looked_into(data: bytes | Path, name: str, limits: Limits) -> Iterator[ImageFile]:
    """The picture with what is told of it; of a JPEG no pixel is read."""
    with opened_picture(data, name, limits) as picture:
        if picture.format not in _DRAFT_KINDS:
            picture.load()  # as in `decode`
        yield picture


@contextmanager
def opened_picture(data: bytes | Path, name: str, limits: Limits) -> Iterator[ImageFile]:
    """The picture, of which only the header is read, within the limits.

    What goes wrong while it is open is raised as an `ImageError` that names it.
    """
    with _opened(data, name, limits) as file, _said_clearly(name):
        picture = _header(file, name)
        limits.check_pixels(name, (picture.height, picture.width))
        yield picture


@contextmanager
def _opened(data: bytes | Path, name: str, limits: Limits) -> Iterator[IO[bytes]]:
    if isinstance(data, bytes):
        limits.check_bytes(name, len(data))
        yield io.BytesIO(data)
        return
    with _file(data, name, limits) as file:
        yield file


def _file(path: Path, name: str, limits: Limits) -> IO[bytes]:
    try:
        facts = path.stat()
        # A pipe or a device would keep us waiting for ever.
        if not stat.S_ISREG(facts.st_mode):
            raise ImageError(f"{spoken(name)} is not a file. Give a picture's file.")
        limits.check_bytes(name, facts.st_size)
        return path.open("rb")
    except FileNotFoundError as error:
        raise ImageError(f"There is no file {spoken(name)}. Check its name.") from error
    except OSError as error:
        raise ImageError(f"{spoken(name)} cannot be opened: {error.strerror}.") from error
    except ImageError:
        raise
    # A name with a zero in it.
    except ValueError as error:
        raise ImageError(f"{spoken(name)} cannot be opened: {first_line(error)}.") from error


@contextmanager
def _said_clearly(name: str) -> Iterator[None]:
    """Turns what Pillow raises for damaged data into one line that names the picture."""
    from PIL.Image import DecompressionBombError

    _silence_pillow()
    try:
        yield
    except ImageError:
        raise
    except DecompressionBombError as error:
        raise ImageError(f"{spoken(name)} is too large: {first_line(error)}. Give a smaller picture.") from error
    except _DATA_ERRORS as error:
        raise ImageError(f"{spoken(name)} is damaged: {first_line(error)}. Get a fresh copy.") from error


# Pillow warns of odd metadata and of large pictures; the first is harmless, the second is what Limits are for.
_PILLOW_WARNINGS = ("ignore", None, Warning, re.compile(r"PIL\."), 0)
# Without a handler its complaints would go to standard error.
_NOWHERE = logging.NullHandler()


def _silence_pillow() -> None:
    # catch_warnings would be neater, but it is not safe where several threads decode at once.
    if _PILLOW_WARNINGS not in warnings.filters:
        warnings.filterwarnings("ignore", module=r"PIL\.")
        logging.getLogger("PIL").addHandler(_NOWHERE)


class _FewReads:
    """A file that does not let itself be read in crumbs: Pillow would seek a marker in it for hours."""

    def __init__(self, file: IO[bytes]) -> None:
        self._read, self.seek, self.tell = file.read, file.seek, file.tell
        self._left = _MAX_READS

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes more."""
        self._left -= 1
        if self._left < 0:
            raise SyntaxError("it is made of nothing but filling")
        return self._read(size)


def _header(file: IO[bytes], name: str) -> ImageFile:
    """The picture with its header read and no pixels yet. Image.open is not used: it asks readers not listed here."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    kind = kind_of(head)
    if kind is None or kind not in _READERS:
        raise ImageError(_not_a_picture(kind, head, name))
    module, reader = _READERS[kind]
    try:
        picture: ImageFile = getattr(import_module(module), reader)(_FewReads(file), "")
    except ModuleNotFoundError as error:
        raise NoReaderError("HEIC pictures", "heic") from error
    return picture


def _not_a_picture(kind: str | None, head: bytes, name: str) -> str:
    if kind in VIDEO_KINDS:
        return f"{spoken(name)} is a video ({kind}), where a picture was asked for. Give it as a source of its own."
    if kind in ARCHIVE_KINDS:
        return f"{spoken(name)} is an archive ({kind}), where a picture was asked for. Give it as a source of its own."
    return (
        f"{spoken(name)} is not a picture that can be read; it begins with {head[:8]!r}. "
        "Give a JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF or HEIC file."
    )


def _orientation(picture: Pillow.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    # Damaged metadata is no reason to refuse a picture that is whole.
    except _DATA_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _turned(size: Size, orientation: int) -> Size:
    return (size[1], size[0]) if orientation in _SIDEWAYS else size


def _upright(picture: Pillow.Image, orientation: int) -> Pillow.Image:
    if orientation == 1:
        return picture
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return picture.transpose(turns[orientation])


def image_from_pillow(picture: Pillow.Image, *, name: str = "the Pillow picture") -> Image:
    """The image in a picture that the caller opened with Pillow, turned upright.

    Raises:
        ImageError: when its pixels cannot be read.
    """
    with _said_clearly(name):
        return rgb(_upright(picture, _orientation(picture)), name)

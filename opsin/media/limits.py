"""How much one source may cost, and how a source is named in a message."""

from __future__ import annotations

from dataclasses import dataclass

from opsin.core.errors import ImageError
from opsin.core.image import Size


@dataclass(frozen=True)
class Limits:
    """What one picture may cost; all are checked before the cost is paid.

    Attributes:
        max_pixels: width times height, as the picture's header says.
        max_bytes: of a picture's file, of a member of an archive once unpacked, or of what an address sends.
        max_seconds: that an address or a network camera may take to answer, and an address to send a picture.
    """

    max_pixels: int = 100_000_000
    max_bytes: int = 500_000_000
    max_seconds: float = 30.0

    def check_bytes(self, name: str, size_bytes: int) -> None:
        """Refuses an empty picture and one that is too large to read.

        Raises:
            ImageError: naming the picture.
        """
        if not size_bytes:
            raise ImageError(f"{spoken(name)} is empty (0 bytes). Get a fresh copy.")
        if size_bytes > self.max_bytes:
            raise ImageError(f"{spoken(name)} has more than the {self.max_bytes:,} bytes allowed. Give a smaller file.")

    def check_pixels(self, name: str, size: Size) -> None:
        """Refuses a picture of (height, width) that would not fit in memory.

        Raises:
            ImageError: naming the picture.
        """
        height, width = size
        if height * width > self.max_pixels:
            raise ImageError(
                f"{spoken(name)} has {width} x {height} = {width * height:,} pixels, more than the "
                f"{self.max_pixels:,} allowed. Give a smaller picture."
            )


DEFAULT_LIMITS = Limits()


def spoken(name: object) -> str:
    r"""A source's name as it may stand in a message: one line, whatever characters a stranger put in it.

    >>> spoken("cat.jpg"), spoken("two\nlines.jpg")
    ('cat.jpg', "'two\\nlines.jpg'")
    """
    text = str(name)
    return text if text.isprintable() else repr(text)


def first_line(error: BaseException) -> str:
    """What an error of another library says, as one printable line without a full stop.

    >>> first_line(OSError("image file is truncated.\\nmore"))
    'image file is truncated'
    """
    lines = str(error).strip().splitlines()
    return spoken(lines[0].strip().rstrip(".")) if lines else type(error).__name__

"""Images written to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from opsin.core.errors import OptionError
from opsin.core.image import Image, check_image
from opsin.media.levels import Levels, bytes_from_levels
from opsin.media.limits import spoken

_FORMATS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}


def save_image(path: Path, image: Image, *, quality: int = 92) -> None:
    """Writes the image whole or not at all, in the format that the file's suffix names.

    Args:
        path: ends with .jpg, .jpeg, .png, .webp, .avif, .tif, .tiff or .bmp.
        image: (h, w, 3) uint8.
        quality: 1 to 100, for the formats that lose something (JPEG, WebP, AVIF).

    Raises:
        OptionError: for another suffix or quality.
        ImageError: when it is no image.
    """
    from PIL import Image as Pillow

    from opsin.store.files import write_atomically

    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        raise OptionError(f"A picture's file must end with one of {', '.join(_FORMATS)}; got {spoken(path.name)}.")
    if not 1 <= quality <= 100:
        raise OptionError(f"quality must be between 1 and 100; got {quality}.")
    picture = Pillow.fromarray(check_image(image))
    with write_atomically(path) as file:
        picture.save(file, format=kind, quality=quality)


HOLD_ALPHA = (".png", ".webp", ".tif", ".tiff")
"""The suffixes of formats that lose nothing and in which pixels can be clear."""


def save_cutout(path: Path, image: Image, alpha: Levels) -> None:
    """Writes the image with clear pixels where `alpha` is 0, whole or not at all, and loses nothing.

    Args:
        path: ends with .png, .webp, .tif or .tiff.
        image: (h, w, 3) uint8.
        alpha: (h, w) in 0..1, how much of each pixel there is.

    Raises:
        OptionError: for another suffix.
        ImageError: when it is no image.
    """
    from PIL import Image as Pillow

    from opsin.store.files import write_atomically

    suffix = path.suffix.lower()
    if suffix not in HOLD_ALPHA:
        raise OptionError(f"A cutout's file must end with one of {', '.join(HOLD_ALPHA)}; got {spoken(path.name)}.")
    picture = Pillow.fromarray(np.dstack([check_image(image), bytes_from_levels(alpha)]))
    with write_atomically(path) as file:
        # Told `exact`, WebP keeps the colours of clear pixels, which whoever refines the edge later will want.
        picture.save(file, format=_FORMATS[suffix], lossless=True, exact=True)

"""What is measured of each picture, in one reading: little enough to be kept for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError
from opsin.core.image import Image, Size, check_image
from opsin.data.dataset import Pictures
from opsin.data.files import Files, Zipped
from opsin.data.near import perceptual_hash
from opsin.media.decode import decode, orientation
from opsin.media.geometry import resize

READING = (256, 256)
"""What no picture is read smaller than: what networks see of it is not larger."""

SIDE = 256
"""The longer side of pictures whose sharpness is compared; larger ones are shrunk to it."""

THUMB = 16


@dataclass(frozen=True, eq=False, kw_only=True)
class Fact:
    """What was measured of one picture.

    Attributes:
        error: why it cannot be read; then the rest says nothing.
        digest: SHA-256 of its file.
        size: (height, width) of the whole picture, upright, in pixels.
        orientation: as EXIF has it, 1 to 8; 1 is upright.
        hash: its perceptual hash.
        thumb: (16, 16, 3) uint8, all of it squeezed.
        sharpness: see `sharpness`.
        low: 5 % of its pixels are at most so light, in 0..255.
        high: 5 % of its pixels have a colour that is at least so light, in 0..255.
    """

    error: str = ""
    digest: bytes = b""
    size: Size = (0, 0)
    orientation: int = 1
    hash: int = 0
    thumb: NDArray[np.uint8]
    sharpness: float = 0.0
    low: float = 0.0
    high: float = 0.0


def read(pictures: Pictures, index: int) -> tuple[Fact, Image | None]:
    """What is measured of a picture, and the picture itself, perhaps smaller; None when it cannot be read."""
    try:
        image, size, turned = _opened(pictures, index)
        return measured(image, pictures.digest(index), size, turned), image
    except ImageError as error:
        return Fact(error=str(error), thumb=np.zeros((THUMB, THUMB, 3), np.uint8)), None


def _opened(pictures: Pictures, index: int) -> tuple[Image, Size, int]:
    """The image, at least as large as networks need it; the size of the whole picture; and its EXIF orientation."""
    match pictures:
        case Files():
            path, name = pictures.path(index), pictures.name(index)
            return *decode(path, name=name, at_least=READING), orientation(path, name=name)
        case Zipped():
            name = pictures.name(index)
            return *pictures.items[index].read(READING), orientation(pictures.archive.read(name), name=name)
    image = check_image(pictures[index])
    return image, (image.shape[0], image.shape[1]), 1


def measured(image: Image, digest: bytes, size: Size, turned: int = 1) -> Fact:
    """What is measured of an image (h, w, 3), of a picture whose file has that digest, size and orientation."""
    import cv2

    ratio = min(1.0, SIDE / max(image.shape[:2]))
    small = resize(image, (max(1, round(image.shape[0] * ratio)), max(1, round(image.shape[1] * ratio))))
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    return Fact(
        digest=digest,
        size=size,
        orientation=turned,
        hash=perceptual_hash(image),
        thumb=resize(image, (THUMB, THUMB)),
        sharpness=sharpness(grey),
        low=float(np.percentile(grey, 5)),
        high=float(np.percentile(small.max(axis=2), 95)),  # a picture of pure red is not dark
    )


def sharpness(grey: NDArray[np.uint8]) -> float:
    """How abrupt the edges of a grey picture (h, w) are: 2 for a step from one pixel to the next, near 0 for mist.

    It is the second derivative against the first, each where it is strongest. Unlike the usual variance of the
    Laplacian it depends neither on contrast nor on how many edges there are: a plain shirt is as sharp as a carpet.
    """
    import cv2

    bend = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    steepest = float(np.percentile(slope, 99))
    return float(np.percentile(bend, 99)) / steepest if steepest > 0 else 0.0

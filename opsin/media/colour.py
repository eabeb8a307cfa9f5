"""Colours of a Pillow picture -> uint8 RGB as sRGB means it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from opsin.core.errors import ImageError
from opsin.core.image import Image, check_image
from opsin.media.limits import spoken

if TYPE_CHECKING:
    from PIL import Image as Pillow

_ALPHA_MODES = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})
_PROFILE_MODES = {"RGB": "RGB", "CMYK": "CMYK", "GRAY": "L"}


def rgb(picture: Pillow.Image, name: str) -> Image:
    """(h, w, 3) uint8 RGB: its colour profile applied, transparent parts on white, 16 bits brought to 8.

    Raises:
        ImageError: for pixels of which none is known to be white (floating point).
    """
    if picture.mode == "RGB" and not picture.info.keys() & {"icc_profile", "transparency"}:
        return np.asarray(picture)
    if picture.mode == "F":
        raise ImageError(f"{spoken(name)} has floating point pixels. Save it with 8 or 16 bits for each.")
    if picture.mode.startswith("I"):
        return check_image(_eight_bits(picture))
    plain, alpha = _without_alpha(picture)
    plain = _to_srgb(plain, picture.info.get("icc_profile"))
    pixels = np.asarray(plain if plain.mode == "RGB" else plain.convert("RGB"))
    return pixels if alpha is None else check_image(np.dstack([pixels, np.asarray(alpha)]))


def _eight_bits(picture: Pillow.Image) -> Any:
    """(h, w) uint8 of 16-bit grey; 65535 is white."""
    grey = np.asarray(picture).clip(0, 65535).astype(np.uint32)
    return ((grey * 255 + 32767) // 65535).astype(np.uint8)


def _without_alpha(picture: Pillow.Image) -> tuple[Pillow.Image, Pillow.Image | None]:
    """The colours, and the alpha where there is any and it hides something."""
    if picture.mode not in _ALPHA_MODES and "transparency" not in picture.info:
        return picture.convert("RGB") if picture.mode == "P" else picture, None
    full = picture.convert("RGBA")
    alpha = full.getchannel("A")
    return full.convert("RGB"), None if alpha.getextrema() == (255, 255) else alpha


def _to_srgb(picture: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """The picture in sRGB, or as it is where its profile says nothing usable: that is what viewers show."""
    if not profile or is_srgb(profile):
        return picture
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if _PROFILE_MODES.get(source.profile.xcolor_space.strip()) != picture.mode:
            return picture
        srgb = ImageCms.createProfile("sRGB")
        changed = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB")
    # A damaged profile is no reason to refuse a picture that is whole.
    except (ImageCms.PyCMSError, OSError):
        return picture
    return changed or picture


def is_srgb(profile: bytes) -> bool:
    """Whether an ICC profile's own description says that it is sRGB, so that there is nothing to change."""
    count = int.from_bytes(profile[128:132], "big")
    for at in range(132, 132 + 12 * min(count, 100), 12):
        if profile[at : at + 4] == b"desc":
            start, size = (int.from_bytes(profile[at + skip : at + skip + 4], "big") for skip in (4, 8))
            # Version 2 writes ASCII, version 4 UTF-16; without its zeros both are the same.
            said = profile[start : start + size].replace(b"\0", b"")
            return b"sRGB" in said and b"inear" not in said
    return False

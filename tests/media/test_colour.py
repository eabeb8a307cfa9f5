from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from opsin.core.errors import ImageError
from opsin.core.image import Image
from opsin.media.colour import is_srgb, rgb
from opsin.media.decode import decode

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


UNNAMED = SRGB.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))
# Its red is green and its green is red: what it changes is plain to see.
SWAPPED = UNNAMED.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")


def flat(mode: str, colour: Any) -> Pillow.Image:
    return Pillow.new(mode, (3, 2), colour)


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("L", 100, (100, 100, 100)),
        ("1", 1, (255, 255, 255)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), (255, 255, 255)),
        ("LA", (0, 128), (127, 127, 127)),
        ("CMYK", (0, 255, 255, 0), (255, 0, 0)),
        ("I;16", 65535, (255, 255, 255)),
        ("I;16", 128, (0, 0, 0)),
        ("I;16", 129, (1, 1, 1)),
        ("I", 70000, (255, 255, 255)),
        ("YCbCr", (255, 128, 128), (255, 255, 255)),
    ],
)
def test_every_kind_of_pixel_becomes_rgb(mode: str, colour: Any, shown: tuple[int, ...]) -> None:
    image = rgb(flat(mode, colour), "picture")
    assert image.shape == (2, 3, 3)
    assert image.dtype == np.uint8
    assert (image == shown).all()


def test_floating_point_pixels_are_refused() -> None:
    with pytest.raises(ImageError, match=r"^x\.tif has floating point pixels\. Save it with 8 or 16 bits for each\.$"):
        rgb(flat("F", 0.5), "x.tif")


def test_a_palette_is_looked_up() -> None:
    assert (rgb(flat("RGB", (9, 90, 200)).quantize(2), "picture") == (9, 90, 200)).all()


def test_a_transparent_palette_entry_is_white(encoded: Callable[..., bytes]) -> None:
    data = encoded("PNG", flat("P", 0), transparency=0)
    assert (decode(data, name="png")[0] == 255).all()


def test_a_colour_named_as_transparent_is_white(encoded: Callable[..., bytes]) -> None:
    data = encoded("PNG", flat("RGB", (1, 2, 3)), transparency=(1, 2, 3))
    assert (decode(data, name="png")[0] == 255).all()


def test_a_profile_other_than_srgb_is_applied(photo: Image) -> None:
    picture = Pillow.fromarray(photo)
    picture.info["icc_profile"] = SWAPPED
    changed = rgb(picture, "picture")
    assert np.abs(changed.astype(int) - photo[..., [1, 0, 2]]).max() <= 3


def test_an_srgb_profile_changes_nothing(photo: Image) -> None:
    picture = Pillow.fromarray(photo)
    picture.info["icc_profile"] = SRGB
    assert (rgb(picture, "picture") == photo).all()


@pytest.mark.parametrize("profile", [b"rubbish", bytes(200), b"\xff" * 500, SRGB[:300].replace(b"sRGB", b"none")])
def test_a_damaged_profile_is_left_out(photo: Image, profile: bytes) -> None:
    picture = Pillow.fromarray(photo)
    picture.info["icc_profile"] = profile
    assert (rgb(picture, "picture") == photo).all()


def test_a_profile_for_another_kind_of_colour_is_left_out() -> None:
    picture = flat("L", 77)
    picture.info["icc_profile"] = SWAPPED
    assert (rgb(picture, "picture") == 77).all()


def test_alpha_survives_a_profile(photo: Image) -> None:
    picture = Pillow.fromarray(np.dstack([photo, np.zeros(photo.shape[:2], np.uint8)]))
    picture.info["icc_profile"] = SWAPPED
    assert (rgb(picture, "picture") == 255).all()


def test_a_profile_is_known_to_be_srgb_by_its_description() -> None:
    assert is_srgb(SRGB)
    assert not is_srgb(UNNAMED)


def test_linear_light_is_not_srgb() -> None:
    assert not is_srgb(SRGB.replace("built-in".encode("utf-16-be"), "(linear)".encode("utf-16-be")))

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from opsin.core.errors import ImageError
from opsin.media.limits import Limits
from opsin.media.mask_files import decode_mask

NUMBERS = np.array([[0, 1], [2, 3]], np.uint8)


def saved(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def grey_png(bits, rows, width):
    """A grey PNG of few bits, which Pillow reads and cannot write."""
    head = struct.pack(">IIBBBBB", width, len(rows), bits, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("bits", "rows"),
    [(1, [b"\x40", b"\x80"]), (2, [b"\x10", b"\xb0"]), (4, [b"\x01", b"\x23"]), (8, [b"\0\1", b"\2\3"])],
)
def test_numbers_are_those_in_the_file_whatever_the_bits(bits, rows):
    wanted = NUMBERS if bits > 1 else [[0, 1], [1, 0]]
    assert (decode_mask(grey_png(bits, rows, 2), name="a") == wanted).all()


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_of_a_palette_the_numbers_are_read(bits):
    image = Image.fromarray(NUMBERS)
    image.putpalette([9, 9, 9] * 4)
    assert (decode_mask(saved(image, bits=bits), name="a") == NUMBERS).all()


@pytest.mark.parametrize(("kind", "dtype"), [("PNG", np.uint16), ("TIFF", np.uint16), ("TIFF", np.int32)])
def test_wide_numbers_stay_as_they_are(kind, dtype):
    wide = np.array([[0, 60_000]], dtype)
    assert decode_mask(saved(Image.fromarray(wide), kind), name="a").tolist() == [[0, 60_000]]


def test_colours_have_three_numbers():
    colours = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert (decode_mask(saved(Image.fromarray(colours)), name="a") == colours).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_grey_that_is_saved_as_colour_is_grey(mode):
    assert (decode_mask(saved(Image.fromarray(NUMBERS).convert(mode)), name="a") == NUMBERS).all()


@pytest.mark.parametrize(
    ("image", "kind", "message"),
    [
        (Image.new("RGBA", (2, 2), (1, 2, 3, 9)), "PNG", "a is partly transparent"),
        (Image.new("F", (2, 2)), "TIFF", "a has pixels of the kind F; a mask has whole numbers"),
        (Image.new("CMYK", (2, 2)), "TIFF", "a has pixels of the kind CMYK"),
        (Image.fromarray(np.full((1, 1), -5, np.int32)), "TIFF", "a holds numbers below 0, such as -5"),
    ],
)
def test_what_says_no_numbers_is_refused(image, kind, message):
    with pytest.raises(ImageError, match=message):
        decode_mask(saved(image, kind), name="a")


def test_the_limits_hold():
    with pytest.raises(ImageError, match="more than the 3 allowed"):
        decode_mask(saved(Image.fromarray(NUMBERS)), name="a", limits=Limits(max_pixels=3))


def test_a_damaged_file_is_refused():
    with pytest.raises(ImageError, match="a is damaged"):
        decode_mask(saved(Image.fromarray(NUMBERS.repeat(99, axis=0)))[:50], name="a")

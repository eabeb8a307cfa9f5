"""Pictures of 16 bits, or of many channels: read as they are written."""

import io
import zlib
from contextlib import suppress

import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from opsin.core.errors import ImageError
from opsin.media.decode import decode
from opsin.media.limits import Limits
from opsin.media.planes import decode_planes, has_planes, shown
from opsin.media.reading import picture, read_planes

RANDOM = np.random.default_rng(0)


def numbers(*shape, dtype=np.uint16, most=65535):
    return RANDOM.integers(0, most, shape, dtype=dtype, endpoint=True)


def tiff(pixels, **how):
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **{"photometric": "minisblack", **how})
    return file.getvalue()


def png(pixels):
    file = io.BytesIO()
    PillowImage.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("channels", [2, 3, 4, 5, 16])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_every_number_of_a_tiff_is_as_it_was_written(channels, dtype, planar):
    pixels = numbers(9, 13, channels, dtype=dtype, most=np.iinfo(dtype).max)
    laid = pixels if planar == "contig" else np.moveaxis(pixels, -1, 0)
    assert (decode_planes(tiff(laid, planarconfig=planar), name="a.tif") == pixels).all()


def test_grey_of_16_bits_has_one_channel_in_tiff_and_png():
    pixels = numbers(9, 13)
    for file in (tiff(pixels), png(pixels)):
        assert (decode_planes(file, name="a")[..., 0] == pixels).all()
        assert has_planes(file, name="a")


def test_pages_of_one_size_are_channels():
    pages = numbers(6, 9, 13)
    assert (decode_planes(tiff(pages), name="a.tif") == np.moveaxis(pages, 0, -1)).all()


@pytest.mark.parametrize("compression", ["zlib", None])
def test_compressed_ones_are_the_same(compression):
    pixels = numbers(40, 30, 5)
    assert (decode_planes(tiff(pixels, planarconfig="contig", compression=compression), name="a") == pixels).all()


def test_colours_of_8_bits_are_no_planes():
    colours = numbers(9, 13, 3, dtype=np.uint8, most=255)
    assert not has_planes(png(colours), name="a.png")
    assert not has_planes(tiff(colours, photometric="rgb"), name="a.tif")
    assert not has_planes(b"nothing at all", name="a.jpg")
    assert (read_planes(png(colours), "a.png") == colours).all()


def test_a_file_on_disk_is_read_as_its_bytes_are(tmp_path):
    pixels = numbers(9, 13, 5)
    (tmp_path / "a.tif").write_bytes(tiff(pixels, planarconfig="contig"))
    assert has_planes(tmp_path / "a.tif", name="a.tif")
    assert (decode_planes(tmp_path / "a.tif", name="a.tif") == pixels).all()


def test_where_only_colours_can_be_shown_the_first_three_channels_are():
    pixels = numbers(9, 13, 5, dtype=np.uint8, most=255)
    image, size = decode(tiff(pixels, planarconfig="contig"), name="a.tif")
    assert size == (9, 13)
    assert (image == pixels[..., :3]).all()


def test_16_bits_are_shown_from_their_darkest_to_their_brightest():
    pixels = (np.arange(10_000).reshape(100, 100, 1) // 10 + 300).astype(np.uint16)
    grey = shown(pixels)
    assert (grey[..., 0] == grey[..., 2]).all()
    assert (grey.min(), grey.max()) == (0, 255)


def test_an_item_gives_both():
    item = picture(tiff(pixels := numbers(9, 13, 5), planarconfig="contig"), "a.tif", Limits())
    assert (item.planes() == pixels).all()
    assert item.read()[0].shape == (9, 13, 3)


@pytest.mark.parametrize("dtype", [np.float32, np.uint32, np.int16])
def test_other_numbers_are_refused(dtype):
    with pytest.raises(ImageError, match=r"a\.tif has 1 channels of .*; 1 to 16 of whole numbers, 8 or 16 bits"):
        decode_planes(tiff(np.zeros((4, 4), dtype)), name="a.tif")


def test_too_many_channels_are_refused():
    with pytest.raises(ImageError, match=r"a\.tif has 17 channels"):
        decode_planes(tiff(numbers(4, 4, 17), planarconfig="contig"), name="a.tif")


def test_limits_hold_before_anything_is_decoded():
    few = Limits(max_pixels=50)
    for file in (tiff(numbers(9, 13)), png(numbers(9, 13))):
        with pytest.raises(ImageError, match="pixels"):
            decode_planes(file, name="a", limits=few)
    with pytest.raises(ImageError, match="bytes"):
        decode_planes(tiff(numbers(9, 13)), name="a", limits=Limits(max_bytes=10))


def test_damaged_files_are_one_clear_line_each():
    whole = tiff(numbers(30, 30, 5), planarconfig="contig", compression="zlib")
    for _ in range(300):
        broken = bytearray(whole)
        for at in RANDOM.integers(0, len(whole), 4):
            broken[at] = RANDOM.integers(256)
        with suppress(ImageError):
            decode_planes(bytes(broken[: RANDOM.integers(5, len(whole) + 1)]), name="a.tif")


def test_few_bytes_that_become_very_many_are_refused():
    whole = bytearray(tiff(np.zeros((64, 64), np.uint16), compression="zlib", rowsperstrip=64))
    packed = zlib.compress(bytes(50_000_000))
    with tifffile.TiffFile(io.BytesIO(whole)) as file:
        page = file.pages[0]
        offsets, counts = page.tags["StripOffsets"].valueoffset, page.tags["StripByteCounts"].valueoffset
    whole[offsets : offsets + 4], whole[counts : counts + 4] = (
        number.to_bytes(4, "little") for number in (len(whole), len(packed))
    )
    with pytest.raises(ImageError, match="holds more than its header says"):
        decode_planes(bytes(whole) + packed, name="a.tif")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImageError, match="There is no file"):
        decode_planes(tmp_path / "none.tif", name="none.tif")


def test_a_jpeg_is_no_such_picture():
    with pytest.raises(ImageError, match=r"a\.jpg is neither a TIFF nor a PNG file"):
        decode_planes(b"\xff\xd8\xff\xe0 jpeg", name="a.jpg")

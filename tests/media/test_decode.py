import base64
import io
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from opsin.core.errors import ImageError, MissingExtraError
from opsin.core.image import Image
from opsin.media.decode import decode, image_from_pillow, orientation, picture_size
from opsin.media.limits import Limits

# (32, 64) black, with a red left top quarter and a blue right bottom quarter.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWl4AAAAAG1pZjFoZWl4bWlhZgAAAX5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAA"
    "AAAERAAAEAAQAAAAABogABAAAAAAAAAKgAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/mlwcnAA"
    "AADeaXBjbwAAAHdodmNDAQQIAAAAnjgAAAAAHvAA/P/4+AAADwNgAAEAF0ABDAH//wQIAAADAJ44AAADAAAeugJAYQABACpCAQEECAAAAwCeOA"
    "AAAwAAHpAEECCy3VyU1zcBDQYEAAADAGQAAAMABCBiAAEACEQBwXMYMAiQAAAAE2NvbHJuY2x4AAEADQAGgAAAABRpc3BlAAAAAAAAAEAAAABA"
    "AAAAKGNsYXAAAABAAAAAAQAAACAAAAABAAAAAAAAAAL////gAAAAAgAAABBwaXhpAAAAAAMICAgAAAAYaXBtYQAAAAAAAAABAAEFgQIDBYQAAA"
    "CwbWRhdAAAAKQoAa8TgFQsppAX//XeCv/KtZ/5m5Nwif/2bufe3EX/nm/48Fx+btlHfbcf95Gx8Nq5CgO3yeOPoGSjOCd0jjbuqauDjxrVYK//"
    "wlAo7ROf9Gd1sX1/yK3f8zX182sQjm3viWB5UgT0DsyYkAWJupS7TrH12u/PAHqeybYYZjJBxnDSrlbXyhjNzYTI33l1fOY/aBoR6wubyE8Jy+"
    "rQJ0STnpimRA=="
)


def with_orientation(orientation: int) -> Pillow.Exif:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    return exif


def turned_by_pillow(data: bytes) -> Image:
    with Pillow.open(io.BytesIO(data)) as picture:
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_what_loses_nothing_comes_back_as_it_was(encoded: Callable[..., bytes], photo: Image, kind: str) -> None:
    image, size = decode(encoded(kind), name="photo")
    assert (image == photo).all()
    assert size == (48, 64)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "GIF"])
def test_what_loses_something_comes_back_nearly(encoded: Callable[..., bytes], photo: Image, kind: str) -> None:
    image, size = decode(encoded(kind), name="photo")
    assert np.abs(image.astype(int) - photo).mean() < 6
    assert size == (48, 64)


def test_bytes_and_file_give_the_same(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded("JPEG"))
    assert (decode(path, name="photo")[0] == decode(path.read_bytes(), name="photo")[0]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_a_picture_is_turned_upright_as_pillow_turns_it(
    encoded: Callable[..., bytes], kind: str, orientation: int
) -> None:
    data = encoded(kind, exif=with_orientation(orientation))
    image, size = decode(data, name="photo")
    assert (image == turned_by_pillow(data)).all()
    assert image.shape[:2] == size == ((48, 64) if orientation < 5 else (64, 48))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_left_out(encoded: Callable[..., bytes], orientation: int) -> None:
    assert decode(encoded("JPEG", exif=with_orientation(orientation)), name="photo")[1] == (48, 64)


@pytest.mark.parametrize("at_least", [(1, 1), (100, 100), (101, 200), (400, 10), (10, 400), (5000, 5000), (0, 0)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_is_decoded_smaller_but_never_too_small(
    encoded: Callable[..., bytes], at_least: tuple[int, int], orientation: int
) -> None:
    data = encoded("JPEG", Pillow.new("RGB", (800, 401)), exif=with_orientation(orientation))
    image, size = decode(data, name="photo", at_least=at_least)
    assert size == ((401, 800) if orientation == 1 else (800, 401))
    assert all(side >= min(least, whole) for side, least, whole in zip(image.shape, at_least, size, strict=False))


def test_a_large_jpeg_is_decoded_at_an_eighth_where_that_is_enough(encoded: Callable[..., bytes]) -> None:
    data = encoded("JPEG", Pillow.new("RGB", (800, 400)))
    assert decode(data, name="photo", at_least=(50, 100))[0].shape == (50, 100, 3)
    assert decode(data, name="photo")[0].shape == (400, 800, 3)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_pictures_in_one_file_the_first_is_taken(encoded: Callable[..., bytes], kind: str) -> None:
    red, blue = Pillow.new("RGB", (20, 20), (255, 0, 0)), Pillow.new("RGB", (20, 20), (0, 0, 255))
    image = decode(encoded(kind, red, save_all=True, append_images=[blue]), name="moving")[0]
    assert np.abs(image.astype(int) - (255, 0, 0)).max() < 5


def test_a_jpeg_of_several_pictures_is_read(encoded: Callable[..., bytes], photo: Image) -> None:
    data = encoded("MPO", save_all=True, append_images=[Pillow.fromarray(photo[::-1])])
    assert decode(data, name="photo", at_least=(10, 10))[1] == (48, 64)


def test_cmyk_and_grey_jpegs_are_read(encoded: Callable[..., bytes]) -> None:
    for mode in ("CMYK", "L"):
        assert decode(encoded("JPEG", mode=mode), name="photo", at_least=(8, 8))[0].shape[2] == 3


def test_the_name_of_a_file_is_not_trusted(tmp_path: Path, encoded: Callable[..., bytes], photo: Image) -> None:
    path = tmp_path / "photo.gif"
    path.write_bytes(encoded("PNG"))
    assert (decode(path, name="photo")[0] == photo).all()


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^There is no file cat\.jpg\. Check its name\.$"):
        decode(tmp_path / "cat.jpg", name="cat.jpg")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^here is not a file\. Give a picture's file\.$"):
        decode(tmp_path, name="here")


def test_a_file_under_a_file_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(ImageError, match=r"^cat cannot be opened: .+\.$"):
        decode(tmp_path / "file" / "cat", name="cat")


def test_a_path_with_a_zero_in_it_cannot_be_opened() -> None:
    with pytest.raises(ImageError, match=r"^'a\\x00b' cannot be opened: embedded null"):
        decode(Path("a\0b"), name="a\0b")


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").touch()
    with pytest.raises(ImageError, match=r"^cat\.jpg is empty \(0 bytes\)\. Get a fresh copy\.$"):
        decode(tmp_path / "cat.jpg", name="cat.jpg")


def test_too_many_bytes_are_refused(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    (tmp_path / "cat.jpg").write_bytes(encoded("JPEG"))
    for data in (tmp_path / "cat.jpg", encoded("JPEG")):
        with pytest.raises(ImageError, match=r"^cat\.jpg has more than the 100 bytes allowed"):
            decode(data, name="cat.jpg", limits=Limits(max_bytes=100))


def test_too_many_pixels_are_refused_before_any_is_decoded(encoded: Callable[..., bytes]) -> None:
    header = encoded("PNG")[:60]
    with pytest.raises(ImageError, match=r"^cat\.png has 64 x 48 = 3,072 pixels, more than the 3,071 allowed"):
        decode(header, name="cat.png", limits=Limits(max_pixels=3071))


def test_a_cut_picture_is_damaged(encoded: Callable[..., bytes]) -> None:
    with pytest.raises(ImageError, match=r"^cat\.jpg is damaged: image file is truncated .+\. Get a fresh copy\.$"):
        decode(encoded("JPEG")[:900], name="cat.jpg")


def test_something_else_is_no_picture() -> None:
    with pytest.raises(
        ImageError, match=r"^cat is not a picture that can be read; it begins with b'%PDF-1\.7'\. Give a"
    ):
        decode(b"%PDF-1.7 and so on", name="cat")


def test_a_video_is_no_picture(originals: list[Path]) -> None:
    clip = next(path for path in originals if path.name == "clip.avi")
    with pytest.raises(ImageError, match=r"^cat is a video \(AVI\), where a picture was asked for\."):
        decode(clip, name="cat")


def test_an_archive_is_no_picture() -> None:
    with pytest.raises(ImageError, match=r"^cat is an archive \(ZIP\), where a picture was asked for\."):
        decode(b"PK\3\4" + bytes(99), name="cat")


def test_more_pixels_than_pillow_allows_are_too_many_also_without_our_limit(encoded: Callable[..., bytes]) -> None:
    gif = bytearray(encoded("GIF", Pillow.new("P", (2, 2))))
    at = gif.index(b",\0\0\0\0\2\0\2\0")
    gif[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(ImageError, match=r"^cat is too large: Image size .+\. Give a smaller picture\.$"):
        decode(bytes(gif), name="cat", limits=Limits(max_pixels=10**12))


def test_a_picture_of_nothing_but_filling_is_given_up() -> None:
    with pytest.raises(ImageError, match=r"^cat is damaged: it is made of nothing but filling\. Get a fresh copy\.$"):
        decode(b"\xff\xd8\xff\xe0\0\x04ab" + bytes(1_000_000), name="cat")


def test_pillow_neither_warns_nor_complains(encoded: Callable[..., bytes], capfd: pytest.CaptureFixture[str]) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\xff\0" + b"\x12\1\3\0\xff\0\0\0" * 9
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert decode(encoded("JPEG", exif=exif), name="cat")[1] == (48, 64)
        logging.getLogger("PIL.TiffImagePlugin").error("too loud")
    assert not said
    assert capfd.readouterr() == ("", "")


def test_a_large_picture_that_is_allowed_gives_no_warning(encoded: Callable[..., bytes]) -> None:
    data = encoded("JPEG", Pillow.new("L", (10_000, 9_000)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decode(data, name="large", at_least=(9, 9))[1] == (9_000, 10_000)


def test_heic_is_read_where_its_reader_is_installed() -> None:
    pytest.importorskip("pi_heif", reason="the extra heic is not installed")
    image, size = decode(HEIC, name="cat.heic")
    assert size == (32, 64)
    assert np.abs(image[8, 8].astype(int) - (255, 0, 0)).max() < 5
    assert np.abs(image[-8, -8].astype(int) - (0, 0, 255)).max() < 5


def test_heic_says_what_to_install_and_lets_other_pictures_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pi_heif", "pi_heif.as_plugin"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImageError, match=r'^HEIC pictures need .+: pip install "opsin\[heic\]"$') as caught:
        decode(HEIC, name="cat.heic")
    assert isinstance(caught.value, MissingExtraError)


def test_a_pillow_picture_is_turned_upright_and_left_as_it_is(encoded: Callable[..., bytes]) -> None:
    data = encoded("PNG", exif=with_orientation(6))
    with Pillow.open(io.BytesIO(data)) as picture:
        assert (image_from_pillow(picture) == turned_by_pillow(data)).all()
        assert picture.size == (64, 48)


def test_a_damaged_pillow_picture_is_named(encoded: Callable[..., bytes]) -> None:
    with (
        Pillow.open(io.BytesIO(encoded("JPEG")[:900])) as picture,
        pytest.raises(ImageError, match=r"^the Pillow picture is damaged: image file is truncated"),
    ):
        image_from_pillow(picture)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("noted", [1, 3, 6, 8])
def test_the_orientation_is_told_as_it_is_noted(
    tmp_path: Path, encoded: Callable[..., bytes], kind: str, noted: int
) -> None:
    data = encoded(kind, exif=with_orientation(noted))
    (tmp_path / "photo").write_bytes(data)
    assert orientation(data, name="photo") == orientation(tmp_path / "photo", name="photo") == noted


@pytest.mark.parametrize("more", [{}, {"exif": with_orientation(9)}], ids=["none", "no such"])
def test_without_an_orientation_a_picture_is_upright(
    encoded: Callable[..., bytes], more: dict[str, Pillow.Exif]
) -> None:
    assert orientation(encoded("JPEG", **more), name="photo") == 1


def test_the_orientation_of_what_is_no_picture_cannot_be_told() -> None:
    with pytest.raises(ImageError, match="photo is not a picture"):
        orientation(b"no picture", name="photo")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_size_is_told_as_decoding_tells_it(encoded: Callable[..., bytes], kind: str, orientation: int) -> None:
    data = encoded(kind, exif=with_orientation(orientation))
    assert picture_size(data, name="photo") == decode(data, name="photo")[1]


def test_the_size_of_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ImageError, match="photo is not a picture"):
        picture_size(b"no picture", name="photo")

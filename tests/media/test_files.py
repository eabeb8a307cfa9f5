from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from opsin.core.errors import ImageError, OptionError
from opsin.core.image import Image
from opsin.media.decode import decode
from opsin.media.files import save_cutout, save_image
from opsin.media.sniff import kind_of_file


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff"])
def test_what_loses_nothing_is_read_back_as_it_was(tmp_path: Path, photo: Image, suffix: str) -> None:
    save_image(tmp_path / f"photo{suffix}", photo)
    assert (decode(tmp_path / f"photo{suffix}", name="photo")[0] == photo).all()


@pytest.mark.parametrize(
    ("suffix", "kind"), [(".JPG", "JPEG"), (".jpeg", "JPEG"), (".webp", "WEBP"), (".avif", "AVIF")]
)
def test_the_suffix_names_the_format(tmp_path: Path, photo: Image, suffix: str, kind: str) -> None:
    save_image(tmp_path / f"photo{suffix}", photo)
    assert kind_of_file(tmp_path / f"photo{suffix}") == kind


def test_less_quality_makes_a_smaller_file(tmp_path: Path, photo: Image) -> None:
    save_image(tmp_path / "good.jpg", photo, quality=95)
    save_image(tmp_path / "poor.jpg", photo, quality=20)
    assert (tmp_path / "poor.jpg").stat().st_size < (tmp_path / "good.jpg").stat().st_size


def test_another_suffix_is_refused_and_nothing_is_written(tmp_path: Path, photo: Image) -> None:
    with pytest.raises(OptionError, match=r"^A picture's file must end with one of \.jpg, .+; got photo\.txt\.$"):
        save_image(tmp_path / "photo.txt", photo)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("quality", [0, 101])
def test_another_quality_is_refused(tmp_path: Path, photo: Image, quality: int) -> None:
    with pytest.raises(OptionError, match=rf"^quality must be between 1 and 100; got {quality}\.$"):
        save_image(tmp_path / "photo.jpg", photo, quality=quality)


def test_what_is_no_image_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^An image must be uint8"):
        save_image(tmp_path / "photo.jpg", np.zeros((4, 4, 3)))  # type: ignore[arg-type]  # the point of the test
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_a_cutout_keeps_every_colour_also_of_clear_pixels(tmp_path: Path, photo: Image, suffix: str) -> None:
    alpha = np.linspace(0, 1, photo.shape[0] * photo.shape[1], dtype=np.float32).reshape(photo.shape[:2])
    save_cutout(tmp_path / f"cut{suffix}", photo, alpha)
    saved = np.asarray(Pillow.open(tmp_path / f"cut{suffix}"))
    assert (saved[..., :3] == photo).all()
    assert (saved[..., 3] == np.rint(alpha * 255)).all()


def test_a_cutout_is_not_written_where_pixels_cannot_be_clear(tmp_path: Path, photo: Image) -> None:
    with pytest.raises(OptionError, match=r"^A cutout's file must end with one of \.png, .+; got cut\.jpg\.$"):
        save_cutout(tmp_path / "cut.jpg", photo, np.ones(photo.shape[:2], np.float32))
    assert not list(tmp_path.iterdir())

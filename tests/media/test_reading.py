from collections.abc import Callable
from pathlib import Path

import pytest

from opsin.core.errors import ImageError
from opsin.core.image import Image
from opsin.media.limits import DEFAULT_LIMITS, Limits
from opsin.media.reading import failing, picture, ready


def test_a_picture_is_not_read_before_it_is_asked_for(tmp_path: Path, encoded: Callable[..., bytes]) -> None:
    item = picture(tmp_path / "late.png", "late.png", DEFAULT_LIMITS)
    (tmp_path / "late.png").write_bytes(encoded("PNG"))
    assert item.read()[1] == (48, 64)
    assert item.to_dict() == {"source": "late.png", "frame": None, "seconds": None}


def test_a_picture_passes_on_the_size_asked_for_and_the_limits(encoded: Callable[..., bytes]) -> None:
    assert picture(encoded("JPEG"), "cat", DEFAULT_LIMITS).read((6, 8))[0].shape == (6, 8, 3)
    with pytest.raises(ImageError, match=r"^cat has 64 x 48"):
        picture(encoded("JPEG"), "cat", Limits(max_pixels=9)).read()


def test_an_image_that_is_there_is_given(photo: Image) -> None:
    assert ready(photo, "photo").read((1, 1)) == (photo, (48, 64))


def test_a_failing_item_says_why_each_time_it_is_read() -> None:
    item = failing("cat", "cat ran away.")
    for _ in range(2):
        with pytest.raises(ImageError, match=r"^cat ran away\.$"):
            item.read()

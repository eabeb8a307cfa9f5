import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.core.image import Image
from opsin.media.geometry import resize


@pytest.mark.parametrize("how", ["area", "linear", "cubic"])
@pytest.mark.parametrize("size", [(24, 32), (96, 128), (10, 100), (1, 1)])
def test_an_even_colour_stays_even(how: str, size: tuple[int, int]) -> None:
    image = resize(np.full((48, 64, 3), 77, np.uint8), size, how=how)
    assert image.shape == (*size, 3)
    assert (image == 77).all()


def test_shrinking_averages_what_falls_together(photo: Image) -> None:
    means = photo.reshape(24, 2, 32, 2, 3).mean(axis=(1, 3))
    assert np.abs(resize(photo, (24, 32)) - means).max() <= 0.5


def test_linear_looks_at_the_nearest_pixels_only() -> None:
    stripes = np.zeros((4, 64, 3), np.uint8)
    stripes[:, ::8] = 255
    assert resize(stripes, (4, 8), how="linear").max() == 0
    assert resize(stripes, (4, 8)).min() > 0


def test_growing_is_linear(photo: Image) -> None:
    assert (resize(photo, (96, 128)) == resize(photo, (96, 128), how="linear")).all()
    assert (resize(photo, (96, 128)) != resize(photo, (96, 128), how="cubic")).any()


def test_resizing_leaves_its_image_alone(photo: Image) -> None:
    before = photo.copy()
    resize(photo, (5, 5))[:] = 0
    assert (photo == before).all()


def test_a_way_that_does_not_exist_is_refused(photo: Image) -> None:
    with pytest.raises(OptionError, match=r"^how must be one of area, linear, cubic; got 'best'\.$"):
        resize(photo, (5, 5), how="best")


def test_a_size_without_pixels_is_refused(photo: Image) -> None:
    with pytest.raises(OptionError, match=r"^size must be \(height, width\) of at least 1 pixel each; got \(0, 5\)\.$"):
        resize(photo, (0, 5))

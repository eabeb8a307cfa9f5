"""Pictures of any size as a network takes them."""

import numpy as np
import pytest

from opsin.core.errors import ImageError, OptionError
from opsin.media.fitting import FITS, fitted, fitted_planes, with_channels


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(1, 1), (9, 30), (30, 9), (28, 28)])
def test_every_fit_gives_the_inputs_shape(fit, channels, shape):
    pixels, placement = fitted(picture(*shape), (28, 28), channels, fit, index=3)
    assert pixels.shape == (28, 28, channels)
    assert pixels.dtype == np.uint8
    assert (placement.size, placement.input_size, placement.index) == (shape, (28, 28), 3)


def test_a_picture_of_the_inputs_size_is_not_resampled():
    image = picture(8, 8)
    assert np.array_equal(fitted(image, (8, 8), 3, "crop")[0], image)


def test_grey_of_the_inputs_size_passes_as_it_is():
    grey = picture(8, 8)[..., :1]
    assert np.array_equal(fitted(grey, (8, 8), 1, "ink")[0], grey)


def test_squeeze_shows_all_of_it_and_crop_the_middle():
    image = np.zeros((10, 30, 3), np.uint8)
    image[:, :10], image[:, 20:] = 255, 255  # light at both ends, dark in the middle
    assert fitted(image, (10, 10), 3, "squeeze")[0].mean() > 150
    assert fitted(image, (10, 10), 3, "crop")[0].mean() < 1


def test_letterbox_keeps_the_shape():
    _, placement = fitted(picture(10, 30), (12, 12), 3, "letterbox")
    assert placement.scale == (0.4, 0.4)


def test_a_mirrored_picture_gives_mirrored_pixels():
    image = picture(40, 60)
    there = fitted(image[:, ::-1], (20, 20), 3, "crop")[0].astype(int)
    assert np.abs(there - fitted(image, (20, 20), 3, "crop")[0][:, ::-1]).max() <= 1


def test_grey_weighs_green_most():
    green, blue = np.zeros((2, 4, 4, 3), np.uint8)
    green[..., 1], blue[..., 2] = 255, 255
    assert [int(fitted(each, (2, 2), 1, "squeeze")[0][0, 0, 0]) for each in (green, blue)] == [150, 29]


def test_an_unknown_fit_is_refused_with_the_known_ones():
    with pytest.raises(OptionError, match=r"fit must be one of squeeze, crop, letterbox, ink, tiles; got 'stretch'"):
        fitted(picture(4, 4), (2, 2), 3, "stretch")


def test_two_channels_are_refused():
    with pytest.raises(OptionError, match=r"channels must be 1 \(grey\) or 3 \(colour\); got 2"):
        fitted(picture(4, 4), (2, 2), 2, "squeeze")


def test_what_is_no_image_is_refused():
    with pytest.raises(ImageError, match="got float64"):
        fitted(np.zeros((4, 4)), (2, 2), 3, "squeeze")


def test_planes_keep_every_digit_and_their_channels_apart():
    planes = np.random.default_rng(0).integers(0, 65536, (6, 8, 7), dtype=np.uint16)
    pixels, placement = fitted_planes(planes, (6, 8), "squeeze", 65535)
    assert (np.rint(pixels * (65535 / 255)) == planes).all()
    assert placement.scale == (1.0, 1.0)


def test_each_channel_is_moved_as_it_would_be_alone():
    planes = np.random.default_rng(0).integers(0, 4096, (9, 7, 6), dtype=np.uint16)
    together, _ = fitted_planes(planes, (12, 16), "letterbox", 4095)
    alone = [fitted_planes(planes[..., c : c + 1], (12, 16), "letterbox", 4095)[0] for c in range(6)]
    assert (together == np.concatenate(alone, axis=2)).all()


def test_other_channels_than_a_network_takes_are_refused():
    with pytest.raises(ImageError, match="scan has 2 channels; this network takes 5"):
        with_channels(np.zeros((4, 4, 2), np.uint16), 5, "scan")


def test_in_tiles_the_middle_is_seen_at_its_own_scale():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    pixels, placement = fitted(image, (10, 10), 3, "tiles")
    assert (pixels == image[5:15, 10:20]).all()
    assert (placement.scale, placement.shift) == ((1.0, 1.0), (-10.0, -5.0))

"""What a subject can stand before."""

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.draw.backdrops import colour_from_text, filling, of_colour, out_of_focus


def noise(size=(48, 64), seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)


def disc(size=(48, 64)):
    """(h, w) 1 within a disc in the middle."""
    rows, columns = np.indices(size)
    return (np.hypot(rows - size[0] / 2, columns - size[1] / 2) < 10).astype(np.float32)


def test_a_subject_lends_the_background_no_colour():
    image = np.full((48, 64, 3), (0, 80, 200), np.uint8)
    image[disc() > 0] = (255, 0, 0)
    behind = out_of_focus(image, disc(), 0.05, (48, 64))
    assert np.abs(behind[disc() == 0].astype(int) - (0, 80, 200)).max() <= 1


def test_a_background_of_one_colour_stays():
    assert (out_of_focus(of_colour((9, 99, 199), (48, 64)), disc(), 0.05, (48, 64)) == (9, 99, 199)).all()


def test_more_blur_leaves_less():
    image, nobody = noise(), np.zeros((48, 64), np.float32)
    left = [float(out_of_focus(image, nobody, blur, (48, 64)).std()) for blur in (0.01, 0.05, 0.2)]
    assert float(image.std()) > left[0] > left[1] > left[2]


def test_without_a_subject_it_is_a_blur_of_that_spread():
    """A single bright line spreads to a bell whose standard deviation is what was asked."""
    image = np.zeros((64, 640, 3), np.uint8)
    image[:, 316:324] = 255
    bell = out_of_focus(image, np.zeros((64, 640), np.float32), 0.03, (64, 640))[32, :, 0].astype(float)
    at = np.arange(640)
    middle = (bell * at).sum() / bell.sum()
    assert np.sqrt((bell * (at - middle) ** 2).sum() / bell.sum()) == pytest.approx(0.03 * 640, rel=0.2)


def test_a_mirrored_picture_has_a_mirrored_background():
    image, alpha = noise(), disc()
    mirrored = out_of_focus(image[:, ::-1].copy(), alpha[:, ::-1].copy(), 0.03, (48, 64))[:, ::-1]
    assert np.abs(mirrored.astype(int) - out_of_focus(image, alpha, 0.03, (48, 64))).max() <= 1


def test_all_subject_is_no_division_by_nothing():
    assert out_of_focus(noise(), np.ones((48, 64), np.float32), 0.03, (48, 64)).shape == (48, 64, 3)


def test_no_blur_is_refused():
    with pytest.raises(OptionError, match=r"^blur must be above 0, a share of the longer side; got 0\.$"):
        out_of_focus(noise(), disc(), 0, (48, 64))


@pytest.mark.parametrize(("size", "kept"), [((48, 64), (0, 64)), ((48, 32), (16, 48)), ((24, 32), (0, 64))])
def test_a_picture_fills_with_its_middle(size, kept):
    image = np.tile(np.arange(64, dtype=np.uint8)[None, :, None] * 3, (48, 1, 3))
    made = filling(image, size)
    assert made.shape == (*size, 3)
    assert (int(made.min()), int(made.max())) == pytest.approx((kept[0] * 3, (kept[1] - 1) * 3), abs=3)


def test_a_picture_that_is_too_small_grows():
    assert filling(noise((3, 5)), (48, 64)).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("text", "colour"), [("white", (255, 255, 255)), ("#0a0B0c", (10, 11, 12)), ("#f00", (255, 0, 0))]
)
def test_colours_have_the_names_of_css(text, colour):
    assert colour_from_text(text) == colour


@pytest.mark.parametrize("text", ["", "greenish", "#12", "12,13,14"])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(OptionError, match=rf"^A colour is a name such as teal, or #rrggbb; got '{text}'\.$"):
        colour_from_text(text)

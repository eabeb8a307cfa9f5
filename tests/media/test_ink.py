"""A single character as MNIST has it."""

import cv2
import numpy as np
import pytest

from opsin.media.fitting import fitted
from opsin.media.ink import inked

SIZE = (28, 28)


def drawn(height=400, width=300, *, paper=230, ink=40, thickness=22, box=(90, 80, 210, 320)):
    """A 2, drawn with straight lines on plain paper; `box` is left, top, right, bottom of the lines' middles."""
    left, top, right, bottom = box
    middle = (top + bottom) // 2
    corners = [(left, top), (right, top), (right, middle), (left, middle), (left, bottom), (right, bottom)]
    image = np.full((height, width, 3), paper, np.uint8)
    return cv2.polylines(image, [np.array(corners, np.int32)], False, (ink,) * 3, thickness, cv2.LINE_AA)


def photographed(image, seed=0, *, light=0.6, noise=5.0):
    """The same under light that falls from one side, with the grain of a small camera."""
    random = np.random.default_rng(seed)
    across = np.linspace(1, light, image.shape[1])[None, :, None]
    grain = random.normal(0, noise, image.shape)
    return np.clip(image * across + grain, 0, 255).astype(np.uint8)


def character(image):
    return inked(image, SIZE)[0][..., 0]


def bounds(pixels, above=60):
    rows, columns = np.flatnonzero(pixels.max(axis=1) > above), np.flatnonzero(pixels.max(axis=0) > above)
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def middle_of_mass(pixels):
    weights = pixels / pixels.sum()
    return tuple(float((weights.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum()) for axis in (0, 1))


def likeness(one, other):
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_the_character_is_light_on_black():
    pixels = character(drawn())
    assert pixels.max() == 255
    assert np.median(pixels) == 0


def test_its_longer_side_is_20_of_28():
    left, top, right, bottom = bounds(character(drawn()))
    assert bottom - top == pytest.approx(20, abs=1)
    assert (right - left) / (bottom - top) == pytest.approx(142 / 262, abs=0.06)


def test_its_weight_is_in_the_middle():
    assert middle_of_mass(character(drawn(box=(150, 30, 260, 330)))) == pytest.approx((14, 14), abs=0.6)


@pytest.mark.parametrize("box", [(20, 20, 110, 200), (170, 180, 260, 360)])
def test_it_does_not_matter_where_it_stands(box):
    moved = (box[0] + 5, box[1] + 7, box[2] + 5, box[3] + 7)
    there, here = character(drawn(box=moved)), character(drawn(box=box))
    assert middle_of_mass(there) == pytest.approx(middle_of_mass(here), abs=1)
    assert likeness(there, here) > 0.8  # a pixel to the side, at most


@pytest.mark.parametrize("times", [0.5, 2, 4])
def test_it_does_not_matter_how_large_the_picture_is(times):
    image = drawn()
    other = cv2.resize(image, None, fx=times, fy=times, interpolation=cv2.INTER_AREA)
    assert likeness(character(image), character(other)) > 0.95


def test_light_ink_on_a_dark_board_is_the_same():
    assert likeness(character(drawn()), character(drawn(paper=40, ink=230))) > 0.98


@pytest.mark.parametrize("light", [0.8, 0.5, 0.35])
@pytest.mark.parametrize("colours", [(230, 40), (60, 235)])
def test_light_from_one_side_does_not_matter(light, colours):
    image = drawn(paper=colours[0], ink=colours[1])
    assert likeness(character(image), character(photographed(image, light=light))) > 0.93


def test_a_small_character_on_a_large_sheet_is_found():
    small = drawn(800, 900, thickness=6, box=(700, 600, 730, 660))
    large = drawn(400, 300, thickness=22, box=(90, 80, 210, 320))
    assert likeness(character(photographed(small, noise=3)), character(large)) > 0.8


def test_a_thin_pen_gives_strokes_that_can_be_seen():
    thin = character(drawn(thickness=3))
    assert (thin > 128).sum() > 0.5 * (character(drawn(thickness=24)) > 128).sum()


def test_specks_and_the_edge_of_the_sheet_are_left_out():
    image = drawn()
    cv2.circle(image, (30, 30), 4, (50, 50, 50), -1)
    image[:, 285:] = 20  # the table beside the sheet
    assert likeness(character(image), character(drawn())) > 0.97


def test_a_character_in_two_pieces_stays_whole():
    image = np.full((300, 300, 3), 230, np.uint8)
    image[80:110, 100:200] = 30
    image[180:230, 140:170] = 30
    left, top, right, bottom = bounds(character(image))
    assert (right - left, bottom - top) == pytest.approx((20 * 100 / 150, 20), abs=2)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_picture_without_ink_is_black(shade):
    pixels, placement = inked(np.full((50, 70, 3), shade, np.uint8), SIZE, index=2)
    assert not pixels.any()
    assert (placement.size, placement.index) == ((50, 70), 2)


def test_the_grain_of_empty_paper_is_no_ink():
    assert not character(photographed(np.full((300, 300, 3), 220, np.uint8), light=0.9, noise=4)).any()


@pytest.mark.parametrize("shape", [(1, 1), (2, 90), (90, 2), (5, 5), (3000, 40)])
def test_any_shape_gives_an_input(shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert inked(image, SIZE)[0].shape == (28, 28, 3)


def test_the_placement_says_where_a_point_of_the_picture_is_seen():
    image = drawn(600, 500, box=(120, 200, 300, 440))
    _, placement = inked(image, SIZE)
    left, top, right, bottom = bounds(character(image))
    corners = placement.to_input([[120 - 11, 200 - 11], [300 + 11, 440 + 11]])
    assert corners.ravel().tolist() == pytest.approx([left, top, right, bottom], abs=1)


def test_a_mirrored_picture_gives_the_mirrored_character():
    image = drawn()
    assert likeness(character(image[:, ::-1]), character(image)[:, ::-1]) > 0.95


def test_a_picture_of_the_inputs_size_is_a_character_already():
    image = photographed(drawn(28, 28, thickness=2, box=(9, 5, 18, 22)))
    assert (fitted(image, SIZE, 3, "ink")[0] == image).all()


class TestRealDigits:
    """MNIST's own digits, drawn large on paper: what comes back should be what they were."""

    @pytest.fixture(scope="class")
    @staticmethod
    def digits():
        """Ten digits of scikit-learn's set, (8, 8) in 0..16, as MNIST would have them."""
        from sklearn.datasets import load_digits

        found = load_digits()
        first = [int(np.flatnonzero(found.target == digit)[3]) for digit in range(10)]
        return [self_made(found.images[index]) for index in first]

    @pytest.mark.parametrize("digit", range(10))
    def test_a_digit_on_paper_comes_back_most_like_itself(self, digits, digit):
        large = cv2.resize(digits[digit], (224, 224), interpolation=cv2.INTER_CUBIC).astype(float) / 255
        paper = np.full((420, 380, 3), 225.0)
        paper[60:284, 90:314] -= 180 * large[..., None]
        back = character(photographed(paper.astype(np.uint8), seed=digit))
        alike = [likeness(back, other) for other in digits]
        assert int(np.argmax(alike)) == digit
        assert alike[digit] > 0.85


def self_made(eight):
    """A digit (8, 8) as (28, 28) uint8 in the middle, 20 pixels large."""
    ink = cv2.resize((eight * 255 / 16).astype(np.float32), (160, 160), interpolation=cv2.INTER_CUBIC)
    framed = np.clip(np.pad(ink, 40), 0, 255).astype(np.uint8)
    return inked(np.repeat(255 - framed[..., None], 3, axis=2), SIZE)[0][..., 0]

"""Pictures that are changed at random, and boxes that follow them."""

import numpy as np
import pytest

from opsin.core.errors import UnknownNameError
from opsin.data.moved import PRESETS, Moves, moved, moves, together
from opsin.data.things import Things

SIZE = (48, 64)


def picture(seed: int, size=SIZE):
    """Bright blocks on black, each with its box; labels are even or odd numbers of it."""
    random = np.random.default_rng(seed)
    image = np.zeros((*size, 3), np.uint8)
    boxes = []
    for _ in range(3):
        x, y = random.integers(2, size[1] - 16), random.integers(2, size[0] - 14)
        wide, high = random.integers(8, 13, 2)
        boxes.append((x, y, x + wide, y + high))
        image[y : y + high, x : x + wide] = 255
    return image, Things(np.array(boxes, np.float32), np.arange(3))


def change(how: Moves, seed: int, size=SIZE):
    return moved(picture, seed, 10, size, how, np.random.default_rng(seed))


def covered(things: Things, size=SIZE) -> np.ndarray:
    """(h, w) whether a pixel lies in a box, a pixel of doubt around each left out."""
    inside = np.zeros(size, bool)
    for x0, y0, x1, y1 in things.boxes:
        inside[int(np.floor(y0)) : int(np.ceil(y1)), int(np.floor(x0)) : int(np.ceil(x1))] = True
    return inside


def test_without_any_move_all_stays_as_it_is():
    image, things = picture(3)
    after, followed = change(Moves(), 3)
    assert np.array_equal(after, image)
    assert followed.boxes == pytest.approx(things.boxes)
    assert np.array_equal(followed.labels, things.labels)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("how", [Moves(zoom=1.3, shift=0.1), Moves(flips=True, turns=True), Moves(mosaic=1.0)])
def test_boxes_follow_their_pixels(how, seed):
    image, things = change(how, seed)
    for x0, y0, x1, y1 in things.boxes:
        inner = image[int(np.ceil(y0)) + 1 : int(y1) - 1, int(np.ceil(x0)) + 1 : int(x1) - 1]
        assert inner.size == 0 or inner.mean() > 230


@pytest.mark.parametrize("seed", range(12))
def test_bright_pixels_lie_in_boxes_unless_little_of_a_thing_is_left(seed):
    image, things = change(Moves(flips=True, turns=True), seed)
    height, width = SIZE
    bright = image[..., 0] > 200
    bright[:3] = bright[-3:] = bright[:, :3] = bright[:, -3:] = False  # what is cut off there may be too little
    outside = bright & ~covered(things)
    assert outside.sum() <= 0.02 * height * width


def test_a_mirrored_picture_has_mirrored_boxes():
    only = Moves(flips=True)
    image, things = picture(5)
    seed = next(seed for seed in range(20) if not np.array_equal(moved_with(only, seed)[0], image))
    after, followed = moved_with(only, seed)
    assert np.array_equal(after, image[:, ::-1])
    mirrored = np.stack([64 - things.boxes[:, 2], things.boxes[:, 1], 64 - things.boxes[:, 0], things.boxes[:, 3]], 1)
    assert followed.boxes == pytest.approx(mirrored)


def moved_with(how: Moves, seed: int):
    return moved(lambda _: picture(5), 0, 1, SIZE, how, np.random.default_rng(seed))


def test_the_same_state_makes_the_same_picture_and_another_another():
    one, same, other = (change(PRESETS["strong"], seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_what_is_given_is_not_changed():
    image, things = picture(2)
    before, boxes = image.copy(), things.boxes.copy()
    moved(lambda _: (image, things), 0, 1, SIZE, PRESETS["strong"], np.random.default_rng(0))
    assert np.array_equal(image, before)
    assert np.array_equal(things.boxes, boxes)


@pytest.mark.parametrize("seed", range(8))
def test_boxes_lie_inside_the_picture(seed):
    _, things = change(PRESETS["strong"], seed, size=(32, 64))
    assert things.boxes.min(initial=0) >= 0
    assert (things.boxes <= [64, 32, 64, 32]).all()


def test_a_thing_of_which_little_is_left_is_left_out():
    whole = Things(np.array([[0, 0, 8, 8], [40, 20, 60, 40]], np.float32), np.array([0, 1]))
    far = Moves(shift=0.3)
    for seed in range(20):
        _, things = moved(
            lambda _: (np.zeros((48, 64, 3), np.uint8), whole), 0, 1, SIZE, far, np.random.default_rng(seed)
        )
        left = np.prod(things.boxes[:, 2:] - things.boxes[:, :2], axis=1)
        assert (left >= 0.25 * np.array([64.0, 400.0])[things.labels] - 1e-3).all()


def test_a_mosaic_shows_four_pictures():
    shades = [np.full((48, 64, 3), 40 + 50 * number, np.uint8) for number in range(4)]
    nothing = Things(np.zeros((0, 4)), np.zeros(0))
    read = iter(range(4))
    image, _ = moved(lambda _: (shades[next(read)], nothing), 0, 4, SIZE, Moves(mosaic=1), np.random.default_rng(0))
    assert len(np.unique(image)) == 4


def test_a_crowd_stays_a_crowd():
    crowd = Things(np.array([[5, 5, 40, 40]], np.float32), np.array([1]), np.array([True]))
    _, things = moved(lambda _: (np.zeros((48, 64, 3), np.uint8), crowd), 0, 1, SIZE, Moves(), np.random.default_rng(0))
    assert things.is_crowd.tolist() == [True]


def test_pictures_of_several_become_those_of_one():
    one, other = picture(1)[1], picture(2)[1]
    assert len(together([one, other])) == len(one) + len(other)


def test_presets_go_from_nothing_to_most_and_mirror_only_where_that_is_allowed():
    assert moves("none", flips=True) == Moves()
    assert not moves("strong", flips=False).flips
    assert moves("standard", flips=True, turns=True).turns
    zooms = [PRESETS[name].zoom for name in ("none", "light", "standard", "strong")]
    assert zooms == sorted(zooms)


def test_another_preset_is_refused():
    with pytest.raises(UnknownNameError, match="preset of augmentation"):
        moves("wild", flips=True)

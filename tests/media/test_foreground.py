"""A subject's own colours: pictures mixed on purpose come apart again."""

import numpy as np
import pytest

from opsin.media.foreground import freed, quickly_freed, sides_of, unmixed

RED, BLUE = np.array([220, 30, 20], np.float32), np.array([20, 60, 230], np.float32)


def ramp(height=40, width=160):
    """A red subject on the left before blue, with an edge eight pixels soft, and its alpha."""
    across = np.clip((84 - np.arange(width)) / 8, 0, 1).astype(np.float32)
    alpha = np.tile(across, (height, 1))
    mixed = alpha[..., None] * RED + (1 - alpha[..., None]) * BLUE
    return mixed.round().astype(np.uint8), alpha


def soft(alpha):
    return (alpha > 0.05) & (alpha < 1)


@pytest.mark.parametrize("way", ["exactly", "quickly"])
def test_of_what_was_mixed_two_thirds_of_the_spill_goes_and_more(way):
    image, alpha = ramp()
    made = freed(image, alpha, image, alpha) if way == "exactly" else quickly_freed(image, image, alpha)
    before, after = (np.abs(each[soft(alpha)] - RED).mean() for each in (image.astype(float), made.astype(float)))
    assert after < before / 3


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_where_alpha_is_all_or_nothing_the_picture_stays(level):
    image, _ = ramp()
    alpha = np.full(image.shape[:2], level, np.float32)
    assert (freed(image, alpha, image, alpha) == image).all()
    assert np.abs(quickly_freed(image, image, alpha).astype(int) - image).max() <= 1


def test_a_picture_of_one_colour_stays():
    image, (_, alpha) = np.full((40, 160, 3), 90, np.uint8), ramp()
    assert np.abs(freed(image, alpha, image, alpha).astype(int) - 90).max() <= 1


def test_a_mirrored_picture_gives_mirrored_colours():
    image, alpha = ramp()
    other = [each[:, ::-1].copy() for each in (image, alpha)]
    mirrored = freed(*other, *other)[:, ::-1].astype(int)
    assert np.abs(mirrored - freed(image, alpha, image, alpha)).max() <= 1


def test_colours_gathered_in_a_small_picture_do_nearly_as_well():
    image, alpha = ramp(80, 160)
    made = freed(image, alpha, image[::2, ::2], alpha[::2, ::2].copy())
    assert np.abs(made[soft(alpha)] - RED).mean() < 0.35 * np.abs(image[soft(alpha)] - RED).mean()


def test_the_sides_are_the_two_colours():
    image, alpha = ramp()
    sides = sides_of(image, alpha)
    assert sides.subject[:, 20] == pytest.approx(np.tile(RED, (40, 1)), abs=3)
    assert sides.behind[:, 110] == pytest.approx(np.tile(BLUE, (40, 1)), abs=3)


def test_unmixing_undoes_mixing():
    share = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
    pixels = share * RED + (1 - share) * BLUE
    assert unmixed(pixels, share, RED, BLUE) == pytest.approx(np.tile(RED, (5, 1)), abs=1e-3)


def test_inputs_are_left_alone():
    image, alpha = ramp()
    kept = image.copy(), alpha.copy()
    freed(image, alpha, image, alpha)
    quickly_freed(image, image, alpha)
    assert (image == kept[0]).all()
    assert (alpha == kept[1]).all()

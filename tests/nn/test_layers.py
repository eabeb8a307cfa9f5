"""Each random layer by itself. What holds for all of them stands in test_augment.py."""

from functools import partial

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.nn import layers
from opsin.nn.backend import keras


def applied(layer, images):
    return np.asarray(layer(np.asarray(images, np.float32), training=True))


def ramp(count, height, width):
    """Pictures in which each pixel has its own value: 0, 1, 2 … along the rows."""
    picture = np.arange(height * width, dtype=np.float32).reshape(1, height, width, 1)
    return np.repeat(picture, count, axis=0)


def shifted_by_hand(picture, down, right):
    """The picture shifted, what is missing reflected: by numpy's own padding."""
    padded = np.pad(picture, ((3, 3), (3, 3), (0, 0)), mode="reflect")
    return padded[3 - down : 3 - down + picture.shape[0], 3 - right : 3 - right + picture.shape[1]]


class TestShift:
    def test_every_picture_is_one_of_the_shifts_and_each_shift_comes_up(self):
        picture = ramp(1, 5, 6)[0]
        ways = [shifted_by_hand(picture, down, right) for down in (-1, 0, 1) for right in (-2, -1, 0, 1, 2)]
        changed = applied(layers.RandomShift((1, 2)), ramp(400, 5, 6))
        which = [[index for index, way in enumerate(ways) if np.array_equal(each, way)] for each in changed]
        assert all(len(found) == 1 for found in which)
        assert set(np.ravel(which)) == set(range(15))

    def test_all_shifts_are_equally_likely(self):
        changed = applied(layers.RandomShift((0, 1)), ramp(3000, 1, 4))
        counts = np.bincount(changed[:, 0, 1, 0].astype(int), minlength=3)
        assert counts == pytest.approx([1000] * 3, abs=100)  # 4 standard deviations

    def test_half_of_the_pictures_are_mirrored(self):
        changed = applied(layers.RandomShift((0, 0), flips=True), ramp(1000, 1, 3))[:, 0, :, 0]
        mirrored = (changed == [2, 1, 0]).all(axis=1)
        assert (mirrored | (changed == [0, 1, 2]).all(axis=1)).all()
        assert mirrored.mean() == pytest.approx(0.5, abs=0.07)

    def test_colours_stay_together(self):
        picture = np.stack([ramp(20, 4, 4)[..., 0], ramp(20, 4, 4)[..., 0] + 100], axis=-1)
        changed = applied(layers.RandomShift((1, 1), flips=True), picture)
        assert (changed[..., 1] - changed[..., 0] == 100).all()

    def test_black_comes_in_from_outside_where_it_is_wanted(self):
        changed = applied(layers.RandomShift((1, 1), flips=True, fill="black"), ramp(200, 3, 3) + 1)
        sides = [changed[:, :, 0], changed[:, :, -1], changed[:, 0], changed[:, -1]]
        gone = np.stack([(side == 0).all(axis=(1, 2)) for side in sides])  # (4, n)
        assert gone.any(axis=1).all()
        assert (changed[:, 1, 1] > 0).all()
        inside = np.sort(changed[~gone.any(axis=0)].reshape(-1, 9), axis=1)
        assert (inside == np.arange(1, 10)).all()

    def test_a_picture_of_one_pixel_stays(self):
        assert applied(layers.RandomShift((1, 1), flips=True), np.full((3, 1, 1, 1), 7)).ravel().tolist() == [7] * 3


class TestWarp:
    def test_without_amounts_nothing_changes(self):
        assert applied(layers.RandomWarp(), ramp(3, 5, 7)) == pytest.approx(ramp(3, 5, 7), abs=1e-3)

    def test_flips_mirror_half_of_the_pictures(self):
        changed = applied(layers.RandomWarp(flips=True), ramp(400, 3, 4))
        mirrored = np.isclose(changed, ramp(1, 3, 4)[:, :, ::-1]).all(axis=(1, 2, 3))
        assert (mirrored | np.isclose(changed, ramp(1, 3, 4)).all(axis=(1, 2, 3))).all()
        assert mirrored.mean() == pytest.approx(0.5, abs=0.1)

    @pytest.mark.parametrize("flips", [False, True])
    def test_turning_and_scaling_keep_the_middle(self, flips):
        changed = applied(layers.RandomWarp(degrees=45, zoom=0.3, slant=0.2, flips=flips), ramp(50, 7, 7))
        assert changed[:, 3, 3, 0] == pytest.approx(ramp(1, 7, 7)[0, 3, 3, 0], abs=1e-3)

    def test_turns_reach_the_angle_both_ways_and_no_further(self):
        # A slope to the right: its direction after a turn tells the angle.
        slope = np.tile(np.linspace(0, 255, 33, dtype=np.float32), (300, 33, 1))[..., None]
        middle = applied(layers.RandomWarp(degrees=20), slope)[:, 12:21, 12:21, 0]
        down, right = np.gradient(middle, axis=1).mean(axis=(1, 2)), np.gradient(middle, axis=2).mean(axis=(1, 2))
        degrees = np.degrees(np.arctan2(down, right))
        assert -20.1 < degrees.min() < -18 < 18 < degrees.max() < 20.1

    @pytest.mark.parametrize("flips", [False, True])
    def test_turns_keep_right_angles_and_lengths(self, flips):
        a, b, _, d, e, *_ = np.asarray(layers.RandomWarp(degrees=30, flips=flips)._maps(ramp(40, 5, 5))).T
        maps = np.stack([np.stack([a, b], -1), np.stack([d, e], -1)], axis=1)  # (n, 2, 2)
        assert maps @ maps.transpose(0, 2, 1) == pytest.approx(np.tile(np.eye(2), (40, 1, 1)), abs=1e-5)
        assert set(np.linalg.det(maps).round(3)) == ({-1, 1} if flips else {1})

    def test_zoom_reaches_its_factor_both_ways_and_no_further(self):
        slope = np.tile(np.linspace(0, 255, 33, dtype=np.float32), (300, 33, 1))[..., None]
        middle = applied(layers.RandomWarp(zoom=0.25), slope)[:, 12:21, 12:21, 0]
        factor = np.gradient(middle, axis=2).mean(axis=(1, 2)) / (255 / 32)
        assert 1 / 1.26 < factor.min() < 1 / 1.22 < 1.22 < factor.max() < 1.26

    def test_shifts_reach_their_share_both_ways_and_no_further(self):
        slope = np.tile(np.linspace(0, 32, 33, dtype=np.float32), (300, 33, 1))[..., None]
        pixels = applied(layers.RandomWarp(shift=0.1), slope)[:, 16, 16, 0] - 16
        assert -3.31 < pixels.min() < -3.1 < 3.1 < pixels.max() < 3.31

    def test_black_comes_in_from_outside_where_it_is_wanted(self):
        changed = applied(layers.RandomWarp(shift=0.3, fill="black"), np.full((50, 9, 9, 1), 200))
        corners = changed[:, [0, 0, -1, -1], [0, -1, 0, -1], 0]
        assert (corners == 0).any(axis=1).mean() > 0.9
        assert (changed[:, 4, 4] == 200).all()

    def test_what_was_upright_is_slanted_and_rows_stay_rows(self):
        rows = np.tile(np.arange(9, dtype=np.float32)[:, None], (20, 1, 9))[..., None]
        assert applied(layers.RandomWarp(slant=0.3), rows) == pytest.approx(rows, abs=1e-3)


class TestColour:
    def test_without_amounts_nothing_changes(self):
        images = np.random.default_rng(0).uniform(0, 255, (2, 3, 4, 3))
        assert applied(layers.RandomColour(), images) == pytest.approx(images, abs=1e-3)

    def test_brightness_is_added_to_all_pixels_alike(self):
        added = applied(layers.RandomColour(brightness=0.2), np.full((500, 2, 2, 3), 127)) - 127
        assert np.ptp(added, axis=(1, 2, 3)) == pytest.approx(0, abs=1e-3)
        assert -51.01 < added.min() < -48 < 48 < added.max() < 51.01

    def test_contrast_moves_pixels_from_and_to_the_middle_grey(self):
        images = np.tile(np.array([27.5, 127.5, 227.5])[None, None, :, None], (500, 1, 1, 1))
        dark, middle, light = applied(layers.RandomColour(contrast=0.5), images)[:, 0, :, 0].T
        assert middle == pytest.approx(127.5, abs=1e-3)
        assert dark + light == pytest.approx(255, abs=1e-3)
        gain = (light - 127.5) / 100
        assert 0.499 < gain.min() < 0.52
        assert gain.max() == pytest.approx(1.275)  # white is the end

    def test_saturation_keeps_grey_and_lightness(self):
        images = np.tile(np.array([[100.0, 100, 100], [150, 100, 50]]), (50, 1, 1, 1))
        changed = applied(layers.RandomColour(saturation=0.5), images)
        assert changed[:, 0, 0] == pytest.approx(100, abs=1e-2)
        assert changed[:, 0, 1] @ layers.GREY == pytest.approx(images[0, 0, 1] @ layers.GREY, abs=1e-2)
        assert np.ptp(changed[:, 0, 1, 0]) > 20

    def test_grey_pictures_have_no_saturation(self):
        images = np.full((2, 3, 3, 1), 99.0)
        assert applied(layers.RandomColour(saturation=0.5), images) == pytest.approx(images)


class TestCutout:
    def test_a_square_is_covered_with_grey_and_the_rest_stays(self):
        changed = applied(layers.RandomCutout(0.5), np.zeros((200, 8, 8, 3)))
        covered = changed[..., 0] == layers.MIDDLE  # (n, h, w)
        assert (covered | (changed[..., 0] == 0)).all()
        assert (changed == changed[..., :1]).all()
        heights, widths = covered.any(axis=2).sum(axis=1), covered.any(axis=1).sum(axis=1)
        assert (covered.sum(axis=(1, 2)) == heights * widths).all()
        assert (heights.max(), widths.max()) == (4, 4)

    def test_of_a_wide_picture_the_short_side_counts(self):
        changed = applied(layers.RandomCutout(0.5), np.zeros((100, 4, 12, 1)))
        assert (changed != 0).any(axis=(1, 3)).sum(axis=1).max() == 2

    def test_every_pixel_is_covered_at_times(self):
        changed = applied(layers.RandomCutout(0.4), np.zeros((500, 6, 6, 1)))
        assert (changed != 0).any(axis=0).all()


@pytest.mark.parametrize("make", [partial(layers.RandomShift, (1, 1)), layers.RandomWarp], ids=["shift", "warp"])
def test_another_fill_is_refused_and_the_fills_are_named(make):
    with pytest.raises(OptionError, match="fill must be one of reflect, black; got 'white'"):
        make(fill="white")


def test_reflection_is_that_of_numpy():
    places = np.arange(-4, 9)
    expected = np.pad(np.arange(5), (4, 4), mode="reflect")
    assert np.asarray(layers.reflected(places, 5)).tolist() == expected.tolist()


def test_pixels_keep_their_precision_in_a_network_that_computes_in_half():
    policy = keras().config.dtype_policy()
    keras().config.set_dtype_policy("mixed_bfloat16")
    try:
        image = keras().Input((2, 2, 1), dtype="float32")
        model = keras().Model(image, keras().Sequential([layers.RandomShift((0, 0)), layers.RandomWarp()])(image))
    finally:
        keras().config.set_dtype_policy(policy)
    assert applied(model, np.full((1, 2, 2, 1), 254.99)).ravel() == pytest.approx([254.99] * 4)


@pytest.mark.parametrize(
    "layer",
    [
        layers.RandomShift((2, 3), flips=True, fill="black", seed=7, name="a"),
        layers.RandomWarp(degrees=5.0, zoom=0.1, shift=0.2, slant=0.3, flips=True, fill="black", seed=7, name="a"),
        layers.RandomColour(brightness=0.1, contrast=0.2, saturation=0.3, seed=7, name="a"),
        layers.RandomCutout(0.4, seed=7, name="a"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_is_made_again_from_what_it_says_of_itself(layer):
    again = keras().saving.deserialize_keras_object(keras().saving.serialize_keras_object(layer))
    images = np.random.default_rng(0).uniform(0, 255, (4, 9, 8, 3))
    assert again.get_config() == layer.get_config()
    assert np.array_equal(applied(again, images), applied(layer, images))

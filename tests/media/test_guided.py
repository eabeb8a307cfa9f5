"""The guided filter: laws, and numpy's own windows."""

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.media.guided import FLAT, grey_levels, guided


def maps(seed=0, size=(12, 16)):
    random = np.random.default_rng(seed)
    return random.random(size, np.float32), random.random(size, np.float32)


def mean(levels, radius):
    padded = np.pad(levels.astype(np.float64), radius, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * radius + 1, 2 * radius + 1))
    return windows.mean(axis=(2, 3))


def by_windows(levels, guide, radius, softness):
    """The same, straight from the definitions."""
    shared = mean(guide * levels, radius) - mean(guide, radius) * mean(levels, radius)
    spread = mean(guide**2, radius) - mean(guide, radius) ** 2 + softness**2
    spread_of_map = mean(levels**2, radius) - mean(levels, radius) ** 2
    slope = shared / spread
    start = mean(levels, radius) - slope * mean(guide, radius)
    trust = mean(np.minimum(slope * shared / np.maximum(spread_of_map, FLAT), 1), radius)
    line = mean(slope, radius) * guide + mean(start, radius)
    return (trust * line + (1 - trust) * levels).clip(0, 1)


@pytest.mark.parametrize(("radius", "softness"), [(1, 0.1), (2, 0.03), (4, 0.5)])
def test_it_is_what_the_definitions_say(radius, softness):
    levels, guide = maps()
    expected = by_windows(levels, guide, radius, softness)
    assert guided(levels, guide, radius=radius, softness=softness) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_a_map_that_is_the_same_everywhere_stays_so(level):
    flat, (_, guide) = np.full((6, 8), level, np.float32), maps()
    assert guided(flat, guide, radius=2, softness=0.05) == pytest.approx(level, abs=1e-4)


def test_a_guide_that_shows_nothing_changes_nothing():
    levels, _ = maps()
    assert guided(levels, np.full((12, 16), 0.5, np.float32), radius=2, softness=0.05) == pytest.approx(levels)


def test_a_mirrored_picture_gives_a_mirrored_map():
    levels, guide = maps()
    mirrored = guided(levels[:, ::-1].copy(), guide[:, ::-1].copy(), radius=2, softness=0.1)
    assert mirrored == pytest.approx(guided(levels, guide, radius=2, softness=0.1)[:, ::-1], abs=1e-5)


def test_an_edge_moves_to_where_the_guide_has_it():
    guide = np.zeros((32, 32), np.float32)
    guide[:, 17:] = 1
    seen = np.zeros((8, 8), np.float32)
    seen[:, 4:] = 1  # at column 16, a pixel beside the truth
    assert ((guided(seen, guide, radius=1, softness=0.01) > 0.5) == guide).all()
    assert ((np.kron(seen, np.ones((4, 4))) > 0.5) != guide).any()


def test_it_stays_within_0_and_1_and_leaves_its_inputs_alone():
    levels, guide = maps(3)
    kept = levels.copy(), guide.copy()
    made = guided(levels, guide, radius=1, softness=1e-3)
    assert (made.min() >= 0, made.max() <= 1, made.dtype) == (True, True, np.float32)
    assert (levels == kept[0]).all()
    assert (guide == kept[1]).all()


@pytest.mark.parametrize(("radius", "softness"), [(-1, 0.1), (1, 0), (1, float("nan"))])
def test_a_window_or_softness_that_is_none_is_refused(radius, softness):
    with pytest.raises(OptionError, match=rf"got {radius} and {softness}\.$"):
        guided(*maps(), radius=radius, softness=softness)


def test_grey_is_weighted_as_eyes_do():
    pure = np.eye(3, dtype=np.uint8)[None] * 255
    assert grey_levels(pure)[0] == pytest.approx([0.299, 0.587, 0.114], abs=0.002)

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.core.placement import centre_cropped, letterboxed, scaled_to_short_side, stretched, tiled

sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
makers = st.sampled_from(
    [
        lambda size: stretched(size, (416, 416)),
        lambda size: letterboxed(size, (300, 500)),
        lambda size: centre_cropped(size, 256, (224, 224)),
    ]
)


@given(makers, sizes)
def test_there_and_back_is_the_same_point(maker, size):
    points = np.array([[0, 0], [size[1], size[0]], [size[1] / 3, size[0] / 7]], np.float32)
    placement = maker(size)
    assert placement.to_original(placement.to_input(points)) == pytest.approx(points, rel=1e-3, abs=0.05)


@given(makers, sizes)
def test_there_and_back_is_the_same_box(maker, size):
    placement = maker(size)
    box = [[0, 0, size[1] / 2, size[0] / 2]]
    assert placement.boxes_to_original(placement.boxes_to_input(box)) == pytest.approx(
        np.array(box), rel=1e-3, abs=0.05
    )


@given(sizes)
def test_a_stretched_image_fills_the_input(size):
    assert stretched(size, (10, 20)).to_input([[size[1], size[0]]]) == pytest.approx(np.array([[20, 10]]), rel=1e-4)


@given(sizes, st.floats(1.0, 4.0))
def test_a_stretched_image_is_squeezed_no_more_than_allowed(size, limit):
    x, y = stretched(size, (10, 20), max_squeeze=limit).scale
    assert max(x / y, y / x) <= limit * (1 + 1e-9)


@given(sizes)
def test_an_image_that_may_not_be_squeezed_is_letterboxed(size):
    assert stretched(size, (10, 20), max_squeeze=1.0).scale == letterboxed(size, (10, 20)).scale


@given(sizes)
def test_a_letterboxed_image_keeps_its_shape_and_fits(size):
    placement = letterboxed(size, (100, 100))
    corner = placement.to_input([[size[1], size[0]]])[0]
    assert placement.scale[0] == placement.scale[1]
    assert corner.max() == pytest.approx(100, rel=1e-4)


@given(st.tuples(st.integers(50, 5000), st.integers(50, 5000)))
def test_the_middle_of_an_image_is_in_the_middle_of_its_crop(size):
    middle = centre_cropped(size, 256, (224, 224)).to_input([[size[1] / 2, size[0] / 2]])
    assert middle == pytest.approx(np.array([[112, 112]]), abs=0.6)


@pytest.mark.parametrize(
    ("size", "scaled"),
    [((480, 640), (256, 341)), ((640, 480), (341, 256)), ((1, 1), (256, 256)), ((1, 9), (256, 2304))],
)
def test_the_short_side_becomes_what_was_asked(size, scaled):
    assert scaled_to_short_side(size, 256) == scaled


tilings = st.tuples(sizes, st.floats(0.05, 3.0), st.sampled_from([64, 160, 1280]), st.sampled_from([0, 32]))


@given(tilings)
def test_tiles_cover_the_whole_image(tiling):
    size, scale, tile, overlap = tiling
    tiles = tiled(size, scale, (tile, tile), overlap)
    for axis in (0, 1):
        starts = sorted({-place.shift[1 - axis] for place in tiles})
        side = tiles[0].input_size[axis]
        assert all(later <= earlier + side - overlap for earlier, later in pairwise(starts))
        assert starts[0] == 0
        assert starts[-1] + side >= size[axis] * tiles[0].scale[1 - axis] - 1e-3


@given(tilings)
def test_tiles_are_no_larger_than_allowed_and_their_sides_are_multiples(tiling):
    size, scale, tile, overlap = tiling
    assert all(
        side <= tile and side % 32 == 0
        for place in tiled(size, scale, (tile, tile), overlap)
        for side in place.input_size
    )


def test_an_image_that_fits_is_one_tile_with_padding():
    (place,) = tiled((100, 200), 1.0, (256, 256), 32)
    assert (place.input_size, place.scale, place.shift) == ((128, 224), (1.0, 1.0), (0.0, 0.0))


def test_there_are_no_more_tiles_than_it_takes():
    assert len(tiled((100, 448), 1.0, (256, 256), 64)) == 2
    assert len(tiled((100, 449), 1.0, (256, 256), 64)) == 3


@pytest.mark.parametrize("size", [(30, 40), (7, 91)])
def test_the_place_of_a_smaller_original_is_the_same_in_the_input(size):
    place = letterboxed((60, 80), (32, 32))
    point = np.array([[20, 45]], np.float32)
    shrunk = point * [size[1] / 80, size[0] / 60]
    assert place.of_size(size).to_input(shrunk) == pytest.approx(place.to_input(point), abs=1e-4)

import numpy as np
import pytest

from opsin.draw.heat import coloured
from opsin.draw.maps import BAR, MOST_MAPS, WIDTH, draw_bars, draw_filters, draw_maps

LOW, HIGH = coloured(np.array([[0.0, 1.0]]))[0]


def has(picture, colour):
    return (picture == colour).all(axis=2)


def test_every_picture_has_the_same_width():
    shapes = [
        draw_maps(np.zeros((3, 5, 7)), "a").shape,
        draw_filters(np.ones((3, 3, 1, 4)), "b").shape,
        draw_bars(np.ones(3), "c").shape,
    ]
    assert {shape[1:] for shape in shapes} == {(WIDTH, 3)}


@pytest.mark.parametrize("count", [1, 4, 7, 32, 64])
def test_every_map_has_a_cell(count):
    maps = np.zeros((2, 2, count))
    maps[0, 0] = 1  # one hot corner each
    hot = has(draw_maps(maps, ""), HIGH)[40:-50]
    corners = hot[1:, 1:] & ~hot[:-1, 1:] & ~hot[1:, :-1]
    assert corners.sum() == count


def test_more_maps_than_can_be_seen_are_left_out_and_counted():
    wide = draw_maps(np.random.default_rng(1).random((4, 4, 200)), "")
    some = draw_maps(np.random.default_rng(1).random((4, 4, 200))[..., :MOST_MAPS], "")
    assert wide.shape == some.shape
    assert (wide[-40:] != some[-40:]).any()  # the foot says so


def test_maps_share_one_scale():
    maps = np.zeros((2, 2, 4))
    maps[..., 1], maps[..., 2] = 1.0, 0.5
    picture = draw_maps(maps, "")
    assert has(picture[:-50], HIGH).any()
    assert has(picture[:-50], LOW).any()
    assert has(picture[:-50], coloured(np.array([[0.5]]))[0, 0]).any()


def test_a_single_spot_does_not_make_all_the_rest_dark():
    maps = np.full((40, 40, 4), 1.0)
    maps[0, 0, 0] = 1000
    assert has(draw_maps(maps, "")[:-50], HIGH).mean() > 0.3


def test_maps_of_nothing_are_dark():
    assert has(draw_maps(np.zeros((3, 3, 4)), "")[:-50], LOW).mean() > 0.3


def test_colour_filters_are_shown_in_their_colours():
    filters = np.zeros((3, 3, 3, 4))
    filters[..., 0, 0] = 1  # red
    picture = draw_filters(filters, "")
    assert has(picture, (255, 128, 128)).any()
    assert has(picture, (128, 128, 128)).any()


def test_grey_filters_are_yellow_where_it_should_be_bright():
    filters = np.zeros((1, 2, 1, 1))
    filters[0, :, 0, 0] = [-3, 3]
    picture = draw_filters(filters, "")
    dark, bright = has(picture, LOW).nonzero()[1], has(picture, HIGH).nonzero()[1]
    assert dark.max() < bright.min()


def test_bars_with_names_are_as_long_as_their_numbers():
    picture = draw_bars(np.array([1.0, 0.5, 0.0]), "", ["cat", "dog", "cow"])
    lengths = has(picture, BAR).sum(axis=1)
    halves = [lengths[64:98].max(), lengths[98:132].max(), lengths[132:].max()]
    assert halves[1] == pytest.approx(halves[0] / 2, abs=6)
    assert halves[2] == 0


def test_bars_without_names_go_up_and_down_from_the_line():
    picture = draw_bars(np.array([1.0, -1.0]), "")
    rows, columns = has(picture, BAR).nonzero()
    left, right = rows[columns < WIDTH / 2], rows[columns > WIDTH / 2]
    assert left.max() <= right.min() + 1
    assert np.ptp(left) == pytest.approx(np.ptp(right), abs=2)


def test_numbers_that_are_all_alike_or_nothing_can_be_drawn():
    assert not has(draw_bars(np.zeros(5), ""), BAR).any()
    assert has(draw_bars(np.full(1000, 2.0), ""), BAR).any()


def test_a_long_title_stays_inside():
    picture = draw_bars(np.ones(2), "a very long title " * 20)
    assert (picture[:, -24:] == 255).all()

from __future__ import annotations

import numpy as np
import pytest

from opsin.draw.lettering import line_height, lines_of
from opsin.draw.panel import draw_panel, draw_title
from opsin.draw.sizes import letter_size

LINES = [("golden retriever", 0.82), ("tabby cat", 0.1), ("café", 0.05), ("espresso", 0.02), ("x", 0.01)]
SIZES = [(1, 1), (1, 2000), (2000, 1), (3, 3), (30, 30), (64, 64), (480, 640), (100, 2000)]
BLUE = (86, 180, 233)


def picture(height=480, width=640, grey=200):
    return np.full((height, width, 3), grey, np.uint8)


def pixels_of(drawn, colour):
    return (drawn == colour).all(axis=2).sum()


def test_each_row_has_a_square_and_a_bar_of_its_colour():
    drawn = draw_panel(picture(), LINES[:2], colours=[(255, 0, 0), (0, 255, 0)])
    square = letter_size((480, 640)) ** 2
    assert pixels_of(drawn, (255, 0, 0)) > pixels_of(drawn, (0, 255, 0)) > 0.8 * square
    assert not bar_pixels(drawn)


def test_a_panel_with_squares_is_wider_by_them_but_never_wider_than_the_picture():
    for width in (640, 90):
        image = picture(width=width)
        plain, squared = (draw_panel(image, LINES, colours=each) for each in (None, [(255, 0, 0)] * 5))
        assert marked(image, squared)[1].max() >= marked(image, plain)[1].max()
        assert marked(image, squared)[1].max() < width - 1


def test_a_score_is_told_as_asked():
    image = picture()
    per_cent, plain = (draw_panel(image, LINES[:1], told=each) for each in ("{:.0%}".format, "{:.2f}".format))
    assert (plain == draw_panel(image, LINES[:1])).all()
    assert (per_cent != plain).any()


def marked(image, drawn):
    """Rows and columns of the pixels that were changed."""
    return np.nonzero((image != drawn).any(axis=2))


def bright_columns(drawn):
    """Columns that hold white letters, on a black picture."""
    return np.flatnonzero((drawn.min(axis=2) > 180).any(axis=0))


def bar_pixels(drawn):
    return (drawn == BLUE).all(axis=2).sum()


@pytest.mark.parametrize("size", SIZES)
def test_any_picture_gets_a_new_one_of_its_size(size):
    image = picture(*size)
    image.setflags(write=False)
    for drawn in (draw_panel(image, LINES), draw_title(image, "A dog on a mat")):
        assert drawn.shape == image.shape
        assert drawn.flags.writeable


def test_the_panel_is_in_the_lower_left_corner():
    image = picture()
    rows, columns = marked(image, draw_panel(image, LINES))
    assert rows.min() > 240
    assert rows.max() > 465
    assert columns.min() < 15
    assert columns.max() < 400


def test_a_bar_is_as_long_as_its_score():
    image = picture()
    whole, half = (bar_pixels(draw_panel(image, [("dog", score)])) for score in (1.0, 0.5))
    assert half == pytest.approx(whole / 2, rel=0.05)
    assert bar_pixels(draw_panel(image, [("dog", 0.0)])) == 0


@pytest.mark.parametrize(("score", "same_as"), [(1.7, 1.0), (-3.0, 0.0)])
def test_a_bar_never_leaves_its_track(score, same_as):
    image = picture()
    assert bar_pixels(draw_panel(image, [("dog", score)])) == bar_pixels(draw_panel(image, [("dog", same_as)]))


def test_a_long_label_stays_inside_the_picture_and_off_its_score():
    drawn = draw_panel(picture(200, 200, grey=0), [("w" * 80, 0.5)])
    columns = bright_columns(drawn)
    assert np.diff(columns).max() >= 4
    assert np.nonzero(drawn)[1].max() < 198


def test_the_score_ends_where_its_track_ends():
    drawn = draw_panel(picture(grey=0), [("dog", 0.5)])
    assert np.nonzero(drawn)[1].max() - bright_columns(drawn).max() <= 2


def test_rows_without_room_are_left_out_from_the_last():
    image = picture(64, 128)
    assert np.array_equal(draw_panel(image, LINES * 3), draw_panel(image, LINES * 2))
    assert marked(image, draw_panel(image, LINES * 3))[0].min() >= 0


def test_many_rows_have_smaller_letters():
    image = picture()
    rows, _ = marked(image, draw_panel(image, LINES * 3))
    assert rows.min() > 180


def test_the_panel_grows_with_the_picture():
    small, large = (len(marked(picture(side, side), draw_panel(picture(side, side), LINES))[0]) for side in (500, 1000))
    assert large == pytest.approx(4 * small, rel=0.15)


@pytest.mark.parametrize("size", [(1, 1), (10, 500), (500, 10), (500, 36)])
def test_without_room_for_a_row_there_is_no_panel(size):
    assert np.array_equal(draw_panel(picture(*size), LINES), picture(*size))


def test_no_lines_need_no_panel():
    assert np.array_equal(draw_panel(picture(), []), picture())


def test_the_title_is_in_the_upper_left_corner():
    image = picture()
    rows, columns = marked(image, draw_title(image, "A dog on a mat"))
    assert max(rows.min(), columns.min()) < 15
    assert rows.max() < 60
    assert columns.max() < 320


def test_a_long_title_is_broken_into_lines():
    image = picture()
    one, more = (marked(image, draw_title(image, text))[0].max() for text in ("A dog", "A dog on a mat " * 10))
    assert more - one == line_height(letter_size((480, 640)))


def test_a_title_covers_no_more_than_a_third_of_the_height():
    image = picture()
    rows, _ = marked(image, draw_title(image, "A dog on a mat " * 300))
    assert rows.max() < 160


def test_a_title_cut_short_says_so():
    image, text = picture(100, 100), "Dog and cat and bird and horse and cow"
    first_line = lines_of(text, letter_size((100, 100)), 80)[0]
    whole, cut = draw_title(image, first_line), draw_title(image, text)
    assert not np.array_equal(whole, cut)
    assert marked(image, cut)[0].max() == marked(image, whole)[0].max()


@pytest.mark.parametrize(("size", "text"), [((480, 640), ""), ((480, 640), "  "), ((8, 300), "dog"), ((300, 8), "dog")])
def test_without_text_or_room_there_is_no_title(size, text):
    assert np.array_equal(draw_title(picture(*size), text), picture(*size))

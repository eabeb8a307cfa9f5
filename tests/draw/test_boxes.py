from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.errors import InputError
from opsin.draw.boxes import draw_boxes
from opsin.draw.palette import colour_of, ink_on
from opsin.draw.sizes import letter_size, line_width


def picture(height=200, width=300, grey=128):
    return np.full((height, width, 3), grey, np.uint8)


def marked(image, drawn):
    """(h, w) whether a pixel was changed."""
    return (image != drawn).any(axis=2)


def test_the_line_has_the_colour_of_the_label():
    drawn = draw_boxes(picture(), [[50, 60, 150, 160]], ["dog"])
    assert tuple(drawn[159, 100]) == tuple(drawn[110, 50]) == tuple(drawn[110, 149]) == colour_of("dog")


def test_the_inside_of_a_box_and_what_is_far_from_it_stay_as_they_were():
    image = picture()
    changed = marked(image, draw_boxes(image, [[50, 60, 150, 160]], ["dog"]))
    assert not changed[65:155, 55:145].any()
    assert not changed[:, 160:].any()


def test_the_given_image_boxes_and_scores_stay_as_they_were():
    image, boxes, scores = picture(), np.array([[-5, -5, 400, 400.5]]), np.array([0.5])
    for each in (image, boxes, scores):
        each.setflags(write=False)
    assert draw_boxes(image, boxes, ["dog"], scores).flags.writeable
    assert boxes.tolist() == [[-5, -5, 400, 400.5]]


def test_a_score_makes_the_plate_wider():
    image = picture()
    without, with_score = (draw_boxes(image, [[50, 60, 150, 160]], ["dog"], scores) for scores in (None, [0.9]))
    assert marked(image, with_score).sum() > marked(image, without).sum() + 100


def test_a_score_without_a_label_is_written_alone():
    image = picture()
    assert marked(image, draw_boxes(image, [[50, 60, 150, 160]], [""], [0.9]))[50:55].any()


def test_a_box_without_any_text_has_no_plate():
    image = picture()
    assert not marked(image, draw_boxes(image, [[50, 60, 150, 160]], [""]))[:58].any()


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (2, 3), (3, 2), (40, 40), (20, 600)])
def test_a_box_around_the_whole_of_any_picture_can_be_seen(size):
    image = picture(*size)
    drawn = draw_boxes(image, [[0, 0, size[1], size[0]]], ["dog"], [0.9])
    assert drawn.shape == image.shape
    assert marked(image, drawn)[[0, -1]][:, [0, -1]].any()


@pytest.mark.parametrize("box", [[-9, -9, 0, 0], [300, 50, 300, 90], [500, 500, 600, 600], [100, 100, 100, 100]])
def test_a_box_at_or_beyond_the_border_or_without_size_can_be_seen(box):
    drawn = draw_boxes(picture(), [box], [""])
    assert (drawn == colour_of("")).all(axis=2).any()


def test_a_picture_without_boxes_is_copied():
    image = picture()
    drawn = draw_boxes(image, [], [], [])
    assert np.array_equal(drawn, image)
    assert drawn is not image


def test_the_first_box_is_drawn_on_top():
    box = [50, 60, 150, 160]
    drawn = draw_boxes(picture(), [box, box], ["dog", "cat"])
    assert colour_of("dog") != colour_of("cat")
    assert tuple(drawn[110, 50]) == colour_of("dog")


def test_a_line_can_be_seen_on_its_own_colour():
    image = np.full((200, 300, 3), colour_of("dog"), np.uint8)
    assert marked(image, draw_boxes(image, [[50, 60, 150, 160]], ["dog"]))[100].any()


def test_the_letters_have_the_ink_of_their_plate():
    drawn = draw_boxes(picture(), [[50, 60, 150, 160]], ["dog"])
    assert ink_on(colour_of("dog")) == (0, 0, 0)
    assert drawn[45:58, 50:80].max(axis=2).min() < 60


def test_where_plates_must_lie_on_each_other_the_first_is_on_top():
    image, box = picture(15, 30), [0, 0, 30, 15]
    first, both = draw_boxes(image, [box], ["dog"]), draw_boxes(image, [box, box], ["dog", "cat"])
    assert np.abs(first[4:10, 8:20].astype(int) - both[4:10, 8:20]).max() < 0.1 * 255


def test_a_picture_too_low_for_a_plate_has_none():
    image = picture(8, 300)
    assert not marked(image, draw_boxes(image, [[0, 0, 4, 8]], ["dog"]))[:, 10:].any()


def test_lines_and_letters_grow_with_the_picture():
    sizes = [(1, 1), (480, 640), (3000, 4000)]
    assert line_width(sizes[0]) == 1
    assert sorted({line_width(size) for size in sizes}) == [line_width(size) for size in sizes]
    assert sorted({letter_size(size) for size in sizes}) == [letter_size(size) for size in sizes]


def test_a_long_strip_has_letters_that_fit_its_short_side():
    assert letter_size((200, 20_000)) == 10
    assert letter_size((20_000, 800)) == 40


def test_many_plates_have_smaller_letters():
    image, alone = picture(480, 640), [500, 400, 630, 470]
    few, many = (
        draw_boxes(image, [alone] + [[10, 10, 60, 60]] * number, ["traffic light"] * (number + 1)) for number in (0, 60)
    )
    heights = [marked(image, drawn)[340:398, 520].sum() for drawn in (few, many)]
    assert heights[0] > heights[1] > 8


@given(st.lists(st.tuples(*[st.floats(-100, 400, width=32)] * 4), max_size=8), st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_any_boxes_can_be_drawn_on_any_picture(boxes, height, width):
    image = picture(height, width)
    drawn = draw_boxes(image, boxes, ["a label"] * len(boxes), [0.5] * len(boxes))
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8


def test_each_box_must_have_a_label():
    with pytest.raises(InputError, match=r"Each box must have a label; got 1 boxes and 2 labels\."):
        draw_boxes(picture(), [[0, 0, 9, 9]], ["dog", "cat"])


def test_each_label_must_have_a_score():
    with pytest.raises(InputError, match=r"Each label must have a score; got 1 labels and 2 scores\."):
        draw_boxes(picture(), [[0, 0, 9, 9]], ["dog"], [0.9, 0.8])

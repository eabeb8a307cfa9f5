from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.draw.lettering import line_height, lines_of, written

WIDE = 10_000


def has_font(name):
    from PIL import ImageFont

    try:
        return bool(ImageFont.truetype(name, 20))
    except OSError:
        return False


def test_letters_are_covered_smoothly():
    cover = written("dog", 30, WIDE)
    assert cover.min() == 0
    assert cover.max() == 1
    assert ((cover > 0.1) & (cover < 0.9)).any()


@given(st.text(max_size=12), st.integers(8, 40), st.integers(0, 200))
def test_any_text_keeps_to_its_room(text, size, width):
    cover = written(text, size, width)
    assert cover.shape[0] == line_height(size)
    assert cover.shape[1] <= width


def test_letters_below_the_line_are_not_cut_off():
    cover = written("gjpqy", 40, WIDE)
    assert cover[42:].any()
    assert not cover[-1].any()


def test_larger_letters_are_wider():
    assert written("dog", 40, WIDE).shape[1] == pytest.approx(2 * written("dog", 20, WIDE).shape[1], rel=0.1)


def test_text_without_room_is_cut_and_says_so():
    whole, cut = written("a very long label", 20, WIDE), written("a very long label", 20, 80)
    assert 60 < cut.shape[1] <= 80 < whole.shape[1]
    # An ellipsis stands on the line: there is nothing above it.
    assert not cut[:12, -10:].any()
    assert cut[12:, -10:].any()


@pytest.mark.parametrize("text", ["", " ", "dog"])
def test_without_room_for_a_letter_nothing_is_written(text):
    assert written(text, 20, 3).shape == (25, 0)


def test_line_breaks_become_spaces():
    assert np.array_equal(written("a\n\tdog ", 20, WIDE), written("a dog", 20, WIDE))


def test_without_a_font_for_them_accents_are_dropped():
    assert np.array_equal(written("café Zürich", 20, WIDE, fonts=()), written("cafe Zurich", 20, WIDE))


def test_without_a_font_for_them_other_letters_become_question_marks():
    assert np.array_equal(written("犬 dog", 20, WIDE, fonts=("no such font.ttf",)), written("? dog", 20, WIDE))


@pytest.mark.skipif(not has_font("DejaVuSans.ttf"), reason="this machine has no font DejaVuSans.ttf")
def test_a_font_of_the_machine_writes_letters_that_the_bundled_one_lacks():
    fonts = ("DejaVuSans.ttf",)
    assert not np.array_equal(written("é", 20, WIDE, fonts), written("e", 20, WIDE, fonts))
    # It lacks Chinese letters as well: then the bundled font is as good.
    assert np.array_equal(written("犬é", 20, WIDE, fonts), written("?e", 20, WIDE, fonts))


def test_lines_keep_every_word_in_order_and_fit():
    text = "A man in a black jacket rides a brown horse along the beach"
    lines = lines_of(text, 20, 150)
    assert " ".join(lines) == text
    assert max(written(line, 20, WIDE).shape[1] for line in lines) <= 150


def test_no_line_could_have_held_the_next_word():
    lines = lines_of("A man in a black jacket rides a brown horse along the beach", 20, 150)
    longer = [f"{line} {following.split()[0]}" for line, following in itertools.pairwise(lines)]
    assert min(written(each, 20, WIDE).shape[1] for each in longer) > 150


def test_a_word_longer_than_a_line_has_a_line_of_its_own():
    assert lines_of("a hippopotamus b", 20, 60) == ["a", "hippopotamus", "b"]


def test_no_text_has_no_lines():
    assert lines_of("  ", 20, 60) == []

import numpy as np

from opsin.nn.words import END, FIRST, PAD, START, UNKNOWN, numbered, vocabulary

CAPTIONS = [("a", "dog", "runs"), ("a", "cat"), ("the", "dog")]


def test_words_that_occur_too_seldom_are_left_out():
    assert vocabulary(CAPTIONS, 2) == ("a", "dog")


def test_words_come_in_the_order_of_how_often_they_occur_and_of_the_alphabet():
    assert vocabulary(CAPTIONS, 1) == ("a", "dog", "cat", "runs", "the")


def test_a_caption_begins_with_the_start_and_ends_with_the_end():
    (row,) = numbered([("a", "dog")], ("a", "dog"), 4)
    assert row.tolist() == [START, FIRST, FIRST + 1, END, PAD]


def test_a_word_that_is_not_known_is_told_as_such():
    assert numbered([("a", "yak")], ("a",), 4)[0, 2] == UNKNOWN


def test_a_caption_that_is_too_long_loses_its_last_words_and_not_its_end():
    (row,) = numbered([("a",) * 9], ("a",), 4)
    assert row.tolist() == [START, FIRST, FIRST, FIRST, END]


def test_numbers_lead_back_to_the_words():
    words = vocabulary(CAPTIONS, 1)
    rows = numbered(CAPTIONS, words, 6)
    back = [tuple(words[number - FIRST] for number in row[row >= FIRST]) for row in rows]
    assert back == CAPTIONS
    assert rows.dtype == np.int32

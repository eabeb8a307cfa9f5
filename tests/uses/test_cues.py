"""Cues: what can be read, and files that parse."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.uses._cues import LINE, LINES, Cue, alike, lines_of, srt, tidied, webvtt

WORDS = ["dog", "man", "boat", "tree", "red", "two", "street"]


def cue(start, end, text="A dog runs.", score=0.5):
    return Cue(start, end, text, score)


def times(cues):
    return [(each.start, each.end) for each in tidied(cues)]


def parsed(text, point):
    """(start, end, text) of each cue in milliseconds, read strictly."""
    clock = rf"(\d\d+):([0-5]\d):([0-5]\d)\{point}(\d{{3}})"
    found = []
    for block in text.removesuffix("\n").split("\n\n") if text else ():
        if block == "WEBVTT" or block.startswith("NOTE "):
            continue
        lines = block.split("\n")
        if point == ",":
            assert lines.pop(0) == str(len(found) + 1)
        numbers = re.fullmatch(f"{clock} --> {clock}", lines.pop(0)).groups()
        start, end = (milliseconds(numbers[at : at + 4]) for at in (0, 4))
        assert start < end
        assert 1 <= len(lines) <= LINES
        found.append((start, end, "\n".join(lines)))
    return found


def milliseconds(numbers):
    hours, minutes, seconds, rest = map(int, numbers)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


@st.composite
def many_cues(draw):
    """Cues of any length, some with gaps."""
    at, made = draw(st.floats(0, 5)), []
    for _ in range(draw(st.integers(0, 12))):
        length, gap = draw(st.floats(0.1, 4)), draw(st.sampled_from([0.0, 0.0, 0.7, 3.0]))
        text = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)))
        made.append(Cue(at, at + length, text, draw(st.floats(0, 1))))
        at += length + gap
    return made


def test_long_cues_stay():
    assert times([cue(0, 2, "A dog."), cue(2, 5, "A cat.")]) == [(0, 2), (2, 5)]


def test_neighbours_that_say_the_same_are_one_in_the_words_of_the_surest():
    joined = tidied([cue(0, 3, "A man on a stage.", 0.2), cue(3, 6, "A man on the stage.", 0.9)])
    assert joined == (Cue(0, 6, "A man on the stage.", 0.9),)


def test_what_says_the_same_after_a_gap_is_said_again():
    assert times([cue(0, 3), cue(4, 6)]) == [(0, 3), (4, 6)]


def test_what_is_too_short_gives_its_time_to_the_next():
    assert times([cue(0, 1, "A dog."), cue(1, 5, "A cat.")]) == [(0, 5)]


def test_at_the_end_it_gives_it_to_the_one_before():
    assert times([cue(0, 4, "A dog."), cue(4, 5, "A cat.")]) == [(0, 5)]


def test_several_short_ones_become_one():
    assert times([cue(0, 1, "A dog."), cue(1, 1.4, "A cat."), cue(1.4, 2, "A boat.")]) == [(0, 2)]


def test_alone_a_short_one_stands_a_little_longer():
    assert times([cue(0, 1)]) == [(0, 1.5)]
    assert times([cue(0, 1, "A dog."), cue(3, 5, "A cat.")]) == [(0, 1.5), (3, 5)]


def test_a_short_one_without_room_is_left_out():
    assert times([cue(0, 1, "A dog."), cue(1.2, 5, "A cat.")]) == [(1.2, 5)]


def test_neighbours_that_say_the_same_once_a_short_one_is_gone_are_one():
    assert times([cue(0, 3, "A dog."), cue(3, 4, "A cat."), cue(4, 7, "A dog.")]) == [(0, 7)]


@settings(max_examples=40)
@given(many_cues())
def test_cues_never_overlap_and_are_long_enough(cues):
    tidy = tidied(cues)
    assert all(one.end <= other.start for one, other in itertools.pairwise(tidy))
    assert all(each.end - each.start >= 1.5 - 1e-9 for each in tidy)


@settings(max_examples=40)
@given(many_cues())
def test_files_parse_and_say_the_same(cues):
    tidy = tidied(cues)
    expected = [(round(one.start * 1000), round(one.end * 1000), "\n".join(lines_of(one.text))) for one in tidy]
    assert parsed(webvtt(tidy, "Told by Opsin"), ".") == parsed(srt(tidy), ",") == expected


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*WORDS, "a" * 30]), min_size=1, max_size=30).map(" ".join))
def test_lines_are_short_and_few(text):
    lines = lines_of(text)
    assert 1 <= len(lines) <= LINES
    assert all(len(line) <= LINE for line in lines)
    assert " ".join(lines).removesuffix(" …") in text


def test_lines_are_about_as_long_as_each_other():
    first, second = lines_of("A group of people stands in front of a large red bus.")
    assert abs(len(first) - len(second)) < 8


def test_what_has_no_room_is_cut_off_at_a_word():
    text = "word " * 40
    assert lines_of(text)[-1].endswith("word …")


def test_sentences_are_alike_by_their_words():
    assert alike("Two dogs run on grass.", "Two dogs run over the grass")
    assert not alike("Two dogs run on grass.", "A boat on the sea.")


def test_hours_are_written():
    assert "01:01:01.500 --> 01:01:04.250" in webvtt([cue(3661.5, 3664.25)], "x")
    assert "00:00:00,000 --> 00:00:02,000" in srt([cue(0, 2)])


def test_webvtt_begins_with_its_name_and_a_note():
    assert webvtt([], "Told by Opsin").startswith("WEBVTT\n\nNOTE Told by Opsin\n")


@pytest.mark.parametrize("text", ["1 < 2 & 3", "a --> b"])
def test_webvtt_has_no_tags_that_are_none(text):
    block = webvtt([cue(0, 2, text)], "x").split("\n\n")[-1].split("\n")[1]
    assert not set("<>") & set(block)
    assert block.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text

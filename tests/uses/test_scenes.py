"""Scenes of videos made here, whose cuts are known."""

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.uses._scenes import (
    KEPT_FRAMES,
    KEPT_SIDE,
    LONGEST_SECONDS,
    Part,
    cuts,
    difference,
    parts,
    seen,
    typical,
)

RATE = 10


def paint(seed, width=160):
    """(90, width, 3) uint8: a smooth picture of its own colours."""
    random = np.random.default_rng(seed)
    tint = random.integers(0, 200, 3)
    coarse = random.integers(0, 56, (6, width // 16, 3)) + tint
    return cv2.resize(coarse.astype(np.uint8), (width, 90), interpolation=cv2.INTER_LINEAR)


def frames(*shots, rate=RATE):
    """Frames one after the other, of lists of images, with a little noise."""
    random = np.random.default_rng(0)
    for number, image in enumerate(itertools.chain(*shots)):
        noise = random.integers(-3, 4, image.shape)
        yield seen(number / rate, np.clip(image + noise, 0, 255).astype(np.uint8))


def still(seed, seconds, rate=RATE):
    return [paint(seed)] * round(seconds * rate)


def fade(seed, other, seconds):
    steps = np.linspace(0, 1, round(seconds * RATE))
    return [cv2.addWeighted(paint(seed), 1 - step, paint(other), step, 0) for step in steps]


def pan(seconds):
    """A camera that turns at a constant speed over one place."""
    place = paint(9, 160 + 4 * round(seconds * RATE))
    return [place[:, 4 * step : 4 * step + 160] for step in range(round(seconds * RATE))]


def cut_times(*shots, rate=RATE):
    return [frame.seconds for frame, is_cut in cuts(frames(*shots, rate=rate)) if is_cut]


def spans(*shots):
    return [(round(part.start, 3), round(part.end, 3), part.begins) for part in parts(frames(*shots))]


def test_a_frame_differs_from_itself_by_nothing_and_black_from_white_by_all():
    black, white = (seen(0, np.full((9, 9, 3), grey, np.uint8)) for grey in (0, 255))
    assert [difference(black, black), difference(black, white)] == pytest.approx([0, 1], abs=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 99), st.integers(0, 99))
def test_a_difference_is_the_same_both_ways_and_in_0_to_1(one, other):
    first, second = seen(0, paint(one)), seen(0, paint(other))
    assert -1e-6 <= difference(first, second) == difference(second, first) <= 1


def test_two_pictures_that_alternate_are_cut_at_each_change():
    assert cut_times(still(1, 2), still(2, 2), still(1, 2), still(2, 2)) == [2, 4, 6]


@pytest.mark.parametrize("rate", [5, 24, 60])
def test_cuts_are_found_at_any_rate(rate):
    assert cut_times(still(1, 2, rate), still(2, 2, rate), rate=rate) == [2]


@pytest.mark.parametrize("shots", [[still(1, 5)], [pan(5)], [fade(1, 2, 4)], [still(1, 2), fade(1, 2, 3)]])
def test_where_nothing_is_cut_there_is_no_cut(shots):
    assert cut_times(*shots) == []


def test_a_flash_is_no_cut():
    assert cut_times(still(1, 2), [np.full((90, 160, 3), 255, np.uint8)], still(1, 2)) == []


def test_a_cut_amid_a_pan_is_found():
    assert cut_times(pan(3), still(2, 2)) == [3]


def test_every_frame_is_given_once_and_in_order():
    times = [frame.seconds for frame, _ in cuts(frames(still(1, 3.7)))]
    assert times == [number / RATE for number in range(37)]
    assert list(cuts([])) == list(parts([])) == []


def test_scenes_are_what_lies_between_cuts():
    assert spans(still(1, 2), still(2, 3)) == [(0, 2, "video"), (2, 5, "cut")]


def test_scenes_follow_each_other_without_gaps():
    found = spans(still(1, 2), pan(4), fade(1, 2, 3), still(2, 13), still(3, 0.3), still(4, 2))
    assert [end for _, end, _ in found[:-1]] == [start for start, _, _ in found[1:]]
    assert (found[0][0], found[-1][1]) == (0, 24.3)


def test_what_flits_by_gives_its_time_to_the_next():
    assert spans(still(1, 2), still(2, 0.3), still(3, 2)) == [(0, 2, "video"), (2, 4.3, "cut")]


def test_a_slow_fade_is_a_change_once_the_picture_rests():
    (_, changed, _), (_, end, begins) = spans(still(1, 3), fade(1, 2, 3), still(2, 3))
    assert begins == "change"
    assert 5 <= changed <= 6.6
    assert end == 9


def test_frames_after_a_change_belong_to_what_came_of_it():
    _, after = parts(frames(still(1, 3), fade(1, 2, 2), still(2, 3)))
    assert difference(typical(after), seen(0, paint(2))) < 0.05


def test_what_lasts_is_looked_at_again():
    assert spans(still(1, 25)) == [(0, 10, "video"), (10, 20, "again"), (20, 25, "again")]


def test_memory_does_not_grow_with_the_scene():
    (part, *_) = parts(frames(still(1, LONGEST_SECONDS)))
    assert KEPT_FRAMES / 2 <= len(part.kept) <= KEPT_FRAMES
    assert part.kept[0].seconds < 1 < LONGEST_SECONDS - 2 < part.kept[-1].seconds


def test_few_frames_are_in_memory():
    given = []

    def watched():
        for frame in frames(still(1, 20)):
            given.append(frame.seconds)
            yield frame

    next(iter(parts(watched())))
    assert given[-1] < LONGEST_SECONDS + 1


def test_times_are_those_of_the_frames():
    times = [0.0, 0.1, 0.5, 0.6, 1.4, 1.5, 1.55, 3.0]
    images = [paint(1)] * 5 + [paint(2)] * 3
    found = list(parts(seen(time, image) for time, image in zip(times, images, strict=True)))
    assert [(part.start, part.end) for part in found] == [(0, 1.5), (1.5, 4.45)]


def test_the_typical_frame_is_of_the_many():
    images = [*still(1, 0.4), *still(2, 3)]
    (part,) = parts(seen(number / RATE, image) for number, image in enumerate(images))
    assert difference(typical(part), seen(0, paint(2))) < 0.05


def test_a_blurred_frame_does_not_stand_for_a_part():
    sharp = np.random.default_rng(0).integers(0, 255, (90, 160, 3)).astype(np.uint8)
    first = seen(0, sharp)
    blurred = [replace(first, image=cv2.GaussianBlur(sharp, (0, 0), spread)) for spread in (1, 2, 3)]
    far = replace(first, colours=np.zeros_like(first.colours))
    assert typical(Part(0, 1, (blurred[0], first, *blurred[1:], far, far), "video")) is first


def test_large_frames_are_kept_small():
    assert seen(0, np.zeros((1080, 1920, 3), np.uint8)).image.shape == (360, KEPT_SIDE, 3)
    assert seen(0, np.zeros((2000, 1, 3), np.uint8)).image.shape == (KEPT_SIDE, 1, 3)


def test_of_one_frame_there_is_one_scene():
    (part,) = parts([seen(0.0, paint(1))])
    assert (part.start, part.end, len(part.kept)) == (0, 0, 1)

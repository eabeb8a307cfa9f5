"""Counting from frame to frame: laws of crossings and stays."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.uses._count_places import Line, Zone
from opsin.uses._count_state import PATIENCE, Counting, Event, Frame, count_step

WIDTH = 200
LINE = Line("line", ((0, 100), (WIDTH, 100)))
SHORT = Line("short", ((60, 100), (140, 100)))
ZONE = Zone("zone", ((50, 50), (150, 50), (150, 150), (50, 150)))
OTHER_WAY = {"in": "out", "out": "in", "enter": "leave", "leave": "enter"}


def frames(*ways, labels=None):
    """Frames of tracks whose lower middles go these ways, lists of (x, y) or None; boxes are 20 by 20."""
    told = []
    for at in range(max(map(len, ways), default=0)):
        seen = [number for number, way in enumerate(ways) if at < len(way) and way[at] is not None]
        points = [ways[number][at] for number in seen]
        boxes = np.array([[x - 10, y - 20, x + 10, y] for x, y in points], np.float32).reshape(-1, 4)
        tracks = np.array(seen, np.int64) + 1
        told.append(Frame(at, at / 10, tracks, [labels[number] if labels else "car" for number in seen], boxes))
    return told


def counted(seen, **plan):
    state, events = Counting(**plan), []
    for each in seen:
        state, told = count_step(state, each)
        events += told
    return state, events


def directions(*ways, **plan):
    return [event.direction for event in counted(frames(*ways), **(plan or {"lines": (LINE,)}))[1]]


def down(start=60, end=140, x=100, step=4):
    return [(x, y) for y in range(start, end + 1, step)]


def walks(most=4):
    """Random ways of tracks."""
    return st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(2, 40), st.integers(20, 180), st.integers(20, 180)),
        min_size=1,
        max_size=most,
    ).map(lambda seeds: [_walk(*seed) for seed in seeds])


def _walk(seed, length, x, y):
    steps = np.random.default_rng(seed).normal(0, 12, (length, 2)).cumsum(axis=0) + np.array([x, y])
    return [tuple(point) for point in steps.clip(0, WIDTH).tolist()]


def test_what_goes_down_over_a_line_from_left_to_right_goes_in():
    assert directions(down()) == ["in"]


def test_what_goes_up_goes_out():
    assert directions(down()[::-1]) == ["out"]


def test_an_event_says_when_who_where_and_which_way():
    _, events = counted(frames(down(96, 104, step=1), labels=["bus"]), lines=(LINE,))
    assert events == [Event(seconds=0.7, frame=7, track=1, label="bus", place="line", direction="in")]


def test_what_does_not_reach_the_line_counts_nothing():
    assert directions(down(20, 96)) == []


def test_what_goes_along_the_line_counts_nothing():
    assert directions([(x, 97) for x in range(0, 200, 5)]) == []


def test_who_stands_on_the_line_and_trembles_is_not_counted():
    assert directions([(100, 100 + (-1) ** at * 1.9) for at in range(50)]) == []


def test_who_crosses_and_trembles_is_counted_once():
    assert directions([*down(60, 100), *[(100, 100 + (-1) ** at) for at in range(30)], *down(100, 140)]) == ["in"]


def test_who_turns_on_the_line_is_not_counted():
    assert directions([*down(60, 101, step=1), *down(60, 101, step=1)[::-1]]) == []


def test_who_goes_past_the_end_of_a_line_is_not_counted():
    assert directions(down(x=40), lines=(SHORT,)) == []
    assert directions(down(x=70), lines=(SHORT,)) == ["in"]


def test_who_is_out_of_sight_at_the_line_is_counted_on_the_other_side():
    way = [point if not 90 < point[1] < 110 else None for point in down()]
    assert directions(way) == ["in"]


def test_who_goes_back_and_forth_is_counted_each_time():
    assert directions([*down(), *down()[::-1], *down()]) == ["in", "out", "in"]


def test_labels_that_do_not_count_are_passed_over():
    seen = frames(down(), down(x=50), labels=["car", "bus"])
    state, events = counted(seen, lines=(LINE,), labels=frozenset(["bus"]))
    assert [event.label for event in events] == ["bus"]
    assert dict(state.crossings) == {("line", "in", "bus"): 1}


def test_who_walks_through_a_zone_enters_and_leaves_after_a_stay():
    _, events = counted(frames([(100, y) for y in range(0, 200, 10)]), zones=(ZONE,))
    assert [event.direction for event in events] == ["enter", "leave"]
    assert events[1].stay_seconds == pytest.approx(events[1].seconds - events[0].seconds)


def test_who_appears_in_a_zone_has_entered_and_who_vanishes_has_left_when_seen_last():
    state, events = counted([*frames([(100, 100)] * 10), *empty(10, PATIENCE + 2)], zones=(ZONE,))
    assert [(event.direction, event.frame) for event in events] == [("enter", 0), ("leave", 9)]
    assert events[1].stay_seconds == pytest.approx(0.9)
    assert state.tracks == {}


def test_who_trembles_at_the_edge_of_a_zone_does_not_come_and_go():
    assert directions([(100, 50 + (-1) ** at * 1.9) for at in range(50)], zones=(ZONE,)) in ([], ["enter"])


def test_the_most_that_were_inside_at_once():
    state, _ = counted(frames([(100, 100)] * 9, [(90, 90)] * 5, [(10, 10)] * 9), zones=(ZONE,))
    assert dict(state.most) == {"zone": 2}


def test_things_seen_in_few_frames_are_not_counted_as_seen():
    state, _ = counted(frames([(100, 100)] * 9, [(50, 50)] * 4))
    assert state.seen() == {"car": 1}


def test_who_came_as_a_truck_leaves_as_a_truck():
    seen = frames([(100, y) for y in range(0, 200, 10)], labels=["car"])
    seen = [dataclasses.replace(each, labels=["truck"]) if each.index < 10 else each for each in seen]
    assert [event.label for event in counted(seen, zones=(ZONE,))[1]] == ["truck", "truck"]


@given(walks())
def test_a_mirrored_video_has_mirrored_crossings(ways):
    mirrored = [[(WIDTH - x, y) for x, y in way] for way in ways]
    straight, turned = (directions(*each, lines=(LINE,)) for each in (ways, mirrored))
    # Seen in the mirror, the line goes from right to left.
    swapped = directions(*mirrored, lines=(Line("line", LINE.points[::-1]),))
    assert straight == turned == [OTHER_WAY[each] for each in swapped]


@given(walks(), st.sampled_from([LINE, SHORT]))
def test_a_video_run_backwards_has_its_directions_swapped(ways, line):
    backwards = [way[::-1] for way in ways]
    for way, back in zip(ways, backwards, strict=True):
        assert directions(way, lines=(line,)) == [OTHER_WAY[each] for each in directions(back, lines=(line,))][::-1]


@given(walks(), st.integers(0, 40))
def test_counting_in_two_halves_is_counting_at_once(ways, cut):
    seen, plan = frames(*ways), {"lines": (LINE, SHORT), "zones": (ZONE,)}
    first, told = counted(seen[:cut], **plan)
    rest = []
    for each in seen[cut:]:
        first, more = count_step(first, each)
        rest += more
    assert (first, told + rest) == counted(seen, **plan)


@given(walks())
def test_in_and_out_of_one_track_take_turns(ways):
    for way in ways:
        said = directions(way, lines=(LINE,))
        assert all(one != other for one, other in pairwise(said))


@given(walks())
def test_as_many_are_inside_as_have_entered_and_not_left(ways):
    state, events = counted(frames(*ways), zones=(ZONE,))
    came = sum(event.direction == "enter" for event in events)
    assert len(state.within("zone")) == came - (len(events) - came)


@given(walks())
def test_the_order_of_tracks_in_a_frame_does_not_matter(ways):
    turned = [
        dataclasses.replace(each, tracks=each.tracks[::-1], boxes=each.boxes[::-1], labels=each.labels[::-1])
        for each in frames(*ways)
    ]
    assert counted(frames(*ways), lines=(LINE,))[0] == counted(turned, lines=(LINE,))[0]


def test_memory_does_not_grow_with_the_tracks_that_have_ended():
    state = Counting(lines=(LINE,), zones=(ZONE,))
    for at in range(500):
        boxes = np.array([[90, 80, 110, 100]], np.float32)
        state, _ = count_step(state, Frame(at, at / 10, np.array([at + 1]), ["car"], boxes))
    assert len(state.tracks) <= PATIENCE + 2


def test_the_state_that_was_given_stays_as_it_was():
    state, _ = counted(frames(down(60, 96)), lines=(LINE,))
    before = (dict(state.tracks), dict(state.crossings))
    count_step(state, frames(down(140, 140))[0])
    assert (dict(state.tracks), dict(state.crossings)) == before


def empty(start, number):
    none = np.zeros((0, 4), np.float32)
    return [Frame(at, at / 10, np.zeros(0, np.int64), [], none) for at in range(start, start + number)]

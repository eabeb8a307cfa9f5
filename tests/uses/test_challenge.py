"""A challenge, by heads and pages in space: what opens, and what does not."""

import itertools

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.uses._challenge import CLOSER, LEFT, RIGHT, STEPS, Challenge, State, draw_challenge, step
from opsin.uses._solid import pose

ORDERS = list(itertools.permutations(STEPS))
RATE = 15
YAW = {LEFT: 38, RIGHT: -38, CLOSER: 0}


@pytest.fixture
def me(heads):
    return lambda embedding: float(embedding @ heads.ME)


def challenged(frames, alike, order=(LEFT, RIGHT, CLOSER), **more):
    """The verdict on frames (each a function of what is asked, or faces), and what was said."""
    state, said = State(Challenge(order, 0.5, **more)), [""]
    for number, frame in enumerate(frames):
        faces = frame(said[-1]) if callable(frame) else frame
        state, verdict = step(state, faces, number / RATE, alike)
        said.append(verdict.says)
        if verdict.answer is not None:
            break
    return verdict, said


def actor(heads, solid, *, noise=0.0, slowness=12, yaw=YAW, **how):
    """A frame after the other of something that goes where it is told to, without a jump."""
    random, at = np.random.default_rng(0), {"yaw": 0.0, "distance": 8.0}

    def frame(asked):
        goal = {"yaw": yaw.get(asked, 0), "distance": 5.0 if asked == CLOSER else 8.0}
        for name, size in (("yaw", 40), ("distance", 3.0)):
            at[name] += float(np.clip(goal[name] - at[name], -size / slowness, size / slowness))
        points = heads.view(solid, **(how | at))
        return heads.faces(points + random.normal(0, noise, (5, 2)))

    return frame


def asked(frame, seconds=60):
    return [frame] * (seconds * RATE)


@pytest.mark.parametrize("order", ORDERS)
def test_a_head_that_does_as_asked_opens(heads, me, order):
    verdict, said = challenged(asked(actor(heads, heads.HEAD, noise=0.8)), me, order)
    assert (verdict.answer, verdict.says) == (True, "all was done as asked")
    assert tuple(dict.fromkeys(each for each in said if each in STEPS)) == order


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("how", [{}, {"pitch": 25}, {"roll": 20}, {"at": (1.5, 0)}])
def test_a_page_that_does_as_asked_does_not(heads, me, order, how):
    page = actor(heads, heads.FLAT, noise=0.8, yaw={LEFT: 60, RIGHT: -60}, **how)
    verdict, _ = challenged(asked(page), me, order)
    assert verdict.answer is False


@pytest.mark.parametrize("radius", [0.6, 1.0, 2.0])
def test_a_bent_page_does_not(heads, me, radius):
    page = actor(heads, heads.bent(radius), noise=0.8, yaw={LEFT: 60, RIGHT: -60})
    assert challenged(asked(page), me)[0].answer is False


def test_a_face_that_becomes_too_narrow_has_not_turned(heads, me):
    # A page rolled to a tube: its middle stands out as far as a nose does.
    tube = heads.bent(0.36)
    ahead, turned = heads.view(heads.FLAT), heads.view(tube, yaw=70)
    assert (pose(ahead, turned).turn > 0.2, pose(ahead, turned).width < 0.7) == (True, True)
    way = [ahead + (turned - ahead) * min(1, k / 12) for k in range(60)]
    verdict, said = challenged([heads.faces(ahead)] * 6 + [heads.faces(each) for each in way], me)
    assert (verdict.answer, set(said[6:])) == (None, {LEFT})


def test_a_still_picture_is_told_from_one_that_is_slow(heads, me):
    verdict, _ = challenged(asked(lambda _: heads.faces(heads.view(heads.HEAD))), me)
    assert (verdict.answer, verdict.says) == (False, "nothing moved when asked to turn left: a still picture")
    verdict, _ = challenged(asked(actor(heads, heads.HEAD, yaw={LEFT: 12})), me)
    assert (verdict.answer, verdict.says) == (False, "too late to turn left")


def test_the_other_way_is_refused(heads, me):
    verdict, _ = challenged(asked(actor(heads, heads.HEAD, yaw={LEFT: -38})), me)
    assert (verdict.answer, verdict.says) == (False, "the head turned the other way when asked to turn left")


def test_to_turn_back_from_the_step_before_is_not_the_other_way(heads, me):
    verdict, _ = challenged(asked(actor(heads, heads.HEAD, slowness=40)), me, (LEFT, RIGHT, CLOSER))
    assert verdict.answer is True


def test_a_stranger_is_never_asked_anything(heads, me):
    frame = heads.faces(heads.view(heads.HEAD), embedding=heads.OTHER)
    verdict, said = challenged([frame] * 500, me)
    assert not set(said) & set(STEPS)
    assert verdict.says == "nobody known by that name looked straight into the camera in time"


def swapped(heads, number, other):
    """A head that does as asked, and from a frame on something else in its place."""
    own, count = actor(heads, heads.HEAD), itertools.count()
    return lambda said: own(said) if next(count) < number else other


def test_another_picture_put_in_its_place_is_refused(heads, me):
    turned = heads.faces(heads.view(heads.HEAD, yaw=38))
    verdict, _ = challenged(asked(swapped(heads, 6, turned)), me)
    assert (verdict.answer, verdict.says) == (False, "the picture jumped: another one was put in its place")


@pytest.mark.parametrize("how", [{"at": (3, 0)}, {"distance": 4}])
def test_a_face_that_is_elsewhere_at_once_is_refused(heads, me, how):
    verdict, _ = challenged(asked(swapped(heads, 6, heads.faces(heads.view(heads.HEAD, **how)))), me)
    assert "the picture jumped" in verdict.says


def test_somebody_else_in_the_same_place_is_refused(heads, me):
    stranger = heads.faces(heads.view(heads.HEAD), embedding=heads.OTHER)
    verdict, _ = challenged(asked(swapped(heads, 6, stranger)), me)
    assert (verdict.answer, "jumped" in verdict.says) == (False, True)


def test_a_slow_change_into_somebody_else_is_refused(heads, me):
    own, angle = actor(heads, heads.HEAD), itertools.count()

    def morphing(said):
        turn = min(next(angle) * 0.08, 1.4)
        return heads.faces(*own(said).points, embedding=np.cos(turn) * heads.ME + np.sin(turn) * heads.OTHER)

    verdict, _ = challenged(asked(morphing), me)
    assert (verdict.answer, verdict.says) == (False, "the face is another one's")


def test_a_face_that_goes_out_of_sight_is_refused(heads, me):
    verdict, _ = challenged(asked(swapped(heads, 8, heads.faces())), me)
    assert (verdict.answer, verdict.says) == (False, "the face was out of sight")


def test_a_frame_or_two_without_a_face_are_passed_over(heads, me):
    own, count = actor(heads, heads.HEAD), itertools.count()
    verdict, _ = challenged(asked(lambda said: own(said) if next(count) % 6 else heads.faces()), me)
    assert verdict.answer is True


def test_two_faces_are_told_to_be_one(heads, me):
    two = heads.faces(heads.view(heads.HEAD), heads.view(heads.HEAD, at=(2, 0)))
    assert challenged([two], me)[1][-1] == "be alone before the camera"


def test_a_small_face_in_the_background_does_not_matter(heads, me):
    own, far = actor(heads, heads.HEAD), heads.view(heads.HEAD, distance=30, at=(9, 0))
    verdict, _ = challenged(asked(lambda said: heads.faces(*own(said).points, far)), me)
    assert verdict.answer is True


def test_each_step_has_its_share_of_the_time(heads, me):
    frames = asked(lambda _: heads.faces(heads.view(heads.HEAD)))
    _, said = challenged(frames, me, seconds=8.0)
    assert len(said) == pytest.approx((2 + 5 / RATE) * RATE, abs=2)


def test_to_come_closer_is_not_done_by_being_there_already(heads, me):
    near = actor(heads, heads.HEAD)
    state, says = State(Challenge((CLOSER,), 0.5)), ""
    for number in range(30):
        state, verdict = step(state, near("" if number < 29 else says), number / RATE, me)
    assert verdict.answer is None


def test_it_changes_no_state_that_it_was_given(heads, me):
    state = State(Challenge(STEPS, 0.5))
    step(state, heads.faces(heads.view(heads.HEAD)), 0.0, me)
    assert (state.since, state.looks) == (None, ())


def test_the_order_is_drawn_anew_each_time():
    drawn = {draw_challenge(0.4).order for _ in range(200)}
    assert drawn == set(ORDERS)


def test_more_steps_hold_each_at_least_once():
    for _ in range(20):
        order = draw_challenge(0.4, steps=6).order
        assert (len(order), set(order)) == (6, set(STEPS))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Challenge(("jump",), 0.4), r"^The steps must be among turn left, turn right, come closer; got"),
        (lambda: Challenge((), 0.4), r"^The steps must be among"),
        (lambda: Challenge(STEPS, 0.4, seconds=0), r"^seconds must be above 0; got 0\.$"),
        (lambda: draw_challenge(0.4, steps=2), r"^steps must be at least 3; got 2\.$"),
    ],
)
def test_a_challenge_that_is_none_is_refused(make, said):
    with pytest.raises(OptionError, match=said):
        make()

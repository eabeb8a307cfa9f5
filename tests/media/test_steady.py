"""Mattes that hold still and keep up."""

from itertools import pairwise

import numpy as np

from opsin.media.steady import SLOWNESS, Steady, steady

DARK = np.full((20, 20), 0.2, np.float32)


def flickering(frames=60, seed=0):
    random = np.random.default_rng(seed)
    return [random.uniform(0.3, 0.7, (20, 20)).astype(np.float32) for _ in range(frames)]


def through(mattes, pictures, state=None):
    state, made = state or Steady(), []
    for alpha, seen in zip(mattes, pictures, strict=True):
        state, steadied = steady(state, alpha, seen)
        made.append(steadied)
    return made


def steps(mattes):
    return np.mean([np.abs(after - before).mean() for before, after in pairwise(mattes)])


def test_in_a_still_picture_the_flicker_is_less_than_a_fifth():
    mattes = flickering()
    assert steps(through(mattes, [DARK] * 60)) < steps(mattes) / 5


def test_noise_is_no_motion():
    random, mattes = np.random.default_rng(1), flickering()
    noisy = [DARK + random.normal(0, 1 / 255, DARK.shape).astype(np.float32) for _ in mattes]
    assert steps(through(mattes, noisy)) < steps(mattes) / 5


def test_where_the_picture_changes_the_matte_is_new_at_once():
    changed, nothing = DARK.copy(), np.zeros((20, 20), np.float32)
    changed[5:12, 5:12] = 0.8
    _, made = through([nothing, nothing + 1], [DARK, changed])
    assert (made[5:12, 5:12] == 1).all()
    assert made[19, 19] == SLOWNESS


def test_after_a_cut_all_is_new_even_where_the_brightness_is_the_same():
    other, nothing = DARK.copy(), np.zeros((20, 20), np.float32)
    other[:, :12] = 0.9
    assert (through([nothing, nothing + 1], [DARK, other])[1] == 1).all()


def test_what_creeps_is_noticed():
    creeping = [DARK + np.float32(step * 1.5 / 255) for step in range(12)]
    subject = [np.full((20, 20), float(step > 3), np.float32) for step in range(12)]
    still, moved = (through(subject, pictures)[7].mean() for pictures in ([DARK] * 12, creeping))
    assert moved > still + 0.1


def test_a_matte_that_stays_is_reached():
    made = through([DARK * 0] + [DARK * 0 + 1] * 60, [DARK] * 61)
    assert made[-1].mean() > 0.99


def test_frames_of_another_size_begin_anew():
    state, _ = steady(Steady(), DARK, DARK)
    small = np.ones((3, 4), np.float32)
    assert (steady(state, small, small)[1] == 1).all()


def test_a_state_can_be_used_twice_and_inputs_stay():
    alpha, kept = flickering(1)[0], DARK.copy()
    state, _ = steady(Steady(), DARK, DARK)
    assert (steady(state, alpha, DARK)[1] == steady(state, alpha, DARK)[1]).all()
    assert (kept == DARK).all()

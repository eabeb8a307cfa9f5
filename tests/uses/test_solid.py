"""Parallax: heads have it, pages do not, whichever way they are held."""

import numpy as np
import pytest

from opsin.uses._solid import asymmetry, height, pose, upright

VIEWS = [
    {"yaw": 60},
    {"yaw": -45, "distance": 3},
    {"yaw": 40, "pitch": 30},
    {"yaw": -30, "roll": 80, "at": (2, 1)},
    {"at": (-3, 0), "distance": 4},
    {"distance": 2.5, "yaw": 50},
]


@pytest.mark.parametrize("how", VIEWS)
def test_a_page_has_no_parallax_however_it_is_held(heads, how):
    assert pose(heads.view(heads.FLAT), heads.view(heads.FLAT, **how)).turn == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("degrees", [-40, -30, -20, 20, 30, 40])
def test_a_head_has_as_much_as_its_nose_stands_out(heads, degrees):
    # From far away, the nose goes aside by its height times the sine of the turn.
    seen = heads.view(heads.HEAD, yaw=degrees, distance=1000, pixels=80_000)
    ahead = heads.view(heads.HEAD, distance=1000, pixels=80_000)
    assert pose(ahead, seen).turn == pytest.approx(0.42 * np.sin(np.radians(degrees)), abs=0.002)


@pytest.mark.parametrize("degrees", [20, 35, 50])
def test_a_face_narrows_by_the_cosine_of_its_turn(heads, degrees):
    seen = heads.view(heads.HEAD, yaw=degrees, distance=1000, pixels=80_000)
    assert pose(heads.view(heads.HEAD), seen).width == pytest.approx(np.cos(np.radians(degrees)), abs=0.01)


def test_to_the_left_is_positive_and_the_mirror_image_is_negative(heads):
    ahead, seen = heads.view(heads.HEAD), heads.view(heads.HEAD, yaw=30)
    mirrored = ((seen - [320, 0]) * [-1, 1] + [320, 0])[[1, 0, 2, 4, 3]]
    assert pose(ahead, seen).turn > 0.15
    assert pose(ahead, mirrored).turn == pytest.approx(-pose(ahead, seen).turn, abs=1e-3)


def test_where_and_how_large_a_face_is_and_how_its_head_leans_does_not_matter(heads):
    ahead, seen = heads.view(heads.HEAD), heads.view(heads.HEAD, yaw=30)
    turned = (seen - 50) @ [[0, -3], [3, 0]]
    assert pose(ahead, turned).turn == pytest.approx(pose(ahead, seen).turn, abs=1e-4)


@pytest.mark.parametrize("radius", [0.6, 0.8, 1.5])
def test_a_bent_page_that_is_turned_as_far_as_a_head_becomes_too_narrow(heads, radius):
    ahead = heads.view(heads.FLAT)
    poses = [pose(ahead, heads.view(heads.bent(radius), yaw=degrees)) for degrees in range(0, 70, 2)]
    assert not any(each.turn >= 0.2 and each.width >= 0.7 for each in poses)


def test_the_height_does_not_change_when_the_head_turns(heads):
    assert height(heads.view(heads.HEAD, yaw=40)) == pytest.approx(height(heads.view(heads.HEAD)), rel=0.02)


def test_asymmetry_is_nothing_for_a_face_that_looks_ahead(heads):
    assert asymmetry(heads.view(heads.HEAD)) == pytest.approx(0, abs=1e-6)
    assert asymmetry(heads.view(heads.HEAD, yaw=20)) > 0.1


def test_upright_is_the_same_for_every_turn_in_the_picture(heads):
    assert upright(heads.view(heads.HEAD, roll=30)) == pytest.approx(upright(heads.view(heads.HEAD)), abs=1e-6)


@pytest.mark.parametrize(
    "points", [np.zeros((5, 2)), np.arange(10).reshape(5, 2), np.ones((5, 2)) * [[1], [2], [3], [4], [5]]]
)
def test_points_that_are_no_face_tell_of_no_turn(heads, points):
    told = pose(heads.view(heads.HEAD), points)
    assert abs(told.turn) < 0.2 or told.width < 0.7

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError, OptionError
from opsin.uses._gallery_match import known
from opsin.uses._gallery_roll import Photo, Roll

AXES = np.eye(8, dtype=np.float32)
MEASURED = Acceptance((1e-6, 1e-4, 1e-2, 1.0), (0.8, 0.6, 0.4, -1.0), impostors=100_000_000)


def gallery(**people):
    roll = Roll("m")
    for name, axes in people.items():
        roll = roll.added(name, [Photo(f"{axis}.jpg", AXES[axis]) for axis in axes])
    return roll


def like(axis, similarity):
    """An embedding so alike to that axis, and to no other person."""
    return similarity * AXES[axis] + np.sqrt(1 - similarity**2) * AXES[7]


def test_who_is_alike_enough_gets_the_name():
    found = known(gallery(Ada=[0], Byron=[1]), [like(1, 0.9), like(0, 0.7)], MEASURED, 1e-2)
    assert found.names == ("Byron", "Ada")
    assert found.similarities == pytest.approx([0.9, 0.7])


def test_who_is_not_is_unknown_and_the_nearest_likeness_is_told():
    found = known(gallery(Ada=[0]), [like(0, 0.39)], MEASURED, 1e-2)
    assert found.names == ("unknown",)
    assert found.similarities == pytest.approx([0.39])


def test_alone_in_the_gallery_a_person_has_the_threshold_of_pairs():
    assert known(gallery(Ada=[0]), [AXES[0]], MEASURED, 1e-2).threshold == MEASURED.threshold(1e-2)


def test_with_more_people_each_must_be_more_alike_so_that_strangers_stay_as_rare():
    few, many = gallery(a=[0]), gallery(a=[0], b=[1], c=[2], d=[3])
    found = known(many, [AXES[0]], MEASURED, 1e-2)
    assert found.threshold == MEASURED.threshold(1e-2 / 4) > known(few, [AXES[0]], MEASURED, 1e-2).threshold
    assert found.far == pytest.approx(1e-2)


def test_a_rate_too_low_for_so_many_people_is_told_as_it_is():
    found = known(gallery(a=[0], b=[1], c=[2], d=[3]), [AXES[0]], MEASURED, 1e-6)
    assert (found.threshold, found.far) == (0.8, pytest.approx(4e-6))


def test_a_rate_that_nobody_can_be_promised_is_refused():
    with pytest.raises(OptionError, match=r"^far must lie between 1\.0e-06 and 1, since .*; got 1e-07\.$"):
        known(gallery(a=[0]), [AXES[0]], MEASURED, 1e-7)


def test_strangers_are_let_in_as_rarely_as_was_asked_for():
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(20_040, 16))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    people, strangers = directions[:40].astype(np.float32), directions[40:].astype(np.float32)
    pairs = np.sort((strangers[:2000] @ strangers[2000:4000].T).ravel())[::-1]
    rates = (1e-5, 1e-4, 1e-3, 1e-2, 0.1)
    measured = Acceptance(rates, tuple(float(pairs[int(rate * len(pairs))]) for rate in rates), len(pairs))
    roll = Roll("m")
    for number, person in enumerate(people):
        roll = roll.added(f"p{number}", [Photo("x.jpg", person)])
    named = sum(name != "unknown" for name in known(roll, strangers, measured, 0.02).names)
    assert 0.6 < named / len(strangers) / 0.02 < 1.5


def test_in_one_picture_a_name_is_given_once_to_the_most_alike():
    faces = [like(0, 0.8), like(0, 0.9), like(1, 0.8)]
    found = known(gallery(Ada=[0], Byron=[1]), faces, MEASURED, 1e-2, is_one_picture=True)
    assert found.names == ("unknown", "Ada", "Byron")


def test_in_several_pictures_a_name_may_be_given_again():
    assert known(gallery(Ada=[0]), [like(0, 0.8), like(0, 0.9)], MEASURED, 1e-2).names == ("Ada", "Ada")


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1)), max_size=6))
def test_in_one_picture_no_name_is_ever_given_twice(faces):
    embeddings = np.array([like(axis, sure) for axis, sure in faces]).reshape(-1, 8)
    found = known(gallery(a=[0], b=[1], c=[2]), embeddings, MEASURED, 1e-2, is_one_picture=True)
    given = [name for name in found.names if name != "unknown"]
    assert len(given) == len(set(given))


def test_no_faces_have_no_names():
    assert known(gallery(Ada=[0]), [], MEASURED, 1e-2).names == ()


def test_embeddings_of_another_length_are_refused():
    with pytest.raises(InputError, match=r"^The gallery's embeddings are 8 numbers each, \(n, 8\); got \(1, 3\)\.$"):
        known(gallery(Ada=[0]), [[1, 0, 0]], MEASURED, 1e-2)


def test_against_a_thousand_people_a_face_takes_at_most_five_milliseconds():
    rng = np.random.default_rng(0)
    faces = rng.normal(size=(1100, 128)).astype(np.float32)
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    roll = Roll("m", {f"p{n}": (Photo("x.jpg", face),) for n, face in enumerate(faces[:1000])})
    known(roll, faces[:1], MEASURED, 1e-2)
    started = time.process_time()
    for face in faces[1000:]:
        known(roll, face[None], MEASURED, 1e-2)
    assert (time.process_time() - started) / 100 < 0.005

from pathlib import Path

import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.uses._people_corrections import (
    corrected,
    named,
    sorted_anew,
    taken_back,
    without_the_gone,
)
from opsin.uses._people_state import Photo, Said, State

ALBUM = Path("people")


def photo(*axes, people=None):
    """A photo of faces, each along the axis of a person."""
    count = len(axes)
    return Photo(
        stamp=(1, 1),
        boxes=np.zeros((count, 4), np.float32),
        scores=np.ones(count, np.float32),
        embeddings=np.eye(8, dtype=np.float32)[list(axes)],
        numbers=np.arange(1, count + 1),
        people=np.array(people or [0] * count, np.int64),
    )


@pytest.fixture
def state():
    """Ann (p1) on a, b and c, Bob (p2) on c and d, somebody unknown on e."""
    photos = {"a": photo(0), "b": photo(0), "c": photo(0, 1), "d": photo(1), "e": photo(2)}
    return named(named(sorted_anew(State("/photos", "model", photos)), "p1", "Ann", ALBUM), "p2", "Bob", ALBUM)


def say(state, kind, *faces):
    return corrected(state, Said(kind, faces), ALBUM)


def people(state):
    return dict(zip(state.face_ids(), state.column("people").tolist(), strict=True))


def test_faces_are_sorted_and_people_are_numbered(state):
    assert people(state) == {"a#1": 1, "b#1": 1, "c#1": 1, "c#2": 2, "d#1": 2, "e#1": 0}
    assert (state.next_person, state.names) == (3, {1: "Ann", 2: "Bob"})


def test_same_brings_a_face_to_a_person(state):
    assert people(say(state, "same", "e#1", "d#1"))["e#1"] == 2


def test_different_takes_a_face_from_a_person(state):
    assert sorted(people(say(state, "different", "c#2", "d#1")).values()) == [0, 0, 1, 1, 1, 2]


def test_the_state_given_is_left_alone(state):
    before = people(state)
    say(state, "same", "e#1", "d#1")
    assert (people(state), state.said) == (before, ())


def test_what_was_said_twice_is_kept_once(state):
    assert len(say(say(state, "same", "a#1", "b#1"), "same", "a#1", "b#1").said) == 1


def test_different_after_same_is_refused_and_says_what_to_take_back(state):
    with pytest.raises(UsageError, match=r"contradicts what was said before: opsin faces same a#1 b#1\. .* --undo"):
        corrected(say(state, "same", "a#1", "b#1"), Said("different", ("b#1", "a#1")), ALBUM)


def test_same_after_different_is_refused_even_through_others(state):
    said = say(say(state, "different", "a#1", "e#1"), "same", "a#1", "b#1")
    with pytest.raises(UsageError, match="contradicts what was said before: opsin faces different a#1 e#1"):
        corrected(said, Said("same", ("b#1", "e#1")), ALBUM)


def test_people_with_two_names_are_not_made_one(state):
    with pytest.raises(UsageError, match=r"a#1 is Ann, and d#1 is Bob\. .* opsin faces different FACE"):
        corrected(state, Said("same", ("a#1", "d#1")), ALBUM)


def test_with_one_name_taken_away_they_are_made_one_and_keep_the_other(state):
    one = say(named(state, "Ann", "", ALBUM), "same", "a#1", "d#1")
    assert people(one)["a#1"] == people(one)["d#1"] == 2
    assert one.names == {2: "Bob"}


@pytest.mark.parametrize("face", ["a#2", "a", "a#", "z#1", "a#01", ""])
def test_a_face_that_is_not_there_is_refused(state, face):
    with pytest.raises(UsageError, match=r"There is no face '.*' in people\. Faces are called as in photo\.jpg#1"):
        corrected(state, Said("same", ("b#1", face)), ALBUM)


@pytest.mark.parametrize("faces", [("a#1",), ("a#1", "a#1"), ("a#1", "b#1", "a#1"), ()])
def test_a_correction_needs_two_faces(state, faces):
    with pytest.raises(UsageError, match=r"Name two faces that differ, as the page shows them: people/index\.html"):
        corrected(state, Said("same", faces), ALBUM)


def test_what_is_taken_back_may_be_contradicted(state):
    said = say(state, "different", "a#1", "b#1")
    back = taken_back(said, Said("different", ("b#1", "a#1")), ALBUM)
    assert back.said == ()
    assert people(say(back, "same", "a#1", "b#1"))["a#1"] == 1


def test_what_nobody_said_cannot_be_taken_back(state):
    with pytest.raises(UsageError, match="Nobody said so: opsin faces same a#1 b#1"):
        taken_back(say(state, "different", "a#1", "b#1"), Said("same", ("a#1", "b#1")), ALBUM)


def test_same_taken_back_parts_who_looks_different(state):
    back = taken_back(say(state, "same", "e#1", "d#1"), Said("same", ("d#1", "e#1")), ALBUM)
    assert people(back) == people(state)


def test_different_taken_back_lets_them_join_again(state):
    back = taken_back(say(state, "different", "a#1", "b#1"), Said("different", ("b#1", "a#1")), ALBUM)
    assert people(back) == people(state)


def test_more_than_two_are_taken_back_together_or_not_at_all(state):
    said = say(state, "same", "a#1", "b#1", "e#1")
    assert people(said)["e#1"] == 1
    with pytest.raises(UsageError, match="Nobody said so"):
        taken_back(said, Said("same", ("a#1", "e#1")), ALBUM)
    assert people(taken_back(said, Said("same", ("e#1", "b#1", "a#1", "d#1")), ALBUM)) == people(state)


def test_a_new_name_takes_the_place_of_the_old(state):
    assert named(state, "Ann", " Anna ", ALBUM).names == {1: "Anna", 2: "Bob"}


def test_a_name_that_somebody_has_is_refused(state):
    with pytest.raises(
        UsageError, match=r"p2 is called Bob already\. If they are one person, say so: opsin faces same"
    ):
        named(state, "p1", "Bob", ALBUM)


@pytest.mark.parametrize("name", ["unknown", "p7", "two\nlines"])
def test_a_name_that_means_something_else_is_refused(state, name):
    with pytest.raises(UsageError, match="can be nobody's name"):
        named(state, "p1", name, ALBUM)


@pytest.mark.parametrize("person", ["p3", "p0", "Carl", ""])
def test_a_person_who_is_not_there_is_refused(state, person):
    with pytest.raises(UsageError, match=r"There is no person '.*' in people\. People are called as in p12"):
        named(state, person, "Dora", ALBUM)


def test_who_has_gone_is_forgotten_with_all_that_was_said(state):
    said = say(say(state, "same", "a#1", "b#1", "c#1"), "different", "a#1", "d#1")
    left = {file: photo for file, photo in said.photos.items() if file in ("a", "b", "e")}
    now = sorted_anew(without_the_gone(State("/photos", "model", left, said.names, said.said, said.next_person)))
    assert now.said == (Said("same", ("a#1", "b#1")),)
    assert now.names == {1: "Ann"}


def test_a_number_is_never_used_again(state):
    left = {file: photo for file, photo in state.photos.items() if file not in ("c", "d")}
    without_bob = sorted_anew(State("/photos", "model", left, state.names, (), state.next_person))
    more = without_bob.photos | {"f": photo(2)}
    now = sorted_anew(State("/photos", "model", more, state.names, (), without_bob.next_person))
    assert people(now)["f#1"] == 3

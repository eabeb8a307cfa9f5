import numpy as np
import pytest

from opsin.uses._people_sorting import Known, sort_faces

NOBODY = np.zeros((0, 2), np.intp)


def faces(*persons, noise=0.02, seed=0):
    """(n, 8) of length 1, along the axis of each person."""
    vectors = np.eye(8)[list(persons)] + noise * np.random.default_rng(seed).normal(size=(len(persons), 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def between(one, other, share=0.5):
    """A face that is like two people: (1, 8)."""
    vector = np.eye(8)[one] * (1 - share) + np.eye(8)[other] * share
    return (vector / np.linalg.norm(vector))[None].astype(np.float32)


def sorted_people(
    embeddings, *, people=None, photos=None, same=NOBODY, different=NOBODY, loosened=NOBODY, next_person=1, **more
):
    """The people of faces, each in its own photo unless it is said."""
    count = len(embeddings)
    known = Known(
        embeddings=embeddings,
        photos=np.arange(count) if photos is None else np.array(photos),
        people=np.zeros(count, np.int64) if people is None else np.array(people, np.int64),
        same=np.asarray(same),
        different=np.asarray(different),
        loosened=np.asarray(loosened),
        **more,
    )
    return sort_faces(known, next_person, least=0.5).tolist()


def test_the_largest_is_the_first_and_who_is_alone_is_nobody():
    assert sorted_people(faces(0, 0, 1, 1, 1, 2)) == [2, 2, 1, 1, 1, 0]


def test_without_faces_there_is_nobody():
    assert sorted_people(np.zeros((0, 8), np.float32)) == []


def test_two_faces_in_one_photo_are_two_people():
    people = sorted_people(faces(0, 0, 0, 0), photos=[0, 0, 1, 2])
    assert people[0] != people[1]


def test_two_faces_in_one_photo_are_one_when_somebody_says_so():
    assert sorted_people(faces(0, 0, 0), photos=[0, 0, 1], same=[[0, 1]]) == [1, 1, 1]


def test_the_same_are_the_same_however_unlike():
    assert sorted_people(faces(0, 1), same=[[0, 1]]) == [1, 1]


def test_the_different_are_different_however_alike():
    people = sorted_people(faces(0, 0, 0), different=[[0, 1]])
    assert sorted(people) == [0, 1, 1]
    assert people[0] != people[1]


def test_known_people_keep_their_numbers_and_new_faces_join_them():
    assert sorted_people(faces(0, 0, 1, 1, 0, 1), people=[7, 7, 4, 4, 0, 0], next_person=8) == [7, 7, 4, 4, 7, 4]


def test_new_people_get_numbers_that_nobody_had():
    assert sorted_people(faces(0, 0, 1, 1), people=[2, 2, 0, 0], next_person=9) == [2, 2, 9, 9]


def test_known_people_who_look_alike_are_not_joined():
    assert sorted_people(faces(0, 0, 0, 0), people=[1, 1, 2, 2], next_person=3) == [1, 1, 2, 2]


def test_a_face_between_two_known_people_joins_one_and_moves_nobody():
    embeddings = np.concatenate([faces(0, 0, 1, 1), between(0, 1, 0.4)])
    assert sorted_people(embeddings, people=[1, 1, 2, 2, 0], next_person=3) == [1, 1, 2, 2, 1]


def test_somebody_known_stays_so_with_one_face_left():
    assert sorted_people(faces(0), people=[5], next_person=6) == [5]


def test_different_moves_the_odd_one_out_and_leaves_the_others():
    embeddings = np.concatenate([faces(0, 0, 0), between(0, 1, 0.6)])
    assert sorted_people(embeddings, people=[3, 3, 3, 3], different=[[0, 3]], next_person=4) == [3, 3, 3, 0]


def test_different_parts_two_people_who_were_one():
    assert sorted_people(faces(0, 0, 0, 1, 1), people=[3] * 5, different=[[0, 4]], next_person=4) == [3, 3, 3, 4, 4]


def test_who_leaves_takes_along_who_was_said_to_be_the_same():
    people = sorted_people(faces(0, 0, 0, 1), people=[3] * 4, same=[[2, 3]], different=[[0, 3]], next_person=4)
    assert people == [3, 3, 4, 4]


def test_same_makes_two_people_one_and_the_named_one_stays():
    embeddings = faces(0, 0, 1, 1)
    assert sorted_people(embeddings, people=[1, 1, 2, 2], same=[[0, 2]], next_person=3) == [1] * 4
    assert sorted_people(embeddings, people=[1, 1, 2, 2], same=[[0, 2]], named=frozenset({2}), next_person=3) == [2] * 4


def test_people_made_one_who_share_a_photo_leave_one_face_of_it_out():
    people = sorted_people(faces(0, 0, 0, 0), people=[1, 1, 2, 2], photos=[0, 1, 1, 2], same=[[0, 3]], next_person=3)
    assert people[0] == people[3] == 1
    assert people[1] != people[2]


def test_same_taken_back_parts_who_do_not_look_alike():
    people = sorted_people(faces(0, 0, 0, 1, 1), people=[1] * 5, loosened=[[0, 3]], next_person=2)
    assert people == [1, 1, 1, 2, 2]


def test_same_taken_back_leaves_together_who_look_alike():
    assert sorted_people(faces(0, 0, 0), people=[1] * 3, loosened=[[0, 2]], next_person=2) == [1] * 3


@pytest.mark.parametrize("seed", range(5))
def test_sorting_again_moves_nobody(seed):
    embeddings = faces(*np.random.default_rng(seed).integers(0, 5, 40), noise=0.25, seed=seed)
    photos = np.sort(np.random.default_rng(seed).integers(0, 25, 40))
    once = sorted_people(embeddings, photos=photos)
    assert sorted_people(embeddings, photos=photos, people=once, next_person=max(once) + 1) == once


@pytest.mark.parametrize("seed", range(10))
def test_ten_random_corrections_all_hold(seed):
    random = np.random.default_rng(seed)
    embeddings = faces(*random.integers(0, 6, 60), noise=0.25, seed=seed)
    truth = random.integers(0, 12, 60)  # what somebody says has nothing to do with looks: it holds all the same
    pairs = random.choice(60, (10, 2), replace=False)
    is_same = truth[pairs[:, 0]] % 2 == truth[pairs[:, 1]] % 2
    before = sorted_people(embeddings)
    after = np.array(
        sorted_people(embeddings, people=before, same=pairs[is_same], different=pairs[~is_same], next_person=99)
    )
    held = (after[pairs[:, 0]] == after[pairs[:, 1]]) & (after[pairs[:, 0]] > 0)
    assert (held == is_same).all()

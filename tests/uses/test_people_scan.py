import numpy as np
import pytest

from opsin.media.item import Item
from opsin.uses._people_scan import AROUND, CROP_SIDE, _carried_over, _crop, crop_name, remove_crops, stamp, unchanged
from opsin.uses._people_state import Photo


def photo(*axes, numbers=None, people=None, when=(1, 1)):
    count = len(axes)
    return Photo(
        stamp=when,
        boxes=np.zeros((count, 4), np.float32),
        scores=np.ones(count, np.float32),
        embeddings=np.eye(8, dtype=np.float32)[list(axes)].reshape(count, 8 if count else 0),
        numbers=np.array(numbers if numbers is not None else range(1, count + 1), np.int64),
        people=np.array(people or [0] * count, np.int64),
    )


def told(photo):
    return photo.numbers.tolist(), photo.people.tolist()


def test_faces_that_are_still_there_keep_number_and_person_in_whatever_order():
    assert told(_carried_over(photo(1, 0), photo(0, 1, people=[5, 6]))) == ([2, 1], [6, 5])


def test_a_face_that_is_new_in_a_photo_gets_a_number_that_none_had():
    assert told(_carried_over(photo(2, 0), photo(0, 1, people=[5, 6]))) == ([3, 1], [0, 5])


def test_one_face_is_carried_over_to_one_face_only():
    numbers, people = told(_carried_over(photo(0, 0), photo(0, people=[5])))
    assert (numbers, people) == ([1, 3], [5, 0])


@pytest.mark.parametrize("before", [None, photo()])
def test_a_photo_that_showed_nobody_begins_with_1(before):
    assert told(_carried_over(photo(0, 1), before)) == ([1, 2], [0, 0])


def test_a_photo_that_shows_nobody_any_more_has_no_faces():
    assert told(_carried_over(photo(), photo(0, 1))) == ([], [])


def test_the_photos_given_are_left_alone():
    now, before = photo(0), photo(1, 0, people=[1, 2])
    _carried_over(now, before)
    assert (told(now), told(before)) == (([1], [0]), ([1, 2], [1, 2]))


def item(path):
    return Item(str(path), reader=lambda _: pytest.fail("it was read"))


def test_a_photo_with_the_same_size_and_time_is_unchanged(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"1234")
    known = {"a.jpg": photo(0, when=stamp(item(path)))}
    assert list(unchanged({"a.jpg": item(path)}, known)) == ["a.jpg"]
    path.write_bytes(b"12345")
    assert unchanged({"a.jpg": item(path)}, known) == {}


def test_a_file_that_has_gone_has_a_stamp_that_no_file_has(tmp_path):
    assert stamp(item(tmp_path / "gone.jpg")) == (0, 0)


@pytest.mark.parametrize(
    "box", [[10, 10, 30, 40], [0, 0, 5, 5], [95, 55, 100, 60], [-10, -10, 2, 2], [0, 0, 100, 60], [50, 30, 50, 30]]
)
def test_a_crop_has_pixels_wherever_the_face_is(box):
    crop = _crop(np.zeros((60, 100, 3), np.uint8), np.array(box, np.float32))
    assert max(crop.shape[:2]) == CROP_SIDE
    assert min(crop.shape[:2]) >= 1


def test_a_crop_is_as_much_larger_as_it_says():
    image = np.zeros((200, 200, 3), np.uint8)
    image[80:120, 80:120] = 255
    crop = _crop(image, np.array([80, 80, 120, 120], np.float32))
    assert crop.mean() / 255 == pytest.approx(1 / (1 + 2 * AROUND) ** 2, rel=0.02)


def test_removing_crops_of_nobody_removes_only_crops(tmp_path):
    (tmp_path / "faces").mkdir()
    for name in ("0123456789abcdef0123.jpg", "holiday.jpg", "notes.txt"):
        (tmp_path / "faces" / name).touch()
    remove_crops(tmp_path, {})
    assert sorted(path.name for path in (tmp_path / "faces").iterdir()) == ["holiday.jpg", "notes.txt"]


def test_each_face_and_each_version_of_a_photo_has_a_crop_of_its_own():
    named = {crop_name(*of) for of in [("a", 1, (1, 1)), ("a", 2, (1, 1)), ("a", 1, (1, 2)), ("b", 1, (1, 1))]}
    assert len(named) == 4
    assert crop_name("a", 1, (1, 1)) in named

"""Labelled pictures, in memory."""

import dataclasses
import hashlib

import numpy as np
import pytest

from opsin.core.errors import InputError, UnknownNameError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.things import Things, as_truth


def dataset(count: int = 6, **changes) -> Dataset:
    pixels = np.arange(count * 4, dtype=np.uint8).reshape(count, 2, 2, 1)
    facts = {
        "name": "few",
        "labels": ("a", "b"),
        "pictures": Arrays(pixels, np.arange(count)),
        "truth": np.arange(count) % 2,
        "parts": np.array(["train", "train", "train", "train", "validation", "test"][:count]),
        "columns": {"group": np.arange(count) // 2},
    }
    return Dataset(**{**facts, **changes})


def test_a_part_has_its_pictures_in_their_order():
    part = dataset().part("train")
    assert [part.pictures.name(index) for index in range(len(part))] == ["0", "1", "2", "3"]
    assert set(part.parts) == {"train"}


def test_everything_is_taken_along():
    some = dataset().take([5, 0])
    assert (some.truth.tolist(), some.columns["group"].tolist()) == ([1, 0], [2, 0])
    assert some.pictures[0][0, 0, 0] == 20


def test_a_part_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(UnknownNameError, match=r"There is no part of few called 'tset'\. Did you mean 'test'"):
        dataset().part("tset")


def test_classes_are_counted_in_their_order():
    assert dataset(5).counts() == {"a": 3, "b": 2}


def test_the_digest_does_not_depend_on_the_order():
    assert dataset().digest() == dataset().take([3, 1, 5, 0, 4, 2]).digest()


@pytest.mark.parametrize(
    "change",
    [
        {"truth": np.array([1, 1, 0, 1, 0, 1])},
        {"parts": np.array(["train"] * 6)},
        {"pictures": Arrays(np.zeros((6, 2, 2, 1), np.uint8), np.arange(6))},
    ],
    ids=["label", "part", "picture"],
)
def test_the_digest_changes_with_any(change):
    assert dataset().digest() != dataset(**change).digest()


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(InputError, match=r"Each picture needs one of everything; got .*'truth': 2"):
        dataset(truth=np.array([0, 1]))


def test_a_class_number_without_a_class_is_refused():
    with pytest.raises(InputError, match=r"Class numbers must be 0 to 1; got 0 to 2"):
        dataset(truth=np.array([0, 1, 2, 0, 0, 0]))


class TestBoxes:
    def test_the_truth_says_the_task(self, boxed):
        assert (boxed.task, dataset().task) == ("detection", "classification")

    def test_things_are_counted_and_not_pictures(self, boxed):
        assert boxed.counts() == {"cat": 2, "dog": 2}

    def test_each_picture_tells_what_it_shows(self, boxed):
        assert [boxed.shown(index).tolist() for index in range(4)] == [[1, 0], [0], [], [1]]
        assert [boxed.summary(index) for index in (0, 2)] == ["1 × dog, 1 × cat", "nothing"]

    def test_one_class_is_shown_where_there_is_one_label(self):
        assert (dataset().shown(1).tolist(), dataset().summary(1)) == ([1], "b")

    def test_the_digest_does_not_depend_on_the_order(self, boxed):
        assert boxed.digest() == boxed.take([2, 3, 0, 1]).digest()

    @pytest.mark.parametrize(
        "change",
        [{"labels": ("dog", "cat")}, {"parts": np.array(["train"] * 4)}, {"truth": as_truth([Things([], [])] * 4)}],
        ids=["labels", "parts", "boxes"],
    )
    def test_the_digest_changes_with_any(self, boxed, change):
        assert dataclasses.replace(boxed, **change).digest() != boxed.digest()

    def test_a_class_number_without_a_class_is_refused(self, boxed):
        with pytest.raises(InputError, match=r"Class numbers must be 0 to 0; got 0 to 1"):
            dataclasses.replace(boxed, labels=("cat",))

    def test_no_pictures_are_data_too(self, boxed):
        none = boxed.take([])
        assert (len(none), none.task, none.counts()) == (0, "detection", {"cat": 0, "dog": 0})


def test_the_digest_of_labels_is_what_it_always_was():
    """Runs remember it, and go on only with the same data."""
    assert (
        dataset(2).digest()
        == hashlib.sha256(
            b"\n".join(
                sorted(
                    hashlib.sha256(bytes(range(4 * index, 4 * index + 4))).hexdigest().encode()
                    + f" {label} train".encode()
                    for index, label in enumerate("ab")
                )
            )
        ).hexdigest()
    )


def test_classes_of_a_map_are_told_without_numbers(regions_of):
    data = regions_of([[[0, 1, 1]], [[255, 255, 255]]])
    assert ([data.summary(0), data.summary(1)], data.counts()) == (["sky, road", "nothing"], {"sky": 1, "road": 1})

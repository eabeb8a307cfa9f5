"""Labelled pictures, in memory."""

import numpy as np
import pytest

from opsin.core.errors import InputError, UnknownNameError
from opsin.data.dataset import Arrays, Dataset


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

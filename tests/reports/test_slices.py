import numpy as np
import pytest

from opsin.core.errors import UnknownNameError
from opsin.reports._slices import FEW, MOST, slices_by


@pytest.fixture
def sliced(answers):
    """The sizes of the slices by one column."""

    def make(column, name="day", **more):
        values = np.asarray(column)
        given = answers(len(values), columns={"day": values}, **more)
        return {part: int(inside.sum()) for part, inside in slices_by(given, [name])[name].items()}

    return make


def test_each_value_is_a_slice(sliced):
    assert sliced(["tue", "mon", "tue"]) == {"mon": 1, "tue": 2}


def test_no_value_is_a_slice_too(sliced):
    assert sliced(["mon", ""]) == {"(none)": 1, "mon": 1}


def test_few_different_numbers_are_values(sliced):
    assert sliced([3, 1, 3]) == {"1": 1, "3": 2}


def test_many_different_numbers_are_cut_into_thirds(sliced):
    assert sliced(np.arange(12.0)) == {"0 to 3": 4, "4 to 7": 4, "8 to 11": 4}
    assert FEW < 12


def test_numbers_that_are_missing_are_apart(sliced):
    assert sliced([*range(12), np.nan]) == {"0 to 3": 4, "4 to 7": 4, "8 to 11": 4, "(none)": 1}


def test_of_very_many_values_the_rare_ones_share_a_slice(sliced):
    found = sliced([f"person {number}" for number in range(50) for _ in range(2 if number < 40 else 1)])
    assert len(found) == MOST
    assert found["(21 others)"] == 2 * 11 + 10


@pytest.mark.parametrize(
    "column", [["a", "b", "a"], list(range(20)), [1.5] * 5 + [2.5] * 9, [float("nan")] * 12, list(map(str, range(99)))]
)
def test_every_picture_lies_in_one_slice(answers, column):
    given = answers(len(column), columns={"day": np.asarray(column)})
    assert (np.sum(list(slices_by(given, ["day"])["day"].values()), axis=0) == 1).all()


def test_pictures_of_several_sizes_are_cut_into_thirds_unasked(answers):
    sizes = [(side, side) for side in range(10, 70, 10)]
    found = slices_by(answers(6, sizes=sizes), [])["size"]
    assert list(found) == ["10 to 20 pixels a side", "30 to 40 pixels a side", "50 to 60 pixels a side"]


def test_pictures_of_one_size_are_not(answers):
    assert slices_by(answers(), []) == {}


def test_unless_it_is_asked_for(answers):
    assert list(slices_by(answers(), ["size"])["size"]) == ["8 pixels a side"]


def test_an_unknown_column_is_refused_and_the_nearest_named(answers):
    given = answers(3, columns={"camera": np.array(["a", "b", "c"])})
    with pytest.raises(
        UnknownNameError, match=r"no column of insects called 'camra'\. Did you mean 'camera'\? Known: cam"
    ):
        slices_by(given, ["camra"])

import json
from dataclasses import dataclass

import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.core.record import Record, names, numbers, value


@dataclass(frozen=True, eq=False)
class Found(Record):
    labels: tuple[str, ...] = names("n", column="label")
    scores: np.ndarray = numbers("n", column="score", decimals=3, low=0.0, high=1.0)
    points: np.ndarray | None = numbers("n", 2, column="x y", decimals=1, default=None)
    note: str = ""

    best_first = "scores"


def test_json_there_and_back_is_the_same():
    found = Found(("a", "b"), np.array([0.91234, 0.5]), np.array([[1.26, 2], [3, 4]]), "hi")
    again = Found.from_dict(json.loads(found.to_json()))
    assert again.to_dict() == found.to_dict()


def test_numbers_are_rounded_in_json_only():
    found = Found(("a",), np.array([0.91234]))
    assert found.to_dict()["scores"] == [0.912]
    assert found.scores[0] == np.float32(0.91234)


def test_optional_fields_without_a_value_are_left_out():
    assert "points" not in Found((), np.zeros(0)).to_dict()


def test_nothing_found_is_a_record_too():
    assert Found([], []).scores.shape == (0,)


def test_arrays_are_copies_and_cannot_be_written_to():
    given = np.array([0.5])
    found = Found(("a",), given)
    given[0] = 0.1
    assert found.scores[0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        found.scores[0] = 0


@pytest.mark.parametrize(
    ("labels", "scores", "said"),
    [
        (("a",), [0.5, 0.4], "Found.scores must have the shape (1,); got (2,)."),
        (("a",), [[0.5]], "Found.scores must have the shape (1,); got (1, 1)."),
        (("a",), [1.5], "Found.scores must lie in 0.0..1.0; got 1.5..1.5."),
        (("a",), [-0.5], "Found.scores must lie in 0.0..1.0; got -0.5..-0.5."),
        (("a",), [np.nan], "Found.scores must be finite; got NaN or infinity."),
        (("a", "b"), [0.1, 0.2], "Found.scores must come best first; they rise."),
    ],
)
def test_what_does_not_fit_is_refused(labels, scores, said):
    with pytest.raises(InputError) as refusal:
        Found(labels, scores)
    assert str(refusal.value) == said


def test_points_must_come_in_pairs():
    with pytest.raises(InputError, match=r"Found.points must have the shape \(1, 2\); got \(1, 3\)"):
        Found(("a",), [0.5], [[1, 2, 3]])


def test_a_record_is_a_table_of_the_fields_that_have_a_column():
    found = Found(("a", "b"), [0.9, 0.5], [[1, 2], [3, 4]])
    assert found.rows() == [
        {"label": "a", "score": 0.9, "x": 1, "y": 2},
        {"label": "b", "score": 0.5, "x": 3, "y": 4},
    ]


def test_the_columns_are_the_headings_of_the_rows():
    assert Found.columns() == ("label", "score", "x", "y")


def test_columns_of_fields_without_a_value_are_left_out_of_the_rows():
    assert Found(("a",), [0.5]).rows() == [{"label": "a", "score": 0.5}]


@dataclass(frozen=True, eq=False)
class Spread(Record):
    spread: float = value(column="spread")


@dataclass(frozen=True, eq=False)
class Tagged(Record):
    labels: tuple[str, ...] = names("n", column="label")
    place: str = value(column="place", default="here")


def test_a_plain_value_with_a_column_is_a_row_of_its_own():
    assert (Spread(1.5).rows(), Spread.columns()) == ([{"spread": 1.5}], ("spread",))


def test_a_plain_value_stands_in_every_row_of_what_is_listed():
    assert Tagged(("a", "b")).rows() == [{"place": "here", "label": "a"}, {"place": "here", "label": "b"}]


def test_what_lists_nothing_has_no_rows():
    assert Tagged(()).rows() == []

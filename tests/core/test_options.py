from dataclasses import dataclass, fields

import pytest

from opsin.core.errors import OptionError
from opsin.core.options import Corners, Options, Point, allowed_types, corners_option, option, points_option


@dataclass(frozen=True, kw_only=True)
class Some(Options):
    share: float = option(0.5, help="A share.", low=0.0, high=1.0)
    count: int | None = option(None, help="A count.", low=1)
    colour: str = option("red", help="A colour.", choices=("red", "blue"))
    loud: bool = option(False, help="Whether it is loud.")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"share": 1.5}, "share must be at most 1.0; got 1.5."),
        ({"share": -1}, "share must be at least 0.0; got -1."),
        ({"share": float("nan")}, "share must be at least 0.0; got nan."),
        ({"share": "much"}, "share must be a number; got 'much'."),
        ({"share": True}, "share must be a number; got True."),
        ({"count": 0}, "count must be at least 1; got 0."),
        ({"count": 2.5}, "count must be a whole number or nothing; got 2.5."),
        ({"colour": "green"}, "colour must be one of red, blue; got 'green'."),
        ({"loud": 1}, "loud must be true or false; got 1."),
        ({"model": 3}, "model must be text or nothing; got 3."),
        ({"device": "TPU"}, "device must be one of CPU, GPU, NPU, AUTO; got 'TPU'."),
        ({"precision": "f16"}, "precision must be one of f32, bf16; got 'f16'."),
    ],
)
def test_a_wrong_value_is_refused_with_what_came_and_what_is_right(given, said):
    with pytest.raises(OptionError) as refusal:
        Some(**given)
    assert str(refusal.value) == said


@pytest.mark.parametrize("given", [{"share": 0}, {"share": 1.0}, {"count": 1}, {"count": None}, {"colour": "blue"}])
def test_a_right_value_is_taken(given):
    name, value = next(iter(given.items()))
    assert getattr(Some(**given), name) == value


def test_options_cannot_be_changed():
    with pytest.raises(AttributeError):
        Some().share = 0.1  # type: ignore[misc]


def test_the_types_of_a_nested_hint_are_all_found():
    assert allowed_types(int | str | None) == (int, str, type(None))


def test_every_shared_option_has_a_help():
    assert all(each.metadata["help"].endswith(".") for each in fields(Options))


@dataclass(frozen=True, kw_only=True)
class Pointing(Options):
    at: tuple[Point, ...] = points_option(help="Points.")
    box: Corners | None = corners_option(help="A box.")


@pytest.mark.parametrize(
    ("given", "points"),
    [(None, ()), ([], ()), ((3, 4), ((3, 4),)), ("3,4.5", ((3, 4.5),)), (["3,4", (5, 6)], ((3, 4), (5, 6)))],
)
def test_points_are_pairs_of_numbers_or_text(given, points):
    assert Pointing(at=given).at == points


@pytest.mark.parametrize(("given", "corners"), [(None, None), ((1, 2, 3, 4), (1, 2, 3, 4)), ("1,2,3,4", (1, 2, 3, 4))])
def test_corners_are_four_numbers_or_text(given, corners):
    assert Pointing(box=given).box == corners


@pytest.mark.parametrize("given", ["3", "3,4,5", "3,x", ["3;4"], [(1,)], (1, 2, 3), ["nan,1"], [(float("inf"), 1)], 7])
def test_what_is_no_point_is_refused(given):
    with pytest.raises(OptionError, match=r"^at must be numbers X,Y, in pixels; got "):
        Pointing(at=given)


@pytest.mark.parametrize("given", ["1,2,3", (1, 2), 5, "a,b,c,d"])
def test_what_is_no_box_is_refused(given):
    with pytest.raises(OptionError, match=r"^box must be numbers X0,Y0,X1,Y1, in pixels; got "):
        Pointing(box=given)

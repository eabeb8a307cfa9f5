from dataclasses import dataclass, fields

import pytest

from opsin.core.errors import OptionError
from opsin.core.options import Options, allowed_types, option


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

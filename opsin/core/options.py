"""Options: said once, as a field, they become a keyword in Python, a flag on the command line, a field of a form."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any

from opsin.core.errors import OptionError


def option(
    default: Any,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] | None = None,
) -> Any:
    """A field of an options dataclass.

    Args:
        default: what holds when nothing is said; it should be the best practice.
        help: one sentence for a person; the flag's and the form's help.
        low: the smallest value allowed.
        high: the largest value allowed.
        choices: the only values allowed.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices})


def quality_option(qualities: Sequence[str]) -> Any:
    """The field `quality` of a task whose models differ in speed and care: some of "fast", "balanced" and "best".

    Args:
        qualities: those that there are, the quickest first.
    """
    return option(None, help="How much care to take, in place of a model's name.", choices=tuple(qualities))


Point = tuple[float, float]
"""x, y in pixels of the upright original."""

Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the upright original."""


def points_option(*, help: str) -> Any:
    """A field of an options dataclass that holds any number of points, as a tuple of (x, y); none by default.

    It takes a list of pairs, one pair alone, or text such as "120,80"; a flag may be given again for more.
    """
    return field(default=(), metadata={"help": help, "choices": None, "coordinates": "X,Y", "is_many": True})


def corners_option(*, help: str) -> Any:
    """A field of an options dataclass that holds the corners of one box, (x0, y0, x1, y1), or None.

    It takes four numbers, or text such as "10,20,200,180".
    """
    return field(default=None, metadata={"help": help, "choices": None, "coordinates": "X0,Y0,X1,Y1", "is_many": False})


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Fields made by `option`, `points_option` and `corners_option`, checked at birth.

    Raises:
        OptionError: for a value of the wrong type, out of range, or not among the choices.
    """

    def __post_init__(self) -> None:
        hints = typing.get_type_hints(type(self))
        for each in fields(self):
            value = getattr(self, each.name)
            if "coordinates" in each.metadata:
                object.__setattr__(self, each.name, _coordinates(each.name, value, each.metadata))
            else:
                _check(each.name, value, hints[each.name], each.metadata)


@dataclass(frozen=True, kw_only=True)
class Options(Checked):
    """What every question can be asked with. Each task adds its own.

    Raises:
        OptionError: for a value of the wrong type, out of range, or not among the choices.
    """

    model: str | None = option(None, help="Name of the model (see: opsin models list). The task's own when left out.")
    device: str = option(
        "CPU", help="Where the network runs: CPU, GPU, NPU or AUTO.", choices=("CPU", "GPU", "NPU", "AUTO")
    )
    precision: str = option(
        "f32",
        help="Numbers inside the network. bf16 is up to twice as fast and a little less exact.",
        choices=("f32", "bf16"),
    )


def _coordinates(name: str, value: Any, rules: typing.Mapping[str, Any]) -> Any:
    """The numbers of one box, or of every point, as tuples; None or nothing where there are none."""
    if not rules["is_many"]:
        return None if value is None else _numbers(name, value, rules["coordinates"])
    return tuple(_numbers(name, each, rules["coordinates"]) for each in _each_point(value))


def _each_point(value: Any) -> Sequence[Any]:
    """The points of a list of them; one that came alone is a list of one."""
    if value is None:
        return ()
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return value if is_list and not any(isinstance(each, int | float) for each in value) else [value]


def _numbers(name: str, value: Any, form: str) -> tuple[float, ...]:
    """As many finite numbers as the form, such as "X,Y", has; out of a sequence, or of text with commas."""
    try:
        found = tuple(float(each) for each in (value.split(",") if isinstance(value, str) else value))
    except (TypeError, ValueError):
        found = ()
    if len(found) != form.count(",") + 1 or not all(map(isfinite, found)):
        raise OptionError(f"{name} must be numbers {form}, in pixels; got {value!r}.")
    return found


def _check(name: str, value: object, hint: Any, rules: typing.Mapping[str, Any]) -> None:
    allowed = allowed_types(hint)
    # In Python True is an int; as a number of things it is a mistake.
    if not isinstance(value, _with_int_for_float(allowed)) or (isinstance(value, bool) and bool not in allowed):
        raise OptionError(f"{name} must be {_spoken(allowed)}; got {value!r}.")
    if value is None:
        return
    low, high, choices = rules.get("low"), rules.get("high"), rules.get("choices")
    if choices is not None and value not in choices:
        raise OptionError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")
    # Written so that NaN, which compares false with everything, is refused as well.
    if low is not None and not value >= low:
        raise OptionError(f"{name} must be at least {low}; got {value!r}.")
    if high is not None and not value <= high:
        raise OptionError(f"{name} must be at most {high}; got {value!r}.")


def allowed_types(hint: Any) -> tuple[type, ...]:
    """The classes that a type hint such as `int | None` allows.

    >>> allowed_types(int | None)
    (<class 'int'>, <class 'NoneType'>)
    """
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return tuple(one for part in typing.get_args(hint) for one in allowed_types(part))
    return (typing.get_origin(hint) or hint,)


def _with_int_for_float(allowed: tuple[type, ...]) -> tuple[type, ...]:
    return (*allowed, int) if float in allowed else allowed


_SPOKEN = {int: "a whole number", float: "a number", str: "text", bool: "true or false", type(None): "nothing"}


def _spoken(allowed: tuple[type, ...]) -> str:
    return " or ".join(_SPOKEN.get(each, each.__name__) for each in allowed)

"""Options: said once, as a field, they become a keyword in Python, a flag on the command line, a field of a form."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
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


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Fields made by `option`, checked at birth.

    Raises:
        OptionError: for a value of the wrong type, out of range, or not among the choices.
    """

    def __post_init__(self) -> None:
        hints = typing.get_type_hints(type(self))
        for each in fields(self):
            _check(each.name, getattr(self, each.name), hints[each.name], each.metadata)


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

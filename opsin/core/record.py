"""A record: a frozen dataclass of parallel arrays, checked at birth, that goes to JSON and comes back."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import DTypeLike

from opsin.core.errors import InputError


def numbers(
    *shape: str | int,
    column: str = "",
    dtype: DTypeLike = np.float32,
    decimals: int | None = None,
    default: Any = MISSING,
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """A field that holds an array.

    Args:
        shape: a length for each axis; a letter stands for a length that all fields with the same letter share.
        column: its heading in a table with a row for each of the things that the first axis counts; as many words as
            the second axis is long.
        dtype: what it is stored as.
        decimals: how many are written to JSON; all of them when left out.
        default: its value when left out; `None` for an optional field.
        low: the smallest value allowed.
        high: the largest value allowed.
    """
    metadata = {
        "shape": shape,
        "column": column,
        "dtype": np.dtype(dtype),
        "decimals": decimals,
        "low": low,
        "high": high,
    }
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def names(length: str, *, column: str = "", default: Any = MISSING) -> Any:
    """A field that holds a tuple of texts, as many as the letter says; `column` as in `numbers`."""
    metadata = {"shape": (length,), "column": column, "names": True}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def value(*, column: str = "", default: Any = MISSING) -> Any:
    """A field that holds one plain value; with a `column`, it stands in every row of the table."""
    metadata = {"column": column}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True, eq=False)
class Record:
    """A frozen dataclass whose fields are made by `numbers`, `names` and `value`, or are plain JSON values.

    Arrays are copied and made read-only, so that a record never changes.

    Raises:
        InputError: when a field has the wrong shape or values, or fields that belong together differ in length.
    """

    best_first: ClassVar[str | None] = None
    """Name of the field whose values may never rise."""

    def __post_init__(self) -> None:
        lengths: dict[str, int] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if "shape" in each.metadata and value is not None:
                value = _stored(each, value, f"{type(self).__name__}.{each.name}")
                object.__setattr__(self, each.name, value)
                _check_shape(f"{type(self).__name__}.{each.name}", each.metadata["shape"], np.shape(value), lengths)
        if self.best_first is not None and (np.diff(getattr(self, self.best_first)) > 0).any():
            raise InputError(f"{type(self).__name__}.{self.best_first} must come best first; they rise.")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON. Optional fields that hold nothing are left out."""
        return {
            each.name: _plain(each, getattr(self, each.name))
            for each in fields(self)
            if getattr(self, each.name) is not None
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The headings of `rows`."""
        return tuple(word for each in fields(cls) for word in each.metadata.get("column", "").split())

    def rows(self) -> list[dict[str, Any]]:
        """A table: one row for each of the things that the fields with a column list.

        Plain values stand in every row; where nothing is listed, they are a row of their own.
        """
        plain = self.to_dict()
        shown = [each for each in fields(self) if each.metadata.get("column") and each.name in plain]
        single = {each.metadata["column"]: plain[each.name] for each in shown if "shape" not in each.metadata}
        listed = [(each.metadata["column"], plain[each.name]) for each in shown if "shape" in each.metadata]
        if not listed:
            return [single] if single else []
        return [
            single | {word: cell for column, values in listed for word, cell in _cells(column, values[row])}
            for row in range(len(listed[0][1]))
        ]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The record that `to_dict` was made from, as far as the decimals go. Unknown keys are passed over."""
        return cls(**{each.name: data[each.name] for each in fields(cls) if each.name in data})


def _cells(column: str, value: Any) -> list[tuple[str, Any]]:
    words = column.split()
    return [(column, value)] if len(words) == 1 else list(zip(words, value, strict=True))


def _stored(each: Field[Any], value: Any, where: str) -> Any:
    if "names" in each.metadata:
        return tuple(str(one) for one in value)
    array = np.array(value, each.metadata["dtype"])  # a copy: the caller's array stays the caller's
    if array.size == 0:
        array = array.reshape([0 if isinstance(axis, str) else axis for axis in each.metadata["shape"]])
    low, high = each.metadata["low"], each.metadata["high"]
    if not np.isfinite(array).all():
        raise InputError(f"{where} must be finite; got NaN or infinity.")
    if (low is not None and array.min(initial=low) < low) or (high is not None and array.max(initial=high) > high):
        raise InputError(f"{where} must lie in {low}..{high}; got {array.min()}..{array.max()}.")
    array.setflags(write=False)
    return array


def _check_shape(where: str, shape: tuple[str | int, ...], came: tuple[int, ...], lengths: dict[str, int]) -> None:
    wanted = tuple(lengths.get(axis, axis) if isinstance(axis, str) else axis for axis in shape)
    fits = len(wanted) == len(came) and all(isinstance(w, str) or w == c for w, c in zip(wanted, came, strict=True))
    if not fits:
        raise InputError(f"{where} must have the shape {_spoken(wanted)}; got {_spoken(came)}.")
    lengths.update({axis: length for axis, length in zip(shape, came, strict=True) if isinstance(axis, str)})


def _spoken(shape: tuple[str | int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def _plain(each: Field[Any], value: Any) -> Any:
    if isinstance(value, np.ndarray):
        decimals = each.metadata["decimals"]
        # Widened first: float32 0.9 is 0.8999999761581421, and rounding must come after.
        wide = value.astype(np.float64) if value.dtype.kind == "f" else value
        return (wide if decimals is None else wide.round(decimals)).tolist()
    return list(value) if isinstance(value, tuple) else value

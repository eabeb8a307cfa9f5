"""Tables of photos in pairs: `first,second,same[,group][,fold]`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from opsin.core.errors import DataError, SourceError

NEEDED = ("first", "second", "same")
_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Pair:
    """Two photos, and whether they show one person.

    Attributes:
        first: path of a photo.
        second: path of another.
        same: whether the person is the same.
        group: what is to be told apart in the report; "" where nothing is.
        fold: the part of the data that the pair belongs to; "" where there are none.
    """

    first: str
    second: str
    same: bool
    group: str = ""
    fold: str = ""


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """The pairs that a CSV file lists.

    Raises:
        SourceError: when it cannot be read, lacks a column, or has no rows.
        DataError: when a row is too long or short, a path leads out of its folder, a photo stands beside
            itself, or `same` is no yes or no.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Give a CSV file with pairs of photos.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not text in UTF-8. Give a CSV file with pairs of photos.") from error
    return parsed_pairs(text, str(path))


def parsed_pairs(text: str, where: str) -> tuple[Pair, ...]:
    """The pairs in a CSV file's text, which separates by commas, semicolons or tabs; `where` is named in messages.

    Raises:
        SourceError, DataError: as `read_pairs`.

    >>> parsed_pairs("first,second,same\\na.jpg,b.jpg,yes", "pairs.csv")
    (Pair(first='a.jpg', second='b.jpg', same=True, group='', fold=''),)
    """
    rows = _rows(text, where)
    names = [name.strip().lower() for name in rows[0][1]] if rows else []
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise SourceError(
            f"{where} has no column {' and none '.join(missing)}; its columns are: {', '.join(names)[:200] or 'none'}. "
            "It needs first and second (paths of photos) and same (1 or 0); group is told apart."
        )
    if len(rows) < 2:
        raise SourceError(f"{where} has no rows below its head. Add one for each pair of photos.")
    return tuple(_pair(names, row, f"{where}, line {line}") for line, row in rows[1:])


def _rows(text: str, where: str) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of the line that it ends on."""
    delimiter = max(_DELIMITERS, key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise SourceError(f"{where} is no table that can be read: {error}.") from error


def _pair(names: Sequence[str], row: Sequence[str], where: str) -> Pair:
    if len(row) != len(names):
        raise DataError(f"{where}: {len(row)} values, where the head has {len(names)}. Mend the row.")
    values = {name: value.strip() for name, value in zip(names, row, strict=True)}
    first, second = _inside(values["first"], where), _inside(values["second"], where)
    # It is as like itself as can be, which would flatter every rate.
    if first == second:
        raise DataError(f"{where}: {first} stands beside itself. A pair needs two photos.")
    return Pair(
        first=first,
        second=second,
        same=_yes_or_no(values, where),
        group=values.get("group", ""),
        fold=values.get("fold", ""),
    )


def _inside(path: str, where: str) -> str:
    """A path with "/" between folders, which stays in the folder that it starts from."""
    name = path.replace("\\", "/")
    if not name or ".." in name.split("/") or name.startswith("/") or PureWindowsPath(name).drive:
        raise DataError(
            f"{where}: a photo must be a path from the table's folder (or --root), without '..'; got {path!r}."
        )
    return name.removeprefix("./")


def _yes_or_no(values: Mapping[str, str], where: str) -> bool:
    word = values["same"].lower()
    if word not in _WORDS:
        raise DataError(f"{where}: same must be 1 or 0 (or yes or no, true or false); got {values['same']!r}.")
    return _WORDS[word]

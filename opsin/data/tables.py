"""Tables that say what pictures show: `image,label[,group,split]` and whatever else is known of them."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, SourceError
from opsin.data.files import Files, Zipped, leads_out, zipped
from opsin.data.folders import LABELS, PART_FOLDERS
from opsin.data.listed import Listed
from opsin.media.limits import DEFAULT_LIMITS, first_line, spoken

Columns = Mapping[str, NDArray[Any]]
"""(n,) values by the name of their column."""

_DELIMITERS = ",;\t"
_TOLD = 200


@dataclass(frozen=True)
class Named:
    """Names of the columns that must be there.

    Attributes:
        image: paths of pictures.
        label: what they show.
        caption: what people say that they show, in tables of captions.
    """

    image: str = "image"
    label: str = "label"
    caption: str = "caption"


def csv_listed(path: Path, named: Named) -> Listed:
    """The pictures that a CSV file names, by paths from its own folder.

    Raises:
        SourceError: when it cannot be read, or lacks a column.
        DataError: when a picture is missing, a path leads out of the folder, or a label is missing.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{spoken(path)} cannot be read as text: {first_line(error)}.") from error
    name = path.resolve().parent.name if path.name == LABELS else path.stem
    return _listed(name, path, parsed(text, str(path), named), path.parent, named)


def zipped_csv_listed(path: Path, member: str, named: Named) -> Listed:
    """The pictures of a zip archive that a CSV file inside it names.

    Raises:
        SourceError, DataError: as `csv_listed`.
    """
    pictures, where = zipped(path), f"{path}/{member}"
    DEFAULT_LIMITS.check_bytes(where, pictures.archive.getinfo(member).file_size)
    try:
        text = pictures.archive.read(member).decode("utf-8-sig")
    except (OSError, RuntimeError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise SourceError(f"{spoken(where)} cannot be read as text: {first_line(error)}.") from error
    columns = parsed(text, where, named)
    folder = PurePosixPath(member).parent
    names = [str(folder / name) for name in _names(columns[named.image], where)]
    numbers = {name: number for number, name in enumerate(pictures.names)}
    _refuse_missing([name for name in names if name not in numbers], len(names), where)
    return _described(path.stem, path, _taken(pictures, [numbers[name] for name in names]), columns, where, named)


def _taken(pictures: Zipped, numbers: Sequence[int]) -> Zipped:
    return pictures.take(np.asarray(numbers, np.intp))


def frame_listed(frame: Any, root: Path | None, named: Named) -> Listed:
    """The pictures that a DataFrame names (of pandas, or of anything with `columns` and `frame[name]`).

    Args:
        frame: it is never written to.
        root: the folder that its paths start from; None for the folder that we are in, or for whole paths.
        named: names of its columns.

    Raises:
        SourceError, DataError: as `csv_listed`.
    """
    columns = {str(name): np.asarray(frame[name]) for name in frame.columns}
    _refuse_columns(list(columns), "The table", named)
    if not len(columns[named.image]):
        raise SourceError("The table has no rows. Add one for each picture.")
    paths = [os.fspath(path) for path in columns[named.image]]
    if root is None and all(Path(path).is_absolute() for path in paths):
        root = Path(os.path.commonpath([Path(path).parent for path in paths]))
    start = root or Path()
    # What a program lists may be whole paths; what a file lists may not.
    inside = [_from(Path(path), start) for path in paths]
    columns[named.image] = np.array(inside, object)
    return _listed(start.resolve().name, root, columns, start, named)


def _from(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_absolute() and path.is_relative_to(root) else path.as_posix()


def parsed(text: str, where: str, named: Named) -> dict[str, NDArray[Any]]:
    """The columns of a CSV file's text, which separates by commas, semicolons or tabs.

    Raises:
        SourceError: when it has no rows, lacks a column, or a row is longer or shorter than the first.

    >>> parsed("image;label\\na.png;cat", "labels.csv", Named())["label"].tolist()
    ['cat']
    """
    rows = _rows(text, where)
    names = [name.strip() for name in rows[0]] if rows else []
    _refuse_columns(names, spoken(where), named)
    if len(rows) < 2:
        raise SourceError(f"{spoken(where)} has no rows below its head. Add one for each picture.")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            raise SourceError(
                f"{spoken(where)}: row {number} has {len(row)} values, where the head has {len(names)}. "
                "Mend the row, or put values that hold commas into quotes."
            )
    return {name: np.array([row[at].strip() for row in rows[1:]], object) for at, name in enumerate(names)}


def _rows(text: str, where: str) -> list[list[str]]:
    delimiter = max(_DELIMITERS, key=text.split("\n", 1)[0].count)
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise SourceError(f"{spoken(where)} is no table that can be read: {first_line(error)}.") from error


def is_table(head: str, named: Named) -> bool:
    """Whether a CSV file that begins so names pictures and labels.

    >>> is_table("image,label,group", Named()), is_table("name,price", Named())
    (True, False)
    """
    return {named.image, named.label} <= heads(head)


def heads(head: str) -> set[str]:
    """The names of the columns of a CSV file that begins so.

    >>> sorted(heads('image;"label"'))
    ['image', 'label']
    """
    return {name.strip().strip('"') for name in re.split(f"[{_DELIMITERS}]", head)}


def _refuse_columns(names: Sequence[str], where: str, named: Named) -> None:
    missing = [name for name in (named.image, named.label) if name not in names]
    if missing:
        raise SourceError(
            f"{where} has no column {' and none '.join(missing)}; its columns are: {_told(names)}. "
            'Rename them to image and label, or say which they are: image="...", label="..." (--image, --label).'
        )
    if len(set(names)) < len(names):
        raise SourceError(f"{where} has two columns of one name: {_told(names)}. Rename one.")


def _told(names: Sequence[str]) -> str:
    """Names from a stranger's file, as they may stand in a message."""
    text = ", ".join(names)
    return spoken(text if len(text) <= _TOLD else text[:_TOLD] + "…") if text else "none"


def _listed(name: str, source: Path | None, columns: Columns, root: Path, named: Named) -> Listed:
    where = spoken(source) if source else "The table"
    names = _names(columns[named.image], where)
    _refuse_missing([path for path in names if not (root / path).is_file()], len(names), where)
    return _described(name, source, Files(root, tuple(names)), columns, where, named)


def _described(
    name: str, source: Path | None, pictures: Files | Zipped, columns: Columns, where: str, named: Named
) -> Listed:
    others = {key: values for key, values in columns.items() if key not in (named.image, named.label, "split")}
    return Listed(
        name=name,
        source=source,
        pictures=pictures,
        labels=_labels(columns[named.label], where),
        parts=_parts(columns.get("split"), len(pictures), where),
        columns={key: _plain(values) for key, values in others.items()},
    )


def _names(paths: NDArray[Any], where: str) -> list[str]:
    """Paths with "/" between folders, none of which leads out of the folder that they start from."""
    names = [str(path).replace("\\", "/") for path in paths]
    for number, name in enumerate(names, start=1):
        if not name or leads_out(name):
            raise DataError(
                f"{where}: picture {number} must be a path from the table's own folder, without '..'; got {name!r}."
            )
    return [name.removeprefix("./") for name in names]


def _refuse_missing(missing: Sequence[str], number: int, where: str) -> None:
    if missing:
        raise DataError(
            f"{spoken(where)}: {len(missing)} of {number} pictures are missing; the first is {spoken(missing[0])}. "
            "Paths start from the table's own folder. Add the files, or take their rows out."
        )


def _labels(values: NDArray[Any], where: str) -> tuple[str, ...]:
    """Labels as text; a whole number that a table keeps as 3.0, because another is missing, is 3."""
    labels = tuple(_text(value) for value in values)
    without = [number for number, label in enumerate(labels, start=1) if not label]
    if without:
        raise DataError(
            f"{where}: {len(without)} pictures have no label; the first is number {without[0]}. "
            "Fill in their labels, or take their rows out."
        )
    return labels


def _text(value: Any) -> str:
    """ "" for whatever stands for nothing: None, NaN, NA, blanks."""
    # NaN alone differs from itself.
    if value is None or value != value or str(value) == "<NA>":
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _parts(values: NDArray[Any] | None, number: int, where: str) -> tuple[str, ...]:
    if values is None:
        return ("",) * number
    parts = [_text(value).lower() for value in values]
    unknown = sorted({part for part in parts if part and part not in PART_FOLDERS})
    if unknown:
        raise DataError(
            f"{where}: the column split must hold train, validation, test or nothing; got {_told(unknown)}."
        )
    return tuple(PART_FOLDERS[part] if part else "" for part in parts)


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers stay numbers, so that they can be cut into ranges; all else becomes text."""
    if values.dtype.kind in "biuf":
        return values
    return np.array([_text(value) for value in values], np.str_)

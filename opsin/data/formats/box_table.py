"""Tables with a row for each box: `image,label,x0,y0,x1,y1[,split,group]` and whatever else is known of a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError
from opsin.core.image import Size
from opsin.data.dataset import Dataset
from opsin.data.files import leads_out
from opsin.data.folders import LABELS, PART_FOLDERS
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import MEGABYTE, Shown, Thing, listed, numbers_of, text_of
from opsin.data.formats._writing import Writing, decimal, masked
from opsin.data.listed import Listed
from opsin.data.tables import Named, heads, parsed
from opsin.data.things import Things
from opsin.media.limits import spoken

_MAX_BYTES = 1_000 * MEGABYTE
_HEAD_BYTES = 10_000

CORNERS = (("x0", "y0", "x1", "y1"), ("xmin", "ymin", "xmax", "ymax"))
"""What the columns with the corners of boxes may be called, in pixels."""

_SIZE = ("height", "width")
_OF_THINGS = ("crowd", "area")

Columns = Mapping[str, NDArray[Any]]


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a table with such columns, or a folder that holds one called labels.csv."""
    table = path / LABELS if path.is_dir() else path
    if not table.is_file() or table.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return False
    with table.open("rb") as file:
        names = heads(file.readline(_HEAD_BYTES).decode("utf-8-sig", errors="replace"))
    return {named.image, named.label} <= names and any(names.issuperset(corners) for corners in CORNERS)


def read(path: Path, asked: Asked) -> Listed:
    """The pictures and boxes of a table, whose paths start from its own folder.

    A picture in which nothing is has one row, with the cells of label and corners empty. `crowd` (0 or 1) and `area`
    may be told of each box, `split`, `width`, `height` and all else of each picture: what its first row says holds.

    Raises:
        SourceError: when it is no table.
        DataError: when a row is not what it must be; the message names file and row.
    """
    table = path / LABELS if path.is_dir() else path
    columns = parsed(text_of(table, _MAX_BYTES), str(table), asked.named)
    return listed(path, table.parent, _all_shown(columns, spoken(table), asked.named))


def _all_shown(columns: Columns, where: str, named: Named) -> Iterator[Shown]:
    corners = next(names for names in CORNERS if columns.keys() >= set(names))
    known = {named.image, named.label, *corners, "split", *_OF_THINGS, *_SIZE}
    others = [name for name in columns if name not in known]
    for name, rows in _rows_of(columns[named.image], where).items():
        things = [_thing(columns, row, f"{where}: row {row + 2}", named.label, corners) for row in rows]
        yield Shown(
            name,
            _part(columns, rows, where, name),
            [thing for thing in things if thing is not None],
            _size(columns, rows[0], f"{where}: row {rows[0] + 2}"),
            {other: str(columns[other][rows[0]]) for other in others},
        )


def _rows_of(names: NDArray[Any], where: str) -> dict[str, list[int]]:
    """The rows of each picture."""
    found: dict[str, list[int]] = {}
    for row, text in enumerate(names):
        name = str(text).replace("\\", "/").removeprefix("./")
        if leads_out(name):
            raise DataError(
                f"{where}: row {row + 2} must name a picture by its path from the table's own folder, without '..'; "
                f"got {name!r}."
            )
        found.setdefault(name, []).append(row)
    return found


def _thing(columns: Columns, row: int, where: str, label: str, corners: Sequence[str]) -> Thing | None:
    """What the row says; None where it says that there is nothing."""
    cells = [str(columns[name][row]) for name in (label, *corners)]
    if not any(cells):
        return None
    if not cells[0]:
        raise DataError(f"{where} has a box without a label. Say what it is, or empty the row's other cells.")
    x0, y0, x1, y1 = numbers_of(cells[1:], where)
    crowd, area = (str(columns[name][row]) if name in columns else "" for name in _OF_THINGS)
    is_crowd = bool(crowd) and bool(numbers_of([crowd], where)[0])
    return Thing((x0, y0, x1, y1), cells[0], is_crowd, numbers_of([area], where)[0] if area else None)


def _part(columns: Columns, rows: Sequence[int], where: str, name: str) -> str:
    if "split" not in columns:
        return ""
    found = {str(columns["split"][row]).lower() for row in rows}
    unknown = sorted(found - {*PART_FOLDERS, ""})
    if unknown or len(found) > 1:
        raise DataError(
            f"{where}: row {rows[0] + 2}: {spoken(name)} must be in one of train, validation and test, or none; "
            f"got {', '.join(map(spoken, sorted(found)))}."
        )
    return PART_FOLDERS.get(found.pop(), "")


def _size(columns: Columns, row: int, where: str) -> Size | None:
    if not columns.keys() >= set(_SIZE):
        return None
    height, width = numbers_of([columns[name][row] for name in _SIZE], where)
    return int(height), int(width)


def table_of(data: Dataset, names: Sequence[str]) -> str:
    """The text of a table of the data.

    Args:
        data: n pictures with `Things`.
        names: n paths, from the folder that the table will lie in.
    """
    things: list[Things] = list(data.truth)
    told = {"crowd": any(np.any(each.is_crowd) for each in things), "area": any(map(masked, things))}
    others = [name for name in data.columns if name not in ("split", *_OF_THINGS)]
    head = ["image", "label", *CORNERS[0], *(name for name in _OF_THINGS if told[name]), "split", *others]
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, head, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for index, name in enumerate(names):
        own = {"image": name, "split": data.parts[index], **{each: data.columns[each][index] for each in others}}
        table.writerows(own | row for row in _rows(things[index], data.labels))
    return text.getvalue()


def _rows(things: Things, labels: Sequence[str]) -> Iterator[dict[str, object]]:
    """A row for each thing; an empty one where there is none."""
    if not len(things):
        yield {}
    columns = (things.boxes, things.labels, things.is_crowd, things.areas)
    for box, number, crowd, area in zip(*(each for each in columns if each is not None), strict=True):
        corners = dict(zip(CORNERS[0], map(decimal, box), strict=True))
        yield {"label": labels[number], **corners, "crowd": int(crowd), "area": float(area)}


def write(writing: Writing) -> None:
    """labels.csv, and the pictures of each part in a folder of that name."""
    names = [writing.put(index, str(part)) for index, part in enumerate(writing.data.parts)]
    (writing.folder / LABELS).write_text(table_of(writing.data, names), encoding="utf-8", newline="")


FORMATS.add(
    "csv",
    Format(
        name="csv",
        summary="a CSV table with the columns image,label,x0,y0,x1,y1",
        lacks="classes that nothing belongs to, and the order of classes",
        recognises=recognises,
        read=read,
        write=write,
    ),
)

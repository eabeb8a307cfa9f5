"""Tables with a row for each caption: `image,caption[,split,group]` and whatever else is known of a picture.

Kaggle keeps Flickr8k so, as captions.txt beside Images.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from opsin.core.errors import DataError
from opsin.data.dataset import Dataset
from opsin.data.folders import LABELS
from opsin.data.formats._caption_reading import (
    MAX_BYTES,
    Described,
    caption_in,
    listed_captions,
    name_in,
    part_in,
)
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._reading import text_of
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed
from opsin.data.tables import Named, heads, parsed
from opsin.media.limits import spoken

_NAMES = (LABELS, "captions.csv", "captions.txt")
"""What a table in a folder is called."""

_HEAD_BYTES = 10_000


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a table with such columns, or a folder that holds one of the usual name."""
    return _table(path, named) is not None


def _table(path: Path, named: Named) -> Path | None:
    files = [path / name for name in _NAMES] if path.is_dir() else [path]
    return next((file for file in files if _has_captions(_heads(file), named)), None)


def _has_captions(columns: set[str], named: Named) -> bool:
    """Whether there are captions, and no labels that the table would be read for instead."""
    return {named.image, named.caption} <= columns and named.label not in columns - {named.caption}


def _heads(file: Path) -> set[str]:
    if not file.is_file() or file.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return set()
    with file.open("rb") as opened:
        return heads(opened.readline(_HEAD_BYTES).decode("utf-8-sig", errors="replace").strip())


def read(path: Path, asked: Asked) -> Listed:
    """The pictures and captions of a table, whose paths start from its own folder, or from images in it.

    A picture has a row for each caption. `split` may be told, and all else of a picture:
    what its first row says holds.

    Raises:
        SourceError: when it is no table.
        DataError: when a row is not what it must be; the message names file and row.
    """
    table, named = _table(path, asked.named) or path, replace(asked.named, label=asked.named.caption)
    columns = parsed(text_of(table, MAX_BYTES), str(table), named)
    return listed_captions(path, table.parent, _described(columns, spoken(table), named))


def _described(columns: Mapping[str, NDArray[Any]], where: str, named: Named) -> Iterator[Described]:
    known, rows = {named.image, named.label, "split"}, dict[str, list[int]]()
    for row, written in enumerate(columns[named.image]):
        rows.setdefault(name_in(str(written), _row(where, row)), []).append(row)
    for name, own in rows.items():
        captions = [caption_in(columns[named.label][row], _row(where, row)) for row in own]
        parts = [part_in(str(columns["split"][row]), _row(where, row)) for row in own if "split" in columns]
        for row, part in zip(own, parts, strict=False):
            if part != parts[0]:
                first, here = parts[0] or "no part", part or "no part"
                raise DataError(
                    f"{_row(where, row)}: {spoken(name)} is in {first} before, and here in {here}. Mend it."
                )
        others = {key: str(values[own[0]]) for key, values in columns.items() if key not in known}
        yield Described(name, parts[0] if parts else "", captions, others)


def _row(where: str, row: int) -> str:
    """Where a row is, as an editor numbers the lines below the head."""
    return f"{where}: row {row + 2}"


def captions_table(data: Dataset, names: Sequence[str]) -> str:
    """The text of a table of the data.

    Args:
        data: n pictures with `Captions`.
        names: n paths, from the folder that the table will lie in.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["image", "caption", "split", *data.columns])
    for index, (name, part) in enumerate(zip(names, data.parts, strict=True)):
        others = [values[index] for values in data.columns.values()]
        table.writerows((name, caption, part, *others) for caption in data.truth[index].texts)
    return text.getvalue()


def write(writing: Writing) -> None:
    """captions.csv, and the pictures of each part in a folder of that name."""
    names = [writing.put(index, str(part)) for index, part in enumerate(writing.data.parts)]
    (writing.folder / "captions.csv").write_text(captions_table(writing.data, names), encoding="utf-8", newline="")


FORMATS.add(
    "caption_table",
    Format(
        name="caption_table",
        summary="a CSV table with the columns image,caption",
        lacks="nothing",
        recognises=recognises,
        read=read,
        write=write,
        task="captioning",
    ),
)

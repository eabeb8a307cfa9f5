"""What the numbers and the colours of masks mean, as a file beside them says, or whoever asks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from opsin.core.errors import DataError, InputError
from opsin.data.formats._format import Asked
from opsin.data.formats._reading import text_of
from opsin.data.regions import IGNORED, MOST_LABELS
from opsin.media.limits import spoken

LEGEND = "legend.csv"

_TABLES = (LEGEND, "class_dict.csv", "classes.csv", "label_colors.csv")

_LISTS = ("classes.txt", "labels.txt", "label_colors.txt")

_MAX_BYTES = 1_000_000

_NUMBER = ("number", "id", "index", "value")

_NAME = ("name", "label", "class")

_RGB = (("r", "red"), ("g", "green"), ("b", "blue"))

_NOTHING = frozenset({"ignore", "ignored", "void", "unlabelled", "unlabeled"})
"""Names, in small letters, of what is said of pixels of which nothing is said."""

Colour = tuple[int, int, int]


class Entry(NamedTuple):
    """One line of a legend: the number of a class in masks, its name, and its colour in masks of colours."""

    number: int
    name: str
    colour: Colour | None = None


@dataclass(frozen=True)
class Legend:
    """What the numbers in masks mean.

    Attributes:
        where: the file that says it; "" where none does.
        entries: in the order of their numbers.
        ignored: numbers of pixels of which nothing is said.
    """

    where: str = ""
    entries: tuple[Entry, ...] = ()
    ignored: frozenset[int] = field(default_factory=frozenset)

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes: what is ignored is none."""
        return tuple(each.name for each in self.entries if each.number not in self.ignored)

    @property
    def meanings(self) -> dict[int, int]:
        """For each number in a mask the number of its class, or `IGNORED`."""
        kept = [each.number for each in self.entries if each.number not in self.ignored]
        return {number: place for place, number in enumerate(kept)} | dict.fromkeys(self.ignored, IGNORED)

    @property
    def colours(self) -> dict[Colour, int]:
        """For each colour in a mask the number of its class, or `IGNORED`."""
        meanings = self.meanings
        return {each.colour: meanings[each.number] for each in self.entries if each.colour is not None}


def legend_file(folder: Path) -> Path | None:
    """The file in a folder that says what numbers or colours mean, if there is one."""
    return next((folder / name for name in (*_TABLES, *_LISTS) if (folder / name).is_file()), None)


def numbers_said(folder: Path) -> bool:
    """Whether a file says that masks hold numbers of classes, even if only two of them occur.

    It does by a column of numbers, or by other than two names.
    """
    file = legend_file(folder)
    try:
        found = _entries(file) if file else ()
    # Whoever reads it says what is wrong.
    except InputError:
        return True
    has_column = file is not None and file.suffix == ".csv" and not any(each.colour for each in found)
    return has_column or (bool(found) and len(found) != 2)


def legend_of(folder: Path, asked: Asked) -> Legend:
    """What numbers and colours mean: what is asked for, else what a file says; no entries where neither does.

    A class that is called ignore, void or unlabelled is none, and 255 is ignored unless it has a name.

    Raises:
        SourceError: when the file cannot be read.
        DataError: when it does not say what it must; the message names file and line.
    """
    file = legend_file(folder)
    if asked.labels:
        entries, where = tuple(Entry(*each) for each in enumerate(asked.labels)), ""
    else:
        entries, where = (_entries(file), spoken(file)) if file else ((), "")
    _refuse_twice(entries, where)
    ignored = {each.number for each in entries if each.name.lower() in _NOTHING} | set(asked.ignore)
    if all(each.number != IGNORED for each in entries):
        ignored.add(IGNORED)
    return Legend(where, entries, frozenset(ignored))


def _entries(file: Path) -> tuple[Entry, ...]:
    text = text_of(file, _MAX_BYTES)
    found = _of_table(text, spoken(file)) if file.suffix == ".csv" else _of_list(text, spoken(file))
    if not found:
        raise DataError(f"{spoken(file)} names no class. Write one name a line, or take the file away.")
    return tuple(sorted(found))


def _of_table(text: str, where: str) -> list[Entry]:
    """Rows with a name, perhaps a number and perhaps a colour; without numbers they count from 0."""
    rows = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    columns = {str(name).strip().lower(): str(name) for name in rows.fieldnames or ()}
    name, number = _column(columns, _NAME), _column(columns, _NUMBER)
    rgb = [_column(columns, names) for names in _RGB]
    if name is None or any(rgb) != all(rgb):
        raise DataError(f"{where} must have a column name, and number, or r, g and b; it has: {', '.join(columns)}.")
    return [
        Entry(
            _whole(row[number], 65535, f"{where}: line {line}") if number else line - 2,
            (row[name] or "").strip(),
            _colour([row[str(each)] for each in rgb], f"{where}: line {line}") if all(rgb) else None,
        )
        for line, row in enumerate(rows, start=2)
    ]


def _column(columns: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _of_list(text: str, where: str) -> list[Entry]:
    """Lines with a name each; or "3 name", "3: name", "3,name"; or the three numbers of a colour and a name."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    for pattern in (r"(\d+)[ \t,]+(\d+)[ \t,]+(\d+)[ \t,]+(.+)", r"(\d+)(?:\s*[:,]\s*|\s+)(.+)"):
        found = [re.fullmatch(pattern, line) for _, line in lines]
        if found and all(found):
            return [_entry(at, each.groups(), f"{where}: line {at + 1}") for at, each in enumerate(found) if each]
    return [Entry(at, line) for at, (_, line) in enumerate(lines)]


def _entry(at: int, told: Sequence[str], where: str) -> Entry:
    if len(told) == 2:
        return Entry(_whole(told[0], 65535, where), told[1])
    return Entry(at, told[3], _colour(told[:3], where))


def _colour(texts: Sequence[str | None], where: str) -> Colour:
    red, green, blue = (_whole(text, 255, where) for text in texts)
    return red, green, blue


def _whole(text: str | None, most: int, where: str) -> int:
    told = (text or "").strip()
    if not re.fullmatch(r"[0-9]{1,9}", told) or int(told) > most:
        raise DataError(f"{where}: there must be a whole number from 0 to {most}; got {told!r:.50}. Mend the line.")
    return int(told)


def _refuse_twice(entries: Sequence[Entry], where: str) -> None:
    """Two classes of one number, one name or one colour would be one."""
    where = where or "The labels"
    columns: dict[str, list[Any]] = {
        "the number": [each.number for each in entries],
        "the name": [each.name for each in entries],
        "the colour": [each.colour for each in entries if each.colour],
    }
    for kind, values in columns.items():
        twice = next((value for at, value in enumerate(values) if value in values[:at]), None)
        if twice is not None:
            raise DataError(f"{where}: two classes have {kind} {twice}. Change one.")
    if len(entries) > MOST_LABELS:
        raise DataError(f"{where}: {len(entries)} classes; a map can tell {MOST_LABELS} apart. Name fewer.")
    if any(not each.name for each in entries):
        raise DataError(f"{where}: a class has no name. Write one.")

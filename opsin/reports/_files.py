"""The text files of a report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_json(path: Path, value: Any) -> None:
    """Plain values as one line of JSON, in which no number is NaN."""
    write_text(path, json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


def csv_text(lines: Iterable[Mapping[str, Any]]) -> str:
    """A table whose head are the names of the first line's cells; nothing where there is no line."""
    file = io.StringIO()
    table: csv.DictWriter[str] | None = None
    for line in lines:
        if table is None:
            table = csv.DictWriter(file, line.keys(), lineterminator="\n")
            table.writeheader()
        table.writerow(line)
    return file.getvalue()


def write_text(path: Path, text: str) -> None:
    """The text as UTF-8."""
    # A file's name may hold bytes that are no UTF-8; it is to be shown all the same.
    path.write_bytes(text.encode("utf-8", "backslashreplace"))

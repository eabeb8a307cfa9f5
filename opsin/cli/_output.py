"""Answers on standard output: rows for a person, lines of JSON, or CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from typing import IO, Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from opsin.engine.album import record
from opsin.engine.stream import Answer
from opsin.tasks import Task


class Writer(Protocol):
    """Takes answers one by one, so that none need be kept."""

    def write(self, answer: Answer[Any]) -> None:
        """Show one answer."""
        ...

    def close(self) -> None:
        """No more will come."""
        ...


class Silence:
    """Shows nothing."""

    def write(self, answer: Answer[Any]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class JsonLines:
    """One JSON object a line; a picture that failed is a line too."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, answer: Answer[Any]) -> None:
        """One line, handed on at once: a program may be waiting for it."""
        self._file.write(json.dumps(record(answer), ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing is left to do."""


HEAD = ("source", "frame", "seconds", "height", "width", "task", "model", "error")


class Csv:
    """One row for each thing found; a picture with none, or that failed, has one row too."""

    def __init__(self, file: IO[str], task: Task[Any, Any]) -> None:
        self._file = file
        self._columns = task.result.columns()
        self._table: csv.DictWriter[str] | None = None
        self._waiting: list[dict[str, Any]] = []

    def write(self, answer: Answer[Any]) -> None:
        """The rows of one answer."""
        head = {name: value for name, value in record(answer).items() if name in HEAD}
        rows = answer.result.rows() if answer.result else []
        self._waiting += [head | row for row in rows or [{}]]
        if self._columns or rows:  # a vector's columns are known once there is one
            self._write(self._columns or tuple(rows[0]))

    def close(self) -> None:
        """The rows of pictures that failed before any was answered."""
        self._write(self._columns)

    def _write(self, columns: tuple[str, ...]) -> None:
        if self._table is None:
            self._table = csv.DictWriter(self._file, [*HEAD, *columns], lineterminator="\n")
            self._table.writeheader()
        self._table.writerows(self._waiting)
        self._waiting.clear()


class Rows:
    """A table for a person, a row as each answer comes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._source_width = min(44, max(20, console.width // 3))
        self._has_head = False

    def write(self, answer: Answer[Any]) -> None:
        """One row; before the first, the headings."""
        if not self._has_head:
            self._print(Text("source", "bold"), Text("answer", "bold"))
            self._has_head = True
        if answer.result is None:
            self._print(self._name(answer), Text("failed", "red"))
        else:
            self._print(self._name(answer), Text(answer.result.summary) or Text("nothing found", "dim"))

    def close(self) -> None:
        """Nothing is left to do."""

    def _name(self, answer: Answer[Any]) -> Text:
        """Where it comes from; of a long path the end, which tells pictures apart."""
        item = answer.item
        at = f" {item.seconds:.2f} s" if item.seconds is not None else ""
        room = self._source_width - len(at)
        return Text((item.source if len(item.source) <= room else "…" + item.source[1 - room :]) + at, "cyan")

    def _print(self, *cells: Text) -> None:
        row = Table.grid(padding=(0, 2), expand=True)
        row.add_column(width=self._source_width, no_wrap=True, overflow="ellipsis")
        row.add_column(ratio=1)
        row.add_row(*cells)
        self._console.print(row)


def writer(task: Task[Any, Any], form: Mapping[str, bool]) -> Writer:
    """The writer for the flags `json`, `csv` and `quiet`; rows for a person when none is set."""
    if form["json"]:
        return JsonLines(sys.stdout)
    if form["csv"]:
        return Csv(sys.stdout, task)
    return Silence() if form["quiet"] else Rows(Console())

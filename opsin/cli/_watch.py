"""A training as a person sees it: a bar for the epoch, the time left, and a line for each epoch done."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

from opsin.engine.watching import Silent, Watch


@contextmanager
def watching(*, is_shown: bool) -> Iterator[Watch]:
    """What a training tells. On a terminal a bar is drawn; elsewhere each epoch is a line."""
    if not is_shown:
        yield Silent()
        return
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4) as bar:
        yield _Bar(bar)


TIMES = ("epoch", "seconds", "cpu_seconds")
"""The columns of a history that are no figures of the network."""


class _Lines:
    """A line on standard error for each epoch and each note."""

    def note(self, line: str) -> None:
        typer.echo(line, err=True)

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Nothing: a log does not want a line for each step."""

    def epoch(self, row: Mapping[str, float], epochs: int) -> None:
        typer.echo(spoken(row, epochs), err=True)

    def __call__(self, name: str, done: int, total: int) -> None:
        """Nothing, as for steps."""


class _Bar(_Lines):
    """The same lines above a bar for the whole training."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._task = bar.add_task("training", total=None)
        self._epochs = 0

    def note(self, line: str) -> None:
        self._bar.console.print(line, highlight=False)

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        whole = self._epochs * total if self._epochs else None
        self._bar.update(
            self._task, completed=(epoch - 1) * total + done, total=whole, description=f"epoch {epoch}, loss {loss:.4f}"
        )

    def epoch(self, row: Mapping[str, float], epochs: int) -> None:
        self._epochs = epochs
        self.note(spoken(row, epochs))

    def __call__(self, name: str, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total, description=name)


def spoken(row: Mapping[str, float], epochs: int) -> str:
    """An epoch's row for a person.

    >>> spoken({"epoch": 2, "seconds": 8.25, "loss": 0.125, "val_accuracy": 0.99}, 10)
    'epoch  2/10   8.2 s   loss 0.1250   val_accuracy 0.9900'
    """
    figures = "   ".join(f"{name} {value:.4f}" for name, value in row.items() if name not in TIMES)
    return f"epoch {int(row['epoch']):>2}/{epochs}   {row['seconds']:.1f} s   {figures}"

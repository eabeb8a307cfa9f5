"""Progress on standard error, where a person looks and no program reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console

from opsin.store.progress import Progress as Report
from opsin.store.progress import silent

if TYPE_CHECKING:
    from rich.progress import ProgressColumn, TaskID

T = TypeVar("T")


def counting(things: Iterable[T], total: Callable[[], int | None], *, is_shown: bool) -> Iterator[T]:
    """The things, one by one, with a bar that counts them and, where `total` knows how many, tells the time left.

    The bar counts a thing as done when the next one is asked for.
    """
    if not is_shown or not sys.stderr.isatty():
        yield from things
        return
    # Imported here: `opsin --help` draws no bars.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    # Rows on a terminal must go above the bar; rows into a file must not go through it.
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        task = bar.add_task("", total=total())
        for thing in things:
            yield thing
            bar.advance(task)


@contextmanager
def downloading(*, is_shown: bool) -> Iterator[Report]:
    """A function to call with a name, bytes done and bytes in all; it draws a bar for each name."""
    from rich.progress import DownloadColumn, TransferSpeedColumn

    with _bars(DownloadColumn(), TransferSpeedColumn(), is_shown=is_shown) as report:
        yield report


@contextmanager
def reporting(*, is_shown: bool) -> Iterator[Report]:
    """A function to call with a name, things done and things in all; it draws a bar for each name."""
    from rich.progress import MofNCompleteColumn

    with _bars(MofNCompleteColumn(), is_shown=is_shown) as report:
        yield report


@contextmanager
def _bars(*told: ProgressColumn, is_shown: bool) -> Iterator[Report]:
    """A bar for each name, with what is `told` of it and the time left."""
    if not is_shown or not sys.stderr.isatty():
        yield silent
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), *told, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def report(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield report

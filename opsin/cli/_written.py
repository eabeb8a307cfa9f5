"""What is told of pictures and videos while their copies are written: a line for each file, JSON, or nothing."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import typer


class Written(Protocol):
    """A picture, or a frame of a video, that was written; or why it was not."""

    @property
    def path(self) -> Path | None:
        """The file; None where there is none."""
        ...

    @property
    def error(self) -> Any:
        """Why there is none; None where there is."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        ...


W = TypeVar("W", bound=Written)


def _error(one: Written) -> str:
    return str(one.error)


def show_written(
    done: Iterable[W], row: Callable[[W], str], *, json: bool, quiet: bool, fault: Callable[[W], str] = _error
) -> int:
    """Tells of each; answers how many failed.

    Args:
        done: one after the other.
        row: what is said of a file when it is first written.
        json: whether each is a line of JSON instead.
        quiet: whether nothing is said but what failed.
        fault: what is said of one that failed.
    """
    failed, last = 0, None
    for one in done:
        if one.error is not None:
            failed += 1
            typer.echo(f"opsin: {fault(one)}", err=True)
        if json:
            typer.echo(jsonlib.dumps(one.to_dict(), ensure_ascii=False))
        elif not quiet and one.path is not None and one.path != last:
            typer.echo(row(one))
        last = one.path
    return failed

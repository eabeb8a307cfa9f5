"""What a format is, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from opsin.core.registry import Registry
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed
from opsin.data.tables import Named
from opsin.store.progress import Progress, silent


@dataclass(frozen=True)
class Asked:
    """How to read.

    Attributes:
        named: the columns of a table.
        labels: the classes in the order of the numbers in masks, where no file says it.
        ignore: numbers in masks that stand for pixels of which nothing is said.
        progress: is told how far the reading is.
    """

    named: Named = field(default_factory=Named)
    labels: tuple[str, ...] = ()
    ignore: tuple[int, ...] = ()
    progress: Progress = silent


@dataclass(frozen=True, kw_only=True)
class Format:
    """A way to write down what is in pictures and where.

    Attributes:
        name: as in `opsin data convert DATA --to NAME`.
        summary: what it looks like on disk, for messages.
        lacks: what it cannot hold.
        recognises: whether a file or folder looks like it. It only looks: a glance into one file at most.
        read: what the file or folder says. What can be passed over is noted, all else is a DataError or SourceError
            that names file and line or element.
        write: pictures and truth into a folder that is empty.
        task: that its truth is for.
    """

    name: str
    summary: str
    lacks: str
    recognises: Callable[[Path, Named], bool]
    read: Callable[[Path, Asked], Listed]
    write: Callable[[Writing], None]
    task: str = "detection"


FORMATS: Registry[Format] = Registry("format", "opsin.data.formats")
"""Every format, by name."""


def format_of(path: Path, named: Named, task: str | None = None) -> Format | None:
    """The format that a file or folder looks like, among those for a task if one is named; None where there is none."""
    # A table in a folder is what `opsin data split` writes, and what it says holds, whatever lies beside it.
    # Where boxes and masks are both there, boxes are what the folder was known for.
    formats = sorted(FORMATS, key=lambda each: (each.name != "csv", each.task != "detection"))
    return next((each for each in formats if task in (None, each.task) and each.recognises(path, named)), None)

"""The pictures of a folder, or the files that a pattern matches."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from opsin.media.item import Item
from opsin.media.limits import Limits, spoken
from opsin.media.reading import failing, picture
from opsin.media.sniff import ARCHIVE_KINDS, VIDEO_KINDS, is_picture, kind_of_file


def folder_items(folder: Path, *, limits: Limits, is_recursive: bool) -> Iterator[Item]:
    """Its pictures, sorted by name; hidden files, videos, archives and all that is no picture are passed over."""
    yield from _walk(folder, limits, is_recursive, inside=frozenset())


def _walk(folder: Path, limits: Limits, is_recursive: bool, inside: frozenset[tuple[int, int]]) -> Iterator[Item]:
    """The pictures in and under `folder`, which lies inside the folders known by those numbers."""
    try:
        here = _identity(folder)
        names = sorted(os.listdir(folder))  # noqa: PTH208 - Path.iterdir makes a path of each beforehand
    except OSError as error:
        yield failing(str(folder), f"{spoken(folder)} cannot be listed: {error.strerror}.")
        return
    # A link may lead back to a folder that we are in.
    if here in inside:
        return
    for path in (folder / name for name in names if not name.startswith(".")):
        try:
            is_folder = path.is_dir()
            is_wanted = is_folder or is_picture(path)
        except OSError as error:
            yield failing(str(path), f"{spoken(path)} cannot be opened: {error.strerror}.")
            continue
        if is_folder and is_recursive:
            yield from _walk(path, limits, is_recursive, inside | {here})
        elif is_wanted and not is_folder:
            yield picture(path, str(path), limits)


def _identity(folder: Path) -> tuple[int, int]:
    facts = folder.stat()
    return facts.st_dev, facts.st_ino


def is_pattern(text: str) -> bool:
    """Whether the text is to be matched with file names: it holds *, ? or [, and no file goes by that very name."""
    return glob.has_magic(text) and not os.path.exists(text)  # noqa: PTH110 - Path raises where a name is too long


def matching_files(pattern: str) -> Iterator[Path]:
    """The pictures, videos and archives that a pattern matches, sorted; `**` stands for any depth of folders."""
    for name in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - Path.glob takes no absolute pattern
        path = Path(name)
        if path.is_file() and (is_picture(path) or kind_of_file(path) in VIDEO_KINDS + ARCHIVE_KINDS):
            yield path

"""Folders that are there whole or not at all."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from opsin.core.errors import OpsinError, UsageError
from opsin.store.files import writing_to


@contextmanager
def folder_atomically(path: Path, own: Collection[str]) -> Iterator[Path]:
    """An empty folder to write into, which takes the name `path` at the end of the block.

    When the block ends with any error, Ctrl-C included, nothing is left and what went by that name before is still
    there. An earlier folder is replaced as a whole, so it may hold nothing that somebody else has put there.

    Args:
        path: of the folder.
        own: names of the files that an earlier folder may hold.

    Raises:
        UsageError: when `path` is a file, or holds something else.
        OpsinError: when the disk is full, or the folder cannot be written to.
    """
    check_own(path, own)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with writing_to(path.parent):
            _create(beside)
            yield beside
            _swap(beside, path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def check_own(path: Path, own: Collection[str]) -> None:
    """Looks whether a folder may be replaced: before long work, so that it is not done for nothing.

    Raises:
        UsageError: when `path` is a file, or holds something that is not among `own`.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file. Name a folder that is new.")
    strange = sorted(each.name for each in path.iterdir() if each.name not in own) if path.is_dir() else []
    if strange:
        raise UsageError(f"{path} holds something else ({strange[0]}), which would be lost. Name a folder that is new.")


def _create(path: Path) -> None:
    try:
        path.mkdir(parents=True)
    except OSError as error:
        raise OpsinError(
            f"{path.parent} cannot be written to: {error.strerror}. Choose another folder, or change its permissions."
        ) from error


def _swap(new: Path, path: Path) -> None:
    """Two renames: no system has one that replaces a folder with files in it."""
    old = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    if path.is_dir():
        path.rename(old)
    try:
        new.rename(path)
    except OSError:
        if old.is_dir():
            old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)

"""Files written whole or not at all, and their hashes."""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from opsin.core.errors import OpsinError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def write_atomically(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write to, which takes the name `path` at the end of the block.

    When the block ends with any error, Ctrl-C included, nothing is left and what went by that name before is still
    there. Several threads and processes may write the same path at once: the last one stays, whole. Folders are made.

    Raises:
        OpsinError: when the disk is full, or the folder cannot be written to.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with write_atomically(folder / "notes.txt") as file:
    ...     _ = file.write(b"whole")
    >>> (folder / "notes.txt").read_text()
    'whole'
    """
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with writing_to(path.parent):
        file = _created(beside)
        try:
            with file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _rename(beside, path)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Says in one line that the disk of `folder` is full, when that is what stops the block.

    Raises:
        OpsinError: instead of the system's error for a full disk.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise OpsinError(no_room(folder)) from error
        raise


def no_room(folder: Path) -> str:
    """The line for a full disk."""
    return f"There is no room left on the disk that holds {folder}. Make some, or choose another folder."


def _created(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")
    except OSError as error:
        raise _cannot_write(path.parent, error) from error


def _rename(path: Path, to: Path) -> None:
    try:
        path.replace(to)
    except OSError as error:
        raise _cannot_write(to, error) from error


def _cannot_write(path: Path, error: OSError) -> OpsinError:
    if error.errno in _FULL:
        return OpsinError(no_room(path))
    return OpsinError(f"{path} cannot be written: {error.strerror}. Choose another folder, or change its permissions.")

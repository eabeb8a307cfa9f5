"""A lock between processes, and between threads of one. The system takes it back when its holder dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from opsin.core.errors import OpsinError

_PAUSE_SECONDS = 0.05

if sys.platform == "win32":
    import msvcrt

    def _is_taken(file: BinaryIO) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _release(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _is_taken(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock that goes by `path` during the block; waits for it as long as somebody else holds it.

    The empty file stays: to remove it would let two holders in. Taken twice by the same thread it waits for ever.

    Raises:
        OpsinError: when the file cannot be made or locked.
    """
    with _opened(path) as file:
        # Asking again and again, rather than waiting inside the system, lets Ctrl-C through everywhere.
        while not _is_taken(file):
            time.sleep(_PAUSE_SECONDS)
        try:
            yield
        finally:
            _release(file)


def _opened(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
    except OSError as error:
        raise OpsinError(
            f"{path.parent} cannot be written: {error.strerror}. Choose another folder, or change its permissions."
        ) from error

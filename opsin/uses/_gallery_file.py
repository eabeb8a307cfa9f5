"""A gallery's one file: a roll as JSON, in the clear or encrypted, replaced as a whole."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from opsin.core.errors import InputError, RefusedError, UsageError
from opsin.store.files import write_atomically
from opsin.uses._gallery_roll import Roll
from opsin.uses._gallery_secret import sealed, unsealed

FILE = "gallery.json"
"""Its name in the folder."""
LOCK = ".lock"
"""The name of the empty file by which processes wait for one another."""
FORMAT = 1
"""Of the file. A later version of Opsin that changes it counts on."""

Stamp = tuple[int, int, int]
"""By which a file is known to have changed: when it was written, its size, its number on the disk."""


def stamp_of(folder: Path) -> Stamp | None:
    """When the gallery in a folder changed last; None where there is none."""
    try:
        found = (folder / FILE).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_roll(folder: Path, passphrase: str | None) -> Roll:
    """Who is in the gallery; nobody where there is no file. Read again only when the file has changed.

    Raises:
        UsageError: when it is encrypted and there is no passphrase, or the reverse.
        RefusedError: when the passphrase is wrong.
        InputError: when it is no gallery, or damaged.
    """
    stamp = stamp_of(folder)
    return Roll() if stamp is None else _read(folder, stamp, passphrase)


def write_roll(folder: Path, roll: Roll, passphrase: str | None) -> None:
    """Replaces the file; who calls holds the lock. Nothing that could be read without the passphrase is written, not
    even for a moment.

    Raises:
        OpsinError: when the folder cannot be written to.
    """
    # A process that was killed while it wrote may have left names behind.
    for left in folder.glob(f".{FILE}.*"):
        left.unlink(missing_ok=True)
    plain = roll.to_dict()
    content = plain if passphrase is None else {"encrypted": sealed(json.dumps(plain).encode(), passphrase)}
    with write_atomically(folder / FILE) as file:
        # What tells people apart is the user's own affair: no one else on this machine reads it.
        Path(file.name).chmod(0o600)
        file.write(json.dumps({"opsin": "gallery", "format": FORMAT} | content).encode())
    forget_read()


def is_encrypted(folder: Path) -> bool | None:
    """Whether the gallery in a folder is encrypted; None where there is none.

    Raises:
        InputError: when it is no gallery.
    """
    return None if stamp_of(folder) is None else "encrypted" in _content(folder)


# It is asked for at every picture. To read 5,000 photos takes up to half a second, to make a key as long again.
@functools.lru_cache(maxsize=4)
def _read(folder: Path, stamp: Stamp, passphrase: str | None) -> Roll:
    content = _content(folder)
    try:
        return Roll.from_dict(_opened(folder, content, passphrase))
    except RefusedError as error:
        raise RefusedError(f"The gallery {folder} cannot be opened: {error}.") from error
    except InputError as error:
        raise InputError(f"The gallery {folder} cannot be read: {error}.") from error


forget_read = _read.cache_clear
"""Lets go of all that was read: who has been forgotten is not to stay in memory."""


def _content(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{folder / FILE} cannot be read as a gallery: {error}.") from error
    if not isinstance(content, dict) or content.get("opsin") != "gallery":
        raise InputError(f"{folder / FILE} is no gallery of Opsin's. Choose another folder with --gallery.")
    if content.get("format") != FORMAT:
        raise InputError(
            f"{folder / FILE} has the format {content.get('format')!r}; this version of Opsin reads {FORMAT}."
        )
    return content


def _opened(folder: Path, content: dict[str, Any], passphrase: str | None) -> Any:
    if "encrypted" not in content:
        if passphrase is not None:
            raise UsageError(
                f"The gallery {folder} is not encrypted, but a passphrase was given. Encrypt it first: "
                f"opsin faces encrypt --gallery {folder}"
            )
        return content
    if passphrase is None:
        raise UsageError(f"The gallery {folder} is encrypted. Set OPSIN_PASSPHRASE, or ask for --passphrase.")
    return json.loads(unsealed(content["encrypted"], passphrase))

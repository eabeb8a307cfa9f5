"""The pictures inside a zip or tar archive, read in place: nothing is ever unpacked to disk."""

from __future__ import annotations

import bz2
import gzip
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, cast

from opsin.core.errors import ImageError
from opsin.core.image import Image, Size
from opsin.media.decode import decode
from opsin.media.item import Item
from opsin.media.limits import Limits, first_line, spoken
from opsin.media.reading import failing, picture
from opsin.media.sniff import ARCHIVE_SUFFIXES, HEAD_BYTES, PICTURE_KINDS, PICTURE_SUFFIXES, kind_of

# What the readers of the standard library raise for damaged archives, found by feeding them some.
_DATA_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,
)

# Others (lzma) may ask for gigabytes of memory before they give a byte.
_ZIP_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

# Photographs hardly shrink; an archive that grows more than this is made to fill the memory.
_MAX_GROWTH = 100

# The small blocks of tarfile take ten times as long to pass over.
_BLOCK_BYTES = 1 << 20


def archive_items(path: Path, kind: str, *, limits: Limits) -> Iterator[Item]:
    """The pictures of an archive in its own order, known by their suffix; hidden ones are passed over.

    A member that is an archive itself, or whose name leads out of the archive, is an item that cannot be read.

    Args:
        path: the archive.
        kind: "ZIP", "TAR", "GZIP" or "BZIP2".
        limits: `max_bytes` holds for each member.
    """
    return _zip_items(path, limits) if kind == "ZIP" else _tar_items(path, kind, limits)


def _zip_items(path: Path, limits: Limits) -> Iterator[Item]:
    try:
        # It closes when the last of its items is gone: they are read by other threads, at any time.
        archive = zipfile.ZipFile(path)
    except _DATA_ERRORS as error:
        yield failing(str(path), _damaged(str(path), error))
        return
    for member in archive.infolist():
        name = f"{path}/{member.filename}"
        if refusal := _refusal(name, member.filename):
            yield failing(name, refusal)
        elif not member.is_dir() and _is_wanted(member.filename):
            yield Item(name, partial(_read_zip_member, archive, member, name, limits))


def _read_zip_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limits: Limits, at_least: Size | None
) -> tuple[Image, Size]:
    limits.check_bytes(name, member.file_size)
    if member.flag_bits & 1:
        raise ImageError(f"{spoken(name)} is locked with a password. Make the archive without one.")
    if member.compress_type not in _ZIP_METHODS:
        raise ImageError(f"{spoken(name)} is packed in an unusual way. Make the archive with plain zip.")
    try:
        with archive.open(member) as file:
            data = _picture_bytes(file)
    except _DATA_ERRORS as error:
        raise ImageError(_damaged(name, error)) from error
    return decode(data, name=name, at_least=at_least, limits=limits)


def _tar_items(path: Path, kind: str, limits: Limits) -> Iterator[Item]:
    try:
        with path.open("rb") as packed, _tar(packed, kind, limits) as archive:
            while (member := archive.next()) is not None:
                # It would keep them all, and memory would grow with their number.
                archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out
                if member.isfile():
                    yield from _tar_member(archive, member, f"{path}/{member.name}", limits)
    except _DATA_ERRORS as error:
        yield failing(str(path), _damaged(str(path), error))


def _tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo, name: str, limits: Limits) -> Iterator[Item]:
    """The item holds the member's bytes: in a stream they can be read only now."""
    if refusal := _refusal(name, member.name):
        yield failing(name, refusal)
    elif _is_wanted(member.name):
        try:
            limits.check_bytes(name, member.size)
        except ImageError as error:
            yield failing(name, str(error))
        else:
            yield picture(_picture_bytes(cast("IO[bytes]", archive.extractfile(member))), name, limits)


def _picture_bytes(file: IO[bytes]) -> bytes:
    """All of a picture, or only the head of what is none: it need not be unpacked to be refused."""
    head = file.read(HEAD_BYTES)
    return head + file.read() if kind_of(head) in PICTURE_KINDS else head


def _tar(packed: IO[bytes], kind: str, limits: Limits) -> tarfile.TarFile:
    return tarfile.open(fileobj=cast("IO[bytes]", _Unpacked(packed, kind, limits)), mode="r|", bufsize=_BLOCK_BYTES)


class _Unpacked:
    """A compressed file as a stream of what is in it, which ends with an error when it grows beyond all measure."""

    def __init__(self, packed: IO[bytes], kind: str, limits: Limits) -> None:
        self._packed = packed
        self._stream = _stream(packed, kind)
        self._allowed = limits.max_bytes
        self._given = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes more."""
        data: bytes = self._stream.read(size)
        self._given += len(data)
        if self._given > self._allowed + _MAX_GROWTH * self._packed.tell():
            raise tarfile.ReadError("it unpacks to far more than pictures would")
        return data

    def close(self) -> None:
        """Asked for by tarfile; who opened the file closes it."""


def _stream(packed: IO[bytes], kind: str) -> IO[bytes]:
    if kind == "TAR":
        return packed
    return cast("IO[bytes]", gzip.GzipFile(fileobj=packed) if kind == "GZIP" else bz2.BZ2File(packed))


def _refusal(name: str, member: str) -> str | None:
    parts = PurePosixPath(member.replace("\\", "/")).parts
    if ".." in parts or parts[:1] == ("/",) or ":" in "".join(parts[:1]):
        return f"{spoken(name)} leads out of its archive, and is not read. Make the archive anew, with plain names."
    if PurePosixPath(member).suffix.lower() in ARCHIVE_SUFFIXES and not _is_hidden(member):
        return f"{spoken(name)} is an archive inside an archive. Unpack the outer one first."
    return None


def _is_wanted(member: str) -> bool:
    return PurePosixPath(member).suffix.lower() in PICTURE_SUFFIXES and not _is_hidden(member)


def _is_hidden(member: str) -> bool:
    # macOS adds a folder of that name, whose files look like pictures and are none.
    return any(part == "__MACOSX" or (part.startswith(".") and part != ".") for part in PurePosixPath(member).parts)


def _damaged(name: str, error: Exception) -> str:
    return f"{spoken(name)} is damaged, or no archive that can be read: {first_line(error)}. Get a fresh copy."

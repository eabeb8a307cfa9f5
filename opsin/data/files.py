"""Pictures in files, in a folder or in a zip archive: each is read when it is asked for, and none is kept."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError, SourceError
from opsin.core.image import Image, Planes, Size
from opsin.media.archives import archive_items
from opsin.media.decode import decode
from opsin.media.item import Item
from opsin.media.limits import DEFAULT_LIMITS, first_line, spoken
from opsin.media.reading import read_planes
from opsin.media.sniff import PICTURE_SUFFIXES

_DAMAGED = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)


def leads_out(name: str) -> bool:
    r"""Whether a path, which a stranger has written down, leads out of the folder that it starts from.

    >>> leads_out("a/b.png"), leads_out("../b.png"), leads_out("/b.png"), leads_out("C:\b.png")
    (False, True, True, True)
    """
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or bool(PureWindowsPath(name).drive)


@dataclass(frozen=True, eq=False)
class Files:
    """Pictures in the files of a folder.

    Attributes:
        root: the folder.
        names: the path of each from there, with "/" between folders.
    """

    root: Path
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> Image:
        return self.reduced(index, None)

    def reduced(self, index: int, at_least: Size | None) -> Image:
        """The picture, perhaps smaller but at least of that (height, width): much faster for a large JPEG.

        Raises:
            ImageError: when it cannot be read.
        """
        return decode(self.root / self.names[index], name=self.names[index], at_least=at_least)[0]

    def planes(self, index: int) -> Planes:
        """(h, w, c) every number of the picture as it is written.

        Raises:
            ImageError: when it cannot be read.
        """
        return read_planes(self.root / self.names[index], self.names[index])

    def name(self, index: int) -> str:
        """Its path from the folder."""
        return self.names[index]

    def path(self, index: int) -> Path:
        """Its file."""
        return self.root / self.names[index]

    @property
    def place(self) -> Path:
        """Where they lie, for whoever remembers something of them."""
        return self.root.resolve()

    def stamp(self, index: int) -> str:
        """Changes when the file does, in all likelihood, and costs no reading; one without a file has one too."""
        try:
            facts = self.path(index).stat()
        except OSError:
            return f"{self.names[index]} is missing"
        return f"{self.names[index]} {facts.st_size} {facts.st_mtime_ns}"

    def digest(self, index: int) -> bytes:
        """SHA-256 of the file's bytes.

        Raises:
            ImageError: when the file cannot be read.
        """
        try:
            with self.path(index).open("rb") as file:
                return hashlib.file_digest(file, "sha256").digest()
        except OSError as error:
            raise ImageError(f"{spoken(self.names[index])} cannot be opened: {error.strerror}.") from error

    def take(self, indices: NDArray[np.intp]) -> Files:
        """Some of them, in that order."""
        return Files(self.root, tuple(self.names[index] for index in indices))


@dataclass(frozen=True, eq=False)
class Zipped:
    """Pictures inside a zip archive; nothing is unpacked to disk.

    Attributes:
        archive: it stays open.
        names: the path of each inside it.
        items: each, not read yet.
    """

    archive: zipfile.ZipFile
    names: tuple[str, ...]
    items: tuple[Item, ...]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> Image:
        return self.reduced(index, None)

    def reduced(self, index: int, at_least: Size | None) -> Image:
        """The picture, perhaps smaller but at least of that (height, width): much faster for a large JPEG.

        Raises:
            ImageError: when it cannot be read.
        """
        return self.items[index].read(at_least)[0]

    def planes(self, index: int) -> Planes:
        """(h, w, c) every number of the picture as it is written.

        Raises:
            ImageError: when it cannot be read.
        """
        return self.items[index].planes()

    def name(self, index: int) -> str:
        """Its path inside the archive."""
        return self.names[index]

    @property
    def place(self) -> Path:
        """Where they lie, for whoever remembers something of them."""
        return Path(str(self.archive.filename)).resolve()

    def stamp(self, index: int) -> str:
        """Changes when the picture does, in all likelihood, and costs no reading."""
        facts = self.archive.getinfo(self.names[index])
        return f"{self.names[index]} {facts.file_size} {facts.CRC}"

    def digest(self, index: int) -> bytes:
        """SHA-256 of its file's bytes.

        Raises:
            ImageError: when they cannot be unpacked, or are too many.
        """
        name = self.names[index]
        try:
            DEFAULT_LIMITS.check_bytes(name, self.archive.getinfo(name).file_size)
            with self.archive.open(name) as file:
                return _digest(file)
        except _DAMAGED as error:
            raise ImageError(f"{spoken(name)} is damaged: {first_line(error)}. Get a fresh copy.") from error

    def take(self, indices: NDArray[np.intp]) -> Zipped:
        """Some of them, in that order."""
        return Zipped(
            self.archive, tuple(self.names[index] for index in indices), tuple(self.items[index] for index in indices)
        )


def _digest(file: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.digest()


def zipped(path: Path) -> Zipped:
    """All pictures of a zip archive, sorted by name; hidden ones are passed over.

    Raises:
        SourceError: when it is no zip archive.
        ImageError: when a member's name leads out of it.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise SourceError(f"{spoken(path)} is no zip archive that can be read: {first_line(error)}.") from error
    head = len(f"{path}/")
    items = {item.source[head:]: item for item in archive_items(path, "ZIP", limits=DEFAULT_LIMITS)}
    # An archive inside the archive is passed over, as it is in a folder.
    names = tuple(sorted(name for name in items if PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES))
    for name in names:
        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            items[name].read()  # says why not
    return Zipped(archive, names, tuple(items[name] for name in names))

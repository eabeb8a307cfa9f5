"""Where new pictures and videos go that are made of others: into a folder, to a file, or beside what they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsin.core.errors import OptionError, UsageError
from opsin.engine.album import check_apart

WRITTEN = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp")
"""Suffixes that a new picture keeps; others become .jpg."""
OTHER_VIDEOS = (".mp4", ".mov", ".avi", ".mkv", ".m4v", ".gif")
"""Suffixes that somebody may well ask for, and no folder has."""


@dataclass(frozen=True)
class OutputPlaces:
    """The places of what comes of some sources.

    Attributes:
        out: a folder, or a file for one picture or video; None for beside each source.
        folders: that were named as sources; what lies within keeps its folders.
        ending: what a name gets beside its source.
    """

    out: Path | None
    folders: tuple[Path, ...] = ()
    ending: str = "-new"

    def of(self, source: str, suffix: str | None, taken: set[Path]) -> Path:
        """The file for what comes from `source`, not among those taken.

        Args:
            source: a name as items have it.
            suffix: of the file; None for the source's own.
            taken: files that others of these sources went to.

        Raises:
            UsageError: when it is the source itself, or there is one file for several pictures.
        """
        path = self._wanted(source, suffix)
        if path in taken and self.out is not None and is_file(self.out):
            raise UsageError(f"{self.out} is one file, and there are several pictures. Name a folder.")
        number, first = 1, path
        while path in taken:
            number += 1
            path = first.with_stem(f"{first.stem}-{number}")
        if path.exists() and Path(source).exists() and path.samefile(source):
            raise UsageError(f"{path} is the source itself; it would be overwritten. Choose another name.")
        return path

    def _wanted(self, source: str, suffix: str | None) -> Path:
        if self.out is None:
            own = Path(source).parent
            name = self._inside(Path(source).name, suffix)
            return (own if own.is_dir() else Path()) / name.with_stem(name.stem + self.ending)
        return self.out if is_file(self.out) else self.out / self._inside(source, suffix)

    def _inside(self, source: str, suffix: str | None) -> Path:
        """A name under the folder, and never a way out of it."""
        path = Path(source)
        above = next((folder for folder in self.folders if path.is_relative_to(folder)), None)
        relative = Path(path.name) if above is None or ".." in path.parts else path.relative_to(above)
        own = relative.suffix.lower()
        kept = own if own in WRITTEN else ".jpg"
        return relative.with_suffix(kept if suffix is None else suffix)


def output_places(source: Any, out: str | Path | None, ending: str = "-new") -> OutputPlaces:
    """The places of what comes of a source, or a list of such.

    Raises:
        UsageError: when pictures would be written among the sources; for a folder without `out`; or for a video in
            another format than WebM.
    """
    named = source if isinstance(source, list | tuple) else [source]
    paths = [Path(each) for each in named if isinstance(each, str | Path)]
    folders = tuple(path for path in paths if path.is_dir())
    if out is None:
        _refuse_folders(folders)
        return OutputPlaces(None, (), ending)
    out = Path(out)
    if out.suffix.lower() in OTHER_VIDEOS and not out.is_dir():
        raise OptionError(f"A video is written as WebM: its name must end with .webm; got {out.name}.")
    if not is_file(out):
        check_apart([str(path) for path in paths], out)
    return OutputPlaces(out, folders, ending)


def is_file(out: Path) -> bool:
    """Whether a path that may not exist yet names a picture or a video."""
    return out.suffix.lower() in (*WRITTEN, ".webm") and not out.is_dir()


def _refuse_folders(folders: Sequence[Path]) -> None:
    if folders:
        raise UsageError(f"{folders[0]} is a folder. Name another one to write to: its own pictures stay.")

"""Folders in which the name of a picture's folder says what it shows, and perhaps what it is for."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from opsin.core.errors import DataError, SourceError
from opsin.data.files import Files, zipped
from opsin.data.listed import Listed
from opsin.media.folders import folder_items
from opsin.media.limits import DEFAULT_LIMITS, spoken

logger = logging.getLogger("opsin")

PART_FOLDERS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
"""What folders of a part are called, in small letters."""

LABELS = "labels.csv"
"""A table of this name in a folder without class folders says what its pictures show."""


@dataclass(frozen=True)
class _Layout:
    """How the pictures lie in folders.

    Attributes:
        top: folders that all of them lie in, and that mean nothing.
        parts: the folders of parts, with their parts; empty where class folders are the first.
    """

    top: tuple[str, ...]
    parts: dict[str, str]


def folder_listed(folder: Path) -> Listed:
    """The pictures of a folder: class folders, or folders of parts with class folders in them.

    Raises:
        SourceError: when it has neither.
        DataError: when a part holds pictures that lie in no class folder.
    """
    folders = _folders(folder)
    items = folder_items(folder, limits=DEFAULT_LIMITS, is_recursive=True)
    names = [Path(item.source).relative_to(folder).as_posix() for item in items]
    listed = _listed(str(folder), names, folders)
    return Listed(
        name=folder.resolve().name,
        source=folder,
        pictures=Files(folder, tuple(names[index] for index in listed.indices)),
        labels=listed.labels,
        parts=listed.parts,
        empty=listed.empty,
    )


def zip_listed(path: Path) -> Listed:
    """The pictures of a zip archive that holds such folders.

    Raises:
        SourceError: when it holds neither class folders nor folders of parts.
        ImageError: when it is no zip archive.
    """
    pictures = zipped(path)
    listed = _listed(str(path), pictures.names, [])
    return Listed(
        name=path.stem,
        source=path,
        pictures=pictures.take(np.asarray(listed.indices, np.intp)),
        labels=listed.labels,
        parts=listed.parts,
    )


def _folders(folder: Path) -> list[str]:
    """All folders in it, and in these, that are not hidden: an empty one must be noticed."""
    first = _inside(folder)
    found = [*first, *(path for each in first for path in _inside(each))]
    return [path.relative_to(folder).as_posix() for path in found]


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise SourceError(f"{spoken(folder)} cannot be listed: {error.strerror}.") from error


@dataclass(frozen=True)
class _Found:
    indices: tuple[int, ...]
    labels: tuple[str, ...]
    parts: tuple[str, ...]
    empty: tuple[str, ...]


def _listed(source: str, names: Sequence[str], folders: Iterable[str]) -> _Found:
    """What their paths say of the pictures, and the class folders in which none lies."""
    split = [tuple(name.split("/")) for name in names]
    layout = _layout(source, split)
    depth = len(layout.top) + bool(layout.parts)  # how many folders stand before the class
    inside = [index for index, path in enumerate(split) if len(path) > depth + 1 and _counts(path, layout)]
    _refuse_loose(source, split, layout, depth)
    labels = tuple(split[index][depth] for index in inside)
    parts = tuple(layout.parts[split[index][depth - 1]] if layout.parts else "" for index in inside)
    return _Found(tuple(inside), labels, parts, _empty(folders, layout, depth, set(labels)))


def _layout(source: str, paths: Sequence[tuple[str, ...]]) -> _Layout:
    top: tuple[str, ...] = ()
    while True:
        inside = [path[len(top) :] for path in paths]
        first = Counter(path[0] for path in inside if len(path) > 1)
        if not first:
            raise SourceError(
                f"{spoken(source)} has no class folders with pictures. Put the pictures of each class into a folder "
                f"that is named after it, or add a table {LABELS} with the columns image,label."
            )
        parts = _parts(first)
        if parts or len(first) > 1 or not all(len(path) > 2 for path in inside):
            return _Layout(top, parts)
        top = (*top, next(iter(first)))


def _parts(first: Iterable[str]) -> dict[str, str]:
    """The folders among them that are parts, when there is one to learn from, and not only by chance."""
    found = {name: PART_FOLDERS[name.lower()] for name in first if name.lower() in PART_FOLDERS}
    others = set(first) - set(found)
    return found if "train" in found.values() and (len(found) > 1 or not others) else {}


def _counts(path: tuple[str, ...], layout: _Layout) -> bool:
    return not layout.parts or path[len(layout.top)] in layout.parts


def _refuse_loose(source: str, paths: Sequence[tuple[str, ...]], layout: _Layout, depth: int) -> None:
    """Refuses pictures of a part that lie in no class folder; others that lie beside the folders are left out."""
    loose = [path for path in paths if len(path) <= depth + 1 or not _counts(path, layout)]
    for folder in layout.parts:
        found = [path for path in loose if len(path) == depth + 1 and path[depth - 1] == folder]
        if found:
            raise DataError(
                f"{spoken(source)}: {len(found)} pictures of {spoken(folder)} lie in no class folder, and nobody can "
                f"know what they show; the first is {spoken('/'.join(found[0]))}. Put each into a folder that is "
                "named after its class, or take them away."
            )
    if loose:
        logger.warning("%s: %d pictures lie in no class folder, and are left out.", spoken(source), len(loose))


def _empty(folders: Iterable[str], layout: _Layout, depth: int, labels: set[str]) -> tuple[str, ...]:
    """Class folders in which no picture lies, in any part."""
    paths = [tuple(folder.split("/")) for folder in folders]
    found = {path[depth] for path in paths if len(path) == depth + 1 and _counts(path, layout)}
    return tuple(sorted(found - labels))

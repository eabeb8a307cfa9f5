"""What the readers and writers of captions share: pictures with what is said of them, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from opsin.core.errors import DataError
from opsin.data.captions import Captions
from opsin.data.files import Files, leads_out
from opsin.data.folders import PART_FOLDERS
from opsin.data.formats._reading import MEGABYTE
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed, Noted
from opsin.media.limits import spoken

MAX_BYTES = 1_000 * MEGABYTE

PARTS = {**PART_FOLDERS, "dev": "validation", "restval": "train"}
"""What parts are called where captions are: dev is Flickr8k's word, restval what others left of validation."""

_FOLDERS = ("", "images", "Images", "Flicker8k_Dataset", "Flickr8k_Dataset", "Flickr8k_Dataset/Flicker8k_Dataset")
"""Where pictures lie whose names do not say it. The archive of Flickr8k has the misspelt name."""


class Described(NamedTuple):
    """What is written about one picture.

    Attributes:
        name: its path from the folder of the data, as far as it is written.
        part: "train", "validation", "test", or "" where nothing is said.
        captions: what people say that it shows.
        others: whatever else is said, by name.
    """

    name: str
    part: str
    captions: Sequence[str]
    others: Mapping[str, str] = {}


def name_in(written: str, where: str) -> str:
    """The path of a picture with "/" between folders.

    Raises:
        DataError: when it is empty, or leads out of the folder.
    """
    name = written.strip().replace("\\", "/").removeprefix("./")
    if not name or leads_out(name):
        raise DataError(f"{where} must name a picture by its path from the folder of the data; got {written!r:.80}.")
    return name


def caption_in(written: object, where: str) -> str:
    """A caption as it is written.

    Raises:
        DataError: when it is no text, or says nothing.
    """
    if not isinstance(written, str) or not written.strip():
        raise DataError(f"{where} must have a caption; got {written!r:.80}. Write one, or take it out.")
    return written


def part_in(written: str, where: str) -> str:
    """The part that a word stands for.

    Raises:
        DataError: when it is none.
    """
    word = written.strip().lower()
    if word and word not in PARTS:
        raise DataError(f"{where}: the split must be train, validation, test or nothing; got {written!r:.80}.")
    return PARTS.get(word, "")


def listed_captions(source: Path, root: Path, described: Iterable[Described], noted: Iterable[Noted] = ()) -> Listed:
    """What was read, put together; pictures that are missing, or without captions, are noted and left out.

    Args:
        source: what was read.
        root: the folder of the data, or of the file; names of pictures start there or in one of the usual folders.
        described: what is written about each picture.
        noted: what is wrong, of no picture in particular.

    Raises:
        DataError: when none of the pictures with captions is there.
    """
    told = list(described)
    start = _start(root, [each.name for each in told])
    said = [each._replace(name=start + each.name) for each in told if each.captions]
    silent = [Noted("no_caption", spoken(each.name)) for each in told if not each.captions]
    are_here = [(root / each.name).is_file() for each in said]
    here = [each for each, is_here in zip(said, are_here, strict=True) if is_here]
    missing = [Noted("missing", spoken(each.name)) for each, is_here in zip(said, are_here, strict=True) if not is_here]
    if not here:
        first = f"; the first is {missing[0].said}" if missing else ""
        raise DataError(
            f"{spoken(source)}: none of its {len(said)} pictures with captions is in {spoken(root)}{first}. "
            "Put the pictures where the file says, or into a folder images beside it."
        )
    return Listed(
        name=root.resolve().name,
        source=source,
        pictures=Files(root, tuple(each.name for each in here)),
        truths=tuple(Captions(tuple(each.captions)) for each in here),
        parts=tuple(each.part for each in here),
        columns={name: np.array([each.others[name] for each in here], np.str_) for name in here[0].others},
        noted=(*noted, *silent, *missing),
    )


def _start(root: Path, names: Sequence[str]) -> str:
    """What stands before the names of the pictures: the first of the usual folders that has any of them."""
    folders = [f"{each}/" if each else "" for each in _FOLDERS]
    return next((each for name in names for each in folders if (root / each / name).is_file()), "")


def captions_of(writing: Writing, index: int) -> tuple[str, ...]:
    """What people say that a picture shows."""
    truth: Captions = writing.data.truth[index]
    return truth.texts

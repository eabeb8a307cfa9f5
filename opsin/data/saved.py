"""Labelled pictures written where `load` finds them again: as a table, or as folders."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from opsin.core.errors import InputError, OpsinError
from opsin.data.convert import convert
from opsin.data.dataset import Dataset
from opsin.data.files import Files
from opsin.data.folders import LABELS
from opsin.data.formats._writing import file_name, place, plain
from opsin.data.formats.box_table import table_of
from opsin.data.formats.caption_table import captions_table
from opsin.store.files import write_atomically, writing_to

_LINK = "images"

_WRITTEN_AS = {"detection": "csv", "segmentation": "index_masks", "captioning": "caption_table"}
"""The format that says all of what is true, by the task."""

Counted = Callable[[int, int], None]
"""Is told how many pictures of how many are written."""


def save_table(data: Dataset, folder: Path) -> Path:
    """Write labels.csv with image, label, group and split into a folder, from which `load` reads it; where it is.

    Boxes have a row each, with their corners, as `opsin.data.formats.box_table` reads them; and so have captions. Paths
    start from that folder. Where the pictures lie elsewhere, a link called "images" leads to them.

    Raises:
        InputError: when the pictures are no files, or have masks, or no link can be made.
        OpsinError: when the folder cannot be written to.
    """
    if data.task == "segmentation":
        raise InputError(f"The masks of {data.name} are no labels that a table could name. Copy them out (--copy).")
    if not isinstance(data.pictures, Files):
        raise InputError(f"The pictures of {data.name} are no files that a table could name. Copy them out (--copy).")
    start = _start(data.pictures.root.resolve(), folder.resolve())
    names = [f"{start}{data.pictures.name(index)}" for index in range(len(data))]
    written_by = {"detection": table_of, "captioning": captions_table}.get(data.task, _text)
    with write_atomically(folder / LABELS) as file:
        file.write(written_by(data, names).encode(errors="surrogateescape"))
    return folder / LABELS


def _text(data: Dataset, names: Sequence[str]) -> str:
    """The table of pictures with one label each."""
    others = {name: column for name, column in data.columns.items() if name != "group"}
    group = data.columns.get("group", np.full(len(data), ""))
    columns = [names, [data.labels[number] for number in data.truth], group, data.parts, *others.values()]
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["image", "label", "group", "split", *others])
    table.writerows(zip(*columns, strict=True))
    return text.getvalue()


def _start(root: Path, folder: Path) -> str:
    """What a path from the pictures' folder must begin with to be one from the table's; a link is made if need be."""
    if root.is_relative_to(folder):
        inside = root.relative_to(folder).as_posix()
        return "" if inside == "." else f"{inside}/"
    link = folder / _LINK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (link.is_symlink() and link.resolve() == root):
            link.symlink_to(root, target_is_directory=True)
    except OSError as error:
        raise InputError(
            f"{link} cannot be made to lead to the pictures in {root}: {error.strerror}. "
            "Write the table into that folder, or copy the pictures (--copy)."
        ) from error
    return f"{_LINK}/"


def save_folders(data: Dataset, folder: Path, counted: Counted | None = None) -> Path:
    """Write the pictures into PART/LABEL/NAME in a new folder: files as they are, arrays as PNG. All of it, or nothing.

    Where things are boxed, into PART/NAME, with a table labels.csv of the boxes; where each pixel has a class, into
    PART/images and PART/masks, with a legend.csv of the classes; where there are captions, into PART/NAME, with a table
    captions.csv.
    Characters that no folder may have become "-": "T-shirt/top" is in "T-shirt-top".

    Raises:
        InputError: when something is in that folder already.
        ImageError: when a picture cannot be read.
        OpsinError: when the folder cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty. Name a folder that is not there yet.")
    if data.task in _WRITTEN_AS:
        convert(
            data,
            _WRITTEN_AS[data.task],
            folder,
            progress=lambda name, done, total: counted(done, total) if counted else None,
        )
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise OpsinError(f"{folder} cannot be written: {error.strerror}. Choose another folder.") from error
    try:
        with writing_to(folder.parent):
            _write_all(data, beside, counted)
            if folder.exists():
                folder.rmdir()
            beside.chmod(0o755)
            beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _write_all(data: Dataset, folder: Path, counted: Counted | None) -> None:
    taken: set[Path] = set()
    for index in range(len(data)):
        part, label = str(data.parts[index]) or "train", data.labels[data.truth[index]]
        path = _free(folder / part / plain(label) / file_name(data.pictures, index), taken)
        path.parent.mkdir(parents=True, exist_ok=True)
        place(data.pictures, index, path)
        if counted:
            counted(index + 1, len(data))


def _free(path: Path, taken: set[Path]) -> Path:
    """The path, or one beside it, when another picture has that name already."""
    found, number = path, 2
    while found in taken:
        found, number = path.with_stem(f"{path.stem}-{number}"), number + 1
    taken.add(found)
    return found

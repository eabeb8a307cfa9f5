"""Labelled pictures from wherever they are: `load`."""

from __future__ import annotations

import logging
import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, ImageError, SourceError, UnknownNameError
from opsin.data.cut import cut
from opsin.data.dataset import Arrays, Dataset
from opsin.data.folders import LABELS, folder_listed, zip_listed
from opsin.data.formats import FORMATS, Asked, format_of
from opsin.data.listed import Listed, classes
from opsin.data.sets import SETS, BuiltIn, kept
from opsin.data.split import check_split
from opsin.data.tables import Named, csv_listed, frame_listed, is_table, zipped_csv_listed
from opsin.data.things import as_truth
from opsin.data.written import Written, sound
from opsin.media.limits import first_line, spoken
from opsin.media.sniff import kind_of_file
from opsin.store.progress import Progress, silent

logger = logging.getLogger("opsin")

_HEAD_BYTES = 10_000

_TRIES = 20
"""So many pictures in a row that cannot be read, and nothing before them, are taken for a wrong folder."""


def load(
    source: str | os.PathLike[str] | Dataset | Any,
    *,
    split: Sequence[float] = (0.8, 0.1, 0.1),
    seed: int = 0,
    image: str = "image",
    label: str = "label",
    root: str | os.PathLike[str] | None = None,
    task: str | None = None,
    labels: Sequence[str] = (),
    ignore: Sequence[int] = (),
    is_near_kept: bool = True,
    progress: Progress | None = None,
) -> Dataset:
    """Labelled pictures, in parts to learn from, to choose by and to be judged by.

    Args:
        source: the name of a built-in set (`mnist`, `fashion_mnist`, `cifar10`, `cifar100`, `digits`); a folder of
            class folders, or of train, validation and test folders that hold such; a CSV file or a DataFrame with the
            columns image, label and perhaps group and split; a zip archive of any of these; boxes as COCO, YOLO, PASCAL
            VOC or a CSV file with the columns x0, y0, x1, y1 beside those; captions as a CSV file with the columns
            image and caption, as COCO or as Flickr8k; or a dataset.
        split: the shares of train, validation and test. A part that the source has already is kept as it is; what is
            missing is cut from train, which then keeps the rest. (0, 0, 1) makes all test that is not split.
        seed: another one gives another split. The order of files plays no role.
        image: the column with paths of pictures.
        label: the column with what they show; of captions, the one that they are in, which is else called caption.
        root: the folder that a DataFrame's paths start from, unless it is the one that we are in.
        task: "classification", "detection", "segmentation" or "captioning", where the look of the data shall not
            decide.
        labels: what the numbers 0, 1, 2 … in masks stand for, where no file beside them says it.
        ignore: numbers in masks that stand for pixels of which nothing is said, as 255 does; they need no name.
        is_near_kept: whether pictures that look alike stay on one side of the split. To find them, all are read.
        progress: is told how far a download, or the search for near duplicates, is.

    Pictures are read when they are asked for. Those that belong to one group, by the column of that name, stay on one
    side of the split, and so do near duplicates; where there are any, and no such column, the column group names them.
    Boxes that are empty or have swapped corners, and pictures that are missing beside boxes, are left out; the log
    counts them.

    Raises:
        UnknownNameError: when nothing goes by that name, or there is no such task.
        SourceError: when the source cannot be read as data.
        DataError: when something is wrong with the data; the message says what, and what to do.
        MissingWeightsError: when a built-in set cannot be had.
        OptionError: when `split` is not three shares.

    >>> import pathlib, tempfile
    >>> from opsin.media.files import save_image
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for number in range(20):
    ...     kind = ("bright", "dark")[number % 2]
    ...     picture = np.random.default_rng(number).integers(0, 100, (16, 16, 3)) + 150 * (number % 2 == 0)
    ...     save_image(folder / kind / f"{number}.png", picture.astype(np.uint8))
    >>> data = load(folder)
    >>> data.labels, len(data.part("train")), data.part("test").counts()
    (('bright', 'dark'), 16, {'bright': 1, 'dark': 1})
    """
    shares = check_split(split)
    written = as_written(
        source, image=image, label=label, root=root, task=task, labels=labels, ignore=ignore, progress=progress
    )
    return cut(sound(written), shares, seed, is_near_kept, progress)


def as_written(
    source: Any,
    *,
    image: str = "image",
    label: str = "label",
    root: str | os.PathLike[str] | None = None,
    task: str | None = None,
    labels: Sequence[str] = (),
    ignore: Sequence[int] = (),
    progress: Progress | None = None,
) -> Written:
    """The data as they are, neither mended nor split, and what is wrong with them.

    Args:
        source, image, label, root, task, labels, ignore, progress: as `load` takes them.

    Raises:
        OpsinError: as `load`.
    """
    if task is not None and task not in (known := _tasks()):
        raise UnknownNameError("task that data can be for", task, known)
    if isinstance(source, Dataset):
        return Written(data=_of_task(source, task))
    if isinstance(source, str) and source in SETS and not _is_here(source):
        return Written(data=_of_task(_from_set(SETS.get(source), progress), task))
    asked = Asked(_named(image, label, task), tuple(labels), tuple(ignore), progress or silent)
    listed = _listed(source, Path(root) if root is not None else None, asked, task)
    return Written(data=_checked(listed), sizes=listed.sizes, noted=listed.noted)


def _named(image: str, label: str, task: str | None) -> Named:
    """The columns; whoever asks for captions and names a column means the one that they are in."""
    if task != "captioning":
        return Named(image, label)
    caption = Named().caption if label == Named().label else label
    return Named(image, caption, caption)


def _tasks() -> set[str]:
    return {"classification", *(each.task for each in FORMATS)}


def _of_task(data: Dataset, task: str | None) -> Dataset:
    if task not in (None, data.task):
        raise DataError(f"{spoken(data.name)} is data for {data.task}, not for {task}. {_would_do(task)}")
    return data


def _would_do(task: str | None) -> str:
    """What data for a task look like."""
    return f"This would do: {'; '.join(each.summary for each in FORMATS if each.task == task) or 'class folders'}."


def _is_here(name: str) -> bool:
    """Whether a folder or file goes by the name of a built-in set. It is taken: to pass over it would surprise more."""
    if not Path(name).exists():
        return False
    logger.warning("%s is taken for the folder or file of that name, not for the built-in set.", name)
    return True


def _from_set(built_in: BuiltIn, progress: Progress | None) -> Dataset:
    held = kept(built_in, progress)
    number = len(held.truth)
    is_test = np.arange(number) >= held.train
    has_test = bool(is_test.any())
    return Dataset(
        name=built_in.name,
        labels=built_in.labels,
        pictures=Arrays(held.pixels, np.arange(number)),
        truth=held.truth.astype(np.int64),
        parts=np.where(is_test, "test", "train" if has_test else "").astype("U10"),
        ink=built_in.ink,
    )


def _listed(source: Any, root: Path | None, asked: Asked, task: str | None) -> Listed:
    if isinstance(source, str | os.PathLike):
        return _path_listed(Path(source), asked, task)
    if hasattr(source, "columns") and hasattr(source, "__getitem__") and task in (None, "classification"):
        return frame_listed(source, root, asked.named)
    raise SourceError(
        "Data must be the name of a built-in set, a folder, a CSV file, a zip archive or a DataFrame; "
        f"got {type(source).__name__}."
        if task in (None, "classification")
        else f"Data for {task} must be a file or folder; got {type(source).__name__}. {_would_do(task)}"
    )


def _path_listed(path: Path, asked: Asked, task: str | None) -> Listed:
    if not path.exists():
        raise _unknown(path)
    try:
        format_ = format_of(path, asked.named, task) if task != "classification" else None
        if format_ is not None:
            return format_.read(path, asked)
        if task in (None, "classification"):
            return _labelled(path, asked.named)
    except OSError as error:
        raise SourceError(f"{spoken(path)} cannot be opened: {error.strerror}.") from error
    raise SourceError(f"{spoken(path)} holds no data for {task}. {_would_do(task)}")


def _labelled(path: Path, named: Named) -> Listed:
    """Pictures with one label each."""
    if path.is_dir():
        return _folder_listed(path, named)
    if kind_of_file(path) == "ZIP":
        member = _table_in(path, named)
        return zipped_csv_listed(path, member, named) if member else zip_listed(path)
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return csv_listed(path, named)
    raise SourceError(f"{spoken(path)} is neither a folder, a CSV file nor a zip archive. Give one of these.")


def _unknown(path: Path) -> UnknownNameError | SourceError:
    """What has no suffix and no folder may be a name that was mistyped."""
    if len(path.parts) == 1 and not path.suffix:
        return UnknownNameError("data set, folder or file", str(path), SETS.names())
    return SourceError(f"There is no folder or file {spoken(path)}. Check its name.")


def _folder_listed(folder: Path, named: Named) -> Listed:
    """A table of that name is believed; one that names no pictures is another's."""
    table = folder / LABELS
    if table.is_file():
        with table.open("rb") as file:
            if _heads_table(file, named):
                return csv_listed(table, named)
    return folder_listed(folder)


def _table_in(path: Path, named: Named) -> str:
    """The table of a zip archive, as near to its root as there is one; "" without."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [name for name in archive.namelist() if name.lower().endswith(".csv") and "__MACOSX" not in name]
            for name in sorted(found, key=lambda name: (name.count("/"), name)):
                with archive.open(name) as file:
                    if _heads_table(file, named):
                        return name
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(f"{spoken(path)} is no zip archive that can be read: {first_line(error)}.") from error
    return ""


def _heads_table(file: IO[bytes], named: Named) -> bool:
    head = file.readline(_HEAD_BYTES).decode("utf-8-sig", errors="replace")
    return is_table(head, named)


def _checked(listed: Listed) -> Dataset:
    """The dataset, when each class has a picture and at least one picture can be read."""
    where = spoken(listed.source) if listed.source else "The data"
    if listed.empty:
        raise DataError(
            f"{where}: these class folders hold no pictures: {', '.join(map(spoken, listed.empty))}. "
            "Put pictures into them, or remove them."
        )
    labels, truth = _truth(listed)
    data = Dataset(
        name=listed.name,
        labels=labels,
        pictures=listed.pictures,
        truth=truth,
        parts=np.array(listed.parts, "U10"),
        columns=listed.columns,
        source=listed.source,
    )
    _refuse_unreadable(data, where)
    return data


def _truth(listed: Listed) -> tuple[tuple[str, ...], NDArray[Any]]:
    """The classes, and what is true of each picture."""
    if listed.truths:
        return listed.classes, as_truth(list(listed.truths))
    labels = classes(listed.labels)
    numbers = {name: number for number, name in enumerate(labels)}
    return labels, np.array([numbers[name] for name in listed.labels], np.int64)


def _refuse_unreadable(data: Dataset, where: str) -> None:
    """One that can be read is enough: others are passed over later, and told of."""
    first: ImageError | None = None
    for index in range(min(len(data), _TRIES)):
        try:
            _ = data.pictures[index]
        except ImageError as error:
            first = first or error
        else:
            return
    if first:
        raise DataError(f"{where}: the pictures cannot be read. The first: {first}") from first

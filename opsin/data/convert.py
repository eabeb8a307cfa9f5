"""Pictures with boxes, masks or captions, written down in another format: `convert`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opsin.core.errors import DataError, ImageError
from opsin.core.image import Size
from opsin.data.dataset import Dataset, Pictures
from opsin.data.files import Files
from opsin.data.formats import FORMATS
from opsin.data.formats._reading import sizes_of
from opsin.data.formats._writing import Writing, file_names
from opsin.data.load import load
from opsin.media.limits import spoken
from opsin.store.folders import check_own, folder_atomically
from opsin.store.progress import Progress, silent

logger = logging.getLogger("opsin")


def convert(
    source: str | os.PathLike[str] | Dataset | Any,
    to: str,
    into: str | os.PathLike[str],
    *,
    is_copied: bool = True,
    image: str = "image",
    label: str = "label",
    labels: Sequence[str] = (),
    ignore: Sequence[int] = (),
    progress: Progress | None = None,
) -> Dataset:
    """Write pictures with boxes, masks or captions into a new folder in another format; what was written.

    All of it is written, or nothing. Boxes keep their decimals. What has no part becomes train. What the format cannot
    hold is told by `opsin.data.formats.FORMATS.get(to).lacks`; what `load` leaves out, and pictures that cannot be
    read, are not passed on, and the log says so.

    Args:
        source: as `opsin.data.load` takes data for detection, segmentation or captioning.
        to: "coco", "yolo", "voc" or "csv"; of masks "index_masks", "colour_masks", "binary_masks" or "coco_masks"; of
            captions "caption_table", "caption_list", "coco_captions" or "flickr8k".
        into: a folder that is new, or empty.
        is_copied: whether pictures are copied; else links lead to their files.
        image: the column of a CSV file with paths of pictures.
        label: the column with what the boxes are around.
        labels: what the numbers in masks stand for, as `opsin.data.load` takes it.
        ignore: numbers in masks of which nothing is said.
        progress: is told how many pictures are done.

    Raises:
        UnknownNameError: when there is no such format.
        UsageError: when something is in the folder already.
        InputError: when the source cannot be read as such data, or no link can be made.
        OpsinError: when the folder cannot be written to.
    """
    format_, folder, report = FORMATS.get(to), Path(into), progress or silent
    check_own(folder, ())
    data = load(
        source,
        task=format_.task,
        split=(1, 0, 0),
        image=image,
        label=label,
        labels=labels,
        ignore=ignore,
        progress=report,
    )
    readable, sizes = _readable(data, report)
    with folder_atomically(folder, ()) as beside:
        format_.write(
            Writing(
                data=readable,
                sizes=sizes,
                names=file_names(readable.pictures),
                folder=beside,
                is_copied=is_copied,
                progress=report,
            )
        )
    return readable


def _readable(data: Dataset, progress: Progress) -> tuple[Dataset, list[Size]]:
    """The pictures that can be read, with their sizes; the log counts the others."""
    sizes = _sizes(data.pictures, progress)
    good = [index for index, size in enumerate(sizes) if size is not None]
    if not good:
        raise DataError(f"None of the {len(data)} pictures of {spoken(data.name)} can be read. See: opsin data check")
    if len(good) < len(data):
        logger.warning("%s: left out: %d pictures that cannot be read.", spoken(data.name), len(data) - len(good))
    return data.take(good), [size for size in sizes if size is not None]


def _sizes(pictures: Pictures, progress: Progress) -> Sequence[Size | None]:
    if isinstance(pictures, Files):
        return sizes_of(pictures, progress)
    return [_size(pictures, index) for index in range(len(pictures))]


def _size(pictures: Pictures, index: int) -> Size | None:
    try:
        height, width = pictures[index].shape[:2]
    # It is counted among those that cannot be read.
    except ImageError:
        return None
    return height, width

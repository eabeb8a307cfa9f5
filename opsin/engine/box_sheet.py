"""Pictures with their true boxes, masks or captions, side by side, so that a person sees what is said and how well."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.boxes import Boxes
from opsin.core.errors import DataError, ImageError
from opsin.core.image import Image, Size, check_image
from opsin.data.dataset import Dataset
from opsin.data.formats import file_names
from opsin.data.load import load
from opsin.draw.boxes import draw_boxes
from opsin.draw.lettering import line_height, lines_of, written
from opsin.draw.palette import BLACK
from opsin.draw.shapes import stamp
from opsin.engine.caption_picture import with_captions
from opsin.engine.region_picture import colour_legend, with_regions
from opsin.media.files import save_image
from opsin.media.geometry import resize
from opsin.media.limits import spoken
from opsin.store.folders import folder_atomically
from opsin.store.progress import Progress, silent

logger = logging.getLogger("opsin")

SHOWN = 12
COLUMNS = 4
_TILE = 320
_GAP = 8
_LETTERS = 13
_PAPER = 250


def spread_evenly(data: Dataset, count: int) -> list[int]:
    """At most so many pictures, from the first to the last, as numbers."""
    found: list[int] = np.linspace(0, max(len(data) - 1, 0), min(count, len(data))).astype(int).tolist()
    return found


def with_truth(data: Dataset, index: int, things: Sequence[int] | None = None, side: int | None = _TILE) -> Image:
    """A picture (h, w, 3) with what is true of it: as `with_boxes`, or in colours where each pixel has a class.

    Captions are written below a picture as large as it is; one that is shrunk has no room for them.

    Raises:
        ImageError: when the picture, or its mask, cannot be read.
    """
    if data.task == "captioning":
        image = check_image(data.pictures[index])
        return with_captions(data, index) if side is None else resize(image, _shrunk(_size(image), side))
    if data.task != "segmentation":
        return with_boxes(data, index, things, side)
    height, width = data.truth[index].size
    return with_regions(data, index, _shrunk((height, width), side))


def _shrunk(size: Size, side: int | None) -> Size:
    """(height, width) of which the longer one is at most so many pixels."""
    ratio = 1.0 if side is None else min(1.0, side / max(size))
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _size(image: Image) -> Size:
    return image.shape[0], image.shape[1]


def with_boxes(data: Dataset, index: int, things: Sequence[int] | None = None, side: int | None = _TILE) -> Image:
    """A picture (h, w, 3) of which the longer side has at most so many pixels, with the boxes of some of its things.

    Args:
        data: with `Things` as its truth.
        index: of the picture.
        things: numbers of those whose boxes are drawn; all when left out.
        side: in pixels; None for the picture as large as it is. Boxes are drawn after the picture is shrunk, so that
            lines and letters can be seen.

    Raises:
        ImageError: when the picture cannot be read.
    """
    image = check_image(data.pictures[index])
    truth = data.truth[index]
    chosen = range(len(truth)) if things is None else things
    labels = [data.labels[truth.labels[number]] for number in chosen]
    size = _shrunk(_size(image), side)
    ratio = 1.0 if side is None else min(1.0, side / max(image.shape[:2]))
    boxes: Boxes = truth.boxes[list(chosen)] * np.float32(ratio)
    # Drawn as they are meant, even where the corners are swapped.
    upright = np.concatenate([np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])], axis=1)
    return draw_boxes(resize(image, size), upright, labels)


def box_sheet(data: Dataset, chosen: Sequence[int], columns: int = COLUMNS) -> Image:
    """A new picture (h, w, 3): the chosen pictures with their truth and names; one that cannot be read stays grey.

    Below masks stands what their colours mean.
    """
    rows, columns = -(-len(chosen) // columns), min(columns, max(len(chosen), 1))
    height = _TILE + _lines(data) * line_height(_LETTERS) + _GAP
    sheet = np.full((rows * height + _GAP, columns * (_TILE + _GAP) + _GAP, 3), _PAPER, np.uint8)
    for place, index in enumerate(chosen):
        top, left = _GAP + place // columns * height, _GAP + place % columns * (_TILE + _GAP)
        sheet[top : top + _TILE, left : left + _TILE] = _tile(data, index)
        _write_name(sheet, data, index, (left, top + _TILE))
    if data.task != "segmentation":
        return sheet
    return np.vstack([sheet, colour_legend(data.take(chosen), sheet.shape[1])])


def drawable(source: Any, *, task: str | None = None, **asked: Any) -> Dataset:
    """Pictures with boxes, masks or captions, all in one part; boxes are taken where no task is named.

    Args:
        source: as `opsin.data.load` takes it.
        task: "detection", "segmentation" or "captioning".
        asked: whatever else `opsin.data.load` takes.

    Raises:
        InputError: when there are none of these.
    """
    data = load(source, task=task, split=(1, 0, 0), is_near_kept=False, **asked)
    if data.task == "classification":
        raise DataError(f"{spoken(data.name)} has labels only. Give pictures with boxes, masks or captions.")
    return data


def save_drawn(data: Dataset, folder: Path, progress: Progress = silent) -> int:
    """Draw what is true on every picture, each written as JPEG into a new folder, all or nothing; how many.

    Those that cannot be read are left out, and the log names them.

    Raises:
        UsageError: when something is in the folder already.
        OpsinError: when it cannot be written to.
    """
    number = 0
    with folder_atomically(folder, ()) as beside:
        for index, name in enumerate(file_names(data.pictures)):
            try:
                save_image((beside / name).with_suffix(".jpg"), with_truth(data, index, side=None))
                number += 1
            except ImageError as error:
                logger.warning("left out: %s", error)
            progress("pictures", index + 1, len(data))
    return number


def _lines(data: Dataset) -> int:
    """Lines of text below each picture: a caption needs some."""
    return 3 if data.task == "captioning" else 1


def _write_name(sheet: Image, data: Dataset, index: int, at: tuple[int, int]) -> None:
    """Below a picture, from the place (x, y), its name and what it shows; or its caption alone."""
    if data.task == "captioning":
        lines = lines_of(data.summary(index), _LETTERS, _TILE)[: _lines(data)]
    else:
        lines = [_name(data, index)]
    for number, line in enumerate(lines):
        stamp(sheet, written(line, _LETTERS, _TILE), at[0], at[1] + number * line_height(_LETTERS), BLACK)


def _name(data: Dataset, index: int) -> str:
    part = str(data.parts[index])
    return f"{data.pictures.name(index).rsplit('/', 1)[-1]}{f' ({part})' if part else ''}: {data.summary(index)}"


def _tile(data: Dataset, index: int) -> Image:
    tile = np.full((_TILE, _TILE, 3), _PAPER - 15, np.uint8)
    try:
        picture = with_truth(data, index)
    except ImageError:
        return tile
    height, width = picture.shape[:2]
    top, left = (_TILE - height) // 2, (_TILE - width) // 2
    tile[top : top + height, left : left + width] = picture
    return tile

"""One picture that shows a few pictures of each class, so that a person sees what a network is to learn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError
from opsin.core.image import Image, check_image
from opsin.data.dataset import Dataset
from opsin.draw.lettering import line_height, written
from opsin.draw.palette import BLACK
from opsin.draw.shapes import stamp
from opsin.engine.box_sheet import SHOWN, box_sheet, spread_evenly
from opsin.media.geometry import resize

COLUMNS = 10
_TILE = 72
_GAP = 6
_LETTERS = 15
_NAMES = 170
_PAPER = 250


def contact_sheet(data: Dataset, columns: int = COLUMNS) -> Image:
    """A new picture (h, w, 3): a row for each class, with its name, its number of pictures, and some of them.

    Where there are boxes or masks, it is a sheet with these drawn: see `opsin.engine.box_sheet.box_sheet`.

    Args:
        data: those shown are spread evenly over each class, in its order.
        columns: how many pictures of each class are shown at most.
    """
    if data.task != "classification":
        return box_sheet(data, spread_evenly(data, SHOWN))
    rows = [number for number, count in enumerate(data.counts().values()) if count]
    height, width = _GAP + len(rows) * (_TILE + _GAP), _NAMES + columns * (_TILE + _GAP) + _GAP
    sheet = np.full((max(height, 1), width, 3), _PAPER, np.uint8)
    for row, number in enumerate(rows):
        top = _GAP + row * (_TILE + _GAP)
        members = np.flatnonzero(data.truth == number)
        _write_name(sheet, top, data.labels[number], len(members))
        _lay(sheet, top, data, members, columns)
    return sheet


def _write_name(sheet: Image, top: int, label: str, count: int) -> None:
    line = line_height(_LETTERS)
    room = _NAMES - 2 * _GAP
    for place, text in enumerate((label, f"{count:,}")):
        stamp(sheet, written(text, _LETTERS, room), _GAP, top + _TILE // 2 + (place - 1) * line, BLACK)


def _lay(sheet: Image, top: int, data: Dataset, members: NDArray[np.intp], columns: int) -> None:
    chosen = members[np.linspace(0, len(members) - 1, min(columns, len(members))).astype(int)]
    for column, index in enumerate(chosen.tolist()):
        left = _NAMES + column * (_TILE + _GAP)
        sheet[top : top + _TILE, left : left + _TILE] = _tile(data, index)


def _tile(data: Dataset, index: int) -> Image:
    """One picture, whole, in the middle of its place; one that cannot be read leaves it grey."""
    tile = np.full((_TILE, _TILE, 3), _PAPER, np.uint8)
    try:
        picture = _shrunk(check_image(data.pictures[index]))
    except ImageError:
        return np.full_like(tile, _PAPER - 40)
    height, width = picture.shape[:2]
    top, left = (_TILE - height) // 2, (_TILE - width) // 2
    tile[top : top + height, left : left + width] = picture
    return tile


def _shrunk(picture: Image) -> Image:
    """As large as a tile; of few pixels, each becomes a square."""
    height, width = picture.shape[:2]
    times = _TILE // max(height, width)
    if times:
        return picture.repeat(times, axis=0).repeat(times, axis=1)
    ratio = _TILE / max(height, width)
    return resize(picture, (max(1, round(height * ratio)), max(1, round(width * ratio))))

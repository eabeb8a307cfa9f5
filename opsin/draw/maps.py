"""What a network's layers answer, as pictures: many maps side by side, filters, and bars."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image
from opsin.draw.heat import coloured
from opsin.draw.lettering import line_height, written
from opsin.draw.palette import BLACK, Colour
from opsin.draw.shapes import plate, stamp

WIDTH = 960
"""Of every picture, in pixels; margins included."""

MARGIN, GAP, LETTERS, SMALL = 24, 6, 22, 16
GREY: Colour = (110, 110, 118)
BAR: Colour = (65, 68, 135)
FAINT: Colour = (230, 230, 235)

MOST_MAPS = 64
"""More of one layer are not told apart; the first ones are shown."""

MOST_BARS = 128


def draw_maps(maps: NDArray[Any], title: str) -> Image:
    """(h', 960, 3) maps (h, w, n) side by side, all on one scale: violet is the lowest, yellow the highest number.

    The scale ends where one number in 500 is higher: a single spot must not make all the rest dark.

    Args:
        maps: at most `MOST_MAPS` are shown.
        title: a line above them.
    """
    shown = maps[..., :MOST_MAPS].astype(np.float64)
    low, high = min(float(shown.min()), 0.0), float(np.quantile(shown, 0.998))
    levels = (shown - low) / max(high - low, 1e-12)
    cells = [coloured(levels[..., number]) for number in range(shown.shape[2])]
    count = maps.shape[2]
    left_out = f", the first {len(cells)} of {count}" if count > len(cells) else ""
    canvas = _page(title, _grid(cells), SMALL * 2)
    _draw_scale(canvas, f"{low:.2g}", f"{high:.2g}{left_out}")
    return canvas


def draw_filters(filters: NDArray[Any], title: str) -> Image:
    """(h', 960, 3) filters (height, width, channels, n) side by side.

    Those of colour pictures are shown in colour, grey being nothing. Others show what each weighs: what is yellow
    should be bright, what is violet dark.

    Args:
        filters: at most `MOST_MAPS` are shown.
        title: a line above them.
    """
    shown = filters[..., :MOST_MAPS].astype(np.float64)
    # Each on its own scale: they differ in strength, and it is the pattern that is looked at.
    levels = 0.5 + 0.5 * shown / np.maximum(np.abs(shown).max(axis=(0, 1, 2)), 1e-12)
    return _page(title, _grid([_filter(levels[..., number]) for number in range(shown.shape[3])]), 0)


def draw_bars(values: NDArray[Any], title: str, names: Sequence[str] = ()) -> Image:
    """(h', 960, 3) numbers (n,) as bars: with names, a row each, from the top; without, columns from the left.

    Args:
        values: at most `MOST_BARS` are shown.
        title: a line above them.
        names: one for each number, or none at all.
    """
    shown = values[:MOST_BARS].astype(np.float64)
    body = _rows(shown, names) if len(names) else _columns(shown)
    return _page(title, body, 0)


def _page(title: str, body: Image, foot: int) -> Image:
    """White paper with a title, what is on it, and room for a foot."""
    head = MARGIN + line_height(LETTERS) + MARGIN // 2
    canvas = np.full((head + body.shape[0] + foot + MARGIN, WIDTH, 3), 255, np.uint8)
    stamp(canvas, written(title, LETTERS, WIDTH - 2 * MARGIN), MARGIN, MARGIN, BLACK)
    canvas[head : head + body.shape[0], MARGIN : MARGIN + body.shape[1]] = body
    return canvas


def _grid(cells: Sequence[Image]) -> Image:
    """The cells in rows, each enlarged by whole pixels to as much room as there is, or shrunk."""
    columns = _columns_for(len(cells), cells[0].shape[1] / cells[0].shape[0])
    room = (WIDTH - 2 * MARGIN - (columns - 1) * GAP) // columns
    width, height = room, max(1, round(room * cells[0].shape[0] / cells[0].shape[1]))
    rows = ceil(len(cells) / columns)
    grid = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    for number, cell in enumerate(cells):
        top, left = number // columns * (height + GAP), number % columns * (width + GAP)
        grid[top : top + height, left : left + width] = _sized(cell, height, width)
    return grid


def _columns_for(count: int, shape: float) -> int:
    """How many side by side, 4 to 16: the whole is about twice as wide as it is high, and its rows are full."""
    wanted = (2 * count / shape) ** 0.5
    full = [columns for columns in range(4, 17) if count % columns == 0 and wanted / 1.5 <= columns <= wanted * 1.5]
    return min(full, key=lambda columns: abs(columns - wanted), default=int(np.clip(ceil(wanted), 4, 16)))


def _sized(cell: Image, height: int, width: int) -> Image:
    """The cell at that size; its pixels stay square and sharp where it grows."""
    import cv2

    way = cv2.INTER_NEAREST if cell.shape[0] <= height else cv2.INTER_AREA
    return np.asarray(cv2.resize(cell, (width, height), interpolation=way), np.uint8)


def _draw_scale(canvas: Image, low: str, high: str) -> None:
    """A strip from violet to yellow at the foot, with the numbers that its ends stand for."""
    top, left = canvas.shape[0] - MARGIN - SMALL, MARGIN
    number = written(low, SMALL, WIDTH)
    stamp(canvas, number, left, top - SMALL // 4, GREY)
    left += number.shape[1] + GAP
    canvas[top : top + SMALL - 2, left : left + 160] = coloured(np.tile(np.linspace(0, 1, 160), (SMALL - 2, 1)))
    stamp(canvas, written(high, SMALL, WIDTH - left - 160), left + 160 + GAP, top - SMALL // 4, GREY)


def _filter(levels: NDArray[Any]) -> Image:
    """(h, w, 3) of a filter (h, w, channels) in 0..1: in colour where it has three channels, else their mean."""
    if levels.shape[2] == 3:
        return np.asarray((levels * 255).round(), np.uint8)
    return coloured(levels.mean(axis=2))


def _columns(values: NDArray[np.float64]) -> Image:
    """A column for each number, up from the line for 0, or down."""
    height, width = 160, WIDTH - 2 * MARGIN
    body = np.full((height, width, 3), 255, np.uint8)
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    scale = (height - 1) / max(high - low, 1e-12)
    zero, step = high * scale, width / len(values)
    for number, value in enumerate(values):
        ends = sorted((zero - value * scale, zero))
        plate(body, (number * step + step * 0.1, ends[0], (number + 1) * step - step * 0.1, ends[1]), 2, BAR)
    plate(body, (0, zero, width, zero + 1), 0, GREY)
    return body


def _rows(values: NDArray[np.float64], names: Sequence[str]) -> Image:
    """A row for each number in 0..1: the name, the bar, the number."""
    row, width = line_height(LETTERS) + GAP, WIDTH - 2 * MARGIN
    side = width // 3
    body = np.full((row * len(values), width, 3), 255, np.uint8)
    for index, (value, name) in enumerate(zip(values, names[: len(values)], strict=True)):
        top, end = index * row, width - 4 * LETTERS
        stamp(body, written(name, LETTERS, side - 2 * GAP), 0, top, BLACK)
        plate(body, (side, top + GAP, end, top + LETTERS), 4, FAINT)
        plate(body, (side, top + GAP, side + (end - side) * float(np.clip(value, 0, 1)), top + LETTERS), 4, BAR)
        stamp(body, written(f"{value:.3f}", LETTERS, 4 * LETTERS - GAP), end + 2 * GAP, top, BLACK)
    return body

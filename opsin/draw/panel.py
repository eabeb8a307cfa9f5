"""Labels with bars for their scores, and titles: translucent plates in a corner of a copy of the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsin.core.image import Image, Size
from opsin.draw.lettering import line_height, lines_of, written
from opsin.draw.palette import BLACK, WHITE, Colour
from opsin.draw.shapes import plate, stamp
from opsin.draw.sizes import SMALLEST_LETTERS, letter_size

_GROUND = 0.62
"""Opacity of the black behind white letters: they can be read on a white picture (contrast 5 to 1 and more)."""

_BAR: Colour = (86, 180, 233)


def _decimals(score: float) -> str:
    return f"{score:.2f}"


def draw_panel(
    image: Image,
    lines: Sequence[tuple[str, float]],
    *,
    colours: Sequence[Colour] | None = None,
    told: Callable[[float], str] = _decimals,
) -> Image:
    """A new image with a panel at its lower left corner: a row for each label, with its score and a bar.

    Letters grow with the picture, and shrink where the rows would fill more than half of it. Rows that have no room
    even so are left out, from the last. The given image stays as it is.

    Args:
        image: (h, w, 3).
        lines: labels with their scores in 0..1, in the order wanted.
        colours: one for each line, which a square before it shows, and its bar; no squares when left out.
        told: what is written of a score.

    >>> import numpy as np
    >>> draw_panel(np.zeros((60, 80, 3), np.uint8), [("cat", 0.93), ("dog", 0.05)]).shape
    (60, 80, 3)
    """
    canvas = image.copy()
    size = (image.shape[0], image.shape[1])
    grid = _grid(len(lines), size)
    shown = lines[: grid.room(size[0])]
    if not shown or size[1] < 4 * grid.letters:
        return canvas
    width = min(_width(shown, grid, size) + (grid.swatch if colours else 0), size[1] - 2 * grid.margin)
    top = size[0] - grid.margin - grid.height(len(shown))
    plate(canvas, (grid.margin, top, grid.margin + width, size[0] - grid.margin), grid.pad, BLACK, _GROUND)
    for number, (label, score) in enumerate(shown):
        colour = colours[number] if colours else None
        _draw_row(canvas, grid, top + grid.pad + number * grid.row, width, (label, told(score)), score, colour)
    return canvas


def draw_title(image: Image, text: str) -> Image:
    """A new image with a text at its upper left corner, broken into lines, on at most a third of the picture.

    What has no room is left out, and "…" says so. The given image stays as it is.

    >>> import numpy as np
    >>> draw_title(np.zeros((60, 80, 3), np.uint8), "A cat on a mat").shape
    (60, 80, 3)
    """
    canvas = image.copy()
    size = (image.shape[0], image.shape[1])
    grid = _Grid(letter_size(size))
    width = size[1] - 2 * (grid.margin + grid.pad)
    room = max(1, (size[0] // 3 - 2 * (grid.margin + grid.pad)) // grid.text)
    rows = [written(line, grid.letters, width) for line in _shortened(lines_of(text, grid.letters, width), room)]
    bottom = grid.margin + 2 * grid.pad + len(rows) * grid.text
    if not rows or not rows[0].shape[1] or bottom > size[0]:
        return canvas
    right = grid.margin + 2 * grid.pad + max(row.shape[1] for row in rows)
    plate(canvas, (grid.margin, grid.margin, right, bottom), grid.pad, BLACK, _GROUND)
    for number, row in enumerate(rows):
        stamp(canvas, row, grid.margin + grid.pad, grid.margin + grid.pad + number * grid.text, WHITE)
    return canvas


@dataclass(frozen=True)
class _Grid:
    """Lengths in pixels, all following from the size of the letters."""

    letters: int

    @property
    def margin(self) -> int:
        """From the border of the picture to the plate."""
        return self.letters // 2

    @property
    def pad(self) -> int:
        """From the border of the plate to what is on it."""
        return self.letters // 2

    @property
    def text(self) -> int:
        """Height of a line of text."""
        return line_height(self.letters)

    @property
    def gap(self) -> int:
        """Between a text and its bar."""
        return max(1, self.letters // 12)

    @property
    def bar(self) -> int:
        """Height of a bar."""
        return max(2, self.letters // 5)

    @property
    def swatch(self) -> int:
        """From the border of a square that shows a colour to the text behind it."""
        return self.letters + self.letters // 3

    @property
    def row(self) -> int:
        """From one row to the next."""
        return self.text + self.gap + self.bar + self.pad // 2

    def height(self, rows: int) -> int:
        """Of a panel with so many rows."""
        return rows * self.row - self.pad // 2 + 2 * self.pad

    def room(self, height: int) -> int:
        """How many rows fit into a picture of that height."""
        return max(0, (height - 2 * self.margin - self.height(0)) // self.row)


def _grid(rows: int, size: Size) -> _Grid:
    """As large as the picture asks for, or smaller so that the rows fill about half of it, as far as can be read."""
    lines = 2 * rows + 1  # the height of a panel, in letters
    return _Grid(max(SMALLEST_LETTERS, min(letter_size(size), size[0] // (2 * lines))))


def _width(lines: Sequence[tuple[str, float]], grid: _Grid, size: Size) -> int:
    """Of the panel: as the longest label wants, within the picture."""
    longest: int = max(written(label, grid.letters, size[1]).shape[1] for label, _ in lines)
    wanted = max(longest + 4 * grid.letters, 11 * grid.letters) + 2 * grid.pad
    return min(wanted, size[1] - 2 * grid.margin)


def _draw_row(
    canvas: Image, grid: _Grid, top: int, width: int, texts: tuple[str, str], score: float, colour: Colour | None
) -> None:
    left, right = grid.margin + grid.pad, grid.margin + width - grid.pad
    number = written(texts[1], grid.letters, right - left)
    stamp(canvas, number, right - number.shape[1], top, WHITE)
    indent = grid.swatch if colour else 0
    name = written(texts[0], grid.letters, right - left - indent - number.shape[1] - grid.letters // 2)
    stamp(canvas, name, left + indent, top, WHITE)
    if colour:
        square = (left, top + grid.letters // 5, left + grid.letters, top + grid.letters // 5 + grid.letters)
        plate(canvas, square, grid.letters / 5, colour)
    bar_top, round_ends = top + grid.text + grid.gap, grid.bar / 2
    plate(canvas, (left, bar_top, right, bar_top + grid.bar), round_ends, WHITE, opacity=0.25)
    end = left + (right - left) * min(max(score, 0.0), 1.0)
    plate(canvas, (left, bar_top, end, bar_top + grid.bar), round_ends, colour or _BAR)


def _shortened(lines: Sequence[str], room: int) -> list[str]:
    """At most so many lines; the last one says where some are missing."""
    return list(lines) if len(lines) <= room else [*lines[: room - 1], lines[room - 1] + "…"]

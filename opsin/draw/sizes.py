"""How thick lines and how large letters are, so that they look alike in pictures of every size."""

from __future__ import annotations

import math

from opsin.core.image import Size

SMALLEST_LETTERS = 10
"""Pixels; smaller ones cannot be read."""


def line_width(size: Size) -> int:
    """Pixels of a line in a picture (height, width).

    >>> line_width((480, 640)), line_width((3000, 4000))
    (2, 14)
    """
    return max(1, round(_side(size) / 250))


def letter_size(size: Size) -> int:
    """Pixels of the letters in a picture (height, width).

    >>> letter_size((480, 640)), letter_size((3000, 4000))
    (14, 87)
    """
    return max(SMALLEST_LETTERS, round(_side(size) / 40))


def _side(size: Size) -> float:
    """One length for a picture: the side of the square of its area, but no more than twice its short side."""
    return min(math.sqrt(size[0] * size[1]), 2 * min(size))

"""A single character as MNIST has it: light ink on black, in a box of 20 in 28, its weight in the middle.

LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition, section III.A: black
and white characters "were size normalized to fit in a 20x20 pixel box while preserving their aspect ratio"; then "the
images were centered in a 28x28 image by computing the center of mass of the pixels".
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.placement import Placement

BOX = 20 / 28
"""Side of the box that the character fits into, for each pixel of the input's side."""

_WORKING_SIDE = 256  # large enough for every stroke, small enough that the paper's grain is gone
_PAPER = 0.35  # the light of the paper is looked for this far around, as a share of the short side: beyond any stroke
_STRONGEST = 0.999  # quantile that stands for the strongest ink: a small character covers few pixels
_INK = 0.4  # of the strongest: what is more is ink
_LEAST_CONTRAST = 0.12  # ink that takes less of the paper's light is its grain, or a shadow
_GRAIN = 9.0  # times the usual pixel: no grain stands out as much
_LEAST_LIGHT = 64.0  # grey level: of darker paper every grain would be a large share
_LEAST_PIECE = 0.04  # of the largest piece of ink; smaller ones are specks
_LEAST_STROKE = 0.1  # of the character's longer side: a pen draws thinner lines than MNIST has

_Ink = NDArray[np.float32]
"""(h, w) in 0..1: how much of the paper's light is missing."""


class _Box(NamedTuple):
    """Whole pixels; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int


def inked(image: Image, size: Size, index: int = 0) -> tuple[Image, Placement]:
    """The character in a picture, and where the picture then lies.

    Dark ink on light paper and the reverse are both understood, and light that falls from one side. A picture without
    ink gives a black input.

    Args:
        image: (h, w, 3) uint8.
        size: (height, width) of the input.
        index: which picture of the batch it is.

    Returns:
        (height, width, 3) uint8, and the placement.
    """
    ink, shrunk = _ink(image)
    box = _bounds(ink)
    canvas = np.zeros((*size, 3), np.uint8)
    original = (image.shape[0], image.shape[1])
    if box is None:
        return canvas, Placement(original, size, (size[1] / original[1], size[0] / original[0]), index=index)
    character = _scaled(_thickened(ink[box.top : box.bottom, box.left : box.right]), size)
    top, left = _corner(character, size)
    canvas[top : top + character.shape[0], left : left + character.shape[1]] = character[..., None]
    scale = character.shape[1] / (box.right - box.left), character.shape[0] / (box.bottom - box.top)
    shift = left - box.left * scale[0], top - box.top * scale[1]
    return canvas, Placement(original, size, (scale[0] * shrunk[0], scale[1] * shrunk[1]), shift, index)


def _ink(image: Image) -> tuple[_Ink, tuple[float, float]]:
    """The ink of a picture made small, specks left out, and by how much (x, y) it was made small."""
    import cv2

    ratio = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    width, height = (max(1, round(side * ratio)) for side in (image.shape[1], image.shape[0]))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    missing = _stronger(_missing_light(small), _missing_light(255 - small), small)
    strongest = float(np.quantile(missing, _STRONGEST))
    if strongest < _LEAST_CONTRAST or _standing_out(missing) < _GRAIN:
        return np.zeros_like(missing), (width / image.shape[1], height / image.shape[0])
    ink = np.clip(missing / strongest, 0, 1)
    return ink * _pieces(ink > _INK), (width / image.shape[1], height / image.shape[0])


def _stronger(dark: _Ink, light: _Ink, grey: NDArray[np.uint8]) -> _Ink:
    """Dark ink or light ink: what stands out more from what is around it."""
    darkest, lightest = _standing_out(dark), _standing_out(light)
    if max(darkest, lightest) >= 2 * min(darkest, lightest):
        return dark if darkest > lightest else light
    # Inside a 0 of dark ink the paper stands out like light ink. The border is paper: which of both is it nearer to?
    rim = max(1, min(grey.shape) // 12)
    border = np.concatenate([each.ravel() for each in (grey[:rim], grey[-rim:], grey[:, :rim], grey[:, -rim:])])
    ends = np.quantile(grey, (1 - _STRONGEST, _STRONGEST))
    return dark if 2 * np.median(border) >= ends.sum() else light


def _standing_out(missing: _Ink) -> float:
    """How many times more light the strongest ink takes than the usual pixel, which is paper."""
    return float(np.quantile(missing, _STRONGEST) / (np.median(missing) + 1 / 255))


def _missing_light(grey: NDArray[np.uint8]) -> _Ink:
    """For each pixel the share of its paper's light that is missing. The paper's light is what lies around the ink."""
    import cv2

    side = max(3, round(_PAPER * min(grey.shape))) | 1
    # The median of 5 pixels takes the noise away, which would else raise the light found by the maximum.
    smooth = cv2.medianBlur(grey, 5) if min(grey.shape) >= 5 else grey
    paper = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)).astype(np.float32)
    return cast("_Ink", np.clip((paper - grey) / np.maximum(paper, _LEAST_LIGHT), 0, 1))


def _pieces(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the pieces of the character lie: those that are large, and not cut by the border unless all are."""
    import cv2

    _, pieces, facts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = facts[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0  # what is no ink
    inner = ~np.isin(np.arange(len(areas)), _rim(np.asarray(pieces)))
    if areas[inner].max(initial=0) >= _LEAST_PIECE * areas.max():
        areas[~inner] = 0
    kept = np.isin(pieces, np.flatnonzero(areas >= max(1, _LEAST_PIECE * areas.max())))
    # The soft edge of a stroke lies just outside.
    return cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)


def _rim(pieces: NDArray[Any]) -> NDArray[Any]:
    """The pieces that the border cuts."""
    return np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))


def _bounds(ink: _Ink) -> _Box | None:
    """The smallest box with all the ink; None without any."""
    rows, columns = np.flatnonzero(ink.max(axis=1) > _INK), np.flatnonzero(ink.max(axis=0) > _INK)
    if not len(rows):
        return None
    return _Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _thickened(ink: _Ink) -> _Ink:
    """Strokes of a thin pen made as thick as MNIST's thinner ones: shrunk as they are, they would fade."""
    import cv2

    mask = (ink > _INK).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    around = sum(cv2.arcLength(contour, True) for contour in contours)
    stroke = 2 * float(mask.sum()) / max(around, 1.0)
    missing = round(_LEAST_STROKE * max(ink.shape) - stroke)
    if missing < 1:
        return ink
    return cast("_Ink", cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1))))


def _scaled(ink: _Ink, size: Size) -> NDArray[np.uint8]:
    """The character as large as fits into the box, its shape kept; its strongest ink is 255."""
    import cv2

    ratio = min(BOX * size[0] / ink.shape[0], BOX * size[1] / ink.shape[1])
    width, height = (max(1, round(side * ratio)) for side in (ink.shape[1], ink.shape[0]))
    how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    small = cv2.resize(ink, (width, height), interpolation=how)
    return cast("NDArray[np.uint8]", (small / small.max() * 255).round().astype(np.uint8))


def _corner(character: NDArray[np.uint8], size: Size) -> tuple[int, int]:
    """(top, left) that brings its weight to the middle; it never sticks out."""
    weights = character.astype(np.float64)
    found = []
    for axis in (0, 1):
        along = weights.sum(axis=1 - axis)
        middle = float((along * (np.arange(len(along)) + 0.5)).sum() / along.sum())
        found.append(min(max(round(size[axis] / 2 - middle), 0), size[axis] - len(along)))
    return found[0], found[1]

"""Pictures as a network will see them while it learns: changed at random, by the very layer that it has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, ImageError
from opsin.core.image import Image, Size, check_image
from opsin.data.dataset import Dataset
from opsin.data.moved import moves
from opsin.engine.moved_sheet import moved_sheet
from opsin.media.fitting import fitted
from opsin.media.geometry import resize
from opsin.nn.augment import augment

PICTURES, VARIANTS = 8, 7
_TILE = 112
_GAP = 6
_PAPER = 250
_PHOTOGRAPH = (224, 224)


def preview(
    data: Dataset,
    preset: str = "standard",
    *,
    size: Size | None = None,
    fit: str = "auto",
    flips: bool = True,
    pictures: int = PICTURES,
    variants: int = VARIANTS,
    seed: int = 0,
) -> Image:
    """One picture (h, w, 3): in the first column pictures as they are, beside each what is made of it.

    Where things are boxed, or pixels have masks, the boxes or masks are drawn, and colours stay.

    Args:
        data: the pictures; those shown are of as many classes as there is room for.
        preset: as `opsin.nn.augment.augment` takes it.
        size: (height, width) of the network's input; that of the pictures in a built-in set, else 224 x 224.
        fit: how a picture is brought to that size; "auto" as in training.
        flips: whether a mirrored picture still shows the same.
        pictures: how many rows.
        variants: how many columns beside the first.
        seed: of the random numbers, and of which pictures are shown.

    Raises:
        UnknownNameError: for another preset.
        DataError: when none of the pictures can be read.
    """
    if data.task in ("detection", "segmentation"):
        return moved_sheet(data, moves(preset, flips=flips), _spread(data, seed)[:pictures], seed)
    originals = _originals(data, size, ("ink" if data.ink else "squeeze") if fit == "auto" else fit, pictures, seed)
    layer = augment(preset, (originals.shape[1], originals.shape[2]), seed, flips=flips, ink=data.ink)
    columns = [originals]
    for _ in range(variants if layer is not None else 0):
        changed = np.asarray(layer(originals.astype(np.float32), training=True))  # type: ignore[misc]  # not None
        columns.append(changed.round().astype(np.uint8))
    return _sheet(columns)


def _originals(data: Dataset, size: Size | None, fit: str, count: int, seed: int) -> NDArray[np.uint8]:
    """(n, h, w, c) uint8: pictures of as many classes as possible, as the network takes them."""
    found: list[NDArray[np.uint8]] = []
    for index in _spread(data, seed):
        try:
            image = data.pictures[index]
        # Another one takes its place; `opsin data check` tells of it.
        except ImageError:
            continue
        at = size or ((image.shape[0], image.shape[1]) if data.source is None else _PHOTOGRAPH)
        found.append(fitted(image, at, image.shape[2], fit)[0])
        if len(found) == count:
            break
    if not found:
        raise DataError(f"None of the {len(data)} pictures of {data.name} can be read. See: opsin data check")
    return np.stack(found)


def _spread(data: Dataset, seed: int) -> list[int]:
    """All pictures: first one of each class, then a second of each, and so on; which ones, the seed says."""
    order = np.random.default_rng(seed).permutation(len(data))
    ranks = np.zeros(len(data), np.intp)
    # Where a picture shows several classes, it stands for the rarest; where it shows none, for none.
    rarity = np.argsort(np.argsort([*data.counts().values()], kind="stable"))
    shown = np.array([min(data.shown(index), key=rarity.__getitem__, default=-1) for index in range(len(data))])
    for label in range(-1, len(data.labels)):
        members = order[shown[order] == label]
        ranks[members] = np.arange(len(members)) + len(data) * (label < 0)
    return np.lexsort((shown, ranks)).tolist()  # type: ignore[no-any-return]  # a list of int


def _sheet(columns: list[NDArray[np.uint8]]) -> Image:
    """The pictures of each column, one below the other; a wider gap sets the first column apart."""
    rows = len(columns[0])
    height, width = rows * (_TILE + _GAP) + _GAP, len(columns) * (_TILE + _GAP) + 2 * _GAP
    sheet = np.full((height, width, 3), _PAPER, np.uint8)
    for across, column in enumerate(columns):
        left = _GAP + across * (_TILE + _GAP) + (_GAP if across else 0)
        for down, picture in enumerate(column):
            top = _GAP + down * (_TILE + _GAP)
            sheet[top : top + _TILE, left : left + _TILE] = _tile(check_image(picture))
    return sheet


def _tile(picture: Image) -> Image:
    """A picture in its place; of few pixels, each becomes a square."""
    times = _TILE // max(picture.shape[:2])
    if times:
        picture = picture.repeat(times, axis=0).repeat(times, axis=1)
    else:
        ratio = _TILE / max(picture.shape[:2])
        picture = resize(picture, (max(1, round(picture.shape[0] * ratio)), max(1, round(picture.shape[1] * ratio))))
    tile = np.full((_TILE, _TILE, 3), _PAPER, np.uint8)
    top, left = (_TILE - picture.shape[0]) // 2, (_TILE - picture.shape[1]) // 2
    tile[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return tile

"""Pictures that look alike: the same one resized, saved anew or hardly changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import ImageError
from opsin.core.image import Image, check_image
from opsin.data.dataset import Pictures
from opsin.store.progress import Progress, silent

Hashes = NDArray[np.uint64]
"""(n,) one number for each picture: the more bits two of them share, the more alike they look; 0 says nothing."""

NEAR = 4
"""So many of 64 bits may differ between pictures that are called near duplicates."""

_SIDE = 32
_FLAT_LEVELS = 2.0
"""Standard deviation, in levels of 0..255, below which a picture shows nothing to compare."""

_TOLD_EVERY = 64


def hashes(pictures: Pictures, progress: Progress = silent) -> Hashes:
    """The perceptual hash of each picture; 0 for one that cannot be read, or shows next to nothing.

    `progress` is told how many pictures of how many have been looked at.
    """
    found = np.zeros(len(pictures), np.uint64)
    with ThreadPoolExecutor() as threads:
        for index, each in enumerate(threads.map(lambda index: _hash_of(pictures, index), range(len(pictures)))):
            found[index] = each
            if index % _TOLD_EVERY == 0 or index + 1 == len(pictures):
                progress("near duplicates", index + 1, len(pictures))
    return found


def _hash_of(pictures: Pictures, index: int) -> int:
    try:
        reduced = getattr(pictures, "reduced", None)
        # Large photographs can be decoded at an eighth of their size.
        return perceptual_hash(reduced(index, (2 * _SIDE, 2 * _SIDE)) if reduced else pictures[index])
    # It is reported where it is needed; here it only looks like no other.
    except ImageError:
        return 0


def perceptual_hash(image: Image) -> int:
    """64 bits that say where the picture is light and dark, roughly; 0 when it is even all over, or tiny.

    A thousand handwritten ones of 28 x 28 pixels are alike to it, so it says nothing of pictures below 32 x 32.

    They are the signs of the 64 lowest frequencies against their median, as in Zauner's pHash, which survive another
    size, another format and a change of brightness.

    Args:
        image: (h, w, 1 or 3) uint8.

    >>> perceptual_hash(np.full((40, 60, 3), 9, np.uint8))
    0
    """
    import cv2

    if min(image.shape[:2]) < _SIDE:
        return 0
    grey = cv2.cvtColor(check_image(image), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    if small.std() < _FLAT_LEVELS:
        return 0
    low: NDArray[Any] = cv2.dct(small)[:8, :8].reshape(-1)
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def near_pairs(hashes: Hashes, max_distance: int = NEAR) -> NDArray[np.intp]:
    """(m, 2) all pairs, the lower number first and in order, whose hashes differ in at most so many bits.

    Cut into one piece more than bits may differ, two near hashes have at least one piece in common: only those that
    share a piece are compared. 50,000 pictures take about a second.

    >>> near_pairs(np.array([7, 6, 255], np.uint64), 1)
    array([[0, 1]])
    """
    known = np.flatnonzero(hashes)
    pieces = max_distance + 1
    # Neighbouring frequencies agree more often than distant ones, so each piece takes its bits from everywhere.
    masks = [sum(1 << bit for bit in range(piece, 64, pieces)) for piece in range(pieces)]
    found = [_pairs_sharing(hashes[known], np.uint64(mask), max_distance) for mask in masks]
    return known[np.unique(np.concatenate(found), axis=0)]


def _pairs_sharing(values: Hashes, mask: np.uint64, max_distance: int) -> NDArray[np.intp]:
    """(m, 2) near pairs that agree in the bits of the mask."""
    order = np.argsort(values & mask, kind="stable")
    piece = (values & mask)[order]
    found, here, step = [np.empty((0, 2), np.intp)], np.arange(len(order) - 1), 1
    # Those that agree stand in one run. Each is compared with the next of its run, then with the one after, ...
    while len(here := here[piece[here] == piece[here + step]]):
        pairs = np.sort(np.stack([order[here], order[here + step]], axis=1), axis=1)
        found.append(pairs[np.bitwise_count(values[pairs[:, 0]] ^ values[pairs[:, 1]]) <= max_distance])
        step += 1
        here = here[here + step < len(order)]
    return np.concatenate(found)


def alike(hashes: Hashes, max_distance: int = NEAR) -> NDArray[np.intp]:
    """(n,) for each picture the lowest number among those that it looks like, in one step or in many.

    As `groups` of `near_pairs`; but of a thousand pictures with one hash it does not make half a million pairs.

    >>> alike(np.array([7, 6, 255, 0, 0, 6], np.uint64), 1)
    array([0, 0, 2, 3, 4, 0])
    """
    values, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    same = np.stack([first[inverse], np.arange(len(hashes))], axis=1)[hashes != 0]
    return groups(len(hashes), np.concatenate([same, first[near_pairs(values, max_distance)]]))


def groups(number: int, pairs: NDArray[np.intp]) -> NDArray[np.intp]:
    """(number,) for each picture the lowest number that it is joined with by pairs, in one step or in many.

    >>> groups(4, np.array([[0, 2], [2, 3]]))
    array([0, 1, 0, 0])
    """
    parents = list(range(number))
    for first, second in pairs.tolist():
        low, high = sorted((_root(parents, first), _root(parents, second)))
        parents[high] = low
    return np.array([_root(parents, index) for index in range(number)], np.intp)


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]  # halves the way for whoever comes next
        index = parents[index]
    return index

"""What the readers of all kinds of masks share: each mask is looked at once, and what is wrong with it is noted."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, ImageError
from opsin.core.image import Size
from opsin.data.files import Files
from opsin.data.formats._mask_layout import Layout, Pair
from opsin.data.formats._reading import size_of
from opsin.data.listed import Listed, Noted
from opsin.data.regions import LabelMap, Painted, Regions, regions
from opsin.media.limits import spoken
from opsin.media.mask_files import Written, decode_mask
from opsin.store.progress import Progress

BACKGROUND = "background"
"""The class of whatever nothing else is said of, where masks say it of some pixels only."""

_LOOKED_AT = 8
"""So many masks are opened to tell what kind they are."""

_NAMED = 5
"""Numbers that one message names at most."""

Read = Callable[[Pair], Painted]
"""What holds the map of a picture."""


def map_digest(laid: LabelMap) -> bytes:
    """SHA-256 of a map: of its size, and of each pixel's number."""
    digest = hashlib.sha256(f"{laid.shape}".encode())
    digest.update(np.ascontiguousarray(laid).data)
    return digest.digest()


def glimpses(folder: Path, layout: Layout) -> list[Written]:
    """Some of the masks as they are written, to tell what kind they are; those that cannot be read are passed over."""
    chosen = np.linspace(0, max(len(layout.pairs) - 1, 0), min(len(layout.pairs), _LOOKED_AT)).astype(int)
    found = []
    for mask in (next(iter(layout.pairs[index].masks.values())) for index in chosen):
        with contextlib.suppress(ImageError):
            found.append(decode_mask(folder / mask, name=mask))
    return found


def is_binary(written: Written) -> bool:
    """Whether it says yes and no only: 0 and 1, or 0 and 255."""
    return written.ndim == 2 and set(np.unique(written).tolist()) in ({0}, {1}, {255}, {0, 1}, {0, 255})


def only_mask(pair: Pair) -> str:
    """The mask of a picture that can have one only.

    Raises:
        DataError: when it has several, in folders of classes.
    """
    if len(pair.masks) > 1:
        raise DataError(
            f"{spoken(pair.picture)} has {len(pair.masks)} masks, and one was expected. Take the rest away."
        )
    return next(iter(pair.masks.values()))


def listed_masks(source: Path, layout: Layout, read: Read, labels: Sequence[str], progress: Progress) -> Listed:
    """The pictures that have a mask that can be read, and fits; all others are noted.

    Args:
        source: the folder.
        layout: which mask belongs to which picture.
        read: gives what holds the map of a picture.
        labels: the classes.
        progress: is told how many masks have been looked at.

    Raises:
        DataError: when no picture has a mask.
    """
    if not layout.pairs:
        raise DataError(_unmatched(source, layout))
    files = Files(source, tuple(each.picture for each in layout.pairs))
    seen: list[Regions | Noted] = []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for one in threads.map(lambda index: _seen(files, index, layout.pairs[index], read), range(len(files))):
            seen.append(one)
            progress("masks", len(seen), len(files))
    return _listed(source, layout, files, seen, labels)


def _unmatched(source: Path, layout: Layout) -> str:
    return (
        f"{spoken(source)}: no mask belongs to any of its {len(layout.unmasked)} pictures. Give each the name of its "
        "picture, and put them into folders named images and masks."
    )


def _seen(files: Files, index: int, pair: Pair, read: Read) -> Regions | Noted:
    name = spoken(next(iter(pair.masks.values())))
    try:
        found = regions(read(pair))
    # What is wrong is told with all the rest of it: `opsin data check` lists it, and `load` refuses it.
    except ImageError as error:
        return Noted("unreadable_mask", str(error))
    except DataError as error:
        return Noted("unknown_mark", str(error))
    return _misfit(size_of(files, index), found.size, files.name(index), name) or found


def _misfit(picture: Size | None, mask: Size, name: str, mask_name: str) -> Noted | None:
    """That a mask is of another size than its picture; a picture that cannot be read is told of by whoever reads it."""
    if picture is None or picture == mask:
        return None
    return Noted(
        "mask_size",
        f"{spoken(name)} is {picture[1]} x {picture[0]} pixels, and its mask in {mask_name} {mask[1]} x {mask[0]}",
    )


def _listed(
    source: Path, layout: Layout, files: Files, seen: Sequence[Regions | Noted], labels: Sequence[str]
) -> Listed:
    good = [index for index, one in enumerate(seen) if isinstance(one, Regions)]
    noted = [one for one in seen if isinstance(one, Noted)]
    if not good:
        raise DataError(f"{spoken(source)}: none of its {len(seen)} masks can be used. The first: {noted[0].said}")
    lacking = [Noted("no_mask", spoken(name)) for name in layout.unmasked]
    return Listed(
        name=source.resolve().name,
        source=source,
        pictures=files.take(np.array(good, np.intp)),
        truths=tuple(one for one in seen if isinstance(one, Regions)),
        classes=tuple(labels),
        parts=tuple(layout.pairs[index].part for index in good),
        noted=(*noted, *lacking, *(Noted("lone_mask", spoken(name)) for name in layout.lone)),
    )


def renumbered(
    written: NDArray[Any], meanings: Mapping[int, int], name: str, told: Callable[[int], str] = str
) -> LabelMap:
    """(h, w) the numbers of classes, for numbers as they are written.

    Args:
        written: (h, w) whole numbers.
        meanings: for each number that of its class, or `IGNORED`.
        name: of the file, for messages.
        told: a number in words.

    Raises:
        DataError: when a number has no meaning; the message names file, numbers and how many pixels.
    """
    known = np.array(sorted(meanings), np.int64)
    # Not a table as long as the largest number: a stranger's file may hold two thousand million.
    places = np.minimum(np.searchsorted(known, written), len(known) - 1)
    is_unknown = known[places] != written
    if is_unknown.any():
        raise DataError(_unknown(written[is_unknown], name, told))
    laid: LabelMap = np.array([meanings[number] for number in known.tolist()], np.uint8)[places]
    return laid


def _unknown(written: NDArray[Any], name: str, told: Callable[[int], str]) -> str:
    numbers, counts = np.unique(written, return_counts=True)
    first = [told(int(numbers[at])) for at in np.argsort(-counts)[:_NAMED]]
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return (
        f"{spoken(name)} has {len(written):,} pixels of {', '.join(first)}{more}, and nothing says what that means. "
        "Name it in legend.csv, or in labels, or leave it out by ignore."
    )

"""Data as they are written, with all that is wrong with them; and what of them is fit to be learned from."""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes
from opsin.core.errors import DataError
from opsin.core.image import Size
from opsin.data.dataset import Dataset
from opsin.data.listed import Noted
from opsin.data.things import Things, as_truth
from opsin.media.limits import spoken

logger = logging.getLogger("opsin")

_WORDS = {
    "missing": "pictures that are missing",
    "unknown": "boxes of an unknown class or picture",
    "leak": "second mentions of a picture in another part",
    "no_mask": "pictures that have no mask",
    "lone_mask": "masks that no picture belongs to",
    "no_caption": "pictures without a caption",
    "lone_caption": "captions of an unknown picture",
}
"""What is left out, by the kind of what was noted; as `opsin.data.checks.KINDS` names them."""


_REFUSED = {
    "mask_size": "masks are of another size than their pictures",
    "unreadable_mask": "masks cannot be read",
    "unknown_mark": "masks say what nobody can understand",
}
"""What cannot be passed over, since most often all of the data were then made, or named, wrongly."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Written:
    """Labelled pictures as their files have them.

    Attributes:
        data: boxes in it may be empty, swapped, or outside of their pictures.
        sizes: (height, width) of pictures by their number, where it is written down; it may be wrong.
        noted: what is wrong, and was passed over.
    """

    data: Dataset
    sizes: Mapping[int, Size] = field(default_factory=dict)
    noted: tuple[Noted, ...] = ()


def swapped(boxes: Boxes) -> NDArray[np.bool_]:
    """(n,) whether the right is left of the left, or the bottom above the top."""
    return np.less(_shorter(boxes), 0)


def flat(boxes: Boxes) -> NDArray[np.bool_]:
    """(n,) whether there is nothing inside, though the corners are in their places."""
    return np.equal(_shorter(boxes), 0)


def _shorter(boxes: Boxes) -> NDArray[np.float32]:
    """(n,) the shorter sides in pixels; below 0 where corners are swapped."""
    shorter: NDArray[np.float32] = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    return shorter


def sound(written: Written) -> Dataset:
    """What can be learned from: the data without boxes that are empty or have swapped corners.

    Nobody can say what was meant by them. What is left out is counted in one line of the log. Boxes that reach over the
    border stay: what learns from them cuts them, once it has seen the picture.

    Raises:
        DataError: when a mask cannot be read or understood, or is of another size than its picture.
    """
    _refuse_masks(written)
    left_out = Counter(_WORDS.get(note.kind, note.kind) for note in written.noted)
    data = written.data
    if data.task == "detection":
        data = dataclasses.replace(data, truth=as_truth([_whole(things, left_out) for things in data.truth]))
    if left_out:
        told = ", ".join(f"{count} {words}" for words, count in sorted(left_out.items()))
        logger.warning("%s: left out: %s. To see which: opsin data check DATA", spoken(data.name), told)
    return data


def _refuse_masks(written: Written) -> None:
    for kind, words in _REFUSED.items():
        found = [note.said for note in written.noted if note.kind == kind]
        if found:
            raise DataError(
                f"{spoken(written.data.name)}: {len(found)} {words}. The first: {found[0].removesuffix('.')}. "
                "Mend them, or take them away. To see all: opsin data check DATA"
            )


def _whole(things: Things, left_out: Counter[str]) -> Things:
    """The things with boxes that have an inside; the others are counted."""
    broken = {"empty boxes": flat(things.boxes), "boxes with swapped corners": swapped(things.boxes)}
    left_out.update({words: count for words, which in broken.items() if (count := int(which.sum()))})
    bad = np.logical_or(*broken.values())
    return things.take(~bad) if bad.any() else things

"""Masks as COCO's files hold them: the lengths of runs as a list, or compressed into text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.errors import InputError
from opsin.core.image import Size
from opsin.core.runs import Runs, checked_size

Counts = NDArray[np.int64]


def coco_from_runs(runs: Runs) -> dict[str, Any]:
    """What COCO writes for a mask: {"size": [height, width], "counts": text}.

    >>> coco_from_runs(Runs((2, 3), [1, 3, 2]))
    {'size': [2, 3], 'counts': '132'}
    """
    return {"size": list(runs.size), "counts": _text_from_counts(runs.counts)}


def runs_from_coco(coco: Any, size: Size | None = None) -> Runs:
    """The runs that COCO's {"size", "counts"} say; the counts may be a list of numbers, or text.

    Args:
        coco: as it stands in a file.
        size: (height, width) that it must have; a mask of a size that only the file says may fill the memory.

    Raises:
        InputError: when it is not such a thing, or has another size.

    >>> runs_from_coco({"size": [2, 3], "counts": "132"}).counts
    array([1, 3, 2])
    """
    if not isinstance(coco, Mapping) or not {"size", "counts"} <= coco.keys():
        raise InputError(f"A mask in COCO's form has 'size' and 'counts'; got {str(coco)[:60]}.")
    came = checked_size(coco["size"])
    if size is not None and came != tuple(size):
        raise InputError(f"The mask is {came[0]} x {came[1]}; its picture is {size[0]} x {size[1]} (height x width).")
    counts = coco["counts"]
    return Runs(came, _counts_from_text(counts) if isinstance(counts, str | bytes) else counts)


def _text_from_counts(counts: ArrayLike) -> str:
    """COCO's compressed text of (n,) counts, as pycocotools writes it.

    From the fourth on, a count is written as what it differs from the one two before. Each number is cut into groups
    of five bits, the lowest first; a letter holds a group, and whether more follow.

    >>> _text_from_counts([1, 3, 2])
    '132'
    """
    steps = np.array(counts, np.int64)
    steps[3:] -= np.asarray(counts, np.int64)[1:-2]
    rest = steps[:, None] >> (5 * np.arange(7))  # (n, 7) what is left before each group
    goes_on = (rest < -16) | (rest > 15)  # the sign is the highest bit of the last group
    letters = (rest & 31) + 32 * goes_on + 48
    is_written = np.concatenate([np.ones((len(steps), 1), bool), goes_on[:, :-1]], axis=1)
    return str(letters[is_written].astype(np.uint8).tobytes(), "ascii")


def _counts_from_text(text: str | bytes) -> Counts:
    """(n,) the counts that COCO's compressed text holds.

    Raises:
        InputError: when the text holds other letters, ends within a number, or has a number that is too large.

    >>> _counts_from_text("132")
    array([1, 3, 2])
    """
    groups = np.frombuffer(_checked_letters(text), np.uint8).astype(np.int64) - 48
    is_last = (groups & 32) == 0
    begins = np.flatnonzero(np.concatenate([[True], is_last[:-1]]))
    place = np.arange(len(groups)) - np.repeat(begins, np.diff(begins, append=len(groups)))
    if not is_last[-1] or place.max() > 6:
        raise InputError(f"COCO's text of a mask ends within a number, or has one too large: {str(text)[:60]!r}.")
    steps = np.add.reduceat((groups & 31) << (5 * place), begins)
    is_negative = (groups[is_last] & 16) > 0
    steps -= is_negative * (np.int64(1) << (5 * (place[is_last] + 1)))
    steps[1::2] = steps[1::2].cumsum()
    steps[2::2] = steps[2::2].cumsum()
    return steps


def _checked_letters(text: str | bytes) -> bytes:
    # A letter that is none of ASCII's becomes one that is refused.
    letters = text.encode("ascii", "xmlcharrefreplace") if isinstance(text, str) else text
    if not letters or min(letters) < 48 or max(letters) > 111:
        raise InputError(f"COCO's text of a mask holds the letters from '0' to 'o' only; got {str(text)[:60]!r}.")
    return letters

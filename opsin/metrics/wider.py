"""Average precision of faces, as WIDER FACE defines it: of a picture's faces, only some count.

Going down the predictions of all pictures from the highest score, precision is drawn over recall; the area under its
envelope is the average precision. Two things differ from the official code. Every score is a threshold, where that
takes a thousand, so its figures lie within about 0.001. And a box from 0 to 10 is 10 pixels wide, where that has
11: it lets tiny boxes overlap a little more.

Yang et al., WIDER FACE: A Face Detection Benchmark, 2016, https://arxiv.org/abs/1511.06523
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.boxes import iou
from opsin.core.errors import InputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OVERLAP = 0.5
"""Intersection over union from which a prediction is of a face."""


def wider_average_precision(
    boxes: Sequence[ArrayLike],
    scores: Sequence[ArrayLike],
    truths: Sequence[ArrayLike],
    is_counted: Sequence[ArrayLike],
) -> float:
    """How well the faces that count were found, in 0..1.

    A prediction is of the face that it overlaps most, if by half at least; of no face, it is false. What is of a face
    that does not count is left out. Of several of one face, the best is true, and the others are false.

    Args:
        boxes: for each picture (n, 4) xyxy in pixels, what was found.
        scores: for each picture (n,) certainties, in any order.
        truths: for each picture (m, 4) xyxy in pixels, all of its faces.
        is_counted: for each picture (m,) whether the face belongs to the subset (easy, medium or hard).

    Raises:
        InputError: when the lengths do not fit, or no face counts.

    >>> faces = [[0, 0, 10, 10], [20, 0, 30, 10]]
    >>> wider_average_precision([faces], [[0.9, 0.8]], [faces], [[True, True]])
    1.0
    >>> wider_average_precision([faces[:1]], [[0.9]], [faces], [[True, True]])  # one of the two was found
    0.5
    """
    lengths = [len(each) for each in (boxes, scores, truths, is_counted)]
    if len(set(lengths)) > 1:
        raise InputError(
            "There must be boxes, scores, truths and is_counted for each picture; "
            f"got {', '.join(map(str, lengths))} of them."
        )
    pictures = [
        _checked(*each, place) for place, each in enumerate(zip(boxes, scores, truths, is_counted, strict=True))
    ]
    num_faces = sum(int(counted.sum()) for *_, counted in pictures)
    if not num_faces:
        raise InputError(f"None of the faces in the {len(pictures)} pictures counts: there is nothing to find.")
    judged = [_judged(*picture) for picture in pictures]
    ranked, is_true = (np.concatenate(each) for each in zip(*judged, strict=True))
    return _area(ranked, is_true, num_faces)


def _checked(
    boxes: ArrayLike, scores: ArrayLike, truths: ArrayLike, is_counted: ArrayLike, place: int
) -> tuple[Floats, Floats, Floats, Flags]:
    """One picture's arrays, boxes in float64."""
    found, true = (np.asarray(each, np.float64).reshape(-1, 4) for each in (boxes, truths))
    ranks, counted = np.asarray(scores, np.float64), np.asarray(is_counted, bool)
    if ranks.shape != (len(found),) or counted.shape != (len(true),):
        raise InputError(
            f"Picture {place}: scores must be ({len(found)},) and is_counted ({len(true)},), as many as there are "
            f"boxes and truths; got {ranks.shape} and {counted.shape}."
        )
    if not np.isfinite(ranks).all():
        raise InputError(f"Picture {place}: scores must be finite; got NaN or infinity.")
    return found, ranks, true, counted


def _judged(boxes: Floats, scores: Floats, truths: Floats, is_counted: Flags) -> tuple[Floats, Flags]:
    """Scores (k,) of those predictions in one picture that matter, and whether each is true."""
    order = np.argsort(-scores, kind="stable")
    if not len(truths):
        return scores[order], np.zeros(len(order), bool)
    overlaps = iou(boxes[order], truths)  # (n, m), best first
    nearest = overlaps.argmax(axis=1)  # (n,)
    is_of_face = overlaps.max(axis=1, initial=0) >= OVERLAP
    is_true = is_of_face & _is_first(nearest, is_of_face)
    matters = ~is_of_face | is_counted[nearest]
    return scores[order][matters], is_true[matters]


def _is_first(values: NDArray[Any], is_looked_at: Flags) -> Flags:
    """(n,) whether each is the first with its value among those looked at."""
    looked_at = np.flatnonzero(is_looked_at)
    is_first = np.zeros(len(values), bool)
    is_first[looked_at[np.unique(values[looked_at], return_index=True)[1]]] = True
    return is_first


def _area(scores: Floats, is_true: Flags, num_faces: int) -> float:
    """The area under the envelope of precision over recall; equal scores pass a threshold together."""
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))  # of each run of equal scores
    num_true = is_true[order].cumsum()[last]
    recall, precision = num_true / num_faces, num_true / (last + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0) * envelope).sum())

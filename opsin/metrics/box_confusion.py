"""Which labels of a detector are taken for which, with the background as one more label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.box_mistakes import MIN_OVERLAP, images_of
from opsin.metrics.box_table import Boxed, ScoredBoxed
from opsin.metrics.matching import taken


def box_confusion(
    truths: Sequence[Boxed], predictions: Sequence[ScoredBoxed], num_labels: int, *, min_score: float
) -> NDArray[np.int64]:
    """(k + 1, k + 1) counts: rows are true labels, columns predicted ones; the last of each is the background.

    The rule is COCO's (Lin et al., 2014) with the labels left out: each prediction, from the highest score, takes the
    free thing that it overlaps most, and by 0.5 at least, whatever either is called. So the last column holds things
    at which nothing was found, and the last row finds where nothing is. A find inside a crowd of its label is passed
    over.

    Args:
        truths: one for each image, the labels as numbers from 0.
        predictions: one for each image, in the same order.
        num_labels: k.
        min_score: the score from which a prediction counts.

    Raises:
        InputError: when the two differ in length, or the arrays of an image do.

    >>> from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
    >>> truth = TrueBoxes(np.array([[0, 0, 10, 10.0]]), np.array([0]))
    >>> predicted = PredictedBoxes(np.array([[0, 0, 10, 9.0]]), np.array([1]), np.array([0.9]))
    >>> box_confusion([truth], [predicted], 2, min_score=0.5).tolist()
    [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    """
    counts = np.zeros((num_labels + 1, num_labels + 1), np.int64)
    for image in images_of(truths, predictions):
        is_sure = image.scores >= min_score
        takes = taken(image.overlaps * is_sure[:, None], MIN_OVERLAP)
        is_alone = (takes < 0) & is_sure & ~image.in_crowd
        missed = np.setdiff1d(np.arange(len(image.truths)), takes)
        # A pair may come twice, which `+=` would count once.
        np.add.at(counts, (image.true_labels[takes[takes >= 0]], image.labels[takes >= 0]), 1)
        counts[-1, :-1] += np.bincount(image.labels[is_alone], minlength=num_labels)
        counts[:-1, -1] += np.bincount(image.true_labels[missed], minlength=num_labels)
    return counts

"""What a simple classifier says of each picture when it has learned from the others."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import MissingExtraError
from opsin.data.checks.doubts import FOLDS, folds
from opsin.store.progress import Progress, silent

ENOUGH = 10_000
"""So many pictures are learned from at most: more cost time and find little more."""


def held_out_scores(
    vectors: NDArray[Any], truth: NDArray[np.int64], labels: int, progress: Progress = silent
) -> NDArray[np.float64]:
    """(n, labels) scores of logistic regression; the pictures of each fifth are judged by what the others teach.

    Args:
        vectors: (n, d) of length 1, one for each picture; alike pictures have alike ones. A row of zeros stands for a
            picture that cannot be read: it teaches nothing, and its scores are not-a-number.
        truth: (n,) class numbers.
        labels: how many classes there are.
        progress: is told how many of the fifths are done.

    Raises:
        MissingExtraError: when scikit-learn is not installed.
    """
    learner = _learner()
    known = vectors.any(axis=1)
    fold = folds(truth)
    scores = np.full((len(truth), labels), np.nan)
    for number in range(FOLDS):
        learned = _some(np.flatnonzero(known & (fold != number)))
        judged = np.flatnonzero(known & (fold == number))
        if len(np.unique(truth[learned])) > 1 and len(judged):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it is stopped before it has converged: early enough, on purpose
                learner.fit(vectors[learned].astype(np.float32), truth[learned])
            scores[judged] = 0.0
            scores[np.ix_(judged, learner.classes_)] = learner.predict_proba(vectors[judged].astype(np.float32))
        progress("judging labels", number + 1, FOLDS)
    return scores


def _learner() -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise MissingExtraError("Doubts about labels", "train") from error
    return LogisticRegression(C=10.0, max_iter=50, tol=1e-3)


def _some(indices: NDArray[np.intp]) -> NDArray[np.intp]:
    if len(indices) <= ENOUGH:
        return indices
    return np.random.default_rng(0).choice(indices, ENOUGH, replace=False)

"""The figures of a segmenter, as plain values by name; `MEANINGS` says what each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.overlap import mean_of_known, overlap, ratio
from opsin.metrics.overlap_cases import FIGURES, bootstrap_overlap, by_label, over_cases
from opsin.reports._figures import confused
from opsin.reports._report import Figures
from opsin.reports._segmentation_judged import JudgedMaps
from opsin.reports._slices import slices_by, thirds

SAMPLES, SEED, LEVEL = 1000, 0, 0.95

MEANINGS = {
    "model": "What was judged.",
    "data": "On which pictures.",
    "pictures": "How many pictures were judged.",
    "pixels": "How many pixels; those of which the truth says nothing are not counted.",
    "mean_iou": "Mean over the labels of the intersection over union, over the pixels of all pictures together.",
    "mean_dice": "The same with Dice: twice the intersection over the sum of both areas.",
    "accuracy": "Share of the pixels whose label is right.",
    "intervals": "Between which values mean IoU, mean Dice and accuracy lie in 95 % of 1,000 samples of the pictures "
    "(bootstrap).",
    "labels": "For each label, over the pixels of all pictures: IoU, Dice, precision (of its pixels in the answers, "
    "how many are right), recall (of its true pixels, how many are found), and its share of all pixels.",
    "cases": "For each label, means over the pictures that have it, with a 95 % interval of 1,000 samples: IoU, Dice, "
    "hausdorff95 (within how many pixels 95 % of either edge have the other; a label that one has and the other has "
    "not is as far off as the picture is long) and boundary_f (F1 of the edges, right within 2 pixels).",
    "confused": "Pairs of labels, the most often confused first: pixels of `label` that were called `predicted`, and "
    "their share of all pixels of `label`.",
    "confusion_matrix": "Row i, column j: how many pixels of label i were called label j; labels as in `labels`.",
    "regions": "By how much of a picture a label covers in truth, in thirds from the smallest: how many such regions, "
    "their mean IoU and Dice.",
    "slices": "For each column and each of its values: pictures, mean IoU, accuracy.",
    "notes": "What a reader should know first.",
}
"""What each name in metrics.json means."""


def segmentation_figures(judged: JudgedMaps, slices: Sequence[str]) -> Figures:
    """All figures.

    Raises:
        UnknownNameError: when the data has no such column to slice by.
    """
    answers, found = judged.answers, overlap(judged.confusion)
    return {
        "model": answers.card.name,
        "data": answers.data.name,
        "pictures": len(answers.data),
        "pixels": int(judged.confusion.sum()),
        "mean_iou": known(found.mean_iou),
        "mean_dice": known(found.mean_dice),
        "accuracy": known(found.accuracy),
        "intervals": bootstrap_overlap(_confusions(judged), samples=SAMPLES, seed=SEED, level=LEVEL),
        "labels": _labels(judged),
        "cases": _cases(judged),
        "regions": _regions(judged),
        "slices": _slices(judged, slices),
        "confused": confused(judged.labels, judged.confusion),
        "confusion_matrix": judged.confusion.tolist(),
        "notes": list(answers.notes),
    }


def _confusions(judged: JudgedMaps) -> NDArray[np.int64]:
    """(n, k, k)."""
    return np.stack([each.confusion for each in judged.each])


def _labels(judged: JudgedMaps) -> dict[str, Any]:
    matrix, found = judged.confusion, overlap(judged.confusion)
    shared = matrix.diagonal()
    columns = {
        "iou": found.iou,
        "dice": found.dice,
        "precision": ratio(shared, matrix.sum(axis=0)),
        "recall": ratio(shared, matrix.sum(axis=1)),
        "share": ratio(matrix.sum(axis=1), np.full(len(matrix), matrix.sum())),
    }
    return {
        label: {name: known(column[number]) for name, column in columns.items()}
        for number, label in enumerate(judged.labels)
    }


def _cases(judged: JudgedMaps) -> dict[str, Any]:
    """By label and figure: the mean over pictures, its interval, how many there are."""
    figures = [each.figures for each in judged.each]
    columns = {name: by_label(figures, name, samples=SAMPLES, seed=SEED, level=LEVEL) for name in FIGURES}
    return {
        label: {
            name: None
            if (over := column[number]) is None
            else {"mean": over.mean, "interval": over.interval, "pictures": over.num_cases}
            for name, column in columns.items()
        }
        for number, label in enumerate(judged.labels)
    }


def _regions(judged: JudgedMaps) -> dict[str, Any]:
    """Whether what is small in a picture is found as well as what is large."""
    true = _confusions(judged).sum(axis=2)  # (n, k) pixels
    shares = ratio(true, np.broadcast_to(true.sum(axis=1, keepdims=True), true.shape))
    occurs = true > 0
    if not occurs.any():
        return {}
    tables = {name: np.stack([getattr(each.figures, name) for each in judged.each])[occurs] for name in ("iou", "dice")}
    parts = thirds(100 * shares[occurs], lambda share: f"{share:.2g}", " % of the picture")
    return {
        name: {"regions": int(inside.sum()), **{each: _mean(table[inside]) for each, table in tables.items()}}
        for name, inside in parts.items()
    }


def _slices(judged: JudgedMaps, columns: Sequence[str]) -> dict[str, Any]:
    confusions = _confusions(judged)
    return {
        column: {name: _slice(confusions[inside]) for name, inside in parts.items()}
        for column, parts in slices_by(judged.answers, columns).items()
    }


def _slice(confusions: NDArray[np.int64]) -> dict[str, Any]:
    """The figures of some of the pictures."""
    found = overlap(confusions.sum(axis=0))
    return {"pictures": len(confusions), "mean_iou": known(found.mean_iou), "accuracy": known(found.accuracy)}


def worst_first(judged: JudgedMaps) -> list[int]:
    """The numbers of the pictures, from the lowest mean IoU; those without any known pixel are left out."""
    scores = np.array([each.mean_iou for each in judged.each])
    return [int(index) for index in np.argsort(scores, kind="stable") if not np.isnan(scores[index])]


def mean_over_pictures(judged: JudgedMaps, figure: str) -> tuple[float, tuple[float, float]] | None:
    """Mean over the pictures of one of `FIGURES`, itself the mean over a picture's labels; and its interval."""
    found = over_cases(mean_of_known(np.stack([getattr(each.figures, figure) for each in judged.each])))
    return None if found is None else (found.mean, found.interval)


def known(figure: float) -> float | None:
    """The figure; None where the pictures do not tell."""
    return None if np.isnan(figure) else float(figure)


def _mean(figures: NDArray[np.float64]) -> float | None:
    return known(float(mean_of_known(figures)))

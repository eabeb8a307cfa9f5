"""The figures of a classifier, as plain values by name; `MEANINGS` says what each is."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.calibration import auroc, ece, ece_band
from opsin.metrics.classification import accuracy, log_loss, precision_recall_f1, top_k_accuracy
from opsin.metrics.curves import LabelCurves, mean_known
from opsin.metrics.intervals import bootstrap, share
from opsin.reports._scored import Scored

Counts = NDArray[np.int64]

SAMPLES, SEED, LEVEL = 1000, 0, 0.95

MEANINGS = {
    "model": "What was judged.",
    "data": "On which pictures.",
    "pictures": "How many pictures were judged.",
    "accuracy": "Share of the pictures whose best label is the true one.",
    "top_5": "Share of the pictures whose true label is among the five best; where there are more than five labels.",
    "macro": "Precision, recall and F1: the mean over the labels that occur, each counting the same.",
    "weighted": "Precision, recall and F1: the mean over the labels, each counting as often as it is true.",
    "intervals": "Between which values accuracy and macro F1 lie in 95 % of 1,000 samples of the pictures (bootstrap).",
    "log_loss": "Mean of -log(score of the true label) with the calibrated scores; 0 is perfect.",
    "log_loss_before_calibration": "The same with the network's own scores.",
    "ece": "Expected calibration error: how far scores and shares of right answers lie apart, over 15 "
    "ranges of scores.",
    "ece_before_calibration": "The same with the network's own scores.",
    "ece_band": "Between which values the error of a perfectly calibrated model with these scores lies, 95 % of times.",
    "roc_auc": "Mean over the labels of the area under the ROC curve, the label against all others.",
    "average_precision": "Mean over the labels of the area under the precision-recall curve.",
    "unknown": "Where the best score is below `reject_below` the answer is `unknown`: how many pictures and what share "
    "of them; how often the other answers are right; what share of the right and of the wrong answers is given up.",
    "labels": "For each label: precision, recall, F1, support (pictures that have it), ROC AUC, average precision.",
    "confused": "Pairs of labels, the most often confused first: pictures of `label` that were called `predicted`, and "
    "their share of all pictures of `label`.",
    "confusion_matrix": "Row i, column j: how many pictures of label i were called label j; labels as in `labels`.",
    "slices": "For each column and each of its values: pictures, accuracy with its 95 % interval (Wilson), log loss.",
    "outside": "Pictures of other things: AUROC is the chance that such a picture's best score is lower than that of a "
    "picture of this data; `rejected` is the share of them that is answered `unknown`.",
    "notes": "What a reader should know first.",
}
"""What each name in metrics.json means."""


def overall(told: Scored, confusion: Counts, curves: LabelCurves) -> dict[str, Any]:
    """The figures over all pictures."""
    found = {"accuracy": accuracy(told.truth, told.predicted)}
    if len(told.labels) > 5:
        found["top_5"] = top_k_accuracy(told.truth, told.scores, 5)
    intervals = bootstrap(confusion, samples=SAMPLES, seed=SEED, level=LEVEL)
    return found | averages(told) | {"intervals": intervals} | calibration(told) | areas(curves)


def calibration(told: Scored) -> dict[str, Any]:
    """How well scores say how often the answer is right."""
    return {
        "log_loss": log_loss(told.truth, told.scores),
        "log_loss_before_calibration": log_loss(told.truth, told.before),
        "ece": ece(told.scores, told.truth),
        "ece_before_calibration": ece(told.before, told.truth),
        "ece_band": ece_band(told.scores, seed=SEED, level=LEVEL),
    }


def averages(told: Scored) -> dict[str, Any]:
    """Means over the labels that occur in the truth or the answers, as scikit-learn takes them."""
    occurring = np.union1d(told.truth, told.predicted).tolist()
    figures = precision_recall_f1(told.truth, told.predicted, occurring)
    return {"macro": dataclasses.asdict(figures.macro), "weighted": dataclasses.asdict(figures.weighted)}


def areas(curves: LabelCurves) -> dict[str, Any]:
    """The mean areas under the curves; left out where no label has one."""
    means = {"roc_auc": mean_known(curves.roc_auc), "average_precision": mean_known(curves.average_precision)}
    return {name: float(mean) for name, mean in means.items() if mean is not None}


def each_label(told: Scored, curves: LabelCurves) -> dict[str, dict[str, Any]]:
    """The figures of each label; None where the pictures do not tell."""
    figures = precision_recall_f1(told.truth, told.predicted, range(len(told.labels)))
    columns: dict[str, NDArray[Any]] = {
        "precision": figures.precision,
        "recall": figures.recall,
        "f1": figures.f1,
        "support": figures.support,
        "roc_auc": curves.roc_auc,
        "average_precision": curves.average_precision,
    }
    return {
        label: {name: _plain(column[index]) for name, column in columns.items()}
        for index, label in enumerate(told.labels)
    }


def confused(labels: tuple[str, ...], confusion: Counts, limit: int = 20) -> list[dict[str, Any]]:
    """The pairs of k labels most often confused, in order.

    Args:
        labels: the k labels.
        confusion: (k, k) counts, a row for each true label; or (k + 1, k + 1), the last being the background.
        limit: how many pairs, at most.
    """
    mistakes = confusion[: len(labels), : len(labels)].copy()
    np.fill_diagonal(mistakes, 0)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:limit]
    pairs = [(int(each) // len(labels), int(each) % len(labels)) for each in order]
    return [
        {
            "label": labels[row],
            "predicted": labels[column],
            "count": int(mistakes[row, column]),
            "share": float(mistakes[row, column] / confusion[row].sum()),
        }
        for row, column in pairs
        if mistakes[row, column]
    ]


def unknown(told: Scored) -> dict[str, Any]:
    """What answering "unknown" gives up, and what it gains."""
    answered = ~told.is_unknown
    return {
        "reject_below": told.reject_below,
        "count": int(told.is_unknown.sum()),
        "share": float(told.is_unknown.mean()),
        "accuracy_of_answered": _mean(told.is_right[answered]),
        "share_of_right": _mean(told.is_unknown[told.is_right]),
        "share_of_wrong": _mean(told.is_unknown[~told.is_right]),
    }


def outside(told: Scored, scores: NDArray[np.float64]) -> dict[str, Any]:
    """How well the best score tells pictures of other things, with scores (m, k), apart."""
    best = scores.max(axis=1)
    return {
        "pictures": len(best),
        "auroc": auroc(told.best, best),
        "rejected": float((best < told.reject_below).mean()),
    }


def slice_figures(told: Scored) -> dict[str, Any]:
    """The figures of some of the pictures."""
    right = int(told.is_right.sum())
    return {
        "pictures": len(told),
        "accuracy": right / len(told),
        "interval": share(right, len(told), level=LEVEL),
        "log_loss": log_loss(told.truth, told.scores),
    }


def _mean(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _plain(number: Any) -> float | int | None:
    return None if np.isnan(number) else number.item()

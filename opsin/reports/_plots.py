"""Plots of a classifier's answers, as the bytes of PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.calibration import Reliability
from opsin.metrics.curves import GRID, Floats, LabelCurves
from opsin.reports._axes import (
    FAINT,
    FIRST,
    INK,
    PAPER,
    SECOND,
    draw_lines,
    finish_curves,
    legend,
    new_figure,
    png,
    reliability_bars,
    shown,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NUMBERED = 26
"""With up to so many labels, the counts are written into the confusion matrix."""

NAMED = 120
"""With up to so many labels, their names stand beside it; more could not be read."""


def confusion_plot(confusion: NDArray[np.int64], labels: Sequence[str]) -> bytes:
    """The confusion matrix, each cell as dark as its share of the row; names and counts as far as they can be read.

    Args:
        confusion: (k, k) counts, a row for each true label.
        labels: the k labels.
    """
    many = len(labels)
    side = float(np.clip(3 + 0.36 * many if many <= NUMBERED else 3 + 0.135 * many, 4.5, 15))
    figure, axes = new_figure(side, side)
    # The root of the share, so that a few mistakes do not vanish beside the diagonal.
    shades = np.sqrt(confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1))  # (k, k)
    axes.imshow(shades, cmap=_ramp(), vmin=0, vmax=1)
    if many <= NAMED:
        _name_cells(axes, labels, 9 if many <= NUMBERED else 6)
    else:
        _dot_cells(axes, shades)
    if many <= NUMBERED:
        _number_cells(axes, confusion, shades)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true label" if many <= NAMED else "true label, by number")
    return png(figure)


def roc_plot(curves: LabelCurves, labels: Sequence[str]) -> bytes:
    """The ROC curve of each label against all others, and their mean."""
    figure, axes = new_figure(5.4, 5.2)
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle=":", linewidth=1)
    from_zero = np.concatenate([np.zeros((len(labels), 1)), curves.roc], axis=1)  # a curve rises at 0 already
    draw_lines(axes, np.append(0, GRID), from_zero, curves.roc_auc, labels)
    axes.set_xlabel("false positive share: of the others, said to be so")
    axes.set_ylabel("true positive share: of those that are so, found")
    finish_curves(axes, "lower right")
    return png(figure)


def precision_recall_plot(curves: LabelCurves, labels: Sequence[str]) -> bytes:
    """The precision-recall curve of each label against all others, and their mean."""
    figure, axes = new_figure(5.4, 5.2)
    draw_lines(axes, GRID, curves.precision, curves.average_precision, labels)
    axes.set_xlabel("recall: of those that are so, found")
    axes.set_ylabel("precision: of those said to be so, right")
    finish_curves(axes, "lower left")
    return png(figure)


def reliability_plot(after: Reliability, before: Reliability) -> bytes:
    """How often answers are right for each range of scores, after calibration and before, and how many there are."""
    figure, top = reliability_bars(after, ("calibrated", "share that is right", "score of the answer"))
    seen = before.pictures > 0
    top.plot(before.score[seen], before.right[seen], "o--", color=SECOND, markersize=4, label="before")
    legend(top, "upper left")
    return png(figure)


def outside_plot(inside: Floats, outside: Floats, reject_below: float) -> bytes:
    """How the best scores (n,) of this data, and (m,) of pictures of other things, are spread."""
    figure, axes = new_figure(5.4, 3.8)
    ranges = np.linspace(0, 1, 26)
    for scores, colour, label in (
        (inside, FIRST, f"this data ({len(inside):,})"),
        (outside, SECOND, f"other things ({len(outside):,})"),
    ):
        shares = np.full(len(scores), 1 / max(len(scores), 1))
        axes.hist(scores, ranges, weights=shares, color=colour, alpha=0.6, label=label)
    if reject_below > 0:
        axes.axvline(reject_below, color=INK, linestyle="--", linewidth=1.2, label="below: unknown")
    axes.set_xlim(0, 1)
    axes.set_xlabel("best score")
    axes.set_ylabel("share of the pictures")
    legend(axes, "best")
    return png(figure)


def _ramp() -> Any:
    """From the paper to the first colour."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shares", [PAPER, FIRST])


def _name_cells(axes: Axes, labels: Sequence[str], size: int) -> None:
    names = [shown(label, number) for number, label in enumerate(labels)]
    # A label such as "$x$" is a name, and no formula.
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=size, parse_math=False)
    axes.set_yticks(range(len(names)), names, fontsize=size, parse_math=False)


def _dot_cells(axes: Axes, shades: Floats) -> None:
    """Of a thousand labels a cell is two pixels wide: each mistake gets a dot that can be seen."""
    rows, columns = np.nonzero(shades * (1 - np.eye(len(shades))))
    axes.scatter(columns, rows, s=4, color=SECOND, alpha=0.6, linewidths=0)


def _number_cells(axes: Axes, confusion: NDArray[np.int64], shades: Floats) -> None:
    size = 9 if confusion.max() < 1000 else 7
    for row, column in zip(*np.nonzero(confusion), strict=True):
        ink = PAPER if shades[row, column] > 0.6 else INK
        axes.text(column, row, str(confusion[row, column]), color=ink, fontsize=size, ha="center", va="center")
    axes.set_xticks(np.arange(len(shades) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(shades) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color=FAINT, linewidth=0.5)
    axes.tick_params(which="minor", length=0)

"""Plots of a detector's answers, as the bytes of PNG files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.average_precision import RECALLS, BoxCurves
from opsin.metrics.box_counts import THRESHOLDS, FoundAt
from opsin.reports._axes import FAINT, FIRST, INK, SECOND, draw_lines, finish_curves, legend, new_figure, png

_THIRD = "#009e73"


def box_precision_recall_plot(curves: BoxCurves, labels: Sequence[str]) -> bytes:
    """Precision over recall of each label at an overlap of 0.5, and their mean."""
    figure, axes = new_figure(5.4, 5.2)
    known = curves.precision[:, 0, 0].astype(np.float64)  # (k, 101)
    rows = np.where(known < 0, np.nan, known)
    draw_lines(axes, RECALLS, rows, rows.mean(axis=1), labels)
    axes.set_xlabel("recall: of the things, found")
    axes.set_ylabel("precision: of the finds, right")
    finish_curves(axes, "lower left")
    return png(figure)


def f1_plot(found: FoundAt) -> bytes:
    """Precision, recall and F1 over the score from which boxes are given, and where F1 is highest."""
    figure, axes = new_figure(5.4, 5.2)
    is_any = found.found.sum(axis=0) > 0  # beyond the highest score there is no precision
    axes.plot(THRESHOLDS[is_any], found.precision[is_any], color=FIRST, label="precision")
    axes.plot(THRESHOLDS, found.recall, color=SECOND, label="recall")
    axes.plot(THRESHOLDS, found.f1, color=_THIRD, linewidth=2.2, label="F1")
    best = float(THRESHOLDS[found.best])
    axes.axvline(best, color=INK, linestyle="--", linewidth=1.2, label=f"best F1, at {best:.3f}")
    axes.set_xlabel("lowest score that is given")
    finish_curves(axes, "best")
    return png(figure)


def counts_plot(true: NDArray[np.int64], found: NDArray[np.int64]) -> bytes:
    """How many things are found in each of n pictures over how many there are; larger dots are more pictures."""
    figure, axes = new_figure(5.4, 5.2)
    most = max(int(true.max(initial=0)), int(found.max(initial=0)), 1)
    axes.plot([0, most], [0, most], color=FAINT, linestyle=":", linewidth=1.2)
    pairs, times = np.unique(np.stack([true, found], axis=1), axis=0, return_counts=True)
    label = "a picture" if times.max(initial=1) == 1 else f"pictures, 1 to {times.max()}"
    axes.scatter(pairs[:, 0], pairs[:, 1], s=18 * np.sqrt(times), color=FIRST, alpha=0.6, linewidths=0, label=label)
    axes.set_xlabel("things in the picture")
    axes.set_ylabel("things found")
    axes.set_xlim(-0.03 * most, 1.03 * most)
    axes.set_ylim(-0.03 * most, 1.03 * most)
    legend(axes, "upper left")
    return png(figure)

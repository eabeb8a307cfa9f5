"""Everything that is worked out about a classifier's answers, once, for figures, plots and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.classification import confusion_matrix
from opsin.metrics.curves import LabelCurves, label_curves
from opsin.reports import _figures
from opsin.reports._report import Answers, Figures
from opsin.reports._scored import Scored, scored, scores_of
from opsin.reports._slices import slices_by


@dataclass(frozen=True, eq=False)
class Judged:
    """A classifier's answers, and what follows from them.

    Attributes:
        answers: as they came.
        told: beside the truth.
        confusion: (k, k) counts, a row for each true label.
        curves: of the k labels.
        outside: (m, k) scores of the pictures of other things; None when there are none.
        figures: all of them.
    """

    answers: Answers
    told: Scored
    confusion: NDArray[np.int64]
    curves: LabelCurves
    outside: NDArray[np.float64] | None
    figures: Figures


def judged(answers: Answers, slices: Sequence[str]) -> Judged:
    """All that can be said about a classifier's answers.

    Raises:
        InputError: when they do not fit the data.
        UnknownNameError: when the data has no such column to slice by.
    """
    told = scored(answers)
    confusion = confusion_matrix(told.truth, told.predicted, range(len(told.labels)))
    curves = label_curves(told.truth, told.scores)
    strangers = answers.outside
    outside = scores_of(answers.card, strangers.raw)[0] if strangers and strangers.items else None
    figures = {
        "model": answers.card.name,
        "data": answers.data.name,
        "pictures": len(told),
        **_figures.overall(told, confusion, curves),
        "unknown": _figures.unknown(told),
        **({} if outside is None else {"outside": _figures.outside(told, outside)}),
        "slices": _by_slice(answers, told, slices),
        "confused": _figures.confused(told.labels, confusion),
        "labels": _figures.each_label(told, curves),
        "confusion_matrix": confusion.tolist(),
        "notes": list(answers.notes),
    }
    return Judged(answers, told, confusion, curves, outside, figures)


def _by_slice(answers: Answers, told: Scored, slices: Sequence[str]) -> dict[str, Any]:
    return {
        column: {name: _figures.slice_figures(told.take(inside)) for name, inside in parts.items()}
        for column, parts in slices_by(answers, slices).items()
    }

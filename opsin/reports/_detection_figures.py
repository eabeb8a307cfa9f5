"""The figures of a detector, as plain values by name; `MEANINGS` says what each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.average_precision import figures_of
from opsin.metrics.box_intervals import bootstrap_ap, weighted_ap
from opsin.metrics.box_mistakes import FALSE_ALARMS, MISSES
from opsin.reports._detection_judged import JudgedBoxes, numbered
from opsin.reports._figures import confused
from opsin.reports._report import Figures
from opsin.reports._slices import slices_by

SAMPLES, SEED, LEVEL = 200, 0, 0.95

SIZES = ("small", "medium", "large")
"""Up to 32 x 32 pixels, up to 96 x 96, and more: of the picture itself, as COCO has it."""

MEANINGS = {
    "model": "What was judged.",
    "data": "On which pictures.",
    "pictures": "How many pictures were judged.",
    "things": "How many things there are to be found in them; crowds are none.",
    "ap": "COCO's average precision: the mean over the labels and over overlaps of 0.50, 0.55 ... 0.95. A box is right "
    "from that overlap with a thing of its label; overlap is intersection over union.",
    "ap50": "The same at an overlap of 0.50: things are found, however roughly their boxes fit.",
    "ap75": "The same at an overlap of 0.75: boxes fit well.",
    "ar": "COCO's recall with 1, 10 and 100 boxes of a label in a picture: the share of the things that are found at "
    "any score, mean over labels and overlaps.",
    "intervals": "Between which values AP and AP50 lie in 95 % of 200 samples of the pictures (bootstrap).",
    "sizes": "For things up to 32 x 32 pixels (small), up to 96 x 96 (medium) and above (large): things, AP, recall "
    "with 100 boxes, and the share that is found at `min_score`.",
    "best": "At the score from which F1 is highest, `min_score`, all labels together and at an overlap of 0.5: "
    "precision (of the finds, how many are right), recall (of the things, how many are found), F1, and the "
    "numbers right, of false alarms and of misses. The score was chosen on these very pictures.",
    "counting": "How many things are found in a picture at `min_score`, against how many there are: the mean number "
    "by which the count is off (`mean_error`), how far it is too high or too low on average (`bias`), and the share "
    "of the pictures whose count is right.",
    "false_alarms": "How many false alarms are of which kind (TIDE): wrong label, poor overlap (0.1 to 0.5) with a "
    "thing of the label, both, duplicate (the thing has a better box already), background (nothing is there).",
    "misses": "How many things were missed because a box at their place had a wrong label, fitted poorly, or had a "
    "score below `min_score`; or because there was no box (not found).",
    "labels": "For each label: AP, AP50; at `min_score` precision, recall, F1; things, finds, and how many of the "
    "finds are right; by how much the count in a picture is off, and too high or too low.",
    "confused": "Pairs of labels, the most often confused first: things of `label` that were called `predicted`, and "
    "their share of all things of `label`.",
    "confusion_matrix": "Row i, column j: how many things of label i were called label j; labels as in `labels`, the "
    "last row and column being the background. Each box, from the highest score, takes the free thing that it "
    "overlaps most and by 0.5 at least, whatever it is called.",
    "slices": "For each column and each of its values: pictures, things, AP, AP50.",
    "outside": "Pictures of other things: on how many of them something was found at `min_score`, and how many boxes "
    "there are in one, on average.",
    "notes": "What a reader should know first.",
}
"""What each name in metrics.json means."""


def detection_figures(judged: JudgedBoxes, slices: Sequence[str]) -> Figures:
    """All figures.

    Raises:
        UnknownNameError: when the data has no such column to slice by.
    """
    answers = judged.answers
    outside = {} if answers.outside is None else {"outside": _outside(judged)}
    return {
        "model": answers.card.name,
        "data": answers.data.name,
        "pictures": len(answers.data),
        "things": int(judged.found.truths.sum()),
        **_average_precision(judged),
        "sizes": _sizes(judged),
        "best": _best(judged),
        "counting": _counting(judged.true_counts.sum(axis=1), judged.found_counts.sum(axis=1)),
        "false_alarms": _kinds([each.kind for each in judged.mistakes.false_alarms], FALSE_ALARMS),
        "misses": _kinds([each.kind for each in judged.mistakes.misses], MISSES),
        **outside,
        "slices": _slices(judged, slices),
        "confused": confused(judged.labels, judged.confusion),
        "labels": {label: _label(judged, number) for number, label in enumerate(judged.labels)},
        "confusion_matrix": judged.confusion.tolist(),
        "notes": [*answers.notes, *_strange(judged.num_strange)],
    }


def _average_precision(judged: JudgedBoxes) -> dict[str, Any]:
    figures = figures_of(judged.curves)
    recalls = {"1": figures.ar_1, "10": figures.ar_10, "100": figures.ar_100}
    return {
        "ap": _known(figures.ap),
        "ap50": _known(figures.ap50),
        "ap75": _known(figures.ap75),
        "ar": {number: _known(recall) for number, recall in recalls.items()},
        "intervals": bootstrap_ap(judged.outcomes, samples=SAMPLES, seed=SEED, level=LEVEL),
    }


def _sizes(judged: JudgedBoxes) -> dict[str, Any]:
    figures = figures_of(judged.curves)
    return {
        name: {
            "things": sum(int(each.num_truths[area]) for each in judged.outcomes.each),
            "ap": _known(getattr(figures, f"ap_{name}")),
            "ar": _known(getattr(figures, f"ar_{name}")),
            "recall": _recall(judged, area),
        }
        for area, name in enumerate(SIZES, start=1)
    }


def _recall(judged: JudgedBoxes, area: int) -> float | None:
    """The share of the things of a size that is found at the best threshold."""
    outcomes = judged.outcomes.each
    right = sum(int((each.is_true[area, 0] & (each.scores >= judged.min_score)).sum()) for each in outcomes)
    return _share(right, sum(int(each.num_truths[area]) for each in outcomes))


def _best(judged: JudgedBoxes) -> dict[str, Any]:
    found, at = judged.found, judged.found.best
    right, finds, things = int(found.right[:, at].sum()), int(found.found[:, at].sum()), int(found.truths.sum())
    return {
        "min_score": judged.min_score,
        "precision": _share(right, finds),
        "recall": _share(right, things),
        "f1": _share(2 * right, finds + things),
        "right": right,
        "false_alarms": finds - right,
        "misses": things - right,
    }


def _label(judged: JudgedBoxes, number: int) -> dict[str, Any]:
    """The figures of one label; None where the pictures do not tell."""
    found, at = judged.found, judged.found.best
    ap = judged.curves.ap[number, 0]
    right, finds, things = int(found.right[number, at]), int(found.found[number, at]), int(found.truths[number])
    counting = _counting(judged.true_counts[:, number], judged.found_counts[:, number])
    return {
        "ap": _known(float(ap.mean())),
        "ap50": _known(float(ap[0])),
        "precision": _share(right, finds),
        "recall": _share(right, things),
        "f1": _share(2 * right, finds + things),
        "things": things,
        "found": finds,
        "right": right,
        "count_error": counting["mean_error"],
        "count_bias": counting["bias"],
    }


def _counting(true: NDArray[np.int64], found: NDArray[np.int64]) -> dict[str, float | None]:
    """How far (n,) counts are off."""
    off = found - true
    return {
        "mean_error": _mean(np.abs(off)),
        "bias": _mean(off),
        "right": _mean(off == 0),
    }


def _kinds(found: Sequence[str], kinds: Sequence[str]) -> dict[str, int]:
    counts = Counter(found)
    return {kind: counts[kind] for kind in kinds}


def _slices(judged: JudgedBoxes, columns: Sequence[str]) -> dict[str, Any]:
    return {
        column: {name: _slice(judged, inside) for name, inside in parts.items()}
        for column, parts in slices_by(judged.answers, columns).items()
    }


def _slice(judged: JudgedBoxes, inside: NDArray[np.bool_]) -> dict[str, Any]:
    """The figures of some of the pictures."""
    (ap,) = weighted_ap(judged.outcomes, inside[None].astype(np.int64))
    return {
        "pictures": int(inside.sum()),
        "things": int(judged.true_counts[inside].sum()),
        "ap": None if np.isnan(ap[0]) else float(ap.mean()),
        "ap50": None if np.isnan(ap[0]) else float(ap[0]),
    }


def _outside(judged: JudgedBoxes) -> dict[str, Any]:
    strangers = judged.answers.outside
    boxes = numbered(strangers.results, judged.labels) if strangers else []
    counts = np.array([(each.scores >= judged.min_score).sum() for each in boxes])
    return {"pictures": len(counts), "with_boxes": _mean(counts > 0), "boxes": _mean(counts)}


def _strange(number: int) -> list[str]:
    if not number:
        return []
    return [f"{number:,} boxes have labels that the data does not know; nothing can be said of them."]


def _known(figure: float) -> float | None:
    """The figure; None where the pictures do not tell, which COCO calls -1."""
    return figure if figure >= 0 else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(numbers: NDArray[Any]) -> float | None:
    return float(numbers.mean()) if len(numbers) else None

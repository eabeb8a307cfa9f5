"""The page of a classifier's report: what is said, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.media.item import Item
from opsin.reports import _page
from opsin.reports._figures import MEANINGS
from opsin.reports._judged import Judged
from opsin.reports._scored import UNKNOWN, least_sure, surest_mistakes

WORST, UNSURE = 24, 12
"""Pictures shown: of the surest mistakes; of the least sure answers, and of other things that were answered surely."""

PAIRS = 14
"""Confused pairs shown; metrics.json has more."""

BESIDE = 20
"""Labels up to which the confusion matrix stands beside the pairs."""

OPEN = 30
"""Labels up to which the table of all labels is open from the beginning."""

Plots = Mapping[str, bytes]
"""PNG files, by name."""


def classification_page(judged: Judged, headline: Sequence[tuple[str, str, str]], plots: Plots) -> str:
    """The whole page."""
    return _page.answers_page(judged.answers, _parts(judged, headline, plots))


def _parts(judged: Judged, headline: Sequence[tuple[str, str, str]], plots: Plots) -> Iterator[str]:
    yield _page.notes(judged.answers.notes)
    yield _page.figures(headline)
    yield _confused(judged, plots)
    yield _mistakes(judged)
    yield _least_sure(judged)
    yield _labels(judged)
    yield _slices(judged)
    yield _calibration(judged, plots)
    yield _curves(plots)
    yield _outside(judged, plots)
    entries = [(name, said) for name, said in MEANINGS.items() if name in judged.figures]
    yield _page.section("What the figures mean", "Names as in metrics.json.", _page.meanings(entries))


def _confused(judged: Judged, plots: Plots) -> str:
    pairs = judged.figures["confused"]
    lines = [(pair["label"], pair["predicted"], pair["count"], f"{pair['share']:.1%}") for pair in pairs[:PAIRS]]
    said = (
        "Each row is a true label, each column what it was called; the darker, the larger the share of the row. "
        "More pictures of the labels that are taken for each other would help most."
    )
    matrix = _plot(plots, "confusion_matrix", "Confusion matrix: true labels by predicted ones.")
    shown = _page.table(("true label", "called", "pictures", "share"), lines) if lines else ""
    # Side by side, where the matrix stays readable at half the width.
    both = _page.plots(shown, matrix) if len(judged.told.labels) <= BESIDE else shown + matrix
    return _page.section("Most often confused" if lines else "Nothing was confused", said, both)


def _mistakes(judged: Judged) -> str:
    worst = surest_mistakes(judged.told)
    if not len(worst):
        return ""
    said = (
        f"{len(worst):,} pictures were answered wrongly; these are the ones where the model was surest. "
        "Look whether the label is wrong, or the picture shows several things."
    )
    return _page.section("Worst mistakes", said, _shown(judged, worst[:WORST]))


def _least_sure(judged: Judged) -> str:
    said = "The pictures with the lowest best score. Pictures like these are worth collecting."
    return _page.section("Least sure", said, _shown(judged, least_sure(judged.told)[:UNSURE]))


def _shown(judged: Judged, chosen: NDArray[np.intp]) -> str:
    told, pictures = judged.told, judged.answers.data.pictures
    found = []
    for index in chosen:
        label, predicted = told.labels[told.truth[index]], told.labels[told.predicted[index]]
        said = f"called {predicted} ({told.best[index]:.2f})" + (f" → {UNKNOWN}" if told.is_unknown[index] else "")
        lines = [("right" if told.is_right[index] else "wrong", said)]
        if not told.is_right[index]:
            lines.append(("", f"is {label} ({told.of_truth[index]:.2f})"))
        found.append(_page.picture(pictures[int(index)], pictures.name(int(index)), lines))
    return _page.pictures(found)


def _labels(judged: Judged) -> str:
    figures = judged.figures["labels"]
    names = ("precision", "recall", "f1", "support", "roc_auc", "average_precision")
    order = sorted(figures, key=lambda label: (figures[label]["support"] == 0, figures[label]["f1"]))
    lines = [(label, *(figures[label][name] for name in names)) for label in order]
    head = ("label", "precision", "recall", "F1", "pictures", "ROC AUC", "average precision")
    said = (
        "The worst first. Precision: of those said to be so, how many are. Recall: of those that are, how many found."
    )
    shown = _page.table(head, lines)
    return _page.section(
        "Each label", said, shown if len(lines) <= OPEN else _page.folded(f"All {len(lines):,} labels", shown)
    )


def _slices(judged: Judged) -> str:
    lines = [
        (column, name, part["pictures"], f"{part['accuracy']:.1%}", _between(part["interval"]), part["log_loss"])
        for column, parts in judged.figures["slices"].items()
        for name, part in parts.items()
    ]
    if not lines:
        return ""
    said = "Whether some pictures are answered worse than others. Ranges that overlap may differ by chance alone."
    head = ("by", "which", "pictures", "accuracy", "95 % interval", "log loss")
    return _page.section("Slices", said, _page.table(head, lines))


def _calibration(judged: Judged, plots: Plots) -> str:
    figures, (low, high) = judged.figures, judged.figures["ece_band"]
    lines = [
        ("log loss", figures["log_loss"], figures["log_loss_before_calibration"]),
        ("calibration error (ECE)", figures["ece"], figures["ece_before_calibration"]),
    ]
    said = (
        "Whether scores can be taken at their word: of the answers with a score of 0.8, eight in ten should be right. "
        f"{_judged(figures['ece'], low, high)}"
    )
    told = "Share of right answers over the score of the answer."
    head = ("", "calibrated", "before")
    both = _page.plots(_page.table(head, lines), _plot(plots, "reliability", told))
    return _page.section("Calibration", said, both)


def _judged(error: float, low: float, high: float) -> str:
    band = f"a perfectly calibrated model would show between {low:.3f} and {high:.3f} on as many pictures"
    if error > high:
        return f"The error of {error:.3f} is more than chance: {band}. Take the scores with care."
    return f"The error of {error:.3f} is no more than chance: {band}."


def _curves(plots: Plots) -> str:
    said = (
        "What a threshold on a label's score would find and miss, each label against all others. "
        "The thick line is their mean; the numbers are the areas below."
    )
    roc = _plot(plots, "roc", "ROC curves: true positive share over false positive share.")
    other = _plot(plots, "precision_recall", "Precision over recall.")
    return _page.section("ROC and precision-recall curves", said, _page.plots(roc, other))


def _outside(judged: Judged, plots: Plots) -> str:
    outside, scores = judged.answers.outside, judged.outside
    if outside is None or scores is None:
        return ""
    figures = judged.figures["outside"]
    said = (
        f"{figures['pictures']:,} pictures of other things than the model was taught. {figures['rejected']:.1%} of "
        f"them were answered {UNKNOWN}; the chance that one scores lower than a picture of this data is "
        f"{figures['auroc']:.3f}."
    )
    surest = np.argsort(-scores.max(axis=1), kind="stable")[:UNSURE]
    shown = [_stranger(outside.items[index], scores[index], judged.told.labels) for index in surest]
    heading = "<h3>The ones that were answered most surely</h3>"
    drawn = _plot(plots, "outside", "Best scores of this data and of other things.")
    return _page.section("Pictures of other things", said, drawn, heading, _page.pictures(shown))


def _stranger(item: Item, scores: NDArray[np.float64], labels: Sequence[str]) -> str:
    answer = f"called {labels[int(scores.argmax())]} ({scores.max():.2f})"
    return _page.picture(item.read()[0], item.source, [("wrong", answer)])


def _between(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{low:.1%} to {high:.1%}"


def _plot(plots: Plots, name: str, said: str) -> str:
    return _page.plot(plots[f"{name}.png"], said)

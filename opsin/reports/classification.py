"""How good a classifier is: its figures, plots and page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from opsin.data.dataset import Dataset
from opsin.metrics.calibration import reliability
from opsin.reports import _plots
from opsin.reports._classification_page import classification_page
from opsin.reports._figures import MEANINGS
from opsin.reports._files import csv_text, write_json, write_text
from opsin.reports._judged import judged
from opsin.reports._report import REPORTS, Answers, Figures, Report
from opsin.reports._scored import UNKNOWN, columns_of, rows
from opsin.reports._slices import check_slices
from opsin.weights.card import Card

PLOTS = ("confusion_matrix.png", "roc.png", "precision_recall.png", "reliability.png", "outside.png")


class ClassificationReport(Report):
    """Figures equal to scikit-learn's, in metrics.json; answers in predictions.csv; plots; and report.html."""

    task: ClassVar[str] = "classification"
    meanings: ClassVar[Mapping[str, str]] = MEANINGS
    files: ClassVar[tuple[str, ...]] = ("metrics.json", "predictions.csv", "report.html", *PLOTS)

    def __init__(self, answers: Answers, slices: Sequence[str] = ()) -> None:
        super().__init__(answers, slices)
        self._judged = judged(answers, slices)

    @classmethod
    def check(cls, card: Card, data: Dataset, slices: Sequence[str]) -> None:
        """Whether all labels and columns are known."""
        columns_of(card, data)
        check_slices(data, slices)

    @property
    def figures(self) -> Figures:
        """Those of `meanings`."""
        return self._judged.figures

    def headline(self) -> list[tuple[str, str, str]]:
        """Accuracy, F1, calibration, and what is answered "unknown"."""
        return [*self._agreement(), *self._trust()]

    def findings(self) -> list[tuple[str, str]]:
        """The pairs most often confused."""
        return [
            (f"{pair['label']} called {pair['predicted']}", f"{pair['count']} ({pair['share']:.0%})")
            for pair in self.figures["confused"][:5]
        ]

    def write(self, folder: Path) -> None:
        """metrics.json, predictions.csv, PNG files of the plots, and report.html."""
        plots = self._drawn()
        for name, data in plots.items():
            (folder / name).write_bytes(data)
        write_json(folder / "metrics.json", self.figures)
        write_text(folder / "predictions.csv", csv_text(rows(self.answers, self._judged.told)))
        write_text(folder / "report.html", classification_page(self._judged, self.headline(), plots))

    def _agreement(self) -> list[tuple[str, str, str]]:
        figures, between = self.figures, self.figures["intervals"]
        lines = [
            ("accuracy", _percent(figures["accuracy"]), f"right; 95 % interval {_between(between['accuracy'])}"),
            ("macro F1", _percent(figures["macro"]["f1"]), f"labels count alike; {_between(between['macro_f1'])}"),
        ]
        if "top_5" in figures:
            lines.append(("top-5 accuracy", _percent(figures["top_5"]), "true label among the best five"))
        return lines

    def _trust(self) -> list[tuple[str, str, str]]:
        figures, unknown, (low, high) = self.figures, self.figures["unknown"], self.figures["ece_band"]
        limit = unknown["reject_below"]
        lines = [
            ("log loss", f"{figures['log_loss']:.3f}", f"{figures['log_loss_before_calibration']:.3f} uncalibrated"),
            ("calibration error", f"{figures['ece']:.3f}", f"perfectly calibrated: {low:.3f} to {high:.3f}"),
            (UNKNOWN, _percent(unknown["share"]), f"best score below {limit:.2f}" if limit else "no threshold is set"),
        ]
        if "outside" in figures:
            outside = figures["outside"]
            said = f"of other things called {UNKNOWN}; AUROC {outside['auroc']:.3f}"
            lines.append(("rejected", _percent(outside["rejected"]), said))
        return lines

    def _drawn(self) -> dict[str, bytes]:
        """The plots, by the names of their files."""
        each, told = self._judged, self._judged.told
        after, before = (reliability(scores, told.truth) for scores in (told.scores, told.before))
        found = {
            "confusion_matrix.png": _plots.confusion_plot(each.confusion, told.labels),
            "roc.png": _plots.roc_plot(each.curves, told.labels),
            "precision_recall.png": _plots.precision_recall_plot(each.curves, told.labels),
            "reliability.png": _plots.reliability_plot(after, before),
        }
        if each.outside is not None:
            best = each.outside.max(axis=1)
            found["outside.png"] = _plots.outside_plot(told.best, best, told.reject_below)
        return found


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _between(interval: Sequence[float]) -> str:
    low, high = interval
    return f"{low:.1%} to {high:.1%}"


REPORTS.add(ClassificationReport.task, ClassificationReport)

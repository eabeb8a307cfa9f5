"""How good a captioner is: its figures, plots and page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from opsin.core.options import Options
from opsin.data.dataset import Dataset
from opsin.metrics.calibration import reliability
from opsin.reports._captioning_figures import MEANINGS, captioning_figures
from opsin.reports._captioning_judged import check_captions, first, judged_captions
from opsin.reports._captioning_page import captioning_page
from opsin.reports._captioning_plots import agreement_plot, kept_plot
from opsin.reports._captioning_shown import surest_mistakes
from opsin.reports._files import csv_text, write_json, write_text
from opsin.reports._report import REPORTS, Answers, Figures, Report
from opsin.reports._slices import check_slices
from opsin.tasks.captioning import CaptioningOptions
from opsin.weights.card import Card

NAMED = 5
"""Pictures that are named as what to look at next."""


class CaptioningReport(Report):
    """Figures in metrics.json; each caption in predictions.csv; plots; and report.html, with pictures."""

    task: ClassVar[str] = "captioning"
    options: ClassVar[Options | None] = CaptioningOptions()
    findings_title: ClassVar[str] = "Said surely, and people say otherwise"
    meanings: ClassVar[Mapping[str, str]] = MEANINGS
    files: ClassVar[tuple[str, ...]] = ("metrics.json", "predictions.csv", "report.html", "agreement.png", "kept.png")

    def __init__(self, answers: Answers, slices: Sequence[str] = ()) -> None:
        super().__init__(answers, slices)
        self._judged = judged_captions(answers)
        self._figures = captioning_figures(self._judged, slices)

    @classmethod
    def check(cls, card: Card, data: Dataset, slices: Sequence[str]) -> None:
        """Whether the data have captions and all columns are known. Its words may be others than the model's."""
        check_captions(card, data)
        check_slices(data, slices)

    @property
    def figures(self) -> Figures:
        """Those of `meanings`."""
        return self._figures

    def headline(self) -> list[tuple[str, str, str]]:
        """How near captions come to people's, how they vary, and whether their scores can be believed."""
        return [*self._agreement(), *self._variety(), *self._trust()]

    def findings(self) -> list[tuple[str, str]]:
        """The surest mistakes."""
        judged = self._judged
        name = judged.answers.data.pictures.name
        return [
            (f"{name(index)}: {first(judged.each[index])}", f"{judged.scores[index]:.2f}; {judged.texts(index)[0]}")
            for index in surest_mistakes(judged)[:NAMED]
        ]

    def write(self, folder: Path) -> None:
        """metrics.json, predictions.csv, PNG files of the plots, and report.html."""
        judged = self._judged
        plots = {
            "agreement.png": agreement_plot(reliability(*judged.as_answers())),
            "kept.png": kept_plot(judged.cider_d, judged.scores, self.figures["sure"]["share"]),
        }
        for name, data in plots.items():
            (folder / name).write_bytes(data)
        write_json(folder / "metrics.json", self.figures)
        write_text(folder / "predictions.csv", csv_text(judged.rows()))
        write_text(folder / "report.html", captioning_page(judged, self.figures, self.headline(), plots))

    def _agreement(self) -> list[tuple[str, str, str]]:
        figures, people = self.figures, self.figures["people"]
        among = f"; people with one another {people['cider_d']:.3f}" if people else ""
        said = {"cider_d": f"95 % interval {{}}{among}", "bleu_4": "runs of up to four words; {}", "rouge_l": "{}"}
        return [
            (title, f"{figures[name]:.3f}", said[name].format(_between(figures["intervals"][name])))
            for name, title in (("cider_d", "CIDEr-D"), ("bleu_4", "BLEU-4"), ("rouge_l", "ROUGE-L"))
        ]

    def _variety(self) -> list[tuple[str, str, str]]:
        found, people = self.figures["variety"], self.figures["people"]
        beside = f"; people's {people['distinct']:.0%}" if people else ""
        return [
            ("distinct", f"{found['distinct']:.1%}", f"captions{beside}; {found['repeating']:.1%} repeat themselves")
        ]

    def _trust(self) -> list[tuple[str, str, str]]:
        sure, found, (low, high) = self.figures["sure"], self.figures["halves"], self.figures["ece_band"]
        lines = [
            ("said", f"{sure['share']:.1%}", f"score of at least {sure['reject_below']:.2f}; {_apart(sure)}"),
            ("calibration error", f"{self.figures['ece']:.3f}", f"perfectly calibrated: {low:.3f} to {high:.3f}"),
        ]
        if found and found["ratio"] is not None:
            told = f"the CIDEr-D of the other half: {found['surest']:.3f} to {found['others']:.3f}"
            lines.append(("surest half", f"{found['ratio']:.2f}×", told))
        return lines


def _apart(sure: Figures) -> str:
    """CIDEr-D of what is said and of what is not."""
    said, others = (sure[name]["cider_d"] for name in ("said", "others"))
    told = "none is said" if said is None else f"their CIDEr-D {said:.3f}"
    return told if others is None else f"{told}, of the others {others:.3f}"


def _between(interval: Sequence[float]) -> str:
    low, high = interval
    return f"{low:.3f} to {high:.3f}"


REPORTS.add(CaptioningReport.task, CaptioningReport)
